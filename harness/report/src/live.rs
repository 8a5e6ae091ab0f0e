//! A run as it happens, for a person at a terminal or for a log.
//!
//! In: what the runner tells ([`RunEvent`]), and the real time since the run began; nothing here reads a clock. Out:
//!
//! - [`Live::event`]: text that stays. What passed is told by a line each where that fits on a screen, was asked for, or
//!   goes into a log; else by a line a folder. What failed is told when it happens, in short, and at the end in full.
//! - [`Live::status`]: one line that is drawn over and over at the bottom of a terminal.
//! - [`Live::heartbeat`]: the same for a log, a line a minute.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use super::entry::{place, planned_title};
use super::failure::{alike, failure};
use super::folders::Folders;
use super::run::DEFAULT_SEED;
use super::run::{Counts, Planned, RunEvent, RunResult};
use super::style::{Ink, Style};
use super::summary::{how_many, summary};
use super::terminal::{MARK, Table};
use super::text::{counted, fit, pad, printable, span};
use offhook_session::{Ended, Outcome, Verdict};

/// So many runs have a line each on a terminal; more have a line a folder.
const SCREEN: usize = 24;
/// Time between two lines in a log that say that the run goes on.
pub const HEARTBEAT: Duration = Duration::from_secs(60);
/// The time left is not guessed before so much has passed.
const GUESS: Duration = Duration::from_secs(2);
/// What runs is named in at least so many columns, or not at all.
const NAMED: usize = 16;

/// How much the user wants to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verbosity {
    /// Failures and the summary.
    Quiet,
    /// What fits.
    #[default]
    Normal,
    /// A line for every scenario, wherever it goes, and what was taken of the `/etc` it gives.
    Verbose,
}

impl Verbosity {
    /// What the flags of a command line ask for.
    pub const fn of(quiet: bool, verbose: bool) -> Self {
        match (quiet, verbose) {
            (true, _) => Self::Quiet,
            (_, true) => Self::Verbose,
            (false, false) => Self::Normal,
        }
    }
}

/// What a run, or something made of one, looks like while it goes on.
pub trait View {
    /// What there is to say about an event, at most: lines that end with a newline.
    fn event(&mut self, event: &RunEvent, now: Duration) -> String;

    /// How far it is, for a terminal of `columns`: one line without an end, narrower than that. Nothing before it began and
    /// when it is over.
    fn status(&self, now: Duration, columns: usize) -> Option<String>;

    /// How far it is, for a log: one line with its end, once a minute while something runs.
    fn heartbeat(&mut self, now: Duration) -> Option<String>;
}

/// What is known of a run.
#[derive(Debug)]
pub struct Live {
    style: Style,
    verbosity: Verbosity,
    plan: Arc<[Planned]>,
    table: Table,
    folders: Option<Folders>,
    /// What runs, and since when.
    running: BTreeMap<usize, Duration>,
    finished: BTreeSet<usize>,
    counts: Counts,
    heartbeat: Duration,
}

impl Live {
    /// Nothing has happened.
    pub fn new(style: Style, verbosity: Verbosity) -> Self {
        Self {
            style,
            verbosity,
            plan: Arc::new([]),
            table: Table::new(style, &[]),
            folders: None,
            running: BTreeMap::new(),
            finished: BTreeSet::new(),
            counts: Counts::default(),
            heartbeat: HEARTBEAT,
        }
    }

    fn started(&mut self, plan: &Arc<[Planned]>, jobs: usize) -> String {
        self.plan = plan.clone();
        self.table = Table::new(self.style, plan).with_etc(self.verbosity == Verbosity::Verbose);
        let fits = plan.len() <= SCREEN || !self.style.cut;
        self.folders = (self.verbosity == Verbosity::Normal && !fits).then(|| Folders::new(self.style, plan));
        if self.verbosity == Verbosity::Quiet || plan.len() < 2 {
            return String::new();
        }
        let stacks: BTreeSet<&str> = plan.iter().map(|planned| planned.stack.as_str()).collect();
        let stacks = printable(&stacks.into_iter().collect::<Vec<_>>().join(" and "));
        let at_once = if jobs > 1 { format!(", {jobs} at a time") } else { String::new() };
        let text = format!("{} on {stacks}{at_once}", how_many(plan));
        format!("{}\n\n", self.style.paint(Ink::Dim, &text))
    }

    fn slow(&self, index: usize, running: Duration) -> String {
        match self.plan.get(index) {
            Some(planned) if self.verbosity != Verbosity::Quiet => {
                let text = format!("{}, running for {}", self.named(planned), span(running));
                format!("{}{text}\n", self.style.paint(Ink::Warn, &pad("slow", MARK)))
            }
            _ => String::new(),
        }
    }

    fn scenario_finished(&mut self, index: usize, outcome: &Outcome) -> String {
        self.running.remove(&index);
        self.finished.insert(index);
        self.counts = self.counts.and(outcome);
        let failed = matches!(outcome.verdict, Verdict::Failed | Verdict::Error { .. });
        let lines = self.verbosity != Verbosity::Quiet && self.folders.is_none();
        let mut text = if failed || lines { self.table.row(outcome) } else { String::new() };
        text.extend(self.folders.as_mut().and_then(|folders| folders.take(index, outcome)));
        text
    }

    fn stopping(&self, reason: Ended, running: usize) -> String {
        let why = match reason {
            Ended::Interrupted => "interrupted",
            Ended::FailedFast => "stopping at the first failure",
            Ended::Completed => return String::new(),
        };
        if self.verbosity == Verbosity::Quiet {
            return String::new();
        }
        let text = match running {
            0 => why.to_owned(),
            _ => format!("{why}; ending {}", counted(running, "guest")),
        };
        format!("{}\n", self.style.paint(Ink::Warn, &text))
    }

    fn run_finished(&mut self, result: &RunResult) -> String {
        let mut text = String::new();
        if let Some(folders) = &mut self.folders {
            let rest = result.outcomes.iter().enumerate().filter(|(index, _)| !self.finished.contains(index));
            for (index, outcome) in rest {
                text.extend(folders.take(index, outcome));
            }
        }
        self.running.clear();
        if self.verbosity != Verbosity::Quiet || self.counts.failed + self.counts.errors > 0 {
            text.push('\n');
        }
        for group in alike(result.outcomes.iter().map(AsRef::as_ref)) {
            let _ = writeln!(text, "{}", failure(&group, self.style));
        }
        text.push_str(&summary(result, self.style));
        text
    }

    /// `12 of 710 done, 2 running, 0 failed, about 41.2s left`.
    fn progress(&self, now: Duration) -> String {
        let (done, all) = (self.finished.len(), self.plan.len());
        let mut text = format!("{done} of {all} done, {} running, {} failed", self.running.len(), self.counts.failed);
        if self.counts.errors > 0 {
            let _ = write!(text, ", {} could not run", self.counts.errors);
        }
        // What takes no time says nothing of what is left.
        let ran = u32::try_from(done.saturating_sub(self.counts.skipped)).unwrap_or(u32::MAX);
        if let (true, Some(each)) = (now >= GUESS, now.checked_div(ran)) {
            let left = each.saturating_mul(u32::try_from(all - done).unwrap_or(u32::MAX));
            let _ = write!(text, ", about {} left", whole(left));
        }
        text
    }

    fn named(&self, planned: &Planned) -> String {
        let seeds = self.plan.iter().any(|planned| planned.seed != DEFAULT_SEED);
        format!("{} ({})", planned_title(planned), place(&planned.stack, planned.seed, seeds))
    }
}

impl View for Live {
    fn event(&mut self, event: &RunEvent, now: Duration) -> String {
        match event {
            RunEvent::Started { plan, jobs } => self.started(plan, *jobs),
            RunEvent::GuestStarted { index } => {
                self.running.insert(*index, now);
                String::new()
            }
            RunEvent::Slow { index, running } => self.slow(*index, *running),
            RunEvent::ScenarioFinished { index, outcome } => self.scenario_finished(*index, outcome),
            RunEvent::Stopping { reason, running } => self.stopping(*reason, *running),
            RunEvent::Finished(result) => self.run_finished(result),
        }
    }

    fn status(&self, now: Duration, columns: usize) -> Option<String> {
        let (index, _) = self.running.iter().min_by_key(|(_, since)| **since)?;
        let mut text = self.progress(now);
        // The last column stays free: a cursor beyond it would have moved to the next line on some terminals.
        let columns = columns.saturating_sub(1);
        let left = columns.saturating_sub(super::text::width(&text) + 2);
        if let Some(planned) = self.plan.get(*index).filter(|_| left >= NAMED) {
            let _ = write!(text, "  {}", fit(&self.named(planned), left, self.style.ellipsis()));
        }
        Some(fit(&text, columns, self.style.ellipsis()))
    }

    fn heartbeat(&mut self, now: Duration) -> Option<String> {
        if now < self.heartbeat || self.running.is_empty() {
            return None;
        }
        self.heartbeat = now + HEARTBEAT;
        Some(format!("{}\n", self.progress(now)))
    }
}

/// A guess has no fractions of a second.
pub fn whole(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{seconds}s"),
        _ => span(time),
    }
}

#[cfg(test)]
mod tests;
