//! Why scenarios failed or could not run, in the order in which one asks.
//!
//! In: [`Outcome`]s whose verdict is `Failed` or `Error`, and a [`Style`]. Out: a block of text for each failure that
//! ends with a newline. What failed in the same way on several stacks or under several seeds is one failure, told once
//! ([`alike`]). For every failed step: the scenario's line with carets, expected above actual, notes, the last events
//! of both directions, the server's last log lines. Then, once, where the evidence is and how to run just that again.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use offhook_clock::Instant;
use offhook_telephony::trace::{Event, EventKind};

use super::Position;
use super::entry::{mark, title};
use super::position::caret;
use super::run::DEFAULT_SEED;
use super::style::{Ink, Style};
use super::text::{hang, pad, printable, wrap};
use super::words::{Way, line, line_of};
use offhook_session::{Outcome, StepOutcome, StepResult, Verdict};

/// Events shown before a failure.
const EVENTS: usize = 12;
/// Rings of a call shown before a failure, beside the last one.
const RINGS: usize = 2;
/// Log lines shown before a failure.
const LOGS: usize = 6;
/// Columns of a label and the blanks after it.
const LABEL: usize = 10;
/// Stacks and seeds named of a failure that many have in common.
const NAMED: usize = 8;

/// The failures among `outcomes`, those that are alike together, in the order of the first of each.
pub fn alike<'a>(outcomes: impl IntoIterator<Item = &'a Outcome>) -> Vec<Vec<&'a Outcome>> {
    let mut groups: Vec<Vec<&Outcome>> = Vec::new();
    for outcome in outcomes {
        if !is_failure(outcome) {
            continue;
        }
        match groups.iter_mut().find(|group| are_alike(group[0], outcome)) {
            Some(group) => group.push(outcome),
            None => groups.push(vec![outcome]),
        }
    }
    groups
}

const fn is_failure(outcome: &Outcome) -> bool {
    matches!(outcome.verdict, Verdict::Failed | Verdict::Error { .. })
}

/// Whether it is the same scenario, and the same went wrong in it.
fn are_alike(one: &Outcome, other: &Outcome) -> bool {
    let reason = |outcome: &Outcome| match &outcome.verdict {
        Verdict::Error { message, help, .. } => Some((message.clone(), help.clone())),
        _ => None,
    };
    (&one.source.path, &one.name, reason(one)) == (&other.source.path, &other.name, reason(other))
        && failed_steps(one).map(essence).eq(failed_steps(other).map(essence))
}

/// What of a failed step has to agree: all but the times.
fn essence(step: &StepOutcome) -> (usize, Option<usize>, Option<&str>, &str, &str) {
    let (expected, actual) = match &step.result {
        StepResult::Failed { expected, actual, .. } => (expected.as_str(), actual.as_str()),
        _ => ("", ""),
    };
    (step.call, step.step, step.deviation.as_deref(), expected, actual)
}

fn failed_steps(outcome: &Outcome) -> impl Iterator<Item = &StepOutcome> {
    outcome.steps.iter().filter(|step| matches!(step.result, StepResult::Failed { .. }))
}

/// Why `outcome` failed, one line without an end: `line 14, expect-answer: the caller gave up after 12 rings`. Empty if
/// it did not fail.
pub fn in_short(outcome: &Outcome) -> String {
    let text = match &outcome.verdict {
        Verdict::Error { message, .. } => message.clone(),
        Verdict::Failed => match failed_steps(outcome).next() {
            Some(step) => {
                let line = Position::of(&outcome.source.text, step.span.offset).line;
                let (.., actual) = essence(step);
                format!("line {line}, {}: {actual}", step.verb)
            }
            None => String::new(),
        },
        _ => String::new(),
    };
    printable(&text)
}

/// Tells one failure, that these outcomes have in common. Nothing if there are none, or if they did not fail.
pub fn failure(outcomes: &[&Outcome], style: Style) -> String {
    let mut text = String::new();
    let Some(outcome) = outcomes.first().filter(|outcome| is_failure(outcome)) else { return text };
    let (ink, mark) = mark(&outcome.verdict);
    let name = hang(&pad(mark, LABEL), &title(outcome), 0, style.width);
    text.push_str(&style.paint(ink, mark));
    text.push_str(&name[mark.len()..]);
    text.push_str(&hang(&pad("", LABEL), &format!("on {}", places(outcomes)), 0, style.width));
    text.push('\n');
    if !outcome.variant.variables.is_empty() {
        text.push_str(&field("with", &outcome.variant.words(), style));
        text.push('\n');
    }
    match &outcome.verdict {
        Verdict::Error { message, details, help, .. } => error(&mut text, message, details, help.as_deref(), style),
        _ => {
            let failed: Vec<_> = failed_steps(outcome).collect();
            for step in &failed {
                failed_step(&mut text, outcome, step, style);
            }
            if failed.is_empty() {
                text.push_str("  no step says why; transcript.txt has everything that happened\n\n");
            }
        }
    }
    // These are there to be copied: the terminal may wrap them, a newline in them would break them.
    let evidence = outcomes.iter().map(|outcome| printable(&outcome.evidence.display().to_string()));
    let evidence = evidence.filter(|path| !path.is_empty());
    let lines = evidence.map(|path| ("evidence", path)).chain([("rerun", printable(&rerun(outcomes)))]);
    let mut told = "";
    for (label, value) in lines {
        let shown = pad(if label == told { "" } else { label }, LABEL);
        told = label;
        let _ = writeln!(text, "  {}{value}", style.paint(Ink::Strong, &shown));
    }
    text
}

/// Where it failed: `bookworm, trixie`, with the seeds if they are not the default.
fn places(outcomes: &[&Outcome]) -> String {
    let seeded = outcomes.iter().any(|outcome| outcome.seed != DEFAULT_SEED);
    let place = |outcome: &&Outcome| {
        let stack = printable(&outcome.stack);
        if seeded { format!("{stack} seed {}", outcome.seed) } else { stack }
    };
    let named: Vec<String> = outcomes.iter().take(NAMED).map(place).collect();
    match outcomes.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
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

fn failed_step(text: &mut String, outcome: &Outcome, step: &StepOutcome, style: Style) {
    let StepResult::Failed { at, expected, actual, notes, hints } = &step.result else { return };
    text.push_str(&caret(&outcome.source, step.span, style));
    text.push('\n');
    text.push_str(&field("expected", expected, style));
    text.push_str(&field("actual", actual, style));
    let call = step.call.saturating_add(1);
    // What stands in the place of a stack may have the real clock.
    let time = if outcome.fingerprint.subject.is_some() { "" } else { " of virtual time" };
    text.push_str(&field("when", &format!("at {at} s{time}, in call {call}"), style));
    if let Some(reason) = &step.deviation {
        text.push_str(&field("on", &format!("{} this is expected because {reason}", outcome.stack), style));
    }
    for note in notes {
        text.push_str(&field("note", note, style));
    }
    for hint in hints {
        text.push_str(&field("hint", hint, style));
    }
    text.push('\n');
    events(text, outcome, step, *at, style);
    logs(text, outcome, step, *at, style);
}

/// The last events that bear on the step: its call's, its port's, and those of the server as a whole.
fn events(text: &mut String, outcome: &Outcome, step: &StepOutcome, at: Instant, style: Style) {
    let wanted = |event: &&Event| {
        // Log lines come below; the end of a ring burst says nothing that its beginning does not.
        let told_elsewhere = matches!(event.what, EventKind::Log { .. } | EventKind::RingOff { .. });
        let itself =
            matches!(event.what, EventKind::Step { step: number, passed: false, .. } if Some(number) == step.step);
        !told_elsewhere && !itself
    };
    let rung: Vec<Instant> = near(outcome, step, at).filter_map(ring).collect();
    let last = last(outcome, step, at, EVENTS, |event| wanted(event) && !is_one_more_ring(event, &rung));
    let (left, right) = (Way::ToCaller.arrow(style.unicode), Way::ToServer.arrow(style.unicode));
    let left_out = match rung.len() {
        many if many > RINGS + 1 => format!("; rings {} to {} left out", RINGS + 1, many - 1),
        _ => String::new(),
    };
    let time = if outcome.fingerprint.subject.is_some() { "" } else { " of virtual time" };
    let title = format!("last events ({left} from the server, {right} to the server), seconds{time}{left_out}");
    heading(text, &title, last.is_empty(), style);
    for event in last {
        let words = line_of(event, outcome);
        let arrow = words.way.map_or(" ", |way| way.arrow(style.unicode));
        let lead = format!("  {:>9}  {arrow}  {:<4}  ", event.at, words.lane.name());
        text.push_str(&hang(&lead, &words.text, 2, style.width));
    }
    text.push('\n');
}

/// When a ring burst begins.
fn ring(event: &Event) -> Option<Instant> {
    matches!(event.what, EventKind::RingOn { .. }).then_some(event.at)
}

/// Whether it belongs to neither the first rings of a call nor the last one: what is done before and after them is of interest.
fn is_one_more_ring(event: &Event, rung: &[Instant]) -> bool {
    let (Some(third), Some(last)) = (rung.get(RINGS), rung.last()) else { return false };
    let rings = match &event.what {
        EventKind::RingOn { .. } => true,
        EventKind::Response { text } => text.starts_with("RING"),
        _ => false,
    };
    rings && (*third..*last).contains(&event.at)
}

/// The last lines of the process that has most to say of the call, then those of the others.
fn logs(text: &mut String, outcome: &Outcome, step: &StepOutcome, at: Instant, style: Style) {
    // A program that calls has a port of its own, and is not the server.
    let callers = |event: &Event| event.port.as_deref().is_some_and(|port| port.starts_with("client"));
    let speaker = outcome.calls.iter().find(|call| call.call == step.call).and_then(|call| call.last_words.as_ref());
    let speaks = |event: &Event| match (&event.what, speaker) {
        (EventKind::Log { program, pid, .. }, Some(words)) => (program, *pid) == (&words.program, words.pid),
        _ => false,
    };
    let logged = |event: &Event| matches!(event.what, EventKind::Log { .. });
    let is_log = |event: &Event| logged(event) && !callers(event);
    let told = speaker.map(|words| {
        let pid = words.pid.map_or_else(String::new, |pid| format!("[{pid}]"));
        let ended = words.ended.as_ref().map_or_else(String::new, |how| format!(", which ended with {how}"));
        let title = format!("the last log lines of {}{pid}{ended}", words.program);
        (title, last(outcome, step, at, LOGS, |event| is_log(event) && speaks(event)))
    });
    let title = if told.is_some() { "other log lines of the server" } else { "the server's last log lines" };
    let others = last(outcome, step, at, LOGS, |event| is_log(event) && !speaks(event));
    let others = (told.is_none() || !others.is_empty()).then(|| (title.to_owned(), others));
    let client = last(outcome, step, at, LOGS, |event| logged(event) && callers(event));
    let client = (!client.is_empty()).then(|| ("the caller's last log lines".to_owned(), client));
    for (title, last) in told.into_iter().chain(others).chain(client) {
        heading(text, &title, last.is_empty(), style);
        for event in last {
            let lead = format!("  {:>9}  ", event.at);
            text.push_str(&hang(&lead, &line(&event.what).text, 2, style.width));
        }
        text.push('\n');
    }
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
    let mut last: Vec<_> = near(outcome, step, at).filter(wanted).rev().take(count).collect();
    last.reverse();
    last
}

/// The events up to `at` that bear on the step: its call's, its port's, and those of the server as a whole.
fn near<'a>(outcome: &'a Outcome, step: &StepOutcome, at: Instant) -> impl DoubleEndedIterator<Item = &'a Event> {
    let call = step.call;
    let own = |event: &&Event| event.call == Some(call);
    let port = outcome.trace.iter().find(own).and_then(|event| event.port.as_deref());
    let near = move |event: &&Event| match (event.call, event.port.as_deref()) {
        (Some(of), _) => of == call,
        (None, Some(other)) => port.is_none_or(|port| port == other),
        (None, None) => true,
    };
    outcome.trace.iter().filter(move |event| event.at <= at).filter(near)
}

fn field(label: &str, value: &str, style: Style) -> String {
    let lead = format!("  {}", pad(label, LABEL));
    let mut text = hang(&lead, &printable(value), 0, style.width);
    text.replace_range(2..2 + label.len(), &style.paint(Ink::Strong, label));
    text
}

/// The command line that runs just this again, quoted for a shell. Empty without an outcome.
pub fn rerun(outcomes: &[&Outcome]) -> String {
    let Some(outcome) = outcomes.first() else { return String::new() };
    if let (Some(subject), Some(case)) = (&outcome.fingerprint.subject, &outcome.conformance) {
        let options = subject.options.iter().map(|option| format!(" {}", option_word(option))).collect::<String>();
        let file = quoted(&outcome.source.path.display().to_string());
        return format!("offhook conformance {file}{options} --case {}", quoted(&case.case));
    }
    let mut line = format!(
        "offhook run {} --scenario {}",
        quoted(&outcome.source.path.display().to_string()),
        quoted(&outcome.name)
    );
    for variable in outcome.variant.set() {
        let _ = write!(line, " --set {}", quoted(&format!("{}={}", variable.name, variable.value)));
    }
    for stack in outcomes.iter().map(|outcome| outcome.stack.as_str()).collect::<BTreeSet<_>>() {
        let _ = write!(line, " --stack {}", quoted(stack));
    }
    if outcome.seed != DEFAULT_SEED {
        let _ = write!(line, " --seed {}", outcome.seed);
    }
    line
}

/// An option, or its value, as one word of a shell command.
fn option_word(text: &str) -> String {
    if text.starts_with("--") { text.to_owned() } else { quoted(text) }
}

/// `text` as one word of a shell command: bare, in double quotes, or in single quotes, whichever reads best.
fn quoted(text: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "-_./:,+@%=".contains(character);
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
        assert_eq!(quoted("speed=9600"), "speed=9600");
    }
}
