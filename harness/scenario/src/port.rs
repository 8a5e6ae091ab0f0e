//! A serial port: what serves it, and the modem and the line it hangs on.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use offhook_telephony::exchange::{CallerIdService, Quality};
use offhook_telephony::modem::Personality;

use super::{Ppp, Span};

/// A serial port with a modem on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Port {
    /// Device name without `/dev/`: `ttyS0`, `term/a`. A device elsewhere: its whole path.
    pub device: String,
    /// Written into inittab with `/dev/` in front, as the page writes "Other device..".
    pub as_path: bool,
    /// Where it is declared.
    pub span: Span,
    /// What serves it.
    pub program: Program,
    /// A null-modem cable instead of a modem. mgetty's `-r`: no AT dialogue.
    pub direct: bool,
    /// mgetty's `-s`, one of the standard speeds; `None`: mgetty.config decides.
    pub speed: Option<u32>,
    /// mgetty's `-n`: rings before it answers, 1 or more.
    pub answer_after: u32,
    /// mgetty's `-D` or `-F`. Data unless the scenario says otherwise.
    pub mode: Mode,
    /// mgetty's `-R`: "Answer ringback within", whole seconds.
    pub ringback: Option<Duration>,
    /// mgetty's `-p`: the login prompt.
    pub prompt: Option<String>,
    /// More arguments for mgetty (or pppd), written as they are.
    pub arguments: Option<String>,
    /// PPP options of this port alone (`/etc/ppp/options.ttyS0`).
    pub ppp: Option<Ppp>,
    /// What joins the port and its modem.
    pub wiring: Wiring,
    /// Its telephone number; `None`: it has none that can be dialled.
    pub number: Option<String>,
    /// The telephone line the modem hangs on.
    pub line: Line,
    /// How its modem differs from one without faults.
    pub modem: ModemTraits,
}

impl Port {
    /// Rings before mgetty answers if nothing is said.
    pub const ANSWER_AFTER: u32 = 1;

    /// A port as it is if nothing more is said.
    pub fn new(device: impl Into<String>) -> Self {
        Self {
            device: device.into(),
            as_path: false,
            span: Span::default(),
            program: Program::Mgetty,
            direct: false,
            speed: None,
            answer_after: Self::ANSWER_AFTER,
            mode: Mode::Data,
            ringback: None,
            prompt: None,
            arguments: None,
            ppp: None,
            wiring: Wiring::Pty,
            number: None,
            line: Line::default(),
            modem: ModemTraits::default(),
        }
    }
}

/// What joins a port and its modem.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wiring {
    /// A pseudo-terminal: circuits 108 and 109 as opening, closing and hang-up.
    #[default]
    Pty,
    /// A USB modem (CDC ACM): circuits 105 to 109 and 125 as on a cable.
    Usb,
}

/// What serves a port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Program {
    /// mgetty, which starts pppd or login.
    #[default]
    Mgetty,
    /// pppd alone, on a direct port.
    Pppd,
    /// A program of the scenario's own, for all ports of its server.
    Own,
}

/// What calls a modem port takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// "Data only", `-D`: no fax probing.
    #[default]
    Data,
    /// "Fax only", `-F`.
    Fax,
    /// "Data or fax": neither flag.
    DataOrFax,
}

/// How a modem differs from one without faults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModemTraits {
    /// For so long after the port is opened it hears and says nothing.
    pub silent: Duration,
    /// What it says to command lines that begin so, instead of its own answer: an empty text is silence.
    pub replies: Vec<(String, String)>,
    /// What it says instead of CR LF `CONNECT 33600` CR LF, octet for octet.
    pub connect: Option<String>,
    /// S0: answers by itself after so many rings.
    pub auto_answer: Option<u32>,
    /// Which model it is.
    pub personality: Personality,
}

/// A telephone line and what the modems on it make of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Rate in bit/s reported by CONNECT and kept on the line; 10 bit an octet.
    pub rate: u32,
    /// Rate in bit/s from the caller to the server, if it is another: V.90 is slower upstream.
    pub rate_from_caller: Option<u32>,
    /// One-way delay.
    pub delay: Duration,
    /// From off hook to CONNECT.
    pub training: Duration,
    /// On and off times of one ring, repeated: at least one pair, no zero.
    pub cadence: Vec<(Duration, Duration)>,
    /// V.42 between the modems: octets travel without start and stop bits, 8 bits each instead of 10.
    pub error_control: bool,
    /// What it does to octets and carrier.
    pub quality: Quality,
    /// How caller ID is delivered on it.
    pub caller_id: CallerIdService,
    /// Whether a second call is announced by a tone during a call, instead of being busy.
    pub call_waiting: bool,
}

impl Line {
    /// Rate in bit/s if nothing is said.
    pub const RATE: u32 = 33_600;
    /// One-way delay if nothing is said.
    pub const DELAY: Duration = Duration::from_millis(10);
    /// From off hook to CONNECT if nothing is said.
    pub const TRAINING: Duration = Duration::from_secs(8);
}

impl Default for Line {
    fn default() -> Self {
        Self {
            rate: Self::RATE,
            delay: Self::DELAY,
            training: Self::TRAINING,
            cadence: vec![(Duration::from_secs(2), Duration::from_secs(4))],
            error_control: false,
            rate_from_caller: None,
            quality: Quality::default(),
            caller_id: CallerIdService::default(),
            call_waiting: false,
        }
    }
}
