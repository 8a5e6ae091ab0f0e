//! An exchange by operations: lines that call, ring, answer, clear and send, in any order.

use std::time::Duration;

use offhook_clock::Instant;
use offhook_telephony::exchange::{
    CallSetup, Exchange, ForwardOn, LineConfig, LineEvent, LineId, LineOutput, Release, Stamp,
};

use crate::Target;
use crate::operations::Operations;

pub(super) const TARGET: Target = Target {
    name: "exchange",
    about: "an exchange by operations: every octet sent comes out or is told as lost, and it comes to rest when all have hung up",
    run,
    corpus: || {
        vec![
            vec![0, 0, 2, 1, 7, 4, 8, 0, 5, 1, 5, 104, 101, 108, 108, 111, 8, 3, 1],
            vec![3, 1, 4, 0, 2, 8, 8, 5, 2, 3, 1, 2, 3, 6, 1, 8],
        ]
    },
    words: &[&[0, 1], &[8, 8, 8], &[5, 1, 4, 1, 2, 3, 4], &[3, 0, 4, 1]],
    short: 3_000,
};

const NUMBERS: [&str; 4] = ["5551000", "5551001", "5551002", "5551003"];

fn run(input: &[u8]) {
    let mut exchange = Exchange::new();
    let config = |waits| LineConfig { call_waiting: waits, ..LineConfig::default() };
    let lines: Vec<LineId> =
        NUMBERS.iter().enumerate().map(|(at, n)| exchange.subscribe(*n, config(at == 3))).collect();
    exchange.dial_plan().forward(NUMBERS[2], ForwardOn::Busy, NUMBERS[0]);
    let mut now = Instant::ZERO;
    let (mut sent, mut gone) = (0, 0);
    let mut operations = Operations::new(input);
    while let Some(operation) = operations.octet() {
        let line = lines[usize::from(operation >> 6)];
        match operation & 0x0f {
            0 => exchange.place_call(now, line, CallSetup::default()),
            1 => exchange.place_waiting_call(now, line, CallSetup::default()),
            2 => exchange.handle_off_hook(now, line),
            3 => {
                let number = NUMBERS[usize::from(operations.octet().unwrap_or_default()) % 4];
                exchange.handle_off_hook(now, line);
                exchange.handle_dial(now, line, number, Stamp::default());
            }
            4 => exchange.handle_on_hook(now, line),
            5 => {
                let octets = operations.octets();
                sent += octets.len();
                exchange.send(now, line, octets);
            }
            6 => {
                let octets = operations.octets();
                sent += octets.len();
                exchange.send_from_outside(now, line, octets);
            }
            7 => exchange.clear(now, line, if operation & 0x10 == 0 { Release::Orderly } else { Release::Abrupt }),
            8 | 9 => {
                if let Some(next) = exchange.poll_timeout() {
                    now = now.max(next);
                }
                exchange.handle_timeout(now);
            }
            10 => {
                now += Duration::from_millis(operations.number().into());
                exchange.handle_timeout(now);
            }
            11 => exchange.dropout(now, line, Duration::from_millis(operations.number().into())),
            12 => exchange.retrain(now, line, Duration::from_millis(operations.number().into())),
            13 => exchange.renegotiate(now, line, 300 + u32::from(operations.number())),
            14 => exchange.clear_waiting_call(line),
            _ => exchange.handle_retrain(now, line),
        }
        gone += accounted_for(&mut exchange, &lines);
        assert!(gone <= sent, "{gone} octets came or were lost of {sent}");
    }
    for line in &lines {
        exchange.clear(now, *line, Release::Orderly);
        exchange.handle_on_hook(now, *line);
    }
    // Caller ID, clearing, the rest of a ring: a bounded number of steps, and then nothing is left to happen.
    for _ in 0..10_000 {
        gone += accounted_for(&mut exchange, &lines);
        let Some(next) = exchange.poll_timeout() else {
            assert_eq!(gone, sent, "every octet came or was lost");
            return;
        };
        now = now.max(next);
        exchange.handle_timeout(now);
    }
    panic!("everybody has hung up, and it does not come to rest");
}

/// How many octets come out now, or are told to be lost.
fn accounted_for(exchange: &mut Exchange, lines: &[LineId]) -> usize {
    let mut octets = 0;
    for line in lines {
        while let Some(output) = exchange.poll_output(*line) {
            octets += match output {
                LineOutput::ToModem(LineEvent::Octets(some)) => some.len(),
                LineOutput::ToCaller(offhook_telephony::exchange::CallerEvent::Octets(some)) => some.len(),
                LineOutput::Lost(loss) => usize::try_from(loss.octets).unwrap_or(usize::MAX),
                _ => 0,
            };
        }
    }
    octets
}
