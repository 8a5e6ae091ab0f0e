//! Tests of [`Deframer`]: what it makes of frames, of text, and of everything between.

use proptest::prelude::*;

use super::*;
use crate::transparency::encode;

const HELLO: &[u8] = b"\xff\x03\xc0\x21\x09\x01\x00\x08\x00\x00\x00\x00";

/// An [`Item`] that owns its octets.
#[derive(Clone, Debug, PartialEq)]
enum Got {
    Frame(Vec<u8>),
    Bad(BadFrame, Vec<u8>),
    Text(Vec<u8>),
}

fn feed(deframer: &mut Deframer, octets: &[u8]) -> Vec<Got> {
    let mut input = octets;
    let mut got = Vec::new();
    while let Some(item) = deframer.take(&mut input) {
        got.push(match item {
            Item::Frame(octets) => Got::Frame(octets.to_vec()),
            Item::Bad(reason, octets) => Got::Bad(reason, octets.to_vec()),
            Item::Text(octets) => Got::Text(octets.to_vec()),
        });
    }
    assert!(input.is_empty());
    got
}

fn deframer() -> Deframer {
    Deframer::new(1506)
}

fn hello() -> Got {
    Got::Frame(HELLO.to_vec())
}

#[test]
fn good_frames_after_one_with_a_bad_fcs_are_all_received() {
    let mut damaged = encode(HELLO, DEFAULT_ACCM);
    let at = damaged.len() - 3;
    damaged[at] ^= 0x40;
    let mut deframer = deframer();
    assert!(matches!(feed(&mut deframer, &damaged)[..], [Got::Bad(BadFrame::Fcs, _)]));
    for _ in 0..5 {
        assert_eq!(feed(&mut deframer, &encode(HELLO, DEFAULT_ACCM)), [hello()]);
    }
    assert_eq!(deframer.counters(), Counters { frames: 5, fcs_errors: 1, ..Counters::default() });
}

#[test]
fn frames_may_share_a_flag_and_spare_flags_are_nothing() {
    let line = encode(HELLO, DEFAULT_ACCM);
    let mut shared = line.clone();
    shared.extend(&line[1..]);
    shared.extend([FLAG; 50]);
    shared.extend(&line);
    assert_eq!(feed(&mut deframer(), &shared), [hello(), hello(), hello()]);
}

#[test]
fn a_login_prompt_before_the_first_flag_is_text() {
    let mut line = b"\r\nSI7 login: ".to_vec();
    line.extend(encode(HELLO, DEFAULT_ACCM));
    assert_eq!(feed(&mut deframer(), &line), [Got::Text(b"\r\nSI7 login: ".to_vec()), hello()]);
}

#[test]
fn an_echoed_flag_at_a_login_prompt_leaves_text_text() {
    // What mgetty's prompt makes of the beginning of a frame.
    let mut line = b"login: ~\x08 \x08}#@\r\n".to_vec();
    line.extend(encode(HELLO, DEFAULT_ACCM));
    let mut deframer = deframer();
    let text = |text: &[u8]| Got::Text(text.to_vec());
    assert_eq!(feed(&mut deframer, &line), [text(b"login: "), text(b"\x08 \x08}#@\r\n"), hello()]);
    assert_eq!(deframer.counters(), Counters { frames: 1, ..Counters::default() });
}

#[test]
fn runts_aborts_and_overlong_frames_are_told_apart_and_followed_by_good_ones() {
    let mut deframer = Deframer::new(20);
    deframer.set_accm(0);
    let mut line = encode(HELLO, 0);
    line.extend(b"\x01\x02\x03\x7e");
    line.extend(b"\xff\x03\xc0\x21\x7d\x7e");
    line.extend([0x55; 100]);
    line.extend(encode(HELLO, 0));
    let wanted = [
        hello(),
        Got::Bad(BadFrame::Runt, vec![1, 2, 3]),
        Got::Bad(BadFrame::Abort, vec![0xff, 0x03, 0xc0, 0x21]),
        Got::Bad(BadFrame::Overlong, vec![0x55; 20]),
        hello(),
    ];
    assert_eq!(feed(&mut deframer, &line), wanted);
    let counters = Counters { frames: 2, runts: 1, aborts: 1, overlong: 1, fcs_errors: 0 };
    assert_eq!(deframer.counters(), counters);
}

#[test]
fn stray_control_octets_in_the_accm_are_removed_even_after_control_escape() {
    let mut line = Vec::new();
    for octet in encode(HELLO, DEFAULT_ACCM) {
        line.extend([octet, 0x11, 0x13]);
    }
    line.push(FLAG);
    let got = feed(&mut deframer(), &line);
    assert!(got.contains(&hello()), "{got:?}");
}

#[test]
fn a_lost_carrier_leaves_an_unfinished_frame_behind() {
    let mut deframer = deframer();
    feed(&mut deframer, &encode(HELLO, 0));
    feed(&mut deframer, b"\xff\x7d\x23\xc0");
    assert_eq!(deframer.finish(), Some(Item::Bad(BadFrame::Unfinished, b"\xff\x03\xc0")));
    assert_eq!(deframer.finish(), None);
    assert_eq!(feed(&mut deframer, b"NO CARRIER"), [Got::Text(b"NO CARRIER".to_vec())]);
}

#[test]
fn text_that_is_longer_than_any_frame_is_kept_as_far_however_it_is_cut() {
    let line = [&[FLAG][..], &b"login: ".repeat(10_000), &[FLAG]].concat();
    let whole = feed(&mut deframer(), &line);
    let mut cut = deframer();
    let pieces: Vec<Got> = line.chunks(1).flat_map(|piece| feed(&mut cut, piece)).collect();
    assert!(matches!(&whole[..], [Got::Text(_)]));
    assert_eq!(whole, pieces);
}

proptest! {
    #[test]
    fn after_any_junk_a_flag_and_a_good_frame_are_received(
        junk in prop::collection::vec(prop_oneof![any::<u8>(), Just(FLAG), Just(ESCAPE)], 0..300),
        accm in any::<u32>(),
    ) {
        let mut deframer = deframer();
        deframer.set_accm(accm);
        feed(&mut deframer, &junk);
        feed(&mut deframer, &[FLAG]);
        let got = feed(&mut deframer, &encode(HELLO, accm));
        prop_assert_eq!(got.last(), Some(&hello()));
    }

    #[test]
    fn what_was_encoded_under_any_accm_is_decoded_however_it_is_cut(
        frame in prop::collection::vec(any::<u8>(), 2..300),
        accm in any::<u32>(),
        cut in 1..64_usize,
    ) {
        let mut deframer = deframer();
        deframer.set_accm(accm);
        let line = encode(&frame, accm);
        let got: Vec<Got> = line.chunks(cut).flat_map(|piece| feed(&mut deframer, piece)).collect();
        prop_assert_eq!(got, [Got::Frame(frame)]);
    }
}
