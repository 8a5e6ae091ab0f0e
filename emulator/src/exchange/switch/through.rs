//! Calls that are through: octets of either end, and what becomes of the connection.

use std::time::Duration;

use super::{Exchange, LineId};
use crate::time::Instant;
use crate::trace::End;

impl Exchange {
    /// The caller from outside hangs up, or (`abrupt`) its line is cut.
    pub fn clear(&mut self, now: Instant, line: LineId, abrupt: bool) {
        self.subscribers[line.0].line.clear(now, abrupt);
        self.settle(now);
    }

    /// Carrier of the call to `line` stops at both ends and comes back after so long.
    pub fn flicker(&mut self, now: Instant, line: LineId, lasts: Duration) {
        self.subscribers[line.0].line.flicker(now, lasts);
        self.settle(now);
    }

    /// The modems of the call to `line` train anew for so long.
    pub fn retrain(&mut self, now: Instant, line: LineId, lasts: Duration) {
        self.subscribers[line.0].line.retrain(now, lasts);
        self.settle(now);
    }

    /// The modems of the call to `line` go on at another rate, bit/s, both ways.
    pub fn renegotiate(&mut self, now: Instant, line: LineId, rate: u32) {
        self.subscribers[line.0].line.renegotiate(now, rate);
        self.settle(now);
    }

    /// The modem on `line` wants a retrain (V.250's `O1`): the modems of its call train anew, for as long as they did at
    /// first.
    pub fn handle_retrain(&mut self, now: Instant, line: LineId) {
        let called = self.subscribers[line.0].called.unwrap_or(line);
        self.subscribers[called.0].line.train_anew(now);
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
}
