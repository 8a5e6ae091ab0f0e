//! Proof that a case can fail: played against a sound end of ours, which has to pass, and against one with each of its
//! faults, which must not.

use std::time::Duration;

use offhook_scenario::{Call, PppClient, Scenario, Span, Subject, Verb};
use offhook_script::fault::Faulty;
use offhook_script::subject::{LinkSubject, Played, play};
use offhook_script::{Failure, Step, Verdict};

use crate::subject::{Ends, ends, ends_for, link};

/// What came of a case in process.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The sound end is known not to pass, which shows by itself that the case can fail.
    pub own_end_fails: bool,
    /// On the sound end.
    pub sound: Played,
    /// With each fault, by its name.
    pub faulty: Vec<(String, Shown)>,
}

/// What came of a case on an end with a fault.
#[derive(Clone, Debug)]
pub enum Shown {
    /// It failed, as it must.
    Failed(Failure),
    /// It passed although the fault did something.
    Passed(Played),
    /// The fault never did anything: the case does not reach it.
    Never(Played),
}

impl Proof {
    /// Whether the sound end passes and each fault is found; or it does not pass, as is known.
    pub fn holds(&self) -> bool {
        if self.own_end_fails {
            return self.sound.verdict != Verdict::Passed;
        }
        self.sound.verdict == Verdict::Passed
            && self.faulty.iter().all(|(_, shown)| matches!(shown, Shown::Failed(_)))
            && !self.faulty.is_empty()
    }
}

/// Plays the packets of a scenario in process.
///
/// # Errors
///
/// Why it cannot be: what only a real server has, in words.
pub fn prove(scenario: &Scenario) -> Result<Proof, String> {
    proved(scenario, ends)
}

/// The same with the subject at this end of the line.
///
/// # Errors
///
/// Likewise, and where roles cannot be exchanged.
pub fn prove_for(scenario: &Scenario, subject: Subject) -> Result<Proof, String> {
    proved(scenario, |scenario, client| ends_for(scenario, client, subject))
}

fn proved(scenario: &Scenario, ends: impl Fn(&Scenario, &PppClient) -> Result<Ends, String>) -> Result<Proof, String> {
    let Script { client, steps, .. } = script_of(scenario)?;
    let ends = ends(scenario, client)?;
    let sound = play(steps.clone(), link(&ends.rest), &mut subject(&ends));
    let faulty = scenario.faults.iter().map(|fault| {
        let mut faulty = Faulty::new(subject(&ends), fault.clone());
        let played = play(steps.clone(), link(&ends.rest), &mut faulty);
        let shown = match (&played.verdict, faulty.has_shown()) {
            (_, false) => Shown::Never(played),
            (Verdict::Passed, true) => Shown::Passed(played),
            (Verdict::Failed(failure), true) => Shown::Failed(failure.clone()),
        };
        (fault.name.clone(), shown)
    });
    let own_end_fails = scenario.conformance.as_ref().is_some_and(|case| case.own.is_some());
    Ok(Proof { own_end_fails, faulty: faulty.collect(), sound })
}

/// What a scenario's only call sends and expects, as one packet script.
#[derive(Clone, Debug)]
pub struct Script<'a> {
    /// The caller beside it, which speaks what the script does not take.
    pub client: &'a PppClient,
    /// Its steps.
    pub steps: Vec<Step>,
    /// Where each comes from.
    pub places: Vec<Place>,
}

/// Where a step of a script comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The step of the call, from 0.
    pub step: usize,
    /// Where it stands in the text.
    pub span: Span,
}

/// The script of a scenario's only call, and the caller beside it.
///
/// # Errors
///
/// What of it needs a real server, in words.
pub fn script_of(scenario: &Scenario) -> Result<Script<'_>, String> {
    let mut calls = scenario.calls();
    match (calls.next(), calls.next()) {
        (Some(call), None) => script(call),
        _ => Err("it has several calls".to_owned()),
    }
}

fn subject(ends: &Ends) -> LinkSubject {
    LinkSubject::new(link(&ends.subject))
}

/// The steps of a call's scripts, one after the other, with the times between them.
fn script(call: &Call) -> Result<Script<'_>, String> {
    let (mut client, mut steps, mut places) = (None, Vec::new(), Vec::new());
    for (number, step) in call.steps.iter().enumerate() {
        let whole = Place { step: number, span: step.span };
        match &step.verb {
            Verb::Packets(packets) => {
                client.get_or_insert(&packets.client);
                steps.extend(packets.steps.iter().cloned());
                let span = |at| packets.spans.get(at).copied().unwrap_or(step.span);
                places.extend((0..packets.steps.len()).map(|at| Place { span: span(at), ..whole }));
            }
            Verb::Wait { time: Some(time) } => {
                steps.push(Step::Wait(*time));
                places.push(whole);
            }
            // The end that our own subject comes to is that of its link.
            Verb::ExpectHangup { .. } => {
                steps.push(Step::ExpectClosed { after: Duration::ZERO, within: Duration::from_secs(24 * 3600) });
                places.push(whole);
            }
            // What a server's programs say is no packet.
            Verb::ExpectLog { .. }
            | Verb::ExpectNoLog { .. }
            | Verb::ExpectConnect { .. }
            | Verb::ExpectAnswer { .. } => {}
            other => return Err(format!("`{}` needs a real server", other.word())),
        }
    }
    client.map(|client| Script { client, steps, places }).ok_or_else(|| "it has no packets".to_owned())
}
