//! The figures of the README, measured on this machine: `cargo bench -p offhook`. Needs the lab; builds it if missing.
//!
//! Each figure is of the built program as a whole, as a user runs it; medians are of so many runs as are named.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// One run of the program: how long, the JSON outcome, and the most memory that runner and guests held.
struct Run {
    wall: Duration,
    outcome: serde_json::Value,
    runner_kib: u64,
    guest_kib: u64,
}

fn main() {
    // `cargo test --benches` must not measure.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let out = tempfile::tempdir().unwrap();
    // Watching memory takes processor time from what is watched: it has runs of its own.
    let run_watched = |arguments: &[&str]| run(&root, out.path(), arguments, true);
    let run = |arguments: &[&str]| run(&root, out.path(), arguments, false);
    // The lab, and files in the page cache.
    run(&["scenarios/first-call.kdl", "--stack", "bookworm"]);

    let login = ["scenarios/first-call.kdl", "--stack", "bookworm", "--scenario", "right password"];
    let calls: Vec<Run> = (0..20).map(|_| run(&login)).collect();
    let idle = ["scenarios/first-call.kdl", "--stack", "bookworm", "--scenario", "thirty idle minutes"];
    let idles: Vec<Run> = (0..5).map(|_| run(&idle)).collect();
    let eight = ["scenarios/serial-ports", "--stack", "bookworm", "--scenario", "eight callers"];
    let eights: Vec<Run> = (0..5).map(|_| run(&eight)).collect();
    let fetch = ["scenarios/lan", "--stack", "bookworm", "--scenario", "with error control a mebibyte"];
    let fetches: Vec<Run> = (0..5).map(|_| run(&fetch)).collect();
    let audits: Vec<f64> = (0..5).map(|_| audit(&root)).collect();
    let all = run(&["scenarios"]);

    let boots = calls.iter().map(|call| call.outcome["outcomes"][0]["boot_us"].as_f64().unwrap() / 1e6);
    row("guest boot to process 1, median of 20", median(boots), "s", 0.050);
    row("one PAP call, start to verdict, median of 20", median(calls.iter().map(seconds)), "s", 0.5);
    row("30 idle minutes, start to verdict, median of 5", median(idles.iter().map(seconds)), "s", 1.5);
    row("eight callers at once, median of 5", median(eights.iter().map(seconds)), "s", 2.0);
    row("1 MiB fetched at 33600 bit/s, median of 5", median(fetches.iter().map(seconds)), "s", 3.0);
    row("audit of two ports with its calls, median of 5", median(audits.into_iter()), "s", 10.0);
    row(&format!("all {} scenario runs", all.outcome["outcomes"].as_array().unwrap().len()), seconds(&all), "s", 90.0);
    let watched = [run_watched(&login), run_watched(&idle), run_watched(&["scenarios"])];
    let runs = || watched.iter();
    row("memory of the runner, most seen", mebibytes(runs().map(|run| run.runner_kib)), "MiB", 50.0);
    row("memory of a guest, most seen", mebibytes(runs().map(|run| run.guest_kib)), "MiB", 100.0);
}

/// Seconds that an audit with calls takes, of a correct configuration with two ports.
fn audit(root: &Path) -> f64 {
    let start = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_offhook"))
        .current_dir(root)
        .args(["audit", "--etc", "tests/audit/chap-caller-id/etc", "--ignore-modes"])
        .stdout(Stdio::null())
        .status();
    assert!(status.unwrap().success(), "nothing is found in a correct configuration");
    start.elapsed().as_secs_f64()
}

fn row(what: &str, measured: f64, unit: &str, wanted: f64) {
    let verdict = if measured <= wanted { "" } else { "  MISSED" };
    println!("{what:<50} {measured:>9.3} {unit:<4} wanted: at most {wanted} {unit}{verdict}");
}

fn seconds(run: &Run) -> f64 {
    run.wall.as_secs_f64()
}

fn mebibytes(kib: impl Iterator<Item = u64>) -> f64 {
    kib.max().unwrap_or_default() as f64 / 1024.0
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn run(root: &Path, out: &Path, arguments: &[&str], watched: bool) -> Run {
    let json = out.join("outcome.json");
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_offhook"))
        .current_dir(root)
        .arg("run")
        .args(arguments)
        .arg("--out")
        .arg(out.join("evidence"))
        .arg("--json")
        .arg(&json)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let (mut runner_kib, mut guest_kib) = (0, 0);
    loop {
        let ended = if watched { child.try_wait().unwrap() } else { Some(child.wait().unwrap()) };
        if let Some(status) = ended {
            assert!(status.success(), "every scenario passes before anything is measured");
            break;
        }
        runner_kib = runner_kib.max(peak(child.id()));
        for guest in children(child.id()) {
            guest_kib = guest_kib.max(peak(guest));
        }
        sleep(Duration::from_millis(2));
    }
    let wall = start.elapsed();
    Run { wall, outcome: serde_json::from_slice(&fs::read(json).unwrap()).unwrap(), runner_kib, guest_kib }
}

/// The most memory that was resident in a process, in KiB; 0 if it is gone.
fn peak(pid: u32) -> u64 {
    let status = fs::read_to_string(PathBuf::from(format!("/proc/{pid}/status"))).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

fn children(pid: u32) -> Vec<u32> {
    let text = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    text.split_whitespace().filter_map(|id| id.parse().ok()).collect()
}
