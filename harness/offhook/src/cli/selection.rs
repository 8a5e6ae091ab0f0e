//! Options that choose among scenarios, and what is known of them from earlier runs: the same for every command that has them.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::play::{Stop, failed};
use super::shard::{Division, ShardArgs};
use super::{Color, complain, say};
use crate::runner::item::Item;
use crate::selection::filter::Filter;
use crate::selection::history::{History, Key};
use crate::selection::listing::slowest;
use crate::selection::since::{SinceError, changed_since};
use crate::selection::{Known, Selection};
use offhook_base::is_standard_output;
use offhook_language::Loaded;
use offhook_report::json::ReportedShard;
use offhook_report::run::RunResult;

/// What of the scenarios is chosen.
#[derive(Debug, Args)]
pub(super) struct SelectionArgs {
    /// Only what this chooses: name(~text), name(=text), name(/regex/), file(glob), spec(~text), stack(=name), tag(=name),
    /// known(), last(failed|passed|error|skipped|never), case(), with and, or, not and parentheses
    #[arg(long, value_name = "EXPR")]
    filter: Option<String>,

    /// Only what failed or could not run when it ran last, as the directory for evidence tells
    #[arg(long)]
    last_failed: bool,

    /// Only what is made of other files than when it last passed, or than in a commit of git (--changed=main): its file, files
    /// it includes, trees and models it names
    #[arg(long, value_name = "COMMIT", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    changed: Option<String>,

    #[command(flatten)]
    shard: ShardArgs,
}

/// How many of the slowest are told.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Durations {
    /// Tell which took longest; ten unless stated
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "10")]
    pub(super) durations: Option<usize>,
}

/// What was chosen.
pub(super) struct Chosen {
    /// In their order.
    pub(super) items: Vec<Item>,
    /// What is known of them.
    pub(super) known: Known,
    /// Which share of what was chosen they are, if not all.
    pub(super) shard: Option<ReportedShard>,
    /// If there are none, and that is no mistake: why.
    pub(super) none: Option<String>,
}

impl SelectionArgs {
    /// Chooses from what could run; `named` and the directory for evidence tell what is known of it.
    pub(super) fn choose(
        &self,
        mut items: Vec<Item>,
        loaded: Named<'_>,
        out: &Path,
        color: &Color,
    ) -> Result<Chosen, Stop> {
        let filter = self.filter.as_deref().map(Filter::parse).transpose();
        let filter = filter.map_err(|errors| Stop::Wrong(errors.render(color.problems())))?;
        let history = self.history(out)?;
        let known = Known::of(history, loaded);
        let (last_failed, changed) = (self.last_failed, self.since_it_passed());
        let selection = Selection { filter, last_failed, changed, files: self.since_commit(loaded)? };
        let division = self.shard.division()?;
        let all = items.len();
        // What differs from machine to machine may not decide how it is divided.
        let looks_back = selection.filter.as_ref().is_some_and(Filter::looks_back);
        if looks_back {
            divide(division.as_ref(), &mut items);
        }
        let divided = items.len();
        selection.filter(&mut items, &known);
        // Of a share it may choose nothing.
        if items.is_empty() && divided == all {
            let text = self.filter.as_deref().unwrap_or_default();
            return Err(Stop::Wrong(format!("nothing to run: --filter '{text}' chooses none of {all} runs\n")));
        }
        if !looks_back {
            divide(division.as_ref(), &mut items);
        }
        let shard = division.as_ref().map(Division::reported);
        if let Some(division) = division.filter(|_| items.is_empty()) {
            return Ok(Chosen { items, known, shard, none: Some(division.empty()) });
        }
        selection.by_history(&mut items, &known);
        let since = self.commit().map_or_else(|| "since it passed".to_owned(), |commit| format!("since {commit}"));
        let none = items.is_empty().then(|| match (self.last_failed, self.changed.is_some()) {
            (true, true) => format!("nothing of what failed last has changed {since}"),
            (true, false) => format!("nothing failed last, as {} has it", out.display()),
            (false, _) => format!("nothing has changed {since}"),
        });
        Ok(Chosen { items, known, shard, none })
    }

    /// The commit since which something has to have changed.
    fn commit(&self) -> Option<&str> {
        self.changed.as_deref().filter(|commit| !commit.is_empty())
    }

    /// Whether it has to have changed since it passed.
    fn since_it_passed(&self) -> bool {
        self.changed.as_deref().is_some_and(str::is_empty)
    }

    /// The files that are made of something that has changed since the commit, if there is to be one.
    fn since_commit(&self, named: Named<'_>) -> Result<Option<BTreeSet<PathBuf>>, Stop> {
        let wrong = |error: SinceError| match error {
            error @ (SinceError::Reference { .. } | SinceError::Repository { .. }) => {
                Stop::Wrong(format!("error: --changed: {error}\n"))
            }
            error => failed(format!("error: --changed: {error}\n")),
        };
        self.commit().map(|commit| changed_since(commit, named)).transpose().map_err(wrong)
    }

    /// The history, which has to be right where it decides.
    fn history(&self, out: &Path) -> Result<History, Stop> {
        let decides = self.last_failed
            || self.since_it_passed()
            || self.filter.as_deref().is_some_and(|text| text.contains("last("));
        match decides {
            true => History::load(out).map_err(|error| failed(told(&error))),
            false => Ok(history_or_warning(out)),
        }
    }
}

/// Leaves what is in this share.
fn divide(division: Option<&Division>, items: &mut Vec<Item>) {
    if let Some(division) = division {
        let key = |item: &Item| Key::of(&item.source.path, &item.scenario.name, &item.stack);
        division.retain(items, |item| (key(item), item.seed.to_string()));
    }
}

/// Of each file, what it names.
pub(super) type Named<'a> = &'a BTreeMap<PathBuf, BTreeSet<PathBuf>>;

/// The same of what was loaded, before its files are taken.
pub(super) fn named(loaded: &mut Loaded) -> BTreeMap<PathBuf, BTreeSet<PathBuf>> {
    std::mem::take(&mut loaded.named)
}

/// The history, or an empty one and a warning.
pub(super) fn history_or_warning(out: &Path) -> History {
    History::load(out).unwrap_or_else(|error| {
        complain(&format!("warning: {}\n", told(&error)));
        History::default()
    })
}

/// Keeps what came of a run in its directory.
pub(super) fn keep(mut known: Known, result: &RunResult, out: &Path) -> Result<(), Stop> {
    known.history.add(result, &known.inputs);
    known.history.save(out).map_err(|error| failed(told(&error)))
}

/// Tells the slowest of a run.
pub(super) fn tell_slowest(result: &RunResult, count: usize, json: Option<&Path>, color: &Color) {
    let outcomes = result.outcomes.iter().filter(|outcome| !outcome.wall_time.is_zero());
    let files: Vec<_> = outcomes.map(|outcome| (outcome.source.path.display().to_string(), outcome)).collect();
    let entries = files.iter().map(|(file, outcome)| (&**file, &*outcome.name, &*outcome.stack, outcome.wall_time));
    let style = color.style_of(&io::stdout());
    tell(json, &format!("\nslowest:\n{}", slowest(entries, count, style)));
}

/// Says something that is no result: where the report is not.
pub(super) fn tell(json: Option<&Path>, text: &str) {
    if json.is_some_and(is_standard_output) { complain(text) } else { say(text) }
}

fn told(error: &offhook_base::Error) -> String {
    match &error.help {
        Some(help) => format!("{error}; {help}"),
        None => error.to_string(),
    }
}
