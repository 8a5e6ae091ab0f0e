//! Buffers and flow control in data state.

use super::*;
use crate::exchange::Carrier;
use Circuit::C106;

/// In data state at 9600 bit/s (960 octets a second), with these settings.
fn online(settings: &str) -> Bench {
    let mut bench = Bench::new();
    bench.chat(&format!("ATE0{settings}\r"));
    bench.chat("ATA\r");
    bench.line(LineEvent::Connected(Carrier::new(9600)));
    bench.circuits();
    bench
}

impl Bench {
    fn send(&mut self, octets: &[u8]) {
        self.modem.handle_dte_octets(self.now, octets);
    }

    /// What goes to the line and to the DTE now.
    fn passed(&mut self) -> (Vec<u8>, Vec<u8>) {
        let (mut line, mut dte) = (Vec::new(), Vec::new());
        for output in self.outputs() {
            match output {
                ModemOutput::ToLine(octets) => line.extend(octets),
                ModemOutput::ToDte(octets) => dte.extend(octets),
                _ => {}
            }
        }
        (line, dte)
    }

    fn overruns(&mut self) -> usize {
        self.traced().iter().filter(|what| matches!(what, EventKind::Impairment { .. })).count()
    }
}

// M47, V.250 §6.2.12
#[test]
fn circuit_106_goes_off_when_the_buffer_is_three_quarters_full_and_on_when_one_quarter_is() {
    let mut bench = online("+IFC=2,2");
    bench.send(&[b'x'; 1535]);
    assert_eq!((bench.circuits(), bench.modem.wants_dte_octets()), (vec![], true));
    bench.send(b"x");
    assert_eq!((bench.circuits(), bench.modem.wants_dte_octets()), (vec![(C106, false)], false));
    // 1024 octets at 960 a second.
    bench.pause(1066);
    assert_eq!(bench.circuits(), []);
    bench.pause(2);
    assert_eq!((bench.circuits(), bench.modem.wants_dte_octets()), (vec![(C106, true)], true));
}

// M47, V.250 §6.2.12
#[test]
fn nothing_is_lost_while_the_reader_is_stopped_for_ten_seconds() {
    for settings in ["+IFC=2,2", "+IFC=1,1"] {
        let mut bench = online(settings);
        let stop = |bench: &mut Bench, go: bool| match settings {
            "+IFC=2,2" => bench.modem.handle_circuit_105(bench.now, go),
            _ => bench.send(if go { b"\x11" } else { b"\x13" }),
        };
        stop(&mut bench, false);
        let mut sent = Vec::new();
        for burst in 0..500u32 {
            let octets: Vec<u8> = (0..19u32).map(|n| b' ' + u8::try_from((burst + n) % 90).unwrap()).collect();
            sent.extend(&octets);
            bench.line(LineEvent::Octets(octets));
            bench.pause(20);
        }
        assert_eq!(bench.passed(), (vec![], vec![]), "{settings}");
        stop(&mut bench, true);
        bench.line(LineEvent::Octets(b"end".to_vec()));
        sent.extend(b"end");
        assert_eq!(bench.passed(), (vec![], sent), "{settings}");
    }
}

// M47, V.250 §6.2.12
#[test]
fn xoff_and_xon_stop_the_dte_in_band() {
    let mut bench = online("+IFC=1,1");
    bench.send(&[b'x'; 1600]);
    assert_eq!(bench.passed().1, b"\x13");
    bench.pause(2000);
    assert_eq!(bench.passed().1, b"\x11");
    assert_eq!(bench.circuits(), [], "circuit 106 has no part in it");
}

// M47, V.250 §6.2.12
#[test]
fn without_flow_control_what_does_not_fit_is_lost_and_told_once() {
    let mut bench = online("+IFC=0,0");
    bench.send(&[b'x'; 3000]);
    bench.send(&[b'y'; 100]);
    assert!(bench.modem.wants_dte_octets());
    let said = bench.outputs();
    let sent: usize = said.iter().map(|o| if let ModemOutput::ToLine(octets) = o { octets.len() } else { 0 }).sum();
    assert_eq!(sent, 2048);
    assert_eq!(said.iter().filter(|o| matches!(o, ModemOutput::Trace(EventKind::Impairment { .. }))).count(), 1);
    bench.pause(1500);
    bench.send(&[b'x'; 1000]);
    assert_eq!(bench.overruns(), 0, "there is room again");
    bench.send(&[b'x'; 3000]);
    assert_eq!(bench.overruns(), 1, "another overrun");
}

// M47, V.250 §6.2.12
#[test]
fn a_slow_port_without_flow_control_overflows_unless_the_far_modem_can_be_told_to_wait() {
    for (error_control, whole) in [(false, false), (true, true)] {
        let mut bench = Bench::new();
        bench.modem.handle_dte_speed(bench.now, Some(1200));
        bench.chat("ATE0+IFC=0,0\r");
        bench.chat("ATA\r");
        bench.line(LineEvent::Connected(Carrier { error_control, ..Carrier::new(33_600) }));
        bench.outputs();
        for _ in 0..50 {
            bench.line(LineEvent::Octets(vec![b'x'; 67]));
            bench.pause(20);
        }
        let (_, first) = bench.passed();
        // A second at 1200 bit/s, in pieces of 20 ms.
        assert!((118..=124).contains(&first.len()), "{}", first.len());
        bench.pause(60_000);
        let (_, rest) = bench.passed();
        assert_eq!(first.len() + rest.len() == 50 * 67, whole);
    }
}

// M47 and M48, V.250 §6.2.12
#[test]
fn a_port_that_is_faster_than_the_line_costs_no_time() {
    let mut bench = Bench::new();
    bench.modem.handle_dte_speed(bench.now, Some(115_200));
    bench.chat("ATE0\r");
    bench.chat("ATA\r");
    bench.line(LineEvent::Connected(Carrier::new(33_600)));
    bench.outputs();
    bench.line(LineEvent::Octets(vec![b'x'; 1500]));
    assert_eq!(bench.passed().1.len(), 1500);
    assert_eq!(bench.modem.poll_timeout(), None);
}

// M51, V.250 §6.2.12
#[test]
fn all_values_pass_both_ways_unless_xon_and_xoff_are_chosen() {
    let all: Vec<u8> = (0..=255).collect();
    for (settings, passes) in [("+IFC=2,2", 256), ("+IFC=0,0", 256), ("+IFC=1,1", 254), ("+IFC=3,1", 256)] {
        let mut bench = online(settings);
        bench.send(&all);
        assert_eq!(bench.passed().0.len(), passes, "{settings}");
        bench.send(b"\x11");
        bench.line(LineEvent::Octets(all.clone()));
        assert_eq!(bench.passed().1, all, "{settings}");
    }
}

// M30, V.250 §6.3.12
#[test]
fn octets_wait_while_the_line_retrains() {
    let mut bench = online("+IFC=2,2");
    bench.send(&[b'x'; 1000]);
    bench.line(LineEvent::Retrain);
    bench.pause(5000);
    bench.send(&[b'x'; 1000]);
    assert_eq!(bench.circuits(), [(C106, false)], "nothing has left meanwhile");
    bench.line(LineEvent::CarrierBack);
    bench.pause(1500);
    assert_eq!(bench.circuits(), []);
    bench.pause(100);
    assert_eq!(bench.circuits(), [(C106, true)]);
    assert_eq!(bench.overruns(), 0);
}

// M52, V.250 §6.2.12
#[test]
fn a_new_rate_changes_how_fast_the_buffer_empties() {
    let mut bench = online("+IFC=2,2");
    bench.send(&[b'x'; 1536]);
    bench.line(LineEvent::Renegotiated(Carrier::new(2400)));
    bench.circuits();
    // 1024 octets at 240 a second.
    bench.pause(4200);
    assert_eq!(bench.circuits(), []);
    bench.pause(100);
    assert_eq!(bench.circuits(), [(C106, true)]);
}
