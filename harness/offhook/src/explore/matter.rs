//! What is explored: scenarios that pass as they are, made ready, with their moments.
//!
//! In: scenarios and stacks. Out: for each its text with what must hold, the moments of its run, what its run as it is shows
//! already; or why it is not explored.

use std::collections::BTreeSet;
use std::future::Future;
use std::path::Path;

use offhook_base::SourceFile;
use offhook_explore::{Matter, Prepared, points, prepared, violations};
use offhook_lab::Lab;
use offhook_scenario::Scenario;
use offhook_session::{Outcome, StepResult, Verdict};

use crate::runner::item::{Item, Options};
use crate::runner::stream::{Work, stream};

/// A scenario on a stack that is explored.
#[derive(Clone, Debug)]
pub struct Explored {
    /// Its file.
    pub file: SourceFile,
    /// Its name.
    pub name: String,
    /// The stack.
    pub stack: String,
    /// Its text, ready for disturbances.
    pub prepared: Prepared,
    /// That text without any, as it is run.
    pub source: SourceFile,
    /// What the library for exploration needs of it.
    pub matter: Matter,
}

/// A scenario on a stack that is not explored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unexplored {
    /// `scenarios/first-call.kdl: a call on trixie`.
    pub what: String,
    /// Why.
    pub why: String,
}

/// What is to be explored.
pub type Wanted = (SourceFile, Scenario, String);

/// How it stands with each that is wanted.
enum State {
    Waits,
    /// Ready but for its moments.
    Ready(Box<(Prepared, SourceFile, Scenario)>),
    Explored(Box<Explored>),
    Not(String),
}

struct Baselines<'a> {
    wanted: &'a [Wanted],
    states: Vec<State>,
    seed: u64,
    out: &'a Path,
    /// As they are; then with what must hold.
    turn: Vec<usize>,
    second: bool,
}

/// Runs each as it is, and once more with what must hold. `None`: it was stopped.
pub async fn explored(
    lab: &Lab,
    options: &Options,
    wanted: &[Wanted],
    seed: u64,
    out: &Path,
    stop: impl Future<Output = ()>,
) -> Option<(Vec<Explored>, Vec<Unexplored>)> {
    let states = wanted.iter().map(|_| State::Waits).collect();
    let turn = (0..wanted.len()).rev().collect();
    let mut work = Baselines { wanted, states, seed, out, turn, second: false };
    tokio::pin!(stop);
    if !stream(lab, options, &mut work, &mut stop).await {
        return None;
    }
    work.turn = (0..wanted.len()).rev().collect();
    work.second = true;
    if !stream(lab, options, &mut work, &mut stop).await {
        return None;
    }
    let (mut explored, mut unexplored) = (Vec::new(), Vec::new());
    for ((file, scenario, stack), state) in wanted.iter().zip(work.states) {
        let why = match state {
            State::Explored(it) => {
                explored.push(*it);
                continue;
            }
            State::Not(why) => why,
            State::Waits | State::Ready(..) => "its run as it is did not come to its end".to_owned(),
        };
        unexplored.push(Unexplored { what: format!("{}: {} on {stack}", file.path.display(), scenario.name), why });
    }
    Some((explored, unexplored))
}

impl Work<usize> for Baselines<'_> {
    fn next(&mut self) -> Option<(usize, Item)> {
        loop {
            let index = self.turn.pop()?;
            let (file, scenario, stack) = self.wanted.get(index)?;
            let (source, scenario) = match (self.second, self.states.get(index)?) {
                (false, State::Waits) => (file.clone(), scenario.clone()),
                (true, State::Ready(ready)) => (ready.1.clone(), ready.2.clone()),
                _ => continue,
            };
            return Some((index, Item::new(source, scenario, stack, self.seed, self.out)));
        }
    }

    fn take(&mut self, index: usize, outcome: Outcome) {
        let Some((file, scenario, stack)) = self.wanted.get(index) else { return };
        let Some(state) = self.states.get_mut(index) else { return };
        *state = match std::mem::replace(state, State::Waits) {
            State::Ready(made) => {
                let (prepared, source, ready) = *made;
                // Those that the good call and the invariants follow.
                let own = scenario.calls().count();
                let already: BTreeSet<String> = violations(&outcome).iter().map(|found| found.cause()).collect();
                let matter = Matter { points: points(&outcome.trace, own), scenario: ready, already };
                let (file, name, stack) = (file.clone(), scenario.name.clone(), stack.clone());
                State::Explored(Box::new(Explored { file, name, stack, prepared, source, matter }))
            }
            _ => made_ready(file, scenario, &outcome).unwrap_or_else(State::Not),
        };
    }
}

fn made_ready(file: &SourceFile, scenario: &Scenario, outcome: &Outcome) -> Result<State, String> {
    match &outcome.verdict {
        Verdict::Passed => {}
        Verdict::Failed => return Err("it fails as it is".to_owned()),
        Verdict::Error { message, .. } => return Err(format!("it cannot be run as it is: {message}")),
        Verdict::Skipped { reason } => return Err(reason.clone()),
        Verdict::NotRun { .. } => return Err("the run ended before".to_owned()),
    }
    if scenario.conformance.is_some() {
        return Err("it is a case of a conformance suite: its caller is disturbed enough".to_owned());
    }
    let ready = prepared(file, scenario, good_call(outcome)).map_err(|unfit| unfit.0)?;
    let source = SourceFile { path: file.path.clone(), text: ready.with(&[]).into() };
    let read = offhook_language::read(&source)
        .map_err(|errors| format!("made ready it does not read: {}", errors.first_message()))?;
    let alone = read.into_iter().next().ok_or("made ready it is no scenario")?;
    Ok(State::Ready(Box::new((ready, source, alone))))
}

/// The last call that was answered and passed as a whole, those that got an address or a login before others.
fn good_call(outcome: &Outcome) -> Option<usize> {
    let passed = |call: usize| {
        let mut steps = outcome.steps.iter().filter(|step| step.call == call);
        steps.all(|step| matches!(step.result, StepResult::Passed { .. }))
    };
    let answered = outcome.calls.iter().filter(|call| call.answered && passed(call.call));
    let got_in = answered.clone().rfind(|call| call.interface.is_some() || call.login == Some(true));
    got_in.or_else(|| answered.clone().next_back()).map(|call| call.call)
}
