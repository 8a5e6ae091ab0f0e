//! What offhook's own pcapng files say beside what Wireshark shows, so that the events are facts and not read from words.
//!
//! It stands in options of one code that pcapng reserves for local use (draft-ietf-opsawg-pcapng, "Options": types whose
//! most significant bit is one), which other programs pass over:
//!
//! - in the section header JSON: [`Section`], by which a file is known as offhook's;
//! - in an interface the port's name;
//! - in a packet JSON: [`Beside`] a PPP frame, a whole [`Told`] beside anything else; what is too long for one option is in
//!   several, one after the other.

use offhook_ppp::print;
use offhook_telephony::trace::EventKind;
use serde::{Deserialize, Serialize};

/// The option's code.
pub const OPTION: u16 = 0x8042;

/// Octets that one option has at most.
pub const LONGEST: usize = 65_532;

/// What the section says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Always `offhook`: the code is anybody's.
    pub program: String,
    /// The moment zero of the trace, in microseconds since 1970.
    pub epoch_us: u64,
}

impl Section {
    /// Of a trace that began then.
    pub fn new(epoch_us: u64) -> Self {
        Self { program: "offhook".to_owned(), epoch_us }
    }

    /// Reads it, if it is one.
    pub fn parse(octets: &[u8]) -> Option<Self> {
        serde_json::from_slice(octets).ok().filter(|section: &Self| section.program == "offhook")
    }
}

/// What a trace says of a frame and the frame itself does not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// The call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<usize>,
    /// The packet as one line, if it is not the usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl Beside {
    /// What is to be said beside these octets; `None`: nothing.
    pub fn of(call: Option<usize>, octets: &[u8], text: &str) -> Option<Self> {
        let text = (print::frame(octets) != text).then(|| text.to_owned());
        (call.is_some() || text.is_some()).then_some(Self { call, text })
    }
}

/// An event without its time and port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<usize>,
    /// What happened.
    #[serde(flatten)]
    pub what: EventKind,
}
