//! The formats that other programs read: what stands in them, and that others' readers take them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "evidence/calls.rs"]
mod calls;
mod common;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use calls::{denied, error, expected, failed, hostile, passed, skipped};
use common::{offhook, said};
use offhook_report::formats::annotations::annotations;
use offhook_report::formats::code_quality::code_quality;
use offhook_report::formats::junit::junit;
use offhook_report::formats::markdown::markdown;
use offhook_report::formats::tap::tap;
use offhook_report::run::RunResult;
use offhook_session::{Ended, Outcome, Verdict};
use quick_junit::{NonSuccessKind, Report, TestCaseStatus};
use serde_json::Value;

fn result(outcomes: impl IntoIterator<Item = Outcome>, ended: Ended) -> RunResult {
    RunResult { outcomes: outcomes.into_iter().map(Arc::new).collect(), wall: Duration::from_millis(2104), ended }
}

fn not_run(reason: Ended) -> Outcome {
    Outcome { verdict: Verdict::NotRun { reason }, trace: Vec::new(), wall_time: Duration::ZERO, ..passed() }
}

/// Every verdict there is; one failure on two stacks.
fn every_verdict() -> RunResult {
    let elsewhere = Outcome { stack: "trixie".into(), ..failed() };
    let outcomes =
        [passed(), denied(), expected(), failed(), elsewhere, error(), skipped(), not_run(Ended::FailedFast)];
    result(outcomes, Ended::FailedFast)
}

#[test]
fn junit_has_a_case_for_every_outcome() {
    insta::assert_snapshot!(junit(&every_verdict(), false).unwrap());
}

#[test]
fn tap_has_a_test_point_for_every_outcome() {
    insta::assert_snapshot!(tap(&every_verdict(), false));
}

#[test]
fn markdown_has_what_one_asks_first() {
    insta::assert_snapshot!(markdown(&every_verdict(), false));
}

#[test]
fn code_quality_has_a_finding_for_every_failure() {
    insta::assert_snapshot!(code_quality(&every_verdict(), false).unwrap());
}

#[test]
fn annotations_are_one_for_failures_that_are_alike() {
    insta::assert_snapshot!(annotations(&every_verdict(), false));
}

#[test]
fn without_a_failure_there_is_nothing_to_annotate() {
    let good = result([passed(), skipped()], Ended::Completed);
    assert_eq!(annotations(&good, false), "");
    assert_eq!(code_quality(&good, false).unwrap(), "[]\n");
    assert!(!markdown(&good, false).contains("### Failed"));
}

#[test]
fn a_skipped_scenario_is_a_failure_where_it_is_to_be_one() {
    let run = result([skipped()], Ended::Completed);
    let read = |skip| Report::deserialize_from_str(&junit(&run, skip).unwrap()).unwrap();
    let counts = |report: &Report| (report.failures, report.skipped);
    assert_eq!((counts(&read(false)), counts(&read(true))), ((0, 1), (1, 0)));
    assert!(tap(&run, false).contains("\nok 1 - idle: a denied caller is not answered (trixie) # SKIP the stack"));
    assert!(tap(&run, true).contains("\nnot ok 1 - "));
    assert_eq!((annotations(&run, false).lines().count(), annotations(&run, true).lines().count()), (0, 1));
    let findings = |skip| serde_json::from_str::<Value>(&code_quality(&run, skip).unwrap()).unwrap();
    assert_eq!(findings(false), Value::Array(Vec::new()));
    assert_eq!(findings(true)[0]["check_name"], "offhook/skipped");
}

#[test]
fn an_interrupted_run_does_not_look_whole() {
    let run = result([passed(), not_run(Ended::Interrupted)], Ended::Interrupted);
    let report = Report::deserialize_from_str(&junit(&run, false).unwrap()).unwrap();
    assert_eq!((report.tests, report.errors), (2, 1));
    let tap = tap(&run, false);
    assert!(tap.starts_with("TAP version 14\n1..2\nok 1 - ") && tap.ends_with("\nBail out! interrupted\n"), "{tap}");
    assert_eq!(tap.lines().count(), 4);
}

#[test]
fn seeds_tell_tests_of_one_name_apart() {
    let run = result([passed(), Outcome { seed: 2, ..passed() }], Ended::Completed);
    let report = Report::deserialize_from_str(&junit(&run, false).unwrap()).unwrap();
    let names: Vec<&str> = report.test_suites[0].test_cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), 2);
    assert_ne!(names[0], names[1]);
    assert!(tap(&run, false).contains("(bookworm, seed 2)\n"));
}

#[test]
fn what_a_server_says_breaks_no_format() {
    let run = result([hostile(), error()], Ended::Completed);
    let report = Report::deserialize_from_str(&junit(&run, false).unwrap()).unwrap();
    assert_eq!((report.tests, report.failures, report.errors), (2, 1, 1));
    assert_eq!(annotations(&run, false).lines().count(), 2);
    assert!(annotations(&run, false).lines().all(|line| line.starts_with("::error file=")));
    assert!(serde_json::from_str::<Value>(&code_quality(&run, false).unwrap()).unwrap().is_array());
    let points = tap(&run, false);
    assert!(points.lines().filter(|line| !line.starts_with(' ')).all(|line| !line.contains(char::is_control)));
    assert_eq!(points.lines().filter(|line| line.starts_with("not ok ")).count(), 2);
    perl_reads(&points, "tests=2 failed=2 yaml=2 errors=0");
}

#[test]
fn a_summary_has_room_in_github_however_much_failed() {
    let many = (0..150).map(|number| Outcome { name: format!("scenario {number}"), ..hostile() });
    let text = markdown(&result(many, Ended::Completed), false);
    assert!(text.len() < 1 << 20, "{}", text.len());
    assert!(text.contains("... and 50 more.") && text.contains("The text of 130 further failures is left out."));
}

#[test]
fn commands_of_github_are_escaped() {
    let mut outcome = failed();
    outcome.source.path = "a,b:c%d.kdl".into();
    let text = annotations(&result([outcome], Ended::Completed), false);
    assert!(
        text.starts_with("::error file=a%2Cb%3Ac%25d.kdl,line=17,col=9,title=FAIL a%2Cb%3Ac%25d%3A the line"),
        "{text}"
    );
    assert!(text.contains("::expected: the server hangs up 5m (to 5m 1s) after the last data%0Aactual: "), "{text}");
}

/// Has Perl's TAP::Parser read a report. The one of Perl 5.36 knows version 13 at most, of which 14 is an extension.
fn perl_reads(tap: &str, told: &str) {
    const READER: &str = r#"
        use TAP::Parser; use TAP::Parser::YAMLish::Reader;
        local $/; my $p = TAP::Parser->new({ tap => scalar <STDIN> }); my $yaml = 0;
        while (my $r = $p->next) {
            next unless $r->is_yaml;
            my $data = $r->data;
            $yaml++ if $data->{message} && $data->{text} =~ /\n/ && $data->{at}{line} > 0;
        }
        printf "tests=%d failed=%d yaml=%d errors=%d", $p->tests_run, scalar($p->failed), $yaml, scalar($p->parse_errors);
    "#;
    let mut perl = Command::new("perl")
        .args(["-e", READER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("perl is a part of every Debian");
    let tap = tap.replacen("TAP version 14", "TAP version 13", 1);
    perl.stdin.take().unwrap().write_all(tap.as_bytes()).unwrap();
    let output = perl.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), told, "{}", said(&output));
}

const SCENARIOS: &str = r#"scenario "the caller gets in" {
    stack "bookworm"
    server {
        port "ttyS0"
        ppp { addresses local="192.168.32.1" remote="192.168.32.105"; require-auth "pap" }
        account "alice" password="secret"
    }
    call {
        expect-answer
        ppp user="alice" password="secret"
        expect-auth "accepted"
    }
}

scenario "a wrong password is good enough" {
    stack "bookworm"
    server {
        port "ttyS0"
        ppp { addresses local="192.168.32.1" remote="192.168.32.105"; require-auth "pap" }
        account "alice" password="secret"
    }
    call {
        expect-answer
        ppp user="alice" password="wrong"
        expect-auth "accepted"
    }
}
"#;

#[test]
fn one_run_writes_all_formats() {
    let scratch = tempfile::tempdir().unwrap();
    let at = |name: &str| scratch.path().join(name);
    fs::write(at("two.kdl"), SCENARIOS).unwrap();
    let read = |name: &str| fs::read_to_string(at(name)).unwrap();
    fs::write(at("summary"), "before\n").unwrap();
    let output = offhook()
        .current_dir(scratch.path())
        .args([
            "run",
            "./two.kdl",
            "--junit",
            "junit.xml",
            "--markdown",
            "summary.md",
            "--code-quality",
            "quality.json",
        ])
        .args(["--tap", "-"])
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", at("summary"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));

    let report = Report::deserialize_from_str(&read("junit.xml")).unwrap();
    assert_eq!((report.tests, report.failures, report.errors, report.skipped), (2, 1, 0, 0));
    let [good, bad] = report.test_suites[0].test_cases.as_slice() else { panic!("{report:?}") };
    assert!(matches!(good.status, TestCaseStatus::Success { .. }) && good.system_out.is_none());
    let TestCaseStatus::NonSuccess { kind, message, description, .. } = &bad.status else { panic!("{bad:?}") };
    assert_eq!(
        (*kind, bad.extra["file"].as_str(), bad.extra["line"].as_str()),
        (NonSuccessKind::Failure, "two.kdl", "25")
    );
    assert!(message.as_ref().unwrap().as_str().starts_with("line 25, expect-auth: "), "{message:?}");
    let text = description.as_ref().unwrap().as_str();
    assert!(text.contains("--> ./two.kdl:25:9") && text.contains("  expected  "), "{text}");
    assert!(bad.system_out.as_ref().unwrap().as_str().contains("[PAP AuthNak"), "{:?}", bad.system_out);

    // Standard output is the report's: what GitHub is told is beside it.
    let tap = String::from_utf8(output.stdout.clone()).unwrap();
    perl_reads(&tap, "tests=2 failed=1 yaml=1 errors=0");
    let stderr = String::from_utf8_lossy(&output.stderr);
    let commands: Vec<&str> = stderr.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(commands.len(), 1, "{stderr}");
    assert!(
        commands[0].starts_with("::error file=two.kdl,line=25,col=9,title=FAIL two%3A a wrong password"),
        "{stderr}"
    );

    assert_eq!(read("summary"), format!("before\n{}", read("summary.md")));
    assert!(read("summary.md").starts_with("## offhook: 1 passed, 1 failed\n"));

    // The fields that GitLab documents, and nothing else.
    let findings: Value = serde_json::from_str(&read("quality.json")).unwrap();
    let [finding] = findings.as_array().unwrap().as_slice() else { panic!("{findings}") };
    let keys: Vec<&String> = finding.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["check_name", "description", "fingerprint", "location", "severity"]);
    assert_eq!((&finding["location"]["path"], &finding["location"]["lines"]["begin"]), (&"two.kdl".into(), &25.into()));
    assert!(["info", "minor", "major", "critical", "blocker"].contains(&finding["severity"].as_str().unwrap()));
    assert_eq!(
        (&finding["check_name"], finding["fingerprint"].as_str().unwrap().len()),
        (&"offhook/expect-auth".into(), 64)
    );
}

#[test]
fn standard_output_holds_one_report() {
    let output = offhook().args(["run", "scenarios", "--json", "-", "--junit", "-"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let told = "--json, --junit all write to standard output, which holds one: give the others a file\n";
    assert_eq!(String::from_utf8_lossy(&output.stderr), told);
}

#[test]
fn a_file_that_cannot_be_written_is_told_and_the_others_are_written() {
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path();
    let output = offhook()
        .args(["run", "scenarios/first-call.kdl", "--scenario", "wrong password", "--stack", "bookworm", "--junit"])
        .arg(Path::new("/dev/full"))
        .args(["--tap"])
        .arg(out.join("tap"))
        .arg("--out")
        .arg(out.join("out"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(String::from_utf8_lossy(&output.stderr).ends_with("writing /dev/full: no space left on device\n"));
    assert!(fs::read_to_string(out.join("tap")).unwrap().contains("\nok 1 - first-call"));
}
