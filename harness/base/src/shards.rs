//! Shares of a run that many machines did: which of them are missing.

use std::collections::BTreeSet;

/// The shards, numbered from 1, that are not there.
pub fn missing(total: u32, there: &BTreeSet<u32>) -> Vec<u32> {
    (1..=total).filter(|index| !there.contains(index)).collect()
}

/// What to do about them, as a sentence.
pub fn missing_told(shards: &[u32], total: u32) -> String {
    let (word, verb) = if shards.len() == 1 { ("shard", "is") } else { ("shards", "are") };
    let named = shards.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    format!("{word} {named} of {total} {verb} missing: run with --shard N/{total} what is not there")
}
