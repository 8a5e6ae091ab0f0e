//! `offhook run`: scenarios chosen, the lab made ready, and what happens shown as it comes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::claim::Claim;
use super::console::Console;
use super::interrupt::{Interruption, listening};
use super::set::Set;
use super::{Color, INTERRUPTED, LAB_FAILED, WRONG_INPUT, complain, notices};
use crate::runner::item::{Item, Options};
use crate::runner::plan::{Choice, plan};
use crate::runner::schedule::run;
use offhook_base::{StandardOutput, is_standard_output, plain, write_result};
use offhook_lab::{Lab, LabError, Progress, Room};
use offhook_report::evidence;
use offhook_report::live::Verbosity;
use offhook_report::run::{DEFAULT_SEED, RunResult};
use offhook_session::Outcome;

#[derive(Debug, Args)]
pub(super) struct Run {
    /// Scenario files, or directories searched for *.kdl
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Only scenarios of this name, a case of a table by the scenario's name and its own; else those whose name contains this
    /// text (may be given more than once)
    #[arg(long, value_name = "TEXT")]
    scenario: Vec<String>,

    /// Only on this stack (may be given more than once)
    #[arg(long, value_name = "NAME")]
    stack: Vec<String>,

    #[command(flatten)]
    set: Set,

    /// Seed of everything random
    #[arg(long, value_name = "N", default_value_t = DEFAULT_SEED, conflicts_with = "seeds")]
    seed: u64,

    /// Run each scenario under every seed from A to B, both included
    #[arg(long, value_name = "A..B", value_parser = seed_range)]
    seeds: Option<(u64, u64)>,

    /// Guests at once; as many as there are processors unless stated
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,

    /// Real seconds a guest may take before it is ended; waiting for a processor does not count
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,

    /// Stop at the first scenario that fails or cannot run, and end what is running
    #[arg(long)]
    fail_fast: bool,

    /// Directory for captures, transcripts, logs and files of each scenario
    #[arg(long, value_name = "DIR", default_value = "offhook-out")]
    out: PathBuf,

    /// Write the outcome as JSON; - is standard output, and all else goes to standard error
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// A skipped scenario counts as one that failed
    #[arg(long)]
    fail_on_skip: bool,

    /// Keep the server's programs apart from the memory of the guest's kernel too, at the price of speed: a second wall
    /// before the confinement
    #[arg(long)]
    untrusted: bool,

    /// Show failures and the summary only
    #[arg(long, short, conflicts_with = "verbose")]
    quiet: bool,

    /// Show a line for every scenario, on a terminal too, and what was taken of a given /etc
    #[arg(long, short)]
    verbose: bool,

    #[command(flatten)]
    color: Color,
}

impl Run {
    const fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        }
    }
}

/// Why there is no result.
pub(super) enum Stop {
    Wrong(String),
    Lab(String, u8),
    Interrupted,
}

pub(super) fn main(arguments: &Run) -> u8 {
    let interruption = match listening() {
        Ok(interruption) => interruption,
        Err(code) => return code,
    };
    match carried_out(arguments, &interruption) {
        Ok(result) => result.exit_code(arguments.fail_on_skip),
        Err(stop) => ended(stop),
    }
}

/// Says why there is no result; the exit code.
pub(super) fn ended(stop: Stop) -> u8 {
    match stop {
        Stop::Wrong(text) => {
            complain(&text);
            WRONG_INPUT
        }
        Stop::Lab(text, code) => {
            complain(&format!("{text}\n"));
            code
        }
        Stop::Interrupted => {
            complain("interrupted before any scenario ran\n");
            INTERRUPTED
        }
    }
}

fn carried_out(arguments: &Run, interruption: &Interruption) -> Result<Arc<RunResult>, Stop> {
    let items = items(arguments)?;
    let stacks: BTreeSet<String> = items.iter().map(|item| item.stack.clone()).collect();
    let lab = ready(stacks.into_iter().collect(), interruption)?;
    notices(&lab);
    warn_unless_confined(&lab)?;
    let _claim = Claim::of(&arguments.out).map_err(failed)?;
    let jobs = arguments.jobs.map_or_else(processors, usize::from).min(items.len());
    let options = Options {
        jobs,
        limit: Duration::from_secs(arguments.limit),
        room: Arc::new(Room::for_guests(&lab.cache, jobs).map_err(lab_failed)?),
        untrusted: arguments.untrusted,
        confined: false,
        fail_fast: arguments.fail_fast,
    };
    let console = console(arguments).map_err(|error| failed(format!("starting a thread: {}", plain(&error))))?;
    let keep = |outcome: &Outcome| evidence::write(outcome, &outcome.evidence);
    let result =
        interruption.runtime().block_on(run(&lab, items, &options, keep, interruption.requested(), console.sink()));
    console.finish();
    if let Some(path) = &arguments.json {
        write_json(path, &result, arguments.fail_on_skip)?;
    }
    offhook_lab::settle();
    Ok(result)
}

/// Says so where guests are not confined.
pub(super) fn warn_unless_confined(lab: &Lab) -> Result<(), Stop> {
    match lab.init.confined() {
        Ok(confined) if confined.holds() => {}
        Ok(confined) => complain(&format!("warning: guests are not confined: {confined}\n")),
        Err(error) => return Err(failed(format!("asking how guests are confined: {}", plain(&error)))),
    }
    Ok(())
}

/// Each of these names that was given for a stack has to be one.
pub(super) fn known_stacks(names: &[String]) -> Result<(), Stop> {
    match names.iter().find(|name| !offhook_lab::STACKS.contains(&name.as_str())) {
        Some(name) => {
            let known = offhook_lab::STACKS.join(", ");
            Err(Stop::Wrong(format!("--stack {name}: no such stack; there are {known}\n")))
        }
        None => Ok(()),
    }
}

/// What was chosen, in its order.
fn items(arguments: &Run) -> Result<Vec<Item>, Stop> {
    known_stacks(&arguments.stack)?;
    let loaded = offhook_language::load_with(&arguments.paths, &arguments.set.values())
        .map_err(|errors| Stop::Wrong(errors.render(arguments.color.problems())))?;
    if let Some(wrong) = arguments.set.wrong_names(&loaded) {
        return Err(Stop::Wrong(wrong));
    }
    let choice = Choice {
        names: arguments.scenario.clone(),
        stacks: arguments.stack.clone(),
        seeds: arguments.seeds.unwrap_or((arguments.seed, arguments.seed)),
        out: arguments.out.clone(),
    };
    let items = plan(loaded.files, &choice);
    if items.is_empty() {
        return Err(Stop::Wrong(
            "nothing to run: no scenario has that name and stack (see --scenario, --stack)\n".into(),
        ));
    }
    Ok(items)
}

/// The lab with these stacks, built if it is not there.
pub(super) fn ready(stacks: Vec<String>, interruption: &Interruption) -> Result<Lab, Stop> {
    let progress = Progress::for_stderr();
    let shown = progress.clone();
    match interruption.unless_requested(move || offhook_lab::ensure(&stacks, &progress)) {
        Some(lab) => lab.map_err(lab_failed),
        None => {
            shown.clear();
            // A thread that ended without an answer has said why.
            let bug = || failed("a bug in offhook ended the thread that makes the lab ready".to_owned());
            Err(if interruption.is_requested() { Stop::Interrupted } else { bug() })
        }
    }
}

pub(super) fn lab_failed(error: LabError) -> Stop {
    Stop::Lab(error.to_string(), error.exit_code())
}

pub(super) fn failed(text: String) -> Stop {
    Stop::Lab(text, LAB_FAILED)
}

/// Lines go to standard output, unless that is the report's.
fn console(arguments: &Run) -> std::io::Result<Console> {
    if arguments.json.as_deref().is_some_and(is_standard_output) {
        let style = arguments.color.style_of(&std::io::stderr());
        return Console::start(style, arguments.verbosity(), std::io::stderr());
    }
    Console::start(arguments.color.style_of(&std::io::stdout()), arguments.verbosity(), StandardOutput)
}

fn write_json(path: &Path, result: &RunResult, fail_on_skip: bool) -> Result<(), Stop> {
    let text = offhook_report::json::report(result, fail_on_skip)
        .map_err(|error| failed(format!("making the JSON report: {error}")))?;
    write_result(path, text.as_bytes())
        .map_err(|error| failed(format!("writing {}: {}", path.display(), plain(&error))))
}

pub(super) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// `A..B`, both included.
fn seed_range(text: &str) -> Result<(u64, u64), String> {
    let form = "expected A..B, two whole numbers, the first not above the second: 1..100";
    let (first, last) = text.split_once("..").ok_or(form)?;
    match (first.parse(), last.trim_start_matches('=').parse()) {
        (Ok(first), Ok(last)) if first <= last => Ok((first, last)),
        _ => Err(form.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_seeds_has_both_ends() {
        assert_eq!(seed_range("1..100"), Ok((1, 100)));
        assert!(seed_range("5..1").is_err());
        assert!(seed_range("5").is_err());
    }
}
