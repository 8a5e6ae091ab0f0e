//! What a scenario says: a server's configuration, calls, and expectations, each with its place in the text.
//!
//! These are the types between the reader (which makes them), the guest (which gets them as JSON in its job file)
//! and the reports (which point back into the text by [`Span`]). Ranges are checked by the reader:
//! whoever holds a [`Scenario`] may rely on them.

mod call;
mod change;
mod client;
mod disturbance;
mod invariant;
mod packets;
mod port;
mod ppp;
mod server;
mod snapshot;
mod stack;
mod variant;
mod verb;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use call::{Call, Client, ClientProgram, Deviation, KnownFailure, PATIENCE, Step};
pub use change::{Change, Edit};
pub use client::{AcceptedAuth, AuthProtocol, Compress, EchoRequests, Magic, Phase, PppClient, QualityReports, Start};
pub use disturbance::{Deed, Disturbance, Moment};
pub use invariant::{Invariant, InvariantKind};
pub use offhook_base::{Span, format_duration, parse_duration};
pub use offhook_etc::{Content, Etc, RawFile};
pub use offhook_telephony::modem::Personality;
pub use packets::{CaseFault, Conformance, Level, Packets, Subject};
pub use port::{Line, Mode, ModemTraits, Port, Program, Wiring};
pub use ppp::{Auth, ControlLines, Ppp};
pub use server::{
    Account, AccountsFile, Attachment, AutoPpp, CallerIdRule, EtcTaken, Forward, ForwardWhen, HostProgram, HuntGroup,
    Lan, LeftOut, OwnProgram, Server, User,
};
pub use snapshot::{Extent, Snapshot};
pub use stack::{OwnStack, ReplacedBy};
pub use variant::{Variable, Variant};
pub use verb::{ArpOwner, AuthResult, Compressed, Direction, Host, Reason, Since, Transfer, Verb};

/// One scenario: a server, and calls to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// What it shows, as a sentence. Unique within its file.
    pub name: String,
    /// Where the name stands, or the case of a table.
    pub span: Span,
    /// Which case of a table it is, and what its variables are.
    #[serde(default)]
    pub variant: Variant,
    /// The rules it checks: page of the dial-in server module, RFC clause, manual.
    pub specs: Vec<String>,
    /// What it is tagged with.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Stacks to run it on, by name (`bookworm`). Never empty.
    pub stacks: Vec<String>,
    /// The stacks that its file makes, for whoever runs it: a guest is told the name of the one it is alone.
    #[serde(skip)]
    pub own_stacks: Arc<[OwnStack]>,
    /// Files of this machine that are put into the guest: the programs that it names.
    #[serde(skip)]
    pub put: Vec<ReplacedBy>,
    /// Where it runs on a stack that it does not name: the one of `stacks` that stack is like. See [`Scenario::on_one_like`].
    #[serde(default)]
    pub like: Option<String>,
    /// What is compared with what was accepted before.
    #[serde(default)]
    pub snapshots: Vec<Snapshot>,
    /// Which case of a conformance suite it is.
    #[serde(default)]
    pub conformance: Option<Conformance>,
    /// Ends of ours with a fault, each of which must not pass it.
    #[serde(default)]
    pub faults: Vec<CaseFault>,
    /// The server under test.
    pub server: Server,
    /// What happens, one act after the other.
    pub acts: Vec<Act>,
    /// What goes wrong meanwhile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disturbances: Vec<Disturbance>,
    /// What holds in the end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invariants: Vec<Invariant>,
    /// How many of its calls, the last ones, show invariants.
    pub probes: usize,
}

/// One act of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Calls that run together; usually one.
    Calls(Vec<Call>),
    /// The administrator changes the server while nobody calls.
    Change(Change),
}

impl Scenario {
    /// How many calls it makes before those that show an invariant, which nothing disturbs.
    pub fn own_calls(&self) -> usize {
        self.calls().count() - self.probes
    }

    /// A scenario of that name with this server and these acts, of which nothing else is said.
    pub fn new(name: impl Into<String>, server: Server, acts: Vec<Act>) -> Self {
        Self {
            name: name.into(),
            span: Span::default(),
            variant: Variant::default(),
            specs: Vec::new(),
            tags: Vec::new(),
            stacks: Vec::new(),
            own_stacks: Arc::default(),
            put: Vec::new(),
            like: None,
            snapshots: Vec::new(),
            conformance: None,
            faults: Vec::new(),
            server,
            acts,
            disturbances: Vec::new(),
            invariants: Vec::new(),
            probes: 0,
        }
    }

    /// The same for a stack that it does not name: what it says of `like` holds of `stack`, unless it says something of `stack`.
    #[must_use]
    pub fn on_one_like(mut self, stack: &str, like: &str) -> Self {
        let calls = self.acts.iter_mut().filter_map(|act| if let Act::Calls(calls) = act { Some(calls) } else { None });
        for step in calls.flatten().flat_map(|call| &mut call.steps) {
            let own = |name: &String| name == stack;
            let failures = step.known_failures.iter().flat_map(|known| &known.stacks);
            if step.deviations.iter().any(|deviation| own(&deviation.stack)) || failures.into_iter().any(own) {
                continue;
            }
            for deviation in step.deviations.iter_mut().filter(|deviation| deviation.stack == like) {
                deviation.stack = stack.to_owned();
            }
            for name in step.known_failures.iter_mut().flat_map(|known| &mut known.stacks).filter(|name| *name == like)
            {
                *name = stack.to_owned();
            }
        }
        self.like = Some(like.to_owned());
        self
    }

    /// All calls in the order in which they are numbered.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.acts.iter().filter_map(|act| if let Act::Calls(calls) = act { Some(calls) } else { None }).flatten()
    }

    /// What runs on this machine itself in the place of a guest, if something does.
    pub fn host_program(&self) -> Option<(&OwnProgram, &HostProgram)> {
        let own = self.server.own.as_ref()?;
        own.host.as_ref().map(|host| (own, host))
    }

    /// The same with room in every time that is checked, for what runs by the real clock.
    #[must_use]
    pub fn tolerant(mut self, more: Duration) -> Self {
        let calls = self.acts.iter_mut().filter_map(|act| if let Act::Calls(calls) = act { Some(calls) } else { None });
        for step in calls.flatten().flat_map(|call| &mut call.steps) {
            step.verb.be_tolerant(more);
            step.deviations.iter_mut().for_each(|deviation| deviation.verb.be_tolerant(more));
        }
        self
    }

    /// Every change in the order of the text: those between calls and those within them.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.acts.iter().flat_map(|act| match act {
            Act::Change(change) => vec![change],
            Act::Calls(calls) => calls
                .iter()
                .flat_map(|call| &call.steps)
                .filter_map(|step| if let Verb::Change(change) = &step.verb { Some(change) } else { None })
                .collect(),
        })
    }

    /// Every port there ever is, also those that a change adds; each device once.
    pub fn ports(&self) -> Vec<&Port> {
        let added = self.changes().flat_map(|change| &change.edits).filter_map(|edit| match edit {
            Edit::Port(port) => Some(port),
            _ => None,
        });
        let mut ports: Vec<&Port> = Vec::new();
        for port in self.server.ports.iter().chain(added) {
            if !ports.iter().any(|known| known.device == port.device) {
                ports.push(port);
            }
        }
        ports
    }
}
