//! Events as a ladder: the caller on the left, the line in the middle, the server on the right, time from top to bottom.
//!
//! In: events in their order. Out: rows of text. What crosses the telephone line goes from rail to rail; what the server and
//! its modem or the exchange say to each other goes between the middle and the right; what either end does by itself
//! stands beside its rail.
//!
//! ```text
//!   seconds  caller                         line                        server
//!     2.000  |                               |-- RING ----------------------->|
//!    12.262  |-- [LCP ConfReq id=0x1 <mru 1500>] ---------------------------->|
//! ```

use std::fmt::Write as _;

use offhook_telephony::trace::{Event, EventKind};

use crate::listing::{FirstColumn, TIME};
use crate::text::{pad, width, wrap};
use crate::words::{Lane, Line, Way, line};

/// Columns between two neighbouring rails.
const HALF: usize = 47;
/// Columns between the outer rails.
const WHOLE: usize = 2 * HALF + 1;
/// Columns of an arrow besides its words: two dashes, two blanks, one dash and the head.
const ARROW: usize = 6;

/// Rows of a ladder.
#[derive(Clone, Copy, Debug)]
pub struct Ladder {
    first: FirstColumn,
    unicode: bool,
}

/// Where an event stands.
enum Place {
    /// From rail to rail.
    Across(Way),
    /// Between line and server.
    Inner(Way),
    /// Beside the caller's rail.
    Caller,
    /// Beside the server's.
    Server,
    /// Over all of it.
    All,
}

impl Ladder {
    /// A ladder without a row yet.
    pub const fn new(first: FirstColumn, unicode: bool) -> Self {
        Self { first, unicode }
    }

    /// The row above all others.
    pub fn heading(&self) -> String {
        let (caller, middle) = (pad("caller", HALF - 1), pad("line", HALF - 3));
        format!("{:>TIME$}  {caller}{middle}server\n", self.first.heading())
    }

    /// Appends the rows of an event that stands `offset` octets into its capture.
    pub fn rows(&self, text: &mut String, event: &Event, offset: u64) {
        let Line { lane, way, text: mut words } = line(&event.what);
        if let Some(port) = event.port.as_deref().filter(|port| *port != "ttyS0") {
            words = format!("{}: {words}", crate::text::printable(port));
        }
        let place = place(&event.what, lane, way);
        let room = match place {
            Place::Across(_) => WHOLE - ARROW,
            Place::Inner(_) => HALF - ARROW,
            Place::Caller | Place::All => WHOLE - 2,
            Place::Server => HALF - 2,
        };
        let lines = wrap(&words, room);
        for (number, words) in lines.iter().enumerate() {
            let last = number + 1 == lines.len();
            if number == 0 {
                self.first.write(text, event, offset);
            } else {
                text.extend(std::iter::repeat_n(' ', TIME));
            }
            let rail = if self.unicode { '│' } else { '|' };
            let gap = " ".repeat(HALF);
            let _ = match place {
                Place::Across(way) if last => writeln!(text, "  {rail}{}{rail}", self.arrow(words, way, WHOLE)),
                Place::Across(_) => writeln!(text, "  {rail}{}{rail}", pad(&format!("   {words}"), WHOLE)),
                Place::Inner(way) if last => {
                    writeln!(text, "  {rail}{gap}{rail}{}{rail}", self.arrow(words, way, HALF))
                }
                Place::Inner(_) => writeln!(text, "  {rail}{gap}{rail}{}{rail}", pad(&format!("   {words}"), HALF)),
                Place::Server => writeln!(text, "  {rail}{gap}{rail}{}{rail}", pad(&format!(" {words}"), HALF)),
                Place::Caller => writeln!(text, "  {rail}{}{rail}", pad(&format!(" {words}"), WHOLE)),
                Place::All => writeln!(text, "  {rail}{}{rail}", pad(&format!("= {words}"), WHOLE)),
            };
        }
    }

    fn arrow(&self, words: &str, way: Way, columns: usize) -> String {
        let dash = if self.unicode { "─" } else { "-" };
        let shaft = dash.repeat(columns.saturating_sub(width(words) + ARROW - 1));
        match way {
            Way::ToServer => format!("{dash}{dash} {words} {shaft}>"),
            Way::ToCaller => format!("<{dash} {words} {dash}{shaft}"),
        }
    }
}

fn place(what: &EventKind, lane: Lane, way: Option<Way>) -> Place {
    match (lane, way) {
        (Lane::Ppp | Lane::Text, Some(way)) => Place::Across(way),
        (Lane::Line, Some(way)) => match what {
            EventKind::CallBegins { .. } | EventKind::Cleared { .. } | EventKind::Lost { .. } => Place::Across(way),
            _ => Place::Inner(way),
        },
        (_, Some(way)) => Place::Inner(way),
        (Lane::Link, None) => Place::Caller,
        (Lane::Port | Lane::Init | Lane::Log | Lane::Net, None) => Place::Server,
        (Lane::Line | Lane::Step | Lane::Note | Lane::At | Lane::Ppp | Lane::Text, None) => Place::All,
    }
}
