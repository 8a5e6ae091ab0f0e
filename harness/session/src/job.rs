//! What crosses between host and guest: a job file in, a report file out, both JSON in the output directory.

use offhook_base::Error;
use offhook_base::guest::{ProgramDirectory, ReplacedFile, Special};

use offhook_clock::Instant;
use offhook_telephony::exchange::Stamp;
use offhook_telephony::trace::Event;
use serde::{Deserialize, Serialize};

use super::{CallSummary, StepOutcome};
use offhook_scenario::Scenario;

/// The exchange's clock, for caller ID, at `now` of a guest that started at `epoch`.
pub const fn exchange_clock(epoch: u64, now: Instant) -> Stamp {
    Stamp::at_unix_seconds(epoch + now.micros() / 1_000_000)
}

/// One scenario to run in one guest.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    /// What to run.
    pub scenario: Scenario,
    /// Name of the stack, for deviations.
    pub stack: String,
    /// Seed of everything random outside the kernel.
    pub seed: u64,
    /// Owners and modes that the stack's files cannot carry, for scenarios that look at them.
    #[serde(default)]
    pub special: Vec<Special>,
    /// Directories of programs that are not the stack's but a machine's own.
    #[serde(default)]
    pub programs: Vec<ProgramDirectory>,
    /// Files in the place of the server's.
    #[serde(default)]
    pub replaced: Vec<ReplacedFile>,
    /// By which the host knows the report; known to process 1 alone.
    pub token: String,
    /// Run this command in a terminal instead of the calls: `offhook lab shell`.
    #[serde(default)]
    pub shell: Option<Vec<String>>,
    /// Write the trace while it happens, not only at the end: the guest is not expected to come to its end.
    #[serde(default)]
    pub partial_trace: bool,
    /// Leave the server's files and logs as evidence.
    pub evidence: bool,
}

impl Job {
    /// That scenario on that stack, with nothing in the place of anything, and with evidence.
    pub fn new(scenario: Scenario, stack: impl Into<String>, seed: u64) -> Self {
        Self {
            scenario,
            stack: stack.into(),
            seed,
            special: Vec::new(),
            programs: Vec::new(),
            replaced: Vec::new(),
            token: String::new(),
            shell: None,
            partial_trace: false,
            evidence: true,
        }
    }
}

/// What a guest found.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Report {
    /// Every step, in order.
    pub steps: Vec<StepOutcome>,
    /// What came of every call, in order.
    #[serde(default)]
    pub calls: Vec<CallSummary>,
    /// Why the scenario could not be carried through, if so.
    pub error: Option<Error>,
    /// All that happened.
    pub trace: Vec<Event>,
    /// The job's.
    pub token: String,
    /// Microseconds from process 1 to the end, by the guest's clock.
    pub virtual_micros: u64,
}

#[cfg(test)]
mod tests {
    use offhook_base::guest::EPOCH;

    use super::*;

    #[test]
    fn caller_id_tells_the_guests_time() {
        assert_eq!(exchange_clock(EPOCH, Instant::ZERO), Stamp { month: 1, day: 5, hour: 9, minute: 0 });
        let next_day = Instant::from_millis(86_400_000 + 61_000);
        assert_eq!(exchange_clock(EPOCH, next_day), Stamp { month: 1, day: 6, hour: 9, minute: 1 });
    }
}
