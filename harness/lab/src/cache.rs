//! The cache directory: finished parts, locks on parts under way, and scratch directories that die with their process.
//!
//! ```text
//! kernel/<key>/{linux,manifest.json}            finished; appears by one rename
//! stack/<name>-<key>/{root/,manifest.json}      finished; appears by one rename
//!     files.txt                                 beside the manifest: what the part was when it was built
//! added/<name>/{recipe.json,*.deb}              how a stack that does not ship is made; appears by one rename
//! init/<key>/                                   the first root of guests; appears by one rename
//! lock/<part>                                   held while the part is built; holds the builder's process number
//! download/<part>/                              packages fetched for a part that is not finished
//! tmp/<process>-<what>/                         work under way, beside its lock file <process>-<what>.lock
//! run/<process>-<what>/                         the same for guests
//! ```
//!
//! A key is made of what goes in by recipe. Directories are made so that nobody else may write there; a cache where somebody else
//! may is refused before anything of it is run ([`super::trust`]).

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::child::Children;
use super::error::LabError;
use super::removal::remove;

/// How often a lock held by another process is tried.
const PATIENCE: Duration = Duration::from_millis(100);

/// The directories in it.
pub(super) const DIRECTORIES: [&str; 8] = ["tmp", "run", "lock", "kernel", "stack", "init", "download", "added"];

/// The mode of directories: nobody else may write.
const MODE: u32 = 0o755;
/// How long a program takes at most to let go of what its owner had open when it was started.
const STARTING: Duration = Duration::from_millis(200);

/// Makes a directory of the cache, and those above it, that nobody else may write, whatever the umask is. One that is there is
/// left as it is.
pub(super) fn make_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(MODE).recursive(true).create(path)
}

/// The cache directory and where things are in it.
#[derive(Clone, Debug)]
pub struct Cache {
    root: PathBuf,
}

impl Cache {
    /// The cache in that directory, which need not exist.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Makes the directory and removes what processes that are gone left behind.
    ///
    /// # Errors
    /// If it cannot be made or written.
    pub fn open(&self) -> Result<(), LabError> {
        let made = DIRECTORIES.iter().try_for_each(|dir| make_directory(&self.root.join(dir)));
        made.and_then(|()| {
            sweep(&self.root.join("tmp"))?;
            sweep(&self.root.join("run"))
        })
        .map_err(|error| match error.kind() {
            io::ErrorKind::StorageFull => LabError::disk_full("making the cache directory", &self.root, None, None),
            _ => LabError::cache_not_writable(&self.root, &error),
        })
    }

    /// As [`Cache::open`] for whoever only runs guests: what builds left, which may be much, is removed meanwhile.
    /// A cache that others filled and that cannot be written serves as well.
    pub(super) fn tidy(&self) {
        let (runs, builds) = (self.root.join("run"), self.root.join("tmp"));
        // nothing left behind is in the way of anything; the next start tries again
        let _ = sweep(&runs);
        meanwhile(move || drop(sweep(&builds)));
    }

    /// A scratch directory for work on a part of the lab.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn scratch(&self, what: &str) -> Result<Scratch, LabError> {
        Scratch::new(&self.root.join("tmp"), what)
            .map_err(|error| LabError::io("making a directory", &self.root, &error))
    }

    /// A scratch directory for a guest, which outlives a crash until the next start.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn run_dir(&self, what: &str) -> Result<Scratch, LabError> {
        Scratch::new(&self.root.join("run"), what)
            .map_err(|error| LabError::io("making a directory", &self.root, &error))
    }

    /// Where packages of an unfinished part are kept.
    pub(super) fn download(&self, part: &str) -> PathBuf {
        self.root.join("download").join(part)
    }

    /// Waits until no other process builds the part. `waiting` is told who does, once for each.
    ///
    /// # Errors
    /// If the lock file cannot be made, or the crew is stopped meanwhile.
    pub(super) fn lock(
        &self,
        part: &str,
        children: &Children,
        mut waiting: impl FnMut(&str),
    ) -> Result<PartLock, LabError> {
        let path = self.root.join("lock").join(part);
        let failed = |error: io::Error| LabError::io(&format!("locking {part}"), &self.root, &error);
        let mut file =
            File::options().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        let mut told = String::new();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => {
                    let mut holder = String::new();
                    file.rewind().and_then(|()| file.read_to_string(&mut holder)).map_err(failed)?;
                    if !holder.is_empty() && holder != told {
                        waiting(holder.trim());
                        told = holder;
                    }
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            children.check()?;
            std::thread::sleep(PATIENCE);
        }
        let written =
            file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
        written.map_err(failed)?;
        Ok(PartLock { _file: file })
    }

    /// Moves a finished directory into place; a broken one that is there goes to the scratch directory first.
    pub(super) fn publish(&self, scratch: &Scratch, finished: &Path, place: &Path) -> Result<(), LabError> {
        let moved = (|| {
            if place.symlink_metadata().is_ok() {
                fs::rename(place, scratch.path().join("replaced"))?;
            }
            if let Some(parent) = place.parent() {
                make_directory(parent)?;
            }
            fs::rename(finished, place)
        })();
        moved.map_err(|error| LabError::io("moving a finished part into place", &self.root, &error))
    }
}

/// Threads that remove what builds left.
static TIDYING: Mutex<Vec<JoinHandle<()>>> = Mutex::new(Vec::new());

fn meanwhile(work: impl FnOnce() + Send + 'static) {
    let mut tidying = TIDYING.lock().unwrap_or_else(PoisonError::into_inner);
    tidying.push(std::thread::spawn(work));
}

/// Waits until what builds left is removed. Whoever exits without leaves some of it to the next start.
pub fn settle() {
    let tidying = std::mem::take(&mut *TIDYING.lock().unwrap_or_else(PoisonError::into_inner));
    for thread in tidying {
        let _ = thread.join();
    }
}

/// While it lives, this process alone builds the part.
#[derive(Debug)]
pub(super) struct PartLock {
    _file: File,
}

/// A directory for work under way; it is removed when dropped, or by a later process if this one dies.
#[derive(Debug)]
pub struct Scratch {
    dir: PathBuf,
    lock_path: PathBuf,
    _lock: File,
}

impl Scratch {
    fn new(parent: &Path, what: &str) -> io::Result<Self> {
        make_directory(parent)?;
        // a lock file that is there but not locked yet would look like a dead process's
        let _sweeping = sweep_lock(parent)?;
        for number in 0_u32.. {
            let name = match number {
                0 => format!("{}-{what}", std::process::id()),
                _ => format!("{}-{what}-{number}", std::process::id()),
            };
            let lock_path = parent.join(format!("{name}.lock"));
            match File::options().write(true).create_new(true).open(&lock_path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
                Ok(lock) => {
                    lock.lock()?;
                    let dir = parent.join(name);
                    DirBuilder::new().mode(MODE).create(&dir)?;
                    return Ok(Self { dir, lock_path, _lock: lock });
                }
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// Removes it while the process goes on. What is left when the process ends goes at the next start.
    pub(super) fn discard(self) {
        meanwhile(move || drop(self));
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = remove(&self.dir);
        let _ = fs::remove_file(&self.lock_path);
    }
}

fn sweep_lock(parent: &Path) -> io::Result<File> {
    let lock = File::options().write(true).create(true).truncate(false).open(parent.join(".sweep"))?;
    lock.lock()?;
    Ok(lock)
}

/// Removes scratch directories whose lock nobody holds.
fn sweep(parent: &Path) -> io::Result<()> {
    let _sweeping = sweep_lock(parent)?;
    for entry in fs::read_dir(parent)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "lock") {
            // a directory without its lock file: its process died between the two removals
            if path.is_dir() && !path.with_added_lock().exists() {
                remove(&path)?;
            }
            continue;
        }
        if is_free(&path) {
            remove(&path.with_extension(""))?;
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// Whether nobody holds that lock. A program that a killed owner was just starting holds it for a moment more, until it
/// has become that program: for a lock whose owner is gone that moment is waited for.
fn is_free(path: &Path) -> bool {
    let Ok(lock) = File::options().write(true).open(path) else { return false };
    let owner = path.file_name().and_then(|name| name.to_str()?.split_once('-')?.0.parse::<u32>().ok());
    let gone = || owner.is_some_and(|owner| !Path::new(&format!("/proc/{owner}")).exists());
    let until = Instant::now() + STARTING;
    loop {
        if lock.try_lock().is_ok() {
            return true;
        }
        if !gone() || Instant::now() > until {
            return false;
        }
        std::thread::sleep(STARTING / 20);
    }
}

trait WithAddedLock {
    fn with_added_lock(&self) -> PathBuf;
}

impl WithAddedLock for PathBuf {
    fn with_added_lock(&self) -> PathBuf {
        let mut name = self.clone().into_os_string();
        name.push(".lock");
        name.into()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn cache() -> (tempfile::TempDir, Cache) {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::at(dir.path().join("cache"));
        cache.open().unwrap();
        (dir, cache)
    }

    #[test]
    fn a_scratch_directory_goes_with_its_owner() {
        let (_dir, cache) = cache();
        let scratch = cache.scratch("kernel").unwrap();
        let path = scratch.path().to_owned();
        fs::write(path.join("file"), "x").unwrap();
        drop(scratch);
        assert!(!path.exists());
        let left: Vec<_> = fs::read_dir(cache.root().join("tmp")).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, [".sweep"]);
    }

    #[test]
    fn what_dead_processes_left_is_removed_and_what_the_living_use_stays() {
        let (_dir, cache) = cache();
        let tmp = cache.root().join("tmp");
        fs::create_dir_all(tmp.join("4000001-kernel/deep")).unwrap();
        fs::write(tmp.join("4000001-kernel.lock"), "").unwrap();
        fs::create_dir_all(tmp.join("4000002-orphan")).unwrap();
        let living = cache.scratch("kernel").unwrap();
        cache.open().unwrap();
        assert!(living.path().is_dir());
        assert!(!tmp.join("4000001-kernel").exists());
        assert!(!tmp.join("4000001-kernel.lock").exists());
        assert!(!tmp.join("4000002-orphan").exists());
    }

    #[test]
    fn a_program_that_a_killed_process_was_starting_lets_go_of_its_lock_in_time() {
        let (_dir, cache) = cache();
        let tmp = cache.root().join("tmp");
        fs::create_dir_all(tmp.join("4000001-kernel")).unwrap();
        let lock = File::create(tmp.join("4000001-kernel.lock")).unwrap();
        lock.lock().unwrap();
        std::thread::scope(|scope| {
            let sweeping = scope.spawn(|| cache.open());
            drop(lock);
            sweeping.join().unwrap().unwrap();
        });
        assert!(!tmp.join("4000001-kernel").exists() && !tmp.join("4000001-kernel.lock").exists());
    }

    #[test]
    fn what_is_removed_meanwhile_is_gone_once_settled() {
        let (_dir, cache) = cache();
        let tmp = cache.root().join("tmp");
        fs::create_dir_all(tmp.join("4000001-kernel/deep")).unwrap();
        fs::write(tmp.join("4000001-kernel.lock"), "").unwrap();
        let scratch = cache.scratch("kernel").unwrap();
        let path = scratch.path().to_owned();
        scratch.discard();
        cache.tidy();
        settle();
        assert!(!path.exists() && !tmp.join("4000001-kernel").exists());
    }

    #[test]
    fn two_scratch_directories_of_one_name_are_two() {
        let (_dir, cache) = cache();
        let (one, two) = (cache.scratch("kernel").unwrap(), cache.scratch("kernel").unwrap());
        assert_ne!(one.path(), two.path());
    }

    #[test]
    fn the_second_builder_is_told_whom_it_waits_for() {
        let (_dir, cache) = cache();
        let children = Children::new();
        let first = cache.lock("kernel", &children, |_| ()).unwrap();
        let (told, heard) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            let second =
                scope.spawn(|| cache.lock("kernel", &children, |holder| told.send(holder.to_owned()).unwrap()));
            assert_eq!(heard.recv().unwrap(), std::process::id().to_string());
            drop(first);
            second.join().unwrap().unwrap();
        });
    }

    #[test]
    fn waiting_ends_when_stopped() {
        let (_dir, cache) = cache();
        let children = Children::new();
        let _first = cache.lock("kernel", &children, |_| ()).unwrap();
        let second = cache.lock("kernel", &children, |_| children.stop());
        assert_eq!(second.unwrap_err(), LabError::interrupted(None));
    }

    #[test]
    fn publishing_replaces_a_broken_part_at_once() {
        let (_dir, cache) = cache();
        let place = cache.root().join("kernel/abc");
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join("broken"), "").unwrap();
        let scratch = cache.scratch("kernel").unwrap();
        let finished = scratch.path().join("result");
        fs::create_dir(&finished).unwrap();
        cache.publish(&scratch, &finished, &place).unwrap();
        assert!(place.is_dir() && !place.join("broken").exists());
    }

    #[test]
    fn a_cache_in_a_file_is_an_error_that_names_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = Cache::at(file.path().join("cache")).open().unwrap_err();
        assert!(error.message().contains(file.path().to_str().unwrap()), "{error}");
    }
}
