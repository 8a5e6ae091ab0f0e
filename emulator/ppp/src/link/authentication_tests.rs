//! Tests of [`Link`]: Microsoft's CHAP and EAP between two ends, each end asking the other, and what comes after the first answer.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use super::pair::{MD5, Pair, answering, calling, server};
use super::*;
use crate::auth::{Account, AuthOption, Credentials, Missing, OwnAuth, PeerAuth};
use crate::chap::Algorithm;
use crate::frame::{CHAP, EAP, PAP};
use crate::mschap::message::Failure;
use crate::packet::Repr;
use crate::print;

const MS: AuthOption = AuthOption::Chap(Algorithm::MsChap);
const MS_V2: AuthOption = AuthOption::Chap(Algorithm::MsChapV2);
const ALL: [AuthOption; 5] = [AuthOption::Pap, MD5, MS, MS_V2, AuthOption::Eap];

/// A caller that takes whatever it is asked for.
fn caller(password: &str, change: impl FnOnce(&mut Calling)) -> Config {
    calling(Some(password), |calling| {
        calling.auth = AuthChoice::All;
        change(calling);
    })
}

fn run(config: Config, server: Config) -> Pair {
    let mut pair = Pair::new(config, server);
    pair.run();
    pair
}

/// What both ends say in the authentication phase, with digits that are never the same left out.
fn said(pair: &Pair) -> String {
    let of = |line: &&String| ["[PAP", "[CHAP", "[EAP", "Auth(", "Finished"].iter().any(|word| line.contains(word));
    let hidden = |line: &String| {
        let mut text = line.clone();
        while let Some((before, rest)) = text.split_once(" <").filter(|(_, rest)| rest.len() > 20 && rest.contains('>'))
        {
            let Some((inside, after)) = rest.split_once('>') else { break };
            let what = if inside.starts_with("Name") || inside.starts_with("Message") { inside } else { "..." };
            text = format!("{before} [{what}]{after}");
        }
        text
    };
    pair.log.iter().filter(of).map(hidden).collect::<Vec<_>>().join("\n")
}

fn alice() -> Vec<u8> {
    b"alice".to_vec()
}

#[test]
fn each_protocol_lets_in_who_has_the_password_and_refuses_who_has_another() {
    for option in ALL {
        let method = option.method().unwrap();
        let pair = run(caller("secret", |_| {}), server(&[option]));
        assert!(pair.says(&format!("Auth({method:?}, Accepted(")) && pair.says("IpUp"), "{:#?}", pair.log);
        let let_in = LinkEvent::PeerAuth(method, PeerAuth::Accepted { user: alice() });
        assert!(pair.server_events.contains(&let_in), "{method:?}");
        let pair = run(caller("wrong", |_| {}), server(&[option]));
        assert!(pair.says(&format!("Auth({method:?}, Refused(")) && !pair.says("IpUp"), "{:#?}", pair.log);
        let refused = LinkEvent::PeerAuth(method, PeerAuth::Refused { user: alice() });
        assert!(pair.server_events.contains(&refused), "{method:?}");
        assert!(pair.says("terminated by the peer (\"Authentication failed\")"), "{:#?}", pair.log);
    }
}

#[test]
fn what_both_ends_say_by_eap_and_by_microsofts_chap() {
    insta::assert_snapshot!("eap", said(&run(caller("secret", |_| {}), server(&[AuthOption::Eap]))));
    insta::assert_snapshot!("ms_chap_v2_refused", said(&run(caller("wrong", |_| {}), server(&[MS_V2]))));
}

#[test]
fn a_caller_that_may_try_again_gets_in_with_its_second_password() {
    for option in [MS, MS_V2] {
        let config = caller("wrong", |calling| calling.second_password = Some("secret".into()));
        let pair = run(config, answering(&[option], |answering| answering.retries = 1));
        assert!(pair.says("R=1") && pair.says("IpUp"), "{:#?}", pair.log);
        let responses = pair.heard_by_server().iter().filter(|line| line.contains("[CHAP Response")).count();
        assert_eq!(responses, 2);
        // Not let try again, it does not.
        let config = caller("wrong", |calling| calling.second_password = Some("secret".into()));
        let pair = run(config, server(&[option]));
        assert!(pair.says("R=0") && !pair.says("IpUp"));
    }
}

#[test]
fn a_failure_of_microsofts_has_a_challenge_of_its_length() {
    for (option, octets) in [(MS, 8), (MS_V2, 16)] {
        let pair = run(caller("wrong", |_| {}), server(&[option]));
        let refused = pair.server_events.iter().find_map(|event| match event {
            LinkEvent::FrameSent(frame) if print::frame(frame).contains("[CHAP Failure") => Some(frame.clone()),
            _ => None,
        });
        let frame = refused.unwrap();
        let at = frame.iter().position(|octet| *octet == b'E').unwrap();
        let failure = Failure::parse(&frame[at..]);
        assert_eq!((failure.error, failure.challenge.map(|challenge| challenge.len())), (Some(691), Some(octets)));
    }
}

#[test]
fn each_end_may_ask_the_other_by_a_protocol_of_its_own() {
    for own in ALL {
        for asked in ALL {
            let config = caller("secret", |calling| {
                let accounts = vec![Account::new("dialin", "hub")];
                calling.asks = Some(Asking { auth: vec![asked], accounts, name: "alice".into(), ..Asking::default() });
            });
            let server = answering(&[own], |answering| {
                answering.credentials = Some(Credentials::new("dialin", "hub"));
            });
            let pair = run(config, server);
            let (own, asked) = (own.method().unwrap(), asked.method().unwrap());
            let told = |text: String| assert!(pair.says(&text), "{own:?} {asked:?}: {text} in {:#?}", pair.log);
            told(format!("Auth({own:?}, Accepted("));
            told(format!("PeerAuth({asked:?}, {:?}", PeerAuth::Accepted { user: b"dialin".to_vec() }));
            told("IpUp".into());
            assert_eq!(pair.log.iter().filter(|line| line.contains("Phase(Network)")).count(), 1);
        }
    }
}

#[test]
fn a_link_has_no_network_before_both_ends_are_let_in() {
    for (password, says) in [(Some("guess"), "Auth(Chap, Refused"), (None, "Finished")] {
        let config = caller("secret", |calling| {
            let accounts = vec![Account::new("dialin", "hub")];
            calling.asks = Some(Asking { auth: vec![MD5], accounts, ..Asking::default() });
        });
        let server = answering(&[MD5], |answering| {
            answering.credentials = password.map(|password| Credentials::new("dialin", password));
        });
        let pair = run(config, server);
        assert!(!pair.says("IpUp") && !pair.says("Phase(Network)"), "{:#?}", pair.log);
        let told = pair.says(says) || pair.server_events.iter().any(|event| format!("{event:?}").contains(says));
        assert!(told, "{says}: {:#?}", pair.log);
    }
}

#[test]
fn a_peer_that_does_not_prove_that_it_knows_the_password_is_left() {
    let mut pair = Pair::new(caller("secret", |_| {}), server(&[MS_V2]));
    pair.loses = Some(CHAP);
    pair.until_authentication();
    pair.loses = Some(CHAP);
    pair.settle();
    pair.inject(CHAP, &crate::chap::Repr::Challenge { value: &[5; 16], name: b"anybody" }.emit(1));
    pair.inject(CHAP, &crate::chap::Repr::Success { message: b"S=407A5589115FD0D6209F510FE9C04566932CDA56" }.emit(1));
    pair.settle();
    assert!(pair.says("Auth(MsChapV2, Unproved("), "{:#?}", pair.log);
    assert!(!pair.says("IpUp") && pair.says("the peer did not prove that it knows our password"));
}

#[test]
fn a_caller_is_asked_again_by_every_protocol_that_can() {
    for option in ALL {
        let mut pair = Pair::new(
            caller("secret", |_| {}),
            answering(&[option], |answering| answering.challenge_again = Some(Duration::from_secs(60))),
        );
        pair.settle();
        let count =
            |pair: &Pair| pair.log.iter().filter(|line| line.contains("< [CHAP") || line.contains("< [EAP")).count();
        let before = count(&pair);
        let expected = if option == AuthOption::Pap { 0 } else { 2 };
        if let Some(then) = pair.server.poll_timeout() {
            pair.now = then;
            pair.server.handle_timeout(then);
            pair.settle();
        }
        assert_eq!(count(&pair) - before, expected, "{option:?}: a Challenge and the word on it");
        pair.server.challenge(pair.now);
        pair.settle();
        assert_eq!(count(&pair) - before, 2 * expected, "{option:?}: once more by hand");
        let once = pair.log.iter().filter(|line| line.starts_with("Auth(")).count();
        assert_eq!((once, pair.link.phase()), (1, Phase::Network), "that it was let in again is no news");
    }
}

#[test]
fn both_ends_of_eap_have_patience_for_thirty_seconds() {
    let mut pair = Pair::new(caller("secret", |_| {}), server(&[AuthOption::Eap]));
    pair.loses = Some(EAP);
    pair.run();
    assert!(pair.says(&format!("{:?}", OwnAuth::NoAnswer(Missing::Request))), "{:#?}", pair.log);
    let request =
        |event: &&LinkEvent| matches!(event, LinkEvent::FrameSent(frame) if print::frame(frame).contains("[EAP"));
    assert_eq!(pair.server_events.iter().filter(request).count(), 10, "a Request every three seconds");
    assert!(!pair.says("IpUp"));
}

#[test]
fn a_protocol_reject_of_an_authentication_protocol_ends_the_link() {
    for (option, protocol) in [(AuthOption::Pap, PAP), (MS_V2, CHAP), (AuthOption::Eap, EAP)] {
        let mut pair = Pair::new(caller("secret", |_| {}), server(&[option]));
        pair.until_authentication();
        pair.loses = Some(protocol);
        pair.settle();
        let reject = Repr::ProtocolReject { protocol, information: b"\x01\x01\x00\x04" }.emit(9);
        pair.inject(LCP, &reject);
        pair.settle();
        assert!(pair.says("Failed to authenticate ourselves to peer"), "{protocol:x}: {:#?}", pair.log);
    }
}
