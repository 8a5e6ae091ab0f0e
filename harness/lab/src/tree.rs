//! A directory as it is on disk: what is in it, and one hash of all that.
//!
//! In: a directory, or a single file. Out: an [`Entry`] for the directory itself and for everything below it, in the order of
//! their paths' octets, whatever order the file system lists them in.
//!
//! The hash ([`digest`]) is SHA-256 over a line for each entry: its kind (`f` a file, `d` a directory, `l` a symbolic link, `o`
//! anything else), its mode in octal, the SHA-256 of its contents or of a link's target (`-` where there is none), and its path,
//! in which a backslash and a newline are `\\` and `\n`:
//!
//! ```text
//! f 755 2bc9…01 usr/sbin/pppd
//! ```
//!
//! Owners, times and sizes are not in it: two who build the same packages get the same hash. That of a single file is that of
//! its contents, as sha256sum(1) prints it.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::libc;

use super::manifest::{octets_digest, reader_digest};

/// What something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    File,
    Directory,
    Link,
    Other,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [Self::File, Self::Directory, Self::Link, Self::Other];

    pub(super) const fn letter(self) -> &'static str {
        match self {
            Self::File => "f",
            Self::Directory => "d",
            Self::Link => "l",
            Self::Other => "o",
        }
    }
}

/// What can be known of it without reading it: where this is the same, so are the contents. The kernel alone sets `changed`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stat {
    pub(super) kind: Kind,
    /// Permissions.
    pub(super) mode: u32,
    pub(super) size: u64,
    /// When its contents changed last (mtime): seconds, nanoseconds.
    pub(super) modified: (i64, i64),
    /// When anything about it changed last (ctime).
    pub(super) changed: (i64, i64),
    pub(super) inode: u64,
}

impl Stat {
    pub(super) fn of(about: &Metadata) -> Self {
        let kind = match about.file_type() {
            kind if kind.is_file() => Kind::File,
            kind if kind.is_dir() => Kind::Directory,
            kind if kind.is_symlink() => Kind::Link,
            _ => Kind::Other,
        };
        Self {
            kind,
            mode: about.mode() & 0o7777,
            size: about.size(),
            modified: (about.mtime(), about.mtime_nsec()),
            changed: (about.ctime(), about.ctime_nsec()),
            inode: about.ino(),
        }
    }
}

/// Something in a tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its path below the root; empty: the root itself.
    pub(super) path: Vec<u8>,
    pub(super) stat: Stat,
    /// SHA-256 of its contents or its target, in hexadecimal; empty where there is neither.
    pub(super) sha256: String,
}

impl Entry {
    /// What is at that path, contents and all.
    pub(super) fn read(root: &Path, path: Vec<u8>) -> io::Result<Self> {
        let place = place(root, &path);
        // Asked before it is read: what changes meanwhile has another time the next time it is looked at.
        let stat = Stat::of(&fs::symlink_metadata(&place)?);
        Ok(Self { path, stat, sha256: contents(&place, stat.kind)? })
    }

    /// Its line in the hash.
    pub(super) fn line(&self) -> Vec<u8> {
        let Stat { kind, mode, .. } = self.stat;
        let sha256 = if self.sha256.is_empty() { "-" } else { &self.sha256 };
        let mut line = format!("{} {mode:o} {sha256} ", kind.letter()).into_bytes();
        for &octet in &self.path {
            match octet {
                b'\\' => line.extend(b"\\\\"),
                b'\n' => line.extend(b"\\n"),
                _ => line.push(octet),
            }
        }
        line.push(b'\n');
        line
    }
}

/// The hash of these, which are in order.
pub(super) fn digest<'a>(entries: impl Iterator<Item = &'a Entry> + Clone) -> String {
    let mut few = entries.clone();
    match (few.next(), few.next()) {
        (Some(one), None) if one.stat.kind == Kind::File => one.sha256.clone(),
        _ => octets_digest(entries.map(Entry::line)),
    }
}

/// All of a tree, in order.
pub(super) fn walk(root: &Path) -> io::Result<Vec<Entry>> {
    below(root, Vec::new())
}

/// What is at that path of the tree and below it, in order.
pub(super) fn below(root: &Path, path: Vec<u8>) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut open = vec![path];
    while let Some(path) = open.pop() {
        let entry = Entry::read(root, path)?;
        if entry.stat.kind == Kind::Directory {
            open.extend(children(root, &entry.path)?);
        }
        entries.push(entry);
    }
    entries.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(entries)
}

/// The paths of what is in a directory of the tree, in no order.
pub(super) fn children(root: &Path, path: &[u8]) -> io::Result<Vec<Vec<u8>>> {
    let child = |entry: io::Result<fs::DirEntry>| {
        let name = entry?.file_name().into_vec();
        Ok(if path.is_empty() { name } else { [path, b"/", &name].concat() })
    };
    fs::read_dir(place(root, path))?.map(child).collect()
}

/// Where something of the tree is.
pub(super) fn place(root: &Path, path: &[u8]) -> PathBuf {
    if path.is_empty() { root.to_owned() } else { root.join(OsStr::from_bytes(path)) }
}

/// SHA-256 of what is in it, or of what it leads to.
pub(super) fn contents(place: &Path, kind: Kind) -> io::Result<String> {
    match kind {
        Kind::File => reader_digest(&mut open(place)?),
        Kind::Link => Ok(octets_digest([fs::read_link(place)?.into_os_string().into_vec()])),
        Kind::Directory | Kind::Other => Ok(String::new()),
    }
}

/// Opens a file; something else that took its place meanwhile is not waited for.
fn open(place: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(place)
}

/// Gives everything in a tree the modes that it gets wherever it is built: the user's umask is not in the hash, and nobody else
/// may write there.
pub(super) fn settle_modes(root: &Path) -> io::Result<()> {
    let mut open = vec![root.to_owned()];
    while let Some(path) = open.pop() {
        let about = fs::symlink_metadata(&path)?;
        let wanted = match Stat::of(&about).kind {
            Kind::Directory => 0o755,
            Kind::File => 0o644 | (about.mode() & 0o111),
            Kind::Link | Kind::Other => continue,
        };
        if about.mode() & 0o7777 != wanted {
            fs::set_permissions(&path, Permissions::from_mode(wanted))?;
        }
        if about.is_dir() {
            for entry in fs::read_dir(&path)? {
                open.push(entry?.path());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::symlink;

    use super::*;

    /// Files made in that order.
    fn tree(names: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for name in names {
            match *name {
                "bin" => fs::create_dir(dir.path().join("bin")).unwrap(),
                "bin/sh" => symlink("dash", dir.path().join("bin/sh")).unwrap(),
                name => fs::write(dir.path().join(name), "abc").unwrap(),
            }
        }
        settle_modes(dir.path()).unwrap();
        dir
    }

    const NAMES: [&str; 5] = ["bin", "bin/dash", "bin/sh", "bin-x", "a\nb\\"];

    #[test]
    fn the_hash_is_sha256_of_the_lines_that_stand_in_the_documentation() {
        let dir = tree(&NAMES);
        // printf abc | sha256sum, printf dash | sha256sum; `bin-x` is before `bin/dash`: `-` is 2D, `/` 2F.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let dash = "af9d2c92ddc38ca77b3cd29e944c9b61928032808d3a3cb6c3a3c8965067291e";
        let lines = format!(
            "d 755 - \nf 644 {abc} a\\nb\\\\\nd 755 - bin\nf 644 {abc} bin-x\nf 644 {abc} bin/dash\nl 777 {dash} bin/sh\n"
        );
        let entries = walk(dir.path()).unwrap();
        let told: Vec<u8> = entries.iter().flat_map(Entry::line).collect();
        assert_eq!(String::from_utf8(told).unwrap(), lines);
        assert_eq!(digest(entries.iter()), octets_digest([lines]));
    }

    #[test]
    fn neither_the_order_of_making_nor_times_are_in_the_hash() {
        let reversed = ["a\nb\\", "bin-x", "bin", "bin/sh", "bin/dash"];
        let (one, other) = (tree(&NAMES), tree(&reversed));
        fs::set_permissions(other.path().join("bin-x"), Permissions::from_mode(0o644)).unwrap();
        let hash = |dir: &tempfile::TempDir| digest(walk(dir.path()).unwrap().iter());
        assert_eq!(hash(&one), hash(&other));
    }

    #[test]
    fn path_kind_mode_contents_and_target_are_in_the_hash() {
        let changes: [fn(&Path); 6] = [
            |root| fs::rename(root.join("bin-x"), root.join("bin-y")).unwrap(),
            |root| fs::set_permissions(root.join("bin"), Permissions::from_mode(0o700)).unwrap(),
            |root| fs::write(root.join("bin/dash"), "abd").unwrap(),
            |root| fs::write(root.join("bin/new"), "").unwrap(),
            |root| {
                fs::remove_file(root.join("bin/sh")).unwrap();
                symlink("bash", root.join("bin/sh")).unwrap();
            },
            |root| {
                fs::remove_file(root.join("bin/sh")).unwrap();
                fs::write(root.join("bin/sh"), "dash").unwrap();
            },
        ];
        let mut seen = vec![digest(walk(tree(&NAMES).path()).unwrap().iter())];
        for change in changes {
            let dir = tree(&NAMES);
            change(dir.path());
            let hash = digest(walk(dir.path()).unwrap().iter());
            assert!(!seen.contains(&hash), "{}", seen.len());
            seen.push(hash);
        }
    }

    #[test]
    fn the_hash_of_one_file_is_that_of_its_contents() {
        let dir = tree(&NAMES);
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest(walk(&dir.path().join("bin-x")).unwrap().iter()), abc);
    }

    #[test]
    fn whatever_the_umask_was_the_modes_are_the_same_afterwards() {
        let dir = tree(&NAMES);
        let mode = |name: &str| fs::symlink_metadata(dir.path().join(name)).unwrap().mode() & 0o7777;
        for (name, given, settled) in
            [("bin", 0o775, 0o755), ("bin", 0o700, 0o755), ("bin-x", 0o664, 0o644), ("bin-x", 0o775, 0o755)]
        {
            fs::set_permissions(dir.path().join(name), Permissions::from_mode(given)).unwrap();
            settle_modes(dir.path()).unwrap();
            assert_eq!(mode(name), settled, "{name} {given:o}");
        }
    }
}
