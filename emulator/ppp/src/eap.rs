//! Packets of the Extensible Authentication Protocol (RFC 3748 §4): a control packet in, its meaning out, and back.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |     Code      |  Identifier   |            Length             |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |     Type      |  Type-Data ...            Request (1), Response (2)
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-
//! ```
//!
//! A Success or a Failure has no data. Type-Data of the types that RFC 3748 §5 lays out is read into a [`Method`]; that of every
//! other type is kept as it came.
//!
//! ```
//! use offhook_ppp::eap::{Method, Repr};
//! use offhook_ppp::packet::Packet;
//!
//! let packet = Packet::new_checked(b"\x02\x05\x00\x0a\x01alice")?;
//! let identity = Repr::parse(&packet)?;
//! assert_eq!(identity, Repr::Response(Method::Identity(b"alice")));
//! assert_eq!(identity.emit(packet.identifier()), packet.octets());
//! # Ok::<(), offhook_ppp::packet::PacketError>(())
//! ```

use crate::chap::{value_and_name, with_size};
use crate::open_enum::open_enum;
use crate::packet::{Packet, PacketError, emit};

open_enum! {
    /// The Code field of an EAP packet (RFC 3748 §4).
    pub enum Code {
        /// 1, RFC 3748 §4.1.
        Request = 1,
        /// 2, RFC 3748 §4.1.
        Response = 2,
        /// 3, RFC 3748 §4.2.
        Success = 3,
        /// 4, RFC 3748 §4.2.
        Failure = 4,
    }
}

open_enum! {
    /// The Type field of a Request or a Response (RFC 3748 §5).
    pub enum Type {
        /// 1, RFC 3748 §5.1.
        Identity = 1,
        /// 2, RFC 3748 §5.2.
        Notification = 2,
        /// 3, RFC 3748 §5.3.1: in Responses.
        Nak = 3,
        /// 4, RFC 3748 §5.4.
        Md5Challenge = 4,
        /// 5, RFC 3748 §5.5.
        OneTimePassword = 5,
        /// 6, RFC 3748 §5.6.
        GenericTokenCard = 6,
        /// 13, EAP-TLS, RFC 5216.
        Tls = 13,
        /// 21, EAP-TTLS, RFC 5281.
        Ttls = 21,
        /// 25, Microsoft's.
        Peap = 25,
        /// 26, Microsoft's: MS-CHAPv2 in EAP.
        MsChapV2 = 26,
        /// 254, RFC 3748 §5.7.
        Expanded = 254,
        /// 255, RFC 3748 §5.8.
        Experimental = 255,
    }
}

/// What an EAP packet means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repr<'a> {
    /// Request.
    Request(Method<'a>),
    /// Response.
    Response(Method<'a>),
    /// Success.
    Success {
        /// Nothing, if the sender keeps to RFC 3748 §4.2.
        data: &'a [u8],
    },
    /// Failure.
    Failure {
        /// Likewise.
        data: &'a [u8],
    },
    /// A code that RFC 3748 does not have.
    Unknown {
        /// The Code field.
        code: u8,
        /// The Data field.
        data: &'a [u8],
    },
}

/// Type and Type-Data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method<'a> {
    /// 1. In a Request: for humans. In a Response: who the peer is.
    Identity(&'a [u8]),
    /// 2. In a Request: for humans. In a Response: nothing.
    Notification(&'a [u8]),
    /// 3: the types that would do instead, one octet each.
    Nak(&'a [u8]),
    /// 4: as CHAP's Challenge or Response. Of the value at most 255 octets are sent.
    Md5Challenge {
        /// In a Response, [`response_value`](crate::chap::response_value).
        value: &'a [u8],
        /// Who sends it.
        name: &'a [u8],
    },
    /// Any other type.
    Other {
        /// The Type field.
        kind: u8,
        /// The Type-Data.
        data: &'a [u8],
    },
}

impl<'a> Repr<'a> {
    /// Reads the data of `packet` as its code says.
    pub fn parse(packet: &Packet<'a>) -> Result<Self, PacketError> {
        let (code, data) = (packet.code_octet(), packet.data());
        Ok(match code.into() {
            Code::Request => Self::Request(Method::parse(code, data)?),
            Code::Response => Self::Response(Method::parse(code, data)?),
            Code::Success => Self::Success { data },
            Code::Failure => Self::Failure { data },
            Code::Unknown(code) => Self::Unknown { code, data },
        })
    }

    /// The packet with this meaning and the given Identifier.
    pub fn emit(&self, identifier: u8) -> Vec<u8> {
        match *self {
            Self::Request(method) => emit(Code::Request.into(), identifier, &method.emit()),
            Self::Response(method) => emit(Code::Response.into(), identifier, &method.emit()),
            Self::Success { data } => emit(Code::Success.into(), identifier, data),
            Self::Failure { data } => emit(Code::Failure.into(), identifier, data),
            Self::Unknown { code, data } => emit(code, identifier, data),
        }
    }
}

impl<'a> Method<'a> {
    /// Reads the data of a packet with that code.
    fn parse(code: u8, data: &'a [u8]) -> Result<Self, PacketError> {
        let (kind, data) = data.split_first().ok_or(PacketError::DataTooShort { code, expected: 1, got: 0 })?;
        Ok(match Type::from(*kind) {
            Type::Identity => Self::Identity(data),
            Type::Notification => Self::Notification(data),
            Type::Nak => Self::Nak(data),
            Type::Md5Challenge => {
                let (value, name) = value_and_name(code, data).map_err(after_type)?;
                Self::Md5Challenge { value, name }
            }
            _ => Self::Other { kind: *kind, data },
        })
    }

    /// The Type field.
    pub fn kind(&self) -> Type {
        match self {
            Self::Identity(_) => Type::Identity,
            Self::Notification(_) => Type::Notification,
            Self::Nak(_) => Type::Nak,
            Self::Md5Challenge { .. } => Type::Md5Challenge,
            Self::Other { kind, .. } => (*kind).into(),
        }
    }

    fn emit(&self) -> Vec<u8> {
        let mut octets = vec![self.kind().into()];
        match *self {
            Self::Identity(data) | Self::Notification(data) | Self::Nak(data) | Self::Other { data, .. } => {
                octets.extend_from_slice(data);
            }
            Self::Md5Challenge { value, name } => octets.extend(with_size(value, name)),
        }
        octets
    }
}

/// Counts the Type field as well.
const fn after_type(error: PacketError) -> PacketError {
    match error {
        PacketError::DataTooShort { code, expected, got } => {
            PacketError::DataTooShort { code, expected: expected + 1, got: got + 1 }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn parse(octets: &[u8]) -> Result<Repr<'_>, PacketError> {
        Repr::parse(&Packet::new_checked(octets).unwrap())
    }

    #[test]
    fn golden_pairs_read_and_write_the_same() {
        let pairs: [(&[u8], Repr<'_>); 10] = [
            (b"\x01\x01\x00\x09\x01Name", Repr::Request(Method::Identity(b"Name"))),
            (b"\x02\x01\x00\x0a\x01alice", Repr::Response(Method::Identity(b"alice"))),
            (b"\x01\x02\x00\x07\x02hi", Repr::Request(Method::Notification(b"hi"))),
            (b"\x02\x03\x00\x07\x03\x04\x1a", Repr::Response(Method::Nak(&[4, 26]))),
            (
                b"\x01\x04\x00\x09\x04\x02\xab\xcds",
                Repr::Request(Method::Md5Challenge { value: b"\xab\xcd", name: b"s" }),
            ),
            (b"\x02\x04\x00\x07\x04\x01\xab", Repr::Response(Method::Md5Challenge { value: b"\xab", name: b"" })),
            (b"\x01\x05\x00\x06\x0d\x20", Repr::Request(Method::Other { kind: 13, data: b"\x20" })),
            (b"\x03\x04\x00\x04", Repr::Success { data: b"" }),
            (b"\x04\x04\x00\x05!", Repr::Failure { data: b"!" }),
            (b"\x63\x06\x00\x05\xaa", Repr::Unknown { code: 0x63, data: b"\xaa" }),
        ];
        for (octets, repr) in pairs {
            assert_eq!(parse(octets), Ok(repr));
            assert_eq!(repr.emit(octets[1]), octets);
        }
    }

    #[test]
    fn a_request_without_a_type_and_a_value_that_is_not_all_there_are_refused_with_what_they_need() {
        let short = |code, expected, got| Err(PacketError::DataTooShort { code, expected, got });
        assert_eq!(parse(b"\x01\x01\x00\x04"), short(1, 1, 0));
        assert_eq!(parse(b"\x02\x01\x00\x05\x04"), short(2, 3, 1));
        assert_eq!(parse(b"\x02\x01\x00\x08\x04\x10\xaa\xbb"), short(2, 18, 4));
    }

    proptest! {
        #[test]
        fn any_data_is_read_or_refused_and_what_was_read_is_written_again(
            code in 0..6_u8, kind in 0..8_u8, data in prop::collection::vec(any::<u8>(), 0..40)
        ) {
            let mut data = data;
            if let Some(first) = data.first_mut() {
                *first = kind;
            }
            let octets = emit(code, 1, &data);
            if let Ok(repr) = parse(&octets) {
                prop_assert_eq!(repr.emit(1), octets);
            }
        }
    }
}
