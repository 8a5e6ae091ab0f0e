//! Microsoft's encryption (RFC 3078): packets in, encrypted Information fields of protocol 0x00fd out, and back.
//!
//! ```text
//!  0                   1
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |A|B|C|D|    Coherency Count    |  A: the key was changed before this packet, D: it is encrypted
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |  Encrypted: Protocol, Information ...
//! +-+-+-+-+-+-+-+-+-+-
//! ```
//!
//! Stateless, the key changes before every packet; stateful, before every 256th, and after a loss, of which the receiver tells by
//! a Reset-Request of [`ccp`](crate::ccp). The latter is Linux's way (drivers/net/ppp/ppp_mppe.c), and that of lwIP; by §8.2 the tables
//! are made anew from the current key. If the first packet with a key changed for that is lost as well, the receiver cannot know
//! that the key has changed: nothing counts the changes.
//!
//! Where RFC 3078 leaves a choice it is taken as Linux and pppd take it: the first count is 0, and in stateful mode the first packet
//! is not flagged. Compression (MPPC) is not carried out.
//!
//! Only protocols 0x0021 to 0x00fa are encrypted (§3); a caller must not send those in clear, nor take them.
//!
//! ```
//! use offhook_ppp::frame::{Frame, IP};
//! use offhook_ppp::mppe::{Decryptor, Encryptor, Mode, Strength};
//!
//! let mode = Mode { strength: Strength::Bits128, stateless: true };
//! let (mut sender, mut receiver) = (Encryptor::new(mode, [7; 16]), Decryptor::new(mode, [7; 16]));
//! let Some(octets) = sender.encode(Frame { protocol: IP, information: b"E..." }) else { unreachable!("IP is encrypted") };
//! let packet = receiver.decode(&octets)?;
//! assert_eq!((packet.protocol, &packet.information[..]), (IP, &b"E..."[..]));
//! # Ok::<(), offhook_ppp::mppe::MppeError>(())
//! ```

mod keys;

use std::fmt;

use rc4::{Rc4, StreamCipher};

use self::keys::SessionKey;
pub use self::keys::{End, StartKeys, Strength};
use crate::compression::{Datagram, protocol_field};
use crate::frame::Frame;

/// Bit A: the key was changed.
const FLUSHED: u16 = 0x8000;
/// Bit D.
const ENCRYPTED: u16 = 0x1000;
/// Bits of the Coherency Count.
const COUNT: u16 = 0x0fff;
/// The packets of which the last is flagged.
const FLAG: u16 = 0x00ff;

/// How packets are encrypted: what CCP agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode {
    /// The keys.
    pub strength: Strength,
    /// Whether the key changes with every packet.
    pub stateless: bool,
}

/// Why octets are no packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MppeError {
    /// There is no header, or nothing after it.
    TooShort {
        /// Octets there were.
        got: usize,
    },
    /// Bit D is not set.
    NotEncrypted {
        /// Bits and count.
        header: u16,
    },
    /// Bit A is not set where it has to be: in stateless mode, and every 256 packets.
    NotFlushed {
        /// The Coherency Count.
        count: u16,
    },
    /// Packets were lost; a Reset-Request is due.
    Lost {
        /// The count that should have come.
        expected: u16,
        /// The one that came.
        got: u16,
    },
    /// Packets were lost before, and the key was not changed since.
    Waiting {
        /// The Coherency Count.
        count: u16,
    },
    /// What was decrypted is no packet: a wrong key.
    NoProtocol,
}

impl MppeError {
    /// Whether the peer has to be told, by a Reset-Request.
    pub const fn wants_reset(&self) -> bool {
        matches!(self, Self::Lost { .. })
    }
}

impl fmt::Display for MppeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { got } => write!(f, "an encrypted packet has more than 2 octets, but {got} came"),
            Self::NotEncrypted { header } => {
                write!(
                    f,
                    "the packet is not marked as encrypted: its header is 0x{header:04x}, and bit 0x1000 is not set"
                )
            }
            Self::NotFlushed { count } => {
                write!(f, "the key should change before packet {count}, but its header says that it does not")
            }
            Self::Lost { expected, got } => write!(f, "packet {expected} was expected, but {got} came"),
            Self::Waiting { count } => {
                write!(f, "packet {count} cannot be decrypted: packets were lost and the key was not changed since")
            }
            Self::NoProtocol => f.write_str("what was decrypted does not begin with a Protocol field"),
        }
    }
}

impl std::error::Error for MppeError {}

/// One direction's key and cipher.
struct State {
    mode: Mode,
    key: SessionKey,
    cipher: Rc4,
    /// Of the last packet.
    count: u16,
}

impl State {
    fn new(mode: Mode, start_key: [u8; 16]) -> Self {
        let key = SessionKey::new(mode.strength, start_key);
        let cipher = key.cipher();
        Self { mode, key, cipher, count: COUNT }
    }

    fn change_key(&mut self) {
        self.key.change();
        self.cipher = self.key.cipher();
    }

    const fn next_count(&self) -> u16 {
        self.count.wrapping_add(1) & COUNT
    }
}

/// Does not show the key.
impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("mode", &self.mode).field("count", &self.count).finish_non_exhaustive()
    }
}

/// The sending direction.
#[derive(Debug)]
pub struct Encryptor {
    state: State,
    flush: bool,
}

impl Encryptor {
    /// Begins with the start key of its direction.
    pub fn new(mode: Mode, start_key: [u8; 16]) -> Self {
        Self { state: State::new(mode, start_key), flush: false }
    }

    /// The Information field of an encrypted packet; `None` if its protocol is not encrypted.
    pub fn encode(&mut self, frame: Frame<'_>) -> Option<Vec<u8>> {
        if !is_encrypted(frame.protocol) {
            return None;
        }
        let state = &mut self.state;
        state.count = state.next_count();
        let changes = state.mode.stateless || state.count & FLAG == FLAG || self.flush;
        self.flush = false;
        if changes {
            state.change_key();
        }
        let header = ENCRYPTED | state.count | if changes { FLUSHED } else { 0 };
        let mut octets = header.to_be_bytes().to_vec();
        octets.extend(frame.protocol.to_be_bytes());
        octets.extend_from_slice(frame.information);
        state.cipher.apply_keystream(&mut octets[2..]);
        Some(octets)
    }

    /// A Reset-Request came: the key changes before the next packet.
    pub const fn reset(&mut self) {
        self.flush = true;
    }
}

/// The receiving direction.
#[derive(Debug)]
pub struct Decryptor {
    state: State,
    /// Packets were lost, and nothing is read until the key was changed.
    is_lost: bool,
}

impl Decryptor {
    /// Begins with the start key of its direction.
    pub fn new(mode: Mode, start_key: [u8; 16]) -> Self {
        Self { state: State::new(mode, start_key), is_lost: false }
    }

    /// The packet in an Information field.
    pub fn decode(&mut self, information: &[u8]) -> Result<Datagram, MppeError> {
        let Some((header, encrypted)) = information.split_first_chunk::<2>().filter(|(_, rest)| !rest.is_empty())
        else {
            return Err(MppeError::TooShort { got: information.len() });
        };
        let header = u16::from_be_bytes(*header);
        let (count, is_flushed) = (header & COUNT, header & FLUSHED != 0);
        if header & ENCRYPTED == 0 {
            return Err(MppeError::NotEncrypted { header });
        }
        let must_be_flushed = self.state.mode.stateless || count & FLAG == FLAG;
        if must_be_flushed && !is_flushed {
            return Err(MppeError::NotFlushed { count });
        }
        if self.state.mode.stateless {
            // At most 4095 packets are taken for lost (§8.1).
            while self.state.count != count {
                self.state.key.change();
                self.state.count = self.state.next_count();
            }
            self.state.cipher = self.state.key.cipher();
        } else {
            self.follow(count, is_flushed)?;
        }
        let mut octets = encrypted.to_vec();
        self.state.cipher.apply_keystream(&mut octets);
        let (protocol, head) = protocol_field(&octets).ok_or(MppeError::NoProtocol)?;
        octets.drain(..head);
        Ok(Datagram { protocol, information: octets })
    }

    /// Comes to the key of packet `count` in stateful mode (§8.2).
    fn follow(&mut self, count: u16, is_flushed: bool) -> Result<(), MppeError> {
        let state = &mut self.state;
        if self.is_lost {
            if !is_flushed {
                return Err(MppeError::Waiting { count });
            }
            // The key has changed with every flagged packet among the lost ones.
            while state.count & !FLAG != count & !FLAG {
                state.key.change();
                state.count = state.count.wrapping_add(FLAG + 1) & COUNT;
            }
            self.is_lost = false;
        } else if count != state.next_count() {
            let expected = state.next_count();
            state.count = expected;
            self.is_lost = true;
            return Err(MppeError::Lost { expected, got: count });
        }
        state.count = count;
        if is_flushed {
            state.change_key();
        }
        Ok(())
    }
}

/// Whether packets of this protocol are encrypted (§3).
pub const fn is_encrypted(protocol: u16) -> bool {
    matches!(protocol, 0x0021..=0x00fa)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::frame::{IP, IPV6, LCP};

    const KEY: [u8; 16] = *b"a start key of16";

    fn pair(strength: Strength, stateless: bool) -> (Encryptor, Decryptor) {
        let mode = Mode { strength, stateless };
        (Encryptor::new(mode, KEY), Decryptor::new(mode, KEY))
    }

    fn packet(number: u16) -> Vec<u8> {
        format!("packet number {number}").into_bytes()
    }

    fn send(sender: &mut Encryptor, number: u16) -> Vec<u8> {
        sender.encode(Frame { protocol: IP, information: &packet(number) }).unwrap()
    }

    #[test]
    fn every_packet_of_more_than_a_round_of_counts_is_read() {
        for strength in [Strength::Bits40, Strength::Bits56, Strength::Bits128] {
            for stateless in [true, false] {
                let (mut sender, mut receiver) = pair(strength, stateless);
                for number in 0..5000 {
                    let octets = send(&mut sender, number);
                    let header = u16::from_be_bytes([octets[0], octets[1]]);
                    assert_eq!(header & (COUNT | ENCRYPTED), ENCRYPTED | (number % 4096));
                    assert_eq!(header & FLUSHED != 0, stateless || number % 256 == 255);
                    assert_eq!(receiver.decode(&octets).unwrap().information, packet(number));
                }
            }
        }
    }

    #[test]
    fn stateless_packets_may_be_lost() {
        let (mut sender, mut receiver) = pair(Strength::Bits128, true);
        for number in 0..3000 {
            let octets = send(&mut sender, number);
            if number % 700 == 699 || number < 3 {
                assert_eq!(receiver.decode(&octets).unwrap().information, packet(number));
            }
        }
    }

    #[test]
    fn a_stateful_receiver_asks_once_for_a_new_key_and_comes_back() {
        // Lost among one round of 256, and with flagged packets lost as well.
        for lost in [1, 100, 256, 300, 1000] {
            let (mut sender, mut receiver) = pair(Strength::Bits128, false);
            receiver.decode(&send(&mut sender, 0)).unwrap();
            for number in 1..=lost {
                send(&mut sender, number);
            }
            let error = receiver.decode(&send(&mut sender, lost + 1)).unwrap_err();
            let flagged = (lost + 1) % 256 == 255;
            assert!(error.wants_reset() && !flagged, "{error}");
            let error = receiver.decode(&send(&mut sender, lost + 2)).unwrap_err();
            assert_eq!(error, MppeError::Waiting { count: lost + 2 });
            assert!(!error.wants_reset());
            sender.reset();
            for number in lost + 3..lost + 600 {
                assert_eq!(receiver.decode(&send(&mut sender, number)).unwrap().information, packet(number), "{lost}");
            }
        }
    }

    #[test]
    fn headers_that_cannot_be_are_refused_with_the_culprit() {
        let (_, mut receiver) = pair(Strength::Bits40, true);
        assert_eq!(receiver.decode(&[0x90, 0]).unwrap_err(), MppeError::TooShort { got: 2 });
        assert_eq!(receiver.decode(&[0x80, 0, 1]).unwrap_err(), MppeError::NotEncrypted { header: 0x8000 });
        assert_eq!(receiver.decode(&[0x10, 0, 1]).unwrap_err(), MppeError::NotFlushed { count: 0 });
        let (_, mut receiver) = pair(Strength::Bits40, false);
        assert_eq!(receiver.decode(&[0x10, 0xff, 1]).unwrap_err(), MppeError::NotFlushed { count: 255 });
    }

    #[test]
    fn control_protocols_stay_in_clear() {
        let (mut sender, mut receiver) = pair(Strength::Bits128, true);
        assert_eq!(sender.encode(Frame { protocol: LCP, information: b"x" }), None);
        assert_eq!(sender.encode(Frame { protocol: 0x00fd, information: b"x" }), None);
        let octets = sender.encode(Frame { protocol: IPV6, information: b"" }).unwrap();
        assert_eq!(receiver.decode(&octets), Ok(Datagram { protocol: IPV6, information: Vec::new() }));
    }

    proptest! {
        #[test]
        fn any_octets_are_decrypted_or_refused(
            packets in prop::collection::vec((any::<u16>(), prop::collection::vec(any::<u8>(), 0..8)), 0..12),
            stateless in any::<bool>(),
        ) {
            let (_, mut receiver) = pair(Strength::Bits56, stateless);
            for (header, octets) in packets {
                let _ = receiver.decode(&[&(header | ENCRYPTED).to_be_bytes(), &octets[..]].concat());
            }
        }
    }
}
