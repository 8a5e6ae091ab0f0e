//! Something with a file descriptor, and word from the runtime when it can be read.
//!
//! tokio registers descriptors it does not own, and cannot check that they stay open; here they do.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// A reader, say an inotify instance or a timer, whose readiness can be awaited.
#[derive(Debug)]
pub struct Watched<T: AsFd> {
    inner: T,
    registered: AsyncFd<OwnedFd>,
}

impl<T: AsFd> Watched<T> {
    /// Watches `inner`, which must be non-blocking. Must be called inside a tokio runtime that drives I/O.
    ///
    /// # Errors
    ///
    /// If the process has no descriptor left, or the runtime refuses this kind of one.
    pub fn new(inner: T) -> io::Result<Self> {
        let own = inner.as_fd().try_clone_to_owned()?;
        // SAFETY: the registration owns its descriptor, a duplicate that nobody else can close.
        let registered =
            unsafe { AsyncFd::register_with_interest(own, Interest::READABLE) }.map_err(io::Error::from)?;
        Ok(Self { inner, registered })
    }

    /// What is watched.
    pub fn get(&self) -> &T {
        &self.inner
    }

    /// Waits until there is something to read. Read until there is nothing left before waiting again. Cancel-safe.
    ///
    /// # Errors
    ///
    /// If the runtime is shutting down.
    pub async fn readable(&self) -> io::Result<()> {
        let mut ready = self.registered.readable().await?;
        ready.clear_ready();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};

    use super::*;

    #[tokio::test]
    async fn a_change_is_told_once_it_happens_and_not_before() {
        let directory = std::env::temp_dir();
        let inotify = Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC).unwrap();
        let name = format!("offhook-watched-{}", std::process::id());
        let watched = Watched::new(inotify).unwrap();
        let early = tokio::time::timeout(Duration::from_millis(1), watched.readable()).await;
        assert!(early.is_err());
        watched.get().add_watch(&directory, AddWatchFlags::IN_CREATE).unwrap();
        std::fs::write(directory.join(&name), "").unwrap();
        tokio::time::timeout(Duration::from_secs(10), watched.readable()).await.unwrap().unwrap();
        assert!(!watched.get().read_events().unwrap().is_empty());
        std::fs::remove_file(directory.join(&name)).unwrap();
    }
}
