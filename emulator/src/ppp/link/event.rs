//! What goes into a [`Link`](super::Link) when it is made, and what it tells: configuration, phases, events.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use crate::ppp::auth::{AuthChoice, Credentials, Method, Outcome};
use crate::ppp::counters::Limits;
use crate::ppp::hdlc::{BadFrame, Item};
use crate::ppp::ipcp::Wanted;

/// What the link is to be like.
#[derive(Clone, Debug)]
pub struct Config {
    /// Name and password; without them the link rejects every authentication.
    pub credentials: Option<Credentials>,
    /// What authentication the link takes, if it has them.
    pub auth: AuthChoice,
    /// What to ask of IPCP.
    pub ip: Wanted,
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
    /// From carrier to the first Configure-Request. Until then the link is dead, and what comes in is only told.
    pub delay: Duration,
    /// Whether to ask to be called back.
    pub callback: bool,
    /// Every so many Echo-Requests one is not answered; 1: none is.
    pub miss_echo: Option<u32>,
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
    /// Authentication is over. Comes once, but for a refusal in spite of an earlier success: a peer may challenge again
    /// at any time (RFC 1994 §2).
    Auth(Method, Outcome),
    /// IPCP is Opened.
    IpUp {
        /// Our address; 0.0.0.0 if we asked for none, so that the peer alone knows which it takes us to have.
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
    /// A datagram of an Opened network protocol came in; `protocol` is [`IP`](crate::ppp::frame::IP) or
    /// [`IPV6`](crate::ppp::frame::IPV6).
    Datagram {
        /// The Protocol field.
        protocol: u16,
        /// The datagram, perhaps with padding.
        octets: Vec<u8>,
    },
}

impl From<Item<'_>> for LinkEvent {
    fn from(item: Item<'_>) -> Self {
        match item {
            Item::Frame(octets) => Self::FrameReceived(octets.to_vec()),
            Item::Bad(reason, octets) => Self::BadFrame(reason, octets.to_vec()),
            Item::Text(octets) => Self::Text(octets.to_vec()),
        }
    }
}
