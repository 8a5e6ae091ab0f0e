//! The Encryption Control Protocol (RFC 1968): its options, in and out. Its packets are those of [`ccp`](crate::ccp).
//!
//! ```text
//!  0  Proprietary (RFC 1968 §4.1)     3 octets OUI, 1 octet Subtype, values
//!  1  DESE (RFC 1969 §3)              8 octets Initial Nonce
//!  2  3DESE (RFC 2420 §3)             8 octets Initial Nonce
//!  3  DESE-bis (RFC 2419 §3)          8 octets Initial Nonce
//! ```
//!
//! pppd does not speak it; it is read, to be shown.

use crate::options::{RawOption, push};

/// Proprietary (RFC 1968 §4.1).
pub const OUI: u8 = 0;
/// DES (RFC 1969 §3).
pub const DESE: u8 = 1;
/// Triple DES (RFC 2420 §3).
pub const TRIPLE_DESE: u8 = 2;
/// DES, second version (RFC 2419 §3).
pub const DESE_BIS: u8 = 3;

/// What an option means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EcpOption<'a> {
    /// 0: somebody's own.
    Proprietary {
        /// Whose.
        oui: [u8; 3],
        /// Which of theirs.
        subtype: u8,
        /// Its parameters.
        values: &'a [u8],
    },
    /// 1, 2 or 3: DES in one of its kinds.
    Des {
        /// The Type field.
        kind: u8,
        /// What the first packet is chained to.
        nonce: [u8; 8],
    },
    /// A kind that has no name here, or data of a length that its kind does not have.
    Unknown(RawOption<'a>),
}

impl<'a> EcpOption<'a> {
    /// Reads an option.
    pub fn parse(option: RawOption<'a>) -> Self {
        match (option.kind, option.data) {
            (OUI, [a, b, c, subtype, values @ ..]) => {
                Self::Proprietary { oui: [*a, *b, *c], subtype: *subtype, values }
            }
            (kind @ (DESE | TRIPLE_DESE | DESE_BIS), data) => match data.try_into() {
                Ok(nonce) => Self::Des { kind, nonce },
                Err(_) => Self::Unknown(option),
            },
            _ => Self::Unknown(option),
        }
    }

    /// Appends the option as it goes on the wire.
    pub fn emit(&self, octets: &mut Vec<u8>) {
        match *self {
            Self::Proprietary { oui, subtype, values } => {
                push(octets, OUI, &[&oui[..], &[subtype], values].concat());
            }
            Self::Des { kind, nonce } => push(octets, kind, &nonce),
            Self::Unknown(option) => option.emit(octets),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_kind_has_its_meaning_and_a_wrong_length_none() {
        let parse = |kind, data| EcpOption::parse(RawOption { kind, data });
        assert_eq!(parse(0, &[1, 2, 3, 4]), EcpOption::Proprietary { oui: [1, 2, 3], subtype: 4, values: &[] });
        assert_eq!(parse(3, &[9; 8]), EcpOption::Des { kind: DESE_BIS, nonce: [9; 8] });
        assert_eq!(parse(1, &[9; 7]), EcpOption::Unknown(RawOption { kind: 1, data: &[9; 7] }));
    }

    proptest! {
        #[test]
        fn any_option_is_read_and_written_again_as_it_was(
            kind in prop_oneof![0..5_u8, any::<u8>()], data in prop::collection::vec(any::<u8>(), 0..12)
        ) {
            let option = RawOption { kind, data: &data };
            let (mut before, mut after) = (Vec::new(), Vec::new());
            option.emit(&mut before);
            EcpOption::parse(option).emit(&mut after);
            prop_assert_eq!(before, after);
        }
    }
}
