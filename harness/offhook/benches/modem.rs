//! What `offhook modem` costs, and what it carries, measured on this machine: `cargo bench -p offhook --bench modem`.
//!
//! The built program as a whole, used through its ptys: octets a second and delay with pacing off, and what 64 modems
//! cost that have nothing to do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../../../tests/common/terminal.rs"]
mod terminal;

use std::io::{Read, Write};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use terminal::{Modems, Terminal};

/// Octets carried for the rate.
const OCTETS: usize = 16 << 20;
/// Octets there and back for the delay.
const TURNS: usize = 500;
/// For so long the idle modems are watched.
const IDLE: Duration = Duration::from_secs(10);

fn main() {
    // `cargo test --benches` must not measure.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let (_modems, mut one, mut other) = connected();
    let mut delays: Vec<f64> = (0..TURNS).map(|_| delay(&mut one, &mut other)).collect();
    delays.sort_by(f64::total_cmp);
    row("one octet pty to pty through two modems, median", delays[TURNS / 2], "ms", 1.0);
    row("the same, 99 of 100", delays[TURNS * 99 / 100], "ms", 1.0);
    row("pty to pty through two modems, pacing off", rate(&one, &other), "MB/s, at least", 1.0);
    let links: Vec<String> = (0..64).map(|number| format!("./idle{number}=55520{number:02}")).collect();
    let arguments: Vec<&str> = links.iter().flat_map(|link| ["--link", link]).collect();
    let mut idle = Modems::start(program(), &arguments);
    let mut terminals: Vec<Terminal> = (0..64).map(|number| idle.terminal(&format!("idle{number}"))).collect();
    for terminal in &mut terminals {
        terminal.command("AT", "OK");
    }
    let before = ticks(idle.id());
    thread::sleep(IDLE);
    // The kernel counts in hundredths of a second.
    let percent = (ticks(idle.id()) - before) / IDLE.as_secs_f64();
    row("64 idle modems, of one core", percent, "%", 1.0);
    row("64 idle modems, resident memory", resident(idle.id()), "MiB", 20.0);
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_offhook"))
}

fn connected() -> (Modems, Terminal, Terminal) {
    let links = ["--no-pacing", "--link", "./vm0=5551000", "--link", "./vm1=5551001"];
    let mut modems = Modems::start(program(), &links);
    let (mut one, mut other) = (modems.terminal("vm0"), modems.terminal("vm1"));
    one.command("ATE0", "OK");
    other.command("ATE0S0=1", "OK");
    one.send("ATDT5551001\r");
    one.hear("CONNECT 33600\r\n");
    other.hear("CONNECT 33600\r\n");
    (modems, one, other)
}

/// Milliseconds of one octet's way.
fn delay(one: &mut Terminal, other: &mut Terminal) -> f64 {
    let start = Instant::now();
    one.send("x");
    other.hear("x");
    start.elapsed().as_secs_f64() * 1e3
}

/// Millions of octets a second.
fn rate(one: &Terminal, other: &Terminal) -> f64 {
    let start = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| one.file().write_all(&vec![b'.'; OCTETS]).unwrap());
        let mut buffer = vec![0; 65_536];
        let mut left = OCTETS;
        while left > 0 {
            left -= other.file().read(&mut buffer).unwrap();
        }
    });
    OCTETS as f64 / 1e6 / start.elapsed().as_secs_f64()
}

/// Hundredths of a second of processor time that a process has used.
fn ticks(process: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<&str> = text.rsplit_once(") ").unwrap().1.split(' ').collect();
    fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()
}

/// Mebibytes of memory that a process holds.
fn resident(process: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = text.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

fn row(what: &str, value: f64, unit: &str, bound: f64) {
    println!("{what:<55} {value:>10.3} {unit} (bound {bound})");
}
