//! The command line: what it prints and the exit codes by which scripts know how it went.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::process::{Output, Stdio};

use common::{offhook, said};

fn run(arguments: &[&str]) -> Output {
    offhook().args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Names of this machine's directories and of temporary ones, taken out.
fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings
}

#[test]
fn help_tells_what_there_is() {
    let help = ["--help", "run --help", "check --help", "lab --help", "audit --help"].map(|words| {
        let output = run(&words.split(' ').collect::<Vec<_>>());
        assert!(output.status.success(), "{}", said(&output));
        format!("$ offhook {words}\n\n{}", stdout(&output))
    });
    settings().bind(|| insta::assert_snapshot!("help", help.join("\n")));
}

#[test]
fn the_repositorys_scenarios_read_without_a_mistake() {
    let output = run(&["check", "scenarios"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(stdout(&output).contains("files read without a mistake"), "{}", said(&output));
}

#[test]
fn a_mistake_in_a_scenario_is_exit_code_2_for_check_and_run_alike() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("wrong.kdl");
    fs::write(&file, "scenario \"x\" { server { prot \"ttyS0\" }; call { hang-up } }\n").unwrap();
    for command in ["check", "run"] {
        let output = run(&[command, file.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(stderr(&output).contains("`port`"), "{}", said(&output));
    }
}

#[test]
fn a_wrong_command_line_is_exit_code_2() {
    for words in [&["run"][..], &["run", "scenarios", "--stack", "potato"], &["run", "scenarios", "--seeds", "5..1"]] {
        let output = run(words);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(!output.stderr.is_empty());
    }
}

#[test]
fn a_reader_who_has_heard_enough_is_no_reason_to_fail() {
    let mut child =
        offhook().args(["check", "scenarios"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(output.stderr.is_empty(), "{}", said(&output));
}

#[test]
fn an_output_directory_that_cannot_be_made_is_told_by_its_name() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let output = offhook()
        .args(["run", "scenarios/first-call.kdl", "--stack", "bookworm", "--out"])
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let text = stdout(&output);
    assert!(text.contains("making the evidence directory") && text.contains("--out"), "{}", said(&output));
}

#[test]
fn a_choice_that_leaves_nothing_to_run_is_told_and_no_success() {
    let output = run(&["run", "scenarios", "--scenario", "no scenario is called that"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(stderr(&output).contains("nothing to run"), "{}", said(&output));
}

#[test]
fn a_shell_in_the_lab_has_the_stacks_files_and_gives_its_exit_status() {
    let output = run(&["lab", "shell", "bookworm", "--", "/bin/sh", "-c", "hostname; ls /usr/sbin/mgetty; exit 7"]);
    assert_eq!(output.status.code(), Some(7), "{}", said(&output));
    assert!(stdout(&output).contains("dialin"), "{}", said(&output));
    assert!(stdout(&output).contains("/usr/sbin/mgetty"), "{}", said(&output));
}

#[test]
fn an_untrusted_server_is_rung_the_same_way() {
    let out = tempfile::tempdir().unwrap();
    let arguments =
        ["run", "scenarios/serial-ports/answer-after.kdl", "--scenario", "answers a caller without caller ID"];
    let output = offhook()
        .args(arguments)
        .args(["--stack", "bookworm", "--untrusted", "--out"])
        .arg(out.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

#[test]
fn status_shows_the_fingerprint_that_reports_carry() {
    // Built here if nothing has built it yet.
    let built = run(&["lab", "build"]);
    assert!(built.status.success(), "{}", said(&built));
    let text = stdout(&run(&["lab", "status"]));
    for word in ["kernel", "linux-source-", "bookworm", "trixie", "mgetty 1.2.1", "ppp 2.", "sha256"] {
        assert!(text.contains(word), "{word} is missing from\n{text}");
    }
}
