//! A mutant: an edit of a text, what it is called, and the text that comes of it.

use std::fmt;
use std::ops::Range;

use offhook_base::Span;

/// What of a scenario was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The server, as it is or as an administrator changes it.
    Server,
    /// What is expected of it.
    Expectation,
}

impl Part {
    /// `server` or `expectation`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Expectation => "expectation",
        }
    }
}

/// What the edit does, as it is told: one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// This became that.
    Replaced(String, String),
    /// This was removed.
    Removed(String),
    /// These neighbours were swapped.
    Swapped(String, String),
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Replaced(before, after) => write!(f, "{before} -> {after}"),
            Self::Removed(what) => write!(f, "{what} -> removed"),
            Self::Swapped(first, second) => write!(f, "{first} <-> {second}"),
        }
    }
}

/// One scenario with one thing changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// What was changed.
    pub part: Part,
    /// What the change is.
    pub change: Change,
    /// The line of the text in which the change begins, from 1.
    pub line: usize,
    /// Which of the mutants that begin in that line it is, from 1.
    pub number: usize,
    /// Where the scenario stands.
    pub scenario: Span,
    /// The name of the scenario, as it is written.
    pub name: String,
    /// Where the step begins whose expectation it changes.
    pub step: Option<usize>,
    /// The stack that the change is about, where it says one.
    pub stack: Option<String>,
    /// What is replaced, and by what.
    pub(super) edit: (Range<usize>, String),
}

impl Mutant {
    /// The text of a file with the mutant, and without the other scenarios of `text`: there are blanks in their place, so that
    /// lines stay where they are.
    pub fn text(&self, text: &str, others: &[Span]) -> String {
        let (range, by) = &self.edit;
        let mut mutated = self.alone(text, others);
        if mutated.is_char_boundary(range.start) && mutated.is_char_boundary(range.end) {
            mutated.replace_range(range.clone(), by);
        }
        mutated
    }

    /// The text of a file with its scenario as it was, likewise.
    pub fn alone(&self, text: &str, others: &[Span]) -> String {
        let mut alone = text.to_owned();
        for other in others.iter().filter(|other| **other != self.scenario) {
            let range = other.offset..other.offset + other.len;
            let blanks = alone.get(range.clone()).map(blank);
            if let Some(blanks) = blanks {
                alone.replace_range(range, &blanks);
            }
        }
        alone
    }
}

/// As many octets, blanks but for line ends.
fn blank(text: &str) -> String {
    text.bytes().map(|octet| if octet == b'\n' { '\n' } else { ' ' }).collect()
}
