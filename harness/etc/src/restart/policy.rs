//! When a process is started again: by inittab's `respawn`, or as a unit's `Restart=` has it (systemd.service(5)).

use std::time::Duration;

/// The signals that end a service well: HUP, INT, PIPE and TERM (systemd.service(5), "SuccessExitStatus=").
const CLEAN_SIGNALS: &[i32] = &[1, 2, 13, 15];

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
    pub(super) fn is_clean(&self, how: Ended) -> bool {
        match how {
            Ended::Status(status) => status == 0 || self.forgiving,
            Ended::Signal(signal) => CLEAN_SIGNALS.contains(&signal) || self.forgiving,
        }
    }

    pub(super) fn restarts(&self, how: Ended) -> bool {
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
