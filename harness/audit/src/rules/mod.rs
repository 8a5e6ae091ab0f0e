//! The checks that find what the [`registry`](crate::registry) describes: one family a file, each check a function from
//! what holds to findings.

mod accounts;
mod addresses;
mod auth;
mod caller_id;
mod files;
mod login;
mod mgetty;
mod missing;
mod option_problems;
mod options;
mod ports;
mod programs;
mod reach;
mod serving;
mod unusable;

use super::Finding;
use super::effective::{Facts, Port, Ppp};
use offhook_etc::source::Tree;

/// What a check looks at.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The files.
    pub tree: &'a Tree,
    /// What is the same for every port.
    pub facts: &'a Facts,
    /// Every served port.
    pub ports: &'a [Port],
}

impl Subject<'_> {
    /// What `of` finds on each port with pppd.
    fn each<I: IntoIterator<Item = Finding>>(&self, of: impl Fn(&Port, &Ppp) -> I) -> Vec<Finding> {
        let ports = self.ports.iter().filter_map(|port| Some((port, port.ppp.as_ref()?)));
        ports.flat_map(|(port, ppp)| of(port, ppp).into_iter().map(|finding| finding.on(&port.device))).collect()
    }
}

/// A check.
type Check = fn(&Subject<'_>) -> Vec<Finding>;

/// Every check.
const CHECKS: &[&[Check]] = &[
    ports::CHECKS,
    missing::CHECKS,
    programs::CHECKS,
    mgetty::CHECKS,
    login::CHECKS,
    caller_id::CHECKS,
    auth::CHECKS,
    accounts::CHECKS,
    unusable::CHECKS,
    addresses::CHECKS,
    reach::CHECKS,
    options::CHECKS,
    serving::CHECKS,
    files::CHECKS,
];

/// All findings, in no order that matters.
pub fn all(tree: &Tree, facts: &Facts, ports: &[Port]) -> Vec<Finding> {
    let subject = Subject { tree, facts, ports };
    CHECKS.iter().copied().flatten().flat_map(|check| check(&subject)).collect()
}
