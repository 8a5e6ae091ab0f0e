//! One control protocol at work (RFC 1661 §4 and §5): packets, events and `now` in; packets and layer signals out.
//!
//! [`Control`] steps the automaton, carries out its actions, keeps Identifiers and the Restart timer with its counters.
//! What the options mean is left to a [`Protocol`], which gives a [`Verdict`] on each.
//!
//! ```
//! use offhook_clock::{Instant, Random};
//! use offhook_ppp::control::{Control, Output};
//! use offhook_ppp::frame::LCP;
//! use offhook_ppp::lcp::{Lcp, Settings};
//! use offhook_ppp::print;
//! use offhook_ppp::restart::Limits;
//!
//! let now = Instant::ZERO;
//! let mut lcp = Control::new(Lcp::new(Settings::DEFAULT, None, Random::new(1)), Limits::default());
//! lcp.handle_up(now);
//! lcp.handle_open(now);
//! let Some(Output::Packet(request)) = lcp.poll_output() else { unreachable!() };
//! assert!(print::packet(LCP, &request).starts_with("[LCP ConfReq id=0x1 <magic 0x"));
//!
//! // The peer asks for something that nobody knows.
//! lcp.handle_packet(now, b"\x01\x01\x00\x07\xfa\x03\x55")?;
//! let Some(Output::Packet(answer)) = lcp.poll_output() else { unreachable!() };
//! assert_eq!(print::packet(LCP, &answer), "[LCP ConfRej id=0x1 < fa 03 55>]");
//! // Nobody acknowledges the request: it is sent again in three seconds.
//! assert_eq!(lcp.poll_timeout(), Some(Instant::from_millis(3000)));
//! # Ok::<(), offhook_ppp::packet::PacketError>(())
//! ```

mod judging;
mod protocol;

use std::collections::VecDeque;

use offhook_clock::Instant;

use self::judging::is_answer;
pub use self::protocol::{Protocol, Sender, Verdict};

use crate::automaton::{Action, Cell, Event, Footnote, State, step};
use crate::frame::LCP;
use crate::options::Options;
use crate::packet::{Code, HEADER, Packet, PacketError, Repr, emit};
use crate::restart::{Limits, RestartTimer};

/// The octets of information a peer takes before anything else is agreed on (RFC 1661 §6.1).
pub const DEFAULT_MRU: u16 = 1500;

/// Code of Identification (RFC 1570 §1.1).
const IDENTIFICATION: u8 = 12;
/// Code of Time-Remaining (RFC 1570 §1.2).
const TIME_REMAINING: u8 = 13;

/// What comes out of a [`Control`], in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// An Information field to send.
    Packet(Vec<u8>),
    /// tlu: the layer is Opened.
    Up,
    /// tld: the layer is no longer Opened.
    Down,
    /// tls: the lower layer is needed.
    Started,
    /// tlf: the lower layer is not needed any longer.
    Finished {
        /// The event that led to it.
        by: Event,
        /// The state it happened in.
        from: State,
    },
    /// The peer asked to terminate, with these words.
    TerminateRequest(Vec<u8>),
    /// The peer does not know a protocol (LCP only, RFC 1661 §5.7).
    ProtocolRejected(u16),
    /// The peer does not know a code without which there is no negotiation (RFC 1661 §5.6).
    CodeRejected(u8),
    /// The peer answered an Echo-Request with this Identifier (LCP only, RFC 1661 §5.8).
    EchoReply(u8),
    /// The peer had another wish each time it was asked, so many times (RFC 1661 §4.6, "configuration is not converging"): the
    /// layer is closed.
    NotConverging(u32),
    /// Our own Magic-Number came back in Opened: negotiation starts again (LCP only, RFC 1661 §6.4).
    LoopedBack,
    /// A packet with one of the protocol's own codes, [`Protocol::CODES`].
    Own {
        /// The code.
        code: u8,
        /// Its Identifier.
        identifier: u8,
        /// What follows the header.
        data: Vec<u8>,
    },
}

/// Who begins a negotiation (RFC 1661 §4.2, Stopped and the Passive option).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Opening {
    /// Asks at once, and is finished if nobody answers.
    #[default]
    Active,
    /// Asks at once; if nobody answers, it waits for the peer's Configure-Request, as pppd does with `passive`.
    Passive,
    /// Waits for the peer's Configure-Request, as pppd does with `silent`.
    Silent,
}

/// A Configure-Request that was not answered yet.
#[derive(Clone, Debug)]
struct Outstanding {
    identifier: u8,
    options: Vec<u8>,
}

/// An automaton with its protocol.
#[derive(Clone, Debug)]
pub struct Control<P> {
    protocol: P,
    state: State,
    timer: RestartTimer,
    opening: Opening,
    /// Identifier of the last packet we began.
    identifier: u8,
    outstanding: Option<Outstanding>,
    terminate_reason: Vec<u8>,
    peer_mru: u16,
    /// Codes that the peer does not know and that can be done without; they are not sent any more.
    rejected_codes: Vec<u8>,
    outputs: VecDeque<Output>,
}

impl<P: Protocol> Control<P> {
    /// An automaton in Initial.
    pub fn new(protocol: P, limits: Limits) -> Self {
        Self {
            protocol,
            state: State::Initial,
            timer: RestartTimer::new(limits),
            opening: Opening::Active,
            identifier: 0,
            outstanding: None,
            terminate_reason: Vec::new(),
            peer_mru: DEFAULT_MRU,
            rejected_codes: Vec::new(),
            outputs: VecDeque::new(),
        }
    }

    /// The state.
    pub const fn state(&self) -> State {
        self.state
    }

    /// The protocol, with what was agreed on.
    pub const fn protocol(&self) -> &P {
        &self.protocol
    }

    pub(crate) const fn protocol_mut(&mut self) -> &mut P {
        &mut self.protocol
    }

    /// Nothing longer than this is sent in a Code-Reject or Echo-Reply.
    pub const fn set_peer_mru(&mut self, mru: u16) {
        self.peer_mru = mru;
    }

    /// Who begins, from the next Up on.
    pub const fn set_opening(&mut self, opening: Opening) {
        self.opening = opening;
    }

    /// Open (RFC 1661 §4.3).
    pub fn handle_open(&mut self, now: Instant) {
        self.fire(now, Event::Open, None, None);
    }

    /// Close, with the words for the Terminate-Request.
    pub fn handle_close(&mut self, now: Instant, reason: &str) {
        self.terminate_reason = reason.as_bytes().to_vec();
        self.fire(now, Event::Close, None, None);
    }

    /// Up: the lower layer is ready.
    pub fn handle_up(&mut self, now: Instant) {
        if matches!(self.state, State::Initial | State::Starting) {
            self.protocol.begin();
            self.rejected_codes.clear();
        }
        if self.state == State::Starting && self.opening == Opening::Silent {
            self.state = State::Stopped;
        } else {
            self.fire(now, Event::Up, None, None);
        }
    }

    /// Down: the lower layer is gone.
    pub fn handle_down(&mut self, now: Instant) {
        self.fire(now, Event::Down, None, None);
    }

    /// The layer is Opened with what `agree` tells the protocol, whatever it was before: somebody else has negotiated it.
    pub(crate) fn assume_opened(&mut self, agree: impl FnOnce(&mut P)) {
        if std::mem::replace(&mut self.state, State::Opened) == State::Opened {
            self.outputs.push_back(Output::Down);
        }
        agree(&mut self.protocol);
        self.timer.stop();
        self.outstanding = None;
        self.outputs.push_back(Output::Up);
    }

    /// The Restart timer may have run out.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.timer.deadline().is_some_and(|deadline| deadline <= now) {
            let event = if self.timer.expired() { Event::TimeoutExpired } else { Event::TimeoutRetry };
            self.fire(now, event, None, None);
        }
    }

    /// A packet of this protocol. Whatever is wrong with it is said and has had no effect ("silently discarded").
    pub fn handle_packet(&mut self, now: Instant, information: &[u8]) -> Result<(), PacketError> {
        let packet = Packet::new_checked(information)?;
        let repr = Repr::parse(&packet)?;
        if matches!(self.state, State::Initial | State::Starting) {
            return Ok(());
        }
        match repr {
            Repr::Configure { code: Code::ConfigureRequest, options } => self.handle_request(now, packet, options),
            Repr::Configure { code, options } => self.handle_answer(now, packet, code, options),
            Repr::Terminate { code: Code::TerminateRequest, data } => {
                self.outputs.push_back(Output::TerminateRequest(data.to_vec()));
                self.fire(now, Event::TerminateRequest, Some(packet), None);
            }
            Repr::Terminate { .. } => self.fire(now, Event::TerminateAck, Some(packet), None),
            Repr::CodeReject { rejected } => {
                if let [code, _, _, _, ..] = *rejected {
                    self.handle_code_reject(now, packet, code);
                }
            }
            // Identification and Time-Remaining (RFC 1570 §1.1, §1.2) are for people to read.
            Repr::Unknown { code: IDENTIFICATION | TIME_REMAINING, .. } if P::NUMBER == LCP => {}
            _ if packet.code().is_lcp_only() && P::NUMBER == LCP => self.handle_extended(now, packet, repr),
            Repr::Unknown { code, data } if P::CODES.contains(&code) => {
                if self.state == State::Opened {
                    let (identifier, data) = (packet.identifier(), data.to_vec());
                    self.outputs.push_back(Output::Own { code, identifier, data });
                }
            }
            _ => {
                let rejected = Repr::CodeReject { rejected: self.cut(packet.octets(), HEADER) };
                let answer = rejected.emit(self.identifier.wrapping_add(1));
                self.fire(now, Event::UnknownCode, Some(packet), Some(answer));
            }
        }
        Ok(())
    }

    /// Whether the peer has not rejected this code.
    pub fn may_send(&self, code: Code) -> bool {
        !self.rejected_codes.contains(&code.into())
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.timer.deadline()
    }

    /// The next thing that came of it all.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// A fresh Identifier for a packet that is no answer.
    pub const fn next_identifier(&mut self) -> u8 {
        self.identifier = self.identifier.wrapping_add(1);
        self.identifier
    }

    fn handle_request(&mut self, now: Instant, packet: Packet<'_>, options: &[u8]) {
        let answers = matches!(self.state, State::Stopped | State::Opened) || self.state.is_negotiating();
        if !answers {
            // What is sent does not depend on the options: Terminate-Ack or nothing.
            return self.fire(now, Event::RequestGood, Some(packet), None);
        }
        if let Some((event, code, options)) = self.judge(options) {
            let answer = emit(code.into(), packet.identifier(), &options);
            self.fire(now, event, Some(packet), Some(answer));
        }
    }

    /// A Configure-Ack, -Nak or -Reject. One Identifier is good for one answer: the answer to a request that was
    /// retransmitted may come twice, and the second is "out of sequence" and discarded (§4.3, RCA).
    fn handle_answer(&mut self, now: Instant, packet: Packet<'_>, code: Code, options: &[u8]) {
        let event = if code == Code::ConfigureAck { Event::Ack } else { Event::NakOrReject };
        if self.state.is_negotiating() || self.state == State::Opened {
            let Some(outstanding) = &self.outstanding else { return };
            if outstanding.identifier != packet.identifier() || !is_answer(code, options, &outstanding.options) {
                return;
            }
            self.outstanding = None;
            if code != Code::ConfigureAck
                && let Some(rounds) = self.timer.is_nakked()
            {
                self.outputs.push_back(Output::NotConverging(rounds));
                return self.handle_close(now, "Configuration does not converge");
            }
            for option in Options::new(options).map_while(Result::ok) {
                match code {
                    Code::ConfigureNak => self.protocol.nakked(option),
                    Code::ConfigureReject => self.protocol.rejected(option),
                    _ => {}
                }
            }
            if code == Code::ConfigureAck {
                self.protocol.acked();
            }
        }
        self.fire(now, event, Some(packet), None);
    }

    /// "The implementation MUST stop sending the offending packet type" (§4.3, RXJ+); without codes 1 to 7 there is no
    /// negotiation (RXJ-).
    fn handle_code_reject(&mut self, now: Instant, packet: Packet<'_>, code: u8) {
        if (1..=7).contains(&code) {
            self.outputs.push_back(Output::CodeRejected(code));
            return self.fire(now, Event::RejectCatastrophic, Some(packet), None);
        }
        if !self.rejected_codes.contains(&code) {
            self.rejected_codes.push(code);
        }
        self.fire(now, Event::RejectPermitted, Some(packet), None);
    }

    /// Codes 8 to 11, which only LCP has and which count only in Opened (RFC 1661 §5.7 to §5.9).
    fn handle_extended(&mut self, now: Instant, packet: Packet<'_>, repr: Repr<'_>) {
        if self.state != State::Opened {
            return;
        }
        match repr {
            Repr::ProtocolReject { protocol, .. } => {
                let catastrophic = protocol == P::NUMBER;
                let event = if catastrophic { Event::RejectCatastrophic } else { Event::RejectPermitted };
                self.outputs.push_back(Output::ProtocolRejected(protocol));
                self.fire(now, event, Some(packet), None);
            }
            Repr::Echo { code, magic, data } => match self.protocol.sender(magic) {
                Sender::Peer => self.handle_echo(now, packet, code, data),
                // "A somewhat pessimistic procedure is to assume a LCP Down event" (§6.4); the loop, if there is one,
                // shows in the negotiation that follows.
                Sender::Ourselves => {
                    self.outputs.push_back(Output::LoopedBack);
                    self.fire(now, Event::Down, None, None);
                    self.fire(now, Event::Up, None, None);
                }
                // "A link which has been (mis)configured for communications with a different peer" (§6.4).
                Sender::Stranger => {}
            },
            _ => {}
        }
    }

    fn handle_echo(&mut self, now: Instant, packet: Packet<'_>, code: Code, data: &[u8]) {
        match code {
            Code::EchoRequest if self.protocol.answers_echo() && self.may_send(Code::EchoReply) => {
                let magic = self.protocol.magic();
                let reply = Repr::Echo { code: Code::EchoReply, magic, data: self.cut(data, HEADER + 4) };
                self.fire(now, Event::Echo, Some(packet), Some(reply.emit(packet.identifier())));
            }
            Code::EchoReply => self.outputs.push_back(Output::EchoReply(packet.identifier())),
            _ => {}
        }
    }

    /// As much of `data` as the peer takes after `before` octets.
    fn cut<'a>(&self, data: &'a [u8], before: usize) -> &'a [u8] {
        &data[..data.len().min(usize::from(self.peer_mru).saturating_sub(before))]
    }

    /// Steps the automaton. `answer` is what sca, scn, scj and ser send.
    fn fire(&mut self, now: Instant, event: Event, received: Option<Packet<'_>>, answer: Option<Vec<u8>>) {
        let Cell::Go { actions, next, footnote } = step(self.state, event) else { return };
        let waits = footnote == Some(Footnote::Passive) && self.opening != Opening::Active;
        let from = std::mem::replace(&mut self.state, next);
        for action in actions {
            match action {
                Action::Tlu => self.outputs.push_back(Output::Up),
                Action::Tld => self.outputs.push_back(Output::Down),
                Action::Tls => self.outputs.push_back(Output::Started),
                Action::Tlf if waits => {}
                Action::Tlf => self.outputs.push_back(Output::Finished { by: event, from }),
                Action::Irc if actions.contains(&Action::Str) => self.timer.initialize_for_terminate(),
                Action::Irc => self.timer.initialize_for_configure(),
                Action::Zrc => self.timer.zero(now),
                Action::Scr => self.send_request(now, event, from),
                Action::Str => {
                    let identifier =
                        if event == Event::TimeoutRetry { self.identifier } else { self.next_identifier() };
                    let reason = Repr::Terminate { code: Code::TerminateRequest, data: &self.terminate_reason };
                    self.outputs.push_back(Output::Packet(reason.emit(identifier)));
                    self.timer.request_sent(now);
                }
                Action::Sta => {
                    let identifier = received.map_or(self.identifier, |packet| packet.identifier());
                    self.outputs.push_back(Output::Packet(emit(Code::TerminateAck.into(), identifier, &[])));
                }
                Action::Sca | Action::Scn | Action::Scj | Action::Ser => {
                    match action {
                        Action::Sca => self.timer.forgive(),
                        Action::Scj => self.identifier = self.identifier.wrapping_add(1),
                        _ => {}
                    }
                    self.outputs.extend(answer.clone().map(Output::Packet));
                }
            }
        }
        if !self.state.has_timer() {
            self.timer.stop();
        }
        if !self.state.is_negotiating() {
            self.outstanding = None;
        }
    }

    fn begin_negotiation(&mut self) {
        self.protocol.reset();
        self.timer.begin_negotiation();
    }

    /// scr. A retransmission keeps Identifier and contents, so that a late answer still counts (RFC 1661 §5.1).
    fn send_request(&mut self, now: Instant, event: Event, from: State) {
        let has_begun = from.is_negotiating() || matches!(event, Event::RequestGood | Event::RequestBad);
        if !has_begun {
            self.begin_negotiation();
        }
        let request = match self.outstanding.take() {
            Some(outstanding) if event == Event::TimeoutRetry => outstanding,
            _ => Outstanding { identifier: self.next_identifier(), options: self.protocol.request() },
        };
        let repr = Repr::Configure { code: Code::ConfigureRequest, options: &request.options };
        self.outputs.push_back(Output::Packet(repr.emit(request.identifier)));
        self.outstanding = Some(request);
        self.timer.request_sent(now);
    }
}

#[cfg(test)]
#[path = "control_tests.rs"]
mod tests;
