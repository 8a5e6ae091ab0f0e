//! What came of a scenario: verdict, facts, trace and evidence.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use offhook_report::failure::failure;
use offhook_report::{Style, verdict_words};
use offhook_session::{self as session, CallSummary, StepOutcome, Verdict};
use offhook_telephony::trace::Event;
use tempfile::TempDir;

/// Columns of a failure's text.
const WIDTH: usize = 100;

/// What came of one scenario on one server stack. It prints as what a person needs to know of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub(crate) inner: Arc<session::Outcome>,
    /// Removed with the last outcome that lies in it.
    pub(crate) _directory: Option<Arc<TempDir>>,
}

impl Outcome {
    /// Whether every step passed.
    pub fn passed(&self) -> bool {
        self.inner.verdict == Verdict::Passed
    }

    /// How it ended.
    pub fn verdict(&self) -> &Verdict {
        &self.inner.verdict
    }

    /// The server stack it ran on, `bookworm`.
    pub fn stack(&self) -> &str {
        &self.inner.stack
    }

    /// The facts: what came of every call, in order, whatever was expected of it.
    pub fn calls(&self) -> &[CallSummary] {
        &self.inner.calls
    }

    /// Every step, in order, over all calls.
    pub fn steps(&self) -> &[StepOutcome] {
        &self.inner.steps
    }

    /// All that happened, in order: rings, the AT dialogue, frames, log lines, circuits.
    pub fn trace(&self) -> &[Event] {
        &self.inner.trace
    }

    /// The directory with `capture.pcapng`, `transcript.txt`, `trace.jsonl`, `outcome.json` and the server's files and logs. Unless
    /// [`Lab::evidence_in`](crate::Lab::evidence_in) named one it is a temporary directory, removed with the outcome.
    pub fn evidence(&self) -> &Path {
        &self.inner.evidence
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} on {}: {}", self.inner.name, self.inner.stack, verdict_words(&self.inner))?;
        f.write_str(&failure(&[&self.inner], Style::plain(WIDTH)))
    }
}

/// What came of a scenario on each server stack it ran on.
#[derive(Clone, Debug)]
pub struct Outcomes(pub(crate) Vec<Outcome>);

impl Outcomes {
    /// Whether every step passed on every stack, and nothing was skipped.
    pub fn passed(&self) -> bool {
        self.0.iter().all(Outcome::passed)
    }

    /// Does nothing if every step passed on every stack.
    ///
    /// # Panics
    ///
    /// Otherwise, with the text of what failed; evidence in temporary directories is kept then.
    #[track_caller]
    #[allow(clippy::panic, reason = "it is an assertion for tests")]
    pub fn assert_passed(&self) {
        if self.passed() {
            return;
        }
        for outcome in &self.0 {
            // Whoever reads the text wants to look there.
            if let Some(directory) = &outcome._directory {
                std::mem::forget(Arc::clone(directory));
            }
        }
        panic!("{self}");
    }
}

impl fmt::Display for Outcomes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|outcome| write!(f, "{outcome}"))
    }
}

impl std::ops::Deref for Outcomes {
    type Target = [Outcome];

    fn deref(&self) -> &[Outcome] {
        &self.0
    }
}
