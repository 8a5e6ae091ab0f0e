//! What the DTE's circuits show: 105 to 109 and 125.

use super::*;
use crate::exchange::Carrier;
use Circuit::{C106, C107, C109, C125};

/// To data state and back by the far end, with these settings: what circuit 109 did.
fn circuit_109(settings: &str) -> Vec<bool> {
    let mut bench = Bench::new();
    bench.chat(&format!("ATE0{settings}\r"));
    bench.chat("ATA\r");
    bench.line(LineEvent::Connected(Carrier::new(9600)));
    bench.line(LineEvent::CarrierLost { abrupt: false });
    bench.pause(50);
    bench.circuits().into_iter().filter(|(circuit, _)| *circuit == C109).map(|(_, on)| on).collect()
}

// M43, V.250 §6.2.8
#[test]
fn circuit_109_follows_carrier_or_is_always_on() {
    assert_eq!(circuit_109("&C1"), [true, false]);
    assert_eq!(circuit_109("&C0"), [true]);
}

// M43, V.250 §6.2.8
#[test]
fn circuit_109_is_on_just_before_connect_and_off_before_the_port_is_hung_up() {
    let mut bench = Bench::new();
    bench.chat("ATE0\r");
    bench.chat("ATA\r");
    bench.line(LineEvent::Connected(Carrier::new(9600)));
    let said: Vec<ModemOutput> = std::iter::from_fn(|| bench.modem.poll_output()).collect();
    let place = |wanted: &ModemOutput| said.iter().position(|output| output == wanted);
    let connect = ModemOutput::ToDte(b"\r\nCONNECT 9600\r\n".to_vec());
    assert!(place(&ModemOutput::Circuit(C109, true)).unwrap() < place(&connect).unwrap(), "{said:?}");
    bench.line(LineEvent::CarrierLost { abrupt: false });
    bench.pause(50);
    let said: Vec<ModemOutput> = std::iter::from_fn(|| bench.modem.poll_output()).collect();
    let place = |wanted: &ModemOutput| said.iter().position(|output| output == wanted);
    assert!(place(&ModemOutput::Circuit(C109, false)).unwrap() < place(&ModemOutput::HangUpDte).unwrap(), "{said:?}");
}

// M25 and M43, V.250 §6.3.6
#[test]
fn h_turns_circuit_109_off_and_is_harmless_when_idle() {
    let mut bench = Bench::online();
    bench.pause(1100);
    bench.type_only("+++");
    bench.pause(1100);
    bench.circuits();
    assert!(bench.chat("ATH\r").ends_with("\r\nOK\r\n"));
    assert_eq!(bench.circuits(), [(C109, false)]);
    assert_eq!(bench.chat("ATH0\r"), "\r\nOK\r\n");
    assert_eq!(bench.circuits(), []);
}

// M44, V.250 §6.2.9 and Hayes &D3
#[test]
fn circuit_108_off_does_as_d_says() {
    for (settings, on_hook, carrier) in
        [("&D0", false, true), ("&D1", false, true), ("&D2", true, false), ("&D3", true, false)]
    {
        let mut bench = Bench::new();
        bench.chat(&format!("ATE0S7=60{settings}\r"));
        bench.chat("ATA\r");
        bench.line(LineEvent::Connected(Carrier::new(9600)));
        bench.outputs();
        bench.modem.handle_circuit_108(bench.now, false);
        assert_eq!(bench.outputs().contains(&ModemOutput::OnHook), on_hook, "{settings}");
        assert_eq!(bench.modem.circuit(C109), carrier, "{settings}");
        let command_state = !matches!(bench.modem.state, State::Data { .. });
        assert_eq!(command_state, settings != "&D0", "{settings}");
        bench.modem.handle_circuit_108(bench.now, true);
        if settings == "&D3" {
            assert!(bench.chat("ATS7?\r").contains("050"), "the stored settings are back");
        }
    }
}

// M45, V.24 circuit 125
#[test]
fn circuit_125_follows_the_bursts_and_is_off_after_the_answer() {
    let mut bench = Bench::new();
    bench.chat("ATE0\r");
    bench.circuits();
    let on = |first| LineEvent::RingOn { ring: 1, first, pattern: 1 };
    bench.line(on(true));
    assert_eq!(bench.circuits(), [(C125, true)]);
    bench.pause(400);
    bench.line(LineEvent::RingOff { ring: 1 });
    assert_eq!(bench.circuits(), [(C125, false)]);
    bench.pause(200);
    bench.line(on(false));
    assert_eq!(bench.circuits(), [(C125, true)]);
    bench.chat("ATA\r");
    assert_eq!(bench.circuits(), [(C125, false)], "answered in the middle of a burst");
    bench.line(LineEvent::RingOff { ring: 1 });
    assert_eq!(bench.circuits(), []);
}

// M46, V.24 circuit 107, Hayes &S
#[test]
fn circuit_107_is_always_on_or_from_the_answer_tone_to_the_end() {
    let mut bench = Bench::new();
    assert_eq!(bench.circuits(), [(C107, true), (C106, true)]);
    bench.chat("ATE0&S1\r");
    assert_eq!(bench.circuits(), [(C107, false)]);
    bench.chat("ATDT5551234\r");
    bench.line(LineEvent::Tone(Tone::Dial));
    bench.pause(10_000);
    bench.line(LineEvent::Tone(Tone::Ringing));
    assert_eq!(bench.circuits(), []);
    bench.line(LineEvent::Tone(Tone::Answer));
    assert_eq!(bench.circuits(), [(C107, true)]);
    bench.line(LineEvent::Connected(Carrier::new(9600)));
    assert_eq!(bench.circuits(), [(C109, true)]);
    bench.line(LineEvent::CarrierLost { abrupt: false });
    bench.pause(50);
    assert_eq!(bench.circuits(), [(C107, false), (C109, false)]);
}

// M48, V.250 §6.2.10
#[test]
fn a_fixed_speed_stays_and_the_modem_follows_the_dte_s_otherwise() {
    let mut bench = Bench::new();
    bench.modem.handle_dte_speed(bench.now, Some(9600));
    assert_eq!(bench.chat("ATE0\r"), "ATE0\r\r\nOK\r\n");
    bench.modem.handle_dte_speed(bench.now, Some(115_200));
    bench.ring(1);
    assert_eq!(bench.dce(), "", "it rings at 9600 bit/s, the speed of the last command");
    assert_eq!(bench.chat("AT\r"), "\r\nOK\r\n");
    bench.ring(2);
    assert_eq!(bench.dce(), "\r\nRING\r\n");
    assert_eq!(bench.chat("AT+IPR=57600\r"), "\r\nOK\r\n", "the result is still at the old speed");
    assert_eq!(bench.chat("AT\r"), "");
    let mishears = bench.traced();
    assert!(mishears.is_empty(), "told once: {mishears:?}");
    bench.modem.handle_dte_speed(bench.now, Some(57_600));
    assert_eq!(bench.chat("AT\r"), "\r\nOK\r\n");
}
