//! Where guests live on the host: directories of this user alone, gone with their run.
//!
//! ```text
//! <cache>/run/<process>-guests/                 a Room: one for a run, with its lock file beside it
//!     <number>/                                 a Place: one guest
//!         kernel/                               its kernel's own files
//!         out/                                  what host and guest tell each other, and the evidence until it is collected
//!         view/{init,stack,out,programs/*}      links: all that the kernel takes for the host's root (hostfs=)
//! <memory>/offhook-<process>-<number>-<count>/  the guest's memory, a file without a name; gone once the guest runs
//! ```
//!
//! A guest writes in `kernel`, in `out`, and in its memory only. Where the cache cannot be written the room is beside the
//! memory. What a run that was killed leaves here is removed by the next.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use offhook_base::guest::{INIT_VIEW, OUT_VIEW, PROGRAMS_VIEW, STACK_VIEW};

use super::cache::{Cache, Scratch};
use super::error::LabError;
use super::lifeline::Lifeline;
use super::machine::Machine;
use super::memory::GUEST_MEMORY;
use super::programs::ServerPrograms;
use super::removal::remove;

/// Names in a place: its kernel's own files, and what its kernel takes for the host's root.
pub(super) const KERNEL: &str = "kernel";
pub(super) const VIEW: &str = "view";

/// For this user alone.
const PRIVATE: u32 = 0o700;

/// Room for the guests of one run; removed when it is dropped.
#[derive(Debug)]
pub struct Room {
    home: Home,
    /// Where the guests' memory is.
    memory: PathBuf,
    /// What ends them if nobody else can; from the first of them on.
    lifeline: OnceLock<Lifeline>,
}

#[derive(Debug)]
enum Home {
    Cache(Scratch),
    Temporary(tempfile::TempDir),
}

impl Room {
    /// Room on this machine for so many guests at once.
    ///
    /// # Errors
    /// If no directory allows executable mappings and has [`GUEST_MEMORY`] for each.
    pub fn for_guests(cache: &Cache, jobs: usize) -> Result<Self, LabError> {
        Self::on(&Machine::this(), cache, jobs)
    }

    /// As [`Room::for_guests`], on a machine as described.
    ///
    /// # Errors
    /// As [`Room::for_guests`].
    pub fn on(machine: &Machine, cache: &Cache, jobs: usize) -> Result<Self, LabError> {
        let memory = machine.guest_memory_dir(GUEST_MEMORY.saturating_mul(jobs as u64))?;
        sweep(&memory);
        let home = match cache.run_dir("guests") {
            Ok(scratch) => Home::Cache(scratch),
            // A cache that others filled serves as well.
            Err(_) => {
                let made = tempfile::Builder::new().prefix("offhook-guests-").tempdir_in(&memory);
                Home::Temporary(made.map_err(|error| LabError::io("making room for guests", &memory, &error))?)
            }
        };
        Ok(Self { home, memory, lifeline: OnceLock::new() })
    }

    /// Room for runs that start no guest.
    ///
    /// # Errors
    /// If there is no directory for temporary files.
    pub fn without_guests() -> Result<Self, LabError> {
        let memory = std::env::temp_dir();
        let made = tempfile::Builder::new().prefix("offhook-").tempdir_in(&memory);
        let home = Home::Temporary(made.map_err(|error| LabError::io("making room for the run", &memory, &error))?);
        Ok(Self { home, memory, lifeline: OnceLock::new() })
    }

    /// A directory of that name, which is not made yet and goes with the room.
    pub fn directory(&self, name: &str) -> PathBuf {
        match &self.home {
            Home::Cache(scratch) => scratch.path().join(name),
            Home::Temporary(directory) => directory.path().join(name),
        }
    }

    /// What ends its guests if the runner is killed, which is this program.
    pub(super) fn lifeline(&self, program: &Path) -> io::Result<&Lifeline> {
        if let Some(lifeline) = self.lifeline.get() {
            return Ok(lifeline);
        }
        let started = Lifeline::start(program)?;
        // Of two that were started at once one is let go.
        Ok(self.lifeline.get_or_init(|| started))
    }

    /// Makes the place of guest number `index`, which starts on `init` and then has `stack` as its root, with `programs` in
    /// place of the stack's.
    pub(super) fn place(
        &self,
        index: usize,
        init: &Path,
        stack: &Path,
        programs: Option<&ServerPrograms>,
    ) -> io::Result<Place> {
        let path = self.directory(&index.to_string());
        remove(&path)?;
        let place = Place { path, memory: self.make_memory(index)? };
        for directory in [place.path.clone(), place.kernel(), place.out(), place.view()] {
            DirBuilder::new().mode(PRIVATE).recursive(true).create(directory)?;
        }
        for (name, target) in [(INIT_VIEW, init), (STACK_VIEW, stack), (OUT_VIEW, &place.out())] {
            symlink(target, place.view().join(name.trim_start_matches('/')))?;
        }
        if let Some(programs) = programs {
            let view = place.view().join(PROGRAMS_VIEW.trim_start_matches('/'));
            DirBuilder::new().mode(PRIVATE).create(&view)?;
            for directory in programs.directories()? {
                let name = directory.file_name().ok_or_else(|| io::Error::other("a directory without a name"))?;
                symlink(&directory, view.join(name))?;
            }
        }
        Ok(place)
    }

    fn make_memory(&self, index: usize) -> io::Result<PathBuf> {
        let process = std::process::id();
        let mut attempts = 0;
        loop {
            // A name that this process has given up once is not taken again: a guest's is given up as soon as it runs, and
            // its place, which goes later, must not remove another's. Anybody may take a name there; another is as good.
            let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
            let path = self.memory.join(format!("{MEMORY}{process}-{index}-{number}"));
            match DirBuilder::new().mode(PRIVATE).create(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempts < 100 => attempts += 1,
                made => return made.map(|()| path),
            }
        }
    }
}

/// How many memory directories this process has made.
static NUMBERS: AtomicU64 = AtomicU64::new(0);

/// How names of memory directories begin; a process follows.
const MEMORY: &str = "offhook-";

/// Removes the memory directories of this user's processes that are gone. They are empty: the memory has no name.
fn sweep(memory: &Path) {
    for entry in fs::read_dir(memory).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(MEMORY)?.split('-').next()?.parse::<u32>().ok());
        let ours = || entry.metadata().is_ok_and(|about| about.uid() == nix::unistd::geteuid().as_raw());
        if process.is_some_and(|process| !Path::new("/proc").join(process.to_string()).exists()) && ours() {
            // What cannot be removed is in nobody's way.
            let _ = fs::remove_dir(entry.path());
        }
    }
}

/// One guest's directories, removed when it is dropped.
#[derive(Debug)]
pub struct Place {
    path: PathBuf,
    /// Where its memory is; needed until it runs.
    pub(super) memory: PathBuf,
}

impl Place {
    /// The directory of all that.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Its kernel's own files.
    pub(super) fn kernel(&self) -> PathBuf {
        self.path.join(KERNEL)
    }

    /// What the guest's kernel takes for the host's root.
    pub(super) fn view(&self) -> PathBuf {
        self.path.join(VIEW)
    }

    /// The output directory.
    pub fn out(&self) -> PathBuf {
        self.path.join("out")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What cannot be removed now is removed with the room, or at the next start.
        let _ = remove(&self.path);
        let _ = fs::remove_dir(&self.memory);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn machine(memory: &Path) -> Machine {
        Machine { env: Default::default(), shared_memory: vec![memory.to_owned()], ..Machine::this() }
    }

    fn entries(directory: &Path) -> usize {
        fs::read_dir(directory).unwrap().count()
    }

    #[test]
    fn a_place_is_for_this_user_alone_and_goes_with_its_guest() {
        let (memory, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let room = Room::on(&machine(memory.path()), &Cache::at(cache.path()), 1).unwrap();
        let place = room.place(3, Path::new("/init"), Path::new("/stack"), None).unwrap();
        assert_eq!(fs::read_link(place.view().join("stack")).unwrap(), Path::new("/stack"));
        for directory in [place.out(), place.kernel(), place.memory.clone()] {
            assert_eq!(fs::metadata(directory).unwrap().mode() & 0o777, PRIVATE);
        }
        assert!(place.out().starts_with(cache.path()) && place.memory.starts_with(memory.path()));
        drop(place);
        assert!(!room.directory("3").exists());
        assert_eq!(entries(memory.path()), 0);
    }

    #[test]
    fn a_guest_of_another_run_keeps_its_memory_when_a_place_goes() {
        let (memory, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let room = || Room::on(&machine(memory.path()), &Cache::at(cache.path()), 1).unwrap();
        let place = |room: &Room| room.place(0, Path::new("/init"), Path::new("/stack"), None).unwrap();
        let (one, other) = (room(), room());
        let first = place(&one);
        // Its guest runs: the directory goes while the place stays.
        fs::remove_dir(&first.memory).unwrap();
        let second = place(&other);
        drop(first);
        assert!(second.memory.is_dir());
    }

    #[test]
    fn where_the_cache_cannot_be_written_the_room_is_beside_the_memory() {
        let (memory, cache) = (tempfile::tempdir().unwrap(), tempfile::NamedTempFile::new().unwrap());
        let room = Room::on(&machine(memory.path()), &Cache::at(cache.path()), 1).unwrap();
        assert!(room.directory("0").starts_with(memory.path()));
        drop(room);
        assert_eq!(entries(memory.path()), 0);
    }

    #[test]
    fn what_a_killed_run_left_is_removed_by_the_next_and_nothing_else() {
        let (memory, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        // No process has the first number (pid_max, proc_sys_kernel(5)).
        let [gone, living] =
            [u32::MAX, std::process::id()].map(|process| memory.path().join(format!("offhook-{process}-0-0")));
        let other = memory.path().join("offhook-other");
        for path in [&gone, &living, &other] {
            fs::create_dir(path).unwrap();
        }
        let room = Room::on(&machine(memory.path()), &Cache::at(cache.path()), 1).unwrap();
        assert!(!gone.exists() && living.exists() && other.exists());
        let place = room.place(0, Path::new("/init"), Path::new("/stack"), None).unwrap();
        assert_ne!(place.memory, living, "a name that is taken");
    }
}
