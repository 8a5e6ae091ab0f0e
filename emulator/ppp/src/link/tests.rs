//! Tests of [`Link`]: against an answering end, against nobody, against itself, and against junk.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use proptest::prelude::*;

use super::pair::{DNS, LOCAL, MD5, Pair, REMOTE, calling, config, frames, server};
use super::*;
use crate::auth::{AuthChoice, AuthOption};
use crate::frame::{CCP, IP, IPV6};
use crate::ipcp::Wanted;
use crate::print;

/// A calling end that does everything otherwise than others do.
fn otherwise() -> Config {
    let role = calling(Some("secret"), |calling| {
        calling.auth = AuthChoice::MsChapFirst;
        calling.ip = Wanted { address: Some(REMOTE), insist: true, dns: true, wins: true };
        calling.callback = true;
    });
    Config { delay: Duration::from_secs(2), miss_echo: Some(2), ..role }
}

#[test]
fn a_login_by_pap_reads_like_pppds_log() {
    let mut pair = Pair::new(config(Some("secret")), server(&[AuthOption::Pap]));
    pair.run();
    let again = {
        let mut pair = Pair::new(config(Some("secret")), server(&[AuthOption::Pap]));
        pair.run();
        pair.log
    };
    assert_eq!(pair.log, again, "one seed, one log");
    insta::assert_snapshot!(pair.log.join("\n"), @r#"
    Phase(Establish)
    > [LCP ConfReq id=0x1 <asyncmap 0x0> <magic 0xb8b4c297> <pcomp> <accomp>]
    < [LCP ConfReq id=0x1 <asyncmap 0x0> <magic 0x82105299> <pcomp> <accomp> <auth pap>]
    > [LCP ConfAck id=0x1 <asyncmap 0x0> <magic 0x82105299> <pcomp> <accomp> <auth pap>]
    < [LCP ConfAck id=0x1 <asyncmap 0x0> <magic 0xb8b4c297> <pcomp> <accomp>]
    LcpOpened
    Phase(Authenticate)
    > [PAP AuthReq id=0x1 user="alice" password=<hidden>]
    < [PAP AuthAck id=0x1 "Login ok"]
    Auth(Pap, Accepted([76, 111, 103, 105, 110, 32, 111, 107]))
    Phase(Network)
    > [IPCP ConfReq id=0x1 <addr 0.0.0.0> <ms-dns1 0.0.0.0> <ms-dns2 0.0.0.0>]
    < [IPCP ConfReq id=0x1 <addr 192.168.32.1>]
    > [IPCP ConfAck id=0x1 <addr 192.168.32.1>]
    < [IPCP ConfNak id=0x1 <addr 192.168.32.105> <ms-dns1 9.9.9.9> <ms-dns2 9.9.9.9>]
    > [IPCP ConfReq id=0x2 <addr 192.168.32.105> <ms-dns1 9.9.9.9> <ms-dns2 9.9.9.9>]
    < [IPCP ConfAck id=0x2 <addr 192.168.32.105> <ms-dns1 9.9.9.9> <ms-dns2 9.9.9.9>]
    IpUp { local: 192.168.32.105, peer: Some(192.168.32.1), dns: [9.9.9.9], wins: [] }
    "#);
    assert_eq!(pair.link.ipcp().unwrap().protocol().local(), Some(REMOTE));
    assert_eq!(pair.link.ipcp().unwrap().protocol().peer(), Some(LOCAL));
    assert_eq!(pair.link.ipcp().unwrap().protocol().dns(), [DNS]);
    assert_eq!(pair.link.poll_timeout(), None);
}

#[test]
fn a_wrong_password_is_refused_and_the_server_terminates() {
    let mut pair = Pair::new(config(Some("wrong")), server(&[AuthOption::Pap]));
    pair.run();
    assert!(pair.says("[PAP AuthNak id=0x1 \"Login incorrect\"]"));
    assert!(pair.says("Finished: terminated by the peer (\"Authentication failed\")"), "{:#?}", pair.log);
    assert_eq!(pair.link.phase(), Phase::Terminate);
}

#[test]
fn without_credentials_authentication_is_rejected_and_not_called_unasked() {
    let mut pair = Pair::new(config(None), server(&[AuthOption::Pap]));
    pair.run();
    assert!(pair.says("> [LCP ConfRej id=0x1 <auth pap>]"));
    assert!(pair.says("peer refused to authenticate"));
    assert!(!pair.says("AuthNotAsked") && !pair.says("IpUp"));
}

#[test]
fn a_server_that_asks_for_nothing_gets_nothing() {
    let mut pair = Pair::new(config(Some("secret")), server(&[]));
    pair.run();
    assert!(pair.says("AuthNotAsked") && pair.says("IpUp") && !pair.says("PAP"));
}

#[test]
fn ipv6_comes_up_if_both_want_it_and_is_protocol_rejected_if_only_the_server_does() {
    let mut pair = Pair::new(Config { ipv6: true, ..config(None) }, Config { ipv6: true, ..server(&[]) });
    pair.run();
    assert!(pair.says("Ipv6Up"));
    let mut pair = Pair::new(config(None), Config { ipv6: true, ..server(&[]) });
    pair.settle();
    assert!(pair.says("> [LCP ProtRej id=") && pair.says("80 57 01 01"));
    assert!(pair.says("IpUp") && !pair.says("Ipv6"));
}

#[test]
fn a_long_unknown_protocol_with_a_good_fcs_is_protocol_rejected_within_the_peers_mru() {
    let mut pair = Pair::new(config(None), server(&[]));
    pair.run();
    pair.inject(0x4021, &[0x5a; 1500]);
    pair.inject(CCP, b"\x01\x01\x00\x04");
    let rejects: Vec<Vec<u8>> = std::iter::from_fn(|| pair.link.poll_event())
        .filter_map(|event| if let LinkEvent::FrameSent(octets) = event { Some(octets) } else { None })
        .collect();
    assert_eq!((rejects.len(), rejects[0].len()), (2, 1504));
    assert_eq!(rejects[0][4], 8);
    assert_eq!(rejects[0][8..12], [0x40, 0x21, 0x5a, 0x5a]);
    assert_eq!(print::frame(&rejects[1]), format!("[LCP ProtRej id=0x{:x} 80 fd 01 01 00 04]", rejects[1][5]));
    assert_ne!(rejects[0][5], rejects[1][5]);
}

#[test]
fn closing_sends_a_terminate_request_and_finishes_when_it_is_acknowledged() {
    let mut pair = Pair::new(config(None), server(&[]));
    pair.run();
    pair.link.handle_close(pair.now, "User request");
    pair.settle();
    assert!(pair.says("> [LCP TermReq id=0x2 \"User request\"]") && pair.says("< [LCP TermAck id=0x2]"));
    let tail = &pair.log[pair.log.len() - 2..];
    assert!(tail[1].contains("closed by this end") && pair.says("IpDown"), "{tail:?}");
    pair.link.handle_down(pair.now);
    assert_eq!((pair.link.phase(), pair.link.poll_timeout()), (Phase::Dead, None));
}

#[test]
fn a_terminate_request_from_the_server_is_told_with_its_words() {
    let mut pair = Pair::new(config(None), server(&[]));
    pair.run();
    pair.server.handle_close(pair.now, "Link inactive");
    pair.run();
    assert!(pair.says(&format!("{:?}", LinkEvent::TerminateRequest(b"Link inactive".to_vec()))));
    assert!(pair.log.last().unwrap().contains("terminated by the peer (\"Link inactive\")"));
}

#[test]
fn nobody_at_the_other_end_is_noticed_after_ten_requests() {
    let mut link = Link::new(config(None));
    link.handle_up(Instant::ZERO);
    let mut end = Instant::ZERO;
    while let Some(now) = link.poll_timeout() {
        end = now;
        link.handle_timeout(now);
    }
    assert_eq!((end, std::iter::from_fn(|| link.poll_transmit()).count()), (Instant::from_millis(30_000), 10));
    let last = std::iter::from_fn(|| link.poll_event()).last();
    assert!(matches!(last, Some(LinkEvent::Finished(LinkEnding::NoAgreement(10)))));
}

#[test]
fn a_looped_line_is_recognised_and_closed() {
    let mut link = Link::new(config(None));
    link.handle_up(Instant::ZERO);
    for _ in 0..100 {
        let Some(octets) = link.poll_transmit() else { break };
        link.handle_octets(Instant::ZERO, &octets);
    }
    let finished = std::iter::from_fn(|| link.poll_event()).find_map(|event| match event {
        LinkEvent::Finished(why) => Some(why),
        LinkEvent::LcpOpened => panic!("LCP opened with itself"),
        _ => None,
    });
    assert_eq!(finished, Some(LinkEnding::LoopedBack));
}

#[test]
fn the_first_frame_can_be_recognised_by_a_login_program_and_is_fully_escaped() {
    let mut link = Link::new(config(None));
    link.handle_up(Instant::ZERO);
    let octets = link.poll_transmit().unwrap();
    assert!(octets.starts_with(b"\x7e\xff\x7d\x23\xc0\x21"));
    assert!(octets.iter().all(|octet| *octet >= 0x20));
}

#[test]
fn datagrams_go_compressed_and_only_while_ipcp_is_opened() {
    let mut pair = Pair::new(config(None), server(&[]));
    assert!(!pair.link.handle_datagram(IP, &[0x45]));
    pair.run();
    assert!(pair.link.handle_datagram(IP, &[0x45, 0, 3]));
    assert!(!pair.link.handle_datagram(IPV6, &[0x60]));
    assert_eq!(&pair.link.poll_transmit().unwrap()[..5], b"\x7e\x21\x45\x00\x03");
    pair.inject(IP, &[0x45, 1]);
    pair.read_events();
    assert!(pair.says("Datagram { protocol: 33, octets: [69, 1] }"));
}

proptest! {
    #[test]
    fn no_octets_and_no_timeouts_panic_or_keep_a_link_busy_for_ever(
        pieces in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..60), any::<bool>()), 0..40),
        odd in any::<bool>(),
        silent_at in 0..60_usize,
    ) {
        let config = if odd { otherwise() } else { config(Some("secret")) };
        let mut link = Link::new(Config { ipv6: true, ..config });
        let mut now = Instant::ZERO;
        link.handle_up(now);
        for (at, (octets, wait)) in pieces.into_iter().enumerate() {
            if at == silent_at {
                link.fall_silent();
            }
            link.handle_octets(now, &octets);
            if wait && let Some(next) = link.poll_timeout() {
                now = now.max(next);
                link.handle_timeout(now);
            }
        }
        for _ in 0..100 {
            match link.poll_timeout() {
                Some(next) => { now = now.max(next); link.handle_timeout(now); }
                None => break,
            }
        }
        prop_assert_eq!(link.poll_timeout(), None);
    }

    #[test]
    fn no_packets_with_a_good_fcs_panic_an_opened_link(
        frames in frames(),
        chap in any::<bool>(),
        odd in any::<bool>(),
    ) {
        let auth = if chap { MD5 } else { AuthOption::Pap };
        let config = if odd { otherwise() } else { config(Some("secret")) };
        let server = Config { ipv6: true, ..server(&[auth, AuthOption::Pap]) };
        let mut pair = Pair::new(Config { ipv6: true, ..config }, server);
        pair.run();
        prop_assert!(pair.says("IpUp"));
        for frame in frames {
            pair.link.handle_octets(pair.now, &frame);
            while pair.link.poll_transmit().is_some() {}
            if let Some(next) = pair.link.poll_timeout() {
                pair.now = pair.now.max(next);
                pair.link.handle_timeout(pair.now);
            }
            pair.read_events();
        }
    }
}
