//! Programs of a scenario's own: in a guest, where nobody has to consent to them, and on this machine itself, where somebody has to;
//! what they say, how it is told that they fail, and that nothing of them is left.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use common::{offhook, said};
use serde_json::Value;

struct Place(tempfile::TempDir);

impl Place {
    fn new(scenario: &str) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::write(place.path("own.kdl"), scenario).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn script(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        fs::write(self.path(name), format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let [file, out, json] = ["own.kdl", "out", "run.json"].map(|name| self.path(name));
        let mut command: Command = offhook();
        command.arg("run").arg(file).arg("--out").arg(out).arg("--json").arg(json).args(arguments);
        command
    }

    fn outcome(&self) -> Value {
        let report: Value = serde_json::from_slice(&fs::read(self.path("run.json")).unwrap()).unwrap();
        report["outcomes"][0].clone()
    }
}

/// A conversation in text with what answers.
const TALK: &str = r#"
    call {
        expect-text "who is there?"
        type "alice\n" enter=#false
        expect-text "good day, alice"
        hang-up
    }
"#;

/// What holds it.
const ANSWERS: &str = "echo $$ > pid; echo 'who is there?'; read -r name; echo \"good day, $name\"; sleep 600";

#[test]
fn a_program_of_this_machine_runs_by_consent_alone_on_a_pty_and_on_pipes_and_is_gone_with_its_scenario() {
    for on in ["port", "stdio"] {
        let place = Place::new(&format!(
            "scenario \"it talks\" {{ server program=\"./talk\" where=\"host\" on=\"{on}\" tolerance=\"2s\"; {TALK} }}"
        ));
        place.script("talk", ANSWERS);
        let refused = place.run(&[]);
        assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
        let why = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(why.contains("runs `./talk` on this machine") && why.contains("--trust-the-scenarios"), "{why}");
        assert!(!place.path("pid").exists(), "it was started without consent");
        // It needs no lab: there is none here, and nothing is made.
        let empty = place.path("cache");
        let run = place.command(&["--trust-the-scenarios"]).env("OFFHOOK_CACHE", &empty).output().unwrap();
        assert!(run.status.success(), "{on}: {}", said(&run));
        assert!(!empty.exists(), "{:?}", fs::read_dir(&empty).map(Iterator::count));
        assert!(said(&run).contains(" of real time") && !said(&run).contains("virtual"), "{}", said(&run));
        let outcome = place.outcome();
        assert_eq!(outcome["stack"], "host");
        let by = outcome["fingerprint"]["subject"]["by"].as_str().unwrap();
        let line = if on == "port" { "pty" } else { "pipes" };
        assert_eq!(by, format!("./talk ({line}), by the real clock, tolerance 2s"));
        let pid = fs::read_to_string(place.path("pid")).unwrap();
        assert!(is_over(pid.trim()), "{on}: process {pid} is left");
    }
}

#[test]
fn a_program_of_this_machine_that_says_something_else_fails_as_a_server_does() {
    let place = Place::new(&format!("scenario \"it talks\" {{ server program=\"./talk\" where=\"host\"; {TALK} }}"));
    place.script("talk", "echo 'who is there?'; read -r name; echo 'go away'");
    let run = place.run(&["--trust-the-scenarios"]);
    assert_eq!(run.status.code(), Some(1), "{}", said(&run));
    assert!(said(&run).contains("good day, alice") && said(&run).contains("go away"), "{}", said(&run));
}

/// Whether a process is gone within five seconds, or waits for nothing but to be reaped by whoever has taken it over.
fn is_over(pid: &str) -> bool {
    let over = || {
        let stat = fs::read_to_string(Path::new("/proc").join(pid).join("stat")).unwrap_or_default();
        stat.rsplit(')').next().is_none_or(|rest| rest.is_empty() || rest.starts_with(" Z"))
    };
    (0..50).any(|_| {
        let over = over();
        if !over {
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        over
    })
}

/// A port that nobody listens at, most likely.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// `offhook answer` at a TCP port, until it is dropped.
struct Answer(Child);

impl Answer {
    fn at(port: u16) -> Self {
        let mut command = offhook();
        command.args(["answer", "--direct", "--plain", "--account", "alice:secret", "--port", &format!("tcp:{port}")]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        // It says something once it is there.
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Self(child)
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn what_is_at_an_address_is_called_by_ppp_in_real_time() {
    let port = free_port();
    let place = Place::new(&format!(
        "scenario \"it lets alice in\" {{
            server tcp=\"127.0.0.1:{port}\" tolerance=\"2s\"
            call {{
                ppp user=\"alice\" password=\"secret\"
                expect-auth \"accepted\"
                expect-address local=\"100.64.0.2\" peer=\"100.64.0.1\"
                ping \"100.64.0.1\"
                hang-up
            }}
        }}"
    ));
    let nobody = place.run(&["--trust-the-scenarios", "--limit", "30"]);
    assert_ne!(nobody.status.code(), Some(0), "{}", said(&nobody));
    let _answer = Answer::at(port);
    let run = place.run(&["--trust-the-scenarios"]);
    assert!(run.status.success(), "{}", said(&run));
    let trace = fs::read_to_string(place.path("out/own/it-lets-alice-in/host/transcript.txt")).unwrap();
    assert!(trace.contains("[IPCP ConfAck"), "{trace}");
}

#[test]
fn a_program_in_a_guest_needs_no_consent_and_one_that_is_not_there_is_told() {
    let place = Place::new(&format!(
        "scenario \"it talks\" {{ stack \"trixie\"; server program=\"./talk\" on=\"stdio\"; {TALK} }}"
    ));
    place.script("talk", "echo 'who is there?'; read -r name; echo \"good day, $name\"; cat > /dev/null");
    let run = place.run(&[]);
    assert!(run.status.success(), "{}", said(&run));
    let files = &place.outcome()["fingerprint"]["changed"]["files"];
    assert_eq!(files[0]["file"], "/usr/local/bin/talk", "{files}");
    fs::write(
        place.path("own.kdl"),
        format!("scenario \"x\" {{ stack \"trixie\"; server program=\"/no/such\"; {TALK} }}"),
    )
    .unwrap();
    let run = place.run(&[]);
    assert_eq!(run.status.code(), Some(1), "{}", said(&run));
}
