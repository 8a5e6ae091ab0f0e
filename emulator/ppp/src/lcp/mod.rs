//! The Link Control Protocol's options (RFC 1661 §6, RFC 1662 §7): what we ask for and what we say to the peer's.
//!
//! The end that dials in asks for no authentication; the end that answers does, by a [`Demand`]. What either end says to
//! the other's wish is the business of [`auth`](crate::auth).

mod extension;
mod option;

use offhook_clock::Random;

pub use self::extension::{Extension, IDENTIFICATION, TIME_REMAINING};
pub use self::option::*;
use crate::auth::{AuthChoice, AuthNegotiation, AuthOption, Demand, Method};
use crate::callback::{Asked, CallbackOffer, is_number};
use crate::control::{DEFAULT_MRU, Protocol, Sender, Verdict};
use crate::frame::{Compression, LCP, LQR};
use crate::options::RawOption;
use crate::transparency::DEFAULT_ACCM;

/// The least MRU we send to; RFC 1661 names none, pppd has the same.
const LEAST_MRU: u16 = 128;
/// Own Magic-Numbers in a row after which the line is taken to be looped back (RFC 1661 §6.4 leaves it open).
const LOOPED_BACK: u32 = 5;
/// Hundredths of a second from one Link-Quality-Report to the next, if the peer has to be told some.
const REPORTING_PERIOD: u32 = 1000;
/// Likewise the fewest that the peer may ask for, so that reports leave the line to something else.
const SHORTEST: u32 = 10;

/// What one direction of the link has agreed on, or asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Octets of information the asking end takes.
    pub mru: u16,
    /// Control octets the asking end wants escaped.
    pub accm: u32,
    /// The asking end's Magic-Number.
    pub magic: Option<u32>,
    /// Whether the asking end takes one-octet Protocol fields.
    pub pfc: bool,
    /// Whether the asking end takes frames without address and control.
    pub acfc: bool,
    /// Whether the asking end wants to be called back, as CBCP would have it.
    pub callback: bool,
    /// How often the asking end wants Link-Quality-Reports, in hundredths of a second at most (RFC 1989 §2.5); 0: each of its own
    /// is to be answered. `None`: it wants none.
    pub quality: Option<u32>,
}

impl Settings {
    /// What holds without any option (RFC 1661 §6, RFC 1662 §7.1).
    pub const DEFAULT: Self = Self {
        mru: DEFAULT_MRU,
        accm: DEFAULT_ACCM,
        magic: None,
        pfc: false,
        acfc: false,
        callback: false,
        quality: None,
    };

    /// What may be left out of a frame for the asking end.
    pub const fn compression(&self) -> Compression {
        Compression { acfc: self.acfc, pfc: self.pfc }
    }
}

/// Which Magic-Number is asked for (RFC 1661 §6.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MagicNumber {
    /// A new one for each negotiation.
    #[default]
    Random,
    /// This one first, and others only if the peer does not take it.
    Fixed(u32),
    /// None: a line that is looped back is not recognized.
    None,
}

/// LCP's side of the negotiation.
#[derive(Clone, Debug)]
pub struct Lcp {
    wanted: Settings,
    magic: MagicNumber,
    own: Settings,
    peer: Settings,
    authentication: Option<Method>,
    /// What the peer's last Configure-Request asks for, as far as it was judged.
    judged: Settings,
    auth: AuthNegotiation,
    demand: Demand,
    /// What may be had of callbacks.
    callback: Option<CallbackOffer>,
    judged_callback: Option<Asked>,
    peer_callback: Option<Asked>,
    /// The peer may have Link-Quality-Reports.
    reports: bool,
    own_magic_seen: u32,
    /// Every so many Echo-Requests one is not answered.
    miss_echo: Option<u32>,
    echo_requests: u32,
    random: Random,
}

impl Lcp {
    /// Asks for `wanted`, with a Magic-Number from `random` in place of its own;
    /// takes the authentication protocols of `auth`, `None` being none at all.
    pub const fn new(wanted: Settings, auth: Option<AuthChoice>, random: Random) -> Self {
        Self {
            wanted,
            magic: MagicNumber::Random,
            own: wanted,
            peer: Settings::DEFAULT,
            authentication: None,
            judged: Settings::DEFAULT,
            auth: AuthNegotiation::new(auth),
            demand: Demand::new(Vec::new()),
            callback: None,
            judged_callback: None,
            peer_callback: None,
            reports: wanted.quality.is_some(),
            own_magic_seen: 0,
            miss_echo: None,
            echo_requests: 0,
            random,
        }
    }

    /// Asks the peer to authenticate itself.
    pub fn with_demand(self, demand: Demand) -> Self {
        Self { demand, ..self }
    }

    /// Lets the peer be called back.
    pub fn with_callback(self, callback: Option<CallbackOffer>) -> Self {
        Self { callback, ..self }
    }

    /// How the peer asked to be called back, if it did and may be.
    pub const fn peer_callback(&self) -> Option<&Asked> {
        self.peer_callback.as_ref()
    }

    /// Asks for this Magic-Number, from the next negotiation on.
    pub const fn set_magic(&mut self, magic: MagicNumber) {
        self.magic = magic;
    }

    /// Somebody else has agreed on this, and on this authentication.
    pub(crate) fn assume(&mut self, own: Settings, peer: Settings, authentication: Option<Method>) {
        self.own = own;
        self.peer = peer;
        self.authentication = authentication;
        self.auth.assume(authentication);
        self.demand.assume(authentication.map(AuthOption::from));
    }

    /// Leaves every so many Echo-Requests unanswered, the first of them that which makes the number full; 1: all.
    pub const fn miss_echo(&mut self, every: u32) {
        self.miss_echo = Some(every);
    }

    /// What we asked for, as far as the peer agreed.
    pub const fn own(&self) -> Settings {
        self.own
    }

    /// What the peer asked for and we agreed to.
    pub const fn peer(&self) -> Settings {
        self.peer
    }

    /// How we agreed to authenticate ourselves.
    pub const fn authentication(&self) -> Option<Method> {
        self.authentication
    }

    /// Whether the peer asked for authentication and gave up, because we did not take what it has.
    pub const fn declined_authentication(&self) -> bool {
        self.auth.declined()
    }

    /// What the peer is asked to authenticate itself by, as far as it agreed.
    pub const fn demand(&self) -> &Demand {
        &self.demand
    }

    /// Whether what we send seems to come back to us (RFC 1661 §6.4).
    pub const fn is_looped_back(&self) -> bool {
        self.own_magic_seen >= LOOPED_BACK
    }

    fn judge_callback(&mut self, operation: u8, message: &[u8]) -> Verdict {
        let Some(offer) = &self.callback else { return Verdict::Reject };
        let number = || String::from_utf8(message.to_vec()).ok().filter(|number| is_number(number));
        self.judged_callback = match operation {
            CBCP => Some(Asked::ByCbcp),
            BY_NAME if message.is_empty() && offer.admin.is_some() => Some(Asked::Here(None)),
            DIALING_STRING | E164_NUMBER if offer.user => number().map(|number| Asked::Here(Some(number))),
            _ => None,
        };
        self.judged.callback = self.judged_callback.is_some();
        if self.judged.callback { Verdict::Ack } else { Verdict::Nak(vec![CBCP]) }
    }

    fn judge_quality(&mut self, protocol: u16, data: &[u8]) -> Verdict {
        match *data {
            _ if !self.reports => Verdict::Reject,
            // "A value of zero MUST be Nak'd by the peer with an appropriate non-zero value when that peer has sent or will send"
            // zero itself (RFC 1989 §2.5): each end would wait for the other's report.
            [0, 0, 0, 0] if protocol == LQR && self.own.quality == Some(0) => {
                Verdict::Nak(reports_every(REPORTING_PERIOD))
            }
            [a, b, c, d] if protocol == LQR && !(1..SHORTEST).contains(&u32::from_be_bytes([a, b, c, d])) => {
                self.judged.quality = Some(u32::from_be_bytes([a, b, c, d]));
                Verdict::Ack
            }
            _ => Verdict::Nak(reports_every(REPORTING_PERIOD)),
        }
    }

    fn judge_magic(&mut self, magic: u32) -> Verdict {
        if magic != 0 && Some(magic) != self.own.magic {
            self.own_magic_seen = 0;
            self.judged.magic = Some(magic);
            return Verdict::Ack;
        }
        if magic != 0 {
            self.own_magic_seen += 1;
        }
        Verdict::Nak(self.random.next_magic().to_be_bytes().to_vec())
    }
}

/// The data of a Quality-Protocol option that asks for Link-Quality-Reports.
fn reports_every(period: u32) -> Vec<u8> {
    [&LQR.to_be_bytes()[..], &period.to_be_bytes()].concat()
}

impl Protocol for Lcp {
    const NUMBER: u16 = LCP;

    fn begin(&mut self) {
        self.auth.begin();
        self.echo_requests = 0;
    }

    fn reset(&mut self) {
        let magic = match self.magic {
            MagicNumber::Random => Some(self.random.next_magic()),
            MagicNumber::Fixed(magic) => Some(magic),
            MagicNumber::None => None,
        };
        self.own = Settings { magic, ..self.wanted };
        self.demand.reset();
    }

    fn request(&self) -> Vec<u8> {
        let Settings { mru, accm, magic, pfc, acfc, callback, quality } = self.own;
        let mut options = Vec::new();
        if mru != DEFAULT_MRU {
            LcpOption::Mru(mru).emit(&mut options);
        }
        if accm != DEFAULT_ACCM {
            LcpOption::Accm(accm).emit(&mut options);
        }
        if let Some(period) = quality {
            LcpOption::Quality { protocol: LQR, data: &period.to_be_bytes() }.emit(&mut options);
        }
        if let Some(magic) = magic {
            LcpOption::Magic(magic).emit(&mut options);
        }
        if pfc {
            LcpOption::Pfc.emit(&mut options);
        }
        if acfc {
            LcpOption::Acfc.emit(&mut options);
        }
        if callback {
            LcpOption::Callback { operation: CBCP, message: &[] }.emit(&mut options);
        }
        if let Some(protocol) = self.demand.current() {
            LcpOption::Authentication(&protocol.emit()).emit(&mut options);
        }
        options
    }

    fn nakked(&mut self, option: RawOption<'_>) {
        match LcpOption::parse(option) {
            LcpOption::Mru(mru) if (LEAST_MRU..=DEFAULT_MRU).contains(&mru) || self.own.mru != DEFAULT_MRU => {
                self.own.mru = mru.max(LEAST_MRU);
            }
            // The union of what both ends need (RFC 1662 §7.1).
            LcpOption::Accm(accm) => self.own.accm |= accm,
            LcpOption::Authentication(data) => self.demand.nakked(data),
            LcpOption::Quality { protocol: LQR, data: &[a, b, c, d] } if self.own.quality.is_some() => {
                self.own.quality = Some(u32::from_be_bytes([a, b, c, d]));
            }
            _ if option.kind == MAGIC && self.own.magic.is_some() => self.own.magic = Some(self.random.next_magic()),
            // Options without data must not be Nak'ed (§5.3); whoever does it anyway does not want them.
            // And another way of calling back than CBCP would not do, nor another quality protocol.
            _ if matches!(option.kind, PFC | ACFC | CALLBACK | QUALITY) => self.rejected(option),
            _ => {}
        }
    }

    fn rejected(&mut self, option: RawOption<'_>) {
        match option.kind {
            MRU => self.own.mru = DEFAULT_MRU,
            ACCM => self.own.accm = DEFAULT_ACCM,
            MAGIC => self.own.magic = None,
            PFC => self.own.pfc = false,
            ACFC => self.own.acfc = false,
            CALLBACK => self.own.callback = false,
            QUALITY => self.own.quality = None,
            AUTHENTICATION => self.demand.rejected(),
            _ => {}
        }
    }

    fn begin_judging(&mut self) {
        self.judged = Settings::DEFAULT;
        self.judged_callback = None;
        self.auth.begin_judging();
    }

    fn agree(&mut self) {
        self.peer = self.judged;
        self.peer_callback = self.judged_callback.take();
        self.authentication = self.auth.agreed();
    }

    fn judge(&mut self, option: RawOption<'_>) -> Verdict {
        match LcpOption::parse(option) {
            LcpOption::Mru(mru) => {
                self.judged.mru = mru;
                if mru < LEAST_MRU {
                    return Verdict::Nak(LEAST_MRU.to_be_bytes().to_vec());
                }
                Verdict::Ack
            }
            LcpOption::Accm(accm) => {
                self.judged.accm = accm;
                Verdict::Ack
            }
            LcpOption::Authentication(data) => self.auth.judge(data),
            LcpOption::Magic(magic) => self.judge_magic(magic),
            LcpOption::Pfc => {
                self.judged.pfc = true;
                Verdict::Ack
            }
            LcpOption::Acfc => {
                self.judged.acfc = true;
                Verdict::Ack
            }
            LcpOption::Quality { protocol, data } => self.judge_quality(protocol, data),
            LcpOption::Callback { operation, message } => self.judge_callback(operation, message),
            LcpOption::Fcs(_)
            | LcpOption::Padding(_)
            | LcpOption::Compound
            | LcpOption::Mrru(_)
            | LcpOption::ShortSequence
            | LcpOption::Endpoint { .. } => Verdict::Reject,
            // A known option with a wrong Length gets an example of a right one (§6), anything else goes back.
            LcpOption::Unknown(option) => self.desired(option.kind).map_or(Verdict::Reject, Verdict::Nak),
        }
    }

    fn desired(&mut self, kind: u8) -> Option<Vec<u8>> {
        match kind {
            MRU => Some(DEFAULT_MRU.to_be_bytes().to_vec()),
            ACCM => Some(vec![0; 4]),
            AUTHENTICATION => self.auth.desired(),
            MAGIC => Some(self.random.next_magic().to_be_bytes().to_vec()),
            QUALITY if self.reports => Some(reports_every(REPORTING_PERIOD)),
            _ => None,
        }
    }

    fn magic(&self) -> u32 {
        self.own.magic.unwrap_or_default()
    }

    fn sender(&mut self, magic: u32) -> Sender {
        // A peer that has a Magic-Number "MUST" send it; zero, from one that does not, shows no fault of the line.
        if magic == 0 || self.peer.magic == Some(magic) {
            Sender::Peer
        } else if self.own.magic == Some(magic) {
            self.own_magic_seen += 1;
            Sender::Ourselves
        } else {
            Sender::Stranger
        }
    }

    fn answers_echo(&mut self) -> bool {
        self.echo_requests = self.echo_requests.wrapping_add(1);
        self.miss_echo.and_then(|every| self.echo_requests.checked_rem(every)) != Some(0)
    }
}

#[cfg(test)]
mod tests;
