//! What comes out of a modem, on either side: towards its line, and over the cable to its DTE (V.24).

use crate::trace::EventKind;

/// What a modem has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModemOutput {
    /// Octets for the DTE.
    ToDte(Vec<u8>),
    /// Octets for the far end.
    ToLine(Vec<u8>),
    /// Off hook: answer, or wait for the dial tone.
    OffHook,
    /// Dials these digits (0 to 9, A to D, `*`, `#`), a number or as much of it as one command dials; the modem is off hook.
    Dial(String),
    /// Dials this text instead of a number: a name, or `host:port`. Only if the modem is configured so.
    DialAddress(String),
    /// Wants the far end to retrain, and carrier stays meanwhile (`O1`).
    Retrain,
    /// A circuit towards the DTE goes on or off. A pty has none of them; [`Self::HangUpDte`] stands in there.
    Circuit(Circuit, bool),
    /// On hook: the call is cleared, if it is not already.
    OnHook,
    /// Circuit 109 goes off because carrier was lost. A pty has no such circuit: its stand-in is a hang-up.
    HangUpDte,
    /// To the trace, at the present moment.
    Trace(EventKind),
}

/// A circuit by which a modem tells its DTE something (V.24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Circuit {
    /// 106 (CTS): the DTE may send.
    C106,
    /// 107 (DSR): the modem is there.
    C107,
    /// 109 (DCD): carrier.
    C109,
    /// 125 (RI): a ring burst.
    C125,
}
