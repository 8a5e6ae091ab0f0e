//! Fuzzing on stable Rust: targets that read what others wrote, a corpus taken from the repository, and a seeded mutator.
//!
//! A [`Target`] takes any octets and panics if a promise is broken: that nothing panics, that what is encoded decodes to
//! itself, that no answer grows without bound. The ordinary tests give each target its corpus and some thousand mutations of it,
//! the same ones every time; `cargo run --release -p offhook-fuzz -- TARGET --minutes N` goes on for as long as it is
//! told, under a seed of its own. There is no coverage guidance: that takes a compiler's instrumentation which stable Rust does
//! not offer. A corpus of real traffic and words of each format in the mutator's dictionary stand in for it.

#![allow(clippy::panic, clippy::expect_used, clippy::unwrap_used, reason = "a panic is how a target tells of a find")]

mod corpus;
mod mutator;
mod operations;
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use mutator::Mutator;
pub use targets::TARGETS;

/// Something that reads what others wrote.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, `hdlc`.
    pub name: &'static str,
    /// What it reads and what it promises, one line.
    pub about: &'static str,
    /// Reads it; panics if a promise is broken.
    pub run: fn(&[u8]),
    /// What mutations start from.
    pub corpus: fn() -> Vec<Vec<u8>>,
    /// Words of the format, for the mutator.
    pub words: &'static [&'static [u8]],
    /// How many mutations the ordinary tests try.
    pub short: u32,
}

/// The target of that name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

impl Target {
    /// A mutator over its corpus; the same seed gives the same inputs.
    pub fn mutator(&self, seed: u64) -> Mutator {
        Mutator::new((self.corpus)(), self.words, seed)
    }

    /// Whether a promise is broken by that input. What panicked is printed as panics are.
    pub fn breaks_on(&self, input: &[u8]) -> bool {
        catch_unwind(AssertUnwindSafe(|| (self.run)(input))).is_err()
    }

    /// The same find in fewer octets, as far as leaving pieces out gets.
    pub fn shrunk(&self, mut input: Vec<u8>) -> Vec<u8> {
        let mut piece = (input.len() / 2).max(1);
        loop {
            let mut at = 0;
            while at < input.len() {
                let mut shorter = input.clone();
                shorter.drain(at..(at + piece).min(input.len()));
                if self.breaks_on(&shorter) {
                    input = shorter;
                } else {
                    at += piece;
                }
            }
            if piece == 1 {
                return input;
            }
            piece /= 2;
        }
    }
}
