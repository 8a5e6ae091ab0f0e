//! What kept something from being done, in words for the person who reads them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something that could not be done. Its `Display` is the message alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    /// What was being done and what came instead.
    pub message: String,
    /// More lines.
    #[serde(default)]
    pub details: Vec<String>,
    /// What to do.
    #[serde(default)]
    pub help: Option<String>,
}

impl Error {
    /// A message alone.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), details: Vec::new(), help: None }
    }

    /// With advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// `doing`, and the reason in the system's words without its number.
    pub fn io(doing: impl Into<String>, error: &std::io::Error) -> Self {
        Self::new(format!("{}: {}", doing.into(), plain(error)))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// An I/O error's text without `(os error N)`.
pub fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(at) => text[..at].to_lowercase(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_system_come_without_their_number() {
        assert_eq!(plain(&std::io::Error::from_raw_os_error(2)), "no such file or directory");
    }
}
