//! Packets of the Password Authentication Protocol (RFC 1334 §2.2): a control packet in, its meaning out, and back.
//!
//! ```text
//!  Authenticate-Request (1)   Code Identifier Length | Peer-ID Length, Peer-ID, Passwd-Length, Password
//!  Authenticate-Ack (2)       Code Identifier Length | Msg-Length, Message
//!  Authenticate-Nak (3)       Code Identifier Length | Msg-Length, Message
//! ```
//!
//! Who sends them when is the business of [`auth`](crate::auth).
//!
//! ```
//! use offhook_ppp::packet::Packet;
//! use offhook_ppp::pap::Repr;
//!
//! let octets = b"\x01\x01\x00\x11\x05alice\x06secret";
//! let packet = Packet::new_checked(octets)?;
//! let request = Repr::parse(&packet)?;
//! assert_eq!(request, Repr::Request { user: b"alice", password: b"secret" });
//! assert_eq!(request.emit(packet.identifier()), octets);
//! # Ok::<(), offhook_ppp::packet::PacketError>(())
//! ```

use crate::open_enum::open_enum;
use crate::packet::{Packet, PacketError, emit};

open_enum! {
    /// The Code field of a PAP packet (RFC 1334 §2.2).
    pub enum Code {
        /// 1, RFC 1334 §2.2.1.
        AuthenticateRequest = 1,
        /// 2, RFC 1334 §2.2.2.
        AuthenticateAck = 2,
        /// 3, RFC 1334 §2.2.2.
        AuthenticateNak = 3,
    }
}

/// What a PAP packet means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repr<'a> {
    /// Authenticate-Request. Of either field at most 255 octets are sent.
    Request {
        /// Peer-ID.
        user: &'a [u8],
        /// Password.
        password: &'a [u8],
    },
    /// Authenticate-Ack. Of the message at most 255 octets are sent.
    Ack {
        /// For humans; may be anything.
        message: &'a [u8],
    },
    /// Authenticate-Nak. Of the message at most 255 octets are sent.
    Nak {
        /// For humans; may be anything.
        message: &'a [u8],
    },
    /// A code that RFC 1334 does not have.
    Unknown {
        /// The Code field.
        code: u8,
        /// The Data field.
        data: &'a [u8],
    },
}

impl<'a> Repr<'a> {
    /// Reads the data of `packet` as its code says. An Ack or Nak without data has an empty message, as in pppd;
    /// octets after the last field are ignored.
    pub fn parse(packet: &Packet<'a>) -> Result<Self, PacketError> {
        let (code, data) = (packet.code_octet(), packet.data());
        let fields = |fields: Result<_, usize>| {
            fields.map_err(|expected| PacketError::DataTooShort { code, expected, got: data.len() })
        };
        Ok(match code.into() {
            Code::AuthenticateRequest => {
                let (user, password) = fields(request_fields(data))?;
                Self::Request { user, password }
            }
            Code::AuthenticateAck => Self::Ack { message: fields(message_field(data))?.0 },
            Code::AuthenticateNak => Self::Nak { message: fields(message_field(data))?.0 },
            Code::Unknown(code) => Self::Unknown { code, data },
        })
    }

    /// The packet with this meaning and the given Identifier.
    pub fn emit(&self, identifier: u8) -> Vec<u8> {
        let mut data = Vec::new();
        let code = match *self {
            Self::Request { user, password } => {
                push_counted(&mut data, user);
                push_counted(&mut data, password);
                Code::AuthenticateRequest
            }
            Self::Ack { message } => {
                push_counted(&mut data, message);
                Code::AuthenticateAck
            }
            Self::Nak { message } => {
                push_counted(&mut data, message);
                Code::AuthenticateNak
            }
            Self::Unknown { code, data: octets } => {
                data.extend_from_slice(octets);
                Code::Unknown(code)
            }
        };
        emit(code.into(), identifier, &data)
    }
}

/// Peer-ID and Password, or how many octets of data they need.
fn request_fields(data: &[u8]) -> Result<(&[u8], &[u8]), usize> {
    let (user, rest) = counted(data)?;
    let (password, _) = counted(rest).map_err(|expected| 1 + user.len() + expected)?;
    Ok((user, password))
}

/// The message and what comes after it, or how many octets of data it needs.
fn message_field(data: &[u8]) -> Result<(&[u8], &[u8]), usize> {
    if data.is_empty() { Ok((data, data)) } else { counted(data) }
}

/// Splits off octets that are preceded by their number, or tells how many octets that needs.
fn counted(data: &[u8]) -> Result<(&[u8], &[u8]), usize> {
    let (len, rest) = data.split_first().ok_or(1_usize)?;
    rest.split_at_checked(usize::from(*len)).ok_or(1 + usize::from(*len))
}

/// Appends octets, preceded by their number, which is at most 255.
fn push_counted(data: &mut Vec<u8>, field: &[u8]) {
    let field = &field[..field.len().min(usize::from(u8::MAX))];
    data.push(field.len() as u8);
    data.extend_from_slice(field);
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
        let pairs: [(&[u8], Repr<'_>); 4] = [
            (b"\x01\x01\x00\x11\x05alice\x06secret", Repr::Request { user: b"alice", password: b"secret" }),
            (b"\x02\x02\x00\x0d\x08Login ok", Repr::Ack { message: b"Login ok" }),
            (b"\x03\x03\x00\x05\x00", Repr::Nak { message: b"" }),
            (b"\x63\x04\x00\x05\xaa", Repr::Unknown { code: 0x63, data: b"\xaa" }),
        ];
        for (octets, repr) in pairs {
            assert_eq!(parse(octets), Ok(repr));
            assert_eq!(repr.emit(octets[1]), octets);
        }
    }

    #[test]
    fn no_message_at_all_counts_as_an_empty_one() {
        assert_eq!(parse(b"\x02\x01\x00\x04"), Ok(Repr::Ack { message: b"" }));
    }

    #[test]
    fn lengths_that_cannot_be_are_refused_with_what_they_need() {
        let short = |code, expected, got| Err(PacketError::DataTooShort { code, expected, got });
        assert_eq!(parse(b"\x01\x01\x00\x04"), short(1, 1, 0));
        assert_eq!(parse(b"\x01\x01\x00\x07\x05al"), short(1, 6, 3));
        assert_eq!(parse(b"\x01\x01\x00\x08\x01a\x09s"), short(1, 12, 4));
        assert_eq!(parse(b"\x02\x01\x00\x06\x09L"), short(2, 10, 2));
    }

    #[test]
    fn fields_longer_than_a_length_can_tell_are_cut() {
        let octets = Repr::Request { user: &[b'u'; 300], password: &[b'p'; 300] }.emit(1);
        assert_eq!(parse(&octets), Ok(Repr::Request { user: &[b'u'; 255], password: &[b'p'; 255] }));
    }

    proptest! {
        #[test]
        fn any_data_is_read_or_refused_and_what_was_read_means_the_same_again(
            code in 0..6_u8, data in prop::collection::vec(any::<u8>(), 0..40)
        ) {
            let octets = emit(code, 1, &data);
            if let Ok(repr) = parse(&octets) {
                let again = repr.emit(1);
                prop_assert_eq!(parse(&again), Ok(repr));
            }
        }
    }
}
