//! Remedies that are tried: what a finding proposes is applied to a copy, the copy is audited, and the remedy is kept only if
//! the finding is gone and nothing stands open that was closed.
//!
//! In goes a [`Tree`]; out comes a [`Mending`]: the mended tree, what was mended, and what is left for a person, with the
//! reason. [`diff()`] shows the difference. Calls are for whoever has the lab: they go to the mended tree like to any other.

mod cures;
mod diff;
mod draft;

use std::collections::BTreeSet;

pub use diff::diff;

use crate::claim::Claim;
use crate::registry::auth;
use crate::{Audit, Finding, PortReport, Severity, audit_for};
use draft::Draft;
use offhook_etc::read::version::PppVersion;
use offhook_etc::source::Tree;

/// More findings than this are not looked at: no server has as many.
const MOST: usize = 500;

/// A server's files, mended as far as that needs no decision of a person.
#[derive(Clone, Debug)]
pub struct Mending {
    /// The mended files.
    pub tree: Tree,
    /// What was mended, in the order in which it was; places are those of the files at that moment.
    pub done: Vec<Finding>,
    /// What was not, and why.
    pub left: Vec<(Finding, Why)>,
}

/// Why a finding is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// A person has to decide, or to know something that the files do not say.
    Person,
    /// The remedy was applied to a copy, and the finding was still there.
    NotCured,
    /// The remedy was applied to a copy, and then this was found; it was not there before, or could not come to pass.
    Opens(String),
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Person => f.write_str("a person has to do it"),
            Self::NotCured => f.write_str("tried on a copy: the finding is still there"),
            Self::Opens(what) => write!(f, "tried on a copy: then {what}"),
        }
    }
}

/// Mends what can be mended, worst first. Findings that somebody accepts, or that calls refuted, are passed over: `wanted` says
/// which are to be mended.
pub fn mend(tree: &Tree, pppd: Option<PppVersion>, wanted: impl Fn(&Finding) -> bool) -> Mending {
    let mut mending = Mending { tree: tree.clone(), done: Vec::new(), left: Vec::new() };
    let mut before = audit_for(&mending.tree, pppd).0;
    for _ in 0..MOST {
        let left = |finding: &&Finding| !mending.left.iter().any(|(known, _)| same(known, finding));
        let open = before.findings.iter().filter(|finding| !finding.fix.is_empty() && wanted(finding)).filter(left);
        // Of what holds a danger back, the danger first.
        let Some(finding) = open.min_by_key(|finding| finding.severity).cloned() else { break };
        match tried(&mending.tree, pppd, &before, &finding) {
            Ok((tree, after)) => {
                (mending.tree, before) = (tree, after);
                mending.done.push(finding);
            }
            Err(why) => mending.left.push((finding, why)),
        }
    }
    mending
}

/// Whether two are the same finding, wherever its line stands now.
pub fn same(one: &Finding, other: &Finding) -> bool {
    let file = |finding: &Finding| finding.place.as_ref().map(|place| place.file.clone());
    (one.rule, &one.what, file(one)) == (other.rule, &other.what, file(other))
}

/// The files with the remedy of one finding, if it cures it and opens nothing.
fn tried(tree: &Tree, pppd: Option<PppVersion>, before: &Audit, finding: &Finding) -> Result<(Tree, Audit), Why> {
    let cure = cures::of(finding).ok_or(Why::Person)?;
    let mut draft = Draft { etc: tree.etc.clone() };
    cure(finding, &mut draft).ok_or(Why::Person)?;
    let mended = Tree { etc: draft.etc, ..tree.clone() };
    let after = audit_for(&mended, pppd).0;
    judged(before, &after, finding)?;
    Ok((mended, after))
}

/// Whether a finding is gone, and nothing stands open instead.
fn judged(before: &Audit, after: &Audit, finding: &Finding) -> Result<(), Why> {
    let of = |audit: &Audit| audit.findings.iter().filter(|other| same(other, finding)).count();
    if of(after) >= of(before) {
        return Err(Why::NotCured);
    }
    // A section that nobody reads may be full of mistakes.
    let alive = |audit: &Audit| {
        let dead = |port: &&PortReport| port.statements.iter().any(|statement| statement.claim == Claim::Dead);
        let alive = audit.ports.iter().filter(|port| !dead(port)).map(|port| port.device.clone());
        alive.collect::<BTreeSet<String>>().len()
    };
    if alive(after) < alive(before) {
        return Err(Why::Opens("a port is dead that was served".to_owned()));
    }
    let is_new =
        |other: &&Finding| !before.findings.iter().any(|known| same(known, other) && known.weight() <= other.weight());
    // On a port that nobody answered, a remedy may bring to light what else is wrong, which is no reason to keep it so; an
    // open door is, and on a port that was answered whatever is worse than what was mended.
    let answered = |device: &String| before.ports.iter().any(|port| port.device == *device);
    let worse = |other: &&Finding| match other.weight() {
        // Where everybody got in, whoever still does got in before.
        Severity::Danger => ![&auth::NO_AUTH, &auth::NOAUTH_UNDOES_AUTH].contains(&finding.rule),
        weight => weight < finding.weight() && (other.ports.is_empty() || other.ports.iter().any(answered)),
    };
    match after.findings.iter().filter(is_new).find(worse) {
        Some(opened) => Err(Why::Opens(opened.what.clone())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
