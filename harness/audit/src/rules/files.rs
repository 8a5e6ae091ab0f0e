//! Files: who may read passwords, and what could not be read.

use super::{Check, Subject};
use crate::Finding;
use crate::Severity::{Danger, Warning};
use crate::effective::{CHAP_SECRETS, PAP_SECRETS};
use crate::registry::files as rule;
use offhook_etc::Content;
use offhook_etc::source::Place;

pub(super) const CHECKS: &[Check] = &[open, unread];

fn open(subject: &Subject<'_>) -> Vec<Finding> {
    if !subject.tree.modes_known {
        return Vec::new();
    }
    let facts = subject.facts;
    let mut paths: Vec<(String, bool)> = vec![
        (PAP_SECRETS.to_owned(), !facts.pap.entries.is_empty()),
        (CHAP_SECRETS.to_owned(), !facts.chap.entries.is_empty()),
    ];
    let named = facts.pap.entries.iter().chain(&facts.chap.entries).filter_map(|entry| entry.secret.file());
    paths.extend(named.map(|path| (path, true)));
    let mut found = Vec::new();
    for (path, has_secrets) in paths {
        let Some(source) = subject.tree.source(&path) else { continue };
        let (what, severity) = match (source.mode & 0o044, source.mode & 0o022) {
            _ if !has_secrets => continue,
            (_, writable) if writable != 0 => ("changed", Danger),
            (readable, _) if readable & 0o004 != 0 => ("read", Warning),
            _ => continue,
        };
        found.push(
            Finding::new(&rule::SECRETS_OPEN, format!("passwords can be {what} by others than root"))
                .severity(severity)
                .at(Place::file(path.clone()))
                .why(format!("its mode is {:04o}", source.mode))
                .fix(format!("chmod 600 {path}")),
        );
    }
    found
}

fn unread(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for unread in &subject.tree.unread {
        found.push(
            Finding::new(&rule::FILE_UNREAD, format!("{} could not be read: {}", unread.path.display(), unread.why))
                .why("what it says is not part of this audit"),
        );
    }
    // A directory where a file should be leaves files below it.
    for path in [
        "/etc/inittab",
        PAP_SECRETS,
        CHAP_SECRETS,
        "/etc/ppp/options",
        "/etc/mgetty/login.config",
        "/etc/mgetty/dialin.config",
        "/etc/mgetty/mgetty.config",
    ] {
        let below = format!("{path}/");
        let dangling =
            subject.tree.etc.files.iter().any(|file| file.path == path && matches!(file.content, Content::Link(_)))
                && subject.tree.source(path).is_none();
        if subject.tree.etc.files.iter().any(|file| file.path.starts_with(&below)) {
            found.push(
                Finding::new(&rule::FILE_UNREAD, "this is a directory, not a file")
                    .at(Place::file(path))
                    .fix("move the directory away"),
            );
        } else if dangling {
            found.push(
                Finding::new(&rule::FILE_UNREAD, "this is a link that leads nowhere, or to a place that was not given")
                    .at(Place::file(path))
                    .fix("audit the whole machine (--root)"),
            );
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::Severity::{Danger, Warning};
    use offhook_etc::RawFile;
    use offhook_etc::source::Tree;

    use crate::tests::{GOOD, codes, tree_with};

    #[test]
    fn passwords_that_others_can_read_are_found_but_not_in_an_empty_file() {
        let with_mode = |mode, text| {
            let mut secrets = RawFile::text("ppp/pap-secrets", text);
            secrets.mode = mode;
            let others: Vec<_> = GOOD.iter().filter(|(path, _)| *path != "ppp/pap-secrets").copied().collect();
            tree_with(&others, vec![secrets])
        };
        let found = |tree: &Tree| {
            crate::tests::audited(tree).findings.into_iter().find(|f| f.code() == "secrets-open").map(|f| f.severity)
        };
        assert_eq!(found(&with_mode(0o644, "a * b *\n")), Some(Warning));
        assert_eq!(found(&with_mode(0o666, "a * b *\n")), Some(Danger));
        assert_eq!(found(&with_mode(0o640, "a * b *\n")), None);
        assert_eq!(found(&with_mode(0o644, "# none\n")), None);
    }

    #[test]
    fn links_that_lead_nowhere_and_directories_are_told() {
        assert!(codes(&tree_with(&[], vec![RawFile::link("inittab", "/nowhere")])).contains(&"file-unread"));
        assert!(codes(&tree_with(&[("inittab/x", "")], vec![])).contains(&"file-unread"));
        assert!(!codes(&tree_with(GOOD, vec![])).contains(&"file-unread"));
    }
}
