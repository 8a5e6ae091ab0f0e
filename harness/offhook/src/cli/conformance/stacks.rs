//! Cases run in the lab, against the stacks' own pppd.

use std::time::Duration;

use super::played::{Results, Row, elsewhere};
use super::results::standard_output;
use super::{Conformance, Share, case_of};
use crate::cli::interrupt::listening;
use crate::cli::play::{Play, Stop, console};
use crate::cli::selection::tell;
use crate::snapshots::Mode;
use offhook_conformance::Verdict;
use offhook_report::live::{Live, Verbosity};
use offhook_report::run::RunResult;
use offhook_scenario::Scenario;
use offhook_session::{Ended as Over, Outcome, StepResult, Verdict as Ended};

/// Runs the cases on their stacks, tells and writes what came of them; the exit code.
pub(super) fn run(arguments: &Conformance, share: Share) -> Result<u8, Stop> {
    let interruption = match listening() {
        Ok(interruption) => interruption,
        Err(code) => return Ok(code),
    };
    let taken = standard_output(arguments)?;
    let verbosity = Verbosity::of(false, arguments.verbose);
    let Share { items, elsewhere: others, shard } = share;
    let others = elsewhere(&others);
    if items.is_empty() {
        let result = RunResult { outcomes: Vec::new(), wall: Duration::ZERO, ended: Over::Completed };
        Results { rows: Vec::new(), elsewhere: others, result, shard }.report(arguments, taken, "")?;
        return Ok(offhook_report::run::PASSED);
    }
    let console = || console(taken, &arguments.color, verbosity, |style| Live::new(style, verbosity));
    let play = Play {
        out: &arguments.out,
        guests: arguments.guests,
        untrusted: false,
        snapshots: Mode::Check,
        evidence: Default::default(),
        fail_fast: false,
        trusts_scenarios: false,
    };
    let scenarios: Vec<Scenario> = items.iter().map(|item| item.scenario.clone()).collect();
    let (result, _claim) = play.play(items, &interruption, console)?;
    let rows = scenarios.iter().zip(&result.outcomes).filter_map(|(scenario, outcome)| {
        let case = case_of(scenario, &outcome.source.path)?;
        Some(Row { case, verdict: verdict(scenario, outcome), outcome: outcome.clone() })
    });
    let rows = rows.collect();
    tell(taken, "\n");
    Results { rows, elsewhere: others, result: RunResult::clone(&result), shard }.report(arguments, taken, "")?;
    offhook_lab::settle();
    Ok(result.exit_code(false))
}

/// What an outcome says of its case.
fn verdict(scenario: &Scenario, outcome: &Outcome) -> Verdict {
    let deviates = outcome.steps.iter().find_map(|step| match &step.result {
        StepResult::ExpectedFailure { reason, .. } => Some(reason.clone()),
        _ => step.deviation.clone(),
    });
    match &outcome.verdict {
        Ended::Passed => deviates.map_or(Verdict::Complies, |reason| Verdict::Deviates { reason }),
        Ended::Failed => {
            let failed = outcome.steps.iter().find_map(|step| match &step.result {
                StepResult::Failed { expected, actual, .. } => Some((step, expected.clone(), actual.clone())),
                _ => None,
            });
            let Some((step, expected, actual)) = failed else {
                return Verdict::NotRun { why: "it failed without a step that did".to_owned() };
            };
            // A step that is known to fail fails by passing; a packet script that is, also at another step than that.
            let known = step.step.and_then(|number| {
                let call = scenario.calls().nth(step.call)?;
                let whole = call.steps.get(number)?;
                whole.known_failure(&outcome.stack).filter(|_| whole.span == step.span)
            });
            match known {
                Some(reason) => Verdict::Gone { reason: reason.to_owned() },
                None => Verdict::NewDeviation { expected, actual },
            }
        }
        Ended::Skipped { reason } => Verdict::NotRun { why: reason.clone() },
        Ended::NotRun { .. } => Verdict::NotRun { why: "the run ended before".to_owned() },
        Ended::Error { message, .. } => Verdict::NotRun { why: message.clone() },
    }
}
