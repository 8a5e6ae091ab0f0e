//! Identities of findings: the same finding has the same one in every run, also after lines were inserted above it.
//!
//! In go findings and the [`Tree`]; out comes, for each, a hash of its code, file, ports and the text of its line. The text
//! is the excerpt that a report may show, so no password is hashed. Findings that are equal in all that are numbered.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::Finding;
use offhook_base::hex;
use offhook_etc::source::Tree;

/// Octets of the hash that are used.
const OCTETS: usize = 16;

/// The identities of `findings`, in their order: 32 hexadecimal digits each.
pub fn identities(findings: &[Finding], tree: &Tree) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let identity = |finding: &Finding| {
        let basis = basis(finding, tree);
        let count = seen.entry(basis.clone()).or_default();
        *count += 1;
        hex(&Sha256::digest(format!("{basis}\n{count}"))[..OCTETS])
    };
    findings.iter().map(identity).collect()
}

fn basis(finding: &Finding, tree: &Tree) -> String {
    let mut ports = finding.ports.clone();
    ports.sort();
    let file = finding.place.as_ref().map_or("", |place| place.file.as_str());
    let line = finding.place.as_ref().and_then(|place| tree.excerpt(place)).unwrap_or_default();
    [finding.code(), file, &ports.join(" "), &line].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{audited, with};

    fn of(secrets: &str) -> Vec<(&'static str, String)> {
        let tree = with(&[("ppp/pap-secrets", secrets)]);
        let findings = audited(&tree).findings;
        findings.iter().map(Finding::code).zip(identities(&findings, &tree)).collect()
    }

    #[test]
    fn lines_above_do_not_change_an_identity() {
        assert_eq!(of("alice * x *\ndave *\n"), of("# one\n# two\n\nalice * x *\ndave *\n"));
    }

    #[test]
    fn every_finding_has_an_identity_of_its_own() {
        let found = of("alice * x *\ndave *\ndave *\nerin *\n");
        let columns: Vec<_> = found.iter().filter(|(code, _)| *code == "account-columns").collect();
        assert_eq!(columns.len(), 3);
        let different: std::collections::BTreeSet<_> = found.iter().map(|(_, identity)| identity).collect();
        assert_eq!(different.len(), found.len(), "{found:?}");
    }

    #[test]
    fn a_password_does_not_change_an_identity() {
        assert_eq!(of("alice * x *\ndave * one\n"), of("alice * x *\ndave * another\n"));
    }
}
