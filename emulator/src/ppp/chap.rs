//! The Challenge Handshake Authentication Protocol with MD5 (RFC 1994), the end that proves who it is: Challenges and
//! `now` in, Responses and outcomes out.
//!
//! ```text
//!  Challenge (1), Response (2)   Code Identifier Length | Value-Size, Value, Name
//!  Success (3), Failure (4)      Code Identifier Length | Message
//! ```
//!
//! The peer may challenge at any time, also after Success (§2), and is always answered. Nothing is repeated unasked:
//! it is the peer that sends its Challenge again until it is answered (§4.1). RFC 1994 does not say how long this end
//! waits for it; 30 seconds is what pppd's ten Challenges, 3 seconds apart, take.

use std::time::Duration;

use md5::{Digest, Md5};

use super::auth::{Credentials, Outcome};
use super::packet::{Packet, PacketError, emit};
use crate::time::Instant;

/// Challenge (RFC 1994 §4.1).
pub const CHALLENGE: u8 = 1;
/// Response (RFC 1994 §4.1).
pub const RESPONSE: u8 = 2;
/// Success (RFC 1994 §4.2).
pub const SUCCESS: u8 = 3;
/// Failure (RFC 1994 §4.2).
pub const FAILURE: u8 = 4;

const PATIENCE: Duration = Duration::from_secs(30);

/// Value of the Response to a Challenge (§4.1): MD5 of Identifier, secret and the Challenge's Value.
pub fn response_value(identifier: u8, secret: &[u8], challenge: &[u8]) -> [u8; 16] {
    Md5::new().chain_update([identifier]).chain_update(secret).chain_update(challenge).finalize().into()
}

/// Value and Name of a Challenge or Response, or `None` if the Value-Size cannot be. "The Value field is one or more
/// octets" (§4.1).
pub fn parse_value(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (size, rest) = data.split_first()?;
    rest.split_at_checked(usize::from(*size)).filter(|(value, _)| !value.is_empty())
}

/// Data of a Challenge or Response. A Value beyond what a Value-Size can tell is cut off.
pub fn emit_value(value: &[u8], name: &[u8]) -> Vec<u8> {
    let value = &value[..value.len().min(usize::from(u8::MAX))];
    let mut data = vec![value.len() as u8];
    data.extend_from_slice(value);
    data.extend_from_slice(name);
    data
}

/// What came of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Nothing.
    Nothing,
    /// A Response to send.
    Response(Vec<u8>),
    /// The peer's word on the last Response.
    Over(Outcome),
}

/// The end that is challenged.
#[derive(Clone, Debug)]
pub struct Chap {
    credentials: Credentials,
    /// Identifier of the last Response that got neither Success nor Failure.
    responded: Option<u8>,
    deadline: Option<Instant>,
}

impl Chap {
    /// An end that was not challenged yet.
    pub const fn new(credentials: Credentials) -> Self {
        Self { credentials, responded: None, deadline: None }
    }

    /// The link calls for authentication: the peer shall begin.
    pub fn start(&mut self, now: Instant) {
        self.responded = None;
        self.deadline = Some(now + PATIENCE);
    }

    /// The link is down.
    pub const fn stop(&mut self) {
        self.responded = None;
        self.deadline = None;
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.deadline
    }

    /// The end of patience, if it has come.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<Outcome> {
        self.deadline.filter(|deadline| *deadline <= now)?;
        let responded = self.responded.is_some();
        self.stop();
        Some(Outcome::NoAnswer(if responded {
            "neither Success nor Failure within 30 s of the Response"
        } else {
            "no Challenge within 30 s"
        }))
    }

    /// A CHAP packet. Whatever is wrong with it has had no effect.
    pub fn handle_packet(&mut self, now: Instant, information: &[u8]) -> Result<Reply, PacketError> {
        let packet = Packet::new_checked(information)?;
        let (code, data) = (u8::from(packet.code()), packet.data());
        Ok(match code {
            CHALLENGE => self.challenged(now, packet.identifier(), data)?,
            // "The Identifier field ... MUST be copied from the Identifier field of the Response" (§4.2).
            SUCCESS | FAILURE if self.responded == Some(packet.identifier()) => {
                self.stop();
                let message = data.to_vec();
                Reply::Over(if code == SUCCESS { Outcome::Accepted(message) } else { Outcome::Refused(message) })
            }
            _ => Reply::Nothing,
        })
    }

    fn challenged(&mut self, now: Instant, identifier: u8, data: &[u8]) -> Result<Reply, PacketError> {
        let Some((challenge, _)) = parse_value(data) else {
            let expected = 1 + data.first().map_or(1, |size| usize::from(*size).max(1));
            // After a Value-Size of zero there is no Value, whatever follows.
            let got = if data.first() == Some(&0) { 1 } else { data.len() };
            return Err(PacketError::DataTooShort { code: CHALLENGE, expected, got });
        };
        let Credentials { user, password } = &self.credentials;
        let value = response_value(identifier, password.as_bytes(), challenge);
        let name = &user.as_bytes()[..user.len().min(usize::from(u8::MAX))];
        let response = emit(RESPONSE, identifier, &emit_value(&value, name));
        self.responded = Some(identifier);
        self.deadline = Some(now + PATIENCE);
        Ok(Reply::Response(response))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn alice() -> Chap {
        let mut chap = Chap::new(Credentials { user: "alice".into(), password: "secret".into() });
        chap.start(Instant::ZERO);
        chap
    }

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    fn hex(octets: &[u8]) -> String {
        octets.iter().map(|octet| format!("{octet:02x}")).collect()
    }

    const CHALLENGE_7: &[u8] = b"\x01\x07\x00\x11\x06\x01\x02\x03\x04\x05\x06dialin";

    #[test]
    fn the_value_is_md5_of_identifier_secret_and_challenge() {
        // RFC 1321 §A.5: MD5 of "abc" and of "message digest", here cut in three.
        assert_eq!(hex(&response_value(b'a', b"b", b"c")), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(hex(&response_value(b'm', b"essage", b" digest")), "f96b697d7cb7938d525a2f31aaf161d0");
    }

    #[test]
    fn a_challenge_is_answered_under_its_identifier_with_value_and_name() {
        let Ok(Reply::Response(response)) = alice().handle_packet(at(0), CHALLENGE_7) else {
            unreachable!("a Challenge is answered")
        };
        assert_eq!(response[..5], *b"\x02\x07\x00\x1a\x10");
        let (value, name) = parse_value(&response[4..]).unwrap();
        assert_eq!((value, name), (&response_value(7, b"secret", &[1, 2, 3, 4, 5, 6])[..], &b"alice"[..]));
    }

    #[test]
    fn success_and_failure_of_this_response_end_it_with_their_message() {
        for (code, outcome) in [(3, Outcome::Accepted(b"hello".to_vec())), (4, Outcome::Refused(b"hello".to_vec()))] {
            let mut chap = alice();
            chap.handle_packet(at(0), CHALLENGE_7).unwrap();
            assert_eq!(chap.handle_packet(at(0), &emit(code, 6, b"hello")), Ok(Reply::Nothing));
            assert_eq!(chap.handle_packet(at(0), &emit(code, 7, b"hello")), Ok(Reply::Over(outcome)));
            assert_eq!(chap.poll_timeout(), None);
            assert_eq!(chap.handle_packet(at(0), &emit(code, 7, b"hello")), Ok(Reply::Nothing));
        }
    }

    #[test]
    fn a_challenge_is_answered_again_when_it_comes_again_and_after_success() {
        let mut chap = alice();
        let first = chap.handle_packet(at(0), CHALLENGE_7).unwrap();
        assert_eq!(chap.handle_packet(at(3000), CHALLENGE_7).unwrap(), first);
        assert_eq!(chap.poll_timeout(), Some(at(33_000)));
        chap.handle_packet(at(3000), b"\x03\x07\x00\x04").unwrap();
        let again = chap.handle_packet(at(60_000), b"\x01\x08\x00\x06\x01\xaa").unwrap();
        assert!(matches!(again, Reply::Response(response) if response[1] == 8));
        let refused = chap.handle_packet(at(60_000), b"\x04\x08\x00\x04");
        assert_eq!(refused, Ok(Reply::Over(Outcome::Refused(vec![]))));
    }

    #[test]
    fn patience_ends_after_thirty_seconds_and_nothing_is_sent_until_then() {
        let mut chap = alice();
        assert_eq!(chap.handle_timeout(Instant::from_micros(29_999_999)), None);
        assert_eq!(chap.handle_timeout(at(30_000)), Some(Outcome::NoAnswer("no Challenge within 30 s")));
        assert_eq!((chap.poll_timeout(), chap.handle_timeout(at(99_000))), (None, None));
        let mut chap = alice();
        chap.handle_packet(at(1000), CHALLENGE_7).unwrap();
        let outcome = chap.handle_timeout(at(31_000));
        assert_eq!(outcome, Some(Outcome::NoAnswer("neither Success nor Failure within 30 s of the Response")));
    }

    #[test]
    fn strangers_and_impossible_lengths_have_no_effect() {
        let mut chap = alice();
        for stranger in
            [&b"\x03\x00\x00\x04"[..], b"\x02\x01\x00\x06\x01\xaa", b"\x63\x01\x00\x04", b"\x00\x01\x00\x04"]
        {
            assert_eq!(chap.handle_packet(at(0), stranger), Ok(Reply::Nothing));
        }
        let short = |expected, got| Err(PacketError::DataTooShort { code: CHALLENGE, expected, got });
        assert_eq!(chap.handle_packet(at(0), b"\x01\x01\x00\x04"), short(2, 0));
        assert_eq!(chap.handle_packet(at(0), b"\x01\x01\x00\x06\x00s"), short(2, 1));
        assert_eq!(chap.handle_packet(at(0), b"\x01\x01\x00\x06\x11\xaa"), short(18, 2));
        assert!(chap.handle_packet(at(0), b"").is_err());
        assert_eq!(chap.poll_timeout(), Some(at(30_000)));
    }

    proptest! {
        #[test]
        fn any_octets_are_answered_refused_or_ignored(
            packets in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..300)), 0..20)
        ) {
            let mut chap = alice();
            for (code, octets) in packets {
                let _ = chap.handle_packet(at(0), &octets);
                if let Ok(Reply::Response(response)) = chap.handle_packet(at(0), &emit(code % 6, 1, &octets)) {
                    let packet = Packet::new_checked(&response).unwrap();
                    let (value, name) = parse_value(packet.data()).unwrap();
                    prop_assert_eq!((value.len(), name), (16, &b"alice"[..]));
                }
            }
        }
    }
}
