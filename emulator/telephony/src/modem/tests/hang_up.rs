//! What becomes of octets that wait in the modem when the DTE ends the call, and of what it has not read.

use super::*;
use crate::exchange::Carrier;
use crate::loss::LossCause;
use crate::modem::personality::Register;
use crate::trace::End;

/// In data state at 300 bit/s (30 octets a second), with these settings, and 60 octets in the modem.
fn with_two_seconds_of_octets(mut bench: Bench, settings: &str, error_control: bool) -> Bench {
    bench.chat(&format!("ATE0S12=1{settings}\r"));
    bench.chat("ATA\r");
    let octets = if error_control { 75 } else { 60 };
    bench.line(LineEvent::Connected(Carrier { error_control, ..Carrier::new(300) }));
    bench.outputs();
    bench.modem.handle_dte_octets(bench.now, &vec![b'x'; octets]);
    bench.outputs();
    bench
}

fn escaped(mut bench: Bench) -> Bench {
    bench.pause(30);
    bench.type_only("+++");
    bench.pause(30);
    assert_eq!(bench.dce(), "\r\nOK\r\n");
    bench
}

fn is_on_hook(bench: &Bench) -> bool {
    bench.modem.state == State::Command
}

fn by_rockwell() -> Bench {
    let registers = vec![Register { number: 38, default: 20, range: 0..=255, bits: false }];
    Bench::with(ModemConfig {
        personality: Personality { registers, ..Personality::default() },
        ..ModemConfig::default()
    })
}

// M60, V.250 §6.5.6 and §6.3.6
#[test]
fn h_waits_until_all_that_was_sent_has_left_and_the_line_goes_on_after_it() {
    let mut bench = escaped(with_two_seconds_of_octets(Bench::new(), "", false));
    assert_eq!(bench.chat("ATH0S7?\r"), "");
    assert_eq!(bench.chat("AT\r"), "", "it hears nothing meanwhile");
    // The escape sequence has gone to the line as well.
    bench.pause(1950);
    assert_eq!((bench.dce(), is_on_hook(&bench)), (String::new(), false));
    bench.pause(200);
    assert_eq!((bench.dce(), is_on_hook(&bench)), ("\r\n050\r\n\r\nOK\r\n".into(), true));
    assert_eq!((bench.chat("AT\r"), bench.modem.lost_octets()), ("\r\nOK\r\n".into(), 0));
}

// M60, V.250 §6.5.6
#[test]
fn octets_are_discarded_or_have_so_many_seconds_as_etbm_says() {
    let mut bench = escaped(with_two_seconds_of_octets(Bench::new(), "+ETBM=0", false));
    assert_eq!((bench.chat("ATH\r"), is_on_hook(&bench)), ("\r\nOK\r\n".into(), true));
    let mut bench = escaped(with_two_seconds_of_octets(Bench::new(), "+ETBM=2,1,1", false));
    assert_eq!(bench.chat("ATH\r"), "");
    bench.pause(1000);
    assert_eq!((bench.dce(), is_on_hook(&bench)), ("\r\nNO CARRIER\r\n".into(), true), "data has been lost");
}

// M60, Rockwell and Conexant S38
#[test]
fn s38_says_how_long_with_error_control_and_without_it_nothing_waits() {
    let mut bench = escaped(with_two_seconds_of_octets(by_rockwell(), "", false));
    assert_eq!((bench.chat("ATH\r"), is_on_hook(&bench)), ("\r\nOK\r\n".into(), true));
    for (settings, answer) in [("", "\r\nOK\r\n"), ("S38=255", "\r\nOK\r\n"), ("S38=1", "\r\nNO CARRIER\r\n")] {
        let mut bench = escaped(with_two_seconds_of_octets(by_rockwell(), settings, true));
        assert_eq!(bench.chat("ATH\r"), "", "{settings}");
        bench.pause(2200);
        assert_eq!((bench.dce(), is_on_hook(&bench)), (answer.into(), true), "{settings}");
    }
    let mut bench = escaped(with_two_seconds_of_octets(by_rockwell(), "S38=0", true));
    assert_eq!((bench.chat("ATH\r"), is_on_hook(&bench)), ("\r\nOK\r\n".into(), true));
}

// M60, V.250 §6.2.9
#[test]
fn so_it_is_when_dtr_goes_off_and_a_dte_that_comes_back_is_read_when_all_has_left() {
    let mut bench = with_two_seconds_of_octets(Bench::new(), "", false);
    bench.modem.handle_circuit_108(bench.now, false);
    bench.line(LineEvent::Octets(b"too late".to_vec()));
    bench.pause(1950);
    assert!(!is_on_hook(&bench));
    bench.pause(100);
    assert!(is_on_hook(&bench));
    let lost = EventKind::Lost { octets: 8, from: End::Caller, cause: LossCause::NotRead };
    assert!(bench.traced().contains(&lost));
    let mut bench = with_two_seconds_of_octets(Bench::new(), "", false);
    bench.modem.handle_circuit_108(bench.now, false);
    bench.modem.handle_circuit_108(bench.now, true);
    assert_eq!((is_on_hook(&bench), bench.modem.wants_dte_octets()), (false, false));
    bench.pause(2050);
    assert_eq!((is_on_hook(&bench), bench.modem.wants_dte_octets()), (true, true));
    assert_eq!((bench.chat("AT\r"), bench.modem.lost_octets()), ("\r\nOK\r\n".into(), 0));
}

// M60, V.250 §6.2.9
#[test]
fn nothing_waits_for_a_line_that_stands_still() {
    let mut bench = with_two_seconds_of_octets(Bench::new(), "", false);
    bench.line(LineEvent::Retrain);
    bench.modem.handle_circuit_108(bench.now, false);
    assert!(is_on_hook(&bench), "it may retrain for minutes");
    let mut bench = with_two_seconds_of_octets(Bench::new(), "", false);
    bench.modem.handle_circuit_108(bench.now, false);
    bench.line(LineEvent::Retrain);
    bench.pause(29_000);
    assert!(!is_on_hook(&bench));
    bench.pause(1100);
    assert!(is_on_hook(&bench));
}

// M61, V.250 §6.2.12
#[test]
fn a_dte_that_has_sent_xoff_is_heard_of_no_more_when_it_is_gone_or_has_sent_xon() {
    for closes in [true, false] {
        let mut bench = with_two_seconds_of_octets(Bench::new(), "+IFC=1,1", false);
        bench.modem.handle_dte_octets(bench.now, b"\x13");
        bench.line(LineEvent::Octets(b"unread".to_vec()));
        bench.line(LineEvent::CarrierLost { abrupt: false });
        bench.pause(100);
        assert_eq!((bench.dce(), is_on_hook(&bench)), (String::new(), true));
        if closes {
            bench.modem.handle_circuit_108(bench.now, false);
            bench.modem.handle_circuit_108(bench.now, true);
            assert_eq!(bench.chat("AT\r"), "\r\nOK\r\n", "and nothing of the call before");
        } else {
            assert_eq!(bench.chat("\x11"), "unread\r\nNO CARRIER\r\n");
            assert_eq!(bench.chat("AT\r"), "\r\nOK\r\n");
        }
    }
}

// M62, V.250 §6.2.12
#[test]
fn lost_octets_are_counted_at_once_and_told_when_there_is_room_again() {
    let mut bench = Bench::new();
    bench.chat("ATE0+IFC=0,0\r");
    bench.chat("ATA\r");
    bench.line(LineEvent::Connected(Carrier::new(9600)));
    bench.outputs();
    bench.modem.handle_dte_octets(bench.now, &[b'x'; 3000]);
    bench.modem.handle_dte_octets(bench.now, &[b'x'; 100]);
    let told = |bench: &mut Bench| {
        let lost =
            |what| if let EventKind::Lost { octets, from, cause } = what { Some((octets, from, cause)) } else { None };
        bench.traced().into_iter().find_map(lost)
    };
    assert_eq!((bench.modem.lost_octets(), told(&mut bench)), (1052, None));
    bench.pause(1500);
    bench.modem.handle_dte_octets(bench.now, b"x");
    bench.line(LineEvent::CarrierLost { abrupt: false });
    bench.pause(100);
    assert_eq!(told(&mut bench), Some((1052, End::Server, LossCause::BufferFull)));
    assert_eq!(bench.modem.lost_octets(), 1052);
}
