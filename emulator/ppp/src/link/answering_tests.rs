//! Tests of [`Link`] as the end that answers: who is let in, what is given, and what it makes of callers that do not
//! play by the rules.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::net::Ipv4Addr;
use std::time::Duration;

use proptest::prelude::*;

use super::pair::{LOCAL, MD5, Pair, REMOTE, answering, calling, config, frames, server};
use super::*;
use crate::auth::{Account, AuthOption, Method, PeerAuth};
use crate::automaton::State;
use crate::chap::Algorithm;
use crate::frame::PAP;
use crate::ipcp::Wanted;
use crate::packet::emit;
use crate::print;
use crate::transparency::DEFAULT_ACCM;

fn run(config: Config, server: Config) -> Pair {
    let mut pair = Pair::new(config, server);
    pair.run();
    pair
}

fn accepted() -> PeerAuth {
    PeerAuth::Accepted { user: b"alice".to_vec() }
}

#[test]
fn both_ends_tell_the_same_story() {
    for (protocol, method) in [(AuthOption::Pap, Method::Pap), (MD5, Method::Chap)] {
        let pair = run(config(Some("secret")), server(&[protocol]));
        let told: Vec<&LinkEvent> = pair
            .server_events
            .iter()
            .filter(|event| !matches!(event, LinkEvent::FrameSent(_) | LinkEvent::FrameReceived(_)))
            .collect();
        let expected = [
            LinkEvent::Phase(Phase::Establish),
            LinkEvent::LcpOpened,
            LinkEvent::Phase(Phase::Authenticate),
            LinkEvent::PeerAuth(method, accepted()),
            LinkEvent::Phase(Phase::Network),
            LinkEvent::IpUp { local: LOCAL, peer: Some(REMOTE), dns: vec![], wins: vec![] },
        ];
        assert_eq!(told, expected.iter().collect::<Vec<_>>());
    }
}

#[test]
fn nobody_is_challenged_again_once_the_link_is_being_terminated_and_nothing_is_waited_for_when_it_is_down() {
    let mut pair = run(config(Some("secret")), server(&[MD5]));
    pair.server.handle_close(pair.now, "enough");
    while pair.server.poll_transmit().is_some() {}
    pair.server.challenge(pair.now);
    assert_eq!(pair.server.poll_transmit(), None);
    pair.server.handle_down(pair.now);
    assert_eq!(pair.server.poll_timeout(), None);
}

#[test]
fn who_has_a_wrong_password_or_none_is_not_let_in_and_the_link_is_terminated() {
    for protocol in [AuthOption::Pap, MD5] {
        let pair = run(config(Some("wrong")), server(&[protocol]));
        let refused = LinkEvent::PeerAuth(protocol.method().unwrap(), PeerAuth::Refused { user: b"alice".to_vec() });
        assert!(pair.server_events.contains(&refused));
        let last = pair.server_events.last();
        assert_eq!(last, Some(&LinkEvent::Finished(LinkEnding::Closed("Authentication failed".into()))));
    }
    let pair = run(config(None), server(&[MD5, AuthOption::Pap]));
    assert!(!pair.server_events.iter().any(|event| matches!(event, LinkEvent::PeerAuth(..) | LinkEvent::IpUp { .. })));
    assert!(pair.says("terminated by the peer (\"peer refused to authenticate\")"));
}

#[test]
fn a_caller_that_agrees_to_what_cannot_be_carried_out_is_not_let_in() {
    let mut server = Link::new(server(&[AuthOption::Chap(Algorithm::Unknown(9))]));
    server.handle_up(Instant::ZERO);
    let request = server.poll_transmit().unwrap();
    let mut deframer = Deframer::new(1506);
    let Some(hdlc::Item::Frame(frame)) = deframer.take(&mut request.as_slice()) else { panic!("no frame") };
    let mut ack = frame.to_vec();
    ack[4] = 2;
    let request = [&b"\xff\x03\xc0\x21"[..], &emit(1, 1, &[])].concat();
    for frame in [ack, request] {
        server.handle_octets(Instant::ZERO, &encode(&frame, DEFAULT_ACCM));
    }
    let sent = std::iter::from_fn(|| server.poll_event())
        .filter_map(|event| if let LinkEvent::FrameSent(octets) = event { Some(print::frame(&octets)) } else { None })
        .last();
    assert_eq!(sent.as_deref(), Some("[LCP TermReq id=0x2 \"authentication protocol not available\"]"));
}

#[test]
fn a_caller_that_says_nothing_is_waited_for_thirty_seconds() {
    for protocol in [AuthOption::Pap, MD5] {
        let mut pair = Pair::new(config(Some("secret")), server(&[protocol]));
        pair.until_authentication();
        pair.link.fall_silent();
        pair.run();
        let method = protocol.method().unwrap();
        let at = pair.server_events.iter().position(|event| *event == LinkEvent::PeerAuth(method, PeerAuth::NoAnswer));
        assert!(at.is_some(), "{:#?}", pair.server_events);
        // And two Terminate-Requests without an answer.
        assert_eq!(pair.now, Instant::from_millis(36_000));
    }
}

#[test]
fn the_address_of_an_account_goes_before_that_of_the_link() {
    let own = Ipv4Addr::new(10, 0, 0, 9);
    let server = answering(&[AuthOption::Pap], |answering| answering.accounts[0].address = Some(own));
    let pair = run(config(Some("secret")), server);
    assert!(pair.says("IpUp { local: 10.0.0.9, peer: Some(192.168.32.1)"), "{:#?}", pair.log);
    assert!(pair.server_events.contains(&LinkEvent::IpUp { local: LOCAL, peer: Some(own), dns: vec![], wins: vec![] }));
}

#[test]
fn of_several_accounts_each_has_its_own_password() {
    let server = answering(&[MD5], |answering| answering.accounts.insert(0, Account::new("bob", "other")));
    assert!(run(config(Some("secret")), server.clone()).says("IpUp"));
    assert!(!run(config(Some("other")), server).says("IpUp"));
}

#[test]
fn a_caller_with_an_address_of_its_own_keeps_it_if_none_is_given() {
    let own = Ipv4Addr::new(10, 1, 2, 3);
    let server = answering(&[], |answering| answering.ip.remote = None);
    let caller = calling(None, |calling| calling.ip = Wanted { address: Some(own), ..Wanted::default() });
    assert!(run(caller, server.clone()).says("IpUp { local: 10.1.2.3"));
    assert!(run(config(None), server).says("Finished: the peer gives this end no IP address"));
}

#[test]
fn a_caller_is_challenged_again_as_often_as_is_wanted_and_let_go_when_it_fails() {
    let server = answering(&[MD5], |answering| answering.challenge_again = Some(Duration::from_secs(60)));
    let mut pair = Pair::new(config(Some("secret")), server);
    pair.settle();
    for minute in 1..=3 {
        pair.now = Instant::from_millis(minute * 60_000);
        assert_eq!(pair.server.poll_timeout(), Some(pair.now));
        pair.server.handle_timeout(pair.now);
        pair.settle();
    }
    assert_eq!(pair.log.iter().filter(|line| line.contains("CHAP Challenge")).count(), 4);
    let told = |pair: &Pair| pair.server_events.iter().filter(|event| matches!(event, LinkEvent::PeerAuth(..))).count();
    assert_eq!(told(&pair), 1, "that it was met again is no news");
    pair.link.fall_silent();
    pair.run();
    assert_eq!(told(&pair), 2);
    assert!(pair.server_events.contains(&LinkEvent::PeerAuth(Method::Chap, PeerAuth::NoAnswer)));
}

#[test]
fn a_challenge_out_of_turn_is_sent_only_to_who_was_let_in_by_chap() {
    for (auth, password, sent) in [(&[MD5][..], "secret", true), (&[MD5], "wrong", false), (&[], "secret", false)] {
        let mut pair = run(config(Some(password)), server(auth));
        pair.server.challenge(pair.now);
        assert_eq!(pair.server.poll_transmit().is_some(), sent, "{auth:?} {password}");
    }
}

#[test]
fn the_pap_answer_that_was_lost_is_given_again() {
    let mut pair = Pair::new(config(Some("secret")), server(&[AuthOption::Pap]));
    pair.loses = Some(PAP);
    pair.settle();
    assert!(!pair.says("IpUp"));
    pair.loses = None;
    pair.run();
    assert!(pair.says("> [PAP AuthReq id=0x2") && pair.says("< [PAP AuthAck id=0x2") && pair.says("IpUp"));
}

/// Runs two ends over a line that loses frames, each in its turn, until neither waits for anything.
fn run_with_losses(pair: &mut Pair, mut is_lost: impl FnMut() -> bool) -> bool {
    for _ in 0..3000 {
        if let Some(octets) = pair.link.poll_transmit() {
            if !is_lost() {
                pair.server.handle_octets(pair.now, &octets);
            }
        } else if let Some(octets) = pair.server.poll_transmit() {
            if !is_lost() {
                pair.link.handle_octets(pair.now, &octets);
            }
        } else if let Some(next) = earliest(pair.link.poll_timeout(), pair.server.poll_timeout()) {
            pair.now = next;
            pair.link.handle_timeout(next);
            pair.server.handle_timeout(next);
        } else {
            pair.read_events();
            return true;
        }
    }
    false
}

proptest! {
    #[test]
    fn two_ends_come_to_rest_whatever_the_line_loses_and_are_up_if_it_loses_nothing(
        losses in prop_oneof![Just(vec![]), prop::collection::vec(any::<bool>(), 0..60)],
        chap in any::<bool>(),
        ipv6 in any::<bool>(),
    ) {
        let auth = if chap { MD5 } else { AuthOption::Pap };
        let mut pair = Pair::new(
            Config { ipv6, ..config(Some("secret")) },
            Config { ipv6, ..server(&[auth]) },
        );
        let mut rest = losses.iter().copied();
        prop_assert!(run_with_losses(&mut pair, || rest.next().unwrap_or_default()), "they never come to rest");
        let is_up = |link: &Link| link.phase() == Phase::Network && link.ipcp().unwrap().state() == State::Opened;
        if !losses.contains(&true) {
            prop_assert!(is_up(&pair.link) && is_up(&pair.server), "{:#?}", pair.log);
        }
    }

    #[test]
    fn no_packets_with_a_good_fcs_panic_an_answering_link_or_let_anybody_in(
        frames in frames(),
        chap in any::<bool>(),
        opened in any::<bool>(),
    ) {
        let auth = if chap { MD5 } else { AuthOption::Pap };
        let mut pair = Pair::new(config(Some("wrong")), Config { ipv6: true, ..server(&[auth]) });
        if opened {
            pair.until_authentication();
        }
        for frame in frames {
            pair.server.handle_octets(pair.now, &frame);
            if let Some(next) = pair.server.poll_timeout() {
                pair.now = pair.now.max(next);
                pair.server.handle_timeout(pair.now);
            }
        }
        while pair.server.poll_transmit().is_some() {}
        let events: Vec<LinkEvent> = std::iter::from_fn(|| pair.server.poll_event()).collect();
        let is_up = |event: &LinkEvent| matches!(event, LinkEvent::IpUp { .. } | LinkEvent::Ipv6Up { .. });
        prop_assert!(!events.iter().any(is_up));
    }
}
