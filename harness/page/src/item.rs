//! A result on the page: what the overview shows of it, and what is behind it.
//!
//! Whatever has a verdict can be an item: a scenario on a stack, a finding of an audit, a conformance case. What is behind it is a
//! list of [`Section`]s, in the order in which they are shown.

use serde::Serialize;

use crate::events::Shown;
use crate::mark::Mark;
use crate::phases::Phase;

/// A result.
#[derive(Clone, Debug)]
pub struct Item {
    /// How it ended.
    pub mark: Mark,
    /// What it belongs to: the scenario's file.
    pub group: String,
    /// What it is: the scenario's name.
    pub name: String,
    /// Where it was: the stack, and the seed if several ran.
    pub place: String,
    /// Which of several runs it is of; empty if there is one.
    pub run: String,
    /// Why it failed, in a few words; empty if it did not.
    pub short: String,
    /// Virtual time, microseconds.
    pub virtual_us: u64,
    /// Real time, milliseconds.
    pub wall_ms: u64,
    /// More words that a search finds.
    pub words: String,
    /// What is behind it.
    pub detail: Detail,
}

/// What is behind an item.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Detail {
    /// In the order in which they are shown.
    pub sections: Vec<Section>,
}

/// A part of what is behind an item.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Section {
    /// Something went otherwise than expected.
    Failure {
        /// What: `step 3 expect-auth`.
        title: String,
        /// Where: `scenarios/a.kdl:12:9`.
        place: String,
        /// The line of the source.
        line: usize,
        /// When, microseconds; `None`: it has no moment.
        at: Option<u64>,
        /// Named lines: expected, actual, notes, hints.
        rows: Vec<Row>,
        /// Whether it was expected to fail.
        known: bool,
    },
    /// Named lines.
    Facts {
        /// What they are about.
        title: String,
        /// The lines.
        rows: Vec<Row>,
        /// Whether they are open at once.
        open: bool,
    },
    /// What happened.
    Ladder {
        /// In order of time.
        events: Vec<Shown>,
        /// The bands beside it.
        phases: Vec<Phase>,
    },
    /// A text with marks at its lines.
    Source {
        /// Its file.
        file: String,
        /// Its text, in the page's texts.
        text: Text,
        /// The marks, by line.
        marks: Vec<LineMark>,
    },
    /// Files.
    Files {
        /// What they are.
        title: String,
        /// Each by its path.
        files: Vec<File>,
    },
    /// Files beside the page.
    Links {
        /// What they are.
        title: String,
        /// Name and where it is, from the page.
        links: Vec<(String, String)>,
    },
}

/// A named line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// What it says.
    pub text: String,
}

impl Row {
    /// A named line.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }
}

/// A mark at a line of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LineMark {
    /// The line, from 1.
    pub line: usize,
    /// What it is.
    pub mark: Mark,
    /// What is said of it.
    pub text: String,
}

/// A file.
#[derive(Clone, Debug, Serialize)]
pub struct File {
    /// Its path.
    pub path: String,
    /// Its text.
    pub text: Text,
    /// Octets of it that are not in the page.
    pub left_out: u64,
}

/// A text that the page has once, however many items show it. What is behind an item names it by its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(pub std::sync::Arc<str>);

impl Serialize for Text {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&crate::packed::key(&self.0))
    }
}

impl Detail {
    /// The texts that it shows.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        self.sections.iter().flat_map(|section| -> Vec<&Text> {
            match section {
                Section::Source { text, .. } => vec![text],
                Section::Files { files, .. } => files.iter().map(|file| &file.text).collect(),
                _ => Vec::new(),
            }
        })
    }
}
