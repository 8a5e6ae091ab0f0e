//! Snapshots: what was exchanged, compared with a file beside the scenario that somebody accepted.
//!
//! In: an outcome, and the `snapshot` words of its scenario. Out: a step for each, passed or failed with the difference packet by
//! packet; and files, where they are to be written. Files have insta's format (`.snap`, pending ones `.snap.new`), so that
//! cargo-insta can review them as well as `offhook review`. What ends choose at random is not compared
//! ([`crate::comparison::exchange`]), times are not either.

pub mod file;
mod text;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use offhook_clock::Instant;
use offhook_scenario::{Scenario, Snapshot};
use offhook_session::{Outcome, StepOutcome, StepResult, Verdict};

use crate::comparison::line_differences;
use file::{pending, place, write};

/// Lines of a difference that a step tells.
const MOST: usize = 12;

/// What is done with snapshots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// They are compared, and nothing is written.
    #[default]
    Check,
    /// They are compared, and what is new or different is left beside them, to be reviewed.
    New,
    /// What there is now is taken as right.
    Write,
}

/// Compares all snapshots of a scenario that ran; an outcome that could not run has none.
pub fn judge(outcome: &mut Outcome, scenario: &Scenario, mode: Mode) {
    if matches!(outcome.verdict, Verdict::Error { .. } | Verdict::Skipped { .. } | Verdict::NotRun { .. }) {
        return;
    }
    for snapshot in &scenario.snapshots {
        let result = compared(outcome, scenario, snapshot, mode);
        if matches!(result, StepResult::Failed { .. }) {
            outcome.verdict = Verdict::Failed;
        }
        let call = snapshot.call.map_or(0, |call| call.saturating_sub(1) as usize);
        let verb = "snapshot".to_owned();
        outcome.steps.push(StepOutcome { call, step: None, verb, span: snapshot.span, deviation: None, result });
    }
}

fn compared(outcome: &Outcome, scenario: &Scenario, snapshot: &Snapshot, mode: Mode) -> StepResult {
    let at = outcome.trace.last().map_or(Instant::ZERO, |event| event.at);
    let path = place(outcome, scenario, snapshot);
    let now = text::of(&outcome.trace, snapshot);
    let compared_with = file::compared_with(outcome, scenario, snapshot);
    let accepted = match file::read(&compared_with) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return failed(at, &compared_with, format!("it cannot be read: {error}"), Vec::new()),
    };
    let agrees = accepted.as_ref() == Some(&now);
    let kept = match mode {
        Mode::Check => Ok(()),
        // What was pending and is not any more would be reviewed for nothing.
        Mode::New if agrees => gone(&pending(&path)),
        Mode::New => write(&pending(&path), outcome, snapshot, &now),
        Mode::Write if agrees => gone(&pending(&path)),
        Mode::Write => write(&path, outcome, snapshot, &now).and_then(|()| gone(&pending(&path))),
    };
    if let Err(error) = kept {
        return failed(at, &path, format!("it cannot be written: {error}"), Vec::new());
    }
    if agrees || mode == Mode::Write {
        let shown = if agrees { "as it was accepted".to_owned() } else { format!("written: {}", path.display()) };
        return StepResult::Passed { at, shown };
    }
    let review = "`offhook run --snapshot new` leaves what came beside it, `offhook review` accepts or rejects it";
    let Some(accepted) = accepted else {
        return failed(at, &path, "there is no such snapshot yet".to_owned(), vec![review.to_owned()]);
    };
    let mut lines = line_differences(&accepted, &now);
    let more = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    if more > 0 {
        lines.push(format!("and {more} more lines"));
    }
    lines.push(review.to_owned());
    let (expected, actual) = first_difference(&accepted, &now);
    let expected = format!("the {} of {}: {expected}", snapshot.of.word(), compared_with.display());
    StepResult::Failed { at, expected, actual, notes: lines, hints: Vec::new() }
}

/// The first line that is not the same, as it was accepted and as it is.
fn first_difference(accepted: &str, now: &str) -> (String, String) {
    let (mut old, mut new) = (accepted.lines(), now.lines());
    loop {
        match (old.next(), new.next()) {
            (Some(one), Some(other)) if one == other => {}
            (one, other) => {
                let told =
                    |line: Option<&str>| line.map_or_else(|| "the end".to_owned(), |line| line.trim().to_owned());
                return (told(one), told(other));
            }
        }
    }
}

fn failed(at: Instant, path: &Path, actual: String, notes: Vec<String>) -> StepResult {
    StepResult::Failed { at, expected: format!("the snapshot {}", path.display()), actual, notes, hints: Vec::new() }
}

fn gone(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Snapshots beside scenario files: those that wait for a review, and those that no scenario names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The accepted file of each that waits, whether it is there or not.
    pub pending: Vec<PathBuf>,
    /// Files that no scenario names.
    pub unreferenced: Vec<PathBuf>,
}

/// Looks beside the files of these scenarios; `unnamed` are stacks that scenarios run on without naming them.
///
/// # Errors
///
/// A directory cannot be read.
pub fn find(scenarios: &[(PathBuf, Vec<Scenario>)], unnamed: &[String]) -> io::Result<Found> {
    let mut named = Vec::new();
    let mut directories = Vec::new();
    for (path, scenarios) in scenarios {
        directories.push(file::directory(path));
        for scenario in scenarios {
            let stacks = scenario.stacks.iter().chain(unnamed);
            for (stack, snapshot) in stacks.flat_map(|stack| scenario.snapshots.iter().map(move |one| (stack, one))) {
                named.push(file::place_of(path, scenario, stack, snapshot));
            }
        }
    }
    directories.sort();
    directories.dedup();
    let mut found = Found::default();
    for directory in directories {
        let entries = match fs::read_dir(&directory) {
            Ok(entries) => entries.collect::<Result<Vec<_>, _>>()?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for path in entries.iter().map(fs::DirEntry::path) {
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("new") if path.with_extension("").extension().is_some_and(|extension| extension == "snap") => {
                    found.pending.push(path.with_extension(""));
                }
                Some("snap") if !named.contains(&path) => found.unreferenced.push(path),
                _ => {}
            }
        }
    }
    found.pending.sort();
    found.unreferenced.sort();
    Ok(found)
}
