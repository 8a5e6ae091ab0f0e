//! The end of CHAP that asks who the peer is (RFC 1994): accounts, Responses and `now` in, Challenges and results out.
//!
//! A Challenge is repeated until it is answered (§4.1), every 3 seconds and 10 times at most, as pppd does it; and, if
//! that is wanted, the peer is challenged again from time to time (§2). A Response that comes again because its answer
//! was lost gets the same answer (§4.1).

use std::time::Duration;

use offhook_clock::{Instant, Random};

use super::{Accounts, AuthAnswer, PeerAuth};
use crate::chap::Repr;
use crate::packet::{Packet, PacketError};

const RESTART: Duration = Duration::from_secs(3);
/// Times that one Challenge is sent.
const MAX_CHALLENGES: u32 = 10;
/// Octets of a Challenge's Value: as many as MD5 gives back (RFC 1994 §2.3 advises at least that).
const VALUE: usize = 16;

/// Challenges, and judges the Responses.
#[derive(Clone, Debug)]
pub struct ChapAuthenticator {
    accounts: Accounts,
    name: String,
    again: Option<Duration>,
    random: Random,
    identifier: u8,
    value: [u8; VALUE],
    /// How often the Challenge was sent.
    sent: u32,
    /// What the Response to the last Challenge got, and so does every other.
    accepted: Option<bool>,
    /// Of the next Challenge, repeated or new, or of the end of patience.
    deadline: Option<Instant>,
}

impl ChapAuthenticator {
    /// Lets in who has one of these accounts; `name` is the Name in its Challenges, `random` what their Values come
    /// from, and `again` the time from a success to the next Challenge, if there is to be one.
    pub const fn new(accounts: Accounts, name: String, again: Option<Duration>, random: Random) -> Self {
        Self {
            accounts,
            name,
            again,
            random,
            identifier: 0,
            value: [0; VALUE],
            sent: 0,
            accepted: None,
            deadline: None,
        }
    }

    /// A new Challenge to send: the link calls for authentication, or it is to be done again (RFC 1994 §2).
    pub fn challenge(&mut self, now: Instant) -> Vec<u8> {
        self.identifier = self.identifier.wrapping_add(1);
        for half in self.value.as_chunks_mut().0 {
            *half = self.random.next().to_be_bytes();
        }
        self.sent = 0;
        self.accepted = None;
        self.send(now)
    }

    /// The link is down.
    pub const fn stop(&mut self) {
        self.sent = 0;
        self.accepted = None;
        self.deadline = None;
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.deadline
    }

    /// The next Challenge if it is time for it, or the end of patience.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<Result<Vec<u8>, PeerAuth>> {
        self.deadline.filter(|deadline| *deadline <= now)?;
        if self.accepted == Some(true) {
            return Some(Ok(self.challenge(now)));
        }
        if self.sent >= MAX_CHALLENGES {
            self.stop();
            return Some(Err(PeerAuth::NoAnswer));
        }
        Some(Ok(self.send(now)))
    }

    /// A CHAP packet: the answer to it, and what came of it if that was not known before. Whatever is wrong with it has
    /// had no effect.
    pub fn handle_packet(&mut self, now: Instant, information: &[u8]) -> Result<Option<AuthAnswer>, PacketError> {
        let packet = Packet::new_checked(information)?;
        let Repr::Response { value, name } = Repr::parse(&packet)? else { return Ok(None) };
        if self.sent == 0 || packet.identifier() != self.identifier {
            return Ok(None);
        }
        if let Some(accepted) = self.accepted {
            return Ok(Some(AuthAnswer::again(self.answer(accepted))));
        }
        let accepted = self.accounts.answers(name, self.identifier, &self.value, value);
        self.accepted = Some(accepted);
        self.deadline = self.again.filter(|_| accepted).map(|again| now + again);
        Ok(Some(AuthAnswer::first(self.answer(accepted), name, accepted)))
    }

    fn send(&mut self, now: Instant) -> Vec<u8> {
        self.sent += 1;
        self.deadline = Some(now + RESTART);
        Repr::Challenge { value: &self.value, name: self.name.as_bytes() }.emit(self.identifier)
    }

    fn answer(&self, accepted: bool) -> Vec<u8> {
        let message: &[u8] = if accepted { b"Access granted" } else { b"Access denied" };
        let repr = if accepted { Repr::Success { message } } else { Repr::Failure { message } };
        repr.emit(self.identifier)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::auth::{Account, ChapClient, ChapStep, Credentials};

    fn authenticator(again: Option<Duration>) -> ChapAuthenticator {
        let accounts = Accounts::new(vec![Account::new("alice", "secret")]);
        ChapAuthenticator::new(accounts, "dialin".into(), again, Random::new(1))
    }

    fn response(challenge: &[u8], password: &str) -> Vec<u8> {
        let mut client = ChapClient::new(Credentials::new("alice", password));
        let Ok(ChapStep::Response(response)) = client.handle_packet(Instant::ZERO, challenge) else {
            unreachable!("a Challenge is answered")
        };
        response
    }

    #[test]
    fn the_right_secret_succeeds_a_wrong_one_fails_and_the_same_response_again_is_no_news() {
        for (password, code) in [("secret", 3), ("wrong", 4)] {
            let mut chap = authenticator(None);
            let response = response(&chap.challenge(Instant::ZERO), password);
            let AuthAnswer { packet, news } = chap.handle_packet(Instant::ZERO, &response).unwrap().unwrap();
            assert_eq!((packet[0], packet[1], chap.poll_timeout()), (code, 1, None));
            assert!(matches!(news, Some(PeerAuth::Accepted { user }) if user == b"alice") == (code == 3));
            assert_eq!(chap.handle_packet(Instant::ZERO, &response), Ok(Some(AuthAnswer { packet, news: None })));
        }
    }

    #[test]
    fn a_challenge_is_sent_ten_times_three_seconds_apart() {
        let mut chap = authenticator(None);
        let first = chap.challenge(Instant::ZERO);
        let mut times = Vec::new();
        while let Some(now) = chap.poll_timeout() {
            times.push(now.micros() / 1_000_000);
            match chap.handle_timeout(now).unwrap() {
                Ok(challenge) => assert_eq!(challenge, first),
                Err(auth) => assert_eq!(auth, PeerAuth::NoAnswer),
            }
        }
        assert_eq!(times, [3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
    }

    #[test]
    fn a_peer_is_challenged_again_with_another_value_after_the_time_that_was_set() {
        let mut chap = authenticator(Some(Duration::from_secs(60)));
        let first = chap.challenge(Instant::ZERO);
        chap.handle_packet(Instant::ZERO, &response(&first, "secret")).unwrap();
        let then = Instant::from_millis(60_000);
        assert_eq!(chap.poll_timeout(), Some(then));
        let second = chap.handle_timeout(then).unwrap().unwrap();
        assert_eq!((first[1], second[1]), (1, 2));
        assert_ne!(first[5..21], second[5..21]);
        assert_eq!(chap.handle_packet(then, &response(&first, "secret")), Ok(None), "the old Challenge is void");
    }

    #[test]
    fn what_is_no_response_and_what_comes_unasked_has_no_effect() {
        let mut chap = authenticator(None);
        assert_eq!(chap.handle_packet(Instant::ZERO, b"\x02\x00\x00\x06\x01\xaa"), Ok(None));
        chap.challenge(Instant::ZERO);
        for octets in [&b""[..], b"\x02\x01\x00\x05\x09", b"\x03\x01\x00\x04", b"\x63\x01\x00\x04"] {
            assert!(!matches!(chap.handle_packet(Instant::ZERO, octets), Ok(Some(_))));
        }
        assert!(chap.poll_timeout().is_some());
    }
}
