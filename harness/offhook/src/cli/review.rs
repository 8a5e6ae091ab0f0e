//! `offhook review`: snapshots that are new or different, accepted or rejected one by one.
//!
//! In: scenario files, and what a person answers. Out: accepted files. cargo-insta can review the same files.

use std::fs;
use std::io::{self, BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use clap::Args;

use super::play::{Stop, ended, failed};
use super::{Color, say};
use crate::comparison::line_differences;
use crate::snapshots::file::{pending, read};
use crate::snapshots::{Found, find};
use crate::stacks;
use offhook_base::plain;

/// Exit code: something waits still.
const WAITING: u8 = 1;

#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 nothing waits any more, 1 something does, 2 a scenario is wrong, 3 a file could not be written."
)]
pub(super) struct Review {
    /// Scenario files, or directories searched for *.kdl
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Accept all that wait
    #[arg(long, conflicts_with = "reject")]
    accept: bool,

    /// Reject all that wait
    #[arg(long)]
    reject: bool,

    /// Remove snapshots that no scenario names
    #[arg(long)]
    remove_unreferenced: bool,

    #[command(flatten)]
    color: Color,
}

/// What is done with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Accept,
    Reject,
    Skip,
}

pub(super) fn main(arguments: &Review) -> u8 {
    reviewed(arguments).unwrap_or_else(ended)
}

fn reviewed(arguments: &Review) -> Result<u8, Stop> {
    let loaded = offhook_language::load(&arguments.paths)
        .map_err(|errors| Stop::Wrong(errors.render(arguments.color.problems())))?;
    let files: Vec<_> = loaded.into_iter().map(|(source, scenarios)| (source.path, scenarios)).collect();
    let Found { pending: waiting, unreferenced } =
        find(&files, &stacks::names()).map_err(|error| failed(format!("looking for snapshots: {}", plain(&error))))?;
    let mut left = 0;
    for (number, accepted) in waiting.iter().enumerate() {
        say(&format!("{} of {}: {}\n{}", number + 1, waiting.len(), accepted.display(), difference(accepted)?));
        match answer(arguments)? {
            Answer::Accept => {
                fs::rename(pending(accepted), accepted).map_err(|error| wrong("accepting", accepted, &error))?;
                say("  accepted\n\n");
            }
            Answer::Reject => {
                fs::remove_file(pending(accepted)).map_err(|error| wrong("rejecting", accepted, &error))?;
                say("  rejected\n\n");
            }
            Answer::Skip => {
                left += 1;
                say("  waits\n\n");
            }
        }
    }
    for path in &unreferenced {
        if arguments.remove_unreferenced {
            fs::remove_file(path).map_err(|error| wrong("removing", path, &error))?;
            say(&format!("removed, as no scenario names it: {}\n", path.display()));
        } else {
            say(&format!("no scenario names it: {} (--remove-unreferenced)\n", path.display()));
        }
    }
    if waiting.is_empty() {
        say("no snapshot waits for a review\n");
    }
    Ok(if left > 0 { WAITING } else { 0 })
}

/// The difference between what was accepted and what waits.
fn difference(accepted: &Path) -> Result<String, Stop> {
    let new = read(&pending(accepted)).map_err(|error| wrong("reading", &pending(accepted), &error))?;
    let old = match read(accepted) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if let Some((like, old)) = beside(accepted) {
                let lines: String = line_differences(&old, &new).iter().map(|line| format!("  {line}\n")).collect();
                return Ok(format!("  it is new; beside that of {like}:\n{lines}"));
            }
            let lines: String = new.lines().map(|line| format!("  + {line}\n")).collect();
            return Ok(format!("  it is new:\n{lines}"));
        }
        Err(error) => return Err(wrong("reading", accepted, &error)),
    };
    Ok(line_differences(&old, &new).iter().map(|line| format!("  {line}\n")).collect())
}

/// Of a stack that is like another: that one's name, and its snapshot.
fn beside(accepted: &Path) -> Option<(String, String)> {
    let (stem, stack) = accepted.file_stem()?.to_str()?.rsplit_once('@')?;
    let like = Some(stacks::like(stack)).filter(|like| like != stack)?;
    let text = read(&accepted.with_file_name(format!("{stem}@{like}.snap"))).ok()?;
    Some((like, text))
}

fn answer(arguments: &Review) -> Result<Answer, Stop> {
    if arguments.accept {
        return Ok(Answer::Accept);
    }
    if arguments.reject {
        return Ok(Answer::Reject);
    }
    if !io::stdin().is_terminal() {
        return Ok(Answer::Skip);
    }
    loop {
        say("  a accept, r reject, s skip: ");
        let mut line = String::new();
        let count = io::stdin()
            .lock()
            .read_line(&mut line)
            .map_err(|error| failed(format!("reading an answer: {}", plain(&error))))?;
        match line.trim() {
            "a" => return Ok(Answer::Accept),
            "r" => return Ok(Answer::Reject),
            "s" => return Ok(Answer::Skip),
            _ if count == 0 => return Ok(Answer::Skip),
            _ => {}
        }
    }
}

fn wrong(doing: &str, path: &Path, error: &io::Error) -> Stop {
    failed(format!("{doing} {}: {}", path.display(), plain(error)))
}
