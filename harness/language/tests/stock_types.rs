//! The modem types that programs bring along dial on every model that claims the make: their initialisation, their dial command,
//! the result code they wait for, their hang-up; each against a generic modem that answers.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use offhook_clock::{Instant, earliest};
use offhook_language::model;
use offhook_telephony::exchange::{Exchange, LineConfig, LineId, LineOutput, Stamp};
use offhook_telephony::modem::{Modem, ModemConfig, ModemOutput};

/// A program's type of modem: its lines, what it dials with, how it hangs up, where that is from.
struct Type {
    name: &'static str,
    models: &'static [&'static str],
    lines: &'static [&'static str],
    dial: &'static str,
    /// What it says to hang up, each answered by OK; none: it drops DTR.
    hang_up: &'static [&'static str],
}

const ALL: &[&str] =
    &["generic", "usr-courier", "usr-sportster", "rockwell-56k", "zyxel-u1496", "hayes-accura", "elsa-microlink"];
const ESCAPE: &[&str] = &["+++", "ATH\r"];

const TYPES: &[Type] = &[
    // minicom up to 2.7, its defaults.
    Type {
        name: "minicom",
        models: ALL,
        lines: &["AT S7=45 S0=0 L1 V1 X4 &c1 E1 Q0\r"],
        dial: "ATDT5552000\r",
        hang_up: ESCAPE,
    },
    // wvdial 1.61: Init1 and Init2 as wvdialconf writes them.
    Type {
        name: "wvdial",
        models: ALL,
        lines: &["ATZ\r", "ATQ0 V1 E1 S0=0 &C1 &D2 +FCLASS=0\r"],
        dial: "ATDT5552000\r",
        hang_up: ESCAPE,
    },
    // Taylor UUCP 1.07 in Debian, /etc/uucp/dial: hayes.
    Type { name: "uucp, hayes", models: ALL, lines: &["ATZ\r", "ATM0L0E1Q0\r"], dial: "ATDT5552000\r", hang_up: &[] },
    // efax 0.9a, efax.rc: INIT without the fax class.
    Type {
        name: "efax",
        models: ALL,
        lines: &["ATZ\r", "AT&FE&D2S7=120\r", "AT&C0\r"],
        dial: "ATDT5552000\r",
        hang_up: &[],
    },
    // Windows' standard modem types; the lines as in initialisations.rs.
    Type {
        name: "Windows, standard",
        models: ALL,
        lines: &["AT\r", "ATE0V1\r", "AT&F E0 V1 &D2 &C1 S0=0\r", "ATX3\r"],
        dial: "ATDT5552000\r",
        hang_up: &["+++", "ATH E1\r"],
    },
    // Windows' type for US Robotics; likewise.
    Type {
        name: "Windows, US Robotics",
        models: &["usr-courier", "usr-sportster"],
        lines: &["AT&F1E0Q0V1&C1&D2S0=0\r"],
        dial: "ATDT5552000\r",
        hang_up: &["+++", "ATH\r"],
    },
    // C-Kermit, ckudia.c.
    Type {
        name: "C-Kermit, usrobotics",
        models: &["usr-courier", "usr-sportster"],
        lines: &["ATQ0X4&A3&N0&Y3S14=0\r", "AT&H1&R2&I0\r", "AT&M4&B1\r", "AT&K1\r"],
        dial: "ATDT5552000\r",
        hang_up: &["+++", "ATQ0H0\r"],
    },
    Type {
        name: "C-Kermit, rockwell-v90",
        models: &["rockwell-56k"],
        lines: &["ATQ0V1N1X4Y0&C1&D2%E2\\K5+FCLASS=0S37=0\r"],
        dial: "ATDT5552000\r",
        hang_up: ESCAPE,
    },
    Type {
        name: "C-Kermit, zyxel",
        models: &["zyxel-u1496"],
        lines: &["ATQ0E1&N0X5&Y1\r", "AT&H3\r"],
        dial: "ATDT5552000\r",
        hang_up: ESCAPE,
    },
    Type {
        name: "C-Kermit, hayes-high-speed",
        models: &["hayes-accura"],
        lines: &["ATQ0X4N1Y0S37=0\r", "AT&K3\r"],
        dial: "ATDT5552000\r",
        hang_up: ESCAPE,
    },
];

/// The model under test, and a modem that answers.
struct Pair {
    exchange: Exchange,
    modems: [(LineId, Modem, Vec<u8>); 2],
    now: Instant,
}

impl Pair {
    fn new(name: &str) -> Self {
        let mut exchange = Exchange::new();
        let personality = model::load(name).unwrap_or_else(|_| panic!("no model {name}"));
        let tested = ModemConfig { personality, ..ModemConfig::default() };
        let answering = ModemConfig { auto_answer: 1, ..ModemConfig::default() };
        let modems = [("5551000", tested), ("5552000", answering)].map(|(number, config)| {
            let mut modem = Modem::new(config);
            modem.handle_circuit_108(Instant::ZERO, true);
            (exchange.subscribe(number, LineConfig::default()), modem, Vec::new())
        });
        let mut pair = Self { exchange, modems, now: Instant::ZERO };
        pair.pass(Duration::from_secs(5));
        pair
    }

    fn settle(&mut self) {
        let mut moved = true;
        while std::mem::take(&mut moved) {
            for (line, modem, dte) in &mut self.modems {
                while let Some(output) = self.exchange.poll_output(*line) {
                    moved = true;
                    if let LineOutput::ToModem(event) = output {
                        modem.handle_line(self.now, event);
                    }
                }
                while let Some(output) = modem.poll_output() {
                    moved = true;
                    match output {
                        ModemOutput::ToDte(octets) => dte.extend(octets),
                        ModemOutput::ToLine(octets) => self.exchange.send(self.now, *line, &octets),
                        ModemOutput::OffHook => self.exchange.handle_off_hook(self.now, *line),
                        ModemOutput::OnHook => self.exchange.handle_on_hook(self.now, *line),
                        ModemOutput::Dial(number) | ModemOutput::DialAddress(number) => {
                            self.exchange.handle_dial(self.now, *line, &number, Stamp::default());
                        }
                        ModemOutput::Retrain => self.exchange.handle_retrain(self.now, *line),
                        ModemOutput::Circuit(..) | ModemOutput::HangUpDte | ModemOutput::Trace(_) => {}
                    }
                }
            }
        }
    }

    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        self.settle();
        while let Some(due) = self
            .modems
            .iter()
            .fold(self.exchange.poll_timeout(), |next, (_, modem, _)| earliest(next, modem.poll_timeout()))
            .filter(|due| *due <= until)
        {
            self.now = due.max(self.now);
            self.exchange.handle_timeout(self.now);
            for (_, modem, _) in &mut self.modems {
                modem.handle_timeout(self.now);
            }
            self.settle();
        }
        self.now = until;
    }

    /// The program writes, and waits for so long; the last line it reads.
    fn chat(&mut self, text: &str, seconds: u64) -> String {
        self.modems[0].2.clear();
        self.modems[0].1.handle_dte_octets(self.now, text.as_bytes());
        self.pass(Duration::from_secs(seconds));
        let said = String::from_utf8_lossy(&self.modems[0].2).into_owned();
        said.trim_end().rsplit(['\r', '\n']).next().unwrap_or_default().to_owned()
    }
}

#[test]
fn stock_types_dial_and_hang_up_on_every_model_of_their_make() {
    for stock in TYPES {
        for name in stock.models {
            let mut pair = Pair::new(name);
            for line in stock.lines {
                assert_eq!(pair.chat(line, 2), "OK", "{} on {name}: {line:?}", stock.name);
            }
            let connect = pair.chat(stock.dial, 40);
            assert!(connect.starts_with("CONNECT"), "{} on {name}: {connect:?}", stock.name);
            for command in stock.hang_up {
                assert_eq!(pair.chat(command, 3), "OK", "{} on {name}: {command:?}", stock.name);
            }
            if stock.hang_up.is_empty() {
                pair.modems[0].1.handle_circuit_108(pair.now, false);
                pair.pass(Duration::from_secs(3));
            }
            assert!(!pair.modems[0].1.is_online(), "{} on {name}", stock.name);
            assert!(!pair.modems[1].1.is_online(), "{} on {name}: the other end", stock.name);
        }
    }
}
