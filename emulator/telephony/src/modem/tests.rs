//! Chats with the modem: tables of DTE octets and DCE octets, and dialogues with virtual pauses.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use super::*;
use crate::exchange::Carrier;
use crate::trace::EventKind;

mod calls;
mod circuits;
mod commands;
mod dialling;
mod faults;
mod flow;
mod hang_up;
mod hold_off;
mod last_call;
mod packet_service;
mod pair;
mod power;
mod ringing;

/// A modem with a DTE, and the time.
struct Bench {
    modem: Modem,
    now: Instant,
    /// Circuits that have changed, which [`Self::outputs`] leaves out.
    circuits: Vec<(Circuit, bool)>,
}

impl Bench {
    fn new() -> Self {
        Self::with(ModemConfig::default())
    }

    fn with(config: ModemConfig) -> Self {
        let mut bench = Self { modem: Modem::new(config), now: Instant::ZERO, circuits: Vec::new() };
        bench.modem.handle_circuit_108(bench.now, true);
        bench
    }

    /// A modem without echo, in data state at 33600 bit/s.
    fn online() -> Self {
        let mut bench = Self::new();
        bench.chat("ATE0\r");
        bench.ring(1);
        bench.chat("ATA\r");
        bench.pause(8000);
        bench.line(LineEvent::Connected(Carrier::new(33_600)));
        bench.outputs();
        bench
    }

    /// Everything the modem says now but circuits.
    fn outputs(&mut self) -> Vec<ModemOutput> {
        let all: Vec<ModemOutput> = std::iter::from_fn(|| self.modem.poll_output()).collect();
        let mut said = Vec::new();
        for output in all {
            match output {
                ModemOutput::Circuit(circuit, on) => self.circuits.push((circuit, on)),
                output => said.push(output),
            }
        }
        said
    }

    /// Circuits that have changed since the last time; everything else it said is thrown away.
    fn circuits(&mut self) -> Vec<(Circuit, bool)> {
        self.outputs();
        std::mem::take(&mut self.circuits)
    }

    /// What the DTE gets now, as text.
    fn dce(&mut self) -> String {
        let mut octets = Vec::new();
        for output in self.outputs() {
            if let ModemOutput::ToDte(said) = output {
                octets.extend(said);
            }
        }
        String::from_utf8(octets).unwrap()
    }

    /// The DTE sends octets one by one, as a serial port hands them over; returns what it gets.
    fn chat(&mut self, octets: &str) -> String {
        self.type_only(octets);
        self.dce()
    }

    fn type_only(&mut self, octets: &str) {
        for octet in octets.bytes() {
            self.modem.handle_dte_octets(self.now, &[octet]);
        }
    }

    /// Time passes, in milliseconds, and whatever is due happens at its moment.
    fn pause(&mut self, millis: u64) {
        let until = self.now + Duration::from_millis(millis);
        while let Some(due) = self.modem.poll_timeout().filter(|due| *due <= until) {
            self.now = due;
            self.modem.handle_timeout(due);
        }
        self.now = until;
    }

    fn line(&mut self, event: LineEvent) {
        self.modem.handle_line(self.now, event);
    }

    /// A ring burst of 2 s.
    fn ring(&mut self, ring: u32) {
        self.line(LineEvent::RingOn { ring, first: true, pattern: 1 });
        self.pause(2000);
        self.line(LineEvent::RingOff { ring });
    }

    /// What was traced of the outputs.
    fn traced(&mut self) -> Vec<EventKind> {
        self.outputs()
            .into_iter()
            .filter_map(|o| if let ModemOutput::Trace(what) = o { Some(what) } else { None })
            .collect()
    }
}

fn command(text: &str) -> EventKind {
    EventKind::Command { text: text.into() }
}

fn response(text: &str) -> EventKind {
    EventKind::Response { text: text.into() }
}

/// Runs a table of what the DTE sends and what it gets, on one modem.
fn table(rows: &[(&str, &str)]) {
    let mut bench = Bench::new();
    for (dte, dce) in rows {
        assert_eq!(&bench.chat(dte), dce, "to {dte:?}");
    }
}

// M12, M13, M14, M15, V.250 §6.2.4 to §6.2.6
#[test]
fn echo_quiet_and_verbose_do_as_they_say() {
    table(&[
        ("AT\r", "AT\r\r\nOK\r\n"),
        ("ATE0\r", "ATE0\r\r\nOK\r\n"),
        ("AT\r", "\r\nOK\r\n"),
        ("ATV0\r", "0\r"),
        ("AT$\r", "4\r"),
        ("ATS7?\r", "050\r\n0\r"),
        ("ATQ1\r", ""),
        ("AT$\r", ""),
        ("ATS7?\r", "050\r\n"),
        ("ATQ0V1\r", "\r\nOK\r\n"),
        ("A/", "\r\nOK\r\n"),
    ]);
}

// M7, M10, V.250 §5.6, §5.3.2
#[test]
fn commands_run_until_the_first_failure_and_those_before_it_stand() {
    table(&[
        ("ATE0\r", "ATE0\r\r\nOK\r\n"),
        ("ATS7=60S0=2Y9S7=70\r", "\r\nERROR\r\n"),
        ("ATS7?S0?\r", "\r\n060\r\n\r\n002\r\n\r\nOK\r\n"),
        ("ATS7=0\r", "\r\nERROR\r\n"),
        ("ATS1=1\r", "\r\nERROR\r\n"),
        ("ATS99?\r", "\r\nERROR\r\n"),
        ("ATS10\r", "\r\nOK\r\n"),
        ("AT?\r", "\r\n014\r\n\r\nOK\r\n"),
        ("AT=20\r", "\r\nOK\r\n"),
        ("ATS10?\r", "\r\n020\r\n\r\nOK\r\n"),
        ("AT&FE0S7?\r", "\r\n050\r\n\r\nOK\r\n"),
    ]);
}

// M6, TIA-602
#[test]
fn an_overlong_line_is_one_error_and_nothing_of_it_is_done() {
    let mut bench = Bench::new();
    bench.chat("ATE0\r");
    let long = format!("ATS0=1{}\r", "E0".repeat(200));
    assert_eq!(bench.chat(&long), "\r\nERROR\r\n");
    assert_eq!(bench.chat("ATS0?\r"), "\r\n000\r\n\r\nOK\r\n");
}

#[test]
fn result_codes_are_framed_by_the_values_of_s3_and_s4() {
    let mut bench = Bench::new();
    bench.chat("ATE0\r");
    assert_eq!(bench.chat("ATS4=45\r"), "\r-OK\r-");
    assert_eq!(bench.chat("ATS3=33\r"), "!-OK!-");
    assert_eq!(bench.chat("AT!"), "!-OK!-");
}

// M9, M37, M54, M58, V.250 §6.1, T.31, V.253
#[test]
fn the_modem_tells_what_it_is() {
    table(&[
        ("ATE0\r", "ATE0\r\r\nOK\r\n"),
        ("ATI\r", "\r\noffhook data modem\r\n\r\nOK\r\n"),
        ("AT+GMI;+GMM\r", "\r\noffhook\r\n\r\noffhook data modem\r\n\r\nOK\r\n"),
        ("AT+GCAP\r", "\r\n+GCAP: +MS,+ES,+DS\r\n\r\nOK\r\n"),
        ("AT+FCLASS?\r", "\r\n0\r\n\r\nOK\r\n"),
        ("AT+FCLASS=?\r", "\r\n0\r\n\r\nOK\r\n"),
        ("AT+FCLASS=0\r", "\r\nOK\r\n"),
        ("AT+FCLASS=2\r", "\r\nERROR\r\n"),
        ("AT+VCID=?;+VCID?\r", "\r\n+VCID: (0-2)\r\n\r\n+VCID: 1\r\n\r\nOK\r\n"),
        ("AT#CID=0\r", "\r\nOK\r\n"),
        ("AT+VCID?\r", "\r\n+VCID: 0\r\n\r\nOK\r\n"),
        ("AT+VCID=3\r", "\r\nERROR\r\n"),
        ("AT+XYZ\r", "\r\nERROR\r\n"),
    ]);
}

// M57, V.250 §6.5, §6.6
#[test]
fn what_initialisations_set_and_nobody_feels_is_taken() {
    table(&[
        ("ATE0\r", "ATE0\r\r\nOK\r\n"),
        ("AT+MS=V34,1,9600,33600\r", "\r\nOK\r\n"),
        ("AT+MS?\r", "\r\n+MS: V34,1,9600,33600,0,0\r\n\r\nOK\r\n"),
        ("AT+DS=3;+ES=3,0,2;+MR=1\r", "\r\nOK\r\n"),
        ("AT&FE0&C1&D2&K3&Q5&R1W2N1\\N3%C3\r", "\r\nOK\r\n"),
        ("AT+MS?\r", "\r\n+MS: V90,1,0,0,0,0\r\n\r\nOK\r\n"),
        ("AT\\N9\r", "\r\nERROR\r\n"),
    ]);
}

#[test]
fn a_modem_without_a_call_has_no_carrier_to_return_to() {
    table(&[
        ("ATE0\r", "ATE0\r\r\nOK\r\n"),
        ("ATO\r", "\r\nNO CARRIER\r\n"),
        ("ATO1\r", "\r\nNO CARRIER\r\n"),
        ("ATH\r", "\r\nOK\r\n"),
        ("ATDL\r", "\r\nERROR\r\n"),
    ]);
}

#[test]
fn mgetty_of_bookworm_initialises_the_modem() {
    let mut bench = Bench::new();
    bench.type_only("ATQ0V1H0\r");
    assert_eq!(bench.traced(), [command("ATQ0V1H0"), response("OK")]);
    bench.pause(50);
    assert_eq!(bench.chat("AT\r"), "AT\r\r\nOK\r\n");
}

#[test]
fn mgetty_of_upstream_initialises_the_modem() {
    let mut bench = Bench::new();
    assert_eq!(bench.chat("ATQ0V1H0\r"), "ATQ0V1H0\r\r\nOK\r\n");
    bench.pause(50);
    assert_eq!(bench.chat("ATS0=0Q0&D3&C1\r"), "ATS0=0Q0&D3&C1\r\r\nOK\r\n");
}

#[test]
fn mgetty_s_fax_probe_finds_a_data_modem() {
    for (probe, last) in [
        ("ATI\r", "\r\nOK\r\n"),
        ("AT+FCLASS=2.0\r", "\r\nERROR\r\n"),
        ("AT+FCLASS=2\r", "\r\nERROR\r\n"),
        ("AT+FAA=1;+FCR=1\r", "\r\nERROR\r\n"),
        ("AT+FLI=\" \"\r", "\r\nERROR\r\n"),
        ("AT+FCC=1,5,0,2,0,0,0,0\r", "\r\nERROR\r\n"),
    ] {
        let said = Bench::new().chat(probe);
        assert!(said.ends_with(last), "to {probe:?}: {said:?}");
    }
}

#[test]
fn mgetty_s_forced_initialisation_finds_the_modem_in_any_state() {
    for mut bench in [Bench::new(), Bench::online()] {
        bench.pause(5000);
        bench.chat("\x10\x03");
        bench.pause(1500);
        bench.chat("+++");
        bench.pause(1500);
        bench.chat("\r");
        bench.pause(500);
        bench.outputs();
        bench.type_only("ATQ0V1H0\r");
        let said = bench.traced();
        assert_eq!(said, [command("ATQ0V1H0"), response("OK")]);
        bench.ring(1);
        assert_eq!(bench.traced(), [response("RING")], "on hook again");
    }
}

#[test]
fn octets_that_are_no_command_line_are_reported_and_not_answered() {
    let mut bench = Bench::new();
    bench.type_only("\x10\x03+++\r\r\nOK\r\n");
    let ignored = |text: &str| EventKind::Ignored { text: text.into() };
    assert_eq!(bench.traced(), [ignored("\\x10\\x03+++\\r"), ignored("\\r"), ignored("OK\\r")]);
}

// M53, V.250 §6.1.1, §6.1.2
#[test]
fn w_stores_what_z_brings_back() {
    let mut bench = Bench::new();
    bench.chat("ATE0S7=60&W\r");
    bench.chat("ATS7=70&F\r");
    assert_eq!(bench.chat("ATZ\r"), "ATZ\r\r\nOK\r\n");
    assert_eq!(bench.chat("ATS7?\r"), "\r\n060\r\n\r\nOK\r\n");
}

proptest::proptest! {
    #[test]
    fn no_octets_at_any_time_upset_the_modem(octets in proptest::collection::vec(0u8..=255, 0..200), gap in 0u64..2000) {
        let mut bench = Bench::new();
        for chunk in octets.chunks(7) {
            bench.modem.handle_dte_octets(bench.now, chunk);
            bench.pause(gap);
            bench.outputs();
        }
        bench.pause(60_000);
        bench.outputs();
        bench.modem.handle_circuit_108(bench.now, false);
        bench.modem.handle_circuit_108(bench.now, true);
        bench.outputs();
        bench.type_only("\rATZ\r");
        let ended = matches!(bench.modem.state, State::Command);
        proptest::prop_assert!(ended);
    }
}

/// One thing that may happen to a modem.
fn happen(bench: &mut Bench, what: u8, value: u8) {
    const LINES: &[&str] = &["ATA\r", "ATD9W,5@1!;\r", "ATH1\r", "ATO1\r", "AT&D1+IFC=1,1\r", "ATX4+VDR=1,5\r", "+++"];
    const TONES: &[Tone] = &[Tone::Dial, Tone::Ringing, Tone::Busy, Tone::Answer, Tone::Silence];
    let on = value.is_multiple_of(2);
    let pick = |length: usize| usize::from(value) % length;
    match what % 14 {
        0 | 1 => bench.type_only(LINES[pick(LINES.len())]),
        2 => bench.modem.handle_circuit_108(bench.now, on),
        3 => bench.modem.handle_circuit_105(bench.now, on),
        4 => bench.line(LineEvent::Tone(TONES[pick(TONES.len())])),
        5 => bench.line(LineEvent::Connected(Carrier::new(u32::from(value) * 300))),
        6 => bench.line(LineEvent::CarrierLost { abrupt: on }),
        7 => bench.line(if on { LineEvent::Retrain } else { LineEvent::CarrierBack }),
        8 => bench.line(LineEvent::RingOn { ring: u32::from(value), first: on, pattern: value }),
        9 => bench.line(LineEvent::RingOff { ring: u32::from(value) }),
        10 => bench.line(LineEvent::Octets(vec![value; usize::from(value) * 20])),
        11 => bench.modem.handle_dte_octets(bench.now, &vec![value; usize::from(value) * 20]),
        12 => bench.modem.handle_dte_speed(bench.now, on.then_some(u32::from(value) * 100)),
        _ => bench.line(LineEvent::Renegotiated(Carrier::new(u32::from(value) * 100))),
    }
}

proptest::proptest! {
    #[test]
    fn nothing_that_happens_in_any_order_upsets_the_modem(
        events in proptest::collection::vec((0u8..=255, 0u8..=255, 0u64..3000), 0..80)
    ) {
        let mut bench = Bench::new();
        for (what, value, pause) in events {
            happen(&mut bench, what, value);
            bench.pause(pause);
            let due = bench.modem.poll_timeout();
            proptest::prop_assert!(due.is_none_or(|due| due > bench.now), "left undone: {due:?}");
            bench.outputs();
        }
        bench.modem.handle_circuit_105(bench.now, true);
        bench.modem.handle_dte_octets(bench.now, b"\x11");
        bench.pause(600_000);
        proptest::prop_assert!(bench.modem.wants_dte_octets() || bench.modem.circuit(Circuit::C109));
    }
}
