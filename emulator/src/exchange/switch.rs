//! The exchange proper: subscriber lines by number, and the calls between modems on them.
//!
//! In: what the modems on the lines do with their hooks, what they dial and send, calls from outside. Out: for each line
//! by itself what its modem sees ([`LineEvent`]), what a caller from outside sees of its call ([`CallerEvent`]), and the
//! trace. A [`Line`] is the called side of a call; a modem that dials is the caller of another subscriber's line.
//! Where a number leads says [`Numbers`]; of second callers takes care `second`, of calls that are through `through`.

use std::collections::VecDeque;

use super::caller_id::Stamp;
use super::config::{Abilities, CallSetup, LineConfig};
use super::events::{CallerEvent, LineEvent, LineOutput};
use super::line::Line;
use super::numbers::{Numbers, Route};
use super::second::Waiting;
use super::tone::Tone;
use crate::time::{Instant, earliest};
use crate::trace::{End, What};

/// So many calls are forwarded one after the other at most.
const MOST_FORWARDED: usize = 8;
/// So many rings a modem's call lasts before the exchange gives it up.
const PATIENCE: u32 = 30;

/// A subscriber line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineId(pub(super) usize);

/// Who calls a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// A caller without a line here.
    Outside,
    /// The modem of another line.
    Line(LineId),
}

#[derive(Clone, Debug)]
pub(super) struct Subscriber {
    number: String,
    pub(super) line: Line,
    caller: Option<Caller>,
    /// The line that this one's modem has called.
    called: Option<LineId>,
    /// Where its call goes if it is not answered in time, and how often it has been forwarded.
    next: Option<(String, usize)>,
    /// The call that rings it, as it was placed.
    setup: Option<CallSetup>,
    /// Who knocks.
    pub(super) waiting: Option<Waiting>,
    /// What its modem brings to training.
    abilities: Abilities,
    /// What its calls tell of their caller, if not just the number.
    tells: Option<CallSetup>,
    off_hook: bool,
    pub(super) output: VecDeque<LineOutput>,
}

/// A telephone exchange.
#[derive(Clone, Debug, Default)]
pub struct Exchange {
    pub(super) subscribers: Vec<Subscriber>,
    numbers: Numbers,
}

impl Exchange {
    /// An exchange with no lines.
    pub fn new() -> Self {
        Self::default()
    }

    /// A new line with this number; empty: it can only be called by [`Self::place_call`].
    pub fn subscribe(&mut self, number: impl Into<String>, config: LineConfig) -> LineId {
        let number = number.into();
        if !number.is_empty() {
            self.numbers.assign(&number, LineId(self.subscribers.len()));
        }
        let subscriber = Subscriber {
            number,
            line: Line::new(config),
            caller: None,
            called: None,
            next: None,
            setup: None,
            waiting: None,
            abilities: Abilities::default(),
            tells: None,
            off_hook: false,
            output: VecDeque::new(),
        };
        self.subscribers.push(subscriber);
        LineId(self.subscribers.len() - 1)
    }

    /// Numbers, hunt groups and forwarding, to be set up.
    pub fn numbers(&mut self) -> &mut Numbers {
        &mut self.numbers
    }

    /// Where a call to this number goes now, or what its caller hears instead of ringing.
    ///
    /// # Errors
    ///
    /// Special information tone: nobody has the number. Busy tone. Congestion: forwarding leads in a circle.
    pub fn route(&self, number: &str) -> Result<Route, Tone> {
        self.numbers.route(number, MOST_FORWARDED, |line| self.is_free(line), |line| self.takes_second_call(line))
    }

    /// What the calls of the modem on `line` tell of their caller from now on: number or reason, name, pattern of ringing.
    /// Rings, time and the called number are each call's own.
    pub fn set_identity(&mut self, line: LineId, tells: CallSetup) {
        self.subscribers[line.0].tells = Some(tells);
    }

    /// What the modem on `line` brings to its next training.
    pub fn set_abilities(&mut self, line: LineId, abilities: Abilities) {
        let subscriber = &mut self.subscribers[line.0];
        subscriber.abilities = abilities;
        subscriber.line.set_abilities(End::Server, abilities);
    }

    /// Whether a call to this line would ring: no call on it, and the modem on hook.
    pub fn is_free(&self, line: LineId) -> bool {
        self.subscribers[line.0].line.is_free()
    }

    /// A caller from outside, who has no line here, calls this one.
    pub fn place_call(&mut self, now: Instant, line: LineId, setup: CallSetup) {
        self.place_call_until(now, line, setup, None);
    }

    /// The same; if nobody answers in so many rings, he is told to call another number ([`Route::no_answer`]).
    pub fn place_call_until(&mut self, now: Instant, line: LineId, setup: CallSetup, no_answer: Option<(u32, String)>) {
        if self.is_free(line) {
            self.ring(now, line, Caller::Outside, setup, no_answer.map(|(rings, to)| (rings, to, 0)));
        } else {
            self.subscribers[line.0].line.place_call(now, setup);
        }
        self.settle(now);
    }

    /// The modem on `line` goes off hook: answers, if it rings, or hears the dial tone.
    pub fn handle_off_hook(&mut self, now: Instant, line: LineId) {
        let subscriber = &mut self.subscribers[line.0];
        let rang = subscriber.line.is_ringing();
        subscriber.off_hook = true;
        subscriber.line.handle_off_hook(now);
        if !rang {
            subscriber.output.push_back(LineOutput::ToModem(LineEvent::Tone(Tone::Dial)));
        }
        self.settle(now);
    }

    /// The modem on `line` goes on hook.
    pub fn handle_on_hook(&mut self, now: Instant, line: LineId) {
        let subscriber = &mut self.subscribers[line.0];
        subscriber.off_hook = false;
        subscriber.line.handle_on_hook(now);
        if let Some(called) = subscriber.called.take() {
            self.subscribers[called.0].line.clear(now, false);
        }
        self.stop_waiting(line);
        self.settle(now);
    }

    /// The modem on `line`, which is off hook, has dialled a number. One that has answered a call without knowing, because
    /// it rang just then (glare), is not listened to: it meets its caller.
    pub fn handle_dial(&mut self, now: Instant, line: LineId, number: &str, stamp: Stamp) {
        let subscriber = &mut self.subscribers[line.0];
        if !subscriber.line.is_idle() {
            let text = format!("glare: {number} is not dialled, the line has taken an incoming call");
            subscriber.output.push_back(LineOutput::Trace(What::Note { text }));
            return;
        }
        let tells = subscriber.tells.clone().unwrap_or_else(|| {
            let from = (!subscriber.number.is_empty()).then(|| subscriber.number.clone());
            CallSetup { from, ..CallSetup::default() }
        });
        let setup = CallSetup { rings: PATIENCE, stamp, called: Some(number.to_owned()), ..tells };
        self.connect(now, line, number, setup, 0);
        self.settle(now);
    }

    /// Rings the line that has this number, for the modem on `line`.
    fn connect(&mut self, now: Instant, line: LineId, number: &str, setup: CallSetup, forwarded: usize) {
        let tone = match self.route(number) {
            Err(tone) => tone,
            Ok(Route { line: called, waiting: true, .. }) => {
                self.wait(now, called, Caller::Line(line), setup);
                Tone::Ringing
            }
            Ok(Route { line: called, no_answer, .. }) => {
                let forward = no_answer.filter(|_| forwarded < MOST_FORWARDED);
                let forward = forward.map(|(rings, to)| (rings, to, forwarded + 1));
                self.ring(now, called, Caller::Line(line), setup, forward);
                Tone::Ringing
            }
        };
        self.subscribers[line.0].output.push_back(LineOutput::ToModem(LineEvent::Tone(tone)));
    }

    /// A free line rings; after so many rings without answer, the call goes to that number, forwarded so often by then.
    pub(super) fn ring(
        &mut self,
        now: Instant,
        called: LineId,
        caller: Caller,
        setup: CallSetup,
        forward: Option<(u32, String, usize)>,
    ) {
        let abilities = match caller {
            Caller::Outside => Abilities::default(),
            Caller::Line(line) => {
                self.subscribers[line.0].called = Some(called);
                self.subscribers[line.0].abilities
            }
        };
        let subscriber = &mut self.subscribers[called.0];
        subscriber.caller = Some(caller);
        subscriber.line.set_abilities(End::Caller, abilities);
        let rings = forward.as_ref().map(|(rings, ..)| *rings);
        subscriber.next = forward.map(|(_, to, times)| (to, times));
        subscriber.setup = Some(setup.clone());
        subscriber.line.place_call_until(now, setup, rings);
    }

    /// The next moment at which something happens by itself.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.subscribers.iter().fold(self.second_timeout(), |next, one| earliest(next, one.line.poll_timeout()))
    }

    /// Does everything that is due by `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        for index in 0..self.subscribers.len() {
            self.subscribers[index].line.handle_timeout(now);
            self.announce(now, index);
        }
        self.settle(now);
    }

    /// What there is to say on `line` next.
    pub fn poll_output(&mut self, line: LineId) -> Option<LineOutput> {
        self.subscribers[line.0].output.pop_front()
    }

    /// Hands on what the lines have to say: to their own subscribers, and of a modem's call to the modem that placed it.
    pub(super) fn settle(&mut self, now: Instant) {
        for index in 0..self.subscribers.len() {
            if self.subscribers[index].line.take_unanswered() {
                self.forward(now, index);
            }
            self.hand_on(index);
            // Only now: what is left to be said of the call before is not for the one that waited.
            self.let_through(now, index);
            self.hand_on(index);
        }
    }

    fn hand_on(&mut self, index: usize) {
        while let Some(output) = self.subscribers[index].line.poll_output() {
            match (output, self.subscribers[index].caller) {
                (LineOutput::ToCaller(event), Some(Caller::Line(caller))) => self.tell_modem(caller, event),
                (output, _) => self.subscribers[index].output.push_back(output),
            }
        }
    }

    /// A call has not been answered in time: it goes to another number. One from outside has to be placed anew.
    fn forward(&mut self, now: Instant, index: usize) {
        let subscriber = &mut self.subscribers[index];
        let (Some(caller), Some((number, times)), Some(setup)) =
            (subscriber.caller, subscriber.next.take(), subscriber.setup.take())
        else {
            return;
        };
        match caller {
            Caller::Outside => {
                let event = CallerEvent::Unanswered { forward: number };
                subscriber.output.push_back(LineOutput::ToCaller(event));
            }
            Caller::Line(caller) => {
                self.subscribers[caller.0].called = None;
                self.connect(now, caller, &number, setup, times);
                if let Some(line) = self.subscribers[caller.0].called {
                    let event = CallerEvent::Forwarded(line);
                    self.subscribers[index].output.push_back(LineOutput::ToCaller(event));
                }
            }
        }
    }

    /// What a caller sees of its call, as its modem sees it.
    fn tell_modem(&mut self, caller: LineId, event: CallerEvent) {
        let subscriber = &mut self.subscribers[caller.0];
        let (event, over) = match event {
            CallerEvent::Busy => (LineEvent::Tone(Tone::Busy), true),
            CallerEvent::Answered => (LineEvent::Tone(Tone::Answer), false),
            CallerEvent::Connected(carrier) => (LineEvent::Connected(carrier), false),
            CallerEvent::Octets(octets) => (LineEvent::Octets(octets), false),
            CallerEvent::GaveUp => (LineEvent::Tone(Tone::Congestion), true),
            CallerEvent::CarrierLost => (LineEvent::CarrierLost { abrupt: true }, false),
            CallerEvent::CarrierBack => (LineEvent::CarrierBack, false),
            CallerEvent::Retrain => (LineEvent::Retrain, false),
            CallerEvent::Renegotiated(carrier) => (LineEvent::Renegotiated(carrier), false),
            // A caller that hung up knows; one whose line was cut does not.
            CallerEvent::Unanswered { .. }
            | CallerEvent::Forwarded(_)
            | CallerEvent::Cleared { by: End::Caller, abrupt: false } => return,
            CallerEvent::Cleared { abrupt, .. } => (LineEvent::CarrierLost { abrupt }, true),
        };
        if over {
            subscriber.called = None;
        }
        subscriber.output.push_back(LineOutput::ToModem(event));
    }
}

#[cfg(test)]
mod tests;
mod through;
