//! What crosses between host and guest: a job file in, a report file out, both JSON in the output directory.

use std::path::{Path, PathBuf};

use offhook_emulator::exchange::Stamp;
use offhook_emulator::time::Instant;
use offhook_emulator::trace::Event;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{CallSummary, StepOutcome};
use crate::lab::Special;
use crate::scenario::Scenario;

/// Name of the job file in the output directory.
pub const JOB_FILE: &str = "job.json";
/// Name of the report file in the output directory.
pub const REPORT_FILE: &str = "report.json";

/// Name of the file in the output directory to which a guest that [tells](Job::tells) writes events, one a line.
pub const TOLD_FILE: &str = "told.jsonl";

/// The line by which process 1 tells the host that it runs.
pub const HELLO: &str = "offhook: process 1 runs";
/// What begins a line by which process 1 tells the host why it cannot go on.
pub const CANNOT: &str = "offhook: cannot go on: ";

/// Seconds since 1970 at which every guest's clock starts: 2026-01-05 09:00:00 UTC, a Monday.
pub const EPOCH: u64 = 1_767_603_600;

/// The exchange's clock, for caller ID, at `now` of a guest that started at `epoch`.
pub fn exchange_clock(epoch: u64, now: Instant) -> Stamp {
    let seconds = i64::try_from(epoch + now.micros() / 1_000_000).unwrap_or_default();
    let moment = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    Stamp { month: moment.month().into(), day: moment.day(), hour: moment.hour(), minute: moment.minute() }
}

/// One scenario to run in one guest.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    /// What to run.
    pub scenario: Scenario,
    /// Name of the stack, for deviations.
    pub stack: String,
    /// Its root directory on the host.
    pub stack_root: PathBuf,
    /// The output directory on the host.
    pub out: PathBuf,
    /// Seed of everything random outside the kernel.
    pub seed: u64,
    /// Owners and modes that the stack's files cannot carry, for scenarios that look at them.
    #[serde(default)]
    pub special: Vec<Special>,
    /// Run this command in a terminal instead of the calls: `offhook lab shell`.
    #[serde(default)]
    pub shell: Option<Vec<String>>,
    /// Tell every event when it happens, and not only at the end: the guest is not expected to come to it.
    #[serde(default)]
    pub tells: bool,
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
    pub error: Option<Trouble>,
    /// All that happened.
    pub trace: Vec<Event>,
    /// Microseconds from process 1 to the end, by the guest's clock.
    pub virtual_micros: u64,
}

/// Something that kept a scenario from running.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What was being done and what came instead.
    pub message: String,
    /// More lines.
    #[serde(default)]
    pub details: Vec<String>,
    /// What to do.
    #[serde(default)]
    pub help: Option<String>,
}

impl Trouble {
    /// A message alone.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), details: Vec::new(), help: None }
    }

    /// With advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// `doing`, and the reason in the system's words without its number.
    pub fn io(doing: impl Into<String>, error: &std::io::Error) -> Self {
        Self::new(format!("{}: {}", doing.into(), plain(error)))
    }
}

/// An I/O error's text without `(os error N)`.
pub fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(at) => text[..at].to_lowercase(),
        None => text,
    }
}

/// Writes `octets` to `path` by way of a temporary file beside it, so that no reader sees half of it.
pub fn write_whole(path: &Path, octets: &[u8]) -> std::io::Result<()> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let written = std::fs::write(&part, octets).and_then(|()| std::fs::rename(&part, path));
    if written.is_err() {
        // Nothing to be done if even this fails: the error that matters is the first one.
        let _ = std::fs::remove_file(&part);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caller_id_tells_the_guests_time() {
        assert_eq!(exchange_clock(EPOCH, Instant::ZERO), Stamp { month: 1, day: 5, hour: 9, minute: 0 });
        let next_day = Instant::from_millis(86_400_000 + 61_000);
        assert_eq!(exchange_clock(EPOCH, next_day), Stamp { month: 1, day: 6, hour: 9, minute: 1 });
    }

    #[test]
    fn errors_of_the_system_come_without_their_number() {
        assert_eq!(plain(&std::io::Error::from_raw_os_error(2)), "no such file or directory");
    }
}
