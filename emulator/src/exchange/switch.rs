//! The exchange proper: subscriber lines by number, and the calls between modems on them.
//!
//! In: what the modems on the lines do with their hooks, what they dial and send, calls from outside. Out: for each line
//! by itself what its modem sees ([`LineEvent`](super::LineEvent)), what a caller from outside sees of its call
//! ([`CallerEvent`](super::CallerEvent)), and the trace. A [`Line`] is the called side of a call; a modem that dials is
//! the caller of another subscriber's line.

use std::collections::VecDeque;
use std::time::Duration;

use super::caller_id::Stamp;
use super::config::{CallSetup, LineConfig};
use super::events::{CallerEvent, LineEvent, LineOutput};
use super::line::Line;
use super::tone::Tone;
use crate::time::{Instant, earliest};
use crate::trace::End;

/// So many rings a modem's call lasts before the exchange gives it up.
const PATIENCE: u32 = 30;

/// A subscriber line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineId(usize);

/// Who calls a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    /// A caller without a line here.
    Outside,
    /// The modem of another line.
    Line(LineId),
}

#[derive(Clone, Debug)]
struct Subscriber {
    number: String,
    line: Line,
    caller: Option<Caller>,
    /// The line that this one's modem has called.
    called: Option<LineId>,
    off_hook: bool,
    output: VecDeque<LineOutput>,
}

/// A telephone exchange.
#[derive(Clone, Debug, Default)]
pub struct Exchange {
    subscribers: Vec<Subscriber>,
}

impl Exchange {
    /// An exchange with no lines.
    pub fn new() -> Self {
        Self::default()
    }

    /// A new line with this number; empty: it can only be called by [`Self::place_call`].
    pub fn subscribe(&mut self, number: impl Into<String>, config: LineConfig) -> LineId {
        let subscriber = Subscriber {
            number: number.into(),
            line: Line::new(config),
            caller: None,
            called: None,
            off_hook: false,
            output: VecDeque::new(),
        };
        self.subscribers.push(subscriber);
        LineId(self.subscribers.len() - 1)
    }

    /// Whether a call to this line would ring: no call on it, and the modem on hook.
    pub fn is_free(&self, line: LineId) -> bool {
        self.subscribers[line.0].line.is_free()
    }

    /// A caller from outside, who has no line here, calls this one.
    pub fn place_call(&mut self, now: Instant, line: LineId, setup: CallSetup) {
        if self.is_free(line) {
            self.subscribers[line.0].caller = Some(Caller::Outside);
        }
        self.subscribers[line.0].line.place_call(now, setup);
        self.settle(now);
    }

    /// The caller from outside hangs up, or (`abrupt`) its line is cut.
    pub fn clear(&mut self, now: Instant, line: LineId, abrupt: bool) {
        self.subscribers[line.0].line.clear(now, abrupt);
        self.settle(now);
    }

    /// The modem on `line` goes off hook: answers, if it rings, or hears the dial tone.
    pub fn handle_off_hook(&mut self, now: Instant, line: LineId) {
        let subscriber = &mut self.subscribers[line.0];
        let rang = !subscriber.line.is_free();
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
        self.settle(now);
    }

    /// The modem on `line`, which is off hook, has dialled a number.
    pub fn handle_dial(&mut self, now: Instant, line: LineId, number: &str, stamp: Stamp) {
        let found = self.subscribers.iter().position(|other| !other.number.is_empty() && other.number == number);
        let from = self.subscribers[line.0].number.clone();
        let from = (!from.is_empty()).then_some(from);
        let tone = match found.map(LineId) {
            None => Tone::Unobtainable,
            Some(called) if !self.is_free(called) => Tone::Busy,
            Some(called) => {
                self.subscribers[line.0].called = Some(called);
                let subscriber = &mut self.subscribers[called.0];
                subscriber.caller = Some(Caller::Line(line));
                subscriber.line.place_call(now, CallSetup { from, rings: PATIENCE, stamp, ..CallSetup::default() });
                Tone::Ringing
            }
        };
        self.subscribers[line.0].output.push_back(LineOutput::ToModem(LineEvent::Tone(tone)));
        self.settle(now);
    }

    /// The modem on `line` sends octets.
    pub fn send(&mut self, now: Instant, line: LineId, octets: &[u8]) {
        match self.subscribers[line.0].called {
            Some(called) => self.subscribers[called.0].line.send(now, End::Caller, octets),
            None => self.subscribers[line.0].line.send(now, End::Server, octets),
        }
        self.settle(now);
    }

    /// The caller from outside on `line` sends octets.
    pub fn send_from_outside(&mut self, now: Instant, line: LineId, octets: &[u8]) {
        self.subscribers[line.0].line.send(now, End::Caller, octets);
        self.settle(now);
    }

    /// Line time of what the modem on `line` has sent and what has not left yet.
    pub fn backlog(&self, now: Instant, line: LineId) -> Duration {
        match self.subscribers[line.0].called {
            Some(called) => self.subscribers[called.0].line.backlog(now, End::Caller),
            None => self.subscribers[line.0].line.backlog(now, End::Server),
        }
    }

    /// Line time of what the caller from outside on `line` has sent and what has not left yet.
    pub fn backlog_from_outside(&self, now: Instant, line: LineId) -> Duration {
        self.subscribers[line.0].line.backlog(now, End::Caller)
    }

    /// The next moment at which something happens by itself.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.subscribers.iter().fold(None, |next, subscriber| earliest(next, subscriber.line.poll_timeout()))
    }

    /// Does everything that is due by `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        for subscriber in &mut self.subscribers {
            subscriber.line.handle_timeout(now);
        }
        self.settle(now);
    }

    /// What there is to say on `line` next.
    pub fn poll_output(&mut self, line: LineId) -> Option<LineOutput> {
        self.subscribers[line.0].output.pop_front()
    }

    /// Hands on what the lines have to say: to their own subscribers, and of a modem's call to the modem that placed it.
    fn settle(&mut self, now: Instant) {
        for index in 0..self.subscribers.len() {
            while let Some(output) = self.subscribers[index].line.poll_output() {
                match (output, self.subscribers[index].caller) {
                    (LineOutput::ToCaller(event), Some(Caller::Line(caller))) => self.tell_modem(now, caller, event),
                    (output, _) => self.subscribers[index].output.push_back(output),
                }
            }
        }
    }

    /// What a caller sees of its call, as its modem sees it.
    fn tell_modem(&mut self, _now: Instant, caller: LineId, event: CallerEvent) {
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
            CallerEvent::Forwarded(_) | CallerEvent::Cleared { by: End::Caller, .. } => return,
            CallerEvent::Cleared { abrupt, .. } => (LineEvent::CarrierLost { abrupt }, true),
        };
        if over {
            subscriber.called = None;
        }
        subscriber.output.push_back(LineOutput::ToModem(event));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Carrier;

    const STAMP: Stamp = Stamp { month: 1, day: 5, hour: 9, minute: 0 };

    fn told(exchange: &mut Exchange, line: LineId) -> Vec<LineEvent> {
        let outputs = std::iter::from_fn(|| exchange.poll_output(line));
        outputs.filter_map(|output| if let LineOutput::ToModem(event) = output { Some(event) } else { None }).collect()
    }

    #[test]
    fn one_modem_calls_another_and_both_get_carrier_and_octets() {
        let mut exchange = Exchange::new();
        let [alice, bob] = ["5551000", "5552000"].map(|number| exchange.subscribe(number, LineConfig::default()));
        exchange.handle_off_hook(Instant::ZERO, alice);
        assert_eq!(told(&mut exchange, alice), [LineEvent::Tone(Tone::Dial)]);
        exchange.handle_dial(Instant::ZERO, alice, "5552000", STAMP);
        assert_eq!(told(&mut exchange, alice), [LineEvent::Tone(Tone::Ringing)]);
        assert_eq!(told(&mut exchange, bob), [LineEvent::RingOn { ring: 1, first: true, pattern: 1 }]);
        exchange.handle_off_hook(Instant::from_millis(2500), bob);
        exchange.handle_timeout(Instant::from_millis(20_000));
        let connected = LineEvent::Connected(Carrier::new(33_600));
        assert_eq!(told(&mut exchange, alice), [LineEvent::Tone(Tone::Answer), connected.clone()]);
        assert_eq!(told(&mut exchange, bob), [LineEvent::RingOff { ring: 1 }, connected]);
        exchange.send(Instant::from_millis(20_000), alice, b"hello");
        exchange.send(Instant::from_millis(20_000), bob, b"world");
        exchange.handle_timeout(Instant::from_millis(20_100));
        assert_eq!(told(&mut exchange, alice), [LineEvent::Octets(b"world".to_vec())]);
        assert_eq!(told(&mut exchange, bob), [LineEvent::Octets(b"hello".to_vec())]);
        exchange.handle_on_hook(Instant::from_millis(21_000), alice);
        exchange.handle_timeout(Instant::from_millis(22_000));
        assert_eq!(told(&mut exchange, bob), [LineEvent::CarrierLost { abrupt: false }]);
    }

    #[test]
    fn a_number_nobody_has_and_a_busy_line_have_tones_of_their_own() {
        let mut exchange = Exchange::new();
        let [alice, bob] = ["5551000", "5552000"].map(|number| exchange.subscribe(number, LineConfig::default()));
        exchange.handle_off_hook(Instant::ZERO, bob);
        exchange.handle_off_hook(Instant::ZERO, alice);
        exchange.handle_dial(Instant::ZERO, alice, "5552000", STAMP);
        exchange.handle_dial(Instant::ZERO, alice, "911", STAMP);
        let tones = [Tone::Dial, Tone::Busy, Tone::Unobtainable].map(LineEvent::Tone);
        assert_eq!(told(&mut exchange, alice), tones);
    }
}
