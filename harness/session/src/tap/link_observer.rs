//! How far two PPP ends have got, from what they say to each other (RFC 1661, RFC 1334, RFC 1994, RFC 1332).
//!
//! In: frames of both. Out: what the built-in caller tells of its own link. A protocol is taken to be Opened when each
//! end has acknowledged the other's latest Configure-Request.

use std::net::Ipv4Addr;

use offhook_caller::CallerEvent;
use offhook_ppp::auth::{Method, OwnAuth};
use offhook_ppp::frame::{CHAP, Frame, IP, IPCP, IPV6, IPV6CP, LCP, PAP};
use offhook_ppp::link::LinkEvent;
use offhook_ppp::options::Options;
use offhook_ppp::packet::{Code, Packet, Repr};
use offhook_ppp::{chap, ipcp, lcp, pap};
use offhook_telephony::trace::End;

/// TCP with Van Jacobson's compression (RFC 1332 §4), and TCP that begins or mends it.
const VJ_COMPRESSED: u16 = 0x002d;
const VJ_UNCOMPRESSED: u16 = 0x002f;
/// A compressed packet of any protocol (RFC 1962 §2.1).
const COMPRESSED: u16 = 0x00fd;

/// The link as it is heard.
#[derive(Debug, Default)]
pub(super) struct LinkObserver {
    lcp: ProtocolObserver,
    ipcp: ProtocolObserver,
    ipv6cp: ProtocolObserver,
    /// Whether the server has answered the caller's authentication.
    authenticated: bool,
}

/// One control protocol.
#[derive(Debug, Default)]
struct ProtocolObserver {
    caller: Side,
    server: Side,
    opened: bool,
}

/// What one end asked for.
#[derive(Debug, Default)]
struct Side {
    /// Identifier of its latest Configure-Request.
    identifier: u8,
    /// The options in it.
    options: Vec<u8>,
    /// Whether the other end took it.
    acknowledged: bool,
}

impl Side {
    /// The data of an option it asked for.
    fn option(&self, kind: u8) -> Option<Vec<u8>> {
        let found = Options::new(&self.options).map_while(Result::ok).find(|option| option.kind == kind);
        found.map(|option| option.data.to_vec())
    }

    fn address(&self, kind: u8) -> Option<Ipv4Addr> {
        let octets: [u8; 4] = self.option(kind)?.try_into().ok()?;
        Some(Ipv4Addr::from(octets)).filter(|address| !address.is_unspecified())
    }
}

impl ProtocolObserver {
    /// A packet of it; true if it is Opened by this one.
    fn hear(&mut self, from: End, packet: &Packet<'_>) -> bool {
        let Ok(repr) = Repr::parse(packet) else { return false };
        let (own, other) = match from {
            End::Caller => (&mut self.caller, &mut self.server),
            End::Server => (&mut self.server, &mut self.caller),
        };
        match repr {
            Repr::Configure { code: Code::ConfigureRequest, options } => {
                *own = Side { identifier: packet.identifier(), options: options.to_vec(), acknowledged: false };
                // Who asks again has left Opened, and so has who is asked (RFC 1661 §4.1).
                if std::mem::take(&mut self.opened) {
                    other.acknowledged = false;
                }
            }
            Repr::Configure { code: Code::ConfigureAck, .. } if packet.identifier() == other.identifier => {
                other.acknowledged = true;
                let before = std::mem::replace(&mut self.opened, self.caller.acknowledged && self.server.acknowledged);
                return self.opened && !before;
            }
            Repr::Terminate { .. } => *self = Self::default(),
            _ => {}
        }
        false
    }
}

/// A packet of a network protocol, sent by that end.
const fn data(from: End) -> CallerEvent {
    match from {
        End::Caller => CallerEvent::DataSent,
        End::Server => CallerEvent::DataReceived,
    }
}

impl LinkObserver {
    /// A good frame; what it means, in order.
    pub(super) fn hear(&mut self, from: End, frame: &[u8]) -> Vec<CallerEvent> {
        let Ok(Frame { protocol, information }) = Frame::parse(frame) else { return Vec::new() };
        match protocol {
            IP | VJ_COMPRESSED | VJ_UNCOMPRESSED if self.ipcp.opened => return vec![data(from)],
            IPV6 if self.ipv6cp.opened => return vec![data(from)],
            // Whatever it is in there: once a network is up, it is seldom anything else than its data.
            COMPRESSED if self.ipcp.opened || self.ipv6cp.opened => return vec![data(from)],
            _ => {}
        }
        let Ok(packet) = Packet::new_checked(information) else { return Vec::new() };
        match protocol {
            LCP => self.hear_lcp(from, &packet),
            PAP | CHAP if from == End::Server => self.hear_auth(protocol, &packet).into_iter().collect(),
            IPCP if self.ipcp.hear(from, &packet) => vec![CallerEvent::Link(self.ip_up())],
            _ => {
                if protocol == IPV6CP {
                    self.ipv6cp.hear(from, &packet);
                }
                Vec::new()
            }
        }
    }

    fn hear_lcp(&mut self, from: End, packet: &Packet<'_>) -> Vec<CallerEvent> {
        let opens = self.lcp.hear(from, packet);
        match Repr::parse(packet) {
            Ok(Repr::Terminate { code, data }) => {
                *self = Self::default();
                if from == End::Server && code == Code::TerminateRequest {
                    return vec![CallerEvent::Link(LinkEvent::TerminateRequest(data.to_vec()))];
                }
            }
            Ok(Repr::Configure { code: Code::ConfigureRequest, .. }) => {
                // Whatever stands on LCP has to begin again with it.
                (self.ipcp, self.ipv6cp) = Default::default();
                self.authenticated = false;
            }
            _ => {}
        }
        if !opens {
            return Vec::new();
        }
        let asked = self.lcp.server.option(lcp::AUTHENTICATION).is_some();
        let mut events = vec![CallerEvent::Link(LinkEvent::LcpOpened)];
        events.extend((!asked).then_some(CallerEvent::Link(LinkEvent::AuthNotAsked)));
        events
    }

    fn hear_auth(&mut self, protocol: u16, packet: &Packet<'_>) -> Option<CallerEvent> {
        let (method, accepted, message) = if protocol == PAP {
            match pap::Repr::parse(packet).ok()? {
                pap::Repr::Ack { message } => (Method::Pap, true, message),
                pap::Repr::Nak { message } => (Method::Pap, false, message),
                pap::Repr::Request { .. } | pap::Repr::Unknown { .. } => return None,
            }
        } else {
            match chap::Repr::parse(packet).ok()? {
                chap::Repr::Success { message } => (Method::Chap, true, message),
                chap::Repr::Failure { message } => (Method::Chap, false, message),
                chap::Repr::Challenge { .. } | chap::Repr::Response { .. } | chap::Repr::Unknown { .. } => return None,
            }
        };
        // With CHAP the server may ask again at any time, and only a refusal is news then.
        if std::mem::replace(&mut self.authenticated, accepted) && accepted {
            return None;
        }
        let outcome = if accepted { OwnAuth::Accepted } else { OwnAuth::Refused };
        Some(CallerEvent::Link(LinkEvent::Auth(method, outcome(message.to_vec()))))
    }

    fn ip_up(&self) -> LinkEvent {
        let (caller, server) = (&self.ipcp.caller, &self.ipcp.server);
        let mut dns: Vec<Ipv4Addr> =
            [ipcp::PRIMARY_DNS, ipcp::SECONDARY_DNS].into_iter().filter_map(|kind| caller.address(kind)).collect();
        dns.dedup();
        LinkEvent::IpUp {
            local: caller.address(ipcp::ADDRESS).unwrap_or(Ipv4Addr::UNSPECIFIED),
            peer: server.address(ipcp::ADDRESS),
            dns,
        }
    }
}

#[cfg(test)]
mod tests {
    use offhook_ppp::frame::Compression;
    use offhook_ppp::options::push;
    use offhook_ppp::packet::emit;

    use super::*;

    const ALICE: [u8; 4] = [192, 168, 32, 105];
    const SERVER: [u8; 4] = [192, 168, 32, 1];

    fn said(
        link: &mut LinkObserver,
        from: End,
        protocol: u16,
        code: u8,
        identifier: u8,
        data: &[u8],
    ) -> Vec<CallerEvent> {
        let information = emit(code, identifier, data);
        link.hear(from, &Frame { protocol, information: &information }.emit(Compression::NONE))
    }

    fn options(all: &[(u8, &[u8])]) -> Vec<u8> {
        let mut octets = Vec::new();
        for (kind, data) in all {
            push(&mut octets, *kind, data);
        }
        octets
    }

    /// Both ends ask for these options and get them; what the last acknowledgement brings.
    fn agreed(link: &mut LinkObserver, protocol: u16, caller: &[u8], server: &[u8]) -> Vec<CallerEvent> {
        assert!(said(link, End::Caller, protocol, 1, 1, caller).is_empty());
        assert!(said(link, End::Server, protocol, 1, 7, server).is_empty());
        assert!(said(link, End::Server, protocol, 2, 1, caller).is_empty());
        said(link, End::Caller, protocol, 2, 7, server)
    }

    #[test]
    fn a_link_is_followed_through_its_phases() {
        let mut link = LinkObserver::default();
        let pap = options(&[(lcp::AUTHENTICATION, &[0xc0, 0x23])]);
        assert_eq!(agreed(&mut link, LCP, &[], &pap), [CallerEvent::Link(LinkEvent::LcpOpened)]);
        let ok = LinkEvent::Auth(Method::Pap, OwnAuth::Accepted(b"Login ok".to_vec()));
        let ack = said(&mut link, End::Server, PAP, pap::Code::AuthenticateAck.into(), 1, b"\x08Login ok");
        assert_eq!(ack, [CallerEvent::Link(ok)]);
        let wanted = options(&[(ipcp::ADDRESS, &ALICE), (ipcp::PRIMARY_DNS, &[9; 4]), (ipcp::SECONDARY_DNS, &[9; 4])]);
        let up = LinkEvent::IpUp { local: ALICE.into(), peer: Some(SERVER.into()), dns: vec![[9; 4].into()] };
        assert_eq!(agreed(&mut link, IPCP, &wanted, &options(&[(ipcp::ADDRESS, &SERVER)])), [CallerEvent::Link(up)]);
        let datagram = Frame { protocol: IP, information: &[0x45] }.emit(Compression::NONE);
        assert_eq!(link.hear(End::Server, &datagram), [CallerEvent::DataReceived]);
        let over = CallerEvent::Link(LinkEvent::TerminateRequest(b"Link inactive".to_vec()));
        assert_eq!(said(&mut link, End::Server, LCP, 5, 9, b"Link inactive"), [over]);
        assert!(link.hear(End::Server, &datagram).is_empty(), "the network is down");
    }

    #[test]
    fn an_old_acknowledgement_opens_nothing() {
        let mut link = LinkObserver::default();
        said(&mut link, End::Caller, LCP, 1, 1, &[]);
        said(&mut link, End::Caller, LCP, 1, 2, &[]);
        said(&mut link, End::Server, LCP, 1, 1, &[]);
        said(&mut link, End::Caller, LCP, 2, 1, &[]);
        assert!(said(&mut link, End::Server, LCP, 2, 1, &[]).is_empty());
        let opened = [LinkEvent::LcpOpened, LinkEvent::AuthNotAsked].map(CallerEvent::Link);
        assert_eq!(said(&mut link, End::Server, LCP, 2, 2, &[]), opened);
    }

    #[test]
    fn octets_that_are_no_packet_are_passed_over() {
        let mut link = LinkObserver::default();
        for octets in [&b""[..], b"\xff", b"\xff\x03\xc0\x21", b"\xff\x03\xc0\x21\x01\x01\x00\x99", b"\x80\x21\x02"] {
            assert!(link.hear(End::Caller, octets).is_empty());
        }
    }
}
