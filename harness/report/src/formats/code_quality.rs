//! GitLab's code quality report: what is shown at lines of a merge request.
//!
//! In: a [`RunResult`]. Out: a JSON array with an object for each failed step, for each scenario that could not run, and, where
//! that is a failure, for each that was skipped. GitLab reads `description`, `check_name`, `fingerprint`, `severity`,
//! `location.path` and `location.lines.begin`, and takes no byte order mark. Findings of one fingerprint are one: it is made of
//! file, scenario, stack, seed and the number of the step, so that it stays when lines are added above.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::file;
use super::standing::{Standing, failed_steps};
use crate::Position;
use crate::entry::title;
use crate::run::RunResult;
use crate::text::printable;
use offhook_base::hex;
use offhook_session::{Outcome, StepOutcome, StepResult};

#[derive(Debug, Serialize)]
struct Finding {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Debug, Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Debug, Serialize)]
struct Lines {
    begin: usize,
}

/// Writes the report.
///
/// # Errors
///
/// None that an outcome could cause.
pub fn code_quality(result: &RunResult, fail_on_skip: bool) -> serde_json::Result<String> {
    let mut findings = Vec::new();
    for outcome in &result.outcomes {
        match Standing::of(outcome, fail_on_skip) {
            Standing::Passed | Standing::Skipped { .. } => {}
            Standing::Failed { message, .. } => {
                let steps: Vec<Finding> = failed_steps(outcome).map(|step| failed(outcome, step)).collect();
                if steps.is_empty() {
                    findings.push(whole(outcome, "offhook/skipped", "minor", &message));
                }
                findings.extend(steps);
            }
            Standing::Error { message, .. } => {
                findings.push(whole(outcome, "offhook/could-not-run", "critical", &message));
            }
        }
    }
    let mut text = serde_json::to_string_pretty(&findings)?;
    text.push('\n');
    Ok(text)
}

fn failed(outcome: &Outcome, step: &StepOutcome) -> Finding {
    let what = match &step.result {
        StepResult::Failed { expected, actual, .. } => {
            format!("expected {}; actual: {}", printable(expected), printable(actual))
        }
        _ => String::new(),
    };
    let number = format!("{}.{:?}", step.call, step.step);
    let check = format!("offhook/{}", step.verb);
    finding(outcome, check, "major", &what, step.span.offset, &number)
}

/// What is to be said of the scenario, not of a step.
fn whole(outcome: &Outcome, check: &str, severity: &'static str, message: &str) -> Finding {
    finding(outcome, check.to_owned(), severity, message, outcome.span.offset, "")
}

fn finding(
    outcome: &Outcome,
    check_name: String,
    severity: &'static str,
    what: &str,
    offset: usize,
    number: &str,
) -> Finding {
    let (path, stack) = (file(outcome), printable(&outcome.stack));
    let seed = outcome.seed.to_string();
    let mut hash = Sha256::new();
    for part in [&path, &outcome.name, &stack, &seed, &check_name, number] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let fingerprint = hex(&hash.finalize());
    let begin = Position::of(&outcome.source.text, offset).line;
    let description = format!("{} ({stack}): {what}", title(outcome));
    Finding { description, check_name, fingerprint, severity, location: Location { path, lines: Lines { begin } } }
}
