//! What of a scenario is compared with a file that was accepted before.

use offhook_base::Span;
use serde::{Deserialize, Serialize};

/// A `snapshot` of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Its name, unique in the scenario.
    pub name: String,
    /// What is compared.
    pub of: Extent,
    /// Of which call alone, from 1; `None`: of all.
    pub call: Option<u32>,
    /// Where the word stands.
    pub span: Span,
}

/// What of the exchange is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extent {
    /// PPP packets but for those with data.
    Negotiation,
    /// All that was exchanged: ringing, AT dialogue, text, packets.
    Call,
    /// What was sent outside PPP.
    Login,
    /// What the server's programs logged.
    Log,
}

impl Extent {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Negotiation => "negotiation",
            Self::Call => "call",
            Self::Login => "login",
            Self::Log => "log",
        }
    }
}
