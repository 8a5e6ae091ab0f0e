//! Mutants of scenarios, drawn, run and judged: proof that the scenarios can fail.
//!
//! In: scenario files without mistakes. [`draw()`] takes so many mutants of each folder and leaves out what `check` refuses and
//! what is the same scenario in other words; [`Campaign`] is what is to be run: each mutant, and the scenario as it was. What
//! came of a mutant is its [`Fate`]; those that survive have a reason ([`accept`]), or are a weakness of the scenario or of
//! the language. [`view`] and [`json`] show it.

pub mod accept;
mod campaign;
mod draw;
mod fate;
pub mod json;
mod played;
pub mod text;
pub mod view;

pub use campaign::Campaign;
pub use draw::{Drawn, Place, Refused, Selection, draw};
pub use fate::{Counts, Fate, Judged};
