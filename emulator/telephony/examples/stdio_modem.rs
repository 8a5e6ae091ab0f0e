//! A modem on standard input and output, in real time. The number 5552000 is answered by another modem, whose DTE greets
//! and sends back what it gets.
//!
//! ```text
//! printf 'ATI\r' | cargo run -q -p offhook-telephony --example stdio_modem
//! stty raw -echo; cargo run -q -p offhook-telephony --example stdio_modem; stty sane
//! ```
//!
//! In a terminal, `ATDT5552000` and Return dial; `+++` with a second of silence before and after it is the escape, and `ATH`
//! hangs up. Ctrl-D ends it. At the end of input the program goes on until nothing is left to happen.

mod switchboard;

use std::io::{self, Read, Write};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant as Wall};

use offhook_clock::Instant;
use offhook_telephony::exchange::{Cadence, LineConfig};

use crate::switchboard::Switchboard;

/// The modem on standard input and output.
const HERE: usize = 0;
/// The one that is called.
const THERE: usize = 1;
/// End of transmission, what Ctrl-D sends where the terminal does not see to it.
const CTRL_D: u8 = 4;

/// Octets of standard input, as they come. The channel is closed at their end.
fn input() -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut buffer = [0; 1024];
        while let Ok(len @ 1..) = io::stdin().read(&mut buffer) {
            let octets = &buffer[..len];
            let typed = octets.split(|octet| *octet == CTRL_D).next().unwrap_or_default();
            if sender.send(typed.to_vec()).is_err() || typed.len() < len {
                break;
            }
        }
    });
    receiver
}

/// What the DTE of the called modem does: greets when there is carrier, and sends back the rest.
fn serve(now: Instant, board: &mut Switchboard, is_connected: &mut bool) {
    let octets = board.read(THERE);
    let text = String::from_utf8_lossy(&octets);
    let connected = text.contains("CONNECT");
    if text.contains("NO CARRIER") {
        *is_connected = false;
    } else if *is_connected {
        board.write(now, THERE, &octets);
    } else if connected {
        *is_connected = true;
        board.write(now, THERE, b"Hello. I send back what you type.\r\n");
    }
}

fn main() -> io::Result<()> {
    let began = Wall::now();
    let now = || Instant::ZERO + began.elapsed();
    // Short rings and a short training: this is to try things out.
    let ring = vec![(Duration::from_millis(400), Duration::from_millis(200))];
    let cadence = Cadence::new(ring).map_err(io::Error::other)?;
    let line = LineConfig { training: Duration::from_millis(500), cadence, ..LineConfig::default() };
    let mut board = Switchboard::new(&["5551000", "5552000"], &line);
    board.write(now(), THERE, b"ATE0S0=1\r");
    board.read(THERE);

    let input = input();
    let mut is_open = true;
    let mut is_connected = false;
    loop {
        serve(now(), &mut board, &mut is_connected);
        io::stdout().write_all(&board.read(HERE))?;
        io::stdout().flush()?;
        let wait = board.poll_timeout().map(|due| due.since(now()));
        let read = match wait {
            Some(wait) if is_open => input.recv_timeout(wait),
            None if is_open => input.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(wait) => {
                thread::sleep(wait);
                Err(RecvTimeoutError::Timeout)
            }
            None => return Ok(()),
        };
        match read {
            Ok(octets) => board.write(now(), HERE, &octets),
            Err(RecvTimeoutError::Timeout) => board.handle_timeout(now()),
            Err(RecvTimeoutError::Disconnected) => is_open = false,
        }
    }
}
