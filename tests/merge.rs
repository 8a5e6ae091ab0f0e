//! `offhook merge`: shards of a run are one run again, and what is missing or does not belong is told.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::OnceLock;

use common::{offhook, said};
use serde_json::{Value, json};

/// A directory with a run (`whole.json`) and its three shards (`1.json` to `3.json`), each with evidence of its own.
fn runs() -> &'static Path {
    static RUNS: OnceLock<tempfile::TempDir> = OnceLock::new();
    let directory = RUNS.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap();
        let run = |name: &str, more: &[&str]| {
            let mut command = offhook();
            command.args(["run", "scenarios/first-call.kdl", "tests/page/broken.kdl"]).args(more);
            command.arg("--out").arg(directory.path().join(name)).arg("--json");
            let output = command.arg(directory.path().join(format!("{name}.json"))).output().unwrap();
            assert!(matches!(output.status.code(), Some(0 | 1)), "{}", said(&output));
        };
        run("whole", &[]);
        for shard in ["1", "2", "3"] {
            run(shard, &["--shard", &format!("{shard}/3")]);
        }
        directory
    });
    directory.path()
}

fn merge(parts: &[PathBuf], more: &[&str]) -> Output {
    offhook().arg("merge").args(parts).args(more).output().unwrap()
}

fn parts(names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(|name| runs().join(format!("{name}.json"))).collect()
}

/// A report without what differs between runs that agree.
fn compared(text: &[u8]) -> Value {
    let mut report: Value = serde_json::from_slice(text).unwrap();
    let outcomes = report["outcomes"].as_array_mut().unwrap();
    for outcome in outcomes.iter_mut() {
        for key in ["wall_ms", "boot_us", "evidence"] {
            outcome.as_object_mut().unwrap().remove(key);
        }
    }
    // By place, as a run of files that were named in another order has them.
    outcomes.sort_by_key(|outcome| ["file", "offset", "name", "stack"].map(|key| outcome[key].to_string()));
    report["sources"].as_array_mut().unwrap().sort_by_key(|source| source["file"].to_string());
    for key in ["wall_ms", "out", "shard"] {
        report.as_object_mut().unwrap().remove(key);
    }
    report
}

#[test]
fn all_shards_are_the_whole_run_but_for_times_and_places() {
    let output = merge(&parts(&["1", "2", "3"]), &["--json", "-"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let whole = compared(&fs::read(runs().join("whole.json")).unwrap());
    assert_eq!(compared(&output.stdout), whole);
    let told = String::from_utf8(output.stderr).unwrap();
    for part in ["8 runs of 4 scenarios: 6 passed, 2 failed", "FAIL      broken:", "192.168.32.106"] {
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[test]
fn every_kind_of_report_is_made_of_the_whole_with_the_ladders_of_all_shards() {
    let scratch = tempfile::tempdir().unwrap();
    let file = |name: &str| scratch.path().join(name).display().to_string();
    let (junit, html) = (file("junit.xml"), file("page.html"));
    let output = merge(&parts(&["1", "2", "3"]), &["--junit", &junit, "--html", &html]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(fs::read_to_string(junit).unwrap().matches("<testcase").count(), 8);
    let page = fs::read_to_string(html).unwrap();
    assert_eq!(page.matches("<tr data-mark=").count(), 8);
    assert!(!said(&output).contains("no ladder"), "{}", said(&output));
}

#[test]
fn evidence_that_stayed_behind_is_told_and_the_verdicts_are_there() {
    let scratch = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(runs().join("1.json")).unwrap();
    let nowhere = text.replace(&runs().display().to_string(), "/nowhere");
    fs::write(scratch.path().join("1.json"), nowhere).unwrap();
    let output = merge(&[scratch.path().join("1.json"), parts(&["2"]).remove(0), parts(&["3"]).remove(0)], &[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("the evidence of "), "{}", said(&output));
}

#[test]
fn a_shard_that_is_missing_is_named_and_is_no_success() {
    let output = merge(&parts(&["1", "3"]), &[]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(told, "error: shard 2 of 3 is missing: run with --shard N/3 what is not there\n");
    let output = merge(&parts(&["1", "2", "3", "whole"]), &[]);
    assert!(said(&output).contains("whole.json is no shard of a run of 3 shards"), "{}", said(&output));
}

#[test]
fn a_part_that_is_there_twice_counts_once() {
    let output = merge(&parts(&["1", "2", "3", "3"]), &["--json", "-"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let whole = compared(&fs::read(runs().join("whole.json")).unwrap());
    assert_eq!(compared(&output.stdout), whole);
    assert!(said(&output).contains("were there twice, and agree"), "{}", said(&output));
}

#[test]
fn a_part_that_ran_another_stack_or_contradicts_is_told() {
    let scratch = tempfile::tempdir().unwrap();
    let changed = scratch.path().join("changed.json");
    let mut report: Value = serde_json::from_slice(&fs::read(runs().join("2.json")).unwrap()).unwrap();
    for outcome in report["outcomes"].as_array_mut().unwrap() {
        outcome["fingerprint"]["files_sha256"] = json!("00");
        outcome["verdict"] = json!("skipped");
        outcome["reason"] = json!("made up");
    }
    fs::write(&changed, report.to_string()).unwrap();
    let output = merge(&[&parts(&["1", "2", "3"])[..], &[changed]].concat(), &[]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let told = said(&output);
    assert!(told.contains("changed.json ran another ") && told.contains("files differ"), "{told}");
    assert!(told.contains("do not agree; the worse counts"), "{told}");
}

#[test]
fn what_is_no_report_is_wrong_input() {
    let output = merge(&[PathBuf::from("Cargo.toml")], &[]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("cannot read Cargo.toml: it is no report of a run"), "{}", said(&output));
}
