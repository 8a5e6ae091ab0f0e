//! Who opens and closes a pty's slave, as far as inotify tells: in their order, less those changes that the kernel joins because
//! two of a kind followed each other.
//!
//! In: what inotify has. Out: whether there was an opening; and whether the port was closed by the last that had it open and
//! opened again meanwhile. That must be told from one of several that goes: two openings may have been joined, so that the closing
//! of the last one known does not show that nobody is left. It does if an opening follows before the master has been seen to be
//! still in use.

use std::path::Path;

use super::watcher::{Change, Watch, Watcher};

/// The slave, watched.
#[derive(Debug)]
pub(super) struct Openings {
    watch: Watch,
}

impl Openings {
    /// Watches the slave for being opened.
    pub(super) fn of(slave: &Path, watcher: &Watcher) -> nix::Result<Self> {
        Ok(Self { watch: watcher.watch(slave)? })
    }

    /// Watches it for being closed as well.
    pub(super) fn follow_closings(&self, slave: &Path) -> nix::Result<()> {
        self.watch.follow_closings(slave)
    }

    /// Waits until the slave is opened. Cancel-safe.
    pub(super) async fn opened(&self) -> nix::Result<()> {
        while !self.changes().await?.contains(&Change::Opened) {}
        Ok(())
    }

    /// Waits until the slave is opened or closed; what was seen. Cancel-safe.
    pub(super) async fn changes(&self) -> nix::Result<Vec<Change>> {
        self.watch.changes().await
    }

    /// What has been seen and not been asked for.
    pub(super) fn take(&self) -> nix::Result<Vec<Change>> {
        self.watch.take()
    }

    /// Forgets what has been seen.
    pub(super) fn forget(&self) -> nix::Result<()> {
        self.take().map(drop)
    }
}

/// Who has the slave open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Users {
    known: u32,
    /// The last one known has closed it.
    gone: bool,
}

/// The one that has just opened it.
impl Default for Users {
    fn default() -> Self {
        Self { known: 1, gone: false }
    }
}

impl Users {
    /// Whether it was closed by all that are known and opened again, by these changes and those before.
    pub(super) fn came_back(&mut self, seen: &[Change]) -> bool {
        let mut came_back = false;
        for change in seen {
            match change {
                Change::Opened => {
                    came_back |= std::mem::take(&mut self.gone);
                    self.known += 1;
                }
                Change::Closed => {
                    self.known = self.known.saturating_sub(1);
                    self.gone |= self.known == 0;
                }
            }
        }
        came_back
    }

    /// Whether the last one known has closed it.
    pub(super) const fn seem_gone(self) -> bool {
        self.gone
    }

    /// The master is in use all the same: by somebody who was not known.
    pub(super) const fn are_left(&mut self) {
        *self = Self { known: 1, gone: false };
    }
}

#[cfg(test)]
mod tests {
    use super::Change::{Closed, Opened};
    use super::*;

    #[test]
    fn the_last_one_gone_and_another_there_is_told_from_one_of_several_that_goes() {
        let came_back = |seen: &[&[Change]]| {
            let mut users = Users::default();
            seen.iter().map(|seen| users.came_back(seen)).collect::<Vec<_>>()
        };
        assert_eq!(came_back(&[&[Closed, Opened]]), [true]);
        assert_eq!(came_back(&[&[Closed], &[Opened]]), [false, true]);
        assert_eq!(came_back(&[&[Opened, Closed], &[Opened], &[Closed, Opened]]), [false, false, false]);
    }

    #[test]
    fn who_is_left_though_nobody_is_known_is_one() {
        let mut users = Users::default();
        assert!(!users.came_back(&[Closed]) && users.seem_gone());
        users.are_left();
        assert!(!users.seem_gone() && !users.came_back(&[Opened, Closed, Opened]));
        assert!(!users.came_back(&[Closed]) && users.came_back(&[Closed, Opened]));
    }
}
