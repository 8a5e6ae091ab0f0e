//! Times in which nothing that arrives on a channel is delivered, and how much that was.
//!
//! In: from when until when, and bursts of octets with the time at which each octet arrives. Out: the octets that arrive
//! outside of those times, and a count of the others. A gap of the carrier is one, a line that is dead in one direction another.

use std::time::Duration;

use crate::loss::LossCause;
use offhook_clock::Instant;

/// How long a gap is kept when it is over: more than a line delays what was sent before.
const KEPT: Duration = Duration::from_secs(60);

/// The gaps of one kind.
#[derive(Clone, Debug)]
pub(super) struct Gaps {
    cause: LossCause,
    /// From when, and until when; `None`: as long as there is the channel.
    spans: Vec<(Instant, Option<Instant>)>,
    /// Octets lost in them, of which nobody has been told.
    lost: u64,
}

impl Gaps {
    /// None yet; what is lost in them is lost for this cause.
    pub(super) const fn new(cause: LossCause) -> Self {
        Self { cause, spans: Vec::new(), lost: 0 }
    }

    /// One more.
    pub(super) fn add(&mut self, from: Instant, until: Option<Instant>) {
        // What arrived in one that is over may still be looked at, but not for long.
        self.spans.retain(|(_, until)| until.is_none_or(|until| until + KEPT >= from));
        self.spans.push((from, until));
    }

    /// Takes out of a burst what arrives in a gap; `arrives` tells when so many octets of it have.
    pub(super) fn take_out(&mut self, octets: &mut Vec<u8>, arrives: impl Fn(u64) -> Instant) {
        if self.spans.is_empty() {
            return;
        }
        let count = octets.len();
        let mut arrived = 0;
        octets.retain(|_| {
            arrived += 1;
            let at = arrives(arrived);
            !self.spans.iter().any(|(from, until)| *from <= at && until.is_none_or(|until| at < until))
        });
        self.lost += (count - octets.len()) as u64;
    }

    /// How many octets were lost since this was asked last, and why.
    pub(super) fn take_lost(&mut self) -> (u64, LossCause) {
        (std::mem::take(&mut self.lost), self.cause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_arrives_in_a_gap_is_taken_out_and_counted_octet_for_octet() {
        let mut gaps = Gaps::new(LossCause::DeadDirection);
        gaps.add(Instant::from_millis(3), Some(Instant::from_millis(5)));
        gaps.add(Instant::from_millis(8), None);
        let mut octets = b"0123456789".to_vec();
        gaps.take_out(&mut octets, Instant::from_millis);
        // The first octet arrives after 1 ms: those of 3, 4, and of 8 to 10 ms are lost.
        assert_eq!(octets, b"01456");
        assert_eq!((gaps.take_lost(), gaps.take_lost().0), ((5, LossCause::DeadDirection), 0));
    }
}
