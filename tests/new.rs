//! `offhook new`: what it writes reads, runs, and expects what there was.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::fs;
use std::path::Path;
use std::process::Output;

use common::{offhook, said};

fn new(file: &Path, more: &[&str]) -> Output {
    offhook().arg("new").arg(file).args(more).output().unwrap()
}

fn run(file: &Path, more: &[&str]) -> Output {
    let out = file.with_extension("out");
    offhook().arg("run").arg(file).arg("--out").arg(out).args(more).output().unwrap()
}

#[test]
fn the_example_passes_as_it_is_on_every_stack() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("mine.kdl");
    assert_eq!(new(&file, &[]).status.code(), Some(0));
    let output = run(&file, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

#[test]
fn a_file_that_is_there_is_not_written_over() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("mine.kdl");
    fs::write(&file, "mine").unwrap();
    let output = new(&file, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("mine.kdl is there already"), "{}", said(&output));
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn what_an_etc_promises_is_expected_of_it_and_passes_once_the_password_is_given() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("mine.kdl");
    let output = new(&file, &["--etc", "tests/audit/pap-inittab/etc"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let text = fs::read_to_string(&file).unwrap();
    let name = text.lines().find_map(|line| line.strip_prefix("variable \"")).and_then(|rest| rest.split('"').next());
    let name = name.unwrap_or_else(|| panic!("{text}"));
    assert!(text.contains("expect-address local="), "{text}");
    let secrets = fs::read_to_string(common::root().join("tests/audit/pap-inittab/etc/ppp/pap-secrets")).unwrap();
    let user = name.strip_prefix("password-of-").unwrap();
    let line = secrets.lines().find(|line| line.trim_matches('"').starts_with(user)).unwrap();
    let password = line.split('\t').nth(2).unwrap().trim_matches('"');
    let given = format!("{name}={password}");
    let output = run(&file, &["--set", &given]);
    assert_eq!(output.status.code(), Some(0), "{text}\n{}", said(&output));
    let output = run(&file, &["--set", &format!("{name}=wrong")]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
}

#[test]
fn a_recorded_call_happens_again() {
    let scratch = tempfile::tempdir().unwrap();
    for capture in ["first-call", "denied"] {
        let file = scratch.path().join(format!("{capture}.kdl"));
        let output = new(&file, &["--capture", &format!("captures/{capture}.pcapng")]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let text = fs::read_to_string(&file).unwrap();
        if capture == "denied" {
            assert!(text.contains("expect-no-answer"), "{text}");
            continue;
        }
        for part in
            ["expect-answer rings=2", "expect-auth \"accepted\"", "account \"alice\" password=\"secret\" file=\"pap\""]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        let output = run(&file, &[]);
        assert_eq!(output.status.code(), Some(0), "{text}\n{}", said(&output));
    }
}
