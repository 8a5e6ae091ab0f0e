//! The Password Authentication Protocol (RFC 1334 §2), the end that proves who it is: credentials in, packets out.
//!
//! ```text
//!  Authenticate-Request (1)   Code Identifier Length | Peer-ID Length, Peer-ID, Passwd-Length, Password
//!  Authenticate-Ack (2)       Code Identifier Length | Msg-Length, Message
//!  Authenticate-Nak (3)       Code Identifier Length | Msg-Length, Message
//! ```
//!
//! The request is repeated every 3 seconds, 10 times at most; RFC 1334 §2.1 asks for repetition
//! and names no numbers, these are pppd's.

use std::time::Duration;

use super::auth::{Credentials, Outcome};
use super::packet::{Packet, PacketError, emit};
use crate::time::Instant;

/// Authenticate-Request (RFC 1334 §2.2.1).
pub const AUTHENTICATE_REQUEST: u8 = 1;
/// Authenticate-Ack (RFC 1334 §2.2.2).
pub const AUTHENTICATE_ACK: u8 = 2;
/// Authenticate-Nak (RFC 1334 §2.2.2).
pub const AUTHENTICATE_NAK: u8 = 3;

const RESTART: Duration = Duration::from_secs(3);
const MAX_REQUESTS: u8 = 10;
const NO_ANSWER: &str = "no answer to 10 Authenticate-Requests";

/// Name and password of an Authenticate-Request, or `None` if its lengths cannot be.
pub fn parse_request(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (user, rest) = counted(data)?;
    Some((user, counted(rest)?.0))
}

/// The Message of an Authenticate-Ack or -Nak; none at all counts as an empty one, as in pppd.
pub fn parse_message(data: &[u8]) -> Option<&[u8]> {
    if data.is_empty() { Some(data) } else { Some(counted(data)?.0) }
}

/// Splits off octets that are preceded by their number.
fn counted(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = data.split_first()?;
    rest.split_at_checked(usize::from(*len))
}

/// The client: sends its name and password until it is answered.
#[derive(Clone, Debug)]
pub struct Pap {
    credentials: Credentials,
    sent: u8,
    deadline: Option<Instant>,
}

impl Pap {
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
    pub fn handle_timeout(&mut self, now: Instant) -> Option<Result<Vec<u8>, Outcome>> {
        if self.deadline.is_none_or(|deadline| deadline > now) {
            return None;
        }
        if self.sent >= MAX_REQUESTS {
            self.deadline = None;
            return Some(Err(Outcome::NoAnswer(NO_ANSWER)));
        }
        Some(Ok(self.request(now)))
    }

    /// A PAP packet. `None` if it ends nothing; whatever is wrong with it has had no effect.
    pub fn handle_packet(&mut self, information: &[u8]) -> Result<Option<Outcome>, PacketError> {
        let packet = Packet::new_checked(information)?;
        let code = u8::from(packet.code());
        // Each request has a new Identifier (§2.2.1); the answer to an earlier one is as good as that to the last.
        let ours = (1..=self.sent).contains(&packet.identifier());
        if self.deadline.is_none() || !ours || !matches!(code, AUTHENTICATE_ACK | AUTHENTICATE_NAK) {
            return Ok(None);
        }
        let data = packet.data();
        let Some(message) = parse_message(data) else {
            let expected = 1 + usize::from(data[0]);
            return Err(PacketError::DataTooShort { code, expected, got: data.len() });
        };
        self.deadline = None;
        let message = message.to_vec();
        Ok(Some(if code == AUTHENTICATE_ACK { Outcome::Accepted(message) } else { Outcome::Refused(message) }))
    }

    fn request(&mut self, now: Instant) -> Vec<u8> {
        self.sent += 1;
        self.deadline = Some(now + RESTART);
        let mut data = Vec::new();
        for field in [&self.credentials.user, &self.credentials.password] {
            let field = &field.as_bytes()[..field.len().min(usize::from(u8::MAX))];
            data.push(field.len() as u8);
            data.extend_from_slice(field);
        }
        emit(AUTHENTICATE_REQUEST, self.sent, &data)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn alice() -> Pap {
        Pap::new(Credentials { user: "alice".into(), password: "secret".into() })
    }

    #[test]
    fn the_request_holds_name_and_password_with_their_lengths() {
        let request = alice().start(Instant::ZERO);
        assert_eq!(request, b"\x01\x01\x00\x11\x05alice\x06secret");
        assert_eq!(parse_request(&request[4..]), Some((&b"alice"[..], &b"secret"[..])));
    }

    #[test]
    fn ten_requests_three_seconds_apart_are_all_there_are() {
        let mut pap = alice();
        let mut requests = vec![pap.start(Instant::ZERO)];
        let end = loop {
            let now = pap.poll_timeout().unwrap();
            match pap.handle_timeout(now).unwrap() {
                Ok(request) => requests.push(request),
                Err(outcome) => break (now, outcome),
            }
        };
        assert_eq!(end, (Instant::from_millis(30_000), Outcome::NoAnswer(NO_ANSWER)));
        let identifiers: Vec<u8> = requests.iter().map(|request| request[1]).collect();
        assert_eq!(identifiers, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        assert_eq!(pap.poll_timeout(), None);
    }

    #[test]
    fn ack_and_nak_end_it_with_their_message() {
        let mut pap = alice();
        pap.start(Instant::ZERO);
        assert_eq!(pap.clone().handle_packet(b"\x02\x01\x00\x04"), Ok(Some(Outcome::Accepted(vec![]))));
        let nak = b"\x03\x01\x00\x14\x0fLogin incorrect";
        assert_eq!(pap.handle_packet(nak), Ok(Some(Outcome::Refused(b"Login incorrect".to_vec()))));
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
