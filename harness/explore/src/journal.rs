//! The journal: what came of each trial, a line each, so that a campaign that was ended goes on where it was, and those of
//! several machines are made one.
//!
//! In and out: lines of JSON, the first of which says of what they are. A line that is not whole is the last of a run that was
//! ended, and its trial is tried again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::trial::Trial;
use crate::violation::Violation;

/// Of what a journal is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The form of what follows.
    pub journal: u32,
    /// What was explored: each scenario with its stack, and a hash of its text, the kernel and the stack.
    pub matter: Vec<String>,
    /// The seed of the runs.
    pub seed: u64,
}

/// What came of a trial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What was tried.
    pub trial: Trial,
    /// What did not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Violation>,
    /// Why it was not judged, if the lab could not run it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unjudged: Option<String>,
    /// States that no trial before it was in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub new_states: Vec<String>,
}

/// A journal that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// Of what it is.
    pub header: Header,
    /// What came of each trial, by scenario and key.
    pub entries: BTreeMap<(usize, String), Entry>,
}

/// Why a journal is not one of this campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch(pub String);

impl Header {
    /// The form that is written.
    pub const FORM: u32 = 1;

    /// As a line.
    pub fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }
}

impl Entry {
    /// As a line.
    pub fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }
}

impl Journal {
    /// Reads a journal of the campaign that `header` is of; of an empty text an empty one.
    ///
    /// # Errors
    ///
    /// If it is of another campaign, or no journal.
    pub fn read(text: &str, header: &Header) -> Result<Self, Mismatch> {
        let mut lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        let mut entries = BTreeMap::new();
        let Some(first) = lines.next() else { return Ok(Self { header: header.clone(), entries }) };
        let own: Header =
            serde_json::from_str(first).map_err(|error| Mismatch(format!("its first line is no header: {error}")))?;
        if own != *header {
            let other = own.matter.iter().find(|line| !header.matter.contains(line));
            let why = match other {
                Some(other) => format!("it is of {other}, which is not what is explored now"),
                None => "it is of fewer scenarios, or of another seed".to_owned(),
            };
            return Err(Mismatch(why));
        }
        for (number, line) in lines.enumerate() {
            let entry: Entry = serde_json::from_str(line)
                .map_err(|error| Mismatch(format!("line {} is none of a journal: {error}", number + 2)))?;
            entries.insert((entry.trial.matter, entry.trial.key()), entry);
        }
        Ok(Self { header: own, entries })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use offhook_scenario::{Deed, Moment};

    fn header(seed: u64) -> Header {
        Header { journal: Header::FORM, matter: vec!["a.kdl: it on trixie (0123)".to_owned()], seed }
    }

    fn entry(nth: u32) -> Entry {
        let moment = Moment { event: "frame".to_owned(), nth, later: Default::default() };
        let trial = Trial { matter: 0, disturbances: vec![(moment, Deed::CutLine)] };
        Entry { trial, violations: Vec::new(), unjudged: None, new_states: vec!["rings".to_owned()] }
    }

    #[test]
    fn a_line_that_is_not_whole_is_tried_again() {
        let text = format!("{}{}{}", header(1).line(), entry(1).line(), &entry(2).line()[..20]);
        let journal = Journal::read(&text, &header(1)).unwrap();
        assert_eq!(journal.entries.into_values().collect::<Vec<_>>(), [entry(1)]);
    }

    #[test]
    fn a_journal_of_something_else_is_refused() {
        let text = header(2).line();
        let why = Journal::read(&text, &header(1)).unwrap_err();
        assert_eq!(why.0, "it is of fewer scenarios, or of another seed");
        let other = Header { matter: vec!["b.kdl: it on trixie (0123)".to_owned()], ..header(1) };
        let why = Journal::read(&text, &other).unwrap_err();
        assert_eq!(why.0, "it is of a.kdl: it on trixie (0123), which is not what is explored now");
        assert_eq!(Journal::read("", &header(1)).unwrap().entries.len(), 0);
    }
}
