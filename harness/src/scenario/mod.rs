//! Scenario text: KDL in, a checked [`Scenario`] out, or every error of the file at once.

mod model;

pub use model::*;
