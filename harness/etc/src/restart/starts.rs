//! When a process that ended is started again: by inittab's `respawn`, or as a unit's `Restart=` has it. sysvinit's init.c;
//! systemd.service(5), "Restart="; systemd.unit(5), "StartLimitIntervalSec=".
//!
//! In go starts and ends with their times; out come whether and when to start next, and what the log says of it.

use std::collections::VecDeque;
use std::time::Duration;

use offhook_clock::Instant;

use super::policy::{Ended, Restart};
use crate::inittab::Entry;

/// sysvinit: started so often ...
const TOO_OFTEN: usize = 10;
/// ... within this time, an entry is disabled ...
const TOO_FAST: Duration = Duration::from_secs(120);
/// ... for this time.
const DISABLED: Duration = Duration::from_secs(300);

/// What systemd takes for the status of a command that cannot be executed.
const NOT_EXECUTED: i32 = 203;

/// An entry with its starts and ends.
#[derive(Debug)]
pub struct Starts {
    entry: Entry,
    state: State,
    /// Starts that count for the limit; of a unit those since its interval began.
    begun: VecDeque<Instant>,
    /// How often it was started, ever.
    count: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// To be started, not before this time.
    From(Instant),
    Runs,
    Over,
}

impl Starts {
    /// Of an entry that is to be started at once.
    pub fn new(entry: Entry) -> Self {
        Self { entry, state: State::From(Instant::ZERO), begun: VecDeque::new(), count: 0 }
    }

    /// What is started.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Whether it is to be started now.
    pub fn is_due(&self, now: Instant) -> bool {
        matches!(self.state, State::From(time) if time <= now)
    }

    /// When it is to be started.
    pub fn poll_timeout(&self) -> Option<Instant> {
        if let State::From(time) = self.state { Some(time) } else { None }
    }

    /// Whose log tells of it.
    pub fn teller(&self) -> &'static str {
        match self.entry.restart {
            Restart::Inittab => "init",
            Restart::Unit(_) => "systemd",
        }
    }

    /// It is due: what the log says of the start; of one that is not made, as an error.
    pub fn start(&mut self, now: Instant) -> Result<Option<String>, String> {
        let Self { entry: Entry { id, restart, .. }, begun, .. } = self;
        match restart {
            Restart::Inittab => {
                begun.retain(|&start| now.since(start) < TOO_FAST);
                if begun.len() >= TOO_OFTEN {
                    begun.clear();
                    self.state = State::From(now + DISABLED);
                    return Err(format!("Id \"{id}\" respawning too fast: disabled for 5 minutes"));
                }
            }
            Restart::Unit(unit) => {
                if begun.front().is_some_and(|&start| now.since(start) >= unit.interval) {
                    begun.clear();
                }
                if unit.is_limited() && begun.len() >= usize::try_from(unit.burst).unwrap_or(usize::MAX) {
                    self.state = State::Over;
                    return Err(format!("{id}: Start request repeated too quickly."));
                }
            }
        }
        begun.push_back(now);
        self.state = State::Runs;
        let before = self.count;
        self.count += 1;
        let again = before > 0 && matches!(restart, Restart::Unit(_));
        Ok(again.then(|| format!("{id}: Scheduled restart job, restart counter is at {before}.")))
    }

    /// Its process ended: what the log says of it.
    pub fn ended(&mut self, now: Instant, how: Ended) -> Option<String> {
        let Entry { id, restart, .. } = &self.entry;
        let Restart::Unit(unit) = restart else {
            self.state = State::From(now);
            return None;
        };
        let result = match how {
            _ if unit.is_clean(how) => None,
            Ended::Status(_) => Some("exit-code"),
            Ended::Signal(_) => Some("signal"),
        };
        self.state = if unit.restarts(how) { State::From(now + unit.delay) } else { State::Over };
        Some(match result {
            None => format!("{id}: Deactivated successfully."),
            Some(result) => format!("{id}: Failed with result '{result}'."),
        })
    }

    /// It cannot be executed.
    pub fn not_executed(&mut self, now: Instant) -> Option<String> {
        match self.entry.restart {
            Restart::Inittab => {
                self.state = State::From(now + DISABLED);
                None
            }
            Restart::Unit(_) => self.ended(now, Ended::Status(NOT_EXECUTED)),
        }
    }

    /// The entry was read again. One of inittab that was disabled is given another try.
    pub fn reread(&mut self, entry: Entry) {
        if matches!(self.state, State::From(_)) && entry.restart == Restart::Inittab {
            self.state = State::From(Instant::ZERO);
        }
        self.entry = entry;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::restart::{UnitRestart, When};

    const SECOND: Duration = Duration::from_secs(1);

    fn entry(id: &str, restart: Restart) -> Entry {
        Entry { id: id.to_owned(), process: "/sbin/mgetty ttyS0".to_owned(), utmp: None, restart }
    }

    fn unit(when: When) -> UnitRestart {
        UnitRestart { when, ..UnitRestart::default() }
    }

    #[test]
    fn what_inittab_keeps_running_is_disabled_at_its_eleventh_start_in_two_minutes() {
        let mut starts = Starts::new(entry("S0", Restart::Inittab));
        let mut now = Instant::ZERO;
        for _ in 0..10 {
            assert!(starts.is_due(now));
            assert_eq!(starts.start(now), Ok(None));
            assert!(!starts.is_due(now), "while it runs");
            assert_eq!(starts.ended(now + SECOND, Ended::Status(1)), None);
            now += SECOND;
        }
        let refused = starts.start(now).unwrap_err();
        assert_eq!(refused, "Id \"S0\" respawning too fast: disabled for 5 minutes");
        assert_eq!(starts.poll_timeout(), Some(now + DISABLED));
        starts.reread(entry("S0", Restart::Inittab));
        assert!(starts.is_due(now), "telinit q gives it another try");
    }

    #[test]
    fn a_service_waits_before_it_is_started_again() {
        let rule = UnitRestart { delay: 5 * SECOND, ..unit(When::Always) };
        let mut starts = Starts::new(entry("m.service", Restart::Unit(rule)));
        assert_eq!(starts.start(Instant::ZERO), Ok(None));
        let said = starts.ended(Instant::from_millis(1000), Ended::Status(0));
        assert_eq!(said.as_deref(), Some("m.service: Deactivated successfully."));
        assert!(!starts.is_due(Instant::from_millis(5999)));
        assert!(starts.is_due(Instant::from_millis(6000)));
        let said = starts.start(Instant::from_millis(6000)).unwrap();
        assert_eq!(said.as_deref(), Some("m.service: Scheduled restart job, restart counter is at 1."));
    }

    #[test]
    fn a_service_that_fails_at_once_is_given_up_at_its_sixth_start_in_ten_seconds() {
        let mut starts = Starts::new(entry("m.service", Restart::Unit(unit(When::Always))));
        let mut now = Instant::ZERO;
        for _ in 0..5 {
            assert!(starts.start(now).is_ok());
            let said = starts.ended(now, Ended::Status(1));
            assert_eq!(said.as_deref(), Some("m.service: Failed with result 'exit-code'."));
            now += Duration::from_millis(100);
            assert!(starts.is_due(now));
        }
        assert_eq!(starts.start(now).unwrap_err(), "m.service: Start request repeated too quickly.");
        assert_eq!(starts.poll_timeout(), None);
        starts.reread(entry("m.service", Restart::Unit(unit(When::Always))));
        assert!(!starts.is_due(now + 100 * SECOND), "not even after the files were read again");
    }

    #[test]
    fn five_starts_in_more_than_ten_seconds_are_none_too_many() {
        let mut starts = Starts::new(entry("m.service", Restart::Unit(unit(When::Always))));
        let mut now = Instant::ZERO;
        for _ in 0..50 {
            assert!(starts.start(now).is_ok(), "{now:?}");
            now += 3 * SECOND;
            starts.ended(now, Ended::Status(16));
        }
        let unlimited = UnitRestart { burst: 0, ..unit(When::Always) };
        let mut starts = Starts::new(entry("m.service", Restart::Unit(unlimited)));
        for _ in 0..50 {
            assert!(starts.start(now).is_ok());
            starts.ended(now, Ended::Status(16));
        }
    }

    #[test]
    fn restart_says_after_which_ends() {
        let ends = [Ended::Status(0), Ended::Status(16), Ended::Signal(15), Ended::Signal(9)];
        for (when, expected) in [
            (When::Always, [true, true, true, true]),
            (When::OnSuccess, [true, false, true, false]),
            (When::OnFailure, [false, true, false, true]),
            (When::OnSignal, [false, false, false, true]),
            (When::Never, [false, false, false, false]),
        ] {
            assert_eq!(ends.map(|how| unit(when).restarts(how)), expected, "{when:?}");
        }
        let forgiving = UnitRestart { forgiving: true, ..unit(When::OnFailure) };
        assert_eq!(ends.map(|how| forgiving.restarts(how)), [false; 4]);
    }

    #[test]
    fn what_cannot_be_executed_is_left_alone() {
        let mut starts = Starts::new(entry("S0", Restart::Inittab));
        assert_eq!(starts.start(Instant::ZERO), Ok(None));
        assert_eq!(starts.not_executed(Instant::ZERO), None);
        assert_eq!(starts.poll_timeout(), Some(Instant::ZERO + DISABLED));
        let mut starts = Starts::new(entry("m.service", Restart::Unit(unit(When::OnSuccess))));
        assert_eq!(starts.start(Instant::ZERO), Ok(None));
        let said = starts.not_executed(Instant::ZERO);
        assert_eq!(said.as_deref(), Some("m.service: Failed with result 'exit-code'."));
        assert_eq!(starts.poll_timeout(), None);
    }
}
