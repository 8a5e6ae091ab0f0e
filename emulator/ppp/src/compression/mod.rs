//! Compression: objects that make packets shorter and whole again. No clock, no socket; what an object knows of earlier packets is
//! its history, and bounded.
//!
//! | | in | out |
//! |---|---|---|
//! | [`vj`], RFC 1144 | IP packets with TCP in them | packets of protocols 0x002d and 0x002f |
//! | [`deflate`], RFC 1979 | packets of most protocols | Information fields of protocol 0x00fd |
//! | [`bsd`], RFC 1977 | likewise | likewise |
//!
//! Both ends of a direction have to see the same packets in the same order. Of the methods that CCP negotiates, a packet that does
//! not get shorter is sent as it is, and the receiver has to be given it as well ([`deflate::Decompressor::incompressible`]). After
//! an error that [`DecompressError::wants_reset`], a Reset-Request of [`ccp`](crate::ccp) is due; until its Reset-Ack came,
//! everything is refused.

pub mod bsd;
pub mod deflate;
pub mod vj;

use std::fmt;

use crate::frame::Frame;

/// A packet that was made whole again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datagram {
    /// The Protocol field.
    pub protocol: u16,
    /// The Information field.
    pub information: Vec<u8>,
}

impl Datagram {
    /// As the frame that it would have come in.
    pub fn frame(&self) -> Frame<'_> {
        Frame { protocol: self.protocol, information: &self.information }
    }
}

/// Why an Information field of protocol 0x00fd is no packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecompressError {
    /// There is no sequence number, or nothing after it.
    TooShort {
        /// Octets there were.
        got: usize,
    },
    /// A packet was lost.
    Sequence {
        /// The number that should have come.
        expected: u16,
        /// The one that came.
        got: u16,
    },
    /// The compressed data cannot be.
    Data {
        /// What cannot.
        what: &'static str,
    },
    /// The packet is longer than may be received.
    TooLong {
        /// Octets that it may have.
        most: usize,
    },
    /// What came out does not begin with a Protocol field.
    NoProtocol,
    /// An error came before, and no Reset-Ack since.
    Waiting,
}

impl DecompressError {
    /// Whether the peer has to be told, by a Reset-Request.
    pub const fn wants_reset(&self) -> bool {
        !matches!(self, Self::Waiting)
    }
}

impl fmt::Display for DecompressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { got } => write!(f, "a compressed packet has more than 2 octets, but {got} came"),
            Self::Sequence { expected, got } => write!(f, "packet {expected} was expected, but {got} came"),
            Self::Data { what } => write!(f, "the compressed data has {what}"),
            Self::TooLong { most } => write!(f, "the packet is longer than {most} octets"),
            Self::NoProtocol => f.write_str("what was decompressed does not begin with a Protocol field"),
            Self::Waiting => f.write_str("packets were lost, and the history was not cleared since"),
        }
    }
}

impl std::error::Error for DecompressError {}

/// The Protocol field in front of decompressed octets, one octet or two (RFC 1661 §2), and how long it is.
pub(crate) fn protocol_field(octets: &[u8]) -> Option<(u16, usize)> {
    match *octets {
        [low, ..] if low & 1 == 1 => Some((low.into(), 1)),
        [high, low, ..] if low & 1 == 1 => Some((u16::from_be_bytes([high, low]), 2)),
        _ => None,
    }
}

/// Sequence number and data of an Information field.
fn sequenced(information: &[u8]) -> Result<(u16, &[u8]), DecompressError> {
    match information.split_first_chunk::<2>() {
        Some((number, data)) if !data.is_empty() => Ok((u16::from_be_bytes(*number), data)),
        _ => Err(DecompressError::TooShort { got: information.len() }),
    }
}
