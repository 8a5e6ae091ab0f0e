//! Packets that change a password (RFC 2433 §9 and §10, RFC 2759 §7): a control packet of CHAP in, its meaning out, and back.
//!
//! ```text
//!  5, MS-CHAP        16 LM old, 16 LM new, 16 NT old, 16 NT new (encrypted hashes), 2 Password-Length, 2 Flags
//!  6, MS-CHAP        516 NT password, 16 NT hash, 516 LM password, 16 LM hash (all encrypted),
//!                    24 LM answer, 24 NT answer, 2 Flags
//!  7, MS-CHAPv2      516 password, 16 hash (both encrypted), 16 Peer-Challenge, 8 Reserved, 24 NT-Response, 2 Flags
//! ```
//!
//! They are read, to be shown; no password is changed by this crate.

use crate::packet::{Packet, PacketError, emit};

/// Code of the first version.
pub const VERSION_1: u8 = 5;
/// Code of the second.
pub const VERSION_2: u8 = 6;
/// Code of MS-CHAPv2's.
pub const VERSION_3: u8 = 7;

/// Octets of a password that is encrypted with the old one's hash.
pub const ENCRYPTED_PASSWORD: usize = 516;

/// Octets of the names of what this packet has, in their order; empty if `code` is none of the three.
pub const fn layout(code: u8) -> &'static [(&'static str, usize)] {
    match code {
        VERSION_1 => &[
            ("Encrypted LM Old Hash", 16),
            ("Encrypted LM New Hash", 16),
            ("Encrypted NT Old Hash", 16),
            ("Encrypted NT New Hash", 16),
            ("Password-Length", 2),
            ("Flags", 2),
        ],
        VERSION_2 => &[
            ("Encrypted NT Password", ENCRYPTED_PASSWORD),
            ("Encrypted NT Old Hash", 16),
            ("Encrypted LM Password", ENCRYPTED_PASSWORD),
            ("Encrypted LM Old Hash", 16),
            ("LAN Manager Response", 24),
            ("NT-Response", 24),
            ("Flags", 2),
        ],
        VERSION_3 => &[
            ("Encrypted-Password", ENCRYPTED_PASSWORD),
            ("Encrypted-Hash", 16),
            ("Peer-Challenge", 16),
            ("Reserved", 8),
            ("NT-Response", 24),
            ("Flags", 2),
        ],
        _ => &[],
    }
}

/// A packet that changes a password: its fields in their order, each with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangePassword<'a> {
    /// The Code field.
    pub code: u8,
    /// Name and octets of each field.
    pub fields: Vec<(&'static str, &'a [u8])>,
    /// What comes after them.
    pub rest: &'a [u8],
}

impl<'a> ChangePassword<'a> {
    /// Reads a packet; `None` if its code is none of the three.
    pub fn parse(packet: &Packet<'a>) -> Result<Option<Self>, PacketError> {
        let (code, mut rest) = (packet.code_octet(), packet.data());
        let layout = layout(code);
        let expected = layout.iter().map(|(_, length)| length).sum();
        if layout.is_empty() {
            return Ok(None);
        }
        let mut fields = Vec::with_capacity(layout.len());
        for (name, length) in layout {
            let error = PacketError::DataTooShort { code, expected, got: packet.data().len() };
            let (field, after) = rest.split_at_checked(*length).ok_or(error)?;
            fields.push((*name, field));
            rest = after;
        }
        Ok(Some(Self { code, fields, rest }))
    }

    /// The packet with this meaning and the given Identifier.
    pub fn emit(&self, identifier: u8) -> Vec<u8> {
        let mut data: Vec<u8> = self.fields.iter().flat_map(|(_, field)| field.iter().copied()).collect();
        data.extend_from_slice(self.rest);
        emit(self.code, identifier, &data)
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&'a [u8]> {
        self.fields.iter().find(|(known, _)| *known == name).map(|(_, field)| *field)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_packets_have_the_lengths_that_the_rfcs_give_them() {
        // RFC 2433 §9 and §10: 72 and 1118; RFC 2759 §7: 586.
        for (code, length) in [(VERSION_1, 72), (VERSION_2, 1118), (VERSION_3, 586)] {
            let octets = emit(code, 9, &vec![code; length - 4]);
            let packet = Packet::new_checked(&octets).unwrap();
            let change = ChangePassword::parse(&packet).unwrap().unwrap();
            assert_eq!((change.rest.len(), change.field("Flags").unwrap()), (0, &[code, code][..]));
            assert_eq!(change.emit(9), octets);
            let short = emit(code, 9, &vec![code; length - 5]);
            let error = ChangePassword::parse(&Packet::new_checked(&short).unwrap()).unwrap_err();
            assert_eq!(error, PacketError::DataTooShort { code, expected: length - 4, got: length - 5 });
        }
    }

    #[test]
    fn other_codes_change_no_password_and_what_comes_after_the_fields_is_kept() {
        assert_eq!(ChangePassword::parse(&Packet::new_checked(b"\x04\x01\x00\x04").unwrap()), Ok(None));
        let octets = emit(VERSION_1, 1, &[7; 70]);
        let change = ChangePassword::parse(&Packet::new_checked(&octets).unwrap()).unwrap().unwrap();
        assert_eq!((change.rest, change.emit(1)), (&[7, 7][..], octets.clone()));
    }
}
