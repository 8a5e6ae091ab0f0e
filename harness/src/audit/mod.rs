//! The audit of a dial-in server's configuration: what a caller experiences on every port, and what is wrong.
//!
//! In goes the `/etc` of a server ([`source`]). Readers ([`read`]) take each file as mgetty, pppd and init take it;
//! [`effective`] puts together what holds for a port; [`statements`] says it; [`rules`] judge it. [`plan`] makes calls of
//! it for the lab and [`judge`] lays their outcome beside what was said. [`report`] and [`json`] show it all;
//! [`webmin`] reads who may change it.
//!
//! Severities decide the exit code: a correct configuration has nothing above a note, and leaves with 0.

pub mod accounts;
pub mod effective;
pub mod json;
pub mod judge;
pub mod plan;
pub mod read;
pub mod report;
pub mod rules;
pub mod source;
pub mod statements;
mod unix;
pub mod webmin;

use serde::Serialize;

use effective::{Facts, Port};
use source::{Place, Tree};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Somebody gets in who should not, or a secret is open.
    Danger,
    /// Something that is meant to work does not.
    Broken,
    /// It works, and probably not as meant.
    Warning,
    /// Worth knowing; nothing to mend. Notes do not count for the exit code.
    Note,
}

impl Severity {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Danger => "danger",
            Self::Broken => "broken",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// Something to know about a configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its stable name, `no-auth`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Where it stands; `None`: nowhere in particular, or something is missing.
    pub place: Option<Place>,
    /// Devices of the ports it concerns; empty: all, or none in particular.
    pub ports: Vec<String>,
    /// What happens.
    pub what: String,
    /// Why.
    pub why: String,
    /// How to mend it; empty for what needs no mending.
    pub mend: String,
    /// What calls in the lab showed of it, if any did.
    pub called: Option<String>,
}

impl Finding {
    /// A finding without a place.
    pub fn new(code: &'static str, severity: Severity, what: impl Into<String>) -> Self {
        let (what, why, mend) = (what.into(), String::new(), String::new());
        Self { code, severity, place: None, ports: Vec::new(), what, why, mend, called: None }
    }

    /// Where it stands.
    #[must_use]
    pub fn at(mut self, place: impl Into<Option<Place>>) -> Self {
        self.place = place.into();
        self
    }

    /// The port it concerns.
    #[must_use]
    pub fn on(mut self, device: &str) -> Self {
        self.ports.push(device.to_owned());
        self
    }

    /// Why it happens.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    /// How to mend it.
    #[must_use]
    pub fn mend(mut self, mend: impl Into<String>) -> Self {
        self.mend = mend.into();
        self
    }
}

/// One thing a caller experiences on a port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// What it is about, one word: `answer`, `auth`.
    pub topic: &'static str,
    /// What happens.
    pub text: String,
    /// What decides it, most decisive first.
    pub places: Vec<Place>,
    /// What calls in the lab showed, if any did.
    pub called: Option<String>,
}

/// What a caller experiences on one port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PortReport {
    /// Device without `/dev/`.
    pub device: String,
    /// Where it is served from.
    pub place: Place,
    /// Statements in the order of a call.
    pub statements: Vec<Statement>,
}

/// The whole audit.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// One a port, in the order of inittab or of the units.
    pub ports: Vec<PortReport>,
    /// Findings, worst first.
    pub findings: Vec<Finding>,
}

/// Audits what stands in the files, without calling.
pub fn audit(tree: &Tree) -> (Audit, Facts, Vec<Port>) {
    let facts = Facts::of(tree);
    let ports = effective::ports(tree, &facts);
    let findings = sorted(rules::all(tree, &facts, &ports));
    let reports = ports.iter().map(|port| PortReport {
        device: port.device.clone(),
        place: port.entry.place.clone(),
        statements: statements::of(&facts, port),
    });
    (Audit { ports: reports.collect(), findings }, facts, ports)
}

/// Worst first, then by place; what is the same on several ports is told once.
pub fn sorted(findings: Vec<Finding>) -> Vec<Finding> {
    let mut merged: Vec<Finding> = Vec::new();
    for finding in findings {
        let same = |known: &&mut Finding| {
            known.code == finding.code && known.place == finding.place && known.what == finding.what
        };
        match merged.iter_mut().find(same) {
            Some(known) => {
                let new = finding.ports.into_iter().filter(|port| !known.ports.contains(port));
                let new: Vec<String> = new.collect();
                known.ports.extend(new);
            }
            None => merged.push(finding),
        }
    }
    merged.sort_by(|a, b| (a.severity, &a.place, a.code).cmp(&(b.severity, &b.place, b.code)));
    merged
}

/// 0 if nothing is worse than a note, else 1.
pub fn exit_code(findings: &[Finding]) -> u8 {
    u8::from(findings.iter().any(|finding| finding.severity < Severity::Note))
}

#[cfg(test)]
pub(crate) mod tests {
    //! Trees in memory for the tests of this folder.

    use super::source::Tree;
    use super::{Audit, Severity, audit};
    use crate::scenario::{Content, Etc, RawFile};

    /// A file below `/etc`; secrets and login.config have the mode they ought to have.
    pub(crate) fn file(path: &str, text: &str) -> RawFile {
        let private = ["-secrets", "login.config", "shadow"].iter().any(|name| path.ends_with(name));
        RawFile {
            path: format!("/etc/{path}"),
            mode: if private { 0o600 } else { 0o644 },
            uid: 0,
            gid: 0,
            content: Content::File(text.as_bytes().to_vec()),
        }
    }

    /// A link below `/etc`.
    pub(crate) fn link(path: &str, target: &str) -> RawFile {
        let content = Content::Link(target.to_owned());
        RawFile { path: format!("/etc/{path}"), mode: 0o777, uid: 0, gid: 0, content }
    }

    /// A tree of those files.
    pub(crate) fn tree(files: &[(&str, &str)]) -> Tree {
        tree_with(files, Vec::new())
    }

    /// A tree of those files and more.
    pub(crate) fn tree_with(files: &[(&str, &str)], more: Vec<RawFile>) -> Tree {
        let mut all: Vec<RawFile> = files.iter().map(|(path, text)| file(path, text)).collect();
        all.extend(more);
        all.sort_by(|a, b| a.path.cmp(&b.path));
        Tree::of(Etc { files: all }, false)
    }

    /// A server with nothing wrong: two ports, PAP accounts, rules, addresses.
    pub(crate) const GOOD: &[(&str, &str)] = &[
        ("hostname", "dialin\n"),
        (
            "inittab",
            "id:2:initdefault:\nS0:2345:respawn:/sbin/mgetty -D -s 57600 -n 2 ttyS0\nS1:2345:respawn:/sbin/mgetty -D -s 57600 -n 2 ttyS1\n",
        ),
        ("mgetty/mgetty.config", "debug 4\nspeed 38400\n"),
        ("mgetty/login.config", "/AutoPPP/ - a_ppp /usr/sbin/pppd auth -chap +pap debug\n* - - /bin/login @\n"),
        ("mgetty/dialin.config", "555\n!all\n"),
        ("ppp/options", "asyncmap 0\nauth\ncrtscts\nlock\nmodem\nidle 300\nnoipv6\nms-dns 192.168.32.1\n"),
        ("ppp/options.ttyS0", "192.168.32.1:192.168.32.105\n"),
        ("ppp/options.ttyS1", "192.168.32.1:192.168.32.106\n"),
        ("ppp/pap-secrets", "alice * secret *\nbob * other *\n"),
        ("ppp/chap-secrets", "# client server secret addresses\n"),
        ("passwd", "root:x:0:0:root:/root:/bin/bash\nbob:x:1000:1000::/home/bob:/bin/sh\n"),
        ("shadow", "root:*:19700:0:99999:7:::\nbob:$6$salt$hash:19700:0:99999:7:::\n"),
    ];

    /// [`GOOD`] with some files in other words; one that is empty is left out.
    pub(crate) fn with(changes: &[(&str, &str)]) -> Tree {
        let mut files: Vec<(&str, &str)> = GOOD.to_vec();
        for (path, text) in changes {
            files.retain(|(known, _)| known != path);
            if !text.is_empty() {
                files.push((path, text));
            }
        }
        tree(&files)
    }

    /// The audit of a tree.
    pub(crate) fn audited(tree: &Tree) -> Audit {
        audit(tree).0
    }

    /// Its codes, sorted.
    pub(crate) fn codes(tree: &Tree) -> Vec<&'static str> {
        let mut codes: Vec<_> = audited(tree).findings.iter().map(|finding| finding.code).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// Whether the changes, and they alone, make this finding of this severity.
    #[track_caller]
    pub(crate) fn shows(code: &str, severity: Severity, changes: &[(&str, &str)]) {
        let found = audited(&with(changes)).findings;
        let of = found.iter().find(|finding| finding.code == code);
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
