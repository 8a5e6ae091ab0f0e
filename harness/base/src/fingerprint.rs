//! What ran, so that two outcomes can be compared.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What ran: the versions and hashes that make two outcomes comparable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fingerprint {
    /// Version of offhook.
    pub offhook: String,
    /// Kernel release, `7.3.4`.
    pub kernel: String,
    /// SHA-256 of the kernel image as it is on disk, in hexadecimal.
    pub kernel_sha256: String,
    /// Stack name, `bookworm`.
    pub stack: String,
    /// Versions of the packages that matter, `mgetty 1.2.1-1.2`, in order.
    pub packages: Vec<String>,
    /// SHA-256 over names and hashes of all packages of the stack, in hexadecimal.
    pub stack_sha256: String,
    /// SHA-256 over the stack's files as they are on disk, in hexadecimal.
    pub files_sha256: String,
    /// Whether the kernel image is another than the one that was built: then its release does not tell what ran.
    pub kernel_changed: bool,
    /// Which of the stack's files are not as they were built: then its packages do not tell what ran.
    pub changed: Changes,
    /// How the stack was made, if it is of the scenario file's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<Made>,
    /// What stands in the place of a stack, if something does: then there is no kernel, and there are no packages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<InPlace>,
}

/// How a stack of a scenario file's own was made. Its `Display` says both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Made {
    /// The stack that it is from.
    pub from: String,
    /// SHA-256 over that one's name and the names and hashes of the files that were put into it, in hexadecimal.
    pub sha256: String,
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "from {}, by sha256 {}", self.from, self.sha256)
    }
}

/// What stands in the place of a stack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InPlace {
    /// How it is reached: `exec ./my-ppp`, `tcp:localhost:5555`.
    pub by: String,
    /// The options of the command that play it.
    pub options: Vec<String>,
}

/// Files of the lab that are not as they were recorded. Its `Display` names them: `/usr/sbin/pppd, /etc/hosts (missing) and
/// 3 more`; nothing if there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Changes {
    /// How many there are.
    pub count: usize,
    /// The first of them, by path.
    pub files: Vec<FileChange>,
}

impl Changes {
    /// How many are kept by name: somebody may have changed the modes of all of them.
    pub const NAMED: usize = 20;

    /// One more, after those that are there.
    pub fn push(&mut self, change: FileChange) {
        self.count += 1;
        if self.files.len() < Self::NAMED {
            self.files.push(change);
        }
    }

    /// Whether all is as it was recorded.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, file) in self.files.iter().enumerate() {
            let comma = if number > 0 { ", " } else { "" };
            write!(f, "{comma}{}{}", file.file, file.change.remark())?;
            if let Some(sha256) = &file.sha256 {
                write!(f, " by sha256 {sha256}")?;
            }
        }
        match self.count.saturating_sub(self.files.len()) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// A file of the lab that is not as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FileChange {
    /// Its path in the guest; of the kernel's image its name.
    pub file: String,
    /// What is different.
    pub change: Change,
    /// Of what was put in its place, SHA-256 in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

impl FileChange {
    /// That change of that file.
    pub fn new(file: &str, change: Change) -> Self {
        Self { file: file.to_owned(), change, sha256: None }
    }
}

/// What is different of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// What is in it, or what it leads to.
    Contents,
    /// Its mode alone.
    Mode,
    /// It is something else: a link instead of a file, say.
    Type,
    /// It was not there.
    Added,
    /// It is not there any more.
    Missing,
    /// Another file was put in its place for this run.
    Replaced,
}

impl Change {
    /// What stands behind the file's name; a change of contents goes without saying.
    const fn remark(self) -> &'static str {
        match self {
            Self::Contents => "",
            Self::Mode => " (mode)",
            Self::Type => " (type)",
            Self::Added => " (added)",
            Self::Missing => " (missing)",
            Self::Replaced => " (replaced)",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(number: usize, change: Change) -> FileChange {
        FileChange::new(&format!("/etc/{number}"), change)
    }

    #[test]
    fn changes_name_the_first_and_count_the_rest() {
        let mut changes = Changes::default();
        assert_eq!((changes.to_string(), changes.is_empty()), (String::new(), true));
        for (number, change) in
            [Change::Contents, Change::Mode, Change::Type, Change::Added, Change::Missing].into_iter().enumerate()
        {
            changes.push(changed(number, change));
        }
        assert_eq!(changes.to_string(), "/etc/0, /etc/1 (mode), /etc/2 (type), /etc/3 (added), /etc/4 (missing)");
        let mut many = Changes::default();
        (0..Changes::NAMED + 5).for_each(|number| many.push(changed(number, Change::Mode)));
        assert_eq!((many.count, many.files.len()), (25, 20));
        assert!(many.to_string().ends_with("/etc/19 (mode) and 5 more"), "{many}");
    }
}
