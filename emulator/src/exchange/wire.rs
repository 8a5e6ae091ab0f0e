//! One direction of a connected line: octets at the line's rate, in order, late by its delay.
//!
//! In: octets whenever an end has them. Out: the same octets in bursts of at most 20 ms of line time, or up to the end
//! of the PPP frame that is under way then: nobody can make use of part of a frame. A burst leaves when the wire is
//! free, takes `bits an octet / rate` for each octet, and arrives as a whole when its last octet does: pacing by octets
//! would cost a hundred timers a second more and show nothing more.
//! Time is kept as a count of octets since the wire was last idle, so that 297.619 µs an octet never drift.

use std::collections::VecDeque;
use std::time::Duration;

use crate::time::Instant;

/// The longest burst, in line time, unless a frame's end follows.
const BURST: Duration = Duration::from_millis(20);
/// How many octets further the frame's end may be.
const FRAME: usize = 4096;
/// What ends a frame (RFC 1662 §3.1).
const FLAG: u8 = 0x7e;

/// One direction of a line.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    rate: u64,
    octet_bits: u64,
    delay: Duration,
    /// Octets not yet on the wire.
    queue: VecDeque<u8>,
    /// When the wire last stopped being idle.
    busy_since: Instant,
    /// Octets put on the wire since then, the burst on it included.
    count: u64,
    /// The burst on the wire.
    burst: Vec<u8>,
    /// Bursts that have left and not yet arrived, with their time of arrival.
    travelling: VecDeque<(Instant, Vec<u8>)>,
}

impl Wire {
    /// An idle wire of `rate` bit/s (at least 1) and `octet_bits` bits an octet, start and stop bits included.
    pub(super) fn new(rate: u32, octet_bits: u32, delay: Duration) -> Self {
        Self {
            rate: u64::from(rate.max(1)),
            octet_bits: u64::from(octet_bits.max(1)),
            delay,
            queue: VecDeque::new(),
            busy_since: Instant::ZERO,
            count: 0,
            burst: Vec::new(),
            travelling: VecDeque::new(),
        }
    }

    /// Hands octets to the wire.
    pub(super) fn send(&mut self, now: Instant, octets: &[u8]) {
        self.queue.extend(octets);
        self.depart(now);
    }

    /// How much line time the octets that have not left yet will take, from `now`.
    pub(super) fn backlog(&self, now: Instant) -> Duration {
        if self.burst.is_empty() {
            return Duration::ZERO;
        }
        self.left_at(self.count + self.queue.len() as u64).since(now)
    }

    /// When a burst leaves or arrives next.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let leaves = (!self.burst.is_empty()).then(|| self.left_at(self.count));
        let arrives = self.travelling.front().map(|(at, _)| *at);
        crate::time::earliest(leaves, arrives)
    }

    /// Moves everything on that is due.
    pub(super) fn handle_timeout(&mut self, now: Instant) {
        while !self.burst.is_empty() && self.left_at(self.count) <= now {
            let left = self.left_at(self.count);
            self.travelling.push_back((left + self.delay, std::mem::take(&mut self.burst)));
            self.depart(left);
        }
    }

    /// The next burst that has arrived by `now`.
    pub(super) fn arrived(&mut self, now: Instant) -> Option<Vec<u8>> {
        if self.travelling.front()?.0 > now {
            return None;
        }
        self.travelling.pop_front().map(|(_, octets)| octets)
    }

    /// The sender is gone: what has left arrives all the same, whatever has not left never does.
    pub(super) fn cut(&mut self, now: Instant) {
        self.handle_timeout(now);
        self.queue.clear();
        let before = self.count - self.burst.len() as u64;
        let mut burst = std::mem::take(&mut self.burst);
        let gone = (1..=burst.len() as u64).take_while(|octets| self.left_at(before + octets) <= now).count();
        burst.truncate(gone);
        if !burst.is_empty() {
            self.travelling.push_back((self.left_at(before + gone as u64) + self.delay, burst));
        }
    }

    /// The receiver is gone: nothing arrives any more.
    pub(super) fn discard(&mut self) {
        self.queue.clear();
        self.burst.clear();
        self.travelling.clear();
    }

    /// Puts the next burst on the wire if it is free.
    fn depart(&mut self, now: Instant) {
        if self.queue.is_empty() || !self.burst.is_empty() {
            return;
        }
        if self.left_at(self.count) < now {
            self.busy_since = now;
            self.count = 0;
        }
        let longest = BURST.as_micros() as u64 * self.rate / (self.octet_bits * 1_000_000);
        let mut length = usize::try_from(longest).unwrap_or(usize::MAX).max(1).min(self.queue.len());
        if let Some(further) = self.queue.iter().skip(length - 1).take(FRAME).position(|octet| *octet == FLAG) {
            length += further;
        }
        self.burst = self.queue.drain(..length).collect();
        self.count += length as u64;
    }

    /// When the `count`th octet since the wire was last idle has left.
    fn left_at(&self, count: u64) -> Instant {
        self.busy_since + self.line_time(count)
    }

    /// How long so many octets occupy the wire; part of a microsecond counts as a whole one.
    fn line_time(&self, octets: u64) -> Duration {
        Duration::from_micros((octets.saturating_mul(self.octet_bits * 1_000_000)).div_ceil(self.rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs the wire until nothing is on it: when how many octets arrived.
    fn arrivals(wire: &mut Wire) -> Vec<(u64, usize)> {
        let mut seen = Vec::new();
        while let Some(at) = wire.poll_timeout() {
            wire.handle_timeout(at);
            while let Some(octets) = wire.arrived(at) {
                seen.push((at.micros(), octets.len()));
            }
        }
        seen
    }

    #[test]
    fn pacing_is_exact_to_the_microsecond() {
        let mut wire = Wire::new(33_600, 10, Duration::from_millis(10));
        wire.send(Instant::ZERO, &[0; 3360]);
        let seen = arrivals(&mut wire);
        // 3360 octets are one second; the last arrives a delay later, and no burst is longer than 20 ms.
        assert_eq!(seen.last(), Some(&(1_010_000, 3360 % 67)));
        assert_eq!(seen.first(), Some(&(10_000 + 19_941, 67)));
        assert!(seen.iter().all(|(_, octets)| *octets <= 67));
        assert_eq!(seen.iter().map(|(_, octets)| octets).sum::<usize>(), 3360);
    }

    #[test]
    fn a_long_frame_is_one_burst_with_the_end_in_its_time() {
        let mut wire = Wire::new(33_600, 10, Duration::ZERO);
        let mut frame = vec![b'x'; 1678];
        (frame[0], frame[1677]) = (FLAG, FLAG);
        wire.send(Instant::ZERO, &[&frame[..], &[b'x'; 100]].concat());
        // Half a second for what is a twentieth of 33600 octets, and 20 ms at most where no flag is to come.
        assert_eq!(arrivals(&mut wire), [(499_405, 1678), (519_346, 67), (529_167, 33)]);
    }

    #[test]
    fn a_short_frame_is_one_burst_and_an_idle_wire_starts_anew() {
        let mut wire = Wire::new(33_600, 10, Duration::ZERO);
        wire.send(Instant::ZERO, &[0; 1]);
        assert_eq!(arrivals(&mut wire), [(298, 1)]);
        wire.send(Instant::from_millis(5), &[0; 2]);
        assert_eq!(arrivals(&mut wire), [(5_596, 2)]);
    }

    #[test]
    fn octets_sent_while_the_wire_is_busy_follow_without_a_gap() {
        let mut wire = Wire::new(9600, 10, Duration::ZERO);
        wire.send(Instant::ZERO, b"0123456789");
        wire.send(Instant::from_micros(10), b"0123456789");
        assert_eq!(wire.backlog(Instant::from_micros(10)), Duration::from_micros(10_417 - 10 + 10_417));
        assert_eq!(arrivals(&mut wire), [(10_417, 10), (20_834, 10)]);
    }

    #[test]
    fn a_cut_wire_delivers_what_has_left() {
        let mut wire = Wire::new(8000, 8, Duration::from_millis(7));
        wire.send(Instant::ZERO, b"0123456789");
        wire.cut(Instant::from_micros(3_500));
        assert_eq!(arrivals(&mut wire), [(10_000, 3)]);
    }

    #[test]
    fn a_slow_wire_still_moves_octet_by_octet() {
        let mut wire = Wire::new(75, 10, Duration::ZERO);
        wire.send(Instant::ZERO, b"ab");
        assert_eq!(arrivals(&mut wire), [(133_334, 1), (266_667, 1)]);
    }
}
