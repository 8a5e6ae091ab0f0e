//! Why octets of a call never arrive.

/// Why octets are lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum LossCause {
    /// The modem's buffer was full, and whoever filled it did not stop.
    BufferFull,
    /// Whoever sent them ended the call before they had left.
    SenderHungUp,
    /// Whoever they were for had ended the call, or was gone.
    ReceiverHungUp,
    /// There was no carrier.
    NoCarrier,
    /// There was carrier, and the line was dead in this direction.
    DeadDirection,
    /// Whoever they were for did not read.
    NotRead,
    /// The line was disturbed on purpose.
    Disturbed,
}

impl LossCause {
    /// Why, as a clause.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::BufferFull => "the modem's buffer was full",
            Self::SenderHungUp => "the sender ended the call before they had left",
            Self::ReceiverHungUp => "the receiver had ended the call",
            Self::NoCarrier => "there was no carrier",
            Self::DeadDirection => "the line was dead in this direction",
            Self::NotRead => "the receiver did not read",
            Self::Disturbed => "the line was disturbed on purpose",
        }
    }
}
