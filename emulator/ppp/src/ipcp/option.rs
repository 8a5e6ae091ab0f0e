//! Configuration Options of IPCP (RFC 1332 §3, RFC 1877 §1): an option in, its meaning out, and back.

use std::net::Ipv4Addr;

use crate::options::{RawOption, push};

/// IP-Addresses (RFC 1332 §3.1), the old way to tell both ends' addresses.
pub const ADDRESSES: u8 = 1;
/// IP-Compression-Protocol (RFC 1332 §3.2).
pub const COMPRESSION: u8 = 2;
/// IP-Address (RFC 1332 §3.3).
pub const ADDRESS: u8 = 3;
/// Mobile-IPv4 (RFC 2290 §2).
pub const MOBILE_IPV4: u8 = 4;
/// Primary DNS Server Address (RFC 1877 §1.1).
pub const PRIMARY_DNS: u8 = 129;
/// Primary NBNS Server Address (RFC 1877 §1.2).
pub const PRIMARY_NBNS: u8 = 130;
/// Secondary DNS Server Address (RFC 1877 §1.3).
pub const SECONDARY_DNS: u8 = 131;
/// Secondary NBNS Server Address (RFC 1877 §1.4).
pub const SECONDARY_NBNS: u8 = 132;

/// What an option means.
///
/// ```
/// use std::net::Ipv4Addr;
///
/// use offhook_ppp::ipcp::{IpcpOption, NameServer};
/// use offhook_ppp::options::RawOption;
///
/// let option = IpcpOption::parse(RawOption { kind: 129, data: &[9, 9, 9, 9] });
/// assert_eq!(option, IpcpOption::NameServer(NameServer::PrimaryDns, Ipv4Addr::new(9, 9, 9, 9)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IpcpOption<'a> {
    /// 1: the sender's address and the receiver's.
    Addresses(Ipv4Addr, Ipv4Addr),
    /// 2.
    Compression {
        /// 0x002d: Van Jacobson's.
        protocol: u16,
        /// The protocol's own.
        data: &'a [u8],
    },
    /// 3: the sender's address; 0.0.0.0 asks for one.
    Address(Ipv4Addr),
    /// 4: the home address of a mobile node.
    MobileIpv4(Ipv4Addr),
    /// 129 to 132: a name server that the sender is to use; 0.0.0.0 asks for one.
    NameServer(NameServer, Ipv4Addr),
    /// A kind that has no name here, or data of a length that its kind does not have.
    Unknown(RawOption<'a>),
}

/// The data of IP-Compression-Protocol for Van Jacobson's, after its protocol number (RFC 1332 §4).
///
/// ```text
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  Max-Slot-Id  | Comp-Slot-Id  |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VanJacobson {
    /// The greatest slot: one less than there are.
    pub max_slot: u8,
    /// 1: the slot may be left out of a packet that has the last one's.
    pub compress_slot: u8,
}

impl VanJacobson {
    /// Reads the data; `None` if it has another length, as in the form before RFC 1332, without slots.
    pub const fn parse(data: &[u8]) -> Option<Self> {
        match *data {
            [max_slot, compress_slot] => Some(Self { max_slot, compress_slot }),
            _ => None,
        }
    }

    /// The data.
    pub const fn emit(self) -> [u8; 2] {
        [self.max_slot, self.compress_slot]
    }
}

/// Which name server (RFC 1877 §1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameServer {
    /// 129.
    PrimaryDns,
    /// 130.
    PrimaryNbns,
    /// 131.
    SecondaryDns,
    /// 132.
    SecondaryNbns,
}

impl NameServer {
    const fn of(kind: u8) -> Option<Self> {
        match kind {
            PRIMARY_DNS => Some(Self::PrimaryDns),
            PRIMARY_NBNS => Some(Self::PrimaryNbns),
            SECONDARY_DNS => Some(Self::SecondaryDns),
            SECONDARY_NBNS => Some(Self::SecondaryNbns),
            _ => None,
        }
    }

    /// The Type field of its option.
    pub const fn kind(self) -> u8 {
        match self {
            Self::PrimaryDns => PRIMARY_DNS,
            Self::PrimaryNbns => PRIMARY_NBNS,
            Self::SecondaryDns => SECONDARY_DNS,
            Self::SecondaryNbns => SECONDARY_NBNS,
        }
    }
}

impl<'a> IpcpOption<'a> {
    /// Reads an option.
    pub fn parse(option: RawOption<'a>) -> Self {
        match (option.kind, option.data) {
            (ADDRESSES, &[a, b, c, d, e, f, g, h]) => {
                Self::Addresses(Ipv4Addr::new(a, b, c, d), Ipv4Addr::new(e, f, g, h))
            }
            (COMPRESSION, [high, low, data @ ..]) => {
                Self::Compression { protocol: u16::from_be_bytes([*high, *low]), data }
            }
            (ADDRESS, &[a, b, c, d]) => Self::Address(Ipv4Addr::new(a, b, c, d)),
            (MOBILE_IPV4, &[a, b, c, d]) => Self::MobileIpv4(Ipv4Addr::new(a, b, c, d)),
            (kind, &[a, b, c, d]) => match NameServer::of(kind) {
                Some(server) => Self::NameServer(server, Ipv4Addr::new(a, b, c, d)),
                None => Self::Unknown(option),
            },
            _ => Self::Unknown(option),
        }
    }

    /// Appends the option as it goes on the wire.
    pub fn emit(&self, octets: &mut Vec<u8>) {
        match *self {
            Self::Addresses(own, other) => push(octets, ADDRESSES, &[own.octets(), other.octets()].concat()),
            Self::Compression { protocol, data } => {
                push(octets, COMPRESSION, &[&protocol.to_be_bytes(), data].concat())
            }
            Self::Address(address) => push(octets, ADDRESS, &address.octets()),
            Self::MobileIpv4(address) => push(octets, MOBILE_IPV4, &address.octets()),
            Self::NameServer(server, address) => push(octets, server.kind(), &address.octets()),
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
            kind in prop_oneof![0..5_u8, 127..134_u8, any::<u8>()], data in prop::collection::vec(any::<u8>(), 0..12)
        ) {
            let option = RawOption { kind, data: &data };
            let (mut before, mut after) = (Vec::new(), Vec::new());
            option.emit(&mut before);
            IpcpOption::parse(option).emit(&mut after);
            prop_assert_eq!(before, after);
        }
    }

    #[test]
    fn each_kind_has_its_meaning_and_a_wrong_length_none() {
        let parse = |kind, data| IpcpOption::parse(RawOption { kind, data });
        let one = Ipv4Addr::new(10, 0, 0, 1);
        assert_eq!(parse(1, &[10, 0, 0, 1, 10, 0, 0, 1]), IpcpOption::Addresses(one, one));
        assert_eq!(parse(2, &[0, 0x2d, 15, 1]), IpcpOption::Compression { protocol: 0x002d, data: &[15, 1] });
        assert_eq!(parse(3, &[10, 0, 0, 1]), IpcpOption::Address(one));
        assert_eq!(parse(4, &[10, 0, 0, 1]), IpcpOption::MobileIpv4(one));
        assert_eq!(parse(132, &[10, 0, 0, 1]), IpcpOption::NameServer(NameServer::SecondaryNbns, one));
        let slots = VanJacobson { max_slot: 15, compress_slot: 1 };
        assert_eq!((VanJacobson::parse(&[15, 1]), slots.emit()), (Some(slots), [15, 1]));
        assert_eq!(VanJacobson::parse(&[]), None);
        for (kind, data) in [(1, &[0; 4][..]), (2, &[0]), (3, &[1, 2, 3]), (129, &[]), (128, &[10, 0, 0, 1])] {
            assert_eq!(parse(kind, data), IpcpOption::Unknown(RawOption { kind, data }));
        }
    }
}
