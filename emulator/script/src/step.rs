//! The steps of a packet script.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::pattern::Pattern;
use crate::template::{Part, Template};

/// How long a packet is waited for unless stated.
pub const WITHIN: Duration = Duration::from_secs(10);

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The script speaks these protocols from here on; others go on by themselves.
    Take(Vec<u16>),
    /// These go on by themselves again.
    Give(Vec<u16>),
    /// A packet is sent.
    Send(Box<Template>),
    /// The first of these packets is sent that can be made: every packet and option that it speaks of has come.
    SendFirst(Vec<Template>),
    /// Octets are sent as they are.
    SendOctets(Vec<u8>),
    /// The next packet of the protocols taken is this one.
    Expect(Box<Expect>),
    /// No packet of the protocols taken comes.
    ExpectNothing {
        /// For so long; then what proves it is sent.
        time: Duration,
        /// What proves it: its answer is the first that comes.
        proof: Proof,
    },
    /// Packets of this kind are passed over from here on.
    Ignore(Box<Pattern>),
    /// What came and was not expected so far is forgotten.
    Forget,
    /// Time passes.
    Wait(Duration),
    /// A control protocol is brought to Opened: what the peer asks for is acknowledged, and it acknowledges this.
    Negotiate(Box<Negotiate>),
    /// The network comes up by what goes on by itself.
    ExpectUp {
        /// How long to wait for it.
        within: Duration,
    },
    /// The other end is through with the line: it hangs up, or its program ends.
    ExpectClosed {
        /// Not before so long after the last step.
        after: Duration,
        /// How long to wait for it.
        within: Duration,
    },
    /// From here on the script is done, and well, as soon as the other end hangs up.
    MayClose,
    /// What comes is sent back, octet by octet, or no longer.
    LoopBack(bool),
}

/// A packet that is expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expect {
    /// What it is.
    pub pattern: Pattern,
    /// Whether others may come before it.
    pub among: bool,
    /// How often it comes, one after the other.
    pub times: u32,
    /// Not before so long after the last step, or the last time.
    pub after: Duration,
    /// How long to wait for it, each time.
    pub within: Duration,
    /// The name under which it is kept.
    pub name: Option<String>,
}

/// What proves that nothing comes (an answer would have come first).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// An Echo-Request of LCP, which is answered in Opened (RFC 1661 §5.8).
    #[default]
    Echo,
    /// A Configure-Request of LCP without options, which is acknowledged before Opened, and after it as well.
    Request,
    /// Nothing but the time that passes.
    Time,
}

/// A control protocol to be opened by the script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Negotiate {
    /// Its Protocol field.
    pub protocol: u16,
    /// The options of our Configure-Request; values that the peer proposes by a Configure-Nak are taken over.
    pub options: Vec<Part>,
    /// Kinds of options of the peer's that are rejected.
    pub reject: Vec<u8>,
    /// How long it may take.
    pub within: Duration,
}

impl Step {
    /// The same with so much more room in its times, both ways: for an end in real time.
    #[must_use]
    pub fn tolerant(mut self, more: Duration) -> Self {
        match &mut self {
            Self::Expect(expect) => {
                expect.after = expect.after.saturating_sub(more);
                expect.within += more;
            }
            Self::ExpectClosed { after, within } => {
                *after = after.saturating_sub(more);
                *within += more;
            }
            _ => {}
        }
        self
    }

    /// What it is, in a few words.
    pub fn words(&self) -> String {
        use crate::names::{code_name, protocol_name};
        let packet = |Template { protocol, code, .. }: &Template| {
            let code = code.map_or_else(String::new, |code| format!(" {}", code_name(*protocol, code)));
            format!("{}{code}", protocol_name(*protocol))
        };
        let all = |protocols: &[u16]| protocols.iter().map(|it| protocol_name(*it)).collect::<Vec<_>>().join(", ");
        match self {
            Self::Take(protocols) => format!("take {}", all(protocols)),
            Self::Give(protocols) => format!("give {}", all(protocols)),
            Self::Send(template) => format!("send {}", packet(template)),
            Self::SendFirst(templates) => {
                format!("send {}", templates.iter().map(packet).collect::<Vec<_>>().join(", or else "))
            }
            Self::SendOctets(octets) => format!("send {} octets", octets.len()),
            Self::Expect(expect) => format!("expect {}", expect.pattern.words()),
            Self::ExpectNothing { .. } => "expect nothing".to_owned(),
            Self::Ignore(pattern) => format!("ignore {}", pattern.words()),
            Self::Forget => "forget".to_owned(),
            Self::Wait(_) => "wait".to_owned(),
            Self::Negotiate(it) => format!("negotiate {}", protocol_name(it.protocol)),
            Self::ExpectUp { .. } => "expect the network up".to_owned(),
            Self::ExpectClosed { .. } => "expect the line closed".to_owned(),
            Self::MayClose => "the line may be closed from here on".to_owned(),
            Self::LoopBack(_) => "loop back".to_owned(),
        }
    }
}
