//! The name under which a DTE finds a pty: a symbolic link that is ours, made and removed by us, and nobody else's.
//!
//! In: a path and the pty's slave. Out: a link that appears, moves to another slave, and goes, each at once for whoever
//! looks. Whatever else stands at the path is left alone and told. Two things say that a link there is a left-over of
//! ours, to be replaced: its text has our sign, a doubled stroke (`/dev/pts//5`), which changes nothing about where it
//! leads; and nobody alive claims the path. The claim is a socket's name in the abstract namespace of unix(7), which
//! the kernel forgets with the process, however that ends. (Another network namespace has claims of its own.)

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::symlink;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};
use nix::errno::Errno;

use super::error::PortError;

/// What the text of every link of ours begins with.
const SIGN: &[u8] = b"/dev/pts//";

/// A symbolic link to a pty's slave, removed when it is dropped.
#[derive(Debug)]
pub(super) struct PtyLink {
    /// As the user wrote it.
    path: PathBuf,
    /// The same with its directory resolved, so that it stays the same file wherever we go.
    place: PathBuf,
    target: PathBuf,
    /// Nobody else of our kind uses the path while this is there.
    _claim: UnixListener,
}

impl PtyLink {
    /// Makes `path` a link to the slave `/dev/pts/N`.
    ///
    /// # Errors
    ///
    /// If another offhook uses the path, if something stands there that is no left-over of ours, or if the directory is
    /// not there or not ours to write.
    pub(super) fn new(path: &Path, slave: &Path) -> Result<Self, PortError> {
        let doing = || format!("making the link {}", path.display());
        let failed = |cause: &io::Error| PortError::io(doing(), cause, advice(path, cause));
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let directory = directory.canonicalize().map_err(|e| failed(&e))?;
        let name = path.file_name().ok_or_else(|| PortError::new(doing(), Errno::EISDIR, "give the link a name"))?;
        let place = directory.join(name);
        let claim = claim(&place).map_err(|cause| match cause.kind() {
            io::ErrorKind::AddrInUse => {
                PortError::new(doing(), Errno::EEXIST, "another offhook that is running has it: choose another name")
            }
            _ => failed(&cause),
        })?;
        let target = signed(slave);
        match symlink(&target, &place) {
            Ok(()) => {}
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {
                let found = fs::read_link(&place);
                if !found.is_ok_and(|found| found.as_os_str().as_bytes().starts_with(SIGN)) {
                    return Err(failed(&cause));
                }
                replace(&place, &target).map_err(|e| failed(&e))?;
            }
            Err(cause) => return Err(failed(&cause)),
        }
        Ok(Self { path: path.into(), place, target, _claim: claim })
    }

    /// Makes it a link to another slave; there is no moment without a link.
    ///
    /// # Errors
    ///
    /// If the directory is not there any more or not ours to write any more.
    pub(super) fn point_to(&mut self, slave: &Path) -> Result<(), PortError> {
        let target = signed(slave);
        replace(&self.place, &target).map_err(|cause| {
            PortError::io(format!("moving the link {}", self.path.display()), &cause, advice(&self.path, &cause))
        })?;
        self.target = target;
        Ok(())
    }

    /// As the user wrote it.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for PtyLink {
    fn drop(&mut self) {
        // Whoever put something else there meanwhile keeps it.
        if fs::read_link(&self.place).is_ok_and(|found| found == self.target) {
            let _ = fs::remove_file(&self.place);
        }
    }
}

/// What to do about a link that cannot be made.
fn advice(path: &Path, cause: &io::Error) -> String {
    match cause.kind() {
        io::ErrorKind::AlreadyExists => {
            format!("{} is no left-over of offhook's: remove it, or choose another name", path.display())
        }
        io::ErrorKind::NotFound => "make its directory first".into(),
        io::ErrorKind::PermissionDenied => "choose a directory of your own, as in ./vm1, or run as root".into(),
        _ => "choose another place for it".into(),
    }
}

/// Makes ours what nobody alive has.
fn claim(place: &Path) -> io::Result<UnixListener> {
    let digest = Md5::digest(place.as_os_str().as_bytes());
    let name = digest.iter().fold(String::from("offhook-link-"), |name, octet| format!("{name}{octet:02x}"));
    UnixListener::bind_addr(&SocketAddr::from_abstract_name(name)?)
}

/// The text of a link to a slave.
fn signed(slave: &Path) -> PathBuf {
    let text = slave.as_os_str().as_bytes();
    let number = text.strip_prefix(b"/dev/pts/".as_slice()).unwrap_or(text);
    OsString::from_vec([SIGN, number].concat()).into()
}

/// Puts a link where another one stands. A link cannot be changed, but another one can be moved over it.
fn replace(place: &Path, target: &Path) -> io::Result<()> {
    let mut name = OsString::from(".");
    name.push(place.file_name().unwrap_or_default());
    name.push(format!(".offhook-{}", std::process::id()));
    let beside = place.with_file_name(name);
    let _ = fs::remove_file(&beside);
    symlink(target, &beside)?;
    fs::rename(&beside, place).inspect_err(|_| {
        let _ = fs::remove_file(&beside);
    })
}

#[cfg(test)]
mod tests;
