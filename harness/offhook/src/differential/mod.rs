//! What an audit predicts against what its calls show, on made-up configurations: where the two differ, one of them is wrong.
//!
//! In go [`Generated`] servers and a lab; out come [`Difference`]s, of each kind the first server that shows it, cut down to
//! the fewest lines that still do ([`shrink`]).

pub mod shrink;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use offhook_audit::generate::{Generated, tree_of};
use offhook_audit::remedy::{self, same};
use offhook_audit::{Audit, Finding, Known, Severity};
use offhook_etc::read::version::PppVersion;
use offhook_etc::source::Tree;
use offhook_lab::Lab;

use crate::audit_calls::{CallOptions, Completed, Stopped, complete};
use crate::stacks::like;

/// A way in which a prediction and a call differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Of which kind: the statement's topic or the finding's code, and what the server said, without numbers.
    pub kind: String,
    /// What differs, in words.
    pub what: String,
}

/// All differences of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The first server that shows it.
    pub first: Generated,
    /// What differs there.
    pub what: String,
    /// How many servers show it.
    pub count: usize,
}

/// What came of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Servers that were called.
    pub servers: usize,
    /// Statements that calls showed, refuted, and that none tried.
    pub statements: [usize; 3],
    /// Differences by kind.
    pub kinds: BTreeMap<String, Kind>,
    /// Findings that are worse than a note on servers of careful administrators: nothing is wrong there.
    pub careful: BTreeMap<&'static str, Kind>,
}

/// How servers are compared.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'a> {
    /// Where they are called.
    pub lab: &'a Lab,
    /// How.
    pub options: &'a CallOptions,
    /// Whether what can be mended is mended on a copy, and the copy called as well.
    pub fix: bool,
}

impl Comparison<'_> {
    /// Audits one server and calls it; with where the calls differ from what was predicted, of it and of its mended copy.
    ///
    /// # Errors
    ///
    /// If the lab could not make the calls.
    pub fn audited(&self, files: &[(String, String)]) -> Result<(Audit, Vec<Difference>), Stopped> {
        let tree = tree_of(files);
        let audit = self.called(&tree)?;
        let mut found = differences(&audit);
        if self.fix {
            found.extend(self.mended(&tree, &audit)?);
        }
        Ok((audit, found))
    }

    fn called(&self, tree: &Tree) -> Result<Audit, Stopped> {
        let Completed { audit, called, .. } =
            complete(tree, || Ok(self.lab.clone()), self.options, std::future::pending::<()>());
        called.map(|_| audit)
    }

    /// Where calls to the mended copy differ from what is predicted of it, or show that a remedy does not cure, or opens.
    fn mended(&self, tree: &Tree, before: &Audit) -> Result<Vec<Difference>, Stopped> {
        let withdrawn = |finding: &Finding| before.withdrawn.iter().any(|known| same(known, finding));
        let pppd = PppVersion::of_release(&like(&self.options.stack));
        let mending = remedy::mend(tree, pppd, |finding| !withdrawn(finding));
        if mending.done.is_empty() {
            return Ok(Vec::new());
        }
        let after = self.called(&mending.tree)?;
        let mut found = differences(&after);
        let still = mending.done.iter().filter(|cured| after.findings.iter().any(|known| same(known, cured)));
        found.extend(still.map(|cured| Difference {
            kind: format!("not cured: {}", cured.code()),
            what: format!("a remedy was taken, and this is still there: {}", cured.what),
        }));
        let open = |audit: &Audit| {
            let dangers = audit.findings.iter().filter(|finding| finding.weight() == Severity::Danger);
            dangers.cloned().collect::<Vec<Finding>>()
        };
        let (closed, opened) = (open(before), open(&after));
        // Where anybody got in, whoever still does got in before.
        let new = opened.iter().filter(|_| closed.is_empty());
        found.extend(new.map(|danger| Difference {
            kind: format!("opened: {}", danger.code()),
            what: format!("a remedy opened what was closed: {}", danger.what),
        }));
        for difference in &mut found {
            difference.kind.insert_str(0, "mended copy: ");
        }
        Ok(found)
    }
}

/// Where the calls of an audit differ from its predictions.
pub fn differences(audit: &Audit) -> Vec<Difference> {
    let statements = audit.ports.iter().flat_map(|port| &port.statements).filter_map(|statement| {
        let Known::Refuted { saw, said, .. } = &statement.known else { return None };
        let cause = said.as_deref().unwrap_or(saw);
        let kind = format!("{}: {}", statement.topic.word(), without_numbers(cause));
        let said = said.as_deref().map_or_else(String::new, |said| format!(" ({said})"));
        Some(Difference { kind, what: format!("predicted: {}; the calls: {saw}{said}", statement.text) })
    });
    // Found by calls alone: one ring less than configured is the server's own way, and told as a note.
    let found = audit.findings.iter().filter(|finding| finding.code().starts_with("called-"));
    let found = found.filter(|finding| finding.severity < Severity::Note).map(|finding| Difference {
        kind: format!("{}: {}", finding.code(), without_numbers(&finding.why)),
        what: format!("{}: {}", finding.what, finding.why),
    });
    let withdrawn = audit.withdrawn.iter().map(|finding| Difference {
        kind: format!("withdrawn: {}", finding.code()),
        what: format!("{}; the calls: {}", finding.what, finding.known.saw().unwrap_or_default()),
    });
    statements.chain(found).chain(withdrawn).collect()
}

/// Numbers differ from server to server, those in names of devices too.
fn without_numbers(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_digit()).take(100).collect()
}

/// Compares servers, several at once. `tell` hears of each that is done; `stop` ends it early.
///
/// # Errors
///
/// If the lab could not make the calls.
pub fn compare(
    servers: Vec<Generated>,
    comparison: Comparison<'_>,
    tell: &(dyn Fn(usize) + Sync),
    stop: &AtomicBool,
) -> Result<Compared, Stopped> {
    let options = comparison.options;
    let jobs = options.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let one = CallOptions { jobs: Some(1), ..options.clone() };
    let comparison = Comparison { options: &one, ..comparison };
    let (next, compared, failed) = (AtomicUsize::new(0), Mutex::new(Compared::default()), Mutex::new(None));
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some(server) = servers.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    match comparison.audited(&server.files) {
                        Ok((audit, differences)) => {
                            let mut compared = compared.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                            compared.take(server, &audit, differences);
                            tell(compared.servers);
                        }
                        Err(stopped) => {
                            stop.store(true, Ordering::Relaxed);
                            failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(stopped);
                        }
                    }
                }
            });
        }
    });
    match failed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        Some(stopped) => Err(stopped),
        None => Ok(compared.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)),
    }
}

impl Compared {
    /// Takes in what came of a server.
    fn take(&mut self, server: &Generated, audit: &Audit, differences: Vec<Difference>) {
        self.servers += 1;
        for statement in audit.ports.iter().flat_map(|port| &port.statements) {
            match statement.known {
                Known::Shown { .. } => self.statements[0] += 1,
                Known::Refuted { .. } => self.statements[1] += 1,
                Known::NotTried { .. } | Known::Predicted => self.statements[2] += 1,
            }
        }
        let mut seen = Vec::new();
        for Difference { kind, what } in differences {
            if !seen.contains(&kind) {
                seen.push(kind.clone());
                count(self.kinds.entry(kind), server, what);
            }
        }
        if server.careful {
            for finding in audit.findings.iter().filter(|finding| finding.severity < Severity::Note) {
                count(self.careful.entry(finding.code()), server, finding.what.clone());
            }
        }
    }
}

fn count<K: Ord>(entry: std::collections::btree_map::Entry<'_, K, Kind>, server: &Generated, what: String) {
    let kind = entry.or_insert_with(|| Kind { first: server.clone(), what: what.clone(), count: 0 });
    kind.count += 1;
    // Threads end in any order, and what is told is the same every time.
    if server.index < kind.first.index {
        (kind.first, kind.what) = (server.clone(), what);
    }
}
