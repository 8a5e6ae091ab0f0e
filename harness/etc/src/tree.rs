//! An `/etc` as it lies in a directory: every file with its mode and owner, links as links.
//!
//! In goes a directory; out comes an [`Etc`], in the order of paths, whatever the directory's own order, and what of it was
//! not taken, with the reason. [`read`] takes what a dial-in server reads and no more: for an audit, which may be of this very
//! machine. [`read_whole`] takes all there is: for a server that is to run with it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use offhook_base::plain;
use offhook_base::rooted::{Kind, Root, leads_away};

use crate::{Content, Etc, RawFile};

/// What a dial-in server reads, as paths below `/etc`: files, or directories with all that is in them.
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
    "init",
];
/// How the files begin that close one port to all callers: `nologin.ttyS0`.
const NOLOGIN: &str = "nologin.";
/// The longest file that is taken: no configuration is longer.
pub const LONGEST: u64 = 1 << 20;
/// What is not taken into another machine: made by a machine for its own libraries, or naming them.
const OF_THE_MACHINE: &[&str] = &["ld.so.cache", "ld.so.preload"];
/// How deep directories may lie in one another.
const DEEPEST: usize = 8;
/// Files and octets that are taken of one tree: no dial-in server has as many, and a guest's memory holds them.
pub const MOST_FILES: usize = 10_000;
/// See [`MOST_FILES`].
pub const MOST_OCTETS: u64 = 8 << 20;

/// What could not be read, or was not taken.
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
    Ok(Taking::begun(directory)?.done())
}

/// The same of the whole tree, as far as it has room: what a dial-in server reads comes first.
///
/// # Errors
///
/// If the directory itself cannot be read.
pub fn read_whole(directory: &Path) -> io::Result<(Etc, Vec<Unread>)> {
    let mut taking = Taking::begun(directory)?;
    taking.rest = true;
    taking.take_all(Path::new(""), 0);
    Ok(taking.done())
}

/// Whether a path below `/etc` is one of those that a dial-in server reads.
pub fn is_taken(path: &Path) -> bool {
    let closes = path.to_str().is_some_and(|path| path.starts_with(NOLOGIN) && !path.contains('/'));
    closes || TAKEN.iter().any(|taken| path.starts_with(taken))
}

/// Where a link leads that leads out of `/etc`; `None`: it does not, or is none.
pub fn leads_out(file: &RawFile) -> Option<String> {
    let Content::Link(target) = &file.content else { return None };
    let parent = file.path.rsplit_once('/').map_or("", |(parent, _)| parent);
    let place = if target.starts_with('/') { joined("", target) } else { joined(parent, target) };
    (!place.starts_with("/etc/")).then_some(place)
}

struct Taking<'a> {
    root: Root,
    directory: &'a Path,
    etc: Etc,
    unread: Vec<Unread>,
    octets: u64,
    /// What a dial-in server reads has been taken.
    rest: bool,
}

impl<'a> Taking<'a> {
    /// What a dial-in server reads is taken. The directory itself must be there; what it lacks is for others to judge.
    fn begun(directory: &'a Path) -> io::Result<Self> {
        let root = Root::open(directory)?;
        let mut taking = Self { root, directory, etc: Etc::default(), unread: Vec::new(), octets: 0, rest: false };
        for name in TAKEN {
            taking.take(Path::new(name), 0);
        }
        // Of a directory that cannot be listed all else tells.
        for name in taking.root.names(Path::new(""), MOST_FILES).unwrap_or_default() {
            if name.to_str().is_some_and(|name| name.starts_with(NOLOGIN)) {
                taking.take(Path::new(&name), 0);
            }
        }
        Ok(taking)
    }

    fn done(self) -> (Etc, Vec<Unread>) {
        let Self { mut etc, unread, .. } = self;
        etc.files.sort_by(|a, b| a.path.cmp(&b.path));
        (etc, unread)
    }

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
            Kind::Other => return self.fail(path, "a socket, a FIFO or a device"),
            Kind::Link => self.root.link(path).and_then(|target| match target.into_os_string().into_string() {
                Ok(target) => Ok(Content::Link(target)),
                Err(_) => Err(io::Error::other("a link whose target is not UTF-8")),
            }),
            Kind::File if about.length > LONGEST => {
                return self.fail(path, format!("longer than {LONGEST} octets"));
            }
            Kind::File if self.octets + about.length > MOST_OCTETS || self.etc.files.len() >= MOST_FILES => {
                let megabytes = MOST_OCTETS >> 20;
                let why = format!("an /etc of more than {MOST_FILES} files or {megabytes} MiB is not read whole");
                return self.fail(path, why);
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
                for name in names {
                    let path = path.join(&name);
                    match name.to_str() {
                        None => self.fail(&path, "its name is not UTF-8"),
                        Some(_) if OF_THE_MACHINE.iter().any(|other| path == Path::new(other)) => {
                            self.fail(&path, "it is about the libraries of the machine that it comes from");
                        }
                        Some(_) if self.rest && is_taken(&path) => {}
                        Some(_) => self.take(&path, depth + 1),
                    }
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
                "a socket, a FIFO or a device",
                "longer than 1048576 octets",
            ]
        );
    }

    #[test]
    fn a_whole_etc_is_all_its_files_and_what_is_left_out_is_told_by_name() {
        let scratch = tempfile::tempdir().unwrap();
        let etc = scratch.path().join("etc");
        for directory in ["callerid", "ppp", "systemd/system", "a/b/c/d/e/f/g/h"] {
            fs::create_dir_all(etc.join(directory)).unwrap();
        }
        let files =
            ["callerid/say.sh", "nologin.ttyS0", "ppp/options", "systemd/system/x.service", "a/b/c/d/e/f/g/h/deep"];
        for file in files.into_iter().chain(["ld.so.cache"]) {
            fs::write(etc.join(file), file).unwrap();
        }
        symlink("/usr/share/zoneinfo/UTC", etc.join("localtime")).unwrap();
        symlink("../outside", etc.join("away")).unwrap();
        symlink("ppp/options", etc.join("within")).unwrap();
        nix::unistd::mkfifo(&etc.join("fifo"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        drop(std::os::unix::net::UnixListener::bind(etc.join("socket")).unwrap());
        let (read, unread) = read_whole(&etc).unwrap();
        let paths: Vec<_> = read.files.iter().map(|file| file.path.as_str()).collect();
        let taken = [
            "away",
            "callerid/say.sh",
            "localtime",
            "nologin.ttyS0",
            "ppp/options",
            "systemd/system/x.service",
            "within",
        ];
        assert_eq!(paths, taken.map(|path| format!("/etc/{path}")));
        let left: Vec<_> = unread
            .iter()
            .map(|left| (left.path.strip_prefix(&etc).unwrap().to_str().unwrap(), left.why.as_str()))
            .collect();
        let other = "a socket, a FIFO or a device";
        let expected = [
            ("a/b/c/d/e/f/g/h", "more than 8 directories deep"),
            ("fifo", other),
            ("ld.so.cache", "it is about the libraries of the machine that it comes from"),
            ("socket", other),
        ];
        assert_eq!(left, expected);
        let out = |path: &str| leads_out(read.files.iter().find(|file| file.path == path).unwrap());
        assert_eq!(out("/etc/localtime").as_deref(), Some("/usr/share/zoneinfo/UTC"));
        assert_eq!((out("/etc/away").as_deref(), out("/etc/within")), (Some("/outside"), None));
    }

    #[test]
    fn what_a_dial_in_server_reads_has_room_before_all_else() {
        let scratch = tempfile::tempdir().unwrap();
        for number in 0..9 {
            fs::write(scratch.path().join(format!("a{number}")), vec![b'x'; LONGEST as usize]).unwrap();
        }
        fs::write(scratch.path().join("inittab"), "id:3:initdefault:\n").unwrap();
        let (etc, unread) = read_whole(scratch.path()).unwrap();
        assert!(etc.text("/etc/inittab").is_some());
        assert_eq!(etc.files.len(), 8);
        let why = "an /etc of more than 10000 files or 8 MiB is not read whole";
        assert!(unread.len() == 2 && unread.iter().all(|left| left.why == why), "{unread:?}");
    }

    #[test]
    fn octets_that_are_no_text_survive_the_way_into_a_guest() {
        let content = Content::File((0..=255).collect());
        let text = serde_json::to_string(&content).unwrap();
        assert_eq!(serde_json::from_str::<Content>(&text).unwrap(), content);
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
