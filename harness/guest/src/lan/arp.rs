//! Whose an address is, asked by ARP (RFC 826) by the kernel of the LAN's host.
//!
//! The kernel is made to forget what it knows and to ask again, without a datagram that would then go to the address;
//! its answer is read from its own announcements, so that the cache holds what is told here.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use futures_util::stream::Stream;
use futures_util::{FutureExt, StreamExt};
use rtnetlink::packet_core::{NetlinkMessage, NetlinkPayload};
use rtnetlink::packet_route::neighbour::{
    NeighbourAddress, NeighbourAttribute, NeighbourFlags, NeighbourMessage, NeighbourState,
};
use rtnetlink::packet_route::{AddressFamily, RouteNetlinkMessage};
use rtnetlink::{Handle, MulticastGroup, new_multicast_connection};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep_until};

use super::Heard;
use crate::namespaces::{Namespaces, SERVER_MAC, index_of};
use offhook_base::Error;

/// How long an answer may take: the kernel asks three times, a second apart, and a proxy may take 0.8 s to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whose an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Question {
    /// For which call.
    pub(super) call: usize,
    /// The address.
    pub(super) address: Ipv4Addr,
}

type Announcements =
    Box<dyn Stream<Item = (NetlinkMessage<RouteNetlinkMessage>, rtnetlink::sys::SocketAddr)> + Send + Unpin>;

/// The LAN host's neighbours, and the questions that wait for an answer.
struct Neighbours {
    netlink: Handle,
    interface: u32,
    announcements: Announcements,
    waiting: Vec<(Question, Instant)>,
    tell: UnboundedSender<Heard>,
}

/// Starts to take questions.
pub(super) async fn start(
    namespaces: &Namespaces,
    tell: UnboundedSender<Heard>,
) -> Result<UnboundedSender<Question>, Error> {
    let opened = namespaces.in_lan(|| {
        new_multicast_connection(&[MulticastGroup::Neigh])
            .map_err(|error| Error::io("watching the neighbours of the LAN's host", &error))
    });
    let (connection, netlink, announcements) = opened?;
    tokio::spawn(connection);
    let interface = index_of(&netlink, "eth0").await?;
    let (ask, questions) = unbounded_channel();
    let neighbours =
        Neighbours { netlink, interface, announcements: Box::new(announcements), waiting: Vec::new(), tell };
    tokio::spawn(neighbours.run(questions));
    Ok(ask)
}

impl Neighbours {
    async fn run(mut self, mut questions: UnboundedReceiver<Question>) {
        loop {
            let deadline = self.waiting.iter().map(|(_, deadline)| *deadline).min();
            let expired = async {
                match deadline {
                    Some(deadline) => sleep_until(deadline).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                announcement = self.announcements.next() => match announcement {
                    Some((message, _)) => self.announced(&message),
                    None => return,
                },
                question = questions.recv() => match question {
                    Some(question) => self.ask(question).await,
                    None => return,
                },
                () = expired => self.expire(),
            }
        }
    }

    async fn ask(&mut self, question: Question) {
        let address = IpAddr::V4(question.address);
        let mut entry = NeighbourMessage::default();
        entry.header.family = AddressFamily::Inet;
        entry.header.ifindex = self.interface;
        entry.attributes.push(NeighbourAttribute::Destination(NeighbourAddress::Inet(question.address)));
        // There may be none to forget.
        let _ = self.netlink.neighbours().del(entry).execute().await;
        // Requests and announcements share a socket: whatever was announced before the reply is of the forgotten past.
        while let Some(Some(_)) = self.announcements.next().now_or_never() {}
        let entry = self.netlink.neighbours().add(self.interface, address);
        // An address of no use in a neighbour table, 127.0.0.1 say, is one that nobody answers for.
        let _ = entry.state(NeighbourState::None).flags(NeighbourFlags::Use).replace().execute().await;
        self.waiting.push((question, Instant::now() + PATIENCE));
    }

    fn announced(&mut self, message: &NetlinkMessage<RouteNetlinkMessage>) {
        let NetlinkPayload::InnerMessage(RouteNetlinkMessage::NewNeighbour(entry)) = &message.payload else { return };
        if entry.header.ifindex == self.interface
            && let Some((address, owner)) = resolved(entry)
        {
            self.settle(|question| question.address == address, Some(owner));
        }
    }

    fn expire(&mut self) {
        let now = Instant::now();
        let over: Vec<Question> =
            self.waiting.iter().filter(|(_, deadline)| *deadline <= now).map(|(question, _)| *question).collect();
        self.settle(|question| over.contains(question), None);
    }

    /// Answers the questions that are meant.
    fn settle(&mut self, meant: impl Fn(&Question) -> bool, owner: Option<(String, bool)>) {
        let tell = &self.tell;
        self.waiting.retain(|(question, _)| {
            let Question { call, address } = *question;
            let settled = meant(question);
            if settled {
                let _ = tell.send(Heard::Arp { call, address, owner: owner.clone() });
            }
            !settled
        });
    }
}

/// Address and owner of an entry that has both.
fn resolved(entry: &NeighbourMessage) -> Option<(Ipv4Addr, (String, bool))> {
    if !matches!(entry.header.state, NeighbourState::Reachable | NeighbourState::Stale | NeighbourState::Permanent) {
        return None;
    }
    let (mut address, mut owner) = (None, None);
    for attribute in &entry.attributes {
        match attribute {
            NeighbourAttribute::Destination(NeighbourAddress::Inet(inet)) => address = Some(*inet),
            NeighbourAttribute::LinkLayerAddress(octets) => {
                let text: Vec<String> = octets.iter().map(|octet| format!("{octet:02x}")).collect();
                owner = Some((text.join(":"), octets[..] == SERVER_MAC));
            }
            _ => {}
        }
    }
    Some((address?, owner?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(state: NeighbourState, octets: Option<[u8; 6]>) -> NeighbourMessage {
        let mut entry = NeighbourMessage::default();
        entry.header.state = state;
        let address = NeighbourAddress::Inet(Ipv4Addr::new(10, 9, 0, 77));
        entry.attributes.push(NeighbourAttribute::Destination(address));
        entry.attributes.extend(octets.map(|octets| NeighbourAttribute::LinkLayerAddress(octets.to_vec())));
        entry
    }

    #[test]
    fn an_answer_names_the_link_layer_address_and_whether_it_is_the_servers() {
        let address = Ipv4Addr::new(10, 9, 0, 77);
        let owner = |octets| resolved(&entry(NeighbourState::Reachable, Some(octets)));
        assert_eq!(owner(SERVER_MAC), Some((address, ("02:00:00:00:00:01".into(), true))));
        assert_eq!(owner([2, 0, 0, 0, 0, 0xab]), Some((address, ("02:00:00:00:00:ab".into(), false))));
    }

    #[test]
    fn an_entry_without_an_answer_is_none() {
        assert_eq!(resolved(&entry(NeighbourState::Failed, Some(SERVER_MAC))), None);
        assert_eq!(resolved(&entry(NeighbourState::Reachable, None)), None);
    }
}
