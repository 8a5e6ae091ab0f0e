//! Mutants of a scenario: the same text with one thing changed, by which the scenario should fail.
//!
//! In: the text of a scenario file without mistakes. Out: [`Mutant`]s, each one edit of that text: of what the server is
//! (`server` and `change`: a value changed, a word or a property removed, two neighbours swapped, a line of a file removed
//! or swapped), or of what is expected of it. What a value may become is taken from the vocabulary: its kind, its range, its
//! choices, its default. Nothing here looks at what a mutant does; one may be refused by [`read()`](crate::read()), or be the same
//! scenario in other words.
//!
//! What the caller does stays as it is, and so do expectations as a whole: without one, a scenario only asks for less.

mod candidate;
mod claims;
mod custom;
mod etc;
mod files;
mod mutant;
mod neighbours;
mod removals;
mod spelling;
mod swaps;
#[cfg(test)]
mod tests;
mod values;
mod walk;

pub use mutant::{Change, Mutant, Part};
pub use walk::{Mutants, mutants};
