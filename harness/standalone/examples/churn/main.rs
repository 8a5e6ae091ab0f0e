//! Calls on many lines for many hours of virtual time:
//! `cargo run --release -p offhook-standalone --example churn -- [LINES] [HOURS] [SEED]`; 128 lines, 24 hours, seed 1.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a command")]

#[path = "../../tests/rig/mod.rs"]
mod rig;
mod run;

use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let mut next = |otherwise| numbers.next().unwrap_or(Ok(otherwise));
    let (Ok(lines), Ok(hours), Ok(seed)) = (next(128), next(24), next(1)) else {
        eprintln!("three numbers are expected: lines, hours, seed");
        return ExitCode::from(2);
    };
    let lines = usize::try_from(lines).unwrap_or(usize::MAX).clamp(2, 1024);
    let time = Duration::from_secs(3600).saturating_mul(u32::try_from(hours).unwrap_or(u32::MAX));
    println!("{lines} lines for {hours} h of virtual time, seed {seed}");
    let report = run::run(run::Plan { lines, time, seed }, |tenth, report| println!("{tenth}/10: {report}"));
    match report {
        Ok(_) => {
            println!("every call has had an end, every octet was accounted for, no line is stuck");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
