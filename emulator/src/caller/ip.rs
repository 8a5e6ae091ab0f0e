//! The caller's IP host, on top of the link: datagrams and `now` in, datagrams and answered pings out.
//!
//! A smoltcp interface over a pair of queues. It speaks when spoken to: over IPv4 it sends the pings it is told to,
//! answers echoes and refuses what it does not know, and nothing else, because every datagram starts the server's
//! idle clock anew. Over IPv6 it has its link-local address and is just as quiet: with this medium and these
//! features smoltcp sends no router or neighbor solicitations and no listener reports, so it answers echoes
//! and no more (a PPP link has no link-layer addresses to solicit, RFC 5072 §5).

use std::collections::{BTreeMap, VecDeque};
use std::net::{Ipv4Addr, Ipv6Addr};

use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::phy::{self, ChecksumCapabilities, Device, DeviceCapabilities, Medium};
use smoltcp::socket::icmp;
use smoltcp::time::Instant as SmolInstant;
use smoltcp::wire::{HardwareAddress, Icmpv4Packet, Icmpv4Repr, IpAddress, IpCidr};

use crate::time::Instant;

/// What `ping` carries by default: 56 octets, 84 with the headers of ICMP and IP.
const PAYLOAD_LEN: u8 = 56;
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

/// The host.
pub struct Host {
    device: Queues,
    interface: Interface,
    sockets: SocketSet<'static>,
    /// One socket an identifier.
    echoes: BTreeMap<u16, SocketHandle>,
    pongs: VecDeque<Pong>,
    deadline: Option<Instant>,
}

impl Host {
    /// A host without addresses that sends datagrams of up to `mtu` octets. `seed` makes its identifications.
    pub fn new(now: Instant, mtu: usize, seed: u64) -> Self {
        let mut device = Queues { mtu, incoming: VecDeque::new(), outgoing: VecDeque::new() };
        let mut config = Config::new(HardwareAddress::Ip);
        config.random_seed = seed;
        let interface = Interface::new(config, &mut device, smol(now));
        let sockets = SocketSet::new(Vec::new());
        Self { device, interface, sockets, echoes: BTreeMap::new(), pongs: VecDeque::new(), deadline: None }
    }

    /// Gives the host its IPv4 address, with everything beyond the peer; one that is no host's address is not taken.
    pub fn add_ipv4(&mut self, local: Ipv4Addr, peer: Option<Ipv4Addr>) {
        if local.is_unspecified() || local.is_multicast() || local.is_broadcast() {
            return;
        }
        self.add(IpCidr::new(IpAddress::Ipv4(local), 32));
        // Any gateway will do where there is but one way to go. The table has room for one route of each kind.
        let _ = self.interface.routes_mut().add_default_ipv4_route(peer.unwrap_or(local));
    }

    /// Gives the host its link-local address.
    pub fn add_ipv6(&mut self, local: Ipv6Addr) {
        self.add(IpCidr::new(IpAddress::Ipv6(local), 64));
    }

    fn add(&mut self, address: IpCidr) {
        self.interface.update_ip_addrs(|addresses| {
            // There is room for two, and no more than these two are ever given.
            let _ = addresses.push(address);
        });
    }

    /// A datagram from the link.
    pub fn handle_packet(&mut self, now: Instant, packet: &[u8]) {
        self.device.incoming.push_back(packet.to_vec());
        self.poll(now);
    }

    /// Sends an echo request; false if the host has no IPv4 address or `to` is none.
    pub fn ping(&mut self, now: Instant, to: Ipv4Addr, id: u16, seq: u16) -> bool {
        if self.interface.ipv4_addr().is_none() || to.is_unspecified() {
            return false;
        }
        let payload: Vec<u8> = (0..PAYLOAD_LEN).collect();
        let request = Icmpv4Repr::EchoRequest { ident: id, seq_no: seq, data: &payload };
        let mut octets = vec![0; request.buffer_len()];
        request.emit(&mut Icmpv4Packet::new_unchecked(&mut octets[..]), &ChecksumCapabilities::default());
        let sent = self.socket(id).is_some_and(|socket| socket.send_slice(&octets, IpAddress::Ipv4(to)).is_ok());
        self.poll(now);
        sent
    }

    /// A deadline may have come.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            self.poll(now);
        }
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.deadline
    }

    /// The next datagram for the link; its first four bits tell IP from IPv6.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.device.outgoing.pop_front()
    }

    /// The next ping that was answered.
    pub fn poll_pong(&mut self) -> Option<Pong> {
        self.pongs.pop_front()
    }

    fn socket(&mut self, id: u16) -> Option<&mut icmp::Socket<'static>> {
        let handle = match self.echoes.get(&id) {
            Some(handle) => *handle,
            None => {
                let buffer = || icmp::PacketBuffer::new(vec![icmp::PacketMetadata::EMPTY; SLOTS], vec![0; SLOTS * 128]);
                let mut socket = icmp::Socket::new(buffer(), buffer());
                socket.bind(icmp::Endpoint::Ident(id)).ok()?;
                let handle = self.sockets.add(socket);
                self.echoes.insert(id, handle);
                handle
            }
        };
        Some(self.sockets.get_mut(handle))
    }

    fn poll(&mut self, now: Instant) {
        self.interface.poll(smol(now), &mut self.device, &mut self.sockets);
        for handle in self.echoes.values() {
            let socket = self.sockets.get_mut::<icmp::Socket<'_>>(*handle);
            while let Ok((octets, from)) = socket.recv() {
                let Ok(packet) = Icmpv4Packet::new_checked(octets) else { continue };
                // The sum was checked on the way in.
                let reply = Icmpv4Repr::parse(&packet, &ChecksumCapabilities::ignored());
                if let (Ok(Icmpv4Repr::EchoReply { ident, seq_no, .. }), IpAddress::Ipv4(from)) = (reply, from) {
                    self.pongs.push_back(Pong { from, id: ident, seq: seq_no });
                }
            }
        }
        let next = self.interface.poll_at(smol(now), &self.sockets);
        let next = next.and_then(|next| u64::try_from(next.total_micros()).ok()).map(Instant::from_micros);
        // What could not be done now will not be done by asking again at once; a deadline that never passes
        // would stop virtual time.
        self.deadline = next.filter(|next| *next > now);
    }
}

fn smol(now: Instant) -> SmolInstant {
    SmolInstant::from_micros(i64::try_from(now.micros()).unwrap_or(i64::MAX))
}

/// A device that is two queues.
struct Queues {
    mtu: usize,
    incoming: VecDeque<Vec<u8>>,
    outgoing: VecDeque<Vec<u8>>,
}

impl Device for Queues {
    type RxToken<'a> = Incoming;
    type TxToken<'a> = Outgoing<'a>;

    fn receive(&mut self, _timestamp: SmolInstant) -> Option<(Incoming, Outgoing<'_>)> {
        let packet = self.incoming.pop_front()?;
        Some((Incoming(packet), Outgoing(&mut self.outgoing)))
    }

    fn transmit(&mut self, _timestamp: SmolInstant) -> Option<Outgoing<'_>> {
        Some(Outgoing(&mut self.outgoing))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = self.mtu;
        capabilities
    }
}

/// A datagram on its way in.
struct Incoming(Vec<u8>);

impl phy::RxToken for Incoming {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(&self.0)
    }
}

/// Room for a datagram on its way out.
struct Outgoing<'a>(&'a mut VecDeque<Vec<u8>>);

impl phy::TxToken for Outgoing<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let mut packet = vec![0; len];
        let result = f(&mut packet);
        self.0.push_back(packet);
        result
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::ppp::frame::{IP, IPV6};
    use crate::ppp::print;

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
        assert!(one.ping(Instant::ZERO, OTHER, 0x1234, 7));
        let request = one.poll_transmit().unwrap();
        assert_eq!(
            print::packet(IP, &request),
            "[IP data 84 ICMP echo request 192.168.32.105 > 192.168.32.1 id=0x1234 seq=7]"
        );
        other.handle_packet(Instant::ZERO, &request);
        one.handle_packet(Instant::ZERO, &other.poll_transmit().unwrap());
        assert_eq!(one.poll_pong(), Some(Pong { from: OTHER, id: 0x1234, seq: 7 }));
        assert_eq!((one.poll_pong(), one.poll_transmit(), one.poll_timeout()), (None, None, None));
    }

    #[test]
    fn hosts_beyond_the_peer_are_reached_as_well() {
        let mut one = host(ONE, OTHER);
        assert!(one.ping(Instant::ZERO, Ipv4Addr::new(10, 9, 8, 7), 1, 1));
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
        assert!(!nobody.ping(Instant::ZERO, OTHER, 1, 1));
        assert!(!host(ONE, OTHER).ping(Instant::ZERO, Ipv4Addr::UNSPECIFIED, 1, 1));
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
}
