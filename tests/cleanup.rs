//! Whatever ends a run, nothing is left of it: no process, no file outside the cache and the output directory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use common::{offhook, said};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A scenario that keeps its guest busy for much longer than any test takes.
const LONG: &str = r#"
scenario "pings for a week" {
    server {
        port "ttyS0"
        ppp { addresses local="192.168.32.1" remote="192.168.32.105"; require-auth "pap" }
        account "alice" password="secret"
    }
    call {
        ppp user="alice" password="secret"
        ping "192.168.32.1" count=10000 every="10s"
    }
}
"#;

/// A process, told apart from a later one with the same id by when it started.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Process {
    id: i32,
    parent: i32,
    started: String,
}

fn processes() -> Vec<Process> {
    let ids = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    ids.filter_map(|id: i32| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        // A zombie is gone but for its parent's knowledge of it.
        (fields[0] != "Z").then(|| Process { id, parent: fields[1].parse().unwrap(), started: fields[19].to_owned() })
    })
    .collect()
}

fn descendants(of: i32) -> Vec<Process> {
    let all = processes();
    let mut family = vec![of];
    let mut found = Vec::new();
    while let Some(parent) = family.pop() {
        for child in all.iter().filter(|process| process.parent == parent) {
            family.push(child.id);
            found.push(child.clone());
        }
    }
    found
}

/// Waits until `fact` holds, for 30 s at most.
fn eventually(what: &str, mut fact: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !fact() {
        assert!(Instant::now() < deadline, "waited 30 s for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

struct Running {
    runner: Child,
    guests: Vec<Process>,
    directory: tempfile::TempDir,
    shared_memory: BTreeSet<String>,
}

fn names(directory: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).unwrap();
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

/// A run with two guests in the middle of their scenarios.
fn running(extra: &[&str]) -> Running {
    let directory = tempfile::tempdir().unwrap();
    let scenario = directory.path().join("long.kdl");
    fs::write(&scenario, LONG).unwrap();
    fs::create_dir(directory.path().join("tmp")).unwrap();
    let shared_memory = names("/dev/shm");
    let runner = offhook()
        .arg("run")
        .arg(&scenario)
        .arg("--out")
        .arg(directory.path().join("out"))
        .args(["--jobs", "2"])
        .args(extra)
        .env("TMPDIR", directory.path().join("tmp"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let id = i32::try_from(runner.id()).unwrap();
    // A kernel and at least the processes of mgetty and process 1 for each of the two, and what waits for the runner's end.
    let mut guests = Vec::new();
    let deadline = Instant::now() + Duration::from_secs(1500);
    while guests.len() < 7 {
        assert!(Instant::now() < deadline, "two guests run after the lab is built");
        thread::sleep(Duration::from_millis(50));
        guests = descendants(id);
    }
    Running { runner, guests, directory, shared_memory }
}

impl Running {
    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(i32::try_from(self.runner.id()).unwrap()), signal).unwrap();
    }

    fn assert_nothing_is_left(&self) {
        eventually("the guests to be gone", || {
            let now: BTreeSet<_> = processes().into_iter().map(|process| (process.id, process.started)).collect();
            self.guests.iter().all(|guest| !now.contains(&(guest.id, guest.started.clone())))
        });
        let left: Vec<_> = names(self.directory.path().join("tmp").to_str().unwrap()).into_iter().collect();
        assert_eq!(left, Vec::<String>::new(), "nothing is left in TMPDIR");
        let new: Vec<_> = names("/dev/shm").difference(&self.shared_memory).cloned().collect();
        assert_eq!(new, Vec::<String>::new(), "nothing is left in /dev/shm");
        let beside: BTreeSet<String> = names(self.directory.path().to_str().unwrap());
        assert!(beside.iter().all(|name| ["long.kdl", "out", "tmp"].contains(&name.as_str())), "{beside:?}");
    }
}

#[test]
fn a_killed_runner_leaves_no_guest_and_no_file() {
    let mut run = running(&[]);
    run.signal(Signal::SIGKILL);
    run.runner.wait().unwrap();
    run.assert_nothing_is_left();
}

#[test]
fn what_would_outlive_a_killed_runner_is_ended_for_it() {
    use std::io::Write;
    use std::os::unix::process::{CommandExt, ExitStatusExt};
    use std::process::Command;

    let sleeper = || Command::new("sleep").arg("1000").process_group(0).spawn().unwrap();
    let (mut left, mut ended) = (sleeper(), sleeper());
    let init = offhook_lab::ensure(&[], &offhook_lab::Progress::for_stderr()).unwrap().init;
    let mut lifeline =
        Command::new(init.program()).arg(offhook_base::guest::END_WITH_RUNNER).stdin(Stdio::piped()).spawn().unwrap();
    let mut told = lifeline.stdin.take().unwrap();
    write!(told, "+{}\n+{}\n-{}\nnonsense\n\n+x\n", left.id(), ended.id(), ended.id()).unwrap();
    drop(told);
    assert!(lifeline.wait().unwrap().success());
    assert_eq!(left.wait().unwrap().signal(), Some(Signal::SIGKILL as i32));
    assert_eq!(ended.try_wait().unwrap(), None);
    ended.kill().unwrap();
    ended.wait().unwrap();
}

#[test]
fn an_interrupted_runner_ends_its_guests_and_says_so() {
    let mut run = running(&[]);
    run.signal(Signal::SIGINT);
    let status = run.runner.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    run.assert_nothing_is_left();
}

#[test]
fn a_terminated_runner_reports_what_did_not_run() {
    let mut run = running(&["--stack", "bookworm", "--seeds", "1..3"]);
    run.signal(Signal::SIGTERM);
    let status = run.runner.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    let mut text = String::new();
    std::io::Read::read_to_string(&mut run.runner.stdout.take().unwrap(), &mut text).unwrap();
    assert!(text.contains("interrupted; ending 2 guests\n") && text.contains(": 3 not run\n"), "{text}");
    run.assert_nothing_is_left();
}

#[test]
fn a_killed_guest_is_its_scenarios_error_and_nothing_else() {
    let run = running(&["--stack", "bookworm", "--seeds", "1..2", "--limit", "4"]);
    let runner = i32::try_from(run.runner.id()).unwrap();
    // The one that has processes of its own; the other of the runner's children waits for its end.
    let is_parent = |id: i32| run.guests.iter().any(|guest| guest.parent == id);
    let kernel = run.guests.iter().find(|guest| guest.parent == runner && is_parent(guest.id)).unwrap();
    kill(Pid::from_raw(kernel.id), Signal::SIGKILL).unwrap();
    let output = run.runner.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("the guest ended before it could report"), "{}", said(&output));
    // The other one is ended by its limit, which shows that it went on.
    assert!(text.contains("longer than 4s of real time"), "{}", said(&output));
}

#[test]
fn the_hosts_ppp_and_mgetty_files_are_not_touched() {
    let before: Vec<_> = ["/etc/ppp", "/etc/mgetty", "/etc/inittab"].map(modified).into_iter().collect();
    let directory = tempfile::tempdir().unwrap();
    let output = offhook()
        .args(["run", "scenarios/first-call.kdl", "--stack", "bookworm", "--out"])
        .arg(directory.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let after: Vec<_> = ["/etc/ppp", "/etc/mgetty", "/etc/inittab"].map(modified).into_iter().collect();
    assert_eq!(before, after);
}

fn modified(path: &str) -> Option<std::time::SystemTime> {
    fs::metadata(Path::new(path)).and_then(|metadata| metadata.modified()).ok()
}
