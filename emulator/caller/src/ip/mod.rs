//! The caller's IP host, on top of the link: datagrams and `now` in; datagrams, answered pings, resolved names and
//! finished transfers out.
//!
//! A smoltcp interface over a pair of queues. It speaks when spoken to: over IPv4 it sends what it is told to,
//! answers echoes and refuses what it does not know, and nothing else, because every datagram starts the server's
//! idle clock again. Over IPv6 it has its link-local address and is just as quiet: with this medium and these
//! features smoltcp sends no router or neighbor solicitations and no listener reports, so it answers echoes
//! and no more (a PPP link has no link-layer addresses to solicit, RFC 5072 §5).
//!
//! A transfer that is over leaves a connection to be closed. It is forgotten when that is done, and after ten seconds
//! in any case: nothing is sent later than that.

mod echo;
mod http;
mod network;
mod queues;
mod resolver;
mod transfer;

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use smoltcp::iface::SocketHandle;
use smoltcp::socket::tcp;
use smoltcp::wire::IpCidr;

use self::echo::Echoes;
pub use self::echo::Pong;
pub use self::network::Network;
pub use self::resolver::Resolved;
use self::resolver::{Asker, Resolver};
use self::transfer::{Progress, Transfer};
use super::{TransferOutcome, TransferRequest};
use offhook_clock::Random;
use offhook_clock::{Instant, earliest};

/// How long a connection may take to be closed.
const LINGER: Duration = Duration::from_secs(10);
/// The first of the ports that connections are made from, up to the last there is (RFC 6335 §6).
const FIRST_PORT: u16 = 49152;
/// Why nothing is sent without an address.
pub(super) const NO_ADDRESS: &str = "the caller has no IPv4 address: IPCP is not Opened";

/// What the host has to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostEvent {
    /// An echo came back.
    Pong(Pong),
    /// A name asked for by [`Host::resolve`] is known, or will not be.
    Resolved(Resolved),
    /// A transfer begun by [`Host::transfer`] is over.
    Transferred(TransferOutcome),
}

/// The host.
pub struct Host {
    network: Network,
    echoes: Echoes,
    resolver: Resolver,
    transfers: Vec<Transfer>,
    /// How many transfers there were.
    begun: u64,
    /// The port of the last connection, counted from [`FIRST_PORT`].
    port: u16,
    /// Connections being closed, and when they are forgotten.
    closing: Vec<(SocketHandle, Instant)>,
    events: VecDeque<HostEvent>,
    deadline: Option<Instant>,
}

impl Host {
    /// A host without addresses that sends datagrams of up to `mtu` octets. `seed` makes its identifications,
    /// sequence numbers and ports.
    pub fn new(now: Instant, mtu: usize, seed: u64) -> Self {
        Self {
            network: Network::new(now, mtu, seed),
            echoes: Echoes::default(),
            resolver: Resolver::default(),
            transfers: Vec::new(),
            begun: 0,
            port: Random::new(seed).next() as u16,
            closing: Vec::new(),
            events: VecDeque::new(),
            deadline: None,
        }
    }

    /// Gives the host its IPv4 address, with everything beyond the peer; one that is no host's address is not taken.
    pub fn add_ipv4(&mut self, local: Ipv4Addr, peer: Option<Ipv4Addr>) {
        if local.is_unspecified() || local.is_multicast() || local.is_broadcast() {
            return;
        }
        self.network.add_ipv4(local, peer.unwrap_or(local));
    }

    /// Gives the host its link-local address.
    pub fn add_ipv6(&mut self, local: Ipv6Addr) {
        self.network.add_ipv6(local);
    }

    /// Takes the IPv4 address away; what was under way over it has failed.
    pub fn remove_ipv4(&mut self, now: Instant) {
        self.network.interface.update_ip_addrs(|addresses| addresses.retain(|cidr| !matches!(cidr, IpCidr::Ipv4(_))));
        let why = "the link went down: IPCP is no longer Opened";
        for (asker, resolved) in self.resolver.abandon(why, &mut self.network.sockets) {
            if asker.is_none() {
                self.events.push_back(HostEvent::Resolved(resolved));
            }
        }
        for transfer in std::mem::take(&mut self.transfers) {
            self.events.push_back(HostEvent::Transferred(transfer.failed(why.to_owned())));
            self.closing.extend(transfer.socket().map(|socket| (socket, now)));
        }
        // Without their address connections are closed in silence.
        self.poll(now);
    }

    /// Takes the link-local address away.
    pub fn remove_ipv6(&mut self) {
        self.network.interface.update_ip_addrs(|addresses| addresses.retain(|cidr| !matches!(cidr, IpCidr::Ipv6(_))));
    }

    /// The DNS servers to ask, best first.
    pub fn set_dns(&mut self, servers: &[Ipv4Addr]) {
        self.resolver.set_servers(servers);
    }

    /// A datagram from the link.
    pub fn handle_packet(&mut self, now: Instant, packet: &[u8]) {
        self.network.handle_packet(packet);
        self.poll(now);
    }

    /// Sends an echo request with `size` octets of data; false if the host has no address of that kind, `to` is none, or it is
    /// longer than the link takes.
    pub fn ping(&mut self, now: Instant, to: IpAddr, id: u16, seq: u16, size: u16) -> bool {
        let fits = usize::from(size) + echo::headers(to) <= self.network.mtu();
        let own = match to {
            IpAddr::V4(_) => self.network.interface.ipv4_addr().map(IpAddr::V4),
            IpAddr::V6(_) => self.link_local().map(IpAddr::V6),
        };
        let Some(own) = own.filter(|_| fits && !to.is_unspecified()) else { return false };
        let sent = self.echoes.send(&mut self.network.sockets, own, to, id, seq, size);
        self.poll(now);
        sent
    }

    /// Asks the DNS servers for a name's addresses; [`HostEvent::Resolved`] follows in any case.
    pub fn resolve(&mut self, now: Instant, name: &str) {
        self.ask(now, name, None);
        self.poll(now);
    }

    /// Begins a transfer; [`HostEvent::Transferred`] follows in any case.
    pub fn transfer(&mut self, now: Instant, request: TransferRequest) {
        self.begun += 1;
        let host = request.host.clone();
        let sound = http::is_sound(&request);
        let transfer = Transfer::new(now, self.begun, request);
        if !sound {
            let error = "host and path have characters that no HTTP request can have".to_owned();
            self.events.push_back(HostEvent::Transferred(transfer.failed(error)));
            return;
        }
        self.transfers.push(transfer);
        self.ask(now, &host, Some(self.begun));
        self.poll(now);
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
        self.network.poll_transmit()
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<HostEvent> {
        self.events.pop_front()
    }

    fn link_local(&self) -> Option<Ipv6Addr> {
        let own = |cidr: &IpCidr| if let IpCidr::Ipv6(cidr) = cidr { Some(cidr.address()) } else { None };
        self.network.interface.ip_addrs().iter().find_map(own)
    }

    fn ask(&mut self, now: Instant, name: &str, asker: Asker) {
        let resolved = if self.network.interface.ipv4_addr().is_none() {
            Some(Resolved::failed(name, NO_ADDRESS.to_owned()))
        } else {
            self.resolver.ask(now, name, asker, self.network.interface.context(), &mut self.network.sockets)
        };
        if let Some(resolved) = resolved {
            self.resolved(now, asker, resolved);
        }
    }

    /// Tells whoever asked; a transfer goes on to its connection.
    fn resolved(&mut self, now: Instant, asker: Asker, resolved: Resolved) {
        let Some(key) = asker else { return self.events.push_back(HostEvent::Resolved(resolved)) };
        let Some(index) = self.transfers.iter().position(|transfer| transfer.key == key) else { return };
        let transfer = &mut self.transfers[index];
        let result = match (resolved.addresses.first(), resolved.error) {
            (Some(address), _) => {
                self.port = self.port.wrapping_add(1) % (u16::MAX - FIRST_PORT);
                let own_port = FIRST_PORT + self.port;
                transfer.connect(now, *address, own_port, self.network.interface.context(), &mut self.network.sockets)
            }
            (None, error) => Err(transfer.failed(error.unwrap_or_else(|| "the name has no address".to_owned()))),
        };
        if let Err(outcome) = result {
            self.transfers.remove(index);
            self.events.push_back(HostEvent::Transferred(outcome));
        }
    }

    fn poll(&mut self, now: Instant) {
        loop {
            self.network.poll(now);
            // What was taken or given may let more be sent: a window, a segment, the end of a connection.
            if !self.advance(now) {
                break;
            }
        }
        let pongs = self.echoes.replies(&mut self.network.sockets);
        self.events.extend(pongs.into_iter().map(HostEvent::Pong));
        let closing = self.closing.iter().map(|(_, until)| Some(*until));
        let own = self.transfers.iter().map(Transfer::deadline).chain(closing).fold(None, earliest);
        // What could not be done now will not be done by asking again at once; a deadline that never passes
        // would stop virtual time.
        self.deadline = earliest(self.network.poll_timeout(now), own).filter(|next| *next > now);
    }

    /// Moves resolver, transfers and closing connections on; whether that gave the interface something to do.
    fn advance(&mut self, now: Instant) -> bool {
        let mut moved = false;
        for (asker, resolved) in self.resolver.answers(now, &mut self.network.sockets) {
            moved |= asker.is_some();
            self.resolved(now, asker, resolved);
        }
        let (sockets, closing, events) = (&mut self.network.sockets, &mut self.closing, &mut self.events);
        self.transfers.retain_mut(|transfer| match transfer.advance(now, sockets) {
            Progress::Waits => true,
            Progress::Moved => {
                moved = true;
                true
            }
            Progress::Over(outcome, socket) => {
                moved = true;
                closing.extend(socket.map(|socket| (socket, now + LINGER)));
                events.push_back(HostEvent::Transferred(outcome));
                false
            }
        });
        if !moved {
            self.closing.retain(|(handle, until)| {
                let over =
                    *until <= now || self.network.sockets.get::<tcp::Socket<'_>>(*handle).state() == tcp::State::Closed;
                if over {
                    self.network.sockets.remove(*handle);
                }
                !over
            });
        }
        moved
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod transfer_tests;
