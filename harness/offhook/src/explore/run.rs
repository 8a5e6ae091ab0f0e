//! A campaign as it runs: trials go to guests, what comes of them into the journal.
//!
//! In: what is explored, what was found before, a budget. Out: the campaign with all that was found, and the trials of each
//! cause made simpler.

use std::fs::File;
use std::future::Future;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use offhook_explore::{Campaign, Cause, Entry, Trial, simpler, states, violations};
use offhook_lab::Lab;
use offhook_session::{Outcome, Verdict};

use super::matter::Explored;
use crate::runner::item::{Item, Options};
use crate::runner::stream::{Work, stream};

/// How much is tried.
#[derive(Clone, Copy, Debug, Default)]
pub struct Budget {
    /// At most so many trials in this run.
    pub runs: Option<usize>,
    /// At most for so long.
    pub time: Option<Duration>,
}

/// How far a campaign has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Trials of this run.
    pub ran: usize,
    /// Trials in all, those of the journal included.
    pub tried: usize,
    /// Of how many.
    pub total: Option<usize>,
    /// Causes so far.
    pub causes: usize,
    /// Since the run began.
    pub elapsed: Duration,
}

/// A campaign that runs.
pub struct Running<'a> {
    explored: &'a [Explored],
    campaign: Campaign,
    journal: Option<File>,
    budget: Budget,
    start: Instant,
    given: usize,
    ran: usize,
    /// The journal cannot be written any more.
    broken: Option<io::Error>,
    told: Box<dyn FnMut(Progress) + 'a>,
}

/// How a run of a campaign ended.
#[derive(Debug)]
pub struct Ended {
    /// With all that is known.
    pub campaign: Campaign,
    /// Trials of this run, and how long it took.
    pub ran: (usize, Duration),
    /// Whether it was stopped.
    pub stopped: bool,
    /// Why the journal is not whole, if it is not.
    pub broken: Option<io::Error>,
}

impl<'a> Running<'a> {
    /// A campaign that writes each trial to `journal`; `told` hears how far it is after each.
    pub fn new(
        explored: &'a [Explored],
        campaign: Campaign,
        journal: Option<File>,
        budget: Budget,
        told: Box<dyn FnMut(Progress) + 'a>,
    ) -> Self {
        let (start, given, ran, broken) = (Instant::now(), 0, 0, None);
        Self { explored, campaign, journal, budget, start, given, ran, broken, told }
    }

    /// Runs it to its end, its budget, or `stop`.
    pub async fn to_end(mut self, lab: &Lab, options: &Options, stop: impl Future<Output = ()>) -> Ended {
        let finished = stream(lab, options, &mut self, stop).await;
        let elapsed = self.start.elapsed();
        Ended { campaign: self.campaign, ran: (self.ran, elapsed), stopped: !finished, broken: self.broken }
    }
}

impl Work<Trial> for Running<'_> {
    fn next(&mut self) -> Option<(Trial, Item)> {
        let enough = self.budget.runs.is_some_and(|runs| self.given >= runs)
            || self.budget.time.is_some_and(|time| self.start.elapsed() >= time);
        if enough || self.broken.is_some() {
            return None;
        }
        let trial = self.campaign.next_trial()?;
        self.given += 1;
        let item = tried(self.explored, &trial)?;
        Some((trial, item))
    }

    fn take(&mut self, trial: Trial, outcome: Outcome) {
        self.ran += 1;
        let new_states = self.campaign.new_states(states(&outcome.trace));
        let entry = entry(trial, &outcome, new_states);
        if let Some(journal) = &mut self.journal
            && let Err(error) = journal.write_all(entry.line().as_bytes())
        {
            self.broken = Some(error);
        }
        self.campaign.take(entry);
        (self.told)(Progress {
            ran: self.ran,
            tried: self.campaign.tried(),
            total: self.campaign.total(),
            causes: self.campaign.cause_count(),
            elapsed: self.start.elapsed(),
        });
    }
}

/// What came of a trial.
fn entry(trial: Trial, outcome: &Outcome, new_states: Vec<String>) -> Entry {
    let violations = violations(outcome);
    let unjudged = match &outcome.verdict {
        Verdict::Error { message, .. } if violations.is_empty() => Some(message.clone()),
        Verdict::Skipped { reason } => Some(reason.clone()),
        _ => None,
    };
    Entry { trial, violations, unjudged, new_states }
}

/// A trial as it is run.
fn tried(explored: &[Explored], trial: &Trial) -> Option<Item> {
    let of = explored.get(trial.matter)?;
    Some(of.run(of.source.clone(), trial.applied(&of.matter.scenario)))
}

struct Shrinking<'a> {
    explored: &'a [Explored],
    trials: Vec<Trial>,
    given: usize,
    /// Which of them show the cause.
    shown: Vec<bool>,
    cause: &'a str,
}

impl Work<usize> for Shrinking<'_> {
    fn next(&mut self) -> Option<(usize, Item)> {
        let place = self.given;
        let trial = self.trials.get(place)?;
        self.given += 1;
        Some((place, tried(self.explored, trial)?))
    }

    fn take(&mut self, place: usize, outcome: Outcome) {
        if let Some(shown) = self.shown.get_mut(place) {
            *shown = violations(&outcome).iter().any(|found| found.cause() == self.cause);
        }
    }
}

/// The simplest trial that is found to show the cause: with fewer disturbances, at earlier moments. `None`: it was stopped.
pub async fn shrunk(
    lab: &Lab,
    options: &Options,
    explored: &[Explored],
    cause: &Cause,
    stop: impl Future<Output = ()>,
) -> Option<Trial> {
    let mut best = cause.trials.first()?.clone();
    let points = &explored.get(cause.matter)?.matter.points;
    tokio::pin!(stop);
    loop {
        let trials = simpler(&best, points);
        let (given, shown) = (0, vec![false; trials.len()]);
        let mut work = Shrinking { explored, trials, given, shown, cause: &cause.name };
        if !stream(lab, options, &mut work, &mut stop).await {
            return None;
        }
        let simplest = work.trials.into_iter().zip(work.shown).find(|(_, shown)| *shown);
        match simplest {
            Some((trial, _)) => best = trial,
            None => return Some(best),
        }
    }
}
