//! A personality: how one modem model differs from V.250's. Data, read from a file by whoever uses this crate.
//!
//! Everything V.250 and common practice say is in the modem itself and its tables; here is only what makers did
//! otherwise. The default is the generic modem.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::{CallEnd, Inactivity};

/// How one modem model differs from the generic one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct Personality {
    /// Name of its file, `usr-courier`; empty for the generic modem.
    pub name: String,
    /// What it is, for people: `US Robotics Courier V.Everything`.
    pub title: String,
    /// Information text of `I0` to `I255`, with [fields](super::fields); a number that is not here is answered as by the
    /// generic modem.
    pub information: BTreeMap<u8, Vec<String>>,
    /// Likewise of `&V0` to `&V255`.
    pub listings: BTreeMap<u8, Vec<String>>,
    /// How it says how a call ended, in the field `reason`; what is not here, as the generic modem.
    pub reasons: BTreeMap<CallEnd, String>,
    /// Its inactivity timer.
    pub inactivity: Inactivity,
    /// Information text of `+GMI`, `+GMM`, `+GMR`, `+GSN`, `+GCAP`, `+FMFR?`, `+CSQ=?` and so on, by name with its sign, with
    /// [fields](super::fields).
    pub identity: BTreeMap<String, String>,
    /// Whether it is on a mobile network, and has no telephone line: `D` dials at once, and there are no tones.
    pub wireless: bool,
    /// The highest rate it has on a line, bit/s.
    pub highest_rate: HighestRate,
    /// S-parameters: added to the table or put in place of what it says.
    pub registers: Vec<Register>,
    /// Factory settings of single-letter commands, by command: `E` 1, `&D` 2, `X` 4, `\N` 3.
    pub factory: BTreeMap<String, u32>,
    /// Basic commands it takes beside the generic modem's, or with other values: `&H` 0 to 3. Without effect unless the
    /// generic modem knows one.
    pub commands: BTreeMap<String, Vec<RangeInclusive<u32>>>,
    /// Commands it does not take though the generic modem does: `+VCID`, `&V`, `+`.  A lone sign stands for all that
    /// begin with it.
    pub refused: Vec<String>,
    /// Extended parameters: added, or put in place of what the table says.
    pub extended: Vec<Extended>,
    /// The result codes of carrier, the first form whose conditions hold; none: as the generic modem.
    pub connect: Vec<ConnectForm>,
    /// Numbers of `CONNECT rate` in V0, by rate in bit/s; empty: Rockwell's.
    pub connect_numbers: BTreeMap<u32, u32>,
    /// Caller ID; `None`: it has none.
    pub caller_id: Option<CallerIdForm>,
    /// How it tells of distinctive ringing.
    pub distinctive_ring: DistinctiveRing,
    /// What it does that it should not.
    pub quirks: Quirks,
}

/// The highest rate of a modem on a line, bit/s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct HighestRate(pub u32);

/// That of V.90.
impl Default for HighestRate {
    fn default() -> Self {
        Self(56_000)
    }
}

/// An S-parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Register {
    /// Its number.
    pub number: u8,
    /// Its factory setting.
    pub default: u8,
    /// What it may be set to.
    pub range: RangeInclusive<u8>,
    /// Whether its bits can be set and read one by one: `ATS13.0=1`, `ATS13.0?`.
    pub bits: bool,
}

/// An extended parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Extended {
    /// With its sign: `+VCID`, `#CID`, `-SDR`.
    pub name: String,
    /// Factory setting, the text of `?` after the name.
    pub default: String,
    /// Its answer to `=?` after the name.
    pub ranges: String,
    /// What each of its values may be, numbers; empty: anything.
    pub allowed: Vec<Vec<RangeInclusive<u32>>>,
    /// Another name of this one: both act on one setting.
    pub same_as: Option<String>,
    /// What `?` after the name gives, the first form whose condition holds; none: the values.
    #[cfg_attr(feature = "serde", serde(default))]
    pub reads: Vec<ReadForm>,
    /// Whether its first value says which of several settings is meant. Read, all are given; with the first value alone, one is
    /// forgotten.
    #[cfg_attr(feature = "serde", serde(default))]
    pub keyed: bool,
}

/// What a parameter says of itself when it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ReadForm {
    /// Only if the value at this place, from 1, is this.
    pub when: Option<(u8, String)>,
    /// What follows the name; `{1}`, `{2}` are its values.
    pub text: String,
}

/// What it says when it has carrier.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ConnectForm {
    /// Settings that must be so: `X` 0, `W` 1, `S95` 3.
    pub when: BTreeMap<String, u32>,
    /// Whether there must be error control, or must be none; `None`: either.
    pub error_control: Option<bool>,
    /// The lines, each a result code of its own, with `{dte}` (port speed), `{transmit}`, `{receive}` (bit/s),
    /// `{modulation}` (`V34`), `{protocol}` (`LAPM` or `NONE`), `{compression}` (`V42BIS` or `NONE`) replaced. In V0 only
    /// the last one is given, as its number.
    pub lines: Vec<String>,
}

/// In which words caller ID is given.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CallerIdForm {
    /// What turns it on: an extended parameter (`+VCID`, `#CID`), or an S-parameter (`S40`). Value 0 is off, 1 formatted, 2
    /// unformatted, unless `formatted` and `unformatted` say otherwise. Empty: it is always on.
    pub switch: String,
    /// Value of the switch that gives it formatted.
    pub formatted: u32,
    /// Value of the switch that gives it unformatted, if it can.
    pub unformatted: Option<u32>,
    /// How it looks when formatted.
    pub style: CallerIdStyle,
    /// Whether it is on when the modem is switched on; a server that does not ask for it gets it all the same.
    pub on: bool,
}

/// How formatted caller ID looks. The forms that mgetty knows are among them, and some that it does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum CallerIdStyle {
    /// `DATE = 0105`, `TIME = 0900`, `NMBR = 5551234`, `NAME = ALICE` (V.253, Rockwell).
    #[default]
    Blanks,
    /// `DATE=0105`, `TIME=0900`, `NMBR=5551234`, `NAME=ALICE`.
    NoBlanks,
    /// `FM:5551234` and `TO:` lines (ZyXEL).
    Zyxel,
    /// `RING;5551234` in place of `RING` (ELSA).
    Elsa,
    /// `+CLIP: "5551234",129` (GSM, ISDN adapters).
    Clip,
    /// `CALLER NUMBER: 5551234`, `CALLER NAME: ALICE` (ISDN adapters, US Robotics).
    Words,
    /// `RING/5551234` (i4l: it is the called number that mgetty takes it for).
    Slash,
    /// DLE-shielded events (V.253 §8): `DLE X`, lines, `DLE .`.
    Dle,
    /// Bare digits on a line.
    Digits,
}

/// How distinctive ringing is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum DistinctiveRing {
    /// Not at all.
    #[default]
    None,
    /// `RING A`, `RING B`.
    Letter,
    /// `RING 1`, `RING 2`.
    Number,
    /// `DRON=`, `DROF=` (V.253 +VDR).
    Cadence,
}

/// What a modem does that it should not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct Quirks {
    /// For so long after circuit 108/2 came on it neither hears nor says anything.
    pub after_dtr: Duration,
    /// A command line that begins sooner than this after the last result code is not heard.
    pub between_commands: Duration,
    /// From the end of a command line to its result code.
    pub answer_delay: Duration,
    /// Command lines that begin so are answered ERROR, whatever the modem knows; upper case.
    pub errors: Vec<String>,
    /// Every so many-th command line is answered ERROR; 0: none.
    pub errs_every: u32,
    /// Characters of a command line at most; 0: as the generic modem.
    pub line_length: usize,
    /// Unknown commands are answered OK.
    pub takes_anything: bool,
    /// Any octet of the DTE ends an answer by itself (S0) before there is carrier.
    pub auto_answer_abort: bool,
}
