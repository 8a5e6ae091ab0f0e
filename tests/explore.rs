//! A scenario that is disturbed: trials, their journal, shares of them, and what is written of what a server does not survive.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Output;

use common::{offhook, said};
use serde_json::Value;

const SCENARIO: &str = r#"scenario "a caller gets in" {
    stack "trixie"
    server {
        port "ttyS0" speed=57600 answer-after=2
        ppp { addresses local="192.168.32.1" remote="192.168.32.105"; require-auth "pap"; }
        account "alice" password="secret"
    }
    call from="5551234" {
        expect-answer rings=2
        ppp user="alice" password="secret"
        expect-up
        hang-up
    }
}
"#;

/// Who hangs up when there is carrier leaves mgetty at its prompt, on a port that it has not yet set to be hung up: it waits
/// there until the next caller rings, whose first ring it does not count (docs/findings/mgetty.md).
const FOUND: &str = r#"{"trial":{"matter":0,"disturbances":[[{"event":"connected","nth":1,"later":{"secs":0,"nanos":0}},"hang-up"]]},"violations":[{"of":"expect-answer","expected":"off hook after 2 rings","actual":"off hook after 3 rings"}]}"#;
const CAUSE: &str = "expect-answer: off hook after # rings";

struct Place {
    directory: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("in.kdl"), SCENARIO).unwrap();
        Self { directory }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn explore(&self, arguments: &[&str]) -> Output {
        let mut command = offhook();
        command.current_dir(self.directory.path()).args(["explore", "in.kdl", "--out", "out"]).args(arguments);
        command.output().unwrap()
    }

    fn report(&self, arguments: &[&str]) -> (Output, Value) {
        let output = self.explore(&[arguments, &["--json", "report.json"]].concat());
        let text = fs::read(self.path("report.json")).unwrap_or_else(|_| panic!("{}", said(&output)));
        (output, serde_json::from_slice(&text).unwrap())
    }

    /// A journal, `j`, of one trial that finds nothing and one that found something.
    fn with_found() -> Self {
        let place = Self::new();
        let output = place.explore(&["--runs", "1", "--journal", "j"]);
        assert!(output.status.success(), "{}", said(&output));
        append(&place.path("j"), &format!("{FOUND}\n"));
        place
    }

    fn trials(&self, journal: &str) -> Vec<String> {
        let text = fs::read_to_string(self.path(journal)).unwrap();
        text.lines().skip(1).map(|line| serde_json::from_str::<Value>(line).unwrap()["trial"].to_string()).collect()
    }
}

fn append(path: &Path, text: &str) {
    fs::OpenOptions::new().append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

#[test]
fn a_journal_is_gone_on_with_and_shares_are_merged() {
    let place = Place::new();
    let output = place.explore(&["--runs", "3", "--journal", "j"]);
    assert!(output.status.success(), "{}", said(&output));
    // As a run leaves it that was killed while it wrote.
    append(&place.path("j"), r#"{"trial":{"mat"#);
    let output = place.explore(&["--runs", "3", "--journal", "j"]);
    assert!(output.status.success(), "{}", said(&output));
    let trials = place.trials("j");
    assert_eq!((trials.len(), trials.iter().collect::<BTreeSet<_>>().len()), (6, 6));

    for (share, journal) in [("1/2", "one"), ("2/2", "two")] {
        let output = place.explore(&["--runs", "2", "--shard", share, "--journal", journal]);
        assert!(output.status.success(), "{}", said(&output));
    }
    let (one, two) = (place.trials("one"), place.trials("two"));
    assert!(one.iter().all(|trial| !two.contains(trial)), "{one:?} {two:?}");
    let (output, report) = place.report(&["--runs", "0", "--merge", "one", "--merge", "two"]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(report["trials"], 4);
    assert!(said(&output).contains("not tried: "), "{}", said(&output));

    fs::write(place.path("in.kdl"), SCENARIO.replace("57600", "38400")).unwrap();
    let output = place.explore(&["--runs", "1", "--journal", "j"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("is not what is explored now"), "{}", said(&output));
}

#[test]
fn a_violation_is_written_as_a_scenario_that_fails_by_itself_and_is_known_or_told() {
    let place = Place::with_found();
    let (output, report) = place.report(&["--runs", "0", "--journal", "j"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let causes = report["causes"].as_array().unwrap();
    let [cause] = &causes[..] else { panic!("{causes:#?}") };
    assert_eq!((&cause["cause"], &cause["count"]), (&CAUSE.into(), &1.into()));
    assert!(!said(&output).contains("did not show it again"), "{}", said(&output));
    let file = place.path(cause["written"].as_str().unwrap());
    assert!(fs::read_to_string(&file).unwrap().contains("disturb \""));
    assert!(Path::new(cause["evidence"].as_str().unwrap()).join("capture.pcapng").is_file());
    let alone = offhook().args(["run", "--out"]).arg(place.path("alone")).arg(&file).output().unwrap();
    assert_eq!(alone.status.code(), Some(1), "{}", said(&alone));
    assert!(said(&alone).contains("off hook after 3 rings"), "{}", said(&alone));

    let known = |text: &str| {
        fs::write(place.path("known.kdl"), text).unwrap();
        place.explore(&["--runs", "0", "--journal", "j", "--known", "known.kdl"])
    };
    let entry = format!("known \"{CAUSE}\" stack=\"trixie\" reason=\"mgetty waits at its prompt\"\n");
    let output = known(&entry);
    assert!(output.status.success(), "{}", said(&output));
    // Of two trials that says nothing.
    let output = known(&format!("{entry}known \"spins: *\" reason=\"so\"\n"));
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("1 known violation not seen, which says nothing"), "{}", said(&output));
}

#[test]
fn what_fails_as_it_is_is_not_explored_and_endless_strategies_need_a_budget() {
    let place = Place::new();
    fs::write(place.path("in.kdl"), SCENARIO.replace("rings=2", "rings=3")).unwrap();
    let output = place.explore(&["--strategy", "walk"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let (output, report) = place.report(&["--strategy", "walk", "--runs", "5"]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(report["unexplored"][0]["why"], "it fails as it is");
    assert_eq!(report["trials"], 0);
}

#[test]
fn what_is_known_of_the_servers_of_the_lab_is_known_of_this_one() {
    let place = Place::with_found();
    let known = common::root().join("docs/findings/known.kdl");
    let output = place.explore(&["--runs", "0", "--journal", "j", "--known", known.to_str().unwrap()]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("1 cause, 1 known"), "{}", said(&output));
}
