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

use std::collections::VecDeque;

use offhook_clock::Instant;

use crate::automaton::{Action, Cell, Event, State, step};
use crate::frame::LCP;
use crate::options::{OptionError, Options, RawOption, push};
use crate::packet::{Code, HEADER, Packet, PacketError, Repr, emit};
use crate::restart::{Limits, RestartTimer};

/// The octets of information a peer takes before anything else is agreed on (RFC 1661 §6.1).
pub const DEFAULT_MRU: u16 = 1500;

/// What a protocol thinks of an option in the peer's Configure-Request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Acceptable.
    Ack,
    /// Known, but with this data instead (RFC 1661 §5.3).
    Nak(Vec<u8>),
    /// Not known or not wanted (RFC 1661 §5.4).
    Reject,
}

/// The options of a control protocol: which we ask for, and what we say to the peer's.
pub trait Protocol {
    /// The Protocol field of its packets.
    const NUMBER: u16;

    /// The lower layer is up: what was said over it before is void.
    fn begin(&mut self) {}
    /// Negotiation starts again: ask for what was wanted at first.
    fn reset(&mut self);
    /// The options of the next Configure-Request.
    fn request(&self) -> Vec<u8>;
    /// The peer acknowledged the last request.
    fn acked(&mut self) {}
    /// The peer's Configure-Nak proposes `option`.
    fn nakked(&mut self, option: RawOption<'_>);
    /// The peer's Configure-Reject returns `option`.
    fn rejected(&mut self, option: RawOption<'_>);
    /// A new Configure-Request of the peer is to be judged: what its last one said is void.
    fn begin_judging(&mut self);
    /// Judges an option of the peer's Configure-Request, and remembers it if it is good.
    fn judge(&mut self, option: RawOption<'_>) -> Verdict;
    /// Acceptable data for an option of this kind, for the peer that sent it with an impossible Length;
    /// `None` if the kind is unknown or has no data.
    fn desired(&mut self, kind: u8) -> Option<Vec<u8>>;
    /// Our Magic-Number, or 0 (LCP only, RFC 1661 §5.8).
    fn magic(&self) -> u32 {
        0
    }
    /// An Echo-Request came in Opened; whether it is answered (LCP only, RFC 1661 §5.8).
    fn answers_echo(&mut self) -> bool {
        true
    }
}

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
    /// Identifier of the last packet we began.
    identifier: u8,
    outstanding: Option<Outstanding>,
    terminate_reason: Vec<u8>,
    peer_mru: u16,
    outputs: VecDeque<Output>,
}

impl<P: Protocol> Control<P> {
    /// An automaton in Initial.
    pub fn new(protocol: P, limits: Limits) -> Self {
        Self {
            protocol,
            state: State::Initial,
            timer: RestartTimer::new(limits),
            identifier: 0,
            outstanding: None,
            terminate_reason: Vec::new(),
            peer_mru: DEFAULT_MRU,
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
        }
        self.fire(now, Event::Up, None, None);
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
                // Without codes 1 to 7 there is no negotiation (§4.3, RXJ).
                let catastrophic = rejected.first().is_some_and(|code| (1..=7).contains(code));
                let event = if catastrophic { Event::RejectCatastrophic } else { Event::RejectPermitted };
                if rejected.len() >= HEADER {
                    self.fire(now, event, Some(packet), None);
                }
            }
            _ if packet.code().is_lcp_only() && P::NUMBER == LCP => self.handle_extended(now, packet, repr),
            _ => {
                let rejected = Repr::CodeReject { rejected: self.cut(packet.octets(), HEADER) };
                let answer = rejected.emit(self.identifier.wrapping_add(1));
                self.fire(now, Event::UnknownCode, Some(packet), Some(answer));
            }
        }
        Ok(())
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
        if !self.state.is_negotiating() {
            self.timer.forgive();
        }
        if let Some((event, code, options)) = self.judge(options) {
            let answer = emit(code.into(), packet.identifier(), &options);
            self.fire(now, event, Some(packet), Some(answer));
        }
    }

    /// The answer to a list of options, or `None` if the packet is to be discarded (RFC 1661 §5.2 to §5.4, §6).
    fn judge(&mut self, options: &[u8]) -> Option<(Event, Code, Vec<u8>)> {
        let (mut naks, mut nakked, mut rejects) = (Vec::new(), Vec::new(), Vec::new());
        self.protocol.begin_judging();
        for option in Options::new(options) {
            match option {
                Ok(option) => match self.protocol.judge(option) {
                    Verdict::Ack => {}
                    Verdict::Nak(data) => {
                        push(&mut naks, option.kind, &data);
                        option.emit(&mut nakked);
                    }
                    Verdict::Reject => option.emit(&mut rejects),
                },
                // "A Configure-Nak SHOULD be transmitted which includes the desired Configuration Option with
                // an appropriate Length and Data" (§6); what follows such an option cannot be told apart.
                Err(OptionError::TooShort { kind, .. }) => match self.protocol.desired(kind) {
                    Some(data) => push(&mut naks, kind, &data),
                    None => return None,
                },
                // "The entire packet is silently discarded without affecting the automaton" (§6).
                Err(OptionError::Overrun { .. }) => return None,
            }
        }
        Some(if !rejects.is_empty() {
            (Event::RequestBad, Code::ConfigureReject, rejects)
        } else if naks.is_empty() {
            (Event::RequestGood, Code::ConfigureAck, options.to_vec())
        } else if self.timer.may_nak() || nakked.is_empty() {
            (Event::RequestBad, Code::ConfigureNak, naks)
        } else {
            // Max-Failure: "any further Configure-Nak packets ... are converted to Configure-Reject packets" (§4.6).
            (Event::RequestBad, Code::ConfigureReject, nakked)
        })
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

    /// Codes 8 to 11, which only LCP has and which count only in Opened (RFC 1661 §5.7 to §5.9).
    fn handle_extended(&mut self, now: Instant, packet: Packet<'_>, repr: Repr<'_>) {
        match repr {
            Repr::ProtocolReject { protocol, .. } if self.state == State::Opened => {
                let catastrophic = protocol == P::NUMBER;
                let event = if catastrophic { Event::RejectCatastrophic } else { Event::RejectPermitted };
                self.outputs.push_back(Output::ProtocolRejected(protocol));
                self.fire(now, event, Some(packet), None);
            }
            Repr::Echo { code: Code::EchoRequest, .. }
                if self.state == State::Opened && !self.protocol.answers_echo() => {}
            Repr::Echo { code: Code::EchoRequest, data, .. } => {
                let magic = self.protocol.magic();
                let reply = Repr::Echo { code: Code::EchoReply, magic, data: self.cut(data, HEADER + 4) };
                self.fire(now, Event::Echo, Some(packet), Some(reply.emit(packet.identifier())));
            }
            Repr::Echo { .. } => self.fire(now, Event::Echo, Some(packet), None),
            _ => {}
        }
    }

    /// As much of `data` as the peer takes after `before` octets.
    fn cut<'a>(&self, data: &'a [u8], before: usize) -> &'a [u8] {
        &data[..data.len().min(usize::from(self.peer_mru).saturating_sub(before))]
    }

    /// Steps the automaton. `answer` is what sca, scn, scj and ser send.
    fn fire(&mut self, now: Instant, event: Event, received: Option<Packet<'_>>, answer: Option<Vec<u8>>) {
        let Cell::Go { actions, next, .. } = step(self.state, event) else { return };
        let from = std::mem::replace(&mut self.state, next);
        for action in actions {
            match action {
                Action::Tlu => self.outputs.push_back(Output::Up),
                Action::Tld => self.outputs.push_back(Output::Down),
                Action::Tls => self.outputs.push_back(Output::Started),
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

    /// scr. A retransmission keeps Identifier and contents, so that a late answer still counts (RFC 1661 §5.1).
    fn send_request(&mut self, now: Instant, event: Event, from: State) {
        if !from.is_negotiating() {
            self.protocol.reset();
            self.timer.forgive();
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

/// Whether `answer` is a proper answer of this kind to a request with these options (RFC 1661 §5.2 to §5.4).
fn is_answer(code: Code, answer: &[u8], request: &[u8]) -> bool {
    if code == Code::ConfigureAck {
        return answer == request;
    }
    if answer.is_empty() || Options::new(answer).any(|option| option.is_err()) {
        return false;
    }
    // A Reject returns options unchanged and in order; a Nak changes them and may add some.
    let mut asked = Options::new(request);
    code == Code::ConfigureNak || Options::new(answer).all(|option| asked.any(|ours| ours == option))
}

#[cfg(test)]
#[path = "control_tests.rs"]
mod tests;
