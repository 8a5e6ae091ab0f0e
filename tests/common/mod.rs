//! What the tests of the built program share.
#![allow(dead_code, reason = "every test file uses a part of it")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The program, in the repository's root.
pub(crate) fn offhook() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_offhook"));
    // What is printed depends on these, and snapshots are of one kind of terminal.
    command.current_dir(root()).env("NO_COLOR", "1").env("COLUMNS", "100").env("LC_ALL", "C.UTF-8");
    // A CI system's, which would be told of failures that are meant.
    command.env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY");
    command
}

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Makes a cache of that directory, with the parts of the real one and nothing else of it.
pub(crate) fn link_lab(cache: &Path) {
    let lab = offhook_lab::ensure(&["bookworm".to_owned()], &offhook_lab::Progress::for_stderr()).unwrap();
    let real = lab.kernel.image.ancestors().find(|path| path.join("stack").is_dir() && path.join("lock").is_dir());
    for part in ["kernel", "stack", "init"] {
        std::os::unix::fs::symlink(real.unwrap().join(part), cache.join(part)).unwrap();
    }
}

/// Makes a cache of that directory, with copies of the real kernel and of the stack bookworm; gives the copy's root.
pub(crate) fn copy_lab(cache: &Path) -> PathBuf {
    let lab = offhook_lab::ensure(&["bookworm".to_owned()], &offhook_lab::Progress::for_stderr()).unwrap();
    for (part, inside) in [("kernel", &lab.kernel.image), ("stack", &lab.stacks["bookworm"].root)] {
        fs::create_dir_all(cache.join(part)).unwrap();
        let copied = Command::new("cp").arg("-a").arg(inside.parent().unwrap()).arg(cache.join(part)).status().unwrap();
        assert!(copied.success(), "{part}");
    }
    let place = lab.stacks["bookworm"].root.parent().unwrap().file_name().unwrap().to_owned();
    cache.join("stack").join(place).join("root")
}

/// What a finished program said, for the message of a failed assertion.
pub(crate) fn said(output: &Output) -> String {
    format!(
        "{}\n--- stdout\n{}--- stderr\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Every file below `directory` by its path within, with its octets; wall times are taken out of JSON.
pub(crate) fn tree(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(place) = waiting.pop() {
        for entry in fs::read_dir(&place).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let mut octets = fs::read(&path).unwrap();
                if path.file_name().is_some_and(|name| name == "outcome.json" || name == "history.json") {
                    octets = without_wall_times(&octets);
                }
                files.insert(path.strip_prefix(directory).unwrap().to_owned(), octets);
            }
        }
    }
    files
}

/// JSON without what only the machine's speed and the output directory's name decide.
pub(crate) fn without_wall_times(json: &[u8]) -> Vec<u8> {
    let mut value: serde_json::Value = serde_json::from_slice(json).unwrap();
    remove(&mut value, &["wall_ms", "boot_us", "evidence", "out"]);
    serde_json::to_vec_pretty(&value).unwrap()
}

fn remove(value: &mut serde_json::Value, names: &[&str]) {
    match value {
        serde_json::Value::Object(members) => {
            members.retain(|name, _| !names.contains(&name.as_str()));
            members.values_mut().for_each(|member| remove(member, names));
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| remove(item, names)),
        _ => {}
    }
}

/// A package `ppp` that holds the pppd of that root, and a version of its own.
pub(crate) fn own_ppp(here: &Path, root: &Path, version: &str) -> PathBuf {
    let package = here.join("package");
    let _ = fs::remove_dir_all(&package);
    for directory in ["DEBIAN", "usr/sbin", "etc/ppp"] {
        fs::create_dir_all(package.join(directory)).unwrap();
    }
    fs::copy(root.join("usr/sbin/pppd"), package.join("usr/sbin/pppd")).unwrap();
    fs::write(package.join("etc/ppp/options"), "").unwrap();
    let control = format!(
        "Package: ppp\nVersion: {version}\nArchitecture: amd64\nMaintainer: Nobody <nobody@example.org>\n\
        Depends: libcrypt1, libpcap0.8, libpam0g, libssl3, libsystemd0\nDescription: a pppd of one's own\n"
    );
    fs::write(package.join("DEBIAN/control"), control).unwrap();
    let deb = here.join("ppp.deb");
    let built =
        Command::new("dpkg-deb").args(["--build", "--root-owner-group"]).arg(&package).arg(&deb).output().unwrap();
    assert!(built.status.success(), "{}", said(&built));
    deb
}
