//! BSD-Compress (RFC 1977): packets in, shorter Information fields of protocol 0x00fd out, and back.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |        Sequence Number        |  Codes: low octet of Protocol, Information
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! It is LZW: a code stands for a string of octets; each code but a packet's first makes the dictionary one string longer. Codes
//! have 9 bits at first, and as many as agreed on at last; when the dictionary is full and serves badly it is cleared, by a code
//! at a packet's end. Protocols 0x0021 to 0x00f9 are compressed; a packet that would not get shorter is sent as it is, and is part
//! of the history and counted all the same.

use std::collections::HashMap;

use super::{Datagram, DecompressError, sequenced};
use crate::frame::Frame;

/// The code that clears the dictionary.
const CLEAR: u16 = 256;
/// The first code that is not an octet or [`CLEAR`].
const FIRST: u16 = 257;
/// Bits of the first codes.
const FEWEST_BITS: u8 = 9;
/// From one look at what compression saves to the next, in octets.
const CHECK: u32 = 10_000;
/// A ratio of 1, as it is computed.
const RATIO: u32 = 256;
/// Counts that are beyond this are shortened by a quarter.
const MOST_COUNTED: u32 = 0x7fff_ffff >> 8;

/// Whether packets of this protocol are compressed.
pub const fn is_compressed(protocol: u16) -> bool {
    matches!(protocol, 0x0021..=0x00f9)
}

/// A string: that of another code, and one octet more.
#[derive(Clone, Copy, Debug)]
struct Entry {
    prefix: u16,
    last: u8,
    length: u16,
}

/// Both directions have one: what the codes mean, and how well they have served.
#[derive(Clone, Debug)]
struct Dictionary {
    /// Of code [`FIRST`] and the following.
    entries: Vec<Entry>,
    codes: HashMap<(u16, u8), u16>,
    /// Bits of a code now.
    bits: u8,
    /// Bits of a code at most.
    most_bits: u8,
    sequence: u16,
    octets_in: u32,
    octets_out: u32,
    /// `octets_in` at which the next look is due.
    checkpoint: u32,
    ratio: u32,
}

impl Dictionary {
    fn new(most_bits: u8) -> Option<Self> {
        matches!(most_bits, FEWEST_BITS..=15).then(|| Self {
            entries: Vec::new(),
            codes: HashMap::new(),
            bits: FEWEST_BITS,
            most_bits,
            sequence: 0,
            octets_in: 0,
            octets_out: 0,
            checkpoint: CHECK,
            ratio: 0,
        })
    }

    fn clear(&mut self) {
        self.entries.clear();
        self.codes.clear();
        self.bits = FEWEST_BITS;
        (self.octets_in, self.octets_out) = (0, 0);
        (self.checkpoint, self.ratio) = (CHECK, 0);
    }

    fn reset(&mut self) {
        self.clear();
        self.sequence = 0;
    }

    /// The last code that means something.
    fn last_code(&self) -> u16 {
        CLEAR + self.entries.len() as u16
    }

    /// The last code that there can be.
    const fn most_code(&self) -> u16 {
        greatest(self.most_bits)
    }

    fn length(&self, code: u16) -> u16 {
        code.checked_sub(FIRST).and_then(|at| self.entries.get(usize::from(at))).map_or(1, |entry| entry.length)
    }

    fn add(&mut self, prefix: u16, last: u8) {
        let entry = Entry { prefix, last, length: self.length(prefix).saturating_add(1) };
        self.entries.push(entry);
        let code = self.last_code();
        // A peer may add a string twice; the first is the one that is found.
        self.codes.entry((prefix, last)).or_insert(code);
    }

    /// Whether the dictionary was found to serve badly, and was cleared (RFC 1977 §2).
    fn check(&mut self) -> bool {
        if self.octets_in < self.checkpoint {
            return false;
        }
        if self.octets_in >= MOST_COUNTED || self.octets_out >= MOST_COUNTED {
            self.octets_in -= self.octets_in / 4;
            self.octets_out -= self.octets_out / 4;
        }
        self.checkpoint = self.octets_in + CHECK;
        if self.last_code() < self.most_code() {
            return false;
        }
        let ratio = self.octets_in * RATIO / self.octets_out.max(1);
        if ratio < self.ratio || ratio < RATIO {
            self.clear();
            return true;
        }
        self.ratio = ratio;
        false
    }

    /// The codes of a packet; the receiver does it as well, for what came as it is.
    fn encode(&mut self, frame: Frame<'_>) -> Vec<u8> {
        let mut codes = Codes { octets: self.sequence.to_be_bytes().to_vec(), pending: 0, bits: 0 };
        let head = codes.octets.len();
        let mut string = frame.protocol & 0xff;
        for octet in frame.information {
            if let Some(code) = self.codes.get(&(string, *octet)) {
                string = *code;
                continue;
            }
            codes.push(string, self.bits);
            if self.last_code() < self.most_code() {
                if self.last_code() >= greatest(self.bits) {
                    self.bits += 1;
                }
                self.add(string, *octet);
            }
            string = u16::from(*octet);
        }
        codes.push(string, self.bits);
        self.sequence = self.sequence.wrapping_add(1);
        self.octets_in += frame.information.len() as u32 + 1;
        self.octets_out += (codes.octets.len() - head) as u32 + u32::from(codes.bits > 0);
        let bits = self.bits;
        if self.check() {
            codes.push(CLEAR, bits);
        } else if self.last_code() >= greatest(self.bits) && self.last_code() < self.most_code() {
            // As the receiver does with the packet's last code.
            self.bits += 1;
        }
        codes.end()
    }
}

/// The greatest code of so many bits.
const fn greatest(bits: u8) -> u16 {
    (1 << bits) - 1
}

/// Codes as octets, the first bit first.
struct Codes {
    octets: Vec<u8>,
    /// Bits that are no octet yet, the last one lowest.
    pending: u32,
    bits: u8,
}

impl Codes {
    fn push(&mut self, code: u16, bits: u8) {
        self.pending = self.pending << bits | u32::from(code);
        self.bits += bits;
        while self.bits >= 8 {
            self.bits -= 8;
            self.octets.push((self.pending >> self.bits) as u8);
        }
        self.pending &= (1 << self.bits) - 1;
    }

    /// The last octet is filled with ones.
    fn end(mut self) -> Vec<u8> {
        if self.bits > 0 {
            let ones = 8 - self.bits;
            self.octets.push((self.pending << ones) as u8 | ((1_u16 << ones) - 1) as u8);
        }
        self.octets
    }
}

/// The sending direction.
#[derive(Clone, Debug)]
pub struct Compressor(Dictionary);

impl Compressor {
    /// With codes of at most so many bits; `None` if they are not 9 to 15.
    pub fn new(bits: u8) -> Option<Self> {
        Dictionary::new(bits).map(Self)
    }

    /// The Information field of a compressed packet. `None` if the packet has to be sent as it is.
    pub fn encode(&mut self, frame: Frame<'_>) -> Option<Vec<u8>> {
        if !is_compressed(frame.protocol) {
            return None;
        }
        let octets = self.0.encode(frame);
        (octets.len() < frame.information.len()).then_some(octets)
    }

    /// A Reset-Request came: the dictionary is empty, and a Reset-Ack is due.
    pub fn reset(&mut self) {
        self.0.reset();
    }
}

/// The receiving direction.
#[derive(Clone, Debug)]
pub struct Decompressor {
    dictionary: Dictionary,
    /// Octets that an Information field may have.
    most: usize,
    /// An error came, and no Reset-Ack since.
    is_waiting: bool,
}

impl Decompressor {
    /// With the sender's bits, for Information fields of at most `most` octets; `None` if the bits are not 9 to 15.
    pub fn new(bits: u8, most: u16) -> Option<Self> {
        Some(Self { dictionary: Dictionary::new(bits)?, most: most.into(), is_waiting: false })
    }

    /// The packet in an Information field.
    pub fn decode(&mut self, information: &[u8]) -> Result<Datagram, DecompressError> {
        if self.is_waiting {
            return Err(DecompressError::Waiting);
        }
        let result = self.expand(information);
        self.is_waiting = result.is_err();
        result
    }

    fn expand(&mut self, information: &[u8]) -> Result<Datagram, DecompressError> {
        let (got, data) = sequenced(information)?;
        let dictionary = &mut self.dictionary;
        if got != dictionary.sequence {
            return Err(DecompressError::Sequence { expected: dictionary.sequence, got });
        }
        dictionary.sequence = dictionary.sequence.wrapping_add(1);
        dictionary.octets_out += data.len() as u32;
        let mut output = Vec::new();
        let mut before = None;
        let (mut pending, mut bits, mut rest) = (0_u32, 0_u8, data.iter());
        let mut is_cleared = false;
        while let Some(octet) = rest.next() {
            pending = pending << 8 | u32::from(*octet);
            bits += 8;
            if bits < dictionary.bits {
                continue;
            }
            bits -= dictionary.bits;
            let code = (pending >> bits) as u16;
            pending &= (1 << bits) - 1;
            if code == CLEAR {
                if rest.next().is_some() {
                    return Err(DecompressError::Data { what: "a code that clears the dictionary before its end" });
                }
                dictionary.clear();
                is_cleared = true;
                break;
            }
            let first = append(dictionary, code, before, &mut output, self.most + 1)?;
            if let Some(before) = before
                && dictionary.last_code() < dictionary.most_code()
            {
                dictionary.add(before, first);
                if dictionary.last_code() >= greatest(dictionary.bits)
                    && dictionary.last_code() < dictionary.most_code()
                {
                    dictionary.bits += 1;
                }
            }
            before = Some(code);
        }
        let Some((protocol, information)) = output.split_first() else {
            return Err(DecompressError::NoProtocol);
        };
        if !is_cleared {
            dictionary.octets_in += output.len() as u32;
            // The sender should have cleared it as well; Linux goes on.
            dictionary.check();
        }
        Ok(Datagram { protocol: u16::from(*protocol), information: information.to_vec() })
    }

    /// A packet came as it is: it is part of the history, if its protocol is one that is compressed.
    pub fn incompressible(&mut self, frame: Frame<'_>) {
        if !self.is_waiting && is_compressed(frame.protocol) {
            self.dictionary.encode(frame);
        }
    }

    /// A Reset-Ack came: the dictionary is empty.
    pub fn reset(&mut self) {
        self.dictionary.reset();
        self.is_waiting = false;
    }
}

/// Appends the string of `code`, of which at most `most` octets may come of it; returns its first octet.
fn append(
    dictionary: &Dictionary,
    code: u16,
    before: Option<u16>,
    output: &mut Vec<u8>,
    most: usize,
) -> Result<u8, DecompressError> {
    // A code that is about to be added: the string before, and its first octet once more.
    let is_next = code > dictionary.last_code();
    let known = match before {
        _ if !is_next => code,
        Some(before) if code == dictionary.last_code() + 1 && code <= dictionary.most_code() => before,
        _ => return Err(DecompressError::Data { what: "a code that means nothing yet" }),
    };
    let length = usize::from(dictionary.length(known));
    let start = output.len();
    if start + length + usize::from(is_next) > most {
        return Err(DecompressError::TooLong { most: most - 1 });
    }
    output.resize(start + length, 0);
    let mut string = known;
    for slot in output[start..].iter_mut().rev() {
        match string.checked_sub(FIRST).and_then(|at| dictionary.entries.get(usize::from(at))) {
            Some(entry) => (*slot, string) = (entry.last, entry.prefix),
            None => *slot = string as u8,
        }
    }
    let first = output[start];
    if is_next {
        output.push(first);
    }
    Ok(first)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use offhook_clock::Random;
    use proptest::prelude::*;

    use super::*;
    use crate::frame::{IP, IPV6, LCP};

    fn pair(bits: u8) -> (Compressor, Decompressor) {
        (Compressor::new(bits).unwrap(), Decompressor::new(bits, 1500).unwrap())
    }

    fn carry(sender: &mut Compressor, receiver: &mut Decompressor, frame: Frame<'_>) -> bool {
        match sender.encode(frame) {
            Some(octets) => {
                assert_eq!(receiver.decode(&octets).unwrap().frame(), frame);
                true
            }
            None => {
                receiver.incompressible(frame);
                false
            }
        }
    }

    #[test]
    fn codes_stand_first_bit_first_and_the_rest_is_ones() {
        let (mut sender, mut receiver) = pair(12);
        // 0x21, then "a", the string "aa" twice over: codes 0x021, 0x061, 258, 259, 0x061 of nine bits each.
        let octets = sender.encode(Frame { protocol: IP, information: &[b'a'; 10] }).unwrap();
        let codes = [0x021_u16, 0x061, 258, 259, 260];
        let bits: String = codes.iter().map(|code| format!("{code:09b}")).collect();
        let written: String = octets[2..].iter().map(|octet| format!("{octet:08b}")).collect();
        assert!(written.starts_with(&bits), "{written} {bits}");
        assert!(written[bits.len()..].bytes().all(|bit| bit == b'1') && written.len() - bits.len() < 8);
        assert_eq!(receiver.decode(&octets).unwrap().information, [b'a'; 10]);
    }

    #[test]
    fn bits_that_cannot_be_are_refused() {
        for bits in [0, 8, 16, 31] {
            assert!(Compressor::new(bits).is_none() && Decompressor::new(bits, 1500).is_none());
        }
    }

    /// Long enough that a dictionary fills, serves badly once the text changes, and is cleared.
    #[test]
    fn a_full_dictionary_is_cleared_at_both_ends_and_codes_grow_again() {
        for bits in [9, 10, 12, 15] {
            let (mut sender, mut receiver) = pair(bits);
            let (mut random, mut cleared, mut compressed, mut most) = (Random::new(5), false, 0, 0);
            for number in 0..4000_u64 {
                // Text of few letters, then noise in between.
                let letters = if number / 500 % 2 == 0 { 3 } else { 251 };
                let information: Vec<u8> = (0..300).map(|_| (random.next() % letters) as u8).collect();
                compressed +=
                    u32::from(carry(&mut sender, &mut receiver, Frame { protocol: IP, information: &information }));
                let now = sender.0.entries.len();
                cleared |= now < most;
                most = most.max(now);
                assert_eq!((sender.0.bits, now), (receiver.dictionary.bits, receiver.dictionary.entries.len()));
            }
            assert!(cleared && compressed > 500, "{bits} bits: {compressed}");
            assert_eq!(most, usize::from(greatest(bits) - CLEAR));
        }
    }

    #[test]
    fn a_loss_is_noticed_once_and_a_reset_clears_both_ends() {
        let (mut sender, mut receiver) = pair(15);
        let frame = Frame { protocol: IP, information: &[9; 100] };
        receiver.decode(&sender.encode(frame).unwrap()).unwrap();
        sender.encode(frame).unwrap();
        let error = receiver.decode(&sender.encode(frame).unwrap()).unwrap_err();
        assert_eq!(error, DecompressError::Sequence { expected: 1, got: 2 });
        assert_eq!(receiver.decode(&sender.encode(frame).unwrap()).unwrap_err(), DecompressError::Waiting);
        sender.reset();
        receiver.reset();
        assert!(carry(&mut sender, &mut receiver, frame));
    }

    #[test]
    fn codes_that_mean_nothing_and_packets_that_get_too_long_are_refused() {
        let refused = |octets: &[u8]| Decompressor::new(15, 3).unwrap().decode(octets).unwrap_err();
        assert_eq!(refused(&[0, 0]), DecompressError::TooShort { got: 2 });
        assert_eq!(refused(&[0, 0, 0xff]), DecompressError::NoProtocol);
        let nothing = DecompressError::Data { what: "a code that means nothing yet" };
        // 257 as the first code, and 258 as the second.
        assert_eq!(refused(&[0, 0, 0x80, 0xff]), nothing);
        assert_eq!(refused(&[0, 0, 0x10, 0xc0, 0xbf]), nothing);
        let early = DecompressError::Data { what: "a code that clears the dictionary before its end" };
        assert_eq!(refused(&[0, 0, 0x80, 0x00, 0x00]), early);
        let octets = Compressor::new(15).unwrap().encode(Frame { protocol: IP, information: &[1; 100] }).unwrap();
        assert_eq!(refused(&octets), DecompressError::TooLong { most: 3 });
    }

    #[test]
    fn control_protocols_are_left_alone_and_not_counted() {
        let (mut sender, mut receiver) = pair(12);
        for protocol in [LCP, 0x8021, 0x00fd, 0x0281] {
            assert!(!carry(&mut sender, &mut receiver, Frame { protocol, information: &[0; 100] }));
        }
        assert!(carry(&mut sender, &mut receiver, Frame { protocol: IPV6, information: &[0; 100] }));
        assert_eq!(receiver.dictionary.sequence, 1);
    }

    proptest! {
        #[test]
        fn whatever_is_sent_is_received(
            bits in 9..=15_u8,
            packets in prop::collection::vec(prop::collection::vec(prop_oneof![4 => 0..4_u8, 1 => any::<u8>()], 0..700), 0..20),
        ) {
            let (mut sender, mut receiver) = pair(bits);
            for information in packets {
                carry(&mut sender, &mut receiver, Frame { protocol: IP, information: &information });
                prop_assert_eq!(sender.0.octets_in, receiver.dictionary.octets_in);
                prop_assert_eq!(sender.0.octets_out, receiver.dictionary.octets_out);
            }
        }

        #[test]
        fn any_octets_are_decompressed_or_refused(packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..6)) {
            let mut receiver = Decompressor::new(10, 1500).unwrap();
            for octets in packets {
                let octets = [&receiver.dictionary.sequence.to_be_bytes(), &octets[..]].concat();
                match receiver.decode(&octets) {
                    Ok(packet) => prop_assert!(packet.information.len() <= 1500),
                    Err(_) => receiver.reset(),
                }
                prop_assert!(receiver.dictionary.entries.len() <= 768);
            }
        }
    }
}
