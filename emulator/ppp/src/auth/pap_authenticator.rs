//! The end of PAP that asks who the peer is (RFC 1334 §2): accounts, packets and `now` in, packets out.
//!
//! A request that comes again because its answer was lost gets the same answer (§2.2.1). RFC 1334 does not say how long
//! a peer is waited for; 30 seconds are pppd's.

use std::time::Duration;

use offhook_clock::Instant;

use super::{Accounts, AuthAnswer, PeerAuth};
use crate::packet::{Packet, PacketError};
use crate::pap::Repr;

const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for name and password, and answers.
#[derive(Clone, Debug)]
pub struct PapAuthenticator {
    accounts: Accounts,
    deadline: Option<Instant>,
    /// What the first request got, and so does every other.
    accepted: Option<bool>,
}

impl PapAuthenticator {
    /// Lets in who has one of these accounts.
    pub const fn new(accounts: Accounts) -> Self {
        Self { accounts, deadline: None, accepted: None }
    }

    /// The link calls for authentication: the peer begins.
    pub fn start(&mut self, now: Instant) {
        self.accepted = None;
        self.deadline = Some(now + PATIENCE);
    }

    /// The link is down.
    pub const fn stop(&mut self) {
        self.deadline = None;
        self.accepted = None;
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.deadline
    }

    /// The end of patience, if it has come.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<PeerAuth> {
        self.deadline.take_if(|deadline| *deadline <= now).map(|_| PeerAuth::NoAnswer)
    }

    /// A PAP packet: the answer to it, and what came of it if that was not known before. Whatever is wrong with it has
    /// had no effect.
    pub fn handle_packet(&mut self, information: &[u8]) -> Result<Option<AuthAnswer>, PacketError> {
        let packet = Packet::new_checked(information)?;
        let Repr::Request { user, password } = Repr::parse(&packet)? else { return Ok(None) };
        let answer = |accepted| {
            let message =
                if accepted { Repr::Ack { message: b"Login ok" } } else { Repr::Nak { message: b"Login incorrect" } };
            message.emit(packet.identifier())
        };
        if let Some(accepted) = self.accepted {
            return Ok(Some(AuthAnswer::again(answer(accepted))));
        }
        if self.deadline.take().is_none() {
            return Ok(None);
        }
        let accepted = self.accounts.has_password(user, password);
        self.accepted = Some(accepted);
        Ok(Some(AuthAnswer::first(answer(accepted), user, accepted)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::auth::Account;

    fn authenticator() -> PapAuthenticator {
        let mut pap = PapAuthenticator::new(Accounts::new(vec![Account::new("alice", "secret")]));
        pap.start(Instant::ZERO);
        pap
    }

    fn request(user: &[u8], password: &[u8]) -> Vec<u8> {
        Repr::Request { user, password }.emit(7)
    }

    #[test]
    fn the_right_password_is_acknowledged_and_every_other_refused() {
        let accepted = authenticator().handle_packet(&request(b"alice", b"secret"));
        let news = Some(PeerAuth::Accepted { user: b"alice".to_vec() });
        assert_eq!(accepted, Ok(Some(AuthAnswer { packet: b"\x02\x07\x00\x0d\x08Login ok".to_vec(), news })));
        for (user, password) in [(&b"alice"[..], &b"secre"[..]), (b"alice", b""), (b"bob", b"secret"), (b"", b"")] {
            let refused = authenticator().handle_packet(&request(user, password));
            let news = Some(PeerAuth::Refused { user: user.to_vec() });
            let packet = b"\x03\x07\x00\x14\x0fLogin incorrect".to_vec();
            assert_eq!(refused, Ok(Some(AuthAnswer { packet, news })));
        }
    }

    #[test]
    fn a_request_that_comes_again_gets_the_same_answer_and_is_no_news() {
        let mut pap = authenticator();
        let first = pap.handle_packet(&request(b"alice", b"wrong")).unwrap().unwrap();
        let again = pap.handle_packet(&request(b"alice", b"secret"));
        assert_eq!(again, Ok(Some(AuthAnswer { news: None, ..first })));
    }

    #[test]
    fn patience_ends_after_thirty_seconds_and_what_is_no_request_does_not_change_that() {
        let mut pap = authenticator();
        for octets in [&b""[..], b"\x01\x01\x00\x05\x09", b"\x02\x01\x00\x04", b"\x63\x01\x00\x04"] {
            assert!(!matches!(pap.handle_packet(octets), Ok(Some(_))));
        }
        assert_eq!(pap.handle_timeout(Instant::from_micros(29_999_999)), None);
        assert_eq!(pap.handle_timeout(Instant::from_millis(30_000)), Some(PeerAuth::NoAnswer));
        assert_eq!(pap.handle_packet(&request(b"alice", b"secret")), Ok(None));
        assert_eq!(pap.poll_timeout(), None);
    }
}
