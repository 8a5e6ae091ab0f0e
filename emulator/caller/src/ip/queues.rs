//! The device below a host: two queues of datagrams, one each way.

use std::collections::VecDeque;

use smoltcp::phy::{self, Device, DeviceCapabilities, Medium};
use smoltcp::time::Instant as SmolInstant;

/// Every host takes datagrams of 68 octets (RFC 791 §3.2). A link that allows less gets these all the same:
/// TCP has no room for anything below it.
const LEAST_MTU: usize = 68;

/// A device that is two queues.
#[derive(Debug)]
pub(super) struct Queues {
    mtu: usize,
    /// From the link.
    pub(super) incoming: VecDeque<Vec<u8>>,
    /// For the link.
    pub(super) outgoing: VecDeque<Vec<u8>>,
}

impl Queues {
    /// Empty queues for datagrams of up to `mtu` octets.
    pub(super) fn new(mtu: usize) -> Self {
        Self { mtu: mtu.max(LEAST_MTU), incoming: VecDeque::new(), outgoing: VecDeque::new() }
    }

    /// Octets of the longest datagram.
    pub(super) const fn mtu(&self) -> usize {
        self.mtu
    }
}

impl Device for Queues {
    type RxToken<'a> = Incoming;
    type TxToken<'a> = Outgoing<'a>;

    fn receive(&mut self, _timestamp: SmolInstant) -> Option<(Incoming, Outgoing<'_>)> {
        let packet = self.incoming.pop_front()?;
        Some((Incoming(packet), Outgoing(&mut self.outgoing)))
    }

    fn transmit(&mut self, _timestamp: SmolInstant) -> Option<Outgoing<'_>> {
        Some(Outgoing(&mut self.outgoing))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = self.mtu;
        capabilities
    }
}

/// A datagram on its way in.
#[derive(Debug)]
pub(super) struct Incoming(Vec<u8>);

impl phy::RxToken for Incoming {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(&self.0)
    }
}

/// Room for a datagram on its way out.
#[derive(Debug)]
pub(super) struct Outgoing<'a>(&'a mut VecDeque<Vec<u8>>);

impl phy::TxToken for Outgoing<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let mut packet = vec![0; len];
        let result = f(&mut packet);
        self.0.push_back(packet);
        result
    }
}
