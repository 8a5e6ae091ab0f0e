//! A campaign as it is seen while it runs, and judged when it is over.
//!
//! In: the runner's events. Out: lines. A mutant is told as soon as it and its scenario as it was have run.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use offhook_base::SourceFile;
use offhook_report::failure::failure;
use offhook_report::live::{HEARTBEAT, Verbosity, View, whole};
use offhook_report::run::{COULD_NOT_RUN, FAILED, INTERRUPTED, PASSED, RunEvent, RunResult};
use offhook_report::text::fit;
use offhook_report::{Ink, Style};
use offhook_session::{Ended, Outcome, Verdict};

use super::accept::{Survivor, reasons, stale};
use super::campaign::Campaign;
use super::draw::Refused;
use super::fate::{Fate, Judged};
use super::text;

/// What is judged, and by what.
#[derive(Debug)]
pub struct Matter {
    /// The runs.
    pub campaign: Campaign,
    /// What is not run.
    pub refused: Vec<Refused>,
    /// The files as they are.
    pub files: Vec<SourceFile>,
    /// Mutants that may survive.
    pub accepted: Vec<Survivor>,
}

impl Matter {
    /// What came of the mutants, and what is wrong with the entries of those that may survive.
    pub fn judge(&self, result: &RunResult) -> (Vec<Judged<'_>>, Vec<String>) {
        let campaign = &self.campaign;
        let outcome = |item: usize| &result.outcomes[item];
        let fate = |index: usize| {
            Fate::of(&campaign.drawn[index], outcome(campaign.item(index)), outcome(campaign.originals[index]))
        };
        let mut judged: Vec<Judged<'_>> =
            campaign.drawn.iter().enumerate().map(|(index, drawn)| Judged { drawn, fate: fate(index) }).collect();
        reasons(&self.accepted, &mut judged);
        let stale = stale(&self.accepted, &self.files, &judged, &self.refused);
        (judged, stale)
    }

    /// The exit code: 0 if every mutant is red or has a reason not to be.
    pub fn exit_code(&self, result: &RunResult) -> u8 {
        let (judged, stale) = self.judge(result);
        let originals = result.outcomes.len() - self.campaign.drawn.len();
        let fails = result.outcomes.iter().take(originals).any(|outcome| outcome.verdict == Verdict::Failed);
        if result.ended == Ended::Interrupted {
            INTERRUPTED
        } else if result.outcomes.iter().any(|outcome| matches!(outcome.verdict, Verdict::Error { .. })) {
            COULD_NOT_RUN
        } else if fails || !stale.is_empty() || judged.iter().any(|judged| judged.fate == Fate::Survived) {
            FAILED
        } else {
            PASSED
        }
    }
}

/// What is known of a campaign.
#[derive(Debug)]
pub struct Watched {
    matter: Arc<Matter>,
    style: Style,
    verbosity: Verbosity,
    outcomes: Vec<Option<Arc<Outcome>>>,
    running: usize,
    told: BTreeSet<usize>,
    green: usize,
    heartbeat: Duration,
}

impl Watched {
    /// Nothing has happened.
    pub fn new(matter: Arc<Matter>, style: Style, verbosity: Verbosity) -> Self {
        let outcomes = vec![None; matter.campaign.items.len()];
        Self { matter, style, verbosity, outcomes, running: 0, told: BTreeSet::new(), green: 0, heartbeat: HEARTBEAT }
    }

    /// The mutants of which something can be told now.
    fn ready(&mut self) -> String {
        let campaign = &self.matter.campaign;
        let mut lines = String::new();
        for (index, drawn) in campaign.drawn.iter().enumerate() {
            let outcome = |item: usize| self.outcomes[item].as_deref();
            let (Some(mutant), Some(original)) = (outcome(campaign.item(index)), outcome(campaign.originals[index]))
            else {
                continue;
            };
            if !self.told.insert(index) {
                continue;
            }
            let mut judged = [Judged { drawn, fate: Fate::of(drawn, mutant, original) }];
            reasons(&self.matter.accepted, &mut judged);
            let [judged] = judged;
            self.green += usize::from(judged.fate == Fate::Survived);
            match self.verbosity {
                Verbosity::Quiet => {}
                Verbosity::Normal => lines.push_str(&text::judged(&judged, self.style)),
                Verbosity::Verbose => {
                    lines.push_str(&text::judged(&judged, self.style));
                    let told = failure(&[mutant], self.style);
                    if !told.is_empty() {
                        lines.push('\n');
                        lines.push_str(&told);
                        lines.push('\n');
                    }
                }
            }
        }
        lines
    }

    fn finished(&mut self, result: &RunResult) -> String {
        self.running = 0;
        let campaign = &self.matter.campaign;
        let mut lines = String::new();
        let originals = result.outcomes.len() - campaign.drawn.len();
        for outcome in &result.outcomes[..originals] {
            lines.push_str(&failure(&[outcome], self.style));
        }
        let (judged, stale) = self.matter.judge(result);
        for (index, judged) in judged.iter().enumerate().filter(|(_, judged)| judged.fate == Fate::Survived) {
            lines.push_str(&text::survivor(judged, campaign, index, self.style));
            lines.push('\n');
        }
        lines.push_str(&text::summary(&judged, &self.matter.refused, &stale, result, self.style));
        if self.verbosity == Verbosity::Quiet { lines } else { format!("\n{lines}") }
    }

    fn progress(&self, now: Duration) -> String {
        let done = self.outcomes.iter().filter(|outcome| outcome.is_some()).count();
        let all = self.outcomes.len();
        let mut text = format!("{done} of {all} done, {} running, {} survived", self.running, self.green);
        if let (true, Some(each)) =
            (now >= Duration::from_secs(2), now.checked_div(u32::try_from(done).unwrap_or(u32::MAX)))
        {
            let left = each.saturating_mul(u32::try_from(all - done).unwrap_or(u32::MAX));
            text.push_str(&format!(", about {} left", whole(left)));
        }
        text
    }
}

impl View for Watched {
    fn event(&mut self, event: &RunEvent, _now: Duration) -> String {
        match event {
            RunEvent::Started { jobs, .. } if self.verbosity != Verbosity::Quiet => {
                let campaign = &self.matter.campaign;
                let (mutants, originals) = (campaign.drawn.len(), campaign.items.len() - campaign.drawn.len());
                let told = format!("{mutants} mutants, and {originals} runs without one, {jobs} at a time");
                format!("{}\n\n", self.style.paint(Ink::Dim, &told))
            }
            RunEvent::GuestStarted { .. } => {
                self.running += 1;
                String::new()
            }
            RunEvent::ScenarioFinished { index, outcome } => {
                self.running = self.running.saturating_sub(1);
                self.outcomes[*index] = Some(outcome.clone());
                self.ready()
            }
            RunEvent::Finished(result) => self.finished(result),
            RunEvent::Started { .. } | RunEvent::Slow { .. } | RunEvent::Stopping { .. } => String::new(),
        }
    }

    fn status(&self, now: Duration, columns: usize) -> Option<String> {
        (self.running > 0).then(|| fit(&self.progress(now), columns.saturating_sub(1), self.style.ellipsis()))
    }

    fn heartbeat(&mut self, now: Duration) -> Option<String> {
        if now < self.heartbeat || self.running == 0 {
            return None;
        }
        self.heartbeat = now + HEARTBEAT;
        Some(format!("{}\n", self.progress(now)))
    }
}
