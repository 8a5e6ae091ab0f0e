//! Which line of an exchange is meant, and who calls one.

/// A subscriber line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineId(pub(super) usize);

/// Who calls a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// A caller without a line here.
    Outside,
    /// The modem of another line.
    Line(LineId),
}
