//! Where the memory of guests may lie.
//!
//! A User Mode Linux kernel keeps its guest's memory in a file, made in `TMPDIR` (or `TMP`, `TEMP`), else in `/dev/shm`,
//! and maps parts of it executable. A file system mounted `noexec`, or the 64 MB that containers give `/dev/shm`,
//! would end the guest with a bus error or a panic later on; so both are tried before.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

use nix::libc;

use super::error::{LabError, size};
use super::machine::Machine;

/// What a guest may come to use of its memory.
pub const GUEST_MEMORY: u64 = 128 << 20;

impl Machine {
    /// A directory for guests' memory with `needed` octets free: what the user's `TMPDIR` says if it will do,
    /// else memory (`/dev/shm`), else the usual directory for temporary files.
    /// Export it to guests as `TMPDIR`.
    ///
    /// # Errors
    /// If no such directory allows executable mappings and has room; the message says what each lacks.
    pub fn guest_memory_dir(&self, needed: u64) -> Result<PathBuf, LabError> {
        let named = ["TMPDIR", "TMP", "TEMP"].into_iter().find_map(|name| self.var(name)).map(PathBuf::from);
        let mut tried: Vec<(PathBuf, String)> = Vec::new();
        let candidates = named.iter().chain(&self.shared_memory).chain([&self.temporary]);
        for dir in candidates {
            if tried.iter().any(|(before, _)| before == dir) {
                continue;
            }
            match lacks(dir, needed) {
                None => return Ok(dir.clone()),
                Some(lack) => tried.push((dir.clone(), lack)),
            }
        }
        let tried = tried.into_iter().map(|(dir, lack)| format!("{} {lack}", dir.display()));
        Err(LabError::no_guest_memory(needed, tried.collect()))
    }
}

/// Why guests' memory cannot lie there, as the end of a sentence.
fn lacks(dir: &Path, needed: u64) -> Option<String> {
    if let Err(error) = map_executable(dir) {
        return Some(match error.kind() {
            io::ErrorKind::NotFound => "does not exist".to_owned(),
            io::ErrorKind::ReadOnlyFilesystem => "is read-only".to_owned(),
            io::ErrorKind::StorageFull => "is full".to_owned(),
            _ if error.raw_os_error() == Some(libc::EPERM) => "is mounted noexec".to_owned(),
            _ if error.kind() == io::ErrorKind::PermissionDenied => "is not writable for you".to_owned(),
            _ => format!("refuses such a file ({error})"),
        });
    }
    match free(dir) {
        Ok(free) if free < needed => Some(format!("has {} free", size(free))),
        _ => None,
    }
}

/// Makes a file there as the guest's kernel does, and maps it executable.
fn map_executable(dir: &Path) -> io::Result<()> {
    const PAGE: usize = 4096;
    let path = dir.join(format!("offhook-try-{}-{:?}", std::process::id(), std::thread::current().id()));
    let made = File::options().read(true).write(true).create_new(true).open(&path);
    let _ = std::fs::remove_file(&path);
    let file = made?;
    file.set_len(PAGE as u64)?;
    let protection = libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC;
    // SAFETY: a new shared mapping of an open file at an address of the kernel's choice touches no memory of ours;
    // it is unmapped before anything else happens.
    unsafe {
        let address = libc::mmap(std::ptr::null_mut(), PAGE, protection, libc::MAP_SHARED, file.as_raw_fd(), 0);
        if address == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        libc::munmap(address, PAGE);
    }
    Ok(())
}

/// Octets that an ordinary user may still write to the file system of `dir`.
pub(super) fn free(dir: &Path) -> io::Result<u64> {
    let stat = nix::sys::statvfs::statvfs(dir)?;
    Ok(stat.blocks_available() * stat.fragment_size())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn machine(tmpdir: &str, shared: &str, temporary: &Path) -> Machine {
        Machine {
            env: [("TMPDIR".to_owned(), tmpdir.to_owned())].into(),
            shared_memory: vec![shared.into()],
            temporary: temporary.to_owned(),
            ..Machine::this()
        }
    }

    #[test]
    fn the_first_directory_that_will_do_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().to_str().unwrap();
        assert_eq!(machine(path, "/nonexistent", Path::new("/")).guest_memory_dir(4096).unwrap(), dir.path());
        assert_eq!(machine("", path, Path::new("/nonexistent")).guest_memory_dir(4096).unwrap(), dir.path());
        assert_eq!(machine("/nonexistent", "/proc", dir.path()).guest_memory_dir(4096).unwrap(), dir.path());
    }

    #[test]
    fn what_each_directory_lacks_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let error = machine("/nonexistent", "/nonexistent", dir.path()).guest_memory_dir(u64::MAX).unwrap_err();
        let message = error.message();
        assert!(message.contains("/nonexistent does not exist; "), "{message}");
        assert!(message.contains(&format!("{} has ", dir.path().display())), "{message}");
    }

    #[test]
    fn trying_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(lacks(dir.path(), 1), None);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
