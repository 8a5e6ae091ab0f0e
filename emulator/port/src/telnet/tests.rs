//! By vectors from the RFCs, and against the client of crate `rfc2217`, which somebody else wrote.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use rfc2217::{Client, Event, PortSettings, Purge};

use super::option::{BINARY, COM_PORT, ECHO, SUPPRESS_GO_AHEAD};
use super::*;

const CIRCUITS: [(Circuit, bool); 4] =
    [(Circuit::C106, true), (Circuit::C107, true), (Circuit::C109, false), (Circuit::C125, false)];

/// A connection whose opening has been sent.
fn called() -> Telnet {
    let mut telnet = Telnet::new(Role::Called, &CIRCUITS);
    telnet.take_output();
    telnet
}

/// One whose peer agrees to BINARY and SUPPRESS-GO-AHEAD both ways.
fn binary() -> Telnet {
    let mut telnet = called();
    let agreed = [IAC, DO, BINARY, IAC, WILL, BINARY, IAC, DO, SUPPRESS_GO_AHEAD, IAC, WILL, SUPPRESS_GO_AHEAD];
    assert_eq!(telnet.receive(&agreed), []);
    assert_eq!(telnet.take_output(), b"", "answers are not answered");
    telnet
}

/// One with RFC 2217.
fn com_port() -> Telnet {
    let mut telnet = binary();
    assert_eq!(telnet.receive(&[IAC, WILL, COM_PORT]), []);
    let state = [IAC, SB, COM_PORT, 107, 0x30, IAC, SE];
    assert_eq!(telnet.take_output(), [&[IAC, DO, COM_PORT], &state[..]].concat());
    telnet
}

/// A subnegotiation of COM-PORT-OPTION.
fn answer(text: &[u8]) -> Vec<u8> {
    [&[IAC, SB, COM_PORT], text, &[IAC, SE]].concat()
}

/// What a request is answered with, and what it means.
fn ask(telnet: &mut Telnet, request: &[u8]) -> (Vec<u8>, Vec<TelnetEvent>) {
    let doubled: Vec<u8> = request.iter().flat_map(|octet| vec![*octet; if *octet == IAC { 2 } else { 1 }]).collect();
    let events = telnet.receive(&answer(&doubled));
    (telnet.take_output(), events)
}

fn octets(text: &[u8]) -> TelnetEvent {
    TelnetEvent::Octets(text.to_vec())
}

#[test]
fn the_opening_asks_for_eight_bits_and_no_lines_and_offers_the_echo_to_who_called() {
    let both = [IAC, WILL, SUPPRESS_GO_AHEAD, IAC, DO, SUPPRESS_GO_AHEAD];
    let opening = Telnet::new(Role::Called, &CIRCUITS).take_output();
    assert_eq!(opening, [&[IAC, WILL, BINARY, IAC, DO, BINARY, IAC, WILL, ECHO], &both[..]].concat());
    let opening = Telnet::new(Role::CallingBack, &CIRCUITS).take_output();
    assert_eq!(opening, [&[IAC, WILL, BINARY, IAC, DO, BINARY], &both[..]].concat());
}

#[test]
fn all_octets_pass_both_ways_in_binary_however_they_are_cut() {
    let all: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
    let doubled: Vec<u8> = all.iter().flat_map(|octet| vec![*octet; if *octet == IAC { 2 } else { 1 }]).collect();
    for size in [1, 2, 3, 7, 600] {
        let mut telnet = binary();
        let mut got = Vec::new();
        for piece in doubled.chunks(size) {
            for event in telnet.receive(piece) {
                let TelnetEvent::Octets(octets) = event else { unreachable!("{event:?}") };
                got.extend(octets);
            }
        }
        assert_eq!(got, all, "pieces of {size}");
        for piece in all.chunks(size) {
            telnet.send(piece);
        }
        assert_eq!(telnet.take_output(), doubled, "pieces of {size}");
    }
}

#[test]
fn without_binary_a_return_is_told_from_a_new_line() {
    let mut telnet = called();
    assert_eq!(telnet.receive(b"AT\r"), [octets(b"AT\r")]);
    assert_eq!(telnet.receive(b"\0ATZ\r\0\r\n\0"), [octets(b"ATZ\r\r\n\0")]);
    telnet.send(b"\r\nOK\r");
    assert_eq!(telnet.take_output(), b"\r\nOK\r");
    telnet.send(b"x\r\r\n");
    assert_eq!(telnet.take_output(), b"\0x\r\0\r\n");
}

#[test]
fn options_are_answered_once_and_never_for_ever() {
    let mut telnet = called();
    let terminal_type = 24;
    assert_eq!(telnet.receive(&[IAC, WILL, terminal_type, IAC, DO, terminal_type, IAC, WONT, terminal_type]), []);
    assert_eq!(telnet.take_output(), [IAC, DONT, terminal_type, IAC, WONT, terminal_type]);
    telnet.receive(&[IAC, WILL, ECHO, IAC, DO, COM_PORT]);
    assert_eq!(telnet.take_output(), [IAC, DONT, ECHO, IAC, WONT, COM_PORT], "not theirs to do, not ours to do");
    telnet.receive(&[IAC, DO, ECHO, IAC, DO, ECHO]);
    assert_eq!(telnet.take_output(), b"", "agreed, and agreed already");
    telnet.receive(&[IAC, DONT, ECHO, IAC, DONT, ECHO]);
    assert_eq!(telnet.take_output(), [IAC, WONT, ECHO]);
    telnet.receive(&[IAC, DONT, BINARY, IAC, WONT, BINARY]);
    assert_eq!(telnet.take_output(), b"", "a refusal is not answered");
    for _ in 0..1000 {
        telnet.receive(&[IAC, WILL, ECHO, IAC, WILL, BINARY, IAC, WONT, BINARY]);
    }
    assert!(telnet.take_output().len() < 3 * 256);
    assert_eq!(telnet.receive(b"still there"), [octets(b"still there")]);
}

#[test]
fn two_of_us_come_to_rest() {
    let (mut near, mut far) = (Telnet::new(Role::Called, &CIRCUITS), Telnet::new(Role::CallingBack, &CIRCUITS));
    let mut turns = 0;
    loop {
        let (to_far, to_near) = (near.take_output(), far.take_output());
        if to_far.is_empty() && to_near.is_empty() {
            break;
        }
        assert_eq!((near.receive(&to_near), far.receive(&to_far)), (vec![], vec![]));
        turns += 1;
        assert!(turns < 5, "they loop");
    }
    for telnet in [&near, &far] {
        assert!(telnet.negotiation.ours(BINARY) && telnet.negotiation.theirs(BINARY));
        assert!(!telnet.negotiation.theirs(ECHO));
    }
}

#[test]
fn commands_of_rfc_854_are_no_data() {
    let mut telnet = binary();
    let (nop, mark) = (241, 242);
    assert_eq!(telnet.receive(&[b'a', IAC, nop, IAC, mark, b'b']), [octets(b"ab")]);
    assert_eq!(
        telnet.receive(&[b'a', IAC, BREAK, b'b']),
        [octets(b"a"), TelnetEvent::Break, octets(b"b")],
        "in their order"
    );
    telnet.receive(&[IAC, ARE_YOU_THERE]);
    assert_eq!(telnet.take_output(), b"\r\n[Yes]\r\n");
}

#[test]
fn subnegotiations_may_be_cut_anywhere_and_strange_ones_pass() {
    let request = [IAC, SB, COM_PORT, 1, 0, 0, IAC, IAC, 0, IAC, SE, b'x'];
    for cut in 0..request.len() {
        let mut telnet = com_port();
        let (first, rest) = request.split_at(cut);
        let events = [telnet.receive(first), telnet.receive(rest)].concat();
        assert_eq!(events, [TelnetEvent::Speed(0xff00), octets(b"x")], "cut at {cut}");
        assert_eq!(telnet.take_output(), answer(&[101, 0, 0, IAC, IAC, 0]));
    }
    let mut telnet = com_port();
    let long = [&[IAC, SB, COM_PORT, 1][..], &[0; 5000], &[IAC, SE, b'x']].concat();
    assert_eq!(telnet.receive(&long), [octets(b"x")]);
    assert_eq!(telnet.receive(&[IAC, SB, COM_PORT, IAC, SE, IAC, SB, IAC, SE, b'x']), [octets(b"x")]);
    assert_eq!(telnet.receive(&[IAC, SB, COM_PORT, 5, IAC, WILL, 99, b'x']), [octets(b"x")], "its end was lost");
    assert_eq!(telnet.take_output(), [IAC, DONT, 99]);
}

#[test]
fn com_port_requests_are_not_heard_before_they_are_agreed_on() {
    let mut telnet = binary();
    assert_eq!(ask(&mut telnet, &[5, 9]), (vec![], vec![]));
    telnet.set_circuit(Circuit::C109, true);
    assert_eq!(telnet.take_output(), b"");
}

#[test]
fn settings_are_confirmed_and_told_when_asked() {
    let mut telnet = com_port();
    let quiet = |answer_: &[u8]| (answer(answer_), vec![]);
    assert_eq!(ask(&mut telnet, &[1, 0, 0, 0, 0]), quiet(&[101, 0, 0, 0x25, 0x80]), "9600 until set");
    let set = [1, 0, 0, 0xe1, 0];
    assert_eq!(ask(&mut telnet, &set), (answer(&[101, 0, 0, 0xe1, 0]), vec![TelnetEvent::Speed(57600)]));
    assert_eq!(ask(&mut telnet, &set), quiet(&[101, 0, 0, 0xe1, 0]), "no news");
    for (code, values, default) in [(2, 5..=8, 8), (3, 1..=5, 1), (4, 1..=3, 1)] {
        assert_eq!(ask(&mut telnet, &[code, 0]), quiet(&[code + 100, default]));
        for value in values.clone() {
            assert_eq!(ask(&mut telnet, &[code, value]), quiet(&[code + 100, value]));
        }
        assert_eq!(ask(&mut telnet, &[code, 99]), quiet(&[code + 100, *values.end()]), "as it is");
    }
    assert_eq!(ask(&mut telnet, &[0]), quiet(b"\x64offhook"));
    assert_eq!(ask(&mut telnet, b"\0somebody"), (vec![], vec![]), "the client's own signature");
    assert_eq!(ask(&mut telnet, &[10, 255]), quiet(&[110, 255, 255]));
    assert_eq!(ask(&mut telnet, &[1, 0]), (vec![], vec![]), "ill-formed");
    assert_eq!(ask(&mut telnet, &[77, 0]), (vec![], vec![]), "unknown");
}

#[test]
fn circuits_break_and_flow_control_come_by_set_control() {
    use TelnetEvent::{Circuit105, Circuit108};
    let mut telnet = com_port();
    let mut control = |value, now, events: &[TelnetEvent]| {
        assert_eq!(ask(&mut telnet, &[5, value]), (answer(&[105, now]), events.to_vec()), "SET-CONTROL {value}");
    };
    control(7, 8, &[]);
    control(9, 9, &[Circuit108(false)]);
    control(7, 9, &[]);
    control(8, 8, &[Circuit108(true)]);
    control(10, 11, &[]);
    control(12, 12, &[Circuit105(false)]);
    control(12, 12, &[]);
    control(11, 11, &[Circuit105(true)]);
    control(4, 6, &[]);
    control(5, 5, &[TelnetEvent::Break]);
    control(4, 5, &[]);
    control(6, 6, &[]);
    control(0, 1, &[]);
    control(3, 3, &[]);
    control(0, 3, &[]);
    control(13, 16, &[]);
    control(15, 15, &[]);
    control(13, 15, &[]);
    assert_eq!(ask(&mut telnet, &[5, 20]), (vec![], vec![]), "undefined");
    assert_eq!(ask(&mut telnet, &[8]).1, [TelnetEvent::Takes(false)]);
    assert_eq!(ask(&mut telnet, &[9]).1, [TelnetEvent::Takes(true)]);
    assert_eq!(ask(&mut telnet, &[12, 1]), (answer(&[112, 1]), vec![TelnetEvent::Purge]));
    assert_eq!(ask(&mut telnet, &[12, 2]), (answer(&[112, 2]), vec![]));
    assert_eq!(ask(&mut telnet, &[12, 3]), (answer(&[112, 3]), vec![TelnetEvent::Purge]));
}

#[test]
fn the_modems_circuits_are_notified_through_the_mask() {
    let mut telnet = com_port();
    let mut change = |circuit, on| {
        telnet.set_circuit(circuit, on);
        telnet.take_output()
    };
    assert_eq!(change(Circuit::C109, true), answer(&[107, 0xb8]));
    assert_eq!(change(Circuit::C109, true), b"", "no change");
    assert_eq!(change(Circuit::C125, true), answer(&[107, 0xf0]));
    assert_eq!(change(Circuit::C125, false), answer(&[107, 0xb4]), "the trailing edge of a burst");
    assert_eq!(change(Circuit::C106, false), answer(&[107, 0xa1]));
    assert_eq!(ask(&mut telnet, &[7]).0, answer(&[107, 0xa0]), "asked");
    let masked = [answer(&[111, 0x80]), answer(&[107, 0x80])].concat();
    assert_eq!(ask(&mut telnet, &[11, 0x80]).0, masked);
    telnet.set_circuit(Circuit::C107, false);
    assert_eq!(telnet.take_output(), b"", "not wanted");
    telnet.set_circuit(Circuit::C109, false);
    assert_eq!(telnet.take_output(), answer(&[107, 0]));
}

/// Carries octets between us and the other's client until both are silent; what each of them heard.
fn talk(telnet: &mut Telnet, client: &mut Client) -> (Vec<TelnetEvent>, Vec<u8>, Vec<Event>) {
    let (mut events, mut payload, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..10 {
        events.extend(telnet.receive(&client.take_output()));
        payload.extend(client.receive(&telnet.take_output()));
        while let Some(event) = client.poll_event() {
            theirs.push(event);
        }
    }
    assert!(!client.has_output(), "they never come to rest");
    (events, payload, theirs)
}

#[test]
fn a_client_somebody_else_wrote_gets_all_it_asks_for() {
    let mut telnet = Telnet::new(Role::Called, &CIRCUITS);
    let settings = PortSettings { baud_rate: 115_200, ..PortSettings::default() };
    let mut client = Client::new(settings);
    let (events, ..) = talk(&mut telnet, &mut client);
    assert_eq!(events, [TelnetEvent::Speed(115_200)]);
    assert!(telnet.has_circuits());
    client.readiness().unwrap();
    let state = client.modem_state().unwrap();
    assert!(state.cts() && state.dsr() && !state.cd() && !state.ri());

    let all: Vec<u8> = (0..=255).collect();
    client.set_dtr(false);
    client.set_dtr(true);
    client.set_rts(false);
    client.set_break(true);
    client.set_break(false);
    client.purge(Purge::Both);
    client.request_signature();
    client.write_data(&all);
    telnet.set_circuit(Circuit::C109, true);
    telnet.send(&all);
    let (events, payload, theirs) = talk(&mut telnet, &mut client);
    let wanted = [
        TelnetEvent::Circuit108(false),
        TelnetEvent::Circuit108(true),
        TelnetEvent::Circuit105(false),
        TelnetEvent::Break,
        TelnetEvent::Purge,
        octets(&all),
    ];
    assert_eq!(events, wanted);
    assert_eq!(payload, all);
    assert!(client.modem_state().unwrap().cd());
    assert!(theirs.iter().any(|event| matches!(event, Event::Purged(Purge::Both))), "{theirs:?}");
    assert!(theirs.iter().any(|event| matches!(event, Event::Signature(_))), "{theirs:?}");
    client.readiness().unwrap();
}

/// The octets of all events, and the others between them.
fn joined(events: Vec<TelnetEvent>) -> Vec<TelnetEvent> {
    let mut joined: Vec<TelnetEvent> = Vec::new();
    for event in events {
        match (joined.last_mut(), event) {
            (Some(TelnetEvent::Octets(before)), TelnetEvent::Octets(octets)) => before.extend(octets),
            (_, event) => joined.push(event),
        }
    }
    joined
}

#[test]
fn a_subnegotiation_without_end_is_kept_no_further_than_it_could_be_one_of_ours() {
    for octets in [[IAC, IAC], [b'a', b'b']] {
        let mut telnet = called();
        telnet.receive(&[IAC, SB, COM_PORT]);
        telnet.receive(&octets.repeat(100_000));
        assert!(telnet.pending() <= 257, "{octets:?}: {}", telnet.pending());
    }
}

proptest! {
    #[test]
    fn whatever_comes_means_the_same_however_it_is_cut(
        words in proptest::collection::vec(prop_oneof![
            Just(vec![IAC]), Just(vec![IAC, SB, COM_PORT]), Just(vec![IAC, SE]), Just(vec![IAC, WILL, COM_PORT]),
            Just(vec![IAC, WONT, BINARY]), Just(b"\r".to_vec()), proptest::collection::vec(any::<u8>(), 0..6),
        ], 0..40),
        size in 1..9_usize,
    ) {
        let stream = words.concat();
        let (mut whole, mut cut) = (called(), called());
        let events = joined(whole.receive(&stream));
        let pieces = stream.chunks(size).flat_map(|piece| cut.receive(piece)).collect();
        prop_assert_eq!(joined(pieces), events);
        prop_assert_eq!(cut.take_output(), whole.take_output());
    }
}
