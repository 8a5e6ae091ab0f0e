//! Packet scripts in a scenario, and what a scenario says of conformance: which case it is, and how it can fail.

use serde::{Deserialize, Serialize};

use offhook_script::Step;
use offhook_script::fault::Fault;

use super::{PppClient, Span};

/// A packet script.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Packets {
    /// What speaks the protocols that the script does not take.
    pub client: PppClient,
    /// The steps.
    pub steps: Vec<Step>,
    /// Where each stands in the text.
    pub spans: Vec<Span>,
}

/// A case of a conformance suite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Conformance {
    /// Its name: group, section and number, `LCP-4.1-03.b`.
    pub case: String,
    /// How binding the clause is.
    pub level: Level,
    /// Which end of the link is the subject.
    pub subject: Subject,
    /// What offhook's own end does otherwise, if it is known not to pass. It is checked: it must not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<String>,
}

/// How binding a clause is, in the words of RFC 2119 and of RFC 1661 section 1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// An absolute requirement, or a cell of the state table.
    Must,
    /// A requirement that there may be reasons to ignore.
    Should,
    /// Truly optional.
    May,
    /// No sentence says so; an end that hangs, crashes or loops here is unfit.
    Robust,
    /// Left to the implementer.
    Free,
}

impl Level {
    /// All of them, the most binding first.
    pub const ALL: [Self; 5] = [Self::Must, Self::Should, Self::May, Self::Robust, Self::Free];

    /// In a scenario and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::May => "may",
            Self::Robust => "robust",
            Self::Free => "free",
        }
    }
}

/// Which end of the link is the subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// The end that answers.
    #[default]
    Answering,
    /// The end that calls.
    Calling,
}

impl Subject {
    /// In a scenario and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answering => "answering",
            Self::Calling => "calling",
        }
    }
}

/// How the case can fail: an end of ours with this fault does not pass.
pub type CaseFault = Fault;
