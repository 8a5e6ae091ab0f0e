//! The network phase (RFC 1661 §3.6): IPCP and IPV6CP on an authenticated link, and its end when neither is left. CCP, which is up
//! beside them, is [`compression`](super::compression)'s business.

use std::net::Ipv4Addr;

use offhook_clock::Instant;

use super::{Layer, Link, LinkEnding, LinkEvent, Phase};
use crate::automaton::{Event, State};
use crate::control::{Control, Output};
use crate::frame::{CHAP, EAP, IP, IPCP, IPV6, IPV6CP, LCP, LQR, PAP};

impl Link {
    /// Whether datagrams of `protocol` may cross the link.
    pub(super) fn is_open(&self, protocol: u16) -> bool {
        let state = match protocol {
            IP => self.ipcp.as_ref().map_or(State::Initial, Control::state),
            IPV6 => self.ipv6cp.as_ref().map_or(State::Initial, Control::state),
            _ => State::Initial,
        };
        self.phase == Phase::Network && state == State::Opened && self.may_send()
    }

    /// One end knows who the other is, or does not ask: CCP, IPCP and IPV6CP are opened, if they are wanted.
    pub(super) fn begin_network(&mut self, now: Instant) {
        if self.phase == Phase::Network {
            return;
        }
        if self.begin_callback(now) {
            return;
        }
        self.set_phase(Phase::Network);
        self.open_network(now);
    }

    /// IPCP and IPV6CP are opened.
    pub(super) fn open_network_protocols(&mut self, now: Instant) {
        if let Some(ipcp) = &mut self.ipcp {
            ipcp.handle_open(now);
            ipcp.handle_up(now);
        }
        if let Some(ipv6cp) = &mut self.ipv6cp {
            ipv6cp.handle_open(now);
            ipv6cp.handle_up(now);
        }
    }

    /// Carries out what the network protocols have to say; whether there was anything.
    pub(super) fn pump_network(&mut self, now: Instant) -> bool {
        let mut any = false;
        while let Some(output) = self.ccp.as_mut().and_then(Control::poll_output) {
            any = true;
            self.handle_ccp_output(now, output);
        }
        while let Some(output) = self.ipcp.as_mut().and_then(Control::poll_output) {
            any = true;
            self.handle_network_output(now, IPCP, output);
        }
        while let Some(output) = self.ipv6cp.as_mut().and_then(Control::poll_output) {
            any = true;
            self.handle_network_output(now, IPV6CP, output);
        }
        any
    }

    fn handle_network_output(&mut self, now: Instant, protocol: u16, output: Output) {
        let ip = protocol == IPCP;
        match output {
            Output::Packet(packet) if self.phase == Phase::Network => self.transmit(protocol, &packet),
            Output::Up if ip => self.ip_up(now),
            Output::Up => self.ipv6_up(now),
            Output::Down if ip => {
                self.headers_down();
                if std::mem::take(&mut self.ip_is_up) {
                    self.events.push_back(LinkEvent::IpDown);
                }
            }
            Output::Down => {
                if std::mem::take(&mut self.ipv6_is_up) {
                    self.events.push_back(LinkEvent::Ipv6Down);
                }
            }
            Output::NotConverging(rounds) => self.not_converging(protocol, rounds),
            Output::Finished { by, from } => {
                // Nobody there who speaks it: nothing will come of waiting.
                if by == Event::TimeoutExpired && from.is_negotiating() {
                    self.unsettled.get_or_insert(LinkEnding::NoNetwork);
                }
                self.close_without_network(now);
            }
            Output::Packet(_)
            | Output::Started
            | Output::TerminateRequest(_)
            | Output::ProtocolRejected(_)
            | Output::CodeRejected(_)
            | Output::EchoReply(_)
            | Output::LoopedBack
            | Output::Own { .. } => {}
        }
    }

    fn ip_up(&mut self, now: Instant) {
        let Some(control) = &mut self.ipcp else { return };
        let ipcp = control.protocol();
        let unknown = ipcp.has_no_address().then_some(Ipv4Addr::UNSPECIFIED);
        if let Some(local) = ipcp.local().or(unknown) {
            let up = LinkEvent::IpUp { local, peer: ipcp.peer(), dns: ipcp.dns(), wins: ipcp.wins() };
            self.headers_up();
            self.events.push_back(up);
            self.ip_is_up = true;
        } else {
            let why = ipcp.insists().map_or(LinkEnding::NoAddress, LinkEnding::AddressRejected);
            self.cause.get_or_insert(why);
            control.handle_close(now, "No address");
        }
    }

    /// Without both identifiers there are no link-local addresses, and nothing to say over IPv6.
    fn ipv6_up(&mut self, now: Instant) {
        let Some(ipv6cp) = &mut self.ipv6cp else { return };
        if let (Some(local), Some(peer)) = (ipv6cp.protocol().local(), ipv6cp.protocol().peer()) {
            self.events.push_back(LinkEvent::Ipv6Up { local, peer });
            self.ipv6_is_up = true;
        } else {
            self.unsettled.get_or_insert(LinkEnding::NoNetwork);
            ipv6cp.handle_close(now, "No interface identifier");
        }
    }

    /// "MUST stop sending packets of the indicated protocol at the earliest opportunity" (RFC 1661 §5.7).
    pub(super) fn protocol_rejected(&mut self, now: Instant, protocol: u16) {
        match protocol {
            PAP | CHAP | EAP => self.authentication_rejected(now),
            LCP => {
                self.cause.get_or_insert(LinkEnding::LcpRejected);
            }
            IPCP => {
                if let Some(ipcp) = &mut self.ipcp {
                    ipcp.handle_down(now);
                }
            }
            IPV6CP => {
                if let Some(ipv6cp) = &mut self.ipv6cp {
                    ipv6cp.handle_down(now);
                }
            }
            // The peer negotiates what it does not take: it is told that it will not come either.
            IP => {
                if let Some(ipcp) = &mut self.ipcp {
                    ipcp.handle_close(now, "IP was rejected");
                }
            }
            IPV6 => {
                if let Some(ipv6cp) = &mut self.ipv6cp {
                    ipv6cp.handle_close(now, "IPv6 was rejected");
                }
            }
            LQR => self.monitor.cease(),
            _ => self.compression_rejected(now, protocol),
        }
        self.close_without_network(now);
    }

    /// A link over which nothing can go is terminated, if that is so for a reason of this end's. "The fact that one NCP has Closed
    /// is not sufficient reason to cause the termination of the PPP link, even if that NCP was the only NCP currently in the
    /// Opened state" (RFC 1661 §3.7): if the peer has ended it, the link stays.
    fn close_without_network(&mut self, now: Instant) {
        // IPCP that waits for encryption has not ended.
        if self.must_encrypt() && !self.may_send() {
            return;
        }
        if self.config.outlasts_network && self.cause.is_none() && self.unsettled.is_none() {
            return;
        }
        let over = |state| matches!(state, State::Initial | State::Starting | State::Closed | State::Stopped);
        let ipcp = self.ipcp.as_ref().map_or(State::Initial, Control::state);
        let ipv6cp = self.ipv6cp.as_ref().map_or(State::Initial, Control::state);
        if self.phase == Phase::Network && !self.is_frozen(Layer::Lcp) && over(ipcp) && over(ipv6cp) {
            let why = self.unsettled.take().unwrap_or(LinkEnding::NoNetwork);
            self.cause.get_or_insert(why);
            self.lcp.handle_close(now, "No network protocols running");
        }
    }
}
