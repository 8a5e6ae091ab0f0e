//! The conformance suite: every case can fail and passes on a sound end, and comes out on the stacks as is recorded.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::{offhook, said};
use serde_json::{Value, json};

/// What the stacks came out as.
const STACKS: &str = "scenarios/conformance/subjects/pppd.json";

fn top() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

#[test]
fn every_case_passes_on_a_sound_end_and_fails_with_each_of_its_faults() {
    let output = offhook().args(["conformance", "--faults"]).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn every_case_comes_out_on_the_stacks_as_the_table_in_the_repository_has_it() {
    let out = tempfile::tempdir().unwrap();
    let made = out.path().join("pppd.json");
    let output = offhook()
        .args(["conformance", "--out"])
        .arg(out.path().join("evidence"))
        .arg("--matrix")
        .arg(&made)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", said(&output));
    kept(&fs::read_to_string(made).unwrap(), STACKS);
}

/// A file of the repository is this, or is made so on request.
fn kept(made: &str, name: &str) {
    let kept = top().join(name);
    if std::env::var_os("OFFHOOK_UPDATE_REFERENCE").is_some() {
        fs::write(&kept, made).unwrap();
    }
    let kept = fs::read_to_string(kept).unwrap_or_default();
    assert!(kept == made, "{name} is behind: run this test with OFFHOOK_UPDATE_REFERENCE=1, then look at it");
}

#[test]
fn the_matrix_has_every_subject_beside_the_others_and_each_has_a_page_of_its_table() {
    let out = tempfile::tempdir().unwrap();
    let subject = |name: &str| format!("scenarios/conformance/subjects/{name}.json");
    let merged = |names: &[&str], to: &str| {
        let made = out.path().join(to);
        let output = offhook()
            .arg("merge")
            .args(names.iter().map(|name| subject(name)))
            .arg("--matrix")
            .arg(&made)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", said(&output));
        fs::read_to_string(made).unwrap()
    };
    kept(
        &merged(&["pppd", "ppp-upstream", "lwip", "slirp", "ppproto"], "matrix.md"),
        "scenarios/conformance/matrix.md",
    );
    for name in ["ppp-upstream", "lwip", "slirp", "ppproto"] {
        kept(&merged(&[name], &format!("{name}.md")), &format!("scenarios/conformance/subjects/{name}.md"));
    }
    let matrix = fs::read_to_string(top().join("scenarios/conformance/matrix.md")).unwrap();
    assert!(matrix.starts_with(
        "| case | level | clause | what is shown | bookworm | trixie | ppp-upstream | lwip | slirp | ppproto |\n"
    ));
}

#[cfg(unix)]
#[test]
fn a_program_on_a_pty_is_a_subject_and_what_it_lacks_is_told() {
    let out = tempfile::tempdir().unwrap();
    let table = out.path().join("table.json");
    // It says nothing at all: whoever expects a Configure-Request waits for it in vain.
    let run = |more: &[&str]| {
        offhook()
            .args(["conformance", "--subject", "exec sleep 600", "--name", "mute", "--case", "LCP-4.1-03", "--out"])
            .arg(out.path().join("evidence"))
            .arg("--matrix")
            .arg(&table)
            .args(more)
            .output()
            .unwrap()
    };
    let first = run(&[]);
    let text = said(&first);
    assert_eq!(first.status.code(), Some(1), "{text}");
    assert!(text.contains("new deviation") && text.contains("nothing came in"), "{text}");
    // What is known is no news.
    let known = table.with_file_name("known.json");
    fs::copy(&table, &known).unwrap();
    let second = run(&["--against", known.to_str().unwrap()]);
    assert_eq!(second.status.code(), Some(0), "{}", said(&second));
}

#[test]
fn a_case_that_binds_both_ends_can_fail_at_the_end_that_calls_as_well() {
    let output = offhook().args(["conformance", "--faults", "--calling"]).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

/// A subject that never says anything, played against one case.
fn mute(out: &Path, more: &[&str]) -> Output {
    let arguments = ["conformance", "--subject", "exec sleep 600", "--name", "mute", "--case", "LCP-4.1-03.a", "--out"];
    offhook().args(arguments).arg(out.join("evidence")).args(more).current_dir(top()).output().unwrap()
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[cfg(unix)]
#[test]
fn what_came_of_a_subject_is_written_in_every_format_of_a_run() {
    let out = tempfile::tempdir().unwrap();
    let path = |name: &str| out.path().join(name).display().to_string();
    let (junit, sarif, json, html) = (path("a.xml"), path("a.sarif"), path("a.json"), path("a.html"));
    let output = mute(out.path(), &["--junit", &junit, "--sarif", &sarif, "--json", &json, "--html", &html]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));

    let report = quick_junit::Report::deserialize_from_str(&fs::read_to_string(junit).unwrap()).unwrap();
    assert_eq!((report.tests, report.failures), (1, 1));
    let case = &report.test_suites[0].test_cases[0];
    assert!(case.name.starts_with("LCP-4.1-03.a: "), "{}", case.name.as_str());

    let run = &read(sarif.as_ref())["runs"][0];
    let rule = &run["tool"]["driver"]["rules"][0];
    assert_eq!((&rule["id"], &rule["defaultConfiguration"]["level"]), (&json!("LCP-4.1-03.a"), &json!("error")));
    assert!(rule["help"]["text"].as_str().unwrap().starts_with("RFC 1661 section 4.1. must: "), "{rule}");
    let result = &run["results"][0];
    assert_eq!((&result["ruleId"], &result["level"]), (&json!("LCP-4.1-03.a"), &json!("error")));
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "scenarios/conformance/rfc1661/states/request-sent.kdl");
    assert!(
        place["region"]["snippet"]["text"].as_str().unwrap().contains("expect \"lcp\" \"configure-request\""),
        "{place}"
    );
    assert!(result.get("suppressions").is_none(), "nobody knew of it");

    let outcome = &read(json.as_ref())["outcomes"][0];
    assert_eq!(outcome["conformance"], json!({ "case": "LCP-4.1-03.a", "level": "must", "subject": "answering" }));
    assert_eq!(outcome["fingerprint"]["subject"]["by"], "exec sleep 600");
    let page = fs::read_to_string(html).unwrap();
    for part in ["<title>offhook conformance</title>", "LCP-4.1-03.a: ", "not as recorded", "Cases by level"] {
        assert!(page.contains(part), "{part}");
    }
}

#[cfg(unix)]
#[test]
fn a_deviation_that_is_recorded_passes_everywhere_and_is_suppressed_in_sarif() {
    let out = tempfile::tempdir().unwrap();
    let path = |name: &str| out.path().join(name).display().to_string();
    let (table, sarif, junit) = (path("known.json"), path("a.sarif"), path("a.xml"));
    assert_eq!(mute(out.path(), &["--matrix", &table]).status.code(), Some(1));
    let output = mute(out.path(), &["--against", &table, "--sarif", &sarif, "--junit", &junit]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let suppression = &read(sarif.as_ref())["runs"][0]["results"][0]["suppressions"][0];
    assert_eq!(suppression["kind"], "external");
    assert!(suppression["justification"].as_str().unwrap().contains("nothing came in"), "{suppression}");
    let report = quick_junit::Report::deserialize_from_str(&fs::read_to_string(junit).unwrap()).unwrap();
    assert_eq!((report.tests, report.failures), (1, 0));
}

/// OASIS's own schema; `tests/schemas/README.md` says where it is from.
#[cfg(unix)]
#[test]
fn the_sarif_of_deviations_is_valid_by_the_schema_of_oasis() {
    let out = tempfile::tempdir().unwrap();
    let sarif = out.path().join("a.sarif").display().to_string();
    mute(out.path(), &["--sarif", &sarif]);
    let mut schema = read(&top().join("tests/schemas/sarif-schema-2.1.0.json"));
    // Their pattern for a language has a bracket too many and is no regular expression; we write no language.
    for holder in ["run", "toolComponent"] {
        let language = schema.pointer_mut(&format!("/definitions/{holder}/properties/language")).unwrap();
        language.as_object_mut().unwrap().remove("pattern");
    }
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let mut log = read(sarif.as_ref());
    let complaints: Vec<String> =
        validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(complaints, Vec::<String>::new());
    *log.pointer_mut("/runs/0/results/0/level").unwrap() = json!("must");
    assert!(!validator.is_valid(&log));
}

/// A subject that says one Configure-Request, which is no answer to anything.
#[cfg(unix)]
#[test]
fn the_exchange_with_a_subject_is_told_and_its_capture_is_one_for_wireshark() {
    let out = tempfile::tempdir().unwrap();
    // 7e ff 7d 23 c0 21 7d 21 7d 21 7d 20 7d 24 FCS 7e: a Configure-Request without options.
    let octets = offhook_ppp::transparency::encode(b"\xff\x03\xc0\x21\x01\x01\x00\x04", u32::MAX);
    let octal: String = octets.iter().map(|octet| format!("\\{octet:03o}")).collect();
    let subject = format!("printf '{octal}'; exec sleep 600");
    let output = offhook()
        .args(["conformance", "--verbose", "--name", "one", "--case", "LCP-4.1-03.a", "--subject", &subject, "--out"])
        .arg(out.path())
        .output()
        .unwrap();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    for part in ["[LCP ConfReq id=0x1", "→  [LCP ConfReq", "request-sent.kdl:", "{transcript.txt,capture.pcapng}"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let evidence = out.path().join("request-sent/req-sent-rcr-the-end-acknowledges-and-is-in-ack-sent/one");
    let transcript = fs::read_to_string(evidence.join("transcript.txt")).unwrap();
    assert!(transcript.contains("subject   one: printf") && transcript.contains("pty   ←  PPP"), "{transcript}");
    let shown = offhook().arg("decode").arg(evidence.join("capture.pcapng")).output().unwrap();
    assert!(said(&shown).contains("[LCP ConfReq id=0x1"), "{}", said(&shown));
    let Ok(tshark) = Command::new("tshark").arg("-r").arg(evidence.join("capture.pcapng")).output() else {
        return eprintln!("skipped: there is no tshark here");
    };
    let seen = String::from_utf8(tshark.stdout).unwrap();
    assert!(seen.contains("PPP LCP") && seen.contains("Configuration Request"), "{seen}");
}

#[cfg(unix)]
#[test]
fn a_subject_that_is_not_there_could_not_run_and_a_case_that_is_not_for_it_is_not_run() {
    let out = tempfile::tempdir().unwrap();
    let json = out.path().join("a.json");
    let run = |subject: &str, case: &str| {
        let output = offhook()
            .args(["conformance", "--subject", subject, "--case", case, "--out"])
            .arg(out.path().join("evidence"))
            .arg("--json")
            .arg(&json)
            .output()
            .unwrap();
        (output.status.code(), read(&json)["outcomes"][0].clone(), said(&output))
    };
    let (code, outcome, text) = run("/dev/there-is-none", "LCP-4.1-03.a");
    assert_eq!((code, &outcome["verdict"]), (Some(3), &json!("error")), "{text}");
    assert!(outcome["message"].as_str().unwrap().contains("/dev/there-is-none"), "{outcome}");
    let (code, outcome, text) = run("exec sleep 600", "PAP-2.2.1-06.f");
    assert_eq!((code, &outcome["verdict"], outcome.get("evidence")), (Some(0), &json!("skipped"), None), "{text}");
    assert!(text.contains("not run   1 case: the subject would have to ask for authentication (pap)"), "{text}");
}

#[cfg(unix)]
#[test]
fn shards_play_each_case_once_say_what_they_leave_and_merge_into_the_whole() {
    let out = tempfile::tempdir().unwrap();
    let shard = |index: u32| {
        let table = out.path().join(format!("{index}.json"));
        let evidence = out.path().join(format!("evidence-{index}"));
        let output = offhook()
            .args(["conformance", "--subject", "exit 1", "--name", "gone", "--case", "LCP-4.1-0", "--shard"])
            .arg(format!("{index}/2"))
            .arg("--out")
            .arg(evidence)
            .arg("--matrix")
            .arg(&table)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        table
    };
    let parts = [shard(1), shard(2)];
    let played = |part: &Path| {
        let table = read(part);
        let cases = table["cases"].as_array().unwrap().clone();
        let (left, played): (Vec<Value>, Vec<Value>) =
            cases.into_iter().partition(|case| case["verdicts"]["gone"]["verdict"] == "other-shard");
        (table["shard"].clone(), left.len(), played.len())
    };
    let (first, second) = (played(&parts[0]), played(&parts[1]));
    assert_eq!((&first.0, &second.0), (&json!({ "index": 1, "total": 2 }), &json!({ "index": 2, "total": 2 })));
    assert_eq!((first.1, first.2), (second.2, second.1), "what one leaves the other plays");
    assert!(first.1 > 2 && first.2 > 2, "{first:?}");

    let whole = out.path().join("whole.json");
    let merged = |parts: &[PathBuf]| offhook().arg("merge").args(parts).arg("--matrix").arg(&whole).output().unwrap();
    let output = merged(&parts);
    // The verdict is that of a whole run: what nobody knew of fails.
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let table = read(&whole);
    assert!(table.get("shard").is_none() && !table.to_string().contains("other-shard"));
    assert_eq!(table["cases"].as_array().unwrap().len(), first.1 + first.2);
    let output = merged(&parts[..1]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).contains("shard 2 of 2 is missing"), "{}", said(&output));
}

#[test]
fn a_proof_is_an_outcome_in_every_format_of_a_run() {
    let out = tempfile::tempdir().unwrap();
    let (json, table) = (out.path().join("a.json"), out.path().join("table.json"));
    let output = offhook()
        .args(["conformance", "--faults", "--case", "LCP-5.8-0", "--json"])
        .arg(&json)
        .arg("--matrix")
        .arg(&table)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let report = read(&json);
    assert!(
        report["passed"].as_u64().unwrap() > 5 && report["expected_failures"].as_u64().unwrap() > 0,
        "{}",
        said(&output)
    );
    let of = |case: &str| {
        let cases = read(&table)["cases"].as_array().unwrap().clone();
        cases.into_iter().find(|row| row["case"] == case).unwrap()["verdicts"]["own-end"]["verdict"].clone()
    };
    assert_eq!((of("LCP-5.8-01.c"), of("LCP-5.8-03.a")), (json!("complies"), json!("deviates")));
}

#[cfg(unix)]
#[test]
fn a_subject_that_calls_is_told_so_and_has_its_name_and_password() {
    let out = tempfile::tempdir().unwrap();
    let told = out.path().join("told");
    let subject = format!("env | grep ^OFFHOOK_ | sort > {}; exit 77", told.display());
    let output = offhook()
        .args(["conformance", "--calling", "--takes", "auth", "--case", "PAP-2-11.a", "--subject", &subject, "--out"])
        .arg(out.path().join("evidence"))
        .output()
        .unwrap();
    // Who ends with 77 is not judged.
    assert!(output.status.success() && said(&output).contains("not run"), "{}", said(&output));
    let told = fs::read_to_string(told).unwrap();
    let expected = [
        "OFFHOOK_AUTH=pap",
        "OFFHOOK_CASE=PAP-2-11.a",
        "OFFHOOK_LOCAL=192.168.32.1",
        "OFFHOOK_OPTIONS=",
        "OFFHOOK_PASSWORD=secret",
        "OFFHOOK_REMOTE=192.168.32.105",
        "OFFHOOK_ROLE=calling",
        "OFFHOOK_USER=alice",
    ];
    // Where references are being updated, the test's own variable is handed on.
    let told = told.lines().filter(|line| !line.starts_with("OFFHOOK_UPDATE_REFERENCE"));
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

#[test]
fn a_program_that_stands_in_the_place_of_the_servers_runs_in_every_guest_and_the_result_tells_it() {
    let out = tempfile::tempdir().unwrap();
    let program = out.path().join("pppd");
    // With octets that are no text; what a shell does not come to is not read as its commands.
    fs::write(&program, b"#!/bin/sh\necho the other one >&2\nexit 9\n\x00\xff\xfe").unwrap();
    let json = out.path().join("result.json");
    let output = offhook()
        .args(["conformance", "--case", "LCP-4.1-03.a", "--stack", "trixie", "--out"])
        .arg(out.path().join("evidence"))
        .arg(format!("--replace=/usr/sbin/pppd={}", program.display()))
        .arg("--json")
        .arg(&json)
        .output()
        .unwrap();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("/usr/sbin/pppd (replaced) by sha256"), "{text}");
    let result: Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    let file = &result["outcomes"][0]["fingerprint"]["changed"]["files"][0];
    assert_eq!((&file["file"], &file["change"]), (&"/usr/sbin/pppd".into(), &"replaced".into()));
    let refused = offhook().args(["run", "--replace", "usr/sbin/pppd=/bin/true"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
}
