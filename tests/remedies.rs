//! Every fix that the audit proposes is applied to a copy of the example of its rule, and the copy is called: the fix cures,
//! it opens nothing, and what is predicted of the mended server is what calls show.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use offhook::audit_calls::{CallOptions, Completed, complete};
use offhook_audit::registry::{self, Example, Rule, correct};
use offhook_audit::{Audit, Severity, remedy};
use offhook_etc::read::version::PppVersion;
use offhook_etc::source::Tree;

const STACK: &str = "bookworm";

/// The mended example; `None`: files do not show the rule, or nothing in them mends it.
fn mended(rule: &Rule) -> Option<Tree> {
    let Example::Etc(samples) = rule.example() else { return None };
    if let Some(Example::Etc(mended)) = rule.mended() {
        return Some(Tree::of(correct::with(mended), false));
    }
    let tree = Tree::of(correct::with(samples), false);
    let mending = remedy::mend(&tree, PppVersion::of_release(STACK), |finding| *finding.rule == *rule);
    (!mending.done.is_empty()).then_some(mending.tree)
}

fn called(tree: &Tree) -> Audit {
    let options = CallOptions {
        programs: None,
        trusted: false,
        stack: STACK.to_owned(),
        modem: None,
        jobs: None,
        limit: Duration::from_secs(60),
        evidence: None,
    };
    let lab = || offhook_lab::ensure(&[STACK.to_owned()], &offhook_lab::Progress::for_stderr());
    let Completed { audit, called, .. } = complete(tree, lab, &options, std::future::pending::<()>());
    called.unwrap();
    audit
}

/// What calls to the mended example of a rule show that they should not.
fn wrong(rule: &Rule, tree: &Tree) -> Vec<String> {
    let audit = called(tree);
    let bad = audit.findings.iter().filter(|finding| {
        // One ring less than configured is the server's own way, and told as a note.
        let by_calls = finding.code().starts_with("called-") && finding.severity < Severity::Note;
        *finding.rule == *rule && finding.severity < Severity::Note || by_calls || finding.weight() == Severity::Danger
    });
    let bad = bad.map(|finding| format!("{}: {}", finding.code(), finding.what));
    let statements = audit.ports.iter().flat_map(|port| &port.statements);
    let refuted = statements.filter(|statement| statement.known.is_refuted());
    let refuted = refuted.map(|statement| format!("refuted: {}: {:?}", statement.text, statement.known));
    bad.chain(refuted).map(|what| format!("{}: {what}", rule.code())).collect()
}

#[test]
fn every_fix_cures_in_a_call_and_opens_nothing() {
    let mended: Vec<_> = registry::all().filter_map(|rule| Some((rule, mended(rule)?))).collect();
    assert!(mended.len() > 90, "{}", mended.len());
    let wrong: Vec<String> = mended.iter().flat_map(|(rule, tree)| wrong(rule, tree)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
