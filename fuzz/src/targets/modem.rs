//! V.250: a modem by operations: what its DTE types, what its line does, time.

use std::time::Duration;

use offhook_clock::Instant;
use offhook_telephony::exchange::{Carrier, LineEvent, Tone};
use offhook_telephony::modem::{Modem, ModemConfig, ModemOutput};

use crate::operations::Operations;
use crate::{Target, corpus};

pub(super) const TARGET: Target = Target {
    name: "modem",
    about: "a modem by operations: command lines, calls, octets both ways; it says no more than it was asked",
    run,
    corpus: || {
        let lines: Vec<Vec<u8>> = LINES.iter().map(|line| format!("AT{line}\r").into_bytes()).collect();
        corpus::as_operations(0, &lines)
    },
    words: &[
        b"AT",
        b"\r",
        b"+++",
        b"A/",
        b"ATD555;\r",
        b"S0=1",
        b"+IPR=?",
        b"&F",
        b"&V",
        b"+VCID?",
        b"\x08",
        b"+FCLASS=8",
        b"D5W,@!",
    ],
    short: 3_000,
};

const LINES: &[&str] = &[
    "",
    "Z",
    "&F",
    "E0V1Q0X4&C1&D2",
    "S0=1",
    "S7?",
    "S2=43S12=50",
    "DT5551000",
    "DP555;",
    "A",
    "H",
    "O",
    "O1",
    "I3",
    "&V",
    "&W0",
    "+GMI",
    "+IPR=57600",
    "+IFC=2,2",
    "+MS=V34,1,300,33600",
    "+ES?",
    "+DS=?",
    "+VCID=1",
    "+FCLASS?",
    "+FCLASS=8",
    "+VLS=1",
    "M0L0",
    "&Z0=5551000",
    "DS=0",
    "\\N3%C0",
    "X9",
    "S999=1",
    "+XYZ=7,\"a;b\"",
    "L",
    "#CID=1",
    "*E",
    "-V1",
    "N1W2",
];

fn carrier(rate: u16) -> Carrier {
    Carrier::new(300 + u32::from(rate))
}

fn event(operations: &mut Operations<'_>) -> LineEvent {
    match operations.octet().unwrap_or_default() % 10 {
        0 => LineEvent::RingOn { ring: operations.octet().unwrap_or(1).into(), first: true, pattern: 1 },
        1 => LineEvent::RingOff { ring: 1 },
        2 => LineEvent::Tone(Tone::Dial),
        3 => LineEvent::Tone(Tone::Busy),
        4 => LineEvent::Connected(carrier(operations.number())),
        5 => LineEvent::Octets(operations.octets().to_vec()),
        6 => LineEvent::CarrierLost { abrupt: false },
        7 => LineEvent::CarrierBack,
        8 => LineEvent::Retrain,
        _ => LineEvent::Renegotiated(carrier(operations.number())),
    }
}

fn run(input: &[u8]) {
    let mut modem = Modem::new(ModemConfig::default());
    let mut now = Instant::ZERO;
    modem.handle_circuit_108(now, true);
    let mut operations = Operations::new(input);
    while let Some(operation) = operations.octet() {
        let mut given = 0;
        match operation & 7 {
            0 | 1 => {
                let octets = operations.octets();
                given = octets.len();
                modem.handle_dte_octets(now, octets);
            }
            2 => modem.handle_circuit_108(now, operation & 8 == 0),
            3 => modem.handle_circuit_105(now, operation & 8 == 0),
            4 => {
                let event = event(&mut operations);
                given = 256;
                modem.handle_line(now, event);
            }
            5 => {
                if let Some(next) = modem.poll_timeout() {
                    now = now.max(next);
                }
                modem.handle_timeout(now);
            }
            _ => {
                now += Duration::from_millis(operations.number().into());
                modem.handle_timeout(now);
            }
        }
        let mut said = 0;
        while let Some(output) = modem.poll_output() {
            if let ModemOutput::ToDte(octets) | ModemOutput::ToLine(octets) = output {
                said += octets.len();
            }
        }
        // AT&V and its like answer a few octets with a page; what waited for a DTE that was stopped comes at once.
        assert!(said <= 64 * 1024 + 2_048 * (given + 1), "{said} octets for {given}");
    }
}
