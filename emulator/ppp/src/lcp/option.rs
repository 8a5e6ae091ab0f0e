//! Configuration Options of LCP (RFC 1661 §6, RFC 1662 §7.1, RFC 1570 §2, RFC 1990 §5.1): an option in, its meaning
//! out, and back.

use crate::options::{RawOption, push};

/// Maximum-Receive-Unit (RFC 1661 §6.1).
pub const MRU: u8 = 1;
/// Async-Control-Character-Map (RFC 1662 §7.1).
pub const ACCM: u8 = 2;
/// Authentication-Protocol (RFC 1661 §6.2).
pub const AUTHENTICATION: u8 = 3;
/// Quality-Protocol (RFC 1661 §6.3).
pub const QUALITY: u8 = 4;
/// Magic-Number (RFC 1661 §6.4).
pub const MAGIC: u8 = 5;
/// Protocol-Field-Compression (RFC 1661 §6.5).
pub const PFC: u8 = 7;
/// Address-and-Control-Field-Compression (RFC 1661 §6.6).
pub const ACFC: u8 = 8;
/// FCS-Alternatives (RFC 1570 §2.1).
pub const FCS: u8 = 9;
/// Self-Describing-Padding (RFC 1570 §2.2).
pub const PADDING: u8 = 10;
/// Callback (RFC 1570 §2.3).
pub const CALLBACK: u8 = 13;
/// Compound-Frames (RFC 1570 §2.4).
pub const COMPOUND: u8 = 15;
/// Multilink Maximum-Received-Reconstructed-Unit (RFC 1990 §5.1.1).
pub const MRRU: u8 = 17;
/// Multilink Short-Sequence-Number-Header-Format (RFC 1990 §5.1.2).
pub const SHORT_SEQUENCE: u8 = 18;
/// Endpoint-Discriminator (RFC 1990 §5.1.3).
pub const ENDPOINT: u8 = 19;

/// Operation field of Callback (RFC 1570 §2.3): the place goes with the name of whoever is authenticated.
pub const BY_NAME: u8 = 0;
/// Likewise: a dialing string.
pub const DIALING_STRING: u8 = 1;
/// Likewise: a number as E.164 has it.
pub const E164_NUMBER: u8 = 3;
/// Operation field of Callback: where to call back is negotiated by CBCP. Not in RFC 1570; what Windows asks for.
pub const CBCP: u8 = 6;

/// What an option means.
///
/// ```
/// use offhook_ppp::lcp::LcpOption;
/// use offhook_ppp::options::Options;
///
/// let octets = [1, 4, 0x05, 0xdc, 7, 2, 2, 3, 0];
/// let options: Vec<_> = Options::new(&octets).map_while(Result::ok).map(LcpOption::parse).collect();
/// assert_eq!(options[..2], [LcpOption::Mru(1500), LcpOption::Pfc]);
/// // An ACCM has four octets.
/// assert!(matches!(options[2], LcpOption::Unknown(_)));
///
/// let mut again = Vec::new();
/// options.iter().for_each(|option| option.emit(&mut again));
/// assert_eq!(again, octets);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LcpOption<'a> {
    /// 1: octets of information that the sender takes.
    Mru(u16),
    /// 2: bit n set means that the sender wants octet n escaped.
    Accm(u32),
    /// 3: what [`AuthOption`](crate::auth::AuthOption) reads.
    Authentication(&'a [u8]),
    /// 4.
    Quality {
        /// 0xc025: Link-Quality-Report.
        protocol: u16,
        /// The protocol's own.
        data: &'a [u8],
    },
    /// 5.
    Magic(u32),
    /// 7.
    Pfc,
    /// 8.
    Acfc,
    /// 9: bit 1 for no FCS, 2 for 16 bits, 4 for 32 bits.
    Fcs(u8),
    /// 10: the greatest octet that padding ends with.
    Padding(u8),
    /// 13.
    Callback {
        /// How the place to call back is told; [`CBCP`].
        operation: u8,
        /// The place, if it is told here.
        message: &'a [u8],
    },
    /// 15.
    Compound,
    /// 17: octets that the sender takes of a packet in several fragments.
    Mrru(u16),
    /// 18.
    ShortSequence,
    /// 19.
    Endpoint {
        /// What kind of address follows.
        class: u8,
        /// The address.
        address: &'a [u8],
    },
    /// A kind that has no name here, or data of a length that its kind does not have.
    Unknown(RawOption<'a>),
}

impl<'a> LcpOption<'a> {
    /// Reads an option.
    pub fn parse(option: RawOption<'a>) -> Self {
        match (option.kind, option.data) {
            (MRU, &[high, low]) => Self::Mru(u16::from_be_bytes([high, low])),
            (ACCM, &[a, b, c, d]) => Self::Accm(u32::from_be_bytes([a, b, c, d])),
            (AUTHENTICATION, data) => Self::Authentication(data),
            (QUALITY, [high, low, data @ ..]) => Self::Quality { protocol: u16::from_be_bytes([*high, *low]), data },
            (MAGIC, &[a, b, c, d]) => Self::Magic(u32::from_be_bytes([a, b, c, d])),
            (PFC, []) => Self::Pfc,
            (ACFC, []) => Self::Acfc,
            (FCS, &[kinds]) => Self::Fcs(kinds),
            (PADDING, &[most]) => Self::Padding(most),
            (CALLBACK, [operation, message @ ..]) => Self::Callback { operation: *operation, message },
            (COMPOUND, []) => Self::Compound,
            (MRRU, &[high, low]) => Self::Mrru(u16::from_be_bytes([high, low])),
            (SHORT_SEQUENCE, []) => Self::ShortSequence,
            (ENDPOINT, [class, address @ ..]) => Self::Endpoint { class: *class, address },
            _ => Self::Unknown(option),
        }
    }

    /// Appends the option as it goes on the wire.
    pub fn emit(&self, octets: &mut Vec<u8>) {
        match *self {
            Self::Mru(mru) => push(octets, MRU, &mru.to_be_bytes()),
            Self::Accm(accm) => push(octets, ACCM, &accm.to_be_bytes()),
            Self::Authentication(data) => push(octets, AUTHENTICATION, data),
            Self::Quality { protocol, data } => push(octets, QUALITY, &[&protocol.to_be_bytes(), data].concat()),
            Self::Magic(magic) => push(octets, MAGIC, &magic.to_be_bytes()),
            Self::Pfc => push(octets, PFC, &[]),
            Self::Acfc => push(octets, ACFC, &[]),
            Self::Fcs(kinds) => push(octets, FCS, &[kinds]),
            Self::Padding(most) => push(octets, PADDING, &[most]),
            Self::Callback { operation, message } => push(octets, CALLBACK, &[&[operation], message].concat()),
            Self::Compound => push(octets, COMPOUND, &[]),
            Self::Mrru(mrru) => push(octets, MRRU, &mrru.to_be_bytes()),
            Self::ShortSequence => push(octets, SHORT_SEQUENCE, &[]),
            Self::Endpoint { class, address } => push(octets, ENDPOINT, &[&[class], address].concat()),
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
        let parse = |kind, data| LcpOption::parse(RawOption { kind, data });
        for (kind, data, meaning) in [
            (1, &[0x05, 0xdc][..], LcpOption::Mru(1500)),
            (2, &[0, 0x0a, 0, 0], LcpOption::Accm(0x000a_0000)),
            (3, &[0xc0, 0x23], LcpOption::Authentication(&[0xc0, 0x23])),
            (4, &[0xc0, 0x25, 9], LcpOption::Quality { protocol: 0xc025, data: &[9] }),
            (5, &[0x12, 0x34, 0x56, 0x78], LcpOption::Magic(0x1234_5678)),
            (7, &[], LcpOption::Pfc),
            (8, &[], LcpOption::Acfc),
            (9, &[6], LcpOption::Fcs(6)),
            (10, &[4], LcpOption::Padding(4)),
            (15, &[], LcpOption::Compound),
            (13, &[6], LcpOption::Callback { operation: CBCP, message: &[] }),
            (17, &[0x06, 0x40], LcpOption::Mrru(1600)),
            (18, &[], LcpOption::ShortSequence),
            (19, &[3, 1, 2], LcpOption::Endpoint { class: 3, address: &[1, 2] }),
        ] {
            assert_eq!(parse(kind, data), meaning);
        }
        for (kind, data) in [
            (1, &[5][..]),
            (2, &[]),
            (4, &[0xc0]),
            (5, &[0; 5]),
            (7, &[0]),
            (9, &[]),
            (10, &[1, 2]),
            (13, &[]),
            (15, &[0]),
            (0xfa, &[1]),
        ] {
            assert_eq!(parse(kind, data), LcpOption::Unknown(RawOption { kind, data }));
        }
    }

    proptest! {
        #[test]
        fn any_option_is_read_and_written_again_as_it_was(
            kind in prop_oneof![0..20_u8, any::<u8>()], data in prop::collection::vec(any::<u8>(), 0..12)
        ) {
            let option = RawOption { kind, data: &data };
            let (mut before, mut after) = (Vec::new(), Vec::new());
            option.emit(&mut before);
            LcpOption::parse(option).emit(&mut after);
            prop_assert_eq!(before, after);
        }
    }
}
