//! Tests of [`Link`] with frozen layers, with octets of a script, and with an LCP that a script has negotiated.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use super::pair::{MD5, Pair, REMOTE, config, server};
use super::*;
use crate::auth::{AuthOption, Method};
use crate::automaton::State;
use crate::frame::{CHAP, PAP};
use crate::restart::Limits;
use crate::transparency::DEFAULT_ACCM;

const AGREED: Settings = Settings { accm: 0, pfc: true, acfc: true, magic: Some(0x1234_5678), ..Settings::DEFAULT };

/// A calling end on a line of its own that has carrier, with LCP frozen.
fn frozen_at_carrier(password: Option<&str>) -> Link {
    let mut link = Link::new(config(password));
    link.freeze(Layer::Lcp);
    link.handle_up(Instant::ZERO);
    link
}

fn events(link: &mut Link) -> Vec<LinkEvent> {
    std::iter::from_fn(|| link.poll_event()).collect()
}

#[test]
fn a_link_whose_lcp_is_frozen_before_carrier_stays_in_establishment_and_says_nothing() {
    let mut link = frozen_at_carrier(None);
    assert_eq!((link.phase(), link.poll_timeout()), (Phase::Establish, None));
    let request = Frame { protocol: LCP, information: b"\x01\x01\x00\x04" }.emit(Settings::DEFAULT.compression());
    link.handle_octets(Instant::ZERO, &encode(&request, DEFAULT_ACCM));
    link.handle_timeout(Instant::from_millis(60_000));
    assert_eq!((link.poll_transmit(), link.lcp().state()), (None, State::ReqSent));
    assert_eq!(events(&mut link), [LinkEvent::Phase(Phase::Establish), LinkEvent::FrameReceived(request)]);
}

#[test]
fn a_thawed_layer_observes_the_deadline_that_has_passed() {
    let mut link = frozen_at_carrier(None);
    assert!(link.is_frozen(Layer::Lcp));
    link.thaw(Layer::Lcp);
    assert!(!link.is_frozen(Layer::Lcp));
    let restart = Instant::ZERO + Limits::default().restart;
    assert_eq!(link.poll_timeout(), Some(restart));
    let later = restart + Duration::from_secs(60);
    link.handle_timeout(later);
    assert!(link.poll_transmit().is_some());
    assert_eq!(link.poll_timeout(), Some(later + Limits::default().restart));
}

#[test]
fn each_layer_is_frozen_by_itself() {
    for (layer, unsaid, phase) in [
        (Layer::Authentication, "> [PAP", Phase::Authenticate),
        (Layer::Ipcp, "> [IPCP", Phase::Network),
        (Layer::Ipv6cp, "> [IPV6CP", Phase::Network),
    ] {
        let v6 = |config| Config { ipv6: true, ..config };
        let mut pair = Pair::new(v6(config(Some("secret"))), v6(server(&[AuthOption::Pap])));
        pair.link.freeze(layer);
        pair.settle();
        assert_eq!(pair.link.phase(), phase, "{layer:?}");
        assert!(!pair.says(unsaid), "{layer:?}: {:#?}", pair.log);
        let others = Layer::ALL.into_iter().filter(|other| *other != layer);
        assert!(others.into_iter().all(|other| !pair.link.is_frozen(other)));
        if phase == Phase::Network {
            assert!(pair.says(&unsaid.replace('>', "<")), "what came is told");
            assert_eq!(pair.says("IpUp"), layer != Layer::Ipcp);
            assert_eq!(pair.says("Ipv6Up"), layer != Layer::Ipv6cp);
        }
        // No deadline of the frozen layer is left, and the server's are its own.
        assert_eq!(pair.link.poll_timeout(), None, "{layer:?}");
        pair.link.thaw(layer);
        assert!(pair.link.poll_timeout().is_some(), "{layer:?}");
        pair.run();
        assert!(pair.says("IpUp") && pair.says("Ipv6Up"), "{layer:?}: {:#?}", pair.log);
    }
}

#[test]
fn a_protocol_that_is_frozen_is_not_protocol_rejected_even_if_the_link_has_it_not() {
    let mut pair = Pair::new(config(None), Config { ipv6: true, ..server(&[]) });
    pair.link.freeze(Layer::Ipv6cp);
    pair.settle();
    assert!(pair.says("< [IPV6CP") && pair.says("IpUp") && !pair.says("ProtRej"));
}

#[test]
fn a_link_that_is_closed_with_lcp_frozen_is_over_at_once() {
    let mut pair = Pair::new(config(None), server(&[]));
    pair.settle();
    pair.link.freeze(Layer::Lcp);
    pair.link.handle_close(pair.now, "enough");
    assert_eq!(events(&mut pair.link).last(), Some(&LinkEvent::Finished(LinkEnding::Closed("enough".into()))));
    assert_eq!((pair.link.poll_transmit(), pair.link.poll_timeout()), (None, None));
}

#[test]
fn octets_of_a_script_go_out_in_their_turn_as_they_are_and_none_from_a_silent_link() {
    let mut link = frozen_at_carrier(None);
    link.send_octets(b"+++".to_vec());
    link.send_octets(Vec::new());
    link.send_octets(vec![0x7e, 0x7e]);
    let sent: Vec<_> = std::iter::from_fn(|| link.poll_transmit()).collect();
    assert_eq!(sent, [b"+++".to_vec(), vec![0x7e, 0x7e]]);
    link.fall_silent();
    link.send_octets(b"~".to_vec());
    assert_eq!(link.poll_transmit(), None);
}

#[test]
fn after_an_assumed_lcp_the_next_phase_begins_with_what_was_agreed_on() {
    let mut link = frozen_at_carrier(Some("secret"));
    link.assume_lcp(Instant::ZERO, AGREED, AGREED, Some(Method::Pap));
    assert_eq!((link.phase(), link.lcp().state()), (Phase::Authenticate, State::Opened));
    // Compressed as the peer was told it may be: no address, no control.
    assert_eq!(link.poll_transmit().unwrap()[..3], [0x7e, 0xc0, 0x23]);
    link.handle_octets(Instant::ZERO, &encode(b"\xc0\x23\x02\x01\x00\x05\x00", 0));
    assert_eq!(link.phase(), Phase::Network);
    assert_eq!(link.poll_transmit().unwrap()[..3], [0x7e, 0x80, 0x21]);
    // Agreed on once more, without authentication.
    link.assume_lcp(Instant::ZERO, AGREED, Settings::DEFAULT, None);
    let told = events(&mut link);
    let opened = told.iter().filter(|event| **event == LinkEvent::LcpOpened).count();
    assert_eq!((opened, link.phase()), (2, Phase::Network));
    assert!(told.contains(&LinkEvent::AuthNotAsked));
    assert_eq!(link.poll_transmit().unwrap()[..4], [0x7e, 0xff, 0x7d, 0x23]);
}

#[test]
fn the_answering_end_assumes_that_the_caller_agreed_to_authenticate_itself() {
    for (method, protocol) in [(Method::Pap, PAP), (Method::Chap, CHAP)] {
        let mut pair = Pair::new(config(Some("secret")), server(&[MD5]));
        pair.link.freeze(Layer::Lcp);
        pair.server.freeze(Layer::Lcp);
        pair.link.assume_lcp(pair.now, AGREED, AGREED, Some(method));
        pair.server.assume_lcp(pair.now, AGREED, AGREED, Some(method));
        // What went out before LCP was frozen.
        pair.settle();
        assert!(pair.says("IpUp") && pair.says(method.name()), "{protocol:x}: {:#?}", pair.log);
        assert_eq!(pair.link.ipcp().unwrap().protocol().local(), Some(REMOTE));
    }
    let mut server = Link::new(server(&[MD5]));
    server.freeze(Layer::Lcp);
    server.handle_up(Instant::ZERO);
    server.assume_lcp(Instant::ZERO, AGREED, AGREED, None);
    let refused = LinkEnding::Closed("peer refused to authenticate".into());
    assert_eq!(events(&mut server).last(), Some(&LinkEvent::Finished(refused)));
}

#[test]
fn nothing_is_assumed_without_carrier_and_a_delay_is_over_with_it() {
    let mut link = Link::new(Config { delay: Duration::from_secs(5), ..config(None) });
    link.assume_lcp(Instant::ZERO, AGREED, AGREED, None);
    assert_eq!((link.phase(), link.lcp().state()), (Phase::Dead, State::Initial));
    link.freeze(Layer::Lcp);
    link.handle_up(Instant::ZERO);
    link.assume_lcp(Instant::ZERO, AGREED, AGREED, None);
    assert_eq!(link.phase(), Phase::Network);
}
