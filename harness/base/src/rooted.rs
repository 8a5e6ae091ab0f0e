//! What lies below a directory, opened without ever leaving it: no `..`, no link of any kind, nothing that waits.
//!
//! In: paths relative to the directory, which somebody else may have chosen. Out: plain files, names, links as what they
//! say. The kernel keeps to it while it looks (openat2(2)), so that nothing can change in between; a kernel or a container
//! that has no openat2 is asked for one name after the other.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{CWD, Dir, FileType, Mode, OFlags, ResolveFlags, Stat, fstat, openat, openat2, readlinkat};
use rustix::io::Errno;

/// A directory that nothing leads out of.
#[derive(Debug)]
pub struct Root {
    directory: OwnedFd,
}

/// What something is, of itself and not of what it may lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// What kind of thing.
    pub kind: Kind,
    /// Permissions with setuid, setgid and sticky bits.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Octets of a file.
    pub length: u64,
}

/// Kinds of things below a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A plain file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// A device, a FIFO, a socket: never opened.
    Other,
}

impl Root {
    /// The directory at this path of the user's, links followed.
    ///
    /// # Errors
    ///
    /// If it cannot be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self { directory: openat(CWD, path, flags, Mode::empty())? })
    }

    /// What is at that path.
    ///
    /// # Errors
    ///
    /// If there is nothing, or a part of the path is no directory: a link (`ELOOP`) or anything else.
    pub fn about(&self, path: &Path) -> io::Result<About> {
        Ok(about(&fstat(self.beneath(path, OFlags::PATH)?)?))
    }

    /// The plain file at that path, to be read.
    ///
    /// # Errors
    ///
    /// As [`Root::about`]; if it is no plain file; if it may not be read.
    pub fn file(&self, path: &Path) -> io::Result<File> {
        // Not even opened to be looked at: some devices do something then.
        if self.about(path)?.kind != Kind::File {
            return Err(io::Error::other("no plain file"));
        }
        let file = self.beneath(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY)?;
        match about(&fstat(&file)?).kind {
            Kind::File => Ok(file.into()),
            _ => Err(io::Error::other("no plain file")),
        }
    }

    /// What the link at that path says.
    ///
    /// # Errors
    ///
    /// As [`Root::about`]; if it is no link.
    pub fn link(&self, path: &Path) -> io::Result<PathBuf> {
        let link = self.beneath(path, OFlags::PATH)?;
        Ok(OsString::from_vec(readlinkat(link, "", Vec::new())?.into_bytes()).into())
    }

    /// The names in the directory at that path, in order.
    ///
    /// # Errors
    ///
    /// As [`Root::about`]; if it is no directory, or may not be read; if there are more than `most`.
    pub fn names(&self, path: &Path, most: usize) -> io::Result<Vec<OsString>> {
        let directory = self.beneath(path, OFlags::RDONLY | OFlags::DIRECTORY)?;
        let mut names = Vec::new();
        for entry in Dir::read_from(directory)? {
            let name = OsString::from_vec(entry?.file_name().to_bytes().to_vec());
            if name == "." || name == ".." {
                continue;
            }
            if names.len() == most {
                return Err(io::Error::other(format!("more than {most} names in a directory")));
            }
            names.push(name);
        }
        names.sort();
        Ok(names)
    }

    fn beneath(&self, path: &Path, flags: OFlags) -> io::Result<OwnedFd> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        match openat2(&self.directory, path, flags, Mode::empty(), resolve) {
            // As old kernels and some containers answer.
            Err(Errno::NOSYS | Errno::PERM) => self.by_name(path, flags),
            opened => Ok(opened?),
        }
    }

    /// The same, one name after the other.
    fn by_name(&self, path: &Path, flags: OFlags) -> io::Result<OwnedFd> {
        let mut names: Vec<&OsStr> = Vec::new();
        for part in path.components() {
            match part {
                Component::Normal(name) => names.push(name),
                Component::CurDir => {}
                _ => return Err(Errno::XDEV.into()),
            }
        }
        let Some((last, before)) = names.split_last() else {
            return Ok(openat(&self.directory, ".", flags, Mode::empty())?);
        };
        let through = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut at = self.directory.as_fd().try_clone_to_owned()?;
        for name in before {
            // A link that is no directory for that: as openat2 says it.
            at = openat(&at, *name, through, Mode::empty()).map_err(|error| match error {
                Errno::NOTDIR if is_link(&at, name) => Errno::LOOP,
                error => error,
            })?;
        }
        Ok(openat(&at, *last, flags, Mode::empty())?)
    }
}

/// The plain file at this path of the user's, to be read: links are followed on the way to its directory, and it is none itself.
///
/// # Errors
///
/// If it is no plain file, or cannot be opened.
pub fn file_at(path: &Path) -> io::Result<File> {
    let name = path.file_name().ok_or_else(|| io::Error::other("no plain file"))?;
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
    Root::open(directory.unwrap_or(Path::new(".")))?.file(Path::new(name))
}

/// Whether something is not opened because a link, or a `..`, would lead away on the way to it.
pub fn leads_away(error: &io::Error) -> bool {
    [Errno::LOOP, Errno::XDEV].iter().any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

fn is_link(at: &OwnedFd, name: &OsStr) -> bool {
    readlinkat(at, name, Vec::new()).is_ok()
}

fn about(stat: &Stat) -> About {
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Directory,
        FileType::Symlink => Kind::Link,
        _ => Kind::Other,
    };
    let length = u64::try_from(stat.st_size).unwrap_or(0);
    About { kind, mode: stat.st_mode & 0o7777, uid: stat.st_uid, gid: stat.st_gid, length }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;
    use std::io::Read;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use super::*;

    /// A tree in which much leads out, beside what it leads to.
    fn hostile() -> (tempfile::TempDir, Root) {
        let scratch = tempfile::tempdir().unwrap();
        let tree = scratch.path().join("tree");
        fs::create_dir_all(tree.join("ppp")).unwrap();
        fs::write(scratch.path().join("canary"), "outside").unwrap();
        fs::write(tree.join("ppp/options"), "inside").unwrap();
        symlink("..", tree.join("up")).unwrap();
        symlink("/", tree.join("root")).unwrap();
        symlink("/proc/self/root", tree.join("magic")).unwrap();
        symlink("ppp/options", tree.join("within")).unwrap();
        symlink("ppp", tree.join("directory")).unwrap();
        nix::unistd::mkfifo(&tree.join("fifo"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        drop(UnixListener::bind(tree.join("socket")).unwrap());
        let root = Root::open(&tree).unwrap();
        (scratch, root)
    }

    type Opener = fn(&Root, &Path, OFlags) -> io::Result<OwnedFd>;

    #[test]
    fn nothing_leads_out_by_either_way_of_opening() {
        let (scratch, root) = hostile();
        let outside = scratch.path().join("canary");
        let ways: [Opener; 2] = [Root::beneath, |root, path, flags| root.by_name(path, flags | OFlags::NOFOLLOW)];
        for open in ways {
            let read = |path: &str| {
                let mut text = String::new();
                open(&root, Path::new(path), OFlags::RDONLY)
                    .and_then(|file| File::from(file).read_to_string(&mut text))
                    .map(|_| text)
            };
            assert_eq!(read("ppp/options").unwrap(), "inside");
            assert_eq!(read("./ppp//options").unwrap(), "inside");
            for path in
                ["../canary", "up/canary", "ppp/../../canary", "within", "directory/options", "magic/etc/passwd"]
            {
                read(path).unwrap_err();
            }
            read(outside.to_str().unwrap()).unwrap_err();
            read(&format!("root{}", outside.display())).unwrap_err();
        }
    }

    #[test]
    fn what_would_wait_is_never_opened() {
        let (_scratch, root) = hostile();
        for name in ["fifo", "socket"] {
            assert_eq!(root.about(Path::new(name)).unwrap().kind, Kind::Other);
            assert_eq!(root.file(Path::new(name)).unwrap_err().to_string(), "no plain file");
        }
        assert_eq!(Root::open(Path::new("/dev")).unwrap().about(Path::new("zero")).unwrap().kind, Kind::Other);
    }

    #[test]
    fn a_file_of_the_users_is_reached_through_links_and_is_none() {
        let (scratch, _root) = hostile();
        let text = |path: &str| {
            let mut text = String::new();
            file_at(&scratch.path().join("tree").join(path)).and_then(|mut file| file.read_to_string(&mut text))?;
            Ok::<_, io::Error>(text)
        };
        assert_eq!(text("ppp/options").unwrap(), "inside");
        assert_eq!(
            (text("directory/options").unwrap(), text("../canary").unwrap()),
            ("inside".into(), "outside".into())
        );
        for path in ["within", "ppp", "fifo", "socket", "..", "none"] {
            text(path).unwrap_err();
        }
    }

    #[test]
    fn links_say_where_they_lead_and_directories_what_is_in_them() {
        let (_scratch, root) = hostile();
        assert_eq!(root.about(Path::new("up")).unwrap().kind, Kind::Link);
        assert_eq!(root.link(Path::new("magic")).unwrap(), Path::new("/proc/self/root"));
        assert_eq!(root.names(Path::new("ppp"), 10).unwrap(), ["options"]);
        assert_eq!(root.names(Path::new(""), 10).unwrap().len(), 8);
        root.names(Path::new("directory"), 10).unwrap_err();
        assert!(root.names(Path::new(""), 7).unwrap_err().to_string().starts_with("more than 7 names"));
        assert_eq!(root.about(Path::new("ppp/options")).unwrap().length, 6);
    }
}
