//! What `offhook list` tells: scenarios with their stacks, tags, known deviations, last results and durations.
//!
//! Items that were chosen and what is known of them go in; out come text for people, by file, or a JSON document:
//!
//! ```text
//! { "format": 1, "offhook": "0.1.0",
//!   "shard": { "index": 1, "total": 4 },  absent if it is all
//!   "scenarios": [ {
//!       "file": "scenarios/idle.kdl", as the user gave it
//!       "line": 1, "name": "...", "case": null, "specs": ["..."], "tags": ["slow"],
//!       "stacks": [ {
//!           "stack": "bookworm",
//!           "known": [ { "fails": true, "reason": "..." } ],
//!                                     false: something else is expected on this stack
//!           "last": "passed",         or "failed", "error", "skipped", "never"
//!           "wall_ms": 214            or null
//!       } ] } ] }
//! ```

use std::fmt::Write as _;

use super::history::LastVerdict;
use super::{Known, deviations};
use crate::runner::item::Item;
use offhook_report::json::ReportedShard;
use offhook_report::text::{counted, fit, hang, pad, printable, span, width};
use offhook_report::{Ink, Position, Style};
use offhook_scenario::Scenario;
use serde::Serialize;

/// Version of the document's format.
const FORMAT: u32 = 1;

/// Scenarios in their order.
#[derive(Debug, Serialize)]
pub struct Listing {
    format: u32,
    offhook: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<ReportedShard>,
    scenarios: Vec<Listed>,
}

#[derive(Debug, Serialize)]
struct Listed {
    file: String,
    line: usize,
    name: String,
    case: Option<String>,
    specs: Vec<String>,
    tags: Vec<String>,
    stacks: Vec<OnStack>,
}

#[derive(Debug, Serialize)]
struct OnStack {
    stack: String,
    known: Vec<Deviation>,
    last: LastVerdict,
    wall_ms: Option<u64>,
}

#[derive(Debug, PartialEq, Serialize)]
struct Deviation {
    fails: bool,
    reason: String,
}

impl Listing {
    /// Of these items, which are in the order of their scenarios.
    pub fn new(items: &[Item], known: &Known, shard: Option<ReportedShard>) -> Self {
        let mut scenarios: Vec<Listed> = Vec::new();
        for item in items {
            let file = item.source.path.display().to_string();
            let name = &item.scenario.name;
            if scenarios.last().is_none_or(|last| last.file != file || last.name != *name) {
                let line = Position::of(&item.source.text, item.scenario.span.offset).line;
                scenarios.push(Listed::new(file, line, &item.scenario));
            }
            let stacks = scenarios.last_mut().map(|listed| &mut listed.stacks);
            for stacks in stacks.into_iter().filter(|stacks| stacks.iter().all(|on| on.stack != item.stack)) {
                let entry = known.entry(&item.source.path, name, &item.stack);
                let known = deviations(&item.scenario, &item.stack).into_iter();
                stacks.push(OnStack {
                    stack: item.stack.clone(),
                    known: known.map(|(fails, reason)| Deviation { fails, reason: reason.to_owned() }).collect(),
                    last: entry.map_or(LastVerdict::Never, |entry| entry.verdict),
                    wall_ms: entry.and_then(|entry| entry.wall_ms),
                });
            }
        }
        Self { format: FORMAT, offhook: env!("CARGO_PKG_VERSION"), shard, scenarios }
    }

    /// As a JSON document.
    ///
    /// # Errors
    ///
    /// None that a scenario could cause.
    pub fn json(&self) -> serde_json::Result<String> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }

    /// As text: a line a scenario, below its file, and what is known of it.
    pub fn text(&self, style: Style) -> String {
        let most = (style.width / 2).max(20);
        let names = self.scenarios.iter().map(|listed| width(&printable(&listed.name)).min(most)).max().unwrap_or(0);
        let mut text = String::new();
        let mut file = "";
        for listed in &self.scenarios {
            if listed.file != file {
                file = &listed.file;
                let _ = writeln!(text, "{}", style.paint(Ink::Strong, &printable(file)));
            }
            let name = pad(&fit(&printable(&listed.name), names, style.ellipsis()), names);
            let tags: String = listed.tags.iter().map(|tag| format!("  #{tag}")).collect();
            let _ = writeln!(text, "  {name}  {}{}", stacks(&listed.stacks, style), style.paint(Ink::Dim, &tags));
            for line in known_lines(&listed.stacks) {
                text.push_str(&style.paint(Ink::Dim, hang("    ", &line, 2, style.width).trim_end_matches('\n')));
                text.push('\n');
            }
        }
        let files = self.scenarios.iter().map(|listed| &listed.file).collect::<std::collections::BTreeSet<_>>().len();
        let runs = self.scenarios.iter().map(|listed| listed.stacks.len()).sum();
        let (scenarios, files) = (counted(self.scenarios.len(), "scenario"), counted(files, "file"));
        let _ = writeln!(text, "{scenarios} in {files}, {}", counted(runs, "run"));
        text
    }
}

impl Listed {
    fn new(file: String, line: usize, scenario: &Scenario) -> Self {
        Self {
            file,
            line,
            name: scenario.name.clone(),
            case: scenario.variant.case.clone(),
            specs: scenario.specs.clone(),
            tags: scenario.tags.clone(),
            stacks: Vec::new(),
        }
    }
}

/// `bookworm passed 0.249s  trixie never`.
fn stacks(stacks: &[OnStack], style: Style) -> String {
    let one = |on: &OnStack| {
        let ink = match on.last {
            LastVerdict::Passed => Ink::Good,
            LastVerdict::Failed => Ink::Bad,
            LastVerdict::Error => Ink::Warn,
            LastVerdict::Skipped | LastVerdict::Never => Ink::Dim,
        };
        let time = on.wall_ms.map(|wall| format!(" {}", span(std::time::Duration::from_millis(wall))));
        format!("{} {}{}", on.stack, style.paint(ink, on.last.word()), time.unwrap_or_default())
    };
    stacks.iter().map(one).collect::<Vec<_>>().join("  ")
}

/// What is known of the stacks; what is the same of all is told once.
fn known_lines(stacks: &[OnStack]) -> Vec<String> {
    let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
    for on in stacks {
        for Deviation { fails, reason } in &on.known {
            let line = format!("{}: {}", if *fails { "fails" } else { "differs" }, printable(reason));
            match lines.iter_mut().find(|(known, _)| *known == line) {
                Some((_, stacks)) if stacks.contains(&on.stack.as_str()) => {}
                Some((_, stacks)) => stacks.push(&on.stack),
                None => lines.push((line, vec![&on.stack])),
            }
        }
    }
    lines.into_iter().map(|(line, stacks)| format!("{} {line}", stacks.join(", "))).collect()
}

/// The slowest of what ran, the slowest first, a line each.
pub fn slowest<'a>(
    entries: impl IntoIterator<Item = (&'a str, &'a str, &'a str, std::time::Duration)>,
    count: usize,
    style: Style,
) -> String {
    let mut entries: Vec<_> = entries.into_iter().collect();
    entries.sort_by(|a, b| b.3.cmp(&a.3).then((a.0, a.1, a.2).cmp(&(b.0, b.1, b.2))));
    let stacks = entries.iter().take(count).map(|(_, _, stack, _)| width(stack)).max().unwrap_or(0);
    let mut text = String::new();
    for (file, name, stack, time) in entries.into_iter().take(count) {
        let title = printable(&format!("{file}: {name}"));
        let left = style.width.saturating_sub(stacks + 13).max(20);
        let title = fit(&title, left, style.ellipsis());
        let _ = writeln!(text, "  {:>7}  {}  {title}", span(time), pad(stack, stacks));
    }
    text
}
