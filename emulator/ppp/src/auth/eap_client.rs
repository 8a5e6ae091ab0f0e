//! The end of EAP that proves who it is (RFC 3748 §2): Requests and `now` in, Responses and results out.
//!
//! It says its name, takes notice of Notifications, answers MD5-Challenges, and asks for one (Nak, §5.3.1) in place of anything
//! else. A Request that comes again gets the same Response (§4.1). RFC 3748 leaves patience to the lower layer; it is that of
//! [`ChapClient`](super::ChapClient).

use offhook_clock::Instant;

use super::chap_client::PATIENCE;
use super::{Credentials, Missing, OwnAuth};
use crate::chap::response_value;
use crate::eap::{Method, Repr, Type};
use crate::packet::{Packet, PacketError};

/// What came of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EapStep {
    /// Nothing.
    Nothing,
    /// A Response to send.
    Response(Vec<u8>),
    /// The peer's word.
    Over(OwnAuth),
}

/// The end that is asked.
#[derive(Clone, Debug)]
pub struct EapClient {
    credentials: Credentials,
    /// The last Request, and the Response to it.
    last: Option<(Vec<u8>, Vec<u8>)>,
    deadline: Option<Instant>,
}

impl EapClient {
    /// An end that was not asked yet.
    pub const fn new(credentials: Credentials) -> Self {
        Self { credentials, last: None, deadline: None }
    }

    /// The link calls for authentication: the peer begins.
    pub fn start(&mut self, now: Instant) {
        self.last = None;
        self.deadline = Some(now + PATIENCE);
    }

    /// The link is down.
    pub fn stop(&mut self) {
        self.last = None;
        self.deadline = None;
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.deadline
    }

    /// The end of patience, if it has come.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<OwnAuth> {
        self.deadline.filter(|deadline| *deadline <= now)?;
        let missing = if self.last.is_some() { Missing::Verdict } else { Missing::Request };
        self.stop();
        Some(OwnAuth::NoAnswer(missing))
    }

    /// An EAP packet. Whatever is wrong with it has had no effect.
    pub fn handle_packet(&mut self, now: Instant, information: &[u8]) -> Result<EapStep, PacketError> {
        let packet = Packet::new_checked(information)?;
        // "The Identifier field MUST match the Identifier field of the Response packet that it is sent in response to" (§4.2).
        let is_ours = self.last.as_ref().is_some_and(|(_, response)| response[1] == packet.identifier());
        Ok(match Repr::parse(&packet)? {
            Repr::Request(method) => EapStep::Response(self.respond(now, &packet, method)),
            Repr::Success { data } if is_ours => self.end(OwnAuth::Accepted(data.to_vec())),
            Repr::Failure { data } if is_ours => self.end(OwnAuth::Refused(data.to_vec())),
            Repr::Success { .. } | Repr::Failure { .. } | Repr::Response(_) | Repr::Unknown { .. } => EapStep::Nothing,
        })
    }

    fn end(&mut self, result: OwnAuth) -> EapStep {
        self.stop();
        EapStep::Over(result)
    }

    fn respond(&mut self, now: Instant, request: &Packet<'_>, method: Method<'_>) -> Vec<u8> {
        self.deadline = Some(now + PATIENCE);
        if let Some((last, response)) = &self.last
            && last == request.octets()
        {
            return response.clone();
        }
        let identifier = request.identifier();
        let Credentials { user, password } = &self.credentials;
        let name = &user.as_bytes()[..user.len().min(usize::from(u8::MAX))];
        let response = match method {
            Method::Identity(_) => Repr::Response(Method::Identity(name)).emit(identifier),
            Method::Notification(_) => Repr::Response(Method::Notification(b"")).emit(identifier),
            Method::Md5Challenge { value, .. } => {
                let value = response_value(identifier, password.as_bytes(), value);
                Repr::Response(Method::Md5Challenge { value: &value, name }).emit(identifier)
            }
            Method::Nak(_) | Method::Other { .. } => {
                Repr::Response(Method::Nak(&[Type::Md5Challenge.into()])).emit(identifier)
            }
        };
        self.last = Some((request.octets().to_vec(), response.clone()));
        response
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::packet::emit;

    fn alice() -> EapClient {
        let mut eap = EapClient::new(Credentials::new("alice", "secret"));
        eap.start(Instant::ZERO);
        eap
    }

    fn answer(eap: &mut EapClient, request: &[u8]) -> Vec<u8> {
        match eap.handle_packet(Instant::ZERO, request) {
            Ok(EapStep::Response(response)) => response,
            other => unreachable!("a Request is answered, not {other:?}"),
        }
    }

    #[test]
    fn each_type_has_its_response_under_the_request_s_identifier() {
        let mut eap = alice();
        assert_eq!(answer(&mut eap, b"\x01\x09\x00\x05\x01"), b"\x02\x09\x00\x0a\x01alice");
        assert_eq!(answer(&mut eap, b"\x01\x0a\x00\x07\x02hi"), b"\x02\x0a\x00\x05\x02");
        let value = response_value(11, b"secret", &[1, 2]);
        let expected = [&b"\x02\x0b\x00\x1b\x04\x10"[..], &value, b"alice"].concat();
        assert_eq!(answer(&mut eap, b"\x01\x0b\x00\x09\x04\x02\x01\x02s"), expected);
        for other in [&b"\x01\x0c\x00\x06\x0d\x20"[..], b"\x01\x0c\x00\x05\x1a", b"\x01\x0c\x00\x05\xfe"] {
            assert_eq!(answer(&mut eap, other), b"\x02\x0c\x00\x06\x03\x04");
        }
    }

    #[test]
    fn the_peers_word_on_the_last_response_ends_it() {
        for (code, outcome) in [(3, OwnAuth::Accepted(vec![])), (4, OwnAuth::Refused(vec![]))] {
            let mut eap = alice();
            assert_eq!(eap.handle_packet(Instant::ZERO, &emit(code, 9, b"")), Ok(EapStep::Nothing));
            answer(&mut eap, b"\x01\x09\x00\x05\x01");
            assert_eq!(eap.handle_packet(Instant::ZERO, &emit(code, 8, b"")), Ok(EapStep::Nothing));
            assert_eq!(eap.handle_packet(Instant::ZERO, &emit(code, 9, b"")), Ok(EapStep::Over(outcome)));
            assert_eq!(eap.poll_timeout(), None);
        }
    }

    #[test]
    fn patience_ends_after_thirty_seconds() {
        let then = Instant::from_millis(30_000);
        assert_eq!(alice().handle_timeout(then), Some(OwnAuth::NoAnswer(Missing::Request)));
        let mut eap = alice();
        answer(&mut eap, b"\x01\x09\x00\x05\x01");
        assert_eq!(eap.handle_timeout(then), Some(OwnAuth::NoAnswer(Missing::Verdict)));
        assert_eq!((eap.poll_timeout(), eap.handle_timeout(then)), (None, None));
    }

    proptest! {
        #[test]
        fn any_octets_are_answered_refused_or_ignored(
            packets in prop::collection::vec((0..6_u8, prop::collection::vec(any::<u8>(), 0..60)), 0..20)
        ) {
            let mut eap = alice();
            for (code, octets) in packets {
                if let Ok(EapStep::Response(response)) = eap.handle_packet(Instant::ZERO, &emit(code, 1, &octets)) {
                    prop_assert!(matches!(Repr::parse(&Packet::new_checked(&response).unwrap()), Ok(Repr::Response(_))));
                }
                let _ = eap.handle_packet(Instant::ZERO, &octets);
            }
        }
    }
}
