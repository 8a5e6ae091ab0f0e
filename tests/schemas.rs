//! The published schemas: what offhook writes is by them, what is wrong is not, and docs/schemas/ has them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::path::Path;

use common::{offhook, root, said};
use offhook_standalone::call::report::{Address, Auth, CallReport, FORMAT, Ping};
use serde_json::{Value, json};

const DOCUMENTS: [&str; 6] = ["run", "outcome", "audit", "call", "exploration", "vocabulary"];

fn printed(document: &str) -> String {
    let output = offhook().args(["schema", document]).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn validator(document: &str) -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(&printed(document)).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

fn complaints(validator: &jsonschema::Validator, document: &Value) -> Vec<String> {
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn valid(validator: &jsonschema::Validator, document: &Value) {
    assert_eq!(complaints(validator, document), Vec::<String>::new());
}

/// Each of these changes at a place makes the document a wrong one.
fn refused(validator: &jsonschema::Validator, document: &Value, changes: &[(&str, Value)]) {
    for (pointer, value) in changes {
        let mut wrong = document.clone();
        *wrong.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value.clone();
        assert!(!validator.is_valid(&wrong), "{pointer} = {value}");
    }
    for key in
        document.as_object().unwrap().keys().filter(|key| !["boot_us", "wall_ms", "evidence"].contains(&key.as_str()))
    {
        let mut wrong = document.clone();
        wrong.as_object_mut().unwrap().remove(key);
        assert!(!validator.is_valid(&wrong), "without {key}");
    }
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn the_documentation_has_the_schemas_as_they_are() {
    for document in DOCUMENTS {
        let path = root().join("docs/schemas").join(format!("{document}.schema.json"));
        let (is, was) = (printed(document), fs::read_to_string(&path).unwrap_or_default());
        if is != was && std::env::var_os("OFFHOOK_UPDATE_REFERENCE").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &is).unwrap();
            continue;
        }
        assert_eq!(
            is,
            was,
            "{} is behind: run this test with OFFHOOK_UPDATE_REFERENCE=1, then look at it",
            path.display()
        );
    }
}

#[test]
fn a_run_and_its_outcomes_are_by_their_schemas() {
    let scratch = tempfile::tempdir().unwrap();
    let (json, out) = (scratch.path().join("run.json"), scratch.path().join("out"));
    // One that passes, and one that fails: the account has another password there.
    let text = fs::read_to_string(root().join("scenarios/first-call.kdl")).unwrap();
    let bad = text.replacen("password=\"secret\"", "password=\"other\"", 1);
    assert_ne!(text, bad);
    fs::write(scratch.path().join("bad.kdl"), bad).unwrap();
    let output = offhook()
        .args(["run", "scenarios/first-call.kdl"])
        .arg(scratch.path().join("bad.kdl"))
        .args(["--stack", "bookworm", "--out"])
        .arg(&out)
        .arg("--json")
        .arg(&json)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let (run, report) = (validator("run"), read(&json));
    valid(&run, &report);
    let verdicts: Vec<&Value> = report["outcomes"].as_array().unwrap().iter().map(|one| &one["verdict"]).collect();
    assert!(verdicts.contains(&&json!("passed")) && verdicts.contains(&&json!("failed")), "{verdicts:?}");
    let changes = [
        ("/format", json!(99)),
        ("/exit_code", json!("1")),
        ("/ended", json!("at last")),
        ("/outcomes", json!({})),
        ("/outcomes/0/verdict", json!("splendid")),
        ("/outcomes/0/line", json!(-1)),
        ("/outcomes/0/steps/0/result", json!("perhaps")),
        ("/outcomes/0/fingerprint/changed", json!(null)),
        ("/outcomes/0/calls/0/moments/placed_us", json!("soon")),
    ];
    refused(&run, &report, &changes);

    let outcome = validator("outcome");
    for one in report["outcomes"].as_array().unwrap() {
        let one = read(&Path::new(one["evidence"].as_str().unwrap()).join("outcome.json"));
        valid(&outcome, &one);
        refused(&outcome, &one, &[("/format", json!(1)), ("/seed", json!("1")), ("/calls/0/rings", json!(-2))]);
    }
}

#[test]
fn an_audit_is_by_its_schema_with_and_without_calls() {
    let audit = validator("audit");
    for how in [&["--static"][..], &[]] {
        let scratch = tempfile::tempdir().unwrap();
        let json = scratch.path().join("audit.json");
        let output = offhook()
            .args(["audit", "--etc", "tests/audit/unix-systemd/etc", "--out"])
            .arg(scratch.path().join("out"))
            .args(how)
            .arg("--json")
            .arg(&json)
            .output()
            .unwrap();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{}", said(&output));
        let report = read(&json);
        valid(&audit, &report);
        assert_eq!(report["fingerprint"].is_null(), how == ["--static"]);
        let changes = [
            ("/format", json!(2)),
            ("/ports/0/statements/0/topic", json!("weather")),
            ("/ports/0/statements/0/known/how", json!("guessed")),
            ("/findings/0/severity", json!("bad")),
            ("/findings/0/id", json!(7)),
        ];
        refused(&audit, &report, &changes);
    }
}

#[test]
fn the_report_of_a_call_is_by_its_schema() {
    let call = validator("call");
    let none =
        CallReport { format: FORMAT, target: "5551000".to_owned(), end: "busy".to_owned(), ..CallReport::default() };
    let all = CallReport {
        got_in: true,
        rings: 2,
        answered_ms: Some(1),
        connected_ms: Some(2),
        rate: Some(33_600),
        auth: Some(Auth { protocol: "PAP".to_owned(), accepted: true, message: "Login ok".to_owned() }),
        address: Some(Address { local: [10, 0, 0, 2].into(), peer: None, dns: vec![[9, 9, 9, 9].into()] }),
        ping: Some(Ping { sent: 3, answered: 1, round_trip_ms: vec![120] }),
        login: Some("a shell".to_owned()),
        ended_ms: Some(3),
        ..none.clone()
    };
    for report in [none, all] {
        let report = serde_json::to_value(report).unwrap();
        valid(&call, &report);
        refused(&call, &report, &[("/rings", json!(null)), ("/got_in", json!("yes")), ("/format", json!(2))]);
    }
}

#[test]
fn an_exploration_is_by_its_schema() {
    let scratch = tempfile::tempdir().unwrap();
    let json = scratch.path().join("explored.json");
    let output = offhook()
        .args(["explore", "scenarios/first-call.kdl", "--stack", "trixie", "--runs", "2", "--out"])
        .arg(scratch.path().join("out"))
        .arg("--json")
        .arg(&json)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let (exploration, report) = (validator("exploration"), read(&json));
    valid(&exploration, &report);
    assert_eq!((&report["trials"], &report["whole"]), (&json!(2), &json!(false)));
    refused(&exploration, &report, &[("/format", json!(2)), ("/trials", json!("2")), ("/causes", json!({}))]);
}

#[test]
fn the_vocabularies_are_by_their_schema() {
    let output = offhook().args(["explain", "--json"]).output().unwrap();
    let vocabulary = validator("vocabulary");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    valid(&vocabulary, &document);
    refused(
        &vocabulary,
        &document,
        &[("/vocabularies/0/words", json!(null)), ("/vocabularies/0/words/0/name", json!(1))],
    );
}
