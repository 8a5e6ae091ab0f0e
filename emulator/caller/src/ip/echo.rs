//! Pings: echo requests out, the replies to them in (RFC 792).

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use smoltcp::iface::{SocketHandle, SocketSet};
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::socket::icmp;
use smoltcp::wire::{Icmpv4Packet, Icmpv4Repr, IpAddress};

/// Octets of the headers of IP and ICMP.
pub(super) const HEADERS: usize = 20 + 8;
/// The longest request, with its header: a datagram of 1500 octets.
const LONGEST: usize = 1480;
/// Answers kept until they are read, for one identifier.
const SLOTS: usize = 16;

/// An echo that came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pong {
    /// Who answered.
    pub from: Ipv4Addr,
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
        to: Ipv4Addr,
        id: u16,
        seq: u16,
        size: u16,
    ) -> bool {
        let payload: Vec<u8> = (0..size).map(|place| place as u8).collect();
        let request = Icmpv4Repr::EchoRequest { ident: id, seq_no: seq, data: &payload };
        let mut octets = vec![0; request.buffer_len()];
        request.emit(&mut Icmpv4Packet::new_unchecked(&mut octets[..]), &ChecksumCapabilities::default());
        self.socket(sockets, id).is_some_and(|socket| socket.send_slice(&octets, IpAddress::Ipv4(to)).is_ok())
    }

    /// The replies that have come.
    pub(super) fn replies(&self, sockets: &mut SocketSet<'static>) -> Vec<Pong> {
        let mut pongs = Vec::new();
        for handle in self.0.values() {
            let socket = sockets.get_mut::<icmp::Socket<'_>>(*handle);
            while let Ok((octets, from)) = socket.recv() {
                let Ok(packet) = Icmpv4Packet::new_checked(octets) else { continue };
                // The sum was checked on the way in.
                let reply = Icmpv4Repr::parse(&packet, &ChecksumCapabilities::ignored());
                if let (Ok(Icmpv4Repr::EchoReply { ident, seq_no, .. }), IpAddress::Ipv4(from)) = (reply, from) {
                    pongs.push(Pong { from, id: ident, seq: seq_no });
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
