//! What a [`Link`](super::Link) tells: phases and events.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{LinkEnding, NotConverging};
use crate::auth::{self, OwnAuth, PeerAuth};
use crate::callback::CallbackAgreed;
use crate::ccp::Method;
use crate::hdlc::{BadFrame, Item};
use crate::ipcp::VanJacobson;
use crate::quality::{PoorQuality, QualityMeasured};

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
    BadFrame {
        /// Why they are none.
        reason: BadFrame,
        /// The octets, transparency removed.
        octets: Vec<u8>,
        /// The same as they came over the line, flags and Control Escapes included.
        raw: Vec<u8>,
    },
    /// Octets outside frames.
    Text(Vec<u8>),
    /// A phase began.
    Phase(Phase),
    /// LCP is Opened.
    LcpOpened,
    /// The peer asked the calling end for no authentication.
    AuthNotAsked,
    /// This end's authentication is over. Comes once, but for a refusal in spite of an earlier success: a peer
    /// may challenge again at any time (RFC 1994 §2).
    Auth(auth::Method, OwnAuth),
    /// An end that asked knows who the peer is, or that it may not come in. Comes once, but for a failure in spite of
    /// an earlier success.
    PeerAuth(auth::Method, PeerAuth),
    /// IPCP is Opened.
    IpUp {
        /// Our address; 0.0.0.0 if we asked for none, so that the peer alone knows which it takes us to have.
        local: Ipv4Addr,
        /// The peer's address, if it told.
        peer: Option<Ipv4Addr>,
        /// Name servers the peer gave, primary first.
        dns: Vec<Ipv4Addr>,
        /// Likewise WINS servers.
        wins: Vec<Ipv4Addr>,
    },
    /// IPCP is Opened and has agreed on Van Jacobson's compression of headers, one way or both; [`Self::IpUp`] follows.
    HeadersCompressed {
        /// How the peer may compress.
        receives: Option<VanJacobson>,
        /// How this end may.
        sends: Option<VanJacobson>,
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
    /// CCP is Opened and has agreed on compression, one way or both.
    CompressionUp {
        /// What the peer compresses by.
        receives: Option<Method>,
        /// What this end compresses by.
        sends: Option<Method>,
    },
    /// Nothing is compressed by what CCP agreed on any longer.
    CompressionDown,
    /// A protocol is closed because the peer had always another wish.
    NotConverging(NotConverging),
    /// Both ends agreed on a callback: the answering one ends the link, and whoever drives it calls the number.
    Callback(CallbackAgreed),
    /// A Link-Quality-Report came that can be laid beside the one before.
    Quality(QualityMeasured),
    /// Too many reporting periods of the last were bad. Comes again only after enough of them were good.
    PoorQuality(PoorQuality),
    /// The peer asked to terminate the link, with these words.
    TerminateRequest(Vec<u8>),
    /// LCP has finished: the line may be hung up.
    Finished(LinkEnding),
    /// A datagram of an Opened network protocol came in; `protocol` is [`IP`](crate::frame::IP) or
    /// [`IPV6`](crate::frame::IPV6).
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
            Item::Bad { reason, octets, raw } => Self::BadFrame { reason, octets: octets.to_vec(), raw: raw.to_vec() },
            Item::Text(octets) => Self::Text(octets.to_vec()),
        }
    }
}
