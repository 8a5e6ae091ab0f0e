//! `offhook run`: scenarios chosen, the lab made ready, verdicts printed as they come.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::{INTERRUPTED, LAB_FAILED, WRONG_INPUT, complain, say};
use crate::report::failure;
use crate::report::terminal::{self, Table};
use crate::report::{self, Style};
use crate::run::schedule::{Item, Options, run};
use crate::run::{Outcome, SourceFile, plain, write_whole};
use crate::scenario::Scenario;
use crate::{evidence, lab, scenario};

#[derive(Debug, Args)]
pub(super) struct Run {
    /// Scenario files, or directories searched for *.kdl
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Only scenarios whose name contains this text (may be given more than once)
    #[arg(long, value_name = "TEXT")]
    scenario: Vec<String>,

    /// Only on this stack (may be given more than once)
    #[arg(long, value_name = "NAME")]
    stack: Vec<String>,

    /// Seed of everything random
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "seeds")]
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

    /// Directory for captures, transcripts, logs and files of each scenario
    #[arg(long, value_name = "DIR", default_value = "offhook-out")]
    out: PathBuf,

    /// Write the outcome as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// A skipped scenario counts as one that was not met
    #[arg(long)]
    fail_on_skip: bool,

    /// The server's software is not trusted: keep it in the guest, at the price of speed
    #[arg(long)]
    untrusted: bool,
}

/// Why there is no exit code of outcomes.
enum Stop {
    Wrong(String),
    Lab(String, u8),
    Interrupted,
}

pub(super) fn main(arguments: Run) -> u8 {
    match carried_out(&arguments) {
        Ok(outcomes) => report::exit_code(&outcomes, arguments.fail_on_skip),
        Err(Stop::Wrong(text)) => {
            complain(&text);
            WRONG_INPUT
        }
        Err(Stop::Lab(text, code)) => {
            complain(&format!("{text}\n"));
            code
        }
        Err(Stop::Interrupted) => {
            complain("interrupted: the guests were ended, no verdict\n");
            INTERRUPTED
        }
    }
}

fn carried_out(arguments: &Run) -> Result<Vec<Outcome>, Stop> {
    let files = scenario::load(&arguments.paths).map_err(wrong_scenarios)?;
    let items = items(arguments, files)?;
    let stacks: BTreeSet<String> = items.iter().map(|item| item.stack.clone()).collect();
    let lab_failed = |error: lab::LabError| Stop::Lab(error.to_string(), error.exit_code());
    let stacks: Vec<String> = stacks.into_iter().collect();
    let lab = lab::ensure(&stacks, &lab::Progress::for_stderr()).map_err(lab_failed)?;
    let run_dir = lab.cache.run_dir("guests").map_err(lab_failed)?;
    let jobs = arguments.jobs.map_or_else(processors, usize::from).min(items.len());
    let memory = lab::GUEST_MEMORY.saturating_mul(jobs as u64);
    let options = Options {
        jobs,
        limit: Duration::from_secs(arguments.limit),
        memory_dir: lab::Machine::this().guest_memory_dir(memory).map_err(lab_failed)?,
        run_dir: run_dir.path().to_owned(),
        untrusted: arguments.untrusted,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| failed(format!("starting the event loop: {}", plain(&error))))?;
    let style = Style::of(&std::io::stdout(), |name| std::env::var_os(name));
    let table = Table::new(style, items.iter().map(|item| item.stack.as_str()));
    let keep = |outcome: &Outcome| evidence::write(outcome, &outcome.evidence);
    let start = Instant::now();
    let outcomes = runtime.block_on(async {
        tokio::select! {
            outcomes = run(&lab, items, &options, keep, |outcome| say(&told(&table, outcome, style))) => Ok(outcomes),
            () = interruption() => Err(Stop::Interrupted),
        }
    });
    // What was running is ended before its run directory is let go.
    drop(runtime);
    let outcomes = outcomes?;
    let wall = start.elapsed();
    say(&terminal::summary(&outcomes, wall, style));
    if let Some(path) = &arguments.json {
        write_json(path, &outcomes, wall, arguments.fail_on_skip)?;
    }
    lab::settle();
    Ok(outcomes)
}

fn failed(text: String) -> Stop {
    Stop::Lab(text, LAB_FAILED)
}

fn wrong_scenarios(errors: scenario::Errors) -> Stop {
    Stop::Wrong(errors.render(scenario::Style::of(&std::io::stderr())))
}

/// A line, and for what did not go well the rest of what there is to know.
fn told(table: &Table, outcome: &Outcome, style: Style) -> String {
    let mut text = table.row(outcome);
    let failure = failure::failure(outcome, style);
    if !failure.is_empty() {
        text.push('\n');
        text.push_str(&failure);
        text.push('\n');
    }
    text
}

/// Ends when the user, or whoever runs this, wants it to end.
pub(super) async fn interruption() {
    let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()), signal(SignalKind::hangup()));
    let (Ok(mut interrupt), Ok(mut terminate), Ok(mut hang_up)) = signals else {
        // Without handlers the signals end the process at once, and the guests with it.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
    }
}

/// What to run: scenario by scenario, stack by stack, seed by seed.
fn items(arguments: &Run, files: Vec<(SourceFile, Vec<Scenario>)>) -> Result<Vec<Item>, Stop> {
    let unknown = arguments.stack.iter().find(|name| !lab::STACKS.contains(&name.as_str()));
    if let Some(name) = unknown {
        let known = lab::STACKS.join(", ");
        return Err(Stop::Wrong(format!("--stack {name}: no such stack; there are {known}\n")));
    }
    let (first, last) = arguments.seeds.unwrap_or((arguments.seed, arguments.seed));
    let chosen =
        |name: &str| arguments.scenario.is_empty() || arguments.scenario.iter().any(|text| name.contains(text));
    let mut items = Vec::new();
    for (source, scenarios) in files {
        for scenario in scenarios.into_iter().filter(|scenario| chosen(&scenario.name)) {
            let wanted = |stack: &&String| arguments.stack.is_empty() || arguments.stack.contains(stack);
            for stack in scenario.stacks.iter().filter(wanted) {
                for seed in first..=last {
                    let seed_of_many = arguments.seeds.map(|_| seed);
                    let place = evidence::directory(&source.path, &scenario.name, stack, seed_of_many);
                    let (source, scenario, stack) = (source.clone(), scenario.clone(), stack.clone());
                    items.push(Item { source, scenario, stack, seed, evidence: place });
                }
            }
        }
    }
    if items.is_empty() {
        return Err(Stop::Wrong(
            "nothing to run: no scenario has that name and stack (see --scenario, --stack)\n".into(),
        ));
    }
    let out = absolute(&arguments.out);
    let places: Vec<PathBuf> = items.iter().map(|item| item.evidence.clone()).collect();
    for (item, place) in items.iter_mut().zip(evidence::distinct(places)) {
        item.evidence = out.join(place);
    }
    Ok(items)
}

/// Guests see the host's paths from its root.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn write_json(path: &Path, outcomes: &[Outcome], wall: Duration, fail_on_skip: bool) -> Result<(), Stop> {
    let text = report::json::report(outcomes, wall, fail_on_skip)
        .map_err(|error| failed(format!("making the JSON outcome: {error}")))?;
    write_whole(path, text.as_bytes()).map_err(|error| failed(format!("writing {}: {}", path.display(), plain(&error))))
}

fn processors() -> usize {
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
