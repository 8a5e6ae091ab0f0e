//! A line for every scenario, in columns.
//!
//! In: an [`Outcome`] and a [`Style`]. Out: text that ends with a newline: mark, `file: name`, what was shown, stack and
//! seed, virtual time, wall time. The name has the room it needs before anything is shown of what came; below 80 columns an
//! entry has two lines. Where nothing is cut ([`Style::cut`]) every name is whole. Under the line, dim: why it failed, in
//! short; what was taken of a given `/etc`, if asked; what failed as expected; why it was skipped.

use std::fmt::Write as _;

use super::entry::{mark, place, planned_title, title};
use super::run::{DEFAULT_SEED, Planned};
use super::style::{Ink, Style};
use super::text::{fit, hang, pad, printable, span, width, wrap};
use super::{FEW, Position, expected_failures, failure, taken_words};
use offhook_session::{Outcome, StepResult, Verdict};

/// From here on an entry is one line.
const MEDIUM: usize = 80;
/// Columns of the mark and the blanks after it.
pub(crate) const MARK: usize = 6;
/// Columns of a time and the blanks before it.
const TIME: usize = 8;
/// What is shown of an outcome beside its name has at least so many columns, blanks before it included, or none.
const SHOWN: usize = 24;

/// The columns in which all entries of a run stand.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    style: Style,
    name: usize,
    place: usize,
    seeds: bool,
    /// What was taken of a given `/etc` is told, too.
    etc: bool,
}

impl Table {
    /// Columns wide enough for what is planned.
    pub fn new(style: Style, plan: &[Planned]) -> Self {
        // A seed is told where there is something to tell: another than the default.
        let seeds = plan.iter().any(|planned| planned.seed != DEFAULT_SEED);
        let name = plan.iter().map(|planned| width(&planned_title(planned))).max().unwrap_or(0);
        let place = plan.iter().map(|planned| width(&place(&planned.stack, planned.seed, seeds))).max().unwrap_or(0);
        Self { style, name, place, seeds, etc: false }
    }

    /// The same, which also tells what was taken of a given `/etc`.
    pub const fn with_etc(self, etc: bool) -> Self {
        Self { etc, ..self }
    }

    /// The entry of one scenario.
    pub fn row(&self, outcome: &Outcome) -> String {
        let style = self.style;
        let (ink, mark) = mark(&outcome.verdict);
        let mark = style.paint(ink, &pad(mark, MARK));
        let title = title(outcome);
        let place = place(&outcome.stack, outcome.seed, self.seeds);
        // A scenario that was not run took no time; zeroes would claim that it did.
        let times = match outcome.verdict {
            Verdict::Skipped { .. } | Verdict::NotRun { .. } => [String::new(), String::new()],
            _ => [outcome.virtual_time, outcome.wall_time].map(span),
        };
        if style.cut && style.width < MEDIUM {
            return self.narrow(&mark, &title, &place, &times) + &self.remarks(outcome);
        }
        let room = style.width.saturating_sub(MARK + 2 + self.place + 2 * TIME);
        let (name, shown) = if !style.cut {
            (pad(&title, self.name), String::new())
        } else if room >= self.name + SHOWN {
            let shown = fit(&shown(outcome), room - self.name - 2, style.ellipsis());
            let shown = pad(&shown, room - self.name - 2);
            (pad(&title, self.name), format!("  {}", style.paint(Ink::Dim, &shown)))
        } else {
            (pad(&fit(&title, room, style.ellipsis()), room), String::new())
        };
        let place = pad(&place, self.place);
        let row = format!("{mark}{name}{shown}  {place}{:>TIME$}{:>TIME$}", times[0], times[1]);
        format!("{}\n{}", row.trim_end(), self.remarks(outcome))
    }

    /// What to know besides, dim: why it failed, or was skipped, and what failed as expected.
    fn remarks(&self, outcome: &Outcome) -> String {
        let mut text = match &outcome.verdict {
            Verdict::Skipped { reason } => self.below(&format!("skipped: {reason}")),
            Verdict::Failed | Verdict::Error { .. } => self.below(&failure::in_short(outcome)),
            Verdict::Passed | Verdict::NotRun { .. } => String::new(),
        };
        for line in outcome.etc.iter().filter(|_| self.etc).flat_map(|taken| taken_words(taken, FEW)) {
            text.push_str(&self.below(&line));
        }
        for (step, reason) in expected_failures(outcome) {
            let line = Position::of(&outcome.source.text, step.span.offset).line;
            text.push_str(&self.below(&format!("line {line}, {} failed as expected: {reason}", step.verb)));
        }
        text
    }

    /// A dim text under an entry, wrapped.
    fn below(&self, text: &str) -> String {
        let mut told = String::new();
        for (index, line) in wrap(&printable(text), self.style.width - MARK - 2).iter().enumerate() {
            let indent = if index == 0 { MARK } else { MARK + 2 };
            let _ = writeln!(told, "{:indent$}{}", "", self.style.paint(Ink::Dim, line));
        }
        told
    }

    /// Two lines or more: the title whole, and the rest below it.
    fn narrow(&self, mark: &str, title: &str, place: &str, times: &[String; 2]) -> String {
        let style = self.style;
        // The lead is as wide as the mark, which may be coloured and must not be measured.
        let mut text = hang(&" ".repeat(MARK), title, 0, style.width);
        text.replace_range(..MARK, mark);
        let times = if times[0].is_empty() { String::new() } else { format!("  {} in {}", times[0], times[1]) };
        let below = fit(&format!("{place}{times}"), style.width - MARK, style.ellipsis());
        let _ = writeln!(text, "{:MARK$}{}", "", style.paint(Ink::Dim, &below));
        text
    }
}

/// What the scenario showed, in a few words. Why it did not pass stands below.
fn shown(outcome: &Outcome) -> String {
    if !matches!(outcome.verdict, Verdict::Passed) {
        return String::new();
    }
    let all = outcome.steps.iter().filter_map(|step| match &step.result {
        StepResult::Passed { shown, .. } if !shown.is_empty() => Some(shown.as_str()),
        _ => None,
    });
    printable(&all.collect::<Vec<_>>().join(", "))
}
