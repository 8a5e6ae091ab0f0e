//! A PPP link, through the phases of RFC 1661 §3: octets of the line, events and `now` in; octets for the line, datagrams
//! and events out.
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
//! Both ends of a line are a [`Link`], in a different [`Role`]: the calling end says who it is and is given an address, the
//! answering end asks who the caller is and gives one. As with quinn's connections there are four kinds of method:
//!
//! - `handle_*` for what the world did: carrier, octets, a datagram, time.
//! - `poll_*` for what is to be done next: octets to send, events to read, a deadline to wait for.
//! - [`challenge`](Link::challenge), [`fall_silent`](Link::fall_silent) and what a script plays a layer with,
//!   [`freeze`](Link::freeze) and its kin, for what the user wants otherwise.
//! - The rest looks at the state.
//!
//! After any of the first or third kind, ask all of the second: [`poll_transmit`](Link::poll_transmit) and
//! [`poll_event`](Link::poll_event) until they have nothing, then [`poll_timeout`](Link::poll_timeout), and call
//! [`handle_timeout`](Link::handle_timeout) at that moment. An early call does no harm.
//!
//! ```
//! use offhook_clock::{Instant, earliest};
//! use offhook_ppp::auth::{Account, Credentials};
//! use offhook_ppp::link::{Answering, Calling, Config, Link, LinkEvent, Role};
//!
//! let calling = Calling { credentials: Some(Credentials::new("alice", "secret")), ..Calling::default() };
//! let mut answering = Answering::new("192.168.32.1".parse()?, "192.168.32.105".parse()?);
//! answering.accounts.push(Account::new("alice", "secret"));
//! let mut caller = Link::new(Config { role: Role::Calling(calling), seed: 1, ..Config::default() });
//! let mut server = Link::new(Config { role: Role::Answering(answering), seed: 2, ..Config::default() });
//!
//! let now = Instant::ZERO;
//! caller.handle_up(now);
//! server.handle_up(now);
//! // A line without delay and without loss: nothing has to wait for a deadline.
//! loop {
//!     if let Some(octets) = caller.poll_transmit() {
//!         server.handle_octets(now, &octets);
//!     } else if let Some(octets) = server.poll_transmit() {
//!         caller.handle_octets(now, &octets);
//!     } else {
//!         break;
//!     }
//! }
//! let local = std::iter::from_fn(|| caller.poll_event()).find_map(|event| match event {
//!     LinkEvent::IpUp { local, .. } => Some(local),
//!     _ => None,
//! });
//! assert_eq!(local, Some("192.168.32.105".parse()?));
//! assert_eq!(earliest(caller.poll_timeout(), server.poll_timeout()), None);
//! # Ok::<(), std::net::AddrParseError>(())
//! ```
//!
//! LCP always goes out with everything escaped and nothing compressed, other protocols as the peer asked for once
//! LCP is Opened (RFC 1662 §7, RFC 1661 §6.5 and §6.6). Datagrams are compressed, or encrypted, if [`Config::vj`] or
//! [`Config::compress`] says so and the peer agrees; [`LinkEvent::Datagram`] has them whole.

mod authentication;
mod callback;
mod codec;
mod compression;
mod config;
mod echo;
mod ending;
mod establishment;
mod event;
mod layer;
mod network;
mod quality;
mod receiving;

use std::collections::VecDeque;

use offhook_clock::{Instant, Random, earliest};

use self::authentication::Authentication;
use self::callback::CallingBack;
use self::compression::Compressing;
pub use self::config::{Answering, Asking, Calling, Config, Echo, Opening, Role};
use self::echo::EchoRequests;
pub use self::ending::{LinkEnding, NotConverging};
pub use self::event::{LinkEvent, Phase};
use self::layer::Frozen;
pub use self::layer::Layer;
use self::quality::Monitor;
use crate::auth::{AuthChoice, Demand};
use crate::ccp::Ccp;
use crate::control::{Control, DEFAULT_MRU};
use crate::frame::{Compression, Frame, LCP};
use crate::hdlc::{self, Deframer};
use crate::ipcp::Ipcp;
use crate::ipv6cp::Ipv6cp;
use crate::lcp::{Lcp, Settings};
pub use crate::quality::{Lost, PoorQuality, Quality, QualityMeasured};
use crate::receiver::Receiver;
use crate::transparency::encode;

/// Octets around the information of the longest frame: address, control, protocol, FCS.
const AROUND: usize = 6;

/// One end of a link. [How to drive it](self) stands above.
#[derive(Debug)]
pub struct Link {
    config: Config,
    phase: Phase,
    receiver: Receiver,
    lcp: Control<Lcp>,
    echo_requests: EchoRequests,
    monitor: Monitor,
    calling_back: CallingBack,
    authentication: Authentication,
    ipcp: Option<Control<Ipcp>>,
    ipv6cp: Option<Control<Ipv6cp>>,
    ccp: Option<Control<Ccp>>,
    compressing: Compressing,
    /// [`LinkEvent::IpUp`] was given out and not taken back.
    ip_is_up: bool,
    /// Likewise [`LinkEvent::Ipv6Up`].
    ipv6_is_up: bool,
    /// What the peer asked us to send like; [`Settings::DEFAULT`] unless LCP is Opened.
    send: Settings,
    /// When to begin, if carrier is there and LCP is not to begin yet.
    start: Option<Instant>,
    /// The peer has let us in, or we have let in the peer.
    is_authenticated: bool,
    /// Nothing is sent any more, and no deadline observed.
    is_silent: bool,
    frozen: Frozen,
    /// Protocols of no layer that a script speaks.
    left: Vec<u16>,
    /// When to terminate after a refusal.
    patience: Option<Instant>,
    /// The first cause of the link's end that came up.
    cause: Option<LinkEnding>,
    /// Why a protocol above LCP has ended without agreement, if one has.
    unsettled: Option<LinkEnding>,
    transmits: VecDeque<Vec<u8>>,
    events: VecDeque<LinkEvent>,
}

impl Link {
    /// A dead link.
    pub fn new(config: Config) -> Self {
        let mut random = Random::new(config.seed);
        let Config { mru, accm, compression, .. } = config;
        let Compression { acfc, pfc } = compression;
        let quality = config.quality.map(|quality| quality.hundredths());
        let wanted = Settings { mru, accm, magic: None, pfc, acfc, callback: false, quality };
        let lcp_random = Random::new(random.next());
        let (mut lcp, ipcp) = match &config.role {
            Role::Calling(Calling { credentials, auth, ip, callback, asks, .. }) => {
                let wanted = Settings { callback: *callback, ..wanted };
                let auth = credentials.is_some().then_some(*auth);
                let demand = Demand::new(asks.as_ref().map(|asks| asks.auth.clone()).unwrap_or_default());
                (Lcp::new(wanted, auth, lcp_random).with_demand(demand), Ipcp::asking(*ip))
            }
            Role::Answering(Answering { auth, ip, credentials, callback, .. }) => {
                let takes = credentials.is_some().then_some(AuthChoice::All);
                let lcp = Lcp::new(wanted, takes, lcp_random).with_demand(Demand::new(auth.clone()));
                (lcp.with_callback(callback.clone()), Ipcp::giving(ip.clone()))
            }
        };
        lcp.set_magic(config.magic);
        if let Some(every) = config.miss_echo {
            lcp.miss_echo(every);
        }
        let mut lcp = Control::new(lcp, config.limits);
        lcp.set_opening(config.opening);
        let ipcp = ipcp.with_vj(config.vj);
        let ccp = !config.compress.is_empty();
        let ipv6cp = Ipv6cp::new(Random::new(random.next()));
        Self {
            phase: Phase::Dead,
            receiver: Receiver::new(Deframer::new(usize::from(config.mru.max(DEFAULT_MRU)) + AROUND)),
            lcp,
            echo_requests: EchoRequests::default(),
            monitor: Monitor::default(),
            calling_back: CallingBack::default(),
            authentication: Authentication::new(&config.role, Random::new(random.next())),
            ipcp: config.ip.then(|| Control::new(ipcp, config.limits)),
            ipv6cp: config.ipv6.then(|| Control::new(ipv6cp, config.limits)),
            ccp: ccp.then(|| Control::new(Ccp::new(config.compress.clone()), config.limits)),
            compressing: Compressing::default(),
            ip_is_up: false,
            ipv6_is_up: false,
            send: Settings::DEFAULT,
            start: None,
            is_authenticated: false,
            is_silent: false,
            frozen: Frozen::default(),
            left: Vec::new(),
            patience: None,
            cause: None,
            unsettled: None,
            transmits: VecDeque::new(),
            events: VecDeque::new(),
            config,
        }
    }

    /// Carrier. After the delay the lower layer is Up and the link is opened: the first Configure-Request goes out.
    pub fn handle_up(&mut self, now: Instant) {
        self.receiver.deframer_mut().reset();
        self.is_silent = false;
        self.start = Some(now + self.config.delay);
        self.begin(now);
    }

    /// Brings LCP up if it is time for it.
    fn begin(&mut self, now: Instant) {
        if self.start.take_if(|start| *start <= now).is_some() {
            self.open_lcp(now);
        }
    }

    fn open_lcp(&mut self, now: Instant) {
        self.cause = None;
        self.is_authenticated = false;
        self.set_phase(Phase::Establish);
        self.lcp.handle_open(now);
        self.lcp.handle_up(now);
        self.pump(now);
    }

    /// Carrier is lost: the lower layer is Down. What was not sent yet is lost.
    pub fn handle_down(&mut self, now: Instant) {
        let leftover = self.receiver.deframer_mut().finish().map(LinkEvent::from);
        self.events.extend(leftover);
        self.start = None;
        self.lcp.handle_down(now);
        self.pump(now);
        self.transmits.clear();
        self.is_silent = false;
        self.patience = None;
        self.set_phase(Phase::Dead);
    }

    /// Terminates the link in good order, with these words for the peer. If it has not begun yet or has fallen silent,
    /// there is nothing to be said, and it is over at once.
    pub fn handle_close(&mut self, now: Instant, reason: &str) {
        let why = || LinkEnding::Closed(reason.into());
        if self.is_silent || self.is_frozen(Layer::Lcp) || self.start.take().is_some() {
            self.events.push_back(LinkEvent::Finished(why()));
            return;
        }
        if self.phase != Phase::Dead {
            self.cause.get_or_insert_with(why);
        }
        self.lcp.handle_close(now, reason);
        self.pump(now);
    }

    /// From now on until carrier is lost nothing is sent any more and no deadline is observed, as if the program hung.
    /// What comes in is told as before, and what it does to the automata as well.
    pub fn fall_silent(&mut self) {
        self.is_silent = true;
        self.transmits.clear();
    }

    /// Whether it has fallen silent.
    pub const fn is_silent(&self) -> bool {
        self.is_silent
    }

    /// Challenges the peer again, at any time after CHAP or EAP was agreed on (RFC 1994 §2). Nothing happens unless this end asks
    /// the peer who it is, by one of these, and has let it in already.
    pub fn challenge(&mut self, now: Instant) {
        self.challenge_again(now);
    }

    /// Octets from the line.
    pub fn handle_octets(&mut self, now: Instant, octets: &[u8]) {
        let mut input = octets;
        while let Some(item) = self.receiver.take(now, &mut input) {
            let event = LinkEvent::from(item);
            let frame = match &event {
                LinkEvent::FrameReceived(frame) => {
                    self.monitor.received(frame.len());
                    Some(frame.clone())
                }
                LinkEvent::BadFrame { .. } => {
                    self.monitor.damaged();
                    self.compressing.toss();
                    None
                }
                _ => None,
            };
            self.events.push_back(event);
            if let Some(frame) = frame {
                self.handle_frame(now, &frame);
                self.pump(now);
            }
        }
    }

    /// A datagram for the peer; `protocol` is [`IP`](crate::frame::IP) or [`IPV6`](crate::frame::IPV6). Dropped, with
    /// false, unless its network protocol is Opened.
    pub fn handle_datagram(&mut self, protocol: u16, datagram: &[u8]) -> bool {
        let ready = self.is_open(protocol) && !self.is_silent;
        if ready {
            self.transmit_datagram(protocol, datagram);
        }
        ready
    }

    /// A deadline may have come.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.events.extend(self.receiver.handle_timeout(now).map(LinkEvent::from));
        if self.is_silent {
            return;
        }
        self.begin(now);
        if !self.is_frozen(Layer::Lcp) {
            self.lcp.handle_timeout(now);
            self.pump(now);
            self.echo_timeout(now);
            self.quality_timeout(now);
        }
        if !self.is_frozen(Layer::Authentication) {
            self.authentication_timeout(now);
        }
        self.callback_timeout(now);
        if let Some(ccp) = self.ccp.as_mut().filter(|_| !self.frozen.has(Layer::Ccp)) {
            ccp.handle_timeout(now);
            self.compression_timeout(now);
        }
        if let Some(ipcp) = self.ipcp.as_mut().filter(|_| !self.frozen.has(Layer::Ipcp)) {
            ipcp.handle_timeout(now);
        }
        if let Some(ipv6cp) = self.ipv6cp.as_mut().filter(|_| !self.frozen.has(Layer::Ipv6cp)) {
            ipv6cp.handle_timeout(now);
        }
        self.pump(now);
    }

    /// The next deadline.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let layers = [
            (Layer::Lcp, earliest(self.lcp.poll_timeout(), self.echo_requests.poll_timeout())),
            (Layer::Lcp, self.monitor.poll_timeout()),
            (Layer::Authentication, self.authentication_deadline()),
            (Layer::Ipcp, self.ipcp.as_ref().and_then(Control::poll_timeout)),
            (Layer::Ipv6cp, self.ipv6cp.as_ref().and_then(Control::poll_timeout)),
            (Layer::Ccp, earliest(self.ccp.as_ref().and_then(Control::poll_timeout), self.compressing.poll_timeout())),
        ];
        let thawed = layers.into_iter().filter(|(layer, _)| !self.is_frozen(*layer));
        let next = thawed.map(|(_, deadline)| deadline).fold(None, earliest);
        let own = earliest(earliest(self.start, self.calling_back.poll_timeout()), next).filter(|_| !self.is_silent);
        earliest(self.receiver.poll_timeout(), own)
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

    /// IPCP, if it is negotiated.
    pub const fn ipcp(&self) -> Option<&Control<Ipcp>> {
        self.ipcp.as_ref()
    }

    /// IPV6CP, if it is negotiated.
    pub const fn ipv6cp(&self) -> Option<&Control<Ipv6cp>> {
        self.ipv6cp.as_ref()
    }

    /// What came in from the line.
    pub const fn counters(&self) -> hdlc::Counters {
        self.receiver.deframer().counters()
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

    /// Puts a packet on the line (RFC 1662 §7: LCP as if nothing had been agreed on).
    fn transmit(&mut self, protocol: u16, information: &[u8]) {
        if self.is_silent || self.is_protocol_frozen(protocol) {
            return;
        }
        let send = if protocol == LCP { Settings::DEFAULT } else { self.send };
        let frame = Frame { protocol, information }.emit(send.compression());
        self.monitor.sent(frame.len());
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

#[cfg(test)]
mod answering_tests;
#[cfg(test)]
mod authentication_tests;
#[cfg(test)]
mod callback_tests;
#[cfg(test)]
mod compression_tests;
#[cfg(test)]
mod converging_tests;
#[cfg(test)]
mod deviant_tests;
#[cfg(test)]
mod knob_tests;
#[cfg(test)]
mod layer_tests;
#[cfg(test)]
mod pair;
#[cfg(test)]
mod quality_tests;
#[cfg(test)]
mod tests;
