//! Datagrams on a link that compresses: headers by what IPCP agreed on, then the packet by what CCP agreed on, and back; and CCP
//! itself, up, down, and when a history was lost (RFC 1962 §3).
//!
//! A link that was told to encrypt has nothing of the network without: IPCP begins when CCP is Opened, as with pppd, no datagram goes
//! in clear, none that came in clear is taken, and a peer that does not encrypt ends the link.

use std::time::Duration;

use offhook_clock::Instant;

use super::codec::{Lost, Receiver, Sender};
use super::{Link, LinkEnding, LinkEvent, Phase};
use crate::automaton::State;
use crate::ccp::{Ccp, Code, Method, Reset};
use crate::compression::{Datagram, vj};
use crate::control::{Control, DEFAULT_MRU, Output};
use crate::frame::{CCP, CHAP, COMPRESSED, Frame, IP, IPV6, VJ_COMPRESSED, VJ_UNCOMPRESSED};

/// How long a Reset-Ack is waited for before the Reset-Request is sent again, if packets go on being lost; pppd has the same.
const PATIENCE: Duration = Duration::from_secs(1);
/// Octets that MPPE makes a packet longer by: its header, and a Protocol field of two octets.
pub(super) const MPPE_HEAD: u16 = 4;

/// A Reset-Request that has no answer yet.
#[derive(Clone, Copy, Debug)]
struct Resetting {
    identifier: u8,
    deadline: Instant,
    /// More was lost since it was sent.
    again: bool,
}

/// What compresses on a link.
#[derive(Debug, Default)]
pub(super) struct Compressing {
    headers_out: Option<vj::Compressor>,
    headers_in: Option<vj::Decompressor>,
    sender: Option<Sender>,
    receiver: Option<Receiver>,
    resetting: Option<Resetting>,
    /// [`LinkEvent::CompressionUp`] was given out and not taken back.
    is_up: bool,
}

impl Compressing {
    /// When [`Link::compression_timeout`] wants to be called.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.resetting.map(|resetting| resetting.deadline)
    }

    /// A frame was lost or damaged: headers may have changed by it (RFC 1144 §4.1).
    pub(super) fn toss(&mut self) {
        if let Some(headers) = &mut self.headers_in {
            headers.toss();
        }
    }
}

impl Link {
    /// CCP, if it is negotiated.
    pub const fn ccp(&self) -> Option<&Control<Ccp>> {
        self.ccp.as_ref()
    }

    /// The longest datagram that the peer takes: its Maximum-Receive-Unit, less what encryption makes a packet longer by.
    pub fn mtu(&self) -> u16 {
        let sends = self.ccp.as_ref().and_then(|ccp| ccp.protocol().sends());
        self.send.mru.saturating_sub(if sends.is_some_and(Method::encrypts) { MPPE_HEAD } else { 0 })
    }

    /// Whether this link has nothing of the network unless it is encrypted.
    pub(super) fn must_encrypt(&self) -> bool {
        self.ccp.as_ref().is_some_and(|ccp| ccp.protocol().insists())
    }

    /// Whether what must be encrypted can be.
    pub(super) fn may_send(&self) -> bool {
        !self.must_encrypt() || (self.compressing.sender.is_some() && self.compressing.receiver.is_some())
    }

    /// Puts a datagram on the line, as short as it gets.
    pub(super) fn transmit_datagram(&mut self, protocol: u16, datagram: &[u8]) {
        let compressing = &mut self.compressing;
        let headers = compressing.headers_out.as_mut().filter(|_| protocol == IP);
        let shorter = headers.and_then(|headers| headers.encode(datagram));
        let frame = shorter.as_ref().map_or(Frame { protocol, information: datagram }, Datagram::frame);
        match compressing.sender.as_mut().and_then(|sender| sender.encode(frame)) {
            Some(octets) => self.transmit(COMPRESSED, &octets),
            None => self.transmit(frame.protocol, frame.information),
        }
    }

    /// A packet that is neither of LCP nor of an authentication protocol has come in [`Phase::Network`].
    pub(super) fn handle_network_frame(&mut self, now: Instant, frame: Frame<'_>) {
        if frame.protocol != COMPRESSED || self.ccp.is_none() {
            let seen = self.compressing.receiver.as_mut().map(|receiver| receiver.incompressible(frame));
            if let Some(Err(lost)) = seen {
                self.lost(now, lost);
            }
            return self.handle_network_packet(frame, false);
        }
        // Not before both ends are Opened does compressed data mean anything.
        let Some(receiver) = &mut self.compressing.receiver else { return };
        match receiver.decode(frame.information) {
            Ok(datagram) => {
                self.compressing.resetting = None;
                // Only the network's packets are compressed; nobody hides a control packet.
                if datagram.protocol < 0x8000 && datagram.protocol != COMPRESSED {
                    self.handle_network_packet(datagram.frame(), true);
                }
            }
            Err(lost) => self.lost(now, lost),
        }
    }

    /// Whether frames of this protocol are the compressed form of others.
    pub(super) fn decompresses(&self, protocol: u16) -> bool {
        match protocol {
            COMPRESSED => self.ccp.is_some(),
            VJ_COMPRESSED | VJ_UNCOMPRESSED => self.compressing.headers_in.is_some(),
            _ => false,
        }
    }

    /// A datagram of any protocol that was not compressed or is not any more. It has a receiver only while its network protocol is
    /// Opened.
    fn handle_received_datagram(&mut self, frame: Frame<'_>, was_compressed: bool) {
        if !was_compressed && self.must_encrypt() {
            return;
        }
        let (protocol, octets) = match frame.protocol {
            VJ_COMPRESSED | VJ_UNCOMPRESSED => match &mut self.compressing.headers_in {
                Some(headers) => match headers.decode(frame) {
                    Ok(packet) => (IP, packet),
                    Err(_) => return,
                },
                None => return,
            },
            protocol => (protocol, frame.information.to_vec()),
        };
        if self.is_open(protocol) {
            self.events.push_back(LinkEvent::Datagram { protocol, octets });
        }
    }

    /// A packet was lost, and perhaps all that follow are until the peer has cleared its history.
    fn lost(&mut self, now: Instant, lost: Lost) {
        self.compressing.toss();
        let Some(ccp) = &mut self.ccp else { return };
        match (lost, &mut self.compressing.resetting) {
            (Lost::Packet { waiting: false }, _) => {}
            (_, Some(resetting)) => resetting.again = true,
            (_, none) => {
                let identifier = ccp.next_identifier();
                *none = Some(Resetting { identifier, deadline: now + PATIENCE, again: false });
                self.request_reset(now, identifier);
            }
        }
    }

    /// A peer that does not know Reset-Requests cannot be decompressed any more.
    fn request_reset(&mut self, now: Instant, identifier: u8) {
        let Some(ccp) = &mut self.ccp else { return };
        if ccp.may_send(u8::from(Code::ResetRequest).into()) {
            self.transmit(CCP, &Reset { ack: false, data: &[] }.emit(identifier));
        } else {
            ccp.handle_close(now, "Lost compression sync");
        }
    }

    /// The deadline of a Reset-Ack may have come.
    pub(super) fn compression_timeout(&mut self, now: Instant) {
        let resetting = &mut self.compressing.resetting;
        let Some(late) = resetting.take_if(|resetting| resetting.deadline <= now).filter(|late| late.again) else {
            return;
        };
        *resetting = Some(Resetting { deadline: now + PATIENCE, again: false, ..late });
        self.request_reset(now, late.identifier);
    }

    /// What CCP has to say.
    pub(super) fn handle_ccp_output(&mut self, now: Instant, output: Output) {
        match output {
            Output::Packet(packet) if self.phase == Phase::Network => self.transmit(CCP, &packet),
            Output::Up => self.compression_up(now),
            Output::Down => self.compression_down(),
            Output::Finished { .. } if self.phase == Phase::Network => {
                self.close_unencrypted(now, "CCP is finished", "MPPE required but peer negotiation failed");
            }
            Output::Own { code, identifier, .. } => match Code::from(code) {
                Code::ResetRequest => {
                    if let Some(sender) = &mut self.compressing.sender {
                        sender.reset();
                    }
                    // Linux waits for it with MPPE as well, whose packets say themselves that the key has changed.
                    self.transmit(CCP, &Reset { ack: true, data: &[] }.emit(identifier));
                }
                // Every one of them: a peer that was asked twice has cleared its history twice.
                Code::ResetAck => {
                    self.compressing.resetting = None;
                    if let Some(receiver) = &mut self.compressing.receiver {
                        receiver.reset();
                    }
                }
                Code::Unknown(_) => {}
            },
            Output::NotConverging(rounds) => self.not_converging(CCP, rounds),
            Output::Packet(_)
            | Output::Started
            | Output::Finished { .. }
            | Output::TerminateRequest(_)
            | Output::ProtocolRejected(_)
            | Output::CodeRejected(_)
            | Output::EchoReply(_)
            | Output::LoopedBack => {}
        }
    }

    fn compression_up(&mut self, now: Instant) {
        let Some(ccp) = &self.ccp else { return };
        let (receives, sends) = (ccp.protocol().receives(), ccp.protocol().sends());
        let keys = self.start_keys();
        let most = self.lcp.protocol().own().mru.max(DEFAULT_MRU);
        let compressing = &mut self.compressing;
        compressing.resetting = None;
        compressing.receiver = receives.and_then(|method| Receiver::new(method, keys.as_ref(), most));
        compressing.sender = sends.and_then(|method| Sender::new(method, keys.as_ref()));
        if self.must_encrypt() && !self.ccp.as_ref().is_some_and(|ccp| ccp.protocol().encrypts()) {
            let why = "CCP came to no agreement on MPPE";
            return self.close_unencrypted(now, why, "MPPE required but peer negotiation failed");
        }
        if receives.is_some() || sends.is_some() {
            self.compressing.is_up = true;
            self.events.push_back(LinkEvent::CompressionUp { receives, sends });
        }
        if self.must_encrypt() {
            self.open_network_protocols(now);
        }
    }

    /// CCP is no longer Opened: the histories are void.
    fn compression_down(&mut self) {
        let compressing = &mut self.compressing;
        (compressing.sender, compressing.receiver, compressing.resetting) = (None, None, None);
        if std::mem::take(&mut compressing.is_up) {
            self.events.push_back(LinkEvent::CompressionDown);
        }
    }

    /// Opens CCP, and whatever of the network need not wait for it.
    pub(super) fn open_network(&mut self, now: Instant) {
        let must_encrypt = self.must_encrypt();
        if must_encrypt && self.start_keys().is_none() {
            let why = "there are no keys, which Microsoft's CHAP leaves behind";
            return self.close_unencrypted(now, why, "MPPE required but not available");
        }
        if let Some(ccp) = &mut self.ccp {
            ccp.handle_open(now);
            ccp.handle_up(now);
        }
        if !must_encrypt {
            self.open_network_protocols(now);
        }
    }

    fn start_keys(&self) -> Option<crate::mppe::StartKeys> {
        self.authentication.start_keys(&self.config.role).filter(|_| self.authenticates_by(CHAP)).cloned()
    }

    /// The peer does not encrypt: without, a link that has to is over.
    pub(super) fn close_unencrypted(&mut self, now: Instant, why: &'static str, words: &str) {
        if self.must_encrypt() && self.phase == Phase::Network && self.lcp.state() == State::Opened {
            self.cause.get_or_insert(LinkEnding::NotEncrypted(why));
            self.lcp.handle_close(now, words);
        }
    }

    /// IPCP is Opened: headers are compressed as it agreed on.
    pub(super) fn headers_up(&mut self) {
        let Some(ipcp) = self.ipcp.as_ref().map(Control::protocol) else { return };
        let (receives, sends) = (ipcp.vj_receives(), ipcp.vj_sends());
        self.compressing.headers_in = receives.map(|vj| vj::Decompressor::new(vj.max_slot));
        self.compressing.headers_out = sends.map(|vj| vj::Compressor::new(vj.max_slot, vj.compress_slot != 0));
        if receives.is_some() || sends.is_some() {
            self.events.push_back(LinkEvent::HeadersCompressed { receives, sends });
        }
    }

    /// IPCP is no longer Opened.
    pub(super) fn headers_down(&mut self) {
        (self.compressing.headers_in, self.compressing.headers_out) = (None, None);
    }

    /// The peer does not know what a compressed packet is sent as.
    pub(super) fn compression_rejected(&mut self, now: Instant, protocol: u16) {
        match protocol {
            CCP => {
                if let Some(ccp) = &mut self.ccp {
                    ccp.handle_down(now);
                }
                self.close_unencrypted(now, "the peer rejects CCP", "MPPE required but peer negotiation failed");
            }
            COMPRESSED => {
                if let Some(ccp) = &mut self.ccp {
                    ccp.handle_close(now, "compressed data was rejected");
                }
            }
            VJ_COMPRESSED | VJ_UNCOMPRESSED => self.compressing.headers_out = None,
            _ => {}
        }
    }

    /// A packet of the network in [`Phase::Network`], whose protocol there may be none for.
    fn handle_network_packet(&mut self, frame: Frame<'_>, was_compressed: bool) {
        let Frame { protocol, information } = frame;
        match protocol {
            IP if self.ipcp.is_some() => self.handle_received_datagram(frame, was_compressed),
            IPV6 if self.ipv6cp.is_some() => self.handle_received_datagram(frame, was_compressed),
            VJ_COMPRESSED | VJ_UNCOMPRESSED if self.compressing.headers_in.is_some() => {
                self.handle_received_datagram(frame, was_compressed);
            }
            _ => self.reject_protocol(protocol, information),
        }
    }
}
