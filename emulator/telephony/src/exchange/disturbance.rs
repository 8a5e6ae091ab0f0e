//! Interruptions of a connected line: retrains that come by themselves, and those and gaps of the carrier on demand.
//!
//! In: when one begins and how long it lasts. Out: when the next one is due, and when the line works again. One that
//! begins during another prolongs it.

use std::time::Duration;

use super::impairment::drawn;
use super::quality::Quality;
use offhook_clock::Random;
use offhook_clock::{Instant, earliest};

/// What interrupts a line.
#[derive(Clone, Debug)]
pub(super) struct Disturbance {
    retrains: Option<(Duration, Duration)>,
    random: Random,
    /// When the line retrains by itself.
    next: Option<Instant>,
    /// It is interrupted until then.
    until: Option<Instant>,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// A retrain of so long begins.
    Retrain(Duration),
    /// The interruption is over.
    Over,
}

impl Disturbance {
    /// The interruptions of a call that gets carrier at `began`.
    pub(super) fn new(quality: &Quality, seed: u64, began: Instant) -> Self {
        let mut fresh = Self { retrains: quality.retrains, random: Random::new(seed), next: None, until: None };
        fresh.schedule(began);
        fresh
    }

    /// When something is due.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        earliest(self.next, self.until)
    }

    /// What is due by `now`; the end of an interruption before the beginning of another.
    pub(super) fn due(&mut self, now: Instant) -> Option<Due> {
        if self.until.take_if(|until| *until <= now).is_some() {
            return Some(Due::Over);
        }
        let next = self.next.filter(|next| *next <= now)?;
        let (_, lasts) = self.retrains?;
        self.schedule(next + lasts);
        Some(Due::Retrain(lasts))
    }

    /// The line is interrupted; from when on it works again.
    pub(super) fn interrupt(&mut self, now: Instant, lasts: Duration) -> Instant {
        let until = self.until.map_or(now + lasts, |until| until.max(now + lasts));
        self.until = Some(until);
        until
    }

    fn schedule(&mut self, from: Instant) {
        self.next = self.retrains.map(|(mean, _)| from + drawn(&mut self.random, mean));
    }
}
