//! Running scenarios: schedule, job and result files, outcome.

mod outcome;

pub use outcome::*;
