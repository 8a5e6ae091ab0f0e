//! `offhook explore`: scenarios disturbed at every moment, and what their servers do not survive.

mod journal;

use std::collections::BTreeSet;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};

use super::claim::Claim;
use super::interrupt::{Interruption, listening};
use super::play::{Stop, ended, failed, known_stacks, lab_failed, processors, ready, write_json};
use super::shard::ShardArgs;
use super::status_line::StatusLine;
use super::{Color, INTERRUPTED, complain, notices, say};
use crate::explore::matter::{Explored, explored, named};
use crate::explore::run::{Budget, Progress, Running, shrunk};
use crate::explore::told::{Findings, Found};
use crate::explore::written::write;
use crate::explore::{json, known};
use crate::runner::item::{Evidence, Item, Options};
use crate::runner::own;
use crate::runner::plan::{Choice, plan};
use crate::selection::history::Key;
use crate::stacks::likes;
use offhook_base::{is_standard_output, plain};
use offhook_explore::{Alike, Campaign, Cause, Matter, Strategy, Trial, Where, alike, entry_of};
use offhook_lab::Lab;
use offhook_report::Style;
use offhook_report::run::DEFAULT_SEED;

#[derive(Debug, Args)]
pub(super) struct Explore {
    /// Scenario files, or directories searched for *.kdl
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Only scenarios whose name contains this text (may be given more than once)
    #[arg(long, value_name = "TEXT")]
    scenario: Vec<String>,

    /// Only on this stack (may be given more than once)
    #[arg(long, value_name = "NAME")]
    stack: Vec<String>,

    /// What is tried: every single disturbance, pairs of them, or walks that go on from what led somewhere new; pairs and walks
    /// are drawn by the seed and have no end, so they need a budget
    #[arg(long, value_enum, default_value_t = Chosen::Single)]
    strategy: Chosen,

    /// At most so many runs
    #[arg(long, value_name = "N")]
    runs: Option<usize>,

    /// At most for so many minutes
    #[arg(long, value_name = "MINUTES")]
    minutes: Option<u64>,

    /// Seed of everything random in the runs, and of what is drawn
    #[arg(long, value_name = "N", default_value_t = DEFAULT_SEED)]
    seed: u64,

    #[command(flatten)]
    shard: ShardArgs,

    /// Keep what came of each trial in this file, and go on from what is in it
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,

    /// Take over what is in another journal of the same exploration, of another shard say (may be given more than once)
    #[arg(long, value_name = "FILE")]
    merge: Vec<PathBuf>,

    /// A file of violations that are known to be the server's, each with its reason; one that is not seen is told, too
    #[arg(long, value_name = "FILE")]
    known: Option<PathBuf>,

    /// Guests at once; as many as there are processors unless stated
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,

    /// Real seconds a guest may take: one that takes longer does not wait for anything any more
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,

    /// Directory for a scenario of each violation, with its capture, transcript, logs and files
    #[arg(long, value_name = "DIR", default_value = "offhook-explored")]
    out: PathBuf,

    /// Write what was found as JSON; - is standard output, and all else goes to standard error
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    #[command(flatten)]
    color: Color,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Chosen {
    Single,
    Pairs,
    Walk,
}

pub(super) fn main(arguments: &Explore) -> u8 {
    let interruption = match listening() {
        Ok(interruption) => interruption,
        Err(code) => return code,
    };
    carried_out(arguments, &interruption).unwrap_or_else(ended)
}

fn carried_out(arguments: &Explore, interruption: &Interruption) -> Result<u8, Stop> {
    if arguments.strategy != Chosen::Single && arguments.runs.is_none() && arguments.minutes.is_none() {
        return Err(Stop::Wrong(
            "pairs and walks have no end: give a budget, --runs 1000 or --minutes 10\n".to_owned(),
        ));
    }
    let mut wanted = wanted(arguments)?;
    let wrong = |errors: offhook_schema::Errors| Stop::Wrong(errors.render(arguments.color.problems()));
    let entries = arguments.known.as_deref().map(known::load).transpose().map_err(wrong)?.unwrap_or_default();
    own::make(&mut wanted).map_err(lab_failed)?;
    let stacks: BTreeSet<String> = wanted.iter().map(|item| item.lab_stack().to_owned()).collect();
    let lab = ready(stacks.into_iter().collect(), interruption)?;
    notices(&lab);
    let _claim = Claim::of(&arguments.out).map_err(failed)?;
    let jobs = arguments.jobs.map_or_else(processors, usize::from);
    let options = Options {
        evidence: Evidence::None,
        ..Options::new(&lab, jobs, Duration::from_secs(arguments.limit)).map_err(lab_failed)?
    };
    let stop = || interruption.requested();
    let runtime = interruption.runtime();
    let basis = explored(&lab, &options, &wanted, stop());
    let Some((explored, unexplored)) = runtime.block_on(basis) else { return Err(Stop::Interrupted) };
    let mut campaign = campaign(arguments, &explored)?;
    let header = journal::header(&lab, &explored, arguments.seed);
    for path in &arguments.merge {
        journal::take_over(path, &header, &mut campaign, true)?;
    }
    let open = |path| journal::opened(path, &header, &mut campaign);
    let journal = arguments.journal.as_deref().map(open).transpose()?;
    let budget =
        Budget { runs: arguments.runs, time: arguments.minutes.map(|minutes| Duration::from_secs(minutes * 60)) };
    let mut ticker = Ticker::new();
    let told = Box::new(move |progress| ticker.tell(progress));
    let running = Running::new(&explored, campaign, journal, budget, told);
    let end = runtime.block_on(running.to_end(&lab, &options, stop()));
    let journal = arguments.journal.as_deref();
    if let Some(error) = end.broken {
        let path = journal.unwrap_or(Path::new("the journal")).display().to_string();
        return Err(failed(format!("writing {path}: {}", plain(&error))));
    }
    let there = |cause: &Cause| there(&explored, cause);
    let causes = end.campaign.causes();
    let known = offhook_explore::known(&causes, &entries, there);
    let entry_of = |cause: &Cause| entry_of(cause, &entries, &there(cause));
    let groups = alike(causes, |cause| (there(cause).stack, entry_of(cause)));
    let found = found(&lab, &options, &explored, groups, arguments, interruption)?;
    // Made simpler, one that was known may turn out to be another.
    let of: Vec<Option<usize>> = found.iter().map(|found| entry_of(&found.alike.cause)).collect();
    let (ran, elapsed) = end.ran;
    let whole = !end.stopped && !arguments.shard.is_given() && end.campaign.total() == Some(end.campaign.tried());
    let findings = Findings {
        explored: &explored,
        unexplored: &unexplored,
        campaign: &end.campaign,
        found: &found,
        known: &of,
        entries: &entries,
        unseen: &known.unused,
        whole,
        ran: (ran, elapsed.as_secs_f64()),
    };
    tell(arguments, &findings)?;
    offhook_lab::settle();
    Ok(match () {
        () if end.stopped => INTERRUPTED,
        () if findings.unknown() > 0 || !findings.gone().is_empty() => 1,
        () => 0,
    })
}

/// The scenarios on the stacks that are asked for, chosen as `offhook run` chooses them.
fn wanted(arguments: &Explore) -> Result<Vec<Item>, Stop> {
    let wrong = |errors: offhook_schema::Errors| Stop::Wrong(errors.render(arguments.color.problems()));
    let files = offhook_language::load(&arguments.paths).map_err(wrong)?;
    known_stacks(&arguments.stack, &files)?;
    let choice = Choice {
        names: arguments.scenario.clone(),
        stacks: arguments.stack.clone(),
        like: likes(&arguments.stack),
        seeds: (arguments.seed, arguments.seed),
        out: arguments.out.clone(),
    };
    let wanted = plan(files, &choice);
    if wanted.is_empty() {
        return Err(Stop::Wrong(
            "nothing to explore: no scenario has that name and stack (see --scenario, --stack)\n".into(),
        ));
    }
    Ok(wanted)
}

fn campaign(arguments: &Explore, explored: &[Explored]) -> Result<Campaign, Stop> {
    let division = arguments.shard.division()?;
    let machine = division.as_ref().map_or(0, |division| u64::from(division.reported().index));
    let seed = arguments.seed ^ (machine << 32);
    let strategy = match arguments.strategy {
        Chosen::Single => Strategy::Single,
        Chosen::Pairs => Strategy::Pairs(seed),
        Chosen::Walk => Strategy::Walk(seed),
    };
    let matters: Vec<Matter> = explored.iter().map(|of| of.matter.clone()).collect();
    let mut campaign = Campaign::new(matters, strategy);
    if let Some(division) = &division {
        campaign.share(|trials| {
            let mut mine = vec![false; trials.len()];
            let mut places: Vec<usize> = (0..trials.len()).collect();
            division.retain(&mut places, |place| key(explored, trials.get(*place)));
            places.into_iter().for_each(|place| mine[place] = true);
            mine
        });
    }
    Ok(campaign)
}

/// By what a trial is told from all others, on every machine.
fn key(explored: &[Explored], trial: Option<&Trial>) -> (Key, String) {
    let of = trial.and_then(|trial| explored.get(trial.matter)).map(|of| &of.item);
    let key = of.map(|item| Key::of(&item.source.path, &item.scenario.name, &item.stack));
    let none = || Key { file: String::new(), name: String::new(), stack: String::new() };
    (key.unwrap_or_else(none), trial.map(Trial::key).unwrap_or_default())
}

/// Of which scenario a cause is, and on which stack.
fn there(explored: &[Explored], cause: &Cause) -> Where {
    let item = explored.get(cause.matter).map(|of| &of.item);
    let scenario = item.map(named);
    let stack = item.map(|item| item.stack.clone());
    Where { scenario: scenario.unwrap_or_default(), stack: stack.unwrap_or_default() }
}

/// Each group with its simplest trial, and what was written of it.
fn found(
    lab: &Lab,
    options: &Options,
    explored: &[Explored],
    groups: Vec<Alike>,
    arguments: &Explore,
    interruption: &Interruption,
) -> Result<Vec<Found>, Stop> {
    let runtime = interruption.runtime();
    let mut found = Vec::new();
    for (number, mut alike) in groups.into_iter().enumerate() {
        let simplest = shrunk(lab, options, explored, &alike.cause, interruption.requested());
        let of = explored.get(alike.cause.matter);
        let (Some(trial), Some(of)) = (runtime.block_on(simplest), of) else {
            found.push(Found { alike, written: None });
            continue;
        };
        alike.cause.trials.insert(0, trial.clone());
        let cause = (number + 1, &alike.cause, &trial);
        let writing = write(lab, options, of, cause, &arguments.out, interruption.requested());
        let written = runtime.block_on(writing).map_err(failed)?;
        found.push(Found { alike, written });
    }
    Ok(found)
}

fn tell(arguments: &Explore, findings: &Findings<'_>) -> Result<(), Stop> {
    let aside = arguments.json.as_deref().is_some_and(is_standard_output);
    let style: Style =
        if aside { arguments.color.style_of(&io::stderr()) } else { arguments.color.style_of(&io::stdout()) };
    let text = findings.text(style);
    if aside {
        complain(&text);
    } else {
        say(&text);
    }
    arguments.json.as_deref().map_or(Ok(()), |path| write_json(path, json::report(findings)))
}

/// Tells on standard error how far it is: a line at the bottom of a terminal, else a line now and then.
#[derive(Debug)]
struct Ticker {
    terminal: bool,
    line: StatusLine,
    last: Instant,
}

impl Ticker {
    fn new() -> Self {
        Self { terminal: io::stderr().is_terminal(), line: StatusLine::default(), last: Instant::now() }
    }

    fn tell(&mut self, progress: Progress) {
        let pause = Duration::from_millis(if self.terminal { 200 } else { 30_000 });
        if self.last.elapsed() < pause {
            return;
        }
        self.last = Instant::now();
        let of = progress.total.map_or_else(String::new, |total| format!(" of {total}"));
        #[expect(clippy::cast_precision_loss, reason = "a rate for a person")]
        let rate = progress.ran as f64 / progress.elapsed.as_secs_f64().max(0.001);
        let text = format!("{}{of} trials, {rate:.1} a second, {} causes", progress.tried, progress.causes);
        complain(&if self.terminal { self.line.draw(&text, columns()) } else { text + "\n" });
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        complain(&self.line.erase(columns()));
    }
}

fn columns() -> usize {
    Style::columns_of(&io::stderr()).unwrap_or(80)
}
