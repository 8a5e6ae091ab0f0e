//! The lab as a file: exported here, imported into an empty cache where there is neither apt nor a network, and called there.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{offhook, said};

/// The program with that cache and with nothing in PATH that could build a lab.
fn elsewhere(cache: &Path) -> Command {
    let mut command = offhook();
    command.env("OFFHOOK_CACHE", cache).env("PATH", "");
    command
}

#[test]
fn an_imported_lab_is_good_and_is_called_without_a_network() {
    let scratch = tempfile::tempdir().unwrap();
    let (file, cache) = (scratch.path().join("lab.tar.xz"), scratch.path().join("cache"));
    let output = offhook().args(["lab", "export"]).arg(&file).arg("bookworm").output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && told.starts_with("exported kernel, bookworm to "), "{}", said(&output));

    let output = elsewhere(&cache).args(["lab", "import"]).arg(&file).output().unwrap();
    let told = format!("imported kernel, bookworm from {}\n", file.display());
    assert_eq!(String::from_utf8_lossy(&output.stdout), told, "{}", said(&output));

    let output = elsewhere(&cache).args(["lab", "status"]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && !told.contains("not as it was built"), "{}", said(&output));
    assert_eq!(told.matches("as it was built").count(), 2, "{told}");

    let output = elsewhere(&cache)
        .args(["run", "scenarios/first-call.kdl", "--scenario", "right password", "--stack", "bookworm", "--out"])
        .arg(scratch.path().join("out"))
        .output()
        .unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", said(&output));

    // From a pipe, and what is there already.
    let piped = scratch.path().join("piped");
    let output = offhook().args(["lab", "export", "-", "bookworm"]).output().unwrap();
    fs::write(&piped, &output.stdout).unwrap();
    assert!(fs::read(&piped).unwrap() == fs::read(&file).unwrap(), "one lab gives one file");
    let output = elsewhere(&cache).args(["lab", "import"]).arg(&piped).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "there already, the same: kernel, bookworm\n");
}

#[test]
fn a_file_that_is_no_lab_is_refused_and_leaves_no_lab() {
    let scratch = tempfile::tempdir().unwrap();
    let cache = scratch.path().join("cache");
    let output = elsewhere(&cache).args(["lab", "import", "README.md"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let told = "Importing the lab file 'README.md': it is no lab file. Nothing of it was imported. Name a file that offhook lab \
                export wrote.\n";
    assert_eq!(String::from_utf8_lossy(&output.stderr), told);
    assert_eq!(fs::read_dir(cache.join("kernel")).unwrap().count(), 0);
}

#[test]
fn the_key_of_a_lab_is_known_before_it_is_built() {
    let scratch = tempfile::tempdir().unwrap();
    let cache = scratch.path().join("cache");
    let key = |stacks: &[&str]| {
        let output = elsewhere(&cache).args(["lab", "key"]).args(stacks).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!((key(&[]), key(&[]).trim_end().len()), (key(&["bookworm", "trixie"]), 16));
    assert_ne!(key(&["trixie"]), key(&["bookworm"]));
    assert!(!cache.exists());
    let output = elsewhere(&cache).args(["lab", "key", "sid"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
}
