//! Cases proved in process: each passes on a sound end of ours, and fails with each of its faults.
//!
//! In: cases. Out: what of them proves nothing, with what crossed the line; and an outcome a case, for the formats of any run.

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::played::{Results, Row, elsewhere};
use super::results::standard_output;
use super::{Conformance, Share, case_of};
use crate::cli::claim::Claim;
use crate::cli::play::{Stop, failed};
use crate::cli::selection::tell;
use crate::runner::item::Item;
use offhook_base::InPlace;
use offhook_conformance::{Came, Proof, Shown, Told, Verdict, outcome, prove, prove_for};
use offhook_report::evidence;
use offhook_report::run::RunResult;
use offhook_scenario::Subject;
use offhook_script::Verdict as Ended;
use offhook_script::subject::Played;
use offhook_session::{Ended as Over, Outcome, StepResult, Verdict as Judged};

/// What our own end is called in the place of a stack.
pub(super) const NAME: &str = "own-end";
/// The line to it, in a word.
const LINE: &str = "line";

/// How the proofs came out.
#[derive(Debug, Default)]
struct Counts {
    hold: usize,
    not: usize,
    faults: usize,
    without: usize,
    known: usize,
}

/// Plays each case in process; the exit code.
pub(super) fn run(arguments: &Conformance, share: &Share) -> Result<u8, Stop> {
    let taken = standard_output(arguments)?;
    let begun = Instant::now();
    let mut counts = Counts::default();
    let (mut rows, mut text) = (Vec::new(), String::new());
    let mut claim = None;
    for item in &share.items {
        let Some(case) = case_of(&item.scenario, &item.source.path) else { continue };
        let begun = Instant::now();
        let proof = match arguments.end() {
            Some(end) => prove_for(&item.scenario, end),
            None => prove(&item.scenario),
        };
        tell_one(&mut text, &mut counts, item, &proof, arguments.verbose);
        let (verdict, outcome) = came(arguments, item, &proof, begun.elapsed());
        // What is as it should be is played again as fast as its evidence is read.
        if outcome.verdict == Judged::Failed {
            if claim.is_none() {
                claim = Some(Claim::of(&arguments.out).map_err(failed)?);
            }
            evidence::write(&outcome, &outcome.evidence).map_err(|error| failed(error.to_string()))?;
        }
        rows.push(Row { case, verdict, outcome: Arc::new(outcome) });
    }
    let Counts { hold, not, faults, without, known } = counts;
    let _ = writeln!(
        text,
        "{} cases: {hold} pass on a sound end and fail with each of their faults, {known} fail on ours as is known, {not} do neither, {without} need a real server; {faults} faults",
        share.items.len()
    );
    tell(taken, &text);
    let outcomes = rows.iter().map(|row| row.outcome.clone()).collect();
    let result = RunResult { outcomes, wall: begun.elapsed(), ended: Over::Completed };
    let code = result.exit_code(false);
    let elsewhere = elsewhere(&share.elsewhere);
    Results { rows, elsewhere, result, shard: share.shard }.write(arguments, taken)?;
    Ok(code)
}

/// Tells a proof that does not hold, or cannot be; with `whole` those that do as well.
fn tell_one(text: &mut String, counts: &mut Counts, item: &Item, proof: &Result<Proof, String>, whole: bool) {
    let case = item.scenario.conformance.as_ref().map_or("", |case| case.case.as_str());
    let title = format!("{case}  {}", item.scenario.name);
    let proof = match proof {
        Ok(proof) => proof,
        Err(why) => {
            counts.without += 1;
            let _ = writeln!(text, "{title}\n    not in process: {why}");
            return;
        }
    };
    counts.faults += if proof.own_end_fails { 0 } else { proof.faulty.len() };
    if !proof.holds() {
        counts.not += 1;
        let _ = writeln!(text, "{title}");
        tell_failure(proof, text);
    } else if proof.own_end_fails {
        counts.known += 1;
    } else {
        counts.hold += 1;
        if whole {
            let _ = writeln!(text, "{title}\n    holds: {} of its faults found", proof.faulty.len());
        }
    }
}

/// Why a proof does not hold, with what crossed the line.
fn tell_failure(proof: &Proof, text: &mut String) {
    let Some(wrong) = wrong(proof) else {
        if let Ended::Failed(failure) = &proof.sound.verdict {
            let _ =
                writeln!(text, "    a sound end fails: expected {}\n        got {}", failure.expected, failure.actual);
            log(text, &proof.sound);
        }
        return;
    };
    for Wrong { what, played, .. } in wrong {
        let _ = writeln!(text, "    {what}");
        played.into_iter().for_each(|played| log(text, played));
    }
}

fn log(text: &mut String, played: &Played) {
    played.log.iter().for_each(|line| {
        let _ = writeln!(text, "        {line}");
    });
}

/// What is wrong with a case whose sound end passes.
struct Wrong<'a> {
    /// What should be.
    expected: String,
    /// What is.
    what: String,
    /// What shows it.
    played: Option<&'a Played>,
}

/// What is wrong with a case whose sound end passes; `None` where that is all that is wrong, or nothing is.
fn wrong(proof: &Proof) -> Option<Vec<Wrong<'_>>> {
    if proof.sound.verdict != Ended::Passed {
        return None;
    }
    if proof.own_end_fails {
        let expected = "offhook's own end to fail, as `own-end=` says".to_owned();
        let what = "offhook's own end passes: remove `own-end=`".to_owned();
        return Some(vec![Wrong { expected, what, played: None }]);
    }
    if proof.faulty.is_empty() {
        let expected = "a fault with which it fails".to_owned();
        let what = "nothing proves that it can fail: it has no `fault`".to_owned();
        return Some(vec![Wrong { expected, what, played: None }]);
    }
    let faulty = proof.faulty.iter().filter_map(|(name, shown)| {
        let (what, played) = match shown {
            Shown::Failed(_) => return None,
            Shown::Passed(played) => ("an end with this fault passes", played),
            Shown::Never(played) => ("this fault never changes anything", played),
        };
        let expected = format!("it to fail on an end with the fault `{name}`");
        Some(Wrong { expected, what: format!("{what}: {name}"), played: Some(played) })
    });
    let all: Vec<_> = faulty.collect();
    (!all.is_empty()).then_some(all)
}

/// A proof as the verdict of a case on our own end, and as the outcome of a run.
fn came(arguments: &Conformance, item: &Item, proof: &Result<Proof, String>, took: Duration) -> (Verdict, Outcome) {
    let mut options = vec!["--faults".to_owned()];
    options.extend(arguments.calling.then(|| "--calling".to_owned()));
    let subject = InPlace { by: "an end of offhook's own, in process".to_owned(), options };
    let case = item.scenario.conformance.as_ref();
    let told = Told {
        scenario: &item.scenario,
        source: &item.source,
        end: arguments.end().or(case.map(|case| case.subject)).unwrap_or(Subject::Answering),
        name: NAME,
        subject: &subject,
        line: LINE,
        evidence: item.evidence.clone(),
    };
    let proof = match proof {
        Ok(proof) => proof,
        Err(why) => {
            let why = format!("not in process: {why}");
            return (Verdict::NotRun { why: why.clone() }, outcome(&told, &Came::NotRun { why }));
        }
    };
    let own = case.and_then(|case| case.own.as_deref());
    let wrong = wrong(proof).and_then(|wrong| wrong.into_iter().next());
    let played = wrong.as_ref().and_then(|wrong| wrong.played).unwrap_or(&proof.sound);
    let known = own.filter(|_| wrong.is_none());
    let mut outcome = outcome(&told, &Came::Played { played, took, known });
    let verdict = match (&wrong, &proof.sound.verdict, own) {
        (Some(wrong), ..) => {
            unproved(&mut outcome, wrong, played);
            Verdict::NewDeviation { expected: wrong.expected.clone(), actual: wrong.what.clone() }
        }
        (None, Ended::Failed(_), Some(reason)) => Verdict::Deviates { reason: reason.to_owned() },
        (None, Ended::Failed(failure), None) => {
            Verdict::NewDeviation { expected: failure.expected.clone(), actual: failure.actual.clone() }
        }
        (None, Ended::Passed, _) => Verdict::Complies,
    };
    if outcome.verdict != Judged::Failed {
        outcome.evidence = PathBuf::new();
    }
    (verdict, outcome)
}

/// The last step that was judged is the one that should have failed.
fn unproved(outcome: &mut Outcome, wrong: &Wrong<'_>, played: &Played) {
    outcome.verdict = Judged::Failed;
    let judged = |result: &StepResult| !matches!(result, StepResult::NotReached);
    if let Some(step) = outcome.steps.iter_mut().rev().find(|step| judged(&step.result)) {
        let (expected, actual) = (wrong.expected.clone(), wrong.what.clone());
        step.result = StepResult::Failed { at: played.at, expected, actual, notes: Vec::new(), hints: Vec::new() };
    }
}
