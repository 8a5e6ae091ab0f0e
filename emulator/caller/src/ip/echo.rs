//! Pings: echo requests out, the replies to them in (RFC 792, RFC 4443 section 4).

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

use smoltcp::iface::{SocketHandle, SocketSet};
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::socket::icmp;
use smoltcp::wire::{Icmpv4Packet, Icmpv4Repr, Icmpv6Packet, Icmpv6Repr};

/// Octets of the headers of IP and ICMP.
pub(super) const fn headers(to: IpAddr) -> usize {
    if to.is_ipv4() { 20 + 8 } else { 40 + 8 }
}

/// The longest request, with its header: a datagram of 1500 octets.
const LONGEST: usize = 1480;
/// Answers kept until they are read, for one identifier.
const SLOTS: usize = 16;

/// An echo that came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pong {
    /// Who answered.
    pub from: IpAddr,
    /// Identifier of the request.
    pub id: u16,
    /// Sequence number of the request.
    pub seq: u16,
}

/// One socket an identifier.
#[derive(Default)]
pub(super) struct Echoes(BTreeMap<u16, SocketHandle>);

impl Echoes {
    /// Hands an echo request to the identifier's socket; false if that has no room for it.
    pub(super) fn send(
        &mut self,
        sockets: &mut SocketSet<'static>,
        own: IpAddr,
        to: IpAddr,
        id: u16,
        seq: u16,
        size: u16,
    ) -> bool {
        let payload: Vec<u8> = (0..size).map(|place| place as u8).collect();
        let sums = ChecksumCapabilities::default();
        let octets = match (own, to) {
            (IpAddr::V6(own), IpAddr::V6(to)) => {
                let request = Icmpv6Repr::EchoRequest { ident: id, seq_no: seq, data: &payload };
                let mut octets = vec![0; request.buffer_len()];
                request.emit(&own, &to, &mut Icmpv6Packet::new_unchecked(&mut octets[..]), &sums);
                octets
            }
            _ => {
                let request = Icmpv4Repr::EchoRequest { ident: id, seq_no: seq, data: &payload };
                let mut octets = vec![0; request.buffer_len()];
                request.emit(&mut Icmpv4Packet::new_unchecked(&mut octets[..]), &sums);
                octets
            }
        };
        self.socket(sockets, id).is_some_and(|socket| socket.send_slice(&octets, to.into()).is_ok())
    }

    /// The replies that have come.
    pub(super) fn replies(&self, sockets: &mut SocketSet<'static>) -> Vec<Pong> {
        let mut pongs = Vec::new();
        for handle in self.0.values() {
            let socket = sockets.get_mut::<icmp::Socket<'_>>(*handle);
            while let Ok((octets, from)) = socket.recv() {
                let from = IpAddr::from(from);
                if let Some((id, seq)) = if from.is_ipv4() { reply(octets) } else { reply6(octets) } {
                    pongs.push(Pong { from, id, seq });
                }
            }
        }
        pongs
    }

    fn socket<'a>(&mut self, sockets: &'a mut SocketSet<'static>, id: u16) -> Option<&'a mut icmp::Socket<'static>> {
        let handle = match self.0.get(&id) {
            Some(handle) => *handle,
            None => {
                let buffer =
                    || icmp::PacketBuffer::new(vec![icmp::PacketMetadata::EMPTY; SLOTS], vec![0; SLOTS * LONGEST]);
                let mut socket = icmp::Socket::new(buffer(), buffer());
                socket.bind(icmp::Endpoint::Ident(id)).ok()?;
                let handle = sockets.add(socket);
                self.0.insert(id, handle);
                handle
            }
        };
        Some(sockets.get_mut(handle))
    }
}

/// Identifier and sequence number of a reply. Sums were checked on the way in.
fn reply(octets: &[u8]) -> Option<(u16, u16)> {
    let packet = Icmpv4Packet::new_checked(octets).ok()?;
    match Icmpv4Repr::parse(&packet, &ChecksumCapabilities::ignored()) {
        Ok(Icmpv4Repr::EchoReply { ident, seq_no, .. }) => Some((ident, seq_no)),
        _ => None,
    }
}

/// The same of ICMPv6.
fn reply6(octets: &[u8]) -> Option<(u16, u16)> {
    let packet = Icmpv6Packet::new_checked(octets).ok()?;
    let (any, ignored) = (Ipv6Addr::UNSPECIFIED, ChecksumCapabilities::ignored());
    match Icmpv6Repr::parse(&any, &any, &packet, &ignored) {
        Ok(Icmpv6Repr::EchoReply { ident, seq_no, .. }) => Some((ident, seq_no)),
        _ => None,
    }
}
