//! Tests of [`Link`]: what it makes of a peer that does not play by the rules, once the network is up; and of rules that are
//! seldom played by.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use super::pair::{DNS, LOCAL, MD5, Pair, REMOTE, answering, calling, config, server};
use super::*;
use crate::auth::AuthOption;
use crate::automaton::State;
use crate::frame::{IP, IPCP, IPV6, IPV6CP, PAP};
use crate::lcp::MagicNumber;
use crate::packet::{Code, emit};
use crate::transparency::DEFAULT_ACCM;

/// Two ends with the network up, and nothing of that in the log.
fn up(config: Config, server: Config) -> Pair {
    let mut pair = Pair::new(config, server);
    pair.settle();
    assert!(pair.says("IpUp"), "{:#?}", pair.log);
    pair.log.clear();
    pair
}

fn opened() -> Pair {
    up(config(None), server(&[]))
}

/// Any octets as a frame arrive at the calling end; what it has to say to that, and to what the other says then.
fn hears(pair: &mut Pair, frame: &[u8]) -> Vec<String> {
    pair.link.handle_octets(pair.now, &encode(frame, DEFAULT_ACCM));
    pair.settle();
    pair.log.drain(..).skip(1).collect()
}

/// Likewise a packet of LCP.
fn hears_lcp(pair: &mut Pair, code: u8, data: &[u8]) -> Vec<String> {
    hears(pair, &[&b"\xff\x03\xc0\x21"[..], &emit(code, 7, data)].concat())
}

fn server_magic(pair: &Pair) -> [u8; 4] {
    pair.link.lcp().protocol().peer().magic.unwrap().to_be_bytes()
}

fn own_magic(pair: &Pair) -> [u8; 4] {
    pair.link.lcp().protocol().own().magic.unwrap().to_be_bytes()
}

// RFC 1661 §2.
#[test]
fn a_protocol_field_that_cannot_be_is_rejected_as_one_that_nobody_knows() {
    let mut pair = opened();
    let said = hears(&mut pair, b"\xff\x03\x80\x20\x01\x01\x00\x04");
    assert_eq!(said, ["> [LCP ProtRej id=0x2 80 20 01 01 00 04]"]);
    // An odd first octet is a whole field if that was agreed on, else half of one that cannot be.
    assert_eq!(hears(&mut pair, b"\xff\x03\x81\x21\x01"), ["> [LCP ProtRej id=0x3 00 81 21 01]"]);
    let config = Config { compression: Compression::NONE, ..config(None) };
    let mut pair = up(config, server(&[]));
    assert_eq!(hears(&mut pair, b"\xff\x03\x81\x21\x01"), ["> [LCP ProtRej id=0x2 81 21 01]"]);
}

// RFC 1662 §3.1.
#[test]
fn a_frame_with_another_address_or_control_is_discarded() {
    let mut pair = opened();
    let echo = [&b"\xff\x13\xc0\x21\x09\x05\x00\x08"[..], &server_magic(&pair)].concat();
    assert!(hears(&mut pair, &echo).is_empty());
    let mut pair = up(Config { compression: Compression::NONE, ..config(None) }, server(&[]));
    for frame in [&b"\x0b\x03\xc0\x21\x09\x05\x00\x08\x00\x00\x00\x00"[..], b"\xc0\x81\x01", b"\xff\x13\x40\x21\x01"] {
        let said = hears(&mut pair, frame);
        assert!(said.is_empty(), "{frame:02x?} {said:?}");
    }
    assert_eq!(hears(&mut pair, b"\xff\x03\x40\x21\x01"), ["> [LCP ProtRej id=0x2 40 21 01]"]);
}

// RFC 1661 §5.7.
#[test]
fn a_network_protocol_that_is_rejected_is_stopped_and_the_other_goes_on() {
    let v6 = |config| Config { ipv6: true, ..config };
    for (rejected, down, still) in
        [(IP, "IpDown", IPV6), (IPCP, "IpDown", IPV6), (IPV6, "Ipv6Down", IP), (IPV6CP, "Ipv6Down", IP)]
    {
        let mut pair = up(v6(config(None)), v6(server(&[])));
        let said = hears_lcp(&mut pair, 8, &[&rejected.to_be_bytes()[..], &[0x45, 0]].concat());
        assert!(said.contains(&down.into()), "{rejected:04x}: {said:#?}");
        let stopped = if still == IP { IPV6 } else { IP };
        assert!(!pair.link.handle_datagram(stopped, &[0x45, 0]) && pair.link.handle_datagram(still, &[0x45, 0]));
        assert_eq!(pair.link.phase(), Phase::Network);
    }
}

// RFC 1661 §3.7: "the fact that one NCP has Closed is not sufficient reason to cause the termination of the PPP link, even if that NCP
// was the only NCP currently in the Opened state".
#[test]
fn the_link_outlasts_the_only_network_protocol_if_it_is_the_peer_who_ends_it() {
    for rejected in [IP, IPCP] {
        let mut pair = opened();
        let said = hears_lcp(&mut pair, 8, &[&rejected.to_be_bytes()[..], &[0x45, 0]].concat());
        assert!(said.contains(&"IpDown".into()), "{said:#?}");
        pair.run();
        assert_eq!((pair.link.phase(), pair.says("Finished")), (Phase::Network, false), "{:#?}", pair.log);
    }
    let mut pair = opened();
    let said = hears(&mut pair, b"\xff\x03\x80\x21\x05\x09\x00\x04");
    assert!(said.contains(&"> [IPCP TermAck id=0x9]".into()), "{said:#?}");
    pair.run();
    assert!(!pair.says("Finished"), "{:#?}", pair.log);
    assert_eq!(pair.link.phase(), Phase::Network);
}

#[test]
fn a_network_protocol_that_nobody_answers_ends_the_link() {
    let mut pair = Pair::new(config(None), server(&[]));
    pair.server.freeze(Layer::Ipcp);
    pair.run();
    assert_eq!(pair.log.last().unwrap(), "Finished: no network protocols running");
    assert_eq!(pair.log.iter().filter(|line| line.starts_with("> [IPCP ConfReq")).count(), 10);
}

#[test]
fn a_peer_that_rejects_lcp_or_a_code_of_negotiation_ends_the_link_and_is_named_as_the_cause() {
    let mut pair = opened();
    let said = hears_lcp(&mut pair, 8, b"\xc0\x21\x01\x01");
    assert_eq!(said.last().unwrap(), "Finished: the peer rejects LCP itself");
    let mut pair = opened();
    let said = hears_lcp(&mut pair, 7, b"\x01\x01\x00\x04");
    assert_eq!(said.last().unwrap(), "Finished: the peer rejects code 1 of LCP, ConfigureRequest");
}

#[test]
fn a_peer_that_does_not_know_protocol_rejects_gets_none_any_more() {
    let mut pair = opened();
    assert!(hears_lcp(&mut pair, 7, b"\x08\x01\x00\x04").is_empty());
    assert!(hears(&mut pair, b"\xff\x03\x40\x21\x01").is_empty());
    assert_eq!(pair.link.phase(), Phase::Network);
}

// RFC 1661 §5.8, §6.4.
#[test]
fn an_echo_with_our_own_magic_number_means_a_loop_and_lcp_is_negotiated_again() {
    for code in [9, 10, 11] {
        let mut pair = opened();
        let own = own_magic(&pair);
        let said = hears_lcp(&mut pair, code, &own);
        assert!(!said.iter().any(|line| line.contains("EchoRep")), "{said:#?}");
        assert_eq!(said[..2], ["IpDown", "Phase(Establish)"]);
        assert!(said.iter().any(|line| line.contains("IpUp")), "the other end was there all the time: {said:#?}");
        assert_ne!(own_magic(&pair), own);
    }
}

#[test]
fn a_line_that_is_looped_back_in_mid_call_is_recognised_by_the_first_echo() {
    let mut pair = up(Config { echo: Some(every_ten_seconds(Some(3))), ..config(None) }, server(&[]));
    pair.now = pair.link.poll_timeout().unwrap();
    pair.link.handle_timeout(pair.now);
    for _ in 0..100 {
        let Some(octets) = pair.link.poll_transmit() else { break };
        pair.link.handle_octets(pair.now, &octets);
    }
    pair.read_events();
    assert!(pair.says("Finished: the line is looped back"), "{:#?}", pair.log);
}

#[test]
fn an_echo_with_a_strangers_magic_number_is_not_answered_and_one_with_zero_is() {
    let mut pair = opened();
    assert!(hears_lcp(&mut pair, 9, b"\xde\xad\xbe\xef").is_empty());
    for magic in [server_magic(&pair), [0; 4]] {
        assert_eq!(hears_lcp(&mut pair, 9, &magic).len(), 1);
    }
    // A peer without a Magic-Number has zero and nothing else.
    let server = Config { magic: MagicNumber::None, ..server(&[]) };
    let mut pair = up(config(None), server);
    assert!(hears_lcp(&mut pair, 9, b"\x12\x34\x56\x78").is_empty());
    assert_eq!(hears_lcp(&mut pair, 9, &[0; 4]).len(), 1);
}

#[test]
fn an_echo_request_cut_short_or_longer_than_its_frame_is_discarded_and_padding_is_left_out() {
    let mut pair = opened();
    let magic = server_magic(&pair);
    for length in 4..8_usize {
        assert!(hears_lcp(&mut pair, 9, &magic[..length - 4]).is_empty());
    }
    assert!(hears(&mut pair, &[&b"\xff\x03\xc0\x21\x09\x22\x00\x20"[..], &magic].concat()).is_empty());
    let padded = [&b"\xff\x03\xc0\x21\x09\x21\x00\x08"[..], &magic, &[1, 2, 3, 4]].concat();
    let said = hears(&mut pair, &padded);
    assert!(said.len() == 1 && said[0].starts_with("> [LCP EchoRep id=0x21 magic=0x") && said[0].ends_with(']'));
    assert_eq!(said[0].matches(' ').count(), 4, "no data: {said:?}");
}

// RFC 5072 §4.1, RFC 1332 §3.3.
#[test]
fn a_peer_that_names_no_interface_identifier_or_no_address_is_asked_for_it_once() {
    let mut pair = up(Config { ipv6: true, ..config(None) }, Config { ipv6: true, ..server(&[]) });
    pair.server.freeze(Layer::Ipv6cp);
    pair.server.freeze(Layer::Ipcp);
    let request =
        |protocol: u16, identifier| [&[0xff, 0x03], &protocol.to_be_bytes()[..], &emit(1, identifier, &[])].concat();
    let said = hears(&mut pair, &request(IPV6CP, 0x51));
    assert!(said.iter().any(|line| line.starts_with("> [IPV6CP ConfNak id=0x51 <addr ")), "{said:#?}");
    let said = hears(&mut pair, &request(IPV6CP, 0x52));
    assert_eq!(said, ["> [IPV6CP ConfAck id=0x52]"]);
    let said = hears(&mut pair, &request(IPCP, 0x53));
    assert_eq!(said.last().unwrap(), "> [IPCP ConfNak id=0x53 <addr 0.0.0.0>]");
    assert_eq!(hears(&mut pair, &request(IPCP, 0x54)), ["> [IPCP ConfAck id=0x54]"]);
}

#[test]
fn a_caller_that_names_no_address_is_told_which_one_it_has() {
    let caller = calling(None, |calling| calling.ip.address = None);
    let pair = up(caller, server(&[]));
    assert_eq!(pair.server.ipcp().unwrap().protocol().peer(), None);
    let heard = pair.server_events.iter().filter(|event| matches!(event, LinkEvent::IpUp { .. }));
    assert_eq!(heard.collect::<Vec<_>>(), [&LinkEvent::IpUp { local: LOCAL, peer: None, dns: vec![], wins: vec![] }]);
}

// RFC 1661 §4.1, Opened and RCR+ or RTA.
#[test]
fn lcp_negotiated_again_in_mid_call_leads_by_authentication_to_the_same_address() {
    for (code, data) in [(1, &b"\x05\x06\x77\x77\x77\x77"[..]), (6, &[])] {
        let mut pair = up(config(Some("secret")), server(&[AuthOption::Pap]));
        let said = hears_lcp(&mut pair, code, data);
        let place = |text: &str| said.iter().position(|line| line.contains(text));
        let story = ["IpDown", "> [LCP ConfReq id=0x2", "LcpOpened", "> [PAP AuthReq", "> [IPCP ConfReq", "IpUp"];
        let places: Vec<_> = story.iter().map(|text| place(text)).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} {said:#?}");
        assert_eq!(pair.link.ipcp().unwrap().protocol().local(), Some(REMOTE));
    }
}

#[test]
fn twenty_negotiations_in_one_call_lead_to_the_same_address_each_time() {
    let mut pair = up(config(Some("secret")), server(&[MD5]));
    for _ in 0..20 {
        hears_lcp(&mut pair, 1, &[]);
        assert_eq!(pair.link.phase(), Phase::Network);
        assert_eq!(pair.link.ipcp().unwrap().protocol().local(), Some(REMOTE));
    }
}

#[test]
fn an_ack_that_fits_no_request_has_no_effect_in_opened() {
    let mut pair = opened();
    for identifier in [1, 2] {
        let ack = [&b"\xff\x03\xc0\x21"[..], &emit(2, identifier, &[])].concat();
        assert!(hears(&mut pair, &ack).is_empty());
    }
}

#[test]
fn reports_and_compressed_headers_that_were_not_agreed_on_are_protocol_rejected() {
    let mut pair = opened();
    for protocol in [[0xc0, 0x25], [0x00, 0x2d], [0x00, 0x2f]] {
        let said = hears(&mut pair, &[&[0xff, 0x03], &protocol[..], &[0; 8]].concat());
        let rejected = format!("{:02x} {:02x} 00 00", protocol[0], protocol[1]);
        assert!(said.len() == 1 && said[0].contains("ProtRej") && said[0].contains(&rejected), "{said:?}");
    }
}

#[test]
fn an_mru_of_nothing_is_nakked_and_an_echo_of_1500_octets_answered() {
    let mut pair = opened();
    let magic = server_magic(&pair);
    let said = hears_lcp(&mut pair, 9, &[&magic[..], &[0; 1492]].concat());
    assert!(said.len() == 1 && said[0].starts_with("> [LCP EchoRep"));
    let said = hears_lcp(&mut pair, 1, b"\x01\x04\x00\x00");
    assert!(said.contains(&"> [LCP ConfNak id=0x7 <mru 128>]".into()), "{said:#?}");
}

// RFC 1662 §7.1: a peer that is still Opened sends as was agreed, whatever this end negotiates by then.
#[test]
fn what_the_peer_sent_as_was_agreed_is_intact_while_lcp_is_negotiated_again() {
    let mut pair = opened();
    pair.server.freeze(Layer::Lcp);
    assert!(pair.server.handle_datagram(IP, &[0x45, 0, 3, 0x11, 0x1f]));
    let sent_before = pair.server.poll_transmit().unwrap();
    assert!(sent_before.contains(&0x11), "not escaped");
    hears_lcp(&mut pair, 6, &[]);
    assert_eq!(pair.link.lcp().state(), State::ReqSent);
    pair.link.handle_octets(pair.now, &sent_before);
    pair.read_events();
    assert_eq!(pair.log, ["< [IP data 5 45 00 03 11 1f]"]);
    assert_eq!(pair.link.counters().fcs_errors, 0);
}

fn every_ten_seconds(failures: Option<u32>) -> Echo {
    Echo { interval: Duration::from_secs(10), failures }
}

/// Lets time pass until `seconds`, with what both ends do by then.
fn wait(pair: &mut Pair, seconds: u64) {
    let end = Instant::from_millis(seconds * 1000);
    while let Some(next) = earliest(pair.link.poll_timeout(), pair.server.poll_timeout()).filter(|next| *next <= end) {
        pair.now = next;
        pair.link.handle_timeout(next);
        pair.server.handle_timeout(next);
        pair.settle();
    }
    pair.now = end;
}

#[test]
fn echo_requests_of_our_own_go_out_in_time_with_new_identifiers_and_the_link_stays() {
    let mut pair = up(Config { echo: Some(every_ten_seconds(Some(3))), ..config(None) }, server(&[]));
    wait(&mut pair, 95);
    let sent: Vec<_> = pair.log.iter().filter(|line| line.starts_with("> [LCP EchoReq id=0x")).collect();
    let replies = pair.log.iter().filter(|line| line.starts_with("< [LCP EchoRep")).count();
    assert_eq!((sent.len(), replies, pair.link.phase()), (9, 9, Phase::Network));
    assert!(sent.windows(2).all(|pair| pair[0] != pair[1]), "{sent:#?}");
}

#[test]
fn a_peer_that_answers_no_echo_is_given_up_when_the_number_is_full() {
    let server = Config { miss_echo: Some(1), ..server(&[]) };
    let mut pair = up(Config { echo: Some(every_ten_seconds(Some(3))), ..config(None) }, server.clone());
    wait(&mut pair, 39);
    assert_eq!(pair.link.phase(), Phase::Network);
    wait(&mut pair, 41);
    assert!(pair.says("> [LCP TermReq id=0x5 \"Peer not responding\"]"), "{:#?}", pair.log);
    assert!(pair.says("Finished: the peer does not respond: 3 Echo-Requests not answered"));
    let mut pair = up(Config { echo: Some(every_ten_seconds(None)), ..config(None) }, server);
    wait(&mut pair, 600);
    assert_eq!(pair.link.phase(), Phase::Network);
}

#[test]
fn a_reply_with_another_magic_number_or_identifier_is_none() {
    let mut pair = up(Config { echo: Some(every_ten_seconds(Some(2))), ..config(None) }, server(&[]));
    pair.server.freeze(Layer::Lcp);
    let magic = server_magic(&pair);
    for second in [11, 21] {
        wait(&mut pair, second);
        for (identifier, magic) in [(2, *b"\xde\xad\xbe\xef"), (77, magic)] {
            let reply = [&b"\xff\x03\xc0\x21"[..], &emit(Code::EchoReply.into(), identifier, &magic)].concat();
            hears(&mut pair, &reply);
        }
    }
    wait(&mut pair, 31);
    assert!(pair.says("Peer not responding"));
}

#[test]
fn a_peer_that_rejects_echo_requests_is_sent_none_and_stays() {
    let mut pair = up(Config { echo: Some(every_ten_seconds(Some(1))), ..config(None) }, server(&[]));
    assert!(hears_lcp(&mut pair, 7, b"\x09\x01\x00\x04").is_empty());
    wait(&mut pair, 100);
    assert_eq!((pair.link.phase(), pair.says("EchoReq")), (Phase::Network, false));
}

#[test]
fn two_silent_ends_wait_for_each_other_and_one_is_enough_to_begin() {
    let silent = |config| Config { opening: Opening::Silent, ..config };
    let mut pair = Pair::new(silent(config(None)), silent(server(&[])));
    pair.run();
    assert_eq!((pair.log.as_slice(), pair.link.phase()), (&["Phase(Establish)".to_owned()][..], Phase::Establish));
    up(silent(config(None)), server(&[]));
    up(config(None), silent(server(&[])));
}

#[test]
fn a_passive_end_that_nobody_answers_waits_and_is_there_when_the_other_begins() {
    let late = Config { delay: Duration::from_secs(60), ..server(&[]) };
    let mut pair = Pair::new(Config { opening: Opening::Passive, ..config(None) }, late.clone());
    pair.run();
    assert!(pair.says("IpUp") && !pair.says("Finished"), "{:#?}", pair.log);
    let mut pair = Pair::new(config(None), late);
    pair.run();
    assert!(pair.says("Finished"));
}

#[test]
fn a_caller_without_ipcp_rejects_the_servers_and_ipv6_goes_on() {
    let v6 = |config| Config { ipv6: true, ..config };
    let mut pair = Pair::new(Config { ip: false, ..v6(config(None)) }, v6(server(&[])));
    pair.run();
    assert!(pair.link.ipcp().is_none() && !pair.link.handle_datagram(IP, &[0x45]));
    assert!(pair.says("> [LCP ProtRej id=0x2 80 21 01 01") && pair.says("Ipv6Up") && !pair.says("Finished"));
    let mut pair = Pair::new(Config { ip: false, ..config(None) }, server(&[]));
    pair.run();
    assert!(pair.says("> [LCP ProtRej id=0x2 80 21 01 01") && !pair.says("Finished"), "{:#?}", pair.log);
}

#[test]
fn what_is_asked_for_of_lcp_is_what_was_wanted() {
    let asked = |change: &dyn Fn(&mut Config)| {
        let mut config = config(None);
        change(&mut config);
        let mut pair = Pair::new(config, server(&[]));
        pair.run();
        assert!(pair.says("IpUp"));
        pair.log.iter().find(|line| line.starts_with("> [LCP ConfReq")).unwrap().clone()
    };
    for (line, change) in [
        (
            "> [LCP ConfReq id=0x1 <mru 296> <asyncmap 0xa0000> <magic 0x12345678>]",
            &(|config: &mut Config| {
                config.mru = 296;
                config.accm = 0xa_0000;
                config.magic = MagicNumber::Fixed(0x1234_5678);
                config.compression = Compression::NONE;
            }) as &dyn Fn(&mut Config),
        ),
        ("> [LCP ConfReq id=0x1 <pcomp> <accomp>]", &|config| {
            config.accm = DEFAULT_ACCM;
            config.magic = MagicNumber::None;
        }),
        ("> [LCP ConfReq id=0x1 <asyncmap 0x0> <pcomp>]", &|config| {
            config.magic = MagicNumber::None;
            config.compression = Compression { pfc: true, acfc: false };
        }),
    ] {
        assert_eq!(asked(change), line);
    }
}

#[test]
fn wins_servers_are_given_to_who_asks() {
    let asking = calling(None, |calling| calling.ip.wins = true);
    let mut pair = Pair::new(asking, answering(&[], |answering| answering.ip.wins = vec![LOCAL]));
    pair.run();
    assert!(pair.has(&LinkEvent::IpUp { local: REMOTE, peer: Some(LOCAL), dns: vec![DNS], wins: vec![LOCAL] }));
}

#[test]
fn authentication_that_is_rejected_as_a_protocol_ends_the_link() {
    let mut pair = Pair::new(config(Some("secret")), server(&[AuthOption::Pap]));
    pair.until_authentication();
    pair.server.freeze(Layer::Authentication);
    pair.settle();
    pair.log.clear();
    let said = hears_lcp(&mut pair, 8, &[&PAP.to_be_bytes()[..], &[1, 1, 0, 4]].concat());
    assert!(said.last().unwrap().contains("Failed to authenticate ourselves"), "{said:#?}");
}
