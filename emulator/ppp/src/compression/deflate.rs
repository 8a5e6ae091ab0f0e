//! Deflate (RFC 1979): packets in, shorter Information fields of protocol 0x00fd out, and back.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |        Sequence Number        |  Deflated: Protocol, Information
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! The Protocol is as short as it can be. Each packet ends with an empty stored block, of which only the type is sent: its four
//! octets 00 00 ff ff are left out (§2). What is a matter of Linux and pppd: protocols above 0x3fff and compressed or encrypted
//! datagrams are no input; a packet that would not get shorter is sent as it is, and is part of the history and counted all the
//! same.
//!
//! ```
//! use offhook_ppp::compression::deflate::{Compressor, Decompressor};
//! use offhook_ppp::frame::{Frame, IP};
//!
//! let (Some(mut sender), Some(mut receiver)) = (Compressor::new(15), Decompressor::new(15, 1500)) else { unreachable!() };
//! let information = [7; 200];
//! let Some(octets) = sender.encode(Frame { protocol: IP, information: &information }) else { unreachable!("it gets shorter") };
//! assert!(octets.len() < 20);
//! assert_eq!(receiver.decode(&octets)?.information, information);
//! # Ok::<(), offhook_ppp::compression::DecompressError>(())
//! ```

use std::fmt;

use zlib_rs::{Deflate, DeflateFlush, Inflate, InflateFlush, Status};

use super::{Datagram, DecompressError, protocol_field, sequenced};
use crate::frame::Frame;

/// What an empty stored block has after its type; left out of each packet.
const LEFT_OUT: [u8; 4] = [0, 0, 0xff, 0xff];
/// zlib's default, which Linux takes.
const LEVEL: i32 = 6;

/// Whether packets of this protocol are compressed, by Linux and pppd.
pub const fn is_compressed(protocol: u16) -> bool {
    protocol <= 0x3fff && !matches!(protocol, 0x00fb | 0x00fd)
}

/// Whether a window of two to the power of `window` octets can be had. RFC 1979 has 8 as well; zlib does not.
const fn is_window(window: u8) -> bool {
    matches!(window, 9..=15)
}

/// What is compressed of a packet.
fn input(frame: Frame<'_>) -> Vec<u8> {
    let protocol = frame.protocol.to_be_bytes();
    let short = if protocol[0] == 0 { &protocol[1..] } else { &protocol[..] };
    [short, frame.information].concat()
}

/// The sending direction.
pub struct Compressor {
    window: u8,
    deflate: Deflate,
    sequence: u16,
}

impl Compressor {
    /// With a window of two to the power of `window` octets; `None` if it is not 9 to 15.
    pub fn new(window: u8) -> Option<Self> {
        is_window(window).then(|| Self { window, deflate: Deflate::new(LEVEL, false, window), sequence: 0 })
    }

    /// The Information field of a compressed packet. `None` if the packet has to be sent as it is.
    pub fn encode(&mut self, frame: Frame<'_>) -> Option<Vec<u8>> {
        if !is_compressed(frame.protocol) {
            return None;
        }
        let input = input(frame);
        let mut octets = self.sequence.to_be_bytes().to_vec();
        self.sequence = self.sequence.wrapping_add(1);
        let mut piece = vec![0; input.len() + 64];
        let mut rest = &input[..];
        loop {
            let (before_in, before_out) = (self.deflate.total_in(), self.deflate.total_out());
            let status = self.deflate.compress(rest, &mut piece, DeflateFlush::SyncFlush).ok()?;
            let written = (self.deflate.total_out() - before_out) as usize;
            octets.extend_from_slice(&piece[..written]);
            rest = &rest[(self.deflate.total_in() - before_in) as usize..];
            // A full piece may leave some to come.
            if written < piece.len() || status != Status::Ok {
                break;
            }
        }
        let octets = octets.strip_suffix(&LEFT_OUT).map(<[u8]>::to_vec)?;
        (octets.len() < frame.information.len()).then_some(octets)
    }

    /// A Reset-Request came: the history is empty, and a Reset-Ack is due.
    pub fn reset(&mut self) {
        self.deflate.reset();
        self.sequence = 0;
    }
}

impl fmt::Debug for Compressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compressor")
            .field("window", &self.window)
            .field("sequence", &self.sequence)
            .finish_non_exhaustive()
    }
}

/// The receiving direction.
pub struct Decompressor {
    window: u8,
    /// Octets that an Information field may have.
    most: usize,
    inflate: Inflate,
    sequence: u16,
    /// An error came, and no Reset-Ack since.
    is_waiting: bool,
}

impl Decompressor {
    /// With the sender's window, for Information fields of at most `most` octets; `None` if the window is not 9 to 15.
    pub fn new(window: u8, most: u16) -> Option<Self> {
        is_window(window).then(|| Self {
            window,
            most: most.into(),
            inflate: Inflate::new(false, window),
            sequence: 0,
            is_waiting: false,
        })
    }

    /// The packet in an Information field.
    pub fn decode(&mut self, information: &[u8]) -> Result<Datagram, DecompressError> {
        if self.is_waiting {
            return Err(DecompressError::Waiting);
        }
        let result = self.inflate(information);
        self.is_waiting = result.is_err();
        result
    }

    fn inflate(&mut self, information: &[u8]) -> Result<Datagram, DecompressError> {
        let (got, data) = sequenced(information)?;
        if got != self.sequence {
            return Err(DecompressError::Sequence { expected: self.sequence, got });
        }
        self.sequence = self.sequence.wrapping_add(1);
        let input = [data, &LEFT_OUT].concat();
        // A Protocol of two octets, and one octet more to see that there are too many.
        let mut octets = vec![0; self.most + 3];
        let (read, written) = self.step(&input, &mut octets)?;
        let too_long = DecompressError::TooLong { most: self.most };
        if read < input.len() {
            return Err(too_long);
        }
        octets.truncate(written);
        let (protocol, head) = protocol_field(&octets).ok_or(DecompressError::NoProtocol)?;
        octets.drain(..head);
        if octets.len() > self.most { Err(too_long) } else { Ok(Datagram { protocol, information: octets }) }
    }

    /// Inflates as much as there is room for; returns how much was read and written.
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<(usize, usize), DecompressError> {
        let (before_in, before_out) = (self.inflate.total_in(), self.inflate.total_out());
        match self.inflate.decompress(input, output, InflateFlush::SyncFlush) {
            Ok(Status::Ok | Status::BufError) => {
                let (after_in, after_out) = (self.inflate.total_in(), self.inflate.total_out());
                Ok(((after_in - before_in) as usize, (after_out - before_out) as usize))
            }
            Ok(Status::StreamEnd) => Err(DecompressError::Data { what: "a last block, which no packet has" }),
            Err(_) => Err(DecompressError::Data { what: "a block that cannot be" }),
        }
    }

    /// A packet came as it is: it is part of the history, if its protocol is one that is compressed.
    pub fn incompressible(&mut self, frame: Frame<'_>) -> Result<(), DecompressError> {
        if self.is_waiting || !is_compressed(frame.protocol) {
            return Ok(());
        }
        self.sequence = self.sequence.wrapping_add(1);
        // As a stored block (RFC 1951 §3.2.4), which may have 65535 octets.
        for piece in input(frame).chunks(usize::from(u16::MAX)) {
            let length = piece.len() as u16;
            let [low, high] = length.to_le_bytes();
            let block = [&[0, low, high, !low, !high], piece].concat();
            let mut octets = vec![0; piece.len() + 1];
            let result = self.step(&block, &mut octets);
            self.is_waiting = result.is_err();
            result?;
        }
        Ok(())
    }

    /// A Reset-Ack came: the history is empty.
    pub fn reset(&mut self) {
        self.inflate = Inflate::new(false, self.window);
        self.sequence = 0;
        self.is_waiting = false;
    }
}

impl fmt::Debug for Decompressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decompressor")
            .field("window", &self.window)
            .field("sequence", &self.sequence)
            .field("is_waiting", &self.is_waiting)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::frame::{IP, IPV6, LCP};

    fn pair(window: u8) -> (Compressor, Decompressor) {
        (Compressor::new(window).unwrap(), Decompressor::new(window, 1500).unwrap())
    }

    /// One packet from one end to the other, compressed or not.
    fn carry(sender: &mut Compressor, receiver: &mut Decompressor, frame: Frame<'_>) -> Datagram {
        match sender.encode(frame) {
            Some(octets) => receiver.decode(&octets).unwrap(),
            None => {
                receiver.incompressible(frame).unwrap();
                Datagram { protocol: frame.protocol, information: frame.information.to_vec() }
            }
        }
    }

    #[test]
    fn packets_of_rfc_1979_s_shape_are_read() {
        let (mut sender, mut receiver) = pair(15);
        // What zlib 1.2.13 makes of three packets, with raw deflate, Z_SYNC_FLUSH and the last four octets left out.
        for (protocol, text, deflated) in [
            (IP, "hello hello hello hello hello hello", &b"\0\0\x52\xcc\x48\xcd\xc9\xc9\x57\xc0\x4b\x02\x00"[..]),
            (IP, "hello hello hello hello hello hello", b"\0\x01\x52\x24\x42\x0d\x00"),
            (IPV6, "hello hello", b"\0\x02\x0a\x47\x62\x03\x00"),
        ] {
            let packet = Datagram { protocol, information: text.into() };
            assert_eq!(receiver.decode(deflated).as_ref(), Ok(&packet));
            let octets = sender.encode(packet.frame());
            assert!(octets.is_some_and(|octets| octets[..2] == deflated[..2] && octets.len() <= deflated.len() + 2));
        }
        // A stored block of the Protocol and "hi", then the type of an empty one.
        let stored = [0, 3, 0, 3, 0, 0xfc, 0xff, 0x21, b'h', b'i', 0];
        assert_eq!(receiver.decode(&stored).unwrap(), Datagram { protocol: IP, information: b"hi".to_vec() });
    }

    #[test]
    fn a_window_that_cannot_be_is_refused() {
        for window in [0, 8, 16, 255] {
            assert!(Compressor::new(window).is_none() && Decompressor::new(window, 1500).is_none());
        }
    }

    #[test]
    fn packets_that_do_not_get_shorter_are_part_of_the_history() {
        let (mut sender, mut receiver) = pair(10);
        let mut random = offhook_clock::Random::new(3);
        let noise: Vec<u8> = (0..300).map(|_| random.next() as u8).collect();
        let frame = Frame { protocol: IP, information: &noise };
        assert_eq!(sender.encode(frame), None);
        receiver.incompressible(frame).unwrap();
        // The same again lies within the window of 1024 octets.
        let octets = sender.encode(frame).unwrap();
        assert!(octets.len() < 30, "{}", octets.len());
        assert_eq!(receiver.decode(&octets).unwrap().information, noise);
    }

    #[test]
    fn control_protocols_and_what_is_compressed_already_are_left_alone_and_not_counted() {
        let (mut sender, mut receiver) = pair(15);
        for protocol in [LCP, 0x8021, 0x4021, 0x00fd, 0x00fb] {
            let frame = Frame { protocol, information: &[0; 100] };
            assert_eq!(sender.encode(frame), None);
            receiver.incompressible(frame).unwrap();
        }
        let octets = sender.encode(Frame { protocol: IPV6, information: &[0; 100] }).unwrap();
        assert_eq!(octets[..2], [0, 0]);
        assert_eq!(receiver.decode(&octets).unwrap().protocol, IPV6);
        let octets = sender.encode(Frame { protocol: 0x0281, information: &[0; 100] }).unwrap();
        assert_eq!(receiver.decode(&octets).unwrap().protocol, 0x0281);
    }

    #[test]
    fn a_loss_is_noticed_once_and_a_reset_clears_both_ends() {
        let (mut sender, mut receiver) = pair(15);
        let frame = Frame { protocol: IP, information: &[9; 100] };
        receiver.decode(&sender.encode(frame).unwrap()).unwrap();
        sender.encode(frame).unwrap();
        let error = receiver.decode(&sender.encode(frame).unwrap()).unwrap_err();
        assert_eq!(error, DecompressError::Sequence { expected: 1, got: 2 });
        assert!(error.wants_reset());
        assert_eq!(receiver.decode(&sender.encode(frame).unwrap()).unwrap_err(), DecompressError::Waiting);
        sender.reset();
        receiver.reset();
        let octets = sender.encode(frame).unwrap();
        assert_eq!(octets[..2], [0, 0]);
        assert_eq!(receiver.decode(&octets).unwrap().information, [9; 100]);
    }

    #[test]
    fn a_packet_that_would_be_too_long_is_refused() {
        let mut sender = Compressor::new(15).unwrap();
        let octets = sender.encode(Frame { protocol: IP, information: &vec![0; 60_000] }).unwrap();
        let mut receiver = Decompressor::new(15, 1500).unwrap();
        assert_eq!(receiver.decode(&octets).unwrap_err(), DecompressError::TooLong { most: 1500 });
        let mut receiver = Decompressor::new(15, 60_000).unwrap();
        assert_eq!(receiver.decode(&octets).unwrap().information.len(), 60_000);
    }

    #[test]
    fn data_that_cannot_be_is_refused() {
        let refused = |octets: &[u8]| Decompressor::new(15, 1500).unwrap().decode(octets).unwrap_err();
        assert_eq!(refused(&[0, 0]), DecompressError::TooShort { got: 2 });
        assert!(matches!(refused(&[0, 0, 0x07]), DecompressError::Data { .. }), "no block has type 3");
        assert!(matches!(refused(&[0, 0, 0x03, 0x00]), DecompressError::Data { .. }), "a last block");
        assert_eq!(refused(&[0, 0, 0]), DecompressError::NoProtocol);
    }

    proptest! {
        #[test]
        fn whatever_is_sent_is_received(
            window in 9..=15_u8,
            packets in prop::collection::vec(
                (prop::sample::select(vec![IP, IPV6, LCP, 0x0281]), prop::collection::vec(prop_oneof![4 => 0..4_u8, 1 => any::<u8>()], 0..700)),
                0..20,
            ),
        ) {
            let (mut sender, mut receiver) = pair(window);
            for (protocol, information) in packets {
                let frame = Frame { protocol, information: &information };
                let datagram = carry(&mut sender, &mut receiver, frame);
                prop_assert_eq!(datagram.frame(), frame);
            }
        }

        #[test]
        fn any_octets_are_decompressed_or_refused(packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..6)) {
            let mut receiver = Decompressor::new(15, 100).unwrap();
            for (number, octets) in packets.into_iter().enumerate() {
                let octets = [&(number as u16).to_be_bytes(), &octets[..]].concat();
                if let Ok(packet) = receiver.decode(&octets) {
                    prop_assert!(packet.information.len() <= 100);
                }
                receiver.reset();
                let _ = receiver.incompressible(Frame { protocol: IP, information: &octets });
            }
        }
    }
}
