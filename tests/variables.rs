//! Variables and tables of cases on the command line: what is set, what is chosen, what a failure tells, and that the line it
//! gives runs just the same again.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::fs;
use std::path::Path;
use std::process::Output;

use common::{offhook, said};

/// A table in which one row is right, one wrong, and one as wrong as it says; its port's speed is a variable.
const TABLE: &str = r#"
variable "speed" 57600
scenario "it answers" {
    stack "bookworm"
    case rings=1 set-to=1
    case "a ring early" rings=1 set-to=2
    case rings=10 set-to=9
    server { port "ttyS0" answer-after=$set-to speed=$speed; }
    call {
        expect-answer rings=$rings {
            fails "bookworm" case="rings=10 set-to=9" reason="an example: there it answers at the ninth"
        }
        hang-up
    }
}
"#;

fn run(scratch: &Path, arguments: &[&str]) -> (Output, serde_json::Value) {
    let json = scratch.join("out.json");
    let mut command = offhook();
    command.arg("run").args(arguments).arg("--out").arg(scratch.join("out")).arg("--json").arg(&json);
    let output = command.output().unwrap();
    (output, serde_json::from_slice(&fs::read(&json).unwrap_or_default()).unwrap_or_default())
}

#[test]
fn a_name_that_no_file_has_is_refused_with_those_there_are() {
    let scratch = tempfile::tempdir().unwrap();
    let (table, plain) = (scratch.path().join("table.kdl"), scratch.path().join("plain.kdl"));
    fs::write(&table, TABLE).unwrap();
    fs::write(&plain, "scenario \"x\" { server { port \"ttyS0\"; }; call { ring 1; }; }").unwrap();
    for command in ["check", "run"] {
        let output = offhook().arg(command).args([&table, &plain]).args(["--set", "sped=9600"]).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert_eq!(told, "--set sped: no such variable; did you mean speed?; there are speed\n");
    }
    let known = offhook().arg("check").args([&table, &plain]).args(["--set", "speed=9600"]).output().unwrap();
    assert_eq!(known.status.code(), Some(0), "one of the files has it: {}", said(&known));
    let wrong = offhook().arg("check").arg(&table).args(["--set", "speed=9601"]).output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("`speed` is `9601`"), "{}", said(&wrong));
}

#[test]
fn each_row_is_a_scenario_and_a_failure_tells_its_values_and_how_to_run_it_again() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("table.kdl");
    fs::write(&file, TABLE).unwrap();
    let (output, json) = run(scratch.path(), &[file.to_str().unwrap(), "--set", "speed=9600"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let outcomes = json["outcomes"].as_array().unwrap();
    let names: Vec<_> = outcomes.iter().map(|outcome| outcome["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["it answers, rings=1 set-to=1", "it answers, a ring early", "it answers, rings=10 set-to=9"],
        "{}",
        said(&output)
    );
    let verdicts: Vec<_> = outcomes.iter().map(|outcome| outcome["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["passed", "failed", "passed"]);
    assert_eq!((outcomes[1]["case"].as_str(), outcomes[1]["line"].as_u64()), (Some("a ring early"), Some(6)));
    let speed = serde_json::json!({ "name": "speed", "value": "9600", "set": true });
    assert_eq!(outcomes[1]["variables"][2], speed);
    let evidence = scratch.path().join("out/table/it-answers/a-ring-early/bookworm");
    let transcript = fs::read_to_string(evidence.join("transcript.txt")).unwrap();
    assert!(transcript.contains("with      rings=1, set-to=2, speed=9600 (--set)\n"), "{transcript}");
    assert!(fs::read_to_string(evidence.join("outcome.json")).unwrap().contains("\"9600\""));

    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("with      rings=1, set-to=2, speed=9600 (--set)"), "{told}");
    let rerun = told.lines().find_map(|line| line.trim().strip_prefix("rerun     offhook run ")).unwrap();
    let path = file.display();
    assert_eq!(rerun, format!("{path} --scenario \"it answers, a ring early\" --set speed=9600 --stack bookworm"));
    let again = ["--scenario", "it answers, a ring early", "--set", "speed=9600", "--stack", "bookworm"];
    let before = fs::read(evidence.join("trace.jsonl")).unwrap();
    let (output, json) = run(scratch.path(), &[&[file.to_str().unwrap()][..], &again[..]].concat());
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json["outcomes"].as_array().unwrap().len(), 1, "{}", said(&output));
    assert_eq!(fs::read(evidence.join("trace.jsonl")).unwrap(), before);
}

#[test]
fn a_row_is_chosen_by_its_whole_name_although_another_s_begins_with_it() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("table.kdl");
    fs::write(&file, "scenario \"x\" {\nstack \"bookworm\"\ncase n=1\ncase n=10\nserver { port \"ttyS0\" answer-after=$n; }\ncall { ring 1; }\n}")
        .unwrap();
    for (name, count) in [("x, n=1", 1), ("x, n=", 2), ("x", 2), ("n=10", 1)] {
        let (output, json) = run(scratch.path(), &[file.to_str().unwrap(), "--scenario", name]);
        assert_eq!(json["outcomes"].as_array().unwrap().len(), count, "{name}: {}", said(&output));
    }
}
