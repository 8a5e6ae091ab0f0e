//! `offhook audit`: configurations with nothing wrong are quiet, faulty ones are told what is wrong, by their files and
//! by calls; no password is ever printed; nothing that may lie in an `/etc` ends it otherwise than with a sentence.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may")]

mod common;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::{offhook, root, said};
use offhook_audit::report::Detail;
use offhook_audit::{audit, json, plan, report, sarif};
use offhook_etc::source::Tree;
use offhook_etc::{Content, Etc, RawFile};
use offhook_report::Style;
use offhook_scenario::Personality;
use proptest::prelude::*;
use tempfile::TempDir;

/// Trees with nothing wrong.
const GOOD: &[&str] = &["pap-inittab", "chap-caller-id", "unix-systemd", "noauth-overruled"];

/// Trees with something wrong, and all that is worse than a note.
const FAULTY: &[(&str, &[&str])] = &[
    ("noauth-undoes-auth", &["danger noauth-undoes-auth"]),
    ("first-without-address", &["error account-no-address", "error no-usable-account"]),
    ("quote-swallows", &["error secrets-quote"]),
    ("deny-all-first", &["error caller-id-too-early", "warning rule-dead", "warning rule-dead"]),
    ("same-address", &["error address-twice"]),
    ("speed-33600", &["error port-speed"]),
    ("login-config-mode", &["error login-config-ignored"]),
    ("autoppp-below-star", &["error autoppp-shadowed"]),
    ("unknown-option", &["error option-unknown", "warning echo-half"]),
    ("options-of-no-port", &["error no-address"]),
    ("login-without-user", &["error login-without-user", "error login-without-user"]),
    ("section-with-dev", &["error mgetty-section-path", "warning login-short"]),
    ("other-server", &["error no-usable-account"]),
];

/// How every password and hash in the trees begins, or goes on after its salt.
const SECRET: &str = "hush";

/// A copy of a tree's `/etc` with the modes it ought to have, which version control does not keep.
fn copy(name: &str) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    copied(&root().join("tests/audit").join(name).join("etc"), copy.path());
    if name == "login-config-mode" {
        set_mode(&copy.path().join("mgetty/login.config"), 0o644);
    }
    copy
}

fn copied(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let about = fs::symlink_metadata(&source).unwrap();
        if about.is_symlink() {
            symlink(fs::read_link(&source).unwrap(), &target).unwrap();
        } else if about.is_dir() {
            fs::create_dir(&target).unwrap();
            copied(&source, &target);
        } else {
            fs::write(&target, fs::read(&source).unwrap()).unwrap();
            let name = entry.file_name().into_string().unwrap();
            let private = name.ends_with("-secrets") || name == "login.config" || name == "shadow";
            set_mode(&target, if private { 0o600 } else { 0o644 });
        }
    }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_copy_that_lost_its_modes_is_called_as_it_was() {
    // As version control leaves it: login.config is anybody's to read.
    let (audit, code) = in_json(&root().join("tests/audit/pap-inittab/etc"), &["--ignore-modes"]);
    assert_eq!((bad(&audit), code), (vec![], 0));
    // guest and master are kept out by the package's own lines, which nobody has to be told of.
    let accounts = ["anna got 192.168.32.105 by PAP", "bert got 192.168.32.105 by PAP"];
    assert_eq!(called(&audit, "account"), accounts);
}

#[test]
fn what_the_lab_s_modem_refuses_is_no_fault_of_the_server_s_unless_the_modem_was_chosen() {
    let etc = copy("pap-inittab");
    let config = etc.path().join("mgetty/mgetty.config");
    let before = fs::read_to_string(&config).unwrap();
    fs::write(&config, format!("init-chat \"\" ATZ OK AT+MADEUP=7 OK ATQ0V1 OK\n{before}")).unwrap();
    let (audit, code) = in_json(etc.path(), &[]);
    assert_eq!((bad(&audit), code), (vec![], 0));
    assert!(called(&audit, "account").contains(&"anna got 192.168.32.105 by PAP".to_owned()));
    let left = audit["ports"][0]["left_out"].as_array().unwrap();
    let modem = left.iter().find(|left| left["what"] == "modem").unwrap();
    assert!(modem["why"].as_str().unwrap().starts_with("it answers ERROR to \"AT+MADEUP=7\""), "{modem}");
    let (audit, code) = in_json(etc.path(), &["--modem", "generic"]);
    assert!(bad(&audit).contains(&"error called-not-ready".to_owned()), "{audit}");
    assert_eq!(code, 1);
    assert!(audit["ports"][0]["left_out"].as_array().unwrap().iter().all(|left| left["what"] != "modem"));
}

/// Runs the audit, and makes sure that no password is in what it prints.
fn audited(etc: &Path, more: &[&str]) -> Output {
    let output = offhook().arg("audit").arg("--etc").arg(etc).args(more).output().unwrap();
    let text = said(&output);
    assert!(!text.contains(SECRET), "a password is printed:\n{text}");
    assert!(!text.contains("panicked"), "{text}");
    output
}

/// The audit as JSON, and its exit code.
fn in_json(etc: &Path, more: &[&str]) -> (serde_json::Value, i32) {
    let output = audited(etc, &[&["--json", "-"], more].concat());
    let value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", said(&output)));
    (value, output.status.code().unwrap())
}

/// `danger no-auth`, of all findings that are worse than a note.
fn bad(audit: &serde_json::Value) -> Vec<String> {
    let word = |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let all = audit["findings"].as_array().unwrap().iter();
    let mut bad: Vec<_> = all.map(|found| format!("{} {}", word(found, "severity"), word(found, "code"))).collect();
    bad.retain(|finding| !finding.starts_with("note "));
    bad.sort();
    bad
}

/// What calls showed of a topic, on every port.
fn called(audit: &serde_json::Value, topic: &str) -> Vec<String> {
    let ports = audit["ports"].as_array().unwrap().iter();
    let statements = ports.flat_map(|port| port["statements"].as_array().unwrap());
    let of = statements.filter(|statement| statement["topic"] == topic);
    let shown = of.filter(|statement| statement["known"]["how"] == "shown");
    shown.filter_map(|statement| statement["known"]["saw"].as_str().map(str::to_owned)).collect()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("audit/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

#[test]
fn configurations_with_nothing_wrong_are_quiet() {
    for name in GOOD {
        let etc = copy(name);
        let output = audited(etc.path(), &["--static"]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", said(&output));
        settings().bind(|| insta::assert_snapshot!(*name, text(&output)));
    }
}

#[test]
fn faulty_configurations_are_told_what_is_wrong() {
    for (name, codes) in FAULTY {
        let etc = copy(name);
        let (audit, code) = in_json(etc.path(), &["--static"]);
        assert_eq!((bad(&audit), code), (codes.iter().map(ToString::to_string).collect(), 1), "{name}");
        assert_eq!(audit["exit_code"], 1);
        settings().bind(|| insta::assert_snapshot!(*name, text(&audited(etc.path(), &["--static"]))));
    }
}

#[test]
fn every_tree_is_tested_says_what_it_is_and_marks_its_passwords() {
    let mut names: Vec<&str> = FAULTY.iter().map(|(name, _)| *name).chain(GOOD.iter().copied()).collect();
    names.extend(["snapshots", "webmin"]);
    names.sort_unstable();
    let mut found: Vec<_> = fs::read_dir(root().join("tests/audit"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    assert_eq!(found, names);
    for name in found.iter().filter(|name| *name != "snapshots" && *name != "webmin") {
        let directory = root().join("tests/audit").join(name);
        assert!(fs::read_to_string(directory.join("README")).unwrap().len() > 30, "{name}");
        assert!(fs::read_to_string(directory.join("etc/shadow")).unwrap().contains(SECRET), "{name}");
    }
}

#[test]
fn calls_confirm_what_the_files_say_of_a_correct_configuration() {
    for (name, stack) in [("pap-inittab", "bookworm"), ("unix-systemd", "bookworm"), ("unix-systemd", "trixie")] {
        let etc = copy(name);
        let (audit, code) = in_json(etc.path(), &["--stack", stack]);
        assert_eq!((bad(&audit), code), (vec![], 0), "{name} on {stack}");
        assert_eq!(audit["stack"], stack);
        assert_eq!(called(&audit, "login"), ["clara logged in"]);
        assert_eq!(called(&audit, "auth"), ["a wrong password did not get in, no password did not get in"]);
    }
}

#[test]
fn every_account_and_every_rule_of_two_ports_is_called() {
    let etc = copy("chap-caller-id");
    let (audit, code) = in_json(etc.path(), &[]);
    assert_eq!((bad(&audit), code), (vec![], 0));
    assert_eq!(called(&audit, "answer"), ["answered after 2 rings", "answered after 3 rings"]);
    let rules = "55547110100 not answered; 5550100 answered; 5560100 answered; 7005550199 not answered; \
                 no caller ID not answered";
    let told: Vec<String> = called(&audit, "callers");
    assert_eq!(told.len(), 2);
    for told in told {
        // The digits that are added do not matter.
        let shape = |text: &str| text.split("; ").map(|part| part.split_once(' ').unwrap().1.to_owned()).collect();
        let (told, rules): (Vec<String>, Vec<String>) = (shape(&told), shape(rules));
        assert_eq!(told, rules);
    }
    assert_eq!(
        called(&audit, "account"),
        [
            "anna got 192.168.32.105 by CHAP",
            "bert got 192.168.32.105 by CHAP",
            "anna got 192.168.32.106 by CHAP",
            "bert got 192.168.32.106 by CHAP",
        ]
    );
    assert_eq!(called(&audit, "login"), ["clara logged in"; 2]);
    assert_eq!(called(&audit, "dns"), ["got 192.168.32.53"; 2]);
}

#[test]
fn calls_show_that_what_is_wrong_is_wrong() {
    for (name, code, shown) in [
        ("noauth-undoes-auth", "noauth-undoes-auth", "got in"),
        ("first-without-address", "no-usable-account", "couldn't find any suitable secret"),
        ("unknown-option", "option-unknown", "unrecognized option"),
        ("speed-33600", "port-speed", "invalid port speed: 33600"),
        ("options-of-no-port", "no-address", "got no address"),
    ] {
        let etc = copy(name);
        let (audit, exit) = in_json(etc.path(), &[]);
        let expected = FAULTY.iter().find(|(known, _)| *known == name).unwrap().1;
        let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
        assert_eq!((bad(&audit), exit), (expected, 1), "{name}");
        let finding = audit["findings"].as_array().unwrap().iter().find(|finding| finding["code"] == code).unwrap();
        let called = finding["known"]["saw"].as_str().unwrap_or_default();
        assert!(called.contains(shown), "{name}: {called:?}");
    }
}

#[test]
fn a_port_whose_program_is_not_in_the_copy_is_not_tried_and_not_said_to_be_wrong() {
    let etc = copy("pap-inittab");
    fs::write(etc.path().join("inittab"), "S0:2345:respawn:/opt/sbin/mgetty -n 2 -D ttyS0\n").unwrap();
    let (audit, code) = in_json(etc.path(), &[]);
    assert_eq!((bad(&audit), code), (Vec::new(), 0));
    let port = &audit["ports"][0];
    let why = "the program /opt/sbin/mgetty is not among the files, and the stack bookworm does not have it";
    assert_eq!(port["left_out"], serde_json::json!([{ "what": "port", "why": why }]));
    assert_eq!(port["statements"][0]["known"], serde_json::json!({ "how": "not-tried", "why": why }));
}

#[test]
fn the_evidence_of_calls_is_kept_where_it_is_asked_for() {
    let (etc, out) = (copy("pap-inittab"), tempfile::tempdir().unwrap());
    let output = audited(etc.path(), &["--out", out.path().to_str().unwrap()]);
    assert!(said(&output).contains("passwords"), "{}", said(&output));
    assert!(out.path().join("ttyS0-0/transcript.txt").is_file());
}

#[test]
fn accepted_findings_are_shown_with_their_reason_and_do_not_count() {
    let etc = copy("same-address");
    let (file, accept) =
        (etc.path().join("accepted.kdl"), |text: &str| fs::write(etc.path().join("accepted.kdl"), text));
    let arguments = ["--static", "--accept", file.to_str().unwrap()];
    accept("accept \"address-twice\" reason=\"the lines are never used at the same time\" until=\"2999-12-31\"\n")
        .unwrap();
    let output = audited(etc.path(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    for shown in ["accepted error: callers on ttyS0", "reason: the lines are never used at", "1 note, 1 accepted"] {
        assert!(text(&output).contains(shown), "{shown}: {}", said(&output));
    }
    let (audit, code) = in_json(etc.path(), &arguments);
    let finding =
        audit["findings"].as_array().unwrap().iter().find(|finding| finding["code"] == "address-twice").unwrap();
    assert_eq!((code, &audit["error"], &audit["accepted"]), (0, &0.into(), &1.into()));
    assert_eq!(finding["accepted"]["reason"], "the lines are never used at the same time");
    // What is expired or matches nothing counts.
    accept("accept \"address-twice\" reason=\"r\" until=\"2001-01-01\"\naccept \"no-auth\" reason=\"r\"\n").unwrap();
    let (audit, code) = in_json(etc.path(), &arguments);
    let expected = ["error address-twice", "warning acceptance-expired", "warning acceptance-stale"];
    assert_eq!((bad(&audit), code), (expected.map(str::to_owned).to_vec(), 1));
    // And a mistake in the file is none of the server's.
    accept("accept \"adress-twice\" reason=\"r\"\n").unwrap();
    let output = audited(etc.path(), &arguments);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("did you mean \"address-twice\"?"), "{}", said(&output));
}

#[test]
fn what_counts_for_the_exit_code_can_be_chosen() {
    for (name, fail_on, code) in [
        ("same-address", "warning", 1),
        ("same-address", "error", 1),
        ("same-address", "danger", 0),
        ("noauth-undoes-auth", "danger", 1),
    ] {
        let etc = copy(name);
        let (audit, exit) = in_json(etc.path(), &["--static", "--fail-on", fail_on]);
        assert_eq!((exit, &audit["exit_code"]), (code, &code.into()), "{name} --fail-on {fail_on}");
    }
}

#[test]
fn sarif_has_the_findings_with_places_below_the_audited_directory() {
    let etc = copy("unknown-option");
    let output = audited(etc.path(), &["--static", "--format", "sarif"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let log: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["originalUriBaseIds"]["ETC"]["uri"], format!("file://{}/", etc.path().display()));
    let result = &run["results"][0];
    assert_eq!((&result["ruleId"], &result["level"]), (&"option-unknown".into(), &"error".into()));
    let physical = &result["locations"][0]["physicalLocation"];
    assert_eq!(physical["artifactLocation"]["uri"], "ppp/options");
    assert_eq!(physical["region"]["startLine"], 5);
    // The same finding has the same identity after lines were inserted above it.
    let options = etc.path().join("ppp/options");
    fs::write(&options, format!("# a comment\n\n{}", fs::read_to_string(&options).unwrap())).unwrap();
    let output = audited(etc.path(), &["--static", "--format", "sarif"]);
    let moved: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let moved = &moved["runs"][0]["results"][0];
    assert_eq!(moved["locations"][0]["physicalLocation"]["region"]["startLine"], 7);
    assert_eq!(moved["partialFingerprints"], result["partialFingerprints"]);
}

#[test]
fn every_rule_is_listed_and_explained() {
    let run = |arguments: &[&str]| offhook().arg("audit").args(arguments).output().unwrap();
    let json = run(&["--list-rules", "--json", "-"]);
    let list: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let rules = list["rules"].as_array().unwrap();
    let table = text(&run(&["--list-rules"]));
    assert_eq!(rules.len(), offhook_audit::registry::all().count());
    for rule in rules {
        let code = rule["code"].as_str().unwrap();
        assert!(table.contains(&format!("  {code} ")), "{code}");
        let explained = run(&["--explain", code]);
        assert_eq!(explained.status.code(), Some(0), "{}", said(&explained));
        assert!(text(&explained).starts_with(code) && text(&explained).contains("\nfix:  "), "{}", said(&explained));
    }
    let unknown = run(&["--explain", "no-aut"]);
    assert_eq!(unknown.status.code(), Some(2));
    let told = "--explain no-aut: no finding has this code; did you mean no-auth?\n";
    assert_eq!(String::from_utf8_lossy(&unknown.stderr), told);
}

#[test]
fn who_may_change_what_through_webmin_is_told() {
    let etc = copy("pap-inittab");
    let output = audited(etc.path(), &["--static", "--webmin", "tests/audit/webmin"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    settings().bind(|| insta::assert_snapshot!("webmin", text(&output)));
}

#[test]
fn what_cannot_be_read_is_exit_code_2_and_a_sentence() {
    let empty = tempfile::tempdir().unwrap();
    let file = empty.path().join("file");
    fs::write(&file, "").unwrap();
    let nothing = empty.path().join("nothing");
    for (etc, more) in [
        (nothing.as_path(), vec![]),
        (file.as_path(), vec![]),
        (empty.path(), vec![]),
        (Path::new("tests/audit/pap-inittab/etc"), vec!["--webmin", "tests/audit/nothing"]),
        (Path::new("tests/audit/pap-inittab/etc"), vec!["--stack", "sid"]),
        (Path::new("tests/audit/pap-inittab/etc"), vec!["--nonsense"]),
    ] {
        let output = audited(etc, &[&["--static"], more.as_slice()].concat());
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(output.stdout.is_empty() && output.stderr.len() > 30, "{}", said(&output));
        assert!(!String::from_utf8_lossy(&output.stderr).contains("os error"), "{}", said(&output));
    }
}

#[test]
fn whatever_lies_in_an_etc_is_told_or_passed_over() {
    type Deed = fn(&Path);
    let deeds: &[(&str, Deed, Option<&str>)] = &[
        ("NULs", |etc| fs::write(etc.join("ppp/pap-secrets"), [0; 64]).unwrap(), Some("no-usable-account")),
        ("no newline at the end", |etc| fs::write(etc.join("ppp/pap-secrets"), "anna * hush-a *").unwrap(), None),
        (
            "CR LF",
            |etc| {
                let path = etc.join("inittab");
                fs::write(&path, fs::read_to_string(&path).unwrap().replace('\n', "\r\n")).unwrap();
            },
            Some("dos-line-ends"),
        ),
        (
            "a huge file",
            |etc| fs::write(etc.join("mgetty/dialin.config"), vec![b'5'; 3 << 20]).unwrap(),
            Some("file-unread"),
        ),
        ("a file in one line", |etc| fs::write(etc.join("ppp/options"), "lock ".repeat(100_000)).unwrap(), None),
        (
            "a link to itself",
            |etc| {
                fs::remove_file(etc.join("inittab")).unwrap();
                symlink("inittab", etc.join("inittab")).unwrap();
            },
            Some("file-unread"),
        ),
        ("a circle of directories", |etc| symlink("..", etc.join("ppp/peers")).unwrap(), None),
        (
            "a directory for a file",
            |etc| {
                fs::remove_file(etc.join("ppp/pap-secrets")).unwrap();
                fs::create_dir_all(etc.join("ppp/pap-secrets")).unwrap();
                fs::write(etc.join("ppp/pap-secrets/x"), "").unwrap();
            },
            Some("file-unread"),
        ),
        (
            "a file that names itself",
            |etc| fs::write(etc.join("ppp/options"), "file /etc/ppp/options\n").unwrap(),
            None,
        ),
        (
            "a socket",
            |etc| {
                let _ = std::os::unix::net::UnixListener::bind(etc.join("ppp/gate")).unwrap();
            },
            Some("file-unread"),
        ),
    ];
    for (what, deed, code) in deeds {
        let etc = copy("pap-inittab");
        deed(etc.path());
        let (audit, exit) = in_json(etc.path(), &["--static"]);
        let found: Vec<_> = audit["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
        assert!(exit == 0 || exit == 1, "{what}: {exit}");
        assert!(code.is_none_or(|code| found.contains(&code)), "{what}: {found:?}");
    }
}

/// Files that an audit reads.
const READ: &[&str] = &[
    "inittab",
    "hostname",
    "mgetty/mgetty.config",
    "mgetty/login.config",
    "mgetty/dialin.config",
    "ppp/options",
    "ppp/options.ttyS0",
    "ppp/pap-secrets",
    "ppp/chap-secrets",
    "passwd",
    "shadow",
    "systemd/system/mgetty@.service",
];

/// The tree `pap-inittab` with one file's octets in another's place, and everything an audit does without calling.
fn survives(changed: &str, octets: &[u8]) {
    let etc = root().join("tests/audit/pap-inittab/etc");
    let mut files: Vec<RawFile> = READ
        .iter()
        .filter(|path| **path != changed)
        .filter_map(|path| Some((path, fs::read(etc.join(path)).ok()?)))
        .map(|(path, octets)| raw(path, octets))
        .collect();
    files.push(raw(changed, octets.to_vec()));
    let instance = PathBuf::from("/etc/systemd/system/x.wants/mgetty@ttyS9.service");
    let content = Content::Link("../mgetty@.service".to_owned());
    files.push(RawFile { path: instance.display().to_string(), mode: 0o777, uid: 0, gid: 0, content });
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let tree = Tree::of(Etc { files }, false);
    let (audited, facts, ports) = audit(&tree);
    for columns in [40, 100] {
        for detail in [Detail::Glance, Detail::All] {
            assert!(report::report(&audited, &tree, Style::plain(columns), detail).ends_with('\n'));
        }
    }
    assert!(json::report(&audited, &tree, None, 0).is_ok());
    assert!(sarif::report(&audited, &tree, "/etc", true).is_ok());
    for port in ports.iter().take(2) {
        let plan = plan::plan(&tree, &facts, port, &plan::Everything);
        let first = &plan.probes[..plan.probes.len().min(1)];
        let _ = plan::scenario(&tree.etc, port, first, "bookworm", &Personality::default());
    }
}

fn raw(path: &str, octets: Vec<u8>) -> RawFile {
    RawFile { path: format!("/etc/{path}"), mode: 0o600, uid: 0, gid: 0, content: Content::File(octets) }
}

/// Octets that mean something to one reader or another, and some that mean nothing.
fn octets() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..12),
        proptest::sample::select(vec![
            " ",
            "\n",
            "\t",
            "\r\n",
            "\"",
            "'",
            "\\",
            "#",
            ":",
            "!",
            "*",
            "-",
            "@",
            "%i",
            "%",
            "port ",
            "ttyS0",
            "/dev/",
            "respawn",
            "2345",
            "/sbin/mgetty ",
            "-n 99999999999 ",
            "/AutoPPP/ ",
            "/usr/sbin/pppd ",
            "file ",
            "call ",
            "auth ",
            "login ",
            "idle ",
            "10.0.0.1:",
            "ms-dns ",
            "password ",
            "[Service]\n",
            "ExecStart=",
            "\\x",
            "\0",
            "é",
            "\u{202e}",
            "$6$",
            "18446744073709551616",
            "-1",
            "0x",
            "!version 2\n",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_octets_in_any_file_are_read_to_the_end(file in proptest::sample::select(READ), octets in octets()) {
        survives(file, &octets);
    }
}

#[test]
fn a_mended_copy_is_written_beside_and_the_server_is_left_alone() {
    let copy = copy("noauth-undoes-auth");
    let scratch = tempfile::tempdir().unwrap();
    let fixed = scratch.path().join("fixed");
    let before = fs::read_to_string(copy.path().join("mgetty/login.config")).unwrap();
    let audit = |directory: &Path| {
        offhook().args(["audit", "--static", "--etc"]).arg(copy.path()).arg("--fix").arg(directory).output().unwrap()
    };
    let output = audit(&fixed);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let text = said(&output);
    assert!(text.contains("mended") && text.contains("[noauth-undoes-auth]"), "{text}");
    assert!(!text.contains(SECRET), "{text}");
    assert_eq!(fs::read_to_string(copy.path().join("mgetty/login.config")).unwrap(), before);
    let mode = |path: &str| fs::metadata(fixed.join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(""), mode("changes.diff"), mode("etc/ppp/pap-secrets")), (0o700, 0o600, 0o600));
    // The mended copy is as good as it was said to be, and the difference leads to it.
    let again = offhook().args(["audit", "--static", "--etc"]).arg(fixed.join("etc")).output().unwrap();
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    let mut patch = Command::new("patch");
    patch.args(["-s", "-p2", "-d"]).arg(copy.path()).arg("-i").arg(fixed.join("changes.diff"));
    let patched = patch.output().unwrap();
    assert!(patched.status.success(), "{}", said(&patched));
    let compared = Command::new("diff").arg("-r").arg(copy.path()).arg(fixed.join("etc")).output().unwrap();
    assert!(compared.status.success(), "{}", said(&compared));
    // Nothing is written over.
    let output = audit(&fixed);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("the directory is not empty"), "{}", said(&output));
}
