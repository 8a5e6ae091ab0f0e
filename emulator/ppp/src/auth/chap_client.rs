//! The end of CHAP that proves who it is (RFC 1994): Challenges and `now` in, Responses and results out.
//!
//! The peer may challenge at any time, also after Success (§2), and is always answered. Nothing is repeated unasked:
//! it is the peer that sends its Challenge again until it is answered (§4.1). RFC 1994 does not say how long this end
//! waits for it; 30 seconds is what pppd's ten Challenges, 3 seconds apart, take.

use std::time::Duration;

use offhook_clock::Instant;

use super::{Credentials, Missing, OwnAuth};
use crate::chap::{Repr, response_value};
use crate::packet::{Packet, PacketError};

/// How long the peer is waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// What came of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChapStep {
    /// Nothing.
    Nothing,
    /// A Response to send.
    Response(Vec<u8>),
    /// The peer's word on the last Response.
    Over(OwnAuth),
}

/// The end that is challenged.
#[derive(Clone, Debug)]
pub struct ChapClient {
    credentials: Credentials,
    /// Identifier of the last Response that got neither Success nor Failure.
    responded: Option<u8>,
    deadline: Option<Instant>,
}

impl ChapClient {
    /// An end that was not challenged yet.
    pub const fn new(credentials: Credentials) -> Self {
        Self { credentials, responded: None, deadline: None }
    }

    /// The link calls for authentication: the peer begins.
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
    pub fn handle_timeout(&mut self, now: Instant) -> Option<OwnAuth> {
        self.deadline.filter(|deadline| *deadline <= now)?;
        let missing = if self.responded.is_some() { Missing::Verdict } else { Missing::Challenge };
        self.stop();
        Some(OwnAuth::NoAnswer(missing))
    }

    /// A CHAP packet. Whatever is wrong with it has had no effect.
    pub fn handle_packet(&mut self, now: Instant, information: &[u8]) -> Result<ChapStep, PacketError> {
        let packet = Packet::new_checked(information)?;
        // "The Identifier field ... MUST be copied from the Identifier field of the Response" (§4.2).
        let is_ours = self.responded == Some(packet.identifier());
        Ok(match Repr::parse(&packet)? {
            Repr::Challenge { value, .. } => ChapStep::Response(self.respond(now, packet.identifier(), value)),
            Repr::Success { message } if is_ours => self.end(OwnAuth::Accepted(message.to_vec())),
            Repr::Failure { message } if is_ours => self.end(OwnAuth::Refused(message.to_vec())),
            Repr::Success { .. } | Repr::Failure { .. } | Repr::Response { .. } | Repr::Unknown { .. } => {
                ChapStep::Nothing
            }
        })
    }

    fn end(&mut self, result: OwnAuth) -> ChapStep {
        self.stop();
        ChapStep::Over(result)
    }

    fn respond(&mut self, now: Instant, identifier: u8, challenge: &[u8]) -> Vec<u8> {
        self.responded = Some(identifier);
        self.deadline = Some(now + PATIENCE);
        let Credentials { user, password } = &self.credentials;
        let value = response_value(identifier, password.as_bytes(), challenge);
        let name = &user.as_bytes()[..user.len().min(usize::from(u8::MAX))];
        Repr::Response { value: &value, name }.emit(identifier)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::packet::emit;

    fn alice() -> ChapClient {
        let mut chap = ChapClient::new(Credentials::new("alice", "secret"));
        chap.start(Instant::ZERO);
        chap
    }

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    const CHALLENGE_7: &[u8] = b"\x01\x07\x00\x11\x06\x01\x02\x03\x04\x05\x06dialin";

    #[test]
    fn a_challenge_is_answered_under_its_identifier_with_value_and_name() {
        let Ok(ChapStep::Response(response)) = alice().handle_packet(at(0), CHALLENGE_7) else {
            unreachable!("a Challenge is answered")
        };
        assert_eq!(response[..5], *b"\x02\x07\x00\x1a\x10");
        let value = &response_value(7, b"secret", &[1, 2, 3, 4, 5, 6]);
        let packet = Packet::new_checked(&response).unwrap();
        assert_eq!(Repr::parse(&packet), Ok(Repr::Response { value, name: b"alice" }));
    }

    #[test]
    fn success_and_failure_of_this_response_end_it_with_their_message() {
        for (code, outcome) in [(3, OwnAuth::Accepted(b"hello".to_vec())), (4, OwnAuth::Refused(b"hello".to_vec()))] {
            let mut chap = alice();
            chap.handle_packet(at(0), CHALLENGE_7).unwrap();
            assert_eq!(chap.handle_packet(at(0), &emit(code, 6, b"hello")), Ok(ChapStep::Nothing));
            assert_eq!(chap.handle_packet(at(0), &emit(code, 7, b"hello")), Ok(ChapStep::Over(outcome)));
            assert_eq!(chap.poll_timeout(), None);
            assert_eq!(chap.handle_packet(at(0), &emit(code, 7, b"hello")), Ok(ChapStep::Nothing));
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
        assert!(matches!(again, ChapStep::Response(response) if response[1] == 8));
        let refused = chap.handle_packet(at(60_000), b"\x04\x08\x00\x04");
        assert_eq!(refused, Ok(ChapStep::Over(OwnAuth::Refused(vec![]))));
    }

    #[test]
    fn patience_ends_after_thirty_seconds_and_nothing_is_sent_until_then() {
        let mut chap = alice();
        assert_eq!(chap.handle_timeout(Instant::from_micros(29_999_999)), None);
        assert_eq!(chap.handle_timeout(at(30_000)), Some(OwnAuth::NoAnswer(Missing::Challenge)));
        assert_eq!((chap.poll_timeout(), chap.handle_timeout(at(99_000))), (None, None));
        let mut chap = alice();
        chap.handle_packet(at(1000), CHALLENGE_7).unwrap();
        let outcome = chap.handle_timeout(at(31_000));
        assert_eq!(outcome, Some(OwnAuth::NoAnswer(Missing::Verdict)));
    }

    #[test]
    fn strangers_and_impossible_lengths_have_no_effect() {
        let mut chap = alice();
        for stranger in
            [&b"\x03\x00\x00\x04"[..], b"\x02\x01\x00\x06\x01\xaa", b"\x63\x01\x00\x04", b"\x00\x01\x00\x04"]
        {
            assert_eq!(chap.handle_packet(at(0), stranger), Ok(ChapStep::Nothing));
        }
        let short = |expected, got| Err(PacketError::DataTooShort { code: 1, expected, got });
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
                if let Ok(ChapStep::Response(response)) = chap.handle_packet(at(0), &emit(code % 6, 1, &octets)) {
                    let packet = Packet::new_checked(&response).unwrap();
                    let right = matches!(Repr::parse(&packet), Ok(Repr::Response { value, name: b"alice" }) if value.len() == 16);
                    prop_assert!(right);
                }
            }
        }
    }
}
