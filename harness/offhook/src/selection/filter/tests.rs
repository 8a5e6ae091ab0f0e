//! Expressions, what they choose, and what is said of those that are wrong.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use super::{Filter, Subject};
use crate::selection::history::LastVerdict;

fn chosen(expression: &str) -> bool {
    let specs = ["RFC 1661 §4.4: the automaton".to_owned()];
    let tags = ["slow".to_owned(), "usb".to_owned()];
    let subject = Subject {
        file: Path::new("scenarios/ppp/lcp.kdl"),
        name: "a call (the first) ends, speed=9600",
        case: Some("speed=9600"),
        specs: &specs,
        tags: &tags,
        stack: "bookworm",
        known: true,
        last: LastVerdict::Failed,
    };
    Filter::parse(expression).unwrap().chooses(&subject)
}

#[test]
fn every_predicate_says_yes_and_no() {
    for (yes, no) in [
        ("name(~first)", "name(~second)"),
        ("name(ends)", "name(End)"),
        ("name(=a call (the first) ends, speed=9600)", "name(=a call)"),
        ("name(/^a .* ends,/)", "name(/^b/)"),
        (r"name(/\(the (first|last)\)/)", r"name(/\/|second/)"),
        (r"name(~\(the)", r"name(~\)the)"),
        ("file(lcp.kdl)", "file(ppp)"),
        ("file(scenarios/**)", "file(scenarios/*)"),
        ("file(ppp/*.kdl)", "file(**/ipcp.kdl)"),
        ("spec(RFC 1661)", "spec(=RFC 1661)"),
        ("stack(bookworm)", "stack(=trixie)"),
        ("tag(usb)", "tag(=us)"),
        ("tag(~us)", "tag(/^u$/)"),
        ("known()", "not known()"),
        ("last(failed)", "last(never)"),
        ("case()", "!case()"),
        ("case(9600)", "case(=9600)"),
    ] {
        assert!(chosen(yes), "{yes}");
        assert!(!chosen(no), "{no}");
    }
}

#[test]
fn and_binds_more_than_or_and_not_more_than_and() {
    assert!(chosen("known() or known() and not known()"));
    assert!(!chosen("(known() or known()) and not known()"));
    assert!(chosen("not tag(x) and not tag(y)"));
    assert!(!chosen("not (tag(x) | tag(slow))"));
    assert!(chosen("  !tag(x)&tag(slow)|tag(y)  "));
    assert!(chosen("tag(x) || tag(slow) && known()"));
}

#[test]
fn mistakes_are_told_with_their_places_and_the_nearest_word() {
    let wrong = [
        "nmae(x)",
        "name(x) stack(bookwrm)",
        "stack(bookwrm) and last(fialed)",
        "tag()",
        "known(x) or tag",
        "(name(x) or",
        "name(x))",
        "name(/[/)",
        "name(~x",
        "",
        "and tag(x)",
        "tag(x) and # tag(y)",
    ];
    let told: String = wrong.iter().map(|text| format!("{}\n", Filter::parse(text).unwrap_err())).collect();
    insta::assert_snapshot!(told);
}

#[test]
fn no_text_however_odd_panics_or_takes_long() {
    for unit in ["(", ")", "not ", "!", "name(", "name(x) and ", "a", "é(", "\\", "/", "||"] {
        for count in [1, 50, 2000] {
            let _ = Filter::parse(&unit.repeat(count));
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(name|tag|not|and|or|\\(|\\)|/|~|=|[ é\\\\x]){0,20}") {
        let _ = Filter::parse(&text);
    }
}
