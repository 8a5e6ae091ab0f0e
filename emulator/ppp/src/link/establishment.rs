//! The establishment and the termination phase (RFC 1661 §3.4, §3.7): what becomes of a link when LCP is Opened, is no
//! longer, or is finished.

use offhook_clock::Instant;

use super::compression::MPPE_HEAD;
use super::{AROUND, Link, LinkEnding, LinkEvent, NotConverging, Phase};
use crate::automaton::{Event, State};
use crate::control::{DEFAULT_MRU, Output};
use crate::frame::{IPCP, IPV6CP, LCP};
use crate::lcp::Settings;

impl Link {
    /// What LCP has to say.
    pub(super) fn handle_lcp_output(&mut self, now: Instant, output: Output) {
        match output {
            Output::Packet(packet) => self.transmit(LCP, &packet),
            Output::Up => self.lcp_up(now),
            Output::Down => self.lcp_down(now),
            Output::Started => {}
            Output::TerminateRequest(words) => {
                self.cause.get_or_insert_with(|| LinkEnding::ByPeer(words.clone()));
                self.events.push_back(LinkEvent::TerminateRequest(words));
            }
            Output::CodeRejected(code) => {
                self.cause.get_or_insert(LinkEnding::CodeRejected(code));
            }
            Output::NotConverging(rounds) => self.not_converging(LCP, rounds),
            Output::EchoReply(identifier) => self.echo_requests.answered(identifier),
            // What it comes to shows in the negotiation that follows.
            Output::LoopedBack | Output::Own { .. } => {}
            Output::ProtocolRejected(protocol) => self.protocol_rejected(now, protocol),
            // Close in Starting (§4.1): there is no line that could be hung up.
            Output::Finished { .. } if self.phase == Phase::Dead || self.is_silent => {}
            Output::Finished { by, from } => {
                let why = self.cause.take().unwrap_or_else(|| self.finished_because(by, from));
                self.set_phase(Phase::Terminate);
                self.patience = None;
                self.events.push_back(LinkEvent::Finished(why));
            }
        }
    }

    /// A protocol is closed because the peer never agrees. LCP and all that is above it have ended then.
    pub(super) fn not_converging(&mut self, protocol: u16, rounds: u32) {
        let what = NotConverging { protocol, rounds };
        self.events.push_back(LinkEvent::NotConverging(what));
        let why = LinkEnding::NotConverging(what);
        match protocol {
            LCP => {
                self.cause.get_or_insert(why);
            }
            IPCP | IPV6CP => {
                self.unsettled.get_or_insert(why);
            }
            _ => {}
        }
    }

    const fn finished_because(&self, by: Event, from: State) -> LinkEnding {
        let limits = self.config.limits;
        match by {
            Event::TimeoutExpired if from.is_negotiating() => LinkEnding::NoAgreement(limits.max_configure),
            Event::TimeoutExpired => LinkEnding::NoTerminateAck(limits.max_terminate),
            Event::RejectCatastrophic => LinkEnding::LcpRejected,
            _ => LinkEnding::Finished,
        }
    }

    fn lcp_up(&mut self, now: Instant) {
        let (own, peer) = (self.lcp.protocol().own(), self.lcp.protocol().peer());
        self.send = peer;
        self.unsettled = None;
        self.lcp.set_peer_mru(peer.mru);
        if let Some(ccp) = &mut self.ccp {
            ccp.set_peer_mru(peer.mru);
        }
        if let Some(ipcp) = &mut self.ipcp {
            ipcp.set_peer_mru(peer.mru);
        }
        // A peer that takes no account of it sends packets that are longer by what encryption adds.
        let longer = if self.must_encrypt() { MPPE_HEAD } else { 0 };
        let deframer = self.receiver.deframer_mut();
        deframer.set_accm(own.accm);
        // Whatever MRU was agreed on, "an implementation MUST still be able to receive the full 1500 octet information field
        // in case link synchronization is lost" (RFC 1661 §6.1).
        deframer.set_longest(usize::from(own.mru.max(DEFAULT_MRU)) + usize::from(longer) + AROUND);
        self.events.push_back(LinkEvent::LcpOpened);
        self.start_echo_requests(now);
        self.start_monitor(now);
        self.begin_authentication(now);
    }

    fn lcp_down(&mut self, now: Instant) {
        self.send = Settings::DEFAULT;
        self.lcp.set_peer_mru(DEFAULT_MRU);
        // The receive ACCM stays: a peer that has not left Opened yet sends as was agreed, and what it sends is intact. LCP,
        // which comes with everything escaped, is the same under any.
        self.end_authentication();
        self.echo_requests.stop();
        self.monitor.stop();
        self.calling_back.stop();
        let phase = match self.lcp.state() {
            State::Closing | State::Stopping => Phase::Terminate,
            State::Initial | State::Starting => Phase::Dead,
            _ => Phase::Establish,
        };
        if let Some(ccp) = &mut self.ccp {
            ccp.handle_down(now);
        }
        if let Some(ipcp) = &mut self.ipcp {
            ipcp.handle_down(now);
        }
        if let Some(ipv6cp) = &mut self.ipv6cp {
            ipv6cp.handle_down(now);
        }
        self.pump_network(now);
        self.set_phase(phase);
    }
}
