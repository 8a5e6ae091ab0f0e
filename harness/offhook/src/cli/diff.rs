//! `offhook diff`: two results laid side by side, and `offhook run --compare`, which does that with two stacks of one run.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::selection::tell;
use super::{Color, WRONG_INPUT, complain};
use crate::comparison::exchange::Wanted;
use crate::comparison::{Paired, difference, paired, text};
use offhook_report::evidence::saved::{Saved, load};
use offhook_report::run::{FAILED, PASSED, RunResult};
use offhook_session::{Outcome, Verdict};

#[derive(Debug, Args)]
pub(super) struct Diff {
    /// A JSON report of a run, its directory for evidence, or the evidence of one scenario
    #[arg(value_name = "FIRST")]
    first: PathBuf,

    /// What it is compared with, likewise
    #[arg(value_name = "SECOND")]
    second: PathBuf,

    #[command(flatten)]
    comparing: Comparing,

    #[command(flatten)]
    color: Color,
}

/// How is compared.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Comparing {
    /// Compare the server's processes and logs as well
    #[arg(long)]
    logs: bool,

    /// Compare what is random as well: Magic-Numbers, challenges, interface identifiers
    #[arg(long)]
    exact: bool,

    /// Show so many lines that are the same on each side of a difference
    #[arg(long, value_name = "LINES", default_value_t = 2)]
    around: usize,
}

pub(super) fn main(arguments: &Diff) -> u8 {
    match (loaded(&arguments.first), loaded(&arguments.second)) {
        (Ok(first), Ok(second)) => {
            let outcomes =
                |saved: Saved| saved.result.outcomes.into_iter().filter(|outcome| ran(outcome)).collect::<Vec<_>>();
            let paired = paired(&outcomes(first), &outcomes(second));
            if paired.pairs.is_empty() {
                complain("the two have no scenario run in common: it is known by its file, name, stack and seed\n");
                return WRONG_INPUT;
            }
            tell_differences(&paired, arguments.comparing, None, &arguments.color)
        }
        (Err(why), _) | (_, Err(why)) => {
            complain(&format!("{why}\n"));
            WRONG_INPUT
        }
    }
}

/// What was written of a run, with all its traces.
fn loaded(path: &Path) -> Result<Saved, String> {
    let saved = load(path).map_err(|error| error.to_string())?;
    match saved.without_trace {
        0 => Ok(saved),
        count => Err(format!(
            "{}: {count} of its scenario runs have no trace.jsonl in their evidence: keep the directory that --out names, beside \
             the report or where it was",
            path.display()
        )),
    }
}

fn ran(outcome: &Outcome) -> bool {
    !matches!(outcome.verdict, Verdict::NotRun { .. } | Verdict::Skipped { .. })
}

/// What two stacks of a run did differently, scenario by scenario.
pub(super) fn tell_stacks(result: &RunResult, stacks: &(String, String), json: Option<&Path>, color: &Color) {
    let of = |stack: &String| -> Vec<Arc<Outcome>> {
        result.outcomes.iter().filter(|outcome| outcome.stack == *stack && ran(outcome)).cloned().collect()
    };
    let paired = paired(&of(&stacks.0), &of(&stacks.1));
    tell(json, &format!("\n{} (-) and {} (+)\n", stacks.0, stacks.1));
    tell_differences(&paired, Comparing { logs: false, exact: false, around: 2 }, json, color);
}

/// Tells them; the exit code says whether there are any.
fn tell_differences(paired: &Paired, comparing: Comparing, json: Option<&Path>, color: &Color) -> u8 {
    let style = color.style_of(&io::stdout());
    let wanted = Wanted { logs: comparing.logs, exact: comparing.exact };
    let mut different = 0;
    for pair in &paired.pairs {
        let difference = difference(pair, wanted, comparing.around);
        if !difference.is_none() {
            different += 1;
            tell(json, &format!("{}\n", text::scenario(pair, &difference, style)));
        }
    }
    let only = [paired.only_before.len(), paired.only_after.len()];
    tell(json, &text::summary(paired.pairs.len(), different, only));
    if different == 0 && only == [0, 0] { PASSED } else { FAILED }
}

/// `A,B`: two stacks. Whether there are such is known once the scenario files are read.
pub(super) fn two_stacks(text: &str) -> Result<(String, String), String> {
    let (first, second) = text.split_once(',').ok_or("expected two stacks: bookworm,trixie")?;
    match first == second {
        true => Err("the two are the same".to_owned()),
        false if first.is_empty() || second.is_empty() => Err("expected two stacks: bookworm,trixie".to_owned()),
        false => Ok((first.to_owned(), second.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_stacks_are_two_names() {
        assert_eq!(two_stacks("bookworm,trixie"), Ok(("bookworm".to_owned(), "trixie".to_owned())));
        for wrong in ["bookworm", "bookworm,bookworm", "bookworm,", ",trixie", ""] {
            assert!(two_stacks(wrong).is_err(), "{wrong}");
        }
    }
}
