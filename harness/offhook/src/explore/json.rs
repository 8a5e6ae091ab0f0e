//! What an exploration found, as JSON.

use std::collections::BTreeMap;

use offhook_explore::{Alike, disturb_line};
use schemars::JsonSchema;
use serde::Serialize;

use super::told::{Findings, Found};

/// Version of the format.
const FORMAT: u32 = 1;

/// What an exploration found.
#[derive(Serialize, JsonSchema)]
struct Exploration<'a> {
    format: u32,
    /// Trials whose outcome is known, those of journals included.
    trials: usize,
    /// How many there are; null where they are drawn by the seed without an end.
    total: Option<usize>,
    /// Whether all of them were tried, those of all shares: then what was not seen is not there.
    whole: bool,
    /// States of the server, the line and both ends that were seen.
    states: usize,
    /// How many causes nobody knows.
    unknown: usize,
    /// Every cause, those with most trials first.
    causes: Vec<ReportedCause<'a>>,
    /// Where the entries of `--known` stand that hold of nothing that was found: `known.kdl:3`.
    known_unseen: Vec<&'a str>,
    /// Scenarios that were not explored.
    unexplored: Vec<ReportedUnexplored<'a>>,
    /// Why trials were not judged, and how many.
    unjudged: &'a BTreeMap<String, usize>,
}

/// Violations with one cause on one stack.
#[derive(Serialize, JsonSchema)]
struct ReportedCause<'a> {
    /// The file of the scenario that shows it with the fewest disturbances.
    file: String,
    /// Its name.
    scenario: &'a str,
    /// The stack.
    stack: &'a str,
    /// What they have in common: the verb or the invariant and what came, without numbers.
    cause: &'a str,
    /// How many trials show it, those of all scenarios.
    count: usize,
    /// The other scenarios that show it.
    also: Vec<ReportedScenario<'a>>,
    /// What was expected in the first of them.
    expected: &'a str,
    /// What came.
    actual: &'a str,
    /// The simplest disturbances that show it, as a scenario has them.
    disturbances: Vec<String>,
    /// When each of them was: `at 25.307, the modem's CONNECT`.
    moments: &'a [String],
    /// Why it is known to be the server's.
    known: Option<&'a str>,
    /// The scenario that shows it by itself.
    written: Option<String>,
    /// The evidence of its run.
    evidence: Option<String>,
}

/// Another scenario that shows a cause.
#[derive(Serialize, JsonSchema)]
struct ReportedScenario<'a> {
    /// Its file.
    file: String,
    /// Its name.
    scenario: &'a str,
}

/// A scenario on a stack that was not explored.
#[derive(Serialize, JsonSchema)]
struct ReportedUnexplored<'a> {
    /// `scenarios/first-call.kdl: a call on trixie`.
    what: &'a str,
    /// Why.
    why: &'a str,
}

/// The JSON schema of the document.
///
/// # Errors
///
/// None.
pub fn schema() -> serde_json::Result<String> {
    offhook_base::json_schema::<Exploration<'_>>("exploration", FORMAT)
}

/// The document.
///
/// # Errors
///
/// None that can happen: there is no map without text keys in it.
pub fn report(findings: &Findings<'_>) -> serde_json::Result<String> {
    let causes =
        findings.found.iter().zip(findings.known).filter_map(|(found, known)| reported(findings, found, *known));
    let unseen = findings.unseen.iter().filter_map(|entry| findings.entries.get(*entry));
    serde_json::to_string_pretty(&Exploration {
        format: FORMAT,
        trials: findings.campaign.tried(),
        total: findings.campaign.total(),
        whole: findings.whole,
        states: findings.campaign.states(),
        unknown: findings.unknown(),
        causes: causes.collect(),
        known_unseen: unseen.map(|entry| entry.place.as_str()).collect(),
        unexplored: findings.unexplored.iter().map(|it| ReportedUnexplored { what: &it.what, why: &it.why }).collect(),
        unjudged: findings.campaign.unjudged(),
    })
}

fn reported<'a>(findings: &Findings<'a>, found: &'a Found, known: Option<usize>) -> Option<ReportedCause<'a>> {
    let Alike { cause, others } = &found.alike;
    let written = found.written.as_ref();
    let also = others.iter().filter_map(|other| findings.explored.get(*other)).map(|of| ReportedScenario {
        file: of.item.source.path.display().to_string(),
        scenario: &of.item.scenario.name,
    });
    let of = findings.explored.get(cause.matter)?;
    let trial = cause.trials.first()?;
    Some(ReportedCause {
        file: of.item.source.path.display().to_string(),
        scenario: &of.item.scenario.name,
        stack: &of.item.stack,
        cause: &cause.name,
        count: cause.count,
        also: also.collect(),
        expected: &cause.violation.expected,
        actual: &cause.violation.actual,
        disturbances: trial.disturbances.iter().map(|(moment, deed)| disturb_line(moment, deed)).collect(),
        moments: written.map(|written| written.moments.as_slice()).unwrap_or_default(),
        known: known.and_then(|entry| findings.entries.get(entry)).map(|entry| entry.reason.as_str()),
        written: written.map(|written| written.file.display().to_string()),
        evidence: written.map(|written| written.evidence.display().to_string()),
    })
}
