//! What the caller tells: frames, text, and how its link goes, as trace events and facts.

use offhook_caller::CallerEvent;
use offhook_caller::ip::HostEvent;
use offhook_clock::Instant;
use offhook_ppp::auth::{AuthOption, OwnAuth};
use offhook_ppp::ccp::told;
use offhook_ppp::chap;
use offhook_ppp::frame::{CHAP, EAP, Frame, IPCP, LCP, PAP};
use offhook_ppp::link::LinkEvent;
use offhook_ppp::packet::{Code, Packet};
use offhook_ppp::{eap, pap, print};
use offhook_telephony::exchange::Release;
use offhook_telephony::trace::{End, EventKind, escaped};

use super::PortSession;
use crate::facts::{Addresses, Auth, Timestamped, protocol_of};
use crate::tap::Tapped;
use offhook_scenario::AuthResult;

impl PortSession {
    /// Text from the server.
    pub(super) fn hear(&mut self, now: Instant, octets: &[u8]) {
        self.facts.heard.push_str(&String::from_utf8_lossy(octets));
        self.record(now, EventKind::Text { from: End::Server, text: escaped(octets) });
        if let Some(login) = &mut self.login {
            login.hear(now);
        }
        self.proceed_with_login(now);
    }

    pub(super) fn handle_caller(&mut self, now: Instant, event: CallerEvent) {
        let at = now;
        match event {
            CallerEvent::Link(event) => self.handle_link(now, event),
            CallerEvent::Host(HostEvent::Pong(pong)) => self.facts.pongs.push(Timestamped { at, what: pong.seq }),
            CallerEvent::Host(HostEvent::Resolved(what)) => self.facts.resolved = Some(Timestamped { at, what }),
            CallerEvent::Host(HostEvent::Transferred(what)) => self.facts.transferred = Some(Timestamped { at, what }),
            CallerEvent::DataReceived => self.facts.last_data = self.facts.last_data.max(Some(self.departed)),
            // What a silent caller has to say does not go out.
            CallerEvent::DataSent if self.silent => {}
            CallerEvent::DataSent => self.data_until = Some(self.to_server.sent() + 1),
        }
    }

    /// What happened on the caller's link, or was heard of a program's.
    pub(super) fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        let at = now;
        match event {
            LinkEvent::FrameSent(_) if self.silent => {}
            LinkEvent::FrameSent(octets) => {
                self.sent(now, &octets);
                self.notice(End::Caller, &octets);
                self.record(now, EventKind::Frame { from: End::Caller, text: print::frame(&octets), octets });
            }
            LinkEvent::FrameReceived(octets) => {
                self.notice(End::Server, &octets);
                self.record(now, EventKind::Frame { from: End::Server, text: print::frame(&octets), octets });
                if let Some(login) = &mut self.login {
                    login.hear_frame(now);
                }
                self.proceed_with_login(now);
            }
            LinkEvent::BadFrame { reason, octets, raw } => {
                self.record(now, EventKind::BadFrame { from: End::Server, reason, octets, raw });
            }
            LinkEvent::Text(octets) => self.hear(now, &octets),
            LinkEvent::LcpOpened => {
                self.facts.lcp_opened = Some(now);
                self.linked(now, "LCP is Opened".to_owned());
            }
            LinkEvent::Auth(method, outcome) => self.authenticated(now, method.into(), &outcome),
            LinkEvent::AuthNotAsked => {
                let auth = Auth { result: AuthResult::NotAsked, protocol: None, message: String::new() };
                self.facts.auth = Some(Timestamped { at, what: auth });
                self.linked(now, "the server asks for no authentication".to_owned());
            }
            LinkEvent::IpUp { local, peer, dns, wins } => {
                let told = peer.map(|peer| format!(", peer {peer}")).unwrap_or_default();
                self.linked(now, format!("IPCP is Opened: {local}{told}"));
                self.facts.up = Some(Timestamped { at, what: Addresses { local, peer, dns, wins } });
                self.tell_script_of_network(now);
            }
            LinkEvent::Ipv6Up { .. } => {
                self.facts.up6 = Some(now);
                self.tell_script_of_network(now);
                self.linked(now, "IPV6CP is Opened".to_owned());
            }
            LinkEvent::HeadersCompressed { receives, sends } => {
                self.facts.compression.headers = [receives.is_some(), sends.is_some()];
                self.linked(now, "TCP headers are compressed (VJ)".to_owned());
            }
            LinkEvent::CompressionUp { receives, sends } => {
                self.facts.compression.methods = [receives, sends];
                self.linked(now, format!("CCP is Opened: {}", told(receives, sends)));
            }
            LinkEvent::CompressionDown => {
                self.facts.compression.methods = [None; 2];
                self.linked(now, "CCP is no longer Opened".to_owned());
            }
            LinkEvent::NotConverging(what) => self.linked(now, what.to_string()),
            LinkEvent::Callback(agreed) => self.linked(now, agreed.to_string()),
            LinkEvent::Quality(what) => self.linked(now, what.to_string()),
            LinkEvent::PoorQuality(what) => self.linked(now, what.to_string()),
            LinkEvent::TerminateRequest(words) => self.terminated(now, String::from_utf8_lossy(&words).into_owned()),
            LinkEvent::Finished(ending) => {
                let why = ending.to_string();
                self.linked(now, format!("PPP is over: {why}"));
                self.facts.closed = Some(Timestamped { at, what: why });
                // The far end's user hangs up when PPP is over, as pppd's chat script or a dialler would.
                if self.facts.terminated.is_none() && !self.silent {
                    self.line_end.clear(now, Release::Orderly);
                }
            }
            // Phases are marked by what is sent in them; a calling end asks nobody who it is, and its datagrams are the
            // host's.
            LinkEvent::IpDown | LinkEvent::Ipv6Down => {
                if let Some(script) = &mut self.script {
                    script.player.handle_down();
                }
            }
            LinkEvent::Phase(_) | LinkEvent::PeerAuth(..) | LinkEvent::Datagram { .. } => {}
        }
    }

    /// Whoever listens in place of the caller has heard this.
    pub(super) fn take_tapped(&mut self, now: Instant) {
        while let Some(tapped) = self.tap.poll() {
            self.handle_tapped(now, tapped);
        }
    }

    pub(super) fn handle_tapped(&mut self, now: Instant, tapped: Tapped) {
        match tapped {
            Tapped::Event(event) => self.handle_caller(now, event),
            Tapped::Caller(what) => self.record(now, what),
            Tapped::Auth(option, outcome) => self.authenticated(now, option, &outcome),
        }
    }

    /// The caller's authentication has ended so.
    fn authenticated(&mut self, now: Instant, option: AuthOption, outcome: &OwnAuth) {
        let (result, how) = match outcome.is_accepted() {
            true => (AuthResult::Accepted, "accepted"),
            false => (AuthResult::Refused, "refused"),
        };
        let message = outcome.message();
        let words =
            if message.is_empty() && option == AuthOption::Eap { String::new() } else { format!(", \"{message}\"") };
        self.linked(now, format!("{}: {how}{words}", option.name()));
        let protocol = protocol_of(option);
        self.facts.auth = Some(Timestamped { at: now, what: Auth { result, protocol, message } });
    }

    /// A Terminate-Request refuses authentication too, if the caller had none to offer (pppd's own text).
    fn terminated(&mut self, now: Instant, text: String) {
        if self.facts.auth.as_ref().is_none_or(|auth| auth.what.result == AuthResult::NotAsked)
            && text == "peer refused to authenticate"
        {
            let auth = Auth { result: AuthResult::Refused, protocol: None, message: text.clone() };
            self.facts.auth = Some(Timestamped { at: now, what: auth });
        }
        if self.facts.terminated.is_none() {
            self.facts.terminated = Some(Timestamped { at: self.departed, what: text });
        }
    }

    /// The caller's first packet of a phase marks its beginning.
    fn sent(&mut self, now: Instant, frame: &[u8]) {
        let Ok(Frame { protocol, information }) = Frame::parse(frame) else { return };
        let Ok(packet) = Packet::new_checked(information) else { return };
        let code = packet.code_octet();
        let is_request = packet.code() == Code::ConfigureRequest;
        let mark = match protocol {
            LCP if is_request => &mut self.facts.establish,
            LCP if packet.code() == Code::TerminateRequest => {
                let what = String::from_utf8_lossy(packet.data()).into_owned();
                self.facts.own_terminate.get_or_insert(Timestamped { at: now, what });
                return;
            }
            PAP if pap::Code::from(code) == pap::Code::AuthenticateRequest => &mut self.facts.authenticate,
            CHAP if chap::Code::from(code) == chap::Code::Response => &mut self.facts.authenticate,
            EAP if eap::Code::from(code) == eap::Code::Response => &mut self.facts.authenticate,
            IPCP if is_request => &mut self.facts.network,
            _ => return,
        };
        mark.get_or_insert(now);
    }

    fn linked(&mut self, now: Instant, text: String) {
        self.record(now, EventKind::Link { text });
    }
}
