//! TAP, the Test Anything Protocol, version 14 <https://testanything.org/tap-version-14-specification.html>.
//!
//! In: a [`RunResult`]. Out: a plan, a test point for each outcome, and after each that is not ok a YAML block with the place
//! and the same text as on the terminal. Scenarios that were skipped are `# SKIP`. An interrupted run has no test points for
//! what did not run, and ends with `Bail out!`.
//!
//! The YAML is of the kind that small readers know (Perl's `TAP::Parser`): plain keys, double quotes, one literal block
//! whose first line has no blanks before it.

use std::fmt::Write as _;

use super::standing::{Standing, line, place};
use super::{file, seeded};
use crate::entry::title;
use crate::run::RunResult;
use crate::text::printable;
use crate::{Position, expected_failures};
use offhook_session::{Ended, Outcome, Verdict};

/// Writes the report.
pub fn tap(result: &RunResult, fail_on_skip: bool) -> String {
    let mut text = format!("TAP version 14\n1..{}", result.outcomes.len());
    // A plan of nothing says why.
    text.push_str(if result.outcomes.is_empty() { " # SKIP nothing to run\n" } else { "\n" });
    let seeded = seeded(result);
    for (index, outcome) in result.outcomes.iter().enumerate() {
        if matches!(outcome.verdict, Verdict::NotRun { reason: Ended::Interrupted }) {
            continue;
        }
        point(&mut text, index + 1, outcome, seeded, fail_on_skip);
    }
    if result.ended == Ended::Interrupted {
        text.push_str("Bail out! interrupted\n");
    }
    text
}

fn point(text: &mut String, number: usize, outcome: &Outcome, seeded: bool, fail_on_skip: bool) {
    let seed = if seeded { format!(", seed {}", outcome.seed) } else { String::new() };
    let name = escaped(&format!("{} ({}{seed})", title(outcome), printable(&outcome.stack)));
    match Standing::of(outcome, fail_on_skip) {
        Standing::Passed => {
            let _ = writeln!(text, "ok {number} - {name}");
            for (step, reason) in expected_failures(outcome) {
                let line = Position::of(&outcome.source.text, step.span.offset).line;
                let _ = writeln!(text, "# line {line}, {} failed as expected: {}", step.verb, printable(reason));
            }
        }
        Standing::Skipped { reason } => {
            let _ = writeln!(text, "ok {number} - {name} # SKIP {}", escaped(&reason));
        }
        Standing::Failed { message, text: why } => not_ok(text, number, &name, outcome, "fail", &message, &why),
        Standing::Error { message, text: why } => not_ok(text, number, &name, outcome, "error", &message, &why),
    }
}

fn not_ok(text: &mut String, number: usize, name: &str, outcome: &Outcome, severity: &str, message: &str, why: &str) {
    let Position { line, column } = place(outcome);
    let _ = write!(
        text,
        "not ok {number} - {name}\n  ---\n  message: {}\n  severity: {severity}\n  at:\n    file: {}\n    line: {line}\n    \
         column: {column}\n  stack: {}\n  seed: {}\n  text: |\n",
        quoted(message),
        quoted(&file(outcome)),
        quoted(&printable(&outcome.stack)),
        outcome.seed,
    );
    for line in why.lines() {
        // A blank line keeps its indentation: readers that take the block line by line look for it.
        let _ = writeln!(text, "    {}", yaml_characters(line));
    }
    text.push_str("  ...\n");
}

/// A description or reason, in which `#` begins no directive.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('#', "\\#")
}

/// A double-quoted scalar of YAML. Control characters are escaped in the text already.
fn quoted(text: &str) -> String {
    format!("\"{}\"", yaml_characters(&line(text)).replace('\\', "\\\\").replace('"', "\\\""))
}

/// Text without the characters that YAML 1.2 §5.1 has no place for; control characters are escaped before.
fn yaml_characters(text: &str) -> String {
    text.replace(['\u{feff}', '\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
