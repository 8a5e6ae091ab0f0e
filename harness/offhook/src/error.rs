//! Why something could not be done at all, in words for the person who reads them.

use std::fmt;

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A scenario, a server's words or a call's steps are wrong.
    Scenario,
    /// The lab is not there and could not be built, or it could not run a guest.
    Lab,
    /// A file or directory on this machine could not be read or written.
    Files,
}

/// Why something could not be done. It prints as the text that a person needs, also by `{:?}`, so that a test that returns it
/// fails with that text.
#[derive(Clone, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    text: String,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }

    /// What kind of thing went wrong.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text.trim_end())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::error::Error for Error {}

impl From<offhook_lab::LabError> for Error {
    fn from(error: offhook_lab::LabError) -> Self {
        Self::new(ErrorKind::Lab, error.to_string())
    }
}

impl From<offhook_schema::Errors> for Error {
    fn from(errors: offhook_schema::Errors) -> Self {
        Self::new(ErrorKind::Scenario, errors.render(offhook_schema::Style::PLAIN))
    }
}
