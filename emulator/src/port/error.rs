//! What can go wrong at a port: what was being done, where, what came, and what to do about it.

use std::fmt;

use nix::errno::Errno;

/// Why a port cannot do what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortError {
    doing: String,
    cause: Errno,
    help: &'static str,
}

impl PortError {
    /// `doing` is what was being done and where, as in "making a pty"; `help` is what to do about it.
    pub(super) fn new(doing: impl Into<String>, cause: Errno, help: &'static str) -> Self {
        Self { doing: doing.into(), cause, help }
    }

    /// The system's error number.
    pub fn cause(&self) -> Errno {
        self.cause
    }
}

impl fmt::Display for PortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed: {}; {}", self.doing, self.cause.desc(), self.help)
    }
}

impl std::error::Error for PortError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_where_why_and_what_to_do() {
        let error = PortError::new("hanging up /dev/pts/3", Errno::EPERM, "it needs root");
        assert_eq!(error.to_string(), "hanging up /dev/pts/3 failed: Operation not permitted; it needs root");
    }
}
