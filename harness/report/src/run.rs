//! What happens during a run, as plain data: the runner tells it in this order, and everything that a run shows or
//! writes (terminal, log, JSON) is made of it alone.
//!
//! The runner gives one [`RunEvent::Started`], then events of single scenarios as they come, at most one
//! [`RunEvent::Stopping`], and last of all one [`RunEvent::Finished`]. Indices are places in the plan, from 0.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use offhook_session::{Ended, Outcome, Verdict};

/// Exit code: everything passed.
pub const PASSED: u8 = 0;
/// Exit code: a scenario failed.
pub const FAILED: u8 = 1;
/// Exit code: the lab or a stack could not run a scenario. (2 is a wrong command line or scenario: there is no run.)
pub const COULD_NOT_RUN: u8 = 3;
/// Exit code: interrupted, as shells count SIGINT.
pub const INTERRUPTED: u8 = 130;

/// The seed of a run that names none. Lines tell a seed only where it is another one.
pub const DEFAULT_SEED: u64 = 1;

/// One scenario on one stack under one seed, before it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The scenario's file, as the user gave it.
    pub file: PathBuf,
    /// Its name.
    pub name: String,
    /// The stack.
    pub stack: String,
    /// The seed.
    pub seed: u64,
}

impl Planned {
    /// What had been planned of an outcome.
    pub fn of(outcome: &Outcome) -> Self {
        let Outcome { source, name, stack, seed, .. } = outcome;
        Self { file: source.path.clone(), name: name.clone(), stack: stack.clone(), seed: *seed }
    }
}

/// What happens during a run.
#[derive(Clone, Debug)]
pub enum RunEvent {
    /// The run begins.
    Started {
        /// What it is going to run, in this order.
        plan: Arc<[Planned]>,
        /// How many guests run at once, at most.
        jobs: usize,
    },
    /// A guest was started for a scenario.
    GuestStarted {
        /// Which.
        index: usize,
    },
    /// A guest takes long. Told again each time as much more has passed.
    Slow {
        /// Which scenario's.
        index: usize,
        /// Real time since its guest was started.
        running: Duration,
    },
    /// A scenario has its outcome, and its evidence is written. Not told of those that did not run.
    ScenarioFinished {
        /// Which.
        index: usize,
        /// What came of it.
        outcome: Arc<Outcome>,
    },
    /// Nothing more is started, and the guests that run are ended.
    Stopping {
        /// Why.
        reason: Ended,
        /// How many guests are ended.
        running: usize,
    },
    /// The run is over, no guest is left.
    Finished(Arc<RunResult>),
}

/// What came of a whole run.
#[derive(Clone, Debug)]
pub struct RunResult {
    /// One outcome for each of the plan, in its order.
    pub outcomes: Vec<Arc<Outcome>>,
    /// Real time from beginning to end.
    pub wall: Duration,
    /// Why it ended.
    pub ended: Ended,
}

impl RunResult {
    /// The exit code that tells this result.
    ///
    /// An interrupted run is told as that, whatever it had found. A scenario that could not run wins over one that
    /// failed: the higher code says that the lower ones are not the whole story. Skipped scenarios pass, unless
    /// `fail_on_skip`.
    pub fn exit_code(&self, fail_on_skip: bool) -> u8 {
        let code = |verdict: &Verdict| match verdict {
            Verdict::Skipped { .. } if fail_on_skip => FAILED,
            // Why the others did not run is told by the one that failed, or by the interruption.
            Verdict::Passed | Verdict::Skipped { .. } | Verdict::NotRun { .. } => PASSED,
            Verdict::Failed => FAILED,
            Verdict::Error { .. } => COULD_NOT_RUN,
        };
        match self.ended {
            Ended::Interrupted => INTERRUPTED,
            Ended::Completed | Ended::FailedFast => {
                self.outcomes.iter().map(|outcome| code(&outcome.verdict)).max().unwrap_or(PASSED)
            }
        }
    }

    /// How many outcomes have which verdict.
    pub fn counts(&self) -> Counts {
        self.outcomes.iter().fold(Counts::default(), |counts, outcome| counts.and(outcome))
    }
}

/// How many outcomes have which verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Passed, those with expected failures among them.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Could not run.
    pub errors: usize,
    /// Skipped.
    pub skipped: usize,
    /// Not run because the run ended before.
    pub not_run: usize,
    /// Steps, not scenarios, that failed as expected.
    pub expected_failures: usize,
}

impl Counts {
    /// These and one more.
    #[must_use]
    pub fn and(mut self, outcome: &Outcome) -> Self {
        match outcome.verdict {
            Verdict::Passed => self.passed += 1,
            Verdict::Failed => self.failed += 1,
            Verdict::Error { .. } => self.errors += 1,
            Verdict::Skipped { .. } => self.skipped += 1,
            Verdict::NotRun { .. } => self.not_run += 1,
        }
        self.expected_failures += crate::expected_failures(outcome).count();
        self
    }
}
