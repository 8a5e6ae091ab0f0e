//! Ringing of one call: a cadence laid out in time.
//!
//! In: the moment ringing began. Out: the bursts, ring by ring, and the moment caller ID is delivered.
//! It counts *rings* (whole periods of the cadence), from 1.

use std::time::Duration;

use super::cadence::Cadence;
use super::caller_id::CallerId;
use offhook_clock::Instant;

/// One edge of ringing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    /// True: a burst begins. False: it ends.
    pub(super) on: bool,
    /// Number of the ring, from 1.
    pub(super) ring: u32,
    /// First burst of its ring if it begins, last one if it ends.
    pub(super) outer: bool,
}

/// A line that rings.
#[derive(Clone, Debug)]
pub(super) struct Ringing {
    began: Instant,
    /// When the current ring began.
    ring_began: Instant,
    /// Number of the current ring, from 1.
    ring: u32,
    /// Edges of the current ring that have passed.
    edges: usize,
    /// When the next edge is due.
    next: Instant,
}

impl Ringing {
    /// Ringing begins now: the first edge is due at once.
    pub(super) fn new(now: Instant) -> Self {
        Self { began: now, ring_began: now, ring: 1, edges: 0, next: now }
    }

    /// When the next edge is due.
    pub(super) fn next(&self) -> Instant {
        self.next
    }

    /// True during a burst.
    pub(super) fn sounding(&self) -> bool {
        self.edges % 2 == 1
    }

    /// True from the first burst of a ring to the end of its last, pauses between its bursts included.
    pub(super) fn in_ring(&self, cadence: &Cadence) -> bool {
        self.edges > 0 && self.edges < cadence.pairs().len() * 2
    }

    /// Number of the current ring, from 1.
    pub(super) fn ring(&self) -> u32 {
        self.ring
    }

    /// The edge that is due at [`Self::next`].
    pub(super) fn advance(&mut self, cadence: &Cadence) -> Edge {
        let pairs = cadence.pairs();
        if self.edges >= pairs.len() * 2 {
            self.ring_began += cadence.period();
            self.ring = self.ring.saturating_add(1);
            self.edges = 0;
        }
        let on = self.edges.is_multiple_of(2);
        let outer = if on { self.edges == 0 } else { self.edges + 1 == pairs.len() * 2 };
        let (sound, silence) = pairs.get(self.edges / 2).copied().unwrap_or_default();
        self.next += if on { sound } else { silence };
        self.edges += 1;
        Edge { on, ring: self.ring, outer }
    }

    /// The end of the silence after the `rings`th ring.
    pub(super) fn end_of(&self, cadence: &Cadence, rings: u32) -> Instant {
        self.began + cadence.period().saturating_mul(rings.max(1))
    }

    /// When caller ID has been delivered: in the silence after the first ring, in the middle of it if it is too
    /// short for the message.
    pub(super) fn caller_id_at(&self, cadence: &Cadence, id: &CallerId) -> Instant {
        let silence = cadence.silence();
        let delivery = id.delivery();
        let within = if delivery < silence { delivery } else { silence / 2 };
        let sound: Duration = cadence.period().saturating_sub(silence);
        self.began + sound + within
    }
}
