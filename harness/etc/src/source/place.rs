//! A file of a server as its readers have it, and places in it.

use serde::Serialize;

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Place {
    /// The file's absolute path on the server.
    pub file: String,
    /// Line, from 1; `None`: the file as a whole.
    pub line: Option<usize>,
}

impl Place {
    /// A line of a file.
    pub fn line(file: impl Into<String>, line: usize) -> Self {
        Self { file: file.into(), line: Some(line) }
    }

    /// A file as a whole.
    pub fn file(file: impl Into<String>) -> Self {
        Self { file: file.into(), line: None }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}", self.file),
            None => f.write_str(&self.file),
        }
    }
}

/// A value and where it comes from; `None`: the program's own default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub place: Option<Place>,
}

/// One file.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Its absolute path on the server, as asked for.
    pub path: &'a str,
    /// What is in it.
    pub octets: &'a [u8],
    /// Permission bits.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
}

impl Source<'_> {
    /// Lines with their numbers from 1; octets that are no text are replaced.
    pub fn lines(&self) -> Vec<(usize, String)> {
        let text = String::from_utf8_lossy(self.octets);
        text.split('\n').enumerate().map(|(index, line)| (index + 1, line.to_owned())).collect()
    }

    /// A place in it.
    pub fn at(&self, line: usize) -> Place {
        Place::line(self.path, line)
    }
}
