//! The end of CHAP that asks who the peer is (RFC 1994; RFC 2433 and RFC 2759 of Microsoft's): accounts, Responses and `now` in,
//! Challenges and results out.
//!
//! There is another Challenge until one is answered (§4.1), every 3 seconds and 10 times at most, each with an Identifier and a
//! Value of its own (§4.1); on a slow line the Response to any of them counts. If that is wanted, the peer is challenged again
//! from time to time (§2). A Response that comes again because its answer was lost gets the same answer (§4.1).
//!
//! Microsoft's peers may be let try again ([`ChapAuthenticator::with_retries`]): the Failure says so and has another challenge, and
//! the next Response is under the next Identifier (RFC 2433 §7, RFC 2759 §6).

use std::time::Duration;

use offhook_clock::{Instant, Random};

use super::{Accounts, AuthAnswer, PeerAuth};
use crate::chap::{Algorithm, Repr};
use crate::mppe::{End, StartKeys};
use crate::mschap::{message, response};
use crate::packet::{Packet, PacketError};

const RESTART: Duration = Duration::from_secs(3);
/// Challenges that are sent before one is answered.
const MAX_CHALLENGES: usize = 10;
/// How long a peer that may try again is waited for: as long as one that was challenged.
const PATIENCE: Duration = Duration::from_secs(30);
/// Octets of a Challenge's Value: as many as MD5 gives back (RFC 1994 §2.3 advises at least that), and as MS-CHAPv2 has.
const VALUE: usize = 16;
/// Octets of MS-CHAP's (RFC 2433 §3).
const MS_CHAP_VALUE: usize = 8;
/// Why a Response of Microsoft's is refused, [`message::error_name`].
const AUTHENTICATION_FAILURE: u32 = 691;
/// The version of changing passwords that goes with MS-CHAPv2 (RFC 2759 §6), and with MS-CHAP (RFC 2433 §6).
const CHANGE_VERSIONS: (u32, u32) = (3, 2);

/// Challenges, and judges the Responses.
#[derive(Clone, Debug)]
pub struct ChapAuthenticator {
    accounts: Accounts,
    name: String,
    again: Option<Duration>,
    retries: u32,
    random: Random,
    algorithm: Algorithm,
    /// Of the last Challenge.
    identifier: u8,
    value: [u8; VALUE],
    /// The Challenges of which one is to be answered.
    sent: Vec<(u8, [u8; VALUE])>,
    /// How often the peer may try again yet.
    left: u32,
    /// What the Response to one of them got, and so does every other.
    answered: Option<Answered>,
    /// Of the next Challenge, repeated or new, or of the end of patience.
    deadline: Option<Instant>,
    /// What MPPE can encrypt with since the last Success.
    keys: Option<StartKeys>,
}

/// What a Response got.
#[derive(Clone, Debug)]
struct Answered {
    /// The Response's Identifier.
    identifier: u8,
    /// Success or Failure.
    packet: Vec<u8>,
    /// It may not try again.
    is_end: bool,
    /// It was let in.
    accepted: bool,
}

impl ChapAuthenticator {
    /// Lets in who has one of these accounts; `name` is the Name in its Challenges, `random` what their Values come
    /// from, and `again` the time from a success to the next Challenge, if there is to be one.
    pub const fn new(accounts: Accounts, name: String, again: Option<Duration>, random: Random) -> Self {
        Self {
            accounts,
            name,
            again,
            retries: 0,
            random,
            algorithm: Algorithm::Md5,
            identifier: 0,
            value: [0; VALUE],
            sent: Vec::new(),
            left: 0,
            answered: None,
            deadline: None,
            keys: None,
        }
    }

    /// Lets a peer of Microsoft's try again so many times.
    pub fn with_retries(self, retries: u32) -> Self {
        Self { retries, ..self }
    }

    /// What Challenges are for from now on.
    pub const fn set_algorithm(&mut self, algorithm: Algorithm) {
        self.algorithm = algorithm;
    }

    /// A new Challenge to send: the link calls for authentication, or it is to be done again (RFC 1994 §2).
    pub fn challenge(&mut self, now: Instant) -> Vec<u8> {
        self.sent.clear();
        self.left = self.retries;
        self.answered = None;
        self.send(now)
    }

    /// The link is down.
    pub fn stop(&mut self) {
        self.sent.clear();
        self.answered = None;
        self.deadline = None;
    }

    /// What MPPE can encrypt with, after a Success of Microsoft's (RFC 3079).
    pub const fn start_keys(&self) -> Option<&StartKeys> {
        self.keys.as_ref()
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.deadline
    }

    /// The next Challenge if it is time for it, or the end of patience.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<Result<Vec<u8>, PeerAuth>> {
        self.deadline.filter(|deadline| *deadline <= now)?;
        match &self.answered {
            Some(Answered { is_end: true, .. }) => return Some(Ok(self.challenge(now))),
            // It was let try again, and does not.
            Some(Answered { is_end: false, .. }) => {}
            None if self.sent.len() < MAX_CHALLENGES => return Some(Ok(self.send(now))),
            None => {}
        }
        self.stop();
        Some(Err(PeerAuth::NoAnswer))
    }

    /// A CHAP packet: the answer to it, and what came of it if that was not known before. Whatever is wrong with it has
    /// had no effect.
    pub fn handle_packet(&mut self, now: Instant, information: &[u8]) -> Result<Option<AuthAnswer>, PacketError> {
        let packet = Packet::new_checked(information)?;
        let Repr::Response { value, name } = Repr::parse(&packet)? else { return Ok(None) };
        let identifier = packet.identifier();
        let challenge = self.sent.iter().find(|(sent, _)| *sent == identifier).map(|(_, value)| *value);
        match (&self.answered, challenge) {
            (Some(answered), _) if identifier == answered.identifier => {
                return Ok(Some(AuthAnswer::again(answered.packet.clone())));
            }
            // Let try again, it answers under the next Identifier what the Failure challenged it by.
            (Some(answered), _) if !answered.is_end && identifier == answered.identifier.wrapping_add(1) => {
                self.identifier = identifier;
            }
            // Two Challenges were on their way: the peer waits for a word on the later.
            (Some(Answered { accepted: true, .. }), Some(challenge)) => {
                self.value = challenge;
                return Ok(self.judge(identifier, name, value).map(|message| {
                    self.keys = self.keys_of(name, value);
                    AuthAnswer::again(Repr::Success { message: &message }.emit(identifier))
                }));
            }
            (None, Some(challenge)) => self.value = challenge,
            _ => return Ok(None),
        }
        let message = self.judge(identifier, name, value);
        let accepted = message.is_some();
        self.keys = if accepted { self.keys_of(name, value) } else { None };
        let (answer, is_end) = match message {
            Some(message) => (Repr::Success { message: &message }.emit(identifier), true),
            None => self.refuse(identifier),
        };
        self.answered = Some(Answered { identifier, packet: answer.clone(), is_end, accepted });
        if !is_end {
            self.deadline = Some(now + PATIENCE);
            return Ok(Some(AuthAnswer::again(answer)));
        }
        self.deadline = self.again.filter(|_| accepted).map(|again| now + again);
        Ok(Some(AuthAnswer::first(answer, name, accepted)))
    }

    /// The message for somebody who may come in.
    fn judge(&self, identifier: u8, name: &[u8], value: &[u8]) -> Option<Vec<u8>> {
        let granted = b"Access granted".to_vec();
        let password = || Some(self.accounts.find_without_domain(name)?.credentials.password.as_str());
        match self.algorithm {
            Algorithm::MsChap => {
                let challenge = self.value.first_chunk()?;
                let response = response::V1::parse(value).ok()?;
                response.is_from(challenge, password()?).then_some(granted)
            }
            Algorithm::MsChapV2 => {
                let (response, password) = (response::V2::parse(value).ok()?, password()?);
                let answer = response.authenticator_response(&self.value, name, password);
                // Windows 98, which says so, does not know what comes after the answer; pppd leaves it out as well.
                let message = (response.flags == 0).then_some(granted);
                let success = message::Success { answer, message }.emit();
                response.is_from(&self.value, name, password).then_some(success)
            }
            Algorithm::Md5 | Algorithm::Unknown(_) => {
                self.accounts.answers(name, identifier, &self.value, value).then_some(granted)
            }
        }
    }

    /// What a Response that is right leaves behind.
    fn keys_of(&self, name: &[u8], value: &[u8]) -> Option<StartKeys> {
        let password = || Some(self.accounts.find_without_domain(name)?.credentials.password.as_str());
        match self.algorithm {
            Algorithm::MsChap => Some(StartKeys::of_ms_chap(password()?, self.value.first_chunk()?)),
            Algorithm::MsChapV2 => {
                let response = response::V2::parse(value).ok()?;
                Some(StartKeys::of_ms_chap_v2(password()?, &response.nt_response, End::Server))
            }
            Algorithm::Md5 | Algorithm::Unknown(_) => None,
        }
    }

    /// The Failure, and whether it is the end.
    fn refuse(&mut self, identifier: u8) -> (Vec<u8>, bool) {
        let (version, is_v2) = match self.algorithm {
            Algorithm::MsChap => (CHANGE_VERSIONS.1, false),
            Algorithm::MsChapV2 => (CHANGE_VERSIONS.0, true),
            Algorithm::Md5 | Algorithm::Unknown(_) => {
                return (Repr::Failure { message: b"Access denied" }.emit(identifier), true);
            }
        };
        let is_end = self.left == 0;
        self.left = self.left.saturating_sub(1);
        self.renew();
        let failure = message::Failure {
            error: Some(AUTHENTICATION_FAILURE),
            retry: Some(!is_end),
            challenge: Some(self.value[..self.value_len()].to_vec()),
            version: Some(version),
            message: is_v2.then(|| b"Access denied".to_vec()),
        };
        (Repr::Failure { message: &failure.emit() }.emit(identifier), is_end)
    }

    /// Another Value.
    fn renew(&mut self) {
        for half in self.value.as_chunks_mut().0 {
            *half = self.random.next().to_be_bytes();
        }
    }

    const fn value_len(&self) -> usize {
        if matches!(self.algorithm, Algorithm::MsChap) { MS_CHAP_VALUE } else { VALUE }
    }

    /// "The Identifier field MUST be changed each time a Challenge is sent", and the Value as well (RFC 1994 §4.1).
    fn send(&mut self, now: Instant) -> Vec<u8> {
        self.identifier = self.identifier.wrapping_add(1);
        self.renew();
        self.sent.push((self.identifier, self.value));
        self.deadline = Some(now + RESTART);
        Repr::Challenge { value: &self.value[..self.value_len()], name: self.name.as_bytes() }.emit(self.identifier)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::auth::{Account, ChapClient, ChapStep, Credentials, OwnAuth};

    fn authenticator(again: Option<Duration>) -> ChapAuthenticator {
        let accounts = Accounts::new(vec![Account::new("alice", "secret")]);
        ChapAuthenticator::new(accounts, "dialin".into(), again, Random::new(1))
    }

    fn response(challenge: &[u8], password: &str) -> Vec<u8> {
        let mut client = ChapClient::new(Credentials::new("alice", password), Random::new(2));
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

    /// A peer of Microsoft's with this name, and its second password.
    fn client(algorithm: Algorithm, name: &str, passwords: [&str; 2]) -> ChapClient {
        let credentials = Credentials::new(name, passwords[0]);
        let mut client =
            ChapClient::new(credentials, Random::new(2)).with_second_password(Some(passwords[1].to_owned()));
        client.start(Instant::ZERO, algorithm);
        client
    }

    /// Both talk until the peer knows what came of it; how many packets that took.
    fn talk(chap: &mut ChapAuthenticator, client: &mut ChapClient) -> (OwnAuth, Option<PeerAuth>, u32) {
        let mut packet = chap.challenge(Instant::ZERO);
        let (mut told, mut packets) = (None, 1);
        loop {
            match client.handle_packet(Instant::ZERO, &packet).unwrap() {
                ChapStep::Response(response) => {
                    let AuthAnswer { packet: answer, news } =
                        chap.handle_packet(Instant::ZERO, &response).unwrap().unwrap();
                    (packet, told) = (answer, told.or(news));
                    packets += 2;
                }
                ChapStep::Over(result) => return (result, told, packets),
                ChapStep::Nothing => unreachable!("every packet is answered"),
            }
        }
    }

    #[test]
    fn microsofts_algorithms_let_in_who_has_the_password_and_show_that_they_know_it() {
        for (algorithm, message) in [(Algorithm::MsChap, "Access"), (Algorithm::MsChapV2, "S=")] {
            for name in ["alice", "DOMAIN\\alice"] {
                let mut chap = authenticator(None);
                chap.set_algorithm(algorithm);
                let (own, peer, packets) = talk(&mut chap, &mut client(algorithm, name, ["secret", ""]));
                assert!(matches!(&own, OwnAuth::Accepted(text) if text.starts_with(message.as_bytes())), "{own:?}");
                assert_eq!((peer, packets), (Some(PeerAuth::Accepted { user: name.into() }), 3));
            }
            let mut chap = authenticator(None);
            chap.set_algorithm(algorithm);
            let (own, peer, packets) = talk(&mut chap, &mut client(algorithm, "alice", ["wrong", "secret"]));
            assert!(own.message().starts_with("E=691 R=0 C="), "{own:?}");
            assert_eq!((peer, packets), (Some(PeerAuth::Refused { user: b"alice".to_vec() }), 3));
        }
    }

    #[test]
    fn a_peer_that_may_try_again_is_let_in_with_its_second_password() {
        for algorithm in [Algorithm::MsChap, Algorithm::MsChapV2] {
            for (second, is_in, packets) in [("secret", true, 5), ("guess", false, 5)] {
                let mut chap = authenticator(None).with_retries(1);
                chap.set_algorithm(algorithm);
                let (own, peer, took) = talk(&mut chap, &mut client(algorithm, "alice", ["wrong", second]));
                assert_eq!((own.is_accepted(), took), (is_in, packets), "{own:?}");
                assert_eq!(matches!(peer, Some(PeerAuth::Accepted { .. })), is_in);
            }
            // And one that does not is waited for no longer than any other.
            let mut chap = authenticator(None).with_retries(1);
            chap.set_algorithm(algorithm);
            let challenge = chap.challenge(Instant::ZERO);
            let ChapStep::Response(response) =
                client(algorithm, "alice", ["wrong", ""]).handle_packet(Instant::ZERO, &challenge).unwrap()
            else {
                unreachable!("a Challenge is answered")
            };
            let AuthAnswer { packet, news } = chap.handle_packet(Instant::ZERO, &response).unwrap().unwrap();
            assert!(packet[4..].starts_with(b"E=691 R=1 C=") && news.is_none());
            assert_eq!(chap.poll_timeout(), Some(Instant::from_millis(30_000)));
            assert_eq!(chap.handle_timeout(Instant::from_millis(30_000)), Some(Err(PeerAuth::NoAnswer)));
        }
    }

    #[test]
    fn a_response_of_another_length_fails() {
        for algorithm in [Algorithm::MsChap, Algorithm::MsChapV2] {
            let mut chap = authenticator(None);
            chap.set_algorithm(algorithm);
            let challenge = chap.challenge(Instant::ZERO);
            let response = Repr::Response { value: &[0; 16], name: b"alice" }.emit(challenge[1]);
            let answer = chap.handle_packet(Instant::ZERO, &response).unwrap().unwrap();
            assert_eq!((answer.packet[0], answer.news), (4, Some(PeerAuth::Refused { user: b"alice".to_vec() })));
        }
    }

    // RFC 1994 §4.1: "The Identifier field MUST be changed each time a Challenge is sent", "The Challenge Value MUST be changed
    // each time a Challenge is sent".
    #[test]
    fn ten_challenges_are_sent_three_seconds_apart_each_with_its_own_identifier_and_value() {
        let mut chap = authenticator(None);
        let mut sent = vec![chap.challenge(Instant::ZERO)];
        let mut times = Vec::new();
        while let Some(now) = chap.poll_timeout() {
            times.push(now.micros() / 1_000_000);
            match chap.handle_timeout(now).unwrap() {
                Ok(challenge) => sent.push(challenge),
                Err(auth) => assert_eq!(auth, PeerAuth::NoAnswer),
            }
        }
        assert_eq!(times, [3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
        let identifiers: Vec<u8> = sent.iter().map(|challenge| challenge[1]).collect();
        assert_eq!(identifiers, (1..=10).collect::<Vec<u8>>());
        let values: std::collections::BTreeSet<&[u8]> = sent.iter().map(|challenge| &challenge[5..21]).collect();
        assert_eq!(values.len(), 10);
    }

    #[test]
    fn on_a_slow_line_the_response_to_any_of_the_challenges_counts_and_each_gets_its_word() {
        for algorithm in [Algorithm::Md5, Algorithm::MsChap, Algorithm::MsChapV2] {
            let mut chap = authenticator(None);
            chap.set_algorithm(algorithm);
            let first = chap.challenge(Instant::ZERO);
            let second = chap.handle_timeout(Instant::from_millis(3000)).unwrap().unwrap();
            let respond = |challenge: &[u8], password: &str| {
                let mut client = client(algorithm, "alice", [password, ""]);
                match client.handle_packet(Instant::ZERO, challenge).unwrap() {
                    ChapStep::Response(response) => response,
                    _ => unreachable!("a Challenge is answered"),
                }
            };
            let now = Instant::from_millis(4000);
            let AuthAnswer { packet, news } = chap.handle_packet(now, &respond(&first, "secret")).unwrap().unwrap();
            assert_eq!((packet[0], packet[1], news), (3, 1, Some(PeerAuth::Accepted { user: b"alice".to_vec() })));
            let AuthAnswer { packet, news } = chap.handle_packet(now, &respond(&second, "secret")).unwrap().unwrap();
            assert_eq!((packet[0], packet[1], news), (3, 2, None));
            assert_eq!(chap.handle_packet(now, &respond(&second, "wrong")), Ok(None));
            // The answer to one is not the answer to another.
            let mut crossed = respond(&first, "secret");
            crossed[1] = second[1];
            assert_eq!(chap.handle_packet(now, &crossed), Ok(None));
            assert_eq!(chap.poll_timeout(), None);
        }
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
