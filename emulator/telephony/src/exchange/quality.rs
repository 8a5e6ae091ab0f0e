//! What a line does to the octets and the carrier on it, besides being slow.
//!
//! All of it is drawn from a seed: the same line with the same octets at the same times has the same impairments.

use std::time::Duration;

use crate::trace::End;
use offhook_clock::Instant;

/// How bad a line is. The default is a line without faults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Quality {
    /// One bit in so many is inverted, at random.
    pub bit_errors: Option<u64>,
    /// Bursts of noise: mean time between two, and how long each lasts. Half of the bits are wrong in it.
    pub bursts: Option<(Duration, Duration)>,
    /// One octet in so many is lost.
    pub loss: Option<u64>,
    /// Each burst of octets is late by up to so much more, in order all the same.
    pub jitter: Duration,
    /// Retrains: mean time between two, and how long each lasts. Octets wait meanwhile.
    pub retrains: Option<(Duration, Duration)>,
    /// Times in which it is dead in one direction.
    pub deaf: Vec<Deafness>,
}

/// A line that is dead in one direction: octets do not reach one end, and carrier stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Deafness {
    /// Which end nothing reaches.
    pub end: End,
    /// From so long after carrier on.
    pub after: Duration,
    /// For so long; `None`: until the call is cleared.
    pub lasts: Option<Duration>,
}

impl Quality {
    /// Whether it is a line without faults.
    pub fn is_perfect(&self) -> bool {
        *self == Self::default()
    }
}

impl Deafness {
    /// From when on, if there is carrier `since` then, and until when.
    pub(super) fn span(self, since: Instant) -> (Instant, Option<Instant>) {
        let from = since + self.after;
        (from, self.lasts.map(|lasts| from + lasts))
    }

    /// What it is, in words.
    pub(super) fn text(self) -> String {
        let from = match self.after {
            Duration::ZERO => "from now on".to_owned(),
            after => format!("from {} ms on", after.as_millis()),
        };
        let until = self.lasts.map(|lasts| format!(", for {} ms", lasts.as_millis())).unwrap_or_default();
        format!(
            "the line is dead towards the {} {from}{until}: there is carrier, and no octet arrives",
            self.end.name()
        )
    }
}
