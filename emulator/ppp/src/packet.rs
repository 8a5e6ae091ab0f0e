//! Control packets (RFC 1661 §5): the Information field of a control protocol in, code and data out, and back.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |     Code      |  Identifier   |            Length             |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |    Data ...
//! +-+-+-+-+
//! ```
//!
//! [`Packet`] is a view of octets that came; [`Repr`] is what they mean. PAP and CHAP packets have the same header.
//!
//! ```
//! use offhook_ppp::packet::{Code, Packet, PacketError, Repr};
//!
//! let packet = Packet::new_checked(b"\x05\x02\x00\x11Link inactive")?;
//! let meaning = Repr::parse(&packet)?;
//! assert_eq!(meaning, Repr::Terminate { code: Code::TerminateRequest, data: b"Link inactive" });
//! assert_eq!(meaning.emit(packet.identifier()), packet.octets());
//!
//! let error = Packet::new_checked(b"\x05\x02\x00\x11Link").unwrap_err();
//! assert_eq!(error, PacketError::LengthTooLong { length: 17, available: 8 });
//! # Ok::<(), PacketError>(())
//! ```

use std::fmt;

use crate::open_enum::open_enum;

/// Octets of Code, Identifier and Length.
pub const HEADER: usize = 4;

open_enum! {
    /// The Code field (RFC 1661 §5).
    pub enum Code {
        /// 1, RFC 1661 §5.1.
        ConfigureRequest = 1,
        /// 2, RFC 1661 §5.2.
        ConfigureAck = 2,
        /// 3, RFC 1661 §5.3.
        ConfigureNak = 3,
        /// 4, RFC 1661 §5.4.
        ConfigureReject = 4,
        /// 5, RFC 1661 §5.5.
        TerminateRequest = 5,
        /// 6, RFC 1661 §5.5.
        TerminateAck = 6,
        /// 7, RFC 1661 §5.6.
        CodeReject = 7,
        /// 8, LCP only, RFC 1661 §5.7.
        ProtocolReject = 8,
        /// 9, LCP only, RFC 1661 §5.8.
        EchoRequest = 9,
        /// 10, LCP only, RFC 1661 §5.8.
        EchoReply = 10,
        /// 11, LCP only, RFC 1661 §5.9.
        DiscardRequest = 11,
    }
}

impl Code {
    /// Whether only LCP knows this code (RFC 1661 §5).
    pub const fn is_lcp_only(self) -> bool {
        matches!(self, Self::ProtocolReject | Self::EchoRequest | Self::EchoReply | Self::DiscardRequest)
    }
}

/// Why octets are no control packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PacketError {
    /// Fewer octets than a header has.
    NoHeader {
        /// Octets there were.
        len: usize,
    },
    /// Length is less than the header's own four.
    LengthTooShort {
        /// The Length field.
        length: usize,
    },
    /// Length is more than came.
    LengthTooLong {
        /// The Length field.
        length: usize,
        /// Octets that came.
        available: usize,
    },
    /// The data is too short for the code's own fields.
    DataTooShort {
        /// The Code field.
        code: u8,
        /// Octets that the code's fields need.
        expected: usize,
        /// Octets of data.
        got: usize,
    },
}

impl fmt::Display for PacketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHeader { len } => write!(f, "a control packet has a header of 4 octets, but {len} came"),
            Self::LengthTooShort { length } => write!(f, "Length is {length}, less than the header's 4 octets"),
            Self::LengthTooLong { length, available } => {
                write!(f, "Length is {length}, but only {available} octets came")
            }
            Self::DataTooShort { code, expected, got } => {
                write!(f, "a packet with code {code} needs {expected} octets of data, but has {got}")
            }
        }
    }
}

impl std::error::Error for PacketError {}

/// A view of a control packet whose lengths were checked. Padding after Length is left out (RFC 1661 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    octets: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Checks header and Length.
    pub fn new_checked(octets: &'a [u8]) -> Result<Self, PacketError> {
        let [_, _, high, low, ..] = *octets else {
            return Err(PacketError::NoHeader { len: octets.len() });
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length < HEADER {
            return Err(PacketError::LengthTooShort { length });
        }
        match octets.get(..length) {
            Some(octets) => Ok(Self { octets }),
            None => Err(PacketError::LengthTooLong { length, available: octets.len() }),
        }
    }

    /// The Code field, as RFC 1661 has it.
    pub fn code(&self) -> Code {
        self.code_octet().into()
    }

    /// The Code field as a number, for protocols with codes of their own.
    pub const fn code_octet(&self) -> u8 {
        self.octets[0]
    }

    /// The Identifier field.
    pub const fn identifier(&self) -> u8 {
        self.octets[1]
    }

    /// The Data field.
    pub fn data(&self) -> &'a [u8] {
        &self.octets[HEADER..]
    }

    /// Header and data, without padding.
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }
}

/// Puts a header before `data`; data beyond what a Length field can tell is cut off.
pub fn emit(code: u8, identifier: u8, data: &[u8]) -> Vec<u8> {
    let data = &data[..data.len().min(usize::from(u16::MAX) - HEADER)];
    let mut octets = Vec::with_capacity(HEADER + data.len());
    octets.extend([code, identifier]);
    octets.extend(((HEADER + data.len()) as u16).to_be_bytes());
    octets.extend_from_slice(data);
    octets
}

/// What a control packet means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repr<'a> {
    /// Configure-Request, -Ack, -Nak or -Reject, by `code`, with [`super::options::Options`].
    Configure {
        /// One of the four Configure codes.
        code: Code,
        /// The options.
        options: &'a [u8],
    },
    /// Terminate-Request or Terminate-Ack, by `code`, with text or nothing.
    Terminate {
        /// One of the two Terminate codes.
        code: Code,
        /// For humans; may be anything.
        data: &'a [u8],
    },
    /// The packet whose code was not understood, perhaps cut off.
    CodeReject {
        /// The rejected packet from its Code field on.
        rejected: &'a [u8],
    },
    /// The packet whose protocol was not understood, perhaps cut off.
    ProtocolReject {
        /// The rejected Protocol field.
        protocol: u16,
        /// The rejected Information field.
        information: &'a [u8],
    },
    /// Echo-Request, Echo-Reply or Discard-Request, by `code`.
    Echo {
        /// One of the three codes.
        code: Code,
        /// The sender's Magic-Number, 0 if none was agreed on.
        magic: u32,
        /// Anything.
        data: &'a [u8],
    },
    /// A code that RFC 1661 does not have.
    Unknown {
        /// The Code field.
        code: u8,
        /// The Data field.
        data: &'a [u8],
    },
}

impl<'a> Repr<'a> {
    /// Reads the data of `packet` as its code says.
    pub fn parse(packet: &Packet<'a>) -> Result<Self, PacketError> {
        let (code, data) = (packet.code(), packet.data());
        let too_short = |expected| PacketError::DataTooShort { code: code.into(), expected, got: data.len() };
        Ok(match code {
            Code::ConfigureRequest | Code::ConfigureAck | Code::ConfigureNak | Code::ConfigureReject => {
                Self::Configure { code, options: data }
            }
            Code::TerminateRequest | Code::TerminateAck => Self::Terminate { code, data },
            Code::CodeReject => Self::CodeReject { rejected: data },
            Code::ProtocolReject => {
                let (protocol, information) = data.split_first_chunk().ok_or_else(|| too_short(2))?;
                Self::ProtocolReject { protocol: u16::from_be_bytes(*protocol), information }
            }
            Code::EchoRequest | Code::EchoReply | Code::DiscardRequest => {
                let (magic, data) = data.split_first_chunk().ok_or_else(|| too_short(4))?;
                Self::Echo { code, magic: u32::from_be_bytes(*magic), data }
            }
            Code::Unknown(code) => Self::Unknown { code, data },
        })
    }

    /// The packet with this meaning and the given Identifier.
    pub fn emit(&self, identifier: u8) -> Vec<u8> {
        match *self {
            Self::Configure { code, options: data } | Self::Terminate { code, data } => {
                emit(code.into(), identifier, data)
            }
            Self::CodeReject { rejected } => emit(Code::CodeReject.into(), identifier, rejected),
            Self::ProtocolReject { protocol, information } => {
                let data = [&protocol.to_be_bytes(), information].concat();
                emit(Code::ProtocolReject.into(), identifier, &data)
            }
            Self::Echo { code, magic, data } => emit(code.into(), identifier, &[&magic.to_be_bytes(), data].concat()),
            Self::Unknown { code, data } => emit(code, identifier, data),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn golden_pairs_read_and_write_the_same() {
        let pairs: [(&[u8], Repr<'_>); 6] = [
            (
                b"\x01\x01\x00\x08\x01\x04\x05\xdc",
                Repr::Configure { code: Code::ConfigureRequest, options: b"\x01\x04\x05\xdc" },
            ),
            (
                b"\x05\x02\x00\x11Link inactive",
                Repr::Terminate { code: Code::TerminateRequest, data: b"Link inactive" },
            ),
            (b"\x07\x03\x00\x08\x63\x01\x00\x04", Repr::CodeReject { rejected: b"\x63\x01\x00\x04" }),
            (
                b"\x08\x04\x00\x0a\x80\xfd\x01\x01\x00\x04",
                Repr::ProtocolReject { protocol: 0x80fd, information: b"\x01\x01\x00\x04" },
            ),
            (
                b"\x09\x05\x00\x0a\x12\x34\x56\x78hi",
                Repr::Echo { code: Code::EchoRequest, magic: 0x1234_5678, data: b"hi" },
            ),
            (b"\x63\x06\x00\x05\xaa", Repr::Unknown { code: 0x63, data: b"\xaa" }),
        ];
        for (octets, repr) in pairs {
            let packet = Packet::new_checked(octets).unwrap();
            assert_eq!(Repr::parse(&packet), Ok(repr));
            assert_eq!(repr.emit(packet.identifier()), octets);
        }
    }

    #[test]
    fn padding_after_length_is_no_data() {
        let packet = Packet::new_checked(b"\x06\x09\x00\x04\x00\x00\x00").unwrap();
        assert_eq!((packet.data(), packet.octets().len()), (&b""[..], 4));
    }

    #[test]
    fn lengths_that_cannot_be_are_refused_with_the_culprit() {
        assert_eq!(Packet::new_checked(b"").unwrap_err(), PacketError::NoHeader { len: 0 });
        assert_eq!(Packet::new_checked(b"\x01\x01\x00\x03").unwrap_err(), PacketError::LengthTooShort { length: 3 });
        let error = Packet::new_checked(b"\x01\x01\x01\x00\x05").unwrap_err();
        assert_eq!(error, PacketError::LengthTooLong { length: 256, available: 5 });
        assert_eq!(error.to_string(), "Length is 256, but only 5 octets came");
        let packet = Packet::new_checked(b"\x08\x01\x00\x05\xc0").unwrap();
        assert_eq!(Repr::parse(&packet), Err(PacketError::DataTooShort { code: 8, expected: 2, got: 1 }));
    }

    proptest! {
        #[test]
        fn any_octets_are_read_or_refused_and_what_was_read_is_written_again(
            octets in prop::collection::vec(any::<u8>(), 0..64), length in 0..70_u8
        ) {
            let mut octets = octets;
            if let Some(field) = octets.get_mut(2..4) {
                field.copy_from_slice(&[0, length]);
            }
            if let Ok(packet) = Packet::new_checked(&octets)
                && let Ok(repr) = Repr::parse(&packet)
            {
                prop_assert_eq!(repr.emit(packet.identifier()), packet.octets());
            }
        }
    }
}
