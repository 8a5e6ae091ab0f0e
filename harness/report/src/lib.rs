//! Reports: a run as text for a terminal or a log, and as JSON.
//!
//! Nothing here reads a clock, a file or the environment, but for [`Style::of`], which asks once what the terminal
//! can show. Everything else is a function from what happened to text.
//!
//! - [`run`]: what happens during a run, and its exit code: all that the rest is made of.
//! - [`live`]: a run as it happens, on a terminal or in a log.
//! - [`terminal`]: a line a scenario; [`folders`]: a line a folder; [`summary`]: what to know at the end;
//!   [`failure`]: what to know when something did not go well.
//! - [`listing`] and [`ladder`]: events as they come, a line each, or between caller, line and server.
//! - [`json`]: the same for programs; its module documentation is the schema.
//! - [`formats`]: the same for what shows test reports: JUnit, TAP, Markdown, GitLab, GitHub.
//! - [`merge`]: several results as one.
//! - [`sarif`]: the form of SARIF, for whatever has rules and results.
//! - [`taken_words`]: what a given `/etc` was made of.
//! - [`words`] and [`text`]: what events are called, and how text fits into columns; [`evidence`] uses both.

mod entry;
mod etc;
pub mod evidence;
pub mod failure;
pub mod folders;
pub mod formats;
pub mod json;
pub mod ladder;
pub mod listing;
pub mod live;
pub mod merge;
mod position;
pub mod run;
pub mod sarif;
mod style;
pub mod summary;
pub mod terminal;
pub mod text;
pub mod words;

pub use etc::{FEW, taken_words};
pub use position::{Position, caret};
pub use style::{ColorChoice, Ink, Style};

use offhook_session::{Ended, Outcome, StepOutcome, StepResult, Verdict};

/// The verdict as a few words: `passed, 9 steps`.
pub fn verdict_words(outcome: &Outcome) -> String {
    let passed = outcome.steps.iter().filter(|step| matches!(step.result, StepResult::Passed { .. })).count();
    let steps = text::counted(outcome.steps.len(), "step");
    let expected = match expected_failures(outcome).count() {
        0 => String::new(),
        expected => format!(", {}", text::counted(expected, "expected failure")),
    };
    match &outcome.verdict {
        Verdict::Passed if expected.is_empty() => format!("passed, {steps}"),
        Verdict::Passed => format!("passed, {passed} of {steps}{expected}"),
        Verdict::Failed => format!("FAILED, {passed} of {steps} passed{expected}"),
        Verdict::Error { message, .. } => format!("could not run: {message}"),
        Verdict::Skipped { reason } => format!("skipped: {reason}"),
        Verdict::NotRun { reason } => format!("not run: {}", ended_words(*reason)),
    }
}

/// Why a run ended, as a few words.
pub(crate) const fn ended_words(ended: Ended) -> &'static str {
    match ended {
        Ended::Completed => "completed",
        Ended::FailedFast => "stopped at the first failure",
        Ended::Interrupted => "interrupted",
    }
}

/// The steps that failed as expected of this server, each with the reason.
pub(crate) fn expected_failures(outcome: &Outcome) -> impl Iterator<Item = (&StepOutcome, &str)> {
    outcome.steps.iter().filter_map(|step| match &step.result {
        StepResult::ExpectedFailure { reason, .. } => Some((step, reason.as_str())),
        _ => None,
    })
}
