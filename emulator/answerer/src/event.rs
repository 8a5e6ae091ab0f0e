//! What happens at an answering end, as [`Answerer::poll_event`](super::Answerer::poll_event) tells it.

use offhook_ppp::link::LinkEvent;

use super::host::HostEvent;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswererEvent {
    /// On its link: everything but a datagram.
    Link(LinkEvent),
    /// The caller has asked the host behind it for something.
    Host(HostEvent),
}
