//! An audit as an HTML page: findings, what callers experience at each port, and the calls that showed it.
//!
//! In: an audit, and the results of its calls where they are kept. Out: the page. Passwords are in it only with the calls.

use std::path::Path;

use offhook_audit::{Audit, Finding, Known, PortReport, Severity};
use offhook_page::item::Row;
use offhook_page::{Detail, Item, Mark, Page, Section, Words, run};
use offhook_report::run::RunResult;

/// What the marks are called in an audit.
const WORDS: Words = ["danger", "error", "warning", "as stated", "note", "accepted"];

/// The page of an audit; `directory` is where it is going to be.
pub(super) fn page(audit: &Audit, calls: Option<&RunResult>, directory: &Path, of: &str) -> Page {
    let mut items: Vec<Item> = audit.findings.iter().map(finding).collect();
    items.extend(audit.ports.iter().map(port));
    for outcome in calls.iter().flat_map(|calls| &calls.outcomes) {
        items.push(Item { group: "calls".to_owned(), ..run::item(outcome, directory, "") });
    }
    let mut facts = vec![Row::new("audit of", of)];
    facts.extend(audit.called_on.iter().map(|on| Row::new("called on", on.trim())));
    facts.extend(calls.iter().flat_map(|calls| super::page::facts(calls)));
    Page { title: format!("offhook audit of {of}"), words: WORDS, facts, table: None, items }
}

fn finding(finding: &Finding) -> Item {
    let code = finding.rule.code();
    let place = finding.place.as_ref().map_or_else(|| "no single place".to_owned(), ToString::to_string);
    let mut rows = vec![Row::new("what", &finding.what), Row::new("why", &finding.why)];
    let more = [
        ("fix", Some(finding.fix.clone()).filter(|fix| !fix.is_empty())),
        ("not yet", finding.latent.clone()),
        ("accepted", finding.accepted.as_ref().map(|accepted| accepted.reason.clone())),
    ];
    rows.extend(more.into_iter().filter_map(|(name, text)| Some(Row::new(name, text?))));
    rows.extend(known(&finding.known));
    let mark = match finding.severity {
        _ if finding.accepted.is_some() => Mark::NotRun,
        Severity::Danger => Mark::Failed,
        Severity::Error => Mark::Error,
        Severity::Warning => Mark::Known,
        Severity::Note => Mark::Skipped,
    };
    let title = format!("{} {code}", finding.severity.word());
    let bad = matches!(mark, Mark::Failed | Mark::Error | Mark::Known);
    let section = if bad {
        Section::Failure { title, place: place.clone(), line: 0, at: None, rows, known: false }
    } else {
        Section::Facts { title, rows, open: true }
    };
    let ports = if finding.ports.is_empty() { "all ports".to_owned() } else { finding.ports.join(", ") };
    item(mark, place, format!("{code}: {}", finding.what), ports, vec![section])
}

fn port(port: &PortReport) -> Item {
    let statements = port.statements.iter().flat_map(|statement| {
        let places: Vec<String> = statement.places.iter().map(ToString::to_string).collect();
        let by = Row::new("", places.join(", "));
        let told = Row::new(statement.topic.word(), &statement.text);
        [told].into_iter().chain((!places.is_empty()).then_some(by)).chain(known(&statement.known))
    });
    let title = "What its callers experience".to_owned();
    let sections = vec![Section::Facts { title, rows: statements.collect(), open: true }];
    let name = format!("what callers of {} experience", port.device);
    item(Mark::Passed, port.place.to_string(), name, port.device.clone(), sections)
}

fn item(mark: Mark, group: String, name: String, place: String, sections: Vec<Section>) -> Item {
    let detail = Detail { sections };
    let (run, short, words) = (String::new(), String::new(), String::new());
    Item { mark, group, name, place, run, short, virtual_us: 0, wall_ms: 0, words, detail }
}

fn known(known: &Known) -> Vec<Row> {
    match known {
        Known::Predicted => Vec::new(),
        Known::Shown { calls, saw } => vec![Row::new("shown", format!("{saw} ({})", calls.join(", ")))],
        Known::Refuted { calls, saw, said } => {
            let said = said.iter().map(|said| Row::new("the server said", said));
            [Row::new("refuted", format!("{saw} ({})", calls.join(", ")))].into_iter().chain(said).collect()
        }
        Known::NotTried { why } => vec![Row::new("not tried", why)],
    }
}
