//! A guest's process group: all that its kernel ever started, awaited and ended as one.
//!
//! The kernel leads the group, and nothing in it can leave (`setsid(2)` and `setpgid(2)` are refused). It is ended while
//! its leader is not reaped yet: until then its number is nobody else's.

use std::io;
use std::os::fd::OwnedFd;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use rustix::process::{PidfdFlags, pidfd_open};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::process::{Child, Command};

use super::lifeline::Lifeline;

/// A group that ends when this is dropped, if it was not before.
#[derive(Debug)]
pub(super) struct Group<'a> {
    leader: Pid,
    lifeline: &'a Lifeline,
    /// Readable once the leader has ended.
    ended: AsyncFd<OwnedFd>,
    over: bool,
}

impl<'a> Group<'a> {
    /// Starts a program as the leader of its own group, which is not a terminal's foreground group: Ctrl-C is for the
    /// runner, which ends its guests.
    pub(super) fn start(command: &mut Command, lifeline: &'a Lifeline) -> io::Result<(Self, Child)> {
        let mut child = command.process_group(0).kill_on_drop(true).spawn()?;
        match Self::of(&child, lifeline) {
            Ok(group) => Ok((group, child)),
            Err(error) => {
                let _ = child.start_kill();
                Err(error)
            }
        }
    }

    fn of(child: &Child, lifeline: &'a Lifeline) -> io::Result<Self> {
        let gone = || io::Error::other("it has ended already");
        let number = child.id().and_then(|id| i32::try_from(id).ok()).ok_or_else(gone)?;
        let process = rustix::process::Pid::from_raw(number).ok_or_else(gone)?;
        let descriptor = pidfd_open(process, PidfdFlags::empty())?;
        // SAFETY: the registration owns its descriptor, which nobody else has.
        let ended = unsafe { AsyncFd::register_with_interest(descriptor, Interest::READABLE) }?;
        let leader = Pid::from_raw(number);
        lifeline.begins(leader);
        Ok(Self { leader, lifeline, ended, over: false })
    }

    /// Its number.
    pub(super) fn number(&self) -> Pid {
        self.leader
    }

    /// Waits for its leader to end, and then ends the others. Afterwards the leader may be reaped.
    pub(super) async fn ended(&mut self) -> io::Result<()> {
        let _ = self.ended.readable().await?;
        self.end();
        Ok(())
    }

    /// Ends all of it at once.
    pub(super) fn end(&mut self) {
        if !std::mem::replace(&mut self.over, true) {
            let _ = killpg(self.leader, Signal::SIGKILL);
            self.lifeline.ends(self.leader);
        }
    }
}

impl Drop for Group<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::process::Stdio;
    use std::time::Duration;

    use tokio::io::{AsyncBufReadExt, BufReader};

    use super::*;

    /// One that is gone at once: groups end without.
    fn lifeline() -> Lifeline {
        Lifeline::start(std::path::Path::new("/bin/true")).unwrap()
    }

    #[tokio::test]
    async fn what_the_leader_leaves_behind_ends_with_it() {
        let lifeline = lifeline();
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 1000 & echo; exit 3"]).stdout(Stdio::piped());
        let (mut group, mut child) = Group::start(&mut command, &lifeline).unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(lines.next_line().await.unwrap().as_deref(), Some(""));
        group.ended().await.unwrap();
        assert_eq!(child.wait().await.unwrap().code(), Some(3));
        // The sleeper had its end of the pipe too; it is closed.
        let end = tokio::time::timeout(Duration::from_secs(20), lines.next_line()).await.unwrap();
        assert_eq!(end.unwrap(), None);
    }

    #[tokio::test]
    async fn whoever_lets_go_of_it_ends_it() {
        let lifeline = lifeline();
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 1000 & wait"]).stdout(Stdio::piped());
        let (group, mut child) = Group::start(&mut command, &lifeline).unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        drop(group);
        let end = tokio::time::timeout(Duration::from_secs(20), lines.next_line()).await.unwrap();
        assert_eq!(end.unwrap(), None);
        assert_eq!(child.wait().await.unwrap().code(), None);
    }
}
