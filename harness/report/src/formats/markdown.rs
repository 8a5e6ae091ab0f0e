//! A summary in GitHub-flavoured Markdown: for a job's summary, a comment, a wiki.
//!
//! In: a [`RunResult`]. Out: counts, what failed with expected and actual, what could not run, what was skipped, the slowest,
//! what ran; then the text of the first failures, folded. GitHub takes a job summary of 1 MiB at most: every part is bounded,
//! and says what it leaves out.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::file;
use super::standing::{Standing, failed_steps};
use crate::Position;
use crate::entry::title;
use crate::failure::alike;
use crate::run::{DEFAULT_SEED, Planned, RunResult};
use crate::summary::{count_words, how_many, times};
use crate::text::{counted, printable, span};
use offhook_session::{Outcome, StepResult, Verdict};

/// Rows of a table.
const ROWS: usize = 100;
/// Octets of a cell.
const CELL: usize = 1000;
/// Failures whose text is told.
const TEXTS: usize = 20;
/// Octets of such a text.
const TEXT: usize = 20_000;
/// How many of the slowest are named.
const SLOWEST: usize = 10;

/// Writes the summary, of less than 1 MiB.
pub fn markdown(result: &RunResult, fail_on_skip: bool) -> String {
    let outcomes: Vec<&Outcome> = result.outcomes.iter().map(AsRef::as_ref).collect();
    let mut text = head(result, &outcomes);
    let groups = alike(outcomes.iter().copied());
    let is_error = |group: &&Vec<&Outcome>| group.iter().any(|it| matches!(it.verdict, Verdict::Error { .. }));
    let failed = groups.iter().filter(|group| !is_error(group)).flat_map(|group| failure_rows(group));
    table(&mut text, "Failed", &["scenario", "on", "at", "expected", "actual"], failed.collect());
    let errors = groups.iter().filter(is_error).map(|group| error_row(group));
    table(&mut text, "Could not run", &["scenario", "on", "why", "help"], errors.collect());
    unplayed(&mut text, &outcomes, fail_on_skip);
    slowest(&mut text, &outcomes);
    ran(&mut text, &outcomes);
    texts(&mut text, &groups);
    text
}

fn head(result: &RunResult, outcomes: &[&Outcome]) -> String {
    let plan: Vec<Planned> = outcomes.iter().map(|outcome| Planned::of(outcome)).collect();
    let counts: Vec<String> = count_words(result.counts()).into_iter().map(|(_, words)| words).collect();
    let ended = match result.ended {
        offhook_session::Ended::Completed => String::new(),
        ended => format!(", {}", crate::ended_words(ended)),
    };
    let counts = if counts.is_empty() { "nothing ran".to_owned() } else { counts.join(", ") };
    format!("## offhook: {counts}\n\n{}, {}{ended}\n", how_many(&plan), times(outcomes, result.wall))
}

/// A row for each failed step of what failed in the same way.
fn failure_rows(group: &[&Outcome]) -> Vec<Vec<String>> {
    let Some(outcome) = group.first() else { return Vec::new() };
    let row = |at: String, expected: &str, actual: &str| {
        vec![escaped(&title(outcome)), escaped(&places(group)), code(&at), code(expected), code(actual)]
    };
    let rows: Vec<Vec<String>> = failed_steps(outcome)
        .map(|step| {
            let Position { line, column } = Position::of(&outcome.source.text, step.span.offset);
            let at = format!("{}:{line}:{column}", file(outcome));
            match &step.result {
                StepResult::Failed { expected, actual, .. } => row(at, expected, actual),
                _ => row(at, "", ""),
            }
        })
        .collect();
    if rows.is_empty() { vec![row(file(outcome), "", "no step says why")] } else { rows }
}

fn error_row(group: &[&Outcome]) -> Vec<String> {
    let Some(outcome) = group.first() else { return Vec::new() };
    let (why, help) = match &outcome.verdict {
        Verdict::Error { message, help, .. } => (message.as_str(), help.as_deref().unwrap_or("")),
        _ => ("", ""),
    };
    vec![escaped(&title(outcome)), escaped(&places(group)), escaped(why), escaped(help)]
}

/// What did not run, by reason.
fn unplayed(text: &mut String, outcomes: &[&Outcome], fail_on_skip: bool) {
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for outcome in outcomes {
        let reason = match (&outcome.verdict, Standing::of(outcome, fail_on_skip)) {
            (Verdict::Skipped { .. } | Verdict::NotRun { .. }, Standing::Skipped { reason }) => reason,
            (Verdict::Skipped { .. }, Standing::Failed { message, .. }) => format!("{message} (--fail-on-skip)"),
            (Verdict::NotRun { .. }, Standing::Error { message, .. }) => message,
            _ => continue,
        };
        *reasons.entry(reason).or_default() += 1;
    }
    let rows = reasons.into_iter().map(|(reason, count)| vec![escaped(&reason), count.to_string()]);
    table(text, "Skipped", &["why", "runs"], rows.collect());
}

fn slowest(text: &mut String, outcomes: &[&Outcome]) {
    let mut played: Vec<&&Outcome> = outcomes.iter().filter(|outcome| !outcome.wall_time.is_zero()).collect();
    played.sort_by_key(|outcome| std::cmp::Reverse(outcome.wall_time));
    let rows = played.into_iter().take(SLOWEST).map(|outcome| {
        let times = [outcome.virtual_time, outcome.wall_time].map(span);
        let [virtual_time, wall_time] = times;
        vec![escaped(&title(outcome)), escaped(&places(&[outcome])), virtual_time, wall_time]
    });
    table(text, "Slowest", &["scenario", "on", "virtual time", "real time"], rows.collect());
}

fn ran(text: &mut String, outcomes: &[&Outcome]) {
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for print in outcomes.iter().map(|outcome| &outcome.fingerprint) {
        let changed = |is: bool, what: &str| if is { format!("; {what}") } else { String::new() };
        if !print.kernel.is_empty() {
            let what = format!("{}{}", print.kernel, changed(print.kernel_changed, "not the one that was built"));
            let name = "kernel".to_owned();
            rows.insert(format!(" {}", print.kernel_sha256), vec![name, escaped(&what), code(&print.kernel_sha256)]);
        }
        if !print.stack.is_empty() {
            let not = changed(!print.changed.is_empty(), &format!("not as it was built: {}", print.changed));
            let what = format!("{}{not}", print.packages.join(", "));
            let key = format!("{} {}", print.stack, print.files_sha256);
            rows.insert(key, vec![escaped(&print.stack), escaped(&what), code(&print.files_sha256)]);
        }
    }
    table(text, "What ran", &["", "", "sha256"], rows.into_values().collect());
}

/// The terminal's text of the first failures, folded.
fn texts(text: &mut String, groups: &[Vec<&Outcome>]) {
    for group in groups.iter().take(TEXTS) {
        let Some(outcome) = group.first() else { continue };
        let style = crate::Style { unicode: true, ..crate::Style::plain(100) };
        let told = crate::failure::failure(group, style);
        let (told, cut) = cut(&told, TEXT);
        let note = if cut { "\n... the rest is in the evidence\n" } else { "" };
        let fence = fence(told, 3);
        let summary = html(&format!("{} on {}", title(outcome), places(group)));
        let _ =
            write!(text, "\n<details><summary>{summary}</summary>\n\n{fence}text\n{told}{note}{fence}\n\n</details>\n");
    }
    if groups.len() > TEXTS {
        let _ = write!(text, "\nThe text of {} is left out.\n", counted(groups.len() - TEXTS, "further failure"));
    }
}

/// `bookworm, trixie seed 7`: the first of them.
fn places(group: &[&Outcome]) -> String {
    let place = |outcome: &&Outcome| match outcome.seed {
        DEFAULT_SEED => printable(&outcome.stack),
        seed => format!("{} seed {seed}", printable(&outcome.stack)),
    };
    let mut named: Vec<String> = group.iter().take(8).map(place).collect();
    if group.len() > named.len() {
        named.push(format!("{} more", group.len() - named.len()));
    }
    named.join(", ")
}

fn table(text: &mut String, heading: &str, columns: &[&str], rows: Vec<Vec<String>>) {
    if rows.is_empty() {
        return;
    }
    let rule = vec!["---"; columns.len()].join(" | ");
    let _ = write!(text, "\n### {heading}\n\n| {} |\n| {rule} |\n", columns.join(" | "));
    for row in rows.iter().take(ROWS) {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    if rows.len() > ROWS {
        let _ = write!(text, "\n... and {} more.\n", rows.len() - ROWS);
    }
}

/// Text in which HTML sees nothing of its own.
fn html(text: &str) -> String {
    let text = printable(text);
    let (text, cut) = cut(&text, CELL);
    let shown = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    if cut { shown + " ..." } else { shown }
}

/// Text in which neither Markdown nor HTML see anything of theirs, as a cell.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in html(text).chars() {
        match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' => {
                shown.push('\\');
                shown.push(character);
            }
            _ => shown.push(character),
        }
    }
    shown
}

/// Text as a code span in a cell: only `|` has to be escaped there, which GitHub's tables do before all else.
fn code(text: &str) -> String {
    let text = printable(text);
    let (text, cut) = cut(&text, CELL);
    if text.is_empty() {
        return String::new();
    }
    let fence = fence(text, 1);
    // Blanks keep backticks of the text from the fence; where there is one at each end, the reader takes them off.
    let blank = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    let more = if cut { " ..." } else { "" };
    format!("{fence}{blank}{}{blank}{fence}{more}", text.replace('|', "\\|"))
}

/// Backticks, one more than any run of them in `text`, and `least` at least.
fn fence(text: &str, least: usize) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    "`".repeat((longest + 1).max(least))
}

/// The first `most` octets, and whether there are more.
fn cut(text: &str, most: usize) -> (&str, bool) {
    match (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end)) {
        Some(end) => (&text[..end], end < text.len()),
        None => ("", true),
    }
}
