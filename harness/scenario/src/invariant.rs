//! What holds whatever happened: looked at when all calls of a scenario are over.

use serde::{Deserialize, Serialize};

use offhook_base::Span;

/// An invariant of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invariant {
    /// Where it stands.
    pub span: Span,
    /// What holds.
    pub kind: InvariantKind,
}

/// What holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InvariantKind {
    /// The ports that were ready for the first call are ready again.
    PortsReady,
    /// No process, interface, lock, route, proxy-ARP entry, utmp entry, pid file or open file is there that was not there
    /// before the first call, and no process is missing.
    NothingLeft,
    /// No program of the server died by a signal of its own making: SEGV, ABRT, BUS, FPE, ILL.
    NoCrash,
    /// Nobody who was asked who he is, and did not say so, has an address.
    Authenticated,
    /// No call that the caller-ID rules deny is answered.
    CallerId,
    /// The server lets go of a line within five minutes after the caller has.
    LineLetGo,
    /// Links end when pppd's idle and session limits say so.
    Limits,
    /// What the server's programs log of caller and addresses is what the line and the kernel show.
    LogTrue,
}

impl InvariantKind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::PortsReady,
        Self::NothingLeft,
        Self::NoCrash,
        Self::Authenticated,
        Self::CallerId,
        Self::LineLetGo,
        Self::Limits,
        Self::LogTrue,
    ];

    /// Its name in scenario text.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PortsReady => "ports-ready",
            Self::NothingLeft => "nothing-left",
            Self::NoCrash => "no-crash",
            Self::Authenticated => "authenticated",
            Self::CallerId => "caller-id",
            Self::LineLetGo => "line-let-go",
            Self::Limits => "limits",
            Self::LogTrue => "log-true",
        }
    }
}
