//! What every host on a link stands on: a smoltcp interface over a pair of queues, its addresses and its sockets.
//!
//! Datagrams and `now` in; datagrams and the next deadline out. What the sockets are for is whose host it is to know.

use std::net::{Ipv4Addr, Ipv6Addr};

use offhook_clock::Instant;
use smoltcp::iface::{Config, Interface, SocketSet};
use smoltcp::time::Instant as SmolInstant;
use smoltcp::wire::{HardwareAddress, IpCidr};

use super::queues::Queues;

/// An interface with its sockets.
pub struct Network {
    device: Queues,
    /// The interface, for its addresses and its context.
    pub interface: Interface,
    /// Its sockets.
    pub sockets: SocketSet<'static>,
}

impl Network {
    /// An interface without addresses that sends datagrams of up to `mtu` octets. `seed` makes its identifications, sequence
    /// numbers and ports.
    pub fn new(now: Instant, mtu: usize, seed: u64) -> Self {
        let mut device = Queues::new(mtu);
        let mut config = Config::new(HardwareAddress::Ip);
        config.random_seed = seed;
        let interface = Interface::new(config, &mut device, smol(now));
        Self { device, interface, sockets: SocketSet::new(Vec::new()) }
    }

    /// Octets of the longest datagram.
    pub const fn mtu(&self) -> usize {
        self.device.mtu()
    }

    /// Gives it its IPv4 address, with everything beyond `gateway`.
    pub fn add_ipv4(&mut self, local: Ipv4Addr, gateway: Ipv4Addr) {
        self.add(IpCidr::new(local.into(), 32));
        // Any gateway will do where there is but one way to go. The table has room for one route of each kind.
        let _ = self.interface.routes_mut().add_default_ipv4_route(gateway);
    }

    /// Gives it its link-local address.
    pub fn add_ipv6(&mut self, local: Ipv6Addr) {
        self.add(IpCidr::new(local.into(), 64));
    }

    fn add(&mut self, address: IpCidr) {
        self.interface.update_ip_addrs(|addresses| {
            // There is room for two, and no more than these two are ever given.
            let _ = addresses.push(address);
        });
    }

    /// A datagram from the link, for the next [`Self::poll`].
    pub fn handle_packet(&mut self, packet: &[u8]) {
        self.device.incoming.push_back(packet.to_vec());
    }

    /// Moves what can be moved between queues and sockets.
    pub fn poll(&mut self, now: Instant) {
        self.interface.poll(smol(now), &mut self.device, &mut self.sockets);
    }

    /// When the interface has something to do by itself.
    pub fn poll_timeout(&mut self, now: Instant) -> Option<Instant> {
        let next = self.interface.poll_at(smol(now), &self.sockets)?;
        u64::try_from(next.total_micros()).ok().map(Instant::from_micros)
    }

    /// The next datagram for the link; its first four bits tell IP from IPv6.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.device.outgoing.pop_front()
    }
}

fn smol(now: Instant) -> SmolInstant {
    SmolInstant::from_micros(i64::try_from(now.micros()).unwrap_or(i64::MAX))
}
