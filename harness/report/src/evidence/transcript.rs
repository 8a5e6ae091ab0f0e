//! The transcript: a trace as text that a person reads from top to bottom.
//!
//! In: an [`Outcome`]. Out: UTF-8 text, the same for the same outcome, in lines of at most 110 columns unless a port's
//! name is longer than usual. A head tells what ran, then every event has a line: time in seconds since the scenario
//! began, port, arrow, lane, text. The caller stands on the left: `→` goes to the server, `←` comes from it.
//! PPP is in pppd's notation, so transcript and pppd's `debug` log can be laid side by side.
//! Calls begin with a heading; verdicts stand where they were reached.

use std::fmt::Write as _;

use offhook_clock::Instant;
use offhook_telephony::trace::{Event, EventKind};

use crate::text::{hang, pad, printable, width};
use crate::words::{Line, line, step_of};
use crate::{Position, expected_failures, taken_words, verdict_words};
use offhook_session::{Outcome, StepOutcome, StepResult};

/// Columns of a line.
const COLUMNS: usize = 110;
/// Columns of the time: 99999.999 is more than a day.
const TIME: usize = 9;
/// Indentation of the further lines of a long text.
const HANG: usize = 2;

/// Writes the transcript of `outcome`.
pub fn transcript(outcome: &Outcome) -> String {
    let mut text = head(outcome);
    let ports = outcome.trace.iter().filter_map(|event| event.port.as_deref());
    let column = ports.map(width).max().unwrap_or(0).max("port".len());
    let _ = writeln!(text, "{:>TIME$}  {}     lane", "seconds", pad("port", column));
    for event in &outcome.trace {
        if let EventKind::CallBegins { .. } = event.what {
            heading(&mut text, event);
        }
        row(&mut text, event, column, outcome);
    }
    let _ = write!(text, "\n{}", field("verdict", &verdict_words(outcome)));
    for step in outcome.steps.iter().filter(|step| matches!(step.result, StepResult::Failed { .. })) {
        text.push_str(&field("failed", &format!("{}: {}", place(step, outcome), step.verb)));
    }
    for (step, reason) in expected_failures(outcome) {
        text.push_str(&field("expected", &format!("{}: {} to fail: {reason}", place(step, outcome), step.verb)));
    }
    text
}

/// Where a step stands: `idle.kdl:17:9`.
fn place(step: &StepOutcome, outcome: &Outcome) -> String {
    let Position { line, column } = Position::of(&outcome.source.text, step.span.offset);
    format!("{}:{line}:{column}", outcome.source.path.display())
}

fn head(outcome: &Outcome) -> String {
    let print = &outcome.fingerprint;
    let Position { line, column } = Position::of(&outcome.source.text, outcome.span.offset);
    let mut text = field("scenario", &outcome.name);
    text.push_str(&field("file", &format!("{}:{line}:{column}", outcome.source.path.display())));
    if !outcome.variant.variables.is_empty() {
        text.push_str(&field("with", &outcome.variant.words()));
    }
    for spec in &outcome.specs {
        text.push_str(&field("checks", spec));
    }
    match &print.subject {
        Some(subject) => text.push_str(&field("subject", &format!("{}: {}", outcome.stack, subject.by))),
        None => text.push_str(&stack(outcome)),
    }
    text.push_str(&field("offhook", &print.offhook));
    if print.subject.is_none() {
        text.push_str(&field("seed", &outcome.seed.to_string()));
    }
    for (number, line) in outcome.etc.iter().flat_map(|taken| taken_words(taken, usize::MAX)).enumerate() {
        text.push_str(&field(if number == 0 { "etc" } else { "" }, &line));
    }
    let ended = Instant::ZERO + outcome.virtual_time;
    let time = if print.subject.is_some() { "" } else { " of virtual time" };
    let verdict = format!("{}, {ended} s{time}", verdict_words(outcome));
    text.push_str(&field("verdict", &verdict));
    text.push('\n');
    text
}

/// What of the lab ran.
fn stack(outcome: &Outcome) -> String {
    let print = &outcome.fingerprint;
    let mut text = field("stack", &format!("{}: {}", outcome.stack, print.packages.join(", ")));
    text.push_str(&field("", &format!("sha256 {}", print.files_sha256)));
    if let Some(made) = &print.made {
        text.push_str(&field("", &format!("made {made}")));
    }
    if !print.changed.is_empty() {
        text.push_str(&field("", &format!("not as it was built: {}", print.changed)));
    }
    text.push_str(&field("kernel", &print.kernel));
    text.push_str(&field("", &format!("sha256 {}", print.kernel_sha256)));
    if print.kernel_changed {
        text.push_str(&field("", "not the one that was built"));
    }
    text
}

fn field(name: &str, value: &str) -> String {
    hang(&format!("{name:<8}  "), &printable(value), 0, COLUMNS)
}

fn heading(text: &mut String, event: &Event) {
    let call = event.call.map_or_else(|| "a call".to_owned(), |call| format!("call {}", call.saturating_add(1)));
    let port = event.port.as_deref().map_or_else(String::new, |port| format!(" to {}", printable(port)));
    let title = format!("── {call}{port} ");
    let _ = writeln!(text, "\n{title}{}", "─".repeat(COLUMNS.saturating_sub(width(&title))));
}

fn row(text: &mut String, event: &Event, column: usize, outcome: &Outcome) {
    let Line { lane, way, text: words } = line(&event.what);
    let port = printable(event.port.as_deref().unwrap_or(""));
    let arrow = way.map_or(" ", |way| way.arrow(true));
    let lead = format!("{:>TIME$}  {}  {arrow}  {:<4}  ", event.at, pad(&port, column), lane.name());
    let EventKind::Step { step, passed, text: shown } = &event.what else {
        text.push_str(&hang(&lead, &words, HANG, COLUMNS));
        return;
    };
    let known = step_of(event, outcome);
    let failed_as_expected = known.is_some_and(|known| matches!(known.result, StepResult::ExpectedFailure { .. }));
    let mark = match (*passed, failed_as_expected) {
        (_, true) => "~",
        (true, false) => "✓",
        (false, false) => "✗",
    };
    let verb = known.map_or("", |known| known.verb.as_str());
    let title = printable(format!("{mark} step {} {verb}", step.saturating_add(1)).trim_end());
    match known.map(|StepOutcome { result, .. }| result) {
        Some(StepResult::Failed { expected, actual, notes, hints, .. }) => {
            text.push_str(&hang(&lead, &title, HANG, COLUMNS));
            let below = " ".repeat(width(&lead) + HANG);
            text.push_str(&hang(&format!("{below}expected  "), &printable(expected), 0, COLUMNS));
            text.push_str(&hang(&format!("{below}actual    "), &printable(actual), 0, COLUMNS));
            let notes = notes.iter().map(|note| ("note", note));
            for (name, value) in notes.chain(hints.iter().map(|hint| ("hint", hint))) {
                text.push_str(&hang(&format!("{below}{name:<8}  "), &printable(value), 0, COLUMNS));
            }
        }
        Some(StepResult::ExpectedFailure { expected, actual, reason, .. }) => {
            text.push_str(&hang(&lead, &format!("{title} failed as expected"), HANG, COLUMNS));
            let below = " ".repeat(width(&lead) + HANG);
            for (name, value) in [("expected", expected), ("actual", actual), ("because", reason)] {
                text.push_str(&hang(&format!("{below}{name:<8}  "), &printable(value), 0, COLUMNS));
            }
        }
        _ if shown.is_empty() => text.push_str(&hang(&lead, &title, HANG, COLUMNS)),
        _ => text.push_str(&hang(&lead, &format!("{title}: {}", printable(shown)), HANG, COLUMNS)),
    }
    if let Some(reason) = known.and_then(|known| known.deviation.as_deref()) {
        let below = " ".repeat(width(&lead) + HANG);
        text.push_str(&hang(&format!("{below}known deviation: "), &printable(reason), 0, COLUMNS));
    }
}
