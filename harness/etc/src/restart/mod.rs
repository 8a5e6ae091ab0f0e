//! What init starts again: the rule of a process ([`Restart`]), and its starts and ends ([`Starts`]).

mod policy;
mod starts;

pub use policy::{Ended, Restart, UnitRestart, When};
pub use starts::Starts;
