//! Tests of [`Link`]: what two ends agree on to compress and to encrypt, that what goes in comes out, and what a loss does.

#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;

use super::pair::{MD5, Pair, calling, config, frames, server};
use super::*;
use crate::auth::{AuthChoice, AuthOption};
use crate::automaton::State;
use crate::ccp::Method;
use crate::chap::Algorithm;
use crate::frame::{CCP, COMPRESSED, IP, VJ_COMPRESSED, VJ_UNCOMPRESSED, protocol_of};
use crate::ipcp::VanJacobson;
use crate::mppe::Strength;
use crate::print;

const MS_V2: AuthOption = AuthOption::Chap(Algorithm::MsChapV2);
const MS_V1: AuthOption = AuthOption::Chap(Algorithm::MsChap);
const FEWEST_CODES: Method = Method::Bsd { bits: 9 };
const FEW: VanJacobson = VanJacobson { max_slot: 3, compress_slot: 0 };

/// Two ends at their rest, the calling one with these methods and the answering one with those.
fn pair(auth: AuthOption, ours: &[Method], theirs: &[Method]) -> Pair {
    let calling = calling(Some("secret"), |calling| calling.auth = AuthChoice::All);
    let caller = Config { compress: ours.to_vec(), ..calling };
    let mut pair = Pair::new(caller, Config { compress: theirs.to_vec(), ..server(&[auth]) });
    pair.settle();
    pair
}

/// Both ends with the same method, by Microsoft's CHAP.
fn alike(method: Method) -> Pair {
    pair(MS_V2, &[method], &[method])
}

fn mppe(strength: Strength, stateless: bool) -> Method {
    Method::mppe(&[strength], stateless)
}

/// All methods there are.
fn methods() -> Vec<Method> {
    let mut methods = vec![Method::DEFLATE, Method::DEFLATE_DRAFT, Method::BSD, FEWEST_CODES];
    methods.push(Method::Deflate { draft: false, window: 9 });
    for strength in [Strength::Bits40, Strength::Bits56, Strength::Bits128] {
        methods.extend([true, false].map(|stateless| mppe(strength, stateless)));
    }
    methods
}

/// What happens to a frame on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Arrives,
    IsLost,
    IsDamaged,
}

/// What the other end is told of one datagram: the Protocol fields that crossed the line, and the datagrams it was given.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    protocols: Vec<u16>,
    datagrams: Vec<Vec<u8>>,
}

/// Sends a datagram, from the calling end or to it, and carries what follows until both ends are at rest.
fn send(pair: &mut Pair, from_caller: bool, datagram: &[u8], fate: Fate) -> Told {
    let protocol = protocol_of(datagram);
    let Pair { link, server, now, .. } = pair;
    let (from, to) = if from_caller { (&mut *link, &mut *server) } else { (&mut *server, &mut *link) };
    assert!(from.handle_datagram(protocol, datagram));
    let mut octets = from.poll_transmit().unwrap();
    match fate {
        Fate::Arrives => to.handle_octets(*now, &octets),
        Fate::IsLost => {}
        Fate::IsDamaged => {
            let at = octets.iter().rposition(|octet| !matches!(octet, 0x7c..=0x7f)).unwrap();
            octets[at] ^= 1;
            to.handle_octets(*now, &octets);
        }
    }
    let mut told = Told::default();
    for event in std::iter::from_fn(|| to.poll_event()).collect::<Vec<_>>() {
        match &event {
            LinkEvent::FrameReceived(frame) => told.protocols.push(Frame::parse(frame).unwrap().protocol),
            LinkEvent::Datagram { octets, .. } => told.datagrams.push(octets.clone()),
            _ => {}
        }
        if from_caller { pair.server_events.push(event) } else { pair.note(event) }
    }
    pair.settle();
    told
}

fn arrives(pair: &mut Pair, from_caller: bool, datagram: &[u8]) -> u16 {
    let told = send(pair, from_caller, datagram, Fate::Arrives);
    assert_eq!(told.datagrams, [datagram], "{told:?}");
    told.protocols[0]
}

/// Segment `number` of a transfer, with so many octets of data each.
fn segment(number: u32, data: u16) -> Vec<u8> {
    let mut packet = vec![0x45, 0];
    packet.extend((40 + data).to_be_bytes());
    packet.extend((number as u16).to_be_bytes());
    packet.extend([0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 4, 0, 0, 80]);
    packet.extend((1000 + number * u32::from(data)).to_be_bytes());
    packet.extend([0, 0, 0, 9, 0x50, 0x10, 0x20, 0, 0xca, number as u8, 0, 0]);
    let sum: u32 = packet[..20].as_chunks::<2>().0.iter().map(|word| u32::from(u16::from_be_bytes(*word))).sum();
    let sum = !((sum & 0xffff) + (sum >> 16)) as u16;
    packet[10..12].copy_from_slice(&sum.to_be_bytes());
    packet.resize(usize::from(40 + data), number as u8);
    packet
}

/// Datagrams as text and as noise, each recognized by its number.
fn datagram(number: u16, is_text: bool) -> Vec<u8> {
    let mut random = Random::new(number.into());
    let body = (0..300).map(|_| if is_text { b"no"[(random.next() % 2) as usize] } else { random.next() as u8 });
    [0x45, 0].into_iter().chain(number.to_be_bytes()).chain(body).collect()
}

#[test]
fn headers_are_compressed_both_ways_with_the_slots_that_both_ends_have() {
    let vj = |config| Config { vj: Some(VanJacobson::DEFAULT), ..config };
    let mut pair = Pair::new(vj(config(None)), Config { vj: Some(FEW), ..server(&[]) });
    pair.settle();
    assert!(pair.says("> [IPCP ConfReq id=0x1 <compress VJ 0f 01> <addr 0.0.0.0>"), "{:#?}", pair.log);
    assert!(pair.says("< [IPCP ConfNak id=0x1 <compress VJ 03 00> <addr 192.168.32.105>"));
    let agreed = LinkEvent::HeadersCompressed { receives: Some(FEW), sends: Some(FEW) };
    assert!(pair.has(&agreed) && pair.server_events.contains(&agreed), "{:#?}", pair.log);
    for from_caller in [true, false] {
        let protocols: Vec<u16> = (0..3).map(|number| arrives(&mut pair, from_caller, &segment(number, 100))).collect();
        assert_eq!(protocols, [VJ_UNCOMPRESSED, VJ_COMPRESSED, VJ_COMPRESSED]);
        assert_eq!(arrives(&mut pair, from_caller, &datagram(1, true)), IP, "no TCP, no compression");
    }
}

#[test]
fn headers_stay_as_they_are_unless_both_ends_have_it() {
    let mut caller = Pair::new(Config { vj: Some(FEW), ..config(None) }, server(&[]));
    let mut server = Pair::new(config(None), Config { vj: Some(FEW), ..server(&[]) });
    for pair in [&mut caller, &mut server] {
        pair.settle();
        assert!(pair.says("ConfRej id=0x1 <compress VJ 03 00>") && pair.says("IpUp"), "{:#?}", pair.log);
        for number in 0..3 {
            assert_eq!(arrives(pair, true, &segment(number, 100)), IP);
        }
        // What was not agreed on is a protocol that nobody knows.
        pair.inject(VJ_COMPRESSED, &[0, 0, 0]);
        pair.settle();
        assert!(pair.says("> [LCP ProtRej id=0x2 00 2d 00 00 00]"), "{:#?}", pair.log);
    }
}

// RFC 1144 §4.1
#[test]
fn after_a_damaged_frame_nothing_is_decompressed_until_a_packet_names_its_connection() {
    let vj = |config| Config { vj: Some(VanJacobson::DEFAULT), ..config };
    let mut pair = Pair::new(vj(config(None)), vj(server(&[])));
    pair.settle();
    for from_caller in [true, false] {
        for number in 0..3 {
            arrives(&mut pair, from_caller, &segment(number, 100));
        }
        assert_eq!(send(&mut pair, from_caller, &segment(3, 100), Fate::IsDamaged), Told::default());
        for number in [4, 5] {
            let told = send(&mut pair, from_caller, &segment(number, 100), Fate::Arrives);
            assert_eq!(told, Told { protocols: vec![VJ_COMPRESSED], datagrams: vec![] }, "{number}");
        }
        // TCP sends the lost segment again, and with it the whole header.
        assert_eq!(arrives(&mut pair, from_caller, &segment(3, 100)), VJ_UNCOMPRESSED);
        assert_eq!(arrives(&mut pair, from_caller, &segment(4, 100)), VJ_COMPRESSED);
    }
}

#[test]
fn two_ends_agree_on_a_method_as_pppds_log_shows_it() {
    let pair = pair(
        AuthOption::Pap,
        &[Method::BSD, Method::DEFLATE, Method::DEFLATE_DRAFT],
        &[Method::Deflate { draft: false, window: 12 }],
    );
    let told: Vec<&String> =
        pair.log.iter().filter(|line| line.contains("CCP") || line.contains("Compression")).collect();
    insta::assert_snapshot!(told.into_iter().map(String::as_str).collect::<Vec<_>>().join("\n"));
}

#[test]
fn every_method_carries_datagrams_both_ways_and_what_does_not_get_shorter_as_it_is() {
    for method in methods() {
        let mut pair = alike(method);
        let up = LinkEvent::CompressionUp { receives: Some(method), sends: Some(method) };
        assert!(pair.has(&up) && pair.server_events.contains(&up), "{method}: {:#?}", pair.log);
        for number in 0..600 {
            let is_text = number % 3 > 0;
            let protocol = arrives(&mut pair, number % 2 == 0, &datagram(number, is_text));
            let is_packed = is_text || method.encrypts();
            let expected = if is_packed { COMPRESSED } else { IP };
            // With so few codes noise leaves no room for text in the dictionary.
            assert!(protocol == expected || method == FEWEST_CODES, "{method}, packet {number}: {protocol:x}");
        }
    }
}

#[test]
fn headers_and_packets_are_compressed_one_after_the_other() {
    let both = |config| Config { vj: Some(VanJacobson::DEFAULT), compress: vec![Method::DEFLATE], ..config };
    let mut pair = Pair::new(both(config(None)), both(server(&[])));
    pair.settle();
    for number in 0..20 {
        assert_eq!(arrives(&mut pair, true, &segment(number, 500)), COMPRESSED);
        assert_eq!(arrives(&mut pair, false, &segment(number, 300)), COMPRESSED);
    }
    let sent = |pair: &Pair| pair.log.iter().filter(|line| line.contains("> [Compressed data]")).count();
    assert_eq!(sent(&pair), 20);
}

#[test]
fn after_a_loss_the_sender_is_told_to_begin_again_and_everything_arrives_once_more() {
    for method in methods() {
        for fate in [Fate::IsLost, Fate::IsDamaged] {
            let mut pair = alike(method);
            for from_caller in [true, false] {
                for number in 0..10 {
                    arrives(&mut pair, from_caller, &datagram(number, true));
                }
                assert_eq!(send(&mut pair, from_caller, &datagram(10, true), fate), Told::default());
                // Where the loss shows; without state it does not.
                let told = send(&mut pair, from_caller, &datagram(11, true), Fate::Arrives);
                let stateless = method.mode().is_some_and(|mode| mode.stateless);
                assert_eq!(told.datagrams.is_empty(), !stateless, "{method}");
                for number in 12..300 {
                    arrives(&mut pair, from_caller, &datagram(number, number % 4 > 0));
                }
            }
            let stateless = method.mode().is_some_and(|mode| mode.stateless);
            assert_eq!(pair.says("> [CCP ResetReq id=0x2]"), !stateless, "{method}: {:#?}", pair.log);
            assert_eq!(pair.says("> [CCP ResetAck id=0x2]"), !stateless);
        }
    }
}

#[test]
fn a_reset_that_is_not_answered_is_asked_for_again_as_long_as_packets_are_lost() {
    let mut pair = alike(Method::DEFLATE);
    send(&mut pair, false, &datagram(0, true), Fate::IsLost);
    pair.loses = Some(CCP);
    send(&mut pair, false, &datagram(1, true), Fate::Arrives);
    pair.loses = None;
    let asked = |pair: &Pair| pair.log.iter().filter(|line| line.starts_with("> [CCP ResetReq id=0x2]")).count();
    assert_eq!((asked(&pair), pair.link.poll_timeout()), (1, Some(Instant::from_millis(1000))));
    // Nothing was lost since: there is nothing to ask for.
    pair.now = Instant::from_millis(1000);
    pair.link.handle_timeout(pair.now);
    pair.settle();
    assert_eq!((asked(&pair), pair.link.poll_timeout()), (1, None));
    let told = send(&mut pair, false, &datagram(0, false), Fate::Arrives);
    assert_eq!(told.datagrams, [datagram(0, false)], "what came as it is needs no history");
    assert!(send(&mut pair, false, &datagram(2, true), Fate::Arrives).datagrams.is_empty());
    arrives(&mut pair, false, &datagram(3, true));
}

#[test]
fn a_peer_that_has_no_compression_rejects_ccp_and_the_link_goes_on_without() {
    for (ours, theirs) in [(&[Method::DEFLATE][..], &[][..]), (&[], &[Method::DEFLATE])] {
        let mut pair = pair(MD5, ours, theirs);
        assert!(pair.says("[LCP ProtRej id=0x2 80 fd 01 01 00 08 1a 04 78 00]"), "{:#?}", pair.log);
        assert!(pair.says("IpUp") && !pair.says("CompressionUp"));
        assert_eq!(arrives(&mut pair, true, &datagram(1, true)), IP);
        // An end that has it takes no notice of what may have been under way; one that has not rejects it.
        pair.inject(COMPRESSED, &[0, 0, 1, 2]);
        pair.settle();
        assert_eq!(pair.says("> [LCP ProtRej id=0x3 00 fd 00 00 01 02]"), ours.is_empty());
    }
}

#[test]
fn methods_that_only_one_end_has_come_to_nothing_and_the_link_goes_on() {
    let mut pair = pair(MD5, &[Method::BSD], &[Method::DEFLATE]);
    assert!(pair.says("> [CCP ConfRej id=0x1 <deflate 15>]") && pair.says("< [CCP ConfRej id=0x1 <bsd v1 15>]"));
    assert_eq!(pair.link.ccp().unwrap().state(), State::Opened);
    assert!(!pair.says("CompressionUp"));
    assert_eq!(arrives(&mut pair, true, &datagram(1, true)), IP);
}

#[test]
fn a_link_that_encrypts_negotiates_ip_when_it_can_and_takes_nothing_in_clear() {
    for auth in [MS_V1, MS_V2] {
        let any = Method::mppe(&[Strength::Bits40, Strength::Bits128], true);
        let mut pair = pair(auth, &[any], &[mppe(Strength::Bits128, true)]);
        let at = |what: &str| pair.log.iter().position(|line| line.contains(what)).unwrap_or_else(|| panic!("{what}"));
        assert!(at("CompressionUp") < at("> [IPCP ConfReq"), "{:#?}", pair.log);
        assert!(pair.says("> [CCP ConfReq id=0x1 <mppe +H -M +S +L -D -C>]"));
        assert!(pair.says("> [CCP ConfReq id=0x2 <mppe +H -M +S -L -D -C>]"));
        assert_eq!(pair.link.mtu(), 1496);
        assert_eq!(arrives(&mut pair, true, &datagram(1, true)), COMPRESSED);
        let datagrams = |pair: &Pair| pair.log.iter().filter(|line| line.starts_with("Datagram")).count();
        let before = datagrams(&pair);
        pair.inject(IP, &datagram(1, true));
        pair.settle();
        assert_eq!(datagrams(&pair), before);
    }
}

#[test]
fn a_link_that_has_to_encrypt_ends_if_it_cannot() {
    let any = Method::mppe(&[Strength::Bits128], true);
    let other = Method::mppe(&[Strength::Bits40], true);
    for (auth, theirs, why) in [
        (MS_V2, &[][..], "the peer rejects CCP"),
        (MS_V2, &[Method::DEFLATE], "CCP came to no agreement on MPPE"),
        (MS_V2, &[other], "CCP came to no agreement on MPPE"),
        (MD5, &[any], "there are no keys, which Microsoft's CHAP leaves behind"),
        (AuthOption::Pap, &[any], "there are no keys, which Microsoft's CHAP leaves behind"),
    ] {
        let mut pair = pair(auth, &[any], theirs);
        pair.run();
        let told = format!("Finished: this end goes on with MPPE only, and {why}");
        let is_ours = pair.says(&told);
        assert!(is_ours || pair.says("Finished: terminated by the peer (\"MPPE required"), "{auth:?}: {:#?}", pair.log);
        assert!(!pair.says("IpUp") && !pair.says("Datagram"));
    }
}

#[test]
fn a_link_negotiates_its_compression_again_with_a_new_history() {
    for method in [Method::DEFLATE, mppe(Strength::Bits128, false)] {
        let mut pair = alike(method);
        for number in 0..5 {
            arrives(&mut pair, true, &datagram(number, true));
        }
        pair.inject(CCP, b"\x01\x63\x00\x04");
        pair.settle();
        assert!(pair.says("CompressionDown"), "{method}");
        // The peer is in Opened and gets a Configure-Request: both begin again.
        pair.run();
        let ups = pair.log.iter().filter(|line| line.starts_with("CompressionUp")).count();
        assert_eq!(ups, 2, "{method}: {:#?}", pair.log);
        for number in 0..5 {
            assert_eq!(arrives(&mut pair, number % 2 == 0, &datagram(number, true)), COMPRESSED);
        }
    }
}

#[test]
fn a_reset_is_told_as_pppd_tells_it() {
    let mut pair = alike(Method::BSD);
    send(&mut pair, false, &datagram(0, true), Fate::IsLost);
    send(&mut pair, false, &datagram(1, true), Fate::Arrives);
    let told: Vec<&str> = pair.log.iter().map(String::as_str).filter(|line| line.contains("Reset")).collect();
    assert_eq!(told, ["> [CCP ResetReq id=0x2]", "< [CCP ResetAck id=0x2]"]);
    assert_eq!(print::packet(COMPRESSED, &[0, 1]), "[Compressed data] 00 01");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_delivered_was_sent_and_in_this_order(
        // Of a changed key of MPPE that is lost as well nothing tells, and nothing is decrypted after it.
        method in prop::sample::select(methods()).prop_filter("has no state that is lost twice", |method| {
            method.mode().is_none_or(|mode| mode.stateless)
        }),
        packets in prop::collection::vec(
            (any::<bool>(), prop::collection::vec(prop_oneof![4 => 0..4_u8, 1 => any::<u8>()], 1..200), 0..12_u8), 1..60
        ),
    ) {
        let mut pair = alike(method);
        let mut lost = [false; 2];
        for (from_caller, mut packet, fate) in packets {
            packet[0] = 0x45;
            let fate = match fate { 0 => Fate::IsLost, 1 => Fate::IsDamaged, _ => Fate::Arrives };
            let told = send(&mut pair, from_caller, &packet, fate);
            let way = usize::from(from_caller);
            // Of what arrives, only what comes first after a loss may be missing.
            let may_miss = lost[way] || fate != Fate::Arrives;
            prop_assert!(told.datagrams == [packet] || may_miss && told.datagrams.is_empty(), "{}", method);
            // A loss shows in the next packet that is compressed.
            lost[way] = fate != Fate::Arrives || lost[way] && told.protocols != [COMPRESSED];
        }
    }

    #[test]
    fn any_frames_after_agreement_are_taken_without_harm(
        method in prop::sample::select(methods()),
        frames in frames(),
        packed in prop::collection::vec(
            (prop::sample::select(vec![COMPRESSED, VJ_COMPRESSED, VJ_UNCOMPRESSED, IP]), prop::collection::vec(any::<u8>(), 0..60)), 0..30
        ),
    ) {
        let all = |config| Config { vj: Some(VanJacobson::DEFAULT), compress: vec![method], ..config };
        let caller = calling(Some("secret"), |calling| calling.auth = AuthChoice::All);
        let mut pair = Pair::new(all(caller), all(server(&[MS_V2])));
        pair.settle();
        for (protocol, information) in packed {
            pair.inject(protocol, &information);
        }
        for frame in frames {
            pair.link.handle_octets(pair.now, &frame);
        }
        while pair.link.poll_transmit().is_some() {}
        pair.link.handle_timeout(pair.now + std::time::Duration::from_secs(10));
        pair.link.handle_datagram(IP, &[0x45; 40]);
    }
}
