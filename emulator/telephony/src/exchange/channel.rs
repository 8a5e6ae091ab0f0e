//! One direction of a connected line: octets at the line's rate, in order, late by its delay.
//!
//! In: octets whenever an end has them. Out: the same octets in bursts of at most 20 ms of line time, or up to the end
//! of the PPP frame that is under way then: nobody can make use of part of a frame. A burst leaves when the channel is
//! free, takes `bits an octet / rate` for each octet, and arrives as a whole when its last octet does: pacing by octets
//! would cost a hundred timers a second more and show nothing more.
//! Time is kept as a count of octets since the channel was last idle, so that 297.619 µs an octet never drift.
//!
//! A channel may be noisy ([`Impairments`]), rest for a while, or lose what arrives in a gap ([`Gaps`]). Under error control
//! (V.42) a burst that noise has hit is not delivered but sent again: it is late and it is right.

use std::collections::VecDeque;
use std::time::Duration;

use super::gap::Gaps;
use super::impairment::{Impairments, Toll};
use crate::loss::LossCause;
use offhook_clock::Instant;

/// The longest burst, in line time, unless a frame's end follows.
const BURST: Duration = Duration::from_millis(20);
/// How many octets further the frame's end may be.
const FRAME: usize = 4096;
/// What ends a frame (RFC 1662 §3.1).
const FLAG: u8 = 0x7e;
/// So often a burst is sent again at most; then it passes, where V.42 (N400) would end the call.
const RETRIES: u32 = 8;

/// The rate of a channel on which octets take no time.
pub(super) const UNPACED: u32 = u32::MAX;

/// One direction of a line.
#[derive(Clone, Debug)]
pub(super) struct Channel {
    rate: u64,
    octet_bits: u64,
    delay: Duration,
    /// Octets not yet on the channel.
    queue: VecDeque<u8>,
    /// When the channel last stopped being idle.
    busy_since: Instant,
    /// Octets put on the channel since then, the burst on it included.
    count: u64,
    /// The burst on the channel.
    burst: Vec<u8>,
    /// Bursts that have left and not yet arrived, with their time of arrival.
    travelling: VecDeque<(Instant, Vec<u8>)>,
    /// The channel rests until then.
    rests_until: Instant,
    /// Gaps in the carrier: what arrives in one is lost.
    dropouts: Gaps,
    /// Times in which the line is dead in this direction, likewise.
    deafness: Gaps,
    /// What noise does, if there is any.
    impairments: Option<Box<Noise>>,
}

/// A noisy channel.
#[derive(Clone, Debug)]
struct Noise {
    impairments: Impairments,
    error_control: bool,
    /// How often the burst on the channel has been sent again.
    retries: u32,
    /// When the last burst arrives: a later one never does before it.
    latest: Instant,
    /// What it has done and nobody has been told of.
    tolls: VecDeque<ImpairedBurst>,
}

/// What noise has done to a burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ImpairedBurst {
    /// Of how many octets.
    pub(super) octets: usize,
    /// What was wrong with them.
    pub(super) toll: Toll,
    /// It was sent again instead of delivered.
    pub(super) again: bool,
}

impl Channel {
    /// An idle channel of `rate` bit/s (at least 1) and `octet_bits` bits an octet, start and stop bits included.
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
            rests_until: Instant::ZERO,
            dropouts: Gaps::new(LossCause::NoCarrier),
            deafness: Gaps::new(LossCause::DeadDirection),
            impairments: None,
        }
    }

    /// The same channel with noise on it.
    pub(super) fn with_impairments(mut self, impairments: Option<Impairments>, error_control: bool) -> Self {
        self.impairments = impairments.map(|impairments| {
            let tolls = VecDeque::new();
            Box::new(Noise { impairments, error_control, retries: 0, latest: Instant::ZERO, tolls })
        });
        self
    }

    /// Hands octets to the channel.
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
        offhook_clock::earliest(leaves, arrives)
    }

    /// Moves everything on that is due.
    pub(super) fn handle_timeout(&mut self, now: Instant) {
        while !self.burst.is_empty() && self.left_at(self.count) <= now {
            let left = self.left_at(self.count);
            let burst = std::mem::take(&mut self.burst);
            if self.impairments.is_none() {
                self.travelling.push_back((left + self.delay, burst));
            } else if let Some(burst) = self.apply(burst, left) {
                self.burst = burst;
                continue;
            }
            self.depart(left);
        }
    }

    /// A burst has left a noisy channel. Returns it if it has to be sent again.
    fn apply(&mut self, mut burst: Vec<u8>, left: Instant) -> Option<Vec<u8>> {
        let octets = burst.len();
        let before = self.count - octets as u64;
        let (busy_since, bits, rate) = (self.busy_since, self.octet_bits, self.rate);
        let left_at = |octets: usize| busy_since + line_time(before + octets as u64, bits, rate);
        let repetition = self.line_time(octets as u64) + self.delay * 2;
        let noise = self.impairments.as_deref_mut()?;
        if noise.error_control {
            let toll = noise.impairments.apply(&mut burst.clone(), left_at);
            if !toll.is_none() && noise.retries < RETRIES {
                noise.retries += 1;
                noise.tolls.push_back(ImpairedBurst { octets, toll, again: true });
                self.busy_since += repetition;
                return Some(burst);
            }
            noise.retries = 0;
        } else {
            let toll = noise.impairments.apply(&mut burst, left_at);
            if !toll.is_none() {
                noise.tolls.push_back(ImpairedBurst { octets, toll, again: false });
            }
        }
        noise.latest = noise.latest.max(left + self.delay + noise.impairments.lateness());
        if !burst.is_empty() {
            self.travelling.push_back((noise.latest, burst));
        }
        None
    }

    /// What noise has done since this was asked last.
    pub(super) fn poll_impaired(&mut self) -> Option<ImpairedBurst> {
        self.impairments.as_deref_mut()?.tolls.pop_front()
    }

    /// Nothing leaves the channel until then; what is under way waits in the middle.
    pub(super) fn rest(&mut self, now: Instant, until: Instant) {
        self.handle_timeout(now);
        let from = self.rests_until.max(now);
        if until > from {
            if !self.burst.is_empty() {
                self.busy_since += until.since(from);
            }
            self.rests_until = until;
        }
    }

    /// There is no carrier between the two moments: what arrives then is lost.
    pub(super) fn lose(&mut self, from: Instant, until: Instant) {
        self.dropouts.add(from, Some(until));
    }

    /// Nothing gets through any more from then on, until that moment if there is one: what arrives then is lost.
    pub(super) fn deafen(&mut self, from: Instant, until: Option<Instant>) {
        self.deafness.add(from, until);
    }

    /// The rate changes; the octet under way is sent again.
    pub(super) fn set_rate(&mut self, now: Instant, rate: u32) {
        self.handle_timeout(now);
        let before = self.count - self.burst.len() as u64;
        let burst = std::mem::take(&mut self.burst);
        let gone = (1..=burst.len() as u64).take_while(|octets| self.left_at(before + octets) <= now).count();
        let (sent, rest) = burst.split_at(gone);
        if !sent.is_empty() {
            let at = self.left_at(before + gone as u64) + self.delay;
            let at = self.in_order(at);
            self.travelling.push_back((at, sent.to_vec()));
        }
        for octet in rest.iter().rev() {
            self.queue.push_front(*octet);
        }
        self.rate = u64::from(rate.max(1));
        (self.busy_since, self.count) = (now, 0);
        self.depart(now);
    }

    /// A time of arrival, or that of the burst before it if that is later.
    fn in_order(&mut self, at: Instant) -> Instant {
        let Some(noise) = self.impairments.as_deref_mut() else { return at };
        noise.latest = noise.latest.max(at);
        noise.latest
    }

    /// The next burst that has arrived by `now`.
    pub(super) fn arrived(&mut self, now: Instant) -> Option<Vec<u8>> {
        if self.travelling.front()?.0 > now {
            return None;
        }
        let (at, mut octets) = self.travelling.pop_front()?;
        let began = at.micros().saturating_sub(duration_micros(self.line_time(octets.len() as u64)));
        let (octet_bits, rate) = (self.octet_bits, self.rate);
        let arrives = |count: u64| Instant::from_micros(began) + line_time(count, octet_bits, rate);
        for gaps in [&mut self.dropouts, &mut self.deafness] {
            gaps.take_out(&mut octets, arrives);
        }
        Some(octets)
    }

    /// When the last of what has left will have arrived, if any of it is still under way.
    pub(super) fn last_arrival(&self) -> Option<Instant> {
        self.travelling.back().map(|(at, _)| *at)
    }

    /// How many octets gaps have taken since this was asked last, and why.
    pub(super) fn take_lost_in_gaps(&mut self) -> [(u64, LossCause); 2] {
        [self.dropouts.take_lost(), self.deafness.take_lost()]
    }

    /// The sender is gone: what has left arrives all the same, whatever has not left never does. Gives how much that is.
    pub(super) fn cut(&mut self, now: Instant) -> u64 {
        self.handle_timeout(now);
        let before = self.count - self.burst.len() as u64;
        let mut burst = std::mem::take(&mut self.burst);
        let gone = (1..=burst.len() as u64).take_while(|octets| self.left_at(before + octets) <= now).count();
        let lost = self.queue.len() + burst.len() - gone;
        self.queue.clear();
        burst.truncate(gone);
        if !burst.is_empty() {
            let at = self.left_at(before + gone as u64) + self.delay;
            let at = self.in_order(at);
            self.travelling.push_back((at, burst));
        }
        lost as u64
    }

    /// The receiver is gone: nothing arrives any more. Gives how many octets were under way.
    pub(super) fn discard(&mut self) -> u64 {
        let travelling: usize = self.travelling.iter().map(|(_, octets)| octets.len()).sum();
        let lost = self.queue.len() + self.burst.len() + travelling;
        self.queue.clear();
        self.burst.clear();
        self.travelling.clear();
        lost as u64
    }

    /// Puts the next burst on the channel if it is free.
    fn depart(&mut self, now: Instant) {
        if self.queue.is_empty() || !self.burst.is_empty() {
            return;
        }
        let now = now.max(self.rests_until);
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

    /// When the `count`th octet since the channel was last idle has left.
    fn left_at(&self, count: u64) -> Instant {
        self.busy_since + self.line_time(count)
    }

    /// How long so many octets occupy the channel; part of a microsecond counts as a whole one.
    fn line_time(&self, octets: u64) -> Duration {
        line_time(octets, self.octet_bits, self.rate)
    }
}

fn line_time(octets: u64, octet_bits: u64, rate: u64) -> Duration {
    if rate == u64::from(UNPACED) {
        return Duration::ZERO;
    }
    Duration::from_micros((octets.saturating_mul(octet_bits * 1_000_000)).div_ceil(rate))
}

fn duration_micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
