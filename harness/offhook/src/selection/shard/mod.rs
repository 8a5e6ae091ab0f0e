//! `--shard I/N`: one of N shares of a run, so that N machines do together what one would do alone.
//!
//! The keys of all that could run, with how long each takes, go in; out comes the share of each. It is a function of these
//! alone, whatever their order: every machine comes to the same answer, each unit is in one share, and none is in two.
//!
//! The shares are rendezvous hashing with bounded loads. Each unit ranks the shares by a hash of its key and the share's
//! number, and goes to the first of them that has room; a share has room up to 2 % over the average. Without the bound the
//! shares of some hundred units would differ by 10 %. Cutting a sorted list into N parts, or giving the longest to the
//! emptiest, would balance as well, but one scenario more would move most of the others to another machine, and with them
//! what that machine has in its caches and its history; here it moves one in a hundred. The long units come before the short
//! ones, by powers of two, so that what is left to fit in is short, and a duration that varies a little changes no order.

pub mod environment;

use std::collections::BTreeMap;
use std::str::FromStr;

use offhook_clock::Random;
use sha2::{Digest, Sha256};

/// Percent over the average up to which a share has room.
const OVER: u128 = 2;

/// One of several shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Which, from 1.
    pub index: u32,
    /// Of how many, from 1.
    pub total: u32,
}

impl Share {
    /// That share, or why there is none.
    pub fn new(index: u32, total: u32) -> Result<Self, String> {
        match (1..=total).contains(&index) {
            true => Ok(Self { index, total }),
            false if total == 0 => Err("there are no shards of 0".to_owned()),
            false => Err(format!("there is no shard {index} of {total}: they are numbered from 1")),
        }
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index, self.total)
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = || "expected I/N, the shard and how many there are: 1/4".to_owned();
        let (index, total) = text.split_once('/').ok_or_else(form)?;
        Self::new(index.parse().map_err(|_| form())?, total.parse().map_err(|_| form())?)
    }
}

/// What is divided: something with a key of its own, and how long it takes, in any unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its key; no two have the same.
    pub key: String,
    /// How long it takes; 0 is taken for 1.
    pub weight: u64,
}

/// The share of each, from 1.
pub fn shares(units: &[Unit], total: u32) -> Vec<u32> {
    let weight = |unit: &Unit| u128::from(unit.weight.max(1));
    let hashes: Vec<u64> = units.iter().map(|unit| hash(&unit.key)).collect();
    let mut order: Vec<usize> = (0..units.len()).collect();
    order.sort_by_key(|unit| (weight(&units[*unit]).leading_zeros(), hashes[*unit], &units[*unit].key));
    let count = u128::from(total.max(1));
    let room = units.iter().map(weight).sum::<u128>() * (100 + OVER) / (100 * count);
    let salts: Vec<u64> = (1..=total.max(1)).map(|share| Random::new(u64::from(share)).next()).collect();
    let mut loads = vec![0_u128; salts.len()];
    let mut shares = vec![0; units.len()];
    for unit in order {
        let weight = weight(&units[unit]);
        let rank = |share: &usize| Random::new(hashes[unit] ^ salts[*share]).next();
        let fits = (0..loads.len()).filter(|share| loads[*share] + weight <= room);
        // What fits nowhere is longer than what is left anywhere.
        let emptiest = || (0..loads.len()).min_by_key(|share| (loads[*share], rank(share)));
        let share = fits.max_by_key(rank).or_else(emptiest).unwrap_or(0);
        loads[share] += weight;
        shares[unit] = u32::try_from(share).map_or(u32::MAX, |share| share + 1);
    }
    shares
}

fn hash(key: &str) -> u64 {
    let digest = Sha256::digest(key.as_bytes());
    digest.iter().take(8).fold(0, |hash, octet| hash << 8 | u64::from(*octet))
}

/// The durations that are known, for what is divided.
#[derive(Clone, Debug, Default)]
pub struct Durations(BTreeMap<super::history::Key, u64>);

impl Durations {
    /// Of these.
    pub fn new(known: impl IntoIterator<Item = (super::history::Key, u64)>) -> Self {
        Self(known.into_iter().collect())
    }

    /// How long each of these takes; those that are not known, as long as the one in the middle of those that are.
    pub fn weights(&self, keys: &[super::history::Key]) -> Vec<u64> {
        let known: Vec<Option<u64>> = keys.iter().map(|key| self.0.get(key).copied()).collect();
        let mut sorted: Vec<u64> = known.iter().flatten().copied().collect();
        sorted.sort_unstable();
        let middle = sorted.get(sorted.len() / 2).copied().unwrap_or(1);
        known.into_iter().map(|weight| weight.unwrap_or(middle).max(1)).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn units(weights: &[u64]) -> Vec<Unit> {
        weights
            .iter()
            .enumerate()
            .map(|(index, weight)| Unit { key: format!("unit {index}"), weight: *weight })
            .collect()
    }

    fn heaviest(units: &[Unit], shares: &[u32], total: u32) -> u64 {
        let load =
            |share| units.iter().zip(shares).filter(|(_, of)| **of == share).map(|(unit, _)| unit.weight.max(1)).sum();
        (1..=total).map(load).max().unwrap()
    }

    proptest! {
        #[test]
        fn each_is_in_one_share_whatever_the_order(weights in proptest::collection::vec(0_u64..100_000, 0..200), total in 1_u32..40) {
            let units = units(&weights);
            let first = shares(&units, total);
            prop_assert_eq!(first.len(), units.len());
            prop_assert!(first.iter().all(|share| (1..=total).contains(share)));
            let mut turned: Vec<Unit> = units.iter().rev().cloned().collect();
            turned.rotate_left(units.len() / 3);
            let again = shares(&turned, total);
            let of = |units: &[Unit], shares: &[u32]| -> BTreeSet<(String, u32)> {
                units.iter().map(|unit| unit.key.clone()).zip(shares.iter().copied()).collect()
            };
            prop_assert_eq!(of(&units, &first), of(&turned, &again));
        }

        #[test]
        fn no_share_has_more_than_the_average_and_its_longest(weights in proptest::collection::vec(1_u64..5_000, 1..400), total in 1_u32..16) {
            let units = units(&weights);
            let average = weights.iter().sum::<u64>() / u64::from(total);
            let longest = weights.iter().max().unwrap();
            let heaviest = heaviest(&units, &shares(&units, total), total);
            prop_assert!(heaviest <= average * 102 / 100 + longest + 1, "{} of an average of {}", heaviest, average);
        }
    }

    #[test]
    fn eight_hundred_are_divided_evenly_and_one_more_moves_few_of_them() {
        let mut random = Random::new(7);
        let weights: Vec<u64> =
            (0..800).map(|_| 60 + random.next() % 400 + (random.next() % 2000) / (1 + random.next() % 40)).collect();
        let mut units = units(&weights);
        let before = shares(&units, 4);
        let average = weights.iter().sum::<u64>() / 4;
        assert!(heaviest(&units, &before, 4) <= average * 102 / 100 + 1);
        let mut moved = 0;
        for number in 0..20 {
            units.push(Unit { key: format!("another {number}"), weight: 200 });
            let after = shares(&units, 4);
            moved += before.iter().zip(&after).filter(|(before, after)| before != after).count();
            units.pop();
        }
        assert!(moved < 20 * 800 * 2 / 100, "{moved} moves in 20 additions to 800");
    }

    #[test]
    fn a_share_is_written_with_how_many_there_are() {
        assert_eq!("2/4".parse(), Ok(Share { index: 2, total: 4 }));
        for wrong in ["0/4", "5/4", "1/0", "1", "a/b", "-1/4"] {
            assert!(wrong.parse::<Share>().is_err(), "{wrong}");
        }
    }
}
