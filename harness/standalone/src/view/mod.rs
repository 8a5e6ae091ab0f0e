//! The live view: lines, their states and lamps, and what happened last, on a terminal.
//!
//! In: a [`Picture`] of how things stand. Out: cells of a ratatui frame. What is shown is decided in `draw`, what keys
//! mean in `keys`, and `screen` has the terminal.

mod draw;
mod keys;
mod screen;
#[cfg(test)]
mod tests;

pub use draw::draw;
pub use keys::{Act, Key, Selection};
pub use screen::Screen;

use super::panel::Lamps;

/// How things stand, as plain data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// Time of day, or since the beginning.
    pub clock: String,
    /// The lines, in the order of the command line.
    pub lines: Vec<Row>,
    /// The line that is looked at, in full.
    pub detail: Detail,
}

/// One line in the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Its number.
    pub number: String,
    /// What its DTE opens.
    pub link: String,
    /// What it is doing, in words.
    pub state: String,
    /// Whether it has a call.
    pub busy: bool,
    /// Its modem's lamps.
    pub lamps: Lamps,
}

/// The line that is looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// Number, name and modem model.
    pub title: String,
    /// `S0=0`, `S1=0` and so on.
    pub parameters: Vec<String>,
    /// `E1`, `Q0`, `&C1` and so on.
    pub settings: Vec<String>,
    /// Whether it has a DTE: a number that answers by itself has none, nor a modem.
    pub has_dte: bool,
    /// Octets from the DTE.
    pub sent: u64,
    /// Octets to the DTE.
    pub received: u64,
    /// Octets of its calls that were lost, either way.
    pub lost: u64,
    /// What happened, the latest last.
    pub events: Vec<String>,
}
