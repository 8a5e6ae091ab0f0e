//! A server's `/etc` as data: files and links with owners and modes.

use serde::{Deserialize, Serialize};

/// A tree of files below `/etc`, as an administrator has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Etc {
    /// Files and links in the order of their paths, which are absolute: `/etc/inittab`.
    pub files: Vec<RawFile>,
}

/// A file with all that a server may look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawFile {
    /// Absolute path on the server.
    pub path: String,
    /// Permission bits.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// What is in it.
    pub content: Content,
}

/// What a [`RawFile`] is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// A file with these octets.
    File(Vec<u8>),
    /// A symbolic link to this place.
    Link(String),
}

impl RawFile {
    /// A file below `/etc` that belongs to root, with the mode it ought to have: 0600 where passwords are in it.
    pub fn text(path: &str, text: &str) -> Self {
        let private = ["-secrets", "login.config", "shadow"].iter().any(|name| path.ends_with(name));
        let mode = if private { 0o600 } else { 0o644 };
        let content = Content::File(text.as_bytes().to_vec());
        Self { path: format!("/etc/{path}"), mode, uid: 0, gid: 0, content }
    }

    /// A link below `/etc`.
    pub fn link(path: &str, target: &str) -> Self {
        let content = Content::Link(target.to_owned());
        Self { path: format!("/etc/{path}"), mode: 0o777, uid: 0, gid: 0, content }
    }
}

impl Etc {
    /// Files of root below `/etc` with these texts, and more.
    pub fn of_texts(texts: &[(&str, &str)], more: Vec<RawFile>) -> Self {
        let files = texts.iter().map(|(path, text)| RawFile::text(path, text));
        Self::of(files.chain(more).collect())
    }

    /// Those files, in the order of their paths.
    pub fn of(mut files: Vec<RawFile>) -> Self {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Self { files }
    }
}
