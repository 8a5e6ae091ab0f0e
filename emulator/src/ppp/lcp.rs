//! The Link Control Protocol's options (RFC 1661 §6, RFC 1662 §7): what we ask for and what we say to the peer's.
//!
//! We are the end that dials in: we ask for no authentication, and [`auth`](super::auth) has our word on the peer's.

use super::auth::{AuthChoice, Method, Negotiation};
use super::control::{DEFAULT_MRU, Protocol, Verdict};
use super::frame::LCP;
use super::options::{RawOption, push};
use super::random::Random;
use super::transparency::DEFAULT_ACCM;

/// Maximum-Receive-Unit (RFC 1661 §6.1).
pub const MRU: u8 = 1;
/// Async-Control-Character-Map (RFC 1662 §7.1).
pub const ACCM: u8 = 2;
/// Authentication-Protocol (RFC 1661 §6.2).
pub const AUTHENTICATION: u8 = 3;
/// Quality-Protocol (RFC 1661 §6.3).
pub const QUALITY: u8 = 4;
/// Magic-Number (RFC 1661 §6.4).
pub const MAGIC: u8 = 5;
/// Protocol-Field-Compression (RFC 1661 §6.5).
pub const PFC: u8 = 7;
/// Address-and-Control-Field-Compression (RFC 1661 §6.6).
pub const ACFC: u8 = 8;
/// Callback (RFC 1570 §2.3).
pub const CALLBACK: u8 = 13;

/// Operation field of Callback: where to call back is negotiated by CBCP. Not in RFC 1570; what Windows asks for.
const CBCP: u8 = 6;

/// The least MRU we send to; RFC 1661 names none, pppd has the same.
const LEAST_MRU: u16 = 128;
/// Own Magic-Numbers in a row after which the line is taken to be looped back (RFC 1661 §6.4 leaves it open).
const LOOPED_BACK: u32 = 5;

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
}

impl Settings {
    /// What holds without any option (RFC 1661 §6, RFC 1662 §7.1).
    pub const DEFAULT: Self =
        Self { mru: DEFAULT_MRU, accm: DEFAULT_ACCM, magic: None, pfc: false, acfc: false, callback: false };
}

/// LCP's side of the negotiation.
#[derive(Clone, Debug)]
pub struct Lcp {
    wanted: Settings,
    own: Settings,
    peer: Settings,
    auth: Negotiation,
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
            own: wanted,
            peer: Settings::DEFAULT,
            auth: Negotiation::new(auth),
            own_magic_seen: 0,
            miss_echo: None,
            echo_requests: 0,
            random,
        }
    }

    /// Leaves every so many Echo-Requests unanswered, the first of them that which makes the number full; 1: all.
    pub const fn miss_echo(&mut self, every: u32) {
        self.miss_echo = Some(every);
    }

    /// What we asked for, as far as the peer agreed.
    pub const fn own(&self) -> Settings {
        self.own
    }

    /// What the peer asked for.
    pub const fn peer(&self) -> Settings {
        self.peer
    }

    /// How we agreed to authenticate ourselves.
    pub const fn authentication(&self) -> Option<Method> {
        self.auth.agreed()
    }

    /// Whether the peer asked for authentication and gave up, because we did not take what it has.
    pub const fn declined_authentication(&self) -> bool {
        self.auth.declined()
    }

    /// Whether what we send seems to come back to us (RFC 1661 §6.4).
    pub const fn is_looped_back(&self) -> bool {
        self.own_magic_seen >= LOOPED_BACK
    }

    fn judge_magic(&mut self, magic: u32) -> Verdict {
        if magic != 0 && Some(magic) != self.own.magic {
            self.own_magic_seen = 0;
            self.peer.magic = Some(magic);
            return Verdict::Ack;
        }
        if magic != 0 {
            self.own_magic_seen += 1;
        }
        Verdict::Nak(self.random.next_magic().to_be_bytes().to_vec())
    }
}

impl Protocol for Lcp {
    const NUMBER: u16 = LCP;

    fn begin(&mut self) {
        self.auth.begin();
        self.echo_requests = 0;
    }

    fn reset(&mut self) {
        self.own = Settings { magic: Some(self.random.next_magic()), ..self.wanted };
    }

    fn request(&self) -> Vec<u8> {
        let Settings { mru, accm, magic, pfc, acfc, callback } = self.own;
        let mut options = Vec::new();
        if mru != DEFAULT_MRU {
            push(&mut options, MRU, &mru.to_be_bytes());
        }
        if accm != DEFAULT_ACCM {
            push(&mut options, ACCM, &accm.to_be_bytes());
        }
        if let Some(magic) = magic {
            push(&mut options, MAGIC, &magic.to_be_bytes());
        }
        if pfc {
            push(&mut options, PFC, &[]);
        }
        if acfc {
            push(&mut options, ACFC, &[]);
        }
        if callback {
            push(&mut options, CALLBACK, &[CBCP]);
        }
        options
    }

    fn nakked(&mut self, option: RawOption<'_>) {
        match (option.kind, option.data) {
            (MRU, &[high, low]) => {
                let mru = u16::from_be_bytes([high, low]);
                if (LEAST_MRU..=DEFAULT_MRU).contains(&mru) || self.own.mru != DEFAULT_MRU {
                    self.own.mru = mru.max(LEAST_MRU);
                }
            }
            // The union of what both ends need (RFC 1662 §7.1).
            (ACCM, &[a, b, c, d]) => self.own.accm |= u32::from_be_bytes([a, b, c, d]),
            (MAGIC, _) if self.own.magic.is_some() => self.own.magic = Some(self.random.next_magic()),
            // Options without data must not be Nak'ed (§5.3); whoever does it anyway does not want them.
            // And another way of calling back than CBCP would not do.
            (PFC | ACFC | CALLBACK, _) => self.rejected(option),
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
            _ => {}
        }
    }

    fn begin_judging(&mut self) {
        self.peer = Settings::DEFAULT;
        self.auth.begin_judging();
    }

    fn judge(&mut self, option: RawOption<'_>) -> Verdict {
        match (option.kind, option.data) {
            (MRU, &[high, low]) => {
                self.peer.mru = u16::from_be_bytes([high, low]);
                if self.peer.mru < LEAST_MRU {
                    return Verdict::Nak(LEAST_MRU.to_be_bytes().to_vec());
                }
                Verdict::Ack
            }
            (ACCM, &[a, b, c, d]) => {
                self.peer.accm = u32::from_be_bytes([a, b, c, d]);
                Verdict::Ack
            }
            (AUTHENTICATION, data) => self.auth.judge(data),
            (MAGIC, &[a, b, c, d]) => self.judge_magic(u32::from_be_bytes([a, b, c, d])),
            (PFC, []) => {
                self.peer.pfc = true;
                Verdict::Ack
            }
            (ACFC, []) => {
                self.peer.acfc = true;
                Verdict::Ack
            }
            // A known option with a wrong Length gets an example of a right one (§6), anything else goes back.
            (kind, _) => self.desired(kind).map_or(Verdict::Reject, Verdict::Nak),
        }
    }

    fn desired(&mut self, kind: u8) -> Option<Vec<u8>> {
        match kind {
            MRU => Some(DEFAULT_MRU.to_be_bytes().to_vec()),
            ACCM => Some(vec![0; 4]),
            AUTHENTICATION => self.auth.desired(),
            MAGIC => Some(self.random.next_magic().to_be_bytes().to_vec()),
            _ => None,
        }
    }

    fn magic(&self) -> u32 {
        self.own.magic.unwrap_or_default()
    }

    fn answers_echo(&mut self) -> bool {
        self.echo_requests = self.echo_requests.wrapping_add(1);
        self.miss_echo.and_then(|every| self.echo_requests.checked_rem(every)) != Some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lcp(has_credentials: bool) -> Lcp {
        let wanted = Settings { accm: 0, pfc: true, acfc: true, callback: true, ..Settings::DEFAULT };
        let mut lcp = Lcp::new(wanted, has_credentials.then_some(AuthChoice::Any), Random::new(1));
        lcp.reset();
        lcp
    }

    fn judge(lcp: &mut Lcp, kind: u8, data: &[u8]) -> Verdict {
        lcp.judge(RawOption { kind, data })
    }

    #[test]
    fn options_at_their_defaults_are_not_asked_for() {
        let mut lcp = Lcp::new(Settings::DEFAULT, None, Random::new(1));
        lcp.own.magic = None;
        assert!(lcp.request().is_empty());
    }

    #[test]
    fn what_is_agreed_on_is_void_with_the_peers_next_request() {
        let mut lcp = lcp(true);
        assert_eq!(judge(&mut lcp, AUTHENTICATION, &[0xc2, 0x27]), Verdict::Nak(vec![0xc2, 0x23, 5]));
        assert!(lcp.declined_authentication());
        assert_eq!(judge(&mut lcp, AUTHENTICATION, &[0xc0, 0x23]), Verdict::Ack);
        assert_eq!((lcp.authentication(), lcp.declined_authentication()), (Some(Method::Pap), false));
        lcp.begin_judging();
        assert_eq!(lcp.authentication(), None);
    }

    #[test]
    fn a_new_link_forgets_that_authentication_was_declined() {
        let mut lcp = lcp(false);
        assert_eq!(judge(&mut lcp, AUTHENTICATION, &[0xc0, 0x23]), Verdict::Reject);
        assert!(lcp.declined_authentication());
        lcp.begin();
        assert!(!lcp.declined_authentication());
    }

    #[test]
    fn callback_is_asked_for_last_by_cbcp_and_dropped_for_whoever_does_not_want_it() {
        let mut lcp = lcp(true);
        assert!(lcp.request().ends_with(&[7, 2, 8, 2, 13, 3, 6]));
        lcp.nakked(RawOption { kind: CALLBACK, data: &[0] });
        assert!(lcp.request().ends_with(&[7, 2, 8, 2]));
        assert_eq!(judge(&mut lcp, CALLBACK, &[6]), Verdict::Reject);
    }

    #[test]
    fn every_third_echo_goes_unanswered_or_every_single_one_or_none() {
        let answered = |every: Option<u32>| {
            let mut lcp = lcp(true);
            lcp.miss_echo = every;
            [0; 7].map(|_| lcp.answers_echo())
        };
        assert_eq!(answered(Some(3)), [true, true, false, true, true, false, true]);
        assert_eq!(answered(Some(1)), [false; 7]);
        assert_eq!((answered(None), answered(Some(0))), ([true; 7], [true; 7]));
    }

    #[test]
    fn a_magic_number_of_zero_or_like_ours_is_nakked_and_five_like_ours_mean_a_loopback() {
        let mut lcp = lcp(false);
        assert!(matches!(judge(&mut lcp, MAGIC, &[0; 4]), Verdict::Nak(_)));
        for _ in 0..5 {
            assert!(!lcp.is_looped_back());
            let ours = lcp.magic().to_be_bytes();
            assert!(matches!(judge(&mut lcp, MAGIC, &ours), Verdict::Nak(data) if data != ours));
        }
        assert!(lcp.is_looped_back());
        assert_eq!(judge(&mut lcp, MAGIC, &[1, 2, 3, 4]), Verdict::Ack);
        assert!(!lcp.is_looped_back());
    }

    #[test]
    fn known_options_with_a_wrong_length_are_nakked_with_a_right_one_and_unknown_ones_rejected() {
        let mut lcp = lcp(true);
        assert_eq!(judge(&mut lcp, MRU, &[1]), Verdict::Nak(vec![0x05, 0xdc]));
        assert_eq!(judge(&mut lcp, ACCM, &[]), Verdict::Nak(vec![0; 4]));
        assert_eq!(judge(&mut lcp, PFC, &[1]), Verdict::Reject);
        assert_eq!(judge(&mut lcp, QUALITY, &[0xc0, 0x25, 0, 0, 0, 1]), Verdict::Reject);
        assert_eq!(judge(&mut lcp, 0xfa, &[]), Verdict::Reject);
    }

    #[test]
    fn a_nak_moves_the_accm_to_the_union_and_a_reject_drops_the_option() {
        let mut lcp = lcp(false);
        lcp.nakked(RawOption { kind: ACCM, data: &[0, 0x0a, 0, 0] });
        assert_eq!(lcp.own().accm, 0x000a_0000);
        let before = lcp.magic();
        lcp.nakked(RawOption { kind: MAGIC, data: &before.to_be_bytes() });
        assert_ne!(lcp.magic(), before);
        for kind in [ACCM, MAGIC, PFC, ACFC, CALLBACK] {
            lcp.rejected(RawOption { kind, data: &[] });
        }
        assert!(lcp.request().is_empty());
    }
}
