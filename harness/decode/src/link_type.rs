//! Link types of pcap and pcapng that hold PPP, and how each tells who sent a frame.
//!
//! In: the data of a packet. Out: the frame, address to information, and its direction.

use offhook_ppp::print;
use offhook_telephony::trace::{End, EventKind};

/// What the data of a packet are (IANA's registry of LINKTYPE values).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkType {
    /// 9, LINKTYPE_PPP: a frame, with address and control or without.
    Ppp,
    /// 50, LINKTYPE_PPP_HDLC: a frame with address and control.
    PppHdlc,
    /// 166, LINKTYPE_PPP_PPPD: the direction stands in place of the address.
    Pppd,
    /// 204, LINKTYPE_PPP_WITH_DIR: the direction stands before the frame.
    PppWithDir,
    /// 252, LINKTYPE_WIRESHARK_UPPER_PDU.
    UpperPdu,
    /// No PPP.
    Other(u16),
}

/// Whether whoever recorded a packet sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Sent,
    Received,
}

impl Direction {
    const fn of(octet: u8) -> Self {
        if octet == 0 { Self::Received } else { Self::Sent }
    }

    /// Who that is.
    pub(crate) const fn end(self, recorder: End) -> End {
        match self {
            Self::Sent => recorder,
            Self::Received => recorder.other(),
        }
    }
}

impl LinkType {
    pub(crate) const fn of(number: u16) -> Self {
        match number {
            9 => Self::Ppp,
            50 => Self::PppHdlc,
            166 => Self::Pppd,
            204 => Self::PppWithDir,
            252 => Self::UpperPdu,
            other => Self::Other(other),
        }
    }

    /// Whether every packet tells its direction.
    pub(crate) const fn tells_direction(self) -> bool {
        matches!(self, Self::Pppd | Self::PppWithDir)
    }

    /// The frame in these data and, where the type tells it, its direction.
    pub(crate) fn frame(self, data: &[u8]) -> Option<(Option<Direction>, Frame<'_>)> {
        match (self, data) {
            (Self::Ppp | Self::PppHdlc, _) => Some((None, Frame { head: &[], rest: data })),
            (Self::PppWithDir, [direction, rest @ ..]) => {
                Some((Some(Direction::of(*direction)), Frame { head: &[], rest }))
            }
            // What stands in place of the control octet is not always 3: Linux leaves there what was.
            (Self::Pppd, [direction, _, rest @ ..]) => {
                Some((Some(Direction::of(*direction)), Frame { head: &[0xff, 0x03], rest }))
            }
            _ => None,
        }
    }
}

/// A frame, address to information.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'a> {
    head: &'static [u8],
    rest: &'a [u8],
}

impl Frame<'_> {
    /// As a trace has it.
    pub(crate) fn event(self, from: End) -> EventKind {
        let octets = [self.head, self.rest].concat();
        let text = print::frame(&octets);
        EventKind::Frame { from, octets, text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_link_type_gives_the_same_frame() {
        let frame = b"\xff\x03\xc0\x21\x09\x01\x00\x08\x12\x34\x56\x78";
        let seen = |link: u16, data: &[u8]| {
            let (direction, frame) = LinkType::of(link).frame(data)?;
            Some((direction, frame.event(End::Server)))
        };
        let event = |octets: &[u8]| EventKind::Frame {
            from: End::Server,
            octets: octets.to_vec(),
            text: "[LCP EchoReq id=0x1 magic=0x12345678]".to_owned(),
        };
        assert_eq!(seen(9, frame), Some((None, event(frame))));
        assert_eq!(seen(9, &frame[2..]), Some((None, event(&frame[2..]))));
        assert_eq!(seen(50, frame), Some((None, event(frame))));
        assert_eq!(seen(166, &[&[0], &frame[1..]].concat()), Some((Some(Direction::Received), event(frame))));
        assert_eq!(seen(204, &[&[1], &frame[..]].concat()), Some((Some(Direction::Sent), event(frame))));
        assert_eq!((seen(204, &[]), seen(166, &[1])), (None, None));
        assert_eq!(seen(1, frame), None);
    }
}
