//! What a person reads of an audit: every port with what its callers experience, then the findings.
//!
//! In go an [`Audit`], the [`Tree`] for excerpts and a [`Style`]; out comes text that ends with a newline. Lines of
//! secrets files are shown with their passwords masked, or not at all.

use std::fmt::Write as _;

use super::{Audit, Finding, PortReport, Severity, Statement};
use offhook_etc::source::{Place, Tree};
use offhook_report::text::{counted, fit, hang, pad, printable, width};
use offhook_report::{Ink, Style};

/// Columns of a statement's topic.
const TOPIC: usize = 9;
/// From here on a statement's places stand behind it.
const WIDE: usize = 110;
/// The longest excerpt.
const EXCERPT: usize = 100;

/// The whole report.
pub fn report(audit: &Audit, tree: &Tree, style: Style) -> String {
    let mut text = String::new();
    for port in &audit.ports {
        text.push_str(&port_report(port, style));
        text.push('\n');
    }
    for finding in &audit.findings {
        text.push_str(&finding_report(finding, audit.ports.len(), tree, style));
        text.push('\n');
    }
    text.push_str(&summary(audit, style));
    text
}

/// A port's header and statements.
fn port_report(port: &PortReport, style: Style) -> String {
    let place = short(&port.place);
    let room = style.width.saturating_sub(width(&port.device) + 2);
    let mut text = format!(
        "{}  {}\n",
        style.paint(Ink::Strong, &printable(&port.device)),
        style.paint(Ink::Dim, &fit(&printable(&place), room, style.ellipsis()))
    );
    let mut topic = None;
    for statement in &port.statements {
        let shown = if topic == Some(statement.topic) { "" } else { statement.topic.word() };
        topic = Some(statement.topic);
        text.push_str(&statement_report(shown, statement, style));
    }
    text
}

fn statement_report(topic: &str, statement: &Statement, style: Style) -> String {
    let lead = format!("  {}", pad(topic, TOPIC));
    let places: Vec<String> = statement.places.iter().take(3).map(short).collect();
    let places = printable(&places.join(", "));
    let column = if style.width >= WIDE { style.width * 2 / 3 } else { style.width };
    let mut text = hang(&lead, &printable(&statement.text), 2, column);
    if !places.is_empty() && style.width >= WIDE {
        // Behind the first line, in a column of its own.
        let mut lines = text.lines().map(str::to_owned).collect::<Vec<_>>();
        let room = style.width - column - 2;
        if let Some(first) = lines.first_mut() {
            *first =
                format!("{}  {}", pad(first, column), style.paint(Ink::Dim, &fit(&places, room, style.ellipsis())));
        }
        text = lines.join("\n") + "\n";
    } else if !places.is_empty() && style.width >= 72 {
        let told = fit(&places, style.width.saturating_sub(TOPIC + 4), style.ellipsis());
        let _ = writeln!(text, "{:1$}{2}", "", TOPIC + 4, style.paint(Ink::Dim, &told));
    }
    if let Some(lab) = &statement.lab {
        let lead = format!("{:1$}", "", TOPIC + 2);
        for line in hang(&lead, &format!("lab: {}", printable(lab)), 2, column).lines() {
            let _ = writeln!(text, "{}", style.paint(Ink::Good, line));
        }
    }
    text
}

fn finding_report(finding: &Finding, ports: usize, tree: &Tree, style: Style) -> String {
    let ink = match finding.severity {
        _ if finding.accepted.is_some() => Ink::Dim,
        Severity::Danger | Severity::Error => Ink::Bad,
        Severity::Warning => Ink::Warn,
        Severity::Note => Ink::Dim,
    };
    let word = match finding.accepted {
        Some(_) => format!("accepted {}", finding.severity.word()),
        None => finding.severity.word().to_owned(),
    };
    let concerned = match finding.ports.as_slice() {
        some if !some.is_empty() && some.len() < ports => format!(" ({})", some.join(", ")),
        _ => String::new(),
    };
    // The lead may be coloured, and must be measured as it looks.
    let lead = format!("{word}: ");
    let mut text =
        hang(&lead, &printable(&format!("{}{concerned} [{}]", finding.what, finding.code())), 2, style.width);
    text.replace_range(..word.len(), &style.paint(ink, &word));
    let file = finding.place.as_ref().map(|place| printable(&place.to_string()));
    if let (Some(place), Some(file)) = (&finding.place, &file) {
        let arrow = if style.unicode { "  → " } else { "  > " };
        match tree.excerpt(place) {
            Some(excerpt) => {
                let excerpt = fit(&printable(&excerpt), EXCERPT, style.ellipsis());
                if width(file) + width(&excerpt) + 7 <= style.width {
                    let _ = writeln!(text, "{arrow}{file} | {}", style.paint(Ink::Strong, &excerpt));
                } else {
                    let _ = writeln!(text, "{arrow}{file}");
                    let shown = fit(&excerpt, style.width.saturating_sub(6), style.ellipsis());
                    let _ = writeln!(text, "    | {}", style.paint(Ink::Strong, &shown));
                }
            }
            None => {
                let _ = writeln!(text, "{arrow}{file}");
            }
        }
    }
    if let Some(accepted) = &finding.accepted {
        let until = accepted.until.as_ref().map_or_else(String::new, |until| format!(", until {until}"));
        let reason = format!("{} ({}{until})", accepted.reason, accepted.place);
        text.push_str(&hang("  reason: ", &printable(&reason), 0, style.width));
        return text;
    }
    for (lead, words) in [("  why:    ", &finding.why), ("  fix:    ", &finding.fix)] {
        if !words.is_empty() {
            text.push_str(&hang(lead, &printable(words), 0, style.width));
        }
    }
    if let Some(lab) = &finding.lab {
        text.push_str(&hang("  lab:    ", &printable(lab), 0, style.width));
    }
    text
}

/// Counts, and nothing else.
fn summary(audit: &Audit, style: Style) -> String {
    let ports = style.paint(Ink::Strong, &format!("{}:", counted(audit.ports.len(), "port")));
    let mut parts = Vec::new();
    for severity in Severity::ALL {
        let ink = match severity {
            Severity::Danger | Severity::Error => Ink::Bad,
            Severity::Warning => Ink::Warn,
            Severity::Note => Ink::Dim,
        };
        let count = audit.count(severity);
        if count > 0 {
            parts.push(style.paint(ink, &counted(count, severity.word())));
        }
    }
    if audit.accepted() > 0 {
        parts.push(style.paint(Ink::Dim, &format!("{} accepted", audit.accepted())));
    }
    let told = if parts.is_empty() { style.paint(Ink::Good, "nothing found") } else { parts.join(", ") };
    format!("{ports} {told}\n")
}

/// A place without the `/etc/` that all share.
fn short(place: &Place) -> String {
    let text = place.to_string();
    text.strip_prefix("/etc/").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use time::{Date, Month};

    use super::*;
    use crate::accept::{Acceptances, Scope};
    use crate::sorted;
    use crate::tests::{audited, with};

    const TROUBLE: &[(&str, &str)] = &[
        ("mgetty/login.config", "/AutoPPP/ - a_ppp /usr/sbin/pppd\n* - - /bin/login @\n"),
        ("ppp/options.ttyS0", "192.168.32.1:192.168.32.105\nnoauth\n"),
        ("ppp/pap-secrets", "alice * topsecret *\ndave * topsecret\n"),
    ];

    #[test]
    fn a_narrow_and_a_wide_screen_are_both_filled_and_never_left() {
        let tree = with(TROUBLE);
        for columns in [60, 80, 100, 140] {
            let text = report(&audited(&tree), &tree, Style::plain(columns));
            assert!(!text.contains("topsecret"), "{text}");
            let longest = text.lines().map(width).max().unwrap_or(0);
            assert!(longest <= columns, "{longest} columns of {columns}:\n{text}");
        }
    }

    #[test]
    fn the_report_is_read_from_the_first_ring_to_what_is_wrong() {
        let tree = with(TROUBLE);
        insta::with_settings!({snapshot_path => "snapshots"}, {
            insta::assert_snapshot!("report_100", report(&audited(&tree), &tree, Style::plain(100)));
            insta::assert_snapshot!("report_60", report(&audited(&tree), &tree, Style::plain(60)));
        });
    }

    #[test]
    fn accepted_findings_come_last_with_their_reason() {
        let tree = with(TROUBLE);
        let mut audit = audited(&tree);
        let text = "accept \"account-no-address\" reason=\"dave has left and stays listed\" until=\"2027-03-31\"\n";
        let acceptances = Acceptances::read(Path::new("accepted.kdl"), text).unwrap();
        let today = Date::from_calendar_date(2026, Month::November, 26).unwrap();
        let scope = Scope { called: false, webmin: false };
        audit.findings = sorted(acceptances.apply(audit.findings, today, scope));
        audit.ports.clear();
        insta::with_settings!({snapshot_path => "snapshots"}, {
            insta::assert_snapshot!("accepted", report(&audit, &tree, Style::plain(100)));
        });
    }
}
