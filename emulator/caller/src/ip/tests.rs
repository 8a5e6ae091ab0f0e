//! Tests of [`Host`]: pings, silence, and what no datagram may do. Names and transfers have files of their own.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use offhook_ppp::frame::{IP, IPV6};
use offhook_ppp::print;

const ONE: Ipv4Addr = Ipv4Addr::new(192, 168, 32, 105);
const OTHER: Ipv4Addr = Ipv4Addr::new(192, 168, 32, 1);

fn host(local: Ipv4Addr, peer: Ipv4Addr) -> Host {
    let mut host = Host::new(Instant::ZERO, 1500, 1);
    host.add_ipv4(local, Some(peer));
    host
}

#[test]
fn a_ping_is_answered_by_another_host_and_reported() {
    let (mut one, mut other) = (host(ONE, OTHER), host(OTHER, ONE));
    assert!(one.ping(Instant::ZERO, OTHER.into(), 0x1234, 7, 56));
    let request = one.poll_transmit().unwrap();
    assert_eq!(
        print::packet(IP, &request),
        "[IP data 84 ICMP echo request 192.168.32.105 > 192.168.32.1 id=0x1234 seq=7]"
    );
    other.handle_packet(Instant::ZERO, &request);
    one.handle_packet(Instant::ZERO, &other.poll_transmit().unwrap());
    assert_eq!(one.poll_event(), Some(HostEvent::Pong(Pong { from: OTHER.into(), id: 0x1234, seq: 7 })));
    assert_eq!((one.poll_event(), one.poll_transmit(), one.poll_timeout()), (None, None, None));
}

#[test]
fn a_ping_over_ipv6_is_answered_by_the_peers_link_local_address() {
    let address = |last| Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, last);
    let (mut one, mut other) = (host(ONE, OTHER), host(OTHER, ONE));
    assert!(!one.ping(Instant::ZERO, address(2).into(), 1, 1, 56), "without an address of its own");
    one.add_ipv6(address(1));
    other.add_ipv6(address(2));
    assert!(one.ping(Instant::ZERO, address(2).into(), 0x1234, 7, 56));
    let request = one.poll_transmit().unwrap();
    assert_eq!(
        (request.len(), request[0] >> 4, request[40]),
        (104, 6, 128),
        "an ICMPv6 Echo Request, RFC 4443 section 4.1"
    );
    other.handle_packet(Instant::ZERO, &request);
    one.handle_packet(Instant::ZERO, &other.poll_transmit().unwrap());
    assert_eq!(one.poll_event(), Some(HostEvent::Pong(Pong { from: address(2).into(), id: 0x1234, seq: 7 })));
    one.remove_ipv6();
    assert!(!one.ping(Instant::ZERO, address(2).into(), 1, 1, 56));
}

#[test]
fn hosts_beyond_the_peer_are_reached_as_well() {
    let mut one = host(ONE, OTHER);
    assert!(one.ping(Instant::ZERO, Ipv4Addr::new(10, 9, 8, 7).into(), 1, 1, 56));
    assert!(one.poll_transmit().is_some());
}

#[test]
fn nothing_is_sent_unasked() {
    let mut one = host(ONE, OTHER);
    one.add_ipv6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1));
    one.handle_timeout(Instant::from_millis(3_600_000));
    assert_eq!((one.poll_transmit(), one.poll_timeout()), (None, None));
    // Nor in answer to what every Linux host sends on a new IPv6 link.
    let mut solicitation = vec![0x60, 0, 0, 0, 0, 8, 58, 255];
    solicitation.extend(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 2).octets());
    solicitation.extend(Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 2).octets());
    solicitation.extend([133, 0, 0x7b, 0xb8, 0, 0, 0, 0]);
    assert!(print::packet(IPV6, &solicitation).contains("router solicitation"));
    one.handle_packet(Instant::ZERO, &solicitation);
    assert_eq!(one.poll_transmit(), None);
}

#[test]
fn a_host_without_an_address_and_an_address_that_is_none_send_nothing() {
    let mut nobody = Host::new(Instant::ZERO, 1500, 1);
    nobody.add_ipv4(Ipv4Addr::new(224, 0, 0, 1), None);
    assert!(!nobody.ping(Instant::ZERO, OTHER.into(), 1, 1, 56));
    assert!(!host(ONE, OTHER).ping(Instant::ZERO, Ipv4Addr::UNSPECIFIED.into(), 1, 1, 56));
}

proptest! {
    #[test]
    fn no_datagram_panics_the_host(
        head in prop::sample::select(vec![0x45_u8, 0x46, 0x60, 0x00]),
        packet in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut one = host(ONE, OTHER);
        one.add_ipv6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1));
        let mut packet = packet;
        packet.insert(0, head);
        if packet.len() >= 20 {
            let len = packet.len() as u16;
            packet[2..4].copy_from_slice(&len.to_be_bytes());
            packet[16..20].copy_from_slice(&ONE.octets());
            packet[10..12].fill(0);
            let header: u32 = packet[..20].chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(pair[1])).sum();
            let sum = !((header & 0xffff) + (header >> 16)) as u16;
            packet[10..12].copy_from_slice(&sum.to_be_bytes());
        }
        one.handle_packet(Instant::ZERO, &packet);
    }
}
