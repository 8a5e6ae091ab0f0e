//! An audit as SARIF 2.1.0 (OASIS, Static Analysis Results Interchange Format), for code scanning and editors.
//!
//! One run with every rule of the registry and one result a finding. Locations are relative to the base `ETC`, the audited
//! directory (§3.14.14 originalUriBaseIds); `partialFingerprints` (§3.27.17) are the [identities](crate::identity) of
//! findings; accepted findings have a suppression (§3.27.23). No secret is in it.

use serde_json::{Value, json};

use super::identity::identities;
use super::registry::{self, Rule};
use super::{Audit, Finding, Known, Severity};
use offhook_etc::source::{Place, Tree};
use offhook_report::sarif::{Log, directory, escaped, uri};

/// What places below `/etc` are relative to.
const ETC: &str = "ETC";
/// The key of our fingerprints, with the version of how they are made.
const FINGERPRINT: &str = "offhookFinding/v1";

/// Writes the audit of `tree`; `etc` is the absolute path of the audited `/etc`, `complete` says that all that was to be
/// looked at was.
///
/// # Errors
///
/// None that an audit could cause.
pub fn report(audit: &Audit, tree: &Tree, etc: &str, complete: bool) -> serde_json::Result<String> {
    let rules: Vec<&Rule> = registry::all().collect();
    let results = identities(&audit.findings, tree)
        .into_iter()
        .zip(&audit.findings)
        .map(|(identity, finding)| result(finding, &identity, tree, &rules));
    let log = Log {
        results: results.collect(),
        rules: rules.iter().map(|rule| descriptor(rule)).collect(),
        bases: json!({ ETC: {
            "uri": directory(etc),
            "description": { "text": "the audited /etc" },
        } }),
        complete,
        properties: json!({ "statements": audit.ports, "withdrawn": audit.withdrawn }),
    };
    log.text()
}

/// SARIF's level (§3.27.10). It has no word for danger; the property `severity` has.
const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Danger | Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn descriptor(rule: &Rule) -> Value {
    json!({
        "id": rule.code(),
        "shortDescription": { "text": format!("{}.", rule.meaning()) },
        "fullDescription": { "text": rule.why() },
        "help": { "text": format!("{}\n\nFix: {}.", rule.why(), rule.fix()) },
        "defaultConfiguration": { "level": level(rule.severity()) },
        "properties": { "severities": rule.severities() },
    })
}

fn result(finding: &Finding, identity: &str, tree: &Tree, rules: &[&Rule]) -> Value {
    let mut result = json!({
        "ruleId": finding.code(),
        "ruleIndex": rules.iter().position(|rule| *rule == finding.rule),
        "level": level(finding.weight()),
        "message": { "text": message(finding) },
        "partialFingerprints": { FINGERPRINT: identity },
        "properties": {
            "severity": finding.severity,
            "latent": finding.latent,
            "ports": finding.ports,
            "known": finding.known,
        },
    });
    if let Some(place) = &finding.place {
        result["locations"] = json!([location(place, tree)]);
    }
    if let Some(accepted) = &finding.accepted {
        result["suppressions"] = json!([{
            "kind": "external",
            "status": "accepted",
            "justification": accepted.reason,
        }]);
    }
    result
}

/// How a finding is known, in words.
fn known(known: &Known) -> String {
    match known {
        Known::Predicted => "predicted from the files".to_owned(),
        Known::Shown { calls, saw } if calls.is_empty() => format!("shown in the lab: {saw}"),
        Known::Shown { calls, saw } => format!("shown by {}: {saw}", calls.join(", ")),
        Known::Refuted { calls, saw, .. } => format!("refuted by {}: {saw}", calls.join(", ")),
        Known::NotTried { why } => format!("predicted from the files, not tried: {why}"),
    }
}

/// What happens, why, how it is known and what to do, as paragraphs.
fn message(finding: &Finding) -> String {
    let mut text = finding.what.clone();
    let known = known(&finding.known);
    let latent = finding.latent.as_deref().unwrap_or_default();
    let parts = [("Why: ", finding.why.as_str()), ("Latent: ", latent), ("Known: ", &known), ("Fix: ", &finding.fix)];
    for (lead, words) in parts {
        if !words.is_empty() {
            text.push_str(&format!("\n\n{lead}{words}"));
        }
    }
    text
}

fn location(place: &Place, tree: &Tree) -> Value {
    let artifact = match place.file.strip_prefix("/etc/") {
        Some(below) => json!({ "uri": escaped(below), "uriBaseId": ETC }),
        None => json!({ "uri": uri(&place.file) }),
    };
    let mut physical = json!({ "artifactLocation": artifact });
    if let Some(line) = place.line {
        physical["region"] = json!({ "startLine": line });
        if let Some(excerpt) = tree.excerpt(place) {
            physical["region"]["snippet"] = json!({ "text": excerpt });
        }
    }
    json!({ "physicalLocation": physical })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Accepted;
    use crate::tests::{audited, with};

    #[test]
    fn a_result_has_rule_level_place_and_fingerprint() {
        let tree = with(&[("ppp/pap-secrets", "alice * x *\ndave *\n")]);
        let log: Value = serde_json::from_str(&report(&audited(&tree), &tree, "/srv/a b/etc", true).unwrap()).unwrap();
        let run = &log["runs"][0];
        assert_eq!(run["originalUriBaseIds"]["ETC"]["uri"], "file:///srv/a%20b/etc/");
        let result = &run["results"][0];
        assert_eq!((&result["ruleId"], &result["level"]), (&json!("account-columns"), &json!("error")));
        let rule = &run["tool"]["driver"]["rules"][usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], "account-columns");
        let physical = &result["locations"][0]["physicalLocation"];
        assert_eq!(physical["artifactLocation"], json!({ "uri": "ppp/pap-secrets", "uriBaseId": "ETC" }));
        assert_eq!(physical["region"]["startLine"], 2);
        assert_eq!(result["partialFingerprints"][FINGERPRINT].as_str().unwrap().len(), 32);
    }

    /// OASIS's own schema; `tests/schemas/README.md` says where it is from.
    const SCHEMA_FILE: &str = "../../tests/schemas/sarif-schema-2.1.0.json";

    fn validator() -> jsonschema::Validator {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(SCHEMA_FILE);
        let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        // Their pattern for a language has a bracket too many and is no regular expression; we write no language.
        for holder in ["run", "toolComponent"] {
            let language = schema.pointer_mut(&format!("/definitions/{holder}/properties/language")).unwrap();
            language.as_object_mut().unwrap().remove("pattern");
        }
        jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
    }

    fn complaints(validator: &jsonschema::Validator, log: &Value) -> Vec<String> {
        validator.iter_errors(log).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }

    #[test]
    fn whatever_is_found_the_report_is_valid_by_the_schema_of_oasis() {
        let validator = validator();
        let (mut tree, mut audit) = (Tree::default(), Audit::default());
        for example in registry::all().map(Rule::example) {
            let Some(found) = registry::tests::found(example) else { continue };
            if let registry::Example::Etc(samples) = example {
                tree = registry::tests::tree(samples);
            }
            audit.findings = found;
            let log: Value = serde_json::from_str(&report(&audit, &tree, "/etc", true).unwrap()).unwrap();
            assert_eq!(complaints(&validator, &log), Vec::<String>::new());
        }
        let place = Place::line("accepted.kdl", 1);
        let accepted = Accepted { reason: "a lab".to_owned(), until: None, place };
        audit.findings[0].accepted = Some(accepted);
        audit.findings[0].place = Some(Place::file("/lib/systemd/system/a unit@.service"));
        let log: Value = serde_json::from_str(&report(&audit, &tree, "/etc", false).unwrap()).unwrap();
        assert_eq!(complaints(&validator, &log), Vec::<String>::new());
        assert_eq!(log["runs"][0]["results"][0]["suppressions"][0]["justification"], "a lab");
    }

    #[test]
    fn the_schema_refuses_what_is_not_sarif() {
        let validator = validator();
        let tree = with(&[]);
        let good: Value = serde_json::from_str(&report(&audited(&tree), &tree, "/etc", true).unwrap()).unwrap();
        assert!(complaints(&validator, &good).is_empty());
        for (pointer, bad) in [
            ("/runs/0/results/0/level", json!("danger")),
            ("/runs/0/results/0/ruleIndex", json!(-2)),
            ("/runs/0/tool/driver/name", json!(5)),
            ("/version", json!("2.0.0")),
        ] {
            let mut log = good.clone();
            *log.pointer_mut(pointer).unwrap() = bad;
            assert!(!complaints(&validator, &log).is_empty(), "{pointer}");
        }
    }

    #[test]
    fn every_severity_has_a_level() {
        assert_eq!(Severity::ALL.map(level), ["error", "error", "warning", "note"]);
    }
}
