//! How a call ends at one end of it.

/// Whether the other end is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// The end hangs up, and the modems tell each other.
    Orderly,
    /// The line is cut, or the cable pulled: carrier just stops.
    Abrupt,
}

impl Release {
    /// Whether nobody is told.
    pub const fn is_abrupt(self) -> bool {
        matches!(self, Self::Abrupt)
    }
}
