//! Findings as paragraphs: what happens, where, why, and how to fix it. Those of which the same is to be said are one.
//!
//! In go findings in their order, the [`Tree`] for excerpts and a [`Style`]; out comes text.

use std::fmt::Write as _;

use super::{ink, known};
use crate::{Finding, Known};
use offhook_etc::source::{Place, Tree};
use offhook_report::text::{fit, hang, printable, width};
use offhook_report::{Ink, Style};

/// The longest excerpt.
const EXCERPT: usize = 100;
/// Places told before the rest is counted.
const MOST: usize = 4;

/// Findings that differ in nothing but their places and ports, together, in the place of the first.
pub(super) fn groups<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<Vec<&'a Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        match groups.iter_mut().find(|alike| is_alike(alike[0], finding)) {
            Some(alike) => alike.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups
}

fn is_alike(one: &Finding, other: &Finding) -> bool {
    let anywhere = |finding: &Finding| {
        let known = match &finding.known {
            Known::Shown { .. } => Known::Shown { calls: Vec::new(), saw: saw(finding).to_owned() },
            known => known.clone(),
        };
        Finding { place: None, ports: Vec::new(), cue: None, known, ..finding.clone() }
    };
    // What is in no place has none to be told beside the other's.
    one.place.is_some() && other.place.is_some() && anywhere(one) == anywhere(other)
}

/// What calls saw, without the port on which they saw it.
fn saw(finding: &Finding) -> &str {
    let saw = finding.known.saw().unwrap_or_default();
    match finding.ports.as_slice() {
        [port] => saw.strip_prefix("on ").and_then(|saw| saw.strip_prefix(port)).map_or(saw, str::trim_start),
        _ => saw,
    }
}

/// How findings that are alike are known: by all their calls, on all their ports.
fn known_together(alike: &[&Finding], concerned: &[&str]) -> Known {
    let calls = |finding: &&Finding| match &finding.known {
        Known::Shown { calls, .. } => calls.clone(),
        _ => Vec::new(),
    };
    match alike {
        [first, _, ..] if first.known.is_shown() => {
            let rest = saw(first);
            let on = match first.known.saw() == Some(rest) {
                true => String::new(),
                false => format!("on {} ", concerned.join(", ")),
            };
            Known::Shown { calls: alike.iter().flat_map(calls).collect(), saw: format!("{on}{rest}") }
        }
        [first, ..] => first.known.clone(),
        [] => Known::Predicted,
    }
}

/// One paragraph for findings that are alike, on a server with so many ports.
pub(super) fn told(alike: &[&Finding], ports: usize, tree: &Tree, style: Style) -> String {
    let [finding, ..] = alike else { return String::new() };
    let shade = match finding.severity {
        _ if finding.accepted.is_some() => Ink::Dim,
        _ if finding.latent.is_some() => Ink::Warn,
        severity => ink(severity),
    };
    let word = match (&finding.accepted, &finding.latent) {
        (Some(_), _) => format!("accepted {}", finding.severity.word()),
        (None, Some(_)) => format!("latent {}", finding.severity.word()),
        (None, None) => finding.severity.word().to_owned(),
    };
    let mut concerned: Vec<&str> = Vec::new();
    for port in alike.iter().flat_map(|finding| &finding.ports) {
        if !concerned.contains(&port.as_str()) {
            concerned.push(port);
        }
    }
    // One that concerns no port in particular concerns all.
    let all = concerned.len() >= ports || alike.iter().any(|finding| finding.ports.is_empty());
    let together = known_together(alike, &concerned);
    let concerned = if all { String::new() } else { format!(" ({})", concerned.join(", ")) };
    // The lead may be coloured, and must be measured as it looks.
    let lead = format!("{word}: ");
    let mut text =
        hang(&lead, &printable(&format!("{}{concerned} [{}]", finding.what, finding.code())), 2, style.width);
    text.replace_range(..word.len(), &style.paint(shade, &word));
    for place in alike.iter().filter_map(|finding| finding.place.as_ref()).take(MOST) {
        text.push_str(&at(place, tree, style));
    }
    if alike.len() > MOST {
        let _ = writeln!(text, "    and {} more", alike.len() - MOST);
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
    if let Some(latent) = &finding.latent {
        text.push_str(&hang("  latent: ", &printable(latent), 0, style.width));
    }
    text.push_str(&match &together {
        // What only calls find is told already; which did is not.
        Known::Shown { calls, saw } if !calls.is_empty() && finding.what.contains(saw.as_str()) => {
            hang("  shown:  ", &format!("by {}", calls.join(", ")), 0, style.width)
        }
        other => known(other, "  ", style.width),
    });
    text
}

/// A place, with its line where that may be shown.
fn at(place: &Place, tree: &Tree, style: Style) -> String {
    let mut text = String::new();
    let file = printable(&place.to_string());
    let arrow = if style.unicode { "  → " } else { "  > " };
    match tree.excerpt(place) {
        Some(excerpt) => {
            let excerpt = fit(&printable(&excerpt), EXCERPT, style.ellipsis());
            if width(&file) + width(&excerpt) + 7 <= style.width {
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
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{audited, with};

    /// The paragraphs of the findings of a rule.
    fn of(code: &str, changes: &[(&str, &str)]) -> Vec<String> {
        let tree = with(changes);
        let findings = audited(&tree).findings;
        let groups = groups(findings.iter().filter(|finding| finding.code() == code));
        groups.iter().map(|alike| told(alike, 2, &tree, Style::plain(100))).collect()
    }

    #[test]
    fn what_is_the_same_in_several_places_is_said_once_with_all_of_them() {
        let said = of("mgetty-section", &[("mgetty/mgetty.config", "port ttyS5\ndebug 9\nport ttyS6\ndebug 9\n")]);
        assert_eq!(said.len(), 1, "{said:#?}");
        assert!(said[0].contains("mgetty.config:1 | port ttyS5") && said[0].contains("mgetty.config:3 | port ttyS6"));
        assert!(!said[0].contains("more"), "{said:#?}");
    }

    #[test]
    fn of_many_places_four_are_told_and_the_rest_is_counted() {
        let lines: String = (2..9).map(|port| format!("port ttyS{port}\n")).collect();
        let said = of("mgetty-section", &[("mgetty/mgetty.config", &lines)]);
        assert_eq!((said.len(), said[0].matches("| port").count()), (1, 4), "{said:#?}");
        assert!(said[0].contains("\n    and 3 more\n"), "{said:#?}");
    }

    #[test]
    fn ports_are_told_together_and_other_words_are_another_paragraph() {
        let local: Vec<(String, &str)> = [0, 1]
            .iter()
            .map(|port| (format!("ppp/options.ttyS{port}"), "192.168.32.1:192.168.32.105\nlocal\n"))
            .collect();
        let local: Vec<(&str, &str)> = local.iter().map(|(path, text)| (path.as_str(), *text)).collect();
        let said = of("local-on-modem", &local);
        assert_eq!(said.len(), 1, "{said:#?}");
        assert!(said[0].contains("options.ttyS0:2") && said[0].contains("options.ttyS1:2"), "{said:#?}");
        assert_eq!(of("mgetty-key", &[("mgetty/mgetty.config", "ringss 3\nrinks 3\n")]).len(), 2);
    }

    #[test]
    fn what_calls_saw_on_several_ports_is_told_once() {
        let tree = with(&[]);
        let on = |port: &str, saw: &str| {
            let saw = format!("on {port} {saw}");
            let found = Finding::new(&crate::registry::options::LOCAL_ON_MODEM, "a caller who hangs up is not noticed");
            let found = found.at(Place::line(format!("/etc/ppp/options.{port}"), 1)).on(port);
            found.known(Known::Shown { calls: vec![format!("{port}-0 call 4")], saw })
        };
        let (first, second) =
            (on("ttyS0", "the next call was not answered"), on("ttyS1", "the next call was not answered"));
        let other = on("ttyS1", "another");
        let groups = groups([&first, &second, &other].into_iter());
        assert_eq!(groups.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
        let said = told(&groups[0], 3, &tree, Style::plain(200));
        assert!(said.contains("not noticed (ttyS0, ttyS1) [local-on-modem]"), "{said}");
        let shown = "shown:  on ttyS0, ttyS1 the next call was not answered (ttyS0-0 call 4 and 1 more)";
        assert!(said.contains(shown), "{said}");
    }
}
