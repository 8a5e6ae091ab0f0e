//! Roots made of a few files, in which programs are looked for.

#![allow(clippy::unwrap_used)]
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use tempfile::TempDir;

use super::*;
use crate::read::version::PppVersion;

const INITTAB: &str = "id:2:initdefault:\nS0:2:respawn:/sbin/mgetty ttyS0\nx:2:respawn:mydaemon\n";
const LOGIN: &str =
    "/AutoPPP/ - - /usr/sbin/pppd plugin radius.so plugin /opt/own.so\nx - - /opt/menu\n* - - /bin/login @\n";

/// A root directory with these files, those that end in `*` executable.
fn root(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let etc = [("etc/inittab", INITTAB), ("etc/mgetty/login.config", LOGIN)];
    for (path, text) in etc.iter().chain(files) {
        let place = root.path().join(path.trim_end_matches('*'));
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(&place, text).unwrap();
        let mode = if path.ends_with('*') { 0o755 } else { 0o644 };
        fs::set_permissions(&place, fs::Permissions::from_mode(mode)).unwrap();
    }
    root
}

fn looked(root: &Path) -> (Programs, Vec<Carried>) {
    let mut tree = Tree::read(root, true, false).unwrap();
    look(&mut tree, root);
    (tree.programs.unwrap(), tree.carried)
}

#[test]
fn a_program_is_there_missing_or_of_no_use() {
    let root = root(&[
        ("usr/sbin/mgetty*", "\x7fELF stable release 1.2.1\0"),
        ("opt/menu", "#!/bin/sh\n"),
        ("usr/bin/mydaemon*", ""),
    ]);
    symlink("usr/sbin", root.path().join("sbin")).unwrap();
    fs::create_dir_all(root.path().join("bin/login")).unwrap();
    let (programs, _) = looked(root.path());
    let faults =
        ["/sbin/mgetty", "mydaemon", "/usr/sbin/pppd", "/bin/login", "/opt/menu"].map(|name| programs.fault(name));
    let unusable = "may not be executed by anybody (its mode)";
    assert_eq!(faults, [None, None, Some("does not exist"), Some("is no file"), Some(unusable)]);
    assert_eq!(programs.line().as_deref(), Some("mgetty 1.2.1"));
}

#[test]
fn a_script_without_its_interpreter_is_of_no_use() {
    let root = root(&[("opt/menu*", "#!/usr/bin/perl -w\nprint 1;\n"), ("bin/login*", "#!/opt/sh\n"), ("opt/sh*", "")]);
    let (programs, _) = looked(root.path());
    let faults = ["/opt/menu", "/bin/login"].map(|name| programs.fault(name));
    assert_eq!(faults, [Some("has an interpreter that does not exist (its first line)"), None]);
}

#[test]
fn a_link_is_followed_in_the_root_and_nothing_outside_is_a_program_of_it() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("login"), "").unwrap();
    fs::set_permissions(outside.path().join("login"), fs::Permissions::from_mode(0o755)).unwrap();
    let root = root(&[("opt/mgetty*", "")]);
    fs::create_dir_all(root.path().join("sbin")).unwrap();
    fs::create_dir_all(root.path().join("bin")).unwrap();
    symlink("/opt/mgetty", root.path().join("sbin/mgetty")).unwrap();
    symlink(outside.path().join("login"), root.path().join("bin/login")).unwrap();
    let (programs, carried) = looked(root.path());
    assert_eq!([programs.fault("/sbin/mgetty"), programs.fault("/bin/login")], [None, Some("does not exist")]);
    let paths: Vec<_> = carried.iter().map(|one| (one.file.path.as_str(), one.resolved.as_str())).collect();
    assert_eq!(paths, [("/sbin/mgetty", "/opt/mgetty")]);
}

#[test]
fn dpkg_knows_versions_before_programs_do() {
    let status = "Package: ppp\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.5.2-1+1\n";
    let pppd = "/usr/lib/pppd/2.4.9\0";
    let with = root(&[("usr/sbin/pppd*", pppd), ("var/lib/dpkg/status", status), ("usr/lib/pppd/2.5.2/radius.so", "")]);
    let (programs, _) = looked(with.path());
    assert_eq!(programs.pppd(), Some(Some(PppVersion::V252)));
    assert_eq!(programs.plugin("radius.so"), Some(&Presence::There));
    assert_eq!(programs.plugin("/opt/own.so"), Some(&Presence::Missing));
    let without = root(&[("usr/sbin/pppd*", pppd), ("usr/lib/pppd/2.5.2/radius.so", "")]);
    let (programs, _) = looked(without.path());
    assert_eq!(
        (programs.line().as_deref(), programs.plugin("radius.so")),
        (Some("ppp 2.4.9"), Some(&Presence::Missing))
    );
}

#[test]
fn what_programs_mention_is_taken_along_and_what_is_too_long_is_not() {
    let long = "x".repeat(usize::try_from(LONGEST).unwrap() + 1);
    let root = root(&[
        ("opt/menu*", "#!/opt/bin/tcl\nexec /opt/bin/long\n"),
        ("opt/bin/tcl*", "\x7fELF"),
        ("opt/bin/long*", &long),
        ("opt/bin/other*", ""),
        ("bin/sh*", ""),
        ("etc/ppp/ip-up", "#!/bin/sh\n/opt/bin/told $1\n"),
        ("opt/bin/told*", "#!/bin/sh\nexec /opt/menu\n"),
    ]);
    let (_, carried) = looked(root.path());
    let paths: Vec<_> = carried.iter().map(|one| one.file.path.as_str()).collect();
    assert_eq!(paths, ["/bin/sh", "/opt/bin/tcl", "/opt/bin/told", "/opt/menu"]);
}

#[test]
fn a_name_without_a_directory_is_looked_for_where_init_does() {
    let root = root(&[("usr/local/sbin/x*", ""), ("opt/y*", "")]);
    assert_eq!(find(root.path(), "x"), Ok(PathBuf::from("usr/local/sbin/x")));
    assert_eq!(find(root.path(), "y"), Err(Presence::Missing));
    assert_eq!(find(root.path(), "/opt/../opt/y"), Ok(PathBuf::from("opt/y")));
    assert!(matches!(find(Path::new("/nonexistent"), "x"), Err(Presence::Unknown(_))));
}
