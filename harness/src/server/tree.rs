//! An `/etc` as it lies in a directory: every file with its mode and owner, links as links.
//!
//! In goes a directory; out comes an [`Etc`], in the order of paths, whatever the directory's own order.
//! Only what a dial-in server reads is taken; the rest of an `/etc` is none of our business.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::scenario::{Content, Etc, RawFile};

/// What is taken, as paths below `/etc`: files, or directories with all that is in them.
pub const TAKEN: &[&str] = &[
    "inittab",
    "inittab.d",
    "mgetty",
    "mgetty+sendfax",
    "ppp",
    "passwd",
    "shadow",
    "group",
    "pam.d",
    "hosts",
    "hostname",
    "issue",
    "issue.mgetty",
    "nologin",
    "securetty",
    "login.defs",
    "systemd/system",
];
/// The longest file that is taken: no configuration is longer.
pub const LONGEST: u64 = 1 << 20;
/// How deep directories may lie in one another.
const DEEPEST: usize = 8;

/// What could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The file on this machine.
    pub path: PathBuf,
    /// Why.
    pub why: String,
}

/// Reads what a dial-in server needs of the `/etc` in `directory`, and tells what could not be read.
pub fn read(directory: &Path) -> io::Result<(Etc, Vec<Unread>)> {
    // The directory itself must be there; what it lacks is for others to judge.
    fs::read_dir(directory)?;
    let mut etc = Etc::default();
    let mut unread = Vec::new();
    for name in TAKEN {
        take(&directory.join(name), &format!("/etc/{name}"), 0, &mut etc, &mut unread);
    }
    etc.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok((etc, unread))
}

fn take(place: &Path, path: &str, depth: usize, etc: &mut Etc, unread: &mut Vec<Unread>) {
    let mut failed = |why: String| unread.push(Unread { path: place.to_owned(), why });
    let about = match fs::symlink_metadata(place) {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return,
        Err(error) => return failed(crate::run::plain(&error)),
    };
    let file = |content| RawFile {
        path: path.to_owned(),
        mode: about.mode() & 0o7777,
        uid: about.uid(),
        gid: about.gid(),
        content,
    };
    if about.is_symlink() {
        match fs::read_link(place) {
            Ok(target) => etc.files.push(file(Content::Link(target.to_string_lossy().into_owned()))),
            Err(error) => failed(crate::run::plain(&error)),
        }
    } else if about.is_dir() {
        if depth >= DEEPEST {
            return failed(format!("more than {DEEPEST} directories deep"));
        }
        match fs::read_dir(place) {
            Ok(entries) => {
                for entry in entries.flatten() {
                    let name = entry.file_name();
                    let Some(name) = name.to_str() else { continue };
                    take(&entry.path(), &format!("{path}/{name}"), depth + 1, etc, unread);
                }
            }
            Err(error) => failed(crate::run::plain(&error)),
        }
    } else if !about.is_file() {
        failed("neither a file nor a directory".to_owned());
    } else if about.len() > LONGEST {
        failed(format!("longer than {LONGEST} octets"));
    } else {
        match fs::read(place) {
            Ok(octets) => etc.files.push(file(Content::File(octets))),
            Err(error) => failed(crate::run::plain(&error)),
        }
    }
}

impl Etc {
    /// The file at that absolute path, links below `/etc` followed.
    pub fn file(&self, path: &str) -> Option<&RawFile> {
        let mut path = path.to_owned();
        for _ in 0..DEEPEST {
            let found = self.files.iter().find(|file| file.path == path)?;
            match &found.content {
                Content::File(_) => return Some(found),
                Content::Link(target) if target.starts_with('/') => path.clone_from(target),
                Content::Link(target) => {
                    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned();
                    path = joined(&parent, target);
                }
            }
        }
        None
    }

    /// Its text, octets that are none replaced.
    pub fn text(&self, path: &str) -> Option<String> {
        match &self.file(path)?.content {
            Content::File(octets) => Some(String::from_utf8_lossy(octets).into_owned()),
            Content::Link(_) => None,
        }
    }
}

/// `/etc/a` and `../b` are `/etc/b`.
fn joined(parent: &str, target: &str) -> String {
    let mut parts: Vec<&str> = parent.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_etc_is_read_in_the_order_of_its_paths_with_modes_and_links() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("ppp")).unwrap();
        fs::write(dir.path().join("ppp/options"), "lock\n").unwrap();
        fs::write(dir.path().join("ppp/a"), "").unwrap();
        fs::write(dir.path().join("fstab"), "none of our business").unwrap();
        std::os::unix::fs::symlink("ppp/options", dir.path().join("inittab")).unwrap();
        let (etc, unread) = read(dir.path()).unwrap();
        let paths: Vec<_> = etc.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["/etc/inittab", "/etc/ppp/a", "/etc/ppp/options"]);
        assert_eq!(etc.text("/etc/inittab").as_deref(), Some("lock\n"));
        assert_eq!(unread, []);
    }

    #[test]
    fn a_link_to_itself_is_no_file() {
        let link = RawFile {
            path: "/etc/inittab".into(),
            mode: 0o777,
            uid: 0,
            gid: 0,
            content: Content::Link("inittab".into()),
        };
        assert_eq!(Etc { files: vec![link] }.file("/etc/inittab"), None);
    }
}
