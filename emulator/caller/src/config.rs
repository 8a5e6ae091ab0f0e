//! What a caller is like: its name, what it asks for, and the ways in which it may be unlike others.
//!
//! A scenario's `PppClient` has most of this too: it is written in job files and by people, this is set by whoever drives
//! a caller, and neither crate may know the other's.

use std::net::Ipv4Addr;
use std::time::Duration;

use offhook_ppp::auth::{AuthChoice, Credentials};
use offhook_ppp::ccp::Method;
use offhook_ppp::control::DEFAULT_MRU;
use offhook_ppp::frame::Compression;
use offhook_ppp::ipcp::{VanJacobson, Wanted};
use offhook_ppp::lcp::MagicNumber;
use offhook_ppp::link::{Calling, Config, Echo, Opening, Quality, Role};
use offhook_ppp::restart::Limits;

/// What the caller is like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerConfig {
    /// User name. With neither name nor password the caller rejects every authentication; one without the other
    /// counts as empty.
    pub user: Option<String>,
    /// Password.
    pub password: Option<String>,
    /// Address to ask for; `None` for any. The server's word is taken over it.
    pub address: Option<Ipv4Addr>,
    /// Whether to ask for name servers.
    pub ask_dns: bool,
    /// Whether to ask for WINS servers.
    pub ask_wins: bool,
    /// Whether to negotiate IPCP; otherwise the server's is Protocol-Rejected.
    pub ip: bool,
    /// Whether to negotiate IPV6CP; otherwise the server's is Protocol-Rejected.
    pub ipv6: bool,
    /// Whether headers of TCP are compressed by Van Jacobson's method, with at most so many slots, if the server agrees.
    pub vj: Option<VanJacobson>,
    /// What to compress or encrypt packets by, if the server agrees; without any, CCP is Protocol-Rejected. With MPPE among it
    /// nothing of the network goes unencrypted.
    pub compress: Vec<Method>,
    /// What all random numbers of the caller derive from: Magic-Number, Interface-Identifier, IP identification.
    pub magic_seed: u64,
    /// Maximum-Receive-Unit to ask for; `None` for 1500, which needs no asking.
    pub mru: Option<u16>,
    /// ACCM to ask for: the control octets the server must escape. 0xffffffff needs no asking.
    pub accm: u32,
    /// Which Magic-Number to ask for.
    pub magic: MagicNumber,
    /// Which compressed frames to say that it takes.
    pub compression: Compression,
    /// Whether it begins, or waits for the server's Configure-Request.
    pub opening: Opening,
    /// Its own Echo-Requests, if there are to be any.
    pub echo: Option<Echo>,
    /// The Link-Quality-Reports it asks for, and what it makes of them; `None`: it knows none.
    pub quality: Option<Quality>,
    /// Which authentication protocols it takes.
    pub auth: AuthChoice,
    /// From carrier to the first Configure-Request. What comes in until then is told and has no effect.
    pub delay: Duration,
    /// Restart timer of all automata (RFC 1661 §4.6). PAP, which is none, goes on repeating itself every 3 seconds.
    pub restart: Duration,
    /// Whether it takes no other address than the one it asks for: a Configure-Nak does not change its mind, and after
    /// a Configure-Reject it closes IPCP.
    pub insist: bool,
    /// Whether its IPCP Configure-Request has no IP-Address option, even if the server wants one.
    /// What address the server takes it to have it then does not know.
    pub no_address: bool,
    /// Whether its LCP Configure-Request has a Callback option (RFC 1570 §2.3) with operation 6, CBCP, until it is
    /// rejected, as it is with Windows. What the server grants by CBCP is taken, and told.
    pub callback: bool,
    /// The number to be called back at, if the server lets the caller choose.
    pub callback_number: Option<String>,
    /// Every so many Echo-Requests one is not answered; 1: none is.
    pub miss_echo: Option<u32>,
}

impl Default for CallerConfig {
    fn default() -> Self {
        Self {
            user: None,
            password: None,
            address: None,
            ask_dns: true,
            ask_wins: false,
            ip: true,
            ipv6: false,
            vj: None,
            compress: Vec::new(),
            magic_seed: 0,
            mru: None,
            accm: 0,
            magic: MagicNumber::Random,
            compression: Compression { acfc: true, pfc: true },
            opening: Opening::Active,
            echo: None,
            quality: None,
            auth: AuthChoice::default(),
            delay: Duration::ZERO,
            restart: Duration::from_secs(3),
            insist: false,
            no_address: false,
            callback: false,
            callback_number: None,
            miss_echo: None,
        }
    }
}

impl CallerConfig {
    /// The link of such a caller, with this seed of its own.
    pub fn link(&self, seed: u64) -> Config {
        let credentials = match (&self.user, &self.password) {
            (None, None) => None,
            (user, password) => Some(Credentials {
                user: user.clone().unwrap_or_default(),
                password: password.clone().unwrap_or_default(),
            }),
        };
        Config {
            role: Role::Calling(Calling {
                credentials,
                auth: self.auth,
                ip: Wanted {
                    address: (!self.no_address).then(|| self.address.unwrap_or(Ipv4Addr::UNSPECIFIED)),
                    insist: self.insist,
                    dns: self.ask_dns,
                    wins: self.ask_wins,
                },
                callback: self.callback,
                callback_number: self.callback_number.clone(),
                ..Calling::default()
            }),
            ip: self.ip,
            ipv6: self.ipv6,
            vj: self.vj,
            compress: self.compress.clone(),
            mru: self.mru.unwrap_or(DEFAULT_MRU),
            accm: self.accm,
            magic: self.magic,
            compression: self.compression,
            opening: self.opening,
            echo: self.echo,
            quality: self.quality,
            seed,
            limits: Limits { restart: self.restart, ..Limits::default() },
            delay: self.delay,
            // Who calls for a network hangs up without one, as pppd and Windows do.
            outlasts_network: false,
            miss_echo: self.miss_echo,
        }
    }
}
