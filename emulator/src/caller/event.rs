//! What happens at a caller, as [`Caller::poll_event`](super::Caller::poll_event) tells it.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{AuthOutcome, TransferOutcome};
use crate::ppp::hdlc::BadFrame;
use crate::ppp::link::Phase;
use crate::trace::End;

/// What happened at the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallerEvent {
    /// A frame goes out with the next [`Caller::poll_transmit`](super::Caller::poll_transmit) but those before
    /// it.
    FrameSent {
        /// Address, control, protocol, information, as on the wire but neither escaped nor with FCS.
        octets: Vec<u8>,
        /// The packet in pppd's notation.
        text: String,
    },
    /// A frame with a good FCS came in.
    FrameReceived {
        /// As in [`Self::FrameSent`].
        octets: Vec<u8>,
        /// The packet in pppd's notation.
        text: String,
    },
    /// Octets between flags that are no good frame.
    BadFrame {
        /// Why; its [`BadFrame::name`] is for the trace.
        reason: BadFrame,
        /// The octets after removal of transparency.
        octets: Vec<u8>,
    },
    /// Octets outside frames, those of one [`Caller::handle_octets`](super::Caller::handle_octets) together as far as
    /// no frame stands between them.
    Text(Vec<u8>),
    /// A phase of the link begins (RFC 1661 §3.2).
    Phase(Phase),
    /// LCP is Opened.
    LcpOpened,
    /// Authentication is over. Comes once, but for a refusal in spite of an earlier success: with CHAP the server may
    /// challenge again at any time.
    Auth(AuthOutcome),
    /// LCP is Opened and the server asked for no authentication. (If it did and had none that the caller takes,
    /// neither this nor [`Self::Auth`] comes, but usually a Terminate-Request.)
    AuthNotAsked,
    /// IPCP is Opened.
    IpUp {
        /// The caller's address; 0.0.0.0 if it asked for none, which only the server can know then.
        local: Ipv4Addr,
        /// The server's address; 0.0.0.0 if it did not tell.
        peer: Ipv4Addr,
        /// Name servers, primary first; the same one given twice is given here once.
        dns: Vec<Ipv4Addr>,
    },
    /// IPCP is no longer Opened.
    IpDown,
    /// IPV6CP is Opened.
    Ipv6Up {
        /// The caller's link-local address.
        local: Ipv6Addr,
        /// The server's link-local address.
        peer: Ipv6Addr,
    },
    /// IPV6CP is no longer Opened.
    Ipv6Down,
    /// The server asks to terminate the link.
    TerminateRequestReceived {
        /// Its words, octets that are no text replaced.
        text: String,
    },
    /// LCP has finished, the line may be hung up.
    Closed {
        /// Why, as a clause: `terminated by the peer ("Link inactive")`.
        why: String,
    },
    /// A ping was answered.
    Pong {
        /// Who answered.
        from: Ipv4Addr,
        /// The ping's identifier.
        id: u16,
        /// The ping's sequence number.
        seq: u16,
    },
    /// The answer to [`Caller::resolve`](super::Caller::resolve): addresses in the order of the answer, none if there
    /// is no such name.
    Resolved {
        /// The name asked for.
        name: String,
        /// Its addresses.
        addresses: Vec<Ipv4Addr>,
        /// Why there are none, if so.
        trouble: Option<String>,
    },
    /// A transfer begun by [`Caller::transfer`](super::Caller::transfer) is over.
    Transferred(TransferOutcome),
    /// An IP or IPv6 packet of an Opened network protocol crossed the link. Follows its frame's event.
    Data {
        /// Who sent it.
        from: End,
    },
}
