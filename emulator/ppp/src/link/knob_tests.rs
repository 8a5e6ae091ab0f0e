//! Tests of [`Link`]: authentication by CHAP, and what a caller may be told to do otherwise than others do.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::net::Ipv4Addr;
use std::time::Duration;

use super::pair::{DNS, LOCAL, MD5, Pair, REMOTE, calling, config, server};
use super::*;
use crate::auth::{AuthChoice, AuthOption, Method, Missing, OwnAuth};
use crate::chap::Algorithm;
use crate::frame::{CHAP, IP};
use crate::ipcp::Wanted;
use crate::packet::emit;
use crate::restart::Limits;
use crate::transparency::DEFAULT_ACCM;

const EAP: AuthOption = AuthOption::Eap;
const PAP: AuthOption = AuthOption::Pap;
const MS_V2: AuthOption = AuthOption::Chap(Algorithm::MsChapV2);

/// A call with that choice of authentication to a server that has those protocols, at its rest.
fn call(auth: AuthChoice, offers: &[AuthOption]) -> Pair {
    let mut pair = Pair::new(calling(Some("secret"), |calling| calling.auth = auth), server(offers));
    pair.run();
    pair
}

/// The lines about authentication in a log.
fn told(pair: &Pair) -> Vec<&str> {
    let of_interest = ["<auth", "CHAP", "PAP", "Auth", "IpUp", "refused"];
    let mut lines = Vec::new();
    for line in &pair.log {
        if of_interest.iter().any(|word| line.contains(word)) && !line.contains("Phase") {
            lines.push(line.as_str());
        }
    }
    lines
}

#[test]
fn a_login_by_chap_reads_like_pppds_log() {
    insta::assert_snapshot!(told(&call(AuthChoice::Any, &[MD5])).join("\n"), @r#"
    < [LCP ConfReq id=0x1 <asyncmap 0x0> <magic 0x82105299> <pcomp> <accomp> <auth chap MD5>]
    > [LCP ConfAck id=0x1 <asyncmap 0x0> <magic 0x82105299> <pcomp> <accomp> <auth chap MD5>]
    < [CHAP Challenge id=0x1 <f68a832b8823952bacb5ec4eecf8878e>, name = "dialin"]
    > [CHAP Response id=0x1 <ad96e8dbf5331247ef802cdd457cb8b0>, name = "alice"]
    < [CHAP Success id=0x1 "Access granted"]
    Auth(Chap, Accepted([65, 99, 99, 101, 115, 115, 32, 103, 114, 97, 110, 116, 101, 100]))
    IpUp { local: 192.168.32.105, peer: Some(192.168.32.1), dns: [9.9.9.9], wins: [] }
    "#);
}

#[test]
fn a_wrong_secret_gets_the_failures_message_and_then_the_servers_terminate_request() {
    let mut pair = Pair::new(config(Some("wrong")), server(&[MD5]));
    pair.run();
    assert!(pair.says("< [CHAP Failure id=0x1 \"Access denied\"]"));
    assert!(pair.has(&LinkEvent::Auth(Method::Chap, OwnAuth::Refused(b"Access denied".to_vec()))));
    assert!(pair.says("Finished: terminated by the peer (\"Authentication failed\")"), "{:#?}", pair.log);
}

#[test]
fn each_choice_takes_what_it_takes_of_each_server() {
    use AuthChoice::{Any, Chap, MsChapFirst, Pap};
    let all: &[AuthOption] = &[EAP, MD5, PAP];
    let no_chap: &[AuthOption] = &[EAP, PAP];
    let (pap, md5, ms_v2) = (&[PAP][..], &[MD5][..], &[MS_V2][..]);
    // In the order Any, Pap, Chap, MsChapFirst.
    let cases: [(_, [Option<Method>; 4]); 6] = [
        (pap, [Some(Method::Pap), Some(Method::Pap), None, None]),
        (md5, [Some(Method::Chap), None, Some(Method::Chap), None]),
        (ms_v2, [None; 4]),
        (no_chap, [Some(Method::Pap), Some(Method::Pap), None, Some(Method::Pap)]),
        (&all[1..], [Some(Method::Chap), Some(Method::Pap), Some(Method::Chap), Some(Method::Pap)]),
        (all, [Some(Method::Chap), Some(Method::Pap), Some(Method::Chap), Some(Method::Chap)]),
    ];
    for (offers, expected) in cases {
        for (choice, method) in [Any, Pap, Chap, MsChapFirst].into_iter().zip(expected) {
            let pair = call(choice, offers);
            let accepted = |method: Method| pair.says(&format!("Auth({method:?}, Accepted"));
            let found = [Method::Pap, Method::Chap].into_iter().find(|method| accepted(*method));
            assert_eq!(found, method, "{choice:?}, {offers:?}: {:#?}", told(&pair));
            assert_eq!(pair.says("IpUp"), method.is_some());
            assert_eq!(pair.says("peer refused to authenticate"), method.is_none());
            assert!(!pair.says("AuthNotAsked"));
        }
    }
}

#[test]
fn from_eap_by_way_of_chap_down_to_pap() {
    insta::assert_snapshot!(told(&call(AuthChoice::Any, &[EAP, PAP])).join("\n"), @r#"
    < [LCP ConfReq id=0x1 <asyncmap 0x0> <magic 0x82105299> <pcomp> <accomp> <auth eap>]
    > [LCP ConfNak id=0x1 <auth chap MD5>]
    < [LCP ConfReq id=0x2 <asyncmap 0x0> <magic 0x82105299> <pcomp> <accomp> <auth pap>]
    > [LCP ConfAck id=0x2 <asyncmap 0x0> <magic 0x82105299> <pcomp> <accomp> <auth pap>]
    > [PAP AuthReq id=0x1 user="alice" password=<hidden>]
    < [PAP AuthAck id=0x1 "Login ok"]
    Auth(Pap, Accepted([76, 111, 103, 105, 110, 32, 111, 107]))
    IpUp { local: 192.168.32.105, peer: Some(192.168.32.1), dns: [9.9.9.9], wins: [] }
    "#);
    insta::assert_snapshot!(told(&call(AuthChoice::MsChapFirst, &[EAP, MD5, PAP])).join("\n"), @r#"
    < [LCP ConfReq id=0x1 <asyncmap 0x0> <magic 0x82105299> <pcomp> <accomp> <auth eap>]
    > [LCP ConfNak id=0x1 <auth chap MS-v2>]
    < [LCP ConfReq id=0x2 <asyncmap 0x0> <magic 0x82105299> <pcomp> <accomp> <auth chap MD5>]
    > [LCP ConfAck id=0x2 <asyncmap 0x0> <magic 0x82105299> <pcomp> <accomp> <auth chap MD5>]
    < [CHAP Challenge id=0x1 <f68a832b8823952bacb5ec4eecf8878e>, name = "dialin"]
    > [CHAP Response id=0x1 <ad96e8dbf5331247ef802cdd457cb8b0>, name = "alice"]
    < [CHAP Success id=0x1 "Access granted"]
    Auth(Chap, Accepted([65, 99, 99, 101, 115, 115, 32, 103, 114, 97, 110, 116, 101, 100]))
    IpUp { local: 192.168.32.105, peer: Some(192.168.32.1), dns: [9.9.9.9], wins: [] }
    "#);
}

#[test]
fn a_server_that_asks_for_the_same_again_and_again_is_rejected_the_sixth_time() {
    let mut link = Link::new(config(Some("secret")));
    link.handle_up(Instant::ZERO);
    while link.poll_event().is_some() {}
    for identifier in 1..=7 {
        let request = emit(1, identifier, &[3, 4, 0xc2, 0x27]);
        let frame = Frame { protocol: LCP, information: &request }.emit(Compression::NONE);
        link.handle_octets(Instant::ZERO, &encode(&frame, DEFAULT_ACCM));
    }
    let codes: Vec<u8> = std::iter::from_fn(|| link.poll_event())
        .filter_map(|event| if let LinkEvent::FrameSent(octets) = event { Some(octets[4]) } else { None })
        .collect();
    assert_eq!(codes, [3, 3, 3, 3, 3, 4, 4]);
}

#[test]
fn a_challenge_after_success_is_answered_and_only_a_failure_is_news() {
    let mut pair = call(AuthChoice::Any, &[MD5]);
    pair.log.clear();
    pair.server.challenge(pair.now);
    pair.run();
    let texts: Vec<&str> = pair.log.iter().map(|line| &line[..line.len().min(24)]).collect();
    assert_eq!(texts, ["< [CHAP Challenge id=0x2", "> [CHAP Response id=0x2 ", "< [CHAP Success id=0x2 \""]);
    pair.log.clear();
    pair.inject(CHAP, b"\x01\x09\x00\x06\x01\xaa");
    pair.inject(CHAP, b"\x04\x09\x00\x11Access denied");
    pair.read_events();
    assert!(pair.has(&LinkEvent::Auth(Method::Chap, OwnAuth::Refused(b"Access denied".to_vec()))));
}

#[test]
fn a_server_that_never_challenges_is_waited_for_thirty_seconds() {
    let mut pair = Pair::new(config(Some("secret")), server(&[MD5]));
    pair.loses = Some(CHAP);
    pair.run();
    assert_eq!(pair.now, Instant::from_millis(30_000));
    assert!(pair.has(&LinkEvent::Auth(Method::Chap, OwnAuth::NoAnswer(Missing::Challenge))));
    assert!(pair.says("> [LCP TermReq id=0x2 \"No response to our authentication\"]"));
}

#[test]
fn chap_packets_that_were_not_agreed_on_are_protocol_rejected() {
    let mut pair = call(AuthChoice::Any, &[PAP]);
    pair.inject(CHAP, b"\x01\x09\x00\x06\x01\xaa");
    pair.read_events();
    assert!(pair.says("ProtRej id=0x2 c2 23 01 09") && !pair.says("CHAP Response"));
}

#[test]
fn callback_is_asked_for_and_dropped_upon_configure_reject() {
    let mut pair = Pair::new(calling(Some("secret"), |calling| calling.callback = true), server(&[PAP]));
    pair.run();
    assert!(pair.says("<accomp> <callback CBCP>]") && pair.says("< [LCP ConfRej id=0x1 <callback CBCP>]"));
    assert!(!pair.says("> [LCP ConfReq id=0x2 <asyncmap 0x0> <callback") && pair.says("IpUp"));
}

#[test]
fn the_first_request_waits_for_the_delay_to_the_microsecond() {
    let delay = Duration::from_micros(2_500_001);
    let mut link = Link::new(Config { delay, ..config(Some("secret")) });
    link.handle_up(Instant::from_micros(7));
    // What comes meanwhile is told, and that is all.
    link.handle_octets(Instant::from_micros(8), b"login: ");
    let request = Frame { protocol: LCP, information: b"\x01\x01\x00\x04" }.emit(Compression::NONE);
    link.handle_octets(Instant::from_micros(9), &encode(&request, DEFAULT_ACCM));
    let events: Vec<LinkEvent> = std::iter::from_fn(|| link.poll_event()).collect();
    assert_eq!(events, [LinkEvent::Text(b"login: ".to_vec()), LinkEvent::FrameReceived(request)]);
    assert_eq!((link.poll_timeout(), link.phase()), (Some(Instant::from_micros(2_500_008)), Phase::Dead));
    link.handle_timeout(Instant::from_micros(2_500_007));
    assert_eq!(link.poll_transmit(), None);
    link.handle_timeout(Instant::from_micros(2_500_008));
    assert!(link.poll_transmit().is_some());
    assert_eq!((link.phase(), link.poll_timeout()), (Phase::Establish, Some(Instant::from_micros(5_500_008))));
}

#[test]
fn a_link_that_is_closed_or_lost_before_its_delay_is_over_never_begins() {
    let mut link = Link::new(Config { delay: Duration::from_secs(5), ..config(None) });
    link.handle_up(Instant::ZERO);
    link.handle_close(Instant::ZERO, "User request");
    assert!(matches!(link.poll_event(), Some(LinkEvent::Finished(LinkEnding::Closed(_)))));
    assert_eq!(link.poll_timeout(), None);
    link.handle_up(Instant::ZERO);
    link.handle_down(Instant::ZERO);
    assert_eq!((link.poll_timeout(), link.poll_event(), link.poll_transmit()), (None, None, None));
}

#[test]
fn the_restart_timer_is_that_of_the_configuration() {
    let limits = Limits { restart: Duration::from_millis(700), ..Default::default() };
    let mut link = Link::new(Config { limits, ..config(None) });
    link.handle_up(Instant::ZERO);
    let mut times = Vec::new();
    while let Some(now) = link.poll_timeout() {
        times.push(now.micros() / 1000);
        link.handle_timeout(now);
    }
    assert_eq!(times, [700, 1400, 2100, 2800, 3500, 4200, 4900, 5600, 6300, 7000]);
}

fn asking(address: Option<Ipv4Addr>, insist: bool) -> Pair {
    let config = calling(None, |calling| calling.ip = Wanted { address, insist, ..Wanted::default() });
    let mut pair = Pair::new(config, server(&[]));
    pair.run();
    pair
}

#[test]
fn who_insists_on_another_address_gets_none_and_closes() {
    let pair = asking(Some(Ipv4Addr::new(10, 0, 0, 9)), true);
    let requests = pair.log.iter().filter(|line| line.starts_with("> [IPCP ConfReq") && line.contains("10.0.0.9"));
    // The server's Max-Failure is 5; then it rejects.
    assert_eq!(requests.count(), 6);
    assert!(pair.says("< [IPCP ConfRej id=0x6 <addr 10.0.0.9>]"), "{:#?}", pair.log);
    assert!(pair.says("the peer rejects the IP address this end insists on, 10.0.0.9") && !pair.says("IpUp"));
}

#[test]
fn who_insists_on_the_address_it_is_given_anyway_is_up() {
    let pair = asking(Some(REMOTE), true);
    assert!(pair.says(&format!("IpUp {{ local: {REMOTE}")));
}

#[test]
fn without_an_address_option_the_link_is_up_and_its_address_unknown() {
    let pair = asking(None, false);
    assert!(!pair.says("> [IPCP ConfReq id=0x1 <addr"));
    let up = LinkEvent::IpUp { local: Ipv4Addr::UNSPECIFIED, peer: Some(LOCAL), dns: vec![DNS], wins: vec![] };
    assert!(pair.has(&up), "{:#?}", pair.log);
}

#[test]
fn every_second_echo_request_goes_unanswered() {
    let mut pair = Pair::new(Config { miss_echo: Some(2), ..config(None) }, server(&[]));
    pair.run();
    for identifier in 1..=5 {
        pair.inject(LCP, &emit(9, identifier, &[0; 4]));
        pair.settle();
    }
    assert_eq!(pair.heard_by_server().iter().filter(|text| text.contains("EchoRep")).count(), 3);
}

#[test]
fn a_silent_link_says_nothing_more_and_waits_for_nothing_but_tells_what_comes() {
    let mut pair = call(AuthChoice::Any, &[MD5]);
    pair.link.fall_silent();
    pair.log.clear();
    pair.server_events.clear();
    pair.server.challenge(pair.now);
    pair.inject(LCP, b"\x09\x07\x00\x08\x00\x00\x00\x00");
    pair.settle();
    assert!(!pair.link.handle_datagram(IP, &[0x45]));
    pair.server.handle_close(pair.now, "Peer not responding");
    pair.run();
    assert!(pair.log.iter().all(|line| !line.starts_with('>')), "{:#?}", pair.log);
    assert!(pair.heard_by_server().is_empty());
    assert_eq!((pair.link.poll_timeout(), pair.link.poll_transmit()), (None, None));
    assert!(pair.has(&LinkEvent::TerminateRequest(b"Peer not responding".to_vec())) && !pair.says("Finished"));
    pair.link.handle_timeout(pair.now + Duration::from_secs(60));
    pair.link.handle_close(pair.now, "User request");
    pair.read_events();
    assert!(pair.log.last().unwrap().contains("closed by this end") && pair.link.poll_transmit().is_none());
    pair.link.handle_down(pair.now);
    assert_eq!(pair.link.poll_timeout(), None);
}

#[test]
fn a_link_that_falls_silent_half_way_up_waits_for_nothing_either() {
    let mut link = Link::new(Config { delay: Duration::from_secs(1), ..config(None) });
    link.handle_up(Instant::ZERO);
    link.fall_silent();
    assert_eq!(link.poll_timeout(), None);
    link.handle_down(Instant::ZERO);
    link.handle_up(Instant::ZERO);
    link.handle_timeout(Instant::from_millis(1000));
    assert!(link.poll_transmit().is_some());
    link.fall_silent();
    assert_eq!((link.poll_timeout(), link.poll_transmit()), (None, None));
}
