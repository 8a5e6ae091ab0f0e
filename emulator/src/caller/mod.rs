//! The caller: the far end that dialled, from the moment it has carrier. A PPP link with an IP host on top of it.
//!
//! Carrier, octets and `now` go in by `handle_*`; frames for the line come out by [`Caller::poll_transmit`],
//! what happened by [`Caller::poll_event`], and [`Caller::poll_timeout`] names the next deadline.
//! After any `handle_*`, `close` or `ping`, ask all three.

mod config;
mod event;
pub mod ip;
mod status;

use std::collections::VecDeque;
use std::net::Ipv4Addr;

pub use self::config::CallerConfig;
pub use self::event::CallerEvent;
use self::ip::{Host, HostEvent, NO_ADDRESS, Pong, Resolved};
pub use self::status::{AuthOutcome, Status};
pub use crate::ppp::auth::AuthChoice;
use crate::ppp::auth::Credentials;
use crate::ppp::control::DEFAULT_MRU;
use crate::ppp::counters::Limits;
use crate::ppp::frame::{IP, IPV6};
use crate::ppp::ipcp::Wanted;
pub use crate::ppp::link::Phase;
use crate::ppp::link::{Config, Link, LinkEvent};
use crate::ppp::print;
use crate::ppp::random::Random;
use crate::time::{Instant, earliest};
use crate::trace::End;

/// A transfer to be done by HTTP over the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferRequest {
    /// Told in the outcome.
    pub id: u32,
    /// The other host; a name is resolved first, at the DNS servers that IPCP gave.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Path, from the first slash on.
    pub path: String,
    /// `None`: GET, else PUT of so many octets of [`pattern`].
    pub upload: Option<u64>,
}

/// How a transfer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferOutcome {
    /// Of the request.
    pub id: u32,
    /// HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// Octets of content that crossed.
    pub octets: u64,
    /// Whether each of them was that of [`pattern`]; for an upload, as far as the other host says so by status 200.
    pub intact: bool,
    /// Why it came to nothing, if so: `no address for "www.lan"`.
    pub trouble: Option<String>,
}

/// The octet at that place of the content that transfers carry: not periodic in any power of two, so that a lost,
/// doubled or displaced segment shows.
pub const fn pattern(place: u64) -> u8 {
    let mixed = place.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed >> 56) ^ (mixed >> 29)) as u8
}

/// The caller.
pub struct Caller {
    link: Link,
    /// There from the first network protocol's Up to the last one's Down.
    host: Option<Host>,
    host_seed: u64,
    status: Status,
    events: VecDeque<CallerEvent>,
}

impl Caller {
    /// A caller without carrier.
    pub fn new(config: CallerConfig) -> Self {
        let mut random = Random::new(config.magic_seed);
        let credentials = match (config.user, config.password) {
            (None, None) => None,
            (user, password) => {
                Some(Credentials { user: user.unwrap_or_default(), password: password.unwrap_or_default() })
            }
        };
        let link = Link::new(Config {
            credentials,
            auth: config.auth,
            ip: Wanted {
                address: (!config.no_address).then(|| config.address.unwrap_or(Ipv4Addr::UNSPECIFIED)),
                insist: config.insist,
                dns: config.ask_dns,
            },
            ipv6: config.ipv6,
            mru: config.mru.unwrap_or(DEFAULT_MRU),
            accm: config.accm,
            seed: random.next(),
            limits: Limits { restart: config.restart, ..Limits::default() },
            delay: config.delay,
            callback: config.callback,
            miss_echo: config.miss_echo,
        });
        let host_seed = random.next();
        let mut caller = Self { link, host: None, host_seed, status: Status::default(), events: VecDeque::new() };
        caller.status.follow(&caller.link);
        caller
    }

    /// CONNECT: there is carrier. The first Configure-Request goes out after [`CallerConfig::delay`].
    pub fn handle_carrier(&mut self, now: Instant) {
        self.status = Status::default();
        self.link.handle_up(now);
        self.settle(now);
    }

    /// Carrier is lost. What was not sent yet is lost with it.
    pub fn handle_carrier_lost(&mut self, now: Instant) {
        self.link.handle_down(now);
        self.settle(now);
        self.host = None;
    }

    /// Octets from the line, any number.
    pub fn handle_octets(&mut self, now: Instant, octets: &[u8]) {
        self.link.handle_octets(now, octets);
        self.settle(now);
    }

    /// The time that [`Self::poll_timeout`] named has come; earlier is no harm.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.link.handle_timeout(now);
        if let Some(host) = &mut self.host
            && !self.link.is_silent()
        {
            host.handle_timeout(now);
        }
        self.settle(now);
    }

    /// When [`Self::handle_timeout`] wants to be called; `None` if nothing is waited for.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let host = self.host.as_ref().filter(|_| !self.link.is_silent());
        earliest(self.link.poll_timeout(), host.and_then(Host::poll_timeout))
    }

    /// The next frame for the line, flags and transparency included.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.link.poll_transmit()
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<CallerEvent> {
        self.events.pop_front()
    }

    /// Ends the link in good order: a Terminate-Request, then [`CallerEvent::Closed`] once it is acknowledged
    /// or was sent twice in vain; at once if there is nothing to be said yet, or any more.
    pub fn close(&mut self, now: Instant) {
        self.link.handle_close(now, "User request");
        self.settle(now);
    }

    /// Sends an echo request of 56 octets. Nothing is sent unless IPCP is Opened.
    pub fn ping(&mut self, now: Instant, to: Ipv4Addr, id: u16, seq: u16) {
        if let Some(host) = &mut self.host {
            host.ping(now, to, id, seq);
        }
        self.settle(now);
    }

    /// Asks the DNS servers that IPCP gave for the addresses of `name`; [`CallerEvent::Resolved`] follows.
    pub fn resolve(&mut self, now: Instant, name: &str) {
        match &mut self.host {
            Some(host) => host.resolve(now, name),
            None => {
                let resolved = Resolved::failed(name, NO_ADDRESS.to_owned());
                self.handle_host_event(HostEvent::Resolved(resolved));
            }
        }
        self.settle(now);
    }

    /// Begins a transfer; [`CallerEvent::Transferred`] follows.
    pub fn transfer(&mut self, now: Instant, request: TransferRequest) {
        match &mut self.host {
            Some(host) => host.transfer(now, request),
            None => {
                let trouble = Some(NO_ADDRESS.to_owned());
                let outcome = TransferOutcome { id: request.id, status: None, octets: 0, intact: false, trouble };
                self.handle_host_event(HostEvent::Transferred(outcome));
            }
        }
        self.settle(now);
    }

    /// From now on until carrier is lost nothing is sent any more and no deadline is observed: the process hangs, the
    /// modem does not. What the server sends is told as before.
    pub fn fall_silent(&mut self) {
        self.link.fall_silent();
    }

    /// How things stand.
    pub const fn status(&self) -> &Status {
        &self.status
    }

    /// Carries datagrams between link and host, and turns what happened into events, until both are quiet.
    fn settle(&mut self, now: Instant) {
        loop {
            while let Some(event) = self.link.poll_event() {
                self.handle_link_event(now, event);
            }
            let Some(host) = &mut self.host else { break };
            if let Some(event) = host.poll_event() {
                self.handle_host_event(event);
                continue;
            }
            let Some(packet) = host.poll_transmit() else { break };
            let protocol = if packet.first().is_some_and(|first| first >> 4 == 6) { IPV6 } else { IP };
            if self.link.handle_datagram(protocol, &packet) {
                while let Some(event) = self.link.poll_event() {
                    self.handle_link_event(now, event);
                }
                self.events.push_back(CallerEvent::Data { from: End::Caller });
            }
        }
        self.status.follow(&self.link);
    }

    fn handle_link_event(&mut self, now: Instant, event: LinkEvent) {
        let event = match event {
            LinkEvent::FrameSent(octets) => CallerEvent::FrameSent { text: print::frame(&octets), octets },
            LinkEvent::FrameReceived(octets) => CallerEvent::FrameReceived { text: print::frame(&octets), octets },
            LinkEvent::BadFrame(reason, octets) => CallerEvent::BadFrame { reason, octets },
            LinkEvent::Text(octets) => return self.push_text(octets),
            LinkEvent::Phase(phase) => CallerEvent::Phase(phase),
            LinkEvent::LcpOpened => CallerEvent::LcpOpened,
            LinkEvent::AuthNotAsked => CallerEvent::AuthNotAsked,
            LinkEvent::Auth(method, outcome) => {
                let outcome = AuthOutcome::new(method, &outcome);
                self.status.auth = Some(outcome.clone());
                CallerEvent::Auth(outcome)
            }
            LinkEvent::IpUp { local, peer, dns } => {
                let host = self.host(now);
                host.add_ipv4(local, peer);
                host.set_dns(&dns);
                self.status.ip_up(local, peer, &dns);
                CallerEvent::IpUp { local, peer: peer.unwrap_or(Ipv4Addr::UNSPECIFIED), dns }
            }
            LinkEvent::Ipv6Up { local, peer } => {
                self.host(now).add_ipv6(local);
                self.status.ipv6_up(local, peer);
                CallerEvent::Ipv6Up { local, peer }
            }
            LinkEvent::IpDown => {
                self.status.ip_down();
                self.reduce_host(now);
                CallerEvent::IpDown
            }
            LinkEvent::Ipv6Down => {
                self.status.ipv6_down();
                self.reduce_host(now);
                CallerEvent::Ipv6Down
            }
            LinkEvent::TerminateRequest(words) => {
                CallerEvent::TerminateRequestReceived { text: String::from_utf8_lossy(&words).into_owned() }
            }
            LinkEvent::Finished(why) => CallerEvent::Closed { why },
            LinkEvent::Datagram { octets, .. } => {
                if let Some(host) = &mut self.host {
                    host.handle_packet(now, &octets);
                }
                CallerEvent::Data { from: End::Server }
            }
        };
        self.events.push_back(event);
    }

    /// Text next to text is one text, as long as nobody has read it.
    fn push_text(&mut self, octets: Vec<u8>) {
        match self.events.back_mut() {
            Some(CallerEvent::Text(text)) => text.extend(octets),
            _ => self.events.push_back(CallerEvent::Text(octets)),
        }
    }

    fn host(&mut self, now: Instant) -> &mut Host {
        let mtu = self.link.lcp().protocol().peer().mru.min(DEFAULT_MRU).into();
        let seed = self.host_seed;
        self.host.get_or_insert_with(|| Host::new(now, mtu, seed))
    }

    /// The host keeps the addresses that are left; without any there is none.
    fn reduce_host(&mut self, now: Instant) {
        let Some(mut host) = self.host.take() else { return };
        if self.status.local.is_none() {
            host.remove_ipv4(now);
        }
        if self.status.local6.is_none() {
            host.remove_ipv6();
        }
        while let Some(event) = host.poll_event() {
            self.handle_host_event(event);
        }
        self.host = (self.status.local.is_some() || self.status.local6.is_some()).then_some(host);
    }

    fn handle_host_event(&mut self, event: HostEvent) {
        self.events.push_back(match event {
            HostEvent::Pong(Pong { from, id, seq }) => CallerEvent::Pong { from, id, seq },
            HostEvent::Resolved(Resolved { name, addresses, trouble }) => {
                CallerEvent::Resolved { name, addresses, trouble }
            }
            HostEvent::Transferred(outcome) => CallerEvent::Transferred(outcome),
        });
    }
}

#[cfg(test)]
#[path = "caller_tests.rs"]
mod tests;
