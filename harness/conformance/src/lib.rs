//! Conformance of a PPP end: cases that are scenarios with a clause, what proves that each can fail, and what comes of them.
//!
//! - [`subject`]: an end of offhook's own in the place of a server, in process.
//! - [`prove()`]: a case played against it, sound and with each of the case's faults.
//! - [`mod@live`]: a case played against a program, a port or a device, by the real clock; [`needs`] says what it must provide.
//! - [`outcome()`]: what came of a case as the outcome of a run, which every report of a run shows.
//! - [`matrix`]: what came of cases, by subject and level; [`merge`]: several of them as one.

pub mod live;
pub mod matrix;
pub mod merge;
pub mod needs;
pub mod outcome;
pub mod prove;
pub mod reach;
pub mod subject;

pub use matrix::{Case, Matrix, Verdict};
pub use needs::Needs;
pub use outcome::{Came, Told, outcome};
pub use prove::{Place, Proof, Script, Shown, prove, prove_for, script_of};
