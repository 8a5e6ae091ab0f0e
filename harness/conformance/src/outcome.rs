//! What came of a case, played in process or by the real clock, as the outcome of a run: reports show both alike.
//!
//! In: the scenario, the subject in its place, and what came of its script. Out: an [`Outcome`] with a verdict on each step of the
//! call and all that crossed the line as a trace. The subject is the server of that trace if it answers, its caller if it calls.

use std::path::PathBuf;
use std::time::Duration;

use offhook_base::{Fingerprint, InPlace, SourceFile};
use offhook_clock::Instant;
use offhook_scenario::{Scenario, Subject};
use offhook_script::subject::{Crossed, Played, Sender};
use offhook_script::{Failure, Verdict as Ended};
use offhook_session::expect::expected_to_fail;
use offhook_session::{Outcome, StepOutcome, StepResult, Verdict};
use offhook_telephony::line_monitor::{LineMonitor, event_kind};
use offhook_telephony::trace::{End, Event, EventKind};

use crate::prove::{Place, script_of};

/// The seed of what needs none.
const SEED: u64 = 1;
/// What is said of a step that was done.
const DONE: &str = "done";

/// A case, and the subject that it is played against.
#[derive(Clone, Debug)]
pub struct Told<'a> {
    /// The case.
    pub scenario: &'a Scenario,
    /// The file it comes from.
    pub source: &'a SourceFile,
    /// Which end the subject is.
    pub end: Subject,
    /// Its name in reports.
    pub name: &'a str,
    /// What it is.
    pub subject: &'a InPlace,
    /// The line to it, in a word.
    pub line: &'a str,
    /// Where evidence goes; empty if there is none.
    pub evidence: PathBuf,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Came<'a> {
    /// It was played, and took so long. What is known beforehand is why it fails.
    Played {
        /// What came of the script.
        played: &'a Played,
        /// Real time.
        took: Duration,
        /// Why it is known to fail, if it is.
        known: Option<&'a str>,
    },
    /// It is not for this subject.
    NotRun {
        /// Why, in words.
        why: String,
    },
    /// It could not be played.
    Unplayable {
        /// What was tried, and what came instead.
        message: String,
        /// What to do.
        help: String,
    },
}

/// The outcome of a case.
pub fn outcome(told: &Told<'_>, came: &Came<'_>) -> Outcome {
    let blank = blank(told);
    match came {
        Came::NotRun { why } => {
            Outcome { verdict: Verdict::Skipped { reason: why.clone() }, evidence: PathBuf::new(), ..blank }
        }
        Came::Unplayable { message, help } => Outcome {
            verdict: Verdict::Error { message: message.clone(), details: Vec::new(), help: Some(help.clone()) },
            evidence: PathBuf::new(),
            ..blank
        },
        Came::Played { played, took, known } => {
            let places = script_of(told.scenario).map(|script| script.places).unwrap_or_default();
            let mut steps = steps(told.scenario, &places, played);
            if let Some(reason) = known {
                expect_failure(&mut steps, reason);
            }
            let failed = steps.iter().any(|step| matches!(step.result, StepResult::Failed { .. }));
            Outcome {
                verdict: if failed { Verdict::Failed } else { Verdict::Passed },
                virtual_time: Duration::from_micros(played.at.micros()),
                wall_time: *took,
                trace: trace(told, played, &steps),
                steps,
                ..blank
            }
        }
    }
}

fn blank(told: &Told<'_>) -> Outcome {
    let Told { scenario, source, name, subject, evidence, .. } = told;
    Outcome {
        fingerprint: Fingerprint {
            offhook: env!("CARGO_PKG_VERSION").to_owned(),
            stack: (*name).to_owned(),
            subject: Some((*subject).clone()),
            ..Fingerprint::default()
        },
        // No server has it: a subject stands in its place.
        etc: None,
        evidence: evidence.clone(),
        ..Outcome::blank(source, scenario, name, SEED, Verdict::Skipped { reason: String::new() })
    }
}

/// A verdict on each step of the call that has a part in the script.
fn steps(scenario: &Scenario, places: &[Place], played: &Played) -> Vec<StepOutcome> {
    let failure = match &played.verdict {
        Ended::Failed(failure) => Some(failure),
        Ended::Passed => None,
    };
    // What a subject dies of may come behind the last step.
    let failed_at = failure.map(|failure| failure.step.min(places.len().saturating_sub(1)));
    let mut told = Vec::new();
    let mut first = 0;
    for part in places.chunk_by(|one, other| one.step == other.step) {
        let range = first..first + part.len();
        first = range.end;
        let Some(place) = part.first() else { continue };
        let step = scenario.calls().next().and_then(|call| call.steps.get(place.step));
        let whole = step.map_or(place.span, |step| step.span);
        let (span, result) = match (failed_at, failure) {
            (Some(at), Some(failure)) if range.contains(&at) => (places[at].span, failed(failure, played.at)),
            (Some(at), _) if range.start > at => (whole, StepResult::NotReached),
            _ => {
                let at = played.done.get(range.end - 1).copied().unwrap_or(played.at);
                (whole, StepResult::Passed { at, shown: String::new() })
            }
        };
        let verb = step.map_or("packets", |step| step.verb.word()).to_owned();
        told.push(StepOutcome { call: 0, step: Some(place.step), verb, span, deviation: None, result });
    }
    told
}

fn failed(failure: &Failure, at: Instant) -> StepResult {
    let (expected, actual) = (failure.expected.clone(), failure.actual.clone());
    StepResult::Failed { at, expected, actual, notes: Vec::new(), hints: Vec::new() }
}

/// Some step is known to fail, for this reason: the one that did; or if none did the last, which should have.
fn expect_failure(steps: &mut [StepOutcome], reason: &str) {
    let failed = steps.iter().position(|step| matches!(step.result, StepResult::Failed { .. }));
    let place = failed.unwrap_or(steps.len().saturating_sub(1));
    if let Some(step) = steps.get_mut(place) {
        step.result = expected_to_fail(std::mem::replace(&mut step.result, StepResult::NotReached), reason);
        if let StepResult::Failed { expected, notes, .. } = &mut step.result {
            // It is recorded in a table, not in the scenario.
            *expected = format!("that it deviates, as recorded: {reason}");
            *notes = vec!["if the subject was fixed, write the table anew".to_owned()];
        }
    }
}

/// Everything in the order in which it happened.
fn trace(told: &Told<'_>, played: &Played, steps: &[StepOutcome]) -> Vec<Event> {
    let (subject, script) = match told.end {
        Subject::Answering => (End::Server, End::Caller),
        Subject::Calling => (End::Caller, End::Server),
    };
    let event = |(at, what)| Event { at, port: Some(told.line.to_owned()), call: Some(0), what };
    let crossed = crossed(&played.crossed, played.at, subject, script);
    let mut events: Vec<Event> = crossed.into_iter().map(event).collect();
    if let Some(at) = played.closed {
        events.push(event((at, EventKind::Cleared { by: subject, abrupt: false })));
    }
    for step in steps {
        let (at, passed, text) = match &step.result {
            StepResult::Passed { at, .. } => (*at, true, DONE.to_owned()),
            StepResult::Failed { at, expected, actual, .. } => {
                (*at, false, format!("expected {expected}, got {actual}"))
            }
            StepResult::ExpectedFailure { at, expected, actual, reason } => {
                (*at, false, format!("expected {expected}, got {actual}, as recorded: {reason}"))
            }
            StepResult::NotReached => continue,
        };
        let step = step.step.unwrap_or_default();
        events.push(event((at, EventKind::Step { step, passed, text })));
    }
    // What is of one moment stays in its order: octets, the end of the line, verdicts.
    events.sort_by_key(|event| event.at);
    events
}

/// Frames and text of both ends, each with its moment.
fn crossed(crossed: &[Crossed], end: Instant, subject: End, script: End) -> Vec<(Instant, EventKind)> {
    let mut monitor = LineMonitor::default();
    let mut events = Vec::new();
    for Crossed { at, by, octets } in crossed {
        pause(&mut monitor, *at, &mut events);
        let from = match by {
            Sender::Script => script,
            Sender::Subject => subject,
        };
        let mut rest = octets.as_slice();
        while let Some(item) = monitor.take(*at, from, &mut rest) {
            events.push((*at, event_kind(from, item)));
        }
    }
    pause(&mut monitor, end, &mut events);
    for from in [script, subject] {
        if let Some(item) = monitor.finish(from) {
            events.push((end, event_kind(from, item)));
        }
    }
    events
}

/// Text that a pause before this moment has shown to be text.
fn pause(monitor: &mut LineMonitor, before: Instant, events: &mut Vec<(Instant, EventKind)>) {
    while let Some(at) = monitor.poll_timeout().filter(|at| *at <= before) {
        let heard = events.len();
        for from in [End::Caller, End::Server] {
            if let Some(item) = monitor.handle_timeout(at, from) {
                events.push((at, event_kind(from, item)));
            }
        }
        if events.len() == heard {
            return;
        }
    }
}
