//! Chats about calls: ringing, caller ID, answering, data state, the ends of a call.

use super::*;
use crate::exchange::{CallerId, Carrier, Stamp};

// M33, V.250 §6.3.8
#[test]
fn each_ring_gives_one_ring_when_its_first_burst_is_over() {
    let mut bench = Bench::new();
    bench.line(LineEvent::RingOn { ring: 1, first: true, pattern: 1 });
    bench.pause(400);
    assert_eq!(bench.dce(), "");
    bench.line(LineEvent::RingOff { ring: 1 });
    assert_eq!(bench.dce(), "\r\nRING\r\n");
    bench.pause(200);
    bench.line(LineEvent::RingOn { ring: 1, first: false, pattern: 1 });
    bench.pause(400);
    bench.line(LineEvent::RingOff { ring: 1 });
    assert_eq!(bench.dce(), "", "a double ring is one");
    bench.line(LineEvent::RingOn { ring: 2, first: true, pattern: 1 });
    bench.pause(50);
    bench.line(LineEvent::RingOff { ring: 2 });
    assert_eq!(bench.dce(), "", "a tinkle is no ring");
}

// M28, Hayes S1
#[test]
fn rings_are_counted_and_forgotten() {
    let mut bench = Bench::new();
    bench.chat("ATE0\r");
    bench.ring(1);
    bench.pause(4000);
    bench.ring(2);
    bench.outputs();
    assert_eq!(bench.chat("ATS1?\r"), "\r\n002\r\n\r\nOK\r\n");
    bench.pause(8000);
    assert_eq!(bench.chat("ATS1?\r"), "\r\n000\r\n\r\nOK\r\n");
}

fn alice() -> LineEvent {
    let stamp = Stamp { month: 1, day: 5, hour: 14, minute: 30 };
    LineEvent::CallerId(CallerId::mdmf(stamp, Some("5551234".into()), Some("ALICE".into())))
}

// M38 and M41, V.253
#[test]
fn caller_id_is_shown_line_by_line_between_the_rings() {
    let mut bench = Bench::new();
    bench.ring(1);
    bench.pause(1000);
    bench.line(alice());
    let expected = "\r\nRING\r\n\r\nDATE = 0105\r\nTIME = 1430\r\nNMBR = 5551234\r\nNAME = ALICE\r\n";
    assert_eq!(bench.dce(), expected);
    bench.line(alice());
    let lines = ["DATE = 0105", "TIME = 1430", "NMBR = 5551234", "NAME = ALICE"].map(response);
    assert_eq!(bench.traced(), lines);
}

// M37, V.253 +VCID
#[test]
fn caller_id_can_be_switched_off_and_off_can_be_the_owner_s_choice() {
    let mut bench = Bench::new();
    bench.chat("ATE0+VCID=0\r");
    bench.line(alice());
    assert_eq!(bench.dce(), "");
    bench.chat("AT&FE0\r");
    bench.line(alice());
    assert!(bench.dce().contains("NMBR"));

    let mut bench = Bench::with(ModemConfig { caller_id: false, ..ModemConfig::default() });
    bench.line(alice());
    assert_eq!(bench.dce(), "");
    bench.chat("AT#CID=1\r");
    bench.line(alice());
    assert!(bench.dce().contains("NMBR"));
}

// M20, V.250 §5.5
#[test]
fn a_ring_does_not_split_a_line_that_is_being_typed() {
    let mut bench = Bench::new();
    bench.line(LineEvent::RingOn { ring: 1, first: true, pattern: 1 });
    bench.pause(2000);
    bench.chat("ATE");
    bench.line(LineEvent::RingOff { ring: 1 });
    assert_eq!(bench.dce(), "");
    assert_eq!(bench.chat("0\r"), "0\r\r\nOK\r\n\r\nRING\r\n");
}

#[test]
fn a_line_that_is_never_finished_does_not_silence_the_modem() {
    let mut bench = Bench::new();
    bench.line(LineEvent::RingOn { ring: 1, first: true, pattern: 1 });
    bench.pause(2000);
    bench.chat("ATE");
    bench.line(LineEvent::RingOff { ring: 1 });
    bench.pause(1000);
    assert_eq!(bench.dce(), "\r\nRING\r\n");
    bench.ring(2);
    assert_eq!(bench.dce(), "\r\nRING\r\n");
}

// M24, V.250 §6.3.5
#[test]
fn ata_answers_and_connect_tells_the_rate() {
    for (detail, connect) in
        [("X4", "\r\nCONNECT 33600\r\n"), ("X0", "\r\nCONNECT\r\n"), ("V0", "84\r"), ("V0X0", "1\r")]
    {
        let mut bench = Bench::new();
        bench.chat(&format!("ATE0{detail}\r"));
        bench.ring(1);
        bench.outputs();
        bench.type_only("ATA\r\n");
        assert_eq!(bench.outputs(), [ModemOutput::Trace(command("ATA")), ModemOutput::OffHook], "the LF is no abort");
        bench.pause(8000);
        bench.line(LineEvent::Connected(Carrier::new(33_600)));
        assert_eq!(bench.dce(), connect);
    }
}

// M51, V.250 §6.2.12
#[test]
fn data_state_is_transparent_to_every_octet() {
    let mut bench = Bench::online();
    let all: Vec<u8> = (0..=255).collect();
    bench.modem.handle_dte_octets(bench.now, &all);
    assert_eq!(bench.outputs(), [ModemOutput::ToLine(all.clone())]);
    bench.line(LineEvent::Octets(all.clone()));
    assert_eq!(bench.outputs(), [ModemOutput::ToDte(all)]);
    bench.modem.handle_dte_octets(bench.now, b"ATH\r");
    assert_eq!(bench.outputs(), [ModemOutput::ToLine(b"ATH\r".to_vec())]);
}

// M8, V.250 §5.6.1
#[test]
fn octets_during_the_handshake_abort_it_but_not_at_once() {
    let mut bench = Bench::new();
    bench.chat("ATE0\r");
    bench.ring(1);
    bench.chat("ATA\r");
    bench.pause(124);
    bench.type_only("\n");
    assert_eq!(bench.outputs(), []);
    bench.pause(1);
    bench.type_only("\r");
    assert_eq!(
        bench.outputs(),
        [
            ModemOutput::OnHook,
            ModemOutput::Trace(response("NO CARRIER")),
            ModemOutput::ToDte(b"\r\nNO CARRIER\r\n".to_vec()),
            ModemOutput::Trace(EventKind::Ignored { text: "\\r".into() }),
        ]
    );
    assert_eq!(bench.chat("AT\r"), "\r\nOK\r\n");
}

// M22 and M24 (no ringing here), V.250 §6.3.10
#[test]
fn carrier_that_does_not_come_within_s7_ends_the_call() {
    let mut bench = Bench::new();
    bench.chat("ATE0S7=30\r");
    bench.chat("ATA\r");
    bench.pause(29_999);
    assert_eq!(bench.dce(), "");
    bench.pause(1);
    assert_eq!(
        bench.outputs(),
        [
            ModemOutput::OnHook,
            ModemOutput::Trace(response("NO CARRIER")),
            ModemOutput::ToDte(b"\r\nNO CARRIER\r\n".to_vec()),
        ]
    );
    bench.ring(1);
    assert_eq!(bench.dce(), "\r\nRING\r\n");
}

// M30 and M31, V.250 §6.3.12
#[test]
fn carrier_loss_ends_the_call_and_hangs_up_the_dte() {
    let lost = [
        ModemOutput::OnHook,
        ModemOutput::Trace(response("NO CARRIER")),
        ModemOutput::ToDte(b"\r\nNO CARRIER\r\n".to_vec()),
        ModemOutput::HangUpDte,
    ];
    let mut bench = Bench::online();
    bench.line(LineEvent::CarrierLost { abrupt: false });
    bench.pause(50);
    assert_eq!(bench.outputs(), lost);

    let mut bench = Bench::online();
    bench.line(LineEvent::CarrierLost { abrupt: true });
    bench.pause(1399);
    assert_eq!(bench.outputs(), [], "a gap shorter than S10 is none");
    bench.pause(1);
    assert_eq!(bench.outputs(), lost);

    // The port is closed in consequence, opened by the next server process, and rings again.
    bench.modem.handle_circuit_108(bench.now, false);
    bench.modem.handle_circuit_108(bench.now, true);
    assert_eq!(bench.outputs(), []);
    bench.ring(1);
    assert_eq!(bench.dce(), "\r\nRING\r\n");
}

// M43, V.250 §6.2.8
#[test]
fn circuit_109_that_is_always_on_hides_the_loss() {
    let mut bench = Bench::new();
    bench.chat("ATE0&C0\r");
    bench.chat("ATA\r");
    bench.line(LineEvent::Connected(Carrier::new(9600)));
    bench.outputs();
    bench.line(LineEvent::CarrierLost { abrupt: false });
    bench.pause(50);
    assert_eq!(bench.dce(), "\r\nNO CARRIER\r\n");
    assert!(!bench.outputs().contains(&ModemOutput::HangUpDte));
}

// M44, V.250 §6.2.9
#[test]
fn a_closed_port_goes_on_hook_and_the_next_call_is_answered() {
    for (settings, echo_after) in [("&D2", ""), ("&D3", "AT\r")] {
        let mut bench = Bench::new();
        bench.chat(&format!("ATE0{settings}\r"));
        bench.ring(1);
        bench.chat("ATA\r");
        bench.line(LineEvent::Connected(Carrier::new(33_600)));
        bench.outputs();
        bench.modem.handle_circuit_108(bench.now, false);
        assert_eq!(bench.outputs(), [ModemOutput::OnHook], "{settings}");
        bench.modem.handle_circuit_108(bench.now, true);
        assert_eq!(bench.chat("AT\r"), format!("{echo_after}\r\nOK\r\n"), "{settings}");
        bench.ring(1);
        bench.chat("ATA\r");
        bench.line(LineEvent::Connected(Carrier::new(33_600)));
        assert!(bench.dce().contains("CONNECT 33600"), "{settings}");
    }
}

#[test]
fn a_port_closed_while_answering_goes_on_hook() {
    let mut bench = Bench::new();
    bench.chat("ATA\r");
    bench.modem.handle_circuit_108(bench.now, false);
    assert_eq!(bench.outputs(), [ModemOutput::OnHook]);
    assert_eq!(bench.modem.poll_timeout(), None);
}

// M44, V.250 §6.2.9
#[test]
fn a_closed_port_is_ignored_or_escaped_if_so_set() {
    for (settings, said) in [("&D0", ""), ("&D1", "\r\nOK\r\n")] {
        let mut bench = Bench::new();
        bench.chat(&format!("ATE0{settings}\r"));
        bench.chat("ATA\r");
        bench.line(LineEvent::Connected(Carrier::new(33_600)));
        bench.outputs();
        bench.modem.handle_circuit_108(bench.now, false);
        assert_eq!(bench.dce(), said, "{settings}");
    }
}

#[test]
fn half_a_command_line_is_forgotten_when_the_port_is_closed() {
    let mut bench = Bench::new();
    bench.chat("ATE0\r");
    bench.type_only("ATS0=1");
    bench.modem.handle_circuit_108(bench.now, false);
    assert_eq!(bench.traced(), [EventKind::Ignored { text: "ATS0=1".into() }]);
    bench.modem.handle_circuit_108(bench.now, true);
    assert_eq!(bench.chat("\rATS0?\r"), "\r\n000\r\n\r\nOK\r\n");
}

// M26 and M49, V.250 §6.3.7 and Hayes
#[test]
fn the_escape_leaves_the_call_up_and_o_returns_to_it() {
    let mut bench = Bench::online();
    bench.pause(1100);
    bench.type_only("+++");
    bench.pause(1100);
    let plus = || ModemOutput::ToLine(b"+".to_vec());
    assert_eq!(
        bench.outputs(),
        [plus(), plus(), plus(), ModemOutput::Trace(response("OK")), ModemOutput::ToDte(b"\r\nOK\r\n".to_vec())]
    );
    bench.line(LineEvent::Octets(b"waited".to_vec()));
    assert_eq!(bench.chat("ATS0?\r"), "\r\n000\r\n\r\nOK\r\n");
    assert_eq!(bench.chat("ATA\r"), "\r\nERROR\r\n");
    assert_eq!(bench.chat("ATO\r"), "\r\nCONNECT 33600\r\nwaited");
    bench.type_only("x");
    assert_eq!(bench.outputs(), [ModemOutput::ToLine(b"x".to_vec())]);
}

// M25, V.250 §6.3.6
#[test]
fn h_and_z_hang_up_from_online_command_state() {
    for hang_up in ["ATH\r", "ATZ\r"] {
        let mut bench = Bench::online();
        bench.pause(1100);
        bench.type_only("+++");
        bench.pause(1100);
        bench.outputs();
        bench.type_only(hang_up);
        let said = bench.outputs();
        assert!(said.contains(&ModemOutput::OnHook), "{said:?}");
        assert!(!said.contains(&ModemOutput::HangUpDte), "the DTE waits for its answer: {said:?}");
        assert_eq!(said.last(), Some(&ModemOutput::ToDte(b"\r\nOK\r\n".to_vec())));
    }
}

// M31, Hayes
#[test]
fn carrier_loss_is_told_in_online_command_state_too() {
    let mut bench = Bench::online();
    bench.pause(1100);
    bench.type_only("+++");
    bench.pause(1100);
    bench.outputs();
    bench.line(LineEvent::CarrierLost { abrupt: false });
    bench.pause(50);
    assert_eq!(bench.dce(), "\r\nNO CARRIER\r\n");
    assert_eq!(bench.chat("ATO\r"), "\r\nNO CARRIER\r\n");
}

// M27, V.250 §6.3.8; M44, §6.2.9
#[test]
fn a_modem_set_to_answers_by_itself_if_there_is_a_dte() {
    let mut bench = Bench::with(ModemConfig { auto_answer: 2, ..ModemConfig::default() });
    bench.ring(1);
    assert!(!bench.outputs().contains(&ModemOutput::OffHook));
    bench.pause(4000);
    bench.ring(2);
    assert_eq!(bench.outputs().last(), Some(&ModemOutput::OffHook));
    bench.line(LineEvent::Connected(Carrier::new(33_600)));
    assert_eq!(bench.dce(), "\r\nCONNECT 33600\r\n");

    let mut bench = Bench::with(ModemConfig { auto_answer: 1, ..ModemConfig::default() });
    bench.modem.handle_circuit_108(bench.now, false);
    bench.ring(1);
    assert!(!bench.outputs().contains(&ModemOutput::OffHook));
}

// M8, V.250 §5.6.1: what aborts commands aborts no answer by itself, but for modems that have it so
#[test]
fn an_octet_in_training_ends_an_answer_by_itself_only_where_the_modem_has_that_quirk() {
    use crate::modem::personality::Quirks;

    let ata = |auto_answer_abort| {
        let quirks = Quirks { auto_answer_abort, ..Quirks::default() };
        let personality = Personality { quirks, ..Personality::default() };
        let mut bench = Bench::with(ModemConfig { auto_answer: 1, personality, ..ModemConfig::default() });
        bench.ring(1);
        bench.outputs();
        bench.pause(50);
        bench.type_only("ATA\r");
        let outputs = bench.outputs();
        let on_hook = outputs.contains(&ModemOutput::OnHook);
        (
            on_hook,
            outputs.iter().any(|output| matches!(output, ModemOutput::ToDte(text) if text == b"\r\nNO CARRIER\r\n")),
        )
    };
    assert_eq!((ata(false), ata(true)), ((false, false), (true, true)));
}

// M30, V.250 §6.3.12
#[test]
fn a_gap_of_the_carrier_shorter_than_s10_is_bridged() {
    let mut bench = Bench::online();
    bench.line(LineEvent::CarrierLost { abrupt: true });
    bench.pause(1399);
    bench.line(LineEvent::CarrierBack);
    bench.pause(60_000);
    assert_eq!(bench.outputs(), []);
    assert!(bench.modem.circuit(Circuit::C109));
    bench.line(LineEvent::Octets(b"x".to_vec()));
    assert_eq!(bench.dce(), "x");
}

// M26, V.250 §6.3.7
#[test]
fn o1_returns_to_data_state_and_asks_for_a_retrain() {
    let mut bench = Bench::online();
    bench.pause(1100);
    bench.type_only("+++");
    bench.pause(1100);
    bench.outputs();
    bench.line(LineEvent::Octets(b"waited".to_vec()));
    bench.type_only("ATO1\r");
    let outputs = bench.outputs();
    assert!(outputs.contains(&ModemOutput::Retrain), "{outputs:?}");
    let to_dte = |output: &ModemOutput| matches!(output, ModemOutput::ToDte(octets) if octets.ends_with(b"waited"));
    assert!(outputs.iter().any(to_dte), "{outputs:?}");
}

// M24, V.250 §6.3.5
#[test]
fn a_far_end_that_has_trained_meanwhile_is_answered_at_once() {
    for command in ["ATA\r", "ATO\r", "ATD\r"] {
        let mut bench = Bench::new();
        bench.chat("ATE0H1\r");
        bench.line(LineEvent::Connected(Carrier::new(9600)));
        assert_eq!(bench.dce(), "");
        bench.type_only(command);
        bench.pause(0);
        assert_eq!(bench.dce(), "\r\nCONNECT 9600\r\n", "{command}");
    }
}

// M32, V.250 §6.3.5
#[test]
fn no_octet_is_lost_or_added_between_connect_and_the_first_data() {
    let mut bench = Bench::new();
    bench.chat("ATE0\r");
    bench.chat("ATA\r");
    bench.pause(25_000);
    bench.line(LineEvent::Connected(Carrier::new(33_600)));
    bench.line(LineEvent::Octets(b"~\xff}#".to_vec()));
    bench.modem.handle_dte_octets(bench.now, b"~\xff\x03");
    let mut dte = Vec::new();
    let mut line = Vec::new();
    for output in bench.outputs() {
        match output {
            ModemOutput::ToDte(octets) => dte.extend(octets),
            ModemOutput::ToLine(octets) => line.extend(octets),
            _ => {}
        }
    }
    assert_eq!((dte, line), (b"\r\nCONNECT 33600\r\n~\xff}#".to_vec(), b"~\xff\x03".to_vec()));
}
