//! Values that have been checked, and what can be wrong with one.

use std::net::Ipv4Addr;
use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use crate::fault::Fault;

/// A value that has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Any text, also the names of choices.
    Text(String),
    /// A whole number.
    Number(u32),
    /// A duration.
    Time(Duration),
    /// An address.
    Address(Ipv4Addr),
    /// An address and the length of its network's prefix.
    Network(Ipv4Addr, u8),
    /// Yes or no.
    Flag(bool),
    /// Octets.
    Octets(Vec<u8>),
    /// Two numbers.
    Pair(u32, u32),
    /// Ranges of numbers, none of them empty.
    Ranges(Vec<RangeInclusive<u32>>),
}

/// What is wrong with a value.
#[derive(Debug)]
pub struct Wrong {
    /// Its kind.
    pub fault: Fault,
    /// What is wrong, one sentence.
    pub message: String,
    /// The same in a few words, for below the carets.
    pub label: String,
    /// What to write instead.
    pub help: Option<String>,
    /// The part of the text that is wrong, in octets, if not all of it.
    pub part: Option<Range<usize>>,
}

impl Wrong {
    /// A value that is wrong as a whole.
    pub fn new(fault: Fault, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self { fault, message: message.into(), label: label.into(), help: None, part: None }
    }

    /// With what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With the part that is wrong.
    #[must_use]
    pub fn at(mut self, part: Range<usize>) -> Self {
        self.part = Some(part);
        self
    }
}
