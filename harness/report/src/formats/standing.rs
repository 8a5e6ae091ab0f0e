//! How an outcome stands in the terms of test reports: passed, failed, in error or skipped.
//!
//! In: an [`Outcome`] and whether skipped ones count as failed. Out: a [`Standing`] with what there is to say of it, and the
//! [`place`] where that is to be shown.

use crate::failure::{failure, in_short};
use crate::text::{fit, printable};
use crate::{Position, Style, ended_words};
use offhook_session::{Ended, Outcome, StepOutcome, StepResult, Verdict};

/// Columns of the text of a failure.
const COLUMNS: usize = 100;
/// Columns of a message or reason. Perl's TAP::Parser gives up on a quoted text of 64 KiB.
const LINE: usize = 1000;

/// How an outcome stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// As expected, failures that the scenario expects included.
    Passed,
    /// An expectation was not met.
    Failed {
        /// Which, one line.
        message: String,
        /// The same text as on the terminal.
        text: String,
    },
    /// It could not run.
    Error {
        /// Why, one line.
        message: String,
        /// The same text as on the terminal.
        text: String,
    },
    /// It did not run, and that is no failure.
    Skipped {
        /// Why, one line.
        reason: String,
    },
}

impl Standing {
    /// How `outcome` stands.
    ///
    /// What an interruption kept from running is in error: a run that was cut short must not look like a whole one. Behind
    /// `--fail-fast` there is a failure already that says so.
    pub(super) fn of(outcome: &Outcome, fail_on_skip: bool) -> Self {
        let style = Style { unicode: true, ..Style::plain(COLUMNS) };
        match &outcome.verdict {
            Verdict::Passed => Self::Passed,
            Verdict::Failed => Self::Failed { message: line(&in_short(outcome)), text: failure(&[outcome], style) },
            Verdict::Error { .. } => {
                Self::Error { message: line(&in_short(outcome)), text: failure(&[outcome], style) }
            }
            Verdict::Skipped { reason } if fail_on_skip => {
                let message = line(&format!("skipped: {reason}"));
                let text = format!("{message}\nskipped scenarios count as failed (--fail-on-skip)\n");
                Self::Failed { message, text }
            }
            Verdict::Skipped { reason } => Self::Skipped { reason: line(reason) },
            Verdict::NotRun { reason } => {
                let words = format!("not run: {}", ended_words(*reason));
                match reason {
                    Ended::Interrupted => Self::Error { text: format!("{words}\n"), message: words },
                    Ended::FailedFast | Ended::Completed => Self::Skipped { reason: words },
                }
            }
        }
    }
}

/// Text as one line, of a length that readers of one line can hold.
pub(super) fn line(text: &str) -> String {
    fit(&printable(text), LINE, "...")
}

/// The steps of an outcome that failed.
pub(super) fn failed_steps(outcome: &Outcome) -> impl Iterator<Item = &StepOutcome> {
    outcome.steps.iter().filter(|step| matches!(step.result, StepResult::Failed { .. }))
}

/// Where to look in the scenario: the first step that failed, else the scenario's name.
pub(super) fn place(outcome: &Outcome) -> Position {
    let span = failed_steps(outcome).next().map_or(outcome.span, |step| step.span);
    Position::of(&outcome.source.text, span.offset)
}
