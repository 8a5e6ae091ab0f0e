//! What a modem that is off hook hears of the exchange (ITU-T E.180/Q.35).
//!
//! Tones are events, not samples: which tones a modem tells apart is V.250's X (§6.2.7).

/// What is to be heard on a line that is off hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Tone {
    /// The exchange waits for a number.
    Dial,
    /// The called line rings.
    Ringing,
    /// The called line is busy.
    Busy,
    /// No path to the called line (fast busy).
    Congestion,
    /// Special information tone: no such number.
    Unobtainable,
    /// The called modem answers (V.25 answer tone): training begins.
    Answer,
    /// Nothing.
    Silence,
}

impl Tone {
    /// The tone in words: `dial tone`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dial => "dial tone",
            Self::Ringing => "ringing tone",
            Self::Busy => "busy tone",
            Self::Congestion => "congestion tone",
            Self::Unobtainable => "special information tone",
            Self::Answer => "answer tone",
            Self::Silence => "silence",
        }
    }
}
