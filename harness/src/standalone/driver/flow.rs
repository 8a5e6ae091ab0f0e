//! Flow control: whoever has no room is not written to without end, because whoever fills it is not read.
//!
//! In: how much waits at each port and peer, and who talks to whom. Out: who may be read, and when to try again to write.

use std::time::Duration;

use offhook_emulator::port::Attachment;
use offhook_emulator::time::Instant;

use super::calls::Calls;
use crate::standalone::bench::Bench;
use crate::standalone::trunk::{CallId, Partner};

/// So many octets may wait at a port or a peer before its other end is not read any more.
const FULL: usize = 16_384;
/// How soon it is tried again to write to one that is full, at first and at most.
const SOON: Duration = Duration::from_millis(1);
const LATE: Duration = Duration::from_millis(50);

/// Which ports may be read.
pub(super) fn wants(now: Instant, bench: &Bench, ports: &[Attachment], calls: &Calls) -> Vec<bool> {
    let has_room = |line| match bench.partner(line) {
        None => true,
        Some(Partner::Line(other)) => ports.get(other).is_none_or(|port| port.unwritten() <= FULL),
        Some(Partner::Outside(call)) => calls.unwritten(call) <= FULL,
    };
    (0..bench.len()).map(|line| bench.wants_dte_octets(now, line) && has_room(line)).collect()
}

/// Which peers may be read.
pub(super) fn wants_far(now: Instant, bench: &Bench, ports: &[Attachment], calls: &Calls) -> Vec<CallId> {
    let has_room = |call| {
        let port = bench.line_of_call(call).and_then(|line| ports.get(line));
        port.is_none_or(|port| port.unwritten() <= FULL)
    };
    calls.ids().filter(|call| bench.wants_far_octets(now, *call) && has_room(*call)).collect()
}

/// Those who have no room.
#[derive(Debug, Default)]
pub(super) struct Choke {
    /// How much waited in all the last time, and when to try again.
    waiting: usize,
    pause: Duration,
    retry: Option<Instant>,
}

impl Choke {
    /// When to try again to write.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.retry
    }

    /// Tries to write what waits. Ports and peers that are being read write by themselves; but those of which both ends
    /// are full are not read, so nobody else would.
    pub(super) fn flush(&mut self, now: Instant, ports: &mut [Attachment], calls: &mut Calls) {
        let mut waiting = 0;
        for port in ports.iter_mut().filter(|port| port.unwritten() > 0) {
            port.write(&[]);
            let left = port.unwritten();
            waiting += if left > FULL { left } else { 0 };
        }
        waiting += calls.flush(FULL);
        if waiting == 0 {
            *self = Self::default();
            return;
        }
        // Whoever reads slowly is asked often, whoever does not read at all ever more seldom.
        self.pause = if waiting == self.waiting { (self.pause * 2).clamp(SOON, LATE) } else { SOON };
        self.waiting = waiting;
        if self.retry.is_none_or(|retry| retry <= now) {
            self.retry = Some(now + self.pause);
        }
    }
}
