//! A stack of a scenario file's own: one that ships, with files and packages of this machine in the place of its own.

use std::path::PathBuf;

/// What a scenario file says of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnStack {
    /// Its name.
    pub name: String,
    /// The stack that ships and that it is from.
    pub from: String,
    /// Files in the place of the stack's.
    pub replaced: Vec<ReplacedBy>,
    /// Package files in the place of the release's, as they are reached from where this process runs.
    pub debs: Vec<PathBuf>,
}

/// A file in the place of one of a stack's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplacedBy {
    /// Its path on the server.
    pub path: String,
    /// The file on this machine, as it is reached from where this process runs.
    pub file: PathBuf,
}
