//! The notices that go with the program: the licences of every package that is linked into it, and their texts.
//!
//! In: the locked packages and their sources. Out: LICENSE-THIRD-PARTY. A package that leaves the choice is used by the
//! licence that deny.toml names first. A text stands once, below all packages that have it word by word.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use cargo_metadata::{DependencyKind, Metadata, Package, PackageId};
use spdx::text::LICENSE_TEXTS;

use crate::packages::{allowed, used_by};

const HEAD: &str = "\
offhook is under the MIT licence or the Apache License 2.0, at your choice: LICENSE-MIT, LICENSE-APACHE.

Its program contains the packages below, from https://crates.io, where their sources are; Cargo.lock says in which versions.
It also contains Rust's standard library, under the same two licences, and liblzma (in liblzma-sys), under 0BSD.
offhook uses them by these licences. Made by tests/packages/notices.rs, do not edit.
";

/// The text of LICENSE-THIRD-PARTY.
pub(crate) fn notices(metadata: &Metadata) -> String {
    let allowed = allowed();
    let mut by_text: BTreeMap<(usize, String, String), BTreeSet<String>> = BTreeMap::new();
    let mut notices = BTreeSet::new();
    for package in linked(metadata) {
        for requirement in used_by(package, &allowed).unwrap() {
            let rank = allowed.iter().position(|licensee| licensee.clone().into_req() == requirement).unwrap();
            let license = requirement.to_string();
            let text = text(package, &license);
            by_text.entry((rank, license, text)).or_default().insert(package.name.to_string());
        }
        notices.extend(files(package, &["notice"]).into_iter().map(|file| (package.name.to_string(), read(file))));
    }
    let mut all = HEAD.to_owned();
    for ((_, license, text), names) in by_text {
        let names: Vec<_> = names.into_iter().collect();
        write!(all, "\n{}\n{license}: {}\n\n{text}\n", "=".repeat(80), wrapped(&names)).unwrap();
    }
    for (name, text) in notices {
        write!(all, "\n{}\nNotices of {name}\n\n{text}\n", "=".repeat(80)).unwrap();
    }
    all
}

/// The foreign packages that the program is built from: what `offhook` depends on, and so on, but not for tests.
fn linked(metadata: &Metadata) -> Vec<&Package> {
    let nodes = &metadata.resolve.as_ref().unwrap().nodes;
    let program = metadata.packages.iter().find(|package| package.name.as_str() == "offhook").unwrap();
    let mut reached: BTreeSet<&PackageId> = BTreeSet::new();
    let mut waiting = vec![&program.id];
    while let Some(id) = waiting.pop() {
        if reached.insert(id) {
            let node = nodes.iter().find(|node| node.id == *id).unwrap();
            let built =
                |kinds: &[cargo_metadata::DepKindInfo]| kinds.iter().any(|k| k.kind != DependencyKind::Development);
            waiting.extend(node.deps.iter().filter(|dep| built(&dep.dep_kinds)).map(|dep| &dep.pkg));
        }
    }
    crate::packages::foreign(metadata).filter(|package| reached.contains(&package.id)).collect()
}

/// The text of a package's licence. That of the Apache License is the same for all; others begin with whose it is.
fn text(package: &Package, license: &str) -> String {
    let standard = LICENSE_TEXTS.iter().find(|(name, _)| *name == license).unwrap().1;
    if license == "Apache-2.0" {
        return tidy(standard);
    }
    let stem = license.split('-').next().unwrap().to_lowercase();
    let files = files(package, &["license", "licence", "copying"]);
    let named =
        files.iter().find(|file| file.to_string_lossy().to_lowercase().rsplit('/').next().unwrap().contains(&stem));
    match (named, &files[..]) {
        (Some(file), _) | (None, [file]) => read(file.clone()),
        _ => format!("(By {}, without a text of its own.)\n\n{}", package.authors.join(", "), tidy(standard)),
    }
}

/// The files beside a package's manifest whose names begin so, in any case.
fn files(package: &Package, beginnings: &[&str]) -> Vec<PathBuf> {
    let directory = package.manifest_path.parent().unwrap();
    let mut files: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_file())
        .filter(|entry| {
            let name = entry.file_name().to_string_lossy().to_lowercase();
            beginnings.iter().any(|beginning| name.starts_with(beginning))
        })
        .map(|entry| entry.path())
        .collect();
    files.sort();
    files
}

fn read(file: PathBuf) -> String {
    tidy(&String::from_utf8_lossy(&fs::read(file).unwrap()))
}

/// Without blanks at the ends of lines and blank lines at both ends.
fn tidy(text: &str) -> String {
    let lines: Vec<_> = text.trim_start_matches('\u{feff}').lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// Names with commas, in lines of 100 characters.
fn wrapped(names: &[String]) -> String {
    let (mut text, mut column) = (String::new(), 0);
    for (index, name) in names.iter().enumerate() {
        if column + name.len() > 90 {
            text.push('\n');
            column = 0;
        } else if index > 0 {
            text.push(' ');
        }
        text.push_str(name);
        column += name.len() + 2;
        if index + 1 < names.len() {
            text.push(',');
        }
    }
    text
}
