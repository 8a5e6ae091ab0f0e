//! RFC 1661 and what lies above it: the answering end of a call with its host, by operations, with a caller that says anything.

use std::net::Ipv4Addr;
use std::time::Duration;

use offhook_answerer::{Answerer, AnswererConfig, CallFacts};
use offhook_clock::Instant;
use offhook_ppp::auth::Account;
use offhook_ppp::callback::CallbackOffer;
use offhook_ppp::frame::{Compression, Frame, LCP};
use offhook_ppp::link::Quality;
use offhook_ppp::packet::emit;
use offhook_ppp::transparency::encode;

use crate::operations::Operations;
use crate::{Target, corpus};

pub(super) const TARGET: Target = Target {
    name: "answerer",
    about: "the end of a call that answers with PPP, and its host, by operations: frames, noise, time, carrier; it answers no more than it was asked",
    run,
    corpus: || {
        let frames = corpus::frames();
        [0x02, 0x12, 0x22, 0x32].into_iter().flat_map(|what| corpus::as_operations(what, &frames)).collect()
    },
    words: &[
        b"\xff\x03\xc0\x21\x01\x01\x00\x04",
        b"\xff\x03\xc0\x21\x02\x01\x00\x04",
        b"\xff\x03\xc0\x25",
        b"\xff\x03\xc0\x29\x02\x01\x00",
        b"\x80\x21\x01\x01\x00\x0a\x03\x06",
        b"\x00\x21\x45\x00\x00\x1c",
        b"\x0d\x03\x06",
        b"\x04\x08\xc0\x25\x00\x00\x03\xe8",
    ],
    short: 1_000,
};

const REMOTE: Ipv4Addr = Ipv4Addr::new(100, 64, 0, 2);

/// One whom nobody has to tell a name, or everything that there is, by the first octet.
fn answerer(first: u8) -> Answerer {
    let mut config = AnswererConfig { ipv6: first & 1 == 1, ..AnswererConfig::default() };
    if first & 2 == 2 {
        config.accounts.push(Account::new("alice", "secret"));
    }
    if first & 4 == 4 {
        let list = vec!["111".to_owned(), "222".to_owned()];
        config.callback = Some(CallbackOffer { none: true, user: true, admin: Some("333".to_owned()), list, delay: 1 });
    }
    config.quality = (first & 8 == 8).then(|| Quality::every(Duration::from_secs(10)));
    Answerer::new(&config, CallFacts::default(), REMOTE, 1)
}

/// What it may send for what it was given: answers carry the question, escaped at worst, and some of its own; a page of its host is
/// asked for by less than it has.
fn bound(given: usize) -> usize {
    4 * given + 65_536
}

/// What it has to send, without flags and escapes; what it tells is read.
fn sent(answerer: &mut Answerer, given: usize) -> Vec<Vec<u8>> {
    while answerer.poll_event().is_some() {}
    let mut frames = Vec::new();
    let mut octets = 0;
    while let Some(frame) = answerer.poll_transmit() {
        octets += frame.len();
        assert!(octets <= bound(given), "{octets} octets for {given}");
        frames.push(frame);
    }
    frames
}

fn run(input: &[u8]) {
    let mut operations = Operations::new(input);
    let mut answerer = answerer(operations.octet().unwrap_or_default());
    let mut now = Instant::ZERO;
    answerer.handle_carrier(now);
    // LCP is opened, so that what follows gets further: the option-free request of a caller, and an Ack of what it asks.
    let asked = sent(&mut answerer, 0);
    if operations.octet().is_some_and(|octet| octet & 1 == 1) {
        open(&mut answerer, now, &asked);
    }
    while let Some(operation) = operations.octet() {
        let mut given = 0;
        match operation & 0x0f {
            0 | 1 => {
                let octets = operations.octets();
                given = octets.len();
                answerer.handle_octets(now, octets);
            }
            // A frame with a good FCS.
            2..=8 => {
                let octets = encode(operations.octets(), 0);
                given = octets.len();
                answerer.handle_octets(now, &octets);
            }
            // Time passes, to the next deadline or for some milliseconds.
            9 | 10 => {
                if let Some(next) = answerer.poll_timeout() {
                    now = now.max(next);
                }
                answerer.handle_timeout(now);
            }
            11 => {
                now += Duration::from_millis(operations.number().into());
                answerer.handle_timeout(now);
            }
            12 => answerer.close(now, "enough"),
            13 => answerer.handle_carrier_lost(now),
            _ => answerer.handle_carrier(now),
        }
        sent(&mut answerer, given);
    }
    answerer.handle_carrier_lost(now);
    sent(&mut answerer, 0);
    assert_eq!(answerer.poll_timeout(), None, "an answerer without carrier waits for something");
}

/// As a caller that agrees with everything.
fn open(answerer: &mut Answerer, now: Instant, asked: &[Vec<u8>]) {
    let lcp = |packet: &[u8]| encode(&Frame { protocol: LCP, information: packet }.emit(Compression::NONE), u32::MAX);
    let mut deframer = offhook_ppp::hdlc::Deframer::new(1506);
    let line = asked.concat();
    let mut input = line.as_slice();
    while let Some(item) = deframer.take(&mut input) {
        if let offhook_ppp::hdlc::Item::Frame(frame) = item
            && let Ok(Frame { protocol: LCP, information }) = Frame::parse(frame)
            && let [1, identifier, _, _, options @ ..] = information
        {
            answerer.handle_octets(now, &lcp(&emit(2, *identifier, options)));
        }
    }
    answerer.handle_octets(now, &lcp(&emit(1, 1, &[])));
}
