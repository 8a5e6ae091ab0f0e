//! What stands in the Message of a Success or a Failure: text in, its parts out, and back.
//!
//! ```text
//!  Success, MS-CHAPv2 (RFC 2759 §5)   S=<40 hexadecimal digits> M=<for humans>
//!  Failure (RFC 2433 §6, RFC 2759 §6) E=<error> R=<1: retry> C=<challenge, hexadecimal> V=<version> M=<for humans>
//! ```
//!
//! MS-CHAP has no `M=`, and its Success is for humans only. A part that is not there, or is no number where one should be, is
//! `None`; what stands where no part should is not kept.
//!
//! ```
//! use offhook_ppp::mschap::message::{Failure, error_name};
//!
//! let failure = Failure::parse(b"E=691 R=1 C=0123456789abcdef V=3 M=Try again");
//! assert_eq!((failure.error, failure.retry, failure.message.as_deref()), (Some(691), Some(true), Some(&b"Try again"[..])));
//! assert_eq!(error_name(691), Some("authentication failure"));
//! ```

use std::fmt::Write;

/// Why it failed, by the number after `E=` (RFC 2433 §6, RFC 2759 §6).
pub const fn error_name(error: u32) -> Option<&'static str> {
    Some(match error {
        646 => "restricted logon hours",
        647 => "account disabled",
        648 => "password expired",
        649 => "no dial-in permission",
        691 => "authentication failure",
        709 => "changing password failed",
        _ => return None,
    })
}

/// The parts of a Failure's Message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// `E=`, [`error_name`].
    pub error: Option<u32>,
    /// `R=`: whether another Response may be sent.
    pub retry: Option<bool>,
    /// `C=`: what that Response is computed from, 8 octets, or 16 in MS-CHAPv2.
    pub challenge: Option<Vec<u8>>,
    /// `V=`: in what way a password may be changed.
    pub version: Option<u32>,
    /// `M=`: for humans.
    pub message: Option<Vec<u8>>,
}

impl Failure {
    /// Reads a Message.
    pub fn parse(message: &[u8]) -> Self {
        let mut failure = Self::default();
        let mut rest = message;
        while !rest.is_empty() {
            // Blanks in it are the message's own.
            if let Some(text) = rest.strip_prefix(b"M=") {
                failure.message = Some(text.to_vec());
                break;
            }
            let end = rest.iter().position(|octet| *octet == b' ').unwrap_or(rest.len());
            let (part, after) = rest.split_at(end);
            rest = after.strip_prefix(b" ").unwrap_or(after);
            match part {
                [b'E', b'=', number @ ..] => failure.error = decimal(number),
                [b'R', b'=', flag] => failure.retry = matches!(flag, b'0' | b'1').then_some(*flag == b'1'),
                [b'C', b'=', challenge @ ..] => failure.challenge = octets(challenge),
                [b'V', b'=', number @ ..] => failure.version = decimal(number),
                _ => {}
            }
        }
        failure
    }

    /// The Message with these parts.
    pub fn emit(&self) -> Vec<u8> {
        let mut parts: Vec<Vec<u8>> = Vec::new();
        parts.extend(self.error.map(|error| format!("E={error}").into_bytes()));
        parts.extend(self.retry.map(|retry| format!("R={}", u8::from(retry)).into_bytes()));
        parts.extend(self.challenge.as_ref().map(|challenge| format!("C={}", upper(challenge)).into_bytes()));
        parts.extend(self.version.map(|version| format!("V={version}").into_bytes()));
        parts.extend(self.message.as_ref().map(|message| [b"M=", &message[..]].concat()));
        parts.join(&b' ')
    }
}

/// The parts of a Success's Message in MS-CHAPv2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Success {
    /// `S=`: the [`authenticator_response`](super::hash::authenticator_response).
    pub answer: [u8; 20],
    /// `M=`: for humans.
    pub message: Option<Vec<u8>>,
}

impl Success {
    /// Reads a Message; `None` if no answer of 40 digits stands in front.
    pub fn parse(message: &[u8]) -> Option<Self> {
        let (digits, rest) = message.strip_prefix(b"S=")?.split_at_checked(40)?;
        let answer = octets(digits)?.try_into().ok()?;
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        Some(Self { answer, message: rest.strip_prefix(b"M=").map(<[u8]>::to_vec) })
    }

    /// The Message with these parts.
    pub fn emit(&self) -> Vec<u8> {
        let mut text = format!("S={}", upper(&self.answer)).into_bytes();
        if let Some(message) = &self.message {
            text.extend_from_slice(b" M=");
            text.extend_from_slice(message);
        }
        text
    }
}

fn decimal(digits: &[u8]) -> Option<u32> {
    // parse() takes a sign as well.
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn octets(digits: &[u8]) -> Option<Vec<u8>> {
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    let value = |digit: u8| char::from(digit).to_digit(16);
    pairs.iter().map(|[high, low]| Some((value(*high)? << 4 | value(*low)?) as u8)).collect()
}

fn upper(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        let _ = write!(text, "{octet:02X}");
        text
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_failure_has_the_parts_that_the_rfcs_give_it() {
        let text = b"E=691 R=1 C=102DB5DF085D3041 V=2";
        let failure = Failure {
            error: Some(691),
            retry: Some(true),
            challenge: Some(vec![0x10, 0x2d, 0xb5, 0xdf, 0x08, 0x5d, 0x30, 0x41]),
            version: Some(2),
            message: None,
        };
        assert_eq!(Failure::parse(text), failure);
        assert_eq!(failure.emit(), text);
        let with_message = Failure { message: Some(b"Access denied, E=1".to_vec()), ..failure };
        assert_eq!(Failure::parse(&with_message.emit()), with_message);
    }

    #[test]
    fn a_part_that_is_no_number_is_not_there() {
        assert_eq!(Failure::parse(b"E=+1 R=2 C=123 V=x"), Failure::default());
        assert_eq!(Failure::parse(b"E=99999999999 C=zz junk"), Failure::default());
        assert_eq!(Failure::parse(b"Access denied"), Failure::default());
    }

    #[test]
    fn a_success_begins_with_forty_digits() {
        let text = b"S=407A5589115FD0D6209F510FE9C04566932CDA56 M=Access granted";
        let success = Success::parse(text);
        assert_eq!(success.as_ref().map(Success::emit).as_deref(), Some(&text[..]));
        assert_eq!(
            success.map(|success| (success.answer[0], success.message)),
            Some((0x40, Some(b"Access granted".to_vec())))
        );
        assert_eq!(Success::parse(&text[..41]), None);
        assert_eq!(Success::parse(b"S=+07A5589115FD0D6209F510FE9C04566932CDA56"), None);
        assert_eq!(Success::parse(b"Access granted"), None);
    }

    proptest! {
        #[test]
        fn any_message_is_read_and_what_was_read_means_the_same_again(
            parts in prop::collection::vec("[ERCVMSX]=[0-9a-fA-F ]{0,18} ?", 0..8), octets in prop::collection::vec(any::<u8>(), 0..60)
        ) {
            for message in [parts.concat().into_bytes(), octets] {
                let failure = Failure::parse(&message);
                prop_assert_eq!(Failure::parse(&failure.emit()), failure);
                if let Some(success) = Success::parse(&message) {
                    prop_assert_eq!(Success::parse(&success.emit()), Some(success));
                }
            }
        }
    }
}
