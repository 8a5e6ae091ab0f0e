//! A PPP link from its dialling end, through the phases of RFC 1661 §3: octets of the line, events and `now` in;
//! octets for the line, datagrams and events out.
//!
//! ```text
//! +------+        +-----------+           +--------------+
//! |      | UP     |           | OPENED    |              | SUCCESS/NONE
//! | Dead |------->| Establish |---------->| Authenticate |--+
//! |      |        |           |           |              |  |
//! +------+        +-----------+           +--------------+  |
//!    ^               |                        |             |
//!    |          FAIL |                   FAIL |             |
//!    +<--------------+             +----------+             |
//!    |                             |                        |
//!    |            +-----------+    |           +---------+  |
//!    |       DOWN |           |    |   CLOSING |         |  |
//!    +------------| Terminate |<---+<----------| Network |<-+
//!                 |           |                |         |
//!                 +-----------+                +---------+
//! ```
//!
//! LCP always goes out with everything escaped and nothing compressed, other protocols as the peer asked for once
//! LCP is Opened (RFC 1662 §7, RFC 1661 §6.5 and §6.6).

use std::collections::VecDeque;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use super::automaton::{Event, State};
use super::control::{Control, DEFAULT_MRU, Output};
use super::counters::Limits;
use super::frame::{Frame, IP, IPCP, IPV6, IPV6CP, LCP, PAP};
use super::hdlc::{self, BadFrame, Deframer, Item};
use super::ipcp::Ipcp;
use super::ipv6cp::Ipv6cp;
use super::lcp::{Lcp, Settings};
use super::packet::Repr;
use super::pap::{Credentials, Outcome, Pap};
use super::random::Random;
use super::transparency::{DEFAULT_ACCM, encode};
use crate::time::{Instant, earliest};

/// How long a refused end waits for the Terminate-Request that should follow an Authenticate-Nak
/// (RFC 1334 §2.2.2) before it terminates the link itself.
const PATIENCE: Duration = Duration::from_secs(10);
/// Octets around the information of the longest frame: address, control, protocol, FCS.
const AROUND: usize = 6;

/// What the link is to be like.
#[derive(Clone, Debug)]
pub struct Config {
    /// Name and password for PAP; without them the link rejects every authentication.
    pub credentials: Option<Credentials>,
    /// The address to ask for; 0.0.0.0 for any.
    pub address: Ipv4Addr,
    /// Whether to ask for name servers.
    pub ask_dns: bool,
    /// Whether to negotiate IPV6CP; otherwise it is Protocol-Rejected.
    pub ipv6: bool,
    /// Maximum-Receive-Unit to ask for.
    pub mru: u16,
    /// ACCM to ask for.
    pub accm: u32,
    /// What Magic-Number and Interface-Identifier come from.
    pub seed: u64,
    /// Timers and counters of all automata.
    pub limits: Limits,
}

/// A phase of the link (RFC 1661 §3.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Link Dead.
    #[default]
    Dead,
    /// Link Establishment.
    Establish,
    /// Authentication.
    Authenticate,
    /// Network-Layer Protocol.
    Network,
    /// Link Termination.
    Terminate,
}

/// What happened on the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkEvent {
    /// A frame goes out: address to information, as on the wire.
    FrameSent(Vec<u8>),
    /// A good frame came in, likewise.
    FrameReceived(Vec<u8>),
    /// Octets between flags that are no good frame.
    BadFrame(BadFrame, Vec<u8>),
    /// Octets outside frames.
    Text(Vec<u8>),
    /// A phase began.
    Phase(Phase),
    /// LCP is Opened.
    LcpOpened,
    /// The peer asked for no authentication.
    AuthNotAsked,
    /// PAP is over.
    Auth(Outcome),
    /// IPCP is Opened.
    IpUp {
        /// Our address.
        local: Ipv4Addr,
        /// The peer's address, if it told.
        peer: Option<Ipv4Addr>,
        /// Name servers, primary first.
        dns: Vec<Ipv4Addr>,
    },
    /// IPCP is no longer Opened.
    IpDown,
    /// IPV6CP is Opened.
    Ipv6Up {
        /// Our link-local address.
        local: Ipv6Addr,
        /// The peer's link-local address.
        peer: Ipv6Addr,
    },
    /// IPV6CP is no longer Opened.
    Ipv6Down,
    /// The peer asked to terminate the link, with these words.
    TerminateRequest(Vec<u8>),
    /// LCP has finished: the line may be hung up.
    Finished(String),
    /// A datagram of an Opened network protocol came in; `protocol` is [`IP`] or [`IPV6`].
    Datagram {
        /// The Protocol field.
        protocol: u16,
        /// The datagram, perhaps with padding.
        octets: Vec<u8>,
    },
}

/// The link.
#[derive(Clone, Debug)]
pub struct Link {
    config: Config,
    phase: Phase,
    deframer: Deframer,
    lcp: Control<Lcp>,
    pap: Option<Pap>,
    ipcp: Control<Ipcp>,
    ipv6cp: Option<Control<Ipv6cp>>,
    /// [`LinkEvent::IpUp`] was given out and not taken back.
    ip_is_up: bool,
    /// Likewise [`LinkEvent::Ipv6Up`].
    ipv6_is_up: bool,
    /// What the peer asked us to send like; [`Settings::DEFAULT`] unless LCP is Opened.
    send: Settings,
    /// When to terminate after a refusal.
    patience: Option<Instant>,
    /// The first cause of the link's end that came up.
    cause: Option<String>,
    transmits: VecDeque<Vec<u8>>,
    events: VecDeque<LinkEvent>,
}

impl Link {
    /// A dead link.
    pub fn new(config: Config) -> Self {
        let mut random = Random::new(config.seed);
        let wanted = Settings { mru: config.mru, accm: config.accm, magic: None, pfc: true, acfc: true };
        let lcp = Lcp::new(wanted, config.credentials.is_some(), Random::new(random.next()));
        let ipv6cp = Ipv6cp::new(Random::new(random.next()));
        Self {
            phase: Phase::Dead,
            deframer: Deframer::new(usize::from(config.mru.max(DEFAULT_MRU)) + AROUND),
            lcp: Control::new(lcp, config.limits),
            pap: config.credentials.clone().map(Pap::new),
            ipcp: Control::new(Ipcp::new(config.address, config.ask_dns), config.limits),
            ipv6cp: config.ipv6.then(|| Control::new(ipv6cp, config.limits)),
            ip_is_up: false,
            ipv6_is_up: false,
            send: Settings::DEFAULT,
            patience: None,
            cause: None,
            transmits: VecDeque::new(),
            events: VecDeque::new(),
            config,
        }
    }

    /// Carrier: the lower layer is Up, and the link shall be opened. The first Configure-Request goes out.
    pub fn handle_up(&mut self, now: Instant) {
        self.deframer.reset();
        self.cause = None;
        self.set_phase(Phase::Establish);
        self.lcp.handle_open(now);
        self.lcp.handle_up(now);
        self.pump(now);
    }

    /// Carrier is lost: the lower layer is Down. What was not sent yet is lost.
    pub fn handle_down(&mut self, now: Instant) {
        let leftover = self.deframer.finish().map(event);
        self.events.extend(leftover);
        self.lcp.handle_down(now);
        self.pump(now);
        self.transmits.clear();
        self.patience = None;
        self.set_phase(Phase::Dead);
    }

    /// Terminates the link in good order, with these words for the peer.
    pub fn handle_close(&mut self, now: Instant, reason: &str) {
        if self.phase != Phase::Dead {
            self.cause.get_or_insert_with(|| format!("closed by this end (\"{reason}\")"));
        }
        self.lcp.handle_close(now, reason);
        self.pump(now);
    }

    /// Octets from the line.
    pub fn handle_octets(&mut self, now: Instant, octets: &[u8]) {
        let mut input = octets;
        while let Some(item) = self.deframer.take(&mut input) {
            let event = event(item);
            let frame = if let LinkEvent::FrameReceived(frame) = &event { Some(frame.clone()) } else { None };
            self.events.push_back(event);
            if let Some(frame) = frame {
                self.handle_frame(now, &frame);
                self.pump(now);
            }
        }
    }

    /// A datagram for the peer; `protocol` is [`IP`] or [`IPV6`]. Dropped, with false, unless its network protocol
    /// is Opened.
    pub fn handle_datagram(&mut self, protocol: u16, datagram: &[u8]) -> bool {
        let ready = self.is_open(protocol);
        if ready {
            self.transmit(protocol, datagram);
        }
        ready
    }

    /// A deadline may have come.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.lcp.handle_timeout(now);
        self.pump(now);
        match self.pap.as_mut().and_then(|pap| pap.handle_timeout(now)) {
            Some(Ok(request)) => self.transmit(PAP, &request),
            Some(Err(outcome)) => self.authenticated(now, outcome),
            None => {}
        }
        if self.patience.is_some_and(|deadline| deadline <= now) {
            self.patience = None;
            self.handle_close(now, "Failed to authenticate ourselves to peer");
        }
        self.ipcp.handle_timeout(now);
        if let Some(ipv6cp) = &mut self.ipv6cp {
            ipv6cp.handle_timeout(now);
        }
        self.pump(now);
    }

    /// The next deadline.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let pap = self.pap.as_ref().and_then(Pap::poll_timeout);
        let ipv6cp = self.ipv6cp.as_ref().and_then(Control::poll_timeout);
        [self.lcp.poll_timeout(), pap, self.patience, self.ipcp.poll_timeout(), ipv6cp].into_iter().fold(None, earliest)
    }

    /// The next frame for the line, flags included.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.transmits.pop_front()
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<LinkEvent> {
        self.events.pop_front()
    }

    /// The phase.
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// LCP.
    pub const fn lcp(&self) -> &Control<Lcp> {
        &self.lcp
    }

    /// IPCP.
    pub const fn ipcp(&self) -> &Control<Ipcp> {
        &self.ipcp
    }

    /// IPV6CP, if it is negotiated.
    pub const fn ipv6cp(&self) -> Option<&Control<Ipv6cp>> {
        self.ipv6cp.as_ref()
    }

    /// What came in from the line.
    pub const fn counters(&self) -> hdlc::Counters {
        self.deframer.counters()
    }

    fn handle_frame(&mut self, now: Instant, octets: &[u8]) {
        let Ok(Frame { protocol, information }) = Frame::parse(octets) else { return };
        // A malformed packet is "silently discarded"; the trace shows it.
        match (self.phase, protocol) {
            (Phase::Dead, _) => {}
            (_, LCP) => {
                let _ = self.lcp.handle_packet(now, information);
                if self.lcp.protocol().is_looped_back() {
                    self.cause.get_or_insert_with(|| "the line is looped back: our own Magic-Number returns".into());
                    self.lcp.handle_close(now, "Loopback detected");
                }
            }
            (Phase::Authenticate | Phase::Network, PAP) if self.pap.is_some() => {
                let outcome = self.pap.as_mut().map(|pap| pap.handle_packet(information));
                if let Some(Ok(Some(outcome))) = outcome {
                    self.authenticated(now, outcome);
                }
            }
            // "Any other packets received during this phase MUST be silently discarded" (RFC 1661 §3.5, likewise §3.4, §3.7).
            (Phase::Establish | Phase::Authenticate | Phase::Terminate, _) => {}
            (Phase::Network, IPCP) => {
                let _ = self.ipcp.handle_packet(now, information);
            }
            (Phase::Network, IPV6CP) if self.ipv6cp.is_some() => {
                let _ = self.ipv6cp.as_mut().map(|ipv6cp| ipv6cp.handle_packet(now, information));
            }
            (Phase::Network, IP | IPV6) if protocol == IP || self.ipv6cp.is_some() => {
                if self.is_open(protocol) {
                    self.events.push_back(LinkEvent::Datagram { protocol, octets: information.to_vec() });
                }
            }
            (Phase::Network, _) => self.reject_protocol(protocol, information),
        }
    }

    /// Protocol-Reject (RFC 1661 §5.7), "truncated to comply with the peer's established MRU".
    fn reject_protocol(&mut self, protocol: u16, information: &[u8]) {
        let room = usize::from(self.send.mru).saturating_sub(6);
        let information = &information[..information.len().min(room)];
        let identifier = self.lcp.next_identifier();
        self.transmit(LCP, &Repr::ProtocolReject { protocol, information }.emit(identifier));
    }

    fn is_open(&self, protocol: u16) -> bool {
        let state = match protocol {
            IP => self.ipcp.state(),
            IPV6 => self.ipv6cp.as_ref().map_or(State::Initial, Control::state),
            _ => State::Initial,
        };
        self.phase == Phase::Network && state == State::Opened
    }

    fn authenticated(&mut self, now: Instant, outcome: Outcome) {
        let next = outcome.clone();
        self.events.push_back(LinkEvent::Auth(outcome));
        match next {
            Outcome::Accepted(_) => self.begin_network(now),
            // The peer "SHOULD take action to terminate the link" (RFC 1334 §2.2.2).
            Outcome::Refused(_) => self.patience = Some(now + PATIENCE),
            Outcome::NoAnswer => self.handle_close(now, "No response to our authentication"),
        }
        self.pump(now);
    }

    fn begin_network(&mut self, now: Instant) {
        if self.phase == Phase::Network {
            return;
        }
        self.set_phase(Phase::Network);
        self.ipcp.handle_open(now);
        self.ipcp.handle_up(now);
        if let Some(ipv6cp) = &mut self.ipv6cp {
            ipv6cp.handle_open(now);
            ipv6cp.handle_up(now);
        }
    }

    /// Carries out what the automata have to say until they have nothing to say.
    fn pump(&mut self, now: Instant) {
        loop {
            while let Some(output) = self.lcp.poll_output() {
                self.handle_lcp_output(now, output);
            }
            if !self.pump_network(now) {
                return;
            }
        }
    }

    /// Likewise for the network protocols alone; whether there was anything.
    fn pump_network(&mut self, now: Instant) -> bool {
        let mut any = false;
        while let Some(output) = self.ipcp.poll_output() {
            any = true;
            self.handle_network_output(now, IPCP, output);
        }
        while let Some(output) = self.ipv6cp.as_mut().and_then(Control::poll_output) {
            any = true;
            self.handle_network_output(now, IPV6CP, output);
        }
        any
    }

    fn handle_lcp_output(&mut self, now: Instant, output: Output) {
        match output {
            Output::Packet(packet) => self.transmit(LCP, &packet),
            Output::Up => self.lcp_up(now),
            Output::Down => self.lcp_down(now),
            Output::Started => {}
            Output::TerminateRequest(words) => {
                let text = String::from_utf8_lossy(&words);
                self.cause.get_or_insert_with(|| format!("terminated by the peer (\"{text}\")"));
                self.events.push_back(LinkEvent::TerminateRequest(words));
            }
            Output::ProtocolRejected(protocol) => self.protocol_rejected(now, protocol),
            // Close in Starting (§4.1): there is no line that could be hung up.
            Output::Finished { .. } if self.phase == Phase::Dead => {}
            Output::Finished { by, from } => {
                let why = self.cause.take().unwrap_or_else(|| self.finished_because(by, from));
                self.set_phase(Phase::Terminate);
                self.patience = None;
                self.events.push_back(LinkEvent::Finished(why));
            }
        }
    }

    fn finished_because(&self, by: Event, from: State) -> String {
        let limits = self.config.limits;
        match by {
            Event::TimeoutExpired if from.is_negotiating() => {
                format!("LCP did not come up: {} Configure-Requests without agreement", limits.max_configure)
            }
            Event::TimeoutExpired => format!("{} Terminate-Requests were not answered", limits.max_terminate),
            Event::RejectCatastrophic => "the peer rejects LCP itself".into(),
            _ => "LCP is finished".into(),
        }
    }

    fn lcp_up(&mut self, now: Instant) {
        let (own, peer) = (self.lcp.protocol().own(), self.lcp.protocol().peer());
        self.send = peer;
        self.lcp.set_peer_mru(peer.mru);
        self.ipcp.set_peer_mru(peer.mru);
        self.deframer.set_accm(own.accm);
        // "An implementation MUST always be able to receive 1500 octets" (RFC 1661 §6.1, in other words).
        self.deframer.set_longest(usize::from(own.mru.max(DEFAULT_MRU)) + AROUND);
        self.events.push_back(LinkEvent::LcpOpened);
        if self.lcp.protocol().peer_wants_pap()
            && let Some(pap) = &mut self.pap
        {
            let request = pap.start(now);
            self.set_phase(Phase::Authenticate);
            self.transmit(PAP, &request);
        } else {
            if !self.lcp.protocol().refused_authentication() {
                self.events.push_back(LinkEvent::AuthNotAsked);
            }
            self.begin_network(now);
        }
    }

    fn lcp_down(&mut self, now: Instant) {
        self.send = Settings::DEFAULT;
        self.lcp.set_peer_mru(DEFAULT_MRU);
        self.deframer.set_accm(DEFAULT_ACCM);
        self.patience = None;
        if let Some(pap) = &mut self.pap {
            pap.stop();
        }
        let phase = match self.lcp.state() {
            State::Closing | State::Stopping => Phase::Terminate,
            State::Initial | State::Starting => Phase::Dead,
            _ => Phase::Establish,
        };
        self.ipcp.handle_down(now);
        if let Some(ipv6cp) = &mut self.ipv6cp {
            ipv6cp.handle_down(now);
        }
        self.pump_network(now);
        self.set_phase(phase);
    }

    fn handle_network_output(&mut self, now: Instant, protocol: u16, output: Output) {
        let ip = protocol == IPCP;
        match output {
            Output::Packet(packet) if self.phase == Phase::Network => self.transmit(protocol, &packet),
            Output::Up if ip => self.ip_up(now),
            Output::Up => self.ipv6_up(now),
            Output::Down if ip => {
                if std::mem::take(&mut self.ip_is_up) {
                    self.events.push_back(LinkEvent::IpDown);
                }
            }
            Output::Down => {
                if std::mem::take(&mut self.ipv6_is_up) {
                    self.events.push_back(LinkEvent::Ipv6Down);
                }
            }
            Output::Finished { .. } => self.close_without_network(now),
            Output::Packet(_) | Output::Started | Output::TerminateRequest(_) | Output::ProtocolRejected(_) => {}
        }
    }

    fn ip_up(&mut self, now: Instant) {
        let ipcp = self.ipcp.protocol();
        if let Some(local) = ipcp.local() {
            self.events.push_back(LinkEvent::IpUp { local, peer: ipcp.peer(), dns: ipcp.dns() });
            self.ip_is_up = true;
        } else {
            self.cause.get_or_insert_with(|| "the peer gives this end no IP address".into());
            self.ipcp.handle_close(now, "No address");
        }
    }

    /// Without both identifiers there are no link-local addresses, and nothing to say over IPv6.
    fn ipv6_up(&mut self, now: Instant) {
        let Some(ipv6cp) = &mut self.ipv6cp else { return };
        if let (Some(local), Some(peer)) = (ipv6cp.protocol().local(), ipv6cp.protocol().peer()) {
            self.events.push_back(LinkEvent::Ipv6Up { local, peer });
            self.ipv6_is_up = true;
        } else {
            ipv6cp.handle_close(now, "No interface identifier");
        }
    }

    /// "MUST stop sending packets of the indicated protocol at the earliest opportunity" (RFC 1661 §5.7).
    fn protocol_rejected(&mut self, now: Instant, protocol: u16) {
        match protocol {
            PAP => self.handle_close(now, "Failed to authenticate ourselves to peer"),
            IPCP => self.ipcp.handle_down(now),
            IPV6CP => {
                if let Some(ipv6cp) = &mut self.ipv6cp {
                    ipv6cp.handle_down(now);
                }
            }
            _ => {}
        }
        self.close_without_network(now);
    }

    /// A link over which nothing can go is terminated, as pppd does it.
    fn close_without_network(&mut self, now: Instant) {
        let over = |state| matches!(state, State::Initial | State::Starting | State::Closed | State::Stopped);
        let ipv6cp = self.ipv6cp.as_ref().map_or(State::Initial, Control::state);
        if self.phase == Phase::Network && over(self.ipcp.state()) && over(ipv6cp) {
            self.cause.get_or_insert_with(|| "no network protocols running".into());
            self.lcp.handle_close(now, "No network protocols running");
        }
    }

    /// Puts a packet on the line (RFC 1662 §7: LCP as if nothing had been agreed on).
    fn transmit(&mut self, protocol: u16, information: &[u8]) {
        let send = if protocol == LCP { Settings::DEFAULT } else { self.send };
        let frame = Frame { protocol, information }.emit(send.acfc, send.pfc);
        self.transmits.push_back(encode(&frame, send.accm));
        self.events.push_back(LinkEvent::FrameSent(frame));
    }

    fn set_phase(&mut self, phase: Phase) {
        if self.phase != phase {
            self.phase = phase;
            self.events.push_back(LinkEvent::Phase(phase));
        }
    }
}

/// What the deframer found, as an event.
fn event(item: Item<'_>) -> LinkEvent {
    match item {
        Item::Frame(octets) => LinkEvent::FrameReceived(octets.to_vec()),
        Item::Bad(reason, octets) => LinkEvent::BadFrame(reason, octets.to_vec()),
        Item::Text(octets) => LinkEvent::Text(octets.to_vec()),
    }
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
