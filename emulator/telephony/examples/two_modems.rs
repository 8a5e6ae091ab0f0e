//! Two modems on an exchange call each other, in virtual time: what both DTEs write and read, with its moment.
//!
//! `cargo run -p offhook-telephony --example two_modems`
//!
//! Ringing, eight seconds of training and the escape's guard times pass in a few milliseconds.

mod switchboard;

use std::time::Duration;

use offhook_clock::Instant;
use offhook_telephony::exchange::LineConfig;
use offhook_telephony::trace::escaped;

use crate::switchboard::Switchboard;

const NAMES: [&str; 2] = ["alice", "bob"];
const ALICE: usize = 0;
const BOB: usize = 1;

/// Who writes what, and how long after that the next one writes.
const SCRIPT: &[(usize, &str, Duration)] = &[
    (ALICE, "AT+VCID=1\r", Duration::from_secs(1)),
    (BOB, "ATE0Q0V1\r", Duration::from_secs(1)),
    (ALICE, "ATDT5552000\r", Duration::from_secs(8)),
    (BOB, "ATA\r", Duration::from_secs(12)),
    (ALICE, "hello, bob", Duration::from_secs(2)),
    (BOB, "hello, alice", Duration::from_secs(2)),
    // The escape: three of them with a second of silence around.
    (ALICE, "+++", Duration::from_secs(2)),
    (ALICE, "ATH\r", Duration::from_secs(2)),
    (ALICE, "ATDT5559999\r", Duration::from_secs(90)),
];

/// Prints what the DTEs have got.
fn show(now: Instant, board: &mut Switchboard) {
    for (who, name) in NAMES.iter().enumerate() {
        let octets = board.read(who);
        if !octets.is_empty() {
            println!("{now:>7} {name:5} reads  {}", escaped(&octets));
        }
    }
}

fn main() {
    let mut board = Switchboard::new(&["5551000", "5552000"], &LineConfig::default());
    let mut now = Instant::ZERO;
    for (who, text, pause) in SCRIPT {
        println!("{now:>7} {:5} writes {}", NAMES[*who], escaped(text.as_bytes()));
        board.write(now, *who, text.as_bytes());
        show(now, &mut board);
        let until = now + *pause;
        while let Some(due) = board.poll_timeout().filter(|due| *due <= until) {
            now = due;
            board.handle_timeout(now);
            show(now, &mut board);
        }
        now = until;
    }
}
