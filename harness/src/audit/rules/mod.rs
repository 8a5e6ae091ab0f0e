//! The rules by which a configuration is judged: one family a file, each rule a function from what holds to findings.

mod accounts;
mod addresses;
mod auth;
mod caller_id;
mod files;
mod login;
mod mgetty;
mod options;
mod ports;

use super::Finding;
use super::effective::{Facts, Port};
use super::source::Tree;

/// What a rule looks at.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The files.
    pub tree: &'a Tree,
    /// What is the same for every port.
    pub facts: &'a Facts,
    /// Every served port.
    pub ports: &'a [Port],
}

/// A rule: what it looks for, in its code's words, and the function.
type Rule = fn(&Subject<'_>) -> Vec<Finding>;

/// Every rule.
const RULES: &[&[Rule]] = &[
    ports::RULES,
    mgetty::RULES,
    login::RULES,
    caller_id::RULES,
    auth::RULES,
    accounts::RULES,
    addresses::RULES,
    options::RULES,
    files::RULES,
];

/// All findings, in no order that matters.
pub fn all(tree: &Tree, facts: &Facts, ports: &[Port]) -> Vec<Finding> {
    let subject = Subject { tree, facts, ports };
    RULES.iter().copied().flatten().flat_map(|rule| rule(&subject)).collect()
}
