//! `offhook tap`: what two programs say to each other through it arrives, is shown, and is on record when it is ended.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
#[path = "common/terminal.rs"]
mod terminal;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use common::{offhook, said};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use offhook_decode::{Decoder, Found, Options, What};
use offhook_ppp::transparency::encode;
use offhook_telephony::trace::{End, Event, EventKind, escaped};
use terminal::Terminal;

const ECHO: &[u8] = b"\xff\x03\xc0\x21\x09\x01\x00\x08\x12\x34\x56\x78";

/// Longer than a tap takes to begin, and to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// A tap with a program at either port; ended when dropped.
struct Tapped {
    process: Child,
    scratch: tempfile::TempDir,
    server: Terminal,
    caller: Terminal,
}

impl Tapped {
    /// Its capture goes to this file of its directory, or to `-`.
    fn start(capture: &str) -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let [near, far] = ["near", "far"].map(|name| scratch.path().join(name));
        let mut tap = offhook();
        tap.arg("tap").args([&near, &far]).arg("--capture");
        match capture {
            "-" => tap.arg(capture),
            name => tap.arg(scratch.path().join(name)),
        };
        let mut process = tap.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let start = Instant::now();
        while !(near.exists() && far.exists()) {
            if let Some(status) = process.try_wait().unwrap() {
                panic!("ended: {status}");
            }
            assert!(start.elapsed() < PATIENCE, "the ports are not there");
            thread::sleep(Duration::from_millis(2));
        }
        let (server, caller) = (Terminal::open(&near), Terminal::open(&far));
        Self { process, scratch, server, caller }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// Sends so much text both ways at once; each end hears what the other one sent.
    fn flood(&mut self, octets: usize) -> [Vec<u8>; 2] {
        // Every octet value but what may begin a frame, and lines that are neither commands nor result codes.
        let many = |begin: &[u8]| -> Vec<u8> {
            let line = begin.iter().copied().chain((0..=0xff).filter(|octet| *octet != 0x7e));
            line.cycle().take(octets).chain(*b"\r\n").collect()
        };
        let (from_server, from_caller) = (many(b"of the server"), many(b"the caller's"));
        let writers = [(&self.server, &from_server), (&self.caller, &from_caller)].map(|(end, text)| {
            let (mut file, text) = (end.file().try_clone().unwrap(), text.clone());
            thread::spawn(move || file.write_all(&text).unwrap())
        });
        // In small pieces by turns: neither may wait for the other to be read to its end.
        let mut heard = [Vec::new(), Vec::new()];
        while heard[0].len() < from_server.len() {
            let piece = (from_server.len() - heard[0].len()).min(2048);
            heard[0].extend(self.caller.hear_octets(piece));
            let piece = (from_caller.len() - heard[1].len()).min(2048);
            heard[1].extend(self.server.hear_octets(piece));
        }
        for writer in writers {
            writer.join().unwrap();
        }
        assert!(heard[0] == from_server, "the caller did not hear what the server sent");
        assert!(heard[1] == from_caller, "the server did not hear what the caller sent");
        heard
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.process.id().cast_signed()), signal).unwrap();
    }

    /// Waits for its end.
    fn ended(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "it does not end");
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// What it wrote to standard error, after its end.
    fn complaints(&mut self) -> String {
        let mut text = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        text
    }
}

impl Drop for Tapped {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Reads a list to its end, beside the test.
fn lines(list: ChildStdout) -> JoinHandle<Vec<String>> {
    thread::spawn(move || BufReader::new(list).lines().map(Result::unwrap).collect())
}

/// The events of a capture, which has to be whole.
fn recorded(octets: &[u8]) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    let mut sink = |found: Found| match found.what {
        What::Event(event) => events.push(event),
        What::Format(_) => {}
        other => panic!("octet {}: {other:?}", found.offset),
    };
    let mut decoder = Decoder::new(Options::default());
    decoder.push(octets, &mut sink);
    decoder.finish(&mut sink);
    assert!(events.windows(2).all(|pair| pair[0].at <= pair[1].at), "in the order of their times");
    events
}

/// The text that is on record from one end.
fn text_of(end: End, events: &[Event]) -> String {
    let text = events.iter().filter_map(|event| match &event.what {
        EventKind::Text { from, text } if *from == end => Some(text.as_str()),
        _ => None,
    });
    text.collect()
}

fn assert_recorded(events: &[Event], [from_server, from_caller]: &[Vec<u8>; 2]) {
    assert!(text_of(End::Server, events) == escaped(from_server), "what the server sent is not on record");
    assert!(text_of(End::Caller, events) == escaped(from_caller), "what the caller sent is not on record");
}

/// `offhook decode` takes a capture for whole, and tshark, where there is one, reads it; packets that it counts.
fn read_by_programs(capture: &Path) -> Option<usize> {
    let decoded = offhook().arg("decode").arg(capture).output().unwrap();
    assert!(decoded.status.success(), "{}", said(&decoded));
    let mut tshark = std::process::Command::new("tshark");
    tshark.arg("-r").arg(capture).args(["-T", "fields", "-e", "frame.number"]);
    let output = tshark.output().ok()?;
    assert!(output.status.success(), "{}", said(&output));
    Some(String::from_utf8_lossy(&output.stdout).lines().count())
}

#[test]
fn what_passes_between_two_ports_is_shown_and_recorded() {
    let mut tap = Tapped::start("tap.pcapng");
    let shown = lines(tap.process.stdout.take().unwrap());
    tap.server.send("ATZ\r");
    tap.caller.hear("ATZ\r");
    tap.caller.send("\r\nOK\r\n");
    tap.server.hear("\r\nOK\r\n");
    let frame = encode(ECHO, u32::MAX);
    tap.caller.send_octets(&frame);
    assert_eq!(tap.server.hear_octets(frame.len()), frame);
    let mut bad = frame;
    bad[9] ^= 1;
    tap.server.send_octets(&bad);
    assert_eq!(tap.caller.hear_octets(bad.len()), bad);
    tap.signal(Signal::SIGINT);
    assert!(tap.ended().success());
    assert_eq!(tap.complaints(), "");
    let shown = shown.join().unwrap();
    assert!(shown[0].starts_with("server: ") && shown[1].starts_with("caller: "), "{shown:?}");
    for told in ["AT    ATZ", "AT    OK", "PPP   [LCP EchoReq id=0x1 magic=0x12345678]", "PPP   no frame, bad FCS"] {
        assert!(shown.iter().any(|line| line.contains(told)), "{told}: {shown:?}");
    }
    assert!(!tap.path("near").exists() && !tap.path("far").exists(), "the links are gone");

    let capture = tap.path("tap.pcapng");
    let events = recorded(&std::fs::read(&capture).unwrap());
    let what: Vec<&EventKind> = events.iter().map(|event| &event.what).collect();
    assert!(what.contains(&&EventKind::Command { text: "ATZ".into() }), "{what:?}");
    assert!(what.contains(&&EventKind::Response { text: "OK".into() }), "{what:?}");
    assert!(what.contains(&&EventKind::DteOpened) && what.contains(&&EventKind::Circuit { circuit: 109, on: true }));
    let is_echo =
        |what: &&EventKind| matches!(what, EventKind::Frame { from: End::Caller, octets, .. } if octets == ECHO);
    assert_eq!(what.iter().copied().filter(|what| is_echo(what)).count(), 1);
    assert!(what.iter().any(|what| matches!(what, EventKind::BadFrame { from: End::Server, .. })));
    assert_eq!(shown.len(), events.len() + 3, "a line an event below three of heading");
    if let Some(packets) = read_by_programs(&capture) {
        assert_eq!(packets, events.len());
    }
}

#[test]
fn a_list_that_nobody_reads_holds_up_nothing_and_tells_what_it_does_not_show() {
    let mut tap = Tapped::start("tap.pcapng");
    let sent = tap.flood(512 * 1024);
    let shown = lines(tap.process.stdout.take().unwrap());
    // Now that somebody reads there is room again, sooner or later, and the next line tells of the gap.
    let start = Instant::now();
    while !shown.is_finished() {
        tap.server.send("ATI\r");
        tap.caller.hear("ATI\r");
        if start.elapsed() > Duration::from_millis(500) {
            tap.signal(Signal::SIGTERM);
            assert!(tap.ended().success());
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    let shown = shown.join().unwrap();
    let number = |text: &str| -> usize { text.split_whitespace().next().unwrap().parse().unwrap() };
    let gaps: Vec<usize> = shown.iter().filter_map(|line| line.trim_start().strip_prefix("... ")).map(number).collect();
    let missed: usize = gaps.iter().sum();
    assert!(missed > 0, "so many lines fit nowhere");

    let capture = tap.path("tap.pcapng");
    let events = recorded(&std::fs::read(&capture).unwrap());
    assert_recorded(&events, &sent);
    assert_eq!(shown.len() - 3 - gaps.len() + missed, events.len(), "shown or counted");
    let told = format!("warning: {missed} lines of {} not shown: ", events.len());
    let complaints = tap.complaints();
    assert!(complaints.starts_with(&told), "{complaints:?}, expected {told:?}");
    if let Some(packets) = read_by_programs(&capture) {
        assert_eq!(packets, events.len());
    }
}

#[test]
fn a_tap_whose_list_nobody_reads_ends_with_a_whole_capture() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let mut tap = Tapped::start("tap.pcapng");
        let sent = tap.flood(128 * 1024);
        tap.signal(signal);
        assert!(tap.ended().success());
        let complaints = tap.complaints();
        assert!(complaints.contains(" not shown: nobody read the list in time"), "{complaints:?}");
        assert_recorded(&recorded(&std::fs::read(tap.path("tap.pcapng")).unwrap()), &sent);
    }
}

#[test]
fn a_capture_that_nobody_reads_holds_up_nothing_and_is_said_not_to_be_whole() {
    let mut tap = Tapped::start("-");
    let mut complaints = tap.process.stderr.take().unwrap();
    let complaints = thread::spawn(move || {
        let mut text = String::new();
        complaints.read_to_string(&mut text).map(|_| text).unwrap()
    });
    tap.flood(128 * 1024);
    tap.signal(Signal::SIGINT);
    assert_eq!(tap.ended().code(), Some(3));
    let complaints = complaints.join().unwrap();
    assert!(complaints.contains("the capture - is not whole: "), "{complaints:?}");
}

#[test]
fn a_tap_of_which_nobody_reads_anything_ends() {
    let mut tap = Tapped::start("-");
    tap.flood(128 * 1024);
    tap.signal(Signal::SIGTERM);
    assert_eq!(tap.ended().code(), Some(3));
}
