//! What the caller of a stand-alone call tells of its link and host: lines for the user, and the report.

use std::net::Ipv4Addr;

use offhook_caller::CallerEvent;
use offhook_caller::ip::HostEvent;
use offhook_clock::Instant;
use offhook_ppp::ccp::told;
use offhook_ppp::link::LinkEvent;
use offhook_telephony::trace::escaped;

use super::super::report::{Address, Auth, Ping};
use super::Session;

impl Session {
    pub(super) fn handle_event(&mut self, now: Instant, event: CallerEvent) {
        match event {
            CallerEvent::Link(event) => self.handle_link(now, event),
            CallerEvent::Host(HostEvent::Pong(pong)) => self.handle_pong(now, pong.seq),
            CallerEvent::Host(HostEvent::Resolved(_) | HostEvent::Transferred(_))
            | CallerEvent::DataSent
            | CallerEvent::DataReceived => {}
        }
    }

    fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        match event {
            LinkEvent::Text(octets) => self.hear(now, &octets),
            LinkEvent::LcpOpened => self.tell(now, "LCP is Opened".to_owned()),
            LinkEvent::HeadersCompressed { .. } => self.tell(now, "TCP headers are compressed (VJ)".to_owned()),
            LinkEvent::CompressionUp { receives, sends } => {
                self.tell(now, format!("CCP is Opened: {}", told(receives, sends)));
            }
            LinkEvent::AuthNotAsked => self.tell(now, "the server asks for no authentication".to_owned()),
            LinkEvent::Auth(method, outcome) => {
                let (protocol, accepted, message) = (method.name(), outcome.is_accepted(), outcome.message());
                let how = if accepted { "accepted" } else { "refused" };
                self.tell(now, format!("{protocol}: {how}, \"{}\"", escaped(message.as_bytes())));
                if !accepted {
                    self.report.end = format!("{protocol} was refused: \"{message}\"");
                }
                self.report.auth = Some(Auth { protocol: protocol.to_owned(), accepted, message });
            }
            LinkEvent::IpUp { local, peer, dns, .. } => {
                let entry = peer.map(|peer| format!(", server {peer}")).unwrap_or_default();
                self.tell(now, format!("IPCP is Opened: address {local}{entry}"));
                if !dns.is_empty() {
                    let servers: Vec<String> = dns.iter().map(Ipv4Addr::to_string).collect();
                    self.tell(now, format!("DNS servers {}", servers.join(", ")));
                }
                self.report.address = Some(Address { local, peer, dns });
                self.report.got_in = true;
                self.peer = peer;
                self.report.ping = peer.map(|_| Ping::default());
                self.next_ping(now);
            }
            LinkEvent::NotConverging(what) => self.tell(now, what.to_string()),
            LinkEvent::Callback(agreed) => self.tell(now, agreed.to_string()),
            LinkEvent::Quality(what) => self.tell(now, what.to_string()),
            LinkEvent::PoorQuality(what) => self.tell(now, what.to_string()),
            LinkEvent::TerminateRequest(words) => {
                self.tell(now, format!("the server ends PPP: \"{}\"", escaped(&words)));
            }
            LinkEvent::Finished(ending) => {
                let end = format!("PPP is over: {ending}");
                self.tell(now, end.clone());
                let told = self.leaving.is_some() || !self.report.end.is_empty();
                self.leave(now, if told { String::new() } else { end });
                self.hang_up = true;
            }
            // Frames are the capture's. A calling end asks nobody who it is, and its datagrams are the host's.
            LinkEvent::FrameSent(_)
            | LinkEvent::FrameReceived(_)
            | LinkEvent::BadFrame { .. }
            | LinkEvent::Phase(_)
            | LinkEvent::IpDown
            | LinkEvent::Ipv6Up { .. }
            | LinkEvent::Ipv6Down
            | LinkEvent::PeerAuth(..)
            | LinkEvent::CompressionDown
            | LinkEvent::Datagram { .. } => {}
        }
    }

    fn handle_pong(&mut self, now: Instant, seq: u16) {
        let (Some((_, sent)), Some(ping)) = (self.ping.take_if(|(number, _)| *number == seq), &mut self.report.ping)
        else {
            return;
        };
        let trip = now.since(sent);
        ping.answered += 1;
        ping.round_trip_ms.push(trip.as_millis().try_into().unwrap_or(u64::MAX));
        self.tell(now, format!("echo reply {seq} after {} ms", trip.as_millis()));
        self.next_ping(now);
    }
}
