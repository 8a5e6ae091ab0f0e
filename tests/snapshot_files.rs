//! `snapshot`: what was exchanged is compared with what somebody accepted, packet by packet, and reviewed.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use common::{offhook, said};

/// A scenario file in a directory of its own.
fn scenario(directory: &Path, dns: &str) -> PathBuf {
    let file = directory.join("mine.kdl");
    let text = format!(
        r#"scenario "it negotiates" {{
    stack "trixie"
    snapshot "packets" of="negotiation"
    snapshot "prompt" of="login" call=1
    server {{
        port "ttyS0" answer-after=1
        ppp {{ addresses local="10.0.0.1" remote="10.0.0.2"; require-auth "pap"; {dns} }}
        account "alice" password="secret"
    }}
    call {{ expect-answer; ppp user="alice" password="secret"; hang-up; }}
}}
"#
    );
    fs::write(&file, text).unwrap();
    file
}

fn run(file: &Path, mode: &str) -> Output {
    let out = file.with_file_name("out");
    offhook().arg("run").arg(file).args(["--snapshot", mode]).arg("--out").arg(out).output().unwrap()
}

fn review(file: &Path, more: &[&str]) -> Output {
    offhook().arg("review").arg(file).args(more).output().unwrap()
}

fn snapshots(file: &Path) -> Vec<String> {
    let entries = fs::read_dir(file.with_file_name("snapshots"));
    let names = entries.into_iter().flatten().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[test]
fn what_is_new_waits_is_accepted_and_then_compared_packet_by_packet() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scenario(scratch.path(), "");
    let output = run(&file, "check");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("there is no such snapshot yet"), "{}", said(&output));
    assert_eq!(snapshots(&file), [] as [&str; 0], "nothing is written by looking");

    assert_eq!(run(&file, "new").status.code(), Some(1));
    let names = ["mine__it-negotiates__packets.snap", "mine__it-negotiates__prompt.snap"];
    assert_eq!(snapshots(&file), names.map(|name| format!("{name}.new")));
    let output = review(&file, &[]);
    assert_eq!(output.status.code(), Some(1), "nobody answered: they wait\n{}", said(&output));
    assert_eq!(review(&file, &["--accept"]).status.code(), Some(0));
    assert_eq!(snapshots(&file), names);
    let text = fs::read_to_string(file.with_file_name("snapshots").join(names[0])).unwrap();
    assert!(text.starts_with("---\nsource: \""), "{text}");
    assert!(text.contains("\n→ [LCP ConfReq id=0x1 <asyncmap 0x0> <magic *> <pcomp> <accomp>]\n"), "{text}");
    assert!(text.contains("\n← [PAP AuthAck id=0x1 \"Login ok\"]\n"), "{text}");
    let output = run(&file, "check");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));

    // The server gives a DNS server now.
    scenario(scratch.path(), "dns \"9.9.9.9\";");
    let output = run(&file, "new");
    let told = said(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    for part in ["snapshot: ", "- ← [IPCP ", "+ ← [IPCP ", "with <ms-dns1 9.9.9.9>"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let output = review(&file, &["--reject"]);
    assert!(said(&output).contains("with <ms-dns1 9.9.9.9>"), "{}", said(&output));
    assert_eq!(run(&file, "check").status.code(), Some(1), "what was rejected is still not right");
    assert_eq!(run(&file, "write").status.code(), Some(0));
    assert_eq!(run(&file, "check").status.code(), Some(0));
}

#[test]
fn a_snapshot_that_no_scenario_names_is_told_and_removed_if_one_says_so() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scenario(scratch.path(), "");
    let directory = file.with_file_name("snapshots");
    fs::create_dir(&directory).unwrap();
    fs::write(directory.join("mine__it-negotiates__old.snap"), "---\nsource: x\n---\nold\n").unwrap();
    let output = review(&file, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("no scenario names it: "), "{}", said(&output));
    assert_eq!(snapshots(&file).len(), 1);
    review(&file, &["--remove-unreferenced"]);
    assert_eq!(snapshots(&file).len(), 0);
}

#[test]
fn each_of_several_stacks_has_a_snapshot_of_its_own() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scenario(scratch.path(), "");
    let text = fs::read_to_string(&file).unwrap().replace("    stack \"trixie\"\n", "");
    fs::write(&file, text).unwrap();
    assert_eq!(run(&file, "write").status.code(), Some(0));
    let names = snapshots(&file);
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(names[0].ends_with("__packets@bookworm.snap"), "{names:?}");
}
