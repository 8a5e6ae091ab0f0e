//! Reports read back.
//!
//! In: the text of a report. Out: a [`RunResult`] with everything but the traces, which are in the evidence.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use thiserror::Error;

use super::{FORMAT, Report, ReportedOutcome};
use crate::run::RunResult;
use offhook_session::Outcome;

/// Why a report cannot be read.
#[derive(Debug, Error)]
pub enum Unreadable {
    /// It is no JSON, or no such report.
    #[error("it is no report of a run: {0}")]
    Form(#[from] serde_json::Error),
    /// It has another format.
    #[error("it has format {found}, and this offhook reads format {FORMAT}; write it again with this version")]
    Format {
        /// The one that it has.
        found: u32,
    },
}

/// What is read of a report before all else.
#[derive(Deserialize)]
struct Head {
    format: u32,
}

/// Reads a report back.
///
/// # Errors
///
/// It is no report, or one of another format.
pub fn read(text: &str) -> Result<(Report, RunResult), Unreadable> {
    let report: Report = checked(text)?;
    let sources: BTreeMap<&str, Arc<str>> =
        report.sources.iter().map(|source| (source.file.as_str(), Arc::from(source.text.as_str()))).collect();
    let outcome = |reported: &ReportedOutcome| {
        let source = sources.get(reported.file.as_str()).cloned().unwrap_or_else(|| Arc::from(""));
        Arc::new(reported.clone().into_outcome(source))
    };
    let outcomes = report.outcomes.iter().map(outcome).collect();
    let result = RunResult { outcomes, wall: Duration::from_millis(report.wall_ms), ended: report.ended };
    Ok((report, result))
}

/// Reads back one outcome, as it lies in its evidence, with the text of its source.
///
/// # Errors
///
/// As for [`read`].
pub fn read_one(text: &str, source: &str) -> Result<Outcome, Unreadable> {
    let outcome: ReportedOutcome = checked(text)?;
    Ok(outcome.into_outcome(Arc::from(source)))
}

fn checked<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Unreadable> {
    let Head { format } = serde_json::from_str(text)?;
    if format != FORMAT {
        return Err(Unreadable::Format { found: format });
    }
    Ok(serde_json::from_str(text)?)
}
