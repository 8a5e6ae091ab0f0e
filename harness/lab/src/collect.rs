//! What a guest wrote, taken over by the host as if an enemy had written it.
//!
//! Only plain files of one name are taken, and directories; links, devices, FIFOs and sockets are left where they are and told.
//! Nothing is followed, nothing is waited for. It is called when the guest is over, on a directory that this user alone
//! can enter, so that nothing changes meanwhile. What is taken over is for this user alone.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};
use nix::libc::{O_NOFOLLOW, O_NONBLOCK};

use super::holding::MOST_ENTRIES;

/// What [`collect`] left where it was.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// Each with its path in the directory, and what it is: `server/x, a symbolic link`.
    pub entries: Vec<String>,
}

/// Moves what a guest wrote to `from` into the directory `to`, which is made if it is not there, but for the files of
/// these names at the top.
///
/// # Errors
///
/// If something cannot be read or written; if there are more than 100,000 entries.
pub fn collect(from: &Path, to: &Path, but: &[&str]) -> io::Result<Refused> {
    let mut refused = Refused::default();
    let mut entries = 0;
    let mut open = vec![PathBuf::new()];
    while let Some(directory) = open.pop() {
        DirBuilder::new().mode(0o700).recursive(true).create(to.join(&directory))?;
        for entry in fs::read_dir(from.join(&directory))? {
            let entry = entry?;
            let path = directory.join(entry.file_name());
            if but.iter().any(|name| path == Path::new(name)) {
                continue;
            }
            entries += 1;
            if entries > MOST_ENTRIES {
                return Err(io::Error::other(format!("the guest wrote more than {MOST_ENTRIES} files")));
            }
            // Of the entry itself, not of what it may lead to.
            let about = entry.metadata()?;
            match kind(&about) {
                None if about.is_dir() => open.push(path),
                None => take(&from.join(&path), &to.join(&path))?,
                Some(kind) => refused.entries.push(format!("{}, {kind}", path.display())),
            }
        }
    }
    refused.entries.sort();
    Ok(refused)
}

/// What is not taken.
fn kind(about: &fs::Metadata) -> Option<&'static str> {
    let kind = about.file_type();
    match () {
        () if kind.is_dir() => None,
        () if kind.is_file() && about.nlink() == 1 => None,
        () if kind.is_file() => Some("a file with a second name"),
        () if kind.is_symlink() => Some("a symbolic link"),
        () if kind.is_fifo() => Some("a FIFO"),
        () if kind.is_socket() => Some("a socket"),
        () => Some("a device"),
    }
}

/// Moves it if it can be moved, or else copies it. Nobody else has it open: its guest is over.
fn take(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = plain_file(from)?;
    source.set_permissions(Permissions::from_mode(0o600))?;
    if renameat2(AT_FDCWD, from, AT_FDCWD, to, RenameFlags::RENAME_NOREPLACE).is_ok() {
        return Ok(());
    }
    let mut target = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    io::copy(&mut source, &mut target)?;
    Ok(())
}

/// Opens a plain file; a link is not followed, and nothing else is waited for.
fn plain_file(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).custom_flags(O_NOFOLLOW | O_NONBLOCK).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other(format!("{} is no plain file", path.display())));
    }
    Ok(file)
}

/// The contents of a plain file that a guest wrote, `None` if it is not there.
///
/// # Errors
///
/// If it is anything else than a plain file, has more than `most` octets, or cannot be read.
pub fn read(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let file = match plain_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut octets = Vec::new();
    file.take(most + 1).read_to_end(&mut octets)?;
    if octets.len() as u64 > most {
        return Err(io::Error::other(format!("{} has more than {most} octets", path.display())));
    }
    Ok(Some(octets))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use nix::sys::stat::Mode;

    use super::*;

    #[test]
    fn plain_files_are_taken_for_this_user_alone_and_everything_else_is_told() {
        let scratch = tempfile::tempdir().unwrap();
        let (from, to) = (scratch.path().join("from"), scratch.path().join("to"));
        let secret = scratch.path().join("secret");
        fs::write(&secret, "of the host").unwrap();
        fs::create_dir_all(from.join("server/etc")).unwrap();
        fs::write(from.join("server/etc/options"), "auth\n").unwrap();
        fs::set_permissions(from.join("server/etc/options"), Permissions::from_mode(0o666)).unwrap();
        fs::write(from.join("report.json"), "{}").unwrap();
        symlink(&secret, from.join("transcript.txt")).unwrap();
        symlink(scratch.path(), from.join("directory")).unwrap();
        fs::hard_link(&secret, from.join("twice")).unwrap();
        nix::unistd::mkfifo(&from.join("pipe"), Mode::S_IRWXU).unwrap();
        let _socket = UnixListener::bind(from.join("socket")).unwrap();

        let refused = collect(&from, &to, &["report.json"]).unwrap();
        assert_eq!(
            refused.entries,
            [
                "directory, a symbolic link",
                "pipe, a FIFO",
                "socket, a socket",
                "transcript.txt, a symbolic link",
                "twice, a file with a second name",
            ]
        );
        assert_eq!(fs::read_to_string(to.join("server/etc/options")).unwrap(), "auth\n");
        assert_eq!(fs::metadata(to.join("server/etc/options")).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&to).unwrap().mode() & 0o777, 0o700);
        let mut names: Vec<_> = fs::read_dir(&to).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["server"]);
    }

    #[test]
    fn a_report_is_a_plain_file_of_bounded_size_or_none() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("report.json");
        assert_eq!(read(&path, 10).unwrap(), None);
        fs::write(&path, "0123456789").unwrap();
        assert_eq!(read(&path, 10).unwrap().unwrap(), b"0123456789");
        assert!(read(&path, 9).unwrap_err().to_string().contains("has more than 9 octets"));
        fs::remove_file(&path).unwrap();
        symlink("/etc/passwd", &path).unwrap();
        assert!(read(&path, 1 << 20).is_err());
        fs::remove_file(&path).unwrap();
        nix::unistd::mkfifo(&path, Mode::S_IRWXU).unwrap();
        assert!(read(&path, 10).unwrap_err().to_string().contains("no plain file"));
    }
}
