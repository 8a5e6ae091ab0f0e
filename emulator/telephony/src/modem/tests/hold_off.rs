//! Circuit 106 held off on order: what the DTE sends meanwhile.

use super::*;
use crate::exchange::Carrier;
use crate::loss::LossCause;
use crate::trace::End;
use Circuit::C106;

const FIVE_SECONDS: Option<Duration> = Some(Duration::from_secs(5));

/// In data state at 33600 bit/s, with these settings.
fn online(settings: &str) -> Bench {
    let mut bench = Bench::new();
    bench.chat(&format!("ATE0{settings}\r"));
    bench.chat("ATA\r");
    bench.line(LineEvent::Connected(Carrier::new(33_600)));
    bench.circuits();
    bench
}

/// What goes to the line and to the DTE, and what is lost, from the modem's outputs so far.
fn passed(bench: &mut Bench) -> (Vec<u8>, Vec<u8>, Vec<EventKind>) {
    let (mut line, mut dte, mut lost) = (Vec::new(), Vec::new(), Vec::new());
    for output in bench.outputs() {
        match output {
            ModemOutput::ToLine(octets) => line.extend(octets),
            ModemOutput::ToDte(octets) => dte.extend(octets),
            ModemOutput::Trace(what @ EventKind::Lost { .. }) => lost.push(what),
            _ => {}
        }
    }
    (line, dte, lost)
}

// M67, V.24 106
#[test]
fn what_a_dte_sends_while_circuit_106_is_held_off_is_sent_when_it_is_on_again() {
    let mut bench = online("");
    bench.modem.hold_off(bench.now, FIVE_SECONDS);
    assert_eq!(bench.circuits(), [(C106, false)]);
    bench.modem.handle_dte_octets(bench.now, &[b'x'; 4095]);
    assert!(bench.modem.wants_dte_octets(), "a driver has room for 4096 octets");
    bench.modem.handle_dte_octets(bench.now, b"y");
    assert!(!bench.modem.wants_dte_octets());
    bench.pause(4999);
    assert_eq!((passed(&mut bench).0.len(), bench.circuits.clone()), (0, vec![]));
    bench.pause(1);
    let (line, _, lost) = passed(&mut bench);
    assert_eq!((line.len(), line.last(), lost), (4096, Some(&b'y'), vec![]));
    // 4096 octets fill the modem's own buffer: the circuit stays off until they have left.
    assert_eq!(bench.circuits(), []);
    bench.pause(2000);
    assert_eq!(bench.circuits(), [(C106, true)]);
}

// M67, V.24 106
#[test]
fn a_dte_that_ignores_circuit_106_fills_the_buffer_and_the_rest_is_lost_and_counted() {
    let mut bench = online("+IFC=2,0");
    bench.modem.hold_off(bench.now, FIVE_SECONDS);
    bench.modem.handle_dte_octets(bench.now, &[b'x'; 3000]);
    assert!(bench.modem.wants_dte_octets());
    let lost = EventKind::Lost { octets: 952, from: End::Server, cause: LossCause::BufferFull };
    assert_eq!((passed(&mut bench).2, bench.modem.lost_octets()), (vec![lost], 952));
    bench.pause(5000);
    assert_eq!(passed(&mut bench).0.len(), 2048);
}

// M67, V.24 106
#[test]
fn a_dte_that_is_stopped_by_xoff_is_told_by_it() {
    let mut bench = online("+IFC=1,1");
    bench.modem.hold_off(bench.now, FIVE_SECONDS);
    assert_eq!(passed(&mut bench).1, [0x13]);
    bench.pause(5000);
    assert_eq!(passed(&mut bench).1, [0x11]);
}

// M67, V.24 106
#[test]
fn what_is_held_off_when_the_call_ends_is_lost_and_the_modem_takes_octets_again() {
    let mut bench = online("");
    bench.modem.hold_off(bench.now, None);
    bench.modem.handle_dte_octets(bench.now, b"frame");
    assert_eq!(bench.modem.waits_for_circuit_106(bench.now), Duration::from_secs(30));
    bench.pause(60_000);
    assert_eq!(passed(&mut bench).0, b"");
    bench.line(LineEvent::CarrierLost { abrupt: false });
    bench.pause(100);
    let (_, dte, lost) = passed(&mut bench);
    assert_eq!(dte, b"\r\nNO CARRIER\r\n");
    assert_eq!(lost, [EventKind::Lost { octets: 5, from: End::Server, cause: LossCause::ReceiverHungUp }]);
    assert!(bench.modem.circuit(C106));
    assert_eq!(bench.chat("AT\r"), "\r\nOK\r\n");
}
