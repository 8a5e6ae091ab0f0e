//! Tests of [`Control`]: what LCP answers to hostile requests, how it counts, and when its timer runs.

#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;

use super::*;
use crate::auth::AuthChoice;
use crate::lcp::{Lcp, Settings};
use offhook_clock::Random;

fn lcp() -> Control<Lcp> {
    let wanted = Settings { accm: 0, pfc: true, acfc: true, ..Settings::DEFAULT };
    Control::new(Lcp::new(wanted, Some(AuthChoice::Any), Random::new(1)), Limits::default())
}

fn packets(control: &mut Control<Lcp>) -> Vec<Vec<u8>> {
    std::iter::from_fn(|| control.poll_output())
        .filter_map(|output| if let Output::Packet(packet) = output { Some(packet) } else { None })
        .collect()
}

/// LCP in Req-Sent, and the Configure-Request it sent.
fn req_sent() -> (Control<Lcp>, Vec<u8>) {
    let mut control = lcp();
    control.handle_open(Instant::ZERO);
    control.handle_up(Instant::ZERO);
    let sent = packets(&mut control);
    assert_eq!((sent.len(), control.state()), (1, State::ReqSent));
    (control, sent[0].clone())
}

fn ack_of(request: &[u8]) -> Vec<u8> {
    let mut ack = request.to_vec();
    ack[0] = 2;
    ack
}

/// LCP in Opened.
fn opened() -> Control<Lcp> {
    let (mut control, request) = req_sent();
    control.handle_packet(Instant::ZERO, &ack_of(&request)).unwrap();
    control.handle_packet(Instant::ZERO, b"\x01\x01\x00\x04").unwrap();
    assert_eq!(control.state(), State::Opened);
    while control.poll_output().is_some() {}
    control
}

fn answer(control: &mut Control<Lcp>, packet: &[u8]) -> Vec<Vec<u8>> {
    control.handle_packet(Instant::ZERO, packet).unwrap();
    packets(control)
}

#[test]
fn an_empty_information_field_is_refused_and_nothing_else_happens() {
    let mut control = opened();
    assert_eq!(control.handle_packet(Instant::ZERO, &[]), Err(PacketError::NoHeader { len: 0 }));
    assert_eq!((control.state(), control.poll_output()), (State::Opened, None));
}

#[test]
fn option_length_zero_is_nakked_with_a_good_one_or_the_packet_discarded() {
    let (mut control, _) = req_sent();
    // <mru> with Length 0 among other things.
    assert_eq!(answer(&mut control, b"\x01\x07\x00\x08\x01\x00\x05\xdc"), [b"\x03\x07\x00\x08\x01\x04\x05\xdc"]);
    // An option nobody knows cannot be given back if it has no end.
    assert!(answer(&mut control, b"\x01\x08\x00\x08\xfa\x00\x05\xdc").is_empty());
    // "The entire packet is silently discarded" (RFC 1661 §6).
    assert!(answer(&mut control, b"\x01\x09\x00\x08\x01\x09\x05\xdc").is_empty());
    assert_eq!(control.state(), State::ReqSent);
}

#[test]
fn seven_unknown_options_are_rejected_all_unmodified_and_in_order() {
    let (mut control, _) = req_sent();
    let unknown = [[0x40, 3, 1], [0x41, 3, 2], [0x42, 3, 3], [0x43, 3, 4], [0x44, 3, 5], [0x45, 3, 6], [0x46, 3, 7]];
    let request = emit(1, 9, &[&[7, 2], unknown.concat().as_slice(), &[8, 2]].concat());
    assert_eq!(answer(&mut control, &request), [emit(4, 9, &unknown.concat())]);
}

#[test]
fn a_reject_goes_before_a_nak_and_a_nak_has_only_the_bad_option() {
    let (mut control, _) = req_sent();
    assert_eq!(
        answer(&mut control, b"\x01\x01\x00\x0b\x01\x04\x00\x01\xfa\x03\x01"),
        [b"\x04\x01\x00\x07\xfa\x03\x01"]
    );
    assert_eq!(
        answer(&mut control, b"\x01\x02\x00\x0a\x07\x02\x01\x04\x00\x01"),
        [b"\x03\x02\x00\x08\x01\x04\x00\x80"]
    );
}

#[test]
fn the_sixth_bad_request_in_a_row_is_rejected_instead_of_nakked() {
    let (mut control, _) = req_sent();
    let codes = [0; 6].map(|_| answer(&mut control, b"\x01\x02\x00\x08\x01\x04\x00\x01")[0][0]);
    assert_eq!(codes, [3, 3, 3, 3, 3, 4]);
}

#[test]
fn an_empty_request_gets_an_empty_ack_with_its_identifier() {
    let (mut control, _) = req_sent();
    assert_eq!(answer(&mut control, b"\x01\x77\x00\x04\xff\xff"), [b"\x02\x77\x00\x04"]);
}

#[test]
fn unknown_codes_are_code_rejected_with_new_identifiers_and_cut_to_the_peers_mru() {
    let mut control = opened();
    control.set_peer_mru(128);
    let first = answer(&mut control, &emit(0x63, 5, &[0xaa; 1400]));
    let second = answer(&mut control, b"\x63\x06\x00\x04");
    assert_eq!((first[0][0], first[0].len()), (7, 128));
    assert_eq!(second[0][4..], *b"\x63\x06\x00\x04");
    assert_ne!(first[0][1], second[0][1]);
    assert_eq!(control.state(), State::Opened);
}

#[test]
fn an_echo_is_answered_with_our_magic_number_in_opened_only() {
    let mut control = opened();
    let magic = control.protocol().magic().to_be_bytes();
    let reply = answer(&mut control, b"\x09\x21\x00\x0a\x00\x00\x00\x00hi");
    assert_eq!(reply, [[b"\x0a\x21\x00\x0a", &magic[..], b"hi"].concat()]);
    let (mut early, _) = req_sent();
    assert!(answer(&mut early, b"\x09\x21\x00\x0a\x00\x00\x00\x00hi").is_empty());
    assert!(answer(&mut control, b"\x0b\x22\x00\x08\x00\x00\x00\x00").is_empty());
}

#[test]
fn ten_requests_with_one_identifier_three_seconds_apart_and_then_the_layer_is_finished() {
    let (mut control, first) = req_sent();
    let mut sent = vec![first];
    let mut times = Vec::new();
    while let Some(now) = control.poll_timeout() {
        times.push(now.micros() / 1_000_000);
        control.handle_timeout(now);
        while let Some(output) = control.poll_output() {
            match output {
                Output::Packet(packet) => sent.push(packet),
                other => assert_eq!(other, Output::Finished { by: Event::TimeoutExpired, from: State::ReqSent }),
            }
        }
    }
    assert_eq!(times, [3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
    assert_eq!((sent.len(), control.state()), (10, State::Stopped));
    assert!(sent.iter().all(|packet| *packet == sent[0]));
}

#[test]
fn the_ack_of_a_retransmitted_request_counts_once() {
    let (mut control, request) = req_sent();
    control.handle_timeout(Instant::from_millis(3000));
    assert_eq!(packets(&mut control), std::slice::from_ref(&request));
    answer(&mut control, &ack_of(&request));
    assert_eq!(control.state(), State::AckRcvd);
    assert!(answer(&mut control, &ack_of(&request)).is_empty());
    assert_eq!(control.state(), State::AckRcvd);
}

#[test]
fn answers_that_are_none_have_no_effect() {
    let (mut control, request) = req_sent();
    let mut other_identifier = ack_of(&request);
    other_identifier[1] ^= 1;
    let mut altered = ack_of(&request);
    altered[6] ^= 1;
    let not_asked = emit(4, request[1], &[1, 4, 0, 1]);
    let empty_nak = emit(3, request[1], &[]);
    for packet in [other_identifier, altered, not_asked, empty_nak] {
        assert!(answer(&mut control, &packet).is_empty());
        assert_eq!(control.state(), State::ReqSent);
    }
}

#[test]
fn a_reject_leads_to_a_new_request_without_the_option_under_a_new_identifier() {
    let (mut control, request) = req_sent();
    let requests = answer(&mut control, &emit(4, request[1], &[7, 2, 8, 2]));
    assert_eq!(requests[0][4..], request[4..request.len() - 4]);
    assert_ne!(requests[0][1], request[1]);
}

#[test]
fn a_terminate_request_in_opened_is_acknowledged_and_finishes_after_a_pause() {
    let mut control = opened();
    assert_eq!(answer(&mut control, b"\x05\x42\x00\x0abye..."), [b"\x06\x42\x00\x04"]);
    assert_eq!((control.state(), control.poll_timeout()), (State::Stopping, Some(Instant::from_millis(3000))));
    control.handle_timeout(Instant::from_millis(3000));
    assert_eq!(control.state(), State::Stopped);
}

#[test]
fn two_terminate_requests_are_sent_before_giving_up() {
    let mut control = opened();
    control.handle_close(Instant::ZERO, "User request");
    let first = packets(&mut control);
    assert_eq!(first[0][4..], *b"User request");
    control.handle_timeout(Instant::from_millis(3000));
    assert_eq!(packets(&mut control), first);
    control.handle_timeout(Instant::from_millis(6000));
    assert_eq!((control.state(), control.poll_timeout()), (State::Closed, None));
}

#[test]
fn a_new_request_in_opened_takes_the_layer_down_and_up_again() {
    let mut control = opened();
    control.handle_packet(Instant::ZERO, b"\x01\x02\x00\x06\x07\x02").unwrap();
    let outputs: Vec<Output> = std::iter::from_fn(|| control.poll_output()).collect();
    assert!(matches!(&outputs[..], [Output::Down, Output::Packet(request), Output::Packet(ack)]
        if request[0] == 1 && ack == b"\x02\x02\x00\x06\x07\x02"));
    assert_eq!(control.state(), State::AckSent);
}

#[test]
fn an_echo_that_is_missed_changes_nothing_and_one_before_opened_does_not_count() {
    let wanted = Settings::DEFAULT;
    let mut protocol = Lcp::new(wanted, None, Random::new(1));
    protocol.miss_echo(2);
    let mut control = Control::new(protocol, Limits::default());
    control.handle_open(Instant::ZERO);
    control.handle_up(Instant::ZERO);
    let request = packets(&mut control)[0].clone();
    let echo = b"\x09\x21\x00\x08\x00\x00\x00\x00";
    assert!(answer(&mut control, echo).is_empty());
    answer(&mut control, &ack_of(&request));
    answer(&mut control, b"\x01\x01\x00\x04");
    let answers = [0; 5].map(|_| answer(&mut control, echo).len());
    assert_eq!((answers, control.state()), ([1, 0, 1, 0, 1], State::Opened));
}

#[test]
fn a_request_that_is_no_good_changes_nothing_of_what_was_agreed_on() {
    for bad in [
        // An option that ends after the packet, one without room for its own header, a Nak, a Reject.
        &b"\x01\x03\x00\x0d\x05\x06\x77\x77\x77\x77\x01\x09\x05"[..],
        b"\x01\x03\x00\x06\xfa\x01",
        b"\x01\x03\x00\x0a\x07\x02\x01\x04\x00\x00",
        b"\x01\x03\x00\x08\x07\x02\xfa\x02",
    ] {
        let mut control = opened();
        control.handle_packet(Instant::ZERO, b"\x01\x02\x00\x08\x01\x04\x02\x40").unwrap();
        assert_eq!(control.protocol().peer().mru, 576);
        control.handle_packet(Instant::ZERO, bad).unwrap();
        let peer = control.protocol().peer();
        assert_eq!((peer.mru, peer.pfc, peer.magic), (576, false, None), "{bad:02x?}");
    }
}

#[test]
fn the_second_option_of_a_kind_is_rejected() {
    let mut control = opened();
    let twice = b"\x01\x05\x00\x0c\x01\x04\x02\x40\x01\x04\x05\xdc";
    assert_eq!(answer(&mut control, twice).last().unwrap()[..], *b"\x04\x05\x00\x08\x01\x04\x05\xdc");
}

#[test]
fn a_code_that_the_peer_rejects_is_not_sent_any_more_and_without_codes_1_to_7_there_is_no_link() {
    let mut control = opened();
    let echo = b"\x09\x21\x00\x08\x00\x00\x00\x00";
    assert_eq!(answer(&mut control, echo).len(), 1);
    for code in [Code::EchoReply, Code::ProtocolReject] {
        assert!(control.may_send(code));
        assert!(answer(&mut control, &emit(7, 9, &[code.into(), 1, 0, 4])).is_empty());
        assert!(!control.may_send(code) && control.state() == State::Opened);
    }
    assert!(answer(&mut control, echo).is_empty());
    // A copy that is no packet rejects nothing.
    assert!(answer(&mut control, &emit(7, 9, &[1, 1, 0])).is_empty());
    assert_eq!(control.state(), State::Opened);
    control.handle_packet(Instant::ZERO, &emit(7, 9, &[1, 1, 0, 4])).unwrap();
    let outputs: Vec<_> = std::iter::from_fn(|| control.poll_output()).collect();
    assert!(outputs.starts_with(&[Output::CodeRejected(1), Output::Down]), "{outputs:?}");
    assert_eq!(control.state(), State::Stopping);
}

#[test]
fn identification_and_time_remaining_are_taken_without_an_answer_in_any_state() {
    let (early, _) = req_sent();
    for mut control in [early, opened()] {
        let before = control.state();
        for code in [12, 13] {
            assert!(answer(&mut control, &emit(code, 7, b"\x12\x34\x56\x78MSRASV4.00")).is_empty());
        }
        assert_eq!(control.state(), before);
    }
}

#[test]
fn who_is_silent_asks_only_when_asked() {
    let mut control = lcp();
    control.set_opening(Opening::Silent);
    control.handle_open(Instant::ZERO);
    control.handle_up(Instant::ZERO);
    assert!(packets(&mut control).is_empty());
    assert_eq!((control.state(), control.poll_timeout()), (State::Stopped, None));
    let said = answer(&mut control, b"\x01\x01\x00\x04");
    assert_eq!((said[0][0], &said[1][..]), (1, &b"\x02\x01\x00\x04"[..]));
    assert_eq!(control.state(), State::AckSent);
}

#[test]
fn who_is_passive_asks_ten_times_and_then_waits_to_be_asked() {
    let mut control = lcp();
    control.set_opening(Opening::Passive);
    control.handle_open(Instant::ZERO);
    control.handle_up(Instant::ZERO);
    while let Some(now) = control.poll_timeout() {
        control.handle_timeout(now);
    }
    let outputs: Vec<_> = std::iter::from_fn(|| control.poll_output()).collect();
    assert!(matches!(&outputs[..], [Output::Started, packets @ ..] if packets.len() == 10), "{outputs:?}");
    assert!(outputs[1..].iter().all(|output| matches!(output, Output::Packet(_))));
    assert_eq!(control.state(), State::Stopped);
    assert_eq!(answer(&mut control, b"\x01\x01\x00\x04").len(), 2);
}

/// Something that may happen to a control protocol.
#[derive(Clone, Debug)]
enum Happening {
    Up,
    Down,
    Open,
    Close,
    Wait,
    Packet(Vec<u8>),
    /// A well-formed packet with these octets as data.
    Code(u8, Vec<u8>),
    /// An answer of this code to whatever was last asked.
    Answer(u8),
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let happening = prop_oneof![
        1 => Just(Happening::Up),
        1 => Just(Happening::Down),
        1 => Just(Happening::Open),
        1 => Just(Happening::Close),
        3 => Just(Happening::Wait),
        1 => prop::collection::vec(any::<u8>(), 0..20).prop_map(Happening::Packet),
        4 => (0..15_u8, prop::collection::vec(0..9_u8, 0..12)).prop_map(|(code, data)| Happening::Code(code, data)),
        4 => (2..5_u8).prop_map(Happening::Answer),
    ];
    prop::collection::vec(happening, 0..80)
}

proptest! {
    #[test]
    fn the_restart_timer_runs_exactly_in_states_with_timeout_cells(happenings in happenings()) {
        let mut control = lcp();
        let mut now = Instant::ZERO;
        let mut last_request = vec![1, 0, 0, 4];
        for happening in happenings {
            match happening {
                Happening::Up => control.handle_up(now),
                Happening::Down => control.handle_down(now),
                Happening::Open => control.handle_open(now),
                Happening::Close => control.handle_close(now, "x"),
                Happening::Wait => {
                    now = control.poll_timeout().unwrap_or(now);
                    control.handle_timeout(now);
                }
                Happening::Packet(octets) => {
                    let _ = control.handle_packet(now, &octets);
                },
                Happening::Code(code, data) => {
                    let _ = control.handle_packet(now, &emit(code, 1, &data));
                },
                Happening::Answer(code) => {
                    last_request[0] = code;
                    let _ = control.handle_packet(now, &last_request);
                }
            }
            for packet in packets(&mut control) {
                prop_assert!(packet.len() <= 1500 && Packet::new_checked(&packet).is_ok());
                if packet[0] == 1 {
                    last_request = packet;
                }
            }
            prop_assert_eq!(control.poll_timeout().is_some(), control.state().has_timer());
        }
    }
}
