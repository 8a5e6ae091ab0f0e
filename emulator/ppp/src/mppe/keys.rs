//! Keys of MPPE (RFC 3079; RFC 3078 §7): what MS-CHAP leaves behind in, start keys and session keys out.
//!
//! ```text
//!  password, answer --RFC 3079 §2, §3--> start key --§3.3--> session key --RFC 3078 §7.3--> session key ...
//! ```
//!
//! pppd makes keys of MS-CHAP, version 1, as RFC 3079 §2.3 has it for 128 bits, whatever their length; so does this.

use rc4::{KeyInit, Rc4, StreamCipher};
use sha1::{Digest, Sha1};

use crate::mschap::hash::{hash_of_hash, nt_password_hash};

/// Between two keys in a hash (RFC 3079 §3.2).
const PAD_1: [u8; 40] = [0; 40];
/// After the second.
const PAD_2: [u8; 40] = [0xf2; 40];
/// What is hashed along with a key, to tell keys apart (RFC 3079 §3.4).
const MASTER: &[u8] = b"This is the MPPE Master Key";
const CLIENT_SENDS: &[u8] = b"On the client side, this is the send key; on the server side, it is the receive key.";
const CLIENT_RECEIVES: &[u8] = b"On the client side, this is the receive key; on the server side, it is the send key.";

/// How many bits of a key are secret (RFC 3078 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// 40, in 8 octets.
    Bits40,
    /// 56, in 8 octets.
    Bits56,
    /// 128, in 16 octets.
    Bits128,
}

impl Strength {
    /// Octets of a key.
    pub const fn octets(self) -> usize {
        match self {
            Self::Bits40 | Self::Bits56 => 8,
            Self::Bits128 => 16,
        }
    }

    /// Puts what everybody knows in place of the bits that are too many (RFC 3079 §3.3).
    fn weaken(self, key: &mut [u8]) {
        let known: &[u8] = match self {
            Self::Bits40 => &[0xd1, 0x26, 0x9e],
            Self::Bits56 => &[0xd1],
            Self::Bits128 => &[],
        };
        for (octet, known) in key.iter_mut().zip(known) {
            *octet = *known;
        }
    }
}

/// Which end uses a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The one that was authenticated.
    Client,
    /// The one that asked for it.
    Server,
}

/// The start keys of both directions.
#[derive(Clone, PartialEq, Eq)]
pub struct StartKeys {
    /// What this end encrypts with.
    pub send: [u8; 16],
    /// What the other end does.
    pub receive: [u8; 16],
}

/// Does not show them.
impl std::fmt::Debug for StartKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StartKeys(<hidden>)")
    }
}

impl StartKeys {
    /// What MS-CHAPv2 leaves behind (RFC 3079 §3).
    pub fn of_ms_chap_v2(password: &str, nt_response: &[u8; 24], end: End) -> Self {
        let hash = hash_of_hash(&nt_password_hash(password));
        let master = Sha1::new().chain_update(hash).chain_update(nt_response).chain_update(MASTER).finalize();
        let key = |words: &[u8]| -> [u8; 16] {
            let digest = Sha1::new()
                .chain_update(&master[..16])
                .chain_update(PAD_1)
                .chain_update(words)
                .chain_update(PAD_2)
                .finalize();
            std::array::from_fn(|at| digest[at])
        };
        let (of_client, of_server) = (key(CLIENT_SENDS), key(CLIENT_RECEIVES));
        match end {
            End::Client => Self { send: of_client, receive: of_server },
            End::Server => Self { send: of_server, receive: of_client },
        }
    }

    /// What MS-CHAP leaves behind (RFC 3079 §2.3): the same in both directions.
    pub fn of_ms_chap(password: &str, challenge: &[u8; 8]) -> Self {
        let hash = hash_of_hash(&nt_password_hash(password));
        let digest = Sha1::new().chain_update(hash).chain_update(hash).chain_update(challenge).finalize();
        let key = std::array::from_fn(|at| digest[at]);
        Self { send: key, receive: key }
    }
}

/// The session key of one direction, which changes.
#[derive(Clone)]
pub(super) struct SessionKey {
    strength: Strength,
    start: [u8; 16],
    key: [u8; 16],
}

impl SessionKey {
    /// The first one (RFC 3079 §3.3).
    pub(super) fn new(strength: Strength, start: [u8; 16]) -> Self {
        let mut key = Self { strength, start, key: start };
        key.key = key.next_hash();
        strength.weaken(&mut key.key);
        key
    }

    /// The next one (RFC 3078 §7.3): the hash of start key and last one, encrypted with itself.
    pub(super) fn change(&mut self) {
        let octets = self.strength.octets();
        self.key = self.next_hash();
        let hash = self.key;
        cipher(&hash[..octets]).apply_keystream(&mut self.key[..octets]);
        self.strength.weaken(&mut self.key);
    }

    /// A cipher that begins with this key.
    pub(super) fn cipher(&self) -> Rc4 {
        cipher(self.octets())
    }

    /// The key.
    pub(super) fn octets(&self) -> &[u8] {
        &self.key[..self.strength.octets()]
    }

    fn next_hash(&self) -> [u8; 16] {
        let octets = self.strength.octets();
        let digest = Sha1::new()
            .chain_update(&self.start[..octets])
            .chain_update(PAD_1)
            .chain_update(&self.key[..octets])
            .chain_update(PAD_2)
            .finalize();
        let mut hash = [0; 16];
        hash[..octets].copy_from_slice(&digest[..octets]);
        hash
    }
}

/// RC4 with a key of 8 or 16 octets.
fn cipher(key: &[u8]) -> Rc4 {
    // Of at most 32 octets, as they are: RC4 begins each round of its key anew, so twice a key is the key.
    let twice: [u8; 32] = std::array::from_fn(|at| key[at % key.len()]);
    Rc4::new(&twice.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex::digits;
    use crate::mschap::hash::nt_response;

    fn keys(end: End) -> StartKeys {
        let response = nt_response(b"[]|}{?/><,`!2&&(", b"!@#$%^&*()_+:3|~", b"User", "clientPass");
        StartKeys::of_ms_chap_v2("clientPass", &response, end)
    }

    fn encrypted(key: &SessionKey) -> String {
        let mut text = *b"test message";
        key.cipher().apply_keystream(&mut text);
        digits(&text)
    }

    #[test]
    fn keys_of_ms_chap_v2_are_those_of_rfc_3079_section_3_5() {
        let start = keys(End::Server).send;
        assert_eq!(digits(&start), "8b7cdc149b993a1ba118cb153f56dccb");
        for (strength, session, message) in [
            (Strength::Bits40, "d1269ec49fa62e3e", "929137917e5803d668d75898"),
            // The RFC prints 58 as the last octet; RC4 with the key it gives ends in b8.
            (Strength::Bits56, "d15c00c49fa62e3e", "3f106833fa448da842bc57b8"),
            (Strength::Bits128, "405cb2247a7956e6e211007ae27b22d4", "81848317df68846272fb5abe"),
        ] {
            let key = SessionKey::new(strength, start);
            assert_eq!((digits(key.octets()).as_str(), encrypted(&key).as_str()), (session, message));
        }
    }

    #[test]
    fn keys_of_ms_chap_are_those_of_rfc_3079_section_2_5() {
        let start = StartKeys::of_ms_chap("clientPass", &[0x10, 0x2d, 0xb5, 0xdf, 0x08, 0x5d, 0x30, 0x41]);
        assert_eq!(digits(&start.send), "a8947850cfc0acc1d1789fb62ddcddb0");
        let key = SessionKey::new(Strength::Bits128, start.send);
        assert_eq!(digits(key.octets()), "59d159bc09f76f1da2a86a28ffec0b1e");
    }

    #[test]
    fn what_one_end_sends_with_the_other_receives_with_and_neither_is_shown() {
        let (client, server) = (keys(End::Client), keys(End::Server));
        assert_eq!((&client.send, &client.receive), (&server.receive, &server.send));
        assert_ne!(client.send, client.receive);
        assert_eq!(format!("{client:?}"), "StartKeys(<hidden>)");
    }

    #[test]
    fn a_key_that_changes_keeps_what_everybody_knows() {
        for (strength, known) in [(Strength::Bits40, &[0xd1, 0x26, 0x9e][..]), (Strength::Bits56, &[0xd1])] {
            let mut key = SessionKey::new(strength, [7; 16]);
            let before = key.octets().to_vec();
            key.change();
            assert!(key.octets().starts_with(known) && key.octets() != before);
        }
    }
}
