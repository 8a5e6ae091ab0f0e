//! What goes into a [`Link`](super::Link) when it is made: which end it is, and how it is to behave.

use std::net::Ipv4Addr;
use std::time::Duration;

use crate::auth::{Account, AuthChoice, AuthOption, Credentials};
use crate::callback::CallbackOffer;
use crate::ccp::Method;
use crate::chap::Algorithm;
use crate::control::DEFAULT_MRU;
pub use crate::control::Opening;
use crate::frame::Compression;
use crate::ipcp::{Given, VanJacobson, Wanted};
use crate::lcp::MagicNumber;
use crate::quality::Quality;
use crate::restart::Limits;

/// What the link is to be like.
#[derive(Clone, Debug)]
pub struct Config {
    /// Which end of the line it is.
    pub role: Role,
    /// Whether to negotiate IPCP; otherwise it is Protocol-Rejected.
    pub ip: bool,
    /// Whether to negotiate IPV6CP; otherwise it is Protocol-Rejected.
    pub ipv6: bool,
    /// Whether headers of TCP may be compressed by Van Jacobson's method (RFC 1144), with at most so many slots: asked for by IPCP,
    /// and granted. `None`: neither, and the peer's option is rejected.
    pub vj: Option<VanJacobson>,
    /// Compression methods to ask for by CCP, the one that is liked best first, and to grant; without any, CCP is
    /// Protocol-Rejected. If MPPE is among them, nothing of the network goes without it: a peer that does not agree, or that was not
    /// authenticated by Microsoft's CHAP one way or the other, ends the link.
    pub compress: Vec<Method>,
    /// Maximum-Receive-Unit to ask for, in octets.
    pub mru: u16,
    /// ACCM to ask for: bit n set means that octet n is to be escaped.
    pub accm: u32,
    /// Which Magic-Number to ask for.
    pub magic: MagicNumber,
    /// Which compressed frames to say that this end takes.
    pub compression: Compression,
    /// Who begins.
    pub opening: Opening,
    /// Echo-Requests of this end, if there are to be any.
    pub echo: Option<Echo>,
    /// Link-Quality-Reports, if the peer is to send them; without, none are sent either.
    pub quality: Option<Quality>,
    /// What Magic-Number, Interface-Identifier and Challenges come from. The two ends of a line need different ones:
    /// with equal Magic-Numbers the line is taken to be looped back (RFC 1661 §6.4).
    pub seed: u64,
    /// Timers and counters of all automata.
    pub limits: Limits,
    /// From carrier to the first Configure-Request. Until then the link is dead, and what comes in is only told.
    pub delay: Duration,
    /// Whether the link stays when the peer has ended the last network protocol (RFC 1661 §3.7). One that has no other use need not:
    /// pppd's does not.
    pub outlasts_network: bool,
    /// Every so many Echo-Requests one is not answered; 1: none is.
    pub miss_echo: Option<u32>,
}

/// A calling end without name and password, with everything else as pppd has it.
impl Default for Config {
    fn default() -> Self {
        Self {
            role: Role::Calling(Calling::default()),
            ip: true,
            ipv6: false,
            vj: None,
            compress: Vec::new(),
            mru: DEFAULT_MRU,
            accm: 0,
            magic: MagicNumber::Random,
            compression: Compression { acfc: true, pfc: true },
            opening: Opening::Active,
            echo: None,
            quality: None,
            seed: 0,
            limits: Limits::default(),
            delay: Duration::ZERO,
            outlasts_network: true,
            miss_echo: None,
        }
    }
}

/// Own Echo-Requests, as pppd's `lcp-echo-interval` and `lcp-echo-failure` have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Echo {
    /// From LCP's Opened to the first, and from each to the next; 100 ms at least.
    pub interval: Duration,
    /// With so many unanswered in a row the link is terminated when the next would be due; `None`: never.
    pub failures: Option<u32>,
}

/// Which end of the line a link is. PPP itself knows no such thing: it is who dials in that has to say who it is and is
/// given an address.
#[derive(Clone, Debug)]
pub enum Role {
    /// The end that dials in.
    Calling(Calling),
    /// The end that answers.
    Answering(Answering),
}

/// The end that dials in.
#[derive(Clone, Debug, Default)]
pub struct Calling {
    /// Name and password; without them the link rejects every authentication.
    pub credentials: Option<Credentials>,
    /// What authentication the link takes, if it has them.
    pub auth: AuthChoice,
    /// What to ask of IPCP.
    pub ip: Wanted,
    /// Whether to ask to be called back, as CBCP has it.
    pub callback: bool,
    /// The number to be called back at, if the answering end lets this end choose.
    pub callback_number: Option<String>,
    /// The password to try again with, if Microsoft's CHAP refuses the first and lets this end.
    pub second_password: Option<String>,
    /// How the answering end is to say who it is, if it is.
    pub asks: Option<Asking>,
}

/// What one end wants to know of the other.
#[derive(Clone, Debug, Default)]
pub struct Asking {
    /// As in [`Answering::auth`].
    pub auth: Vec<AuthOption>,
    /// As in [`Answering::accounts`].
    pub accounts: Vec<Account>,
    /// As in [`Answering::name`].
    pub name: String,
    /// As in [`Answering::challenge_again`].
    pub challenge_again: Option<Duration>,
    /// As in [`Answering::retries`].
    pub retries: u32,
}

/// The end that answers.
#[derive(Clone, Debug)]
pub struct Answering {
    /// Authentication protocols to ask for, one after the other until the caller takes one; without any the caller need
    /// not say who it is. CHAP with an algorithm that has no name here may be among them, to see what a caller makes of it;
    /// the link is terminated if the caller takes it.
    pub auth: Vec<AuthOption>,
    /// Who may come in, if authentication is asked for.
    pub accounts: Vec<Account>,
    /// Name in Challenges.
    pub name: String,
    /// From a successful Response to the next Challenge, if there is to be one (RFC 1994 §2).
    pub challenge_again: Option<Duration>,
    /// How often a caller may try again in Microsoft's CHAP (RFC 2433 §6, RFC 2759 §6).
    pub retries: u32,
    /// Name and password, if the caller wants to know who this end is; without them the link rejects that.
    pub credentials: Option<Credentials>,
    /// What callers that ask for it may have of callbacks; `None`: it is rejected.
    pub callback: Option<CallbackOffer>,
    /// What to give by IPCP. The address of an [`Account`] goes before the one in here.
    pub ip: Given,
}

impl Answering {
    /// What it wants to know of the caller.
    pub(super) fn asks(&self) -> Asking {
        Asking {
            auth: self.auth.clone(),
            accounts: self.accounts.clone(),
            name: self.name.clone(),
            challenge_again: self.challenge_again,
            retries: self.retries,
        }
    }

    /// Tells the caller `local` as this end's address and gives it `remote`. Asks for CHAP with MD5, and for PAP if the
    /// caller does not take that; nobody gets in until there are [`accounts`](Self::accounts).
    ///
    /// ```
    /// use offhook_ppp::auth::Account;
    /// use offhook_ppp::link::Answering;
    ///
    /// let mut answering = Answering::new("192.168.32.1".parse()?, "192.168.32.105".parse()?);
    /// answering.accounts.push(Account::new("alice", "secret"));
    /// answering.ip.dns.push("9.9.9.9".parse()?);
    /// # Ok::<(), std::net::AddrParseError>(())
    /// ```
    pub fn new(local: Ipv4Addr, remote: Ipv4Addr) -> Self {
        Self {
            auth: vec![AuthOption::Chap(Algorithm::Md5), AuthOption::Pap],
            accounts: Vec::new(),
            name: "offhook".into(),
            challenge_again: None,
            retries: 0,
            credentials: None,
            callback: None,
            ip: Given { local, remote: Some(remote), dns: Vec::new(), wins: Vec::new() },
        }
    }
}
