//! Running scenarios: on the host the schedule and the guests, in the guest what is known and expected of each call.

pub mod client;
pub mod expect;
pub mod facts;
mod job;
pub(crate) mod login;
pub mod needs;
mod outcome;
mod plant;
mod processor;
mod queue;
pub mod schedule;
pub mod station;
mod tap;
pub mod telephones;
mod told;
mod transit;
pub mod uml;

pub use job::*;
pub use outcome::*;
pub use plant::Upset;
pub use telephones::Telephones;
