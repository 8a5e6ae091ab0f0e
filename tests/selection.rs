//! What is run of scenarios: by an expression, by what happened before; and what is listed of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::path::Path;
use std::process::Output;

use common::{offhook, said};
use serde_json::Value;

/// Three scenarios on two stacks, of which one fails on one stack.
const FILE: &str = r#"include "./base.kdl"
scenario "it answers" {
    tag "quick" "v.250"
    server { use "line"; }
    call { expect-answer rings=1; hang-up; }
}
scenario "it answers at once" {
    server { use "line"; }
    call { expect-answer rings=2 { on "trixie" rings=1 reason="for the test"; }; hang-up; }
}
scenario "it answers late" {
    stack "bookworm"
    server { port "ttyS0" answer-after=$rings; }
    case rings=2
    case rings=3
    call { expect-answer rings=$rings; hang-up; }
}
"#;

const BASE: &str = "shared \"line\" { port \"ttyS0\" answer-after=1; }\n";

fn written() -> tempfile::TempDir {
    let here = tempfile::tempdir().unwrap();
    fs::write(here.path().join("a.kdl"), FILE).unwrap();
    fs::write(here.path().join("base.kdl"), BASE).unwrap();
    here
}

fn run(here: &Path, arguments: &[&str]) -> (Output, Value) {
    let json = here.join("report.json");
    let _ = fs::remove_file(&json);
    let mut command = offhook();
    command.arg("run").arg(here.join("a.kdl")).arg("--out").arg(here.join("out")).arg("--json").arg(&json);
    let output = command.args(arguments).output().unwrap();
    let text = fs::read(&json).unwrap_or_else(|_| panic!("{}", said(&output)));
    (output, serde_json::from_slice(&text).unwrap())
}

/// What ran, as `name, stack`.
fn ran(report: &Value) -> Vec<String> {
    let one =
        |outcome: &Value| format!("{}, {}", outcome["name"].as_str().unwrap(), outcome["stack"].as_str().unwrap());
    report["outcomes"].as_array().unwrap().iter().map(one).collect()
}

fn listed(here: &Path, arguments: &[&str]) -> Output {
    offhook().arg("list").arg(here.join("a.kdl")).arg("--out").arg(here.join("out")).args(arguments).output().unwrap()
}

#[test]
fn an_expression_chooses_scenarios_and_their_stacks() {
    let here = written();
    let chosen = |expression: &str| {
        let output = listed(here.path(), &["--json", "--filter", expression]);
        assert!(output.status.success(), "{}", said(&output));
        let list: Value = serde_json::from_slice(&output.stdout).unwrap();
        let mut chosen = Vec::new();
        for scenario in list["scenarios"].as_array().unwrap() {
            for stack in scenario["stacks"].as_array().unwrap() {
                chosen.push(format!("{}, {}", scenario["name"].as_str().unwrap(), stack["stack"].as_str().unwrap()));
            }
        }
        chosen
    };
    assert_eq!(chosen("tag(v.250) and stack(trixie)"), ["it answers, trixie"]);
    assert_eq!(chosen("known()"), ["it answers at once, trixie"]);
    assert_eq!(chosen("case(=rings=3)"), ["it answers late, rings=3, bookworm"]);
    assert_eq!(chosen("file(a.kdl) and not name(late) and stack(=bookworm)").len(), 2);
    let none = listed(here.path(), &["--filter", "last(passed)"]);
    assert_eq!(none.status.code(), Some(2), "{}", said(&none));
    let wrong = listed(here.path(), &["--filter", "tga(quick)"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("did you mean tag(=tag)?"), "{}", said(&wrong));
}

#[test]
fn what_failed_runs_again_until_it_passes_and_what_passed_until_it_is_changed() {
    let here = written();
    let (output, report) = run(here.path(), &["--durations", "1"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(ran(&report).len(), 6);
    assert!(String::from_utf8_lossy(&output.stdout).contains("\nslowest:\n"), "{}", said(&output));
    assert_eq!(report["outcomes"][0]["tags"], serde_json::json!(["quick", "v.250"]));

    let failing = ["it answers at once, bookworm"];
    let (output, report) = run(here.path(), &["--last-failed"]);
    assert_eq!((output.status.code(), ran(&report)), (Some(1), failing.map(str::to_owned).to_vec()));
    // What never passed is changed, too.
    let (_, report) = run(here.path(), &["--changed"]);
    assert_eq!(ran(&report), failing);

    let mended = FILE.replace("rings=2 { on \"trixie\" rings=1 reason=\"for the test\"; }", "rings=1");
    fs::write(here.path().join("a.kdl"), mended).unwrap();
    let (output, report) = run(here.path(), &["--last-failed"]);
    assert_eq!(
        (output.status.code(), ran(&report)),
        (Some(0), failing.map(str::to_owned).to_vec()),
        "{}",
        said(&output)
    );
    let (output, report) = run(here.path(), &["--last-failed"]);
    assert_eq!((output.status.code(), ran(&report).len()), (Some(0), 0), "{}", said(&output));
    assert!(
        String::from_utf8_lossy(&output.stdout).starts_with("nothing to run: nothing failed last"),
        "{}",
        said(&output)
    );

    // The other scenarios of the file passed with another text of it.
    let (_, report) = run(here.path(), &["--changed"]);
    assert_eq!(ran(&report).len(), 5);
    let (output, report) = run(here.path(), &["--changed"]);
    assert_eq!((output.status.code(), ran(&report).len()), (Some(0), 0), "{}", said(&output));
    fs::write(here.path().join("base.kdl"), format!("{BASE}// another text\n")).unwrap();
    let (_, report) = run(here.path(), &["--changed"]);
    assert_eq!(ran(&report).len(), 6);
}

/// Git in a repository of its own, without the settings of whoever runs the tests.
fn git(here: &Path, arguments: &[&str]) {
    let mut git = std::process::Command::new("git");
    git.arg("-C").arg(here).args([
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.org",
        "-c",
        "init.defaultBranch=main",
    ]);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let output = git.args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn what_has_changed_since_a_commit_is_chosen_by_all_that_a_file_is_made_of() {
    let here = written();
    let here = here.path();
    fs::create_dir_all(here.join("b/tree/ppp")).unwrap();
    fs::create_dir(here.join("b/snapshots")).unwrap();
    fs::write(here.join("b/tree/inittab"), "S0:23:respawn:/sbin/mgetty ttyS0\n").unwrap();
    fs::write(here.join("b/tree/ppp/options"), "lock\n").unwrap();
    let given =
        "scenario \"given\" { stack \"trixie\"; snapshot \"p\"; server etc=\"tree\"; call { expect-answer; }; }";
    fs::write(here.join("b/c.kdl"), given).unwrap();
    fs::write(here.join("b/snapshots/c__given__p.snap"), "---\n---\nx\n").unwrap();
    fs::write(here.join(".gitignore"), "out\n").unwrap();
    git(here, &["init", "-q"]);
    git(here, &["add", "."]);
    git(here, &["commit", "-qm", "first"]);
    let list = |arguments: &[&str]| {
        let mut command = offhook();
        command.args(["list", "--json", "--stack", "trixie"]).arg(here).arg("--out").arg(here.join("out"));
        command.args(arguments).output().unwrap()
    };
    let chosen = |reference: &str| {
        let output = list(&[&format!("--changed={reference}")]);
        assert!(output.status.success(), "{}", said(&output));
        let list: Value = serde_json::from_slice(&output.stdout).unwrap();
        let names = list["scenarios"].as_array().unwrap().iter();
        names.map(|scenario| scenario["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let nothing: [&str; 0] = [];
    assert_eq!(chosen("main"), nothing);
    // What is included, and what lies somewhere in a tree.
    fs::write(here.join("base.kdl"), format!("// New.\n{BASE}")).unwrap();
    assert_eq!(chosen("main"), ["it answers", "it answers at once"]);
    git(here, &["commit", "-qam", "second"]);
    assert_eq!(chosen("HEAD"), nothing);
    assert_eq!(chosen("HEAD~1").len(), 2);
    fs::remove_file(here.join("b/tree/ppp/options")).unwrap();
    assert_eq!(chosen("HEAD"), ["given"]);
    git(here, &["checkout", "-q", "."]);
    fs::write(here.join("b/snapshots/c__given__p.snap"), "---\n---\ny\n").unwrap();
    assert_eq!(chosen("HEAD"), ["given"]);
    git(here, &["checkout", "-q", "."]);
    // What git does not know yet.
    fs::write(here.join("b/new.kdl"), given.replace("given", "new")).unwrap();
    assert_eq!(chosen("HEAD"), ["new"]);

    let output = list(&["--changed=nowhere"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("'nowhere' is no commit of the repository at "), "{}", said(&output));
    let mut command = offhook();
    command.arg("list").arg(here).args(["--changed=HEAD", "--out"]).arg(here.join("out")).env("PATH", "/nonexistent");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).contains("cannot start git to ask what has changed"), "{}", said(&output));
    let bare = written();
    let output = listed(bare.path(), &["--changed=HEAD"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("is in no git repository"), "{}", said(&output));
}

#[test]
fn a_list_tells_tags_deviations_results_and_durations() {
    let here = written();
    let (_, report) = run(here.path(), &["--filter", "name(=it answers)"]);
    assert_eq!(ran(&report), ["it answers, bookworm", "it answers, trixie"]);
    let text = |arguments: &[&str]| {
        let output = listed(here.path(), arguments);
        assert!(output.status.success(), "{}", said(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        text.replace(&here.path().display().to_string(), "HERE")
    };
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\d+\.\d{3}s", "TIME");
    settings.bind(|| insta::assert_snapshot!(text(&[])));
    let slowest = text(&["--durations"]);
    assert_eq!(slowest.lines().count(), 2, "{slowest}");
    assert_eq!(text(&["--filter", "name(late)", "--durations"]).lines().count(), 1);
}

#[test]
fn a_history_that_cannot_be_read_is_told_and_keeps_no_run_from_being_made() {
    let here = written();
    let history = here.path().join("out/history.json");
    fs::create_dir(here.path().join("out")).unwrap();
    fs::write(&history, "{}").unwrap();
    let output = listed(here.path(), &["--last-failed"]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let (output, report) = run(here.path(), &["--filter", "tag(quick) and stack(trixie)"]);
    assert!(output.status.success() && ran(&report).len() == 1, "{}", said(&output));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("warning: reading "), "{}", said(&output));
    assert!(fs::read_to_string(&history).unwrap().contains("it answers"));
}
