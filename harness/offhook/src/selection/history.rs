//! How scenarios ended last, and how long they took: `history.json` in the directory for evidence.
//!
//! Results go in after each run and are merged with what is there; the file is replaced whole. Who has the directory's claim
//! has the file. A scenario is known by its file, relative to the directory in which offhook was started where it is below
//! that, its name and its stack.
//!
//! ```text
//! { "format": 1, "offhook": "0.1.0",
//!   "scenarios": [ {
//!       "file": "scenarios/idle.kdl", "name": "...", "stack": "bookworm",
//!       "verdict": "passed",          or "failed", "error", "skipped"; of several seeds the worst
//!       "wall_ms": 214,               time that passed outside; of several seeds the longest; of one that was skipped the
//!                                     last that is known
//!       "passed_inputs": "5f1c..."    what it was made of when it passed last; or null
//!   } ] }
//! ```

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use offhook_base::{Error, Unread, plain, read_plain_file, write_whole};
use offhook_report::run::RunResult;
use offhook_session::{Outcome, Verdict};
use serde::{Deserialize, Serialize};

/// The file's name.
pub const FILE: &str = "history.json";

/// Version of the format.
const FORMAT: u32 = 1;

/// Larger than any history.
const LARGEST: u64 = 256 << 20;

/// Which scenario on which stack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    /// The scenario's file.
    pub file: String,
    /// Its name.
    pub name: String,
    /// The stack.
    pub stack: String,
}

impl Key {
    /// Of a file as it was given.
    pub fn of(file: &Path, name: &str, stack: &str) -> Self {
        Self { file: cleaned(file).display().to_string(), name: name.to_owned(), stack: stack.to_owned() }
    }
}

/// How a scenario ended last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LastVerdict {
    /// It never ran here.
    Never,
    /// The stack lacked what it needs.
    Skipped,
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// It could not run.
    Error,
}

impl LastVerdict {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 5] = [Self::Failed, Self::Passed, Self::Error, Self::Skipped, Self::Never];

    /// As it is written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Skipped => "skipped",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Error => "error",
        }
    }

    /// Of an outcome, unless it did not run.
    const fn of(verdict: &Verdict) -> Option<Self> {
        match verdict {
            Verdict::Passed => Some(Self::Passed),
            Verdict::Failed => Some(Self::Failed),
            Verdict::Error { .. } => Some(Self::Error),
            Verdict::Skipped { .. } => Some(Self::Skipped),
            Verdict::NotRun { .. } => None,
        }
    }
}

/// What is kept of one scenario on one stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// How it ended.
    pub verdict: LastVerdict,
    /// How long it took, if it ever ran to its end.
    pub wall_ms: Option<u64>,
    /// What it was made of when it passed last.
    pub passed_inputs: Option<String>,
}

impl Entry {
    /// How long it took.
    pub fn wall(&self) -> Option<Duration> {
        self.wall_ms.map(Duration::from_millis)
    }
}

/// How scenarios ended last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History(BTreeMap<Key, Entry>);

#[derive(Serialize, Deserialize)]
struct Document {
    format: u32,
    offhook: String,
    scenarios: Vec<Row>,
}

#[derive(Serialize, Deserialize)]
struct Row {
    #[serde(flatten)]
    key: Key,
    #[serde(flatten)]
    entry: Entry,
}

impl History {
    /// Reads the one in this directory; empty if there is none.
    ///
    /// # Errors
    ///
    /// If there is something that cannot be read, or is no history.
    pub fn load(directory: &Path) -> Result<Self, Error> {
        let path = directory.join(FILE);
        match read_plain_file(&path, LARGEST) {
            Ok(octets) => Self::read(&octets).map_err(|why| unreadable(&path, &why)),
            Err(Unread::Io(error)) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(Unread::Io(error)) => Err(unreadable(&path, &plain(&error))),
            Err(Unread::NotPlain) => Err(unreadable(&path, "it is not a file")),
            Err(Unread::LargerThan(_)) => Err(unreadable(&path, "it is too large")),
        }
    }

    /// Reads the text of one.
    ///
    /// # Errors
    ///
    /// Why it is none.
    pub fn read(octets: &[u8]) -> Result<Self, String> {
        let document: Document =
            serde_json::from_slice(octets).map_err(|error| format!("it is no history: {error}"))?;
        if document.format != FORMAT {
            return Err(format!("it has format {}, and this offhook reads format {FORMAT}", document.format));
        }
        Ok(Self(document.scenarios.into_iter().map(|row| (row.key, row.entry)).collect()))
    }

    /// Writes it into that directory, whole or not at all.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn save(&self, directory: &Path) -> Result<(), Error> {
        let path = directory.join(FILE);
        let rows = self.0.iter().map(|(key, entry)| Row { key: key.clone(), entry: entry.clone() });
        let offhook = env!("CARGO_PKG_VERSION").to_owned();
        let document = Document { format: FORMAT, offhook, scenarios: rows.collect() };
        let mut text = serde_json::to_string_pretty(&document)
            .map_err(|error| Error::new(format!("making {}: {error}", path.display())))?;
        text.push('\n');
        write_whole(&path, text.as_bytes()).map_err(|error| Error::io(format!("writing {}", path.display()), &error))
    }

    /// What is kept of that.
    pub fn get(&self, key: &Key) -> Option<&Entry> {
        self.0.get(key)
    }

    /// All that is kept.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Entry)> {
        self.0.iter()
    }

    /// Takes over what came of a run; `inputs`: what the files were made of.
    pub fn add(&mut self, result: &RunResult, inputs: &BTreeMap<PathBuf, String>) {
        let mut latest: BTreeMap<Key, (LastVerdict, Option<u64>)> = BTreeMap::new();
        for outcome in &result.outcomes {
            let Some(verdict) = LastVerdict::of(&outcome.verdict) else { continue };
            let (worst, longest) = latest.entry(key(outcome)).or_insert((verdict, None));
            *worst = (*worst).max(verdict);
            if verdict != LastVerdict::Skipped {
                *longest = (*longest).max(Some(millis(outcome.wall_time)));
            }
        }
        let files: BTreeMap<String, &String> =
            inputs.iter().map(|(file, inputs)| (cleaned(file).display().to_string(), inputs)).collect();
        for (key, (verdict, wall_ms)) in latest {
            let before = self.0.get(&key);
            let passed_inputs = match verdict {
                LastVerdict::Passed => files.get(&key.file).map(|inputs| (*inputs).clone()),
                _ => before.and_then(|entry| entry.passed_inputs.clone()),
            };
            let wall_ms = wall_ms.or(before.and_then(|entry| entry.wall_ms));
            self.0.insert(key, Entry { verdict, wall_ms, passed_inputs });
        }
    }
}

fn key(outcome: &Outcome) -> Key {
    Key::of(&outcome.source.path, &outcome.name, &outcome.stack)
}

fn unreadable(path: &Path, why: &str) -> Error {
    Error::new(format!("reading {}: {why}", path.display())).help("remove it: it is written again by the next run")
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// A path without `.` and, as far as can be told from it alone, `..`; relative to the current directory where it is below it.
pub(super) fn cleaned(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let mut clean = PathBuf::new();
    for component in here.join(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean.strip_prefix(&here).map(Path::to_owned).unwrap_or(clean)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn entry(verdict: LastVerdict) -> Entry {
        Entry { verdict, wall_ms: Some(214), passed_inputs: None }
    }

    #[test]
    fn what_was_written_is_read() {
        let out = tempfile::tempdir().unwrap();
        assert_eq!(History::load(out.path()).unwrap(), History::default());
        let key = |stack| Key::of(Path::new("./a/../b.kdl"), "x", stack);
        let entries = [(key("bookworm"), entry(LastVerdict::Failed)), (key("trixie"), entry(LastVerdict::Passed))];
        let history = History(entries.into_iter().collect());
        history.save(out.path()).unwrap();
        assert_eq!(History::load(out.path()).unwrap(), history);
        assert_eq!(key("bookworm").file, "b.kdl");
    }

    #[test]
    fn what_is_no_history_is_refused_with_its_path() {
        let out = tempfile::tempdir().unwrap();
        for (text, part) in [("{", "it is no history"), (r#"{"format":9,"offhook":"","scenarios":[]}"#, "format 9")] {
            std::fs::write(out.path().join(FILE), text).unwrap();
            let error = History::load(out.path()).unwrap_err().to_string();
            assert!(error.contains(part) && error.contains("history.json"), "{error}");
        }
    }

    #[test]
    fn the_current_directory_is_no_part_of_a_path_and_what_is_outside_it_is_whole() {
        let here = std::env::current_dir().unwrap();
        assert_eq!(cleaned(&here.join("x/./y.kdl")), Path::new("x/y.kdl"));
        assert_eq!(cleaned(Path::new("/nowhere/../y.kdl")), Path::new("/y.kdl"));
    }
}
