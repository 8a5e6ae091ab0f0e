//! Programs ended at any moment, by every signal that ends them: nothing is left of them, and the next one runs.
//!
//! Forty ends among the ordinary tests; `OFFHOOK_KILLS=2000 cargo test --release --test kills -- --nocapture` makes as many
//! as it says.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Numbers that look random, the same ones every time: Knuth's MMIX generator (TAOCP 3.3.4).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// A machine's places for programs of a test alone: a cache whose parts are the real ones, memory, temporary files.
struct Field {
    directory: tempfile::TempDir,
}

impl Field {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        for name in ["cache", "tmp", "work", "home"] {
            fs::create_dir(directory.path().join(name)).unwrap();
        }
        common::link_lab(&directory.path().join("cache"));
        Self { directory }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn command(&self, arguments: &[&str], cache: &str) -> Command {
        // A session of its own: whatever it starts is in it.
        let mut command = Command::new("setsid");
        command.arg(env!("CARGO_BIN_EXE_offhook")).args(arguments);
        command.current_dir(self.path("work")).env("OFFHOOK_CACHE", self.path(cache));
        command.env("TMPDIR", self.path("tmp")).env("HOME", self.path("home")).env("XDG_RUNTIME_DIR", self.path("tmp"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

/// Processes of this session, zombies aside: fields 3 and 6 of proc_pid_stat(5).
fn of_session(session: u32) -> Vec<i32> {
    let ids = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    ids.filter(|id: &i32| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let fields: Vec<&str> =
            stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().collect()).unwrap_or_default();
        fields.first().is_some_and(|state| *state != "Z") && fields.get(3) == Some(&session.to_string().as_str())
    })
    .collect()
}

fn names(directory: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

/// A program that is ended again and again.
struct Victim {
    name: &'static str,
    arguments: Vec<String>,
    cache: &'static str,
    /// It is ended at some moment up to then.
    until: Duration,
    /// Of a hundred programs so many are this one.
    share: u64,
}

fn victims() -> Vec<Victim> {
    let root = common::root();
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let scenario = root.join("scenarios/first-call.kdl");
    let etc = root.join("tests/audit/unix-systemd/etc");
    let mut run = words("run --stack bookworm --jobs 2 --out out");
    run.push(scenario.display().to_string());
    let mut audit = words("audit --stack bookworm --etc");
    audit.push(etc.display().to_string());
    let modem =
        words("modem --link ./vm0=1 --link tcp:2323=2 --control control.sock --capture calls.pcapng --log log.txt");
    let build = words("lab build bookworm");
    let victim = |name, arguments, cache, millis, share| Victim {
        name,
        arguments,
        cache,
        until: Duration::from_millis(millis),
        share,
    };
    vec![
        victim("run", run, "cache", 900, 50),
        victim("audit", audit, "cache", 900, 25),
        victim("modem", modem, "cache", 150, 20),
        victim("lab build", build, "empty-cache", 3000, 5),
    ]
}

/// Whether a status is one that the program may end with so: by what ended it, or told, or over before.
fn fits(signal: Signal, status: ExitStatus, victim: &Victim) -> bool {
    use std::os::unix::process::ExitStatusExt;

    match (status.signal(), status.code()) {
        // Before it listens to signals.
        (Some(by), _) => by == signal as i32,
        (_, Some(130)) => signal != Signal::SIGKILL,
        (_, Some(0)) => true,
        // An audit with findings, and a build without a network, say so.
        (_, Some(code)) => ["audit", "lab build"].contains(&victim.name) && code <= 3,
        _ => false,
    }
}

#[test]
fn nothing_is_left_of_what_is_ended_at_any_moment() {
    let kills = std::env::var("OFFHOOK_KILLS").map_or(40, |count| count.parse::<u64>().unwrap());
    let (field, victims, mut chance) = (Field::new(), victims(), Chance(0x0ff_4004));
    let mut told: BTreeMap<&str, u64> = BTreeMap::new();
    for number in 0..kills {
        let mut pick = chance.below(100);
        let victim = victims
            .iter()
            .find(|victim| {
                let hit = pick < victim.share;
                pick = pick.saturating_sub(victim.share);
                hit
            })
            .unwrap();
        let signal = [Signal::SIGKILL, Signal::SIGKILL, Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP]
            [chance.below(5) as usize];
        let moment = Duration::from_micros(chance.below(victim.until.as_micros() as u64));
        let arguments: Vec<&str> = victim.arguments.iter().map(String::as_str).collect();
        let before = names(&field.path("work"));
        let mut child = field.command(&arguments, victim.cache).spawn().unwrap();
        thread::sleep(moment);
        let id = Pid::from_raw(child.id().try_into().unwrap());
        kill(id, signal).unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        let case = format!("{number}: {} ended by {signal} after {moment:?}", victim.name);
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "{case}: it goes on");
            thread::sleep(Duration::from_millis(1));
        };
        assert!(fits(signal, status, victim), "{case}: {status}");
        while !of_session(child.id()).is_empty() {
            assert!(Instant::now() < deadline, "{case}: {:?} are left", of_session(child.id()));
            thread::sleep(Duration::from_millis(1));
        }
        if signal != Signal::SIGKILL && status.code().is_some() {
            // Who could tidy did. What a build has downloaded stays for the next one.
            let own = |name: &String| name.split('-').any(|word| word == child.id().to_string());
            let left: Vec<_> =
                ["cache/run", "tmp"].iter().flat_map(|place| names(&field.path(place))).filter(own).collect();
            assert!(left.is_empty(), "{case}: {left:?}");
            // What a modem left that was killed, the next one takes over and removes, unless it is ended before it has come so far.
            let work = names(&field.path("work"));
            let removed = |name: &str| !work.contains(name) || status.code() == Some(130) && before.contains(name);
            assert!(victim.name != "modem" || removed("vm0") && removed("control.sock"), "{case}: {work:?}");
        }
        *told.entry(victim.name).or_default() += 1;
    }
    // The next ones run, and leave nothing of those that were killed.
    for victim in &victims[..2] {
        let arguments: Vec<&str> = victim.arguments.iter().map(String::as_str).collect();
        let status = field.command(&arguments, victim.cache).status().unwrap();
        assert!(status.code().is_some_and(|code| code == 0 || victim.name != "run"), "{}: {status}", victim.name);
    }
    let left = names(&field.path("cache/run"));
    assert!(left.iter().all(|name| name.starts_with('.')), "{left:?}");
    assert_eq!(names(&field.path("tmp")), BTreeSet::new());
    println!("{kills} ends: {told:?}");
}
