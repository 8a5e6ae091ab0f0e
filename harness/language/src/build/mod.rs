//! The second pass, the server: words to its parts, and what only shows when words are seen together.
//!
//! Where the first pass has already complained, a default takes the place of the missing value, so that the rest
//! can be looked at; no scenario with complaints leaves the reader.

mod change;
mod disturbance;
mod etc;
mod network;
mod numbers;
mod options;
mod people;
mod port;
mod program;
mod server;
mod stacks;

use crate::sources::Sources;
use offhook_scenario::{Port, ReplacedBy, Server};

pub(super) use change::{Known, build_change};
pub(super) use disturbance::build_disturbances;
pub(super) use etc::mode as mode_in_etc;
pub(super) use numbers::{dialled, line_of};
pub(super) use port::{build_model, build_port};
pub(super) use program::{own_command, runs_on_host};
pub(super) use server::build_server;
pub(super) use stacks::build_own_stacks;

/// What a call is made in.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    /// Where the scenario's file lies, and the files it includes.
    pub(super) base: &'a Sources,
    /// The server it begins with.
    pub(super) server: &'a Server,
    /// Every port there ever is.
    pub(super) ports: Vec<Port>,
    /// The stacks the scenario runs on.
    pub(super) stacks: &'a [String],
    /// Whether the scenario is a row of a table.
    pub(super) has_cases: bool,
    /// The files of this machine that are put into the guest.
    pub(super) put: Vec<ReplacedBy>,
    /// What the server has at this point of the text.
    pub(super) known: Known,
    /// Whether all of the scenario was understood: only then is what is named and not found an error of its own.
    pub(super) whole: bool,
}
