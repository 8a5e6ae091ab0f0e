//! RFC 1661: a PPP link by operations, with a peer that says anything, or with another link and a bad line between.

use offhook_clock::Instant;
use offhook_ppp::auth::{Account, Credentials};
use offhook_ppp::frame::{IP, IPV6};
use offhook_ppp::link::{Answering, Calling, Config, Link, Role};
use offhook_ppp::transparency::encode;
use std::net::Ipv4Addr;
use std::time::Duration;

use crate::operations::Operations;
use crate::{Target, corpus};

pub(super) const TARGET: Target = Target {
    name: "link",
    about: "a PPP link at either end, by operations: frames, noise, time, ends; it answers no more than it was asked",
    run,
    corpus: || {
        let frames = corpus::frames();
        [2, 3].into_iter().flat_map(|what| corpus::as_operations(what, &frames)).collect()
    },
    words: &[
        b"\xff\x03\xc0\x21",
        b"\xc0\x23",
        b"\xc2\x23",
        b"\x80\x21",
        b"\x80\x57",
        b"\x00\x06",
        b"\x01\x04",
        b"\x05\x06",
    ],
    short: 3_000,
};

fn ends() -> [Link; 2] {
    let (local, remote) = (Ipv4Addr::new(192, 168, 32, 1), Ipv4Addr::new(192, 168, 32, 105));
    let mut answering = Answering::new(local, remote);
    answering.accounts.push(Account::new("alice", "secret"));
    let calling = Calling { credentials: Some(Credentials::new("alice", "secret")), ..Calling::default() };
    [
        Link::new(Config { role: Role::Calling(calling), seed: 1, ..Config::default() }),
        Link::new(Config { role: Role::Answering(answering), seed: 2, ..Config::default() }),
    ]
}

/// What a link may send for what it was given: answers carry the question, escaped at worst, and some of its own.
fn bound(given: usize) -> usize {
    4 * given + 8_192
}

/// What it has to send; and nobody listens to what it tells.
fn sent(link: &mut Link, given: usize) -> Vec<u8> {
    while link.poll_event().is_some() {}
    let mut octets = Vec::new();
    while let Some(more) = link.poll_transmit() {
        octets.extend(more);
        assert!(octets.len() <= bound(given), "{} octets for {given}", octets.len());
    }
    octets
}

fn run(input: &[u8]) {
    let mut ends = ends();
    let mut now = Instant::ZERO;
    ends.iter_mut().for_each(|link| link.handle_up(now));
    let mut operations = Operations::new(input);
    while let Some(operation) = operations.octet() {
        let at = usize::from(operation >> 7);
        let mut given = 0;
        match operation & 0x0f {
            // Octets as they are.
            0 | 1 => {
                let octets = operations.octets();
                given = octets.len();
                ends[at].handle_octets(now, octets);
            }
            // A frame with a good FCS.
            2..=4 => {
                let octets = encode(operations.octets(), 0);
                given = octets.len();
                ends[usize::from(operation & 1)].handle_octets(now, &octets);
            }
            // What one end says reaches the other, for some rounds.
            5 | 6 => {
                for _ in 0..operations.octet().unwrap_or_default() % 12 {
                    for from in [0, 1] {
                        let octets = sent(&mut ends[from], 4_096);
                        ends[1 - from].handle_octets(now, &octets);
                    }
                }
                given = 4_096;
            }
            // Time passes, to the next deadline or for some milliseconds.
            7 | 8 => {
                if let Some(next) = ends[at].poll_timeout() {
                    now = now.max(next);
                }
                ends.iter_mut().for_each(|link| link.handle_timeout(now));
            }
            9 => {
                now += Duration::from_millis(operations.number().into());
                ends.iter_mut().for_each(|link| link.handle_timeout(now));
            }
            10 => ends[at].handle_close(now, "enough"),
            11 => ends[at].handle_down(now),
            12 => ends[at].handle_up(now),
            13 => {
                let datagram = operations.octets();
                given = datagram.len();
                ends[at].handle_datagram(if operation & 0x10 == 0 { IP } else { IPV6 }, datagram);
            }
            14 => ends[at].challenge(now),
            _ => ends[at].fall_silent(),
        }
        for link in &mut ends {
            sent(link, given);
        }
    }
    // Left alone, it comes to rest: no timer that goes off for ever without an echo or a Challenge that was asked for.
    for link in &mut ends {
        link.handle_down(now);
        sent(link, 0);
        assert_eq!(link.poll_timeout(), None, "a link that is down waits for something");
    }
}
