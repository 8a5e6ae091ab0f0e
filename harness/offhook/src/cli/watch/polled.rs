//! What changes in directories, by looking at them again and again: for where the kernel does not tell, because others have used
//! up what one user may watch.
//!
//! In: directories, and names, times, sizes and inodes of what is in them. Out: the paths that are new, gone or different.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How often they are looked at.
const EVERY: Duration = Duration::from_millis(100);

/// What of a file is different when it is written: change time, size, inode.
type Seen = (i64, i64, u64, u64);
/// A directory as it was.
type Listing = BTreeMap<OsString, Seen>;

/// The directories that are looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct Polled(Arc<Mutex<BTreeMap<PathBuf, Listing>>>);

impl Polled {
    /// Looks from now on, and tells paths until nobody listens.
    pub(super) fn start(tell: impl Fn(PathBuf) -> bool + Send + 'static) -> io::Result<Self> {
        let polled = Self::default();
        let known = polled.clone();
        thread::Builder::new().name("changes".to_owned()).spawn(move || {
            loop {
                thread::sleep(EVERY);
                if !known.look().into_iter().all(&tell) {
                    return;
                }
            }
        })?;
        Ok(polled)
    }

    /// Looks at a directory from now on, unless it is looked at already.
    pub(super) fn watch(&self, directory: &Path) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(directory.to_owned()).or_insert_with(|| listing(directory));
    }

    /// What is different from what it was.
    fn look(&self) -> Vec<PathBuf> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = Vec::new();
        for (directory, before) in known.iter_mut() {
            let now = listing(directory);
            let names = now.keys().chain(before.keys().filter(|name| !now.contains_key(*name)));
            let different = names.filter(|name| now.get(*name) != before.get(*name));
            changed.extend(different.map(|name| directory.join(name)));
            *before = now;
        }
        // One that comes again is watched again.
        known.retain(|directory, listing| !listing.is_empty() || place(directory).is_dir());
        changed
    }
}

fn place(directory: &Path) -> &Path {
    if directory.as_os_str().is_empty() { Path::new(".") } else { directory }
}

fn listing(directory: &Path) -> Listing {
    let entries = fs::read_dir(place(directory)).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let is = entry.metadata().ok()?;
            // A directory is different when something is in it; that is told by itself.
            let times = if is.is_dir() { (0, 0, 0) } else { (is.ctime(), is.ctime_nsec(), is.size()) };
            Some((entry.file_name(), (times.0, times.1, times.2, is.ino())))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_new_gone_or_written_is_told_once() {
        let home = tempfile::tempdir().unwrap();
        let path = |name: &str| home.path().join(name);
        fs::write(path("a"), "1").unwrap();
        fs::create_dir(path("d")).unwrap();
        let polled = Polled::default();
        polled.watch(home.path());
        assert_eq!(polled.look(), Vec::<PathBuf>::new());
        fs::write(path("a"), "22").unwrap();
        fs::write(path("b"), "").unwrap();
        fs::write(path("d/inside"), "").unwrap();
        assert_eq!(polled.look(), [path("a"), path("b")]);
        fs::rename(path("b"), path("a")).unwrap();
        assert_eq!(polled.look(), [path("a"), path("b")]);
        assert_eq!(polled.look(), Vec::<PathBuf>::new());
        fs::remove_dir_all(home.path()).unwrap();
        assert_eq!(polled.look(), [path("a"), path("d")]);
    }
}
