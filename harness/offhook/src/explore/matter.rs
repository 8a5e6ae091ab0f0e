//! What is explored: scenarios that pass as they are, made ready, with their moments.
//!
//! In: scenarios and stacks. Out: for each its text with what must hold, the moments of its run, what does not hold in its run as it
//! is; or why it is not explored.

use std::collections::BTreeSet;
use std::future::Future;

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
    /// As it is, on its stack.
    pub item: Item,
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

/// How it stands with each that is wanted.
enum State {
    Waits,
    /// Ready but for its moments.
    Ready(Box<(Prepared, SourceFile, Scenario)>),
    Explored(Box<Explored>),
    Not(String),
}

struct Baselines<'a> {
    wanted: &'a [Item],
    states: Vec<State>,
    /// As they are; then with what must hold.
    turn: Vec<usize>,
    second: bool,
}

/// Runs each as it is, and once more with what must hold. `None`: it was stopped.
pub async fn explored(
    lab: &Lab,
    options: &Options,
    wanted: &[Item],
    stop: impl Future<Output = ()>,
) -> Option<(Vec<Explored>, Vec<Unexplored>)> {
    let states = wanted.iter().map(|item| unfit(item).map_or(State::Waits, State::Not)).collect();
    let turn = (0..wanted.len()).rev().collect();
    let mut work = Baselines { wanted, states, turn, second: false };
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
    for (item, state) in wanted.iter().zip(work.states) {
        let why = match state {
            State::Explored(it) => {
                explored.push(*it);
                continue;
            }
            State::Not(why) => why,
            State::Waits | State::Ready(..) => "its run as it is did not come to its end".to_owned(),
        };
        unexplored.push(Unexplored { what: told(item), why });
    }
    Some((explored, unexplored))
}

/// `scenarios/first-call.kdl: a call on trixie`.
pub fn told(item: &Item) -> String {
    format!("{} on {}", named(item), item.stack)
}

/// `scenarios/first-call.kdl: a call`.
pub fn named(item: &Item) -> String {
    format!("{}: {}", item.source.path.display(), item.scenario.name)
}

impl Explored {
    /// That scenario, from that text, as this one is run.
    pub fn run(&self, source: SourceFile, scenario: Scenario) -> Item {
        Item { source, scenario, ..self.item.clone() }
    }
}

impl Work<usize> for Baselines<'_> {
    fn next(&mut self) -> Option<(usize, Item)> {
        loop {
            let index = self.turn.pop()?;
            let item = self.wanted.get(index)?.clone();
            return Some(match (self.second, self.states.get(index)?) {
                (false, State::Waits) => (index, item),
                (true, State::Ready(ready)) => {
                    (index, Item { source: ready.1.clone(), scenario: ready.2.clone(), ..item })
                }
                _ => continue,
            });
        }
    }

    fn take(&mut self, index: usize, outcome: Outcome) {
        let Some(item) = self.wanted.get(index) else { return };
        let Some(state) = self.states.get_mut(index) else { return };
        *state = match std::mem::replace(state, State::Waits) {
            State::Ready(made) => {
                let (prepared, source, ready) = *made;
                let already: BTreeSet<String> = violations(&outcome).into_iter().map(|found| found.of).collect();
                let matter = Matter { points: points(&outcome.trace, ready.own_calls()), scenario: ready, already };
                State::Explored(Box::new(Explored { item: item.clone(), prepared, source, matter }))
            }
            _ => made_ready(&item.source, &item.scenario, &outcome).unwrap_or_else(State::Not),
        };
    }
}

/// Why one is not explored, whatever comes of it.
fn unfit(item: &Item) -> Option<String> {
    let scenario = &item.scenario;
    if scenario.conformance.is_some() {
        return Some("it is a case of a conformance suite: its caller is disturbed enough".to_owned());
    }
    let host = "what it calls is on this machine itself, in real time: no run of it is like the one before";
    scenario.host_program().map(|_| host.to_owned())
}

fn made_ready(file: &SourceFile, scenario: &Scenario, outcome: &Outcome) -> Result<State, String> {
    match &outcome.verdict {
        Verdict::Passed => {}
        Verdict::Failed => return Err("it fails as it is".to_owned()),
        Verdict::Error { message, .. } => return Err(format!("it cannot be run as it is: {message}")),
        Verdict::Skipped { reason } => return Err(reason.clone()),
        Verdict::NotRun { .. } => return Err("the run ended before".to_owned()),
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
