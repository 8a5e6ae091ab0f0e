//! The command line: what it prints and the exit codes by which scripts know how it went.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::io::Write;
use std::process::Output;

use common::{offhook, said};

fn run(arguments: &[&str]) -> Output {
    offhook().args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Names of this machine's directories and of temporary ones, taken out.
fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings
}

#[test]
fn help_tells_what_there_is() {
    let help =
        ["--help", "run --help", "check --help", "explain --help", "modems --help", "lab --help", "audit --help"].map(
            |words| {
                let output = run(&words.split(' ').collect::<Vec<_>>());
                assert!(output.status.success(), "{}", said(&output));
                format!("$ offhook {words}\n\n{}", stdout(&output))
            },
        );
    settings().bind(|| insta::assert_snapshot!("help", help.join("\n")));
}

#[test]
fn a_word_is_explained_and_an_unknown_one_gets_the_nearest() {
    let ring = run(&["explain", "ring"]);
    assert!(
        ring.status.success() && stdout(&ring).contains("The caller gives up after so many rings"),
        "{}",
        said(&ring)
    );
    // A property as it is written, a modem model, everything.
    assert!(stdout(&run(&["explain", "answer-after="])).contains("Default: `1`"));
    assert!(stdout(&run(&["explain", "usr-courier"])).contains("US Robotics"));
    assert!(stdout(&run(&["explain"])).contains("In `server`"));
    let unknown = run(&["explain", "expect-anwser"]);
    assert_eq!((unknown.status.code(), stderr(&unknown).contains("did you mean `expect-answer`?")), (Some(2), true));
    let json: serde_json::Value = serde_json::from_str(&stdout(&run(&["explain", "--json"]))).unwrap();
    let languages: Vec<_> = json["vocabularies"].as_array().unwrap().iter().map(|one| &one["language"]).collect();
    assert_eq!(json["format"], 1);
    assert_eq!(languages, ["scenario", "model", "phonebook"]);
}

#[test]
fn the_repositorys_scenarios_read_without_a_mistake() {
    let output = run(&["check", "scenarios"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(stdout(&output).contains("files read without a mistake"), "{}", said(&output));
}

#[test]
fn a_mistake_in_a_scenario_is_exit_code_2_for_check_and_run_alike() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("wrong.kdl");
    fs::write(&file, "scenario \"x\" { server { prot \"ttyS0\" }; call { hang-up } }\n").unwrap();
    for command in ["check", "run"] {
        let output = run(&[command, file.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(stderr(&output).contains("`port`"), "{}", said(&output));
    }
}

#[test]
fn colours_are_where_the_user_wants_them() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("wrong.kdl");
    fs::write(&file, "scenario \"x\" { server { prot \"ttyS0\" }; call { hang-up } }\n").unwrap();
    for command in ["check", "run"] {
        let coloured = |color: &str, variables: &[(&str, &str)]| {
            let mut program = offhook();
            program.env_remove("NO_COLOR").envs(variables.iter().copied());
            let output = program.arg(command).arg(&file).args(["--color", color]).output().unwrap();
            stderr(&output).contains('\x1b')
        };
        assert!(coloured("always", &[("NO_COLOR", "1")]) && coloured("auto", &[("CLICOLOR_FORCE", "1")]));
        assert!(!coloured("auto", &[]) && !coloured("never", &[("CLICOLOR_FORCE", "1")]));
    }
}

#[test]
fn a_pipe_gets_whole_names_and_quiet_the_summary_alone() {
    let out = tempfile::tempdir().unwrap();
    let output = |more: &[&str]| {
        let arguments =
            ["run", "scenarios/first-call.kdl", "--scenario", "right password", "--stack", "trixie", "--out"];
        let output = offhook().args(arguments).arg(out.path()).args(more).env("COLUMNS", "60").output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        stdout(&output)
    };
    let whole = "ok    first-call: a caller with the right password gets in and is given an address  trixie ";
    assert!(output(&[]).starts_with(whole));
    assert!(output(&["--quiet"]).starts_with("1 scenario: 1 passed\n"));
}

#[test]
fn a_wrong_command_line_is_exit_code_2() {
    for words in [&["run"][..], &["run", "scenarios", "--stack", "potato"], &["run", "scenarios", "--seeds", "5..1"]] {
        let output = run(words);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(!output.stderr.is_empty());
    }
}

#[test]
fn completions_are_printed_for_every_shell_and_know_the_commands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = run(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        for word in ["offhook", "audit", "--stack", "--seeds"] {
            assert!(stdout(&output).contains(word.trim_start_matches('-')), "{shell}: no {word}");
        }
    }
    assert_eq!(run(&["completions", "command.com"]).status.code(), Some(2));
}

#[test]
fn bash_reads_its_completions_and_completes_a_command() {
    let script = "source <(\"$0\" completions bash); COMP_WORDS=(offhook au); COMP_CWORD=1; \
        _offhook offhook au offhook; echo \"${COMPREPLY[*]}\"";
    let output =
        std::process::Command::new("bash").args(["-c", script, env!("CARGO_BIN_EXE_offhook")]).output().unwrap();
    assert_eq!(stdout(&output), "audit\n", "{}", said(&output));
}

#[test]
fn manual_pages_are_written_where_one_says_and_a_place_that_cannot_be_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("share/man/man1");
    let output = run(&["man", place.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let page = fs::read_to_string(place.join("offhook-run.1")).unwrap();
    assert!(page.contains(".SH SYNOPSIS") && page.contains("seeds"), "{page}");

    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let output = run(&["man", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(stderr(&output).contains("writing manual pages to"), "{}", said(&output));
}

#[test]
fn an_output_directory_that_cannot_be_made_is_told_by_its_name() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let output = offhook()
        .args(["run", "scenarios/first-call.kdl", "--stack", "bookworm", "--out"])
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let text = stderr(&output);
    assert!(text.contains("making the evidence directory") && text.contains("--out"), "{}", said(&output));
}

#[test]
fn a_choice_that_leaves_nothing_to_run_is_told_and_no_success() {
    let output = run(&["run", "scenarios", "--scenario", "no scenario is called that"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(stderr(&output).contains("nothing to run"), "{}", said(&output));
}

#[test]
fn a_shell_in_the_lab_has_the_stacks_files_and_gives_its_exit_status() {
    let output = run(&["lab", "shell", "bookworm", "--", "/bin/sh", "-c", "hostname; ls /usr/sbin/mgetty; exit 7"]);
    assert_eq!(output.status.code(), Some(7), "{}", said(&output));
    assert!(stdout(&output).contains("dialin"), "{}", said(&output));
    assert!(stdout(&output).contains("/usr/sbin/mgetty"), "{}", said(&output));
}

#[test]
fn an_untrusted_server_is_rung_the_same_way() {
    let out = tempfile::tempdir().unwrap();
    let arguments =
        ["run", "scenarios/serial-ports/answer-after.kdl", "--scenario", "answers a caller without caller ID"];
    let output = offhook()
        .args(arguments)
        .args(["--stack", "bookworm", "--untrusted", "--out"])
        .arg(out.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

#[test]
fn status_shows_the_fingerprint_that_reports_carry() {
    // Built here if nothing has built it yet.
    let built = run(&["lab", "build"]);
    assert!(built.status.success(), "{}", said(&built));
    let text = stdout(&run(&["lab", "status"]));
    for word in ["kernel", "linux-source-", "bookworm", "trixie", "mgetty 1.2.1", "ppp 2.", "sha256"] {
        assert!(text.contains(word), "{word} is missing from\n{text}");
    }
}

#[test]
fn a_changed_stack_is_told_wherever_it_runs() {
    let scratch = tempfile::tempdir().unwrap();
    let cache = scratch.path().join("cache");
    let root = common::copy_lab(&cache);
    let here = |arguments: &[&str]| offhook().args(arguments).env("OFFHOOK_CACHE", &cache).output().unwrap();
    let out = scratch.path().join("out");
    let ring = || {
        let scenario = ["run", "scenarios/first-call.kdl", "--scenario", "with the right password"];
        let output =
            here(&[&scenario[..], &["--stack", "bookworm", "--json", "-", "--out", out.to_str().unwrap()]].concat());
        assert!(output.status.success(), "{}", said(&output));
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        (report["outcomes"][0]["fingerprint"].clone(), stderr(&output))
    };
    let (before, told) = ring();
    assert_eq!(before["changed"], serde_json::json!({ "count": 0, "files": [] }));
    assert!(!told.contains("warning"), "a copy is no change: {told}");

    // A program does not mind what stands behind it.
    let mut pppd = fs::File::options().append(true).open(root.join("usr/sbin/pppd")).unwrap();
    pppd.write_all(b"mine").unwrap();
    drop(pppd);
    let (after, told) = ring();
    let changed = serde_json::json!({ "count": 1, "files": [{ "file": "/usr/sbin/pppd", "change": "contents" }] });
    assert_eq!((&after["changed"], &after["kernel_changed"]), (&changed, &serde_json::json!(false)));
    assert_ne!(after["files_sha256"], before["files_sha256"]);
    assert_eq!(after["kernel_sha256"], before["kernel_sha256"]);
    assert!(told.contains("warning: the stack bookworm is not as it was"), "{told}");
    assert!(told.contains("not as it was built: /usr/sbin/pppd\n"), "the summary: {told}");
    let transcript = common::tree(&out).into_iter().find(|(path, _)| path.ends_with("transcript.txt")).unwrap().1;
    assert!(String::from_utf8_lossy(&transcript).contains("not as it was built: /usr/sbin/pppd\n"));
    let status = stdout(&here(&["lab", "status"]));
    assert!(status.contains("CHANGED since it was") && status.contains(": /usr/sbin/pppd"), "{status}");

    let removed = stdout(&here(&["lab", "clean", "bookworm"]));
    assert_eq!(removed.lines().count(), 1, "{removed}");
    let status = stdout(&here(&["lab", "status"]));
    assert!(status.contains("bookworm   not built") && status.contains("linux-source-"), "{status}");
}
