//! What noise does to octets on their way in one direction of a connected line.
//!
//! In: a [`Quality`], a seed, and bursts of octets with the times at which each leaves. Out: the octets as they arrive,
//! how many bits are wrong and how many octets are missing, and how late they are. Only the eight bits of an octet are
//! falsified, never its start and stop bit. Times of noise do not depend on what is sent; intervals between them are
//! drawn evenly from nothing to twice their mean.

use std::time::Duration;

use super::quality::Quality;
use offhook_clock::Instant;
use offhook_clock::Random;

/// Noise and its pauses are at least so long on average: a line worse than that carries nothing anyway.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

/// The noise of one direction.
#[derive(Clone, Debug)]
pub(super) struct Impairments {
    quality: Quality,
    /// Draws errors and losses.
    random: Random,
    /// Draws the times of noise.
    noise_random: Random,
    /// Bits that still pass before one is inverted.
    bits_left: u64,
    /// Octets that still pass before one is lost.
    octets_left: u64,
    /// The present or next burst of noise.
    noise: Option<(Instant, Instant)>,
}

/// What has become of a burst of octets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Toll {
    /// Bits inverted.
    pub(super) bits: u32,
    /// Octets lost.
    pub(super) lost: u32,
}

impl Toll {
    pub(super) fn is_none(self) -> bool {
        self == Self::default()
    }
}

impl Impairments {
    /// The noise from `began` on, or `None` if the line changes no octets.
    pub(super) fn new(quality: &Quality, seed: u64, began: Instant) -> Option<Self> {
        let Quality { bit_errors, bursts, loss, jitter, retrains: _, deaf: _ } = quality;
        if bit_errors.is_none() && bursts.is_none() && loss.is_none() && jitter.is_zero() {
            return None;
        }
        let mut random = Random::new(seed);
        let noise_random = Random::new(random.next());
        let mut impairments =
            Self { quality: quality.clone(), random, noise_random, bits_left: 0, octets_left: 0, noise: None };
        impairments.bits_left = bit_errors.map_or(u64::MAX, |mean| impairments.pause(mean));
        impairments.octets_left = loss.map_or(u64::MAX, |mean| impairments.pause(mean));
        impairments.noise = impairments.noise_after(began);
        Some(impairments)
    }

    /// How late the next burst is.
    pub(super) fn lateness(&mut self) -> Duration {
        let most = u64::try_from(self.quality.jitter.as_micros()).unwrap_or(u64::MAX);
        if most == 0 { Duration::ZERO } else { Duration::from_micros(self.random.next() % most.saturating_add(1)) }
    }

    /// Changes octets; `left_at` tells when so many of them have left.
    pub(super) fn apply(&mut self, octets: &mut Vec<u8>, left_at: impl Fn(usize) -> Instant) -> Toll {
        let mut toll = Toll::default();
        self.invert(octets, &mut toll);
        self.falsify(octets, left_at, &mut toll);
        self.lose(octets, &mut toll);
        toll
    }

    /// Bits inverted at random.
    fn invert(&mut self, octets: &mut [u8], toll: &mut Toll) {
        let Some(mean) = self.quality.bit_errors else { return };
        let bits = octets.len() as u64 * 8;
        let mut passed = 0;
        while self.bits_left < bits - passed {
            passed += self.bits_left;
            if let Some(octet) = usize::try_from(passed / 8).ok().and_then(|place| octets.get_mut(place)) {
                *octet ^= 1 << (passed % 8);
                toll.bits += 1;
            }
            passed += 1;
            self.bits_left = self.pause(mean);
        }
        self.bits_left -= bits - passed;
    }

    /// Noise: each octet that it meets is anything.
    fn falsify(&mut self, octets: &mut [u8], left_at: impl Fn(usize) -> Instant, toll: &mut Toll) {
        let (begin, end) = (left_at(0), left_at(octets.len()));
        while let Some((from, until)) = self.noise {
            if from >= end {
                return;
            }
            if until > begin {
                for (place, octet) in octets.iter_mut().enumerate() {
                    if left_at(place) < until && left_at(place + 1) > from {
                        let wrong = (self.random.next() >> 56) as u8;
                        *octet ^= wrong;
                        toll.bits += wrong.count_ones();
                    }
                }
            }
            if until >= end {
                return;
            }
            self.noise = self.noise_after(until);
        }
    }

    /// Octets lost at random.
    fn lose(&mut self, octets: &mut Vec<u8>, toll: &mut Toll) {
        let Some(mean) = self.quality.loss else { return };
        let mut place = 0;
        while self.octets_left < (octets.len() - place) as u64 {
            place += usize::try_from(self.octets_left).unwrap_or(usize::MAX);
            octets.remove(place);
            toll.lost += 1;
            self.octets_left = self.pause(mean);
        }
        self.octets_left -= (octets.len() - place) as u64;
    }

    /// The first burst of noise after `then`.
    fn noise_after(&mut self, then: Instant) -> Option<(Instant, Instant)> {
        let (mean, lasts) = self.quality.bursts?;
        let from = then + drawn(&mut self.noise_random, mean);
        Some((from, from + lasts))
    }

    /// How many pass before the next one, if it is one in `mean`.
    fn pause(&mut self, mean: u64) -> u64 {
        let range = mean.max(1).saturating_mul(2) - 1;
        self.random.next() % range
    }
}

/// A time drawn evenly, from nothing to twice the mean.
pub(super) fn drawn(random: &mut Random, mean: Duration) -> Duration {
    let mean = u64::try_from(mean.max(SHORTEST_PAUSE).as_micros()).unwrap_or(u64::MAX / 4);
    Duration::from_micros(1 + random.next() % mean.saturating_mul(2))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// What becomes of `count` zeros sent as one burst, an octet each millisecond.
    fn zeros(quality: &Quality, seed: u64, count: usize) -> (Vec<u8>, Toll) {
        let mut impairments = Impairments::new(quality, seed, Instant::ZERO).unwrap();
        let mut octets = vec![0; count];
        let toll = impairments.apply(&mut octets, |octets| Instant::from_millis(octets as u64));
        (octets, toll)
    }

    #[test]
    fn a_line_without_faults_has_no_impairments() {
        assert!(Impairments::new(&Quality::default(), 1, Instant::ZERO).is_none());
        let retrains = Some((Duration::from_secs(60), Duration::from_secs(3)));
        assert!(Impairments::new(&Quality { retrains, ..Quality::default() }, 1, Instant::ZERO).is_none());
    }

    #[test]
    fn one_bit_in_so_many_is_inverted() {
        let quality = Quality { bit_errors: Some(1000), ..Quality::default() };
        let (octets, toll) = zeros(&quality, 1, 125_000);
        assert!((950..1050).contains(&toll.bits), "{toll:?}");
        assert_eq!(octets.iter().map(|octet| octet.count_ones()).sum::<u32>(), toll.bits);
        let every = Quality { bit_errors: Some(1), ..Quality::default() };
        assert_eq!(zeros(&every, 1, 3).0, [0xff; 3]);
    }

    #[test]
    fn one_octet_in_so_many_is_lost() {
        let quality = Quality { loss: Some(100), ..Quality::default() };
        let (octets, toll) = zeros(&quality, 1, 100_000);
        assert!((950..1050).contains(&toll.lost), "{toll:?}");
        assert_eq!(octets.len(), 100_000 - toll.lost as usize);
        let all = Quality { loss: Some(1), ..Quality::default() };
        assert_eq!(zeros(&all, 1, 3).0, [0_u8; 0]);
    }

    #[test]
    fn noise_falsifies_half_of_the_bits_for_as_long_as_it_lasts() {
        let quality =
            Quality { bursts: Some((Duration::from_secs(1), Duration::from_millis(50))), ..Quality::default() };
        let (octets, toll) = zeros(&quality, 1, 100_000);
        // About 95 bursts of 50 octets.
        assert!((15_000..25_000).contains(&toll.bits), "{toll:?}");
        let wrong = octets.iter().filter(|octet| **octet != 0).count();
        assert!((4000..6000).contains(&wrong), "{wrong}");
    }

    #[test]
    fn impairments_do_not_depend_on_how_octets_are_divided_into_bursts() {
        let quality = Quality {
            bit_errors: Some(500),
            bursts: Some((Duration::from_millis(300), Duration::from_millis(20))),
            ..Quality::default()
        };
        let (whole, toll) = zeros(&quality, 9, 5000);
        let mut impairments = Impairments::new(&Quality { bursts: None, ..quality.clone() }, 9, Instant::ZERO).unwrap();
        let mut parts = Vec::new();
        for part in 0..50 {
            let mut octets = vec![0; 100];
            impairments.apply(&mut octets, |octets| Instant::from_millis(part * 100 + octets as u64));
            parts.extend(octets);
        }
        let (single, _) = zeros(&Quality { bursts: None, ..quality }, 9, 5000);
        assert_eq!(parts, single);
        assert!(toll.bits > 0 && whole != single);
    }
}
