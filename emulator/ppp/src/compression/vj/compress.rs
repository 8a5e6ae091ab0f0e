//! The sending direction of [`vj`](super): IP packets in, shorter ones out.

use super::header::{Headers, PSH, TCP, URG};
use super::{ACK, CONNECTION, DATA, ECHO, ID, PUSH, SEQUENCE, SPECIAL, URGENT, WINDOW};
use crate::compression::Datagram;
use crate::frame::{VJ_COMPRESSED, VJ_UNCOMPRESSED};

/// Remembers the last headers of so many connections.
#[derive(Clone, Debug)]
pub struct Compressor {
    /// What was last sent of each connection, by slot.
    slots: Vec<Option<Headers>>,
    /// The slots, that of the latest packet first.
    latest: Vec<u8>,
    /// The slot that the receiver takes a packet without one for.
    named: Option<u8>,
    compresses_slot: bool,
}

impl Compressor {
    /// With slots up to `max_slot`; a packet of the same connection as the one before names none if `compresses_slot`
    /// (RFC 1332 §4, [`VanJacobson`](crate::ipcp::VanJacobson)).
    pub fn new(max_slot: u8, compresses_slot: bool) -> Self {
        Self {
            slots: vec![None; usize::from(max_slot) + 1],
            latest: (0..=max_slot).collect(),
            named: None,
            compresses_slot,
        }
    }

    /// The packet to send in place of this IP packet; `None` if it has to be sent as it is.
    pub fn encode(&mut self, packet: &[u8]) -> Option<Datagram> {
        let headers = Headers::of(packet).filter(Headers::is_of_a_running_connection)?;
        if usize::from(headers.total_len()) != packet.len() {
            return None;
        }
        let data = &packet[headers.len()..];
        let (slot, last) = self.slot(&headers);
        let changes = last.and_then(|last| changes(&headers, &last));
        self.slots[usize::from(slot)] = Some(headers.clone());
        let Some((mut what, change)) = changes else {
            self.named = Some(slot);
            let mut headers = headers;
            headers.set_protocol(slot);
            return Some(Datagram { protocol: VJ_UNCOMPRESSED, information: [headers.octets(), data].concat() });
        };
        let mut information = Vec::with_capacity(4 + change.octets().len() + data.len());
        let is_named = !self.compresses_slot || self.named != Some(slot);
        if is_named {
            what |= CONNECTION;
            self.named = Some(slot);
        }
        information.push(what);
        if is_named {
            information.push(slot);
        }
        information.extend(headers.checksum().to_be_bytes());
        information.extend_from_slice(change.octets());
        information.extend_from_slice(data);
        Some(Datagram { protocol: VJ_COMPRESSED, information })
    }

    /// The connection's slot and last headers; a new connection gets the slot that was not used for longest.
    fn slot(&mut self, headers: &Headers) -> (u8, Option<Headers>) {
        let is_it = |slot: &u8| {
            self.slots[usize::from(*slot)].as_ref().is_some_and(|last| last.connection() == headers.connection())
        };
        let (at, is_known) = match self.latest.iter().position(is_it) {
            Some(at) => (at, true),
            None => (self.latest.len() - 1, false),
        };
        self.latest[..=at].rotate_right(1);
        let slot = self.latest[0];
        (slot, self.slots[usize::from(slot)].take().filter(|_| is_known))
    }
}

/// What has changed, in the first octet and in the others; `None` if there is more than that can tell.
fn changes(new: &Headers, last: &Headers) -> Option<(u8, Changes)> {
    debug_assert_eq!(new.protocol(), TCP);
    if !new.is_like(last) {
        return None;
    }
    let (mut what, mut octets) = (0, Changes::default());
    if new.flags() & URG != 0 {
        octets.push(new.urgent());
        what |= URGENT;
    } else if new.urgent() != last.urgent() {
        return None;
    }
    let window = new.window().wrapping_sub(last.window());
    let ack = u16::try_from(new.ack().wrapping_sub(last.ack())).ok()?;
    let sequence = u16::try_from(new.sequence().wrapping_sub(last.sequence())).ok()?;
    for (bit, change) in [(WINDOW, window), (ACK, ack), (SEQUENCE, sequence)] {
        if change != 0 {
            octets.push(change);
            what |= bit;
        }
    }
    let last_data = last.data_len();
    // A special packet leaves URG as it was.
    let keeps_urgent = last.flags() & URG == 0;
    match what {
        // Data after a packet without any; anything else is a repetition, and the receiver may have missed what went before.
        0 if new.data_len() > 0 && last_data == 0 => {}
        0 | ECHO | DATA => return None,
        SEQUENCE if sequence == last_data && keeps_urgent => (what, octets) = (DATA, Changes::default()),
        _ if what == SEQUENCE | ACK && sequence == ack && sequence == last_data && keeps_urgent => {
            (what, octets) = (ECHO, Changes::default());
        }
        _ => {}
    }
    debug_assert_eq!(what & !SPECIAL, 0);
    let id = new.id().wrapping_sub(last.id());
    if id != 1 {
        octets.push(id);
        what |= ID;
    }
    if new.flags() & PSH != 0 {
        what |= PUSH;
    }
    Some((what, octets))
}

/// The octets of changes: five at most, each in one octet or three.
#[derive(Clone, Copy, Debug, Default)]
struct Changes {
    octets: [u8; 15],
    len: usize,
}

impl Changes {
    fn octets(&self) -> &[u8] {
        &self.octets[..self.len]
    }

    /// One octet; or an octet 0 and two, of what is 0 or does not fit into one.
    fn push(&mut self, change: u16) {
        let [high, low] = change.to_be_bytes();
        let (octets, len) = if high == 0 && low > 0 { ([low, 0, 0], 1) } else { ([0, high, low], 3) };
        self.octets[self.len..self.len + len].copy_from_slice(&octets[..len]);
        self.len += len;
    }
}
