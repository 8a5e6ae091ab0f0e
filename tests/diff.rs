//! Two results side by side: what is the same, what differs and in which packet, and what cannot be compared.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::path::Path;
use std::process::Output;

use common::{offhook, said};

/// Octets of a call whose server gives this address.
fn scenario(remote: &str) -> String {
    format!(
        r#"scenario "a call" {{
            server {{
                port "ttyS0"
                ppp {{ addresses local="10.0.0.1" remote="{remote}"; require-auth "pap"; }}
                account "alice" password="secret"
            }}
            call {{ expect-answer; ppp user="alice" password="secret"; expect-auth "accepted"; hang-up; }}
        }}"#
    )
}

fn run(file: &Path, out: &Path, arguments: &[&str]) -> Output {
    let mut command = offhook();
    command.arg("run").arg(file).arg("--out").arg(out).arg("--json").arg(out.with_extension("json"));
    let output = command.args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    output
}

fn diff(first: &Path, second: &Path) -> Output {
    offhook().arg("diff").args([first, second]).output().unwrap()
}

#[test]
fn what_differs_is_told_packet_by_packet_and_what_does_not_is_no_difference() {
    let here = tempfile::tempdir().unwrap();
    let file = here.path().join("a.kdl");
    let [first, second, third] = ["first", "second", "third"].map(|name| here.path().join(name));
    fs::write(&file, scenario("10.0.0.2")).unwrap();
    run(&file, &first, &["--stack", "bookworm"]);
    run(&file, &second, &["--stack", "bookworm", "--seed", "1"]);
    let same = diff(&first.with_extension("json"), &second);
    assert_eq!(same.status.code(), Some(0), "{}", said(&same));
    assert_eq!(String::from_utf8_lossy(&same.stdout), "1 scenario run compared: no difference\n");

    fs::write(&file, scenario("10.0.0.7")).unwrap();
    run(&file, &third, &["--stack", "bookworm"]);
    let other = diff(&first, &third);
    assert_eq!(other.status.code(), Some(1), "{}", said(&other));
    let text = String::from_utf8(other.stdout).unwrap().replace(&here.path().display().to_string(), "HERE");
    insta::assert_snapshot!(text);
    // The evidence of one scenario is a result, too.
    let one = |out: &Path| out.join("a/a-call/bookworm");
    assert_eq!(diff(&one(&first), &one(&third)).status.code(), Some(1));
}

#[test]
fn another_seed_is_another_run_and_another_stack_the_same_scenario() {
    let here = tempfile::tempdir().unwrap();
    let file = here.path().join("a.kdl");
    let [first, second] = ["first", "second"].map(|name| here.path().join(name));
    fs::write(&file, scenario("10.0.0.2")).unwrap();
    let compared = run(&file, &first, &["--compare", "bookworm,trixie"]);
    let text = String::from_utf8(compared.stdout).unwrap();
    let (_, compared) = text.split_once("\nbookworm (-) and trixie (+)\n").unwrap_or_else(|| panic!("{text}"));
    assert!(compared.contains("1 scenario run compared: "), "{text}");
    // What Magic-Numbers the two choose is no difference.
    assert!(!compared.contains("0x780df444"), "{text}");

    run(&file, &second, &["--seeds", "2..3"]);
    let nothing = diff(&first, &second);
    assert_eq!(nothing.status.code(), Some(2), "{}", said(&nothing));
    assert!(String::from_utf8_lossy(&nothing.stderr).starts_with("the two have no scenario run in common"));
}

#[test]
fn what_is_no_result_or_has_no_traces_is_told() {
    let here = tempfile::tempdir().unwrap();
    let file = here.path().join("a.kdl");
    let out = here.path().join("out");
    fs::write(&file, scenario("10.0.0.2")).unwrap();
    run(&file, &out, &["--stack", "trixie"]);
    let json = out.with_extension("json");
    let none = diff(&json, here.path().join("none").as_path());
    assert_eq!(none.status.code(), Some(2), "{}", said(&none));
    fs::remove_dir_all(&out).unwrap();
    let bare = diff(&json, &json);
    assert_eq!(bare.status.code(), Some(2), "{}", said(&bare));
    assert!(
        String::from_utf8_lossy(&bare.stderr).contains("1 of its scenario runs have no trace.jsonl"),
        "{}",
        said(&bare)
    );
}
