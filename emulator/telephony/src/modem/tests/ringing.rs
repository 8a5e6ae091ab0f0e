//! Rings, patterns of rings and caller ID, as different modem models tell of them.

use super::*;
use crate::exchange::{CallerId, Stamp};
use crate::modem::personality::{CallerIdForm, CallerIdStyle, DistinctiveRing};

const STAMP: Stamp = Stamp { month: 1, day: 5, hour: 14, minute: 30 };

fn alice() -> CallerId {
    CallerId::mdmf(STAMP, Some("5551234".into()), Some("ALICE".into()))
}

/// A modem of some model, without echo.
fn made(style: Option<CallerIdStyle>, distinctive_ring: DistinctiveRing) -> Bench {
    let form = |style| CallerIdForm { switch: String::new(), formatted: 1, unformatted: None, style, on: true };
    let personality =
        Personality { name: "some".into(), caller_id: style.map(form), distinctive_ring, ..Personality::default() };
    let mut bench = Bench::with(ModemConfig { personality, ..ModemConfig::default() });
    bench.chat("ATE0\r");
    bench
}

impl Bench {
    /// Rings: on and off times, in milliseconds, that make one ring.
    fn cadence(&mut self, ring: u32, pattern: u8, pairs: &[(u64, u64)]) {
        for (index, (on, off)) in pairs.iter().enumerate() {
            self.line(LineEvent::RingOn { ring, first: index == 0, pattern });
            self.pause(*on);
            self.line(LineEvent::RingOff { ring });
            self.pause(*off);
        }
    }
}

// M33, V.250 §6.3.8
#[test]
fn one_ring_a_cycle_until_the_caller_gives_up() {
    let mut bench = Bench::new();
    for ring in 1..=3 {
        bench.cadence(ring, 1, &[(2000, 4000)]);
        assert_eq!(bench.dce(), "\r\nRING\r\n");
    }
    bench.pause(60_000);
    assert_eq!(bench.dce(), "");
}

// M34, ITU-T E.180 supplement
#[test]
fn a_double_ring_is_one_ring() {
    let mut bench = Bench::new();
    for ring in 1..=2 {
        bench.cadence(ring, 1, &[(400, 200), (400, 2000)]);
        assert_eq!(bench.dce(), "\r\nRING\r\n");
    }
}

// M27 and M28, V.250 §6.3.8, Hayes S1
#[test]
fn s0_set_while_it_rings_counts_from_the_next_ring() {
    let mut bench = Bench::new();
    bench.chat("ATE0\r");
    bench.cadence(1, 1, &[(2000, 1000)]);
    bench.cadence(2, 1, &[(2000, 1000)]);
    bench.chat("ATS0=1\r");
    bench.pause(3000);
    assert!(!bench.outputs().contains(&ModemOutput::OffHook));
    bench.cadence(3, 1, &[(2000, 0)]);
    assert!(bench.outputs().contains(&ModemOutput::OffHook));
}

// M35, V.253 +VDR
#[test]
fn the_times_of_bursts_and_silences_are_told_around_ring() {
    let mut bench = Bench::new();
    bench.chat("ATE0\r");
    assert_eq!(bench.chat("AT+VDR=1,10\r"), "\r\nOK\r\n");
    bench.cadence(1, 2, &[(800, 400), (800, 4000)]);
    let lines = ["DROF=0", "DRON=8", "DROF=4", "DRON=8", "RING"];
    let expected: String = lines.iter().map(|line| format!("\r\n{line}\r\n")).collect();
    assert_eq!(bench.dce(), expected);
    bench.line(LineEvent::RingOn { ring: 2, first: true, pattern: 2 });
    assert_eq!(bench.dce(), "\r\nDROF=40\r\n");
    assert_eq!(bench.chat("ATS1?\r"), "\r\n001\r\n\r\nOK\r\n");
}

// M36, makers' practice
#[test]
fn a_pattern_is_told_by_letter_or_number() {
    for (way, usual, third) in [
        (DistinctiveRing::None, "RING", "RING"),
        (DistinctiveRing::Letter, "RING A", "RING C"),
        (DistinctiveRing::Number, "RING 1", "RING 3"),
    ] {
        let mut bench = made(None, way);
        bench.cadence(1, 1, &[(2000, 4000)]);
        bench.cadence(2, 3, &[(2000, 4000)]);
        assert_eq!(bench.dce(), format!("\r\n{usual}\r\n\r\n{third}\r\n"), "{way:?}");
        bench.chat("ATV0\r");
        bench.cadence(3, 3, &[(2000, 4000)]);
        assert_eq!(bench.dce(), "2\r");
    }
}

// M36, ELSA and i4l practice
#[test]
fn the_number_can_stand_in_the_ring() {
    for (style, ring) in [(CallerIdStyle::Elsa, "RING;5551234"), (CallerIdStyle::Slash, "RING/5551234")] {
        let mut bench = made(Some(style), DistinctiveRing::None);
        bench.cadence(1, 1, &[(2000, 1000)]);
        bench.line(LineEvent::CallerId(alice()));
        bench.pause(3000);
        bench.cadence(2, 1, &[(2000, 4000)]);
        assert_eq!(bench.dce(), format!("\r\nRING\r\n\r\n{ring}\r\n"));
        bench.pause(20_000);
        bench.cadence(1, 1, &[(2000, 4000)]);
        assert_eq!(bench.dce(), "\r\nRING\r\n", "the next caller is another one");
    }
}

// M37, V.253 +VCID and Rockwell #CID
#[test]
fn two_names_are_one_switch_with_three_settings() {
    for name in ["+VCID", "#CID"] {
        let mut bench = Bench::new();
        bench.chat("ATE0\r");
        for (value, shown) in [(0, ""), (1, "NMBR = 5551234"), (2, "MESG = 80")] {
            assert_eq!(bench.chat(&format!("AT{name}={value}\r")), "\r\nOK\r\n");
            bench.line(LineEvent::CallerId(alice()));
            let said = bench.dce();
            assert!(said.contains(shown) && said.is_empty() == shown.is_empty(), "{name}={value}: {said:?}");
        }
        assert_eq!(bench.chat("AT+VCID=?\r"), "\r\n+VCID: (0-2)\r\n\r\nOK\r\n");
    }
}

// M38 and M41, V.253, GR-30-CORE
#[test]
fn caller_id_has_its_place_between_the_first_ring_and_the_second() {
    let mut bench = made(Some(CallerIdStyle::NoBlanks), DistinctiveRing::None);
    bench.cadence(1, 1, &[(2000, 1200)]);
    bench.line(LineEvent::CallerId(alice()));
    bench.pause(2800);
    bench.cadence(2, 1, &[(2000, 4000)]);
    let report = "DATE=0105\r\nTIME=1430\r\nNMBR=5551234\r\nNAME=ALICE\r\n";
    assert_eq!(bench.dce(), format!("\r\nRING\r\n\r\n{report}\r\nRING\r\n"));
}

// M39, GR-30-CORE parameters 04 and 08
#[test]
fn a_withheld_number_is_a_letter() {
    let mut bench = Bench::new();
    bench.line(LineEvent::CallerId(CallerId::mdmf(STAMP, Some("P".into()), Some("O".into()))));
    assert!(bench.dce().ends_with("NMBR = P\r\nNAME = O\r\n"));
}

// M40, V.253 +VCID=2
#[test]
fn the_raw_message_adds_up_to_nothing() {
    let mut bench = Bench::new();
    bench.chat("ATE0+VCID=2\r");
    bench.line(LineEvent::CallerId(alice()));
    let said = bench.dce();
    let hex = said.trim().strip_prefix("MESG = ").unwrap();
    let octets = (0..hex.len() / 2).map(|n| u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).unwrap());
    assert_eq!(octets.fold(0u8, u8::wrapping_add), 0);
}

// M42, GR-30-CORE and ETSI EN 300 659-1
#[test]
fn a_garbled_message_is_not_shown_and_the_call_can_be_answered() {
    let mut bench = Bench::new();
    bench.chat("ATE0\r");
    bench.ring(1);
    bench.line(LineEvent::CallerId(CallerId { intact: false, ..alice() }));
    assert_eq!(bench.dce(), "\r\nRING\r\n");
    bench.type_only("ATA\r");
    assert!(bench.outputs().contains(&ModemOutput::OffHook));
}

// M42, BT SIN 227, ETSI EN 300 659-1
#[test]
fn caller_id_before_the_first_ring_is_shown_at_once_and_its_pulse_is_no_ring() {
    let mut bench = Bench::new();
    bench.line(LineEvent::Reversal);
    bench.cadence(0, 1, &[(250, 800)]);
    assert_eq!(bench.dce(), "");
    bench.line(LineEvent::CallerId(alice()));
    assert!(bench.dce().contains("NMBR = 5551234"));
    bench.pause(500);
    bench.cadence(1, 1, &[(400, 200), (400, 2000)]);
    assert_eq!(bench.dce(), "\r\nRING\r\n");
}

// M30, V.250 §6.3.12
#[test]
fn a_second_caller_costs_the_call_unless_s10_is_longer_than_he_knocks() {
    for (gap, lost) in [(14, true), (15, false), (255, false)] {
        let mut bench = Bench::online();
        bench.modem.active.set(10, gap);
        bench.line(LineEvent::CallWaiting(None));
        bench.pause(10_000);
        assert_eq!(bench.dce() == "\r\nNO CARRIER\r\n", lost, "S10={gap}");
    }
}

#[test]
fn a_second_caller_is_shown_in_online_command_state_only() {
    let mut bench = Bench::online();
    bench.modem.active.set(10, 20);
    bench.line(LineEvent::CallWaiting(Some(alice())));
    assert_eq!(bench.dce(), "", "data state is transparent");
    bench.pause(1100);
    bench.type_only("+++");
    bench.pause(1100);
    bench.outputs();
    bench.line(LineEvent::CallWaiting(Some(alice())));
    assert!(bench.dce().contains("NMBR = 5551234"));
}
