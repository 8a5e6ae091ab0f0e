//! `offhook-fuzz`: one target, for as long as it is told.

#![allow(clippy::print_stdout, reason = "it is a command")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

use clap::Parser;
use offhook_fuzz::{TARGETS, target};

/// How often it is told how far it is.
const TOLD: Duration = Duration::from_secs(60);

#[derive(Debug, Parser)]
#[command(about = "Gives a target mutations of its corpus until it breaks or the time is over")]
struct Arguments {
    /// The target; without one, all are listed
    target: Option<String>,

    /// How long
    #[arg(long, value_name = "MINUTES", default_value_t = 10)]
    minutes: u64,

    /// Seed of the mutations; another one each time unless stated
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Give it this file alone
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let Some(name) = &arguments.target else {
        for target in TARGETS {
            println!("{:<10} {}", target.name, target.about);
        }
        return ExitCode::SUCCESS;
    };
    let Some(target) = target(name) else {
        eprintln!("there is no target {name}; without a target, all are listed");
        return ExitCode::from(2);
    };
    if let Some(path) = &arguments.input {
        return match std::fs::read(path) {
            Ok(input) => ExitCode::from(u8::from(target.breaks_on(&input))),
            Err(error) => {
                eprintln!("reading {}: {error}", path.display());
                ExitCode::from(2)
            }
        };
    }
    let of_now = || SystemTime::UNIX_EPOCH.elapsed().map_or(1, |since| since.as_secs());
    let seed = arguments.seed.unwrap_or_else(of_now);
    println!("{name} for {} minutes, seed {seed}", arguments.minutes);
    let mut mutator = target.mutator(seed);
    let (start, limit) = (Instant::now(), Duration::from_secs(60 * arguments.minutes));
    let (mut tried, mut told) = (0_u64, Duration::ZERO);
    while start.elapsed() < limit {
        let input = mutator.next_input();
        if target.breaks_on(&input) {
            return found(name, &target.shrunk(input));
        }
        tried += 1;
        if start.elapsed() - told >= TOLD {
            told = start.elapsed();
            println!("{tried} inputs in {} minutes, nothing broke", told.as_secs() / 60);
        }
    }
    println!("{tried} inputs, nothing broke");
    ExitCode::SUCCESS
}

/// Keeps the input that broke a promise.
fn found(name: &str, input: &[u8]) -> ExitCode {
    let path = PathBuf::from(format!("offhook-fuzz-{name}.bin"));
    match std::fs::write(&path, input) {
        Ok(()) => {
            println!("broke on {} octets, kept in {}: run with --input to see it again", input.len(), path.display())
        }
        Err(error) => eprintln!("broke on {input:02x?}, which could not be kept: {error}"),
    }
    ExitCode::FAILURE
}
