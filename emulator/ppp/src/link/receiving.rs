//! What comes in: a frame with a good FCS goes to its protocol, or is discarded, or is rejected (RFC 1661 §2, §3, §5.7).

use offhook_clock::Instant;

use super::{Layer, Link, LinkEnding, Phase};
use crate::frame::{CBCP, CCP, Frame, IP, IPCP, IPV6, IPV6CP, LCP, LQR};
use crate::lqr::Report;
use crate::packet::{Code, Repr};

impl Link {
    pub(super) fn handle_frame(&mut self, now: Instant, octets: &[u8]) {
        let Some(frame) = self.read(octets) else { return };
        let Frame { protocol, information } = frame;
        // A malformed packet is "silently discarded"; the trace shows it.
        match (self.phase, protocol) {
            (Phase::Dead, _) => {}
            _ if self.is_protocol_frozen(protocol) => {}
            (_, LCP) => {
                let _ = self.lcp.handle_packet(now, information);
                if self.lcp.protocol().is_looped_back() {
                    self.cause.get_or_insert(LinkEnding::LoopedBack);
                    self.lcp.handle_close(now, "Loopback detected");
                }
            }
            // Link quality is of the link, whatever goes over it.
            (Phase::Authenticate | Phase::Network, LQR) if self.monitors() => {
                if let Ok(report) = Report::parse(information) {
                    self.handle_report(now, report);
                }
            }
            // Once it is settled an Ack may have been lost, and the Response comes again.
            (Phase::Authenticate | Phase::Network, CBCP) if self.speaks_of_callback() => {
                self.handle_callback(now, information);
            }
            (Phase::Authenticate | Phase::Network, _) if self.authenticates_by(protocol) => {
                self.handle_authentication(now, protocol, information);
            }
            // "All other packets received during this phase MUST be silently discarded" (RFC 1661 §3.5; likewise §3.4, §3.7).
            (Phase::Establish | Phase::Authenticate | Phase::Terminate, _) => {}
            (Phase::Network, IPCP) if self.ipcp.is_some() => {
                let _ = self.ipcp.as_mut().map(|ipcp| ipcp.handle_packet(now, information));
            }
            (Phase::Network, IPV6CP) if self.ipv6cp.is_some() => {
                let _ = self.ipv6cp.as_mut().map(|ipv6cp| ipv6cp.handle_packet(now, information));
            }
            (Phase::Network, CCP) if self.ccp.is_some() => {
                let _ = self.ccp.as_mut().map(|ccp| ccp.handle_packet(now, information));
            }
            (Phase::Network, _) => self.handle_network_frame(now, frame),
        }
    }

    /// Address, control and protocol as the peer may have meant them; `None` if the frame is to be discarded.
    ///
    /// Compression that was not agreed on is taken for what it is if that makes sense, as other receivers do.
    fn read<'a>(&self, octets: &'a [u8]) -> Option<Frame<'a>> {
        // "Frames with unrecognized Addresses SHOULD be silently discarded", and Controls likewise (RFC 1662 §3.1).
        let frame = Frame::parse_any(octets).ok()?;
        let own = self.lcp.protocol().own();
        let is_known = Layer::of(frame.protocol).is_some() || matches!(frame.protocol, IP | IPV6);
        if is_known || self.decompresses(frame.protocol) {
            return Some(frame);
        }
        if !own.acfc && !Frame::has_address_control(octets) {
            return None;
        }
        // An odd first octet is one of the two of a Protocol field that cannot be.
        match *frame.information {
            [second, ref information @ ..] if frame.protocol < 0x100 && is_short(octets, &frame) && !own.pfc => {
                Some(Frame { protocol: frame.protocol << 8 | u16::from(second), information })
            }
            _ => Some(frame),
        }
    }

    /// Protocol-Reject (RFC 1661 §5.7), "truncated to comply with the peer's established MRU". A peer that does not know
    /// that code is not told.
    pub(super) fn reject_protocol(&mut self, protocol: u16, information: &[u8]) {
        if !self.lcp.may_send(Code::ProtocolReject) {
            return;
        }
        let room = usize::from(self.send.mru).saturating_sub(6);
        let information = &information[..information.len().min(room)];
        let identifier = self.lcp.next_identifier();
        self.transmit(LCP, &Repr::ProtocolReject { protocol, information }.emit(identifier));
    }
}

/// Whether the Protocol field of `frame` is one octet in `octets`.
fn is_short(octets: &[u8], frame: &Frame<'_>) -> bool {
    let before = octets.len() - frame.information.len();
    octets.get(before - 1).is_some_and(|last| u16::from(*last) == frame.protocol) && matches!(before, 1 | 3)
}
