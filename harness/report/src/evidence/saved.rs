//! Results that were written, read back: reports with the traces in their evidence, or directories of evidence alone.
//!
//! In: a path, of a JSON report or of a directory. Out: a [`Saved`], the same result that the run had; what of the evidence is not
//! there is counted. Evidence may have moved since, as artefacts of CI do: it is looked for beside the report first, then where
//! the report says that it was.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use super::{OUTCOME, SCENARIO, TRACE};
use crate::json::{Report, Unreadable, read, read_one};
use crate::run::RunResult;
use offhook_base::plain;
use offhook_session::{Ended, Outcome, Verdict};
use offhook_telephony::trace::Event;

/// A result that was read back.
#[derive(Clone, Debug)]
pub struct Saved {
    /// Where from.
    pub path: PathBuf,
    /// What it was.
    pub result: RunResult,
    /// The report itself, if there was one.
    pub report: Option<Report>,
    /// How many outcomes have no trace, though they ran.
    pub without_trace: usize,
}

/// Why a result cannot be read back.
#[derive(Debug, Error)]
pub enum SavedError {
    /// The file system said no.
    #[error("cannot read {}: {}", path.display(), plain(source))]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// It is something else.
    #[error("cannot read {}: {source}", path.display())]
    Report {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Unreadable,
    },
    /// Its trace is damaged.
    #[error("cannot read {}, line {line}: {source}", path.display())]
    Trace {
        /// The file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// There is nothing.
    #[error("{} holds no result: give a report that `offhook run --json` wrote, or a directory that `--out` named", path.display())]
    Nothing {
        /// The directory.
        path: PathBuf,
    },
}

/// Reads back a JSON report with its evidence, or all evidence in and below a directory.
///
/// # Errors
///
/// Nothing is there, or what is there cannot be read.
pub fn load(path: &Path) -> Result<Saved, SavedError> {
    if path.is_dir() { directory(path) } else { report(path) }
}

/// Reads back the outcome whose evidence is in `dir`.
///
/// # Errors
///
/// A file of it cannot be read.
pub fn load_one(dir: &Path) -> Result<Outcome, SavedError> {
    let told = dir.join(OUTCOME);
    let text = file(&told)?;
    let source = file(&dir.join(SCENARIO)).unwrap_or_default();
    let mut outcome = read_one(&text, &source).map_err(|source| SavedError::Report { path: told, source })?;
    outcome.evidence = dir.to_owned();
    if let Some(events) = trace(&dir.join(TRACE))? {
        outcome.trace = events;
    }
    Ok(outcome)
}

fn report(path: &Path) -> Result<Saved, SavedError> {
    let text = file(path)?;
    let (report, mut result) = read(&text).map_err(|source| SavedError::Report { path: path.to_owned(), source })?;
    let roots = roots(path, Path::new(&report.out));
    let mut without_trace = 0;
    for outcome in &mut result.outcomes {
        if matches!(outcome.verdict, Verdict::NotRun { .. }) || outcome.evidence.as_os_str().is_empty() {
            continue;
        }
        let within = outcome.evidence.strip_prefix(&report.out).unwrap_or(&outcome.evidence).to_owned();
        let outcome = Arc::make_mut(outcome);
        let place = roots.iter().map(|root| root.join(&within)).find(|place| place.join(TRACE).is_file());
        match place {
            Some(place) => {
                outcome.trace = trace(&place.join(TRACE))?.unwrap_or_default();
                outcome.evidence = place;
            }
            None => without_trace += 1,
        }
    }
    Ok(Saved { path: path.to_owned(), result, report: Some(report), without_trace })
}

/// Where the evidence of a report may be: beside it under its own name, beside it, where it was.
fn roots(report: &Path, out: &Path) -> Vec<PathBuf> {
    let beside = report.parent().unwrap_or_else(|| Path::new(""));
    let named = out.file_name().map(|name| beside.join(name));
    named.into_iter().chain([beside.to_owned(), out.to_owned()]).collect()
}

fn directory(path: &Path) -> Result<Saved, SavedError> {
    let mut places = Vec::new();
    find(path, &mut places)?;
    if places.is_empty() {
        return Err(SavedError::Nothing { path: path.to_owned() });
    }
    let outcomes: Vec<_> = places.iter().map(|place| load_one(place).map(Arc::new)).collect::<Result<_, _>>()?;
    let without_trace = places.iter().filter(|place| !place.join(TRACE).is_file()).count();
    let result = RunResult { outcomes, wall: Duration::ZERO, ended: Ended::Completed };
    Ok(Saved { path: path.to_owned(), result, report: None, without_trace })
}

/// The directories in and below `path` that hold an outcome, by name. Links are not followed.
fn find(path: &Path, places: &mut Vec<PathBuf>) -> Result<(), SavedError> {
    let failed = |source| SavedError::Read { path: path.to_owned(), source };
    if path.join(OUTCOME).is_file() {
        places.push(path.to_owned());
        return Ok(());
    }
    let mut entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        if entry.file_type().map_err(failed)?.is_dir() {
            find(&entry.path(), places)?;
        }
    }
    Ok(())
}

/// The events of a trace, or `None` if there is no such file.
fn trace(path: &Path) -> Result<Option<Vec<Event>>, SavedError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(SavedError::Read { path: path.to_owned(), source }),
    };
    let event = |(number, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|source| SavedError::Trace {
            path: path.to_owned(),
            line: number + 1,
            source,
        })
    };
    text.lines().enumerate().map(event).collect::<Result<_, _>>().map(Some)
}

fn file(path: &Path) -> Result<String, SavedError> {
    fs::read_to_string(path).map_err(|source| SavedError::Read { path: path.to_owned(), source })
}
