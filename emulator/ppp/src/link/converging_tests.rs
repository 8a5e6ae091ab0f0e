//! Tests of [`Link`]: a peer that never agrees, at whatever protocol, ends the negotiation within a bound (RFC 1661 §4.6).

#![allow(clippy::unwrap_used)]

use super::pair::{DNS, LOCAL, Pair, REMOTE, config, server};
use super::*;
use crate::ccp::Method;
use crate::frame::{CCP, IPCP, IPV6CP};
use crate::packet::emit;

/// As the peer of whom the calling end asks nothing that suits it: each Configure-Request of `protocol` gets a packet of `code` with
/// `option`, as long as more come. How many came, without time passing.
fn nak_for_ever(pair: &mut Pair, protocol: u16, code: u8, option: impl Fn(u8) -> Vec<u8>) -> usize {
    let mut answered = Vec::new();
    for _ in 0..1000 {
        pair.settle();
        let mut requests = pair.server_events.iter().filter_map(|event| {
            let LinkEvent::FrameReceived(octets) = event else { return None };
            let frame = Frame::parse(octets).ok().filter(|frame| frame.protocol == protocol)?;
            frame.information.starts_with(&[1]).then(|| frame.information[1])
        });
        let Some(identifier) = requests.next_back().filter(|identifier| !answered.contains(identifier)) else { break };
        answered.push(identifier);
        pair.inject(protocol, &emit(code, identifier, &option(identifier)));
    }
    answered.len()
}

/// Two ends that agree on everything but `protocol`, at which the answering one is left to the test.
fn pair(protocol: u16, change: impl Fn(&mut Config)) -> Pair {
    let (mut calling, mut answering) = (config(None), server(&[]));
    change(&mut calling);
    change(&mut answering);
    let mut pair = Pair::new(calling, answering);
    pair.server.freeze(Layer::of(protocol).unwrap());
    pair
}

const NAK: u8 = 3;

// RFC 1661 §4.6: "configuration is not converging". Ten Naks are taken, the eleventh ends it.
#[test]
fn a_peer_that_naks_lcp_for_ever_ends_the_link_after_ten() {
    let mut pair = pair(LCP, |_| {});
    let asked = nak_for_ever(&mut pair, LCP, NAK, |identifier| vec![5, 6, 0, 0, 0, identifier]);
    assert_eq!(asked, 11);
    assert!(pair.says("> [LCP TermReq id=0xc \"Configuration does not converge\"]"), "{:#?}", pair.log);
    pair.run();
    let why = "Finished: LCP came to no agreement: 11 Configure-Requests were answered with a Nak or Reject";
    assert_eq!(pair.log.last().unwrap(), why);
}

#[test]
fn a_peer_that_naks_the_only_network_protocol_for_ever_ends_the_link() {
    for (protocol, name) in [(IPCP, "IPCP"), (IPV6CP, "IPV6CP")] {
        let mut pair = pair(protocol, |config| {
            config.ip = protocol == IPCP;
            config.ipv6 = !config.ip;
        });
        let asked = nak_for_ever(&mut pair, protocol, NAK, |identifier| match protocol {
            IPCP => vec![3, 6, 10, 0, 0, identifier],
            _ => vec![1, 10, 0, 0, 0, 0, 0, 0, 0, identifier],
        });
        assert_eq!(asked, 11);
        pair.run();
        let why =
            format!("Finished: {name} came to no agreement: 11 Configure-Requests were answered with a Nak or Reject");
        assert_eq!(*pair.log.last().unwrap(), why);
    }
}

#[test]
fn what_is_not_needed_is_told_and_given_up_and_the_rest_goes_on() {
    let deflate = Method::Deflate { window: 15, draft: false };
    let mut pair = pair(CCP, |config| config.compress = vec![deflate]);
    let asked = nak_for_ever(&mut pair, CCP, NAK, |identifier| vec![26, 4, (8 + identifier % 2) << 4 | 8, 0]);
    assert_eq!(asked, 11, "{:#?}", pair.log);
    assert!(pair.has(&LinkEvent::NotConverging(NotConverging { protocol: CCP, rounds: 11 })), "{:#?}", pair.log);
    pair.run();
    assert_eq!(pair.link.phase(), Phase::Network);
    assert!(pair.has(&LinkEvent::IpUp { local: REMOTE, peer: Some(LOCAL), dns: vec![DNS], wins: vec![] }));
}

#[test]
fn a_peer_that_has_ten_wishes_and_then_agrees_is_agreed_with_and_the_next_negotiation_counts_from_zero() {
    let mut pair = Pair::new(config(None), server(&[]));
    pair.server.freeze(Layer::Lcp);
    pair.settle();
    for round in 0..2_u8 {
        for nak in 0..10 {
            let identifier = 1 + round * 11 + nak;
            pair.inject(LCP, &emit(NAK, identifier, &[5, 6, 0, 0, 0, identifier]));
        }
        let request = pair.link.lcp().protocol().own();
        assert_eq!(pair.link.phase(), Phase::Establish);
        let mut options = vec![2, 6, 0, 0, 0, 0, 5, 6];
        options.extend(request.magic.unwrap().to_be_bytes());
        options.extend([7, 2, 8, 2]);
        pair.inject(LCP, &emit(2, 11 + round * 11, &options));
        assert_eq!(pair.link.phase(), Phase::Network);
        // The peer begins again.
        pair.inject(LCP, &emit(1, 10 + round, &[]));
        pair.settle();
    }
    assert!(!pair.says("no agreement"), "{:#?}", pair.log);
}
