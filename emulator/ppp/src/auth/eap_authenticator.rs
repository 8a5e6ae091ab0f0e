//! The end of EAP that asks who the peer is (RFC 3748 §2): accounts, Responses and `now` in, Requests and results out.
//!
//! It asks for the peer's name (Identity), then for the answer to an MD5-Challenge, then says what came of it. A Request is repeated
//! until it is answered (§4.1), every 3 seconds and 10 times at most, as pppd does it. A peer that would have another type (Nak) is
//! refused: there is none. If that is wanted, the peer is challenged again from time to time.

use std::time::Duration;

use offhook_clock::{Instant, Random};

use super::{Accounts, AuthAnswer, PeerAuth};
use crate::eap::{Method, Repr};
use crate::packet::{Packet, PacketError};

const RESTART: Duration = Duration::from_secs(3);
/// Times that one Request is sent.
const MAX_REQUESTS: u32 = 10;
/// Octets of an MD5-Challenge's Value.
const VALUE: usize = 16;
/// What the peer is shown when it is asked for its name; RFC 3748 §5.1 leaves it open, pppd says this.
const PROMPT: &[u8] = b"Name";

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Nothing is asked.
    Idle,
    /// Who the peer is.
    Identity,
    /// Whether it knows the password.
    Challenge,
    /// It does, or does not.
    Over(bool),
}

/// Asks, and judges the Responses.
#[derive(Clone, Debug)]
pub struct EapAuthenticator {
    accounts: Accounts,
    name: String,
    again: Option<Duration>,
    random: Random,
    stage: Stage,
    identifier: u8,
    /// Who the peer said it is.
    user: Vec<u8>,
    value: [u8; VALUE],
    /// The last packet, and how often it was sent.
    last: Vec<u8>,
    sent: u32,
    deadline: Option<Instant>,
}

impl EapAuthenticator {
    /// Lets in who has one of these accounts; `name` is the Name in its Challenges, `random` what their Values come
    /// from, and `again` the time from a success to the next Challenge, if there is to be one.
    pub const fn new(accounts: Accounts, name: String, again: Option<Duration>, random: Random) -> Self {
        Self {
            accounts,
            name,
            again,
            random,
            stage: Stage::Idle,
            identifier: 0,
            user: Vec::new(),
            value: [0; VALUE],
            last: Vec::new(),
            sent: 0,
            deadline: None,
        }
    }

    /// The first Request to send: the link calls for authentication.
    pub fn start(&mut self, now: Instant) -> Vec<u8> {
        self.identifier = self.identifier.wrapping_add(1);
        self.stage = Stage::Identity;
        self.request(now, Repr::Request(Method::Identity(PROMPT)).emit(self.identifier))
    }

    /// A new Challenge to send: it is to be done again.
    pub fn challenge(&mut self, now: Instant) -> Vec<u8> {
        self.identifier = self.identifier.wrapping_add(1);
        self.stage = Stage::Challenge;
        for half in self.value.as_chunks_mut().0 {
            *half = self.random.next().to_be_bytes();
        }
        let challenge = Method::Md5Challenge { value: &self.value, name: self.name.as_bytes() };
        self.request(now, Repr::Request(challenge).emit(self.identifier))
    }

    /// The link is down.
    pub fn stop(&mut self) {
        self.stage = Stage::Idle;
        self.deadline = None;
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.deadline
    }

    /// The next Request if it is time for it, or the end of patience.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<Result<Vec<u8>, PeerAuth>> {
        self.deadline.filter(|deadline| *deadline <= now)?;
        if self.stage == Stage::Over(true) {
            return Some(Ok(self.challenge(now)));
        }
        if self.sent >= MAX_REQUESTS {
            self.stop();
            return Some(Err(PeerAuth::NoAnswer));
        }
        self.sent += 1;
        self.deadline = Some(now + RESTART);
        Some(Ok(self.last.clone()))
    }

    /// An EAP packet: the answer to it, and what came of it if that was not known before. Whatever is wrong with it has
    /// had no effect.
    pub fn handle_packet(&mut self, now: Instant, information: &[u8]) -> Result<Option<AuthAnswer>, PacketError> {
        let packet = Packet::new_checked(information)?;
        let Repr::Response(method) = Repr::parse(&packet)? else { return Ok(None) };
        if packet.identifier() != self.identifier {
            return Ok(None);
        }
        match (self.stage, method) {
            (Stage::Identity, Method::Identity(user)) => {
                self.user = user.to_vec();
                Ok(Some(AuthAnswer::again(self.challenge(now))))
            }
            (Stage::Challenge, Method::Md5Challenge { value, .. }) => {
                let accepted = self.accounts.answers(&self.user, self.identifier, &self.value, value);
                Ok(Some(self.end(now, accepted)))
            }
            (Stage::Challenge, Method::Nak(_)) => Ok(Some(self.end(now, false))),
            // Its answer was lost.
            (Stage::Over(_), Method::Md5Challenge { .. } | Method::Nak(_)) => {
                Ok(Some(AuthAnswer::again(self.last.clone())))
            }
            _ => Ok(None),
        }
    }

    fn end(&mut self, now: Instant, accepted: bool) -> AuthAnswer {
        self.stage = Stage::Over(accepted);
        self.deadline = self.again.filter(|_| accepted).map(|again| now + again);
        let repr = if accepted { Repr::Success { data: b"" } } else { Repr::Failure { data: b"" } };
        self.last = repr.emit(self.identifier);
        AuthAnswer::first(self.last.clone(), &self.user, accepted)
    }

    fn request(&mut self, now: Instant, packet: Vec<u8>) -> Vec<u8> {
        self.last.clone_from(&packet);
        self.sent = 1;
        self.deadline = Some(now + RESTART);
        packet
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::auth::{Account, Credentials, EapClient, EapStep, OwnAuth};

    fn authenticator(again: Option<Duration>) -> EapAuthenticator {
        let accounts = Accounts::new(vec![Account::new("alice", "secret")]);
        EapAuthenticator::new(accounts, "dialin".into(), again, Random::new(1))
    }

    fn client(user: &str, password: &str) -> EapClient {
        let mut client = EapClient::new(Credentials::new(user, password));
        client.start(Instant::ZERO);
        client
    }

    /// Both talk until the peer knows what came of it.
    fn talk(eap: &mut EapAuthenticator, client: &mut EapClient, first: Vec<u8>) -> (OwnAuth, Option<PeerAuth>) {
        let (mut packet, mut told) = (first, None);
        loop {
            match client.handle_packet(Instant::ZERO, &packet).unwrap() {
                EapStep::Response(response) => {
                    let answer = eap.handle_packet(Instant::ZERO, &response).unwrap().unwrap();
                    (packet, told) = (answer.packet, told.or(answer.news));
                }
                EapStep::Over(result) => return (result, told),
                EapStep::Nothing => unreachable!("every packet is answered"),
            }
        }
    }

    #[test]
    fn who_knows_the_password_is_let_in_and_nobody_else() {
        for (user, password) in [("alice", "secret"), ("alice", "wrong"), ("bob", "secret")] {
            let mut eap = authenticator(None);
            let first = eap.start(Instant::ZERO);
            assert_eq!(first, b"\x01\x01\x00\x09\x01Name");
            let (own, peer) = talk(&mut eap, &mut client(user, password), first);
            let user = user.as_bytes().to_vec();
            let expected = match (user.as_slice(), password) {
                (b"alice", "secret") => (OwnAuth::Accepted(vec![]), Some(PeerAuth::Accepted { user })),
                _ => (OwnAuth::Refused(vec![]), Some(PeerAuth::Refused { user })),
            };
            assert_eq!((own, peer), expected);
            assert_eq!(eap.poll_timeout(), None);
        }
    }

    #[test]
    fn a_request_is_sent_ten_times_three_seconds_apart() {
        let mut eap = authenticator(None);
        let first = eap.start(Instant::ZERO);
        let mut times = Vec::new();
        while let Some(now) = eap.poll_timeout() {
            times.push(now.micros() / 1_000_000);
            match eap.handle_timeout(now).unwrap() {
                Ok(request) => assert_eq!(request, first),
                Err(auth) => assert_eq!(auth, PeerAuth::NoAnswer),
            }
        }
        assert_eq!(times, [3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
    }

    #[test]
    fn a_peer_that_wants_another_type_is_refused_and_a_repeated_response_is_no_news() {
        let mut eap = authenticator(None);
        eap.start(Instant::ZERO);
        let challenge = eap.handle_packet(Instant::ZERO, b"\x02\x01\x00\x0a\x01alice").unwrap().unwrap();
        assert_eq!((challenge.packet[..6].to_vec(), challenge.news), (b"\x01\x02\x00\x1c\x04\x10".to_vec(), None));
        let nak = b"\x02\x02\x00\x06\x03\x0d";
        let refused = eap.handle_packet(Instant::ZERO, nak).unwrap().unwrap();
        assert_eq!(refused.packet, b"\x04\x02\x00\x04");
        assert_eq!(refused.news, Some(PeerAuth::Refused { user: b"alice".to_vec() }));
        let again = eap.handle_packet(Instant::ZERO, nak).unwrap().unwrap();
        assert_eq!((again.packet, again.news), (refused.packet, None));
    }

    #[test]
    fn a_peer_is_challenged_again_with_another_value_after_the_time_that_was_set() {
        let mut eap = authenticator(Some(Duration::from_secs(60)));
        let mut peer = client("alice", "secret");
        let first = eap.start(Instant::ZERO);
        talk(&mut eap, &mut peer, first);
        let then = Instant::from_millis(60_000);
        assert_eq!(eap.poll_timeout(), Some(then));
        let second = eap.handle_timeout(then).unwrap().unwrap();
        assert_eq!(second[..6], *b"\x01\x03\x00\x1c\x04\x10");
        let (own, told) = talk(&mut eap, &mut peer, second);
        assert!(own.is_accepted() && matches!(told, Some(PeerAuth::Accepted { .. })));
    }

    #[test]
    fn strangers_have_no_effect() {
        let mut eap = authenticator(None);
        assert_eq!(eap.handle_packet(Instant::ZERO, b"\x02\x00\x00\x05\x01"), Ok(None));
        eap.start(Instant::ZERO);
        for octets in
            [&b""[..], b"\x02\x01\x00\x04", b"\x02\x02\x00\x05\x01", b"\x02\x01\x00\x05\x02", b"\x03\x01\x00\x04"]
        {
            assert!(!matches!(eap.handle_packet(Instant::ZERO, octets), Ok(Some(_))), "{octets:?}");
        }
    }
}
