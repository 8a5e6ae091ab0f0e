//! What of the scenarios is chosen, beside names and stacks: by an expression, by what happened before, by a share.
//!
//! Items that could run go in, and those that are to run come out, in their order. Nothing here reads the command line;
//! [`history`] alone reads and writes a file, and [`since`] alone asks git.

pub mod filter;
pub mod history;
pub mod inputs;
pub mod listing;
pub mod shard;
pub mod since;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use self::filter::{Filter, Subject};
use self::history::{Entry, History, Key, LastVerdict};
use crate::runner::item::Item;
use offhook_scenario::Scenario;

/// What is chosen.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only what this chooses.
    pub filter: Option<Filter>,
    /// Only what failed, or could not run, when it ran last.
    pub last_failed: bool,
    /// Only what is made of other texts than when it last passed.
    pub changed: bool,
    /// Only what is in these files: those that are made of something that has changed since a commit.
    pub files: Option<BTreeSet<PathBuf>>,
}

/// What is known of scenarios that were loaded and ran before.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// How they ended last.
    pub history: History,
    /// Of each file, what it is made of, as a fingerprint.
    pub inputs: BTreeMap<PathBuf, String>,
}

impl Known {
    /// What is known of scenarios of these files, which name those.
    pub fn of(history: History, named: &BTreeMap<PathBuf, BTreeSet<PathBuf>>) -> Self {
        let inputs = named.iter().map(|(file, named)| (file.clone(), inputs::fingerprint(file, named))).collect();
        Self { history, inputs }
    }

    /// How it ended last.
    pub fn entry(&self, file: &Path, name: &str, stack: &str) -> Option<&Entry> {
        self.history.get(&Key::of(file, name, stack))
    }

    fn last(&self, item: &Item) -> LastVerdict {
        self.entry(&item.source.path, &item.scenario.name, &item.stack)
            .map_or(LastVerdict::Never, |entry| entry.verdict)
    }

    /// Whether it is made of other texts than when it last passed, or never passed.
    fn is_changed(&self, item: &Item) -> bool {
        let passed = self
            .entry(&item.source.path, &item.scenario.name, &item.stack)
            .and_then(|entry| entry.passed_inputs.as_ref());
        passed.is_none() || passed != self.inputs.get(&item.source.path)
    }
}

impl Selection {
    /// Leaves what the expression chooses.
    pub fn filter(&self, items: &mut Vec<Item>, known: &Known) {
        if let Some(filter) = &self.filter {
            items.retain(|item| filter.chooses(&subject(item, known)));
        }
    }

    /// Leaves what is chosen by what happened before, and by what has changed since.
    pub fn by_history(&self, items: &mut Vec<Item>, known: &Known) {
        let failed = |item: &Item| matches!(known.last(item), LastVerdict::Failed | LastVerdict::Error);
        let in_files = |item: &Item| self.files.as_ref().is_none_or(|files| files.contains(&item.source.path));
        items.retain(|item| {
            (!self.last_failed || failed(item)) && (!self.changed || known.is_changed(item)) && in_files(item)
        });
    }
}

fn subject<'a>(item: &'a Item, known: &Known) -> Subject<'a> {
    Subject {
        file: &item.source.path,
        name: &item.scenario.name,
        case: item.scenario.variant.case.as_deref(),
        specs: &item.scenario.specs,
        tags: &item.scenario.tags,
        stack: &item.stack,
        known: !deviations(&item.scenario, &item.stack).is_empty(),
        last: known.last(item),
    }
}

/// What of a scenario is known to be different on a stack: the reasons, and whether it is a failure.
pub fn deviations<'a>(scenario: &'a Scenario, stack: &str) -> Vec<(bool, &'a str)> {
    let steps = scenario.calls().flat_map(|call| &call.steps);
    steps
        .flat_map(|step| {
            let differs = step.on(stack).1.map(|reason| (false, reason));
            differs.into_iter().chain(step.known_failure(stack).map(|reason| (true, reason)))
        })
        .collect()
}
