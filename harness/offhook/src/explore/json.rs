//! What an exploration found, as JSON.

use offhook_explore::{Cause, disturb_line};
use serde::Serialize;

use super::told::Findings;
use super::written::Written;

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    trials: usize,
    total: Option<usize>,
    states: usize,
    unknown: usize,
    causes: Vec<ReportedCause<'a>>,
    known_unused: Vec<&'a str>,
    unexplored: Vec<ReportedUnexplored<'a>>,
    unjudged: &'a std::collections::BTreeMap<String, usize>,
}

#[derive(Serialize)]
struct ReportedCause<'a> {
    file: String,
    scenario: &'a str,
    stack: &'a str,
    cause: &'a str,
    count: usize,
    expected: &'a str,
    actual: &'a str,
    disturbances: Vec<String>,
    moments: &'a [String],
    known: Option<&'a str>,
    written: Option<String>,
    evidence: Option<String>,
}

#[derive(Serialize)]
struct ReportedUnexplored<'a> {
    what: &'a str,
    why: &'a str,
}

/// The document.
///
/// # Errors
///
/// None that can happen: there is no map without text keys in it.
pub fn report(findings: &Findings<'_>) -> serde_json::Result<String> {
    let causes = findings
        .causes
        .iter()
        .zip(findings.known)
        .filter_map(|((cause, written), known)| reported(findings, cause, written.as_ref(), *known));
    let unused = findings.unused.iter().filter_map(|entry| findings.entries.get(*entry));
    serde_json::to_string_pretty(&Document {
        format: "offhook-explore/1",
        trials: findings.campaign.tried(),
        total: findings.campaign.total(),
        states: findings.campaign.states(),
        unknown: findings.unknown(),
        causes: causes.collect(),
        known_unused: unused.map(|entry| entry.place.as_str()).collect(),
        unexplored: findings.unexplored.iter().map(|it| ReportedUnexplored { what: &it.what, why: &it.why }).collect(),
        unjudged: findings.campaign.unjudged(),
    })
}

fn reported<'a>(
    findings: &Findings<'a>,
    cause: &'a Cause,
    written: Option<&'a Written>,
    known: Option<usize>,
) -> Option<ReportedCause<'a>> {
    let of = findings.explored.get(cause.matter)?;
    let trial = cause.trials.first()?;
    Some(ReportedCause {
        file: of.file.path.display().to_string(),
        scenario: &of.name,
        stack: &of.stack,
        cause: &cause.name,
        count: cause.count,
        expected: &cause.violation.expected,
        actual: &cause.violation.actual,
        disturbances: trial.disturbances.iter().map(|(moment, deed)| disturb_line(moment, deed)).collect(),
        moments: written.map(|written| written.moments.as_slice()).unwrap_or_default(),
        known: known.and_then(|entry| findings.entries.get(entry)).map(|entry| entry.reason.as_str()),
        written: written.map(|written| written.file.display().to_string()),
        evidence: written.map(|written| written.evidence.display().to_string()),
    })
}
