//! Every rule stands once, says what it needs to say, and its example triggers it.

#![allow(clippy::unwrap_used, clippy::panic)]
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use time::{Date, Month};

use super::*;
use crate::accept::{Acceptances, Scope};
use crate::tests::audited;
use crate::{Finding, webmin as webmin_files};
use offhook_etc::installed::{Presence, Programs};
use offhook_etc::source::Tree;
use offhook_report::Style;

/// A correct server with the files of an example in place of its own.
pub(crate) fn tree(samples: &[Sample]) -> Tree {
    Tree::of(correct::with(samples), false)
}

/// What is found in an example, if files alone show it.
pub(crate) fn found(example: &Example) -> Option<Vec<Finding>> {
    match example {
        Example::Etc(samples) => Some(audited(&tree(samples)).findings),
        Example::Webmin(samples) => {
            let directory = tempfile::tempdir().unwrap();
            fs::create_dir(directory.path().join("pap")).unwrap();
            for sample in *samples {
                let SampleContent::Text(text) = sample.content else { panic!("{}: no text", sample.path) };
                fs::write(directory.path().join(sample.path), text).unwrap();
            }
            Some(webmin_files::read(directory.path()).unwrap().1)
        }
        Example::Accept(text) => {
            let acceptances = Acceptances::read(Path::new("accepted.kdl"), text).unwrap();
            let today = Date::from_calendar_date(2026, Month::January, 1).unwrap();
            let scope = Scope { called: false, webmin: false, programs: false };
            Some(acceptances.apply(audited(&tree(&[])).findings, today, scope))
        }
        Example::Missing { files, programs } => {
            let missing = programs.iter().map(|program| ((*program).to_owned(), Presence::Missing));
            let tree = Tree { programs: Some(Programs::of(missing)), ..tree(files) };
            Some(audited(&tree).findings)
        }
        Example::Calls(_) => None,
    }
}

#[test]
fn every_example_triggers_its_rule_with_its_usual_severity() {
    for rule in all() {
        let Some(found) = found(rule.example()) else { continue };
        let severities: Vec<_> = found.iter().filter(|f| f.rule == rule).map(|f| f.severity).collect();
        let told: Vec<_> = found.iter().map(|finding| (finding.code(), &finding.what)).collect();
        assert!(!severities.is_empty(), "{} is not among {told:#?}", rule.code());
        assert!(severities.iter().all(|severity| rule.severities().contains(severity)), "{}", rule.code());
    }
}

#[test]
fn a_correct_server_shows_no_rule_but_the_one_that_every_modem_line_has() {
    let codes: Vec<_> = audited(&tree(&[])).findings.iter().map(Finding::code).collect();
    assert_eq!(codes, [login::SILENT_CALLER.code()]);
}

#[test]
fn no_code_stands_twice_and_every_code_is_a_word() {
    let codes: Vec<_> = all().map(Rule::code).collect();
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len(), "{codes:?}");
    for code in codes {
        assert!(
            code.bytes().all(|octet| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'-'),
            "{code}"
        );
    }
}

#[test]
fn every_rule_says_what_it_means_why_and_what_to_do_in_sentences_of_one_form() {
    for rule in all() {
        let code = rule.code();
        assert!(!rule.severities().is_empty(), "{code}");
        assert!((15..=90).contains(&rule.meaning().len()), "{code}: {} characters", rule.meaning().len());
        assert!(!rule.meaning().ends_with('.'), "{code}: a meaning is one line without a full stop");
        assert!(rule.why().len() > 20 && rule.why().ends_with('.'), "{code}: {}", rule.why());
        assert!(rule.fix().len() > 5 && !rule.fix().ends_with('.'), "{code}: {}", rule.fix());
    }
}

#[test]
fn a_rule_is_explained_within_the_width_of_the_screen() {
    for rule in all() {
        for line in explain(rule, Style::plain(100)).lines() {
            assert!(line.len() <= 140, "{}: {line}", rule.code());
        }
    }
    insta::assert_snapshot!("explain_noauth", explain(find("noauth-undoes-auth").unwrap(), Style::plain(80)));
    insta::assert_snapshot!("explain_called", explain(find("called-rings").unwrap(), Style::plain(60)));
}

#[test]
fn the_list_has_every_rule_at_every_width() {
    for width in [40, 80, 140] {
        let list = list(Style::plain(width));
        assert!(all().all(|rule| list.contains(rule.code())));
        let longest = list.lines().map(str::len).max().unwrap_or(0);
        assert!(longest <= width.max(60), "{longest} of {width}");
    }
    insta::assert_snapshot!("list_100", list(Style::plain(100)));
}

#[test]
fn a_code_that_is_nearly_right_is_recognised() {
    assert_eq!(nearest("noauth-undoes-aut"), Some("noauth-undoes-auth"));
    assert_eq!(nearest("NO-AUTH"), Some("no-auth"));
    assert_eq!(nearest("zzz"), None);
}

#[test]
fn the_documentation_is_what_the_registry_makes_of_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(reference::FILE);
    let made = reference();
    if std::env::var_os("OFFHOOK_UPDATE_REFERENCE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &made).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(there == made, "{} is out of date: OFFHOOK_UPDATE_REFERENCE=1 writes it again", path.display());
}
