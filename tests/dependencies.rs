//! What offhook is built from is what it says it is: the Rust version that the dependencies need, licences that deny.toml
//! allows, one registry, and nothing that is not used.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
#[path = "common/packages.rs"]
mod packages;

use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::semver::Version;
use cargo_metadata::{Dependency, Metadata, Package};

use packages::{allowed, foreign, metadata, used_by};

/// Depended on and not named, with the reason.
const NOT_NAMED: &[(&str, &str, &str)] = &[
    ("offhook-init", "bitflags", "its features are wanted, see harness/init/Cargo.toml"),
    ("offhook-init", "byteorder", "likewise"),
    ("offhook-init", "stable_deref_trait", "likewise"),
];

/// That our own code needs no newer Rust than this is checked by clippy (`incompatible_msrv`) in the gate.
#[test]
fn the_minimum_rust_version_is_the_highest_that_a_dependency_needs() {
    let metadata = metadata();
    let newest = foreign(&metadata).filter(|package| package.rust_version.is_some()).max_by_key(|p| &p.rust_version);
    let newest = newest.expect("no dependency says which Rust it needs");
    let needed = newest.rust_version.clone().unwrap();
    for package in metadata.workspace_packages() {
        let stated = package.rust_version.as_ref().map(Version::to_string);
        assert_eq!(
            stated,
            Some(needed.to_string()),
            "rust-version of {} is not what its dependencies need: {} {} needs Rust {needed}; set it in Cargo.toml",
            package.name,
            newest.name,
            newest.version
        );
    }
    let readme = fs::read_to_string(common::root().join("README.md")).unwrap();
    let line = format!("Rust {}.{} or later", needed.major, needed.minor);
    assert!(readme.contains(&line), "README.md does not say {line:?}");
}

#[test]
fn every_dependency_has_a_licence_that_deny_toml_allows() {
    let (metadata, allowed) = (metadata(), allowed());
    let refused: Vec<_> = foreign(&metadata).filter_map(|package| used_by(package, &allowed).err()).collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn every_allowed_licence_is_that_of_a_dependency() {
    let (metadata, allowed) = (metadata(), allowed());
    for licensee in &allowed {
        let wanted = licensee.clone().into_req();
        assert!(
            foreign(&metadata).any(|package| used_by(package, &allowed).is_ok_and(|used| used.contains(&wanted))),
            "no dependency is used by {wanted}: take it out of deny.toml"
        );
    }
}

#[test]
fn every_dependency_comes_from_crates_io() {
    for package in foreign(&metadata()) {
        assert!(package.source.as_ref().is_some_and(cargo_metadata::Source::is_crates_io), "{}", package.id);
    }
}

#[test]
fn every_dependency_is_named_in_the_crate_that_asks_for_it() {
    let metadata = metadata();
    let mut unnamed = Vec::new();
    for package in metadata.workspace_packages() {
        let sources = sources(package);
        for dependency in &package.dependencies {
            let exempt = NOT_NAMED.iter().any(|(of, name, _)| *of == package.name.as_str() && *name == dependency.name);
            if names(&sources, &in_code(&metadata, dependency)) == exempt {
                let what = if exempt { "is named, so is no exception" } else { "is never named" };
                unnamed.push(format!("{}: {} {what}", package.name, dependency.name));
            }
        }
    }
    assert!(unnamed.is_empty(), "{}", unnamed.join("\n"));
}

#[test]
fn every_dependency_of_the_workspace_is_one_of_a_crate() {
    let metadata = metadata();
    let text = fs::read_to_string(common::root().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = toml::from_str(&text).unwrap();
    let listed = manifest["workspace"]["dependencies"].as_table().unwrap();
    let used = |name: &str| {
        metadata.workspace_packages().iter().any(|package| package.dependencies.iter().any(|d| d.name == name))
    };
    let unused: Vec<_> = listed.keys().filter(|name| !used(name)).collect();
    assert!(unused.is_empty(), "in Cargo.toml and asked for by no crate: {unused:?}");
}

/// What code calls a dependency: the name of its library, which need not be the package's.
fn in_code(metadata: &Metadata, dependency: &Dependency) -> String {
    let package = metadata.packages.iter().find(|package| package.name.as_str() == dependency.name);
    let library = package.iter().flat_map(|p| &p.targets).find(|target| target.is_lib() || target.is_proc_macro());
    let name = dependency.rename.as_ref().or(library.map(|target| &target.name)).unwrap_or(&dependency.name);
    name.replace('-', "_")
}

/// Whether code has `name` as a word of its own; comments do not count.
fn names(sources: &[String], name: &str) -> bool {
    let of_word = |c: char| c.is_alphanumeric() || c == '_';
    sources.iter().flat_map(|text| text.lines()).filter(|line| !line.trim_start().starts_with("//")).any(|line| {
        line.match_indices(name)
            .any(|(at, _)| !line[..at].ends_with(of_word) && !line[at + name.len()..].starts_with(of_word))
    })
}

/// The text of every source file of a package: where its targets are, and what is below.
fn sources(package: &Package) -> Vec<String> {
    let mut texts = Vec::new();
    let directory = package.manifest_path.parent().unwrap();
    let mut waiting: Vec<PathBuf> =
        ["src", "tests", "benches", "examples"].iter().map(|name| directory.join(name).into()).collect();
    for target in &package.targets {
        // Tests of the whole are outside the package and have their parts in folders beside them.
        if target.src_path.starts_with(directory.join("src")) {
            continue;
        }
        waiting.push(target.src_path.clone().into());
        waiting.push(target.src_path.with_file_name("common").into());
        waiting.push(target.src_path.with_extension("").into());
    }
    while let Some(place) = waiting.pop() {
        if place.is_dir() {
            waiting.extend(fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().path()));
        } else if is_rust(&place) && place.is_file() {
            texts.push(fs::read_to_string(&place).unwrap());
        }
    }
    texts
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}
