//! Why a scenario was not met or could not run, in the order in which one asks.
//!
//! In: an [`Outcome`] whose verdict is `NotMet` or `Error`, and a [`Style`]. Out: a block of text that ends with a
//! newline; nothing for other verdicts. For every step that was not met: the scenario's line with carets, expected
//! above actual, notes, the last events of both directions, the server's last log lines. Then, once, where the
//! evidence lies and how to run just that again.

use std::fmt::Write as _;

use offhook_emulator::time::Instant;
use offhook_emulator::trace::{Event, What};

use super::position::caret;
use super::style::{Ink, Style};
use super::text::{hang, pad, printable, wrap};
use super::words::{Way, line, line_of};
use crate::run::{Outcome, StepOutcome, StepResult, Verdict};

/// Events shown before a failure.
const EVENTS: usize = 12;
/// Log lines shown before a failure.
const LOGS: usize = 6;
/// Columns of a label and the blanks after it.
const LABEL: usize = 10;

/// Tells why `outcome` is no success.
pub fn failure(outcome: &Outcome, style: Style) -> String {
    let mut text = String::new();
    if matches!(outcome.verdict, Verdict::Met | Verdict::Skipped { .. }) {
        return text;
    }
    match &outcome.verdict {
        Verdict::Error { message, details, help } => error(&mut text, message, details, help.as_deref(), style),
        _ => {
            let failed = outcome.steps.iter().filter(|step| matches!(step.result, StepResult::NotMet { .. }));
            let failed: Vec<_> = failed.collect();
            for step in &failed {
                not_met(&mut text, outcome, step, style);
            }
            if failed.is_empty() {
                text.push_str("  no step tells why; the transcript has all that happened\n\n");
            }
        }
    }
    // These two are there to be copied: the terminal may wrap them, a newline in them would break them.
    let evidence = printable(&outcome.evidence.display().to_string());
    for (label, value) in [("evidence", evidence), ("again", printable(&again(outcome)))] {
        let _ = writeln!(text, "  {}{value}", style.paint(Ink::Strong, &pad(label, LABEL)));
    }
    text
}

fn error(text: &mut String, message: &str, details: &[String], help: Option<&str>, style: Style) {
    text.push_str(&hang("  ", &printable(message), 0, style.width));
    for detail in details {
        text.push_str(&hang("  | ", &printable(detail), 2, style.width));
    }
    text.push('\n');
    if let Some(help) = help {
        text.push_str(&field("help", help, style));
    }
}

fn not_met(text: &mut String, outcome: &Outcome, step: &StepOutcome, style: Style) {
    let StepResult::NotMet { at, expected, actual, notes } = &step.result else { return };
    text.push_str(&caret(&outcome.source, step.span, style));
    text.push('\n');
    text.push_str(&field("expected", expected, style));
    text.push_str(&field("actual", actual, style));
    text.push_str(&field(
        "when",
        &format!("at {at} s of virtual time, in call {}", step.call.saturating_add(1)),
        style,
    ));
    if let Some(reason) = &step.deviation {
        text.push_str(&field("deviates", &format!("expected on {} because: {reason}", outcome.stack), style));
    }
    for note in notes {
        text.push_str(&field("note", note, style));
    }
    text.push('\n');
    events(text, outcome, step, *at, style);
    logs(text, outcome, step, *at, style);
}

/// The last events that bear on the step: its call's, its port's, and those of the server as a whole.
fn events(text: &mut String, outcome: &Outcome, step: &StepOutcome, at: Instant, style: Style) {
    let wanted = |event: &&Event| {
        // Log lines come below; the end of a ring burst says nothing that its beginning does not.
        let told_elsewhere = matches!(event.what, What::Log { .. } | What::RingOff { .. });
        let itself = matches!(event.what, What::Step { step: number, met: false, .. } if number == step.step);
        !told_elsewhere && !itself
    };
    let last = last(outcome, step, at, EVENTS, wanted);
    let (left, right) = (Way::ToCaller.arrow(style.unicode), Way::ToServer.arrow(style.unicode));
    let title = format!("last events ({left} from the server, {right} to the server), seconds of virtual time");
    heading(text, &title, last.is_empty(), style);
    for event in last {
        let words = line_of(event, outcome);
        let arrow = words.way.map_or(" ", |way| way.arrow(style.unicode));
        let lead = format!("  {:>9}  {arrow}  {:<4}  ", event.at, words.lane.name());
        text.push_str(&hang(&lead, &words.text, 2, style.width));
    }
    text.push('\n');
}

fn logs(text: &mut String, outcome: &Outcome, step: &StepOutcome, at: Instant, style: Style) {
    // A program that calls has a port of its own, and is not the server.
    let callers = |event: &Event| event.port.as_deref().is_some_and(|port| port.starts_with("client"));
    let last = last(outcome, step, at, LOGS, |event| matches!(event.what, What::Log { .. }) && !callers(event));
    heading(text, "the server's last log lines", last.is_empty(), style);
    for event in last {
        let lead = format!("  {:>9}  ", event.at);
        text.push_str(&hang(&lead, &line(&event.what).text, 2, style.width));
    }
    text.push('\n');
}

fn heading(text: &mut String, title: &str, empty: bool, style: Style) {
    let none = if empty { ": none" } else { "" };
    for line in wrap(&format!("{title}{none}"), style.width.saturating_sub(2)) {
        let _ = writeln!(text, "  {}", style.paint(Ink::Dim, &line));
    }
}

/// The last `count` of the wanted events up to `at`. Other calls' events are left out.
fn last<'a>(
    outcome: &'a Outcome,
    step: &StepOutcome,
    at: Instant,
    count: usize,
    wanted: impl Fn(&&'a Event) -> bool,
) -> Vec<&'a Event> {
    let own = |event: &&Event| event.call == Some(step.call);
    let port = outcome.trace.iter().find(own).and_then(|event| event.port.as_deref());
    let near = |event: &&Event| match (event.call, event.port.as_deref()) {
        (Some(call), _) => call == step.call,
        (None, Some(other)) => port.is_none_or(|port| port == other),
        (None, None) => true,
    };
    let before = outcome.trace.iter().filter(|event| event.at <= at).filter(near).filter(wanted);
    let mut last: Vec<_> = before.rev().take(count).collect();
    last.reverse();
    last
}

fn field(label: &str, value: &str, style: Style) -> String {
    let lead = format!("  {}", pad(label, LABEL));
    let mut text = hang(&lead, &printable(value), 0, style.width);
    text.replace_range(2..2 + label.len(), &style.paint(Ink::Strong, label));
    text
}

/// The command line that runs just this scenario again, quoted for a shell.
pub fn again(outcome: &Outcome) -> String {
    format!(
        "offhook run {} --scenario {} --stack {} --seed {}",
        quoted(&outcome.source.path.display().to_string()),
        quoted(&outcome.name),
        quoted(&outcome.stack),
        outcome.seed
    )
}

/// `text` as one word of a shell command: bare, in double quotes, or in single quotes, whichever reads best.
fn quoted(text: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "-_./:,+@%".contains(character);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(plain) {
        text.to_owned()
    } else if !text.contains(['"', '$', '`', '\\', '!']) {
        format!("\"{text}\"")
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_a_quoted_name_as_one_word() {
        assert_eq!(quoted("scenarios/idle.kdl"), "scenarios/idle.kdl");
        assert_eq!(quoted("the caller's number"), "\"the caller's number\"");
        assert_eq!(quoted("costs $5"), "'costs $5'");
        assert_eq!(quoted("it's $5"), "'it'\\''s $5'");
        assert_eq!(quoted(""), "\"\"");
    }
}
