//! What to run: scenario by scenario, stack by stack, seed by seed.
//!
//! In: scenarios that were read, and what of them was chosen. Out: [`Item`]s in the order in which they run, each with a
//! directory of its own for evidence.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::item::Item;
use crate::stacks::like;
use offhook_base::SourceFile;
use offhook_report::evidence;
use offhook_report::run::DEFAULT_SEED;
use offhook_scenario::Scenario;

/// What of the scenarios to run, and where their evidence goes.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Only scenarios that one of these chooses: those of that name, or if there are none those whose name contains it; all
    /// scenarios if this is empty.
    pub names: Vec<String>,
    /// Only these stacks; all that a scenario names if there are none.
    pub stacks: Vec<String>,
    /// Of the chosen stacks those that no scenario need name, each with the one that it is like: it runs what that one runs, and
    /// is expected to deviate where that one does.
    pub like: BTreeMap<String, String>,
    /// The first and the last seed.
    pub seeds: (u64, u64),
    /// Directory of all evidence.
    pub out: PathBuf,
}

impl Choice {
    /// All scenarios on all their stacks under the default seed.
    pub fn all(out: impl Into<PathBuf>) -> Self {
        let seeds = (DEFAULT_SEED, DEFAULT_SEED);
        Self { names: Vec::new(), stacks: Vec::new(), like: BTreeMap::new(), seeds, out: out.into() }
    }
}

/// What to run of `files`. Empty if nothing was chosen.
pub fn plan(files: Vec<(SourceFile, Vec<Scenario>)>, choice: &Choice) -> Vec<Item> {
    let (first, last) = choice.seeds;
    // The name of one case may be the beginning of another's: `rings=1`, `rings=10`.
    let whole =
        |text: &String| files.iter().flat_map(|(_, scenarios)| scenarios).any(|scenario| scenario.name == *text);
    let exact: Vec<bool> = choice.names.iter().map(whole).collect();
    let chosen = |name: &str, (text, exact): (&String, &bool)| if *exact { name == text } else { name.contains(text) };
    let named = |name: &str| choice.names.is_empty() || choice.names.iter().zip(&exact).any(|text| chosen(name, text));
    let mut items = Vec::new();
    for (source, scenarios) in files {
        for scenario in scenarios.into_iter().filter(|scenario| named(&scenario.name)) {
            for (stack, scenario) in on_stacks(&scenario, choice) {
                for seed in first..=last {
                    let seed_of_many = (first != last).then_some(seed);
                    let case = scenario.variant.case.as_deref();
                    let evidence = evidence::directory(&source.path, &scenario.name, case, &stack, seed_of_many);
                    items.push(Item::new(source.clone(), scenario.clone().into_owned(), stack.clone(), seed, evidence));
                }
            }
        }
    }
    let out = absolute(&choice.out);
    let places: Vec<PathBuf> = items.iter().map(|item| item.evidence.clone()).collect();
    for (item, place) in items.iter_mut().zip(evidence::distinct(places)) {
        item.evidence = out.join(place);
    }
    items
}

/// The stacks that a scenario is run on, each with what it says of that stack.
fn on_stacks<'a>(scenario: &'a Scenario, choice: &Choice) -> Vec<(String, Cow<'a, Scenario>)> {
    let wanted = |stack: &&String| choice.stacks.is_empty() || choice.stacks.contains(stack);
    let named = scenario.stacks.iter().filter(wanted).map(|stack| (stack.clone(), Cow::Borrowed(scenario)));
    let own = scenario.own_stacks.iter().map(|own| (own.name.clone(), like(&own.from)));
    let own: BTreeMap<String, String> = own.collect();
    // What the file makes of a name holds before what the lab has of it.
    let others = choice.like.iter().filter(|(stack, _)| !own.contains_key(*stack));
    let unnamed = own.iter().chain(others).filter(|(stack, like)| {
        scenario.stacks.contains(like) && !scenario.stacks.contains(stack) && choice.stacks.contains(stack)
    });
    let like = unnamed.map(|(stack, like)| (stack.clone(), Cow::Owned(scenario.clone().on_one_like(stack, like))));
    named.chain(like).collect()
}

/// Guests see the host's paths from its root.
pub fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
