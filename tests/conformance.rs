//! The conformance suite: every case can fail and passes on a sound end, and comes out on the stacks as is recorded.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;

use common::{offhook, said};

const MATRIX: &str = "scenarios/conformance/matrix.md";

fn top() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

#[test]
fn every_case_passes_on_a_sound_end_and_fails_with_each_of_its_faults() {
    let output = offhook().args(["conformance", "--faults"]).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn every_case_comes_out_on_the_stacks_as_the_matrix_in_the_repository_has_it() {
    let out = tempfile::tempdir().unwrap();
    let made = out.path().join("matrix.md");
    let output = offhook()
        .args(["conformance", "--out"])
        .arg(out.path().join("evidence"))
        .arg("--matrix")
        .arg(&made)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let made = std::fs::read_to_string(made).unwrap();
    let kept = top().join(MATRIX);
    if std::env::var_os("OFFHOOK_UPDATE_REFERENCE").is_some() {
        std::fs::write(&kept, &made).unwrap();
    }
    let kept = std::fs::read_to_string(kept).unwrap_or_default();
    assert!(
        kept == made,
        "{MATRIX} is behind the suite: run this test with OFFHOOK_UPDATE_REFERENCE=1, then look at it"
    );
}

#[cfg(unix)]
#[test]
fn a_program_on_a_pty_is_a_subject_and_what_it_lacks_is_told() {
    let out = tempfile::tempdir().unwrap();
    let table = out.path().join("table.json");
    // It says nothing at all: whoever expects a Configure-Request waits for it in vain.
    let run = |more: &[&str]| {
        offhook()
            .args(["conformance", "--subject", "exec sleep 600", "--name", "mute", "--case", "LCP-4.1-03", "--out"])
            .arg(out.path().join("evidence"))
            .arg("--matrix")
            .arg(&table)
            .args(more)
            .output()
            .unwrap()
    };
    let first = run(&[]);
    let text = said(&first);
    assert_eq!(first.status.code(), Some(1), "{text}");
    assert!(text.contains("new deviation") && text.contains("nothing came in"), "{text}");
    // What is known is no news.
    let known = table.with_file_name("known.json");
    std::fs::copy(&table, &known).unwrap();
    let second = run(&["--against", known.to_str().unwrap()]);
    assert_eq!(second.status.code(), Some(0), "{}", said(&second));
}

#[test]
fn a_case_that_binds_both_ends_can_fail_at_the_end_that_calls_as_well() {
    let output = offhook().args(["conformance", "--faults", "--calling"]).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

#[cfg(unix)]
#[test]
fn a_subject_that_calls_is_told_so_and_has_its_name_and_password() {
    let out = tempfile::tempdir().unwrap();
    let told = out.path().join("told");
    let subject = format!("env | grep ^OFFHOOK_ | sort > {}; exit 77", told.display());
    let output = offhook()
        .args(["conformance", "--calling", "--takes", "auth", "--case", "PAP-2-11.a", "--subject", &subject, "--out"])
        .arg(out.path().join("evidence"))
        .output()
        .unwrap();
    // Who ends with 77 is not judged.
    assert!(output.status.success() && said(&output).contains("not run"), "{}", said(&output));
    let told = std::fs::read_to_string(told).unwrap();
    let expected = [
        "OFFHOOK_AUTH=pap",
        "OFFHOOK_CASE=PAP-2-11.a",
        "OFFHOOK_LOCAL=192.168.32.1",
        "OFFHOOK_OPTIONS=",
        "OFFHOOK_PASSWORD=secret",
        "OFFHOOK_REMOTE=192.168.32.105",
        "OFFHOOK_ROLE=calling",
        "OFFHOOK_USER=alice",
    ];
    assert_eq!(told.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn a_program_that_stands_in_the_place_of_the_servers_runs_in_every_guest_and_the_result_tells_it() {
    let out = tempfile::tempdir().unwrap();
    let program = out.path().join("pppd");
    // With octets that are no text; what a shell does not come to is not read as its commands.
    std::fs::write(&program, b"#!/bin/sh\necho the other one >&2\nexit 9\n\x00\xff\xfe").unwrap();
    let json = out.path().join("result.json");
    let output = offhook()
        .args(["conformance", "--case", "LCP-4.1-03.a", "--stack", "trixie", "--out"])
        .arg(out.path().join("evidence"))
        .arg(format!("--replace=/usr/sbin/pppd={}", program.display()))
        .arg("--json")
        .arg(&json)
        .output()
        .unwrap();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("/usr/sbin/pppd (replaced) by sha256"), "{text}");
    let result: serde_json::Value = serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap();
    let file = &result["outcomes"][0]["fingerprint"]["changed"]["files"][0];
    assert_eq!((&file["file"], &file["change"]), (&"/usr/sbin/pppd".into(), &"replaced".into()));
    let refused = offhook().args(["run", "--replace", "usr/sbin/pppd=/bin/true"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
}
