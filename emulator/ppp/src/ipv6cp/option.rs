//! Configuration Options of IPV6CP (RFC 5072 §4): an option in, its meaning out, and back.

use crate::options::{RawOption, push};

/// Interface-Identifier (RFC 5072 §4.1).
pub const INTERFACE_IDENTIFIER: u8 = 1;
/// IPv6-Compression-Protocol (RFC 5172 §2).
pub const COMPRESSION: u8 = 2;

/// What an option means.
///
/// ```
/// use offhook_ppp::ipv6cp::Ipv6cpOption;
/// use offhook_ppp::options::RawOption;
///
/// let option = Ipv6cpOption::parse(RawOption { kind: 1, data: &[0, 0, 0, 0, 0, 0, 0, 5] });
/// assert_eq!(option, Ipv6cpOption::InterfaceIdentifier(5));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ipv6cpOption<'a> {
    /// 1: the lower half of the sender's link-local address; 0 asks for one.
    InterfaceIdentifier(u64),
    /// 2.
    Compression {
        /// Which compression protocol.
        protocol: u16,
        /// The protocol's own.
        data: &'a [u8],
    },
    /// A kind that has no name here, or data of a length that its kind does not have.
    Unknown(RawOption<'a>),
}

impl<'a> Ipv6cpOption<'a> {
    /// Reads an option.
    pub fn parse(option: RawOption<'a>) -> Self {
        match (option.kind, option.data) {
            (INTERFACE_IDENTIFIER, &[a, b, c, d, e, f, g, h]) => {
                Self::InterfaceIdentifier(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
            }
            (COMPRESSION, [high, low, data @ ..]) => {
                Self::Compression { protocol: u16::from_be_bytes([*high, *low]), data }
            }
            _ => Self::Unknown(option),
        }
    }

    /// Appends the option as it goes on the wire.
    pub fn emit(&self, octets: &mut Vec<u8>) {
        match *self {
            Self::InterfaceIdentifier(identifier) => push(octets, INTERFACE_IDENTIFIER, &identifier.to_be_bytes()),
            Self::Compression { protocol, data } => {
                push(octets, COMPRESSION, &[&protocol.to_be_bytes(), data].concat())
            }
            Self::Unknown(option) => option.emit(octets),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_option_is_read_and_written_again_as_it_was(
            kind in prop_oneof![0..4_u8, any::<u8>()], data in prop::collection::vec(any::<u8>(), 0..12)
        ) {
            let option = RawOption { kind, data: &data };
            let (mut before, mut after) = (Vec::new(), Vec::new());
            option.emit(&mut before);
            Ipv6cpOption::parse(option).emit(&mut after);
            prop_assert_eq!(before, after);
        }
    }
}
