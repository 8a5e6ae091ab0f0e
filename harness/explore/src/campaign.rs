//! A campaign: what is tried of some scenarios, in which order, and what came of it.
//!
//! In: scenarios with the traces of their runs as they are, a strategy, and outcomes as they come. Out: the next trial, until
//! all are tried or the budget is used up; causes, each with the trials that showed it; what was not tried.

use std::collections::{BTreeMap, BTreeSet};

use offhook_clock::Random;
use offhook_scenario::{Moment, Scenario};

use crate::catalogue::deeds;
use crate::journal::Entry;
use crate::points::Point;
use crate::trial::Trial;
use crate::violation::Violation;

/// Trials of a cause that are remembered: the first, and some others to look at.
const REMEMBERED: usize = 5;
/// One walk in so many begins anew.
const AFRESH: usize = 4;

/// How trials are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Every deed at every point.
    Single,
    /// Two at a time, drawn by the seed.
    Pairs(u64),
    /// More and more, drawn by the seed: those trials are gone on from that were in a state that none was in before.
    Walk(u64),
}

/// One scenario on one stack.
#[derive(Clone, Debug)]
pub struct Matter {
    /// As it is run, without disturbances.
    pub scenario: Scenario,
    /// Its points.
    pub points: Vec<Point>,
    /// The invariants, and the verbs of the good call, that do not hold in its run as it is: they are not judged in others, where the
    /// same may look different.
    pub already: BTreeSet<String>,
}

/// Violations of one cause, of one scenario on one stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Which scenario.
    pub matter: usize,
    /// What they have in common.
    pub name: String,
    /// What the first trial showed.
    pub violation: Violation,
    /// The first trials that showed it, the simplest first.
    pub trials: Vec<Trial>,
    /// How many did.
    pub count: usize,
}

/// A campaign on its way.
#[derive(Debug)]
pub struct Campaign {
    matters: Vec<Matter>,
    strategy: Strategy,
    /// All trials with one disturbance: which scenario, point and deed.
    singles: Vec<(usize, usize, usize)>,
    next: usize,
    random: Random,
    /// Trials that were in a new state, to go on from.
    seeds: Vec<Trial>,
    done: BTreeSet<(usize, String)>,
    states: BTreeSet<String>,
    causes: BTreeMap<(usize, String), Cause>,
    unjudged: BTreeMap<String, usize>,
}

impl Campaign {
    /// A campaign of these scenarios.
    pub fn new(matters: Vec<Matter>, strategy: Strategy) -> Self {
        let seed = match strategy {
            Strategy::Single => 0,
            Strategy::Pairs(seed) | Strategy::Walk(seed) => seed,
        };
        let mut campaign = Self {
            matters,
            strategy,
            singles: Vec::new(),
            next: 0,
            random: Random::new(seed),
            seeds: Vec::new(),
            done: BTreeSet::new(),
            states: BTreeSet::new(),
            causes: BTreeMap::new(),
            unjudged: BTreeMap::new(),
        };
        let mut singles = Vec::new();
        for (matter, of) in campaign.matters.iter().enumerate() {
            for (point, here) in of.points.iter().enumerate() {
                singles.extend((0..deeds(here).len()).map(|deed| (matter, point, deed)));
            }
        }
        campaign.singles = singles;
        campaign
    }

    /// Leaves this machine its share: `mine` says of all trials with one disturbance which are its own. Of drawn ones all are, so
    /// another machine draws by another seed.
    pub fn share(&mut self, mine: impl FnOnce(&[Trial]) -> Vec<bool>) {
        if self.strategy == Strategy::Single {
            let trials: Vec<Trial> = self.singles.iter().filter_map(|single| self.single(*single)).collect();
            let mut mine = mine(&trials).into_iter();
            self.singles.retain(|_| mine.next() == Some(true));
        }
    }

    /// The scenarios.
    pub fn matters(&self) -> &[Matter] {
        &self.matters
    }

    /// How many trials there are in all; `None`: there is no end to them.
    pub fn total(&self) -> Option<usize> {
        (self.strategy == Strategy::Single).then_some(self.singles.len())
    }

    /// How many have been tried.
    pub fn tried(&self) -> usize {
        self.done.len()
    }

    /// How many causes there are.
    pub fn cause_count(&self) -> usize {
        self.causes.len()
    }

    /// States that were seen.
    pub fn states(&self) -> usize {
        self.states.len()
    }

    /// Why trials were not judged, and how many.
    pub fn unjudged(&self) -> &BTreeMap<String, usize> {
        &self.unjudged
    }

    /// Causes, those with most violations first.
    pub fn causes(&self) -> Vec<Cause> {
        let mut causes: Vec<Cause> = self.causes.values().cloned().collect();
        causes.sort_by_key(|cause| std::cmp::Reverse(cause.count));
        causes
    }

    /// The next trial; `None`: all are tried.
    pub fn next_trial(&mut self) -> Option<Trial> {
        match self.strategy {
            Strategy::Single => loop {
                let single = *self.singles.get(self.next)?;
                self.next += 1;
                let trial = self.single(single)?;
                if !self.done.contains(&(trial.matter, trial.key())) {
                    return Some(trial);
                }
            },
            Strategy::Pairs(_) => self.drawn(None),
            Strategy::Walk(_) => {
                // A walk begins anew now and then, or those scenarios that were first are the only ones.
                let goes_on = self.random_place(AFRESH)? > 0;
                let seed = self.random_place(self.seeds.len()).filter(|_| goes_on);
                self.drawn(seed.and_then(|place| self.seeds.get(place).cloned()))
            }
        }
    }

    /// One that has not been tried: two deeds, or one more than `seed` has.
    fn drawn(&mut self, seed: Option<Trial>) -> Option<Trial> {
        // A small space is exhausted some time.
        for _ in 0..1000 {
            let mut trial = match &seed {
                Some(seed) => seed.clone(),
                None => self.any_single()?,
            };
            let walk = matches!(self.strategy, Strategy::Walk(_));
            // A walk begins with one.
            if !walk || seed.is_some() {
                let more = self.any_single_of(trial.matter)?;
                trial.disturbances.extend(more.disturbances);
            }
            self.in_order(&mut trial);
            if (walk || trial.disturbances.len() == 2) && !self.done.contains(&(trial.matter, trial.key())) {
                return Some(trial);
            }
        }
        None
    }

    fn any_single(&mut self) -> Option<Trial> {
        let place = self.random_place(self.singles.len())?;
        self.single(*self.singles.get(place)?)
    }

    /// Those of one scenario stand together.
    fn any_single_of(&mut self, matter: usize) -> Option<Trial> {
        let first = self.singles.partition_point(|(of, ..)| *of < matter);
        let end = self.singles.partition_point(|(of, ..)| *of <= matter);
        let place = self.random_place(end - first)?;
        self.single(*self.singles.get(first + place)?)
    }

    fn random_place(&mut self, of: usize) -> Option<usize> {
        let of = u64::try_from(of).ok().filter(|of| *of > 0)?;
        usize::try_from(self.random.next() % of).ok()
    }

    fn single(&self, (matter, point, deed): (usize, usize, usize)) -> Option<Trial> {
        let point = self.matters.get(matter)?.points.get(point)?;
        let deed = deeds(point).into_iter().nth(deed)?;
        Some(Trial { matter, disturbances: vec![(point.moment.clone(), deed)] })
    }

    fn in_order(&self, trial: &mut Trial) {
        let Some(matter) = self.matters.get(trial.matter) else { return };
        let place = |moment: &Moment| matter.points.iter().position(|point| point.moment == *moment);
        trial.disturbances.sort_by_key(|(moment, _)| place(moment));
        trial.disturbances.dedup();
    }

    /// Which of these states are new.
    pub fn new_states(&self, states: BTreeSet<String>) -> Vec<String> {
        states.into_iter().filter(|state| !self.states.contains(state)).collect()
    }

    /// What came of a trial.
    pub fn take(&mut self, entry: Entry) {
        let Entry { trial, violations, unjudged, new_states } = entry;
        self.done.insert((trial.matter, trial.key()));
        if let Some(why) = unjudged {
            *self.unjudged.entry(why).or_default() += 1;
        }
        if !new_states.is_empty() {
            self.states.extend(new_states);
            self.seeds.push(trial.clone());
        }
        let already = self.matters.get(trial.matter).map(|matter| &matter.already);
        let mut seen = BTreeSet::new();
        for violation in violations {
            let name = violation.cause();
            if already.is_some_and(|already| already.contains(&violation.of)) || !seen.insert(name.clone()) {
                continue;
            }
            let cause = self.causes.entry((trial.matter, name.clone())).or_insert_with(|| Cause {
                matter: trial.matter,
                name,
                violation,
                trials: Vec::new(),
                count: 0,
            });
            cause.count += 1;
            cause.trials.push(trial.clone());
            cause.trials.sort_by_key(|trial| trial.disturbances.len());
            cause.trials.truncate(REMEMBERED);
        }
    }
}

#[cfg(test)]
mod tests;
