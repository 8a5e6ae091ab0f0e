//! Process 1's oldest duty: start what inittab says, reap whatever ends, start it again.
//!
//! Children are started plain, neither session nor group leaders: mgetty calls setsid itself, and needs it to succeed
//! to get its controlling terminal. As sysvinit, an entry that ended ten times in two minutes is left alone for five.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{File, OpenOptions};
use std::io;
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use offhook_emulator::time::Instant;
use offhook_emulator::trace::What;

use super::inittab::Entry;

/// Where the standard output and error of inittab's processes go.
pub const CONSOLE_LOG: &str = "/var/log/console";

/// Ended so often ...
const TOO_OFTEN: usize = 10;
/// ... within this time, an entry is disabled ...
const TOO_FAST: Duration = Duration::from_secs(120);
/// ... for this time.
const DISABLED: Duration = Duration::from_secs(300);

/// The respawning part of init.
#[derive(Debug)]
pub struct Init {
    slots: Vec<Slot>,
    console: File,
}

#[derive(Debug)]
struct Slot {
    entry: Entry,
    pid: Option<Pid>,
    starts: VecDeque<Instant>,
    disabled_until: Option<Instant>,
}

impl Init {
    /// An init for `entries`; nothing is started yet.
    pub fn new(entries: Vec<Entry>) -> io::Result<Self> {
        let console = OpenOptions::new().create(true).append(true).open(CONSOLE_LOG)?;
        let slot = |entry| Slot { entry, pid: None, starts: VecDeque::new(), disabled_until: None };
        Ok(Self { slots: entries.into_iter().map(slot).collect(), console })
    }

    /// Starts every entry that should run and does not.
    pub fn respawn(&mut self, now: Instant) -> Vec<What> {
        let mut events = Vec::new();
        for slot in &mut self.slots {
            slot.start(now, &self.console, &mut events);
        }
        events
    }

    /// Reaps every child that has ended.
    pub fn reap(&mut self) -> Vec<What> {
        let programs = self.programs();
        let mut events = Vec::new();
        loop {
            let (pid, how) = match waitpid(Pid::from_raw(-1), Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::Exited(pid, status)) => (pid, format!("status {status}")),
                Ok(WaitStatus::Signaled(pid, signal, _)) => (pid, format!("signal {} ({signal})", signal as i32)),
                Ok(WaitStatus::StillAlive) | Err(Errno::ECHILD) => return events,
                Ok(_) | Err(Errno::EINTR) => continue,
                Err(errno) => {
                    events.push(What::Note { text: format!("init cannot wait for its children: {}", errno.desc()) });
                    return events;
                }
            };
            if let Some(slot) = self.slots.iter_mut().find(|slot| slot.pid == Some(pid)) {
                slot.pid = None;
            }
            let program = programs.get(&pid.as_raw()).cloned().unwrap_or_else(|| "a child".to_owned());
            events.push(What::Exited { pid: pid.as_raw(), program, how });
        }
    }

    /// When an entry that was disabled is to be started again.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.slots.iter().filter(|slot| slot.pid.is_none()).filter_map(|slot| slot.disabled_until).min()
    }

    /// What each child is now: mgetty may have become pppd. A zombie still has its name in /proc.
    fn programs(&self) -> BTreeMap<i32, String> {
        self.slots
            .iter()
            .filter_map(|slot| slot.pid)
            .filter_map(|pid| {
                let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
                Some((pid.as_raw(), name.trim().to_owned()))
            })
            .collect()
    }
}

impl Slot {
    fn start(&mut self, now: Instant, console: &File, events: &mut Vec<What>) {
        if self.pid.is_some() || self.disabled_until.is_some_and(|until| now < until) {
            return;
        }
        self.disabled_until = None;
        self.starts.retain(|&start| now.since(start) < TOO_FAST);
        if self.starts.len() >= TOO_OFTEN {
            self.starts.clear();
            self.disabled_until = Some(now + DISABLED);
            let text = format!("init: Id \"{}\" respawning too fast: disabled for 5 minutes", self.entry.id);
            events.push(What::Note { text });
            return;
        }
        self.starts.push_back(now);
        match spawned(&self.entry, console) {
            Ok(pid) => {
                self.pid = Some(pid);
                events.push(What::Started { pid: pid.as_raw(), command: self.entry.process.clone() });
            }
            Err(error) => {
                let text = format!("init: cannot start {}: {}", self.entry.process, crate::run::plain(&error));
                events.push(What::Note { text });
                self.disabled_until = Some(now + DISABLED);
            }
        }
    }
}

fn spawned(entry: &Entry, console: &File) -> io::Result<Pid> {
    let words = entry.words();
    let (program, arguments) = words.split_first().ok_or_else(|| io::Error::other("the line names no program"))?;
    let child = Command::new(program)
        .args(arguments)
        .env_clear()
        .envs([
            ("PATH", "/sbin:/usr/sbin:/bin:/usr/bin"),
            ("RUNLEVEL", "2"),
            ("PREVLEVEL", "N"),
            ("CONSOLE", "/dev/console"),
        ])
        .stdin(Stdio::null())
        .stdout(console.try_clone()?)
        .stderr(console.try_clone()?)
        .spawn()?;
    // Ended children are reaped by waitpid above, whoever started them.
    i32::try_from(child.id()).map(Pid::from_raw).map_err(|_| io::Error::other("its process id is out of range"))
}
