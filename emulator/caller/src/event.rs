//! What happens at a caller, as [`Caller::poll_event`](super::Caller::poll_event) tells it.

use offhook_ppp::link::LinkEvent;

use super::ip::HostEvent;

/// What happened at the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallerEvent {
    /// On its link: everything but a datagram, of which [`Self::DataReceived`] tells. Texts next to each other, as far
    /// as nobody has read them, are one.
    Link(LinkEvent),
    /// At the host on top of it: the answer to [`Caller::ping`](super::Caller::ping),
    /// [`Caller::resolve`](super::Caller::resolve) or [`Caller::transfer`](super::Caller::transfer).
    Host(HostEvent),
    /// An IP or IPv6 packet of an Opened network protocol left for the server. Follows its frame's event.
    DataSent,
    /// An IP or IPv6 packet of an Opened network protocol came from the server. Follows its frame's event.
    DataReceived,
}
