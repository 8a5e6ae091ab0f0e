//! `offhook watch`: what runs again when something changes, and how it ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use common::offhook;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// No test waits longer for a line.
const DEADLINE: Duration = Duration::from_secs(60);

const BASE: &str = "shared \"line\" { port \"ttyS0\" answer-after=1; }\n";

fn scenario(name: &str, rings: u32) -> String {
    format!(
        "include \"../base.kdl\"\nscenario \"{name}\" {{ stack \"bookworm\"; server {{ use \"line\"; }}; \
         call {{ expect-answer rings={rings}; hang-up; }}; }}\n"
    )
}

/// A watch that is killed at the end, and what it says.
struct Watching {
    child: Child,
    lines: Receiver<String>,
    stdin: Option<ChildStdin>,
}

impl Watching {
    fn start(here: &Path) -> Self {
        let mut command = offhook();
        command.arg("watch").arg(here.join("scenarios")).arg("--out").arg(here.join("out"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let streams: [Box<dyn std::io::Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        for stream in streams {
            let sender = sender.clone();
            thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let _ = sender.send(line);
                }
            });
        }
        let stdin = child.stdin.take();
        Self { child, lines, stdin }
    }

    /// All lines up to one that has this in it.
    fn until(&self, text: &str) -> Vec<String> {
        let deadline = Instant::now() + DEADLINE;
        let mut lines = Vec::new();
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => lines.push(line),
                Err(_) => panic!("no {text:?} in {lines:#?}"),
            }
            if lines.last().unwrap().contains(text) {
                return lines;
            }
        }
    }

    /// The names of what ran, sorted, up to when it waits again.
    fn ran(&self) -> Vec<String> {
        let lines = self.until("watching ");
        let ran = lines.iter().filter(|line| line.starts_with("ok ") || line.starts_with("FAIL "));
        let mut names: Vec<String> =
            ran.filter_map(|line| line.split(": ").nth(1)?.split("  ").next().map(str::to_owned)).collect();
        names.sort();
        names
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_a_change_touches_runs_again_and_nothing_else() {
    let here = tempfile::tempdir().unwrap();
    let scenarios = here.path().join("scenarios");
    fs::create_dir(&scenarios).unwrap();
    fs::write(here.path().join("base.kdl"), BASE).unwrap();
    let (a, b) = (scenarios.join("a.kdl"), scenarios.join("b.kdl"));
    fs::write(&a, scenario("first", 1)).unwrap();
    fs::write(&b, scenario("second", 1)).unwrap();
    let mut watching = Watching::start(here.path());
    assert_eq!(watching.ran(), ["first", "second"]);

    // From the write to the start of the guest, whose own time the line tells at its end.
    let written = Instant::now();
    fs::write(&a, scenario("first", 2)).unwrap();
    let line = watching.until("FAIL  a: first").pop().unwrap();
    let guest: f64 = line.rsplit(' ').next().and_then(|time| time.strip_suffix('s')).unwrap().parse().unwrap();
    let reacted = written.elapsed().saturating_sub(Duration::from_secs_f64(guest));
    println!("reacted in {reacted:?}");
    assert!(reacted < Duration::from_secs(5), "{reacted:?}");
    watching.until("watching ");

    // Many editors write beside the place and rename.
    fs::write(scenarios.join(".a.kdl.new"), scenario("first again", 1)).unwrap();
    fs::rename(scenarios.join(".a.kdl.new"), &a).unwrap();
    assert_eq!(watching.ran(), ["first again"]);

    fs::write(here.path().join("base.kdl"), BASE.replace("answer-after=1", "speed=9600 answer-after=1")).unwrap();
    assert_eq!(watching.ran(), ["first again", "second"]);

    fs::create_dir(scenarios.join("new")).unwrap();
    fs::write(scenarios.join("new/c.kdl"), scenario("third", 1).replace("../base", "../../base")).unwrap();
    assert_eq!(watching.ran(), ["third"]);

    fs::write(&b, "scenery\n").unwrap();
    // A mistake is told on standard error: its line and that on standard output may be read in either order.
    let lines = watching.until("watching ");
    if !lines.iter().any(|line| line.contains("unknown keyword `scenery`")) {
        watching.until("unknown keyword `scenery`");
    }
    fs::write(&b, scenario("second", 1)).unwrap();
    assert_eq!(watching.ran(), ["second"]);

    watching.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    assert_eq!(watching.ran(), ["first again", "second", "third"]);
}

#[test]
fn a_tree_that_is_named_is_watched_whole_and_ctrl_c_ends_it() {
    let here = tempfile::tempdir().unwrap();
    let (scenarios, etc) = (here.path().join("scenarios"), here.path().join("etc"));
    fs::create_dir(&scenarios).unwrap();
    fs::create_dir_all(etc.join("ppp")).unwrap();
    fs::write(etc.join("inittab"), "S0:2345:respawn:/sbin/mgetty ttyS0\n").unwrap();
    fs::write(etc.join("ppp/options"), "lock\n").unwrap();
    let text =
        "scenario \"of a tree\" { stack \"bookworm\"; server etc=\"../etc\"; call { expect-answer; hang-up; }; }\n";
    fs::write(scenarios.join("a.kdl"), text).unwrap();
    let mut watching = Watching::start(here.path());
    assert_eq!(watching.ran(), ["of a tree"]);
    fs::write(etc.join("ppp/options"), "lock\ncrtscts\n").unwrap();
    assert_eq!(watching.ran(), ["of a tree"]);

    kill(Pid::from_raw(watching.child.id().try_into().unwrap()), Signal::SIGINT).unwrap();
    let deadline = Instant::now() + DEADLINE;
    let status = loop {
        match watching.child.try_wait().unwrap() {
            Some(status) => break status,
            None if Instant::now() > deadline => panic!("it goes on"),
            None => thread::sleep(Duration::from_millis(5)),
        }
    };
    assert_eq!(status.code(), Some(130));
}
