//! The JSON report: every outcome, for programs.
//!
//! In: outcomes. Out: one JSON object, ended by a newline, keys always in this order.
//!
//! ```text
//! { "format": 1,                      grows only when something is removed or changes its meaning
//!   "offhook": "0.1.0",
//!   "exit_code": 1,                   0, 1 or 3, see the exit codes
//!   "met": 3, "not_met": 1, "errors": 0, "skipped": 0,
//!   "known_failures": 2,              steps that failed as is known of the server; their scenarios are met
//!   "virtual_us": 381400000,          sum over all outcomes
//!   "wall_ms": 1320,                  from the first scenario's start to the last one's end
//!   "outcomes": [ {
//!       "file": "scenarios/idle.kdl", as the user gave it
//!       "line": 1, "column": 10,      of the name, from 1, columns in characters
//!       "name": "...", "specs": ["..."], "stack": "bookworm", "seed": 1,
//!       "verdict": "met"              or "not-met"
//!                  "error"            with "message", "details": ["..."], "help": "..." or null
//!                  "skipped"          with "reason"
//!       "virtual_us": 381400000,      time that passed in the guest, microseconds
//!       "wall_ms": 1320,              time that passed outside, milliseconds
//!       "boot_us": 38211,             of which until the guest's process 1 ran; absent if it never did
//!       "evidence": "offhook-out/...",
//!       "fingerprint": { "offhook", "kernel", "kernel_sha256", "stack", "packages": [], "stack_sha256" },
//!       "steps": [ {
//!           "call": 0, "step": 0,     from 0
//!           "verb": "expect-answer", "line": 20, "column": 9,
//!           "deviation": null,        or why something else is expected on this stack
//!           "result": "met"           with "at_us", "shown"
//!                     "not-met"       with "at_us", "expected", "actual", "notes": ["..."]
//!                     "fails-as-known" with "at_us", "expected", "actual", "reason"
//!                     "not-reached"
//!       } ],
//!       "calls": [ {                  what came of each call, whatever was expected of it
//!           "call": 0,
//!           "placed": true,           false if it was never made
//!           "busy": false,            the called line was busy
//!           "rings": 2, "answered": true,
//!           "rate": 33600,            bit/s of CONNECT; null if there was no carrier
//!           "lcp": true,              LCP was opened
//!           "auth": {                 null if it did not end
//!               "result": "accepted", "refused" or "not-asked"
//!               "protocol": "pap",    "chap" or null
//!               "message": "Login ok" },
//!           "local": "192.168.32.105", "peer": "192.168.32.1", or null
//!           "dns": ["9.9.9.9"],
//!           "login": null,            true: a text login got to a shell or program; false: it did not
//!           "text": "",               what the server sent outside PPP, control characters as escapes
//!           "state": "...",           what state the call was in when it ended, in words
//!           "terminated": "Link inactive" or null: the text of the server's Terminate-Request
//!       } ]
//!   } ]
//! }
//! ```
//!
//! Virtual times are exact and the same in every run; wall times are not: to compare reports, leave out every
//! `wall_ms` and `boot_us` (`jq 'del(.. | .wall_ms?, .boot_us?)'`). `outcome.json` in the evidence is an object of
//! `outcomes` with `format` before it and none of `wall_ms`, `boot_us` and `evidence`.

use std::time::Duration;

use serde::Serialize;

use super::{Position, exit_code, known_failures};
use crate::run::{CallSummary, Fingerprint, Outcome, StepOutcome, StepResult, Verdict};

/// Version of the format; see the module documentation.
pub const FORMAT: u32 = 1;

/// Writes the report over `outcomes`, which took `wall` from start to end.
///
/// # Errors
///
/// None that an outcome could cause; JSON can hold every one of them.
pub fn report(outcomes: &[Outcome], wall: Duration, fail_on_skip: bool) -> serde_json::Result<String> {
    let count = |matches: fn(&Verdict) -> bool| outcomes.iter().filter(|outcome| matches(&outcome.verdict)).count();
    let report = Report {
        format: FORMAT,
        offhook: env!("CARGO_PKG_VERSION"),
        exit_code: exit_code(outcomes, fail_on_skip),
        met: count(|verdict| matches!(verdict, Verdict::Met)),
        not_met: count(|verdict| matches!(verdict, Verdict::NotMet)),
        errors: count(|verdict| matches!(verdict, Verdict::Error { .. })),
        skipped: count(|verdict| matches!(verdict, Verdict::Skipped { .. })),
        known_failures: outcomes.iter().flat_map(known_failures).count(),
        virtual_us: outcomes.iter().map(|outcome| micros(outcome.virtual_time)).fold(0, u64::saturating_add),
        wall_ms: millis(wall),
        outcomes: outcomes
            .iter()
            .map(|outcome| One {
                wall_ms: Some(millis(outcome.wall_time)),
                boot_us: outcome.boot_time.map(micros),
                evidence: Some(outcome.evidence.display().to_string()),
                ..One::new(outcome)
            })
            .collect(),
    };
    pretty(&report)
}

/// Writes one outcome without its wall time and its place: the same for every run that agrees.
///
/// # Errors
///
/// As for [`report`].
pub fn one(outcome: &Outcome) -> serde_json::Result<String> {
    pretty(&One { format: Some(FORMAT), ..One::new(outcome) })
}

fn pretty(value: &impl Serialize) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    Ok(text)
}

#[derive(Serialize)]
struct Report<'a> {
    format: u32,
    offhook: &'static str,
    exit_code: u8,
    met: usize,
    not_met: usize,
    errors: usize,
    skipped: usize,
    known_failures: usize,
    virtual_us: u64,
    wall_ms: u64,
    outcomes: Vec<One<'a>>,
}

#[derive(Serialize)]
struct One<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<u32>,
    file: String,
    line: usize,
    column: usize,
    name: &'a str,
    specs: &'a [String],
    stack: &'a str,
    seed: u64,
    #[serde(flatten)]
    verdict: &'a Verdict,
    virtual_us: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    wall_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    boot_us: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<String>,
    fingerprint: &'a Fingerprint,
    steps: Vec<Step<'a>>,
    calls: &'a [CallSummary],
}

impl<'a> One<'a> {
    fn new(outcome: &'a Outcome) -> Self {
        let Position { line, column } = Position::of(&outcome.source.text, outcome.span.offset);
        Self {
            format: None,
            file: outcome.source.path.display().to_string(),
            line,
            column,
            name: &outcome.name,
            specs: &outcome.specs,
            stack: &outcome.stack,
            seed: outcome.seed,
            verdict: &outcome.verdict,
            virtual_us: micros(outcome.virtual_time),
            wall_ms: None,
            boot_us: None,
            evidence: None,
            fingerprint: &outcome.fingerprint,
            steps: outcome.steps.iter().map(|step| Step::new(step, &outcome.source.text)).collect(),
            calls: &outcome.calls,
        }
    }
}

#[derive(Serialize)]
struct Step<'a> {
    call: usize,
    step: usize,
    verb: &'a str,
    line: usize,
    column: usize,
    deviation: Option<&'a str>,
    #[serde(flatten)]
    result: Shown<'a>,
}

/// [`StepResult`] with the unit in the key; the format of the job files may change, this one may not.
#[derive(Serialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
enum Shown<'a> {
    Met { at_us: u64, shown: &'a str },
    NotMet { at_us: u64, expected: &'a str, actual: &'a str, notes: &'a [String] },
    FailsAsKnown { at_us: u64, expected: &'a str, actual: &'a str, reason: &'a str },
    NotReached,
}

impl<'a> Step<'a> {
    fn new(step: &'a StepOutcome, source: &str) -> Self {
        let Position { line, column } = Position::of(source, step.span.offset);
        let result = match &step.result {
            StepResult::Met { at, shown } => Shown::Met { at_us: at.micros(), shown },
            StepResult::NotMet { at, expected, actual, notes } => {
                Shown::NotMet { at_us: at.micros(), expected, actual, notes }
            }
            StepResult::FailsAsKnown { at, expected, actual, reason } => {
                Shown::FailsAsKnown { at_us: at.micros(), expected, actual, reason }
            }
            StepResult::NotReached => Shown::NotReached,
        };
        Self {
            call: step.call,
            step: step.step,
            verb: &step.verb,
            line,
            column,
            deviation: step.deviation.as_deref(),
            result,
        }
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
