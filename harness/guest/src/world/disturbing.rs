//! Disturbances as the world has them: when each is due, and what those do that are of the server itself.
//!
//! In: every event of the trace, in its order, and time. Out: lines and modems disturbed, processes that get signals, a disk
//! that is full, a clock that is set; each told in the trace.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::mount::{MsFlags, mount};
use nix::sys::signal::{Signal, kill};
use nix::sys::statvfs::statvfs;
use nix::sys::time::TimeSpec;
use nix::time::{ClockId, clock_settime};
use nix::unistd::Pid;

use offhook_clock::{Instant, earliest};
use offhook_scenario::{Deed, Disturbance, Scenario};
use offhook_telephony::trace::{Event, EventKind};

use super::World;

/// The file system that can be full.
const DISK: &str = "/run";

/// What goes wrong, and when.
#[derive(Debug, Default)]
pub(super) struct Disturbing {
    waiting: Vec<Disturbance>,
    /// From this call on nothing goes wrong: those that follow show what holds.
    calls: usize,
    counts: BTreeMap<&'static str, u32>,
    due: Vec<Due>,
    /// Processes that were sent a signal.
    signalled: Vec<i32>,
}

#[derive(Debug)]
struct Due {
    at: Instant,
    port: Option<String>,
    /// What is over, or begins.
    deed: Deed,
    over: Option<Lasting>,
}

/// What has to be made good again.
#[derive(Debug)]
enum Lasting {
    /// Something at a port.
    Port,
    /// A process stands still.
    Stopped(i32),
    /// The disk is full; its size before, as tmpfs takes it.
    Full(u64),
}

impl Disturbing {
    pub(super) fn new(scenario: &Scenario) -> Self {
        Self { waiting: scenario.disturbances.clone(), calls: scenario.own_calls(), ..Self::default() }
    }

    /// An event has come into the trace.
    pub(super) fn see(&mut self, now: Instant, event: &Event) {
        if event.call.is_some_and(|call| call >= self.calls) {
            // Whatever was to come later comes too late, where what came before made the calls shorter.
            self.waiting.clear();
        }
        if self.waiting.is_empty() {
            return;
        }
        let name = event.what.name();
        let count = self.counts.entry(name).or_default();
        *count += 1;
        let count = *count;
        let (met, waiting) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|one: &Disturbance| one.moment.event == name && one.moment.nth == count);
        self.waiting = waiting;
        let due =
            |one: Disturbance| Due { at: now + one.moment.later, port: event.port.clone(), deed: one.deed, over: None };
        self.due.extend(met.into_iter().map(due));
    }

    /// Processes that were sent a signal so far.
    pub(super) fn signalled(&self) -> &[i32] {
        &self.signalled
    }

    /// When the next is due.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.due.iter().fold(None, |sum, due| earliest(sum, Some(due.at)))
    }

    fn next(&mut self, now: Instant) -> Option<Due> {
        let place = self.due.iter().position(|due| due.at <= now)?;
        Some(self.due.remove(place))
    }

    /// Whether the disk is full already: then it stays so until this moment at least.
    fn stays_full(&mut self, until: Instant) -> bool {
        let full = self.due.iter_mut().find(|due| matches!(due.over, Some(Lasting::Full(_))));
        full.map(|due| due.at = due.at.max(until)).is_some()
    }

    fn ends(&mut self, at: Instant, port: Option<String>, deed: Deed, over: Lasting) {
        self.due.push(Due { at, port, deed, over: Some(over) });
    }
}

impl World {
    /// Everything goes wrong that is to go wrong by now; whether anything did.
    pub(super) fn disturb(&mut self, now: Instant) -> bool {
        let mut disturbed = false;
        while let Some(due) = self.disturbing.next(now) {
            disturbed = true;
            match due.over {
                None => self.begin(now, due),
                Some(lasting) => self.make_good(now, due.port, &due.deed, lasting),
            }
            self.settle(now);
            self.collect(now);
        }
        disturbed
    }

    fn begin(&mut self, now: Instant, due: Due) {
        let Due { port, deed, .. } = due;
        self.note(now, port.as_deref(), format!("disturbed: {}", told(&deed)));
        let session = self.sessions.iter_mut().find(|session| port.as_ref().is_none_or(|port| session.device == *port));
        if session.is_some_and(|session| session.disturb(now, &deed)) {
            if let Deed::DropDtr(time) | Deed::ModemRestarts(time) = deed {
                self.disturbing.ends(now + time, port, deed, Lasting::Port);
            }
            return;
        }
        match &deed {
            Deed::Kill { program, signal } => {
                self.signal(now, program, signal);
            }
            Deed::Stop { program, time } => {
                let until = now + *time;
                if let Some(pid) = self.signal(now, program, "STOP") {
                    self.disturbing.ends(until, port, deed, Lasting::Stopped(pid));
                }
            }
            Deed::FillDisk(time) => {
                let until = now + *time;
                if self.disturbing.stays_full(until) {
                    return;
                }
                match filled() {
                    Ok(size) => self.disturbing.ends(until, port, deed, Lasting::Full(size)),
                    Err(error) => self.note(now, None, format!("{DISK} cannot be filled: {error}")),
                }
            }
            Deed::SetClock(seconds) => {
                if let Err(error) = set(*seconds) {
                    self.note(now, None, format!("the clock cannot be set: {error}"));
                }
            }
            // Of a port.
            _ => {}
        }
    }

    fn make_good(&mut self, now: Instant, port: Option<String>, deed: &Deed, lasting: Lasting) {
        match lasting {
            Lasting::Port => {
                let mut sessions = self.sessions.iter_mut();
                if let Some(session) = sessions.find(|session| port.as_ref().is_none_or(|port| session.device == *port))
                {
                    session.undisturb(now, deed);
                }
            }
            // It may have been killed meanwhile.
            Lasting::Stopped(pid) => drop(kill(Pid::from_raw(pid), Signal::SIGCONT)),
            Lasting::Full(size) => {
                if let Err(error) = sized(size) {
                    self.note(now, None, format!("{DISK} stays full: {error}"));
                }
            }
        }
        self.note(now, port.as_deref(), format!("disturbed no more: {}", told(deed)));
    }

    /// Sends the newest process of that program a signal; its number.
    fn signal(&mut self, now: Instant, program: &str, signal: &str) -> Option<i32> {
        let Some(pid) = newest(program) else {
            self.note(now, None, format!("there is no process of {program}"));
            return None;
        };
        let Ok(number) = format!("SIG{signal}").parse::<Signal>() else { return None };
        // It may have ended since it was found.
        let _ = kill(Pid::from_raw(pid), number);
        self.disturbing.signalled.push(pid);
        self.note(now, None, format!("disturbed: SIG{signal} to process {pid} ({program})"));
        Some(pid)
    }

    fn note(&mut self, now: Instant, port: Option<&str>, text: String) {
        let event = Event { at: now, port: port.map(str::to_owned), call: None, what: EventKind::Note { text } };
        self.keep(now, event);
    }
}

fn told(deed: &Deed) -> String {
    let end = |end: &offhook_telephony::trace::End| format!("{} the next octets to the {}", deed.word(), end.name());
    let seconds = |time: &Duration| offhook_scenario::format_duration(*time);
    match deed {
        Deed::Lose(to) | Deed::Damage(to) | Deed::Double(to) | Deed::Delay(to, _) => end(to),
        Deed::Deafen(to, time) => format!("the {} hears nothing for {}", to.name(), seconds(time)),
        Deed::Flicker(time)
        | Deed::DropDtr(time)
        | Deed::HoldOff(time)
        | Deed::ModemMutes(time)
        | Deed::ModemLags(time)
        | Deed::ModemRestarts(time)
        | Deed::FillDisk(time) => format!("{} for {}", deed.word(), seconds(time)),
        Deed::ModemSays(text) => format!("the modem says \"{}\"", text.escape_default()),
        Deed::Kill { program, signal } => format!("{program} is to get SIG{signal}"),
        Deed::Stop { program, time } => format!("{program} is to stand still for {}", seconds(time)),
        Deed::SetClock(by) => format!("the server's clock is set by {by} s"),
        Deed::CutLine | Deed::HangUp | Deed::FallSilent | Deed::ModemDies => deed.word().to_owned(),
    }
}

/// The process of that name with the highest number.
fn newest(program: &str) -> Option<i32> {
    let entries = fs::read_dir("/proc").ok()?.flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let named = |pid: &i32| {
        *pid != 1 && fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == program)
    };
    pids.filter(named).max()
}

/// Leaves no room on the disk; its size before, in octets.
fn filled() -> nix::Result<u64> {
    let now = statvfs(DISK)?;
    let block = now.fragment_size();
    let used = now.blocks() - now.blocks_free();
    // A size of 0 is no limit.
    sized(used.max(1) * block)?;
    Ok(now.blocks() * block)
}

fn sized(octets: u64) -> nix::Result<()> {
    mount(None::<&str>, DISK, None::<&str>, MsFlags::MS_REMOUNT, Some(format!("size={octets},mode=755").as_str()))
}

fn set(seconds: i64) -> nix::Result<()> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let by = Duration::from_secs(seconds.unsigned_abs());
    let then = if seconds < 0 { since.saturating_sub(by) } else { since + by };
    clock_settime(ClockId::CLOCK_REALTIME, TimeSpec::from_duration(then))
}
