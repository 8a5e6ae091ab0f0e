//! The formats, and how each is told by its first octets.

use std::fmt;

/// A format of captures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// pcap, as tcpdump writes it.
    Pcap,
    /// pcapng, as offhook and Wireshark write it.
    PcapNg,
    /// What pppd writes with its option `record`, and pppdump(8) reads.
    PppRecord,
    /// Octets of one direction of a serial line, nothing else.
    Serial,
}

/// So many octets tell a format.
pub(crate) const TELLING: usize = 8;

impl Format {
    /// The format of a capture that begins so; `last`: it has no more octets. `None`: more octets will tell.
    pub(crate) fn told_by(first: &[u8], last: bool) -> Option<Self> {
        if first.len() < TELLING && !last {
            return None;
        }
        Some(match first {
            [0x0a, 0x0d, 0x0d, 0x0a, ..] => Self::PcapNg,
            // Microseconds and nanoseconds, in the order of octets of either kind of machine.
            [0xa1, 0xb2, 0xc3, 0xd4, ..]
            | [0xd4, 0xc3, 0xb2, 0xa1, ..]
            | [0xa1, 0xb2, 0x3c, 0x4d, ..]
            | [0x4d, 0x3c, 0xb2, 0xa1, ..] => Self::Pcap,
            // A start marker, the time, and a record of another kind.
            [7, _, _, _, _, 1..=7, ..] => Self::PppRecord,
            [7, _, _, _, _] => Self::PppRecord,
            _ => Self::Serial,
        })
    }

    /// Whether it tells when things happened.
    pub const fn has_times(self) -> bool {
        !matches!(self, Self::Serial)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Pcap => "pcap",
            Self::PcapNg => "pcapng",
            Self::PppRecord => "pppd record",
            Self::Serial => "octets of a serial line",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_octets_tell_the_format() {
        for (first, format) in [
            (&b"\x0a\x0d\x0d\x0a\x1c\0\0\0"[..], Format::PcapNg),
            (b"\xd4\xc3\xb2\xa1\x02\0\x04\0", Format::Pcap),
            (b"\xa1\xb2\x3c\x4d\0\x02\0\x04", Format::Pcap),
            (b"\x07\x69\x5b\x80\x10\x02\0\x2e", Format::PppRecord),
            (b"\r\nRING\r\n", Format::Serial),
            (b"~\xff}#\xc0!}!", Format::Serial),
        ] {
            assert_eq!(Format::told_by(first, false), Some(format), "{first:?}");
            assert_eq!(Format::told_by(&first[..3], false), None);
        }
        assert_eq!(Format::told_by(b"", true), Some(Format::Serial));
    }
}
