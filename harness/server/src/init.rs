//! Process 1's oldest duty: start what inittab says, reap whatever ends, start it again.
//!
//! Children are started plain, neither session nor group leaders: mgetty calls setsid itself, and needs it to succeed
//! to get its controlling terminal. When one that ended is started again is said by [`Starts`]. As with sysvinit,
//! `telinit q` ends what is no longer in inittab, first by TERM, three seconds later by KILL; a command line that changed
//! counts from the next start on.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use offhook_clock::{Instant, earliest};
use offhook_telephony::trace::EventKind;

use super::exit_status;
use super::utmp::Utmp;
use offhook_etc::inittab::Entry;
use offhook_etc::restart::{Ended, Starts};

/// Where the standard output and error of inittab's processes go.
pub const CONSOLE_LOG: &str = "/var/log/console";
/// Where it is told who is logged in.
const UTMP: &str = "/run/utmp";
/// And who was.
const WTMP: &str = "/var/log/wtmp";

/// How long a process that is to go has between TERM and KILL (sysvinit's WAIT_BETWEEN_SIGNALS).
const BEFORE_KILL: Duration = Duration::from_secs(3);

/// The respawning part of init.
#[derive(Debug)]
pub struct Init {
    slots: Vec<Slot>,
    /// Processes that have got TERM, and when they get KILL.
    leaving: Vec<(Pid, Instant)>,
    console: File,
    utmp: Utmp,
    /// Since 1970, when the clock was at zero.
    epoch: Duration,
}

#[derive(Debug)]
struct Slot {
    pid: Option<Pid>,
    starts: Starts,
}

impl Slot {
    fn new(entry: Entry) -> Self {
        Self { starts: Starts::new(entry), pid: None }
    }

    /// What the log says of it.
    fn log(&self, text: String) -> EventKind {
        log(self.starts.teller(), text)
    }
}

impl Init {
    /// An init for `entries`; nothing is started yet. `epoch` is the time since 1970 at which its clock starts.
    pub fn new(entries: Vec<Entry>, epoch: Duration) -> io::Result<Self> {
        let console = OpenOptions::new().create(true).append(true).open(CONSOLE_LOG)?;
        let slots = entries.into_iter().map(Slot::new).collect();
        Ok(Self { slots, leaving: Vec::new(), console, utmp: Utmp::new(UTMP, WTMP)?, epoch })
    }

    /// Starts every entry that should run and does not, and kills what should have gone.
    pub fn respawn(&mut self, now: Instant) -> Vec<EventKind> {
        let mut events = Vec::new();
        self.leaving.retain(|&(pid, deadline)| {
            if now >= deadline {
                events.push(note(format!("init: KILL to process {pid}, which did not end on TERM")));
                signalled(pid, Signal::SIGKILL);
            }
            now < deadline
        });
        for index in 0..self.slots.len() {
            self.start(index, now, &mut events);
        }
        events
    }

    fn start(&mut self, index: usize, now: Instant, events: &mut Vec<EventKind>) {
        let slot = &mut self.slots[index];
        if !slot.starts.is_due(now) {
            return;
        }
        match slot.starts.start(now) {
            Ok(said) => events.extend(said.map(|text| slot.log(text))),
            Err(text) => {
                events.push(slot.log(text));
                return;
            }
        }
        match spawned(slot.starts.entry(), &self.console) {
            Ok(pid) => {
                slot.pid = Some(pid);
                events.push(EventKind::Started { pid: pid.as_raw(), command: slot.starts.entry().process.clone() });
                if let Some(id) = &slot.starts.entry().utmp
                    && let Err(error) = self.utmp.born(id, pid.as_raw(), self.epoch + now.since(Instant::ZERO))
                {
                    events.push(log("init", format!("cannot write {UTMP}: {}", offhook_base::plain(&error))));
                }
            }
            Err(error) => {
                let why =
                    format!("cannot execute \"{}\": {}", slot.starts.entry().process, offhook_base::plain(&error));
                events.push(slot.log(why));
                let said = slot.starts.not_executed(now);
                events.extend(said.map(|text| slot.log(text)));
            }
        }
    }

    /// Reaps every child that has ended; `others` are the programs of children that it did not start, by process id.
    pub fn reap(&mut self, now: Instant, others: &BTreeMap<i32, &'static str>) -> Vec<EventKind> {
        let programs = self.programs();
        let mut events = Vec::new();
        loop {
            let (pid, ended) = match waitpid(Pid::from_raw(-1), Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::Exited(pid, status)) => (pid, Ended::Status(status)),
                Ok(WaitStatus::Signaled(pid, signal, _)) => (pid, Ended::Signal(signal as i32)),
                Ok(WaitStatus::StillAlive) | Err(Errno::ECHILD) => return events,
                Ok(_) | Err(Errno::EINTR) => continue,
                Err(errno) => {
                    events.push(note(format!("init cannot wait for its children: {}", errno.desc())));
                    return events;
                }
            };
            self.leaving.retain(|&(leaving, _)| leaving != pid);
            if let Err(error) = self.utmp.died(pid.as_raw(), self.epoch + now.since(Instant::ZERO)) {
                events.push(log("init", format!("cannot write {UTMP}: {}", offhook_base::plain(&error))));
            }
            let other = || (*others.get(&pid.as_raw()).unwrap_or(&"a child")).to_owned();
            let program = programs.get(&pid.as_raw()).cloned().unwrap_or_else(other);
            let how = exit_status::spelled(&program, ended);
            events.push(EventKind::Exited { pid: pid.as_raw(), program, how });
            if let Some(slot) = self.slots.iter_mut().find(|slot| slot.pid == Some(pid)) {
                slot.pid = None;
                let said = slot.starts.ended(now, ended);
                events.extend(said.map(|text| slot.log(text)));
            }
        }
    }

    /// `telinit q`: goes on with `entries`. New ones are started, those that went are ended, the others go on as they are.
    pub fn reread(&mut self, entries: Vec<Entry>, now: Instant) -> Vec<EventKind> {
        let mut events = vec![note("telinit q: init rereads inittab".to_owned())];
        let mut old = std::mem::take(&mut self.slots);
        for entry in entries {
            let known = old.iter().position(|slot| slot.starts.entry().id == entry.id);
            self.slots.push(match known {
                Some(index) => {
                    let mut slot = old.remove(index);
                    slot.starts.reread(entry);
                    slot
                }
                None => Slot::new(entry),
            });
        }
        for slot in old {
            let Some(pid) = slot.pid else { continue };
            events.push(note(format!("init: TERM to process {pid}: {}", slot.starts.entry().process)));
            signalled(pid, Signal::SIGTERM);
            self.leaving.push((pid, now + BEFORE_KILL));
        }
        events
    }

    /// When an entry is to be started again, or a process to be killed.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let starts = self.slots.iter().filter_map(|slot| slot.starts.poll_timeout()).min();
        earliest(starts, self.leaving.iter().map(|&(_, deadline)| deadline).min())
    }

    /// What each child is now: mgetty may have become pppd. A zombie still has its name in /proc.
    fn programs(&self) -> BTreeMap<i32, String> {
        let leaving = self.leaving.iter().map(|&(pid, _)| pid);
        self.slots
            .iter()
            .filter_map(|slot| slot.pid)
            .chain(leaving)
            .filter_map(|pid| {
                let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
                Some((pid.as_raw(), name.trim().to_owned()))
            })
            .collect()
    }
}

/// Sends TERM to every process whose command line contains `text`, as the page's "Apply Configuration" does, and tells
/// which those were. Not to this one: its arguments are not the server's.
pub fn terminate_matching(text: &str) -> io::Result<Vec<EventKind>> {
    let mut processes = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else { continue };
        // One that has ended meanwhile has no command line.
        let octets = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let line = octets.split(|&octet| octet == 0).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ");
        if pid != 1 && line.contains(text) {
            processes.push((pid, line.trim_end().to_owned()));
        }
    }
    processes.sort();
    let ended = |(pid, line): (i32, String)| {
        signal_one(Pid::from_raw(pid), Signal::SIGTERM);
        note(format!("TERM to process {pid}: {line}"))
    };
    Ok(processes.into_iter().map(ended).collect())
}

/// To the process group if it leads one, as sysvinit does; else to it alone.
fn signalled(pid: Pid, signal: Signal) {
    if kill(Pid::from_raw(-pid.as_raw()), signal).is_err() {
        signal_one(pid, signal);
    }
}

fn signal_one(pid: Pid, signal: Signal) {
    // It may have ended in between, which is what was wanted.
    let _ = kill(pid, signal);
}

fn note(text: String) -> EventKind {
    EventKind::Note { text }
}

fn log(program: &str, text: String) -> EventKind {
    EventKind::Log { program: program.to_owned(), pid: None, text }
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
