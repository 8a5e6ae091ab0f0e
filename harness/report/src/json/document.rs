//! The JSON report as types: what is written and what is read back are the same.
//!
//! In: an [`Outcome`]. Out: [`ReportedOutcome`], and back again with the text of its source. What the keys mean stands in the
//! documentation of [the module](super).

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Position;
use offhook_base::{Fingerprint, SourceFile, Span};
use offhook_clock::Instant;
use offhook_scenario::{Conformance, EtcTaken, Variable, Variant};
use offhook_session::{CallSummary, Ended, Outcome, StepOutcome, StepResult, Verdict};

/// The report of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// Version of the format.
    pub format: u32,
    /// Version of offhook.
    pub offhook: String,
    /// The exit code of the run.
    pub exit_code: u8,
    /// Why it ended.
    pub ended: Ended,
    /// Scenarios that passed.
    pub passed: usize,
    /// Scenarios that failed.
    pub failed: usize,
    /// Scenarios that could not run.
    pub errors: usize,
    /// Scenarios that were skipped.
    pub skipped: usize,
    /// Scenarios that did not run because the run ended before.
    pub not_run: usize,
    /// Steps that failed as expected.
    pub expected_failures: usize,
    /// Virtual time of all outcomes, microseconds.
    pub virtual_us: u64,
    /// Real time of the run, milliseconds.
    pub wall_ms: u64,
    /// The directory of all evidence.
    #[serde(default)]
    pub out: String,
    /// Which share of a run this is, if it is not all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<ReportedShard>,
    /// All outcomes, in the order of the plan.
    pub outcomes: Vec<ReportedOutcome>,
    /// The files that they come from.
    #[serde(default)]
    pub sources: Vec<ReportedSource>,
}

/// One of several shares of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReportedShard {
    /// Which, from 1.
    pub index: u32,
    /// Of how many.
    pub total: u32,
}

/// A file of scenarios.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReportedSource {
    /// As the user gave it.
    pub file: String,
    /// What is in it.
    pub text: String,
}

/// One outcome.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReportedOutcome {
    /// Version of the format, where it stands alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<u32>,
    /// The scenario's file, as the user gave it.
    pub file: String,
    /// Line of the name, from 1.
    pub line: usize,
    /// Column of the name, from 1, in characters.
    pub column: usize,
    /// Octets before the name.
    #[serde(default)]
    pub offset: usize,
    /// Octets of the name.
    #[serde(default)]
    pub length: usize,
    /// The scenario's name.
    pub name: String,
    /// What it checks.
    pub specs: Vec<String>,
    /// What it is tagged with.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Which case of a conformance suite it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conformance: Option<Conformance>,
    /// The stack.
    pub stack: String,
    /// The seed.
    pub seed: u64,
    /// Which case of a table it is.
    pub case: Option<String>,
    /// What its variables are.
    pub variables: Vec<Variable>,
    /// How it ended.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Time that passed in the guest, microseconds.
    pub virtual_us: u64,
    /// Time that passed outside, milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wall_ms: Option<u64>,
    /// Until process 1 of the guest ran, microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot_us: Option<u64>,
    /// The directory of its evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// What ran.
    pub fingerprint: Fingerprint,
    /// What its server's `/etc` is made of, if it was given one.
    pub etc: Option<EtcTaken>,
    /// Its steps, in order.
    pub steps: Vec<ReportedStep>,
    /// What came of every call.
    pub calls: Vec<CallSummary>,
}

/// One step.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReportedStep {
    /// Number of the call, from 0.
    pub call: usize,
    /// Number of the step within the call, from 0; `None`: the port was not ready for the call.
    pub step: Option<usize>,
    /// Its verb.
    pub verb: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// Octets before it.
    #[serde(default)]
    pub offset: usize,
    /// Octets in it.
    #[serde(default)]
    pub length: usize,
    /// Why something else is expected on this stack.
    pub deviation: Option<String>,
    /// How it went.
    #[serde(flatten)]
    pub result: ReportedResult,
}

/// [`StepResult`] with the unit in the key; the format of the job files may change, this one may not.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum ReportedResult {
    /// Done, or what was expected came.
    Passed {
        /// When, microseconds.
        at_us: u64,
        /// What was shown.
        shown: String,
    },
    /// Something else came.
    Failed {
        /// When, microseconds.
        at_us: u64,
        /// What was expected.
        expected: String,
        /// What came.
        actual: String,
        /// What else bears on it.
        notes: Vec<String>,
        /// Known quirks that may explain it.
        #[serde(default)]
        hints: Vec<String>,
    },
    /// It failed as the scenario says.
    ExpectedFailure {
        /// When, microseconds.
        at_us: u64,
        /// What was expected.
        expected: String,
        /// What came.
        actual: String,
        /// Why.
        reason: String,
    },
    /// An earlier step of the call failed.
    NotReached,
}

impl ReportedOutcome {
    /// What is the same in every run that agrees.
    pub fn of(outcome: &Outcome) -> Self {
        let Position { line, column } = Position::of(&outcome.source.text, outcome.span.offset);
        Self {
            format: None,
            file: outcome.source.path.display().to_string(),
            line,
            column,
            offset: outcome.span.offset,
            length: outcome.span.len,
            name: outcome.name.clone(),
            specs: outcome.specs.clone(),
            tags: outcome.tags.clone(),
            conformance: outcome.conformance.clone(),
            stack: outcome.stack.clone(),
            seed: outcome.seed,
            case: outcome.variant.case.clone(),
            variables: outcome.variant.variables.clone(),
            verdict: outcome.verdict.clone(),
            virtual_us: micros(outcome.virtual_time),
            wall_ms: None,
            boot_us: None,
            evidence: None,
            fingerprint: outcome.fingerprint.clone(),
            etc: outcome.etc.clone(),
            steps: outcome.steps.iter().map(|step| ReportedStep::of(step, &outcome.source.text)).collect(),
            calls: outcome.calls.clone(),
        }
    }

    /// The outcome, with its source and without its trace.
    pub fn into_outcome(self, source: Arc<str>) -> Outcome {
        Outcome {
            source: SourceFile { path: PathBuf::from(self.file), text: source },
            name: self.name,
            span: Span { offset: self.offset, len: self.length },
            variant: Variant { case: self.case, variables: self.variables },
            specs: self.specs,
            tags: self.tags,
            conformance: self.conformance,
            stack: self.stack,
            seed: self.seed,
            verdict: self.verdict,
            steps: self.steps.into_iter().map(ReportedStep::into_step).collect(),
            calls: self.calls,
            virtual_time: Duration::from_micros(self.virtual_us),
            wall_time: Duration::from_millis(self.wall_ms.unwrap_or(0)),
            boot_time: self.boot_us.map(Duration::from_micros),
            fingerprint: self.fingerprint,
            etc: self.etc,
            trace: Vec::new(),
            evidence: self.evidence.map(PathBuf::from).unwrap_or_default(),
        }
    }
}

impl ReportedStep {
    fn of(step: &StepOutcome, source: &str) -> Self {
        let Position { line, column } = Position::of(source, step.span.offset);
        let result = match step.result.clone() {
            StepResult::Passed { at, shown } => ReportedResult::Passed { at_us: at.micros(), shown },
            StepResult::Failed { at, expected, actual, notes, hints } => {
                ReportedResult::Failed { at_us: at.micros(), expected, actual, notes, hints }
            }
            StepResult::ExpectedFailure { at, expected, actual, reason } => {
                ReportedResult::ExpectedFailure { at_us: at.micros(), expected, actual, reason }
            }
            StepResult::NotReached => ReportedResult::NotReached,
        };
        Self {
            call: step.call,
            step: step.step,
            verb: step.verb.clone(),
            line,
            column,
            offset: step.span.offset,
            length: step.span.len,
            deviation: step.deviation.clone(),
            result,
        }
    }

    fn into_step(self) -> StepOutcome {
        let result = match self.result {
            ReportedResult::Passed { at_us, shown } => StepResult::Passed { at: Instant::from_micros(at_us), shown },
            ReportedResult::Failed { at_us, expected, actual, notes, hints } => {
                StepResult::Failed { at: Instant::from_micros(at_us), expected, actual, notes, hints }
            }
            ReportedResult::ExpectedFailure { at_us, expected, actual, reason } => {
                StepResult::ExpectedFailure { at: Instant::from_micros(at_us), expected, actual, reason }
            }
            ReportedResult::NotReached => StepResult::NotReached,
        };
        let span = Span { offset: self.offset, len: self.length };
        StepOutcome { call: self.call, step: self.step, verb: self.verb, span, deviation: self.deviation, result }
    }
}

pub(super) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

pub(super) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
