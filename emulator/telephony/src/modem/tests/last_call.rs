//! The inactivity timer, and what a modem tells of its last call.

use super::*;
use crate::exchange::Carrier;
use crate::modem::Inactivity;

/// Without echo, in data state, with these settings.
fn online(config: ModemConfig, settings: &str, carrier: Carrier) -> Bench {
    let mut bench = Bench::with(config);
    bench.chat(&format!("ATE0{settings}\r"));
    bench.chat("ATA\r");
    bench.line(LineEvent::Connected(carrier));
    bench.outputs();
    bench
}

fn lapm() -> Carrier {
    Carrier { error_control: true, ..Carrier::new(33_600) }
}

fn says_at_the_end(bench: &mut Bench, millis: u64) -> String {
    bench.pause(millis - 1);
    assert_eq!(bench.dce(), "", "too soon");
    bench.pause(1);
    bench.dce()
}

/// The line of a report that begins so, without its beginning.
fn told(bench: &mut Bench, command: &str, begins: &str) -> String {
    let text = bench.chat(command);
    text.lines().find_map(|line| line.strip_prefix(begins)).unwrap_or_else(|| panic!("{text}")).trim().to_owned()
}

// M64, Conexant 100498 S30
#[test]
fn a_call_on_which_nothing_is_said_ends_after_s30_tens_of_seconds() {
    let mut bench = online(ModemConfig::default(), "S30=2", lapm());
    assert_eq!(says_at_the_end(&mut bench, 20_000), "\r\nNO CARRIER\r\n");
    assert_eq!(bench.modem.state, State::Command);
    assert_eq!(told(&mut bench, "ATI6\r", "Ended by"), "no data for too long");
    let mut never = online(ModemConfig::default(), "", lapm());
    never.pause(10_000_000);
    assert_eq!(never.dce(), "");
}

// M64, Conexant 100498 S30
#[test]
fn with_error_control_data_both_ways_keep_a_call_and_without_only_those_that_are_sent() {
    for (carrier, ends) in [(lapm(), 25_000), (Carrier::new(33_600), 15_000)] {
        let mut bench = online(ModemConfig::default(), "S30=2", carrier);
        bench.pause(5000);
        bench.modem.handle_dte_octets(bench.now, b"x");
        bench.pause(10_000);
        bench.line(LineEvent::Octets(b"y".to_vec()));
        assert_eq!(bench.dce(), "y");
        assert_eq!(says_at_the_end(&mut bench, ends - 5000), "\r\nNO CARRIER\r\n");
    }
}

// M64, US Robotics S19
#[test]
fn a_maker_may_count_in_another_register_and_unit() {
    let inactivity = Inactivity { register: 19, unit: Duration::from_secs(60), received: true };
    let register = personality::Register { number: 19, default: 0, range: 0..=255, bits: false };
    let personality = Personality { inactivity, registers: vec![register], ..Personality::default() };
    let mut bench = online(ModemConfig { personality, ..ModemConfig::default() }, "S19=1S30=1", Carrier::new(300));
    bench.pause(30_000);
    bench.line(LineEvent::Octets(b"y".to_vec()));
    bench.outputs();
    assert_eq!(says_at_the_end(&mut bench, 60_000), "\r\nNO CARRIER\r\n");
}

// M65, makers' I6
#[test]
fn the_last_call_is_told_with_its_figures() {
    let mut bench = Bench::new();
    assert_eq!(told(&mut bench, "ATE0I6\r", "Ended by"), "no call yet");
    bench.chat("ATA\r");
    bench.line(LineEvent::Connected(lapm()));
    bench.modem.handle_dte_octets(bench.now, b"12345");
    bench.line(LineEvent::Octets(b"123".to_vec()));
    bench.line(LineEvent::Retrain);
    bench.line(LineEvent::CarrierBack);
    bench.line(LineEvent::Renegotiated(Carrier { error_control: true, ..Carrier::new(28_800) }));
    bench.pause(3_723_000);
    bench.line(LineEvent::CarrierLost { abrupt: false });
    bench.pause(1000);
    bench.outputs();
    bench.pause(60_000);
    insta::assert_snapshot!(bench.chat("ATI6\r").replace("\r\n", "\n"));
}

// M65, makers' I6
#[test]
fn a_report_says_how_the_call_ended() {
    type End = fn(&mut Bench);
    let cases: [(End, &str); 4] = [
        (|bench| bench.modem.handle_circuit_108(bench.now, false), "DTR went off"),
        (|bench| bench.line(LineEvent::CarrierLost { abrupt: true }), "carrier lost"),
        (|bench| bench.line(LineEvent::CarrierLost { abrupt: false }), "the far end hung up"),
        (
            |bench| {
                bench.pause(2000);
                bench.type_only("+++");
                bench.pause(2000);
                bench.type_only("ATH\r");
            },
            "hung up by command",
        ),
    ];
    for (end, reason) in cases {
        let mut bench = online(ModemConfig::default(), "", lapm());
        end(&mut bench);
        bench.pause(5000);
        bench.modem.handle_circuit_108(bench.now, true);
        bench.outputs();
        assert_eq!(told(&mut bench, "ATI6\r", "Ended by"), reason);
    }
    let mut bench = Bench::new();
    bench.chat("ATE0DT5551000\r");
    bench.pause(1000);
    bench.chat("x");
    assert_eq!(told(&mut bench, "ATI6\r", "Ended by"), "aborted by the DTE");
}

// M65, makers' I4
#[test]
fn settings_are_told_with_the_number_dialled_last() {
    let mut bench = Bench::new();
    bench.chat("ATE0X3S7=30&D3\r");
    bench.chat("ATDT5551000\r");
    bench.pause(1000);
    bench.chat("x");
    insta::assert_snapshot!(bench.chat("ATI4\r").replace("\r\n", "\n"));
}

// M65, makers' &V1
#[test]
fn a_maker_s_texts_have_their_fields_filled_and_its_own_words_for_the_end() {
    let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    let personality = Personality {
        information: [(5, lines(&["{E} {S7} {sent:4}|{sent:-4}|", "  {registers:7}"]))].into(),
        listings: [(1, lines(&["TERMINATION REASON.......... {reason}"]))].into(),
        reasons: [(CallEnd::Dtr, "LOCAL REQUEST".to_owned())].into(),
        ..Personality::default()
    };
    let mut bench = online(ModemConfig { personality, ..ModemConfig::default() }, "", lapm());
    bench.modem.handle_dte_octets(bench.now, b"12345");
    bench.modem.handle_circuit_108(bench.now, false);
    bench.pause(100);
    bench.modem.handle_circuit_108(bench.now, true);
    bench.outputs();
    let own = "\r\n0 050    5|5   |\r\n  S00=000  S01=000  S02=043  S03=013  S04=010  S05=008  S06=002\r\n";
    assert!(bench.chat("ATI5\r").starts_with(own));
    assert_eq!(bench.chat("AT&V1\r"), "\r\nTERMINATION REASON.......... LOCAL REQUEST\r\n\r\nOK\r\n");
    assert!(bench.chat("AT&V\r").starts_with("\r\nACTIVE PROFILE:"));
    assert_eq!(bench.chat("AT&V2\r"), "\r\nERROR\r\n");
}
