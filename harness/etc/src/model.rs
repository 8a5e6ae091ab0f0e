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
    File(#[serde(with = "octets")] Vec<u8>),
    /// A symbolic link to this place.
    Link(String),
}

/// Whether passwords are in a file of that name: nobody but its owner may read it, and mgetty and pppd look at that.
pub fn is_private(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.ends_with("-secrets") || matches!(name, "login.config" | "shadow" | "gshadow")
}

/// Octets as text: a character for each, which is short for what is ASCII.
mod octets {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(octets: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&octets.iter().copied().map(char::from).collect::<String>())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.chars().map(|character| u8::try_from(character).map_err(D::Error::custom)).collect()
    }
}

impl RawFile {
    /// A file below `/etc` that belongs to root, with the mode it ought to have: 0600 where passwords are in it.
    pub fn text(path: &str, text: &str) -> Self {
        let mode = if is_private(path) { 0o600 } else { 0o644 };
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
