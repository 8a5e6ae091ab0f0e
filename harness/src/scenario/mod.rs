//! Scenario text: KDL in, a checked [`Scenario`] out, or every error of the file at once.
//!
//! [`load()`] takes paths, [`read()`] one text. Inside, a text passes through `shape` (words and values), `build` and
//! `call` (what they make), `order` (whether it can happen); the words are data, in `words`,
//! from which [`reference()`] is made, too.

mod build;
mod call;
mod duration;
pub(crate) mod kind;
pub(crate) mod load;
mod model;
mod order;
pub(crate) mod problem;
pub(crate) mod read;
mod reference;
pub(crate) mod shape;
#[cfg(test)]
mod tests;
pub(crate) mod value;
pub(crate) mod vocabulary;
mod words;

pub use duration::{format_duration, parse_duration};
pub use kind::SPEEDS;
pub use load::load;
pub use model::*;
pub use problem::{Errors, Fault, FileProblems, Label, Problem, Style};
pub use read::read;
pub use reference::{personality_reference, reference};
pub use vocabulary::STACKS;
