//! The trace: the timed list of everything that happened in a scenario.
//!
//! Modem, line, caller and the harness write [`Event`]s; captures, transcripts and reports are views of them.
//!
//! ```
//! use offhook_clock::Instant;
//! use offhook_telephony::trace::{End, Event, EventKind, escaped};
//!
//! let text = EventKind::Text { from: End::Server, text: escaped(b"\r\nlogin: ") };
//! let event = Event { at: Instant::from_millis(12_345), port: Some("ttyS0".into()), call: Some(0), what: text };
//! assert_eq!(event.at.to_string(), "12.345");
//! assert_eq!(event.what, EventKind::Text { from: End::Server, text: "\\r\\nlogin: ".into() });
//! ```

use crate::exchange::Party;
use crate::loss::LossCause;
use offhook_clock::Instant;
pub use offhook_ppp::hdlc::BadFrame;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Event {
    /// When, in microseconds since the scenario began.
    pub at: Instant,
    /// The port (device name without `/dev/`, `ttyS0`) it concerns; `None` for the server as a whole.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub port: Option<String>,
    /// Number of the call it belongs to, from 0 in scenario order; `None` outside calls.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub call: Option<usize>,
    /// What happened.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub what: EventKind,
}

/// One of the two ends of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum End {
    /// The emulated far end that placed the call.
    Caller,
    /// The server under test and the modem on its port.
    Server,
}

impl End {
    /// The end across the line.
    pub const fn other(self) -> Self {
        match self {
            Self::Caller => Self::Server,
            Self::Server => Self::Caller,
        }
    }

    /// `caller` or `server`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Server => "server",
        }
    }
}

/// What an [`Event`] tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "event", rename_all = "kebab-case")
)]
pub enum EventKind {
    /// The exchange begins to ring the port's line for a call.
    CallBegins {
        /// The caller's number, if it is delivered.
        from: Option<String>,
        /// The caller's name, if it is delivered.
        name: Option<String>,
    },
    /// A ring burst begins; `count` is its number within the call, from 1.
    RingOn {
        /// Number of the burst within the call, from 1.
        count: u32,
    },
    /// The ring burst `count` ends.
    RingOff {
        /// Number of the burst within the call, from 1.
        count: u32,
    },
    /// The exchange delivers caller ID to the called line; the lines are those the modem shows.
    CallerId {
        /// `DATE = 0105` and so on, without CR LF.
        lines: Vec<String>,
    },
    /// The called modem goes off hook.
    OffHook,
    /// The called modem goes on hook.
    OnHook,
    /// Training is over: both ends have carrier (circuit 109 on).
    Connected {
        /// Line rate in bit/s.
        rate: u32,
    },
    /// The call is cleared; `by` says which end did it.
    Cleared {
        /// Who hung up, gave up ringing, or lost carrier.
        by: End,
        /// True if carrier was lost without a hang-up (a cut line).
        abrupt: bool,
    },
    /// A modem that is off hook dials.
    Dialled {
        /// The number, digits only.
        number: String,
    },
    /// What a modem that is off hook hears.
    Tone {
        /// `dial tone`, `busy tone`.
        name: String,
    },
    /// A circuit of the interface between DTE and DCE goes on or off.
    Circuit {
        /// Its number in V.24: 105 to 109, 125.
        circuit: u16,
        /// On or off.
        on: bool,
    },
    /// An impairment of the line: noise, a retrain, a dropout of the carrier.
    #[cfg_attr(feature = "serde", serde(rename = "harm"))]
    Impairment {
        /// What it does, in words.
        text: String,
    },
    /// Octets of the call are lost.
    Lost {
        /// How many.
        octets: u64,
        /// Who sent them.
        from: End,
        /// Why.
        cause: LossCause,
    },
    /// The DTE (the server's process) opened the port: circuit 108/2 on.
    DteOpened,
    /// The last DTE process closed the port: circuit 108/2 off.
    DteClosed,
    /// A finished command line from the DTE.
    Command {
        /// The line without its terminator, unprintable octets escaped.
        text: String,
    },
    /// A result code or information text from the DCE.
    Response {
        /// The text without CR LF, unprintable octets escaped.
        text: String,
    },
    /// Octets written by the DTE in command state that are no command line.
    Ignored {
        /// The octets, unprintable ones escaped.
        text: String,
    },
    /// A PPP frame crossed the caller's end of the line with a good FCS.
    Frame {
        /// Who sent it.
        from: End,
        /// Address, control, protocol, information; neither escaped nor with FCS or flags. As on the wire otherwise
        /// (address, control and protocol compressed if they were).
        #[cfg_attr(feature = "serde", serde(with = "hex"))]
        octets: Vec<u8>,
        /// The packet as one line in pppd's notation.
        text: String,
    },
    /// Octets arrived between flags that are no good frame.
    BadFrame {
        /// Who sent them.
        from: End,
        /// Why they are not taken for one: `runt`, `bad FCS`, `abort`, `overlong`, `unfinished`, or, the frame having been
        /// intact, `control octets in the receive ACCM removed`.
        #[cfg_attr(feature = "serde", serde(with = "bad_frame"))]
        reason: BadFrame,
        /// The octets after removal of transparency.
        #[cfg_attr(feature = "serde", serde(with = "hex"))]
        octets: Vec<u8>,
        /// The same as they came over the line, flags and Control Escapes included; empty where nobody kept them.
        #[cfg_attr(feature = "serde", serde(with = "hex", default, skip_serializing_if = "Vec::is_empty"))]
        raw: Vec<u8>,
    },
    /// Octets arrived at the caller outside any frame (a login prompt, say).
    Text {
        /// Who sent them.
        from: End,
        /// The octets, unprintable ones escaped.
        text: String,
    },
    /// A control protocol or phase changed at the caller.
    Link {
        /// `LCP is Opened`, `PAP: accepted, "Login ok"`, `IPCP is Opened, 192.168.32.105`.
        text: String,
    },
    /// The server's init started a process.
    Started {
        /// Process id inside the guest.
        pid: i32,
        /// The command line.
        command: String,
    },
    /// A process of the server ended.
    Exited {
        /// Process id inside the guest.
        pid: i32,
        /// The program it was when it ended (`mgetty`, `pppd`).
        program: String,
        /// `status 16` or `signal 11 (SIGSEGV)`.
        how: String,
    },
    /// A line one of the server's programs logged.
    Log {
        /// `mgetty`, `pppd`.
        program: String,
        /// Its process, where the log tells.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        pid: Option<i32>,
        /// The line without time stamp and host name.
        text: String,
    },
    /// An interface of the server's network namespace changed.
    Interface {
        /// `ppp0 up, 192.168.32.1 peer 192.168.32.105`.
        text: String,
    },
    /// A step of the scenario was met or not.
    Step {
        /// Number of the step within the call, from 0.
        step: usize,
        /// Whether it passed.
        passed: bool,
        /// What was shown, or expected and actual.
        text: String,
    },
    /// Anything else worth a line.
    Note {
        /// The line.
        text: String,
    },
}

/// Octets of a call that are lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// How many.
    pub octets: u64,
    /// Whose they are: the DTE's of the line that tells of it ([`End::Server`]), or the far end's.
    pub from: End,
    /// Why.
    pub cause: LossCause,
}

impl From<Loss> for EventKind {
    fn from(Loss { octets, from, cause }: Loss) -> Self {
        Self::Lost { octets, from, cause }
    }
}

impl EventKind {
    /// Its kind, by the name that it has in JSON: `ring-on`, `frame`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::CallBegins { .. } => "call-begins",
            Self::RingOn { .. } => "ring-on",
            Self::RingOff { .. } => "ring-off",
            Self::CallerId { .. } => "caller-id",
            Self::OffHook => "off-hook",
            Self::OnHook => "on-hook",
            Self::Connected { .. } => "connected",
            Self::Cleared { .. } => "cleared",
            Self::Dialled { .. } => "dialled",
            Self::Tone { .. } => "tone",
            Self::Circuit { .. } => "circuit",
            Self::Impairment { .. } => "harm",
            Self::Lost { .. } => "lost",
            Self::DteOpened => "dte-opened",
            Self::DteClosed => "dte-closed",
            Self::Command { .. } => "command",
            Self::Response { .. } => "response",
            Self::Ignored { .. } => "ignored",
            Self::Frame { .. } => "frame",
            Self::BadFrame { .. } => "bad-frame",
            Self::Text { .. } => "text",
            Self::Link { .. } => "link",
            Self::Started { .. } => "started",
            Self::Exited { .. } => "exited",
            Self::Log { .. } => "log",
            Self::Interface { .. } => "interface",
            Self::Step { .. } => "step",
            Self::Note { .. } => "note",
        }
    }

    /// A call begins, whose caller is told as this.
    pub fn call_begins(from: Option<&Party>, name: Option<&Party>) -> Self {
        Self::CallBegins { from: from.map(Party::to_string), name: name.map(Party::to_string) }
    }
}

/// Shows octets as text: printable ASCII as it is, the rest as `\r`, `\n`, `\x10`.
pub fn escaped(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    for &octet in octets {
        match octet {
            b'\r' => text.push_str("\\r"),
            b'\n' => text.push_str("\\n"),
            b'\\' => text.push_str("\\\\"),
            0x20..=0x7e => text.push(char::from(octet)),
            _ => text.push_str(&format!("\\x{octet:02x}")),
        }
    }
    text
}

/// Why a frame is bad, by name.
#[cfg(feature = "serde")]
mod bad_frame {
    use super::BadFrame;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(reason: &BadFrame, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(reason.name())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BadFrame, D::Error> {
        let name = String::deserialize(deserializer)?;
        let found = BadFrame::ALL.into_iter().find(|reason| reason.name() == name);
        found.ok_or_else(|| D::Error::custom(format!("{name:?} is no reason for which a frame is bad")))
    }
}

/// Octets as a string of hexadecimal digits.
#[cfg(feature = "serde")]
mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(octets: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(octets.len() * 2);
        for octet in octets {
            for digit in [octet >> 4, octet & 15] {
                text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
            }
        }
        serializer.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.as_bytes();
        if !digits.len().is_multiple_of(2) {
            return Err(D::Error::custom("odd number of hexadecimal digits"));
        }
        digits
            .chunks_exact(2)
            .map(|pair| {
                let pair = std::str::from_utf8(pair).map_err(D::Error::custom)?;
                u8::from_str_radix(pair, 16).map_err(D::Error::custom)
            })
            .collect()
    }
}

/// `circuit 109 (DCD)`: its number in V.24, and what everybody calls it.
pub fn circuit_name(circuit: u16) -> String {
    let nickname = match circuit {
        105 => " (RTS)",
        106 => " (CTS)",
        107 => " (DSR)",
        108 => " (DTR)",
        109 => " (DCD)",
        125 => " (RI)",
        _ => "",
    };
    format!("circuit {circuit}{nickname}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unprintable_octets_are_escaped() {
        assert_eq!(escaped(b"AT\r\x10\\"), "AT\\r\\x10\\\\");
    }
}
