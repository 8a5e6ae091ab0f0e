//! The outcome of a scenario as plain data: all that reports may see.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use offhook_emulator::time::Instant;
use offhook_emulator::trace::Event;
use serde::{Deserialize, Serialize};

use crate::scenario::{AuthProtocol, AuthResult, Span};

/// What ran: the versions and hashes that make two outcomes comparable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Version of offhook.
    pub offhook: String,
    /// Kernel release, `7.3.4`.
    pub kernel: String,
    /// SHA-256 of the kernel image, in hexadecimal.
    pub kernel_sha256: String,
    /// Stack name, `bookworm`.
    pub stack: String,
    /// Versions of the packages that matter, `mgetty 1.2.1-1.2`, in order.
    pub packages: Vec<String>,
    /// SHA-256 over names and hashes of all packages of the stack, in hexadecimal.
    pub stack_sha256: String,
}

/// A scenario file's name and text, kept for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// As the user gave it.
    pub path: PathBuf,
    /// Its text.
    pub text: Arc<str>,
}

/// What came of one call, whatever was expected of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// How authentication ended.
    pub auth: Option<AuthSummary>,
    /// The caller's address.
    pub local: Option<Ipv4Addr>,
    /// The server's address.
    pub peer: Option<Ipv4Addr>,
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
}

/// How authentication ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Where the name stands.
    pub span: Span,
    /// The rules it checks.
    pub specs: Vec<String>,
    /// The stack.
    pub stack: String,
    /// The seed.
    pub seed: u64,
    /// How it ended.
    pub verdict: Verdict,
    /// Steps in order, over all calls; those after the first that was not met are [`StepResult::NotReached`].
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
    /// All that happened.
    pub trace: Vec<Event>,
    /// Directory with capture, transcript, logs and files.
    pub evidence: PathBuf,
}

/// How a scenario ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// Every expectation was met.
    Met,
    /// An expectation was not met; the step says which.
    NotMet,
    /// The lab or the stack could not run it.
    Error {
        /// What was being done and what came instead, one sentence.
        message: String,
        /// More: the kernel's last lines, say.
        details: Vec<String>,
        /// What to do.
        help: Option<String>,
    },
    /// It was not run.
    Skipped {
        /// Why.
        reason: String,
    },
}

/// How one step went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepOutcome {
    /// Number of the call, from 0.
    pub call: usize,
    /// Number of the step within the call, from 0.
    pub step: usize,
    /// The verb's word.
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
    /// Done, or expectation met.
    Met {
        /// When.
        at: Instant,
        /// What was shown, in a few words: `answered after 2 rings`. Empty if nothing was asserted.
        shown: String,
    },
    /// Not met.
    NotMet {
        /// When this was known.
        at: Instant,
        /// What the scenario expects: `off hook after 2 rings`.
        expected: String,
        /// What came: `off hook after 1 ring`.
        actual: String,
        /// What else bears on it, a line each.
        notes: Vec<String>,
    },
    /// Not met, as is known of this server. The call ends here.
    FailsAsKnown {
        /// When this was known.
        at: Instant,
        /// What the scenario expects.
        expected: String,
        /// What came.
        actual: String,
        /// Why the server fails.
        reason: String,
    },
    /// An earlier step of the call was not met.
    NotReached,
}
