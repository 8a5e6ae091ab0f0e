//! Chats with modems that are not as they should be.

use super::*;
use crate::exchange::Carrier;

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
