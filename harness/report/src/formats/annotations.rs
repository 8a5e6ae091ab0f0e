//! GitHub's workflow commands: an error at the line of the scenario that failed, `::error file=...,line=...::text`.
//!
//! In: a [`RunResult`]. Out: a line for each failure, to be written to standard output; failures that are alike on several
//! stacks or under several seeds are one, because GitHub shows ten errors of a step and no more. In the text `%`, CR and LF
//! are escaped, in properties `:` and `,` as well (actions/toolkit, packages/core/src/command.ts).

use std::fmt::Write as _;

use super::file;
use super::standing::{Standing, failed_steps, place};
use crate::Position;
use crate::entry::{mark, title};
use crate::failure::{alike, rerun};
use crate::run::RunResult;
use crate::text::printable;
use offhook_session::{Outcome, StepResult, Verdict};

/// Writes the commands; empty if nothing failed.
pub fn annotations(result: &RunResult, fail_on_skip: bool) -> String {
    let outcomes = || result.outcomes.iter().map(AsRef::as_ref);
    let mut text: String = alike(outcomes()).iter().map(|group| failure(group)).collect();
    // Failures that have no text of their own on the terminal.
    for outcome in outcomes().filter(|outcome| !matches!(outcome.verdict, Verdict::Failed | Verdict::Error { .. })) {
        if let Standing::Failed { message, .. } | Standing::Error { message, .. } = Standing::of(outcome, fail_on_skip)
        {
            text.push_str(&command(outcome, &head(&[outcome]), &message));
        }
    }
    text
}

fn failure(group: &[&Outcome]) -> String {
    let Some(outcome) = group.first() else { return String::new() };
    let mut text = match &outcome.verdict {
        Verdict::Error { message, help, .. } => {
            let help = help.as_ref().map_or_else(String::new, |help| format!("help: {}\n", printable(help)));
            format!("{}\n{help}", printable(message))
        }
        _ => expectations(outcome),
    };
    let _ = write!(text, "rerun: {}", printable(&rerun(group)));
    command(outcome, &head(group), &text)
}

fn expectations(outcome: &Outcome) -> String {
    let mut text = String::new();
    for step in failed_steps(outcome) {
        if let StepResult::Failed { expected, actual, .. } = &step.result {
            let _ = write!(text, "expected: {}\nactual: {}\n", printable(expected), printable(actual));
        }
    }
    text
}

/// `FAIL idle: the line is dropped (bookworm, trixie)`.
fn head(group: &[&Outcome]) -> String {
    let Some(outcome) = group.first() else { return String::new() };
    let mut stacks: Vec<String> = group.iter().map(|outcome| printable(&outcome.stack)).collect();
    stacks.dedup();
    format!("{} {} ({})", mark(&outcome.verdict).1, title(outcome), stacks.join(", "))
}

fn command(outcome: &Outcome, title: &str, text: &str) -> String {
    let Position { line, column } = place(outcome);
    format!(
        "::error file={},line={line},col={column},title={}::{}\n",
        property(&file(outcome)),
        property(title),
        data(text)
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
