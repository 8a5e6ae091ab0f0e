//! IP and IPv6 packets in a few words: `ICMP echo request 192.168.32.105 > 192.168.32.1 id=0x1 seq=2`.
//!
//! pppd's log has only digits for these; a reader of a trace wants to know who spoke to whom about what.
//! The text begins with a blank, or is digits if the packet is too short to say anything.

use std::fmt::Display;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::hex::spaced as hex;

/// An IPv4 packet (RFC 791 §3.1).
pub(super) fn ipv4(packet: &[u8]) -> String {
    let parsed = || {
        let header = packet.first().map(|first| usize::from(first & 0x0f) * 4)?;
        let (source, destination) = (packet.get(12..16)?, packet.get(16..20)?);
        let source = Ipv4Addr::from(<[u8; 4]>::try_from(source).ok()?);
        let destination = Ipv4Addr::from(<[u8; 4]>::try_from(destination).ok()?);
        let fragment = u16::from_be_bytes([*packet.get(6)?, *packet.get(7)?]) & 0x1fff;
        let payload = if fragment == 0 { packet.get(header..)? } else { &[] };
        Some(transport(*packet.get(9)?, &source, &destination, payload))
    };
    if packet.first().is_some_and(|first| first >> 4 == 4) {
        parsed().unwrap_or_else(|| hex(packet))
    } else {
        hex(packet)
    }
}

/// An IPv6 packet (RFC 8200 §3).
pub(super) fn ipv6(packet: &[u8]) -> String {
    let parsed = || {
        let source = Ipv6Addr::from(<[u8; 16]>::try_from(packet.get(8..24)?).ok()?);
        let destination = Ipv6Addr::from(<[u8; 16]>::try_from(packet.get(24..40)?).ok()?);
        let (mut next, mut payload) = (*packet.get(6)?, packet.get(40..)?);
        // Hop-by-Hop Options stand before the listener reports that every Linux host sends.
        if next == 0 {
            let length = usize::from(*payload.get(1)?) * 8 + 8;
            (next, payload) = (*payload.first()?, payload.get(length..)?);
        }
        Some(transport(next, &source, &destination, payload))
    };
    if packet.first().is_some_and(|first| first >> 4 == 6) {
        parsed().unwrap_or_else(|| hex(packet))
    } else {
        hex(packet)
    }
}

/// Protocol, addresses, and what the protocol's header tells.
fn transport(protocol: u8, source: &dyn Display, destination: &dyn Display, payload: &[u8]) -> String {
    match (protocol, payload) {
        (1, [kind, code, ..]) => {
            let name = icmp(*kind);
            format!(" ICMP {name} {source} > {destination}{}", echo(matches!(kind, 0 | 8), *code, payload))
        }
        (58, [kind, code, ..]) => {
            let name = icmpv6(*kind);
            format!(" ICMPv6 {name} {source} > {destination}{}", echo(matches!(kind, 128 | 129), *code, payload))
        }
        (6 | 17, &[a, b, c, d, ..]) => {
            let name = if protocol == 6 { "TCP" } else { "UDP" };
            let (from, to) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            format!(" {name} {source} port {from} > {destination} port {to}")
        }
        _ => format!(" protocol {protocol} {source} > {destination}"),
    }
}

/// Identifier and sequence number of an echo, the code of anything else.
fn echo(is_echo: bool, code: u8, payload: &[u8]) -> String {
    match (is_echo, payload) {
        (true, &[_, _, _, _, a, b, c, d, ..]) => {
            format!(" id=0x{:x} seq={}", u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))
        }
        (false, _) if code != 0 => format!(" code={code}"),
        _ => String::new(),
    }
}

fn icmp(kind: u8) -> String {
    match kind {
        0 => "echo reply",
        3 => "destination unreachable",
        5 => "redirect",
        8 => "echo request",
        11 => "time exceeded",
        _ => return format!("type {kind}"),
    }
    .into()
}

fn icmpv6(kind: u8) -> String {
    match kind {
        1 => "destination unreachable",
        2 => "packet too big",
        3 => "time exceeded",
        4 => "parameter problem",
        128 => "echo request",
        129 => "echo reply",
        133 => "router solicitation",
        134 => "router advertisement",
        135 => "neighbor solicitation",
        136 => "neighbor advertisement",
        143 => "listener report",
        _ => return format!("type {kind}"),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{IP, IPV6};
    use crate::print::packet;

    #[test]
    fn an_echo_shows_who_asks_whom() {
        let mut octets = vec![0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0, 0, 192, 168, 32, 105, 192, 168, 32, 1];
        octets.extend([8, 0, 0, 0, 0x12, 0x34, 0, 7]);
        assert_eq!(packet(IP, &octets), "[IP data 28 ICMP echo request 192.168.32.105 > 192.168.32.1 id=0x1234 seq=7]");
    }

    #[test]
    fn a_router_solicitation_and_a_listener_report_are_named() {
        let header = |next: u8| {
            let mut octets = vec![0x60, 0, 0, 0, 0, 8, next, 255];
            octets.extend(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1).octets());
            octets.extend(Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 2).octets());
            octets
        };
        let solicitation = [header(58), vec![133, 0, 0, 0, 0, 0, 0, 0]].concat();
        assert_eq!(packet(IPV6, &solicitation), "[IPV6 data 48 ICMPv6 router solicitation fe80::1 > ff02::2]");
        let report = [header(0), vec![58, 0, 5, 2, 0, 0, 1, 0, 143, 0]].concat();
        assert_eq!(packet(IPV6, &report), "[IPV6 data 50 ICMPv6 listener report fe80::1 > ff02::2]");
    }

    #[test]
    fn what_is_too_short_or_of_another_version_is_digits() {
        assert_eq!(packet(IP, &[0x45, 0]), "[IP data 2 45 00]");
        assert_eq!(packet(IP, &[0x65, 0]), "[IP data 2 65 00]");
        assert_eq!(packet(IPV6, &[]), "[IPV6 data 0]");
    }
}
