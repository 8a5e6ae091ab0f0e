//! LCP packets of RFC 1570 §1: Identification and Time-Remaining. A control packet in, its meaning out, and back.
//!
//! ```text
//!  Identification (12)    Code Identifier Length | 4 Magic-Number, Message
//!  Time-Remaining (13)    Code Identifier Length | 4 Magic-Number, 4 Seconds-Remaining, Message
//! ```

use crate::packet::{Packet, PacketError, emit};

/// Code of an Identification (RFC 1570 §1.1).
pub const IDENTIFICATION: u8 = 12;
/// Code of a Time-Remaining (RFC 1570 §1.2).
pub const TIME_REMAINING: u8 = 13;

/// What such a packet means.
///
/// ```
/// use offhook_ppp::lcp::Extension;
/// use offhook_ppp::packet::Packet;
///
/// let packet = Packet::new_checked(b"\x0d\x01\x00\x0f\x12\x34\x56\x78\x00\x00\x01\x2cbye")?;
/// let meaning = Extension::parse(&packet);
/// assert_eq!(meaning, Some(Ok(Extension::TimeRemaining { magic: 0x1234_5678, seconds: 300, message: b"bye" })));
/// # Ok::<(), offhook_ppp::packet::PacketError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extension<'a> {
    /// 12: what the sender is.
    Identification {
        /// The sender's Magic-Number.
        magic: u32,
        /// For humans.
        message: &'a [u8],
    },
    /// 13: how long the session may last yet.
    TimeRemaining {
        /// The sender's Magic-Number.
        magic: u32,
        /// How many; 0xffffffff: for ever.
        seconds: u32,
        /// For humans.
        message: &'a [u8],
    },
}

impl<'a> Extension<'a> {
    /// Reads a packet; `None` if it has another code.
    pub fn parse(packet: &Packet<'a>) -> Option<Result<Self, PacketError>> {
        let (code, data) = (packet.code_octet(), packet.data());
        let word = |at: usize, octets: &'a [u8]| match octets.split_first_chunk() {
            Some((word, rest)) => Ok((u32::from_be_bytes(*word), rest)),
            None => Err(PacketError::DataTooShort { code, expected: at + 4, got: data.len() }),
        };
        let read = || {
            let (magic, message) = word(0, data)?;
            if code == IDENTIFICATION {
                return Ok(Self::Identification { magic, message });
            }
            let (seconds, message) = word(4, message)?;
            Ok(Self::TimeRemaining { magic, seconds, message })
        };
        matches!(code, IDENTIFICATION | TIME_REMAINING).then(read)
    }

    /// The packet with this meaning and the given Identifier.
    pub fn emit(&self, identifier: u8) -> Vec<u8> {
        match *self {
            Self::Identification { magic, message } => {
                emit(IDENTIFICATION, identifier, &[&magic.to_be_bytes(), message].concat())
            }
            Self::TimeRemaining { magic, seconds, message } => {
                let data = [&magic.to_be_bytes(), &seconds.to_be_bytes(), message].concat();
                emit(TIME_REMAINING, identifier, &data)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn golden_pairs_read_and_write_the_same() {
        for (octets, meaning) in [
            (
                &b"\x0c\x02\x00\x0f\x00\x00\xbe\xefMSRASV5"[..],
                Extension::Identification { magic: 0xbeef, message: b"MSRASV5" },
            ),
            (
                b"\x0d\x03\x00\x0c\x00\x00\xbe\xef\xff\xff\xff\xff",
                Extension::TimeRemaining { magic: 0xbeef, seconds: u32::MAX, message: b"" },
            ),
        ] {
            assert_eq!(Extension::parse(&Packet::new_checked(octets).unwrap()), Some(Ok(meaning)));
            assert_eq!(meaning.emit(octets[1]), octets);
        }
    }

    #[test]
    fn too_little_data_is_refused_and_other_codes_are_none_of_these() {
        let parse = |octets: &'static [u8]| Extension::parse(&Packet::new_checked(octets).unwrap());
        let short = |code, expected, got| Some(Err(PacketError::DataTooShort { code, expected, got }));
        assert_eq!(parse(b"\x0c\x01\x00\x07\x00\x00\x00"), short(12, 4, 3));
        assert_eq!(parse(b"\x0d\x01\x00\x09\x00\x00\x00\x00\x00"), short(13, 8, 5));
        assert_eq!(parse(b"\x0b\x01\x00\x08\x00\x00\x00\x00"), None);
    }
}
