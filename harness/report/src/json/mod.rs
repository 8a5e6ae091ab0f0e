//! The JSON report: every outcome, for programs.
//!
//! In: the result of a run. Out: one JSON object, ended by a newline, keys always in this order. [`read()`] takes it back in:
//! together with the traces in the evidence ([`crate::evidence::saved`]) nothing is lost.
//!
//! ```text
//! { "format": 2,                      grows only when something is removed or changes its meaning
//!   "offhook": "0.1.0",
//!   "exit_code": 1,                   0, 1, 3 or 130, see the exit codes
//!   "ended": "completed",             or "failed-fast" (--fail-fast), "interrupted"
//!   "passed": 3, "failed": 1, "errors": 0, "skipped": 0, "not_run": 0,
//!   "expected_failures": 2,           steps that failed as the scenario expects of the server; their scenarios pass
//!   "virtual_us": 381400000,          sum over all outcomes
//!   "wall_ms": 1320,                  from the first scenario's start to the last one's end
//!   "out": "/home/a/offhook-out",     the directory of all evidence
//!   "shard": { "index": 1, "total": 4 },   which share of a run this is, from 1; absent if it is all of it
//!   "outcomes": [ {
//!       "file": "scenarios/idle.kdl", as the user gave it
//!       "line": 1, "column": 10,      of the name, from 1, columns in characters
//!       "offset": 9, "length": 12,    the same in octets, from 0
//!       "name": "...", "specs": ["..."], "tags": ["..."], "stack": "bookworm", "seed": 1,
//!       "conformance": {              which case of a conformance suite it is; absent if it is none
//!           "case": "LCP-5.8-01.a", "level": "must", "subject": "answering",
//!           "own": "..." },           what offhook's own end does otherwise, if it does
//!       "case": "rings=2",            which case of a table it is; null: its scenario has none
//!       "variables": [ { "name": "rings", "value": "2", "set": false } ],
//!                                     what its variables are, as texts; "set": by --set
//!       "verdict": "passed"           or "failed"
//!                  "error"            with "message", "details": ["..."], "help": "..." or null
//!                  "skipped"          with "reason": what the stack lacks
//!                  "not-run"          with "reason": "failed-fast" or "interrupted"
//!       "virtual_us": 381400000,      time that passed in the guest, microseconds
//!       "wall_ms": 1320,              time that passed outside, milliseconds
//!       "boot_us": 38211,             of which until the guest's process 1 ran; absent if it never did
//!       "evidence": "offhook-out/...", absent if it did not run
//!       "fingerprint": {
//!           "offhook", "kernel",
//!           "kernel_sha256",          of the image as it is on disk
//!           "stack", "packages": [],
//!           "stack_sha256",           over names and hashes of the packages
//!           "files_sha256",           over the stack's files as they are on disk
//!           "made": {                 how a stack of the scenario file's own was made; absent for others
//!               "from": "trixie",
//!               "sha256": "..." },    over what it is from and the files that were put into it
//!           "subject": {              what stands in the place of a stack; absent if nothing does
//!               "by": "exec ./my-ppp",   how it is reached
//!               "options": ["..."] },    of the command, for the same again
//!           "kernel_changed": false,  true: the image is not the one that was built
//!           "changed": {              files of the stack that are not as they were built
//!               "count": 1,
//!               "files": [ {          the first 20 of them, by path
//!                   "file": "/usr/sbin/pppd",
//!                   "change": "contents", "mode", "type", "added" or "missing"
//!               } ] } },
//!       "etc": null,                  or, of `server etc=`: "from", "files", "octets", "left_out": [ { "path", "why" } ]
//!       "steps": [ {
//!           "call": 0, "step": 0,     from 0; a null step: the port was not ready for the call
//!           "verb": "expect-answer", "line": 20, "column": 9, "offset": 612, "length": 21,
//!           "deviation": null,        or why something else is expected on this stack
//!           "result": "passed"        with "at_us", "shown"
//!                     "failed"        with "at_us", "expected", "actual", "notes": ["..."], "hints": ["..."]
//!                     "expected-failure" with "at_us", "expected", "actual", "reason"
//!                     "not-reached"
//!       } ],
//!       "calls": [ {                  what came of each call, whatever was expected of it
//!           "call": 0,
//!           "placed": true,           false if it was never made
//!           "busy": false,            the called line was busy
//!           "rings": 2, "answered": true,
//!           "rate": 33600,            bit/s of CONNECT; null if there was no carrier
//!           "lcp": true,              LCP was opened
//!           "asked": "pap",           by what the server asked last who the caller is, as in "auth"; or null
//!           "auth": {                 null if it did not end
//!               "result": "accepted", "refused" or "not-asked"
//!               "protocol": "pap",    "chap", "ms-chap", "ms-chap-v2", "eap" or null
//!               "message": "Login ok" },
//!           "local": "192.168.32.105", "peer": "192.168.32.1", or null
//!           "interface": [ ... ],     the server's interface as its kernel had it: its own address, its peer's; or null
//!           "dns": ["9.9.9.9"],
//!           "login": null,            true: a text login got to a shell or program; false: it did not
//!           "text": "",               what the server sent outside PPP, control characters as escapes
//!           "state": "...",           what state the call was in when it ended, in words
//!           "terminated": "Link inactive" or null: the text of the server's Terminate-Request
//!           "ended": "idle" or null:  why the server ended the call ("authentication", "connect-time", "no-echo", "carrier",
//!                                     "other"); null: it did not
//!           "moments": { "placed_us", "answered_us", "up_us", "ended_us" }, each null if it did not happen
//!           "last_words": {           what the server's programs said last of the call, or null
//!               "program": "pppd",
//!               "pid": 33,            or null where the log does not tell
//!               "lines": ["..."],
//!               "ended": "status 2 (its options are wrong)" or null }
//!       } ]
//!   } ],
//!   "sources": [ { "file", "text" } ] each file that an outcome names, once
//! }
//! ```
//!
//! Virtual times are exact and the same in every run; wall times are not: to compare reports, leave out every
//! `wall_ms` and `boot_us` (`jq 'del(.. | .wall_ms?, .boot_us?)'`). `outcome.json` in the evidence is an object of
//! `outcomes` with `format` before it and none of `wall_ms`, `boot_us` and `evidence`; `scenario.kdl` beside it is its source.

mod document;
mod read;

use std::collections::BTreeSet;
use std::path::Path;

pub use document::{Report, ReportedOutcome, ReportedResult, ReportedShard, ReportedSource, ReportedStep};
pub use read::{Unreadable, read, read_one};
use serde::Serialize;

use super::run::{Counts, RunResult};
use offhook_session::{Outcome, Verdict};

/// Version of the format; see the module documentation.
pub const FORMAT: u32 = 2;

/// Writes the report of a run whose evidence is in `out`.
///
/// # Errors
///
/// None that an outcome could cause; JSON can hold every one of them.
pub fn report(result: &RunResult, fail_on_skip: bool, out: &Path) -> serde_json::Result<String> {
    report_of_shard(result, fail_on_skip, out, None)
}

/// The same, of one share of a run.
///
/// # Errors
///
/// As for [`report`].
pub fn report_of_shard(
    result: &RunResult,
    fail_on_skip: bool,
    out: &Path,
    shard: Option<ReportedShard>,
) -> serde_json::Result<String> {
    let Counts { passed, failed, errors, skipped, not_run, expected_failures } = result.counts();
    let outcomes = &result.outcomes;
    let report = Report {
        format: FORMAT,
        offhook: env!("CARGO_PKG_VERSION").to_owned(),
        exit_code: result.exit_code(fail_on_skip),
        ended: result.ended,
        passed,
        failed,
        errors,
        skipped,
        not_run,
        expected_failures,
        virtual_us: outcomes.iter().map(|outcome| document::micros(outcome.virtual_time)).fold(0, u64::saturating_add),
        wall_ms: document::millis(result.wall),
        out: out.display().to_string(),
        shard,
        outcomes: outcomes.iter().map(|outcome| timed(outcome)).collect(),
        sources: sources(result),
    };
    pretty(&report)
}

/// Writes one outcome without its wall time and its place: the same for every run that agrees.
///
/// # Errors
///
/// As for [`report`].
pub fn one(outcome: &Outcome) -> serde_json::Result<String> {
    pretty(&ReportedOutcome { format: Some(FORMAT), ..ReportedOutcome::of(outcome) })
}

/// An outcome with what differs between runs that agree.
fn timed(outcome: &Outcome) -> ReportedOutcome {
    ReportedOutcome {
        wall_ms: Some(document::millis(outcome.wall_time)),
        boot_us: outcome.boot_time.map(document::micros),
        evidence: has_evidence(outcome).then(|| outcome.evidence.display().to_string()),
        ..ReportedOutcome::of(outcome)
    }
}

/// Whether it has a directory of its own: what did not run has none, nor what is played in process and as expected.
fn has_evidence(outcome: &Outcome) -> bool {
    !matches!(outcome.verdict, Verdict::NotRun { .. }) && !outcome.evidence.as_os_str().is_empty()
}

/// Each file once, in the order of the outcomes.
fn sources(result: &RunResult) -> Vec<ReportedSource> {
    let mut seen = BTreeSet::new();
    let files = result.outcomes.iter().map(|outcome| &outcome.source).filter(|source| seen.insert(source.path.clone()));
    files
        .map(|source| ReportedSource { file: source.path.display().to_string(), text: source.text.to_string() })
        .collect()
}

/// The JSON schema of what [`report`] writes.
///
/// # Errors
///
/// None.
#[cfg(feature = "schema")]
pub fn schema() -> serde_json::Result<String> {
    offhook_base::json_schema::<Report>("run", FORMAT)
}

/// The JSON schema of what [`one`] writes.
///
/// # Errors
///
/// None.
#[cfg(feature = "schema")]
pub fn schema_of_one() -> serde_json::Result<String> {
    offhook_base::json_schema::<ReportedOutcome>("outcome", FORMAT)
}

fn pretty(value: &impl Serialize) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    Ok(text)
}
