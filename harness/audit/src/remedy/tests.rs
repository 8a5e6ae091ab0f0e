//! Every remedy is tried on the example of its rule: it cures, and opens nothing.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::registry::tests::tree;
use crate::registry::{self, Rule};

/// The mended example, if the files alone show it.
fn mended(rule: &Rule) -> Option<(Tree, Mending)> {
    let registry::Example::Etc(samples) = rule.example() else { return None };
    let tree = tree(samples);
    let mending = mend(&tree, None, |finding| *finding.rule == *rule);
    Some((tree, mending))
}

/// What is wrong with the remedy of a rule; empty: it cures, and opens nothing.
fn wrong(rule: &Rule) -> Vec<String> {
    let (tree, mending) = mended(rule).unwrap();
    let (before, after) = (crate::audit(&tree).0, crate::audit(&mending.tree).0);
    let left = mending.left.iter().map(|(finding, why)| format!("{}: left: {why}", finding.what));
    let there = after.findings.iter().filter(|finding| *finding.rule == *rule && !finding.fix.is_empty());
    let there = there.map(|finding| format!("{}: still there", finding.what));
    let new = after.findings.iter().filter(|finding| finding.weight() < Severity::Note);
    let new = new.filter(|finding| !before.findings.iter().any(|known| same(known, finding)));
    let opened = new.map(|finding| format!("opens {}: {}", finding.code(), finding.what));
    let none = mending.done.is_empty().then(|| "nothing was mended".to_owned());
    left.chain(there).chain(opened).chain(none).map(|what| format!("{}: {what}", rule.code())).collect()
}

/// Whether an example has a finding of its rule that proposes something: a note does only where it says so.
fn proposes(rule: &Rule) -> bool {
    let found = registry::tests::found(rule.example()).unwrap_or_default();
    found.iter().any(|finding| *finding.rule == *rule && !finding.fix.is_empty())
}

#[test]
fn every_remedy_cures_the_example_of_its_rule_and_opens_nothing() {
    let rules: Vec<_> = registry::all().filter(|rule| cures::has(rule) && proposes(rule)).collect();
    let wrong: Vec<String> = rules.iter().flat_map(|rule| wrong(rule)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(rules.len() > 40, "{}", rules.len());
}

#[test]
fn what_a_person_has_to_mend_is_shown_mended_and_it_cures_and_opens_nothing() {
    let mut wrong = Vec::new();
    for rule in registry::all().filter(|rule| !cures::has(rule) || !proposes(rule)) {
        let registry::Example::Etc(samples) = rule.example() else { continue };
        let mended = match rule.mended() {
            Some(registry::Example::Etc(mended)) => mended,
            Some(_) => panic!("{}: mended files", rule.code()),
            None if NOTHING_TO_MEND.contains(&rule.code()) => continue,
            None => {
                wrong.push(format!("{}: shown nowhere mended", rule.code()));
                continue;
            }
        };
        let (before, after) = (crate::audit(&tree(samples)).0, crate::audit(&tree(mended)).0);
        let there = after.findings.iter().filter(|finding| *finding.rule == *rule);
        wrong.extend(there.map(|finding| format!("{}: still there: {}", rule.code(), finding.what)));
        let new = after.findings.iter().filter(|finding| finding.weight() < Severity::Note);
        let new = new.filter(|finding| !before.findings.iter().any(|known| same(known, finding)));
        wrong.extend(new.map(|finding| format!("{}: opens {}: {}", rule.code(), finding.code(), finding.what)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Whose fix is not in the server's files.
const NOTHING_TO_MEND: &[&str] = &["silent-caller", "unit-without-text", "port-not-audited", "file-unread"];
