//! The exchange proper: subscriber lines by number, and the calls between modems on them.
//!
//! In: what the modems on the lines do with their hooks, what they dial and send, calls from outside. Out: for each line
//! by itself what its modem sees ([`LineEvent`]), what a caller from outside sees of its call ([`CallerEvent`]), and the
//! trace. A [`Line`] is the called side of a call; a modem that dials is the caller of another subscriber's line.
//! [`DialPlan`] says where a number leads; second calls are in `call_waiting`, connected calls in `connected`.

use std::collections::VecDeque;

use self::call_waiting::Waiting;
use super::config::{Abilities, CallSetup, LineConfig};
use super::dial_plan::{DialPlan, Route};
use super::events::{CallerEvent, LineEvent, LineOutput};
use super::line::Line;
use super::number_collector::NumberCollector;
use super::party::Party;
use super::release::Release;
use super::stamp::Stamp;
use super::subscriber_id::{Caller, LineId};
use super::tone::Tone;
use crate::trace::{End, EventKind};
use offhook_clock::{Instant, earliest};

/// So many calls are forwarded one after the other at most.
const MOST_FORWARDED: usize = 8;
/// So many rings a modem's call lasts before the exchange gives it up.
const PATIENCE: u32 = 30;

#[derive(Clone, Debug)]
pub(super) struct Subscriber {
    pub(super) line: Line,
    caller: Option<Caller>,
    /// The line that this one's modem has called.
    called: Option<LineId>,
    /// Where its call goes if it is not answered in time, and how often it has been forwarded.
    next: Option<(String, usize)>,
    /// The call that rings it, as it was placed.
    setup: Option<CallSetup>,
    /// The call that waits.
    pub(super) waiting: Option<Waiting>,
    /// What its modem brings to training.
    abilities: Abilities,
    /// What its calls tell of their caller.
    tells: CallSetup,
    off_hook: bool,
    /// What its modem has dialled since it went off hook.
    collector: NumberCollector,
    pub(super) output: VecDeque<LineOutput>,
}

/// A telephone exchange.
///
/// Modems on its lines call each other, and callers from outside call its lines.
///
/// ```
/// use offhook_clock::Instant;
/// use offhook_telephony::exchange::{CallSetup, CallerEvent, Exchange, LineConfig, LineEvent, LineOutput};
///
/// let mut exchange = Exchange::new();
/// let line = exchange.subscribe("5551000", LineConfig::default());
/// exchange.place_call(Instant::ZERO, line, CallSetup { from: Some("5551234".into()), ..CallSetup::default() });
/// let outputs = std::iter::from_fn(|| exchange.poll_output(line)).collect::<Vec<_>>();
/// let ring = LineEvent::RingOn { ring: 1, first: true, pattern: 1 };
/// assert!(outputs.contains(&LineOutput::ToModem(ring)));
///
/// // The modem answers two seconds later, and both train for eight.
/// exchange.handle_off_hook(Instant::from_millis(2_000), line);
/// exchange.handle_timeout(Instant::from_millis(10_000));
/// let outputs = std::iter::from_fn(|| exchange.poll_output(line)).collect::<Vec<_>>();
/// let rate = outputs.iter().find_map(|output| match output {
///     LineOutput::ToCaller(CallerEvent::Connected(carrier)) => Some(carrier.receive),
///     _ => None,
/// });
/// assert_eq!(rate, Some(33_600));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Exchange {
    pub(super) subscribers: Vec<Subscriber>,
    dial_plan: DialPlan,
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
            self.dial_plan.assign(&number, LineId(self.subscribers.len()));
        }
        let tells = CallSetup { from: (!number.is_empty()).then_some(Party::Known(number)), ..CallSetup::default() };
        let subscriber = Subscriber {
            line: Line::new(config),
            caller: None,
            called: None,
            next: None,
            setup: None,
            waiting: None,
            abilities: Abilities::default(),
            tells,
            off_hook: false,
            collector: NumberCollector::default(),
            output: VecDeque::new(),
        };
        self.subscribers.push(subscriber);
        LineId(self.subscribers.len() - 1)
    }

    /// The dial plan, to be set up: numbers, hunt groups, forwarding.
    pub fn dial_plan(&mut self) -> &mut DialPlan {
        &mut self.dial_plan
    }

    /// Where a call to this number goes now, or what its caller hears instead of ringing.
    ///
    /// # Errors
    ///
    /// Special information tone: nobody has the number. Busy tone. Congestion: forwarding leads in a circle.
    pub fn route(&self, number: &str) -> Result<Route, Tone> {
        self.dial_plan.route(number, MOST_FORWARDED, |line| self.is_free(line), |line| self.accepts_waiting_call(line))
    }

    /// What the calls of the modem on `line` tell of their caller, to be set up: number or reason, name, pattern of
    /// ringing. It begins as the line's number. Rings, time and the called number are each call's own.
    pub fn identity(&mut self, line: LineId) -> &mut CallSetup {
        &mut self.subscribers[line.0].tells
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
        subscriber.collector.reset();
        subscriber.line.handle_off_hook(now);
        if !rang {
            subscriber.output.push_back(LineOutput::ToModem(LineEvent::Tone(Tone::Dial)));
        }
        self.settle(now);
    }

    /// The modem on `line` goes on hook.
    pub fn handle_on_hook(&mut self, now: Instant, line: LineId) {
        self.on_hook(now, line, Release::Orderly);
    }

    /// The modem on `line` has lost its power: it is on hook, and the far modem was not told before.
    pub fn handle_power_loss(&mut self, now: Instant, line: LineId) {
        self.on_hook(now, line, Release::Abrupt);
    }

    fn on_hook(&mut self, now: Instant, line: LineId, release: Release) {
        let subscriber = &mut self.subscribers[line.0];
        subscriber.off_hook = false;
        subscriber.collector.reset();
        subscriber.line.on_hook(now, release);
        if let Some(called) = subscriber.called.take() {
            self.subscribers[called.0].line.clear(now, release);
        }
        self.stop_waiting(line);
        self.settle(now);
    }

    /// The modem on `line`, which is off hook, has dialled digits: a number, or as much of it as it has dialled so far. One
    /// that has answered a call without knowing, because it rang just then (glare), is not listened to: it meets its caller.
    /// Nor is one whose call is placed already: its tones are for the far end.
    pub fn handle_dial(&mut self, now: Instant, line: LineId, digits: &str, stamp: Stamp) {
        let waits = self.waits(line);
        let subscriber = &mut self.subscribers[line.0];
        let unheard = if !subscriber.line.is_idle() {
            Some(format!("glare: {digits} is not dialled, the line has taken an incoming call"))
        } else if subscriber.called.is_some() || waits {
            Some(format!("{digits} is not dialled: the line has called a number already"))
        } else {
            None
        };
        if let Some(text) = unheard {
            subscriber.output.push_back(LineOutput::Trace(EventKind::Note { text }));
            return;
        }
        let Some(number) = subscriber.collector.push(now, digits, &self.dial_plan) else { return };
        let tells = subscriber.tells.clone();
        let setup = CallSetup { rings: PATIENCE, stamp, called: Some(number.clone()), ..tells };
        self.connect(now, line, &number, setup, 0);
        self.settle(now);
    }

    /// Rings the line that has this number, for the modem on `line`.
    fn connect(&mut self, now: Instant, line: LineId, number: &str, setup: CallSetup, forwarded: usize) {
        let tone = match self.route(number) {
            Err(tone) => tone,
            Ok(Route { line: called, waiting: true, .. }) => {
                self.hold_waiting_call(now, called, Caller::Line(line), setup);
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
        self.subscribers.iter().fold(self.waiting_timeout(), |next, one| {
            earliest(earliest(next, one.line.poll_timeout()), one.collector.poll_timeout())
        })
    }

    /// Does everything that is due by `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        for index in 0..self.subscribers.len() {
            let subscriber = &mut self.subscribers[index];
            subscriber.line.handle_timeout(now);
            // Whoever had the number would ring by now.
            if subscriber.collector.handle_timeout(now).is_some() {
                subscriber.output.push_back(LineOutput::ToModem(LineEvent::Tone(Tone::Unobtainable)));
            }
            self.ring_waiting_caller(now, index);
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
            self.ring_waiting_call(now, index);
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

    /// A call has not been answered in time: it goes to another number. One from outside has to be placed again.
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

mod call_waiting;
mod connected;
#[cfg(test)]
mod tests;
