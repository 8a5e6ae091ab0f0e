//! Reports: an [`Outcome`] as text for a terminal or as JSON, and the exit code.
//!
//! Nothing here reads a clock, a file or the environment, but for [`Style::of`], which asks once what the terminal
//! can show. Everything else is a function from outcomes to text.
//!
//! - [`terminal`]: a line a scenario, and the summary; [`failure`]: what to know when it did not go well.
//! - [`json`]: the same for programs; its module documentation is the schema.
//! - [`words`] and [`text`]: what events are called, and how text fits into columns; [`crate::evidence`] uses both.

pub mod failure;
pub mod json;
mod position;
mod style;
pub mod terminal;
pub mod text;
pub mod words;

pub use position::{Position, caret};
pub use style::{Ink, Style};

use crate::run::{Outcome, StepOutcome, StepResult, Verdict};

/// Every expectation was met.
pub const MET: u8 = 0;
/// An expectation was not met.
pub const NOT_MET: u8 = 1;
/// The lab or a stack could not run a scenario. (2 is a wrong command line or scenario: it leaves no outcome.)
pub const COULD_NOT_RUN: u8 = 3;

/// The exit code that tells these outcomes.
///
/// A scenario that could not run wins over one that was not met: the higher code says that the lower ones are not the
/// whole story. Skipped scenarios pass, unless `fail_on_skip` makes them count as not met.
pub fn exit_code(outcomes: &[Outcome], fail_on_skip: bool) -> u8 {
    let code = |outcome: &Outcome| match outcome.verdict {
        Verdict::Met => MET,
        Verdict::Skipped { .. } => {
            if fail_on_skip {
                NOT_MET
            } else {
                MET
            }
        }
        Verdict::NotMet => NOT_MET,
        Verdict::Error { .. } => COULD_NOT_RUN,
    };
    outcomes.iter().map(code).max().unwrap_or(MET)
}

/// The verdict as a few words: `met, 9 steps`.
pub fn verdict_words(outcome: &Outcome) -> String {
    let met = outcome.steps.iter().filter(|step| matches!(step.result, StepResult::Met { .. })).count();
    let steps = text::counted(outcome.steps.len(), "step");
    let known = match known_failures(outcome).count() {
        0 => String::new(),
        known => format!(", {}", text::counted(known, "known failure")),
    };
    match &outcome.verdict {
        Verdict::Met if known.is_empty() => format!("met, {steps}"),
        Verdict::Met => format!("met, {met} of {steps}{known}"),
        Verdict::NotMet => format!("NOT MET, {met} of {steps} met{known}"),
        Verdict::Error { message, .. } => format!("could not run: {message}"),
        Verdict::Skipped { reason } => format!("skipped: {reason}"),
    }
}

/// The steps that failed as is known of the server, each with the reason.
pub(crate) fn known_failures(outcome: &Outcome) -> impl Iterator<Item = (&StepOutcome, &str)> {
    outcome.steps.iter().filter_map(|step| match &step.result {
        StepResult::FailsAsKnown { reason, .. } => Some((step, reason.as_str())),
        _ => None,
    })
}
