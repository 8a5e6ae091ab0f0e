//! Packets of the Challenge Handshake Authentication Protocol (RFC 1994 §4): a control packet in, its meaning out,
//! and back.
//!
//! ```text
//!  Challenge (1), Response (2)   Code Identifier Length | Value-Size, Value, Name
//!  Success (3), Failure (4)      Code Identifier Length | Message
//! ```
//!
//! Who sends them when is the business of [`auth`](crate::auth). It reads like [`pap`](crate::pap): both are formats of one
//! shape, but of two RFCs, and no field of theirs is laid out alike.
//!
//! ```
//! use offhook_ppp::chap::{Repr, response_value};
//! use offhook_ppp::packet::Packet;
//!
//! let packet = Packet::new_checked(b"\x01\x07\x00\x0d\x02\xab\xcddialin")?;
//! let Repr::Challenge { value, .. } = Repr::parse(&packet)? else { unreachable!() };
//! let value = response_value(packet.identifier(), b"secret", value);
//! let response = Repr::Response { value: &value, name: b"alice" }.emit(packet.identifier());
//! assert_eq!(response.len(), 4 + 1 + 16 + 5);
//! # Ok::<(), offhook_ppp::packet::PacketError>(())
//! ```

use md5::{Digest, Md5};

use crate::open_enum::open_enum;
use crate::packet::{Packet, PacketError, emit};

open_enum! {
    /// The Code field of a CHAP packet (RFC 1994 §4).
    pub enum Code {
        /// 1, RFC 1994 §4.1.
        Challenge = 1,
        /// 2, RFC 1994 §4.1.
        Response = 2,
        /// 3, RFC 1994 §4.2.
        Success = 3,
        /// 4, RFC 1994 §4.2.
        Failure = 4,
    }
}

open_enum! {
    /// The Algorithm field of CHAP's Authentication-Protocol option (RFC 1994 §3).
    pub enum Algorithm {
        /// MD5, RFC 1994 §3: the one this crate can compute.
        Md5 = 5,
        /// MS-CHAP, RFC 2433 §3.
        MsChap = 0x80,
        /// MS-CHAPv2, RFC 2759 §1.
        MsChapV2 = 0x81,
    }
}

/// What a CHAP packet means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repr<'a> {
    /// Challenge. Of the value at most 255 octets are sent.
    Challenge {
        /// What the Response is computed from; one octet or more.
        value: &'a [u8],
        /// Who challenges.
        name: &'a [u8],
    },
    /// Response. Of the value at most 255 octets are sent.
    Response {
        /// For MD5, [`response_value`].
        value: &'a [u8],
        /// Who responds.
        name: &'a [u8],
    },
    /// Success.
    Success {
        /// For humans; may be anything.
        message: &'a [u8],
    },
    /// Failure.
    Failure {
        /// For humans; may be anything.
        message: &'a [u8],
    },
    /// A code that RFC 1994 does not have.
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
        let (code, data) = (packet.code_octet(), packet.data());
        Ok(match code.into() {
            Code::Challenge => {
                let (value, name) = value_and_name(code, data)?;
                Self::Challenge { value, name }
            }
            Code::Response => {
                let (value, name) = value_and_name(code, data)?;
                Self::Response { value, name }
            }
            Code::Success => Self::Success { message: data },
            Code::Failure => Self::Failure { message: data },
            Code::Unknown(code) => Self::Unknown { code, data },
        })
    }

    /// The packet with this meaning and the given Identifier.
    pub fn emit(&self, identifier: u8) -> Vec<u8> {
        match *self {
            Self::Challenge { value, name } => emit(Code::Challenge.into(), identifier, &with_size(value, name)),
            Self::Response { value, name } => emit(Code::Response.into(), identifier, &with_size(value, name)),
            Self::Success { message } => emit(Code::Success.into(), identifier, message),
            Self::Failure { message } => emit(Code::Failure.into(), identifier, message),
            Self::Unknown { code, data } => emit(code, identifier, data),
        }
    }
}

/// Value of the Response to a Challenge (RFC 1994 §4.1): MD5 of Identifier, secret and the Challenge's Value.
pub fn response_value(identifier: u8, secret: &[u8], challenge: &[u8]) -> [u8; 16] {
    Md5::new().chain_update([identifier]).chain_update(secret).chain_update(challenge).finalize().into()
}

/// Value and Name. "The Value field is one or more octets" (§4.1).
pub(crate) fn value_and_name(code: u8, data: &[u8]) -> Result<(&[u8], &[u8]), PacketError> {
    let size = data.first().map(|size| usize::from(*size));
    let expected = 1 + size.map_or(1, |size| size.max(1));
    match data.get(1..expected) {
        Some(value) if size != Some(0) => Ok((value, &data[expected..])),
        // After a Value-Size of zero there is no Value, whatever follows.
        _ => {
            let got = if size == Some(0) { 1 } else { data.len() };
            Err(PacketError::DataTooShort { code, expected, got })
        }
    }
}

/// Value-Size, Value and Name; a Value beyond what a Value-Size can tell is cut off.
pub(crate) fn with_size(value: &[u8], name: &[u8]) -> Vec<u8> {
    let value = &value[..value.len().min(usize::from(u8::MAX))];
    [&[value.len() as u8], value, name].concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::hex::digits;

    fn parse(octets: &[u8]) -> Result<Repr<'_>, PacketError> {
        Repr::parse(&Packet::new_checked(octets).unwrap())
    }

    #[test]
    fn the_value_is_md5_of_identifier_secret_and_challenge() {
        // RFC 1321 §A.5: MD5 of "abc" and of "message digest", here cut in three.
        assert_eq!(digits(&response_value(b'a', b"b", b"c")), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(digits(&response_value(b'm', b"essage", b" digest")), "f96b697d7cb7938d525a2f31aaf161d0");
    }

    #[test]
    fn golden_pairs_read_and_write_the_same() {
        let pairs: [(&[u8], Repr<'_>); 5] = [
            (b"\x01\x07\x00\x0d\x02\xab\xcddialin", Repr::Challenge { value: b"\xab\xcd", name: b"dialin" }),
            (b"\x02\x07\x00\x06\x01\xab", Repr::Response { value: b"\xab", name: b"" }),
            (b"\x03\x07\x00\x06hi", Repr::Success { message: b"hi" }),
            (b"\x04\x07\x00\x04", Repr::Failure { message: b"" }),
            (b"\x63\x06\x00\x05\xaa", Repr::Unknown { code: 0x63, data: b"\xaa" }),
        ];
        for (octets, repr) in pairs {
            assert_eq!(parse(octets), Ok(repr));
            assert_eq!(repr.emit(octets[1]), octets);
        }
    }

    #[test]
    fn value_sizes_that_cannot_be_are_refused_with_what_they_need() {
        let short = |expected, got| Err(PacketError::DataTooShort { code: 1, expected, got });
        assert_eq!(parse(b"\x01\x01\x00\x04"), short(2, 0));
        assert_eq!(parse(b"\x01\x01\x00\x06\x00s"), short(2, 1));
        assert_eq!(parse(b"\x01\x01\x00\x06\x11\xaa"), short(18, 2));
    }

    proptest! {
        #[test]
        fn any_data_is_read_or_refused_and_what_was_read_is_written_again(
            code in 0..6_u8, data in prop::collection::vec(any::<u8>(), 0..40)
        ) {
            let octets = emit(code, 1, &data);
            if let Ok(repr) = parse(&octets) {
                prop_assert_eq!(repr.emit(1), octets);
            }
        }
    }
}
