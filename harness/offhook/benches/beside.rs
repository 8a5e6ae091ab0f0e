//! `offhook modem` beside tcpser, in one run and on the same ways in and out: `OFFHOOK_TCPSER=PATH cargo bench -p offhook --bench beside`,
//! with tcpser as somebody has built it.
//!
//! Both serve a port by ip232, and both call a TCP port of this machine. Command lines: `AT` with its result code there and back, the
//! next as soon as the last is answered. Octets: through a call from the port to the TCP port, and back. Ratios are of medians of
//! [`ROUNDS`] rounds in turn; above 1 offhook is faster. tcpser writes a result code in several pieces, and TCP holds the later ones
//! back until the first is acknowledged: its command lines wait for that, not for tcpser.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::ffi::OsString;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const ROUNDS: usize = 5;
/// Octets through a call, each way.
const OCTETS: usize = 8 << 20;
/// Command lines in a row.
const COMMANDS: usize = 300;
/// For so long at most anything is waited for.
const PATIENCE: Duration = Duration::from_secs(20);
/// DTR on, as ip232 has it.
const DTR: [u8; 2] = [0xff, 1];

fn main() {
    // `cargo test --benches` must not measure.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let Some(tcpser) = std::env::var_os("OFFHOOK_TCPSER") else {
        println!("nothing stands beside offhook: OFFHOOK_TCPSER names no tcpser");
        return;
    };
    let mut rows = [const { Row { offhook: Vec::new(), tcpser: Vec::new() } }; 3];
    for _ in 0..ROUNDS {
        let (offhook, tcpser) = (measured(offhook), measured(|port, listen| other(&tcpser, port, listen)));
        for (row, (ours, theirs)) in rows.iter_mut().zip(offhook.into_iter().zip(tcpser)) {
            row.offhook.push(ours);
            row.tcpser.push(theirs);
        }
    }
    let names = ["command lines, a second", "port to network, MB/s", "network to port, MB/s"];
    for (name, Row { offhook, tcpser }) in names.into_iter().zip(rows) {
        let (ours, theirs) = (median(offhook), median(tcpser));
        println!("{name:<26} offhook {ours:>10.1}  tcpser {theirs:>10.1}  {:.2} times as fast", ours / theirs);
    }
}

struct Row {
    offhook: Vec<f64>,
    tcpser: Vec<f64>,
}

/// `offhook modem` with a port at that TCP port.
fn offhook(port: u16, _: u16) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_offhook"));
    command.args(["modem", "--plain", "--no-pacing", "--dial-any", "--link", &format!("ip232:{port}=5551000")]);
    command
}

/// The same of tcpser, which has to listen somewhere as well.
fn other(program: &OsString, port: u16, listen: u16) -> Command {
    let mut command = Command::new(program);
    command.args(["-v", &port.to_string(), "-s", "230400", "-l", "0", "-p", &format!("127.0.0.1:{listen}")]);
    command
}

/// Command lines a second, and millions of octets a second there and back.
fn measured(command: impl Fn(u16, u16) -> Command) -> [f64; 3] {
    let (port, listen) = (free(), free());
    let mut started = command(port, listen);
    started.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let _running = Running(started.spawn().unwrap_or_else(|error| panic!("{started:?}: {error}")));
    let mut dte = connected(port);
    dte.write_all(&DTR).unwrap();
    ask(&mut dte, "AT\r", "OK");
    ask(&mut dte, "ATE0\r", "OK");
    let start = Instant::now();
    for _ in 0..COMMANDS {
        ask(&mut dte, "AT\r", "OK");
    }
    let commands = COMMANDS as f64 / start.elapsed().as_secs_f64();
    let peer = TcpListener::bind("127.0.0.1:0").unwrap();
    let number = format!("ATDT127.0.0.1:{}\r", peer.local_addr().unwrap().port());
    dte.write_all(number.as_bytes()).unwrap();
    let (mut far, _) = peer.accept().unwrap();
    far.set_read_timeout(Some(PATIENCE)).unwrap();
    hear(&mut dte, "CONNECT");
    // The rest of the line.
    hear(&mut dte, "\r\n");
    // Whoever is not in the data state yet would take the first octets for a command line.
    thread::sleep(Duration::from_millis(1500));
    [commands, carried(&mut dte, &mut far), carried(&mut far, &mut dte)]
}

/// Millions of octets a second from one to the other; none of them is one that ip232 or telnet has a meaning for.
fn carried(from: &mut TcpStream, to: &mut TcpStream) -> f64 {
    let start = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| from.write_all(&vec![b'.'; OCTETS]).unwrap());
        let mut buffer = vec![0; 65_536];
        let mut left = OCTETS;
        while left > 0 {
            let read = to.read(&mut buffer).expect("octets in time");
            assert_ne!(read, 0, "the connection ended with {left} octets to come");
            left = left.saturating_sub(buffer[..read].iter().filter(|octet| **octet == b'.').count());
        }
    });
    OCTETS as f64 / 1e6 / start.elapsed().as_secs_f64()
}

fn ask(dte: &mut TcpStream, line: &str, answer: &str) {
    dte.write_all(line.as_bytes()).unwrap();
    hear(dte, answer);
}

fn hear(dte: &mut TcpStream, answer: &str) {
    let mut heard = Vec::new();
    let mut octet = [0];
    while !heard.ends_with(answer.as_bytes()) {
        let told = || format!("{answer:?} in time, after {:?}", String::from_utf8_lossy(&heard));
        let read = dte.read(&mut octet).unwrap_or_else(|error| panic!("{}: {error}", told()));
        assert_ne!(read, 0, "{}", told());
        heard.push(octet[0]);
    }
}

fn connected(port: u16) -> TcpStream {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(stream) => {
                stream.set_nodelay(true).unwrap();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                return stream;
            }
            Err(error) => assert!(Instant::now() < deadline, "no port at {port}: {error}"),
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn free() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A program that ends with this.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
