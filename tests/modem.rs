//! `offhook modem` and `offhook call`: modems in real time, used as terminal programs use them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
#[path = "common/terminal.rs"]
mod terminal;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use common::{offhook, said};
use nix::sys::signal::Signal;
use pcap_file::pcapng::{Block, PcapNgReader};
use terminal::{Modems, Terminal};

const TWO: [&str; 4] = ["--link", "./vm0=5551000", "--link", "./vm1=5551001"];

fn two() -> (Modems, Terminal, Terminal) {
    two_with(&[])
}

fn two_with(more: &[&str]) -> (Modems, Terminal, Terminal) {
    let mut modems = Modems::start(offhook(), &[&TWO[..], more].concat());
    let (mut one, mut other) = (modems.terminal("vm0"), modems.terminal("vm1"));
    one.command("ATE0S6=2S12=10", "OK");
    other.command("ATE0S0=1S12=10", "OK");
    (modems, one, other)
}

/// Both online.
fn connected() -> (Modems, Terminal, Terminal) {
    let (modems, mut one, mut other) = two();
    call(&mut one, &mut other);
    (modems, one, other)
}

fn call(one: &mut Terminal, other: &mut Terminal) {
    one.send("ATDT5551001\r");
    one.hear("CONNECT 33600\r\n");
    other.hear("CONNECT 33600\r\n");
}

#[test]
fn two_terminals_call_each_other_type_both_ways_escape_and_go_back() {
    let (modems, mut one, mut other) = connected();
    one.send("hello");
    other.hear("hello");
    other.send("world");
    one.hear("world");
    // S12=10 is a guard time of 200 ms.
    std::thread::sleep(Duration::from_millis(250));
    one.send("+++");
    one.hear("OK\r\n");
    one.command("ATO", "CONNECT 33600");
    one.send("again");
    other.hear("again");
    let log = modems.log();
    assert!(log.contains("dials 5551001") && log.contains("carrier at both ends, 33600 bit/s"), "{log}");
}

#[test]
fn a_capture_has_the_dialogue_and_what_crossed_and_frames_as_frames() {
    let (mut modems, mut one, mut other) = two_with(&["--capture", "calls.pcapng"]);
    call(&mut one, &mut other);
    one.send("hello");
    other.hear("hello");
    // An LCP Echo-Request, RFC 1661 section 5.8.
    let frame = [0xff, 0x03, 0xc0, 0x21, 0x09, 0x01, 0x00, 0x08, 1, 2, 3, 4];
    other.send_octets(&offhook_ppp::transparency::encode(&frame, 0));
    // Sixteen octets at 33600 bit/s take 5 ms, and 10 ms of delay.
    modems.wait_until("the frame in the capture", |modems| {
        let packets = packets(&std::fs::read(modems.path("calls.pcapng")).unwrap());
        let has = |interface, part: &[u8]| {
            packets
                .iter()
                .any(|(number, data)| *number == interface && data.windows(part.len()).any(|have| have == part))
        };
        // Of each line: frames, events.
        has(1, b"AT    DTE > DCE  ATDT5551001")
            && has(1, b"text  here > far end  hello")
            && has(3, b"text  far end > here  hello")
            && has(2, &[&[1], &frame[..]].concat())
            && has(0, &[&[0], &frame[..]].concat())
    });
}

/// Interface and data of every packet.
fn packets(file: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let mut reader = PcapNgReader::new(file).unwrap();
    let mut packets = Vec::new();
    while let Some(Ok(block)) = reader.next_block() {
        if let Block::EnhancedPacket(packet) = block {
            packets.push((packet.interface_id, packet.data.to_vec()));
        }
    }
    packets
}

#[test]
fn a_call_is_ended_by_ath_and_the_other_end_has_no_carrier() {
    let (_modems, mut one, mut other) = connected();
    std::thread::sleep(Duration::from_millis(250));
    one.send("+++");
    one.hear("OK\r\n");
    one.command("ATH", "OK");
    other.hear("NO CARRIER\r\n");
    other.command("AT", "OK");
}

#[test]
fn a_call_is_ended_by_closing_the_port() {
    let (mut modems, one, mut other) = connected();
    drop(one);
    other.hear("NO CARRIER\r\n");
    modems.terminal("vm0").command("AT", "OK");
}

#[test]
fn last_words_are_heard_though_another_program_opens_the_port_at_once() {
    let (mut modems, mut one, mut other) = connected();
    let text: String = (0..200).map(|number| format!("{number:07}\n")).collect();
    one.send(&text);
    drop(one);
    let mut next = modems.terminal("vm0");
    next.send("AT\r");
    assert_eq!(other.hear("NO CARRIER\r\n"), format!("{text}\r\nNO CARRIER\r\n"));
    next.hear("OK\r\n");
    assert!(!modems.log().contains(" lost: "), "{}", modems.log());
}

#[test]
fn a_busy_line_and_a_number_nobody_has_are_told_apart_from_a_call() {
    let mut modems = Modems::start(offhook(), &[&TWO[..], &["--link", "./vm2=5551002"]].concat());
    let mut ends = ["vm0", "vm1", "vm2"].map(|name| modems.terminal(name));
    for end in &mut ends {
        end.command("ATE0S0=1X4", "OK");
    }
    ends[0].send("ATDT5551001\r");
    ends[0].hear("CONNECT");
    ends[2].command("ATDT5551001", "BUSY");
    // A modem knows no special information tone: it waits for an answer as long as S7 says.
    ends[2].command("ATS7=3DT5559999", "NO CARRIER");
    assert!(modems.log().contains("special information tone"), "{}", modems.log());
}

#[test]
fn links_go_with_sigterm_and_sigint_and_what_sigkill_leaves_is_replaced() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let mut modems = Modems::start(offhook(), &TWO);
        modems.terminal("vm0").command("AT", "OK");
        assert_eq!(modems.end(signal).code(), Some(0));
        assert!(!modems.path("vm0").is_symlink() && !modems.path("control.sock").exists());
    }
    let mut modems = Modems::start(offhook(), &TWO);
    modems.terminal("vm1").command("AT", "OK");
    modems.end(Signal::SIGKILL);
    assert!(modems.path("vm1").is_symlink());
    let mut modems = Modems::start_in(modems.into_home(), &mut offhook(), &TWO);
    modems.terminal("vm1").command("AT", "OK");
}

#[test]
fn the_phonebook_leads_to_a_tcp_port_and_a_tcp_port_rings() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let (bbs, own) = (listener.local_addr().unwrap(), free.local_addr().unwrap());
    drop(free);
    let home = tempfile::tempdir().unwrap();
    let book = format!(
        "number \"5553000\" name=\"BBS\" tcp=\"{bbs}\"\nnumber \"5553001\" tcp=\"127.0.0.1:1\"\nlisten \"{own}\" number=\"5551000\"\n"
    );
    std::fs::write(home.path().join("book.kdl"), book).unwrap();
    let arguments = ["--link", "./vm0=5551000", "--phonebook", "book.kdl"];
    let mut modems = Modems::start_in(home, &mut offhook(), &arguments);
    let mut one = modems.terminal("vm0");
    one.command("ATE0S12=10", "OK");
    one.send("ATDT5553000\r");
    one.hear("CONNECT 33600\r\n");
    let (mut far, _) = listener.accept().unwrap();
    far.write_all(b"welcome").unwrap();
    one.hear("welcome");
    one.send("bye");
    far.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut buffer = [0; 3];
    far.read_exact(&mut buffer).unwrap();
    assert_eq!(&buffer, b"bye");
    drop(far);
    one.hear("NO CARRIER\r\n");
    one.command("ATDT5553001", "BUSY");
    let mut caller = TcpStream::connect(own).unwrap();
    one.hear("RING\r\n");
    one.command("ATA", "CONNECT 33600");
    caller.write_all(b"knock").unwrap();
    one.hear("knock");
}

#[test]
fn what_a_tcp_peer_sends_before_it_closes_is_heard_and_then_the_end() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let (bbs, own) = (listener.local_addr().unwrap(), free.local_addr().unwrap());
    drop(free);
    let home = tempfile::tempdir().unwrap();
    let book = format!("number \"5553000\" tcp=\"{bbs}\"\nlisten \"{own}\" number=\"5551000\"\n");
    std::fs::write(home.path().join("book.kdl"), book).unwrap();
    let arguments = ["--link", "./vm0=5551000", "--phonebook", "book.kdl"];
    let mut modems = Modems::start_in(home, &mut offhook(), &arguments);
    let mut one = modems.terminal("vm0");
    one.command("ATE0S0=1S12=10", "OK");
    let text: String = (0..1000).map(|number| format!("{number:07}\n")).collect();

    // A server that says all it has to say before there is carrier, and goes.
    one.send("ATDT5553000\r");
    let (mut far, _) = listener.accept().unwrap();
    far.write_all(text.as_bytes()).unwrap();
    drop(far);
    assert_eq!(one.hear("NO CARRIER\r\n"), format!("\r\nCONNECT 33600\r\n{text}\r\nNO CARRIER\r\n"));

    // A caller that speaks once there is carrier, and goes.
    let mut caller = TcpStream::connect(own).unwrap();
    one.hear("CONNECT 33600\r\n");
    caller.write_all(text.as_bytes()).unwrap();
    drop(caller);
    assert_eq!(one.hear("NO CARRIER\r\n"), format!("{text}\r\nNO CARRIER\r\n"));

    // One that goes while the modems train leaves the line free.
    let caller = TcpStream::connect(own).unwrap();
    one.hear("RING\r\n");
    drop(caller);
    one.hear("NO CARRIER\r\n");

    // And a DTE that closes its port.
    one.send("ATDT5553000\r");
    let (mut far, _) = listener.accept().unwrap();
    one.hear("CONNECT 33600\r\n");
    one.send(&text);
    drop(one);
    let mut heard = String::new();
    far.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    far.read_to_string(&mut heard).unwrap();
    assert_eq!(heard, text);
}

#[test]
fn a_caller_by_telnet_is_offered_echo_and_single_characters() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let own = free.local_addr().unwrap();
    drop(free);
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("book.kdl"), format!("listen \"{own}\" number=\"5551000\" telnet=#true\n"))
        .unwrap();
    let mut modems = Modems::start_in(home, &mut offhook(), &["--link", "./vm0=5551000", "--phonebook", "book.kdl"]);
    let mut one = modems.terminal("vm0");
    one.command("ATE0S0=1", "OK");
    let mut caller = TcpStream::connect(own).unwrap();
    caller.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // RFC 854, 857, 858: IAC WILL ECHO, IAC WILL and DO SUPPRESS-GO-AHEAD, and BINARY both ways (RFC 856).
    let mut offers = [0; 15];
    caller.read_exact(&mut offers).unwrap();
    assert_eq!(offers, [255, 251, 0, 255, 253, 0, 255, 251, 1, 255, 251, 3, 255, 253, 3]);
    one.hear("CONNECT 33600\r\n");
    // As a telnet program of today agrees, and then sends each key.
    caller.write_all(&[255, 253, 1, 255, 253, 3, 255, 251, 3, b'x']).unwrap();
    one.hear("x");
    one.send_octets(b"\xff");
    let mut got = [0; 2];
    caller.read_exact(&mut got).unwrap();
    assert_eq!(got, [255, 255]);
}

#[test]
fn telnet_is_found_by_how_the_far_end_opens_unless_the_phonebook_says_no() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let bbs = listener.local_addr().unwrap();
    let home = tempfile::tempdir().unwrap();
    let book = format!("number \"5553000\" tcp=\"{bbs}\"\nnumber \"5553001\" tcp=\"{bbs}\" telnet=#false\n");
    std::fs::write(home.path().join("book.kdl"), book).unwrap();
    let mut modems = Modems::start_in(home, &mut offhook(), &["--link", "./vm0=5551000", "--phonebook", "book.kdl"]);
    let mut one = modems.terminal("vm0");
    one.command("ATE0S6=2", "OK");
    // IAC WILL ECHO and text: agreed to and taken out.
    one.send("ATDT5553000\r");
    let (mut far, _) = listener.accept().unwrap();
    far.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    far.write_all(&[255, 251, 1, b'h', b'i', b'\n']).unwrap();
    one.hear("CONNECT 33600\r\nhi\n");
    let mut answer = [0; 3];
    far.read_exact(&mut answer).unwrap();
    assert_eq!(answer, [255, 253, 1]);
    drop(far);
    one.hear("NO CARRIER\r\n");
    assert!(modems.log().contains("the far end opens with IAC: it speaks telnet"), "{}", modems.log());
    // The same where the phonebook says that it is no telnet.
    one.send("ATDT5553001\r");
    let (mut far, _) = listener.accept().unwrap();
    far.write_all(&[255, 251, 1, b'h', b'i', b'\n']).unwrap();
    assert!(one.hear("hi\n").contains("CONNECT 33600\r\n\u{fffd}\u{fffd}\u{1}"));
}

#[test]
fn a_line_is_usable_at_once_after_a_dte_that_asked_and_did_not_read() {
    let mut modems = Modems::start(offhook(), &["--link", "tcp:0=5551000", "--link", "./vm1=5551001"]);
    modems.wait_until("the port", |modems| modems.log().contains("at TCP port "));
    let log = modems.log();
    let address = log.split("at TCP port ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap().to_owned();
    // 20,000 answers of more than 1 KB each are 20 MB.
    let mut deaf = TcpStream::connect(&address).unwrap();
    deaf.write_all(&b"AT&V\r".repeat(20_000)).unwrap();
    modems.wait_until("the answers that nobody reads", |modems| modems.log().contains("the receiver did not read"));
    assert!(modems.resident_kilobytes() < 100_000, "{} kB", modems.resident_kilobytes());
    drop(deaf);
    modems.wait_until("its end", |modems| modems.log().contains("closed by the DTE"));
    let mut next = TcpStream::connect(&address).unwrap();
    next.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    next.write_all(b"ATE0\r").unwrap();
    let mut answer = [0; 10];
    next.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"ATE0\r\r\nOK\r");
    // And on a pty, whose other end does not read either.
    let mut one = modems.terminal("vm1");
    one.command("ATE0S0=1", "OK");
    next.write_all(b"ATDT5551001\r").unwrap();
    one.hear("CONNECT 33600\r\n");
    drop(one);
    modems.terminal("vm1").command("AT", "OK");
}

#[test]
fn a_call_by_number_reports_rings_answer_and_text() {
    let mut modems = Modems::start(offhook(), &TWO);
    let mut server = modems.terminal("vm0");
    server.command("ATE0", "OK");
    let control = modems.path("control.sock");
    let call = |more: &[&str]| {
        let mut command = offhook();
        command.args(["call", "5551000", "--text", "--timeout", "20s", "--control"]).arg(&control).args(more);
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
    };
    let running = call(&["--user", "bob", "--password", "secret"]);
    server.hear("RING\r\n");
    server.command("ATA", "CONNECT 33600");
    server.send("\r\nhost login: ");
    server.hear("bob\r");
    server.send("bob\r\nPassword: ");
    server.hear("secret\r");
    server.send("\r\nLogin incorrect\r\n");
    let refused = running.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&refused.stdout).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(text.contains("answered after 1 ring") && text.contains("login refused: \"Login incorrect\""), "{text}");
    server.hear("NO CARRIER\r\n");
    let running = call(&["--json", "-"]);
    server.hear("RING\r\n");
    server.command("ATA", "CONNECT 33600");
    server.send("\r\nhost login: ");
    let read = running.wait_with_output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&read.stdout).unwrap();
    assert_eq!(read.status.code(), Some(0), "{}", said(&read));
    assert_eq!((report["got_in"].as_bool(), report["rate"].as_u64()), (Some(true), Some(33_600)));
}

#[test]
fn a_call_to_a_port_that_nobody_opens_says_what_it_waited_for() {
    let home = tempfile::tempdir().unwrap();
    let output =
        offhook().current_dir(home.path()).args(["call", "--port", "./vm0", "--timeout", "100ms"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("no program has opened it") && text.contains("--timeout"), "{text}");
    assert!(!home.path().join("vm0").is_symlink());
}

#[test]
fn wrong_words_are_told_and_nothing_is_started() {
    let cases: [(&[&str], &str); 7] = [
        (&["modem"], "--link"),
        (&["modem", "--link", "./vm0"], "a number is missing"),
        (&["modem", "--link", "./vm0=1", "--link", "./vm1=1"], "another link has this number"),
        (&["modem", "--link", "./vm0=1", "--phonebook", "/nowhere.kdl"], "no such file"),
        (&["modem", "--link", "./vm0=1", "--ring-cadence", "atlantis"], "there are north-america"),
        (&["modem", "--link", "./vm0=1", "--rate", "64000"], "the model generic has 56000 at most"),
        (&["call"], "NUMBER"),
    ];
    let home = tempfile::tempdir().unwrap();
    for (arguments, text) in cases {
        let output = offhook().current_dir(home.path()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(String::from_utf8_lossy(&output.stderr).contains(text), "{}", said(&output));
    }
}
