//! What is published is whole: every crate's package has its licences and its README, and every file that its code takes in.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
#[cfg(target_arch = "x86_64")]
#[path = "packages/notices.rs"]
mod notices;
#[path = "common/packages.rs"]
mod packages;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use cargo_metadata::Package;

use common::said;
use packages::metadata;

/// In every package, by the paths in it.
const ALWAYS: &[&str] = &["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];

/// The files that `cargo package` would take of a crate.
fn packaged(package: &Package) -> BTreeSet<PathBuf> {
    let output = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline", "--manifest-path"])
        .arg(&package.manifest_path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}: {}", package.name, said(&output));
    String::from_utf8(output.stdout).unwrap().lines().map(PathBuf::from).collect()
}

/// The paths, within the package, of what a source file takes in when it is compiled.
fn taken_in(file: &Path, text: &str) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for word in ["include_str!(\"", "include_bytes!(\"", "include!(\""] {
        for (at, _) in text.match_indices(word) {
            let rest = &text[at + word.len()..];
            let path = &rest[..rest.find('"').unwrap()];
            paths.push(resolved(&file.parent().unwrap().join(path)));
        }
    }
    paths
}

/// Without `..`, as far as there is something to take away: what leads out of the package keeps its `..`.
fn resolved(path: &Path) -> PathBuf {
    let mut resolved = PathBuf::new();
    for component in path.components() {
        let inside = matches!(resolved.components().next_back(), Some(Component::Normal(_)));
        if component == Component::ParentDir && inside {
            resolved.pop();
        } else {
            resolved.push(component);
        }
    }
    resolved
}

#[test]
fn every_package_has_its_licences_and_its_readme() {
    for package in metadata().workspace_packages() {
        let files = packaged(package);
        for name in ALWAYS {
            assert!(files.contains(Path::new(name)), "{} has no {name} in its package", package.name);
        }
        let description = package.description.as_deref().unwrap_or_default();
        assert!(!description.is_empty() && !package.keywords.is_empty(), "{}: no metadata", package.name);
    }
}

#[test]
fn the_licences_in_packages_are_those_of_the_repository() {
    for package in metadata().workspace_packages() {
        for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
            let place = package.manifest_path.with_file_name(name);
            let same = fs::read(&place).unwrap() == fs::read(common::root().join(name)).unwrap();
            assert!(same, "{place} is not the {name} at the top of the repository: make it a link to that file");
        }
    }
}

// What is linked depends on the processor, and the file is for the one that the lab runs on.
#[cfg(target_arch = "x86_64")]
#[test]
fn the_notices_of_third_parties_are_those_of_the_locked_packages() {
    let place = common::root().join("LICENSE-THIRD-PARTY");
    let notices = notices::notices(&metadata());
    if std::env::var_os("OFFHOOK_UPDATE_REFERENCE").is_some() {
        fs::write(&place, &notices).unwrap();
    }
    assert!(
        fs::read_to_string(&place).is_ok_and(|written| written == notices),
        "LICENSE-THIRD-PARTY is behind Cargo.lock: run this test with OFFHOOK_UPDATE_REFERENCE=1, then look at it"
    );
}

#[test]
fn the_package_with_the_program_has_the_notices_of_third_parties() {
    let metadata = metadata();
    let program = metadata.workspace_packages().into_iter().find(|package| package.name.as_str() == "offhook").unwrap();
    assert!(packaged(program).contains(Path::new("LICENSE-THIRD-PARTY")));
}

/// As `cargo install` leaves it, with process 1 of guests inside.
#[cfg(not(debug_assertions))]
#[test]
fn the_program_has_19_mebibytes_at_most() {
    let size = fs::metadata(env!("CARGO_BIN_EXE_offhook")).unwrap().len();
    assert!(size <= 19 << 20, "{size} octets");
}

#[test]
fn what_a_crate_takes_in_is_in_its_package() {
    let mut missing = Vec::new();
    for package in metadata().workspace_packages() {
        let directory = package.manifest_path.parent().unwrap();
        let files = packaged(package);
        for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "rs")) {
            let text = fs::read_to_string(directory.join(file.to_str().unwrap())).unwrap();
            let absent = taken_in(file, &text).into_iter().filter(|path| !files.contains(path));
            missing.extend(absent.map(|path| format!("{}: {} needs {}", package.name, file.display(), path.display())));
        }
    }
    assert!(missing.is_empty(), "not in the package:\n{}", missing.join("\n"));
}

#[test]
fn a_path_out_of_the_package_is_not_taken_for_one_inside() {
    let file = Path::new("src/deep/code.rs");
    let text = "include_str!(\"../../a.txt\"); include_bytes!(\"../../../lab/b\")";
    assert_eq!(taken_in(file, text), [PathBuf::from("a.txt"), PathBuf::from("../lab/b")]);
}
