//! The audit of a dial-in server's configuration: what a caller experiences on every port, and what is wrong.
//!
//! In goes the `/etc` of a server ([`Tree`]). [`effective`] puts together what holds for a port; [`statements`] says it;
//! [`rules`] judge it, and everything they find is a [`Finding`] of the [`registry`]. [`plan`] makes calls of it for the
//! lab and [`judge`] compares their outcome with what the files say. [`webmin`] reads who may change the server, [`accept`]
//! which findings somebody accepts, [`remedy`] mends what needs no decision. [`report`], [`json`] and [`sarif`] show it all.
//!
//! This crate makes no calls and reads no clock: both are handed in.

pub mod accept;
pub mod accounts;
pub mod claim;
pub mod effective;
mod finding;
pub mod generate;
pub mod identity;
pub mod json;
pub mod judge;
mod known;
pub mod network;
pub mod offered;
pub mod plan;
mod ppp_reading;
pub mod registry;
pub mod remedy;
pub mod report;
pub mod rules;
pub mod sarif;
pub mod secrecy;
mod severity;
pub mod starting;
pub mod statements;
mod stock;
mod unix;
mod unusable;
mod usable;
pub mod webmin;

pub use finding::{Accepted, Cue, Finding, exit_code, sorted};
pub use known::Known;
pub use severity::Severity;

use offhook_etc::read::version::PppVersion;
use offhook_etc::source::{Place, Tree};
use serde::{Serialize, Serializer};

pub use claim::Claim;
use effective::{Facts, Port};
use plan::LeftOut;

/// What a statement is about, in the order of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename_all = "kebab-case"))]
pub enum Topic {
    /// After how many rings the modem answers.
    Answer,
    /// Speed and kind of the port.
    Port,
    /// Which callers are answered.
    Callers,
    /// The prompt, and who can log in there.
    Login,
    /// Whether PPP is recognised.
    Ppp,
    /// How callers authenticate.
    Auth,
    /// What one account is good for.
    Account,
    /// Addresses of server and caller.
    Address,
    /// What ends a call.
    End,
    /// What comes after a call.
    Next,
    /// DNS servers the caller is given.
    Dns,
}

impl Topic {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Port => "port",
            Self::Callers => "callers",
            Self::Login => "login",
            Self::Ppp => "ppp",
            Self::Auth => "auth",
            Self::Account => "account",
            Self::Address => "address",
            Self::End => "end",
            Self::Next => "next",
            Self::Dns => "dns",
        }
    }
}

impl Serialize for Topic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// One thing a caller experiences on a port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Statement {
    /// What it is about.
    pub topic: Topic,
    /// What happens.
    pub text: String,
    /// What decides it, most decisive first.
    pub places: Vec<Place>,
    /// The same as values.
    #[serde(skip)]
    pub claim: Claim,
    /// How it is known.
    pub known: Known,
}

/// What a caller experiences on one port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PortReport {
    /// Device without `/dev/`.
    pub device: String,
    /// Where it is served from.
    pub place: Place,
    /// Statements in the order of a call.
    pub statements: Vec<Statement>,
    /// What no call tried.
    pub left_out: Vec<LeftOut>,
}

/// The whole audit.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// One a port, in the order of inittab or of the units.
    pub ports: Vec<PortReport>,
    /// Findings, worst first.
    pub findings: Vec<Finding>,
    /// Findings that calls refute: they do not hold.
    pub withdrawn: Vec<Finding>,
    /// Whether calls were made with the server's own programs.
    pub own_programs: bool,
    /// On what the calls were made, and why there, in words; `None`: none were.
    pub called_on: Option<String>,
    /// Who may change the server through Webmin.
    pub webmin: Vec<webmin::Right>,
}

impl Audit {
    /// How many findings have that severity, without those that are accepted and dangers that cannot come to pass yet.
    pub fn count(&self, severity: Severity) -> usize {
        let of =
            |finding: &&Finding| finding.accepted.is_none() && finding.latent.is_none() && finding.severity == severity;
        self.findings.iter().filter(of).count()
    }

    /// How many dangers cannot come to pass yet, without those that are accepted.
    pub fn latent(&self) -> usize {
        self.findings.iter().filter(|finding| finding.accepted.is_none() && finding.latent.is_some()).count()
    }

    /// How many findings are accepted.
    pub fn accepted(&self) -> usize {
        self.findings.iter().filter(|finding| finding.accepted.is_some()).count()
    }
}

/// Audits what the files say, without calls, for the pppd of their release, if they tell that.
pub fn audit(tree: &Tree) -> (Audit, Facts, Vec<Port>) {
    audit_for(tree, None)
}

/// The same for that pppd.
pub fn audit_for(tree: &Tree, pppd: Option<PppVersion>) -> (Audit, Facts, Vec<Port>) {
    let facts = Facts::of(tree).with_ppp(pppd);
    let ports = effective::ports(tree, &facts);
    let findings = sorted(rules::all(tree, &facts, &ports));
    let reports = ports.iter().map(|port| PortReport {
        device: port.device.clone(),
        place: port.entry.place.clone(),
        statements: statements::of(&facts, port),
        left_out: Vec::new(),
    });
    let mut audit = Audit { ports: reports.collect(), findings, ..Audit::default() };
    judge::latent(&mut audit);
    (audit, facts, ports)
}

#[cfg(test)]
pub(crate) mod tests {
    //! Trees in memory for the tests of this folder.

    use offhook_etc::source::Tree;
    use offhook_etc::{Etc, RawFile};

    use super::{Audit, Finding, Severity, audit};
    pub(crate) use crate::registry::correct::FILES as GOOD;

    /// A tree of those files and more.
    pub(crate) fn tree_with(files: &[(&str, &str)], more: Vec<RawFile>) -> Tree {
        Tree::of(Etc::of_texts(files, more), false)
    }

    /// [`GOOD`] with some files in other words; one that is empty is left out.
    pub(crate) fn with(changes: &[(&str, &str)]) -> Tree {
        let mut files: Vec<(&str, &str)> = GOOD.to_vec();
        for (path, text) in changes {
            files.retain(|(known, _)| known != path);
            if !text.is_empty() {
                files.push((path, text));
            }
        }
        // `-> ` and a path: a link.
        let (links, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|(_, text)| text.starts_with("-> "));
        tree_with(&files, links.into_iter().map(|(path, text)| RawFile::link(path, &text[3..])).collect())
    }

    /// The audit of a tree.
    pub(crate) fn audited(tree: &Tree) -> Audit {
        audit(tree).0
    }

    /// Its codes, sorted.
    pub(crate) fn codes(tree: &Tree) -> Vec<&'static str> {
        let mut codes: Vec<_> = audited(tree).findings.iter().map(Finding::code).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// Whether the changes, and they alone, make this finding of this severity.
    #[track_caller]
    pub(crate) fn shows(code: &str, severity: Severity, changes: &[(&str, &str)]) {
        let found = audited(&with(changes)).findings;
        let of = found.iter().find(|finding| finding.code() == code);
        assert_eq!(of.map(|finding| finding.severity), Some(severity), "{code} among {found:#?}");
        assert!(!codes(&with(&[])).contains(&code), "{code} also without the change");
    }

    #[test]
    fn a_correct_configuration_has_nothing_above_a_note() {
        let audit = audited(&with(&[]));
        let bad: Vec<_> = audit.findings.iter().filter(|finding| finding.severity < Severity::Note).collect();
        assert!(bad.is_empty(), "{bad:#?}");
        assert_eq!(audit.ports.len(), 2);
    }
}
