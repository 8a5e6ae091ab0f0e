//! Flow control: whoever has no room is not written to without end, because whoever fills it is not read.
//!
//! In: how much waits at each port and far end, and who talks to whom. Out: who may be read, and when to try again to write.

use std::collections::BTreeMap;
use std::time::Duration;

use offhook_clock::Instant;
use offhook_port::Attachment;

use super::calls::Calls;
use crate::modem_pool::{CLOSING, CallId, ModemPool, Partner};

/// So many octets may wait at a port or a far end before its other end is not read any more.
const FULL: usize = 16_384;
/// No more than that waits for a DTE, whatever it asks its modem for without reading the answers: a modem's whole buffer with
/// error control, and what was under way.
pub(super) const MOST_UNREAD: usize = 2 << 20;
/// How soon it is tried again to write to one that is full, at first and at most.
const SOON: Duration = Duration::from_millis(1);
const LATE: Duration = Duration::from_millis(50);

/// Which ports may be read.
pub(super) fn wants(
    now: Instant,
    pool: &ModemPool,
    ports: &[Attachment],
    calls: &Calls,
    stalled: &mut Stalled,
) -> Vec<bool> {
    let has_room = |line| match pool.partner(line) {
        None => true,
        Some(Partner::Line(other)) => ports.get(other).is_none_or(|port| port.unwritten() <= FULL),
        Some(Partner::Outside(call)) => calls.unwritten(call) <= FULL,
    };
    let wanted = |(line, port): (usize, &Attachment)| {
        let has_room = has_room(line);
        let is_over = stalled.is_over(now, line, || !has_room && port.is_abandoned());
        (has_room || is_over) && pool.wants_dte_octets(now, line)
    };
    ports.iter().enumerate().map(wanted).collect()
}

/// DTEs that have closed their ports while whoever they talk to does not read: their lines are not to be held for ever.
#[derive(Debug, Default)]
pub(super) struct Stalled {
    since: BTreeMap<usize, Instant>,
}

impl Stalled {
    /// Whether a port has waited long enough to be read whatever becomes of its octets. `stalls`: whether it waits now.
    fn is_over(&mut self, now: Instant, line: usize, stalls: impl FnOnce() -> bool) -> bool {
        if !stalls() {
            self.since.remove(&line);
            return false;
        }
        now >= *self.since.entry(line).or_insert(now) + CLOSING
    }
}

/// Which far ends may be read.
pub(super) fn wants_far(now: Instant, pool: &ModemPool, ports: &[Attachment], calls: &Calls) -> Vec<CallId> {
    let has_room = |call| {
        let port = pool.line_of_call(call).and_then(|line| ports.get(line));
        port.is_none_or(|port| port.unwritten() <= FULL)
    };
    calls.ids().filter(|call| pool.wants_far_octets(now, *call) && has_room(*call)).collect()
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

    /// Tries to write what waits. Ports and far ends that are being read write by themselves; but those of which both ends
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_was_closed_is_read_after_half_a_minute_whatever_its_other_end_does() {
        let mut stalled = Stalled::default();
        let at = Instant::from_millis;
        assert!(!stalled.is_over(at(0), 0, || true) && !stalled.is_over(at(29_999), 0, || true));
        assert!(stalled.is_over(at(30_000), 0, || true) && stalled.is_over(at(31_000), 0, || true));
        assert!(!stalled.is_over(at(32_000), 0, || false) && !stalled.is_over(at(33_000), 0, || true));
        assert!(!stalled.is_over(at(33_000), 1, || true));
    }
}
