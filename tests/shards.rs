//! A run divided among several machines: every share by itself, and all of them together.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use common::{offhook, said};
use serde_json::Value;

/// The program without what this machine may say of shards.
fn bare() -> Command {
    let mut command = offhook();
    let variables =
        ["OFFHOOK_SHARD", "OFFHOOK_SHARDS", "TEST_TOTAL_SHARDS", "TEST_SHARD_INDEX", "CI_NODE_TOTAL", "CI_NODE_INDEX"];
    for variable in variables.into_iter().chain(["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX", "PARALLEL_SEQ"]) {
        command.env_remove(variable);
    }
    command
}

/// What is listed, as `file: name, stack`.
fn listed(arguments: &[&str]) -> Vec<String> {
    let output = bare().args(["list", "scenarios", "--json"]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let list: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let of = |scenario: &Value| {
        let title = format!("{}: {}", text(&scenario["file"]), text(&scenario["name"]));
        let stacks = scenario["stacks"].as_array().unwrap().clone();
        stacks.into_iter().map(move |stack| format!("{title}, {}", text(&stack["stack"]))).collect::<Vec<_>>()
    };
    list["scenarios"].as_array().unwrap().iter().flat_map(of).collect()
}

#[test]
fn all_shards_together_are_the_whole_and_none_has_much_more_than_another() {
    let whole = listed(&[]);
    let mut together = BTreeSet::new();
    for index in 1..=4 {
        let share = listed(&["--shard", &format!("{index}/4")]);
        assert!(share.len() * 4 * 100 <= whole.len() * 103, "{} of {}", share.len(), whole.len());
        for one in share {
            assert!(together.insert(one.clone()), "{one} is in two shards");
        }
    }
    assert_eq!(together, whole.into_iter().collect());
}

#[test]
fn a_share_is_of_what_is_chosen_and_of_all_seeds_and_the_report_tells_which() {
    let here = tempfile::tempdir().unwrap();
    let mut together = BTreeSet::new();
    for index in 1..=2 {
        let json = here.path().join("report.json");
        let out = here.path().join(format!("out-{index}"));
        let mut command = bare();
        command.args([
            "run",
            "scenarios/first-call.kdl",
            "--filter",
            "stack(trixie) and name(refused)",
            "--seeds",
            "1..4",
        ]);
        command.args(["--shard", &format!("{index}/2"), "--json"]).arg(&json).arg("--out").arg(out);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        let report: Value = serde_json::from_slice(&fs::read(&json).unwrap()).unwrap();
        assert_eq!(report["shard"], serde_json::json!({ "index": index, "total": 2 }));
        for outcome in report["outcomes"].as_array().unwrap() {
            assert!(together.insert(outcome["seed"].as_u64().unwrap()));
        }
    }
    assert_eq!(together, (1..=4).collect());
}

#[test]
fn durations_come_from_a_history_or_a_report_and_a_share_may_be_empty() {
    let here = tempfile::tempdir().unwrap();
    let (json, out) = (here.path().join("report.json"), here.path().join("out"));
    let path = "scenarios/first-call.kdl";
    let run = bare().args(["run", path, "--json"]).arg(&json).arg("--out").arg(&out).output().unwrap();
    assert!(run.status.success(), "{}", said(&run));
    let list = |from: &std::path::Path| {
        let command = ["list", path, "--json", "--shard", "1/3", "--durations-from"];
        bare().args(command).arg(from).output().unwrap()
    };
    let by_report = list(&json);
    assert!(by_report.status.success(), "{}", said(&by_report));
    assert_eq!(list(&out).stdout, by_report.stdout);
    assert_eq!(list(&out.join("history.json")).stdout, by_report.stdout);
    let wrong = list(&here.path().join("none.json"));
    assert_eq!(wrong.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&wrong.stderr).contains("there is no such file; give a JSON report"),
        "{}",
        said(&wrong)
    );

    let mut empty = 0;
    for index in 1..=9 {
        let mut command = bare();
        command.args(["run", path, "--shard", &format!("{index}/9"), "--json"]).arg(&json).arg("--out").arg(&out);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        let report: Value = serde_json::from_slice(&fs::read(&json).unwrap()).unwrap();
        empty += usize::from(report["outcomes"].as_array().unwrap().is_empty());
    }
    assert_eq!(empty, 3, "6 runs in 9 shards");
}

#[test]
fn auto_takes_the_variables_of_the_engine_and_says_which() {
    let here = tempfile::tempdir().unwrap();
    let status = here.path().join("status");
    let list = |variables: &[(&str, &str)]| {
        let mut command = bare();
        command.args(["list", "scenarios/first-call.kdl", "--shard", "auto"]).envs(variables.iter().copied());
        command.output().unwrap()
    };
    let bazel =
        [("TEST_SHARD_INDEX", "1"), ("TEST_TOTAL_SHARDS", "2"), ("TEST_SHARD_STATUS_FILE", status.to_str().unwrap())];
    let output = list(&bazel);
    assert!(output.status.success() && status.exists(), "{}", said(&output));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "shard 2/2 by TEST_SHARD_INDEX=1 TEST_TOTAL_SHARDS=2\n");
    let output = list(&[("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "2")]);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "shard 2/2 by CI_NODE_INDEX=2 CI_NODE_TOTAL=2\n");
    let output = list(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("--shard auto: no variable says"), "{}", said(&output));
}
