//! Files brought to disk: with mode and owner, as files of their own, and copied as evidence.
//!
//! In go [`RawFile`]s and a root; what the stack shipped under the same names is replaced.

use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, chown, lchown, symlink};
use std::path::Path;

use super::users::Home;
use offhook_etc::{Content, RawFile};

/// Writes the files below `root`, making directories as needed.
pub fn write(files: &[RawFile], root: &Path) -> io::Result<()> {
    for file in files {
        one(file, root).map_err(|error| named(&file.path, &error))?;
    }
    Ok(())
}

fn one(file: &RawFile, root: &Path) -> io::Result<()> {
    let path = root.join(file.path.trim_start_matches('/'));
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    // Made again, not written over: a file of the stack belongs to whoever built the lab, and mgetty ignores a
    // login.config that is not root's.
    gone(&path)?;
    // Who writes owns it: only another owner has to be given.
    let other_owner = (file.uid, file.gid) != (0, 0);
    match &file.content {
        Content::File(octets) => {
            fs::write(&path, octets)?;
            if other_owner {
                chown(&path, Some(file.uid), Some(file.gid))?;
            }
            // After the owner, whose change takes setuid bits away.
            fs::set_permissions(&path, fs::Permissions::from_mode(file.mode))
        }
        Content::Link(target) => {
            symlink(target, &path)?;
            if other_owner { lchown(&path, Some(file.uid), Some(file.gid)) } else { Ok(()) }
        }
    }
}

/// Removes files and whole directories below `root`, if they are there.
pub fn remove<S: AsRef<str>>(paths: &[S], root: &Path) -> io::Result<()> {
    for path in paths {
        let path = path.as_ref();
        gone(&root.join(path.trim_start_matches('/'))).map_err(|error| named(path, &error))?;
    }
    Ok(())
}

fn gone(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(about) if about.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes home directories that are not there.
pub fn make_homes(homes: &[Home], root: &Path) -> io::Result<()> {
    for home in homes {
        let path = root.join(home.path.trim_start_matches('/'));
        if !path.exists() {
            let made = || {
                fs::create_dir_all(&path)?;
                fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
                chown(&path, Some(home.uid), Some(home.gid))
            };
            made().map_err(|error| named(&home.path, &error))?;
        }
    }
    Ok(())
}

/// Copies the files to the directory `evidence`, under their own paths. A link is told, not made: it would lead out of
/// there.
pub fn keep(files: &[RawFile], evidence: &Path) -> io::Result<()> {
    for file in files {
        let path = evidence.join(file.path.trim_start_matches('/'));
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        match &file.content {
            Content::File(octets) => fs::write(path, octets)?,
            Content::Link(target) => fs::write(path, format!("a link to {target}\n"))?,
        }
    }
    Ok(())
}

fn named(path: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{path}: {}", offhook_base::plain(error)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::MetadataExt;

    use super::*;

    fn file(path: &str, mode: u32, content: Content) -> RawFile {
        RawFile { path: path.into(), mode, uid: 0, gid: 0, content }
    }

    #[test]
    fn a_file_of_the_stack_is_replaced_by_a_new_one_and_not_written_over() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("etc/mgetty/login.config");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "shipped").unwrap();
        // Held open, so that its number cannot be used again.
        let shipped = fs::File::open(&path).unwrap();
        write(&[file("/etc/mgetty/login.config", 0o600, Content::File(b"new".to_vec()))], root.path()).unwrap();
        assert_ne!(fs::metadata(&path).unwrap().ino(), shipped.metadata().unwrap().ino(), "its owner is the writer");
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
    }

    #[test]
    fn links_are_made_and_directories_removed() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("etc/ppp/peers")).unwrap();
        remove(&["/etc/ppp", "/etc/nothing"], root.path()).unwrap();
        assert!(!root.path().join("etc/ppp").exists());
        let link = file("/etc/inittab", 0o777, Content::Link("/etc/ppp/inittab".into()));
        write(std::slice::from_ref(&link), root.path()).unwrap();
        assert_eq!(fs::read_link(root.path().join("etc/inittab")).unwrap(), Path::new("/etc/ppp/inittab"));
        keep(&[link], &root.path().join("kept")).unwrap();
        let kept = fs::read_to_string(root.path().join("kept/etc/inittab")).unwrap();
        assert_eq!(kept, "a link to /etc/ppp/inittab\n");
    }
}
