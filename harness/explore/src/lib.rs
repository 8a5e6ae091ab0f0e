//! What could go wrong in a scenario, moment by moment, and what of it a server does not survive.
//!
//! A run is the same every time, so its trace is a list of moments at which something can go wrong. In: a scenario, and the
//! trace of its run as it is. Out: [`Trial`]s, each of which is the scenario with a disturbance or several; from their
//! outcomes [`Violation`]s of what holds whatever happens, grouped by cause; and for each cause a scenario that fails by itself.
//!
//! Nothing here runs a guest or reads a clock: whoever does gives outcomes to a [`Campaign`], and asks it what to try next.

mod alike;
mod campaign;
mod catalogue;
mod coverage;
mod journal;
mod known;
mod points;
mod shrink;
mod text;
mod trial;
mod violation;

pub use alike::{Alike, alike};
pub use campaign::{Campaign, Cause, Matter, Strategy};
pub use coverage::states;
pub use journal::{Entry, Header, Journal, Mismatch};
pub use known::{Known, KnownCause, Where, entry_of, known};
pub use points::{Point, points};
pub use shrink::simpler;
pub use text::{Prepared, Unfit, disturb_line, prepared};
pub use trial::Trial;
pub use violation::{Violation, violations};
