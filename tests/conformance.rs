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
