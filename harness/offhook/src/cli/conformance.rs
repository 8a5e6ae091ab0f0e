//! `offhook conformance`: the cases of a suite, run on stacks or proved in process, and what came of them by clause.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::Color;
use super::formats::Formats;
use super::interrupt::listening;
use super::play::{Guests, Play, Stop, console, ended, failed, known_stacks, write_json};
use super::say;
use super::selection::tell;
use super::set::Set;
use crate::runner::item::Item;
use crate::runner::plan::{Choice, absolute, plan};
use crate::snapshots::Mode;
use offhook_base::{plain, write_result};
use offhook_conformance::{Case, Matrix, Shown, Verdict, prove};
use offhook_report::json::report;
use offhook_report::live::{Live, Verbosity};
use offhook_report::run::{DEFAULT_SEED, FAILED, PASSED, RunResult};
use offhook_scenario::{Level, Scenario};
use offhook_script::Verdict as Played;
use offhook_session::{Outcome, StepResult, Verdict as Ended};

/// Where the suite is in a checkout.
const SUITE: &str = "scenarios/conformance";

#[derive(Debug, Args)]
pub(super) struct Conformance {
    /// Scenario files with cases, or directories searched for *.kdl
    #[arg(value_name = "PATH", default_value = SUITE)]
    paths: Vec<PathBuf>,

    /// Only cases whose name begins so, LCP-5.1 say, or a whole group: LCP (may be given more than once)
    #[arg(long, value_name = "CASE")]
    case: Vec<String>,

    /// Only cases that check a clause which contains this text: "RFC 1661 section 4.1" (may be given more than once)
    #[arg(long, value_name = "TEXT")]
    clause: Vec<String>,

    /// Only cases of this level: must, should, may, robust, free (may be given more than once)
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    level: Vec<Level>,

    /// Only on this stack (may be given more than once)
    #[arg(long, value_name = "NAME")]
    stack: Vec<String>,

    /// Prove that each case can fail: play it in process against an end of offhook's own, sound and with each of the case's
    /// faults. Needs no lab
    #[arg(long)]
    faults: bool,

    /// Write a table of cases by subjects: JSON if the name ends in .json, else Markdown
    #[arg(long, value_name = "FILE")]
    matrix: Vec<PathBuf>,

    #[command(flatten)]
    set: Set,

    #[command(flatten)]
    guests: Guests,

    /// Directory for captures, transcripts, logs and files of each case
    #[arg(long, value_name = "DIR", default_value = "offhook-out")]
    out: PathBuf,

    /// Write the outcome as JSON, as `offhook run` does
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    #[command(flatten)]
    formats: Formats,

    /// Show a line for every case, on a terminal too; with --faults, those that hold as well
    #[arg(long, short)]
    verbose: bool,

    #[command(flatten)]
    color: Color,
}

fn level(text: &str) -> Result<Level, String> {
    let names: Vec<&str> = Level::ALL.iter().map(|level| level.name()).collect();
    Level::ALL.into_iter().find(|level| level.name() == text).ok_or_else(|| format!("expected {}", names.join(", ")))
}

pub(super) fn main(arguments: &Conformance) -> u8 {
    match carried_out(arguments) {
        Ok(code) => code,
        Err(stop) => ended(stop),
    }
}

fn carried_out(arguments: &Conformance) -> Result<u8, Stop> {
    known_stacks(&arguments.stack)?;
    let loaded = arguments.set.load(&arguments.paths, &arguments.color)?;
    let choice = Choice {
        names: Vec::new(),
        stacks: arguments.stack.clone(),
        seeds: (DEFAULT_SEED, DEFAULT_SEED),
        out: arguments.out.clone(),
    };
    let items: Vec<Item> =
        plan(loaded.files, &choice).into_iter().filter(|item| arguments.wants(&item.scenario)).collect();
    if items.is_empty() {
        let message =
            "no case was found: a scenario is one by its `conformance` (see --case, --clause, --level, --stack)\n";
        return Err(Stop::Wrong(message.into()));
    }
    if arguments.faults { Ok(proved(arguments, &items)) } else { run(arguments, items) }
}

impl Conformance {
    fn wants(&self, scenario: &Scenario) -> bool {
        let Some(case) = &scenario.conformance else { return false };
        let named = |name: &String| case.case.starts_with(name.as_str());
        let clause = |text: &String| scenario.specs.iter().any(|spec| spec.contains(text.as_str()));
        (self.case.is_empty() || self.case.iter().any(named))
            && (self.clause.is_empty() || self.clause.iter().any(clause))
            && (self.level.is_empty() || self.level.contains(&case.level))
    }
}

/// Plays each case once in process, on whatever stacks it runs.
fn proved(arguments: &Conformance, items: &[Item]) -> u8 {
    let mut seen = std::collections::BTreeSet::new();
    let (mut hold, mut not, mut faults, mut without) = (0, 0, 0, 0);
    let mut text = String::new();
    for item in items {
        let scenario = &item.scenario;
        if !seen.insert((item.source.path.clone(), scenario.name.clone())) {
            continue;
        }
        let title = title(scenario);
        match prove(scenario) {
            Err(why) => {
                without += 1;
                text.push_str(&format!("{title}\n    not in process: {why}\n"));
            }
            Ok(proof) => {
                faults += proof.faulty.len();
                if proof.holds() {
                    hold += 1;
                    if arguments.verbose {
                        text.push_str(&format!("{title}\n    holds: {} of its faults found\n", proof.faulty.len()));
                    }
                    continue;
                }
                not += 1;
                text.push_str(&format!("{title}\n"));
                if let Played::Failed(failure) = &proof.sound.verdict {
                    let (expected, actual) = (&failure.expected, &failure.actual);
                    text.push_str(&format!("    a sound end fails: expected {expected}\n        got {actual}\n"));
                    proof.sound.log.iter().for_each(|line| text.push_str(&format!("        {line}\n")));
                }
                if proof.faulty.is_empty() {
                    text.push_str("    nothing proves that it can fail: it has no `fault`\n");
                }
                for (name, shown) in &proof.faulty {
                    let (what, played) = match shown {
                        Shown::Failed(_) => continue,
                        Shown::Passed(played) => ("an end with this fault passes", played),
                        Shown::Never(played) => ("this fault never changes anything", played),
                    };
                    text.push_str(&format!("    {what}: {name}\n"));
                    played.log.iter().for_each(|line| text.push_str(&format!("        {line}\n")));
                }
            }
        }
    }
    let all = seen.len();
    text.push_str(&format!(
        "{all} cases: {hold} pass on a sound end and fail with each of their faults, {not} do not, {without} need a real server; {faults} faults\n"
    ));
    say(&text);
    if not == 0 { PASSED } else { FAILED }
}

fn title(scenario: &Scenario) -> String {
    let case = scenario.conformance.as_ref().map_or("", |case| case.case.as_str());
    format!("{case}  {}", scenario.name)
}

fn run(arguments: &Conformance, items: Vec<Item>) -> Result<u8, Stop> {
    let interruption = match listening() {
        Ok(interruption) => interruption,
        Err(code) => return Ok(code),
    };
    let taken = arguments.formats.standard_output([("--json", &arguments.json)])?;
    let verbosity = Verbosity::of(false, arguments.verbose);
    let console = || console(taken, &arguments.color, verbosity, |style| Live::new(style, verbosity));
    let play = Play {
        out: &arguments.out,
        guests: arguments.guests,
        untrusted: false,
        snapshots: Mode::Check,
        fail_fast: false,
    };
    let scenarios: Vec<Scenario> = items.iter().map(|item| item.scenario.clone()).collect();
    let (result, _claim) = play.play(items, &interruption, console)?;
    let matrix = matrix(&scenarios, &result);
    tell(taken, &format!("\n{}", matrix.summary()));
    arguments.formats.write(&result, false, taken.is_some())?;
    if let Some(path) = &arguments.json {
        write_json(path, report(&result, false, &absolute(&arguments.out)))?;
    }
    for path in &arguments.matrix {
        let text = match path.extension().is_some_and(|extension| extension == "json") {
            true => matrix.json().map_err(|error| failed(format!("making the table: {error}")))?,
            false => matrix.markdown(),
        };
        let failure = |error| failed(format!("writing {}: {}", path.display(), plain(&error)));
        write_result(path, text.as_bytes()).map_err(failure)?;
    }
    offhook_lab::settle();
    Ok(result.exit_code(false))
}

/// What came of each case, by stack.
fn matrix(scenarios: &[Scenario], result: &Arc<RunResult>) -> Matrix {
    let mut matrix = Matrix::default();
    for (scenario, outcome) in scenarios.iter().zip(&result.outcomes) {
        let Some(conformance) = &scenario.conformance else { continue };
        let case = Case {
            case: conformance.case.clone(),
            name: scenario.name.clone(),
            level: conformance.level,
            subject: conformance.subject,
            clauses: scenario.specs.clone(),
            file: outcome.source.path.display().to_string(),
        };
        matrix.add(case, &outcome.stack, verdict(scenario, outcome));
    }
    matrix
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
            // A step that is known to fail fails only by passing.
            let known = step.step.and_then(|number| {
                let call = scenario.calls().nth(step.call)?;
                call.steps.get(number)?.known_failure(&outcome.stack)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_one_of_five() {
        assert_eq!(level("should"), Ok(Level::Should));
        assert!(level("shall").is_err_and(|text| text.contains("must, should")));
    }
}
