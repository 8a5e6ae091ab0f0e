//! How far two PPP ends have got, from what they say to each other (RFC 1661, RFC 1334, RFC 1994, RFC 2433, RFC 2759,
//! RFC 3748, RFC 1332).
//!
//! In: frames of both. Out: what the built-in caller tells of its own link, and authentication by protocols that it does not
//! speak. A protocol is taken to be Opened when each end has acknowledged the other's latest Configure-Request. How the caller
//! is to authenticate itself is what LCP has agreed on: CHAP and its two Microsoft kinds have one Protocol field.

use std::net::Ipv4Addr;

use offhook_caller::CallerEvent;
use offhook_ppp::auth::{AuthOption, OwnAuth};
use offhook_ppp::frame::{CHAP, EAP, Frame, IP, IPCP, IPV6, IPV6CP, LCP, PAP};
use offhook_ppp::link::LinkEvent;
use offhook_ppp::options::Options;
use offhook_ppp::packet::{Code, Packet, Repr};
use offhook_ppp::{chap, eap, ipcp, ipv6cp, lcp, pap};
use offhook_telephony::trace::End;

use super::Tapped;

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

const fn link(event: LinkEvent) -> Tapped {
    Tapped::Event(CallerEvent::Link(event))
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
    pub(super) fn hear(&mut self, from: End, frame: &[u8]) -> Vec<Tapped> {
        let Ok(Frame { protocol, information }) = Frame::parse(frame) else { return Vec::new() };
        match protocol {
            IP | VJ_COMPRESSED | VJ_UNCOMPRESSED if self.ipcp.opened => return vec![Tapped::Event(data(from))],
            IPV6 if self.ipv6cp.opened => return vec![Tapped::Event(data(from))],
            // Whatever it is in there: once a network is up, it is seldom anything else than its data.
            COMPRESSED if self.ipcp.opened || self.ipv6cp.opened => return vec![Tapped::Event(data(from))],
            _ => {}
        }
        let Ok(packet) = Packet::new_checked(information) else { return Vec::new() };
        match protocol {
            LCP => self.hear_lcp(from, &packet).into_iter().map(link).collect(),
            PAP | CHAP | EAP if from == End::Server => self.hear_auth(protocol, &packet).into_iter().collect(),
            IPCP if self.ipcp.hear(from, &packet) => vec![link(self.ip_up())],
            IPV6CP if self.ipv6cp.hear(from, &packet) => self.ipv6_up().map(link).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    fn hear_lcp(&mut self, from: End, packet: &Packet<'_>) -> Vec<LinkEvent> {
        let opens = self.lcp.hear(from, packet);
        match Repr::parse(packet) {
            Ok(Repr::Terminate { code, data }) => {
                *self = Self::default();
                if from == End::Server && code == Code::TerminateRequest {
                    return vec![LinkEvent::TerminateRequest(data.to_vec())];
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
        let mut events = vec![LinkEvent::LcpOpened];
        events.extend((!asked).then_some(LinkEvent::AuthNotAsked));
        events
    }

    /// What the server says to what the caller has shown of itself.
    fn hear_auth(&mut self, protocol: u16, packet: &Packet<'_>) -> Option<Tapped> {
        let (accepted, message) = match protocol {
            PAP => match pap::Repr::parse(packet).ok()? {
                pap::Repr::Ack { message } => (true, message),
                pap::Repr::Nak { message } => (false, message),
                pap::Repr::Request { .. } | pap::Repr::Unknown { .. } => return None,
            },
            CHAP => match chap::Repr::parse(packet).ok()? {
                chap::Repr::Success { message } => (true, message),
                chap::Repr::Failure { message } => (false, message),
                chap::Repr::Challenge { .. } | chap::Repr::Response { .. } | chap::Repr::Unknown { .. } => return None,
            },
            _ => match eap::Code::from(packet.code_octet()) {
                eap::Code::Success => (true, &[][..]),
                eap::Code::Failure => (false, &[][..]),
                eap::Code::Request | eap::Code::Response | eap::Code::Unknown(_) => return None,
            },
        };
        // With CHAP the server may ask again at any time, and only a refusal is news then.
        if std::mem::replace(&mut self.authenticated, accepted) && accepted {
            return None;
        }
        let outcome = if accepted { OwnAuth::Accepted } else { OwnAuth::Refused };
        Some(Tapped::Auth(self.agreed_on(protocol), outcome(message.to_vec())))
    }

    /// How the caller authenticates itself, a packet of `protocol` having come: as LCP has it, if that fits.
    fn agreed_on(&self, protocol: u16) -> AuthOption {
        let asked = self.lcp.server.option(lcp::AUTHENTICATION).and_then(|data| AuthOption::parse(&data));
        match (protocol, asked) {
            (PAP, _) => AuthOption::Pap,
            (CHAP, Some(chap @ AuthOption::Chap(_))) => chap,
            (CHAP, _) => AuthOption::Chap(chap::Algorithm::Md5),
            _ => AuthOption::Eap,
        }
    }

    /// The link-local addresses that both ends have asked for.
    fn ipv6_up(&self) -> Option<LinkEvent> {
        let identifier = |side: &Side| {
            let octets: [u8; 8] = side.option(ipv6cp::INTERFACE_IDENTIFIER)?.try_into().ok()?;
            Some(ipv6cp::link_local(u64::from_be_bytes(octets)))
        };
        Some(LinkEvent::Ipv6Up { local: identifier(&self.ipv6cp.caller)?, peer: identifier(&self.ipv6cp.server)? })
    }

    fn ip_up(&self) -> LinkEvent {
        let (caller, server) = (&self.ipcp.caller, &self.ipcp.server);
        let servers = |kinds: [u8; 2]| {
            let mut servers: Vec<Ipv4Addr> = kinds.into_iter().filter_map(|kind| caller.address(kind)).collect();
            servers.dedup();
            servers
        };
        LinkEvent::IpUp {
            local: caller.address(ipcp::ADDRESS).unwrap_or(Ipv4Addr::UNSPECIFIED),
            peer: server.address(ipcp::ADDRESS),
            dns: servers([ipcp::PRIMARY_DNS, ipcp::SECONDARY_DNS]),
            wins: servers([ipcp::PRIMARY_NBNS, ipcp::SECONDARY_NBNS]),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use offhook_ppp::frame::Compression;
    use offhook_ppp::options::push;
    use offhook_ppp::packet::emit;

    use super::*;

    const ALICE: [u8; 4] = [192, 168, 32, 105];
    const SERVER: [u8; 4] = [192, 168, 32, 1];

    fn said(link: &mut LinkObserver, from: End, protocol: u16, code: u8, identifier: u8, data: &[u8]) -> Vec<Tapped> {
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
    fn agreed(link: &mut LinkObserver, protocol: u16, caller: &[u8], server: &[u8]) -> Vec<Tapped> {
        assert!(said(link, End::Caller, protocol, 1, 1, caller).is_empty());
        assert!(said(link, End::Server, protocol, 1, 7, server).is_empty());
        assert!(said(link, End::Server, protocol, 2, 1, caller).is_empty());
        said(link, End::Caller, protocol, 2, 7, server)
    }

    #[test]
    fn a_link_is_followed_through_its_phases() {
        let mut link = LinkObserver::default();
        let pap = options(&[(lcp::AUTHENTICATION, &[0xc0, 0x23])]);
        assert_eq!(agreed(&mut link, LCP, &[], &pap), [super::link(LinkEvent::LcpOpened)]);
        let ok = Tapped::Auth(AuthOption::Pap, OwnAuth::Accepted(b"Login ok".to_vec()));
        let ack = said(&mut link, End::Server, PAP, pap::Code::AuthenticateAck.into(), 1, b"\x08Login ok");
        assert_eq!(ack, [ok]);
        let wanted = options(&[(ipcp::ADDRESS, &ALICE), (ipcp::PRIMARY_DNS, &[9; 4]), (ipcp::SECONDARY_DNS, &[9; 4])]);
        let up =
            LinkEvent::IpUp { local: ALICE.into(), peer: Some(SERVER.into()), dns: vec![[9; 4].into()], wins: vec![] };
        assert_eq!(agreed(&mut link, IPCP, &wanted, &options(&[(ipcp::ADDRESS, &SERVER)])), [super::link(up)]);
        let datagram = Frame { protocol: IP, information: &[0x45] }.emit(Compression::NONE);
        assert_eq!(link.hear(End::Server, &datagram), [Tapped::Event(CallerEvent::DataReceived)]);
        let over = super::link(LinkEvent::TerminateRequest(b"Link inactive".to_vec()));
        assert_eq!(said(&mut link, End::Server, LCP, 5, 9, b"Link inactive"), [over]);
        assert!(link.hear(End::Server, &datagram).is_empty(), "the network is down");
    }

    /// What a server that asks for this authentication says to its caller, and what is heard of it.
    fn authenticated(asked: &[u8], protocol: u16, code: u8, message: &[u8]) -> Vec<Tapped> {
        let mut link = LinkObserver::default();
        // That it is asked for at all is enough for it not to be "not asked".
        let opened = agreed(&mut link, LCP, &[], &options(&[(lcp::AUTHENTICATION, asked)]));
        assert_eq!(opened, [super::link(LinkEvent::LcpOpened)]);
        said(&mut link, End::Server, protocol, code, 3, message)
    }

    #[test]
    fn each_authentication_protocol_is_the_one_that_lcp_has_agreed_on() {
        // RFC 2433 §3, RFC 2759 §1, RFC 3748 §2.1.
        let (ms, ms_v2) = (AuthOption::Chap(chap::Algorithm::MsChap), AuthOption::Chap(chap::Algorithm::MsChapV2));
        for (asked, protocol, message, option) in [
            (&[0xc2, 0x23, 5][..], CHAP, &b"Access granted"[..], AuthOption::Chap(chap::Algorithm::Md5)),
            (&[0xc2, 0x23, 0x80], CHAP, b"E=691 R=1 C=0 V=2", ms),
            (&[0xc2, 0x23, 0x81], CHAP, b"E=691 R=1 C=0 V=3 M=Access denied", ms_v2),
            (&[0xc2, 0x27], EAP, b"", AuthOption::Eap),
        ] {
            let accepted = Tapped::Auth(option, OwnAuth::Accepted(message.to_vec()));
            assert_eq!(authenticated(asked, protocol, 3, message), [accepted]);
            let refused = Tapped::Auth(option, OwnAuth::Refused(message.to_vec()));
            assert_eq!(authenticated(asked, protocol, 4, message), [refused]);
            assert_eq!(authenticated(asked, protocol, 1, b"\x01\x01"), [], "a question is no answer");
        }
    }

    #[test]
    fn an_ipv6_network_is_up_when_both_have_acknowledged_it() {
        let mut link = LinkObserver::default();
        let identifier = |last| options(&[(ipv6cp::INTERFACE_IDENTIFIER, &[2, 0, 0, 0, 0, 0, 0, last])]);
        let up = agreed(&mut link, IPV6CP, &identifier(1), &identifier(2));
        let [Tapped::Event(CallerEvent::Link(LinkEvent::Ipv6Up { local, peer }))] = &up[..] else {
            panic!("{up:?}");
        };
        assert_eq!((local.to_string().as_str(), peer.to_string().as_str()), ("fe80::200:0:0:1", "fe80::200:0:0:2"));
    }

    #[test]
    fn an_old_acknowledgement_opens_nothing() {
        let mut link = LinkObserver::default();
        said(&mut link, End::Caller, LCP, 1, 1, &[]);
        said(&mut link, End::Caller, LCP, 1, 2, &[]);
        said(&mut link, End::Server, LCP, 1, 1, &[]);
        said(&mut link, End::Caller, LCP, 2, 1, &[]);
        assert!(said(&mut link, End::Server, LCP, 2, 1, &[]).is_empty());
        let opened = [LinkEvent::LcpOpened, LinkEvent::AuthNotAsked].map(super::link);
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
