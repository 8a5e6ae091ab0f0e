//! Connected calls: octets of either end, and what becomes of the connection.

use std::time::Duration;

use super::super::quality::Deafness;
use super::super::release::Release;
use super::{Exchange, LineId};
use crate::trace::End;
use offhook_clock::Instant;

impl Exchange {
    /// The caller from outside hangs up, or its line is cut.
    pub fn clear(&mut self, now: Instant, line: LineId, release: Release) {
        self.subscribers[line.0].line.clear(now, release);
        self.settle(now);
    }

    /// Carrier of the call to `line` stops at both ends and comes back after so long.
    pub fn dropout(&mut self, now: Instant, line: LineId, lasts: Duration) {
        self.subscribers[line.0].line.dropout(now, lasts);
        self.settle(now);
    }

    /// The modems of the call to `line` retrain for so long.
    pub fn retrain(&mut self, now: Instant, line: LineId, lasts: Duration) {
        self.subscribers[line.0].line.retrain(now, lasts);
        self.settle(now);
    }

    /// The modems of the call to `line` go on at another rate, bit/s, both ways.
    pub fn renegotiate(&mut self, now: Instant, line: LineId, rate: u32) {
        self.subscribers[line.0].line.renegotiate(now, rate);
        self.settle(now);
    }

    /// Octets no longer reach one end of the call to `line`.
    pub fn deafen(&mut self, now: Instant, line: LineId, deafness: Deafness) {
        self.subscribers[line.0].line.deafen(now, deafness);
        self.settle(now);
    }

    /// The modem on `line` wants a retrain (V.250's `O1`): its call is retrained, for as long as training took at
    /// first.
    pub fn handle_retrain(&mut self, now: Instant, line: LineId) {
        let called = self.subscribers[line.0].called.unwrap_or(line);
        self.subscribers[called.0].line.retrain_as_at_first(now);
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
