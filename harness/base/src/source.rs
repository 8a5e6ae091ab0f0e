//! A text that somebody wrote, kept for messages, and places in it.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A scenario file's name and text, kept for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// As the user gave it.
    pub path: PathBuf,
    /// Its text.
    pub text: Arc<str>,
}

/// A place in a scenario file, in octets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Octets before it.
    pub offset: usize,
    /// Octets in it.
    pub len: usize,
}
