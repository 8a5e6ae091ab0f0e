//! The init program in the cache: a directory that is the root of every guest before it has a stack.
//!
//! In goes the program that this build carries ([`offhook_init`]); out comes a directory with it, with the libraries it is linked
//! with at their places, and with the empty directories that process 1 mounts on. So a guest needs no file of the host
//! once its kernel runs, and the host's root is never mounted. The directory is named by the program's key, and appears
//! by one rename. Those of other builds go once nobody has used them for a day.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use offhook_base::guest::{Confined, SHOW_CONFINEMENT};

use super::cache::{Cache, make_directory};
use super::error::LabError;
use super::removal::remove;

/// The program's name in its directory.
const NAME: &str = "offhook-init";

/// How long a root of another build is kept after its last use.
const UNUSED: Duration = Duration::from_secs(24 * 3600);

/// How often, and how long apart, a program that was just written is tried while somebody has it open.
const BUSY_TRIES: u32 = 100;
const BUSY_PAUSE: Duration = Duration::from_millis(10);

/// What process 1 mounts on, before the stack's root is there.
const EMPTY: [&str; 3] = ["dev", "out", "tmp"];

/// The first root of guests.
#[derive(Clone, Debug)]
pub struct Init {
    /// The directory.
    pub root: PathBuf,
}

impl Init {
    /// The one of this build in that cache, made if it is not there. A cache that cannot be written will do if it is.
    pub(super) fn ensure(cache: &Cache) -> Result<Self, LabError> {
        let root = Self::place(cache.root());
        if !root.join(NAME).is_file() {
            cache.open()?;
            let scratch = cache.scratch("init")?;
            let made = scratch.path().join("root");
            make(&made).map_err(|error| LabError::io("making the root of guests", &made, &error))?;
            if let Some(parent) = root.parent() {
                make_directory(parent).map_err(|error| LabError::io("making the root of guests", parent, &error))?;
            }
            // Another process may have been faster; what it made is as good, and in use.
            if let Err(error) = fs::rename(&made, &root)
                && !root.join(NAME).is_file()
            {
                return Err(LabError::io("moving the root of guests into place", &root, &error));
            }
            forget_others(&root);
        }
        // Where it cannot be noted that it is in use, nobody removes it either.
        let _ = File::open(&root).and_then(|directory| directory.set_modified(SystemTime::now()));
        Ok(Self { root })
    }

    /// Where it is or will be in that cache directory.
    pub(super) fn place(cache: &Path) -> PathBuf {
        cache.join("init").join(offhook_init::KEY)
    }

    /// The program, on the host.
    pub fn program(&self) -> PathBuf {
        self.root.join(NAME)
    }

    /// The libraries it is linked with, and the loader, on the host. A kernel that was built here needs none besides.
    pub(super) fn host_libraries(&self) -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        let mut open = vec![self.root.clone()];
        while let Some(directory) = open.pop() {
            for entry in fs::read_dir(directory)? {
                let (path, kind) = entry.and_then(|entry| Ok((entry.path(), entry.file_type()?)))?;
                if kind.is_dir() {
                    open.push(path);
                } else if path != self.program()
                    && let Ok(place) = path.strip_prefix(&self.root)
                {
                    found.push(Path::new("/").join(place));
                }
            }
        }
        found.sort();
        Ok(found)
    }

    /// How far this machine's kernel confines guests.
    ///
    /// # Errors
    ///
    /// If the program cannot be run.
    pub fn confined(&self) -> io::Result<Confined> {
        let output = Command::new(self.program()).arg(SHOW_CONFINEMENT).output()?;
        if !output.status.success() {
            return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// The program, in a guest.
    pub fn program_inside(&self) -> PathBuf {
        Path::new("/").join(NAME)
    }
}

/// Removes the roots of other builds that nobody has used for longer than any guest runs.
fn forget_others(root: &Path) {
    let unused = |path: &Path| {
        let used = path.metadata().and_then(|about| about.modified());
        used.is_ok_and(|used| used.elapsed().is_ok_and(|ago| ago > UNUSED))
    };
    let siblings = root.parent().and_then(|parent| fs::read_dir(parent).ok()).into_iter().flatten().flatten();
    for path in siblings.map(|entry| entry.path()).filter(|path| path != root && unused(path)) {
        // What stays is in nobody's way.
        let _ = remove(&path);
    }
}

fn make(root: &Path) -> io::Result<()> {
    for name in EMPTY {
        make_directory(&root.join(name))?;
    }
    let program = root.join(NAME);
    fs::write(&program, offhook_init::program()?)?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    for library in libraries(&program)? {
        let place = root.join(library.strip_prefix("/").unwrap_or(&library));
        if let Some(parent) = place.parent() {
            make_directory(parent)?;
        }
        fs::copy(&library, &place)?;
        fs::set_permissions(&place, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

/// The libraries that a program is linked with and the loader itself, by the loader's own word (ld.so(8)).
fn libraries(program: &Path) -> io::Result<Vec<PathBuf>> {
    let mut tries = 0;
    let output = loop {
        match Command::new(program).env_clear().env("LD_TRACE_LOADED_OBJECTS", "1").output() {
            // A child that another thread is just starting still has the file open for writing, until it is what it will be.
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy && tries < BUSY_TRIES => {
                tries += 1;
                std::thread::sleep(BUSY_PAUSE);
            }
            output => break output?,
        }
    };
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(io::Error::other(format!("its libraries were not found: {said}")));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(listed(&text))
}

/// `libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)`, or `/lib64/ld-linux-x86-64.so.2 (0x…)`; what the kernel brings along
/// (`linux-vdso.so.1`) has no file.
fn listed(text: &str) -> Vec<PathBuf> {
    let words = text.lines().flat_map(str::split_whitespace);
    words.filter(|word| word.starts_with('/')).map(PathBuf::from).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_library_with_a_file_is_listed() {
        let text = "\tlinux-vdso.so.1 (0x00007ffd)\n\tlibc.so.6 => /lib/x/libc.so.6 (0x00007f1)\n\t/lib64/ld.so.2 (0x00007f2)\n";
        assert_eq!(listed(text), [Path::new("/lib/x/libc.so.6"), Path::new("/lib64/ld.so.2")]);
        assert!(listed("\tstatically linked\n").is_empty());
    }

    #[test]
    fn many_who_make_it_at_once_all_get_it() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::at(dir.path());
        let made: Vec<_> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..8).map(|_| scope.spawn(|| Init::ensure(&cache))).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(made.into_iter().all(|init| init.unwrap().program().is_file()));
    }

    #[test]
    fn the_root_is_made_once_and_holds_the_program_and_its_libraries() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::at(dir.path());
        let init = Init::ensure(&cache).unwrap();
        assert_eq!(fs::read(init.program()).unwrap(), offhook_init::program().unwrap());
        assert!(EMPTY.iter().all(|name| init.root.join(name).is_dir()));
        for library in libraries(&init.program()).unwrap() {
            assert!(init.root.join(library.strip_prefix("/").unwrap()).is_file(), "{}", library.display());
        }
        let made = fs::metadata(init.program()).unwrap().modified().unwrap();
        let (old, young) = (dir.path().join("init/old"), dir.path().join("init/young"));
        for (path, hours) in [(&old, 25), (&young, 1)] {
            fs::create_dir(path).unwrap();
            let used = SystemTime::now() - Duration::from_secs(hours * 3600);
            File::open(path).unwrap().set_modified(used).unwrap();
        }
        forget_others(&init.root);
        assert!(!old.exists() && young.is_dir() && init.root.is_dir());
        let again = Init::ensure(&cache).unwrap();
        assert_eq!(fs::metadata(again.program()).unwrap().modified().unwrap(), made);
    }
}
