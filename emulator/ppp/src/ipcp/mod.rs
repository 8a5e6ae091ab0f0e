//! The Internet Protocol Control Protocol's options (RFC 1332 §3, RFC 1877 §1): addresses, name servers, and Van Jacobson's
//! compression of headers.
//!
//! The end that dials in asks ([`Ipcp::asking`]), the end that answers gives ([`Ipcp::giving`]); either may take compressed headers.

mod asking;
mod giving;
mod headers;
mod option;

use std::net::Ipv4Addr;

use self::asking::Asking;
use self::giving::Giving;
use self::headers::Headers;
pub use self::option::*;
use crate::control::{Protocol, Verdict};
use crate::frame::IPCP;
use crate::options::RawOption;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Our address, 0.0.0.0 for whichever the peer gives; `None`: no IP-Address option, even if the peer wants one.
    pub address: Option<Ipv4Addr>,
    /// Whether no other address than this one will do.
    pub insist: bool,
    /// Whether to ask for name servers.
    pub dns: bool,
    /// Whether to ask for WINS (NetBIOS name) servers.
    pub wins: bool,
}

/// Any address, and name servers.
impl Default for Wanted {
    fn default() -> Self {
        Self { address: Some(Ipv4Addr::UNSPECIFIED), insist: false, dns: true, wins: false }
    }
}

/// What is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// This end's own address.
    pub local: Ipv4Addr,
    /// The peer's address; `None`: whichever it has, if it has one.
    pub remote: Option<Ipv4Addr>,
    /// Name servers, primary first. If there is one, the peer gets it as the secondary as well, as from pppd; if there
    /// is none, name servers are rejected. More than two are not given.
    pub dns: Vec<Ipv4Addr>,
    /// WINS (NetBIOS name) servers, likewise.
    pub wins: Vec<Ipv4Addr>,
}

/// IPCP's side of the negotiation.
#[derive(Clone, Debug)]
pub struct Ipcp {
    side: Side,
    headers: Headers,
}

#[derive(Clone, Debug)]
enum Side {
    Asking(Asking),
    Giving(Giving),
}

impl Ipcp {
    /// Asks for what is `wanted`.
    pub const fn asking(wanted: Wanted) -> Self {
        Self { side: Side::Asking(Asking::new(wanted)), headers: Headers::new(None) }
    }

    /// Gives what is `given`.
    pub const fn giving(given: Given) -> Self {
        Self { side: Side::Giving(Giving::new(given)), headers: Headers::new(None) }
    }

    /// Takes headers compressed by Van Jacobson's method with at most so many slots, and grants the same; `None`: neither.
    pub fn with_vj(self, vj: Option<VanJacobson>) -> Self {
        Self { headers: Headers::new(vj), ..self }
    }

    /// How the peer may compress headers.
    pub const fn vj_receives(&self) -> Option<VanJacobson> {
        self.headers.own()
    }

    /// How this end may.
    pub const fn vj_sends(&self) -> Option<VanJacobson> {
        self.headers.peer()
    }

    /// From the next negotiation on another address is given.
    pub(crate) const fn give(&mut self, remote: Ipv4Addr) {
        if let Side::Giving(giving) = &mut self.side {
            giving.set_remote(remote);
        }
    }

    /// Whether our address is none of the peer's business.
    pub const fn has_no_address(&self) -> bool {
        match &self.side {
            Side::Asking(asking) => asking.has_no_address(),
            Side::Giving(_) => false,
        }
    }

    /// The address that alone will do.
    pub fn insists(&self) -> Option<Ipv4Addr> {
        match &self.side {
            Side::Asking(asking) => asking.insists(),
            Side::Giving(_) => None,
        }
    }

    /// Our address, once agreed on.
    pub fn local(&self) -> Option<Ipv4Addr> {
        match &self.side {
            Side::Asking(asking) => asking.local(),
            Side::Giving(giving) => Some(giving.local()),
        }
    }

    /// The peer's address, if it told.
    pub fn peer(&self) -> Option<Ipv4Addr> {
        match &self.side {
            Side::Asking(asking) => asking.peer(),
            Side::Giving(giving) => giving.peer(),
        }
    }

    /// The name servers the peer gave, primary first, one that was given twice once.
    pub fn dns(&self) -> Vec<Ipv4Addr> {
        match &self.side {
            Side::Asking(asking) => asking.dns(),
            Side::Giving(_) => Vec::new(),
        }
    }

    /// Likewise the WINS servers.
    pub fn wins(&self) -> Vec<Ipv4Addr> {
        match &self.side {
            Side::Asking(asking) => asking.wins(),
            Side::Giving(_) => Vec::new(),
        }
    }
}

/// The one address in an option.
fn address(option: RawOption<'_>) -> Option<Ipv4Addr> {
    match IpcpOption::parse(option) {
        IpcpOption::Address(address) | IpcpOption::NameServer(_, address) => Some(address),
        IpcpOption::Addresses(..)
        | IpcpOption::Compression { .. }
        | IpcpOption::MobileIpv4(_)
        | IpcpOption::Unknown(_) => None,
    }
}

impl Protocol for Ipcp {
    const NUMBER: u16 = IPCP;

    fn reset(&mut self) {
        self.headers.reset();
        match &mut self.side {
            Side::Asking(asking) => asking.reset(),
            Side::Giving(giving) => giving.reset(),
        }
    }

    fn request(&self) -> Vec<u8> {
        let mut options = self.headers.request();
        options.extend(match &self.side {
            Side::Asking(asking) => asking.request(),
            Side::Giving(giving) => giving.request(),
        });
        options
    }

    fn nakked(&mut self, option: RawOption<'_>) {
        if option.kind == COMPRESSION {
            return self.headers.nakked(option);
        }
        match &mut self.side {
            Side::Asking(asking) => asking.nakked(option),
            Side::Giving(giving) => giving.nakked(option),
        }
    }

    fn rejected(&mut self, option: RawOption<'_>) {
        if option.kind == COMPRESSION {
            return self.headers.rejected();
        }
        match &mut self.side {
            Side::Asking(asking) => asking.rejected(option),
            Side::Giving(giving) => giving.rejected(option),
        }
    }

    fn begin_judging(&mut self) {
        self.headers.begin_judging();
        match &mut self.side {
            Side::Asking(asking) => asking.begin_judging(),
            Side::Giving(giving) => giving.begin_judging(),
        }
    }

    fn agree(&mut self) {
        self.headers.agree();
        match &mut self.side {
            Side::Asking(asking) => asking.agree(),
            Side::Giving(giving) => giving.agree(),
        }
    }

    fn missing(&mut self) -> Vec<(u8, Vec<u8>)> {
        let address = match &mut self.side {
            Side::Asking(asking) => asking.missing(),
            Side::Giving(giving) => giving.missing(),
        };
        address.into_iter().map(|address| (ADDRESS, address.octets().to_vec())).collect()
    }

    fn judge(&mut self, option: RawOption<'_>) -> Verdict {
        if option.kind == COMPRESSION {
            return self.headers.judge(option);
        }
        match &mut self.side {
            Side::Asking(asking) => asking.judge(option),
            Side::Giving(giving) => giving.judge(option),
        }
    }

    fn desired(&mut self, kind: u8) -> Option<Vec<u8>> {
        if kind == COMPRESSION {
            return self.headers.desired();
        }
        match &self.side {
            Side::Asking(_) => None,
            Side::Giving(giving) => giving.desired(kind),
        }
    }
}
