//! What a person reads of an audit: each port at a glance, what is wrong, and what no call tried; on request every
//! statement with how it is known, and notes.
//!
//! In go an [`Audit`], the [`Tree`] for excerpts and a [`Style`]; out comes text that ends with a newline. Lines of
//! secrets files are shown with their passwords masked, or not at all.

mod findings;
mod fixes;
mod glance;
mod ports;
mod untried;
mod webmin;

use std::fmt::Write as _;

pub use fixes::fixes;

use super::{Audit, Finding, Known, Severity};
use crate::registry::programs;
use offhook_etc::source::{Place, Tree};
use offhook_report::text::{counted, hang, printable};
use offhook_report::{Ink, Style};

/// How much is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// Ports at a glance, and what is worse than a note.
    #[default]
    Glance,
    /// Every statement with how it is known, notes, and what calls refute.
    All,
}

/// The whole report.
pub fn report(audit: &Audit, tree: &Tree, style: Style, detail: Detail) -> String {
    let mut text = glances(audit, style);
    if !audit.ports.is_empty() {
        text.push('\n');
    }
    if detail == Detail::All {
        text.push_str(&ports::ports(&audit.ports, style));
    }
    // A port of which nothing else is said is told in any case.
    let told = |finding: &&Finding| {
        detail == Detail::All || finding.severity < Severity::Note || finding.rule == &programs::PORT_NOT_AUDITED
    };
    for alike in findings::groups(audit.findings.iter().filter(told)) {
        text.push_str(&findings::told(&alike, audit.ports.len(), tree, style));
        text.push('\n');
    }
    for finding in audit.withdrawn.iter().filter(|_| detail == Detail::All) {
        text.push_str(&withdrawn(finding, style));
        text.push('\n');
    }
    if !audit.webmin.is_empty() {
        text.push_str(&webmin::table(&audit.webmin, style));
        text.push('\n');
    }
    let untried = untried::untried(audit, tree, style, detail);
    if !untried.is_empty() {
        text.push_str(&untried);
        text.push('\n');
    }
    text.push_str(&summary(audit, style, detail));
    text.push_str(&basis(audit, tree, style));
    text
}

/// Each port in a line or two; ports of which the same is to be said, together.
fn glances(audit: &Audit, style: Style) -> String {
    let mut lines: Vec<(Vec<&str>, Vec<glance::Part>)> = Vec::new();
    for port in &audit.ports {
        let parts = glance::parts(port);
        match lines.iter_mut().find(|(_, known)| *known == parts) {
            Some((devices, _)) => devices.push(&port.device),
            None => lines.push((vec![&port.device], parts)),
        }
    }
    let mut text = String::new();
    for (devices, parts) in lines {
        let devices = printable(&devices.join(", "));
        let told: Vec<&str> = parts.iter().map(|(part, _)| part.as_str()).collect();
        let mut line = hang(&format!("{devices}  "), &printable(&told.join("; ")), 0, style.width);
        line.replace_range(..devices.len(), &style.paint(Ink::Strong, &devices));
        for (part, ink) in &parts {
            // What is broken over two lines stays as it is.
            if let (Some(ink), Some(at)) = (ink, line.find(&printable(part))) {
                let part = printable(part);
                line.replace_range(at..at + part.len(), &style.paint(*ink, &part));
            }
        }
        text.push_str(&line);
    }
    text
}

/// A finding that calls refute.
fn withdrawn(finding: &Finding, style: Style) -> String {
    let lead = "withdrawn: ";
    let mut text = hang(lead, &printable(&format!("{} [{}]", finding.what, finding.code())), 2, style.width);
    text.replace_range(..lead.len() - 2, &style.paint(Ink::Dim, "withdrawn"));
    text.push_str(&known(&finding.known, "  ", style.width));
    text
}

/// The first of some calls, and how many more there are.
fn by(calls: &[String]) -> String {
    match calls {
        [] => String::new(),
        [first] => first.clone(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

/// How something is known, in lines that begin with `indent`.
fn known(known: &Known, indent: &str, width: usize) -> String {
    let by = |calls: &[String]| if calls.is_empty() { String::new() } else { format!(" ({})", by(calls)) };
    match known {
        Known::Predicted => String::new(),
        Known::Shown { calls, saw } => {
            hang(&format!("{indent}shown:  "), &printable(&format!("{saw}{}", by(calls))), 0, width)
        }
        Known::Refuted { calls, saw, said } => {
            let said = said.as_deref().map_or_else(String::new, |said| format!(": {said}"));
            hang(&format!("{indent}refuted: "), &printable(&format!("{saw}{said}{}", by(calls))), 0, width)
        }
        Known::NotTried { why } => hang(&format!("{indent}not tried: "), &printable(why), 0, width),
    }
}

const fn ink(severity: Severity) -> Ink {
    match severity {
        Severity::Danger | Severity::Error => Ink::Bad,
        Severity::Warning => Ink::Warn,
        Severity::Note => Ink::Dim,
    }
}

/// Counts, and nothing else.
fn summary(audit: &Audit, style: Style, detail: Detail) -> String {
    let ports = style.paint(Ink::Strong, &format!("{}:", counted(audit.ports.len(), "port")));
    let told = counts(audit, style).unwrap_or_else(|| style.paint(Ink::Good, "nothing found"));
    let hidden = audit.count(Severity::Note) > 0 || audit.ports.iter().any(|port| !port.statements.is_empty());
    let more = if hidden && detail == Detail::Glance { style.paint(Ink::Dim, " (-v: details)") } else { String::new() };
    format!("{ports} {told}{more}\n")
}

/// What is installed, and what calls were made on.
fn basis(audit: &Audit, tree: &Tree, style: Style) -> String {
    let installed = tree.programs.as_ref().map(|programs| match programs.line() {
        Some(versions) => format!("installed: {versions}"),
        None => "installed: no version of mgetty, ppp or login is known".to_owned(),
    });
    let called = audit.called_on.as_ref().map(|called_on| format!("called on {called_on}"));
    let mut text = String::new();
    for told in installed.into_iter().chain(called) {
        for line in hang("", &printable(&told), 0, style.width).lines() {
            let _ = writeln!(text, "{}", style.paint(Ink::Dim, line));
        }
    }
    text
}

/// How many findings of each severity; `None`: none.
fn counts(audit: &Audit, style: Style) -> Option<String> {
    let mut parts = Vec::new();
    for severity in Severity::ALL {
        let count = audit.count(severity);
        if count > 0 {
            parts.push(style.paint(ink(severity), &counted(count, severity.word())));
        }
    }
    if audit.latent() > 0 {
        parts.insert(0, style.paint(Ink::Warn, &counted(audit.latent(), "latent danger")));
    }
    if audit.accepted() > 0 {
        parts.push(style.paint(Ink::Dim, &format!("{} accepted", audit.accepted())));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
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

    use offhook_report::text::width;

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
            for detail in [Detail::Glance, Detail::All] {
                let text = report(&audited(&tree), &tree, Style::plain(columns), detail);
                assert!(!text.contains("topsecret"), "{text}");
                let longest = text.lines().map(width).max().unwrap_or(0);
                assert!(longest <= columns, "{longest} columns of {columns}:\n{text}");
            }
        }
    }

    #[test]
    fn the_report_is_read_from_the_first_ring_to_what_is_wrong() {
        let tree = with(TROUBLE);
        insta::with_settings!({snapshot_path => "../snapshots"}, {
            insta::assert_snapshot!("report_100", report(&audited(&tree), &tree, Style::plain(100), Detail::All));
            insta::assert_snapshot!("report_60", report(&audited(&tree), &tree, Style::plain(60), Detail::Glance));
        });
    }

    #[test]
    fn accepted_findings_come_last_with_their_reason() {
        let tree = with(TROUBLE);
        let mut audit = audited(&tree);
        let text = "accept \"account-no-address\" reason=\"dave has left and stays listed\" until=\"2027-03-31\"\n";
        let acceptances = Acceptances::read(Path::new("accepted.kdl"), text).unwrap();
        let today = Date::from_calendar_date(2026, Month::November, 26).unwrap();
        let scope = Scope { called: false, webmin: false, programs: false };
        audit.findings = sorted(acceptances.apply(audit.findings, today, scope));
        audit.ports.clear();
        insta::with_settings!({snapshot_path => "../snapshots"}, {
            insta::assert_snapshot!("accepted", report(&audit, &tree, Style::plain(100), Detail::All));
        });
    }
}
