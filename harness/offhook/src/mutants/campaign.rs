//! What is run for the mutants: each scenario as it was, once on each stack that a mutant of it runs on, and each mutant.

use std::path::Path;

use offhook_base::SourceFile;
use offhook_report::evidence;
use offhook_scenario::Scenario;

use super::draw::Drawn;
use crate::runner::item::Item;

/// Runs, and which of them are whose.
#[derive(Debug)]
pub struct Campaign {
    /// The mutants.
    pub drawn: Vec<Drawn>,
    /// The seed of all runs.
    pub seed: u64,
    /// What is run: first the scenarios as they were, then the mutants in their order.
    pub items: Vec<Item>,
    /// Of each mutant, which of the items is its scenario as it was.
    pub(super) originals: Vec<usize>,
}

impl Campaign {
    /// The runs for these mutants, with evidence below `out`.
    pub fn new(drawn: Vec<Drawn>, seed: u64, out: &Path) -> Self {
        let item = |source: &SourceFile, scenario: &Scenario, stack: &str| {
            let case = scenario.variant.case.as_deref();
            let evidence = evidence::directory(&source.path, &scenario.name, case, stack, None);
            Item::new(source.clone(), scenario.clone(), stack, seed, evidence)
        };
        let mut items: Vec<Item> = Vec::new();
        let mut originals = Vec::new();
        for Drawn { original: (source, scenario), stack, .. } in &drawn {
            let same = |item: &Item| {
                item.source.path == source.path
                    && item.scenario.span == scenario.span
                    && item.scenario.name == scenario.name
                    && item.stack == *stack
            };
            originals.push(items.iter().position(same).unwrap_or_else(|| {
                items.push(item(source, scenario, stack));
                items.len() - 1
            }));
        }
        for Drawn { mutant, source, scenario, stack, .. } in &drawn {
            let mut item = item(source, scenario, stack);
            item.evidence.set_file_name(format!("mutant-{}-{}", mutant.line, mutant.number));
            items.push(item);
        }
        let out = std::path::absolute(out).unwrap_or_else(|_| out.to_owned());
        let places: Vec<_> = items.iter().map(|item| item.evidence.clone()).collect();
        for (item, place) in items.iter_mut().zip(evidence::distinct(places)) {
            item.evidence = out.join(place);
        }
        Self { drawn, seed, items, originals }
    }

    /// The item of a mutant.
    pub(super) fn item(&self, mutant: usize) -> usize {
        self.items.len() - self.drawn.len() + mutant
    }
}
