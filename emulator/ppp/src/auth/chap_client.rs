//! The end of CHAP that proves who it is (RFC 1994; RFC 2433 and RFC 2759 of Microsoft's): Challenges and `now` in, Responses and
//! results out.
//!
//! The peer may challenge at any time, also after Success (§2), and is always answered. Nothing is repeated unasked:
//! it is the peer that sends its Challenge again until it is answered (§4.1). RFC 1994 does not say how long this end
//! waits for it; 30 seconds is what pppd's ten Challenges, 3 seconds apart, take.
//!
//! In MS-CHAPv2 the peer has to prove that it knows the password as well: a Success that does not is no success (RFC 2759 §5). A
//! Failure of Microsoft's that lets this end try again is answered with the second password, if there is one (RFC 2759 §6).

use std::time::Duration;

use offhook_clock::{Instant, Random};

use super::{Credentials, Missing, OwnAuth};
use crate::chap::{Algorithm, Repr, response_value};
use crate::mppe::{End, StartKeys};
use crate::mschap::{message, response};
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
    /// The password to try again with.
    second: Option<String>,
    random: Random,
    algorithm: Algorithm,
    /// The last Response, if it got neither Success nor Failure.
    responded: Option<Responded>,
    /// The second password was tried.
    has_retried: bool,
    deadline: Option<Instant>,
    /// What MPPE can encrypt with since the last Success.
    keys: Option<StartKeys>,
}

/// A Response that waits for a word on it.
#[derive(Clone, Debug)]
struct Responded {
    identifier: u8,
    challenge: Vec<u8>,
    packet: Vec<u8>,
    /// What a Success of MS-CHAPv2 has to say.
    proof: Option<[u8; 20]>,
    /// What a Success of Microsoft's leaves behind.
    keys: Option<StartKeys>,
}

impl ChapClient {
    /// An end that was not challenged yet; what MS-CHAPv2 challenges the peer by comes from `random`.
    pub const fn new(credentials: Credentials, random: Random) -> Self {
        Self {
            credentials,
            second: None,
            random,
            algorithm: Algorithm::Md5,
            responded: None,
            has_retried: false,
            deadline: None,
            keys: None,
        }
    }

    /// Tries this password after a Failure that lets it try again.
    pub fn with_second_password(self, password: Option<String>) -> Self {
        Self { second: password, ..self }
    }

    /// The link calls for authentication by this algorithm: the peer begins.
    pub fn start(&mut self, now: Instant, algorithm: Algorithm) {
        self.algorithm = algorithm;
        self.responded = None;
        self.has_retried = false;
        self.keys = None;
        self.deadline = Some(now + PATIENCE);
    }

    /// The link is down.
    pub fn stop(&mut self) {
        self.responded = None;
        self.deadline = None;
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.deadline
    }

    /// What MPPE can encrypt with, after a Success of Microsoft's (RFC 3079).
    pub const fn start_keys(&self) -> Option<&StartKeys> {
        self.keys.as_ref()
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
        let is_ours = self.responded.as_ref().is_some_and(|responded| responded.identifier == packet.identifier());
        Ok(match Repr::parse(&packet)? {
            Repr::Challenge { value, .. } => {
                let password = self.credentials.password.clone();
                self.respond(now, packet.identifier(), value, &password)
            }
            Repr::Success { message } if is_ours => self.succeeded(message),
            Repr::Failure { message } if is_ours => self.failed(now, packet.identifier(), message),
            Repr::Success { .. } | Repr::Failure { .. } | Repr::Response { .. } | Repr::Unknown { .. } => {
                ChapStep::Nothing
            }
        })
    }

    fn succeeded(&mut self, message: &[u8]) -> ChapStep {
        let proof = self.responded.as_ref().and_then(|responded| responded.proof);
        let shown = message::Success::parse(message).map(|success| success.answer);
        let is_proved = proof.is_none() || proof == shown;
        if is_proved {
            self.keys = self.responded.as_mut().and_then(|responded| responded.keys.take());
        }
        let message = message.to_vec();
        self.end(if is_proved { OwnAuth::Accepted(message) } else { OwnAuth::Unproved(message) })
    }

    fn failed(&mut self, now: Instant, identifier: u8, message: &[u8]) -> ChapStep {
        let failure = message::Failure::parse(message);
        let is_microsofts = matches!(self.algorithm, Algorithm::MsChap | Algorithm::MsChapV2);
        if is_microsofts && failure.retry == Some(true) && !self.has_retried {
            self.has_retried = true;
            let before = self.responded.as_ref().map(|responded| responded.challenge.clone());
            if let (Some(password), Some(challenge)) = (self.second.clone(), failure.challenge.or(before)) {
                // "The Identifier is incremented" (RFC 2433 §7, RFC 2759 §6).
                return self.respond(now, identifier.wrapping_add(1), &challenge, &password);
            }
        }
        self.end(OwnAuth::Refused(message.to_vec()))
    }

    fn end(&mut self, result: OwnAuth) -> ChapStep {
        self.stop();
        ChapStep::Over(result)
    }

    /// The Response to a Challenge; nothing, if the Challenge has not the length that its algorithm asks for.
    fn respond(&mut self, now: Instant, identifier: u8, challenge: &[u8], password: &str) -> ChapStep {
        let is_again = |responded: &&Responded| responded.identifier == identifier && responded.challenge == challenge;
        if let Some(responded) = self.responded.as_ref().filter(is_again) {
            self.deadline = Some(now + PATIENCE);
            return ChapStep::Response(responded.packet.clone());
        }
        let user = self.credentials.user.as_bytes();
        let name = &user[..user.len().min(usize::from(u8::MAX))];
        let (value, proof, keys) = match self.algorithm {
            Algorithm::MsChap => {
                let Ok(challenge) = challenge.try_into() else { return ChapStep::Nothing };
                let keys = StartKeys::of_ms_chap(password, challenge);
                (response::V1::answer(challenge, password).emit(), None, Some(keys))
            }
            Algorithm::MsChapV2 => {
                let Ok(challenge) = challenge.try_into() else { return ChapStep::Nothing };
                let mut own = [0; 16];
                for half in own.as_chunks_mut().0 {
                    *half = self.random.next().to_be_bytes();
                }
                let response = response::V2::answer(challenge, own, name, password);
                let keys = StartKeys::of_ms_chap_v2(password, &response.nt_response, End::Client);
                (response.emit(), Some(response.authenticator_response(challenge, name, password)), Some(keys))
            }
            Algorithm::Md5 | Algorithm::Unknown(_) => {
                (response_value(identifier, password.as_bytes(), challenge).to_vec(), None, None)
            }
        };
        let packet = Repr::Response { value: &value, name }.emit(identifier);
        let challenge = challenge.to_vec();
        self.responded = Some(Responded { identifier, challenge, packet: packet.clone(), proof, keys });
        self.deadline = Some(now + PATIENCE);
        ChapStep::Response(packet)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::packet::emit;

    fn alice() -> ChapClient {
        let mut chap = ChapClient::new(Credentials::new("alice", "secret"), Random::new(7));
        chap.start(Instant::ZERO, Algorithm::Md5);
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

    fn microsofts(algorithm: Algorithm, second: Option<&str>) -> ChapClient {
        let mut chap = alice().with_second_password(second.map(str::to_owned));
        chap.start(Instant::ZERO, algorithm);
        chap
    }

    fn value(step: Result<ChapStep, PacketError>) -> (u8, Vec<u8>) {
        let Ok(ChapStep::Response(packet)) = step else { unreachable!("a Response, not {step:?}") };
        let Ok(Repr::Response { value, .. }) = Repr::parse(&Packet::new_checked(&packet).unwrap()) else {
            unreachable!("a Response")
        };
        (packet[1], value.to_vec())
    }

    #[test]
    fn microsofts_challenges_have_their_length_and_are_answered_by_their_algorithm() {
        let mut chap = microsofts(Algorithm::MsChap, None);
        let (_, answer) = value(chap.handle_packet(at(0), &Repr::Challenge { value: &[5; 8], name: b"s" }.emit(1)));
        assert!(response::V1::parse(&answer).unwrap().is_from(&[5; 8], "secret"));
        let mut chap = microsofts(Algorithm::MsChapV2, None);
        let challenge = Repr::Challenge { value: &[5; 16], name: b"s" }.emit(1);
        let (_, answer) = value(chap.handle_packet(at(0), &challenge));
        assert!(response::V2::parse(&answer).unwrap().is_from(&[5; 16], b"alice", "secret"));
        // The same Challenge gets the same answer, another another Peer-Challenge.
        assert_eq!(value(chap.handle_packet(at(0), &challenge)).1, answer);
        let again = value(chap.handle_packet(at(0), &Repr::Challenge { value: &[5; 16], name: b"s" }.emit(2)));
        assert_ne!(again.1[..16], answer[..16]);
        for algorithm in [Algorithm::MsChap, Algorithm::MsChapV2] {
            let step = microsofts(algorithm, None).handle_packet(at(0), CHALLENGE_7);
            assert_eq!(step, Ok(ChapStep::Nothing));
        }
    }

    #[test]
    fn a_success_that_does_not_prove_that_the_peer_knows_the_password_is_none() {
        for proves in [true, false] {
            let mut chap = microsofts(Algorithm::MsChapV2, None);
            let (_, answer) =
                value(chap.handle_packet(at(0), &Repr::Challenge { value: &[5; 16], name: b"s" }.emit(1)));
            let password = if proves { "secret" } else { "guessed" };
            let response = response::V2::parse(&answer).unwrap();
            let answer = response.authenticator_response(&[5; 16], b"alice", password);
            let message = message::Success { answer, message: Some(b"hello".to_vec()) }.emit();
            let step = chap.handle_packet(at(0), &emit(3, 1, &message));
            let expected = if proves { OwnAuth::Accepted(message) } else { OwnAuth::Unproved(message) };
            assert_eq!(step, Ok(ChapStep::Over(expected)));
        }
    }

    #[test]
    fn a_failure_that_lets_it_try_again_gets_the_second_password_once() {
        let failure = |identifier| emit(4, identifier, b"E=691 R=1 C=09090909090909090909090909090909 V=3 M=no");
        let challenge = Repr::Challenge { value: &[5; 16], name: b"s" }.emit(7);
        let mut chap = microsofts(Algorithm::MsChapV2, Some("right"));
        value(chap.handle_packet(at(0), &challenge));
        let (identifier, answer) = value(chap.handle_packet(at(0), &failure(7)));
        assert_eq!(identifier, 8);
        assert!(response::V2::parse(&answer).unwrap().is_from(&[9; 16], b"alice", "right"));
        assert!(matches!(chap.handle_packet(at(0), &failure(8)), Ok(ChapStep::Over(OwnAuth::Refused(_)))));
        // Without one, without R=1, or in CHAP with MD5 it is over at once.
        for (algorithm, second, message) in [
            (Algorithm::MsChapV2, None, failure(7)),
            (Algorithm::MsChapV2, Some("right"), emit(4, 7, b"E=691 R=0 V=3")),
            (Algorithm::Md5, Some("right"), failure(7)),
        ] {
            let mut chap = microsofts(algorithm, second);
            value(chap.handle_packet(at(0), &challenge));
            assert!(matches!(chap.handle_packet(at(0), &message), Ok(ChapStep::Over(OwnAuth::Refused(_)))));
        }
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
