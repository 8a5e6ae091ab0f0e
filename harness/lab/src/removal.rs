//! A directory removed whatever a guest made of it: directories that nobody may read, or so deep that no path is long enough.
//!
//! In: its path, which no guest chose. Every directory in it is moved up to its top before it is emptied, so that no path
//! gets longer and nothing is gone through by calling itself. Links are removed, never followed.

use std::collections::VecDeque;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Removes a directory with all that is in it. One that is not there is no error.
///
/// # Errors
///
/// If something in it cannot be removed by its owner.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    // What nobody tampered with is gone at once.
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(_) => remove_flat(path),
        removed => removed,
    }
}

fn remove_flat(top: &Path) -> io::Result<()> {
    let mut moved = 0_u64;
    let mut open = VecDeque::from([top.to_owned()]);
    let mut emptied = Vec::new();
    while let Some(directory) = open.pop_front() {
        // Before it is read, and before it is moved: either takes rights in the directory itself (rename(2)).
        fs::set_permissions(&directory, Permissions::from_mode(0o700))?;
        // All of them first: what is moved or removed while it is read may hide another (readdir(3)).
        for entry in fs::read_dir(&directory)?.collect::<io::Result<Vec<_>>>()? {
            if !entry.file_type()?.is_dir() {
                fs::remove_file(entry.path())?;
                continue;
            }
            fs::set_permissions(entry.path(), Permissions::from_mode(0o700))?;
            let to = free(top, &mut moved);
            // At the top it stays where it is.
            if directory == top {
                open.push_back(entry.path());
            } else {
                fs::rename(entry.path(), &to)?;
                open.push_back(to);
            }
        }
        emptied.push(directory);
    }
    // The top was looked at first.
    emptied.iter().rev().try_for_each(fs::remove_dir)
}

/// A name at the top that nothing has.
fn free(top: &Path, moved: &mut u64) -> PathBuf {
    loop {
        *moved += 1;
        let path = top.join(format!("moved-{moved}"));
        if fs::symlink_metadata(&path).is_err() {
            return path;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::symlink;

    use nix::fcntl::{AT_FDCWD, OFlag, openat};
    use nix::sys::stat::{Mode, mkdirat};

    use super::*;

    #[test]
    fn directories_deeper_than_any_path_and_closed_to_all_are_removed() {
        let scratch = tempfile::tempdir().unwrap();
        let top = scratch.path().join("top");
        fs::create_dir_all(top.join("moved-1/in")).unwrap();
        fs::write(scratch.path().join("kept"), "kept").unwrap();
        symlink(scratch.path(), top.join("moved-1/in/link")).unwrap();
        let mut here = openat(AT_FDCWD, &top, OFlag::O_DIRECTORY, Mode::empty()).unwrap();
        for _ in 0..3000 {
            mkdirat(&here, "deep", Mode::S_IRWXU).unwrap();
            here = openat(&here, "deep", OFlag::O_DIRECTORY, Mode::empty()).unwrap();
        }
        mkdirat(&here, "closed", Mode::empty()).unwrap();
        fs::create_dir(top.join("closed")).unwrap();
        fs::write(top.join("closed/file"), "").unwrap();
        fs::set_permissions(top.join("closed"), Permissions::from_mode(0o300)).unwrap();
        remove(&top).unwrap();
        assert!(!top.exists());
        assert_eq!(fs::read_to_string(scratch.path().join("kept")).unwrap(), "kept");
        remove(&top).unwrap();
    }
}
