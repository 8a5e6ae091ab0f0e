//! Tests of [`Deframer`]: what it makes of frames, of text, and of everything between.

#![allow(clippy::panic)]

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
            Item::Bad { reason, octets, .. } => Got::Bad(reason, octets.to_vec()),
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
fn a_bad_frame_is_told_as_it_came_too_however_it_is_cut() {
    let mut damaged = encode(HELLO, DEFAULT_ACCM);
    damaged[5] ^= 0x40;
    let good = encode(HELLO, DEFAULT_ACCM);
    // A good frame before it, whose flag it shares, and spare flags before another.
    let line = [&good, &damaged[1..], &[FLAG; 3], &damaged].concat();
    for pieces in 1..=line.len() {
        let mut deframer = deframer();
        let mut seen = Vec::new();
        for mut piece in line.chunks(pieces) {
            while let Some(item) = deframer.take(&mut piece) {
                if let Item::Bad { raw, .. } = item {
                    seen.push(raw.to_vec());
                }
            }
        }
        assert_eq!(seen, [damaged.clone(), damaged.clone()], "in pieces of {pieces}");
    }
}

#[test]
fn of_an_overlong_frame_as_it_came_no_more_is_kept_than_the_longest_could_have() {
    let mut deframer = Deframer::new(20);
    let line = [&b"~\xff\x7d\x23\xc0\x21"[..], &[ESCAPE, 0x5e].repeat(5000), b"~"].concat();
    let raw = match deframer.take(&mut line.as_slice()) {
        Some(Item::Bad { reason: BadFrame::Overlong, raw, .. }) => raw.to_vec(),
        other => panic!("{:?}", other.is_some()),
    };
    assert_eq!(raw, line[..42]);
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
    assert_eq!(feed(&mut deframer, &line), [text(b"login: "), text(b"~\x08 \x08}#@\r\n"), hello()]);
    assert_eq!(deframer.counters(), Counters { frames: 1, ..Counters::default() });
}

#[test]
fn runts_aborts_and_overlong_frames_are_told_apart_and_followed_by_good_ones() {
    let mut deframer = Deframer::new(20);
    deframer.set_accm(0);
    let mut line = encode(HELLO, 0);
    line.extend(b"\x01\x02\x03\x7e");
    line.extend(b"\xff\x03\xc0\x21\x7d\x7e");
    line.extend([0x95; 100]);
    line.extend(encode(HELLO, 0));
    let wanted = [
        hello(),
        Got::Bad(BadFrame::Runt, vec![1, 2, 3]),
        Got::Bad(BadFrame::Abort, vec![0xff, 0x03, 0xc0, 0x21]),
        Got::Bad(BadFrame::Overlong, vec![0x95; 20]),
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
    let (octets, raw): (&[u8], &[u8]) = (b"\xff\x03\xc0", b"~\xff\x7d\x23\xc0");
    assert_eq!(deframer.finish(), Some(Item::Bad { reason: BadFrame::Unfinished, octets, raw }));
    assert_eq!(deframer.finish(), None);
    assert_eq!(feed(&mut deframer, b"NO CARRIER"), [Got::Text(b"NO CARRIER".to_vec())]);
}

/// What is told of octets at once, and what after a pause.
fn told(deframer: &mut Deframer, line: &[u8]) -> (Vec<Got>, Vec<Got>) {
    let at_once = feed(deframer, line);
    let after_a_pause = deframer.pause().map(|item| match item {
        Item::Frame(octets) => Got::Frame(octets.to_vec()),
        Item::Bad { reason, octets, .. } => Got::Bad(reason, octets.to_vec()),
        Item::Text(octets) => Got::Text(octets.to_vec()),
    });
    (at_once, after_a_pause.into_iter().collect())
}

fn octets(got: Got) -> Vec<u8> {
    let (Got::Frame(octets) | Got::Bad(_, octets) | Got::Text(octets)) = got;
    octets
}

fn text(octets: &[u8]) -> Vec<Got> {
    vec![Got::Text(octets.to_vec())]
}

/// A deframer that has received a frame, so that any Protocol field may begin the next.
fn synchronized() -> Deframer {
    let mut deframer = deframer();
    deframer.set_accm(0);
    assert_eq!(feed(&mut deframer, &encode(HELLO, 0)), [hello()]);
    deframer
}

#[test]
fn text_after_a_tilde_is_told_when_it_comes_and_however_long_it_is() {
    let line = b"~ welcome, login: ".repeat(10_000);
    for size in [1, 7, line.len()] {
        let mut deframer = deframer();
        let mut heard = Vec::new();
        for piece in line.chunks(size) {
            heard.extend(feed(&mut deframer, piece).into_iter().flat_map(octets));
        }
        assert!(heard == line, "in pieces of {size}");
    }
}

#[test]
fn a_flag_waits_for_the_octet_that_decides_and_for_a_pause_if_none_comes() {
    // What comes, what is told of it at once, and what after a pause.
    for (line, at_once, after_a_pause) in [
        (&b"~"[..], vec![], text(b"~")),
        (b"~~", vec![], text(b"~~")),
        (b"~ ", text(b"~ "), vec![]),
        (b"~}#", text(b"~}#"), vec![]),
        (b"~\xff", vec![], text(b"~\xff")),
        (b"~\r\n", vec![], text(b"~\r\n")),
        (b"~\xff}#\xc0!", vec![], vec![]),
        (b"~\xc0!}!}!", vec![], vec![]),
    ] {
        assert_eq!(told(&mut deframer(), line), (at_once, after_a_pause), "{line:?}");
    }
}

#[test]
fn a_frame_in_which_the_line_rests_is_received_whole() {
    let line = encode(HELLO, DEFAULT_ACCM);
    for cut in 1..line.len() {
        let mut deframer = deframer();
        let (mut got, after_a_pause) = told(&mut deframer, &line[..cut]);
        got.extend(feed(&mut deframer, &line[cut..]));
        assert_eq!(got, [hello()], "cut at {cut}");
        // Where address and control have come, nothing is taken for text.
        assert!(cut < 4 || after_a_pause.is_empty(), "cut at {cut}: {after_a_pause:?}");
    }
}

#[test]
fn text_after_ppp_is_told_by_its_fourth_octet_or_after_a_pause() {
    for (line, at_once, after_a_pause) in [
        (&b"login: "[..], text(b"login: "), vec![]),
        (b"log", vec![], text(b"log")),
        // An odd octet may be a compressed Protocol field (RFC 1661 §6.5).
        (b"\r\nlogin: ", vec![], text(b"\r\nlogin: ")),
        (b"~~~ ", vec![], text(b" ")),
    ] {
        assert_eq!(told(&mut synchronized(), line), (at_once, after_a_pause), "{line:?}");
    }
}

#[test]
fn frames_of_every_compression_are_frames_and_no_text() {
    let plain_data = [&b"-"[..], &[b'x'; 1000]].concat();
    for frame in [&b"!E\0\0 "[..], b"W`\x0b\x0c ", b"\0!E\0\0 ", b"\x80!\x01\x01\0\x04", &plain_data, b"\xfd\0"] {
        assert_eq!(feed(&mut synchronized(), &encode(frame, 0)), [Got::Frame(frame.to_vec())], "{frame:?}");
    }
}

#[test]
fn text_between_frames_and_a_tilde_in_it_are_told_as_they_came() {
    let words = b"a ~ b: ";
    let line = [&words[..], &encode(HELLO, 0)].concat();
    let mut heard = feed(&mut synchronized(), &line);
    assert_eq!(heard.pop(), Some(hello()));
    assert_eq!(heard.into_iter().flat_map(octets).collect::<Vec<_>>(), words);
}

#[test]
fn a_frame_whose_beginning_noise_has_damaged_is_a_bad_frame() {
    for bit in 0..8 {
        let mut line = encode(b"!E\0\0T\x12\x34@\0", 0);
        line[1] ^= 1 << bit;
        let got = feed(&mut synchronized(), &line);
        assert!(matches!(&got[..], [Got::Bad(BadFrame::Fcs, _)]), "bit {bit}: {got:?}");
    }
}

#[test]
fn text_after_a_frame_that_breaks_off_is_told_after_the_next_pause() {
    let mut deframer = synchronized();
    assert_eq!(told(&mut deframer, b"\xff\x03\xc0\x21\x09"), (vec![], vec![]));
    assert_eq!(told(&mut deframer, b"\r\nlogin: "), (vec![], text(b"\r\nlogin: ")));
}

#[test]
fn an_intact_frame_that_the_receive_accm_spoils_is_told_as_such() {
    // Sent under an ACCM of 0, received under the default one.
    let line = encode(HELLO, 0);
    let whole = [HELLO, &fcs::trailer(HELLO)].concat();
    let mut deframer = deframer();
    assert_eq!(feed(&mut deframer, &encode(HELLO, DEFAULT_ACCM)), [hello()]);
    assert_eq!(feed(&mut deframer, &line), [Got::Bad(BadFrame::Accm, whole)]);
    // One that noise has hit besides has a bad FCS.
    let mut damaged = line.clone();
    damaged[4] ^= 0x40;
    assert!(matches!(feed(&mut deframer, &damaged)[..], [Got::Bad(BadFrame::Fcs, _)]));
    assert_eq!(deframer.counters().fcs_errors, 2);
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
        // Before the first good frame one that begins as no frame does is told as text as well.
        prop_assert_eq!(got.last(), Some(&Got::Frame(frame)));
        prop_assert!(got[..got.len() - 1].iter().all(|got| matches!(got, Got::Text(_))), "{:?}", got);
    }
}

/// Fifteen octets that the ACCM removes, and the beginning of LCP: one octet by one what came was text, in one piece a frame.
#[test]
fn what_begins_a_frame_after_removed_octets_is_the_same_however_it_is_cut() {
    let line = [&[FLAG][..], &[3; 15], &[0xc0, 0x21]].concat();
    let told = |size: usize| {
        let mut deframer = Deframer::new(1600);
        deframer.set_accm(u32::MAX);
        let mut told = Vec::new();
        for mut piece in line.chunks(size) {
            while let Some(item) = deframer.take(&mut piece) {
                told.push(format!("{item:?}"));
            }
        }
        told
    };
    let whole = told(line.len());
    for size in 1..line.len() {
        assert_eq!(told(size), whole, "in pieces of {size}");
    }
}
