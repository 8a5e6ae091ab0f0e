//! Events that come one at a time as lines: time, port, arrow, lane, words.
//!
//! In: events in their order. Out: a line each, of any length, as the [transcript](crate::evidence::transcript()) has them. Where
//! there are no times the line tells where in the capture it stands.

use std::fmt::Write as _;

use offhook_telephony::trace::{Event, EventKind};

use crate::text::{pad, printable, width};
use crate::words::{Lane, Line, Way, line};

/// Columns of time or place.
pub const TIME: usize = 9;

/// What stands in the first column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstColumn {
    /// Seconds since the beginning.
    Time,
    /// Octets before it.
    Offset,
}

impl FirstColumn {
    /// Its heading.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Time => "seconds",
            Self::Offset => "offset",
        }
    }

    /// What stands there for an event at this place.
    pub fn write(self, text: &mut String, event: &Event, offset: u64) {
        let _ = match self {
            Self::Time => write!(text, "{:>TIME$}", event.at),
            Self::Offset => write!(text, "{offset:>TIME$}"),
        };
    }
}

/// Lines of a list.
#[derive(Clone, Copy, Debug)]
pub struct Listing {
    first: FirstColumn,
    unicode: bool,
    /// Columns of the port, as far as ports are known.
    port: usize,
}

impl Listing {
    /// A list without a line yet.
    pub const fn new(first: FirstColumn, unicode: bool) -> Self {
        Self { first, unicode, port: "ttyS0".len() }
    }

    /// The line above all others.
    pub fn heading(&self) -> String {
        format!("{:>TIME$}  {}     lane\n", self.first.heading(), pad("port", self.port))
    }

    /// Appends the line of an event that stands `offset` octets into its capture.
    pub fn row(&mut self, text: &mut String, event: &Event, offset: u64) {
        self.first.write(text, event, offset);
        text.push_str("  ");
        match event.port.as_deref() {
            Some(port) => {
                let port = printable(port);
                self.port = self.port.max(width(&port));
                text.push_str(&pad(&port, self.port));
            }
            None => text.extend(std::iter::repeat_n(' ', self.port)),
        }
        match &event.what {
            // Most lines are frames, whose text is as it is to be shown.
            EventKind::Frame { from, text: words, .. } if !words.is_empty() => {
                self.end(text, Lane::Ppp, Some(Way::from(*from)), words);
            }
            what => {
                let Line { lane, way, text: words } = line(what);
                self.end(text, lane, way, &words);
            }
        }
    }

    fn end(&self, text: &mut String, lane: Lane, way: Option<Way>, words: &str) {
        text.push_str("  ");
        text.push_str(way.map_or(" ", |way| way.arrow(self.unicode)));
        text.push_str("  ");
        text.push_str(lane.name());
        text.push_str(&"      "[lane.name().len()..]);
        text.push_str(words);
        text.push('\n');
    }
}
