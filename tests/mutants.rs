//! Scenarios can fail: of a server with one setting changed, and of an expectation with one value changed, they say so.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::path::Path;
use std::process::Output;

use common::{offhook, root, said};
use serde_json::Value;

/// Says nothing of when and why the call ends, and of the server's address.
const WEAK: &str = r#"scenario "a call is answered and ended" {
    stack "bookworm"
    server {
        port "ttyS0" answer-after=2
        ppp {
            addresses local="192.168.32.1" remote="192.168.32.105"
            require-auth "pap"
            idle "1m"
        }
        account "alice" password="secret"
    }
    call from="5551234" {
        expect-answer rings=2
        ppp user="alice" password="secret"
        expect-auth "accepted"
        expect-address local="192.168.32.105"
        expect-hangup
    }
}
"#;

fn mutate(arguments: &[&str], here: &Path) -> (Output, Value) {
    let (out, json) = (here.join("out"), here.join("mutants.json"));
    let output =
        offhook().arg("mutate").args(arguments).arg("--out").arg(out).arg("--json").arg(&json).output().unwrap();
    let text = fs::read(&json).unwrap_or_else(|_| panic!("{}", said(&output)));
    (output, serde_json::from_slice(&text).unwrap())
}

/// The fate of the mutant of that name.
fn fate<'a>(report: &'a Value, change: &str) -> &'a str {
    let mutants = report["mutants"].as_array().unwrap();
    let found = mutants.iter().find(|mutant| mutant["change"] == change);
    found.unwrap_or_else(|| panic!("no {change} among {mutants:#?}"))["fate"].as_str().unwrap()
}

#[test]
fn of_every_folder_a_sample_is_red_or_says_why_not() {
    let here = tempfile::tempdir().unwrap();
    // The conformance suite has a proof of its own: each case names faults that it has to notice (tests/conformance.rs).
    let mut paths: Vec<String> = fs::read_dir(root().join("scenarios"))
        .unwrap()
        .map(|entry| format!("scenarios/{}", entry.unwrap().file_name().into_string().unwrap()))
        .filter(|path| !path.ends_with("conformance") && (path.ends_with(".kdl") || root().join(path).is_dir()))
        .collect();
    paths.sort();
    let arguments = paths.iter().map(String::as_str).chain(["--count", "2", "--accept", "scenarios/mutants.txt"]);
    let (output, report) = mutate(&arguments.collect::<Vec<_>>(), here.path());
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(report["survived"], 0);
    let count = |name: &str| report[name].as_u64().unwrap();
    assert!(count("red") > count("no_effect") + count("equivalent"), "{}", said(&output));
}

#[test]
fn what_a_scenario_does_not_look_at_survives_until_a_reason_is_given() {
    let here = tempfile::tempdir().unwrap();
    let file = here.path().join("weak.kdl");
    fs::write(&file, WEAK).unwrap();
    let path = file.to_str().unwrap();
    let (output, report) = mutate(&[path, "--count", "1000"], here.path());
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(fate(&report, "idle \"1m\" -> \"2m\""), "survived");
    assert_eq!(fate(&report, "addresses: local=\"192.168.32.1\" -> local=\"192.168.32.2\""), "survived");
    assert_eq!(fate(&report, "addresses: remote=\"192.168.32.105\" -> remote=\"192.168.32.106\""), "red");
    assert_eq!(fate(&report, "account \"alice\": password=\"secret\" -> password=\"secretx\""), "red");
    assert_eq!(fate(&report, "expect-answer: rings=2 -> rings=3"), "red");

    let accept = here.path().join("mutants.txt");
    let line = |change: &str| format!("survives \"weak.kdl\" #\"{change}\"# reason=\"it says nothing of that\"\n");
    let survivors: Vec<&Value> =
        report["mutants"].as_array().unwrap().iter().filter(|mutant| mutant["fate"] == "survived").collect();
    let lines: String = survivors.iter().map(|mutant| line(mutant["change"].as_str().unwrap())).collect();
    fs::write(&accept, &lines).unwrap();
    let accepted = [path, "--count", "1000", "--accept", accept.to_str().unwrap()];
    let (output, report) = mutate(&accepted, here.path());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!((report["survived"].as_u64(), report["accepted"].as_u64()), (Some(0), Some(survivors.len() as u64)));

    // Of what does not survive there is nothing to accept, nor of what is not there.
    let dead = line("expect-answer: rings=2 -> rings=3") + &line("idle \"1m\" -> \"9m\"");
    fs::write(&accept, lines + &dead).unwrap();
    let (output, report) = mutate(&accepted, here.path());
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let stale: Vec<&str> = report["stale"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let [red, none] = stale[..] else { panic!("{stale:?}") };
    assert!(red.ends_with("`expect-answer: rings=2 -> rings=3` does not survive: it is red"), "{red}");
    assert!(none.ends_with("weak.kdl has no mutant `idle \"1m\" -> \"9m\"`"), "{none}");
}

#[test]
fn a_mutant_is_run_again_by_its_place_and_written_as_a_scenario_that_fails_by_itself() {
    let here = tempfile::tempdir().unwrap();
    let (file, written) = (here.path().join("weak.kdl"), here.path().join("written"));
    fs::write(&file, WEAK).unwrap();
    let line = 1 + WEAK.lines().position(|line| line.contains("account")).unwrap();
    let place = |number: usize| format!("weak.kdl:{line}#{number}");
    let numbers = (1..20).find(|number| {
        let list = offhook().arg("mutate").arg(&file).args(["--list", "--mutant", &place(*number)]).output().unwrap();
        String::from_utf8_lossy(&list.stdout).contains("password=\"secretx\"")
    });
    let place = place(numbers.expect("the password is one of the line's mutants"));
    let arguments = [file.to_str().unwrap(), "--mutant", &place, "--write", written.to_str().unwrap()];
    let (output, report) = mutate(&arguments, here.path());
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(report["mutants"].as_array().unwrap().len(), 1);
    let run = offhook().arg("run").arg(&written).arg("--out").arg(here.path().join("again")).output().unwrap();
    assert_eq!(run.status.code(), Some(1), "{}", said(&run));
}

#[test]
fn an_account_that_nobody_uses_is_told_as_without_effect() {
    let here = tempfile::tempdir().unwrap();
    let file = here.path().join("weak.kdl");
    fs::write(&file, WEAK.replace("account", "account \"bob\" password=\"other\"\n        account")).unwrap();
    let (_, report) = mutate(&[file.to_str().unwrap(), "--count", "1000"], here.path());
    assert_eq!(fate(&report, "account \"bob\" password=\"other\" -> removed"), "no-effect");
}
