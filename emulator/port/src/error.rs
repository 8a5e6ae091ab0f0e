//! What can go wrong at a port: what was being done, where, what came, and what to do about it.

use std::borrow::Cow;
use std::fmt;
use std::io;

use nix::errno::Errno;

/// Why a port cannot do what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortError {
    doing: String,
    cause: Errno,
    /// What came, where the system has no number for it.
    said: Option<String>,
    help: Cow<'static, str>,
}

impl PortError {
    /// `doing` is what was being done and where, as in "making a pty"; `help` is what to do about it.
    pub(super) fn new(doing: impl Into<String>, cause: Errno, help: impl Into<Cow<'static, str>>) -> Self {
        Self { doing: doing.into(), cause, said: None, help: help.into() }
    }

    /// The same, of an error that may come from a library.
    pub(super) fn io(doing: impl Into<String>, cause: &io::Error, help: impl Into<Cow<'static, str>>) -> Self {
        match cause.raw_os_error() {
            Some(number) => Self::new(doing, Errno::from_raw(number), help),
            None => Self { said: Some(cause.to_string()), ..Self::new(doing, Errno::UnknownErrno, help) },
        }
    }

    /// The system's error number; [`Errno::UnknownErrno`] where the error is not the system's.
    pub fn cause(&self) -> Errno {
        self.cause
    }
}

impl fmt::Display for PortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = self.said.as_deref().unwrap_or_else(|| self.cause.desc());
        write!(f, "{} failed: {said}; {}", self.doing, self.help)
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

    #[test]
    fn an_error_without_a_number_says_what_the_library_said() {
        let cause = io::Error::other("the name is not known");
        let error = PortError::io("calling bbs:23", &cause, "is it spelt right?");
        assert_eq!(error.to_string(), "calling bbs:23 failed: the name is not known; is it spelt right?");
    }
}
