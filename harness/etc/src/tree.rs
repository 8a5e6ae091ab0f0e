//! An `/etc` as it lies in a directory: every file with its mode and owner, links as links.
//!
//! In goes a directory; out comes an [`Etc`], in the order of paths, whatever the directory's own order.
//! Only what a dial-in server reads is taken; the rest of an `/etc` is none of our business.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use offhook_base::plain;
use offhook_base::rooted::{Kind, Root, leads_away};

use crate::{Content, Etc, RawFile};

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
/// Files and octets that are taken of one tree: no dial-in server has as many.
const MOST_FILES: usize = 10_000;
const MOST_OCTETS: u64 = 64 << 20;

/// What could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The file on this machine.
    pub path: PathBuf,
    /// Why.
    pub why: String,
}

/// Reads what a dial-in server needs of the `/etc` in `directory`, and tells what could not be read. Nothing outside of the
/// directory is looked at, whatever leads there.
///
/// # Errors
///
/// If the directory itself cannot be read.
pub fn read(directory: &Path) -> io::Result<(Etc, Vec<Unread>)> {
    // The directory itself must be there; what it lacks is for others to judge.
    let root = Root::open(directory)?;
    let mut taking = Taking { root, directory, etc: Etc::default(), unread: Vec::new(), octets: 0 };
    for name in TAKEN {
        taking.take(Path::new(name), 0);
    }
    let Taking { mut etc, unread, .. } = taking;
    etc.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok((etc, unread))
}

struct Taking<'a> {
    root: Root,
    directory: &'a Path,
    etc: Etc,
    unread: Vec<Unread>,
    octets: u64,
}

impl Taking<'_> {
    fn fail(&mut self, path: &Path, why: impl Into<String>) {
        self.unread.push(Unread { path: self.directory.join(path), why: why.into() });
    }

    /// Takes what is at that path in the directory.
    fn take(&mut self, path: &Path, depth: usize) {
        let about = match self.root.about(path) {
            Ok(about) => about,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) if leads_away(&error) => {
                return self.fail(path, "a directory above it is a link, which is not followed");
            }
            Err(error) => return self.fail(path, plain(&error)),
        };
        let content = match about.kind {
            Kind::Directory => return self.take_all(path, depth),
            Kind::Other => return self.fail(path, "neither a file nor a directory"),
            Kind::Link => self.root.link(path).map(|target| Content::Link(target.to_string_lossy().into_owned())),
            Kind::File if about.length > LONGEST => {
                return self.fail(path, format!("longer than {LONGEST} octets"));
            }
            Kind::File if self.octets + about.length > MOST_OCTETS || self.etc.files.len() >= MOST_FILES => {
                let octets = MOST_OCTETS >> 20;
                return self
                    .fail(path, format!("an /etc of more than {MOST_FILES} files or {octets} MB is not read whole"));
            }
            Kind::File => self.octets(path).map(Content::File),
        };
        match content {
            Ok(content) => {
                let path = format!("/etc/{}", path.display());
                self.etc.files.push(RawFile { path, mode: about.mode, uid: about.uid, gid: about.gid, content });
            }
            Err(error) => self.fail(path, plain(&error)),
        }
    }

    fn take_all(&mut self, path: &Path, depth: usize) {
        if depth >= DEEPEST {
            return self.fail(path, format!("more than {DEEPEST} directories deep"));
        }
        match self.root.names(path, MOST_FILES) {
            Ok(names) => {
                for name in names.iter().filter(|name| name.to_str().is_some()) {
                    self.take(&path.join(name), depth + 1);
                }
            }
            Err(error) => self.fail(path, plain(&error)),
        }
    }

    fn octets(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        let octets = whole(self.root.file(path)?)?;
        self.octets += octets.len() as u64;
        Ok(octets)
    }
}

/// All octets of a file that is as short as a configuration.
pub(crate) fn whole(file: File) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    file.take(LONGEST).read_to_end(&mut octets)?;
    Ok(octets)
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
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn nothing_outside_is_read_and_what_is_left_out_is_told() {
        let scratch = tempfile::tempdir().unwrap();
        let (etc, outside) = (scratch.path().join("etc"), scratch.path().join("outside"));
        fs::create_dir_all(etc.join("ppp")).unwrap();
        fs::create_dir_all(outside.join("system")).unwrap();
        fs::write(outside.join("system/canary.service"), "outside").unwrap();
        fs::write(etc.join("ppp/long"), vec![b'x'; LONGEST as usize + 1]).unwrap();
        symlink("../outside", etc.join("systemd")).unwrap();
        symlink("../outside/system", etc.join("mgetty")).unwrap();
        nix::unistd::mkfifo(&etc.join("inittab"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        let (read, unread) = read(&etc).unwrap();
        let files: Vec<_> = read.files.iter().map(|file| (file.path.as_str(), &file.content)).collect();
        assert_eq!(files, [("/etc/mgetty", &Content::Link("../outside/system".to_owned()))]);
        let mut told: Vec<_> = unread.iter().map(|unread| unread.why.as_str()).collect();
        told.sort_unstable();
        assert_eq!(
            told,
            [
                "a directory above it is a link, which is not followed",
                "longer than 1048576 octets",
                "neither a file nor a directory",
            ]
        );
    }

    #[test]
    fn an_etc_is_read_in_the_order_of_its_paths_with_modes_and_links() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("ppp")).unwrap();
        fs::write(dir.path().join("ppp/options"), "lock\n").unwrap();
        fs::write(dir.path().join("ppp/a"), "").unwrap();
        fs::write(dir.path().join("fstab"), "none of our business").unwrap();
        symlink("ppp/options", dir.path().join("inittab")).unwrap();
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
