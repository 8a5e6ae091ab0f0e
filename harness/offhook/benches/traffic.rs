//! Real traffic through `offhook modem` for as long as one likes:
//! `cargo bench -p offhook --bench traffic -- --minutes 60 --lines 128`.
//!
//! Ptys, TCP and telnet over loopback, pacing off, call after call: each end says numbered lines and goes in one way or
//! another, and what arrives must be all of it, in order, before the end. Five lines do that as fast as they can; one more is called
//! by peers that go at once; further lines (`--lines`) call each other in pairs, with pauses. Told every minute: calls, octets,
//! memory. At the end every line answers. Without `--minutes` it is one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../../tests/common/terminal.rs"]
mod terminal;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use terminal::{Modems, Terminal};

/// Lines that do something of their own.
const BUSY: usize = 6;
/// Lines of eight octets that an end says at most.
const LINES: usize = 4000;

/// Calls that have ended as they should, and the octets they carried.
#[derive(Debug, Default)]
struct Count {
    calls: AtomicU64,
    octets: AtomicU64,
}

impl Count {
    fn call(&self, octets: usize) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.octets.fetch_add(octets as u64, Ordering::Relaxed);
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    // `cargo test --benches` must not run for a minute.
    if arguments.iter().any(|argument| argument == "--test") {
        return;
    }
    let number = |name: &str, usual: usize| {
        arguments.iter().position(|argument| argument == name).map_or(usual, |at| {
            let number = arguments.get(at + 1).and_then(|text| text.parse().ok());
            number.unwrap_or_else(|| panic!("{name} wants a number"))
        })
    };
    let minutes = number("--minutes", 1);
    let lines = number("--lines", BUSY).max(BUSY);
    let (raw, telnet, knocked, server) = (free(), free(), free(), TcpListener::bind("127.0.0.1:0").unwrap());
    let home = tempfile::tempdir().unwrap();
    let book = format!(
        "number \"5553000\" tcp=\"{}\"\nlisten \"{raw}\" number=\"5551003\"\nlisten \"{telnet}\" number=\"5551004\" telnet=#true\n\
         listen \"{knocked}\" number=\"5551005\"\n",
        server.local_addr().unwrap(),
    );
    std::fs::write(home.path().join("book.kdl"), book).unwrap();
    let links: Vec<String> = (0..lines).map(|number| format!("./vm{number}={}", 5_551_000 + number)).collect();
    let mut words = vec!["--no-pacing", "--phonebook", "book.kdl"];
    words.extend(links.iter().flat_map(|link| ["--link", link]));
    let mut modems = Modems::start_in(home, &mut Command::new(env!("CARGO_BIN_EXE_offhook")), &words);
    let mut ports: Vec<Option<Terminal>> =
        (0..lines).map(|number| Some(modems.terminal(&format!("vm{number}")))).collect();
    let mut port = |number: usize, settings: &str| {
        let mut port = ports[number].take().unwrap();
        port.command(&format!("ATE0S6=2S12=2{settings}"), "OK");
        port
    };
    let (one, two, three) = (port(0, ""), port(1, "S0=1"), port(2, ""));
    let (four, five, six) = (port(3, "S0=1"), port(4, "S0=1"), port(5, "S0=1"));
    let pairs: Vec<(Terminal, Terminal, usize)> =
        (BUSY..lines - 1).step_by(2).map(|at| (port(at, ""), port(at + 1, "S0=1"), 5_551_001 + at)).collect();
    let (count, knocks) = (Count::default(), AtomicU64::new(0));
    let (stop, start) = (AtomicBool::new(false), Instant::now());
    std::thread::scope(|scope| {
        scope.spawn(|| until(&stop, |turn| between_ptys(turn, &one, &two, 5_551_001, &count)));
        scope.spawn(|| until(&stop, |turn| to_server(turn, &three, &server, &count)));
        scope.spawn(|| until(&stop, |turn| from_client(turn, &four, raw, false, &count)));
        scope.spawn(|| until(&stop, |turn| from_client(turn, &five, telnet, true, &count)));
        scope.spawn(|| until(&stop, |_| knock(&six, knocked, &knocks)));
        let (stop, count) = (&stop, &count);
        for (caller, called, number) in &pairs {
            scope.spawn(move || {
                until(stop, |turn| {
                    between_ptys(turn, caller, called, *number, count);
                    std::thread::sleep(Duration::from_millis(((turn * 7 + number) % 30 * 100) as u64));
                });
            });
        }
        for minute in 1..=minutes as u64 {
            std::thread::sleep((start + Duration::from_secs(60 * minute)).saturating_duration_since(Instant::now()));
            let (calls, octets) = (count.calls.load(Ordering::Relaxed), count.octets.load(Ordering::Relaxed));
            let knocked = knocks.load(Ordering::Relaxed);
            let (octets, memory) = (octets >> 20, modems.resident_kilobytes());
            println!("{minute} min: {calls} calls, {knocked} that went at once, {octets} MB, {memory} KiB resident");
        }
        stop.store(true, Ordering::Relaxed);
    });
    for number in 0..lines {
        // What a line had to say to nobody is told apart from its answer.
        modems.terminal(&format!("vm{number}")).command("ATE1Q0V1S0=0S1234=1", "ERROR");
    }
    let log = modems.log();
    // What a peer says that has gone before it is answered is lost, and told to be.
    let lost = |line: &&str| line.contains(" lost: ") && !line.contains(" 5551005 ");
    let lost: Vec<&str> = log.lines().filter(lost).collect();
    assert!(lost.is_empty(), "octets were lost: {lost:?}");
}

/// An address that nobody listens at.
fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Does it again and again; what it panics with ends all.
fn until(stop: &AtomicBool, mut turn: impl FnMut(usize)) {
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        turn(number);
    }
}

/// So many numbered lines.
fn text(turn: usize) -> String {
    (0..turn * 37 % LINES).map(|number| format!("{number:07}\n")).collect()
}

/// Hears all of a text and then `end`.
fn hear(port: &Terminal, text: &str, end: &str) {
    let mut got = Vec::new();
    let wanted = [text, end].concat();
    let mut file = port.file();
    while got.len() < wanted.len() {
        let mut buffer = [0; 16_384];
        let count = file.read(&mut buffer).unwrap();
        got.extend(&buffer[..count]);
        let same = got.iter().zip(wanted.as_bytes()).take_while(|(got, wanted)| got == wanted).count();
        let rest = String::from_utf8_lossy(got.get(same..).unwrap_or_default()).into_owned();
        assert!(same == got.len(), "octet {same} of {} is not as it was sent: {rest:?}", wanted.len());
    }
}

fn send(port: &Terminal, text: &str) {
    port.file().write_all(text.as_bytes()).unwrap();
}

/// Two modems here; the caller hangs up by escape and `ATH`.
fn between_ptys(turn: usize, one: &Terminal, two: &Terminal, number: usize, count: &Count) {
    send(one, &format!("ATDT{number}\r"));
    hear(two, "\r\nRING\r\n", "\r\nCONNECT 33600\r\n");
    hear(one, "", "\r\nCONNECT 33600\r\n");
    let (there, back) = (text(turn), text(turn + 50));
    std::thread::scope(|scope| {
        scope.spawn(|| send(one, &there));
        scope.spawn(|| send(two, &back));
        scope.spawn(|| hear(one, &back, ""));
        hear(two, &there, "");
    });
    // The guard time of S12=2 is 40 ms.
    std::thread::sleep(Duration::from_millis(60));
    send(one, "+++");
    hear(one, "", "\r\nOK\r\n");
    send(one, "ATH\r");
    hear(one, "", "\r\nOK\r\n");
    hear(two, "+++", "\r\nNO CARRIER\r\n");
    count.call(there.len() + back.len());
}

/// A peer that connects and goes, at once or after a moment; the modem's DTE reads whatever comes of it.
fn knock(port: &Terminal, address: SocketAddr, knocks: &AtomicU64) {
    let turn = knocks.fetch_add(1, Ordering::Relaxed);
    let mut peer = TcpStream::connect(address).unwrap();
    std::thread::sleep(Duration::from_millis(turn * 13 % 700));
    if turn.is_multiple_of(3) {
        // Whoever is gone by now, or turned away, cannot be written to.
        let _ = peer.write_all(b"hello");
    }
    drop(peer);
    port.drain();
}

/// A server of the phonebook, which says everything and closes at once.
fn to_server(turn: usize, port: &Terminal, server: &TcpListener, count: &Count) {
    send(port, "ATDT5553000\r");
    let (mut far, _) = server.accept().unwrap();
    let said = text(turn);
    far.write_all(said.as_bytes()).unwrap();
    drop(far);
    hear(port, &format!("\r\nCONNECT 33600\r\n{said}"), "\r\nNO CARRIER\r\n");
    count.call(said.len());
}

/// A client that calls, waits for the modem, says everything, and closes.
fn from_client(turn: usize, port: &Terminal, address: SocketAddr, telnet: bool, count: &Count) {
    let mut far = TcpStream::connect(address).unwrap();
    far.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    if telnet {
        // RFC 854: the offers, of which BINARY is agreed to both ways.
        far.read_exact(&mut [0; 15]).unwrap();
        far.write_all(&[255, 253, 0, 255, 251, 0]).unwrap();
    }
    hear(port, "\r\nRING\r\n", "\r\nCONNECT 33600\r\n");
    let (back, said) = (text(turn + 20), text(turn));
    std::thread::scope(|scope| {
        scope.spawn(|| send(port, &back));
        let mut got = vec![0; back.len()];
        far.read_exact(&mut got).unwrap();
        assert!(got == back.as_bytes(), "the client got something else");
    });
    far.write_all(said.as_bytes()).unwrap();
    drop(far);
    hear(port, &said, "\r\nNO CARRIER\r\n");
    count.call(said.len() + back.len());
}
