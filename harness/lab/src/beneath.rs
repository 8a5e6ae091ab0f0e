//! A directory that archives are unpacked into: whatever their paths and links say, nothing outside it is made, changed or linked.
//!
//! In: paths relative to the directory, which somebody else has chosen. Out: files, directories and links below it. The kernel
//! keeps to it while it looks (openat2(2), RESOLVE_BENEATH): links may lead about inside, and none out. A kernel or a container that has no
//! openat2 is asked where a directory really is; nobody else writes there meanwhile.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{
    AtFlags, CWD, FileType, Mode, OFlags, ResolveFlags, fchmod, linkat, mkdirat, openat, openat2, statat, symlinkat,
    unlinkat,
};
use rustix::io::Errno;

/// Such a directory.
#[derive(Debug)]
pub(super) struct Beneath {
    path: PathBuf,
    root: Arc<OwnedFd>,
    /// The directory that was written to last: archives go from one to the next.
    last: Option<(PathBuf, Arc<OwnedFd>)>,
}

/// What something is, of itself and not of what it may lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Directory,
    Link,
    Other,
}

impl Beneath {
    /// The directory at this path of ours.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let path = path.canonicalize()?;
        let root = openat(CWD, &path, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        Ok(Self { path, root: Arc::new(root), last: None })
    }

    /// Where it is, for people.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What is at that path; `None`: nothing.
    pub(super) fn about(&mut self, path: &Path) -> io::Result<Option<Kind>> {
        let (parent, name) = self.place(path)?;
        match statat(parent, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(about) => Ok(Some(match FileType::from_raw_mode(about.st_mode) {
                FileType::Directory => Kind::Directory,
                FileType::Symlink => Kind::Link,
                _ => Kind::Other,
            })),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether there is a directory at that path, or a link that leads to one inside.
    pub(super) fn leads_to_directory(&self, path: &Path) -> bool {
        self.look(path).is_ok()
    }

    /// A new file, with the directories above it.
    pub(super) fn create(&mut self, path: &Path) -> io::Result<File> {
        let (parent, name) = self.place(path)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(openat(parent, name, flags, Mode::from_raw_mode(0o666))?.into())
    }

    /// A new directory, with those above it.
    pub(super) fn make_directory(&mut self, path: &Path) -> io::Result<()> {
        let (parent, name) = self.place(path)?;
        Ok(mkdirat(parent, name, Mode::from_raw_mode(0o777))?)
    }

    /// The mode of a directory, which is no link to one.
    pub(super) fn set_directory_mode(&mut self, path: &Path, mode: u32) -> io::Result<()> {
        let (parent, name) = self.place(path)?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(fchmod(openat(parent, name, flags, Mode::empty())?, Mode::from_raw_mode(mode))?)
    }

    /// A new symbolic link, whatever it says.
    pub(super) fn symlink(&mut self, target: &Path, path: &Path) -> io::Result<()> {
        let (parent, name) = self.place(path)?;
        Ok(symlinkat(target, parent, name)?)
    }

    /// Another name for what is at `from`: for a link, of the link.
    pub(super) fn hard_link(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let (old_parent, old_name) = self.place(from)?;
        let (parent, name) = self.place(to)?;
        Ok(linkat(old_parent, old_name, parent, name, AtFlags::empty())?)
    }

    /// Removes what is no directory, if it is there.
    pub(super) fn remove(&mut self, path: &Path) -> io::Result<()> {
        // Where it was a link, what it led to may be elsewhere now.
        self.last.take_if(|(directory, _)| directory.starts_with(path));
        let (parent, name) = self.place(path)?;
        match unlinkat(parent, name, AtFlags::empty()) {
            Err(Errno::NOENT) => Ok(()),
            removed => Ok(removed?),
        }
    }

    /// The directory of a path, made if it is not there, and the name in it.
    fn place<'a>(&mut self, path: &'a Path) -> io::Result<(Arc<OwnedFd>, &'a OsStr)> {
        let name = path.file_name().ok_or_else(|| io::Error::other(format!("{} has no name", path.display())))?;
        Ok((self.enter(path.parent().unwrap_or(Path::new("")))?, name))
    }

    /// A directory, made with those above it if it is not there.
    fn enter(&mut self, directory: &Path) -> io::Result<Arc<OwnedFd>> {
        if directory.as_os_str().is_empty() {
            return Ok(Arc::clone(&self.root));
        }
        if let Some((known, open)) = &self.last
            && known == directory
        {
            return Ok(Arc::clone(open));
        }
        let open = match self.look(directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let (parent, name) = self.place(directory)?;
                mkdirat(parent, name, Mode::from_raw_mode(0o777))?;
                self.look(directory)?
            }
            looked => looked?,
        };
        let open = Arc::new(open);
        self.last = Some((directory.to_owned(), Arc::clone(&open)));
        Ok(open)
    }

    fn look(&self, directory: &Path) -> io::Result<OwnedFd> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        match openat2(&self.root, directory, flags, Mode::empty(), resolve) {
            // As old kernels and some containers answer.
            Err(Errno::NOSYS | Errno::PERM) => self.look_by_path(directory),
            Err(Errno::XDEV) => Err(self.leads_out(directory)),
            opened => Ok(opened?),
        }
    }

    /// The same, without the kernel's help.
    fn look_by_path(&self, directory: &Path) -> io::Result<OwnedFd> {
        let real = self.path.join(directory).canonicalize()?;
        if !real.starts_with(&self.path) {
            return Err(self.leads_out(directory));
        }
        Ok(openat(CWD, &real, OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())?)
    }

    fn leads_out(&self, directory: &Path) -> io::Error {
        let place = self.path.join(directory);
        io::Error::other(format!("{} leads out of the directory unpacked to", place.display()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_lead_about_inside_and_none_out_with_and_without_the_kernel_s_help() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("root");
        fs::create_dir_all(root.join("usr/bin")).unwrap();
        fs::create_dir(directory.path().join("outside")).unwrap();
        for (target, name) in [("usr/bin", "bin"), ("../outside", "way"), ("/", "top"), ("bin/../..", "round")] {
            symlink(target, root.join(name)).unwrap();
        }
        let beneath = Beneath::open(&root).unwrap();
        for (path, fine) in [("bin", true), ("usr/bin", true), ("way", false), ("top", false), ("way/x", false)] {
            let looked = [beneath.look(Path::new(path)), beneath.look_by_path(Path::new(path))];
            assert!(looked.iter().all(|looked| looked.is_ok() == fine), "{path}: {looked:?}");
        }
        assert!(beneath.look(Path::new("round")).is_ok_and(|_| true));
    }

    #[test]
    fn a_link_that_is_replaced_is_followed_no_more() {
        let directory = tempfile::tempdir().unwrap();
        let mut beneath = Beneath::open(directory.path()).unwrap();
        beneath.make_directory(Path::new("one")).unwrap();
        beneath.make_directory(Path::new("two")).unwrap();
        beneath.symlink(Path::new("one"), Path::new("way")).unwrap();
        beneath.create(Path::new("way/a")).unwrap();
        beneath.remove(Path::new("way")).unwrap();
        beneath.symlink(Path::new("two"), Path::new("way")).unwrap();
        beneath.create(Path::new("way/deep/b")).unwrap();
        let there = |path: &str| directory.path().join(path).is_file();
        assert!(there("one/a") && there("two/deep/b") && !there("one/b"));
        assert_eq!(beneath.about(Path::new("way")).unwrap(), Some(Kind::Link));
        assert!(beneath.create(Path::new("two/deep/b")).is_err(), "it is there");
    }
}
