//! What a line does to the octets and the carrier on it, besides being slow.
//!
//! All of it is drawn from a seed: the same line with the same octets at the same times has the same impairments.

use std::time::Duration;

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
}

impl Quality {
    /// Whether it is a line without faults.
    pub fn is_perfect(&self) -> bool {
        *self == Self::default()
    }
}
