//! `offhook conformance`: the cases of a suite, run on stacks or proved in process, and what came of them by clause.

mod learn;
mod page;
mod played;
mod proof;
pub(super) mod results;
mod sarif;
mod stacks;
mod subject;
mod told;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, ValueEnum};

use super::Color;
use super::formats::Formats;
use super::play::{Guests, Stop, ended, known_stacks};
use super::replace::Replace;
use super::set::Set;
use super::shard::{Division, ShardArgs};
use crate::runner::item::Item;
use crate::runner::plan::{Choice, absolute, plan};
use crate::selection::history::Key;
use crate::stacks::likes;
use offhook_conformance::Case;
use offhook_conformance::subject::exchangeable;
use offhook_report::evidence;
use offhook_report::json::ReportedShard;
use offhook_report::run::DEFAULT_SEED;
use offhook_scenario::{Level, Scenario, Subject};

/// Where the suite is in a checkout.
const SUITE: &str = "scenarios/conformance";

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("compared").args(["subject", "learn"])))]
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

    /// A subject of your own in place of the stacks' pppd, by the real clock and without the lab: a command, which has a pty as
    /// its terminal, standard input and output and is started for each case; tcp:HOST:PORT; or a device below /dev
    #[arg(long, value_name = "SUBJECT", conflicts_with_all = ["stack", "faults"])]
    subject: Option<String>,

    /// The subject calls, and the suite answers: the cases of the end that calls, and those that bind both ends alike. It has
    /// OFFHOOK_ROLE=calling in its environment, and its name and password in OFFHOOK_USER and OFFHOOK_PASSWORD. With --learn,
    /// pppd is the end that calls
    #[arg(long)]
    calling: bool,

    /// The subject's name in reports
    #[arg(long, value_name = "NAME", default_value = "subject", requires = "subject")]
    name: String,

    /// What the subject takes from its environment: auth (OFFHOOK_AUTH, OFFHOOK_USER, OFFHOOK_PASSWORD) or options
    /// (OFFHOOK_OPTIONS, in pppd's words); cases that need one it does not take are not run (may be given more than once)
    #[arg(long, value_name = "WHAT", value_enum, requires = "subject")]
    takes: Vec<Takes>,

    /// Room in every time that is checked, since the subject's clock is the real one
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 500, requires = "subject")]
    tolerance: u64,

    /// The longest that a case may have to take, in seconds; others are not run. Some wait for an hour
    #[arg(long, value_name = "SECONDS", default_value_t = 150, requires = "subject")]
    longest: u64,

    /// A table of an earlier run of the subject, in JSON: what deviates there is known, what does so no longer is told. With
    /// --learn, a machine in JSON: what is answered otherwise is told
    #[arg(long, value_name = "FILE", requires = "compared")]
    against: Option<PathBuf>,

    /// Write a table of cases by subjects: JSON if the name ends in .json, else Markdown
    #[arg(long, value_name = "FILE")]
    matrix: Vec<PathBuf>,

    /// Write the deviations as SARIF 2.1.0, for code scanning: a rule a case, a result a deviation
    #[arg(long, value_name = "FILE")]
    sarif: Option<PathBuf>,

    #[command(flatten)]
    learning: learn::Learning,

    #[command(flatten)]
    shard: ShardArgs,

    #[command(flatten)]
    set: Set,

    #[command(flatten)]
    guests: Guests,

    #[command(flatten)]
    replace: Replace,

    /// Directory for captures, transcripts, logs and files of each case
    #[arg(long, value_name = "DIR", default_value = "offhook-out")]
    out: PathBuf,

    /// Write the outcome as JSON, as `offhook run` does
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    #[command(flatten)]
    formats: Formats,

    /// Show a line for every case, on a terminal too, and of each that deviates the exchange that shows it; with --faults, those
    /// that hold as well
    #[arg(long, short)]
    verbose: bool,

    #[command(flatten)]
    color: Color,
}

/// What a subject takes from its environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Takes {
    Auth,
    Options,
}

impl Takes {
    const fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Options => "options",
        }
    }
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
    if let Some(learnable) = arguments.learning.learn {
        let no_files: &[((), Vec<Scenario>)] = &[];
        known_stacks(&arguments.stack, no_files)?;
        return learn::run(arguments, learnable.layer());
    }
    let loaded = arguments.set.load(&arguments.paths, &arguments.color)?;
    known_stacks(&arguments.stack, &loaded.files)?;
    let choice = Choice {
        names: Vec::new(),
        stacks: arguments.stack.clone(),
        like: likes(&arguments.stack),
        seeds: (DEFAULT_SEED, DEFAULT_SEED),
        out: arguments.out.clone(),
    };
    let mut items: Vec<Item> =
        plan(loaded.files, &choice).into_iter().filter(|item| arguments.wants(&item.scenario)).collect();
    if items.is_empty() {
        let message =
            "no case was found: a scenario is one by its `conformance` (see --case, --clause, --level, --stack)\n";
        return Err(Stop::Wrong(message.into()));
    }
    if arguments.calling && arguments.subject.is_none() && (!arguments.faults || !arguments.stack.is_empty()) {
        return Err(Stop::Wrong(
            "--calling is for --subject, --learn or --faults: to a stack's pppd each case is played at its own end\n"
                .to_owned(),
        ));
    }
    let division = arguments.shard.division()?;
    match &arguments.subject {
        Some(subject) => {
            let items = on(items, &arguments.name, &arguments.out);
            subject::run(arguments, subject, &Share::of(items, division.as_ref()))
        }
        None if arguments.faults => {
            let items = on(items, proof::NAME, &arguments.out);
            proof::run(arguments, &Share::of(items, division.as_ref()))
        }
        None => {
            arguments.replace.put(&mut items);
            stacks::run(arguments, Share::of(items, division.as_ref()))
        }
    }
}

/// What of the cases is played here.
struct Share {
    items: Vec<Item>,
    /// What another shard plays.
    elsewhere: Vec<Item>,
    /// Which share it is, if not all.
    shard: Option<ReportedShard>,
}

impl Share {
    fn of(mut items: Vec<Item>, division: Option<&Division>) -> Self {
        let Some(division) = division else { return Self { items, elsewhere: Vec::new(), shard: None } };
        let key = |item: &Item| Key::of(&item.source.path, &item.scenario.name, &item.stack);
        let mut elsewhere = items.clone();
        division.retain(&mut items, |item| (key(item), item.seed.to_string()));
        let here: BTreeSet<Key> = items.iter().map(key).collect();
        elsewhere.retain(|item| !here.contains(&key(item)));
        Self { items, elsewhere, shard: Some(division.reported()) }
    }
}

/// Each case once, played on what has this name in the place of the stacks.
fn on(items: Vec<Item>, name: &str, out: &Path) -> Vec<Item> {
    let mut seen = BTreeSet::new();
    let mut items: Vec<Item> =
        items.into_iter().filter(|item| seen.insert((item.source.path.clone(), item.scenario.name.clone()))).collect();
    let place = |item: &Item| {
        let case = item.scenario.variant.case.as_deref();
        evidence::directory(&item.source.path, &item.scenario.name, case, name, None)
    };
    let places: Vec<PathBuf> = items.iter().map(place).collect();
    for (item, place) in items.iter_mut().zip(evidence::distinct(places)) {
        item.stack = name.to_owned();
        item.evidence = absolute(out).join(place);
    }
    items
}

impl Conformance {
    /// Which end the subject is, if that is said or goes without saying: on a stack, and in proofs, each case is played at its own.
    const fn end(&self) -> Option<Subject> {
        match (self.calling, &self.subject) {
            (true, _) => Some(Subject::Calling),
            (false, None) => None,
            (false, Some(_)) => Some(Subject::Answering),
        }
    }

    fn wants(&self, scenario: &Scenario) -> bool {
        let Some(case) = &scenario.conformance else { return false };
        let here = match self.end() {
            Some(Subject::Answering) => case.subject == Subject::Answering,
            Some(Subject::Calling) => case.subject == Subject::Calling || exchangeable(scenario).is_ok(),
            None => true,
        };
        let named = |name: &String| case.case.starts_with(name.as_str());
        let clause = |text: &String| scenario.specs.iter().any(|spec| spec.contains(text.as_str()));
        here && (self.case.is_empty() || self.case.iter().any(named))
            && (self.clause.is_empty() || self.clause.iter().any(clause))
            && (self.level.is_empty() || self.level.contains(&case.level))
    }
}

/// The case that a scenario is.
fn case_of(scenario: &Scenario, file: &Path) -> Option<Case> {
    let conformance = scenario.conformance.as_ref()?;
    Some(Case {
        case: conformance.case.clone(),
        name: scenario.name.clone(),
        level: conformance.level,
        subject: conformance.subject,
        clauses: scenario.specs.clone(),
        file: file.display().to_string(),
    })
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
