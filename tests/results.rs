//! Where results go: standard output, devices, pipes, directories that others use; and what is said if they do not get there.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};

use common::{offhook, said};

const CALL: &str = "scenarios/first-call.kdl";
const ETC: &str = "tests/audit/unix-systemd/etc";

/// One run of one scenario, with evidence in `out`.
fn run(out: &Path) -> Command {
    let mut command = offhook();
    command.args(["run", CALL, "--scenario", "wrong password", "--stack", "bookworm", "--out"]).arg(out);
    command
}

#[test]
fn json_on_standard_output_is_all_there_is_on_it() {
    let scratch = tempfile::tempdir().unwrap();
    let output = run(&scratch.path().join("out")).args(["--json", "-"]).output().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["format"], 2, "{}", said(&output));
    assert!(String::from_utf8_lossy(&output.stderr).contains("1 scenario: 1 passed"), "{}", said(&output));
}

#[test]
fn a_full_device_is_told_is_no_success_and_stays_a_device() {
    let scratch = tempfile::tempdir().unwrap();
    let output = run(&scratch.path().join("out")).args(["--json", "/dev/full"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(String::from_utf8_lossy(&output.stderr).ends_with("writing /dev/full: no space left on device\n"));
    assert!(fs::metadata("/dev/full").unwrap().file_type().is_char_device());
}

#[test]
fn standard_output_that_takes_nothing_is_told_by_every_command() {
    let commands = [
        "--version",
        "--help",
        "explain",
        "explain --json",
        "modems",
        "completions fish",
        "check scenarios",
        "audit --list-rules",
        "audit --explain no-unix-password",
        "lab status",
    ];
    for words in commands {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = offhook().args(words.split(' ')).stdout(full).output().unwrap();
        let told = "error: writing to standard output: no space left on device\n";
        assert_eq!(String::from_utf8_lossy(&output.stderr), told, "{words}");
        assert_eq!(output.status.code(), Some(3), "{words}");
    }
    // What is worse decides.
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = offhook().args(["audit", "--static", "--etc", ETC]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
}

#[test]
fn a_reader_that_has_heard_enough_ends_no_run_and_is_told_of() {
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("out");
    let mut child = run(&out).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!(told, "error: writing to standard output: broken pipe\n");
    assert_eq!(child.wait().unwrap().code(), Some(3));
    assert!(out.join("first-call").is_dir(), "the evidence is there");
}

#[test]
fn two_runs_do_not_write_to_one_directory() {
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("it's \"out\", 100 %");
    fs::create_dir(&out).unwrap();
    let claimed = File::open(&out).unwrap();
    claimed.lock().unwrap();
    let mut audit = offhook();
    audit.args(["audit", "--etc", ETC, "--out"]).arg(&out);
    for mut command in [run(&out), audit] {
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        let told =
            format!("another run writes its evidence to {}: wait until it is over, or give another", out.display());
        assert!(String::from_utf8_lossy(&output.stderr).starts_with(&told), "{}", said(&output));
    }
    drop(claimed);
    // A name with quotes is as good as any.
    let output = run(&out).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn evidence_is_kept_of_failures_alone_if_that_is_wanted() {
    let scratch = tempfile::tempdir().unwrap();
    let call = |name: &str, rings: u32| {
        format!(
            "scenario \"{name}\" {{ stack \"bookworm\"; server {{ port \"ttyS0\" answer-after=2; }}; \
             call {{ expect-answer rings={rings}; }}; }}\n"
        )
    };
    let file = scratch.path().join("two.kdl");
    fs::write(&file, call("right", 2) + &call("wrong", 3)).unwrap();
    let out = scratch.path().join("out");
    let run = |which: &str, json: &Path| {
        let mut command = offhook();
        command.args(["run", "--evidence", which, "--json"]).arg(json).arg("--out").arg(&out).arg(&file);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        let report: serde_json::Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
        (output, report)
    };
    let (output, failed) = run("failed", &scratch.path().join("failed.json"));
    let kept = |name: &str| out.join("two").join(name).join("bookworm");
    assert!(!kept("right").exists(), "{}", said(&output));
    for file in ["transcript.txt", "capture.pcapng", "server/etc/inittab"] {
        assert!(kept("wrong").join(file).is_file(), "{file}: {}", said(&output));
    }
    // It comes to the same.
    let (_, all) = run("all", &scratch.path().join("all.json"));
    assert!(kept("right").join("transcript.txt").is_file());
    assert_eq!((&failed["passed"], &failed["failed"]), (&all["passed"], &all["failed"]));
}

#[test]
fn a_cache_may_have_any_name() {
    let scratch = tempfile::tempdir().unwrap();
    let cache = scratch.path().join("it's \"the\" cache, of\tmine");
    fs::create_dir(&cache).unwrap();
    common::link_lab(&cache);
    let output = run(&scratch.path().join("out")).env("OFFHOOK_CACHE", &cache).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn arguments_of_any_octets_are_refused_in_words_or_taken() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let odd = OsStr::from_bytes(b"od\xffd \"'`$\n\\");
    let uses: &[&[&str]] = &[
        &["run"],
        &["check"],
        &["explain"],
        &["modems"],
        &["audit", "--static", "--etc"],
        &["audit", "--explain"],
        &["audit", "--static", "--etc", ETC, "--accept"],
        &["modem", "--plain", "--link"],
        &["modem", "--plain", "--link", "tcp:0=1", "--phonebook"],
        &["call"],
        &["call", "--port"],
        &["lab", "build"],
    ];
    for words in uses {
        let output = offhook().args(*words).arg(odd).output().unwrap();
        assert_eq!(output.status.signal(), None, "{words:?}");
        assert!([Some(1), Some(2), Some(3)].contains(&output.status.code()), "{words:?}: {}", said(&output));
        assert!(!output.stderr.is_empty() && !said(&output).contains("panicked"), "{words:?}: {}", said(&output));
    }
}

#[test]
fn a_program_under_nohup_outlives_its_terminal() {
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    let scratch = tempfile::tempdir().unwrap();
    let mut child = Command::new("nohup")
        .arg(env!("CARGO_BIN_EXE_offhook"))
        .args(["modem", "--link", "./vm0=1", "--control", "control.sock", "--capture", "-"])
        .current_dir(scratch.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let id = Pid::from_raw(child.id().try_into().unwrap());
    // The capture has begun: a section header block (pcapng, section 4.1).
    let mut stdout = child.stdout.take().unwrap();
    let mut header = [0; 4];
    stdout.read_exact(&mut header).unwrap();
    assert_eq!(header, [0x0a, 0x0d, 0x0d, 0x0a]);
    let mut stderr = child.stderr.take().unwrap();
    let mut line = Vec::new();
    while line.last() != Some(&b'\n') {
        let mut octet = [0];
        stderr.read_exact(&mut octet).unwrap();
        line.push(octet[0]);
    }
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap().trim();
    let hang_up = 1 << (Signal::SIGHUP as u64 - 1);
    assert_eq!(u64::from_str_radix(ignored, 16).unwrap() & hang_up, hang_up, "nohup's word holds");
    kill(id, Signal::SIGTERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(!scratch.path().join("vm0").is_symlink());
}
