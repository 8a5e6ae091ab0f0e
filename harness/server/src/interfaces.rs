//! The server's interfaces as its kernel has them, told by netlink as they change.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use futures_util::StreamExt;
use futures_util::stream::Stream;
use rtnetlink::packet_core::{NetlinkMessage, NetlinkPayload};
use rtnetlink::packet_route::RouteNetlinkMessage;
use rtnetlink::packet_route::address::{AddressAttribute, AddressMessage};
use rtnetlink::packet_route::link::{LinkAttribute, LinkMessage};
use rtnetlink::{MulticastGroup, new_multicast_connection};

/// A change of one interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// An IPv4 address was given: the server's and, on a point-to-point interface, the peer's.
    Address {
        /// `ppp0`.
        interface: String,
        /// The server's own.
        local: Ipv4Addr,
        /// The other end's; the same as `local` where there is no other end.
        peer: Ipv4Addr,
    },
    /// The interface was removed.
    Removed {
        /// `ppp0`.
        interface: String,
    },
}

impl Change {
    /// One line for the trace.
    pub fn text(&self) -> String {
        match self {
            Self::Address { interface, local, peer } if local == peer => format!("{interface} has {local}"),
            Self::Address { interface, local, peer } => format!("{interface} has {local} peer {peer}"),
            Self::Removed { interface } => format!("{interface} is gone"),
        }
    }
}

type Messages = Box<dyn Stream<Item = (NetlinkMessage<RouteNetlinkMessage>, rtnetlink::sys::SocketAddr)> + Unpin>;

/// A subscription to the changes of the namespace it was made in.
pub struct Interfaces {
    messages: Messages,
    names: BTreeMap<u32, String>,
}

impl Interfaces {
    /// Subscribes. Needs a tokio runtime on this thread.
    pub fn watch() -> std::io::Result<Self> {
        let (connection, _, messages) = new_multicast_connection(&[MulticastGroup::Link, MulticastGroup::Ipv4Ifaddr])?;
        tokio::spawn(connection);
        Ok(Self { messages: Box::new(messages), names: BTreeMap::new() })
    }

    /// The next change; never ends while netlink lives. May be dropped and called again at any point.
    pub async fn next(&mut self) -> Option<Change> {
        loop {
            let (message, _) = self.messages.next().await?;
            let NetlinkPayload::InnerMessage(message) = message.payload else { continue };
            match message {
                RouteNetlinkMessage::NewLink(link) => self.named(&link),
                RouteNetlinkMessage::DelLink(link) => {
                    if let Some(interface) = self.names.remove(&link.header.index) {
                        return Some(Change::Removed { interface });
                    }
                }
                RouteNetlinkMessage::NewAddress(address) => {
                    if let Some(change) = self.addressed(&address) {
                        return Some(change);
                    }
                }
                _ => {}
            }
        }
    }

    fn named(&mut self, link: &LinkMessage) {
        for attribute in &link.attributes {
            if let LinkAttribute::IfName(name) = attribute {
                self.names.insert(link.header.index, name.clone());
            }
        }
    }

    fn addressed(&self, message: &AddressMessage) -> Option<Change> {
        let (mut local, mut peer) = (None, None);
        for attribute in &message.attributes {
            match attribute {
                AddressAttribute::Local(IpAddr::V4(address)) => local = Some(*address),
                AddressAttribute::Address(IpAddr::V4(address)) => peer = Some(*address),
                _ => {}
            }
        }
        let interface = self.names.get(&message.header.index)?.clone();
        let local = local.or(peer)?;
        Some(Change::Address { interface, local, peer: peer.unwrap_or(local) })
    }
}
