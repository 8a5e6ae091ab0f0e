//! The registry for people: the table of `--list-rules`, and everything about one rule for `--explain`.
//!
//! In go rules and a [`Style`]; out comes text that ends with a newline.

use std::fmt::Write as _;

use super::{Example, Rule, Sample, SampleContent};
use crate::severity::Severity;
use offhook_report::text::{counted, hang, pad};
use offhook_report::{Ink, Style};

/// How alike two codes have to be for one to be offered for the other, from 0 to 1.
const ALIKE: f64 = 0.75;

/// The severities of a rule, the usual one first: `error or warning`.
pub(super) fn severities(rule: &Rule) -> String {
    let words: Vec<&str> = rule.severities().iter().map(|severity| severity.word()).collect();
    words.join(" or ")
}

/// A table: code, severity, meaning.
pub fn list(style: Style) -> String {
    let codes = super::all().map(|rule| rule.code().len()).max().unwrap_or(0) + 2;
    let words = super::all().map(|rule| severities(rule).len()).max().unwrap_or(0) + 2;
    let mut text = String::new();
    for family in super::FAMILIES {
        let _ = writeln!(text, "{}", style.paint(Ink::Strong, family.title));
        for rule in family.rules {
            let severities = severities(rule);
            let lead = format!("  {}{}", pad(rule.code(), codes), pad(&severities, words));
            // Where there is no room for three columns, the meaning has a line of its own.
            if lead.len() + 40 > style.width {
                let _ = writeln!(text, "{}", lead.trim_end());
                text.push_str(&hang("    ", rule.meaning(), 0, style.width));
            } else {
                text.push_str(&hang(&lead, rule.meaning(), 0, style.width));
            }
        }
        text.push('\n');
    }
    let _ = writeln!(text, "{}; `offhook audit --explain CODE` says more", counted(super::all().count(), "rule"));
    text
}

/// Everything about one rule.
pub fn explain(rule: &Rule, style: Style) -> String {
    let ink = match rule.severity() {
        Severity::Danger | Severity::Error => Ink::Bad,
        Severity::Warning => Ink::Warn,
        Severity::Note => Ink::Dim,
    };
    let mut text = format!("{}  {}\n\n", style.paint(Ink::Strong, rule.code()), style.paint(ink, &severities(rule)));
    for (lead, words) in [("", rule.meaning()), ("why:  ", rule.why()), ("fix:  ", rule.fix())] {
        text.push_str(&hang(lead, words, 0, style.width));
        text.push('\n');
    }
    text.push_str("example:\n");
    match rule.example() {
        Example::Calls(shown) => text.push_str(&hang("  ", shown, 0, style.width)),
        example => {
            for line in example_lines(example) {
                let _ = writeln!(text, "{}", format!("  {line}").trim_end());
            }
        }
    }
    if let Some(mended) = rule.mended() {
        text.push_str("\nmended:\n");
        for line in example_lines(mended) {
            let _ = writeln!(text, "{}", format!("  {line}").trim_end());
        }
    }
    text
}

/// The files of an example: each path, and below it the lines.
pub(super) fn example_lines(example: &Example) -> Vec<String> {
    let files = |directory: &str, samples: &[Sample]| {
        let mut lines = Vec::new();
        for sample in samples {
            let mode = sample.mode.map_or_else(String::new, |mode| format!(" (mode {mode:04o})"));
            match sample.content {
                SampleContent::Text(text) => {
                    lines.push(format!("{directory}{}{mode}:", sample.path));
                    lines.extend(text.lines().map(|line| format!("    {}", line.replace('\r', "\\r"))));
                    if text.contains('\r') {
                        lines.push("    (\\r is a CR)".to_owned());
                    }
                }
                SampleContent::Link(target) => lines.push(format!("{directory}{} -> {target}", sample.path)),
                SampleContent::Missing => lines.push(format!("{directory}{} does not exist", sample.path)),
            }
        }
        lines
    };
    match example {
        Example::Etc(samples) => files("/etc/", samples),
        Example::Webmin(samples) => files("/etc/webmin/", samples),
        Example::Accept(text) => text.lines().map(str::to_owned).collect(),
        Example::Missing { files: samples, programs } => {
            let missing = programs.iter().map(|program| format!("{program} does not exist"));
            files("/etc/", samples).into_iter().chain(missing).collect()
        }
        Example::Calls(shown) => vec![(*shown).to_owned()],
    }
}

/// The code that is most like `code`, if one is.
pub fn nearest(code: &str) -> Option<&'static str> {
    let code = code.to_lowercase();
    let alike = super::all().map(|rule| (strsim::jaro_winkler(rule.code(), &code), rule.code()));
    let best = alike.max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.filter(|(alike, _)| *alike >= ALIKE).map(|(_, code)| code)
}
