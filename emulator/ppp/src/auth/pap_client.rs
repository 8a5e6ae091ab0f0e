//! The end of PAP that proves who it is (RFC 1334 §2): credentials and `now` in, packets out.
//!
//! The request is repeated every 3 seconds, 10 times at most; RFC 1334 §2.1 asks for repetition
//! and names no numbers, these are pppd's.

use std::time::Duration;

use offhook_clock::Instant;

use super::{Credentials, Missing, OwnAuth};
use crate::packet::{Packet, PacketError};
use crate::pap::Repr;

const RESTART: Duration = Duration::from_secs(3);
/// Requests without an answer.
pub(super) const MAX_REQUESTS: u8 = 10;

/// Sends its name and password until it is answered.
#[derive(Clone, Debug)]
pub struct PapClient {
    credentials: Credentials,
    sent: u8,
    deadline: Option<Instant>,
}

impl PapClient {
    /// A client that has sent nothing.
    pub const fn new(credentials: Credentials) -> Self {
        Self { credentials, sent: 0, deadline: None }
    }

    /// The link calls for authentication: the first request.
    pub fn start(&mut self, now: Instant) -> Vec<u8> {
        self.sent = 0;
        self.request(now)
    }

    /// The link is down or was authenticated by other means.
    pub const fn stop(&mut self) {
        self.deadline = None;
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.deadline
    }

    /// The next request if it is time for it, or the end of patience.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<Result<Vec<u8>, OwnAuth>> {
        if self.deadline.is_none_or(|deadline| deadline > now) {
            return None;
        }
        if self.sent >= MAX_REQUESTS {
            self.deadline = None;
            return Some(Err(OwnAuth::NoAnswer(Missing::Reply)));
        }
        Some(Ok(self.request(now)))
    }

    /// A PAP packet. `None` if it ends nothing; whatever is wrong with it has had no effect.
    pub fn handle_packet(&mut self, information: &[u8]) -> Result<Option<OwnAuth>, PacketError> {
        let packet = Packet::new_checked(information)?;
        // Each request has a new Identifier (§2.2.1); the answer to an earlier one is as good as that to the last.
        if self.deadline.is_none() || !(1..=self.sent).contains(&packet.identifier()) {
            return Ok(None);
        }
        let result = match Repr::parse(&packet)? {
            Repr::Ack { message } => OwnAuth::Accepted(message.to_vec()),
            Repr::Nak { message } => OwnAuth::Refused(message.to_vec()),
            Repr::Request { .. } | Repr::Unknown { .. } => return Ok(None),
        };
        self.deadline = None;
        Ok(Some(result))
    }

    fn request(&mut self, now: Instant) -> Vec<u8> {
        self.sent += 1;
        self.deadline = Some(now + RESTART);
        let Credentials { user, password } = &self.credentials;
        Repr::Request { user: user.as_bytes(), password: password.as_bytes() }.emit(self.sent)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn alice() -> PapClient {
        PapClient::new(Credentials::new("alice", "secret"))
    }

    #[test]
    fn the_request_holds_name_and_password_with_their_lengths() {
        assert_eq!(alice().start(Instant::ZERO), b"\x01\x01\x00\x11\x05alice\x06secret");
    }

    #[test]
    fn ten_requests_three_seconds_apart_are_all_there_are() {
        let mut pap = alice();
        let mut requests = vec![pap.start(Instant::ZERO)];
        let end = loop {
            let now = pap.poll_timeout().unwrap();
            match pap.handle_timeout(now).unwrap() {
                Ok(request) => requests.push(request),
                Err(result) => break (now, result),
            }
        };
        assert_eq!(end, (Instant::from_millis(30_000), OwnAuth::NoAnswer(Missing::Reply)));
        assert_eq!(Missing::Reply.to_string(), "no answer to 10 Authenticate-Requests");
        let identifiers: Vec<u8> = requests.iter().map(|request| request[1]).collect();
        assert_eq!(identifiers, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        assert_eq!(pap.poll_timeout(), None);
    }

    #[test]
    fn ack_and_nak_end_it_with_their_message() {
        let mut pap = alice();
        pap.start(Instant::ZERO);
        assert_eq!(pap.clone().handle_packet(b"\x02\x01\x00\x04"), Ok(Some(OwnAuth::Accepted(vec![]))));
        let nak = b"\x03\x01\x00\x14\x0fLogin incorrect";
        assert_eq!(pap.handle_packet(nak), Ok(Some(OwnAuth::Refused(b"Login incorrect".to_vec()))));
        assert_eq!(pap.handle_packet(nak), Ok(None));
    }

    #[test]
    fn strangers_and_impossible_lengths_have_no_effect() {
        let mut pap = alice();
        pap.start(Instant::ZERO);
        assert_eq!(pap.handle_packet(b"\x02\x07\x00\x04"), Ok(None));
        assert_eq!(pap.handle_packet(b"\x63\x01\x00\x04"), Ok(None));
        let error = PacketError::DataTooShort { code: 2, expected: 10, got: 2 };
        assert_eq!(pap.handle_packet(b"\x02\x01\x00\x06\x09L"), Err(error));
        assert!(pap.handle_packet(b"").is_err());
        assert!(pap.poll_timeout().is_some());
    }
}
