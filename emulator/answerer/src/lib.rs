//! The answerer: the end of a PPP link that is called. It lets callers in, gives each an address, and is the host at its own.
//!
//! One [`Answerer`] is one call. Carrier, octets and `now` go in by `handle_*`; frames for the line come out by
//! [`Answerer::poll_transmit`], what happened by [`Answerer::poll_event`], and [`Answerer::poll_timeout`] names the next
//! deadline. After any `handle_*` or [`Answerer::close`], ask all three. Which address a call gets is decided by whoever answers
//! all of them, from an [`AddressPool`](offhook_ppp::pool::AddressPool).
//!
//! The host answers pings, DNS for the names it knows (every other name does not exist: nothing is forwarded), and HTTP with one
//! page that tells the caller what is known of it.

mod config;
mod event;
mod host;

use std::collections::VecDeque;
use std::net::Ipv4Addr;

use offhook_clock::{Instant, Random, earliest};
use offhook_ppp::auth::PeerAuth;
use offhook_ppp::control::DEFAULT_MRU;
use offhook_ppp::frame::protocol_of;
use offhook_ppp::link::{Link, LinkEvent};

pub use self::config::{AnswererConfig, CallFacts, DOMAIN, every_protocol};
pub use self::event::AnswererEvent;
use self::host::Host;
pub use self::host::{HostEvent, dns};

/// The answering end of one call.
///
/// ```
/// use offhook_answerer::{Answerer, AnswererConfig, CallFacts};
/// use offhook_caller::{Caller, CallerConfig};
/// use offhook_clock::Instant;
/// use offhook_ppp::auth::Account;
///
/// let config = AnswererConfig { accounts: vec![Account::new("alice", "secret")], ..AnswererConfig::default() };
/// let mut answerer = Answerer::new(&config, CallFacts::default(), "100.64.0.2".parse()?, 1);
/// let (user, password) = (Some("alice".to_owned()), Some("secret".to_owned()));
/// let mut caller = Caller::new(CallerConfig { user, password, magic_seed: 2, ..CallerConfig::default() });
///
/// let now = Instant::ZERO;
/// answerer.handle_carrier(now);
/// caller.handle_carrier(now);
/// loop {
///     if let Some(octets) = caller.poll_transmit() {
///         answerer.handle_octets(now, &octets);
///     } else if let Some(octets) = answerer.poll_transmit() {
///         caller.handle_octets(now, &octets);
///     } else {
///         break;
///     }
/// }
/// assert_eq!(answerer.user(), Some("alice"));
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
pub struct Answerer {
    link: Link,
    /// There from the first network protocol's Up to the first one's Down.
    host: Option<Host>,
    host_seed: u64,
    name: String,
    names: Vec<(String, Ipv4Addr)>,
    facts: CallFacts,
    remote: Ipv4Addr,
    /// The name by which the caller was let in.
    user: Option<String>,
    events: VecDeque<AnswererEvent>,
}

impl Answerer {
    /// The end of a call of which this is known, and whose caller gets `remote`; without carrier yet.
    pub fn new(config: &AnswererConfig, facts: CallFacts, remote: Ipv4Addr, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let link = Link::new(config.link(remote, random.next()));
        Self {
            link,
            host: None,
            host_seed: random.next(),
            name: config.name.clone(),
            names: config.known_names(),
            facts,
            remote,
            user: None,
            events: VecDeque::new(),
        }
    }

    /// There is carrier: PPP begins.
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
        if let Some(host) = &mut self.host {
            host.handle_timeout(now);
        }
        self.settle(now);
    }

    /// When [`Self::handle_timeout`] wants to be called; `None` if nothing is waited for.
    pub fn poll_timeout(&self) -> Option<Instant> {
        earliest(self.link.poll_timeout(), self.host.as_ref().and_then(Host::poll_timeout))
    }

    /// The next frame for the line, flags and transparency included.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.link.poll_transmit()
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<AnswererEvent> {
        self.events.pop_front()
    }

    /// Ends the link in good order, with these words for the caller; [`LinkEvent::Finished`] follows.
    pub fn close(&mut self, now: Instant, reason: &str) {
        self.link.handle_close(now, reason);
        self.settle(now);
    }

    /// Its link: phase, automata, what was agreed on.
    pub const fn link(&self) -> &Link {
        &self.link
    }

    /// The name by which the caller was let in; `None` as long as it has not been, or was not asked.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// Carries datagrams between link and host, and turns what happened into events, until both are quiet.
    fn settle(&mut self, now: Instant) {
        loop {
            while let Some(event) = self.link.poll_event() {
                self.handle_link_event(now, event);
            }
            let Some(host) = &mut self.host else { break };
            if let Some(event) = host.poll_event() {
                self.events.push_back(AnswererEvent::Host(event));
                continue;
            }
            let Some(packet) = host.poll_transmit() else { break };
            self.link.handle_datagram(protocol_of(&packet), &packet);
        }
    }

    fn handle_link_event(&mut self, now: Instant, event: LinkEvent) {
        match &event {
            LinkEvent::PeerAuth(_, outcome) => {
                self.user = match outcome {
                    PeerAuth::Accepted { user } => Some(String::from_utf8_lossy(user).into_owned()),
                    PeerAuth::Refused { .. } | PeerAuth::NoAnswer => None,
                };
            }
            LinkEvent::IpUp { local, peer, .. } => {
                let facts = self.page_facts(*peer);
                let host = self.host(now);
                host.set_facts(facts);
                host.add_ipv4(now, *local);
            }
            LinkEvent::Ipv6Up { local, .. } => self.host(now).add_ipv6(now, *local),
            LinkEvent::IpDown | LinkEvent::Ipv6Down => self.host = None,
            LinkEvent::Datagram { octets, .. } => {
                if let Some(host) = &mut self.host {
                    host.handle_packet(now, octets);
                }
                return;
            }
            LinkEvent::FrameSent(_)
            | LinkEvent::FrameReceived(_)
            | LinkEvent::BadFrame { .. }
            | LinkEvent::Text(_)
            | LinkEvent::Phase(_)
            | LinkEvent::LcpOpened
            | LinkEvent::AuthNotAsked
            | LinkEvent::Auth(..)
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
        self.events.push_back(AnswererEvent::Link(event));
    }

    /// What is known of the caller, as the page has it.
    fn page_facts(&self, peer: Option<Ipv4Addr>) -> Vec<(&'static str, String)> {
        let CallFacts { number, rate } = &self.facts;
        let known = |what, value: Option<String>| value.map(|value| (what, value));
        [
            known("your address", Some(peer.unwrap_or(self.remote).to_string())),
            known("your name", self.user.clone()),
            known("your number", number.clone()),
            known("rate of the line", rate.map(|rate| format!("{rate} bit/s"))),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn host(&mut self, now: Instant) -> &mut Host {
        let mtu = self.link.lcp().protocol().peer().mru.min(DEFAULT_MRU).into();
        let (seed, name, names) = (self.host_seed, &self.name, &self.names);
        self.host.get_or_insert_with(|| Host::new(now, mtu, seed, name, names.clone()))
    }
}

#[cfg(test)]
mod tests;
