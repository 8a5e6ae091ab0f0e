//! Evidence: what is written out about a scenario, all of it views of the trace.
//!
//! In: an [`Outcome`]. Out: a directory that holds
//!
//! | file               | what it is                                                              |
//! |--------------------|-------------------------------------------------------------------------|
//! | `capture.pcapng`   | for Wireshark: frames, and everything else at its time ([`pcapng()`])   |
//! | `transcript.txt`   | for people: the same, one event a line ([`transcript()`])               |
//! | `trace.jsonl`      | for programs: one [`Event`](offhook_telephony::trace::Event) a line      |
//! | `outcome.json`     | verdict, steps, fingerprint ([`crate::json`]), no wall time     |
//! | `scenario.kdl`     | the file that the scenario comes from                            |
//! | `server/`          | the server's files and logs, put there by the guest                     |
//!
//! All but the last are functions of the outcome without its wall time and without the place where they are written:
//! two runs that agree leave directories that agree octet for octet. [`saved`] reads them back.

mod blocks;
pub mod capture;
mod pcapng;
pub mod saved;
mod transcript;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;

pub use pcapng::pcapng;
pub use transcript::transcript;

use crate::json;
use offhook_base::{plain, write_whole};
use offhook_session::Outcome;

/// When a scenario begins by the guest's clock: 2026-01-05 09:00:00 UTC, a Monday, as time since 1970.
pub const EPOCH: Duration = Duration::from_secs(offhook_base::guest::EPOCH);

/// The file with the outcome.
pub const OUTCOME: &str = "outcome.json";
/// The file with the trace.
pub const TRACE: &str = "trace.jsonl";
/// The file with the scenario's source.
pub const SCENARIO: &str = "scenario.kdl";
/// The file with the capture.
pub const CAPTURE: &str = "capture.pcapng";
/// The file with the transcript.
pub const TRANSCRIPT: &str = "transcript.txt";

/// Longest part of a directory's name that comes from a scenario's name.
const LONGEST: usize = 64;

/// Why evidence could not be written.
#[derive(Debug, Error)]
pub enum EvidenceError {
    /// The file system said no.
    #[error(
        "cannot write the evidence {}: {}; see that the directory is writable and not full",
        path.display(),
        plain(source)
    )]
    Write {
        /// The file or directory.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// The trace holds something that a capture cannot hold.
    #[error("cannot make the capture {}: {source}; trace.jsonl beside it has the events", path.display())]
    Capture {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        source: io::Error,
    },
    /// Something cannot be put into JSON.
    #[error("cannot make {}: {source}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What JSON cannot hold.
        source: serde_json::Error,
    },
}

/// Writes capture, transcript, trace and outcome into `dir`, which is made if need be.
///
/// Each file is written beside its place and renamed: a file that is there is whole.
///
/// # Errors
///
/// The first file that could not be written; those that come after it in the table above are missing then.
pub fn write(outcome: &Outcome, dir: &Path) -> Result<(), EvidenceError> {
    fs::create_dir_all(dir).map_err(|source| EvidenceError::Write { path: dir.to_owned(), source })?;
    let path = |name: &str| dir.join(name);

    // The trace goes first: whatever may be wrong with a view of it, it is kept.
    let trace = trace(outcome).map_err(|source| EvidenceError::Json { path: path(TRACE), source })?;
    put(&path(TRACE), trace.as_bytes())?;
    put(&path(TRANSCRIPT), transcript(outcome).as_bytes())?;
    let told = json::one(outcome).map_err(|source| EvidenceError::Json { path: path(OUTCOME), source })?;
    put(&path(OUTCOME), told.as_bytes())?;
    put(&path(SCENARIO), outcome.source.text.as_bytes())?;
    let capture = pcapng(outcome).map_err(|source| EvidenceError::Capture { path: path(CAPTURE), source })?;
    put(&path(CAPTURE), &capture)
}

/// The trace as JSON, one event a line.
///
/// # Errors
///
/// None that an event could cause; JSON can hold every one of them.
pub fn trace(outcome: &Outcome) -> serde_json::Result<String> {
    let mut text = String::new();
    for event in &outcome.trace {
        text.push_str(&serde_json::to_string(event)?);
        text.push('\n');
    }
    Ok(text)
}

/// Writes a file whole or not at all: beside its place first, then renamed.
///
/// # Errors
///
/// The file system's, with the path.
pub fn put(path: &Path, octets: &[u8]) -> Result<(), EvidenceError> {
    write_whole(path, octets).map_err(|source| EvidenceError::Write { path: path.to_owned(), source })
}

/// Where the evidence of a scenario goes, below the directory that the user chose:
/// `<file stem>/<name as a slug>/<stack>`, and `-seed-N` after it where several seeds are run; a case of a table has a
/// directory of its own in that of its scenario.
///
/// Different names may give one slug; [`distinct`] tells their directories apart.
pub fn directory(file: &Path, name: &str, case: Option<&str>, stack: &str, seed: Option<u64>) -> PathBuf {
    let stem = file.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let last = seed.map_or_else(|| slug(stack), |seed| format!("{}-seed-{seed}", slug(stack)));
    let of_all = case.and_then(|case| name.strip_suffix(case)?.strip_suffix(", ")).unwrap_or(name);
    [slug(&stem), slug(of_all)].into_iter().chain(case.map(slug)).chain([last]).collect()
}

/// Appends `-2`, `-3`, ... to those of `paths` that came before, so that no evidence overwrites another.
pub fn distinct(paths: impl IntoIterator<Item = PathBuf>) -> Vec<PathBuf> {
    let mut taken = BTreeSet::new();
    let mut told_apart = Vec::new();
    for path in paths {
        let mut candidate = path.clone();
        let mut number = 1_u64;
        while !taken.insert(candidate.clone()) {
            number += 1;
            let mut name = path.as_os_str().to_owned();
            name.push(format!("-{number}"));
            candidate = PathBuf::from(name);
        }
        told_apart.push(candidate);
    }
    told_apart
}

/// Letters and digits in lower case, everything else a hyphen; never empty, never a path of its own.
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for character in text.chars().flat_map(char::to_lowercase) {
        if character.is_alphanumeric() {
            if slug.len() + character.len_utf8() > LONGEST {
                break;
            }
            slug.push(character);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "unnamed".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_directory_tells_file_scenario_stack_and_seed() {
        let file = Path::new("scenarios/caller-id.kdl");
        let dir = directory(file, "the first matching caller-ID rule decides!", None, "bookworm", None);
        assert_eq!(dir, Path::new("caller-id/the-first-matching-caller-id-rule-decides/bookworm"));
        assert!(directory(file, "x", None, "trixie", Some(7)).ends_with("x/trixie-seed-7"));
        let case = directory(file, "it answers, rings=2", Some("rings=2"), "trixie", None);
        assert_eq!(case, Path::new("caller-id/it-answers/rings-2/trixie"));
    }

    #[test]
    fn no_name_leads_out_of_the_directory_or_grows_without_end() {
        assert_eq!(directory(Path::new(".."), "../..", None, "/", None), Path::new("unnamed/unnamed/unnamed"));
        assert!(slug(&"a long name ".repeat(40)).len() <= LONGEST);
    }

    #[test]
    fn equal_directories_are_told_apart() {
        let paths = ["a", "b", "a", "a", "a-2"].map(PathBuf::from);
        assert_eq!(distinct(paths), ["a", "b", "a-2", "a-3", "a-2-2"].map(PathBuf::from));
    }

    #[test]
    fn a_file_is_replaced_whole_and_leaves_nothing_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("transcript.txt");
        put(&path, b"old").unwrap();
        put(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_directory_that_cannot_be_made_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        put(&file, b"").unwrap();
        let error = put(&file.join("capture.pcapng"), b"").unwrap_err();
        assert!(error.to_string().contains("file/capture.pcapng"), "{error}");
    }
}
