//! Cases that do not comply, as a few lines each: what is done instead, where that shows, and on request the exchange itself.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::played::{Row, deciding};
use offhook_clock::Instant;
use offhook_conformance::Verdict;
use offhook_report::evidence::{CAPTURE, TRANSCRIPT};
use offhook_report::text::{counted, hang, printable};
use offhook_report::words::{Lane, line_of};
use offhook_report::{Position, Style};
use offhook_session::{Outcome, StepOutcome};

/// Lines of an exchange that are shown: the last before it was known.
const EXCHANGE: usize = 16;
/// Columns of what belongs to a case.
const INDENT: &str = "    ";

/// Every row that does not comply, by case, each with its exchange if `whole`; then what was not run, by the reason unless `whole`.
pub(super) fn told(rows: &[Row], whole: bool, style: Style) -> String {
    let mut text = String::new();
    let mut rows: Vec<&Row> = rows.iter().collect();
    rows.sort_by(|one, other| (&one.case, &one.outcome.stack).cmp(&(&other.case, &other.outcome.stack)));
    let mut not_run: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        let Some(why) = row.verdict.told() else { continue };
        let Row { case, verdict, outcome } = row;
        if matches!(verdict, Verdict::NotRun { .. }) {
            not_run.entry(why).or_default().push(row);
            continue;
        }
        let _ = writeln!(text, "{}  {}  {}: {}", case.case, outcome.stack, verdict.word(), printable(&case.name));
        deviation(&mut text, row, &why, whole, style);
    }
    for (why, rows) in not_run {
        let cases = counted(rows.len(), "case");
        text.push_str(&hang("not run   ", &printable(&format!("{cases}: {why}")), 0, style.width));
        for Row { case, outcome, .. } in rows.into_iter().filter(|_| whole) {
            let _ = writeln!(text, "{INDENT}{}  {}  {}", case.case, outcome.stack, printable(&case.name));
        }
    }
    text
}

fn deviation(text: &mut String, row: &Row, why: &str, whole: bool, style: Style) {
    let outcome = &row.outcome;
    let step = deciding(outcome);
    let came = step.map(|(_, _, expected, actual)| format!("expected {expected}, got {actual}"));
    let mut lines = vec![why.to_owned()];
    lines.extend(came.filter(|came| came != why && !matches!(row.verdict, Verdict::Gone { .. })));
    lines.extend(step.map(|(step, ..)| place(outcome, step)));
    if outcome.evidence.is_dir() {
        lines.push(format!("{}/{{{TRANSCRIPT},{CAPTURE}}}", outcome.evidence.display()));
    }
    for line in lines {
        let _ = writeln!(text, "{INDENT}{}", printable(&line));
    }
    if let (true, Some((_, at, ..))) = (whole, step) {
        exchange(text, outcome, at, style);
    }
}

/// Where a step stands: `scenarios/conformance/rfc1661/echo.kdl:31:13`.
fn place(outcome: &Outcome, step: &StepOutcome) -> String {
    let Position { line, column } = Position::of(&outcome.source.text, step.span.offset);
    format!("{}:{line}:{column}", outcome.source.path.display())
}

/// What crossed the line up to this moment, the last of it.
fn exchange(text: &mut String, outcome: &Outcome, until: Instant, style: Style) {
    let words = outcome.trace.iter().filter(|event| event.at <= until).map(|event| (event.at, line_of(event, outcome)));
    let crossed: Vec<_> =
        words.filter(|(_, words)| matches!(words.lane, Lane::Ppp | Lane::Text | Lane::Line)).collect();
    for (at, words) in &crossed[crossed.len().saturating_sub(EXCHANGE)..] {
        let arrow = words.way.map_or(" ", |way| way.arrow(style.unicode));
        let lead = format!("{INDENT}{at:>9}  {arrow}  ");
        text.push_str(&hang(&lead, &words.text, 2, style.width));
    }
}
