//! Calls between a line of the pool and somebody outside it, in either direction.
//!
//! In: what becomes of a number that leads outside, what callers from outside do. Out: [`Far`], what whoever is outside
//! sees. A call to the pool is the exchange's; a call from it has a line of its own, whose called end is outside.

use std::time::Duration;

use offhook_clock::Instant;
use offhook_telephony::exchange::{CallSetup, CallerEvent, Line, LineConfig, LineEvent, LineOutput, Release, Tone};
use offhook_telephony::trace::{End, EventKind, Loss};

use super::{BACKLOG, Destination, ModemPool};
use crate::panel::LineState;
use crate::ppp_sessions::SessionId;

/// A call that leads outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallId {
    /// From outside to this line.
    In(usize),
    /// From a line to outside, numbered.
    Out(u64),
    /// From outside to a number that answers with PPP, numbered.
    Ppp(u64),
}

/// What whoever is outside sees of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Far {
    /// A line here has dialled something that leads outside.
    Dialled {
        /// The line.
        line: usize,
        /// The number or the address.
        to: Destination,
    },
    /// The line that was called is busy; the call is over.
    Busy,
    /// It has rung so often as it should; the call is over.
    NoAnswer,
    /// So many rings so far.
    Rings(u32),
    /// The modem went off hook.
    Answered,
    /// There is carrier, of so many bit/s.
    Connected(u32),
    /// Octets from the modem.
    Octets(Vec<u8>),
    /// The call is over.
    Cleared,
}

/// A call from a line here to outside.
#[derive(Debug)]
pub(super) struct Trunk {
    /// Whose call it is.
    pub(super) line: usize,
    /// The same, until that line goes on hook.
    pub(super) from: Option<usize>,
    /// There once it is answered.
    pub(super) outside_line: Option<Line>,
    /// What that will be like.
    pub(super) config: LineConfig,
    /// There has been carrier.
    pub(super) connected: bool,
    /// Nobody outside is at its other end, but PPP.
    pub(super) session: Option<SessionId>,
}

impl ModemPool {
    /// A line has dialled something that leads outside.
    pub(super) fn seek(&mut self, now: Instant, line: usize, to: Destination) {
        let config = self.lines[line].setup.line.clone();
        let id = self.begin_trunk(line, config, None);
        self.far.push_back((CallId::Out(id), Far::Dialled { line, to }));
        self.hear_tone(now, line, Tone::Ringing);
    }

    /// A call of a line that is not to another line here.
    pub(super) fn begin_trunk(&mut self, line: usize, config: LineConfig, session: Option<SessionId>) -> u64 {
        let id = self.next_trunk;
        self.next_trunk += 1;
        let trunk = Trunk { line, from: Some(line), outside_line: None, config, connected: false, session };
        self.trunks.insert(id, trunk);
        self.lines[line].trunk = Some(id);
        id
    }

    /// Nothing comes of a call to outside: that is what its modem hears.
    pub fn refuse(&mut self, now: Instant, call: CallId, tone: Tone) {
        let CallId::Out(id) = call else { return };
        if let Some(Trunk { from: Some(line), .. }) = self.trunks.remove(&id) {
            self.lines[line].trunk = None;
            self.hear_tone(now, line, tone);
            self.pump(now);
        }
    }

    /// A call to outside is answered: training begins.
    pub fn answer(&mut self, now: Instant, call: CallId) {
        let CallId::Out(id) = call else { return };
        let Some(trunk) = self.trunks.get_mut(&id) else { return };
        let mut outside_line = Line::new(trunk.config.clone());
        if let Some(line) = trunk.from.and_then(|line| self.lines.get(line)) {
            outside_line.set_abilities(End::Caller, line.modem.abilities());
        }
        let stamp = self.day.stamp(now);
        outside_line.place_call(now, CallSetup { rings: 1, stamp, ..CallSetup::default() });
        outside_line.handle_off_hook(now);
        trunk.outside_line = Some(outside_line);
        self.pump(now);
    }

    /// Whoever is outside sends octets.
    pub fn send(&mut self, now: Instant, call: CallId, octets: &[u8]) {
        match call {
            CallId::In(line) => self.exchange.send_from_outside(now, self.lines[line].id, octets),
            CallId::Out(id) => {
                if let Some(outside_line) = self.trunks.get_mut(&id).and_then(|trunk| trunk.outside_line.as_mut()) {
                    outside_line.send(now, End::Server, octets);
                }
            }
            CallId::Ppp(id) => self.send_to_ppp(now, id, octets),
        }
        self.pump(now);
    }

    /// Whether octets of whoever is outside may be read: not while much of what it sent still waits for the line.
    pub fn wants_far_octets(&self, now: Instant, call: CallId) -> bool {
        self.far_backlog(now, call) < BACKLOG
    }

    /// Line time of what whoever is outside has sent and what has not left yet.
    pub fn far_backlog(&self, now: Instant, call: CallId) -> Duration {
        match call {
            CallId::In(line) => self.exchange.backlog_from_outside(now, self.lines[line].id),
            CallId::Out(id) => {
                let outside_line = self.trunks.get(&id).and_then(|trunk| trunk.outside_line.as_ref());
                outside_line.map_or(Duration::ZERO, |outside_line| outside_line.backlog(now, End::Server))
            }
            CallId::Ppp(id) => self.backlog_to_ppp(now, id),
        }
    }

    /// Whose line a call leads to or comes from.
    pub fn line_of_call(&self, call: CallId) -> Option<usize> {
        match call {
            CallId::In(line) => Some(line),
            CallId::Out(id) => self.trunks.get(&id).and_then(|trunk| trunk.from),
            CallId::Ppp(_) => None,
        }
    }

    /// The operator ends whatever the line is doing.
    pub fn hang_up(&mut self, now: Instant, line: usize) {
        self.tell(now, line, EventKind::Note { text: "hung up at the bench".to_owned() });
        if let LineState::Ringing { .. } = self.lines[line].state {
            self.exchange.clear(now, self.lines[line].id, Release::Orderly);
            if let Some(caller) = self.lines.iter().position(|other| other.called == Some(line)) {
                self.hear_tone(now, caller, Tone::Busy);
            }
        } else {
            self.lines[line].modem.handle_line(now, LineEvent::CarrierLost { abrupt: false });
        }
        self.pump(now);
    }

    /// Whoever is outside hangs up.
    pub fn clear(&mut self, now: Instant, call: CallId) {
        match call {
            CallId::In(line) => {
                self.exchange.clear(now, self.lines[line].id, Release::Orderly);
                // Nobody is there to train with: the line is free at once, not when the modem has waited in vain (S7).
                if let LineState::Training { .. } = self.lines[line].state {
                    self.lines[line].modem.handle_line(now, LineEvent::CarrierLost { abrupt: false });
                }
            }
            CallId::Out(id) => {
                if let Some(outside_line) = self.trunks.get_mut(&id).and_then(|trunk| trunk.outside_line.as_mut()) {
                    outside_line.handle_on_hook(now);
                }
            }
            CallId::Ppp(id) => self.clear_ppp(now, id),
        }
        self.pump(now);
    }

    /// Somebody outside calls the line.
    pub fn place_call(&mut self, now: Instant, line: usize, from: Option<String>, name: Option<String>, rings: u32) {
        let setup = CallSetup {
            from: from.map(Into::into),
            name: name.map(Into::into),
            rings,
            stamp: self.day.stamp(now),
            ..CallSetup::default()
        };
        self.exchange.place_call(now, self.lines[line].id, setup);
        self.pump(now);
    }

    /// What somebody outside sees next.
    pub fn poll_far(&mut self) -> Option<(CallId, Far)> {
        self.far.pop_front()
    }

    /// What a caller from outside sees of its call to `line`.
    pub(super) fn handle_caller(&mut self, line: usize, event: CallerEvent) {
        let far = match event {
            CallerEvent::Busy => Far::Busy,
            CallerEvent::Answered => Far::Answered,
            CallerEvent::Connected(carrier) => Far::Connected(carrier.rate()),
            CallerEvent::Octets(octets) => Far::Octets(octets),
            CallerEvent::GaveUp => Far::NoAnswer,
            CallerEvent::Cleared { .. } => Far::Cleared,
            CallerEvent::CarrierLost
            | CallerEvent::CarrierBack
            | CallerEvent::Retrain
            | CallerEvent::Renegotiated(_)
            | CallerEvent::Unanswered { .. }
            | CallerEvent::Forwarded(_) => return,
        };
        self.far.push_back((CallId::In(line), far));
    }

    /// The calling line of a call to outside goes on hook.
    pub(super) fn leave_trunk(&mut self, now: Instant, line: usize) {
        let Some(id) = self.lines[line].trunk.take() else { return };
        let Some(trunk) = self.trunks.get_mut(&id) else { return };
        trunk.from = None;
        match &mut trunk.outside_line {
            // What has been sent still arrives, and then the other end hears of it.
            Some(outside_line) if trunk.connected => outside_line.clear(now, Release::Orderly),
            _ => self.drop_trunk(now, id),
        }
    }

    /// Moves what the lines to outside have to say; whether there was anything.
    pub(super) fn pump_trunks(&mut self, now: Instant) -> bool {
        let mut outputs = Vec::new();
        for (id, trunk) in &mut self.trunks {
            while let Some(output) = trunk.outside_line.as_mut().and_then(Line::poll_output) {
                outputs.push((*id, trunk.line, trunk.from, output));
            }
        }
        let moved = !outputs.is_empty();
        for (id, line, from, output) in outputs {
            match output {
                LineOutput::ToModem(LineEvent::Octets(octets)) => self.handle_far_end(now, id, Far::Octets(octets)),
                LineOutput::ToModem(LineEvent::Connected(carrier)) => {
                    if let Some(trunk) = self.trunks.get_mut(&id) {
                        trunk.connected = true;
                    }
                    self.handle_far_end(now, id, Far::Connected(carrier.rate()));
                }
                LineOutput::ToModem(LineEvent::CarrierLost { .. }) => self.drop_trunk(now, id),
                LineOutput::ToModem(_) => {}
                LineOutput::ToCaller(event) => self.handle_called(now, id, from, event),
                // The far end of the line is its called end here.
                LineOutput::Lost(loss) => self.lose(now, line, Loss { from: loss.from.other(), ..loss }),
                LineOutput::Trace(
                    what @ (EventKind::Connected { .. } | EventKind::Cleared { .. } | EventKind::Impairment { .. }),
                ) => {
                    if let Some(line) = from {
                        self.tell(now, line, what);
                    }
                }
                LineOutput::Trace(_) | LineOutput::ToWaitingCaller(_) => {}
            }
        }
        moved
    }

    /// What the calling modem sees of a call to outside.
    fn handle_called(&mut self, now: Instant, id: u64, from: Option<usize>, event: CallerEvent) {
        let Some(line) = from else { return };
        let event = match event {
            CallerEvent::Answered => LineEvent::Tone(Tone::Answer),
            CallerEvent::Connected(carrier) => LineEvent::Connected(carrier),
            CallerEvent::Octets(octets) => LineEvent::Octets(octets),
            CallerEvent::CarrierLost => LineEvent::CarrierLost { abrupt: true },
            CallerEvent::CarrierBack => LineEvent::CarrierBack,
            CallerEvent::Retrain => LineEvent::Retrain,
            CallerEvent::Renegotiated(carrier) => LineEvent::Renegotiated(carrier),
            CallerEvent::Unanswered { .. }
            | CallerEvent::Forwarded(_)
            | CallerEvent::Cleared { by: End::Caller, .. } => return,
            CallerEvent::Cleared { abrupt, .. } => {
                self.drop_trunk(now, id);
                LineEvent::CarrierLost { abrupt }
            }
            CallerEvent::Busy | CallerEvent::GaveUp => {
                self.drop_trunk(now, id);
                LineEvent::Tone(Tone::Busy)
            }
        };
        if let LineEvent::Octets(octets) = &event {
            self.hear(now, line, End::Caller, octets);
        }
        self.lines[line].follow_line(&event);
        self.lines[line].modem.handle_line(now, event);
    }

    fn drop_trunk(&mut self, now: Instant, id: u64) {
        let Some(trunk) = self.trunks.remove(&id) else { return };
        if let Some(line) = trunk.from {
            self.lines[line].trunk = None;
        }
        match trunk.session {
            Some(session) => self.sessions.lost(now, session),
            None => self.far.push_back((CallId::Out(id), Far::Cleared)),
        }
    }

    /// Whoever is at the other end of a call sees this.
    fn handle_far_end(&mut self, now: Instant, id: u64, far: Far) {
        match (self.trunks.get(&id).and_then(|trunk| trunk.session), far) {
            (None, far) => self.far.push_back((CallId::Out(id), far)),
            (Some(session), Far::Octets(octets)) => self.sessions.octets(now, session, &octets),
            (Some(session), Far::Connected(rate)) => self.sessions.carrier(now, session, Some(rate)),
            (Some(_), _) => {}
        }
    }

    /// The modem of a line that is off hook hears this.
    pub(super) fn hear_tone(&mut self, now: Instant, line: usize, tone: Tone) {
        self.tell(now, line, EventKind::Tone { name: tone.name().to_owned() });
        self.lines[line].modem.handle_line(now, LineEvent::Tone(tone));
    }

    /// Who is at the other end of a line.
    pub fn partner(&self, line: usize) -> Option<Partner> {
        let subscriber = &self.lines[line];
        match (subscriber.trunk, subscriber.called, &subscriber.state) {
            (Some(id), ..) => Some(Partner::Outside(CallId::Out(id))),
            (None, Some(other), _) => Some(Partner::Line(other)),
            (None, None, LineState::Connected { .. } | LineState::OnlineCommand { .. }) => {
                let caller = self.lines.iter().position(|other| other.called == Some(line));
                Some(caller.map_or(Partner::Outside(CallId::In(line)), Partner::Line))
            }
            _ => None,
        }
    }
}

/// The other end of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partner {
    /// Another line of the pool.
    Line(usize),
    /// Somebody outside.
    Outside(CallId),
}
