//! The Compression Control Protocol (RFC 1962): its packets beyond those of RFC 1661, and its options, in and out.
//!
//! Configure packets and the rest of RFC 1661 §5 are [`packet`](crate::packet)'s. What is CCP's own:
//!
//! ```text
//!  Reset-Request (14), Reset-Ack (15)   Code Identifier Length | Data, the method's own
//! ```
//!
//! Each option is a compression method (§4) with parameters of its own:
//!
//! ```text
//!  0  Proprietary (RFC 1962 §4.1)          3 octets OUI, 1 octet Subtype, values
//!  1, 2  Predictor type 1, 2 (RFC 1978)    -
//!  18 MPPE, MPPC (RFC 3078 §2)             4 octets of Supported Bits
//!  21 BSD-Compress (RFC 1977 §3)           3 bits Version, 5 bits Dict
//!  26 Deflate (RFC 1979 §3)                4 bits Window, 4 bits Method, 6 bits zero, 2 bits Check
//!  24 Deflate as its draft had it          likewise; pppd and Linux know both
//! ```
//!
//! [`Ccp`] negotiates some of them, each a [`Method`].

mod method;
mod negotiation;

pub use self::method::{Method, told};
pub use self::negotiation::Ccp;
use crate::open_enum::open_enum;
use crate::options::{RawOption, push};
use crate::packet::{Packet, emit};

open_enum! {
    /// The Code field of the packets that only CCP has (RFC 1962 §3); ECP has the same (RFC 1968 §3).
    pub enum Code {
        /// 14, RFC 1962 §3.1.
        ResetRequest = 14,
        /// 15, RFC 1962 §3.1.
        ResetAck = 15,
    }
}

/// A Reset-Request or a Reset-Ack: the history is lost, or was cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reset<'a> {
    /// Whether it is the Ack.
    pub ack: bool,
    /// The method's own.
    pub data: &'a [u8],
}

impl<'a> Reset<'a> {
    /// Reads a packet; `None` if it has another code.
    pub fn parse(packet: &Packet<'a>) -> Option<Self> {
        let ack = match packet.code_octet().into() {
            Code::ResetRequest => false,
            Code::ResetAck => true,
            Code::Unknown(_) => return None,
        };
        Some(Self { ack, data: packet.data() })
    }

    /// The packet with the given Identifier; that of a Reset-Ack is its Reset-Request's.
    pub fn emit(&self, identifier: u8) -> Vec<u8> {
        let code = if self.ack { Code::ResetAck } else { Code::ResetRequest };
        emit(code.into(), identifier, self.data)
    }
}

/// Proprietary (RFC 1962 §4.1).
pub const OUI: u8 = 0;
/// Predictor type 1 (RFC 1978).
pub const PREDICTOR_1: u8 = 1;
/// Predictor type 2 (RFC 1978).
pub const PREDICTOR_2: u8 = 2;
/// Microsoft's encryption and compression (RFC 3078 §2).
pub const MPPE: u8 = 18;
/// BSD-Compress (RFC 1977 §3).
pub const BSD: u8 = 21;
/// Deflate by the number that its draft had.
pub const DEFLATE_DRAFT: u8 = 24;
/// Deflate (RFC 1979 §3).
pub const DEFLATE: u8 = 26;

/// The only version of BSD-Compress (RFC 1977 §3).
pub const BSD_VERSION: u8 = 1;
/// The only method of Deflate (RFC 1979 §3).
pub const DEFLATE_METHOD: u8 = 8;

/// The Supported Bits of MPPE (RFC 3078 §2).
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |             |H|                               |M|S|L|D|     |C|
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MppeBits(pub u32);

impl MppeBits {
    /// `H`: stateless, the key changes with every packet.
    pub const STATELESS: u32 = 0x0100_0000;
    /// `M`: keys of 56 bits.
    pub const BITS_56: u32 = 0x80;
    /// `S`: keys of 128 bits.
    pub const BITS_128: u32 = 0x40;
    /// `L`: keys of 40 bits.
    pub const BITS_40: u32 = 0x20;
    /// `D`: obsolete.
    pub const OBSOLETE: u32 = 0x10;
    /// `C`: compression, MPPC.
    pub const MPPC: u32 = 0x01;
    /// All that have a name.
    const NAMED: u32 = Self::STATELESS | Self::BITS_56 | Self::BITS_128 | Self::BITS_40 | Self::OBSOLETE | Self::MPPC;

    /// Whether all of `bits` are set.
    pub const fn has(self, bits: u32) -> bool {
        self.0 & bits == bits
    }

    /// Whether there are bits without a name.
    pub const fn has_unknown(self) -> bool {
        self.0 & !Self::NAMED != 0
    }
}

/// What an option means.
///
/// ```
/// use offhook_ppp::ccp::CcpOption;
/// use offhook_ppp::options::RawOption;
///
/// let option = CcpOption::parse(RawOption { kind: 26, data: &[0x78, 0] });
/// assert_eq!(option, CcpOption::Deflate { draft: false, window: 15, method: 8, check: 0 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CcpOption<'a> {
    /// 0: somebody's own.
    Proprietary {
        /// Whose.
        oui: [u8; 3],
        /// Which of theirs.
        subtype: u8,
        /// Its parameters.
        values: &'a [u8],
    },
    /// 1 or 2: Predictor of that type.
    Predictor(u8),
    /// 18.
    Mppe(MppeBits),
    /// 21.
    Bsd {
        /// [`BSD_VERSION`].
        version: u8,
        /// Bits of the longest code, 9 to 15.
        bits: u8,
    },
    /// 26, or 24 by its draft.
    Deflate {
        /// By number 24.
        draft: bool,
        /// The window's octets as a power of two, 8 to 15 (that of RFC 1979 §3 and 8).
        window: u8,
        /// [`DEFLATE_METHOD`].
        method: u8,
        /// 0: sequence numbers. As pppd shows it, with the six bits before it.
        check: u8,
    },
    /// A kind that has no name here, or data of a length that its kind does not have.
    Unknown(RawOption<'a>),
}

impl<'a> CcpOption<'a> {
    /// Reads an option.
    pub fn parse(option: RawOption<'a>) -> Self {
        match (option.kind, option.data) {
            (OUI, [a, b, c, subtype, values @ ..]) => {
                Self::Proprietary { oui: [*a, *b, *c], subtype: *subtype, values }
            }
            (PREDICTOR_1 | PREDICTOR_2, []) => Self::Predictor(option.kind),
            (MPPE, &[a, b, c, d]) => Self::Mppe(MppeBits(u32::from_be_bytes([a, b, c, d]))),
            (BSD, &[field]) => Self::Bsd { version: field >> 5, bits: field & 0x1f },
            (DEFLATE | DEFLATE_DRAFT, &[window, check]) => Self::Deflate {
                draft: option.kind == DEFLATE_DRAFT,
                window: (window >> 4) + 8,
                method: window & 0x0f,
                check,
            },
            _ => Self::Unknown(option),
        }
    }

    /// Appends the option as it goes on the wire; a window or a number of bits that its field has no room for is cut.
    pub fn emit(&self, octets: &mut Vec<u8>) {
        match *self {
            Self::Proprietary { oui, subtype, values } => {
                push(octets, OUI, &[&oui[..], &[subtype], values].concat());
            }
            Self::Predictor(kind) => push(octets, kind, &[]),
            Self::Mppe(MppeBits(bits)) => push(octets, MPPE, &bits.to_be_bytes()),
            Self::Bsd { version, bits } => push(octets, BSD, &[version << 5 | bits & 0x1f]),
            Self::Deflate { draft, window, method, check } => {
                let kind = if draft { DEFLATE_DRAFT } else { DEFLATE };
                push(octets, kind, &[window.wrapping_sub(8) << 4 | method & 0x0f, check]);
            }
            Self::Unknown(option) => option.emit(octets),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_kind_has_its_meaning_and_a_wrong_length_none() {
        for (kind, data, meaning) in [
            (0, &[0, 0, 0x0c, 7, 1][..], CcpOption::Proprietary { oui: [0, 0, 0x0c], subtype: 7, values: &[1] }),
            (1, &[], CcpOption::Predictor(1)),
            (2, &[], CcpOption::Predictor(2)),
            (18, &[1, 0, 0, 0x40], CcpOption::Mppe(MppeBits(MppeBits::STATELESS | MppeBits::BITS_128))),
            (21, &[0x2f], CcpOption::Bsd { version: 1, bits: 15 }),
            (24, &[0x78, 0], CcpOption::Deflate { draft: true, window: 15, method: 8, check: 0 }),
            (26, &[0x18, 3], CcpOption::Deflate { draft: false, window: 9, method: 8, check: 3 }),
        ] {
            assert_eq!(CcpOption::parse(RawOption { kind, data }), meaning);
        }
        for (kind, data) in [(0, &[0; 3][..]), (1, &[0]), (18, &[0; 3]), (21, &[]), (26, &[0x78]), (17, &[1])] {
            let option = RawOption { kind, data };
            assert_eq!(CcpOption::parse(option), CcpOption::Unknown(option));
        }
    }

    #[test]
    fn bits_without_a_name_are_noticed() {
        assert!(!MppeBits(0x0100_00f1).has_unknown());
        assert!(MppeBits(0x0200_0000).has_unknown() && MppeBits(0x08).has_unknown());
        assert!(MppeBits(0x0100_0040).has(MppeBits::STATELESS) && !MppeBits(0x40).has(MppeBits::STATELESS));
    }

    #[test]
    fn a_reset_reads_and_writes_the_same() {
        for (octets, reset) in [
            (&b"\x0e\x07\x00\x04"[..], Reset { ack: false, data: b"" }),
            (b"\x0f\x07\x00\x06\x01\x02", Reset { ack: true, data: b"\x01\x02" }),
        ] {
            assert_eq!(Reset::parse(&Packet::new_checked(octets).unwrap()), Some(reset));
            assert_eq!(reset.emit(7), octets);
        }
        assert_eq!(Reset::parse(&Packet::new_checked(b"\x0d\x07\x00\x04").unwrap()), None);
    }

    proptest! {
        #[test]
        fn any_option_is_read_and_written_again_as_it_was(
            kind in prop_oneof![0..30_u8, any::<u8>()], data in prop::collection::vec(any::<u8>(), 0..12)
        ) {
            let option = RawOption { kind, data: &data };
            let (mut before, mut after) = (Vec::new(), Vec::new());
            option.emit(&mut before);
            CcpOption::parse(option).emit(&mut after);
            prop_assert_eq!(before, after);
        }
    }
}
