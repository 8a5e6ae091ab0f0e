//! Address, control and protocol of a frame (RFC 1662 §3.1, RFC 1661 §2), compressed or not.
//!
//! A frame without FCS and transparency in, a [`Frame`] out, and back. Either compression is understood
//! whether or not it was agreed on: RFC 1661 §6.5 and §6.6 ask that much of a receiver that agreed,
//! and a receiver that did not may do so.
//!
//! ```
//! use offhook_ppp::frame::{Compression, Frame, IP};
//!
//! let frame = Frame { protocol: IP, information: &[0x45, 0x00] };
//! assert_eq!(frame.emit(Compression::NONE), b"\xff\x03\x00\x21\x45\x00");
//! let shortest = frame.emit(Compression { acfc: true, pfc: true });
//! assert_eq!(shortest, b"\x21\x45\x00");
//! assert_eq!(Frame::parse(&shortest)?, frame);
//! # Ok::<(), offhook_ppp::frame::FrameError>(())
//! ```

use std::fmt;

/// Link Control Protocol.
pub const LCP: u16 = 0xc021;
/// Password Authentication Protocol.
pub const PAP: u16 = 0xc023;
/// Challenge Handshake Authentication Protocol.
pub const CHAP: u16 = 0xc223;
/// Extensible Authentication Protocol.
pub const EAP: u16 = 0xc227;
/// Link-Quality-Report (RFC 1989).
pub const LQR: u16 = 0xc025;
/// Callback Control Protocol, Microsoft's.
pub const CBCP: u16 = 0xc029;
/// Internet Protocol Control Protocol.
pub const IPCP: u16 = 0x8021;
/// IPv6 Control Protocol.
pub const IPV6CP: u16 = 0x8057;
/// Compression Control Protocol.
pub const CCP: u16 = 0x80fd;
/// Encryption Control Protocol (RFC 1968).
pub const ECP: u16 = 0x8053;
/// Compressed datagram (RFC 1962).
pub const COMPRESSED: u16 = 0x00fd;
/// Encrypted datagram (RFC 1968).
pub const ENCRYPTED: u16 = 0x0053;
/// Van Jacobson's compressed TCP/IP (RFC 1332 §4).
pub const VJ_COMPRESSED: u16 = 0x002d;
/// Van Jacobson's uncompressed TCP/IP (RFC 1332 §4).
pub const VJ_UNCOMPRESSED: u16 = 0x002f;
/// Internet Protocol.
pub const IP: u16 = 0x0021;
/// Internet Protocol version 6.
pub const IPV6: u16 = 0x0057;

/// The protocol of a datagram, by the version in its first four bits: [`IPV6`], or [`IP`] for whatever is not that.
pub fn protocol_of(datagram: &[u8]) -> u16 {
    if datagram.first().is_some_and(|first| first >> 4 == 6) { IPV6 } else { IP }
}

/// All-Stations address and Unnumbered Information (RFC 1662 §3.1).
const ADDRESS_CONTROL: [u8; 2] = [0xff, 0x03];

/// A frame as the protocols see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The Protocol field, two octets even if it was sent as one.
    pub protocol: u16,
    /// The Information field, padding included.
    pub information: &'a [u8],
}

/// What the sender of a frame leaves out of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compression {
    /// Address-and-Control-Field-Compression (RFC 1661 §6.6): address and control.
    pub acfc: bool,
    /// Protocol-Field-Compression (RFC 1661 §6.5): the Protocol field's first octet, if it is zero.
    pub pfc: bool,
}

impl Compression {
    /// Nothing is left out, as before LCP has agreed on anything.
    pub const NONE: Self = Self { acfc: false, pfc: false };
}

/// Why octets with a good FCS are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameError {
    /// The frame ends before the Protocol field does.
    NoProtocol {
        /// Octets there were.
        len: usize,
    },
    /// All-Stations is followed by another control than Unnumbered Information (RFC 1662 §3.1).
    BadControl {
        /// The Control field.
        control: u8,
    },
    /// The Protocol field's last octet is even or its first octet is odd (RFC 1661 §2).
    BadProtocol {
        /// The field as two octets.
        protocol: u16,
    },
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoProtocol { len } => write!(f, "the frame ends after {len} octets, before its Protocol field does"),
            Self::BadControl { control } => {
                write!(f, "0x{control:02x} is no Control field: after All-Stations, 0xff, comes 0x03")
            }
            Self::BadProtocol { protocol } => {
                write!(f, "0x{protocol:04x} is no Protocol field: its last octet must be odd and its first even")
            }
        }
    }
}

impl std::error::Error for FrameError {}

impl<'a> Frame<'a> {
    /// Reads address, control and protocol, each compressed or not.
    pub fn parse(octets: &'a [u8]) -> Result<Self, FrameError> {
        match Self::parse_any(octets)? {
            Self { protocol, .. } if protocol & 1 == 0 => Err(FrameError::BadProtocol { protocol }),
            frame => Ok(frame),
        }
    }

    /// Likewise, with whatever Protocol field there is: one that cannot be "MUST be treated as having an unrecognized
    /// Protocol" (RFC 1661 §2), which a peer is told of as of any other.
    pub fn parse_any(octets: &'a [u8]) -> Result<Self, FrameError> {
        let rest = match *octets {
            // No Protocol field is 0x00ff, so that All-Stations can be told from it (RFC 1661 §6.5).
            [0xff, control, ..] if control != ADDRESS_CONTROL[1] => return Err(FrameError::BadControl { control }),
            _ => octets.strip_prefix(&ADDRESS_CONTROL).unwrap_or(octets),
        };
        match *rest {
            // "The presence of a binary "1" as the LSB marks the last octet of the Protocol field" (RFC 1661 §6.5).
            [first, ref information @ ..] if first & 1 == 1 => Ok(Self { protocol: first.into(), information }),
            [first, second, ref information @ ..] => {
                Ok(Self { protocol: u16::from_be_bytes([first, second]), information })
            }
            _ => Err(FrameError::NoProtocol { len: octets.len() }),
        }
    }

    /// Whether these octets begin with the address and control that all frames have (RFC 1662 §3.1).
    pub fn has_address_control(octets: &[u8]) -> bool {
        octets.starts_with(&ADDRESS_CONTROL)
    }

    /// The octets for [`transparency::encode`](crate::transparency::encode). LCP is never compressed
    /// (RFC 1661 §6.5, §6.6).
    pub fn emit(&self, compression: Compression) -> Vec<u8> {
        let Compression { acfc, pfc } = compression;
        let lcp = self.protocol == LCP;
        let mut octets = Vec::with_capacity(self.information.len() + 4);
        if lcp || !acfc {
            octets.extend(ADDRESS_CONTROL);
        }
        match self.protocol.to_be_bytes() {
            [0, low] if pfc && !lcp => octets.push(low),
            both => octets.extend(both),
        }
        octets.extend_from_slice(self.information);
        octets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_four_forms_of_an_ip_frame_read_the_same() {
        let frame = Frame { protocol: IP, information: &[0x45, 0x00] };
        for (octets, acfc, pfc) in [
            (&b"\xff\x03\x00\x21\x45\x00"[..], false, false),
            (b"\xff\x03\x21\x45\x00", false, true),
            (b"\x00\x21\x45\x00", true, false),
            (b"\x21\x45\x00", true, true),
        ] {
            assert_eq!(Frame::parse(octets), Ok(frame));
            assert_eq!(frame.emit(Compression { acfc, pfc }), octets);
        }
    }

    #[test]
    fn lcp_is_never_compressed() {
        let frame = Frame { protocol: LCP, information: &[9, 1, 0, 4] };
        assert_eq!(frame.emit(Compression { acfc: true, pfc: true }), b"\xff\x03\xc0\x21\x09\x01\x00\x04");
    }

    #[test]
    fn a_frame_without_a_whole_protocol_field_is_refused_and_an_empty_information_field_is_not() {
        assert_eq!(Frame::parse(b""), Err(FrameError::NoProtocol { len: 0 }));
        assert_eq!(Frame::parse(b"\xff\x03"), Err(FrameError::NoProtocol { len: 2 }));
        assert_eq!(Frame::parse(b"\xff\x03\x80"), Err(FrameError::NoProtocol { len: 3 }));
        assert_eq!(Frame::parse(b"\xff\x03\x80\x20"), Err(FrameError::BadProtocol { protocol: 0x8020 }));
        assert_eq!(Frame::parse_any(b"\xff\x03\x80\x20\x01"), Ok(Frame { protocol: 0x8020, information: &[1] }));
        assert_eq!(Frame::parse(b"\xff\x13\xc0\x21"), Err(FrameError::BadControl { control: 0x13 }));
        assert_eq!(Frame::parse(b"\xff\x03\xc0\x21"), Ok(Frame { protocol: LCP, information: &[] }));
    }
}
