//! What is accepted, what is not, and what is wrong with a file of acceptances.

#![allow(clippy::unwrap_used)]
use time::Month;

use super::*;
use crate::Severity;
use crate::finding::{exit_code, sorted};
use crate::tests::{audited, with};
use offhook_schema::Style;

const ALL: Scope = Scope { called: true, webmin: true, programs: true };

fn today() -> Date {
    Date::from_calendar_date(2026, Month::November, 26).unwrap()
}

/// Both ports let everybody in: one by its own options file, the other likewise.
const OPEN: &[(&str, &str)] = &[
    ("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd\n* - - /bin/login @\n"),
    ("ppp/options.ttyS0", "192.168.32.1:192.168.32.105\nnoauth\n"),
    ("ppp/options.ttyS1", "192.168.32.1:192.168.32.106\nnoauth\n"),
];

fn applied(changes: &[(&str, &str)], text: &str, scope: Scope) -> Vec<Finding> {
    let acceptances = Acceptances::read(Path::new("accepted.kdl"), text).unwrap();
    sorted(acceptances.apply(audited(&with(changes)).findings, today(), scope))
}

/// Code and whether it is accepted, of what is worse than a note.
fn told(findings: &[Finding]) -> Vec<(&'static str, bool)> {
    let bad = findings.iter().filter(|finding| finding.severity < Severity::Note);
    bad.map(|finding| (finding.code(), finding.accepted.is_some())).collect()
}

#[test]
fn an_accepted_finding_does_not_count_and_keeps_its_reason() {
    let findings =
        applied(OPEN, "accept \"noauth-undoes-auth\" reason=\"an isolated lab\" until=\"2026-11-26\"\n", ALL);
    assert_eq!(told(&findings), [("noauth-undoes-auth", true), ("noauth-undoes-auth", true)]);
    assert_eq!(exit_code(&findings, Severity::Warning), 0);
    let accepted = findings.iter().find_map(|finding| finding.accepted.clone()).unwrap();
    assert_eq!((accepted.reason.as_str(), accepted.until.as_deref()), ("an isolated lab", Some("2026-11-26")));
    assert_eq!(accepted.place, Place::line("accepted.kdl", 1));
}

#[test]
fn a_place_or_a_port_limits_what_is_accepted() {
    for text in [
        "accept \"noauth-undoes-auth\" port=\"ttyS0\" reason=\"r\"",
        "accept \"noauth-undoes-auth\" at=\"/etc/ppp/options.ttyS0\" reason=\"r\"",
        "accept \"noauth-undoes-auth\" at=\"/etc/ppp/options.ttyS0:2\" port=\"/dev/ttyS0\" reason=\"r\"",
    ] {
        let findings = applied(OPEN, text, ALL);
        assert_eq!(told(&findings), [("noauth-undoes-auth", false), ("noauth-undoes-auth", true)], "{text}");
        assert_eq!(exit_code(&findings, Severity::Danger), 1, "{text}");
    }
}

#[test]
fn of_a_finding_on_two_ports_the_port_that_is_not_accepted_still_counts() {
    let both = &[("ppp/options", "auth\nlockk\n")];
    let findings = applied(both, "accept \"option-unknown\" port=\"ttyS1\" reason=\"r\"", ALL);
    let ports: Vec<_> = findings
        .iter()
        .filter(|finding| finding.code() == "option-unknown")
        .map(|finding| (finding.ports.clone(), finding.accepted.is_some()))
        .collect();
    assert_eq!(ports, [(vec!["ttyS0".to_owned()], false), (vec!["ttyS1".to_owned()], true)]);
}

#[test]
fn an_expired_acceptance_accepts_nothing_and_is_a_warning() {
    let findings = applied(OPEN, "accept \"noauth-undoes-auth\" reason=\"r\" until=\"2026-11-25\"", ALL);
    let expected = [("noauth-undoes-auth", false), ("noauth-undoes-auth", false), ("acceptance-expired", false)];
    assert_eq!(told(&findings), expected);
}

#[test]
fn an_acceptance_that_matches_nothing_is_a_warning() {
    let findings = applied(&[], "\naccept \"no-auth\" reason=\"r\"", ALL);
    assert_eq!(told(&findings), [("acceptance-stale", false)]);
    assert_eq!(findings.iter().find_map(|f| f.place.clone()), Some(Place::line("accepted.kdl", 2)));
}

#[test]
fn an_acceptance_of_what_was_not_looked_at_is_not_stale() {
    let text = "accept \"called-rings\" reason=\"r\"\naccept \"webmin-ports\" reason=\"r\"\n";
    assert_eq!(told(&applied(&[], text, Scope { called: false, webmin: false, programs: false })), []);
    assert_eq!(told(&applied(&[], text, ALL)), [("acceptance-stale", false); 2]);
}

#[test]
fn every_mistake_of_a_file_is_shown_with_its_place() {
    let text = "acept \"no-auth\" reason=\"r\"\naccept reason=\"r\"\naccept \"no-aut\" reason=\"r\"\naccept \"no-auth\"\n\
                accept \"no-auth\" reason=\"\" until=\"2026-02-30\"\naccept \"no-auth\" \"x\" reason=1 colour=\"red\"\n\
                accept \"acceptance-stale\" reason=\"r\"\naccept \"no-auth\" reason=\"r\" at=\":3\" reason=\"r\"\n\
                accept 5 reason=\"r\" { x; }\n";
    let errors = Acceptances::read(Path::new("accepted.kdl"), text).unwrap_err();
    insta::assert_snapshot!(errors.render(Style { unicode: false, ..Style::PLAIN }));
}

#[test]
fn a_file_that_is_not_there_or_not_kdl_is_an_error() {
    let gone = Acceptances::load(Path::new("/nowhere/accepted.kdl")).unwrap_err().to_string();
    assert!(gone.contains("no such file"), "{gone}");
    for text in ["accept {", "\"", "accept \"a\" reason=", "}"] {
        assert!(Acceptances::read(Path::new("x"), text).is_err(), "{text}");
    }
    assert_eq!(Acceptances::read(Path::new("x"), "// nothing\n"), Ok(Acceptances::default()));
}
