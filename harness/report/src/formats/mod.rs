//! The result of a run in the formats that other programs read.
//!
//! In: a [`RunResult`]; nothing else, so that results that were read back can be written as well. Out: text, whole.
//!
//! | | |
//! |---|---|
//! | [`junit`] | JUnit XML: Jenkins, GitLab, what else shows test reports |
//! | [`tap`] | TAP version 14 |
//! | [`markdown`] | a summary in GitHub-flavoured Markdown |
//! | [`code_quality`] | GitLab's code quality report |
//! | [`annotations`] | GitHub's workflow commands |
//!
//! What counts as failed, in error or skipped is decided once, in `standing`.

pub mod annotations;
pub mod code_quality;
pub mod junit;
pub mod markdown;
mod standing;
pub mod tap;

use crate::run::{Planned, RunResult};
use crate::text::printable;
use offhook_session::Outcome;

/// The scenario's file as these formats name files: relative to where offhook ran, without a leading `./`.
fn file(outcome: &Outcome) -> String {
    let path = printable(&outcome.source.path.display().to_string());
    path.strip_prefix("./").map(str::to_owned).unwrap_or(path)
}

/// Whether seeds are to be told, so that no two tests have one name.
fn seeded(result: &RunResult) -> bool {
    result.outcomes.iter().any(|outcome| Planned::of(outcome).seed != crate::run::DEFAULT_SEED)
}
