//! What a person sees while scenarios run and when they are done.
//!
//! In: an [`Outcome`], or all of them, and a [`Style`]. Out: text that ends with a newline.
//!
//! - [`Table::row`]: an entry a scenario: mark, `file: name`, what was shown, stack, virtual time, wall time.
//!   From 110 columns on all of that on one line, from 80 on without what was shown, below that on two lines.
//!   Under it, dim: what failed as is known of the server, and why the scenario was skipped if that is not said above.
//! - [`summary`]: counts, known failures, times, seed, why scenarios were skipped, and what ran.
//!
//! Why a scenario failed is told by [`super::failure`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use super::style::{Ink, Style};
use super::text::{counted, fit, hang, pad, printable, span, width, wrap};
use super::{Position, known_failures};
use crate::run::{Outcome, StepResult, Verdict};

/// From here on a line holds what was shown.
const WIDE: usize = 110;
/// From here on an entry is one line.
const MEDIUM: usize = 80;
/// Columns of the mark and the blanks after it.
const MARK: usize = 6;
/// Columns of a time and the blanks before it.
const TIME: usize = 8;

/// The columns in which all entries of a run stand.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    style: Style,
    stack: usize,
}

impl Table {
    /// Columns wide enough for the stacks that will come.
    pub fn new<'a>(style: Style, stacks: impl IntoIterator<Item = &'a str>) -> Self {
        Self { style, stack: stacks.into_iter().map(width).max().unwrap_or(0) }
    }

    /// The entry of one scenario.
    pub fn row(&self, outcome: &Outcome) -> String {
        let style = self.style;
        let (ink, mark) = mark(&outcome.verdict);
        let mark = style.paint(ink, &pad(mark, MARK));
        let title = title(outcome);
        let shown = shown(outcome);
        if style.width < MEDIUM {
            return self.narrow(&mark, &title, &shown, outcome);
        }

        let right = 2 + self.stack + 2 * TIME;
        let room = style.width.saturating_sub(MARK + right);
        let (room, told) = if style.width < WIDE {
            (room, String::new())
        } else {
            // Long titles on wide screens: half of the room each, the odd column to the title.
            let told = (room - 2) / 2;
            let text = pad(&fit(&shown, told, style.ellipsis()), told);
            (room - 2 - told, format!("  {}", style.paint(Ink::Dim, &text)))
        };
        let title = pad(&fit(&title, room, style.ellipsis()), room);
        let stack = pad(&printable(&outcome.stack), self.stack);
        // A scenario that was not run took no time; zeroes would claim that it did.
        let times = match outcome.verdict {
            Verdict::Skipped { .. } => [String::new(), String::new()],
            _ => [outcome.virtual_time, outcome.wall_time].map(span),
        };
        let row = format!("{mark}{title}{told}  {stack}{:>TIME$}{:>TIME$}", times[0], times[1]);
        let skipped = if told.is_empty() { self.skipped(outcome) } else { String::new() };
        format!("{}\n{skipped}{}", row.trim_end(), self.known(outcome))
    }

    /// Why it was not run.
    fn skipped(&self, outcome: &Outcome) -> String {
        match &outcome.verdict {
            Verdict::Skipped { reason } => self.below(reason),
            _ => String::new(),
        }
    }

    /// What failed as is known: `known: 31 expect-text: the prompt has no host name`.
    fn known(&self, outcome: &Outcome) -> String {
        let told = known_failures(outcome).map(|(step, reason)| {
            let line = Position::of(&outcome.source.text, step.span.offset).line;
            self.below(&format!("known: line {line} {} fails: {reason}", step.verb))
        });
        told.collect()
    }

    /// A dim text under an entry, wrapped.
    fn below(&self, text: &str) -> String {
        let mut told = String::new();
        for (index, line) in wrap(&printable(text), self.style.width - MARK - 2).iter().enumerate() {
            let _ = writeln!(
                told,
                "{:1$}{2}",
                "",
                if index == 0 { MARK } else { MARK + 2 },
                self.style.paint(Ink::Dim, line)
            );
        }
        told
    }

    /// Two lines or more: the title whole, and the rest below it.
    fn narrow(&self, mark: &str, title: &str, shown: &str, outcome: &Outcome) -> String {
        let style = self.style;
        let room = style.width - MARK;
        // The lead is as wide as the mark, which may be coloured and must not be measured.
        let mut text = hang(&" ".repeat(MARK), title, 0, style.width);
        text.replace_range(..MARK, mark);
        let times = match outcome.verdict {
            Verdict::Skipped { .. } => String::new(),
            _ => format!("  {} in {}", span(outcome.virtual_time), span(outcome.wall_time)),
        };
        let mut below = format!("{}{times}", printable(&outcome.stack));
        let left = room.saturating_sub(width(&below) + 2);
        let skipped = self.skipped(outcome);
        if left >= 12 && !shown.is_empty() && skipped.is_empty() {
            let _ = write!(below, "  {}", fit(shown, left, style.ellipsis()));
        }
        let _ = writeln!(text, "{:MARK$}{}", "", style.paint(Ink::Dim, &fit(&below, room, style.ellipsis())));
        text + &skipped + &self.known(outcome)
    }
}

/// How an entry begins.
pub(super) const fn mark(verdict: &Verdict) -> (Ink, &'static str) {
    match verdict {
        Verdict::Met => (Ink::Good, "ok"),
        Verdict::NotMet => (Ink::Bad, "FAIL"),
        Verdict::Error { .. } => (Ink::Warn, "ERROR"),
        Verdict::Skipped { .. } => (Ink::Dim, "skip"),
    }
}

/// `idle: the line is dropped after five idle minutes`.
fn title(outcome: &Outcome) -> String {
    let stem = outcome.source.path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    printable(&format!("{stem}: {}", outcome.name))
}

/// What the scenario showed, in a few words.
fn shown(outcome: &Outcome) -> String {
    let text = match &outcome.verdict {
        Verdict::Error { message, .. } => message.clone(),
        Verdict::Skipped { reason } => reason.clone(),
        Verdict::NotMet => outcome
            .steps
            .iter()
            .find_map(|step| match &step.result {
                StepResult::NotMet { actual, .. } => Some(format!("{}: {actual}", step.verb)),
                _ => None,
            })
            .unwrap_or_default(),
        Verdict::Met => {
            let all = outcome.steps.iter().filter_map(|step| match &step.result {
                StepResult::Met { shown, .. } if !shown.is_empty() => Some(shown.as_str()),
                _ => None,
            });
            all.collect::<Vec<_>>().join(", ")
        }
    };
    printable(&text)
}

/// What to know at the end: counts, times and seed, then what ran, a line each.
///
/// `wall` is the time from the first scenario's start to the last one's end; several run at once.
pub fn summary(outcomes: &[Outcome], wall: Duration, style: Style) -> String {
    let count = |matches: fn(&Verdict) -> bool| outcomes.iter().filter(|outcome| matches(&outcome.verdict)).count();
    let kinds = [
        (Ink::Good, "met", count(|verdict| matches!(verdict, Verdict::Met))),
        (Ink::Bad, "not met", count(|verdict| matches!(verdict, Verdict::NotMet))),
        (Ink::Warn, "could not run", count(|verdict| matches!(verdict, Verdict::Error { .. }))),
        (Ink::Dim, "skipped", count(|verdict| matches!(verdict, Verdict::Skipped { .. }))),
    ];
    let known = outcomes.iter().flat_map(known_failures).count();
    let failures = (Ink::Dim, if known == 1 { "known failure" } else { "known failures" }, known);
    let told: Vec<_> = kinds.into_iter().chain([failures]).filter(|(_, _, count)| *count > 0).collect();
    let virtual_time =
        outcomes.iter().map(|outcome| outcome.virtual_time).fold(Duration::ZERO, Duration::saturating_add);
    let mut text = String::new();
    let head = format!("{}{}", counted(outcomes.len(), "scenario"), if told.is_empty() { "" } else { ":" });
    let _ = write!(text, "{}", style.paint(Ink::Strong, &head));
    let mut used = width(&head);
    for (index, (ink, word, count)) in told.iter().enumerate() {
        let comma = if index + 1 < told.len() { "," } else { "" };
        let word = format!("{count} {word}{comma}");
        // Laid out word by word: what is coloured cannot be measured.
        if used + 1 + width(&word) > style.width {
            text.push_str("\n ");
            used = 1;
        }
        let _ = write!(text, " {}", style.paint(*ink, &word));
        used += 1 + width(&word);
    }
    text.push('\n');

    let times = format!("{} of virtual time in {}{}", span(virtual_time), span(wall), seeds(outcomes));
    text.push_str(&hang("  ", &times, 2, style.width));
    let reasons = outcomes.iter().filter_map(|outcome| match &outcome.verdict {
        Verdict::Skipped { reason } => Some(reason),
        _ => None,
    });
    for reason in reasons.collect::<BTreeSet<_>>() {
        text.push_str(&hang("  skipped: ", &printable(reason), 0, style.width));
    }
    let prints: Vec<_> = outcomes.iter().map(|outcome| &outcome.fingerprint).collect();
    // Two stacks of one name differ in their packages only if the lab was rebuilt meanwhile: then both are told.
    let kernels = prints.iter().filter(|print| !print.kernel.is_empty());
    let kernels: BTreeMap<_, _> = kernels.map(|print| (&print.kernel_sha256, &print.kernel)).collect();
    let stacks = prints.iter().filter(|print| !print.stack.is_empty());
    let stacks: BTreeMap<_, _> = stacks.map(|print| ((&print.stack, &print.stack_sha256), &print.packages)).collect();
    let column = stacks.keys().map(|(name, _)| width(name)).max().unwrap_or(0).max("kernel".len());
    for (sha256, release) in kernels {
        let line = format!("{release}  sha256 {}", short(sha256));
        text.push_str(&hang(&format!("  {}  ", pad("kernel", column)), &line, 2, style.width));
    }
    for ((name, sha256), packages) in stacks {
        let line = format!("{}  sha256 {}", printable(&packages.join(", ")), short(sha256));
        text.push_str(&hang(&format!("  {}  ", pad(&printable(name), column)), &line, 2, style.width));
    }
    text
}

/// `, seed 1`, or the range where there are several.
fn seeds(outcomes: &[Outcome]) -> String {
    let seeds = || outcomes.iter().map(|outcome| outcome.seed);
    match (seeds().min(), seeds().max()) {
        (Some(least), Some(greatest)) if least == greatest => format!(", seed {least}"),
        (Some(least), Some(greatest)) => format!(", seeds {least} to {greatest}"),
        _ => String::new(),
    }
}

/// Enough of a hash to tell two labs apart by eye; the JSON report has all of it.
fn short(sha256: &str) -> &str {
    sha256.get(..12).unwrap_or(sha256)
}
