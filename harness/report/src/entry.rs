//! What begins an entry for a scenario, wherever there is one: mark, name, stack and seed.

use super::run::Planned;
use super::style::Ink;
use super::text::printable;
use offhook_session::{Outcome, Verdict};

/// How an entry begins.
pub(crate) const fn mark(verdict: &Verdict) -> (Ink, &'static str) {
    match verdict {
        Verdict::Passed => (Ink::Good, "ok"),
        Verdict::Failed => (Ink::Bad, "FAIL"),
        Verdict::Error { .. } => (Ink::Warn, "ERROR"),
        Verdict::Skipped { .. } => (Ink::Dim, "skip"),
        Verdict::NotRun { .. } => (Ink::Dim, "-"),
    }
}

/// `idle: the line is dropped after five idle minutes`.
pub(crate) fn title(outcome: &Outcome) -> String {
    planned_title(&Planned::of(outcome))
}

/// The same of what is planned.
pub(crate) fn planned_title(planned: &Planned) -> String {
    let stem = planned.file.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    printable(&format!("{stem}: {}", planned.name))
}

/// The stack, and the seed if seeds are told.
pub(crate) fn place(stack: &str, seed: u64, seeds: bool) -> String {
    let stack = printable(stack);
    if seeds { format!("{stack} seed {seed}") } else { stack }
}
