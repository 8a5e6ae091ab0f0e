//! The host behind an answering end: datagrams and `now` in; datagrams out, and what was asked of it.
//!
//! A smoltcp interface over a pair of queues. It answers echoes by itself, DNS at UDP port 53, HTTP at TCP port 80, and refuses
//! whatever else is asked for. It forwards nothing: there is no network behind it.

pub mod dns;
mod http;
mod web;

use std::collections::VecDeque;
use std::net::{Ipv4Addr, Ipv6Addr};

use offhook_caller::ip::Network;
use offhook_clock::{Instant, earliest};
use smoltcp::iface::SocketHandle;
use smoltcp::socket::udp;

use self::http::Page;
use self::web::Web;

/// The port of DNS.
const DNS: u16 = 53;
/// Questions that may wait for their answers, and octets of them.
const QUESTIONS: usize = 8;
const QUESTION: usize = 512;

/// What a caller has asked of the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostEvent {
    /// DNS was asked for a name.
    Asked {
        /// The name.
        name: String,
        /// Its addresses, none if it has none of the kind that was asked for; `None`: it does not exist.
        addresses: Option<Vec<Ipv4Addr>>,
    },
    /// Something was asked for by HTTP.
    Fetched {
        /// Method and target: `GET /`.
        request: String,
        /// The status that was answered.
        status: u16,
    },
}

/// The host.
pub(crate) struct Host {
    network: Network,
    dns: SocketHandle,
    web: Web,
    names: Vec<(String, Ipv4Addr)>,
    page: Page,
    events: VecDeque<HostEvent>,
    deadline: Option<Instant>,
}

impl Host {
    /// A host without addresses that sends datagrams of up to `mtu` octets, knows these names and has this name itself.
    pub(crate) fn new(now: Instant, mtu: usize, seed: u64, host: &str, names: Vec<(String, Ipv4Addr)>) -> Self {
        let mut network = Network::new(now, mtu, seed);
        let buffer =
            || udp::PacketBuffer::new(vec![udp::PacketMetadata::EMPTY; QUESTIONS], vec![0; QUESTIONS * QUESTION]);
        let mut socket = udp::Socket::new(buffer(), buffer());
        // A port that is not 0, of a socket that is not bound: it cannot fail.
        let _ = socket.bind(DNS);
        let dns = network.sockets.add(socket);
        let page = Page { host: host.to_owned(), facts: Vec::new() };
        let (web, events) = (Web::default(), VecDeque::new());
        Self { network, dns, web, names, page, events, deadline: None }
    }

    /// What the page tells of the caller.
    pub(crate) fn set_facts(&mut self, facts: Vec<(&'static str, String)>) {
        self.page.facts = facts;
    }

    /// Gives the host its IPv4 address; all else is beyond the link.
    pub(crate) fn add_ipv4(&mut self, now: Instant, local: Ipv4Addr) {
        self.network.add_ipv4(local, local);
        self.poll(now);
    }

    /// Gives the host its link-local address.
    pub(crate) fn add_ipv6(&mut self, now: Instant, local: Ipv6Addr) {
        self.network.add_ipv6(local);
        self.poll(now);
    }

    /// A datagram from the link.
    pub(crate) fn handle_packet(&mut self, now: Instant, packet: &[u8]) {
        self.network.handle_packet(packet);
        self.poll(now);
    }

    /// A deadline may have come.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            self.poll(now);
        }
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub(crate) const fn poll_timeout(&self) -> Option<Instant> {
        self.deadline
    }

    /// The next datagram for the link; its first four bits tell IP from IPv6.
    pub(crate) fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.network.poll_transmit()
    }

    /// The next thing that was asked.
    pub(crate) fn poll_event(&mut self) -> Option<HostEvent> {
        self.events.pop_front()
    }

    fn poll(&mut self, now: Instant) {
        loop {
            self.network.poll(now);
            let answered = self.answer_questions();
            let moved = self.web.advance(now, &self.page, &mut self.network.sockets, &mut self.events);
            if !answered && !moved {
                break;
            }
        }
        let next = self.network.poll_timeout(now);
        // What could not be done now will not be done by asking again at once; a deadline that never passes would stop
        // virtual time.
        self.deadline = earliest(next, self.web.poll_timeout()).filter(|next| *next > now);
    }

    /// Answers the questions that have come; whether there was any.
    fn answer_questions(&mut self) -> bool {
        let socket = self.network.sockets.get_mut::<udp::Socket<'_>>(self.dns);
        let mut answered = false;
        while socket.can_send() {
            let Ok((octets, from)) = socket.recv() else { break };
            let reply = dns::answer(octets, &self.names);
            if let Some(dns::Reply { octets, name, addresses }) = reply {
                // It goes where the question came from, or is lost, as datagrams are.
                let _ = socket.send_slice(&octets, from);
                self.events.extend(name.map(|name| HostEvent::Asked { name, addresses }));
            }
            answered = true;
        }
        answered
    }
}
