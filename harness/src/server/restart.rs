//! When a process that ended is started again: by inittab's `respawn`, or as a unit's `Restart=` has it. sysvinit's init.c;
//! systemd.service(5), "Restart="; systemd.unit(5), "StartLimitIntervalSec=".
//!
//! In go starts and ends with their times; out come whether and when to start next, and what the log says of it.

use std::collections::VecDeque;
use std::time::Duration;

use offhook_emulator::time::Instant;

/// sysvinit: started so often ...
const TOO_OFTEN: usize = 10;
/// ... within this time, an entry is disabled ...
const TOO_FAST: Duration = Duration::from_secs(120);
/// ... for this time.
const DISABLED: Duration = Duration::from_secs(300);

/// The signals that end a service well: HUP, INT, PIPE and TERM (systemd.service(5), "SuccessExitStatus=").
const CLEAN_SIGNALS: &[i32] = &[1, 2, 13, 15];
/// What systemd takes for the status of a command that cannot be executed.
const NOT_EXECUTED: i32 = 203;

/// Whose rule it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Restart {
    /// inittab's `respawn`.
    Inittab,
    /// That of a systemd service.
    Unit(UnitRestart),
}

/// What a service says of its restarts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitRestart {
    /// After which ends.
    pub when: When,
    /// How long after the end: `RestartSec=`.
    pub delay: Duration,
    /// So many starts ...
    pub burst: u32,
    /// ... within this time, and no more: `StartLimitBurst=` and `StartLimitIntervalSec=`. One of them 0: no limit.
    pub interval: Duration,
    /// Whether a failure counts as an end like others: `ExecStart=-...`.
    pub forgiving: bool,
}

/// `Restart=`, by what can happen here: services have neither time limit nor watchdog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// After every end.
    Always,
    /// After status 0 and the clean signals.
    OnSuccess,
    /// After all others.
    OnFailure,
    /// `on-abnormal` and `on-abort`: after a signal that is not one of the clean ones.
    OnSignal,
    /// `no`, and `on-watchdog`.
    Never,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// By itself, with this exit status.
    Status(i32),
    /// By this signal.
    Signal(i32),
}

impl Default for UnitRestart {
    /// As systemd-system.conf(5) has it where nothing is said.
    fn default() -> Self {
        Self {
            when: When::Never,
            delay: Duration::from_millis(100),
            burst: 5,
            interval: Duration::from_secs(10),
            forgiving: false,
        }
    }
}

impl UnitRestart {
    fn is_clean(&self, how: Ended) -> bool {
        match how {
            Ended::Status(status) => status == 0 || self.forgiving,
            Ended::Signal(signal) => CLEAN_SIGNALS.contains(&signal) || self.forgiving,
        }
    }

    fn restarts(&self, how: Ended) -> bool {
        match self.when {
            When::Always => true,
            When::OnSuccess => self.is_clean(how),
            When::OnFailure => !self.is_clean(how),
            When::OnSignal => !self.is_clean(how) && matches!(how, Ended::Signal(_)),
            When::Never => false,
        }
    }

    /// Whether the limit on starts is one.
    pub fn is_limited(&self) -> bool {
        self.burst > 0 && !self.interval.is_zero()
    }
}

/// The starts and ends of one entry.
#[derive(Debug)]
pub struct Starts {
    /// inittab's id, or the service's name.
    id: String,
    rule: Restart,
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
    pub fn new(id: impl Into<String>, rule: Restart) -> Self {
        Self { id: id.into(), rule, state: State::From(Instant::ZERO), begun: VecDeque::new(), count: 0 }
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
        match self.rule {
            Restart::Inittab => "init",
            Restart::Unit(_) => "systemd",
        }
    }

    /// It is due: what the log says of the start; of one that is not made, as an error.
    pub fn start(&mut self, now: Instant) -> Result<Option<String>, String> {
        let Self { id, rule, begun, .. } = self;
        match rule {
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
        self.begun.push_back(now);
        self.state = State::Runs;
        let before = self.count;
        self.count += 1;
        let again = before > 0 && matches!(self.rule, Restart::Unit(_));
        Ok(again.then(|| format!("{}: Scheduled restart job, restart counter is at {before}.", self.id)))
    }

    /// Its process ended: what the log says of it.
    pub fn ended(&mut self, now: Instant, how: Ended) -> Option<String> {
        let Restart::Unit(unit) = &self.rule else {
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
            None => format!("{}: Deactivated successfully.", self.id),
            Some(result) => format!("{}: Failed with result '{result}'.", self.id),
        })
    }

    /// It cannot be executed.
    pub fn not_executed(&mut self, now: Instant) -> Option<String> {
        match self.rule {
            Restart::Inittab => {
                self.state = State::From(now + DISABLED);
                None
            }
            Restart::Unit(_) => self.ended(now, Ended::Status(NOT_EXECUTED)),
        }
    }

    /// What it is to do was read anew. An entry of inittab that was disabled is given another try.
    pub fn reread(&mut self, rule: Restart) {
        let disabled = matches!(self.state, State::From(_)) && rule == Restart::Inittab;
        if disabled {
            self.state = State::From(Instant::ZERO);
        }
        self.rule = rule;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn unit(when: When) -> UnitRestart {
        UnitRestart { when, ..UnitRestart::default() }
    }

    #[test]
    fn what_inittab_keeps_running_is_disabled_at_its_eleventh_start_in_two_minutes() {
        let mut starts = Starts::new("S0", Restart::Inittab);
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
        starts.reread(Restart::Inittab);
        assert!(starts.is_due(now), "telinit q gives it another try");
    }

    #[test]
    fn a_service_waits_before_it_is_started_again() {
        let rule = UnitRestart { delay: 5 * SECOND, ..unit(When::Always) };
        let mut starts = Starts::new("m.service", Restart::Unit(rule));
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
        let mut starts = Starts::new("m.service", Restart::Unit(unit(When::Always)));
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
        starts.reread(Restart::Unit(unit(When::Always)));
        assert!(!starts.is_due(now + 100 * SECOND), "not even after the files were read anew");
    }

    #[test]
    fn five_starts_in_more_than_ten_seconds_are_none_too_many() {
        let mut starts = Starts::new("m.service", Restart::Unit(unit(When::Always)));
        let mut now = Instant::ZERO;
        for _ in 0..50 {
            assert!(starts.start(now).is_ok(), "{now:?}");
            now += 3 * SECOND;
            starts.ended(now, Ended::Status(16));
        }
        let unlimited = UnitRestart { burst: 0, ..unit(When::Always) };
        let mut starts = Starts::new("m.service", Restart::Unit(unlimited));
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
        let mut starts = Starts::new("S0", Restart::Inittab);
        assert_eq!(starts.start(Instant::ZERO), Ok(None));
        assert_eq!(starts.not_executed(Instant::ZERO), None);
        assert_eq!(starts.poll_timeout(), Some(Instant::ZERO + DISABLED));
        let mut starts = Starts::new("m.service", Restart::Unit(unit(When::OnSuccess)));
        assert_eq!(starts.start(Instant::ZERO), Ok(None));
        let said = starts.not_executed(Instant::ZERO);
        assert_eq!(said.as_deref(), Some("m.service: Failed with result 'exit-code'."));
        assert_eq!(starts.poll_timeout(), None);
    }
}
