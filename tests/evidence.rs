//! The promises of evidence and reports: what is written out about a scenario reads well, is complete, is the same
//! every time, and is understood by others' tools.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "evidence/calls.rs"]
mod calls;

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use calls::{denied, error, expected, failed, hostile, passed, skipped};
use offhook_report::evidence::saved::load;
use offhook_report::evidence::{EPOCH, directory, pcapng, trace, transcript, write};
use offhook_report::failure::{failure, rerun};
use offhook_report::run::{Planned, RunResult};
use offhook_report::summary::summary;
use offhook_report::terminal::Table;
use offhook_report::{Style, json, text};
use offhook_session::{Ended, Outcome, Verdict};
use offhook_telephony::trace::{Event, EventKind};
use pcap_file::DataLink;
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketOption;
use pcap_file::pcapng::blocks::interface_description::InterfaceDescriptionOption;
use pcap_file::pcapng::{Block, PcapNgReader};
use serde_json::{Value, json};

fn all() -> Vec<Outcome> {
    vec![passed(), denied(), expected(), failed(), error(), skipped()]
}

fn table(style: Style) -> String {
    let outcomes = all();
    let plan: Vec<Planned> = outcomes.iter().map(Planned::of).collect();
    let table = Table::new(style, &plan);
    let mut text: String = outcomes.iter().map(|outcome| table.row(outcome)).collect();
    text.push('\n');
    text.push_str(&summary(&result(outcomes), style));
    text
}

fn result(outcomes: impl IntoIterator<Item = Outcome>) -> RunResult {
    let outcomes = outcomes.into_iter().map(Arc::new).collect();
    RunResult { outcomes, wall: Duration::from_millis(2104), ended: Ended::Completed }
}

fn unicode(width: usize) -> Style {
    Style { unicode: true, ..Style::plain(width) }
}

#[test]
fn a_narrow_terminal_has_two_lines_a_scenario() {
    insta::assert_snapshot!(table(Style::plain(60)));
}

#[test]
fn a_usual_terminal_has_one_line_a_scenario() {
    insta::assert_snapshot!(table(unicode(80)));
}

#[test]
fn a_wide_terminal_has_what_was_shown_as_well() {
    insta::assert_snapshot!(table(unicode(160)));
}

#[test]
fn a_failure_tells_what_one_asks_in_the_order_one_asks() {
    insta::assert_snapshot!(failure(&[&failed()], unicode(100)));
}

#[test]
fn a_failure_fits_a_narrow_ascii_terminal() {
    insta::assert_snapshot!(failure(&[&failed()], Style::plain(60)));
}

#[test]
fn an_error_tells_what_was_being_done_and_what_helps() {
    insta::assert_snapshot!(failure(&[&error()], Style::plain(80)));
}

#[test]
fn a_success_has_no_failure_to_tell() {
    assert_eq!(failure(&[&passed()], Style::plain(80)), "");
    assert_eq!(failure(&[&skipped()], Style::plain(80)), "");
}

#[test]
fn no_line_is_wider_than_the_terminal_and_plain_text_is_ascii() {
    for width in [40, 60, 79, 80, 109, 110, 160, 250] {
        let style = Style::plain(width);
        let told = table(style) + &failure(&[&failed()], style) + &failure(&[&error()], style);
        let copied = |line: &&str| line.starts_with("  evidence") || line.starts_with("  rerun");
        for line in told.lines().filter(|line| !copied(line)) {
            assert!(text::width(line) <= width, "{width}: {line}");
            assert!(line.is_ascii(), "{line}");
        }
    }
}

#[test]
fn colours_add_escape_sequences_and_change_nothing_else() {
    let coloured = |width| Style { colour: true, ..Style::plain(width) };
    for width in [60, 100, 160] {
        for outcome in all() {
            let plain = failure(&[&outcome], Style::plain(width));
            assert_eq!(uncoloured(&failure(&[&outcome], coloured(width))), plain);
        }
        assert!(table(coloured(width)).contains("\x1b["));
        assert_eq!(uncoloured(&table(coloured(width))), table(Style::plain(width)));
    }
}

#[test]
fn a_scenario_is_run_again_by_one_command_line() {
    let line = "offhook run scenarios/dialin/idle.kdl --scenario \"the line is dropped after five idle minutes\" \
                --stack bookworm";
    assert_eq!(rerun(&[&failed()]), line);
    let other = Outcome { stack: "trixie".to_owned(), seed: 7, ..failed() };
    let line = line.to_owned() + " --stack trixie --seed 7";
    assert_eq!(rerun(&[&other, &failed()]), line);
}

#[test]
fn the_transcript_of_a_call_reads_from_top_to_bottom() {
    insta::assert_snapshot!(transcript(&passed()));
}

#[test]
fn the_transcript_of_a_denied_call_tells_the_deviation() {
    insta::assert_snapshot!(transcript(&denied()));
}

#[test]
fn the_transcript_of_a_failure_has_expected_above_actual() {
    let text = transcript(&failed());
    let place = text.find("✗ step 6 expect-hangup").unwrap();
    insta::assert_snapshot!(&text[text[..place].rfind('\n').unwrap() + 1..]);
}

#[test]
fn the_worst_outcome_is_the_exit_code() {
    assert_eq!(result([]).exit_code(false), 0);
    assert_eq!(result([passed(), skipped()]).exit_code(false), 0);
    assert_eq!(result([passed(), skipped()]).exit_code(true), 1);
    assert_eq!(result([passed(), failed()]).exit_code(false), 1);
    assert_eq!(result([error(), failed(), passed()]).exit_code(false), 3);
}

#[test]
fn a_run_that_ended_early_is_told_by_its_exit_code_and_report() {
    let rest = |reason| Outcome { verdict: Verdict::NotRun { reason }, ..passed() };
    let ended = |outcomes: [Outcome; 2], ended| RunResult { ended, ..result(outcomes) };
    let stopped = ended([failed(), rest(Ended::FailedFast)], Ended::FailedFast);
    let interrupted = ended([failed(), rest(Ended::Interrupted)], Ended::Interrupted);
    assert_eq!([&stopped, &interrupted].map(|result| result.exit_code(false)), [1, 130]);
    let report: Value =
        serde_json::from_str(&json::report(&interrupted, false, Path::new("offhook-out")).unwrap()).unwrap();
    assert_eq!(
        ["ended", "not_run", "failed"].map(|key| report[key].clone()),
        [json!("interrupted"), json!(1), json!(1)]
    );
    let outcome = &report["outcomes"][1];
    assert_eq!((&outcome["verdict"], &outcome["reason"]), (&json!("not-run"), &json!("interrupted")));
    assert!(outcome.get("evidence").is_none(), "nothing was written for it");
    assert!(summary(&stopped, Style::plain(80)).contains("1 failed, 1 not run\n"));
}

#[test]
fn the_json_report_has_every_outcome_with_places_and_times() {
    let text =
        json::report(&result([passed(), failed(), error(), skipped()]), false, Path::new("offhook-out")).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    let head = |key: &str| report[key].clone();
    let counts = ["passed", "failed", "errors", "skipped", "not_run"].map(head);
    assert_eq!(counts, [1, 1, 1, 1, 0].map(Value::from));
    assert_eq!((head("format"), head("exit_code"), head("wall_ms")), (json!(2), json!(3), json!(2104)));
    assert_eq!(head("virtual_us"), json!(711_274_236));

    let outcome = &report["outcomes"][1];
    let print = passed().fingerprint;
    let expected = json!({
        "file": "scenarios/dialin/idle.kdl", "line": 1, "column": 10,
        "offset": outcome["offset"], "length": outcome["length"],
        "name": "the line is dropped after five idle minutes",
        "specs": ["PPP Dialin Server: Idle time before disconnect"],
        "stack": "bookworm", "seed": 1, "case": null, "tags": [], "variables": [], "verdict": "failed",
        "virtual_us": 385_637_118, "wall_ms": 1410, "boot_us": 38_211,
        "evidence": "offhook-out/idle/the-line-is-dropped-after-five-idle-minutes/bookworm",
        "fingerprint": {
            "offhook": "0.1.0", "kernel": "7.3.4", "kernel_sha256": print.kernel_sha256,
            "stack": "bookworm", "packages": print.packages, "stack_sha256": print.stack_sha256,
            "files_sha256": print.files_sha256, "kernel_changed": false, "changed": { "count": 0, "files": [] },
        },
        "etc": null, "steps": outcome["steps"], "calls": [],
    });
    assert_eq!(*outcome, expected);
    let first = json!({
        "call": 0, "step": 0, "verb": "expect-answer", "line": 12, "column": 9, "offset": outcome["steps"][0]["offset"], "length": outcome["steps"][0]["length"], "deviation": null,
        "result": "passed", "at_us": 8_062_000, "shown": "answered after 2 rings",
    });
    let last = json!({
        "call": 0, "step": 5, "verb": "expect-hangup", "line": 17, "column": 9, "offset": outcome["steps"][5]["offset"], "length": outcome["steps"][5]["length"], "deviation": null,
        "result": "failed", "at_us": 382_235_000,
        "expected": "the server hangs up 5m (to 5m 1s) after the last data",
        "actual": "the server hung up 6m after the last data",
        "notes": ["the last data was an ICMP echo reply to the caller at 22.235"],
        "hints": [],
    });
    assert_eq!(outcome["steps"][0], first);
    assert_eq!(outcome["steps"][5], last);
    assert_eq!(report["outcomes"][2]["verdict"], json!("error"));
    assert_eq!(report["outcomes"][2]["details"].as_array().unwrap().len(), 3);
    assert_eq!(report["outcomes"][3]["reason"], json!("the stack trixie is not in this lab"));
}

#[test]
fn an_expected_failure_is_no_failure_and_is_told_wherever_one_looks() {
    let text = json::report(&result([expected(), passed()]), true, Path::new("offhook-out")).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(["exit_code", "passed", "expected_failures"].map(|key| report[key].clone()), [0, 2, 1].map(Value::from));
    let outcome = &report["outcomes"][0];
    let reason = "dialin.config of this server is not read: mgetty was built without caller-ID access";
    let step = json!({
        "call": 0, "step": 1, "verb": "expect-no-answer", "line": 24, "column": 9, "offset": outcome["steps"][1]["offset"], "length": outcome["steps"][1]["length"], "deviation": null,
        "result": "expected-failure", "at_us": 3_000_000,
        "expected": "no answer", "actual": "the server answered after 1 ring", "reason": reason,
    });
    let call = json!({
        "call": 0, "placed": true, "busy": false, "rings": 1, "answered": true, "rate": null, "lcp": false,
        "asked": null, "auth": null, "local": null, "peer": null, "interface": null, "dns": [], "login": null, "text": "",
        "state": "answered, still training", "terminated": null, "ended": null, "last_words": null,
        "moments": { "placed_us": null, "answered_us": null, "up_us": null, "ended_us": null },
    });
    assert_eq!((&outcome["steps"][1], &outcome["calls"]), (&step, &json!([call])));
    assert_eq!(failure(&[&expected()], Style::plain(80)), "");
    let text = transcript(&expected());
    insta::assert_snapshot!(&text[text.find("── call 1").unwrap()..]);
    let comments = read(&pcapng(&expected()).unwrap()).packets.into_iter().flat_map(|packet| packet.comments);
    let comments: Vec<_> = comments.collect();
    assert_eq!(comments[1], "call 1, step 2 expect-no-answer failed as expected: answered after 1 ring");
    assert_eq!(comments[2], "the scenario ends, passed, 1 of 2 steps, 1 expected failure");
}

#[test]
fn the_trace_is_one_event_a_line_and_reads_back_equal() {
    let events: Vec<Event> =
        trace(&passed()).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events, passed().trace);
}

#[test]
fn a_report_and_its_evidence_read_back_as_the_result_that_they_were_written_of() {
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("out");
    let with_place = |(number, outcome): (usize, Outcome)| {
        let outcome = Outcome { evidence: out.join(number.to_string()), ..outcome };
        write(&outcome, &outcome.evidence).unwrap();
        outcome
    };
    let rest = Outcome { verdict: Verdict::NotRun { reason: Ended::FailedFast }, trace: Vec::new(), ..passed() };
    let ran = [passed(), failed(), error(), skipped(), expected(), denied(), hostile()];
    let outcomes: Vec<_> = ran.into_iter().enumerate().map(with_place).chain([rest]).collect();
    let before = RunResult { ended: Ended::FailedFast, ..result(outcomes) };
    let text = json::report(&before, false, &out).unwrap();
    fs::write(scratch.path().join("report.json"), &text).unwrap();
    // As artefacts of CI are: all of it somewhere else.
    let moved = tempfile::tempdir().unwrap();
    let elsewhere = moved.path().join("downloaded");
    fs::rename(scratch.path(), &elsewhere).unwrap();
    let saved = load(&elsewhere.join("report.json")).unwrap();
    assert_eq!((saved.without_trace, saved.result.ended, saved.result.wall), (0, before.ended, before.wall));
    for (outcome, original) in saved.result.outcomes.iter().zip(&before.outcomes) {
        assert_eq!(outcome.trace, original.trace);
        assert_eq!(transcript(outcome), transcript(original));
        assert_eq!(json::one(outcome).unwrap(), json::one(original).unwrap());
        assert_eq!(pcapng(outcome).unwrap(), pcapng(original).unwrap());
    }
    assert_eq!(saved.result.counts(), before.counts());

    let by_directory = load(&elsewhere.join("out")).unwrap();
    assert_eq!(by_directory.result.outcomes.len(), 7);
    assert_eq!(transcript(&by_directory.result.outcomes[1]), transcript(&failed()));
}

#[test]
fn what_is_no_report_is_refused_with_its_reason() {
    let scratch = tempfile::tempdir().unwrap();
    let said = |name: &str, text: &str| {
        let path = scratch.path().join(name);
        fs::write(&path, text).unwrap();
        load(&path).unwrap_err().to_string().replace(&*path.to_string_lossy(), name)
    };
    assert!(said("a.json", "{").starts_with("cannot read a.json: it is no report of a run: EOF"));
    let other = said("b.json", "{\"format\": 1}");
    assert!(other.starts_with("cannot read b.json: it has format 1, and this offhook reads format 2"), "{other}");
    assert!(load(&scratch.path().join("c")).unwrap_err().to_string().ends_with("c: no such file or directory"));
    fs::create_dir(scratch.path().join("d")).unwrap();
    assert!(load(&scratch.path().join("d")).unwrap_err().to_string().contains("holds no result"));
}

#[test]
fn evidence_of_runs_that_agree_agrees_octet_for_octet() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let slower = Outcome { wall_time: Duration::from_secs(60), evidence: there.path().to_owned(), ..passed() };
    write(&passed(), here.path()).unwrap();
    write(&slower, there.path()).unwrap();
    let names = |dir: &Path| {
        let mut names: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(here.path()), ["capture.pcapng", "outcome.json", "scenario.kdl", "trace.jsonl", "transcript.txt"]);
    for name in names(here.path()) {
        let [one, other] = [&here, &there].map(|dir| fs::read(dir.path().join(&name)).unwrap());
        assert!(!one.is_empty() && one == other, "{name:?} differs");
    }
}

#[test]
fn nothing_that_a_server_says_steers_the_terminal_or_spoils_the_capture() {
    let outcome = hostile();
    for style in [Style::plain(40), unicode(60), unicode(160)] {
        let table = Table::new(style, &[Planned::of(&outcome)]);
        let told = table.row(&outcome)
            + &failure(&[&outcome], style)
            + &summary(&result([hostile()]), style)
            + &transcript(&outcome);
        assert!(told.chars().all(|character| character == '\n' || !character.is_control()));
        assert!(!told.contains('\u{202e}'));
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("hostile.pcapng");
    fs::write(&path, pcapng(&outcome).unwrap()).unwrap();
    if let Some(found) = tshark(&path, &["-Y", "_ws.malformed and syslog"]) {
        assert_eq!(found, "");
    }
}

/// What a capture holds: interface names and link types, and packets.
struct Capture {
    interfaces: Vec<(String, DataLink)>,
    packets: Vec<Packet>,
}

struct Packet {
    interface: usize,
    at: Duration,
    data: Vec<u8>,
    flags: Option<u32>,
    comments: Vec<String>,
}

fn read(octets: &[u8]) -> Capture {
    let mut reader = PcapNgReader::new(octets).unwrap();
    let mut capture = Capture { interfaces: Vec::new(), packets: Vec::new() };
    while let Some(block) = reader.next_block() {
        match block.unwrap() {
            Block::InterfaceDescription(interface) => {
                let name = interface.options.iter().find_map(|option| match option {
                    InterfaceDescriptionOption::IfName(name) => Some(name.to_string()),
                    _ => None,
                });
                capture.interfaces.push((name.unwrap(), interface.linktype));
            }
            Block::EnhancedPacket(packet) => {
                let flags = packet.options.iter().find_map(|option| match option {
                    EnhancedPacketOption::Flags(flags) => Some(*flags),
                    _ => None,
                });
                let comments = packet.options.iter().filter_map(|option| match option {
                    EnhancedPacketOption::Comment(text) => Some(text.to_string()),
                    _ => None,
                });
                capture.packets.push(Packet {
                    interface: packet.interface_id as usize,
                    at: packet.timestamp,
                    comments: comments.collect(),
                    flags,
                    data: Cow::into_owned(packet.data),
                });
            }
            other => panic!("a block that nobody wrote: {other:?}"),
        }
    }
    capture
}

#[test]
fn every_event_is_one_packet_of_the_capture_at_its_time() {
    for outcome in all() {
        let capture = read(&pcapng(&outcome).unwrap());
        assert_eq!(capture.packets.len(), outcome.trace.len() + 1, "events, and the verdict");
        for (packet, event) in capture.packets.iter().zip(&outcome.trace) {
            assert_eq!(packet.at, EPOCH + Duration::from_micros(event.at.micros()));
            let (name, link) = &capture.interfaces[packet.interface];
            match (&event.what, &event.port) {
                (EventKind::Frame { octets, .. }, Some(port)) => {
                    assert_eq!((name, link), (port, &DataLink::PPP_WITH_DIR));
                    assert_eq!(packet.data[1..], octets[..]);
                    assert_eq!(packet.flags, Some(if packet.data[0] == 1 { 2 } else { 1 }));
                }
                (_, port) => {
                    assert_eq!(*name, format!("{} events", port.as_deref().unwrap_or("server")));
                    assert_eq!(*link, DataLink::WIRESHARK_UPPER_PDU);
                }
            }
        }
    }
}

#[test]
fn a_capture_decodes_to_the_events_of_its_trace() {
    for outcome in all().into_iter().chain([hostile()]) {
        let mut events = Vec::new();
        let mut sink = |found: offhook_decode::Found| match found.what {
            offhook_decode::What::Event(event) => events.push(event),
            offhook_decode::What::Format(format) => assert_eq!(format, offhook_decode::Format::PcapNg),
            other => panic!("octet {}: {other:?}", found.offset),
        };
        let mut decoder = offhook_decode::Decoder::new(offhook_decode::Options::default());
        decoder.push(&pcapng(&outcome).unwrap(), &mut sink);
        decoder.finish(&mut sink);
        assert_eq!(events, outcome.trace, "{}", outcome.name);
    }
}

#[test]
fn verdicts_are_comments_of_the_capture() {
    let capture = read(&pcapng(&failed()).unwrap());
    let comments = capture.packets.iter().flat_map(|packet| &packet.comments);
    // Beside those that tell which packet decided, and which octets a bad frame came in.
    let verdict = |comment: &&String| !comment.starts_with("decides ") && !comment.contains("as it came");
    let comments: Vec<_> = comments.filter(verdict).collect();
    assert_eq!(comments.len(), 7);
    assert_eq!(comments[0], "call 1, step 1 expect-answer passed: answered after 2 rings");
    assert_eq!(comments[5], "call 1, step 6 expect-hangup FAILED: expected 5m, actual 6m");
    assert_eq!(comments[6], "the scenario ends, FAILED, 5 of 6 steps passed");
}

#[test]
fn the_frame_that_decided_a_step_says_so() {
    let capture = read(&pcapng(&passed()).unwrap());
    let mut decided = 0;
    for packet in &capture.packets {
        for comment in packet.comments.iter().filter_map(|comment| comment.strip_prefix("decides ")) {
            assert_eq!(capture.interfaces[packet.interface].1, DataLink::PPP_WITH_DIR);
            let step = capture.packets.iter().find(|other| other.comments.iter().any(|other| other == comment));
            assert_eq!(step.map(|step| step.at), Some(packet.at), "{comment}");
            decided += 1;
        }
    }
    assert!(decided > 0);
}

#[test]
fn every_port_has_an_interface_for_frames_and_one_for_events() {
    let mut two = passed();
    two.trace.push(Event { port: Some("ttyS1".into()), ..two.trace[0].clone() });
    let names: Vec<_> = read(&pcapng(&two).unwrap()).interfaces.into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["ttyS0", "ttyS0 events", "ttyS1", "ttyS1 events", "server events"]);
}

/// Runs tshark on a capture; `None` if this machine has none.
fn tshark(capture: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("tshark").arg("-r").arg(capture).args(arguments).env("LC_ALL", "C.UTF-8").output();
    match output {
        Ok(output) => {
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "tshark -r {}: {errors}", capture.display());
            Some(String::from_utf8(output.stdout).unwrap())
        }
        Err(error) => {
            eprintln!("skipped: tshark cannot be started ({error}); install it to check captures against Wireshark");
            None
        }
    }
}

fn golden() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../captures");
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let mut captures: Vec<_> = entries.filter(|path| path.extension().is_some_and(|end| end == "pcapng")).collect();
    captures.sort();
    captures
}

#[test]
fn wireshark_finds_nothing_malformed_in_any_capture() {
    let dir = tempfile::tempdir().unwrap();
    let mut captures = golden();
    assert!(!captures.is_empty());
    for (index, outcome) in all().iter().enumerate() {
        let path = dir.path().join(format!("{index}.pcapng"));
        fs::write(&path, pcapng(outcome).unwrap()).unwrap();
        captures.push(path);
    }
    for capture in captures {
        let malformed = ["-Y", "_ws.malformed or ip.checksum.status == \"Bad\""];
        let Some(found) = tshark(&capture, &malformed) else { return };
        assert_eq!(found, "", "{}", capture.display());
    }
}

#[test]
fn wireshark_decodes_the_call_as_pppd_would_log_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("passed.pcapng");
    fs::write(&path, pcapng(&passed()).unwrap()).unwrap();
    let count = |filter: &str| tshark(&path, &["-Y", filter]).map(|lines| lines.lines().count());
    let Some(lcp) = count("lcp") else { return };
    let counts = ["pap", "ipcp", "icmp", "ppp.direction == 1", "exported_pdu"].map(|filter| count(filter).unwrap());
    // One of LCP is a Protocol-Reject; 12 of the 23 frames come from the caller.
    assert_eq!((lcp, counts), (8, [2, 8, 4, 12, passed().trace.len() + 1 - 23]));
    let dialogue = ["-Y", "exported_pdu.col_proto_str == \"AT\"", "-T", "fields", "-e", "_ws.col.Info"];
    let dialogue = tshark(&path, &dialogue).unwrap();
    assert_eq!(dialogue.lines().next(), Some("AT    DTE > DCE  ATQ0V1H0"));
    assert_eq!(dialogue.lines().last(), Some("AT    DCE > DTE  CONNECT 33600"));
}

#[test]
fn every_capture_has_its_provenance() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../captures/README.md")).unwrap();
    for capture in golden() {
        let name = capture.file_name().unwrap().to_string_lossy().into_owned();
        assert!(readme.contains(&format!("`{name}`")), "captures/README.md does not tell where {name} comes from");
    }
}

#[test]
fn the_directory_of_an_outcome_is_told_by_file_name_and_stack() {
    let outcome = passed();
    let dir = directory(&outcome.source.path, &outcome.name, None, &outcome.stack, None);
    assert_eq!(Path::new("offhook-out").join(dir), outcome.evidence);
}

fn uncoloured(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').map_or(part, |(_, rest)| rest))
}
