//! The house keeps its shape: which crate may lean on which, that no files of a crate lean on each other in a circle, and
//! that what promises to do without a clock and a socket has no crate that could give it one.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "house/imports.rs"]
mod imports;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use self::imports::{Module, References, references};

/// Every crate, from the bottom of the house to its top, and those below it that it may depend on.
const MAY_DEPEND_ON: &[(&str, &[&str])] = &[
    ("offhook-clock", &[]),
    ("offhook-ppp", &["clock"]),
    ("offhook-script", &["clock", "ppp"]),
    ("offhook-telephony", &["clock", "ppp"]),
    ("offhook-caller", &["clock", "ppp"]),
    ("offhook-answerer", &["caller", "clock", "ppp"]),
    ("offhook-port", &["telephony"]),
    ("offhook-base", &[]),
    ("offhook-decode", &["clock", "ppp", "telephony"]),
    ("offhook-learn", &["clock", "ppp"]),
    ("offhook-etc", &["base", "clock"]),
    ("offhook-scenario", &["base", "etc", "script", "telephony"]),
    ("offhook-schema", &["base"]),
    ("offhook-language", &["base", "etc", "scenario", "schema", "script", "telephony"]),
    ("offhook-server", &["base", "clock", "etc", "port", "scenario", "telephony"]),
    ("offhook-session", &["base", "caller", "clock", "ppp", "scenario", "script", "telephony"]),
    ("offhook-explore", &["base", "clock", "scenario", "session", "telephony"]),
    ("offhook-conformance", &["base", "clock", "ppp", "scenario", "script", "session", "telephony"]),
    (
        "offhook-guest",
        &["answerer", "base", "caller", "clock", "etc", "port", "scenario", "script", "server", "session", "telephony"],
    ),
    ("offhook-init", &[]),
    ("offhook-lab", &["base", "init"]),
    ("offhook-report", &["base", "clock", "decode", "scenario", "session", "telephony"]),
    ("offhook-page", &["base", "clock", "ppp", "report", "session", "telephony"]),
    ("offhook-audit", &["base", "clock", "etc", "schema", "report", "scenario", "server", "session"]),
    (
        "offhook-standalone",
        &[
            "answerer",
            "base",
            "caller",
            "clock",
            "decode",
            "port",
            "ppp",
            "report",
            "scenario",
            "schema",
            "session",
            "telephony",
        ],
    ),
    (
        "offhook-fuzz",
        &["answerer", "base", "clock", "decode", "etc", "lab", "language", "port", "ppp", "report", "telephony"],
    ),
    (
        "offhook",
        &[
            "answerer",
            "audit",
            "base",
            "caller",
            "clock",
            "conformance",
            "decode",
            "etc",
            "explore",
            "lab",
            "language",
            "learn",
            "page",
            "port",
            "ppp",
            "report",
            "scenario",
            "schema",
            "script",
            "server",
            "session",
            "standalone",
            "telephony",
        ],
    ),
];

/// Crates that say "no clock, no socket, no process": octets, events and the time come from whoever drives them.
const WITHOUT_IO: &[&str] = &[
    "offhook-clock",
    "offhook-ppp",
    "offhook-script",
    "offhook-telephony",
    "offhook-caller",
    "offhook-answerer",
    "offhook-decode",
    "offhook-learn",
    "offhook-explore",
    "offhook-scenario",
    "offhook-session",
];

/// Crates by which a clock, a socket or a process could come in.
const IO: &[&str] = &["tokio", "nix"];

/// Circles that are still there, by crate. One that is gone is taken out of here.
const CIRCLES: &[(&str, usize)] = &[];

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What cargo knows of the workspace and of all it depends on, on this kind of machine.
fn metadata() -> Value {
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", &target])
        .current_dir(top())
        .output()
        .unwrap();
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// The packages of the workspace: name, id and the directory of their sources.
fn members(metadata: &Value) -> Vec<(&str, &str, PathBuf)> {
    let packages = metadata["packages"].as_array().unwrap();
    let members = metadata["workspace_members"].as_array().unwrap();
    let members = packages.iter().filter(|package| members.contains(&package["id"]));
    members
        .map(|package| {
            let manifest = Path::new(text(&package["manifest_path"]));
            (text(&package["name"]), text(&package["id"]), manifest.parent().unwrap().join("src"))
        })
        .collect()
}

/// What each package depends on when it is built for use: neither for its tests nor for its build script.
fn normal_dependencies(metadata: &Value) -> BTreeMap<&str, BTreeSet<&str>> {
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let normal = |dependency: &&Value| dependency["dep_kinds"].as_array().unwrap().iter().any(|k| k["kind"].is_null());
    nodes
        .iter()
        .map(|node| {
            let dependencies = node["deps"].as_array().unwrap().iter().filter(normal);
            (text(&node["id"]), dependencies.map(|dependency| text(&dependency["pkg"])).collect())
        })
        .collect()
}

/// Modules that can be reached from each other.
fn circles(references: &References) -> Vec<Vec<&Module>> {
    let reached = |from: &Module| {
        let mut seen = BTreeSet::new();
        let mut next: Vec<&Module> = references[from].iter().collect();
        while let Some(module) = next.pop() {
            if seen.insert(module) {
                next.extend(&references[module]);
            }
        }
        seen
    };
    let reach: BTreeMap<&Module, BTreeSet<&Module>> =
        references.keys().map(|module| (module, reached(module))).collect();
    let mut circles: Vec<Vec<&Module>> = Vec::new();
    for (module, there) in &reach {
        if there.contains(module) && !circles.iter().flatten().any(|other| other == module) {
            circles.push(there.iter().copied().filter(|other| reach[other].contains(module)).collect());
        }
    }
    circles
}

/// The circle's files and who leans on whom, for people.
fn shown(package: &str, circle: &[&Module], references: &References) -> String {
    let mut shown = format!("{package}:\n");
    for module in circle {
        for other in references[*module].iter().filter(|other| circle.contains(other)) {
            writeln!(shown, "  {} refers to {}", module.join("::"), other.join("::")).unwrap();
        }
    }
    shown
}

#[test]
fn no_files_lean_on_each_other_in_a_circle() {
    let metadata = metadata();
    for (package, _, sources) in members(&metadata) {
        let references = references(&sources);
        let circles = circles(&references);
        let known = CIRCLES.iter().find(|(name, _)| *name == package).map_or(0, |(_, count)| *count);
        let all: String = circles.iter().map(|circle| shown(package, circle, &references)).collect();
        assert_eq!(circles.len(), known, "move what both need below them, or correct CIRCLES:\n{all}");
    }
}

#[test]
fn crates_depend_on_those_below_them_alone() {
    let metadata = metadata();
    let members = members(&metadata);
    let names: BTreeMap<&str, &str> = members.iter().map(|(name, id, _)| (*id, *name)).collect();
    let dependencies = normal_dependencies(&metadata);
    for (place, (package, below)) in MAY_DEPEND_ON.iter().enumerate() {
        for name in *below {
            let is_below = MAY_DEPEND_ON[..place].iter().any(|(lower, _)| lower.strip_prefix("offhook-") == Some(name));
            assert!(is_below, "the arrow from {package} to {name} leads up");
        }
    }
    for (package, id, _) in &members {
        let allowed = MAY_DEPEND_ON.iter().find(|(name, _)| name == package).map(|(_, allowed)| *allowed);
        let allowed = allowed.unwrap_or_else(|| panic!("{package} has no place in MAY_DEPEND_ON"));
        for other in dependencies[id].iter().filter_map(|id| names.get(id)) {
            let short = other.strip_prefix("offhook-").unwrap_or(other);
            assert!(allowed.contains(&short), "{package} depends on {other}, which MAY_DEPEND_ON does not allow");
        }
    }
}

#[test]
fn what_promises_to_do_no_io_has_no_crate_that_could() {
    let metadata = metadata();
    let names: BTreeMap<&str, &str> =
        metadata["packages"].as_array().unwrap().iter().map(|p| (text(&p["id"]), text(&p["name"]))).collect();
    let dependencies = normal_dependencies(&metadata);
    let members = members(&metadata);
    for package in WITHOUT_IO {
        let (_, id, _) = members.iter().find(|(name, ..)| name == package).unwrap();
        let (mut seen, mut next) = (BTreeSet::new(), vec![*id]);
        while let Some(id) = next.pop() {
            if seen.insert(id) {
                assert!(!IO.contains(&names[id]), "{package} depends on {}, perhaps by way of others", names[id]);
                next.extend(&dependencies[id]);
            }
        }
    }
}

#[test]
fn a_circle_is_seen_through_names_that_are_passed_on() {
    let crate_of = |files: &[(&str, &str)]| {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = directory.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let references = references(directory.path());
        let circles = circles(&references);
        circles.into_iter().map(|circle| circle.into_iter().map(|module| module.join("::")).collect()).collect()
    };
    let found: Vec<Vec<String>> = crate_of(&[
        ("lib.rs", "mod a; mod b;"),
        ("a/mod.rs", "mod one; mod two; pub use two::Two;"),
        // By the parent's name for it, by a whole path, by what a macro is given.
        ("a/one.rs", "use super::Two;"),
        ("a/two.rs", "fn f() { crate::a::one::g() }"),
        ("b.rs", "#[cfg(test)] mod tests { use crate::a::Two; }"),
    ]);
    assert_eq!(found, [["a::one", "a::two"]]);
    let parent_and_child: Vec<Vec<String>> =
        crate_of(&[("lib.rs", "mod a;"), ("a.rs", "mod b; use self::b::B;"), ("a/b.rs", "use super::A;")]);
    assert!(parent_and_child.is_empty(), "{parent_and_child:?}");
    let by_macro: Vec<Vec<String>> = crate_of(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "fn f() { assert!(crate::b::g()) }"),
        ("b.rs", "use crate::a::f;"),
    ]);
    assert_eq!(by_macro, [["a", "b"]]);
}
