//! How a packet goes onto the line, right or wrong (RFC 1662): address, control, protocol, FCS, transparency, flags, pace.

use std::time::Duration;

use offhook_ppp::fcs;
use offhook_ppp::frame::LCP;
use offhook_ppp::transparency::{DEFAULT_ACCM, ESCAPE, FLAG};
use serde::{Deserialize, Serialize};

/// How a frame goes onto the line. As it is usual unless something is said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Framing {
    /// The Address field; `None`: neither it nor the Control field are there.
    pub address: Option<u8>,
    /// The Control field.
    pub control: u8,
    /// The octets of the Protocol field, in the place of its two.
    pub protocol: Option<Vec<u8>>,
    /// What follows the Information field.
    pub fcs: Fcs,
    /// Control octets that are sent as Control Escape and another.
    pub accm: u32,
    /// Whether every octet that may be is sent so: 0x40 to 0xff but 0x5e, which would become a flag (RFC 1662 §7.1).
    /// Those from 0x20 to 0x3f would become control octets, which a receiver removes.
    pub escape_all: bool,
    /// Flag Sequences before the frame.
    pub flags: u32,
    /// What ends it.
    pub end: End,
    /// Only so many octets of it are sent, the opening flags not counted.
    pub cut: Option<usize>,
    /// Octets that are sent, as they are, after each octet between the flags.
    pub stray: Vec<u8>,
    /// Time between its octets; zero: all at once.
    pub every: Duration,
}

/// What follows the Information field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fcs {
    /// The FCS of 16 bits (RFC 1662 appendix C.2).
    #[default]
    Good,
    /// The same with a bit changed.
    Bad,
    /// The FCS of 32 bits (appendix C.3).
    Long,
    /// Nothing.
    Missing,
}

/// What ends a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// A Flag Sequence.
    #[default]
    Flag,
    /// Control Escape and a Flag Sequence: the frame is aborted (RFC 1662 §4.3).
    Abort,
    /// Nothing.
    Nothing,
}

impl Default for Framing {
    fn default() -> Self {
        Self {
            address: Some(0xff),
            control: 0x03,
            protocol: None,
            fcs: Fcs::Good,
            accm: DEFAULT_ACCM,
            escape_all: false,
            flags: 1,
            end: End::Flag,
            cut: None,
            stray: Vec::new(),
            every: Duration::ZERO,
        }
    }
}

impl Framing {
    /// The octets for the line.
    ///
    /// ```
    /// use offhook_script::framing::Framing;
    ///
    /// let octets = Framing::default().encode(0xc021, b"\x06\x02\x00\x04");
    /// assert_eq!(octets, b"~\xff\x7d\x23\xc0\x21\x7d\x26\x7d\x22\x7d\x20\x7d\x24\x94\x7d\x2d~");
    /// ```
    pub fn encode(&self, protocol: u16, information: &[u8]) -> Vec<u8> {
        let mut frame = Vec::with_capacity(information.len() + 8);
        if let Some(address) = self.address {
            frame.extend([address, self.control]);
        }
        match &self.protocol {
            Some(octets) => frame.extend(octets),
            None => frame.extend(protocol.to_be_bytes()),
        }
        frame.extend(information);
        match self.fcs {
            Fcs::Good => frame.extend(fcs::trailer(&frame)),
            Fcs::Bad => {
                let [low, high] = fcs::trailer(&frame);
                frame.extend([low ^ 1, high]);
            }
            Fcs::Long => frame.extend(long_fcs(&frame).to_le_bytes()),
            Fcs::Missing => {}
        }
        let mut line = vec![FLAG; self.flags as usize];
        let mut body = Vec::with_capacity(frame.len() * 2);
        for octet in frame {
            if self.escapes(octet) {
                body.extend([ESCAPE, octet ^ 0x20]);
            } else {
                body.push(octet);
            }
            body.extend(&self.stray);
        }
        body.truncate(self.cut.unwrap_or(usize::MAX));
        line.extend(body);
        match self.end {
            End::Flag => line.push(FLAG),
            End::Abort => line.extend([ESCAPE, FLAG]),
            End::Nothing => {}
        }
        line
    }

    const fn escapes(&self, octet: u8) -> bool {
        match octet {
            FLAG | ESCAPE => true,
            0..0x20 if self.accm >> octet & 1 == 1 => true,
            _ => self.escape_all && octet >= 0x40 && octet != FLAG ^ 0x20,
        }
    }
}

/// What a link that has agreed on compression and an ACCM would send for this protocol.
pub fn agreed(protocol: u16, accm: u32, acfc: bool, pfc: bool) -> Framing {
    if protocol == LCP {
        return Framing::default();
    }
    let short = (pfc && protocol < 0x100).then(|| vec![protocol as u8]);
    Framing { accm, address: (!acfc).then_some(0xff), protocol: short, ..Framing::default() }
}

/// RFC 1662 appendix C.3.
fn long_fcs(octets: &[u8]) -> u32 {
    let step = |fcs: u32, octet: &u8| {
        (0..8).fold(fcs ^ u32::from(*octet), |fcs, _| if fcs & 1 == 1 { fcs >> 1 ^ 0xedb8_8320 } else { fcs >> 1 })
    };
    !octets.iter().fold(u32::MAX, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_frame_is_what_the_link_itself_would_send() {
        let information = b"\x09\x01\x00\x0a\x12\x34\x56\x78\x7e\x7d";
        let mut frame = vec![0xff, 0x03, 0xc0, 0x21];
        frame.extend(information);
        assert_eq!(
            Framing::default().encode(LCP, information),
            offhook_ppp::transparency::encode(&frame, DEFAULT_ACCM)
        );
    }

    #[test]
    fn the_long_fcs_of_the_digits_is_the_known_one() {
        // The check value of CRC-32/ISO-HDLC.
        assert_eq!(long_fcs(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn a_frame_can_be_cut_aborted_strewn_and_left_open() {
        let framing = |change: fn(&mut Framing)| {
            let mut framing = Framing { accm: 0, ..Framing::default() };
            change(&mut framing);
            framing.encode(0x0021, b"E")
        };
        let whole = framing(|_| {});
        assert_eq!(whole[..6], *b"~\xff\x03\x00\x21E");
        assert_eq!(framing(|it| it.cut = Some(3)), b"~\xff\x03\x00~");
        assert_eq!(framing(|it| it.end = End::Nothing), whole[..whole.len() - 1]);
        assert_eq!(framing(|it| it.end = End::Abort)[whole.len() - 1..], *b"\x7d~");
        assert_eq!(framing(|it| it.stray = vec![0x11])[..5], *b"~\xff\x11\x03\x11");
        assert_eq!(framing(|it| it.address = None)[..4], *b"~\x00\x21E");
        assert_eq!(framing(|it| it.flags = 3)[..4], *b"~~~\xff");
        assert_eq!(framing(|it| it.escape_all = true)[..7], *b"~\x7d\xdf\x03\x00\x21\x7d");
        assert_eq!(framing(|it| it.fcs = Fcs::Missing), b"~\xff\x03\x00\x21E~");
    }
}
