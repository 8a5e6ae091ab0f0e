//! Every scenario of the repository, on both stacks, against the real servers: it passes, and is the same twice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use common::{offhook, said, tree, without_wall_times};

fn top() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn start(arguments: &[&str], out: &Path) -> Child {
    offhook()
        .arg("run")
        .args(arguments)
        .arg("--out")
        .arg(out.join("evidence"))
        .arg("--json")
        .arg(out.join("outcome-of-all.json"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Two runs of the same at the same time, with something else keeping a processor busy.
fn twice(arguments: &[&str]) -> [tempfile::TempDir; 2] {
    let directories = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let idle = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut number = 1_u64;
            while !idle.load(Ordering::Relaxed) {
                number = std::hint::black_box(number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
            }
        });
        let children: Vec<Child> = directories.iter().map(|directory| start(arguments, directory.path())).collect();
        let outputs: Vec<_> = children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
        idle.store(true, Ordering::Relaxed);
        for output in &outputs {
            assert!(output.status.success(), "{}", said(output));
        }
    });
    directories
}

/// Octet for octet, naming the first file that differs.
fn assert_same(a: &Path, b: &Path) {
    let (first, second) = (tree(&a.join("evidence")), tree(&b.join("evidence")));
    let names = |files: &std::collections::BTreeMap<_, _>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&first), names(&second));
    assert!(first.len() > 5, "there is evidence to compare");
    for (name, octets) in &first {
        let other = &second[name];
        if octets != other {
            let line = octets.split(|&o| o == b'\n').zip(other.split(|&o| o == b'\n')).find(|(a, b)| a != b);
            let (a, b) = line.unwrap_or_default();
            let (a, b) = (String::from_utf8_lossy(a), String::from_utf8_lossy(b));
            panic!("{} differs between two runs:\n{a}\n{b}", name.display());
        }
    }
    let json = |directory: &Path| without_wall_times(&std::fs::read(directory.join("outcome-of-all.json")).unwrap());
    assert!(json(a) == json(b), "the JSON outcome differs between two runs");
}

#[test]
fn every_scenario_passes_on_both_stacks_and_is_the_same_twice() {
    // Those of the conformance suite are run for its matrix, and one of them here.
    let all = std::fs::read_dir(top().join("scenarios")).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<String> = all
        .filter(|path| path.file_name().is_some_and(|name| name != "conformance"))
        .filter(|path| path.is_dir() || path.extension().is_some_and(|extension| extension == "kdl"))
        .map(|path| format!("scenarios/{}", path.file_name().unwrap().to_str().unwrap()))
        .collect();
    paths.push("scenarios/conformance/rfc1334".to_owned());
    paths.sort();
    let [a, b] = twice(&paths.iter().map(String::as_str).collect::<Vec<_>>());
    assert_same(a.path(), b.path());
}

#[test]
fn another_seed_is_another_run_and_as_repeatable() {
    let arguments = ["scenarios/first-call.kdl", "--stack", "bookworm", "--seeds", "7..8"];
    let [a, b] = twice(&arguments);
    assert_same(a.path(), b.path());
    let files = tree(&a.path().join("evidence"));
    let traces: Vec<_> = files.iter().filter(|(name, _)| name.ends_with("trace.jsonl")).collect();
    let of = |seed: &str| {
        let found: Vec<_> = traces.iter().filter(|(name, _)| name.to_string_lossy().contains(seed)).collect();
        assert!(!found.is_empty(), "there are traces of {seed}");
        found.into_iter().map(|(_, octets)| octets.to_vec()).collect::<Vec<_>>()
    };
    assert_ne!(of("seed-7"), of("seed-8"), "Magic-Numbers depend on the seed");
}
