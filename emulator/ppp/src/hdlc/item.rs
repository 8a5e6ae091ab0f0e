//! What a [`Deframer`](super::Deframer) tells: frames, octets that are none and why, text; and how many there were.

use std::fmt;

/// What the [`Deframer`](super::Deframer) found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    /// A frame with a good FCS: address to information, without FCS and transparency.
    Frame(&'a [u8]),
    /// Octets between flags that are no good frame.
    Bad {
        /// Why they are none.
        reason: BadFrame,
        /// The octets, transparency removed, whatever FCS there was included.
        octets: &'a [u8],
        /// The same as they came over the line, with the flags around them and every Control Escape; of what is longer than
        /// any frame the beginning.
        raw: &'a [u8],
    },
    /// Octets outside frames, as they came: a login prompt, an echo, an error message. A flag that turned out to be part of
    /// it is in it.
    Text(&'a [u8]),
}

/// Why octets between flags are no good frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BadFrame {
    /// Fewer than four octets (RFC 1662 §4.3).
    Runt,
    /// The FCS does not match.
    Fcs,
    /// The FCS matches what came, but not what was left of it: control octets in the receive ACCM had to be removed
    /// (RFC 1662 §4.2). The frame was intact on the line, and sent as if another ACCM held. All octets that came are told.
    Accm,
    /// Ended by Control Escape and Flag Sequence: the sender took it back (RFC 1662 §4.3).
    Abort,
    /// Longer than the receiver takes; only the beginning was kept.
    Overlong,
    /// Carrier was lost before the closing flag.
    Unfinished,
}

impl BadFrame {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Runt, Self::Fcs, Self::Accm, Self::Abort, Self::Overlong, Self::Unfinished];

    /// The reason as the trace words it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Runt => "runt",
            Self::Fcs => "bad FCS",
            Self::Accm => "control octets in the receive ACCM removed",
            Self::Abort => "abort",
            Self::Overlong => "overlong",
            Self::Unfinished => "unfinished",
        }
    }
}

impl fmt::Display for BadFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What came in since the deframer was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Good frames.
    pub frames: u64,
    /// Frames shorter than four octets; no FCS error (RFC 1662 §4.3).
    pub runts: u64,
    /// Frames whose FCS did not match, be it because of the receive ACCM.
    pub fcs_errors: u64,
    /// Frames ended by the abort sequence; no FCS error (RFC 1662 §4.3).
    pub aborts: u64,
    /// Frames longer than the receiver takes.
    pub overlong: u64,
}
