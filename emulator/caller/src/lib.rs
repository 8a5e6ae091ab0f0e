//! The caller: the far end that dialled, from the moment it has carrier. A PPP link with an IP host on top of it.
//!
//! Carrier, octets and `now` go in by `handle_*`; frames for the line come out by [`Caller::poll_transmit`],
//! what happened by [`Caller::poll_event`], and [`Caller::poll_timeout`] names the next deadline.
//! After any `handle_*`, `close` or `ping`, ask all three.

mod config;
mod event;
pub mod ip;

use std::collections::VecDeque;
use std::net::IpAddr;

pub use self::config::CallerConfig;
pub use self::event::CallerEvent;
use self::ip::{Host, HostEvent, NO_ADDRESS, Resolved};
use offhook_clock::Random;
use offhook_clock::{Instant, earliest};
pub use offhook_ppp::auth::AuthChoice;
use offhook_ppp::auth::Method;
use offhook_ppp::control::DEFAULT_MRU;
pub use offhook_ppp::frame::Compression;
use offhook_ppp::frame::protocol_of;
pub use offhook_ppp::lcp::MagicNumber;
use offhook_ppp::lcp::Settings;
pub use offhook_ppp::link::Phase;
pub use offhook_ppp::link::{Echo, Opening};
use offhook_ppp::link::{Layer, Link, LinkEvent};

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
    pub error: Option<String>,
}

/// The octet at that place of the content that transfers carry: not periodic in any power of two, so that a lost,
/// doubled or displaced segment shows.
pub const fn pattern(place: u64) -> u8 {
    let mixed = place.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed >> 56) ^ (mixed >> 29)) as u8
}

/// The caller.
///
/// ```
/// use offhook_caller::{Caller, CallerConfig, CallerEvent};
/// use offhook_clock::Instant;
/// use offhook_ppp::auth::Account;
/// use offhook_ppp::link::{Answering, Config, Link, LinkEvent, Role};
///
/// let (user, password) = (Some("alice".to_owned()), Some("secret".to_owned()));
/// let mut caller = Caller::new(CallerConfig { user, password, magic_seed: 1, ..CallerConfig::default() });
/// let mut answering = Answering::new("192.168.32.1".parse()?, "192.168.32.105".parse()?);
/// answering.accounts.push(Account::new("alice", "secret"));
/// let mut server = Link::new(Config { role: Role::Answering(answering), seed: 2, ..Config::default() });
///
/// let now = Instant::ZERO;
/// caller.handle_carrier(now);
/// server.handle_up(now);
/// // A line without delay: nothing has to wait for a deadline.
/// loop {
///     if let Some(octets) = caller.poll_transmit() {
///         server.handle_octets(now, &octets);
///     } else if let Some(octets) = server.poll_transmit() {
///         caller.handle_octets(now, &octets);
///     } else {
///         break;
///     }
/// }
/// let events = std::iter::from_fn(|| caller.poll_event()).collect::<Vec<_>>();
/// let address = events.iter().find_map(|event| match event {
///     CallerEvent::Link(LinkEvent::IpUp { local, .. }) => Some(*local),
///     _ => None,
/// });
/// assert_eq!(address, Some("192.168.32.105".parse()?));
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
pub struct Caller {
    link: Link,
    /// There from the first network protocol's Up to the last one's Down.
    host: Option<Host>,
    host_seed: u64,
    ip_is_up: bool,
    ipv6_is_up: bool,
    events: VecDeque<CallerEvent>,
}

impl Caller {
    /// A caller without carrier.
    pub fn new(config: CallerConfig) -> Self {
        let mut random = Random::new(config.magic_seed);
        let link = Link::new(config.link(random.next()));
        let host_seed = random.next();
        Self { link, host: None, host_seed, ip_is_up: false, ipv6_is_up: false, events: VecDeque::new() }
    }

    /// CONNECT: there is carrier. The first Configure-Request goes out after [`CallerConfig::delay`].
    pub fn handle_carrier(&mut self, now: Instant) {
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

    /// Ends the link in good order: a Terminate-Request, then [`LinkEvent::Finished`] once it is acknowledged
    /// or was sent twice in vain; at once if there is nothing to be said yet, or any more.
    pub fn close(&mut self, now: Instant) {
        self.link.handle_close(now, "User request");
        self.settle(now);
    }

    /// Sends an echo request with `size` octets of data. Nothing is sent unless IPCP is Opened, for an IPv6 address IPV6CP, or if
    /// it does not fit into the server's Maximum-Receive-Unit.
    pub fn ping(&mut self, now: Instant, to: impl Into<IpAddr>, id: u16, seq: u16, size: u16) {
        if let Some(host) = &mut self.host {
            host.ping(now, to.into(), id, seq, size);
        }
        self.settle(now);
    }

    /// Asks the DNS servers that IPCP gave for the addresses of `name`; [`HostEvent::Resolved`] follows.
    pub fn resolve(&mut self, now: Instant, name: &str) {
        match &mut self.host {
            Some(host) => host.resolve(now, name),
            None => {
                let resolved = Resolved::failed(name, NO_ADDRESS.to_owned());
                self.events.push_back(CallerEvent::Host(HostEvent::Resolved(resolved)));
            }
        }
        self.settle(now);
    }

    /// Begins a transfer; [`HostEvent::Transferred`] follows.
    pub fn transfer(&mut self, now: Instant, request: TransferRequest) {
        match &mut self.host {
            Some(host) => host.transfer(now, request),
            None => {
                let error = Some(NO_ADDRESS.to_owned());
                let outcome = TransferOutcome { id: request.id, status: None, octets: 0, intact: false, error };
                self.events.push_back(CallerEvent::Host(HostEvent::Transferred(outcome)));
            }
        }
        self.settle(now);
    }

    /// From now on until carrier is lost nothing is sent any more and no deadline is observed: the process hangs, the
    /// modem does not. What the server sends is told as before.
    pub fn fall_silent(&mut self) {
        self.link.fall_silent();
    }

    /// Leaves a layer of its link to a script, as [`Link::freeze`] has it.
    pub const fn freeze(&mut self, layer: Layer) {
        self.link.freeze(layer);
    }

    /// Speaks it again, as [`Link::thaw`] has it.
    pub const fn thaw(&mut self, layer: Layer) {
        self.link.thaw(layer);
    }

    /// Leaves a protocol of no layer to a script, as [`Link::leave`] has it.
    pub fn leave(&mut self, protocol: u16, to_script: bool) {
        self.link.leave(protocol, to_script);
    }

    /// Goes on from an LCP that a script has opened, as [`Link::assume_lcp`] has it.
    pub fn assume_lcp(&mut self, now: Instant, own: Settings, peer: Settings, authentication: Option<Method>) {
        self.link.assume_lcp(now, own, peer, authentication);
        self.settle(now);
    }

    /// Its link: phase, automata, what was agreed on.
    pub const fn link(&self) -> &Link {
        &self.link
    }

    /// Carries datagrams between link and host, and turns what happened into events, until both are quiet.
    fn settle(&mut self, now: Instant) {
        loop {
            while let Some(event) = self.link.poll_event() {
                self.handle_link_event(now, event);
            }
            let Some(host) = &mut self.host else { break };
            if let Some(event) = host.poll_event() {
                self.events.push_back(CallerEvent::Host(event));
                continue;
            }
            let Some(packet) = host.poll_transmit() else { break };
            if self.link.handle_datagram(protocol_of(&packet), &packet) {
                while let Some(event) = self.link.poll_event() {
                    self.handle_link_event(now, event);
                }
                self.events.push_back(CallerEvent::DataSent);
            }
        }
    }

    fn handle_link_event(&mut self, now: Instant, event: LinkEvent) {
        match &event {
            LinkEvent::IpUp { local, peer, dns, .. } => {
                self.ip_is_up = true;
                let host = self.host(now);
                host.add_ipv4(*local, *peer);
                host.set_dns(dns);
            }
            LinkEvent::Ipv6Up { local, .. } => {
                self.ipv6_is_up = true;
                self.host(now).add_ipv6(*local);
            }
            LinkEvent::IpDown => {
                self.ip_is_up = false;
                self.reduce_host(now);
            }
            LinkEvent::Ipv6Down => {
                self.ipv6_is_up = false;
                self.reduce_host(now);
            }
            LinkEvent::Datagram { octets, .. } => {
                if let Some(host) = &mut self.host {
                    host.handle_packet(now, octets);
                }
                return self.events.push_back(CallerEvent::DataReceived);
            }
            LinkEvent::Text(more) => {
                if let Some(CallerEvent::Link(LinkEvent::Text(text))) = self.events.back_mut() {
                    return text.extend(more);
                }
            }
            LinkEvent::FrameSent(_)
            | LinkEvent::FrameReceived(_)
            | LinkEvent::BadFrame { .. }
            | LinkEvent::Phase(_)
            | LinkEvent::LcpOpened
            | LinkEvent::AuthNotAsked
            | LinkEvent::Auth(..)
            | LinkEvent::PeerAuth(..)
            | LinkEvent::HeadersCompressed { .. }
            | LinkEvent::CompressionUp { .. }
            | LinkEvent::CompressionDown
            | LinkEvent::NotConverging(_)
            | LinkEvent::Callback(_)
            | LinkEvent::Quality(_)
            | LinkEvent::PoorQuality(_)
            | LinkEvent::TerminateRequest(_)
            | LinkEvent::Finished(_) => {}
        }
        self.events.push_back(CallerEvent::Link(event));
    }

    fn host(&mut self, now: Instant) -> &mut Host {
        let mtu = self.link.mtu().min(DEFAULT_MRU).into();
        let seed = self.host_seed;
        self.host.get_or_insert_with(|| Host::new(now, mtu, seed))
    }

    /// The host keeps the addresses that are left; without a network there is none.
    fn reduce_host(&mut self, now: Instant) {
        let Some(mut host) = self.host.take() else { return };
        if !self.ip_is_up {
            host.remove_ipv4(now);
        }
        if !self.ipv6_is_up {
            host.remove_ipv6();
        }
        self.events.extend(std::iter::from_fn(|| host.poll_event()).map(CallerEvent::Host));
        self.host = (self.ip_is_up || self.ipv6_is_up).then_some(host);
    }
}

#[cfg(test)]
#[path = "caller_tests.rs"]
mod tests;
