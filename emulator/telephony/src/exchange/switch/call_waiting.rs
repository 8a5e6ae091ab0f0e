//! Call waiting: a second caller to a line with a call on it (ITU-T I.253.1; its tone: E.182).
//!
//! In: the second call, time, either end's hanging up. Out: the announcement to the modem in the call, and
//! [`WaitingCall`] to the caller, who hears the ringing tone: ring by ring, until he gives up or the line becomes free.
//! Then it rings with his call. There is one such caller to a line; a third finds it busy.

use std::time::Duration;

use super::super::config::CallSetup;
use super::super::events::{LineEvent, LineOutput, WaitingCall};
use super::super::subscriber_id::{Caller, LineId};
use super::super::tone::Tone;
use super::Exchange;
use crate::trace::EventKind;
use offhook_clock::{Instant, earliest};

/// A second caller.
#[derive(Clone, Debug)]
pub(in crate::exchange) struct Waiting {
    pub(super) caller: Caller,
    setup: CallSetup,
    /// Rings that have begun.
    rings: u32,
    /// When the next one does.
    next: Instant,
    period: Duration,
}

impl Exchange {
    /// Whether a second caller would be announced to whoever is in the call on this line.
    pub fn accepts_waiting_call(&self, line: LineId) -> bool {
        let subscriber = self.subscribers.get(line.0);
        subscriber.is_some_and(|subscriber| subscriber.line.accepts_waiting_call() && subscriber.waiting.is_none())
    }

    /// A call from outside waits on a line that is in a call; [`Self::route`] has said that it can.
    pub fn place_waiting_call(&mut self, now: Instant, line: LineId, setup: CallSetup) {
        self.hold_waiting_call(now, line, Caller::Outside, setup);
        self.settle(now);
    }

    /// The second caller from outside hangs up.
    pub fn clear_waiting_call(&mut self, line: LineId) {
        self.subscribers[line.0].waiting.take_if(|waiting| waiting.caller == Caller::Outside);
    }

    /// The modem on `line` hangs up and waits for nobody any more.
    pub(super) fn stop_waiting(&mut self, line: LineId) {
        for subscriber in &mut self.subscribers {
            subscriber.waiting.take_if(|waiting| waiting.caller == Caller::Line(line));
        }
    }

    /// Whether the call of the modem on `line` waits at another.
    pub(super) fn waits(&self, line: LineId) -> bool {
        let mut calls = self.subscribers.iter().filter_map(|subscriber| subscriber.waiting.as_ref());
        calls.any(|waiting| waiting.caller == Caller::Line(line))
    }

    /// A call waits on a line that is in a call.
    pub(super) fn hold_waiting_call(&mut self, now: Instant, line: LineId, caller: Caller, setup: CallSetup) {
        let subscriber = &mut self.subscribers[line.0];
        subscriber.line.place_waiting_call(&setup);
        let period = subscriber.line.period();
        subscriber.waiting = Some(Waiting { caller, setup, rings: 0, next: now, period });
        self.ring_waiting_caller(now, line.0);
    }

    pub(super) fn waiting_timeout(&self) -> Option<Instant> {
        let next = |waiting: &Waiting| waiting.next;
        self.subscribers.iter().fold(None, |all, one| earliest(all, one.waiting.as_ref().map(next)))
    }

    /// Rings of the waiting call that are due, or its end.
    pub(super) fn ring_waiting_caller(&mut self, now: Instant, index: usize) {
        let subscriber = &mut self.subscribers[index];
        while let Some(waiting) = subscriber.waiting.as_mut().filter(|waiting| waiting.next <= now) {
            let caller = waiting.caller;
            let event = if waiting.rings < waiting.setup.rings.max(1) {
                waiting.rings += 1;
                waiting.next += waiting.period;
                WaitingCall::Ring { count: waiting.rings }
            } else {
                subscriber.waiting = None;
                WaitingCall::GaveUp
            };
            match (caller, event) {
                (Caller::Outside, event) => subscriber.output.push_back(LineOutput::ToWaitingCaller(event)),
                (Caller::Line(caller), WaitingCall::GaveUp) => {
                    let event = LineEvent::Tone(Tone::Congestion);
                    self.subscribers[caller.0].output.push_back(LineOutput::ToModem(event));
                    return;
                }
                (Caller::Line(_), _) => {}
            }
        }
    }

    /// A line that has become free rings with the call that waits for it.
    pub(super) fn ring_waiting_call(&mut self, now: Instant, index: usize) {
        if !self.subscribers[index].line.is_free() {
            return;
        }
        let Some(Waiting { caller, mut setup, rings, .. }) = self.subscribers[index].waiting.take() else { return };
        let output = &mut self.subscribers[index].output;
        output
            .push_back(LineOutput::Trace(EventKind::Note { text: "the line rings with the call that waited".into() }));
        setup.rings = setup.rings.saturating_sub(rings).max(1);
        if caller == Caller::Outside {
            output.push_back(LineOutput::ToWaitingCaller(WaitingCall::LineFree));
        }
        self.ring(now, LineId(index), caller, setup, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::{LineConfig, Release};

    /// A line with call waiting and a call on it, and another line.
    fn busy() -> (Exchange, LineId, LineId) {
        let mut exchange = Exchange::new();
        let line = exchange.subscribe("1", LineConfig { call_waiting: true, ..LineConfig::default() });
        let other = exchange.subscribe("2", LineConfig::default());
        exchange.place_call(Instant::ZERO, line, CallSetup::default());
        exchange.handle_off_hook(Instant::from_millis(2500), line);
        exchange.handle_timeout(Instant::from_millis(11_000));
        drained(&mut exchange, line);
        (exchange, line, other)
    }

    fn drained(exchange: &mut Exchange, line: LineId) -> Vec<LineOutput> {
        let told = std::iter::from_fn(|| exchange.poll_output(line));
        told.filter(|output| !matches!(output, LineOutput::Trace(_))).collect()
    }

    fn caller(rings: u32) -> CallSetup {
        CallSetup { rings, from: Some("5551234".into()), ..CallSetup::default() }
    }

    #[test]
    fn a_second_caller_hears_it_ring_and_gives_up() {
        let (mut exchange, line, _) = busy();
        assert!(exchange.route("1").is_ok_and(|route| route.waiting));
        exchange.place_waiting_call(Instant::from_millis(20_000), line, caller(2));
        let outputs = drained(&mut exchange, line);
        assert_eq!(outputs[0], LineOutput::ToWaitingCaller(WaitingCall::Ring { count: 1 }));
        assert!(matches!(&outputs[1], LineOutput::ToModem(LineEvent::CallWaiting(Some(_)))), "{outputs:?}");
        assert_eq!(exchange.route("1"), Err(Tone::Busy), "a third caller");
        exchange.handle_timeout(Instant::from_millis(31_999));
        assert_eq!(drained(&mut exchange, line), [LineOutput::ToWaitingCaller(WaitingCall::Ring { count: 2 })]);
        assert_eq!(exchange.poll_timeout(), Some(Instant::from_millis(32_000)));
        exchange.handle_timeout(Instant::from_millis(32_000));
        assert_eq!(drained(&mut exchange, line), [LineOutput::ToWaitingCaller(WaitingCall::GaveUp)]);
        assert!(exchange.route("1").is_ok_and(|route| route.waiting));
    }

    #[test]
    fn a_line_that_becomes_free_rings_with_the_call_that_waits() {
        let (mut exchange, line, _) = busy();
        exchange.place_waiting_call(Instant::from_millis(20_000), line, caller(5));
        drained(&mut exchange, line);
        exchange.handle_on_hook(Instant::from_millis(21_000), line);
        exchange.handle_timeout(Instant::from_millis(21_010));
        let outputs = drained(&mut exchange, line);
        assert!(outputs.contains(&LineOutput::ToWaitingCaller(WaitingCall::LineFree)), "{outputs:?}");
        let ring = LineEvent::RingOn { ring: 1, first: true, pattern: 1 };
        assert!(outputs.contains(&LineOutput::ToModem(ring)), "{outputs:?}");
    }

    #[test]
    fn a_modem_that_waits_gets_the_line_or_goes_its_way() {
        let (mut exchange, line, other) = busy();
        let dial = |exchange: &mut Exchange, at| {
            exchange.handle_off_hook(Instant::from_millis(at), other);
            exchange.handle_dial(Instant::from_millis(at), other, "1", crate::exchange::Stamp::default());
        };
        dial(&mut exchange, 20_000);
        exchange.handle_on_hook(Instant::from_millis(25_000), other);
        assert!(exchange.accepts_waiting_call(line));
        dial(&mut exchange, 30_000);
        assert!(!exchange.accepts_waiting_call(line));
        exchange.clear(Instant::from_millis(40_000), line, Release::Orderly);
        exchange.handle_on_hook(Instant::from_millis(41_000), line);
        exchange.handle_timeout(Instant::from_millis(42_000));
        exchange.handle_off_hook(Instant::from_millis(43_000), line);
        exchange.handle_timeout(Instant::from_millis(60_000));
        let outputs = drained(&mut exchange, other);
        let connected = |output: &LineOutput| matches!(output, LineOutput::ToModem(LineEvent::Connected(_)));
        assert!(outputs.iter().any(connected), "{outputs:?}");
    }
}
