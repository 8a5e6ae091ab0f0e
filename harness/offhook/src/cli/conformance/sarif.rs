//! Deviations as SARIF 2.1.0: a rule a case, a result a deviation, at the step of the scenario that shows it.
//!
//! In: what came of cases. Out: a log for code scanning and editors. What is recorded has a suppression (§3.27.23): in the source
//! where the scenario says so by `fails`, external where a table does. How binding the clause is decides the level (§3.27.10).

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::played::{Results, Row, deciding};
use offhook_base::hex;
use offhook_conformance::Verdict;
use offhook_report::evidence::{CAPTURE, TRANSCRIPT};
use offhook_report::sarif::{Log, location, uri};
use offhook_scenario::Level;
use offhook_session::{Outcome, Verdict as Ended};

/// The key of our fingerprints, with the version of how they are made.
const FINGERPRINT: &str = "offhookCase/v1";
/// Octets of a fingerprint.
const OCTETS: usize = 16;

/// The log of a run.
///
/// # Errors
///
/// None that an outcome could cause.
pub(super) fn report(results: &Results) -> serde_json::Result<String> {
    let mut rules: BTreeMap<&str, Value> = BTreeMap::new();
    for row in &results.rows {
        rules.entry(&row.case.case).or_insert_with(|| rule(row));
    }
    let names: Vec<&str> = rules.keys().copied().collect();
    let log = Log {
        results: results.rows.iter().filter_map(|row| result(row, &names)).collect(),
        complete: !results.rows.iter().any(|row| matches!(row.outcome.verdict, Ended::Error { .. })),
        properties: json!({ "cases": results.rows.len(), "notRun": count(results, "not run"), "shard": results.shard }),
        rules: rules.into_values().collect(),
        bases: Value::Null,
    };
    log.text()
}

fn count(results: &Results, word: &str) -> usize {
    results.rows.iter().filter(|row| row.verdict.word() == word).count()
}

/// SARIF's level of a deviation from a clause of this level.
const fn level(level: Level) -> &'static str {
    match level {
        Level::Must => "error",
        Level::Should | Level::Robust => "warning",
        Level::May | Level::Free => "note",
    }
}

/// What a level means, in a sentence.
const fn meaning(level: Level) -> &'static str {
    match level {
        Level::Must => "must: an absolute requirement",
        Level::Should => "should: a requirement that there may be reasons to ignore",
        Level::May => "may: truly optional",
        Level::Robust => "robust: no sentence says so, but an end that hangs or crashes here is unfit",
        Level::Free => "free: left to the implementer",
    }
}

fn rule(row: &Row) -> Value {
    let case = &row.case;
    // A case of a table is one of several that show the same.
    let variant = row.outcome.variant.case.as_deref();
    let name = variant.and_then(|variant| case.name.strip_suffix(variant)?.strip_suffix(", ")).unwrap_or(&case.name);
    let mut rule = json!({
        "id": case.case,
        "shortDescription": { "text": format!("{name}.") },
        "help": { "text": format!("{}. {}.", case.clauses.join(", "), meaning(case.level)) },
        "defaultConfiguration": { "level": level(case.level) },
        "properties": { "level": case.level.name(), "clauses": case.clauses, "subject": case.subject.name() },
    });
    if let Some(link) = case.clauses.first().and_then(|clause| link(clause)) {
        rule["helpUri"] = json!(link);
    }
    rule
}

/// Where `RFC 1661 section 4.1` can be read.
fn link(clause: &str) -> Option<String> {
    let mut words = clause.strip_prefix("RFC ")?.split(' ');
    let number: u32 = words.next()?.parse().ok()?;
    let section = match (words.next(), words.next()) {
        (Some("section"), Some(section)) => format!("#section-{}", section.trim_end_matches(',')),
        _ => String::new(),
    };
    Some(format!("https://www.rfc-editor.org/rfc/rfc{number}.html{section}"))
}

fn result(row: &Row, rules: &[&str]) -> Option<Value> {
    let Row { case, verdict, outcome } = row;
    let suppression = match verdict {
        Verdict::Complies | Verdict::NotRun { .. } | Verdict::OtherShard => return None,
        Verdict::NewDeviation { .. } | Verdict::Gone { .. } => None,
        // What stands in the place of a stack is recorded in a table of its own.
        Verdict::Deviates { reason } if outcome.fingerprint.subject.is_some() => Some(("external", reason)),
        Verdict::Deviates { reason } => Some(("inSource", reason)),
    };
    let level = if matches!(verdict, Verdict::Gone { .. }) { "note" } else { level(case.level) };
    let span = deciding(outcome).map_or(outcome.span, |(step, ..)| step.span);
    let mut result = json!({
        "ruleId": case.case,
        "ruleIndex": rules.iter().position(|rule| *rule == case.case),
        "level": level,
        "message": { "text": message(row) },
        "locations": [location(&outcome.source, span)],
        "partialFingerprints": { FINGERPRINT: fingerprint(row) },
        "properties": { "subject": outcome.stack, "verdict": verdict.word() },
    });
    if let Some((kind, reason)) = suppression {
        result["suppressions"] = json!([{ "kind": kind, "status": "accepted", "justification": reason }]);
    }
    let evidence = evidence(outcome);
    if !evidence.is_empty() {
        result["attachments"] = Value::Array(evidence);
    }
    Some(result)
}

fn message(row: &Row) -> String {
    let Row { case, verdict, outcome } = row;
    let mut text = format!("{}, on {}: {}.", case.name, outcome.stack, verdict.word());
    text.extend(verdict.told().map(|told| format!("\n\n{told}")));
    if let (Verdict::Deviates { .. }, Some((_, _, expected, actual))) = (verdict, deciding(outcome)) {
        text.push_str(&format!("\n\nExpected {expected}, got {actual}"));
    }
    text
}

/// The same of every run: not of what came, nor of where it stands.
fn fingerprint(row: &Row) -> String {
    let mut digest = Sha256::new();
    for part in [&row.case.case, &row.case.name, &row.outcome.stack] {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    hex(&digest.finalize()[..OCTETS])
}

/// Transcript and capture.
fn evidence(outcome: &Outcome) -> Vec<Value> {
    let files = [(TRANSCRIPT, "what crossed the line, as text"), (CAPTURE, "the same for Wireshark")];
    let there = files.into_iter().map(|(name, what)| (outcome.evidence.join(name), what));
    let there = there.filter(|(path, _)| path.is_absolute() && path.is_file());
    let attachment = |(path, what): (std::path::PathBuf, &str)| json!({ "description": { "text": what }, "artifactLocation": { "uri": uri(&path.display().to_string()) } });
    there.map(attachment).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_has_one_of_sarifs() {
        assert_eq!(Level::ALL.map(level), ["error", "warning", "note", "warning", "note"]);
    }

    #[test]
    fn a_clause_leads_to_its_section() {
        let of = |clause: &str| link(clause).unwrap_or_default();
        assert_eq!(of("RFC 1661 section 4.1"), "https://www.rfc-editor.org/rfc/rfc1661.html#section-4.1");
        assert_eq!(of("RFC 1661"), "https://www.rfc-editor.org/rfc/rfc1661.html");
        assert_eq!(link("pppd's manual"), None);
    }
}
