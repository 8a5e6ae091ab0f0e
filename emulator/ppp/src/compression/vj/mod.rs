//! Van Jacobson's compression of TCP/IP headers (RFC 1144, RFC 1332 §4): IP packets in, packets of protocols 0x002d and 0x002f out,
//! and back.
//!
//! ```text
//!  uncompressed (0x002f): the IP packet, with a slot in place of its Protocol
//!  compressed (0x002d):
//! +---+---+---+---+---+---+---+---+
//! |   | C | I | P | S | A | W | U |  what has changed
//! +---+---+---+---+---+---+---+---+
//! |   connection number (C)       |
//! +---+---+---+---+---+---+---+---+
//! |   TCP checksum, two octets    |
//! +---+---+---+---+---+---+---+---+
//! |   urgent pointer (U), change of window (W), of ack (A), of sequence (S), of IP ID (I)
//! +---+---+---+---+---+---+---+---+
//! |   data ...
//! ```
//!
//! A change is one octet, or an octet 0 and two of change. Two changes that never come together by themselves stand for the two
//! most frequent ones: [`ECHO`] and [`DATA`].
//!
//! After a frame was lost or damaged the receiver is told so ([`Decompressor::toss`]); it then drops everything until a packet names
//! its connection, so that no change is added to a wrong header (RFC 1144 §4.1).
//!
//! What RFC 1144 could not know, the ECN bits of TCP, and the rest of what its changes have no room for, is sent uncompressed.

mod compress;
mod decompress;
mod header;

pub use self::compress::Compressor;
pub use self::decompress::{Decompressor, VjError};

/// C: the connection is named.
pub const CONNECTION: u8 = 0x40;
/// I: the IP ID has grown by something else than 1.
pub const ID: u8 = 0x20;
/// P: TCP's PSH is set.
pub const PUSH: u8 = 0x10;
/// S: TCP's sequence number has grown.
pub const SEQUENCE: u8 = 0x08;
/// A: TCP's acknowledgement has grown.
pub const ACK: u8 = 0x04;
/// W: TCP's window has changed.
pub const WINDOW: u8 = 0x02;
/// U: TCP's URG is set.
pub const URGENT: u8 = 0x01;

/// Sequence and acknowledgement have grown by the data of the last packet: echoed typing.
pub const ECHO: u8 = SEQUENCE | WINDOW | URGENT;
/// The sequence has grown by the data of the last packet.
pub const DATA: u8 = SEQUENCE | ACK | WINDOW | URGENT;
/// The bits that may be one of the two.
const SPECIAL: u8 = DATA;

#[cfg(test)]
mod tests;
