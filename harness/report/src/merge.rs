//! Results of several runs made one: shards of a run that many machines shared.
//!
//! In: results that were read back. Out: one result, in the order that one run would have had, and what is wrong with the parts:
//! shards that are missing, parts that ran something else, outcomes that are there twice.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::evidence::saved::Saved;
use super::run::RunResult;
use offhook_base::shards::{missing, missing_told};
use offhook_session::{Ended, Outcome, Verdict};

/// What is wrong with parts, so that the whole is not what one run would have told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Shards are not among the parts.
    Missing {
        /// Which, from 1.
        shards: Vec<u32>,
        /// Of how many.
        total: u32,
    },
    /// A part is of a run that was divided otherwise, or not at all.
    OtherDivision {
        /// The part.
        part: PathBuf,
        /// How the first that was divided is: into so many.
        total: u32,
    },
    /// A part ran another stack, kernel or offhook by the same name.
    OtherFingerprint {
        /// The part.
        part: PathBuf,
        /// The stack.
        stack: String,
        /// What differs: `kernel`, `files`, `offhook`.
        what: Vec<&'static str>,
    },
    /// A part ended early.
    Ended {
        /// The part.
        part: PathBuf,
        /// Outcomes that did not run.
        not_run: usize,
    },
    /// An outcome is there twice with different verdicts.
    Contradicted {
        /// The scenario.
        name: String,
        /// The stack.
        stack: String,
        /// The two parts.
        parts: (PathBuf, PathBuf),
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { shards, total } => f.write_str(&missing_told(shards, *total)),
            Self::OtherDivision { part, total } => {
                write!(f, "{} is no shard of a run of {total} shards, as another part is", part.display())
            }
            Self::OtherFingerprint { part, stack, what } => {
                write!(f, "{} ran another {stack} than the parts before it: {} differ", part.display(), what.join(", "))
            }
            Self::Ended { part, not_run } => {
                write!(f, "{} ended early: {not_run} of its runs did not run", part.display())
            }
            Self::Contradicted { name, stack, parts: (one, other) } => write!(
                f,
                "{} and {} both have {name:?} on {stack}, and do not agree; the worse counts",
                one.display(),
                other.display()
            ),
        }
    }
}

/// Several results as one.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The result.
    pub result: RunResult,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
    /// Outcomes that were there twice and agreed; each counts once.
    pub doubles: usize,
}

/// Makes one result of several.
pub fn merge(parts: &[Saved]) -> Merged {
    let mut faults = divisions(parts);
    faults.extend(fingerprints(parts));
    let mut chosen: BTreeMap<Place, (usize, Arc<Outcome>)> = BTreeMap::new();
    let mut doubles = 0;
    for (number, part) in parts.iter().enumerate() {
        let not_run = part.result.counts().not_run;
        if part.result.ended != Ended::Completed {
            faults.push(Fault::Ended { part: part.path.clone(), not_run });
        }
        for outcome in &part.result.outcomes {
            let place = Place::of(outcome);
            let Some((other, known)) = chosen.get(&place) else {
                chosen.insert(place, (number, outcome.clone()));
                continue;
            };
            if known.verdict == outcome.verdict {
                doubles += 1;
                continue;
            }
            // What was run again after its shard ended early contradicts nothing.
            if !not_yet(known) && !not_yet(outcome) {
                let parts = (parts[*other].path.clone(), part.path.clone());
                let (name, stack) = (outcome.name.clone(), outcome.stack.clone());
                faults.push(Fault::Contradicted { name, stack, parts });
            }
            if rank(outcome) > rank(known) {
                chosen.insert(place, (number, outcome.clone()));
            }
        }
    }
    let outcomes: Vec<_> = chosen.into_values().map(|(_, outcome)| outcome).collect();
    // Parts that ended early have ended the whole early only if what they left was run by none.
    let early = outcomes.iter().find_map(|outcome| match outcome.verdict {
        Verdict::NotRun { reason } => Some(reason),
        _ => None,
    });
    if early.is_none() {
        faults.retain(|fault| !matches!(fault, Fault::Ended { .. }));
    }
    let wall = parts.iter().map(|part| part.result.wall).max().unwrap_or_default();
    Merged { result: RunResult { outcomes, wall, ended: early.unwrap_or(Ended::Completed) }, faults, doubles }
}

const fn not_yet(outcome: &Outcome) -> bool {
    matches!(outcome.verdict, Verdict::NotRun { .. })
}

/// The worse of two counts; what did not run counts least.
const fn rank(outcome: &Outcome) -> u8 {
    match outcome.verdict {
        Verdict::NotRun { .. } => 0,
        Verdict::Skipped { .. } => 1,
        Verdict::Passed => 2,
        Verdict::Failed => 3,
        Verdict::Error { .. } => 4,
    }
}

/// What tells an outcome from all others, in the order in which one run has them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    file: PathBuf,
    offset: usize,
    name: String,
    stack: String,
    seed: u64,
}

impl Place {
    fn of(outcome: &Outcome) -> Self {
        let Outcome { source, span, name, stack, seed, .. } = outcome;
        let (name, stack) = (name.clone(), stack.clone());
        Self { file: source.path.clone(), offset: span.offset, name, stack, seed: *seed }
    }
}

/// Shards that are missing, and parts that are of another division.
fn divisions(parts: &[Saved]) -> Vec<Fault> {
    let shard = |part: &Saved| part.report.as_ref().and_then(|report| report.shard);
    let Some(total) = parts.iter().find_map(shard).map(|shard| shard.total) else { return Vec::new() };
    let mut faults = Vec::new();
    let mut there = BTreeSet::new();
    for part in parts {
        match shard(part).filter(|shard| shard.total == total) {
            Some(shard) => {
                there.insert(shard.index);
            }
            None => faults.push(Fault::OtherDivision { part: part.path.clone(), total }),
        }
    }
    let shards = missing(total, &there);
    if !shards.is_empty() {
        faults.push(Fault::Missing { shards, total });
    }
    faults
}

/// Parts that ran something else by the same name than the parts before them.
fn fingerprints(parts: &[Saved]) -> Vec<Fault> {
    let mut first = BTreeMap::new();
    let mut told = BTreeSet::new();
    let mut faults = Vec::new();
    for part in parts {
        for outcome in part.result.outcomes.iter().filter(|outcome| !outcome.fingerprint.offhook.is_empty()) {
            let print = &outcome.fingerprint;
            let known = *first.entry(&outcome.stack).or_insert(print);
            let what: Vec<&'static str> = [
                ("offhook", known.offhook != print.offhook),
                ("kernel", known.kernel_sha256 != print.kernel_sha256),
                ("packages", known.stack_sha256 != print.stack_sha256),
                ("files", known.files_sha256 != print.files_sha256),
            ]
            .into_iter()
            .filter_map(|(name, differs)| differs.then_some(name))
            .collect();
            if !what.is_empty() && told.insert((&part.path, &outcome.stack)) {
                let (part, stack) = (part.path.clone(), outcome.stack.clone());
                faults.push(Fault::OtherFingerprint { part, stack, what });
            }
        }
    }
    faults
}
