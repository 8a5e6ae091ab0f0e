//! The outcome of a scenario as plain data: all that reports may see.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;

use offhook_base::{Fingerprint, SourceFile};

use offhook_clock::Instant;
use offhook_telephony::trace::Event;
use serde::{Deserialize, Serialize};

use crate::server_words::ServerWords;
use offhook_base::Span;
use offhook_scenario::{AuthProtocol, AuthResult, Conformance, EtcTaken, Reason, Scenario, Variant};

/// What came of one call, whatever was expected of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CallSummary {
    /// Number of the call, from 0.
    pub call: usize,
    /// Whether it was placed at all.
    pub placed: bool,
    /// The called line was busy.
    pub busy: bool,
    /// Rings until the answer, or until the caller gave up.
    pub rings: u32,
    /// Whether the server answered.
    pub answered: bool,
    /// The rate of CONNECT in bit/s, if it came so far.
    pub rate: Option<u32>,
    /// Whether LCP was opened.
    pub lcp: bool,
    /// By what the server asked last who the caller is, if it asked by a protocol that has a name here.
    #[serde(default)]
    pub asked: Option<AuthProtocol>,
    /// How authentication ended.
    pub auth: Option<AuthSummary>,
    /// The caller's address.
    pub local: Option<Ipv4Addr>,
    /// The server's address.
    pub peer: Option<Ipv4Addr>,
    /// The addresses of the server's own interface for the call, its own and its peer's, as its kernel had them.
    #[serde(default)]
    pub interface: Option<(Ipv4Addr, Ipv4Addr)>,
    /// DNS servers the caller was given.
    pub dns: Vec<Ipv4Addr>,
    /// Whether a text login got to a shell or program.
    pub login: Option<bool>,
    /// Text the server sent outside PPP, with control characters written as escapes.
    pub text: String,
    /// What state the call was in when it ended, in words.
    pub state: String,
    /// The text of the server's Terminate-Request.
    pub terminated: Option<String>,
    /// Why the server ended the call; `None`: it did not, or the call was never answered.
    #[serde(default)]
    pub ended: Option<Reason>,
    /// When what happened.
    #[serde(default)]
    pub moments: Moments,
    /// What the server's programs said last of it, or the warning that they gave while it goes on.
    #[serde(default)]
    pub last_words: Option<ServerWords>,
}

/// When what happened in a call; `None`: it did not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Moments {
    /// The exchange began to ring.
    #[serde(rename = "placed_us")]
    pub placed: Option<Instant>,
    /// The server's modem went off hook.
    #[serde(rename = "answered_us")]
    pub answered: Option<Instant>,
    /// The network came up, in the server's kernel where that was seen.
    #[serde(rename = "up_us")]
    pub up: Option<Instant>,
    /// Either end hung up, or carrier was lost.
    #[serde(rename = "ended_us")]
    pub ended: Option<Instant>,
}

/// How authentication ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuthSummary {
    /// Accepted, refused or not asked for.
    pub result: AuthResult,
    /// By which protocol; `None` if none was asked for or agreed on.
    pub protocol: Option<AuthProtocol>,
    /// The server's message.
    pub message: String,
}

/// One scenario, run once on one stack with one seed.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The file it comes from.
    pub source: SourceFile,
    /// Its name.
    pub name: String,
    /// Where the name stands, or the case of a table.
    pub span: Span,
    /// Which case of a table it is, and what its variables are.
    pub variant: Variant,
    /// The rules it checks.
    pub specs: Vec<String>,
    /// What it is tagged with.
    pub tags: Vec<String>,
    /// Which case of a conformance suite it is.
    pub conformance: Option<Conformance>,
    /// The stack, or the name of what stands in its place.
    pub stack: String,
    /// The seed.
    pub seed: u64,
    /// How it ended.
    pub verdict: Verdict,
    /// Steps in order, over all calls; those after the first that failed are [`StepResult::NotReached`].
    pub steps: Vec<StepOutcome>,
    /// What came of every call, in order.
    pub calls: Vec<CallSummary>,
    /// Time that passed in the guest.
    pub virtual_time: Duration,
    /// Time that passed outside, boot included.
    pub wall_time: Duration,
    /// From the guest's start to the first sign of life of its process 1.
    pub boot_time: Option<Duration>,
    /// What ran.
    pub fingerprint: Fingerprint,
    /// What its server's `/etc` is made of, if it was given one.
    pub etc: Option<EtcTaken>,
    /// All that happened.
    pub trace: Vec<Event>,
    /// Directory with capture, transcript, logs and files.
    pub evidence: PathBuf,
}

impl Outcome {
    /// That of a scenario of which nothing is known but its verdict.
    pub fn blank(source: &SourceFile, scenario: &Scenario, stack: &str, seed: u64, verdict: Verdict) -> Self {
        Self {
            source: source.clone(),
            name: scenario.name.clone(),
            span: scenario.span,
            variant: scenario.variant.clone(),
            specs: scenario.specs.clone(),
            tags: scenario.tags.clone(),
            conformance: scenario.conformance.clone(),
            stack: stack.to_owned(),
            seed,
            verdict,
            steps: Vec::new(),
            calls: Vec::new(),
            virtual_time: Duration::ZERO,
            wall_time: Duration::ZERO,
            boot_time: None,
            fingerprint: Fingerprint::default(),
            etc: scenario.server.taken.clone(),
            trace: Vec::new(),
            evidence: PathBuf::new(),
        }
    }
}

/// How a scenario ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// Every step passed or failed as expected of this server.
    Passed,
    /// A step failed; its result says why.
    Failed,
    /// The lab or the stack could not run it.
    Error {
        /// What was being done and what came instead, one sentence.
        message: String,
        /// More: the kernel's last lines, say.
        details: Vec<String>,
        /// What to do.
        help: Option<String>,
    },
    /// The stack lacks what it needs.
    Skipped {
        /// What it lacks, one sentence.
        reason: String,
    },
    /// The run ended before it did.
    NotRun {
        /// Why the run ended.
        reason: Ended,
    },
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// Everything that was planned ran.
    Completed,
    /// Something failed or could not run, and the run was to stop there.
    FailedFast,
    /// Whoever started it stopped it.
    Interrupted,
}

/// How one step went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepOutcome {
    /// Number of the call, from 0.
    pub call: usize,
    /// Number of the step within the call, from 0; `None`: what comes before the first, the port being ready for the call.
    pub step: Option<usize>,
    /// The verb's word; `call` before the first step.
    pub verb: String,
    /// Where it stands in the source.
    pub span: Span,
    /// Why something else than usual is expected on this stack, if so.
    pub deviation: Option<String>,
    /// How it went.
    pub result: StepResult,
}

/// The result of one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum StepResult {
    /// Done, or what was expected came.
    Passed {
        /// When.
        at: Instant,
        /// What was shown, in a few words: `answered after 2 rings`. Empty if nothing was asserted.
        shown: String,
    },
    /// Something else came than what was expected.
    Failed {
        /// When this was known.
        at: Instant,
        /// What the scenario expects: `off hook after 2 rings`.
        expected: String,
        /// What came: `off hook after 1 ring`.
        actual: String,
        /// What else bears on it, a line each.
        notes: Vec<String>,
        /// Known quirks of servers that may explain it, a line each.
        #[serde(default)]
        hints: Vec<String>,
    },
    /// It failed as the scenario says this server does. The call ends here.
    ExpectedFailure {
        /// When this was known.
        at: Instant,
        /// What the scenario expects.
        expected: String,
        /// What came.
        actual: String,
        /// Why the server fails.
        reason: String,
    },
    /// An earlier step of the call failed.
    NotReached,
}
