//! What a part of the lab was when it was built: `files.txt` beside its manifest.
//!
//! A line says which version of this file it is, whether it was written when the part was built, and how many lines follow. Then
//! comes a line for every entry of the tree, in their order: what was known of it without reading it (size, times of its
//! contents and of anything about it, inode), and its line in the hash ([`super::tree`]):
//!
//! ```text
//! files 1 built 986
//! 403984 1667345870.0 1795756810.123456789 1311021 f 755 2bc9…01 usr/sbin/pppd
//! ```
//!
//! So the hash of a stack as it was recorded is `tail -n +2 files.txt | cut -d ' ' -f 5- | sha256sum`.
//! Versions of offhook that do not know this file leave it alone, and it is removed with its part.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use super::tree::{Entry, Kind, Stat, digest, walk};

/// The record's name, beside the manifest.
pub(super) const RECORD: &str = "files.txt";

/// The version of these files; one of another version is written again.
const VERSION: u32 = 1;

/// When a part was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// When it was built.
    Built,
    /// Later, as it was then: a version of offhook built it that recorded nothing.
    Found,
}

impl Recorded {
    const fn word(self) -> &'static str {
        match self {
            Self::Built => "built",
            Self::Found => "found",
        }
    }
}

/// A part as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) recorded: Recorded,
    /// By path.
    pub(super) entries: Vec<Entry>,
}

impl Record {
    /// The tree as it is now.
    pub(super) fn of(root: &Path, recorded: Recorded) -> io::Result<Self> {
        Ok(Self { recorded, entries: walk(root)? })
    }

    /// Its hash.
    pub(super) fn sha256(&self) -> String {
        digest(self.entries.iter())
    }

    /// The record in that file; `None` if there is none, half of one, or one of another version.
    pub(super) fn read(file: &Path) -> Option<Self> {
        Self::parsed(&fs::read(file).ok()?)
    }

    /// Writes it to that file.
    pub(super) fn write(&self, file: &Path) -> io::Result<()> {
        fs::write(file, self.text())
    }

    fn text(&self) -> Vec<u8> {
        let mut text = format!("files {VERSION} {} {}\n", self.recorded.word(), self.entries.len()).into_bytes();
        for entry in &self.entries {
            let Stat { size, modified, changed, inode, .. } = entry.stat;
            let mut numbers = String::new();
            // A string takes whatever is written to it.
            let _ = write!(numbers, "{size} {}.{} {}.{} {inode} ", modified.0, modified.1, changed.0, changed.1);
            text.extend(numbers.into_bytes());
            text.extend(entry.line());
        }
        text
    }

    fn parsed(text: &[u8]) -> Option<Self> {
        let mut lines = text.strip_suffix(b"\n")?.split(|&octet| octet == b'\n');
        let head = std::str::from_utf8(lines.next()?).ok()?;
        let head = head.strip_prefix("files ")?.strip_prefix(&VERSION.to_string())?.trim_start();
        let (word, count) = head.split_once(' ')?;
        let recorded = [Recorded::Built, Recorded::Found].into_iter().find(|recorded| recorded.word() == word)?;
        let entries: Vec<Entry> = lines.map(entry).collect::<Option<_>>()?;
        let in_order = entries.is_sorted_by(|one, other| one.path < other.path);
        (in_order && count.parse() == Ok(entries.len())).then_some(Self { recorded, entries })
    }
}

fn entry(line: &[u8]) -> Option<Entry> {
    let mut fields = line.splitn(8, |&octet| octet == b' ');
    let mut word = || std::str::from_utf8(fields.next()?).ok();
    let size = word()?.parse().ok()?;
    let (modified, changed) = (time(word()?)?, time(word()?)?);
    let inode = word()?.parse().ok()?;
    let letter = word()?;
    let kind = Kind::ALL.into_iter().find(|kind| kind.letter() == letter)?;
    let mode = u32::from_str_radix(word()?, 8).ok()?;
    let sha256 = match word()? {
        "-" => String::new(),
        sha256 => sha256.to_owned(),
    };
    let stat = Stat { kind, mode, size, modified, changed, inode };
    Some(Entry { path: unescaped(fields.next()?)?, stat, sha256 })
}

fn time(text: &str) -> Option<(i64, i64)> {
    let (seconds, nanoseconds) = text.split_once('.')?;
    Some((seconds.parse().ok()?, nanoseconds.parse().ok()?))
}

fn unescaped(text: &[u8]) -> Option<Vec<u8>> {
    let mut path = Vec::with_capacity(text.len());
    let mut octets = text.iter();
    while let Some(&octet) = octets.next() {
        path.push(match octet {
            b'\\' => match octets.next()? {
                b'n' => b'\n',
                b'\\' => b'\\',
                _ => return None,
            },
            octet => octet,
        });
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    use super::*;

    fn record() -> (tempfile::TempDir, Record) {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        fs::create_dir_all(root.join("with space")).unwrap();
        for name in [&b"a\nb"[..], b"back\\slash", b"\xff", b"with space/x"] {
            fs::write(root.join(OsStr::from_bytes(name)), "text").unwrap();
        }
        symlink("\\n", root.join("link")).unwrap();
        let record = Record::of(&root, Recorded::Found).unwrap();
        (dir, record)
    }

    #[test]
    fn a_record_is_read_as_it_was_written_whatever_names_are_like() {
        let (dir, record) = record();
        let file = dir.path().join("files.txt");
        assert_eq!(Record::read(&file), None);
        record.write(&file).unwrap();
        assert_eq!(Record::read(&file), Some(record));
    }

    #[test]
    fn half_a_record_or_one_of_another_version_is_none() {
        let (_dir, record) = record();
        let text = record.text();
        assert_eq!(Record::parsed(&text), Some(record));
        for end in 0..text.len() {
            assert_eq!(Record::parsed(&text[..end]), None, "{end}");
        }
        let other = String::from_utf8_lossy(&text).replacen("files 1", "files 2", 1);
        assert_eq!(Record::parsed(other.as_bytes()), None);
    }

    #[test]
    fn a_shell_computes_the_hash_from_the_file() {
        let (dir, record) = record();
        record.write(&dir.path().join("files.txt")).unwrap();
        let mut shell = std::process::Command::new("sh");
        let output =
            shell.current_dir(&dir).args(["-c", "tail -n +2 files.txt | cut -d ' ' -f 5- | sha256sum"]).output();
        let text = String::from_utf8(output.unwrap().stdout).unwrap();
        assert_eq!(text.split(' ').next(), Some(record.sha256().as_str()));
    }
}
