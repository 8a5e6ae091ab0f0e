//! A call and its steps, and where some server is known to differ or to fail.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use offhook_telephony::modem::Personality;

use super::{Span, Verb};

/// Rings after which a caller gives up if nothing is said.
pub const PATIENCE: u32 = 12;

/// One call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Where it stands.
    pub span: Span,
    /// Number delivered as caller ID: digits, `P` (withheld) or `O` (out of area); `None`: no number line.
    /// Neither number nor name: no caller ID is delivered at all.
    pub from: Option<String>,
    /// Name delivered as caller ID, likewise.
    pub name: Option<String>,
    /// Device of the port whose line is called, `ttyS0`, or the number of a hunt group.
    pub to: String,
    /// The program that calls on a modem of its own; `None`: the built-in caller, who needs none.
    pub with: Option<Client>,
    /// Distinctive ringing: which of the patterns, from 1; `None`: the usual one.
    pub ring_pattern: Option<u8>,
    /// Whether caller ID arrives with a wrong checksum.
    pub caller_id_garbled: bool,
    /// Pause before it, counted from when its group may begin and the port is ready. 0 unless stated.
    pub after: Duration,
    /// Whether it waits for the port to be ready. True unless stated otherwise, or if its line is called already by
    /// an earlier call of the same group.
    pub ready: bool,
    /// Whether it may fail at any step, which ends it and nothing else. False unless stated otherwise.
    #[serde(default)]
    pub may_fail: bool,
    /// What the caller does and what is expected, in order.
    pub steps: Vec<Step>,
}

impl Call {
    /// A call of the built-in caller to that port or number, with nothing said of it and no steps.
    pub fn new(to: impl Into<String>) -> Self {
        Self {
            span: Span::default(),
            from: None,
            name: None,
            to: to.into(),
            with: None,
            ring_pattern: None,
            caller_id_garbled: false,
            after: Duration::ZERO,
            ready: true,
            may_fail: false,
            steps: Vec::new(),
        }
    }
}

/// A real program that calls, in a network namespace of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Client {
    /// Which.
    pub program: ClientProgram,
    /// Model of its modem.
    pub personality: Personality,
    /// The pairs of a chat script, expected and sent in turn, as chat(8) reads them; empty: offhook's own, which dials the
    /// called port's number.
    pub chat: Vec<String>,
    /// Lines for its options file: of pppd's, or of wvdial.conf.
    pub options: Vec<String>,
    /// User name and password, for its secrets files.
    pub account: Option<(String, String)>,
    /// Of a program of the scenario's own: the command, for a shell.
    #[serde(default)]
    pub command: String,
}

impl Client {
    /// That program as it is, on a modem of no particular make, which dials the called port's number.
    pub fn new(program: ClientProgram) -> Self {
        let (chat, options, account) = (Vec::new(), Vec::new(), None);
        Self { program, personality: Personality::default(), chat, options, account, command: String::new() }
    }
}

/// Programs that can call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientProgram {
    /// pppd with chat.
    #[default]
    Pppd,
    /// wvdial, which starts pppd.
    Wvdial,
    /// A program of the scenario's own, for which chat dials.
    Own,
}

impl ClientProgram {
    /// As it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pppd => "pppd",
            Self::Wvdial => "wvdial",
            Self::Own => "the caller's program",
        }
    }
}

/// One verb of a call, with what it is expected to be on particular stacks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Where the verb stands, with its arguments.
    pub span: Span,
    /// What to do or expect.
    pub verb: Verb,
    /// What is done or expected instead on some stack: a known deviation.
    pub deviations: Vec<Deviation>,
    /// Where the server is known not to meet it.
    pub known_failures: Vec<KnownFailure>,
}

impl Step {
    /// The verb that holds on `stack`, and the reason if it is a deviation.
    pub fn on(&self, stack: &str) -> (&Verb, Option<&str>) {
        match self.deviations.iter().find(|deviation| deviation.stack == stack) {
            Some(deviation) => (&deviation.verb, Some(&deviation.reason)),
            None => (&self.verb, None),
        }
    }

    /// Why the server is known to fail here on `stack`, if so.
    pub fn known_failure(&self, stack: &str) -> Option<&str> {
        self.known_failures.iter().find(|known| known.is_on(stack)).map(|known| known.reason.as_str())
    }

    /// The same of a packet script that has failed at this of its steps.
    pub fn known_failure_at(&self, stack: &str, step: usize) -> Option<&str> {
        let here = |known: &&KnownFailure| known.is_on(stack) && known.steps.contains(&step);
        self.known_failures.iter().find(here).map(|known| known.reason.as_str())
    }
}

/// `fails "bookworm" reason="..."`: the server is known not to meet the step. It is checked: it has to fail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KnownFailure {
    /// The stacks it holds for; empty: all.
    pub stacks: Vec<String>,
    /// Why the server fails.
    pub reason: String,
    /// Of a packet script: the steps of which one fails.
    #[serde(default)]
    pub steps: Vec<usize>,
}

impl KnownFailure {
    fn is_on(&self, stack: &str) -> bool {
        self.stacks.is_empty() || self.stacks.iter().any(|name| name == stack)
    }
}

/// `on "bookworm" rings=1 reason="..."`: the step's properties, with some replaced for one stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deviation {
    /// The stack's name.
    pub stack: String,
    /// Why that stack differs.
    pub reason: String,
    /// The whole verb as it holds there.
    pub verb: Verb,
}
