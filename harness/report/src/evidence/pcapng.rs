//! The capture of a scenario: a trace as a pcapng file ([`capture`](super::capture)).
//!
//! In: an [`Outcome`]. Out: octets, the same for the same outcome. Time is [`EPOCH`] plus the event's time.

use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

use super::EPOCH;
use super::capture::{About, Capture, Ends};
use crate::text::printable;
use crate::words::{Lane, line_of};
use crate::{Position, verdict_words};
use offhook_session::Outcome;
use offhook_telephony::trace::{End, Event, EventKind};

/// Writes the capture of `outcome`.
///
/// # Errors
///
/// None that an outcome could cause: a text or a time that does not fit is cut to what does.
pub fn pcapng(outcome: &Outcome) -> io::Result<Vec<u8>> {
    // In alphabetical order.
    let ports: BTreeSet<&str> = outcome.trace.iter().filter_map(|event| event.port.as_deref()).collect();
    let ports: Vec<&str> = ports.into_iter().collect();
    let mut file = Capture::begin(Vec::new(), EPOCH, Ends::SCENARIO, &ports, &about(outcome))?;
    let decisive = decisive(outcome);
    for (index, event) in outcome.trace.iter().enumerate() {
        let port = event.port.as_deref().and_then(|port| ports.binary_search(&port).ok());
        let words = line_of(event, outcome);
        let mut remarks: Vec<String> = Vec::new();
        if words.lane == Lane::Step {
            remarks.push(judged(event, &words.text));
        }
        let steps = decisive.iter().filter(|(frame, _)| *frame == index).map(|(_, step)| &outcome.trace[*step]);
        remarks.extend(steps.map(|step| format!("decides {}", judged(step, &line_of(step, outcome).text))));
        file.event(event.at, port, event.call, &event.what, &words, &remarks)?;
    }
    let last = outcome.trace.last().map_or(0, |event| event.at.micros());
    let end = outcome.virtual_time.max(Duration::from_micros(last));
    file.end(end, printable(&format!("the scenario ends, {}", verdict_words(outcome))))
}

/// `call 1, step 4 ping passed: 2 of 2 echo requests answered`.
fn judged(step: &Event, words: &str) -> String {
    let call = step.call.map_or_else(String::new, |call| format!("call {}, ", call.saturating_add(1)));
    format!("{call}step {words}")
}

/// The frames that decided a step, by their places in the trace, with the step's: of the frames that crossed the same line at the
/// moment of the verdict the last that came from the server, or else the last. What is decided by time alone has none.
fn decisive(outcome: &Outcome) -> Vec<(usize, usize)> {
    let trace = &outcome.trace;
    let steps = trace.iter().enumerate().filter(|(_, event)| matches!(event.what, EventKind::Step { .. }));
    let pairs = steps.filter_map(|(place, step)| {
        let before = trace[..place].iter().enumerate().rev().take_while(|(_, event)| event.at == step.at);
        let mut frames = before.filter_map(|(place, event)| match &event.what {
            EventKind::Frame { from, .. } if event.port == step.port && event.call == step.call => Some((place, *from)),
            _ => None,
        });
        let last = frames.next()?;
        let (frame, _) = [last].into_iter().chain(frames).find(|(_, from)| *from == End::Server).unwrap_or(last);
        Some((frame, place))
    });
    pairs.collect()
}

fn about(outcome: &Outcome) -> About {
    let print = &outcome.fingerprint;
    let Position { line, column } = Position::of(&outcome.source.text, outcome.span.offset);
    let mut comments =
        vec![format!("scenario: {}", outcome.name), format!("file: {}:{line}:{column}", outcome.source.path.display())];
    comments.extend(outcome.conformance.iter().map(|case| format!("case: {} ({})", case.case, case.level.name())));
    match &print.subject {
        Some(subject) => comments.push(format!("subject: {} ({})", outcome.stack, subject.by)),
        None => comments.extend([
            format!("stack: {} ({})", outcome.stack, print.packages.join(", ")),
            format!("stack sha256: {}", print.files_sha256),
            format!("kernel: {}", print.kernel),
            format!("kernel sha256: {}", print.kernel_sha256),
            format!("seed: {}", outcome.seed),
        ]),
    }
    comments.push(format!("verdict: {}", verdict_words(outcome)));
    comments.extend(print.made.as_ref().map(|made| format!("stack made {made}")));
    if !print.changed.is_empty() {
        comments.push(format!("stack not as it was built: {}", print.changed));
    }
    if print.kernel_changed {
        comments.push("kernel not the one that was built".to_owned());
    }
    comments.extend(outcome.specs.iter().map(|spec| format!("checks: {spec}")));
    let system = print.subject.is_none().then(|| format!("Linux {}", print.kernel));
    About { system, comments }
}
