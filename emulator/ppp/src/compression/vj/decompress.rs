//! The receiving direction of [`vj`](super): packets of protocols 0x002d and 0x002f in, IP packets out.

use std::fmt;

use super::header::{Headers, PSH, TCP, URG};
use super::{ACK, CONNECTION, DATA, ECHO, ID, PUSH, SEQUENCE, SPECIAL, URGENT, WINDOW};
use crate::frame::{Frame, VJ_COMPRESSED, VJ_UNCOMPRESSED};

/// Why octets are no packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VjError {
    /// The protocol is neither of the two.
    Protocol {
        /// The Protocol field.
        protocol: u16,
    },
    /// The packet ends before what its first octet promises does.
    TooShort {
        /// Octets there were.
        got: usize,
    },
    /// An uncompressed packet has no whole IPv4 and TCP header.
    NoHeaders,
    /// There is no such slot.
    Slot {
        /// The slot.
        slot: u8,
        /// The last that there is.
        most: u8,
    },
    /// Nothing came uncompressed in this slot.
    EmptySlot {
        /// The slot.
        slot: u8,
    },
    /// The packet names no connection, and what went before was lost.
    Tossed,
    /// The packet would be longer than IP can tell.
    TooLong {
        /// Octets it would have.
        total: usize,
    },
}

impl fmt::Display for VjError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Protocol { protocol } => write!(f, "protocol 0x{protocol:04x} is not Van Jacobson's"),
            Self::TooShort { got } => write!(f, "the packet ends after {got} octets, before its changes do"),
            Self::NoHeaders => f.write_str("the uncompressed packet has no whole IPv4 and TCP header"),
            Self::Slot { slot, most } => write!(f, "the packet is in slot {slot}, but the last is {most}"),
            Self::EmptySlot { slot } => write!(f, "the packet changes slot {slot}, in which nothing came yet"),
            Self::Tossed => f.write_str("a packet was lost, and this one does not say which connection it belongs to"),
            Self::TooLong { total } => write!(f, "the packet would have {total} octets, more than IP can tell"),
        }
    }
}

impl std::error::Error for VjError {}

/// Remembers the last headers of so many connections.
#[derive(Clone, Debug)]
pub struct Decompressor {
    slots: Vec<Option<Headers>>,
    /// The slot that was named last.
    named: Option<u8>,
    tosses: bool,
}

impl Decompressor {
    /// With slots up to `max_slot`.
    pub fn new(max_slot: u8) -> Self {
        // Nothing was named yet.
        Self { slots: vec![None; usize::from(max_slot) + 1], named: None, tosses: true }
    }

    /// A frame was lost or damaged: nothing is read until a packet names its connection.
    pub const fn toss(&mut self) {
        self.tosses = true;
    }

    /// The IP packet in a frame of either protocol.
    pub fn decode(&mut self, frame: Frame<'_>) -> Result<Vec<u8>, VjError> {
        let result = match frame.protocol {
            VJ_UNCOMPRESSED => self.uncompressed(frame.information),
            VJ_COMPRESSED => self.compressed(frame.information),
            protocol => return Err(VjError::Protocol { protocol }),
        };
        if result.is_err() {
            self.toss();
        }
        result
    }

    fn uncompressed(&mut self, packet: &[u8]) -> Result<Vec<u8>, VjError> {
        let mut headers = Headers::of(packet).ok_or(VjError::NoHeaders)?;
        let slot = headers.protocol();
        let data = &packet[headers.len()..];
        headers.set_protocol(TCP);
        let packet = [headers.octets(), data].concat();
        *self.slot(slot)? = Some(headers);
        self.name(slot);
        Ok(packet)
    }

    fn compressed(&mut self, information: &[u8]) -> Result<Vec<u8>, VjError> {
        let mut octets = Octets { rest: information, len: information.len() };
        let what = octets.octet()?;
        if what & CONNECTION != 0 {
            let slot = octets.octet()?;
            self.slot(slot)?;
            self.name(slot);
        }
        let slot = self.named.filter(|_| !self.tosses).ok_or(VjError::Tossed)?;
        // Not before all is read does the slot change.
        let mut headers = self.slot(slot)?.clone().ok_or(VjError::EmptySlot { slot })?;
        headers.set_checksum(octets.word()?);
        headers.set_flag(PSH, what & PUSH != 0);
        let last_data = u32::from(headers.data_len());
        match what & SPECIAL {
            ECHO => {
                headers.set_ack(headers.ack().wrapping_add(last_data));
                headers.set_sequence(headers.sequence().wrapping_add(last_data));
            }
            DATA => headers.set_sequence(headers.sequence().wrapping_add(last_data)),
            changes => {
                headers.set_flag(URG, changes & URGENT != 0);
                if changes & URGENT != 0 {
                    headers.set_urgent(octets.change()?);
                }
                if changes & WINDOW != 0 {
                    headers.set_window(headers.window().wrapping_add(octets.change()?));
                }
                if changes & ACK != 0 {
                    headers.set_ack(headers.ack().wrapping_add(octets.change()?.into()));
                }
                if changes & SEQUENCE != 0 {
                    headers.set_sequence(headers.sequence().wrapping_add(octets.change()?.into()));
                }
            }
        }
        let id = if what & ID != 0 { octets.change()? } else { 1 };
        headers.set_id(headers.id().wrapping_add(id));
        let total = headers.len() + octets.rest.len();
        headers.finish(u16::try_from(total).map_err(|_| VjError::TooLong { total })?);
        let packet = [headers.octets(), octets.rest].concat();
        *self.slot(slot)? = Some(headers);
        Ok(packet)
    }

    fn slot(&mut self, slot: u8) -> Result<&mut Option<Headers>, VjError> {
        let most = (self.slots.len() - 1) as u8;
        self.slots.get_mut(usize::from(slot)).ok_or(VjError::Slot { slot, most })
    }

    const fn name(&mut self, slot: u8) {
        self.named = Some(slot);
        self.tosses = false;
    }
}

/// What is left of a compressed packet.
struct Octets<'a> {
    rest: &'a [u8],
    len: usize,
}

impl Octets<'_> {
    fn octet(&mut self) -> Result<u8, VjError> {
        let (octet, rest) = self.rest.split_first().ok_or(VjError::TooShort { got: self.len })?;
        self.rest = rest;
        Ok(*octet)
    }

    fn word(&mut self) -> Result<u16, VjError> {
        Ok(u16::from_be_bytes([self.octet()?, self.octet()?]))
    }

    /// One octet, or an octet 0 and two.
    fn change(&mut self) -> Result<u16, VjError> {
        match self.octet()? {
            0 => self.word(),
            change => Ok(change.into()),
        }
    }
}
