//! A campaign as JSON, for programs.
//!
//! ```text
//! { "format": 1,
//!   "offhook": "0.1.0",
//!   "exit_code": 1,
//!   "seed": 1,                        of the draw and of the runs
//!   "red": 35, "equivalent": 1, "no_effect": 3, "unjudged": 0, "accepted": 0, "survived": 1, "not_run": 0,
//!   "refused": 7, "same": 3,          drawn and not run: `check` refuses them; the same scenario in other words
//!   "stale": ["..."],                 what is wrong with the entries of --accept
//!   "mutants": [ {
//!       "file": "scenarios/first-call.kdl", "line": 14, "number": 2,
//!       "scenario": "...", "part": "server" or "expectation",
//!       "change": "idle \"5m\" -> \"6m\"",
//!       "stack": "bookworm",
//!       "fate": "red", "equivalent", "no-effect", "unjudged", "accepted", "survived" or "not-run",
//!       "why": "..." or null,         of a red one: the step that failed; of an accepted one: the reason
//!       "evidence": "offhook-out/..."
//!   } ]
//! }
//! ```

use offhook_report::run::RunResult;
use serde::Serialize;

use super::fate::{Counts, Fate, Judged};
use super::view::Matter;

#[derive(Serialize)]
struct Report<'a> {
    format: u32,
    offhook: &'static str,
    exit_code: u8,
    seed: u64,
    red: usize,
    equivalent: usize,
    no_effect: usize,
    unjudged: usize,
    accepted: usize,
    survived: usize,
    not_run: usize,
    refused: usize,
    same: usize,
    stale: Vec<String>,
    mutants: Vec<One<'a>>,
}

#[derive(Serialize)]
struct One<'a> {
    file: String,
    line: usize,
    number: usize,
    scenario: &'a str,
    part: &'static str,
    change: String,
    stack: &'a str,
    fate: &'static str,
    why: Option<&'a str>,
    evidence: String,
}

/// Writes the report.
///
/// # Errors
///
/// None that a mutant could cause; JSON can hold every one of them.
pub fn report(matter: &Matter, result: &RunResult) -> serde_json::Result<String> {
    let (judged, stale) = matter.judge(result);
    let counts = Counts::of(judged.iter().map(|judged| &judged.fate));
    let Counts { red, equivalent, no_effect, unjudged, accepted, survived, not_run } = counts;
    let same = matter.refused.iter().filter(|refused| refused.why.is_none()).count();
    let one = |(index, judged)| {
        let Judged { drawn, fate }: &Judged<'_> = judged;
        One {
            file: drawn.file.path.display().to_string(),
            line: drawn.mutant.line,
            number: drawn.mutant.number,
            scenario: &drawn.mutant.name,
            part: drawn.mutant.part.name(),
            change: drawn.mutant.change.to_string(),
            stack: &drawn.stack,
            fate: fate.name(),
            why: match fate {
                Fate::Red(why) | Fate::Accepted(why) | Fate::NotRun(why) => Some(why),
                Fate::Equivalent | Fate::NoEffect | Fate::Unjudged | Fate::Survived => None,
            },
            evidence: matter.campaign.items[matter.campaign.item(index)].evidence.display().to_string(),
        }
    };
    let mutants = judged.iter().enumerate().map(one).collect();
    let report = Report {
        format: 1,
        offhook: env!("CARGO_PKG_VERSION"),
        exit_code: matter.exit_code(result),
        seed: matter.campaign.seed,
        red,
        equivalent,
        no_effect,
        unjudged,
        accepted,
        survived,
        not_run,
        refused: matter.refused.len() - same,
        same,
        stale,
        mutants,
    };
    let mut text = serde_json::to_string_pretty(&report)?;
    text.push('\n');
    Ok(text)
}
