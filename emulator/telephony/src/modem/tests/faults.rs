//! Chats with modems that are not as they should be.

use super::*;
use crate::exchange::Carrier;
use crate::modem::personality::Quirks;

#[test]
fn a_slow_starter_hears_and_says_nothing_after_each_opening() {
    let mut bench = Bench::with(ModemConfig { silent: Duration::from_secs(3), ..ModemConfig::default() });
    bench.pause(2999);
    assert_eq!(bench.chat("AT\r"), "");
    bench.pause(1);
    assert_eq!(bench.chat("ATE0\r"), "ATE0\r\r\nOK\r\n");
    bench.modem.handle_circuit_108(bench.now, false);
    bench.modem.handle_circuit_108(bench.now, true);
    assert_eq!(bench.chat("AT\r"), "");
}

#[test]
fn a_stated_reply_is_given_instead_of_executing_the_line() {
    let replies = vec![("ATQ0".to_owned(), "ERROR".to_owned()), ("ata".to_owned(), String::new())];
    let mut bench = Bench::with(ModemConfig { replies, ..ModemConfig::default() });
    assert_eq!(bench.chat("ATE0\r"), "ATE0\r\r\nOK\r\n");
    assert_eq!(bench.chat("atq0V1H0\r"), "\r\nERROR\r\n");
    bench.ring(1);
    bench.outputs();
    bench.type_only("ATA\r");
    let outputs = bench.outputs();
    assert!(!outputs.contains(&ModemOutput::OffHook), "{outputs:?}");
    assert!(!outputs.iter().any(|output| matches!(output, ModemOutput::ToDte(_))), "{outputs:?}");
}

#[test]
fn connect_can_be_told_in_any_octets() {
    let connect = Some("\r\nCONNECT 115200/V34\r".to_owned());
    let mut bench = Bench::with(ModemConfig { connect, ..ModemConfig::default() });
    bench.chat("ATE0\r");
    bench.ring(1);
    bench.chat("ATA\r");
    bench.outputs();
    bench.pause(8000);
    bench.line(LineEvent::Connected(Carrier::new(33_600)));
    assert_eq!(bench.dce(), "\r\nCONNECT 115200/V34\r");
}

#[test]
fn a_modem_speaks_out_of_turn_when_told_to() {
    let mut bench = Bench::online();
    bench.modem.speak(bench.now, "NO CARRIER");
    assert_eq!(bench.dce(), "\r\nNO CARRIER\r\n");
    bench.modem.speak(bench.now, "NO CARR\r");
    assert_eq!(bench.dce(), "NO CARR\r");
}

#[test]
fn a_dead_modem_neither_answers_nor_rings_nor_asks_for_time() {
    let mut bench = Bench::new();
    bench.chat("AT");
    bench.modem.die();
    bench.outputs();
    assert_eq!(bench.chat("\rAT\r"), "");
    bench.ring(1);
    bench.modem.speak(bench.now, "RING");
    bench.modem.handle_circuit_108(bench.now, false);
    bench.modem.handle_circuit_108(bench.now, true);
    assert_eq!(bench.outputs(), []);
    assert_eq!(bench.modem.poll_timeout(), None);
}

#[test]
fn frames_sent_after_the_carrier_is_gone_are_no_commands() {
    let mut bench = Bench::online();
    bench.line(LineEvent::CarrierLost { abrupt: false });
    bench.pause(100);
    bench.outputs();
    let frame = b"~\xff}#\xc0!}!}(} }.}%}&AT\x92\xe3]}\"O~";
    bench.modem.handle_dte_octets(bench.now, frame);
    let outputs = bench.outputs();
    assert!(outputs.iter().all(|output| matches!(output, ModemOutput::Trace(_))), "{outputs:?}");
    bench.pause(1000);
    bench.ring(1);
    assert_eq!(bench.dce(), "\r\nRING\r\n", "the line is free again");
}

/// A modem with these quirks, without echo.
fn quirky(quirks: Quirks) -> Bench {
    let personality = Personality { quirks, ..Personality::default() };
    Bench::with(ModemConfig { personality, ..ModemConfig::default() })
}

#[test]
fn a_modem_that_is_slow_after_dtr_hears_nothing_until_it_is_ready() {
    let mut bench = quirky(Quirks { after_dtr: Duration::from_millis(1500), ..Quirks::default() });
    bench.pause(1499);
    assert_eq!(bench.chat("AT\r"), "");
    bench.pause(1);
    assert_eq!(bench.chat("ATE0\r"), "ATE0\r\r\nOK\r\n");
}

#[test]
fn a_line_that_begins_too_soon_after_the_last_result_is_not_heard() {
    let mut bench = quirky(Quirks { between_commands: Duration::from_millis(250), ..Quirks::default() });
    assert_eq!(bench.chat("ATE0\r"), "ATE0\r\r\nOK\r\n");
    bench.pause(249);
    bench.type_only("ATS0");
    bench.pause(100);
    assert_eq!(bench.chat("=1\r\n"), "", "all of a line that began too soon");
    assert_eq!(bench.chat("ATS0?\r"), "\r\n000\r\n\r\nOK\r\n");
    bench.pause(250);
    assert_eq!(bench.chat("AT\r"), "\r\nOK\r\n");
}

#[test]
fn a_slow_thinker_answers_late_and_hears_nothing_meanwhile() {
    let mut bench = quirky(Quirks { answer_delay: Duration::from_millis(400), ..Quirks::default() });
    assert_eq!(bench.chat("ATE0\r\n"), "ATE0\r");
    bench.pause(399);
    assert_eq!(bench.chat("ATS0=3\r"), "");
    bench.line(LineEvent::RingOn { ring: 1, first: true, pattern: 1 });
    bench.pause(1);
    assert_eq!(bench.dce(), "\r\nOK\r\n");
    assert_eq!(bench.chat("ATS0?\r"), "");
    bench.pause(200);
    bench.line(LineEvent::RingOff { ring: 1 });
    bench.pause(200);
    assert_eq!(bench.dce(), "\r\n000\r\n\r\nOK\r\n\r\nRING\r\n", "the ring waits for the answer");
    bench.chat("ATA\r");
    bench.modem.handle_circuit_108(bench.now, false);
    assert_eq!(bench.modem.poll_timeout(), None, "nobody waits for the answer any more");
}
