//! `offhook decode` as it is used: what offhook, pppd and Wireshark's tools wrote is read, and shown for people and programs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use common::{offhook, said};
use offhook_decode::{Decoder, Format, Options, What};
use offhook_ppp::transparency::encode;
use offhook_telephony::trace::{End, Event, EventKind};

/// What a capture tells, all of which must be readable.
fn events(octets: &[u8], format: Format) -> Vec<Event> {
    let mut events = Vec::new();
    let mut decoder = Decoder::new(Options::default());
    let mut sink = |found: offhook_decode::Found| match found.what {
        What::Event(event) => events.push(event),
        What::Format(told) => assert_eq!(told, format),
        What::Damage(text) => panic!("octet {}: {text}", found.offset),
        What::Remark(_) => {}
    };
    decoder.push(octets, &mut sink);
    decoder.finish(&mut sink);
    events
}

fn frames(events: &[Event], from: End) -> Vec<&[u8]> {
    let frames = events.iter().filter_map(|event| match &event.what {
        EventKind::Frame { from: sender, octets, .. } if *sender == from => Some(octets.as_slice()),
        _ => None,
    });
    frames.collect()
}

/// What the command prints of octets from a pipe, and its exit code.
fn decoded(octets: &[u8], arguments: &[&str]) -> (String, String, Option<i32>) {
    let mut command = offhook();
    command.arg("decode").args(arguments).arg("-");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(octets).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |octets: Vec<u8>| String::from_utf8(octets).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code())
}

/// What a modem and a caller send towards a server.
fn towards_server() -> Vec<u8> {
    let request = b"\xff\x03\xc0\x21\x01\x01\x00\x0e\x02\x06\x00\x00\x00\x00\x07\x02\x08\x02";
    let good = encode(request, u32::MAX);
    let mut noisy = good.clone();
    noisy[8] ^= 4;
    let talk: &[u8] = b"ATQ0V1H0\r\r\nOK\r\n\r\nRING\r\nNMBR = 5551234\r\n\r\nCONNECT 33600\r\nalice\r";
    [talk, &good, &noisy, b"~\xff\x03~", b"\xff\x03\xc0\x21\x09\x01}~", &good, b"\r\nNO CARRIER\r\n"].concat()
}

#[test]
fn octets_of_one_direction_are_listed_by_their_place() {
    let (list, errors, code) = decoded(&towards_server(), &["--from", "caller"]);
    assert_eq!((errors.as_str(), code), ("", Some(0)));
    insta::assert_snapshot!(list);
}

#[test]
fn a_ladder_has_a_rail_for_caller_line_and_server() {
    let capture = fs::read(common::root().join("captures/first-call.pcapng")).unwrap();
    let (ladder, errors, code) = decoded(&capture, &["--ladder"]);
    assert_eq!((errors.as_str(), code), ("", Some(0)));
    insta::assert_snapshot!(ladder.lines().take(60).collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_damaged_capture_is_an_error_with_its_place_and_still_read() {
    let capture = fs::read(common::root().join("captures/first-call.pcapng")).unwrap();
    let cut = &capture[..capture.len() - 10];
    let (whole, ..) = decoded(&capture, &["--json"]);
    let (list, errors, code) = decoded(cut, &["--json"]);
    assert_eq!(code, Some(1), "{errors}");
    assert!(errors.starts_with("error: standard input, octet "), "{errors}");
    assert!(errors.ends_with(" octets of it are there\n"), "{errors}");
    // The last block is the verdict, which is no event.
    assert_eq!(list, whole);
    let none = offhook().args(["decode", "no-such-file"]).output().unwrap();
    assert_eq!(none.status.code(), Some(2));
    assert_eq!(String::from_utf8_lossy(&none.stderr), "error: opening no-such-file: no such file or directory\n");
}

const RECORDING: &str = r#"scenario "pppd records" {
    server {
        port "ttyS0" speed=115200
        ppp {
            addresses local="192.168.32.1" remote="192.168.32.105"
            require-auth "pap"
            option "record /var/log/ppp-record"
        }
        account "alice" password="secret"
    }
    call {
        ppp user="alice" password="secret"
        ping "192.168.32.1" count=3
        hang-up
    }
}
"#;

#[test]
fn what_pppd_records_has_the_frames_that_crossed_the_line() {
    let scratch = tempfile::tempdir().unwrap();
    let (file, out) = (scratch.path().join("record.kdl"), scratch.path().join("out"));
    fs::write(&file, RECORDING).unwrap();
    let run = offhook().arg("run").arg(&file).arg("--out").arg(&out).output().unwrap();
    assert!(run.status.success(), "{}", said(&run));
    for stack in ["bookworm", "trixie"] {
        let evidence = out.join("record/pppd-records").join(stack);
        let trace = fs::read_to_string(evidence.join("trace.jsonl")).unwrap();
        let trace: Vec<Event> = trace.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        // The same events from the capture.
        assert_eq!(events(&fs::read(evidence.join("capture.pcapng")).unwrap(), Format::PcapNg), trace);
        let record = events(&fs::read(evidence.join("server/log/ppp-record")).unwrap(), Format::PppRecord);
        assert_eq!(frames(&record, End::Server), frames(&trace, End::Server), "{stack}");
        // mgetty has read the first of the caller's.
        let (recorded, sent) = (frames(&record, End::Caller), frames(&trace, End::Caller));
        assert!(recorded.len() > 8 && sent.ends_with(&recorded), "{stack}: {recorded:x?}");
        let span = |events: &[Event]| {
            let frames = events.iter().filter(|event| matches!(event.what, EventKind::Frame { from: End::Server, .. }));
            let at: Vec<_> = frames.map(|event| event.at.micros()).collect();
            (at[at.len() - 1] - at[0]) as f64 / 1e6
        };
        let (recorded, crossed) = (span(&record), span(&trace));
        assert!((recorded - crossed).abs() < 0.5, "{stack}: {recorded} s by pppd, {crossed} s on the line");
    }
}

/// Runs one of Wireshark's tools; `false` if this machine has none.
fn wireshark(tool: &str, arguments: &[&str]) -> bool {
    match Command::new(tool).args(arguments).env("LC_ALL", "C.UTF-8").output() {
        Ok(output) => {
            assert!(output.status.success(), "{tool} {arguments:?}: {}", said(&output));
            true
        }
        Err(error) => {
            eprintln!("skipped: {tool} cannot be started ({error}); install tshark to check against Wireshark");
            false
        }
    }
}

#[test]
fn what_wireshark_writes_of_a_capture_has_the_same_frames() {
    let scratch = tempfile::tempdir().unwrap();
    let golden = common::root().join("captures/first-call.pcapng");
    let path = |name: &str| scratch.path().join(name).to_str().unwrap().to_owned();
    let (golden_path, written) = (golden.to_str().unwrap(), path("written.pcapng"));
    if !wireshark("tshark", &["-r", golden_path, "-Y", "ppp", "-w", &written]) {
        return;
    }
    let ours = events(&fs::read(&golden).unwrap(), Format::PcapNg);
    let theirs = events(&fs::read(&written).unwrap(), Format::PcapNg);
    for end in [End::Caller, End::Server] {
        assert!(frames(&ours, end).len() > 8);
        assert_eq!(frames(&theirs, end), frames(&ours, end));
    }
    assert!(theirs.iter().all(|event| event.port.as_deref() == Some("ttyS0")));
    // Each link type that it knows (166 it does not): what Wireshark makes of a file of it says the same.
    let frame = frames(&ours, End::Server)[0];
    for (link, head, from) in
        [(9, &[][..], End::Server), (50, &[], End::Server), (204, &[0], End::Caller), (204, &[1], End::Server)]
    {
        let data = [head, frame].concat();
        let length = u32::try_from(data.len()).unwrap().to_le_bytes();
        let file = [
            &[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, link, 0, 0, 0][..],
            &[0; 8],
            &length,
            &length,
            &data,
        ];
        let (given, written) = (path(&format!("{link}.pcap")), path("again.pcapng"));
        fs::write(&given, file.concat()).unwrap();
        assert!(wireshark("tshark", &["-r", &given, "-w", &written]));
        assert_eq!(frames(&events(&file.concat(), Format::Pcap), from), [frame], "{link}");
        assert_eq!(frames(&events(&fs::read(&written).unwrap(), Format::PcapNg), from), [frame], "{link}");
    }
}

#[test]
fn a_capture_is_shown_while_it_still_comes() {
    let mut command = offhook();
    command.args(["decode", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"ATZ\rATE0\r").unwrap();
    input.flush().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let mut line = || lines.next().unwrap().unwrap();
    assert_eq!(line().trim(), "offset  port      lane");
    assert!(line().ends_with("ATZ"));
    drop(input);
    assert!(line().ends_with("ATE0"));
    assert!(child.wait().unwrap().success());
}
