//! One inotify instance for many ptys: a user has 128 of them unless told otherwise, and a port needs a watch, not an instance.
//!
//! In: paths of slaves. Out: for each its changes, in their order. Whoever reads the instance hands out to all what it has; a waiter
//! whose changes another has read is woken.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use nix::errno::Errno;
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify, WatchDescriptor};
use tokio::sync::Notify;

use super::watched::Watched;

/// The system's number of an error of the runtime.
pub(super) fn errno(error: &io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::UnknownErrno, Errno::from_raw)
}

/// What happens to the slave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Somebody opens it.
    Opened,
    /// Somebody closes it.
    Closed,
}

impl Change {
    /// What an event of inotify tells.
    pub(super) fn of(mask: AddWatchFlags) -> Self {
        if mask.intersects(AddWatchFlags::IN_OPEN) { Self::Opened } else { Self::Closed }
    }
}

/// What has been seen of a slave and not been asked for.
#[derive(Debug, Default)]
struct Seen {
    changes: Vec<Change>,
    woken: Arc<Notify>,
}

/// An inotify instance, shared by the ports that are opened with it; there is none until the first pty wants it. They belong to one
/// runtime.
#[derive(Clone, Debug, Default)]
pub struct Watcher {
    instance: Arc<OnceLock<Arc<Watched<Inotify>>>>,
    seen: Arc<Mutex<BTreeMap<WatchDescriptor, Seen>>>,
}

/// One slave, watched.
#[derive(Debug)]
pub(super) struct Watch {
    instance: Arc<Watched<Inotify>>,
    seen: Arc<Mutex<BTreeMap<WatchDescriptor, Seen>>>,
    descriptor: WatchDescriptor,
    woken: Arc<Notify>,
}

impl Watcher {
    /// Its instance. Needs a tokio runtime that drives I/O.
    fn instance(&self) -> nix::Result<&Arc<Watched<Inotify>>> {
        if let Some(instance) = self.instance.get() {
            return Ok(instance);
        }
        let inotify = Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC)?;
        let instance = Arc::new(Watched::new(inotify).map_err(|error| errno(&error))?);
        Ok(self.instance.get_or_init(|| instance))
    }

    /// Watches a slave for being opened.
    pub(super) fn watch(&self, slave: &Path) -> nix::Result<Watch> {
        let instance = Arc::clone(self.instance()?);
        let descriptor = instance.get().add_watch(slave, AddWatchFlags::IN_OPEN)?;
        let seen = Arc::clone(&self.seen);
        let woken = Arc::clone(&locked(&seen).entry(descriptor).or_default().woken);
        Ok(Watch { instance, seen, descriptor, woken })
    }
}

fn locked(seen: &Mutex<BTreeMap<WatchDescriptor, Seen>>) -> MutexGuard<'_, BTreeMap<WatchDescriptor, Seen>> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watch {
    /// Watches it for being closed as well.
    pub(super) fn follow_closings(&self, slave: &Path) -> nix::Result<()> {
        let mask = AddWatchFlags::IN_OPEN | AddWatchFlags::IN_CLOSE;
        self.instance.get().add_watch(slave, mask).map(drop)
    }

    /// Waits for changes. Cancel-safe.
    pub(super) async fn changes(&self) -> nix::Result<Vec<Change>> {
        loop {
            tokio::select! {
                biased;
                readable = self.instance.readable() => readable.map_err(|error| errno(&error))?,
                () = self.woken.notified() => {}
            }
            let seen = self.take()?;
            if !seen.is_empty() {
                return Ok(seen);
            }
        }
    }

    /// What has been seen and not been asked for.
    pub(super) fn take(&self) -> nix::Result<Vec<Change>> {
        self.read()?;
        let mut all = locked(&self.seen);
        Ok(all.get_mut(&self.descriptor).map(|seen| std::mem::take(&mut seen.changes)).unwrap_or_default())
    }
}

impl Watch {
    /// Reads all there is, for everybody.
    fn read(&self) -> nix::Result<()> {
        loop {
            match self.instance.get().read_events() {
                Ok(events) => {
                    let mut all = locked(&self.seen);
                    for event in events {
                        // One that is watched no more had events under way.
                        let Some(seen) = all.get_mut(&event.wd) else { continue };
                        seen.changes.push(Change::of(event.mask));
                        if event.wd != self.descriptor {
                            seen.woken.notify_one();
                        }
                    }
                }
                Err(Errno::EAGAIN) => return Ok(()),
                Err(Errno::EINTR) => {}
                Err(cause) => return Err(cause),
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        locked(&self.seen).remove(&self.descriptor);
        // A slave that is gone has taken its watch with it.
        let _ = self.instance.get().rm_watch(self.descriptor);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs::File;
    use std::time::Duration;

    use super::*;

    async fn soon(watch: &Watch) -> Vec<Change> {
        tokio::time::timeout(Duration::from_secs(10), watch.changes()).await.unwrap().unwrap()
    }

    #[tokio::test]
    async fn each_of_many_gets_its_own_changes_though_another_has_read_them() {
        let directory = tempfile::tempdir().unwrap();
        let paths = [directory.path().join("one"), directory.path().join("two")];
        for path in &paths {
            File::create(path).unwrap();
        }
        let watcher = Watcher::default();
        let [one, two] = paths.each_ref().map(|path| watcher.watch(path).unwrap());
        File::open(&paths[1]).unwrap();
        assert_eq!(one.take().unwrap(), []);
        assert_eq!(soon(&two).await, [Change::Opened]);
        // One that waits is woken by whoever reads for it.
        let waits = tokio::spawn(async move { soon(&two).await });
        tokio::task::yield_now().await;
        File::open(&paths[1]).unwrap();
        assert_eq!(one.take().unwrap(), []);
        assert_eq!(waits.await.unwrap(), [Change::Opened]);
        File::open(&paths[0]).unwrap();
        assert_eq!(soon(&one).await, [Change::Opened]);
    }
}
