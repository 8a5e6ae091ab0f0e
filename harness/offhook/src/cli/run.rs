//! `offhook run`: scenarios chosen, the lab made ready, and what happens shown as it comes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::Color;
use super::diff::{tell_stacks, two_stacks};
use super::formats::Formats;
use super::interrupt::{Interruption, listening};
use super::play::{Guests, Play, Stop, console, ended, failed, known_stacks, write_json};
use super::replace::Replace;
use super::selection::{Chosen, Durations, SelectionArgs, keep, named, tell, tell_slowest};
use super::set::Set;
use super::streamed::{Stream, Streamed};
use crate::runner::item::Evidence;
use crate::runner::plan::{Choice, absolute, plan};
use crate::snapshots::Mode;
use crate::stacks::likes;
use offhook_report::json::{ReportedShard, report_of_shard};
use offhook_report::live::{Live, Verbosity};
use offhook_report::run::{DEFAULT_SEED, RunResult};
use offhook_session::Ended;

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

    /// Run on these two stacks, and show at the end what they do differently, scenario by scenario
    #[arg(long, value_name = "STACK,STACK", value_parser = two_stacks, conflicts_with = "stack")]
    compare: Option<(String, String)>,

    #[command(flatten)]
    selection: SelectionArgs,

    #[command(flatten)]
    set: Set,

    /// Seed of everything random
    #[arg(long, value_name = "N", default_value_t = DEFAULT_SEED, conflicts_with = "seeds")]
    seed: u64,

    /// Run each scenario under every seed from A to B, both included
    #[arg(long, value_name = "A..B", value_parser = seed_range)]
    seeds: Option<(u64, u64)>,

    #[command(flatten)]
    guests: Guests,

    #[command(flatten)]
    replace: Replace,

    /// Stop at the first scenario that fails or cannot run, and end what is running
    #[arg(long)]
    fail_fast: bool,

    /// Directory for captures, transcripts, logs and files of each scenario
    #[arg(long, value_name = "DIR", default_value = "offhook-out")]
    out: PathBuf,

    /// Write the outcome as JSON; - is standard output, and all else goes to standard error
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    #[command(flatten)]
    formats: Formats,

    #[command(flatten)]
    durations: Durations,

    /// Write the captures of all scenarios to this file, one after the other as they end, for Wireshark (pcapng); - is standard
    /// output, and all else goes to standard error
    #[arg(long, value_name = "FILE")]
    capture: Option<PathBuf>,

    /// What is done with snapshots: check compares them, new leaves what is new or different for `offhook review`, write takes it
    #[arg(long, value_name = "MODE", value_enum, default_value_t = Snapshots::Check)]
    snapshot: Snapshots,

    /// Of which scenarios captures, transcripts, logs and files are kept; failed: of those that do not pass, which run once more for
    /// it, and the others are shorter
    #[arg(long, value_name = "WHICH", value_enum, default_value_t = Kept::All)]
    evidence: Kept,

    /// A skipped scenario counts as one that failed
    #[arg(long)]
    fail_on_skip: bool,

    /// Keep the server's programs apart from the memory of the guest's kernel too, at the price of speed: a second wall
    /// before the confinement
    #[arg(long)]
    untrusted: bool,

    /// Let scenarios run programs on this machine itself, as you and unconfined, and connect to addresses: `server where="host"`
    /// and `tcp=`. Read them first
    #[arg(long)]
    trust_the_scenarios: bool,

    /// Show failures and the summary only
    #[arg(long, short, conflicts_with = "verbose")]
    quiet: bool,

    /// Show a line for every scenario, on a terminal too, and what was taken of a given /etc
    #[arg(long, short)]
    verbose: bool,

    #[command(flatten)]
    color: Color,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Snapshots {
    Check,
    New,
    Write,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kept {
    All,
    Failed,
}

impl From<Kept> for Evidence {
    fn from(kept: Kept) -> Self {
        match kept {
            Kept::All => Self::All,
            Kept::Failed => Self::Failed,
        }
    }
}

impl From<Snapshots> for Mode {
    fn from(snapshots: Snapshots) -> Self {
        match snapshots {
            Snapshots::Check => Self::Check,
            Snapshots::New => Self::New,
            Snapshots::Write => Self::Write,
        }
    }
}

impl Run {
    /// The stacks that were chosen; none: all.
    fn stacks(&self) -> Vec<String> {
        match &self.compare {
            Some((first, second)) => vec![first.clone(), second.clone()],
            None => self.stack.clone(),
        }
    }

    const fn verbosity(&self) -> Verbosity {
        Verbosity::of(self.quiet, self.verbose)
    }
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

fn carried_out(arguments: &Run, interruption: &Interruption) -> Result<Arc<RunResult>, Stop> {
    let standard_output =
        arguments.formats.standard_output([("--json", &arguments.json), ("--capture", &arguments.capture)])?;
    let Chosen { mut items, known, shard, none } = chosen(arguments)?;
    arguments.replace.put(&mut items);
    if let Some(why) = none {
        tell(standard_output, &format!("nothing to run: {why}\n"));
        let result = Arc::new(RunResult { outcomes: Vec::new(), wall: Duration::ZERO, ended: Ended::Completed });
        report(arguments, &result, shard, standard_output.is_some())?;
        return Ok(result);
    }
    let verbosity = arguments.verbosity();
    let stream = arguments.capture.as_deref().map(Stream::create).transpose().map_err(|error| failed(error.message))?;
    let streamed = stream.clone();
    let view = |style| Streamed::new(Live::new(style, verbosity), streamed);
    let console = || console(standard_output, &arguments.color, verbosity, view);
    let play = Play {
        out: &arguments.out,
        guests: arguments.guests,
        untrusted: arguments.untrusted,
        snapshots: arguments.snapshot.into(),
        evidence: arguments.evidence.into(),
        fail_fast: arguments.fail_fast,
        trusts_scenarios: arguments.trust_the_scenarios,
    };
    let (result, _claim) = play.play(items, interruption, console)?;
    if let Some(stacks) = &arguments.compare {
        tell_stacks(&result, stacks, standard_output, &arguments.color);
    }
    keep(known, &result, &arguments.out)?;
    if let Some(count) = arguments.durations.durations {
        tell_slowest(&result, count, standard_output, &arguments.color);
    }
    report(arguments, &result, shard, standard_output.is_some())?;
    // What else was asked for is there by now.
    stream.and_then(|stream| stream.failure()).map_or(Ok(()), |error| Err(failed(error.message)))?;
    offhook_lab::settle();
    Ok(result)
}

/// Writes the reports that were asked for; `taken`: one goes to standard output.
fn report(arguments: &Run, result: &RunResult, shard: Option<ReportedShard>, taken: bool) -> Result<(), Stop> {
    let written = arguments.formats.write(result, arguments.fail_on_skip, taken);
    if let Some(path) = &arguments.json {
        write_json(path, report_of_shard(result, arguments.fail_on_skip, &absolute(&arguments.out), shard))?;
    }
    written
}

/// What was chosen, in its order.
fn chosen(arguments: &Run) -> Result<Chosen, Stop> {
    let mut loaded = arguments.set.load(&arguments.paths, &arguments.color)?;
    known_stacks(&arguments.stacks(), &loaded.files)?;
    let named = named(&mut loaded);
    let choice = Choice {
        names: arguments.scenario.clone(),
        stacks: arguments.stacks(),
        like: likes(&arguments.stacks()),
        seeds: arguments.seeds.unwrap_or((arguments.seed, arguments.seed)),
        out: arguments.out.clone(),
    };
    let items = plan(loaded.files, &choice);
    if items.is_empty() {
        return Err(Stop::Wrong(
            "nothing to run: no scenario has that name and stack (see --scenario, --stack)\n".into(),
        ));
    }
    arguments.selection.choose(items, &named, &arguments.out, &arguments.color)
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
