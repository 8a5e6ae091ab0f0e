//! Servers broken on purpose: the right scenario fails, and its output alone tells a stranger what is wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;

use common::{offhook, said};

const WORKING: &str = r#"scenario "alice logs in and is dropped after a minute" {
    stack "bookworm"
    server {
        port "ttyS0" answer-after=2
        ppp {
            addresses local="192.168.32.1" remote="192.168.32.105"
            require-auth "pap"
            idle "60s"
        }
        account "alice" password="secret"
        caller-id { allow "555"; deny "all" }
    }
    call from="5551234" {
        expect-answer
        ppp user="alice" password="secret"
        expect-auth "accepted"
        expect-address local="192.168.32.105" peer="192.168.32.1"
        ping "192.168.32.1" count=2
        expect-hangup after="60s" of="last-data" by="server" reason="idle"
    }
}
"#;

/// Runs the scenario with `from` replaced by `to`; gives the exit code and what was printed, without wall times.
fn run(from: &str, to: &str) -> (Option<i32>, String) {
    assert!(WORKING.contains(from), "there is something to replace");
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("call.kdl"), WORKING.replace(from, to)).unwrap();
    let output = offhook().args(["run", "call.kdl", "--out", "out"]).current_dir(directory.path()).output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", said(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    // What ran is told at the end; versions are Debian's business.
    let text = text.split("\n  kernel").next().unwrap();
    (output.status.code(), text.to_owned())
}

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings.add_filter(r" +\d+\.\d+s\n", "  [wall]\n");
    settings.add_filter(r"time in \d+\.\d+s\b", "time in [wall]");
    // The server's own programs take microseconds, another version others.
    settings.add_filter(r" (\d+)\.\d{3}(s| )", " $1.[ms]$2");
    settings.add_filter(r"/[^ \n]*/\.tmp\w+", "[directory]");
    settings
}

#[test]
fn the_server_works_before_it_is_broken() {
    let (code, text) = run("60s", "60s");
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn a_wrong_password_in_the_account_is_told() {
    let (code, text) = run("account \"alice\" password=\"secret\"", "account \"alice\" password=\"Secret\"");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("Login incorrect"), "{text}");
    settings().bind(|| insta::assert_snapshot!("wrong_password", text));
}

#[test]
fn deny_all_first_is_told() {
    let (code, text) = run("allow \"555\"; deny \"all\"", "deny \"all\"; allow \"555\"");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("denied caller"), "{text}");
    settings().bind(|| insta::assert_snapshot!("deny_all_first", text));
}

#[test]
fn a_second_too_many_is_told() {
    let (code, text) = run("idle \"60s\"", "idle \"61s\"");
    assert_eq!(code, Some(1), "{text}");
    settings().bind(|| insta::assert_snapshot!("idle_61", text));
}

#[test]
fn with_fail_fast_the_rest_is_told_as_not_run_and_only_the_failure_leaves_evidence() {
    let directory = tempfile::tempdir().unwrap();
    let wrong = WORKING.replace("account \"alice\" password=\"secret\"", "account \"alice\" password=\"Secret\"");
    fs::write(directory.path().join("call.kdl"), wrong).unwrap();
    let arguments =
        ["run", "call.kdl", "--seeds", "1..9", "--jobs", "2", "--fail-fast", "--out", "out", "--json", "all.json"];
    let output = offhook().args(arguments).current_dir(directory.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("9 runs of 1 scenario: 1 failed, 8 not run\n"), "{}", said(&output));
    assert!(
        text.contains("bookworm seed 1 ") || text.contains("bookworm seed 2 "),
        "seeds are told: {}",
        said(&output)
    );
    let report: serde_json::Value =
        serde_json::from_slice(&fs::read(directory.path().join("all.json")).unwrap()).unwrap();
    assert_eq!((&report["ended"], &report["not_run"]), (&"failed-fast".into(), &8.into()));
    let left = fs::read_dir(directory.path().join("out/call/alice-logs-in-and-is-dropped-after-a-minute")).unwrap();
    assert_eq!(left.count(), 1, "what was ended leaves nothing");
}

#[test]
fn a_program_that_never_waits_stops_time_and_what_happened_before_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let text = r#"scenario "a shell that spins" {
        server {
            port "ttyS0"
            user "bob" password="secret" shell="/bin/bash"
            file "profile" "while :; do :; done"
        }
        call {
            login user="bob" password="secret"
            expect-login "accepted"
        }
    }"#;
    fs::write(directory.path().join("call.kdl"), text).unwrap();
    let arguments = ["run", "call.kdl", "--stack", "bookworm", "--limit", "3", "--out", "out"];
    let output = offhook().args(arguments).current_dir(directory.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).contains("a program that never waits stops virtual time"), "{}", said(&output));
    let out = directory.path().join("out/call/a-shell-that-spins/bookworm");
    let transcript = fs::read_to_string(out.join("transcript.txt")).unwrap();
    assert!(transcript.contains("bob\\r") && transcript.contains("Password:"), "{transcript}");
    let left: Vec<_> = fs::read_dir(out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name == "partial-trace.jsonl"), "{left:?}");
}
