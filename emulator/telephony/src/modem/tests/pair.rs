//! Two modems on one exchange: one dials the other.

use super::*;
use crate::exchange::{Exchange, LineConfig, LineId, LineOutput, Stamp};
use offhook_clock::earliest;

/// Two subscribers with modems, and what their DTEs have got.
struct Pair {
    exchange: Exchange,
    modems: [(LineId, Modem, Vec<u8>); 2],
    now: Instant,
}

impl Pair {
    fn new() -> Self {
        let mut exchange = Exchange::new();
        let modems = ["5551000", "5552000"].map(|number| {
            let line = exchange.subscribe(number, LineConfig::default());
            let mut modem = Modem::new(ModemConfig::default());
            modem.handle_circuit_108(Instant::ZERO, true);
            (line, modem, Vec::new())
        });
        let mut pair = Self { exchange, modems, now: Instant::ZERO };
        for index in 0..2 {
            pair.chat(index, "ATE0\r", 10);
        }
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

    /// A DTE writes, and so long passes; returns what it has got since the last time.
    fn chat(&mut self, index: usize, octets: &str, millis: u64) -> String {
        self.modems[index].1.handle_dte_octets(self.now, octets.as_bytes());
        self.settle();
        let until = self.now + Duration::from_millis(millis);
        loop {
            let modems = self.modems.iter().filter_map(|(_, modem, _)| modem.poll_timeout()).min();
            let Some(due) = earliest(self.exchange.poll_timeout(), modems).filter(|due| *due <= until) else { break };
            self.now = due;
            self.exchange.handle_timeout(due);
            self.modems.iter_mut().for_each(|(_, modem, _)| modem.handle_timeout(due));
            self.settle();
        }
        self.now = until;
        String::from_utf8(std::mem::take(&mut self.modems[index].2)).unwrap()
    }
}

// M21, M24, M31, V.250 §6.3.1, §6.3.5, §6.3.6
#[test]
fn one_modem_dials_another_they_talk_and_one_hangs_up() {
    let mut pair = Pair::new();
    assert_eq!(pair.chat(0, "ATDT5552000\r", 5000), "");
    assert!(pair.chat(1, "", 0).ends_with("RING\r\n"));
    assert_eq!(pair.chat(1, "ATA\r", 20_000), "\r\nCONNECT 33600\r\n");
    assert_eq!(pair.chat(0, "hello", 100), "\r\nCONNECT 33600\r\n");
    assert_eq!(pair.chat(1, "world", 2000), "hello");
    assert_eq!(pair.chat(0, "+++", 2000), "world\r\nOK\r\n");
    assert_eq!(pair.chat(0, "ATO\r", 2000), "\r\nCONNECT 33600\r\n");
    assert_eq!(pair.chat(0, "+++", 2000), "\r\nOK\r\n");
    assert_eq!(pair.chat(0, "ATH\r", 1000), "\r\nOK\r\n");
    assert_eq!(pair.chat(1, "", 0), "++++++\r\nNO CARRIER\r\n");
}

// M26, V.250 §6.3.7
#[test]
fn after_o1_octets_wait_both_ways_for_as_long_as_training_takes() {
    let mut pair = Pair::new();
    pair.chat(1, "ATS0=1\r", 100);
    assert!(pair.chat(0, "ATDT5552000\r", 30_000).contains("CONNECT"));
    pair.chat(1, "", 0);
    assert_eq!(pair.chat(0, "+++", 2000), "\r\nOK\r\n");
    assert_eq!(pair.chat(0, "ATO1\r", 100), "\r\nCONNECT 33600\r\n");
    pair.chat(0, "there", 0);
    assert_eq!(pair.chat(1, "back", 7500), "+++");
    assert_eq!(pair.chat(0, "", 0), "");
    assert_eq!(pair.chat(1, "", 1000), "there");
    assert_eq!(pair.chat(0, "", 0), "back");
}

// M23, V.250 §6.2.7
#[test]
fn a_line_taken_by_h1_is_busy_and_a_number_nobody_has_brings_no_carrier() {
    let mut pair = Pair::new();
    assert_eq!(pair.chat(1, "ATH1\r", 100), "\r\nOK\r\n");
    assert_eq!(pair.chat(0, "ATDT5552000\r", 10_000), "\r\nBUSY\r\n");
    assert_eq!(pair.chat(1, "ATH0\r", 100), "\r\nOK\r\n");
    assert_eq!(pair.chat(0, "ATS7=20DT911\r", 60_000), "\r\nNO CARRIER\r\n");
    assert_eq!(pair.chat(0, "ATS7=20DT5552000\r", 60_000), "\r\nNO CARRIER\r\n", "nobody answers");
}

// M52, V.250 §6.4
#[test]
fn throughput_is_the_rate_of_the_line() {
    let mut pair = Pair::new();
    pair.chat(1, "ATS0=1\r", 100);
    assert!(pair.chat(0, "ATDT5552000\r", 20_000).contains("CONNECT"));
    pair.chat(1, "", 0);
    pair.chat(0, &"x".repeat(3360), 0);
    // 10 bits an octet at 33600 bit/s: 3360 octets a second, and 10 ms of delay.
    let early = pair.chat(1, "", 990).len();
    assert!((3200..3360).contains(&early), "{early}");
    assert_eq!(early + pair.chat(1, "", 30).len(), 3360);
}
