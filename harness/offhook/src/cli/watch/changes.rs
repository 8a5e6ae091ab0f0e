//! What changes in directories, as the kernel tells it (inotify(7)), or by looking at them where it does not.
//!
//! Directories go in; out come paths in them, as long as anybody listens. Directories are watched and not files: editors write
//! a file beside its place and rename it. A thread reads; it ends with the process.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use nix::errno::Errno;
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify, InotifyEvent, WatchDescriptor};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::polled::Polled;

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
    /// Something at this path is new, gone, or written.
    At(PathBuf),
    /// More than the kernel could keep.
    Lost,
}

/// The directories that are watched.
pub(super) enum Changes {
    /// The kernel tells.
    Told {
        /// What tells.
        inotify: Arc<Inotify>,
        /// The directories by their descriptors.
        watched: Arc<Mutex<BTreeMap<PathBuf, WatchDescriptor>>>,
    },
    /// They are looked at.
    Polled(Polled),
}

impl Changes {
    /// Nothing is watched yet. Where the kernel tells nothing, `notice` hears why.
    pub(super) fn listen(notice: impl FnOnce(&io::Error)) -> io::Result<(Self, UnboundedReceiver<Change>)> {
        let (sender, changes) = unbounded_channel();
        match Inotify::init(InitFlags::IN_CLOEXEC) {
            Ok(inotify) => Ok((Self::told(inotify, sender)?, changes)),
            Err(errno) => {
                notice(&errno.into());
                let polled = Polled::start(move |path| sender.send(Change::At(path)).is_ok())?;
                Ok((Self::Polled(polled), changes))
            }
        }
    }

    fn told(inotify: Inotify, sender: UnboundedSender<Change>) -> io::Result<Self> {
        let inotify = Arc::new(inotify);
        let watched: Arc<Mutex<BTreeMap<PathBuf, WatchDescriptor>>> = Arc::default();
        let (reader, known) = (inotify.clone(), watched.clone());
        thread::Builder::new().name("changes".to_owned()).spawn(move || {
            loop {
                let events = match reader.read_events() {
                    Ok(events) => events,
                    Err(Errno::EINTR) => continue,
                    Err(_) => return,
                };
                let changes = events.into_iter().flat_map(|event| changes_of(event, &known));
                if !changes.map(|change| sender.send(change)).all(|sent| sent.is_ok()) {
                    return;
                }
            }
        })?;
        Ok(Self::Told { inotify, watched })
    }

    /// Watches a directory from now on, unless it is watched already.
    pub(super) fn watch(&self, directory: &Path) -> io::Result<()> {
        let (inotify, watched) = match self {
            Self::Told { inotify, watched } => (inotify, watched),
            Self::Polled(polled) => {
                polled.watch(directory);
                return Ok(());
            }
        };
        let mut watched = watched.lock().unwrap_or_else(PoisonError::into_inner);
        if watched.contains_key(directory) {
            return Ok(());
        }
        let mask = AddWatchFlags::IN_CLOSE_WRITE
            | AddWatchFlags::IN_CREATE
            | AddWatchFlags::IN_DELETE
            | AddWatchFlags::IN_MOVE
            | AddWatchFlags::IN_ONLYDIR;
        // The directory of a file that is named without one.
        let place = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        let descriptor = inotify.add_watch(place, mask)?;
        watched.insert(directory.to_owned(), descriptor);
        Ok(())
    }
}

/// What an event tells; nothing of a directory that is not watched any more. A directory that is known by several names, `a` and
/// `a/b/..` as an `include` may say, has one descriptor: it is told by each of them.
fn changes_of(event: InotifyEvent, known: &Mutex<BTreeMap<PathBuf, WatchDescriptor>>) -> Vec<Change> {
    if event.mask.contains(AddWatchFlags::IN_Q_OVERFLOW) {
        return vec![Change::Lost];
    }
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    let of = |(path, descriptor): (&PathBuf, &WatchDescriptor)| (*descriptor == event.wd).then(|| path.clone());
    let directories: Vec<PathBuf> = known.iter().filter_map(of).collect();
    if event.mask.contains(AddWatchFlags::IN_IGNORED) {
        known.retain(|_, descriptor| *descriptor != event.wd);
    }
    let name = event.name;
    let place = |directory: PathBuf| name.as_ref().map_or(directory.clone(), |name| directory.join(name));
    directories.into_iter().map(|directory| Change::At(place(directory))).collect()
}

/// A directory and all below it, links not followed.
pub(super) fn below(directory: &Path, but: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(directory) = waiting.pop() {
        if std::path::absolute(&directory).is_ok_and(|path| path == but) {
            continue;
        }
        for entry in std::fs::read_dir(&directory).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                waiting.push(entry.path());
            }
        }
        found.push(directory);
    }
    found
}
