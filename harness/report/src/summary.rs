//! What to know when a run is over.
//!
//! In: a [`RunResult`] and a [`Style`]. Out: text that ends with a newline: counts, expected failures, times, seed, why
//! scenarios were skipped or not run, where the evidence is, and what ran.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::ended_words;
use super::run::{Counts, DEFAULT_SEED, Planned, RunResult};
use super::style::{Ink, Style};
use super::text::{counted, hang, pad, printable, span, width};
use offhook_session::{Ended, Outcome, Verdict};

/// `710 runs of 355 scenarios`, or `3 scenarios` if each runs once.
pub(crate) fn how_many(plan: &[Planned]) -> String {
    let scenarios = plan.iter().map(|planned| (&planned.file, &planned.name)).collect::<BTreeSet<_>>().len();
    match plan.len() {
        runs if runs == scenarios => counted(scenarios, "scenario"),
        runs => format!("{} of {}", counted(runs, "run"), counted(scenarios, "scenario")),
    }
}

/// The counts that are not zero, each with its colour: `3 passed`, `1 failed`.
pub(crate) fn count_words(counts: Counts) -> Vec<(Ink, String)> {
    let Counts { passed, failed, errors, skipped, not_run, expected_failures } = counts;
    let expected = counted(expected_failures, "expected failure");
    [
        (Ink::Good, passed, format!("{passed} passed")),
        (Ink::Bad, failed, format!("{failed} failed")),
        (Ink::Warn, errors, format!("{errors} could not run")),
        (Ink::Dim, skipped, format!("{skipped} skipped")),
        (Ink::Dim, not_run, format!("{not_run} not run")),
        (Ink::Dim, expected_failures, expected),
    ]
    .into_iter()
    .filter(|(_, count, _)| *count > 0)
    .map(|(ink, _, words)| (ink, words))
    .collect()
}

/// What to know at the end: counts, times and seed, where the evidence is, then what ran, a line each.
pub fn summary(result: &RunResult, style: Style) -> String {
    let outcomes: Vec<&Outcome> = result.outcomes.iter().map(AsRef::as_ref).collect();
    let plan: Vec<Planned> = outcomes.iter().map(|outcome| Planned::of(outcome)).collect();
    let mut text = head(&how_many(&plan), result.counts(), style);
    let times = format!("{}{}", times(&outcomes, result.wall), seeds(&plan));
    text.push_str(&hang("  ", &times, 2, style.width));
    if result.ended != Ended::Completed {
        text.push_str(&hang("  not run: ", ended_words(result.ended), 0, style.width));
    }
    let reasons = outcomes.iter().filter_map(|outcome| match &outcome.verdict {
        Verdict::Skipped { reason } => Some(reason),
        _ => None,
    });
    for reason in reasons.collect::<BTreeSet<_>>() {
        text.push_str(&hang("  skipped: ", &printable(reason), 0, style.width));
    }
    ran(&mut text, &outcomes, style);
    text
}

/// `3.05s of virtual time in 0.210s`; of what ran by the real clock there is no other time than that.
pub(crate) fn times(outcomes: &[&Outcome], wall: Duration) -> String {
    let by_virtual_clock = outcomes.iter().filter(|outcome| outcome.fingerprint.subject.is_none());
    let times: Vec<Duration> = by_virtual_clock.map(|outcome| outcome.virtual_time).collect();
    if times.is_empty() && !outcomes.is_empty() {
        return format!("{} of real time", span(wall));
    }
    let virtual_time = times.into_iter().fold(Duration::ZERO, Duration::saturating_add);
    format!("{} of virtual time in {}", span(virtual_time), span(wall))
}

fn head(how_many: &str, counts: Counts, style: Style) -> String {
    let told = count_words(counts);
    let head = format!("{how_many}{}", if told.is_empty() { "" } else { ":" });
    let mut text = style.paint(Ink::Strong, &head);
    let mut used = width(&head);
    for (index, (ink, words)) in told.iter().enumerate() {
        let comma = if index + 1 < told.len() { "," } else { "" };
        let words = format!("{words}{comma}");
        // Laid out word by word: what is coloured cannot be measured.
        if used + 1 + width(&words) > style.width {
            text.push_str("\n ");
            used = 1;
        }
        let _ = write!(text, " {}", style.paint(*ink, &words));
        used += 1 + width(&words);
    }
    text.push('\n');
    text
}

/// `, seed 7`, or the range where there are several. Nothing for the default.
fn seeds(plan: &[Planned]) -> String {
    let seeds = || plan.iter().map(|planned| planned.seed);
    match (seeds().min(), seeds().max()) {
        (Some(DEFAULT_SEED), Some(DEFAULT_SEED)) => String::new(),
        (Some(least), Some(greatest)) if least == greatest => format!(", seed {least}"),
        (Some(least), Some(greatest)) => format!(", seeds {least} to {greatest}"),
        _ => String::new(),
    }
}

/// Where the evidence is, the kernel and the stacks, a line each.
fn ran(text: &mut String, outcomes: &[&Outcome], style: Style) {
    let prints: Vec<_> = outcomes.iter().map(|outcome| &outcome.fingerprint).collect();
    // Two stacks of one name differ in their files only if the lab was rebuilt meanwhile: then both are told.
    let kernels = prints.iter().filter(|print| !print.kernel.is_empty());
    let kernels: BTreeMap<_, _> = kernels.map(|print| (&print.kernel_sha256, print)).collect();
    let stacks = prints.iter().filter(|print| !print.stack.is_empty());
    let stacks: BTreeMap<_, _> = stacks.map(|print| ((&print.stack, &print.files_sha256), print)).collect();
    let column = stacks.keys().map(|(name, _)| width(name)).max().unwrap_or(0).max("evidence".len());
    let lead = |name: &str| format!("  {}  ", pad(name, column));
    for (sha256, print) in kernels {
        let line = format!("{}  sha256 {}", print.kernel, short(sha256));
        text.push_str(&hang(&lead("kernel"), &line, 2, style.width));
        if print.kernel_changed {
            text.push_str(&hang(&lead(""), "not the one that was built", 2, style.width));
        }
    }
    for ((name, sha256), print) in stacks {
        let line = match &print.subject {
            Some(subject) => printable(&subject.by),
            None => format!("{}  sha256 {}", printable(&print.packages.join(", ")), short(sha256)),
        };
        text.push_str(&hang(&lead(&printable(name)), &line, 2, style.width));
        if !print.changed.is_empty() {
            let line = format!("not as it was built: {}", printable(&print.changed.to_string()));
            text.push_str(&hang(&lead(""), &line, 2, style.width));
        }
    }
    let kept = outcomes.iter().filter(|outcome| !matches!(outcome.verdict, Verdict::NotRun { .. }));
    if let Some(place) = common(kept.map(|outcome| outcome.evidence.as_path())) {
        // There to be copied: a newline in it would break it.
        let _ = writeln!(text, "{}{}", lead("evidence"), printable(&place.display().to_string()));
    }
}

/// The deepest directory that all of these are in or are.
fn common<'a>(mut places: impl Iterator<Item = &'a Path>) -> Option<PathBuf> {
    let first = places.next()?.to_owned();
    let common = places.fold(first, |common, place| {
        let shared = common.components().zip(place.components()).take_while(|(one, other)| one == other);
        shared.map(|(component, _)| component).collect()
    });
    (common.components().count() > 0).then_some(common)
}

/// Enough of a hash to tell two labs apart by eye; the JSON report has all of it.
fn short(sha256: &str) -> &str {
    sha256.get(..12).unwrap_or(sha256)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(name: &str, stack: &str, seed: u64) -> Planned {
        Planned { file: "a.kdl".into(), name: name.into(), stack: stack.into(), seed }
    }

    #[test]
    fn runs_are_told_from_scenarios_where_they_are_not_as_many() {
        assert_eq!(how_many(&[planned("x", "bookworm", 1), planned("y", "bookworm", 1)]), "2 scenarios");
        assert_eq!(how_many(&[planned("x", "bookworm", 1), planned("x", "trixie", 1)]), "2 runs of 1 scenario");
    }

    #[test]
    fn the_default_seed_is_not_told() {
        assert_eq!(seeds(&[planned("x", "bookworm", DEFAULT_SEED)]), "");
        assert_eq!(seeds(&[planned("x", "bookworm", 7)]), ", seed 7");
        assert_eq!(seeds(&[planned("x", "bookworm", 1), planned("x", "bookworm", 3)]), ", seeds 1 to 3");
    }

    #[test]
    fn the_evidence_of_a_run_is_where_all_of_it_is() {
        let places = ["/out/a/x", "/out/a/y", "/out/b"].map(Path::new);
        assert_eq!(common(places.into_iter()), Some("/out".into()));
        assert_eq!(common(places.into_iter().take(1)), Some("/out/a/x".into()));
        assert_eq!(common(std::iter::empty()), None);
    }
}
