//! Dialling: what the modem does and when, and what it says by X.

use super::*;
use crate::exchange::Carrier;

/// Everything of a call that is dialled, each with its time in milliseconds since the command.
fn told(bench: &mut Bench, at: Instant, seen: &mut Vec<(u64, String)>) {
    for output in bench.outputs() {
        let text = match output {
            ModemOutput::OffHook => "off hook".to_owned(),
            ModemOutput::OnHook => "on hook".to_owned(),
            ModemOutput::Dial(digits) => format!("dial {digits}"),
            ModemOutput::ToDte(octets) => String::from_utf8(octets).unwrap().trim().to_owned(),
            _ => continue,
        };
        seen.push((bench.now.since(at).as_millis().try_into().unwrap(), text));
    }
}

/// Dials, with what the exchange does at these milliseconds.
fn dial(settings: &str, number: &str, events: &[(u64, LineEvent)]) -> Vec<(u64, String)> {
    let mut bench = Bench::new();
    bench.chat(&format!("ATE0{settings}\r"));
    let began = bench.now;
    let mut seen = Vec::new();
    bench.type_only(&format!("ATD{number}\r"));
    told(&mut bench, began, &mut seen);
    let end = (300_000, LineEvent::Reversal);
    for (at, event) in events.iter().chain([&end]) {
        let at = began + Duration::from_millis(*at);
        while let Some(due) = bench.modem.poll_timeout().filter(|due| *due < at) {
            bench.now = due;
            bench.modem.handle_timeout(due);
            told(&mut bench, began, &mut seen);
        }
        bench.now = at;
        bench.line(event.clone());
        told(&mut bench, began, &mut seen);
    }
    seen
}

fn tone(at: u64, tone: Tone) -> (u64, LineEvent) {
    (at, LineEvent::Tone(tone))
}

fn at(millis: u64, what: &str) -> (u64, String) {
    (millis, what.to_owned())
}

fn carrier(at: u64) -> (u64, LineEvent) {
    (at, LineEvent::Connected(Carrier::new(33_600)))
}

// M21 and M29, V.250 §6.3.1 and §6.3.9
#[test]
fn a_call_is_dialled_after_the_dial_tone_or_blindly_after_s6() {
    let far_end = [tone(0, Tone::Dial), tone(7000, Tone::Ringing), tone(9000, Tone::Answer), carrier(20_000)];
    for (settings, dialled) in [("X4", 1000), ("X2", 1000), ("X0", 2000), ("X1", 2000), ("X3S6=5", 5000)] {
        let seen = dial(settings, "T555-1234", &far_end);
        let connect = if settings == "X0" { "CONNECT" } else { "CONNECT 33600" };
        assert_eq!(seen, [at(0, "off hook"), at(dialled + 7 * 190, "dial 5551234"), at(20_000, connect)], "{settings}");
    }
}

// M29, V.250 §6.3.11
#[test]
fn commas_and_the_length_of_tones_make_a_call_longer() {
    for (settings, number, dialled) in [
        ("X0", "T5", 2190),
        ("X0S11=50", "T5", 2100),
        ("X0", "T5,", 4190),
        ("X0S8=4", "5,,", 10_190),
        ("X0", "P5", 3300),
    ] {
        let seen = dial(settings, number, &[carrier(20_000)]);
        assert_eq!(seen.get(1), Some(&at(dialled, "dial 5")), "{settings} {number}");
    }
}

// M16 and M21, V.250 §6.2.7
#[test]
fn without_a_dial_tone_there_is_no_call_if_the_modem_listens_for_one() {
    for settings in ["X2S7=20", "X4S7=20"] {
        let seen = dial(settings, "5551234", &[]);
        assert_eq!(seen, [at(0, "off hook"), at(20_000, "on hook"), at(20_000, "NO DIALTONE")], "{settings}");
    }
    let seen = dial("X1S7=20", "5", &[]);
    assert_eq!(seen[1..], [at(2190, "dial 5"), at(22_190, "on hook"), at(22_190, "NO CARRIER")]);
}

// M22 and M23, V.250 §6.2.7
#[test]
fn a_busy_line_is_busy_to_a_modem_that_hears_it() {
    for busy in [Tone::Busy, Tone::Congestion] {
        let tones = [tone(0, Tone::Dial), tone(5000, busy)];
        for settings in ["X4", "X3"] {
            let seen = dial(settings, "5", &tones);
            assert_eq!(seen[2..], [at(7000, "on hook"), at(7000, "BUSY")], "{settings}");
        }
        for (settings, until) in [("X2S7=30", 31_190), ("X1S7=30", 32_190), ("X0S7=30", 32_190)] {
            let seen = dial(settings, "5", &tones);
            assert_eq!(seen[2..], [at(until, "on hook"), at(until, "NO CARRIER")], "{settings}");
        }
    }
}

// M22, V.250 §6.3.10
#[test]
fn a_call_nobody_answers_ends_when_s7_passes() {
    for far_end in [Tone::Ringing, Tone::Unobtainable, Tone::Answer] {
        let seen = dial("S7=60", "5", &[tone(0, Tone::Dial), tone(5000, far_end)]);
        assert_eq!(seen[2..], [at(61_190, "on hook"), at(61_190, "NO CARRIER")], "{far_end:?}");
    }
}

// M21, V.250 §6.3.1
#[test]
fn w_waits_for_a_second_dial_tone() {
    let seen = dial("X1", "9W5", &[tone(6000, Tone::Dial), carrier(20_000)]);
    assert_eq!(seen[1..3], [at(2190, "dial 9"), at(7190, "dial 5")]);
    let seen = dial("X4S7=10", "W9W5", &[tone(500, Tone::Dial)]);
    assert_eq!(seen[1..], [at(1690, "dial 9"), at(11_690, "on hook"), at(11_690, "NO DIALTONE")]);
}

// M22, V.250 §6.3.1
#[test]
fn the_at_sign_waits_for_a_quiet_answer() {
    let quiet = [tone(0, Tone::Dial), tone(3000, Tone::Ringing), tone(9000, Tone::Silence)];
    assert_eq!(dial("X4", "5@6", &quiet)[1..3], [at(1190, "dial 5"), at(14_190, "dial 6")]);
    let seen = dial("X4S7=30", "5@", &quiet[..2]);
    assert_eq!(seen[2..], [at(31_190, "on hook"), at(31_190, "NO ANSWER")]);
}

// M21, V.250 §6.3.1
#[test]
fn a_semicolon_returns_to_command_state_off_hook() {
    let mut bench = Bench::new();
    bench.chat("ATE0X1\r");
    bench.chat("ATDT9;S7=60\r");
    bench.pause(2189);
    assert_eq!(bench.dce(), "");
    bench.pause(1);
    assert_eq!(
        bench.outputs().into_iter().filter(|o| !matches!(o, ModemOutput::Trace(_))).collect::<Vec<_>>(),
        [ModemOutput::Dial("9".into()), ModemOutput::ToDte(b"\r\nOK\r\n".to_vec())]
    );
    assert_eq!(bench.chat("ATS7?\r"), "\r\n060\r\n\r\nOK\r\n", "the rest of the line was executed");
    // Into the call: no waiting, and no second off hook.
    bench.type_only("ATD123\r");
    bench.pause(570);
    let said = bench.outputs();
    assert!(said.contains(&ModemOutput::Dial("123".into())) && !said.contains(&ModemOutput::OffHook), "{said:?}");
    bench.line(LineEvent::Connected(Carrier::new(9600)));
    assert_eq!(bench.dce(), "\r\nCONNECT 9600\r\n");
}

// M21, V.250 §6.3.1
#[test]
fn the_number_dialled_last_is_dialled_again() {
    let mut bench = Bench::new();
    bench.chat("ATE0X1\r");
    for number in ["ATDT555\r", "ATDL\r"] {
        bench.type_only(number);
        bench.pause(3000);
        assert!(bench.outputs().contains(&ModemOutput::Dial("555".into())), "{number}");
        bench.chat("\r");
    }
}

// M21, V.250 §6.3.1
#[test]
fn a_dialled_number_is_stored_by_z_and_dialled_by_s() {
    let mut bench = Bench::new();
    bench.chat("ATE0X1\r");
    assert_eq!(bench.chat("ATDS=1\r"), "\r\nERROR\r\n");
    assert_eq!(bench.chat("AT&Z1=T555-1234\r"), "\r\nOK\r\n");
    bench.type_only("ATDS=1\r");
    bench.pause(5000);
    assert!(bench.outputs().contains(&ModemOutput::Dial("5551234".into())));
    bench.chat("\r");
    assert_eq!(bench.chat("AT&Z1=\r"), "\r\nOK\r\n");
    assert_eq!(bench.chat("ATDS=1\r"), "\r\nERROR\r\n");
    assert_eq!(bench.chat("AT&Z4=5\r"), "\r\nERROR\r\n");
}

// M21, V.250 §6.3.2
#[test]
fn p_makes_pulses_of_a_number_that_does_not_say_otherwise() {
    assert_eq!(dial("X1P", "5", &[])[1], at(2000 + 500 + 800, "dial 5"));
    assert_eq!(dial("X1P", "T5", &[])[1], at(2190, "dial 5"));
}

// M8, V.250 §5.6.1
#[test]
fn any_character_aborts_dialling_but_not_at_once() {
    for wait in [1000, 2500, 10_000] {
        let mut bench = Bench::new();
        bench.chat("ATE0X1\r");
        bench.type_only("ATDT555\r\n");
        bench.pause(124);
        bench.type_only("\n");
        assert_eq!(bench.dce(), "");
        bench.pause(wait);
        bench.outputs();
        assert_eq!(bench.chat("x"), "\r\nNO CARRIER\r\n", "after {wait} ms");
        assert_eq!(bench.modem.poll_timeout(), None);
        assert_eq!(bench.chat("AT\r"), "\r\nOK\r\n");
    }
}

// M23, Hayes H1
#[test]
fn h1_takes_the_line_and_h0_gives_it_back() {
    let mut bench = Bench::new();
    bench.chat("ATE0\r");
    bench.type_only("ATH1\r");
    assert!(bench.outputs().contains(&ModemOutput::OffHook));
    bench.line(LineEvent::Tone(Tone::Dial));
    bench.type_only("ATDT5\r");
    bench.pause(1190);
    let said = bench.outputs();
    assert!(said.contains(&ModemOutput::Dial("5".into())) && !said.contains(&ModemOutput::OffHook), "{said:?}");
    bench.chat("\r");
    bench.chat("ATH1\r");
    bench.type_only("ATH0\r");
    assert!(bench.outputs().contains(&ModemOutput::OnHook));
    bench.type_only("ATH0\r");
    assert!(!bench.outputs().contains(&ModemOutput::OnHook));
}

// M31, V.250 §6.3.6
#[test]
fn a_far_end_that_goes_while_it_trains_leaves_no_carrier() {
    let gone = (9000, LineEvent::CarrierLost { abrupt: false });
    let seen = dial("", "5", &[tone(0, Tone::Dial), tone(5000, Tone::Answer), gone]);
    assert_eq!(seen[2..], [at(9000, "on hook"), at(9000, "NO CARRIER")]);
}

// M19, V.250 §6.4.2, §6.5.5, §6.6.2
#[test]
fn reports_come_before_connect_in_order() {
    let mut bench = Bench::new();
    bench.chat("ATE0+MR=1;+ER=1;+DR=1\r");
    bench.chat("ATA\r");
    let carrier = Carrier { error_control: true, compression: true, receive: 28_800, ..Carrier::new(33_600) };
    bench.line(LineEvent::Connected(carrier));
    let lines = ["+MCR: V34", "+MRR: 33600,28800", "+ER: LAPM", "+DR: V42B", "CONNECT 33600"];
    let expected: String = lines.iter().map(|line| format!("\r\n{line}\r\n")).collect();
    assert_eq!(bench.dce(), expected);
}

// M8, V.250 §5.6.1
#[test]
fn what_follows_a_dial_line_at_once_is_no_command_and_is_told() {
    let mut bench = Bench::new();
    bench.chat("ATE0\r");
    bench.modem.handle_dte_octets(bench.now, b"ATDT5551234\r\n");
    bench.modem.handle_dte_octets(bench.now, b"hello");
    let told = bench.traced();
    assert_eq!(told.iter().filter(|what| matches!(what, EventKind::Ignored { .. })).count(), 1, "{told:?}");
    assert!(told.contains(&EventKind::Ignored { text: "hello".into() }));
}

// M63, practice of modems for networks
#[test]
fn an_address_is_dialled_where_the_modem_is_configured_so() {
    let mut bench = Bench::with(ModemConfig { dials_addresses: true, ..ModemConfig::default() });
    bench.chat("ATE0X1\r");
    for command in ["ATDTlocalhost:6400\r", "ATDL\r", "AT D\"localhost:6400\"\r"] {
        bench.type_only(command);
        bench.pause(2000);
        let said = bench.outputs();
        assert!(said.contains(&ModemOutput::DialAddress("localhost:6400".into())), "{command:?} {said:?}");
        bench.chat("\r");
    }
}
