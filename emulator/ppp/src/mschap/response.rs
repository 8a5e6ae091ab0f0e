//! The Value of a Response (RFC 2433 §4, RFC 2759 §4): 49 octets in, their meaning out, and back.
//!
//! ```text
//!                 MS-CHAP                          MS-CHAPv2
//!  24 octets      LAN Manager answer               16 octets  Peer-Challenge
//!                                                   8 octets  Reserved, zero
//!  24 octets      Windows NT answer                24 octets  NT-Response
//!   1 octet       1: the NT answer is to be used    1 octet   Flags, zero
//! ```

use std::fmt;

use super::hash::{
    authenticator_response, challenge_response, lm_password_hash, nt_password_hash, nt_response as nt_response_of,
};

/// Octets of the Value in either version.
pub const VALUE: usize = 49;

/// Why octets are no such Value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseError {
    /// There are more or fewer than [`VALUE`].
    ValueSize {
        /// How many.
        got: usize,
    },
}

impl fmt::Display for ResponseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::ValueSize { got } = self;
        write!(f, "the Value of an MS-CHAP Response has {VALUE} octets, but {got} came")
    }
}

impl std::error::Error for ResponseError {}

/// The Value of MS-CHAP (RFC 2433 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct V1 {
    /// The answer computed of the LAN Manager hash, or zeros.
    pub lan_manager: [u8; 24],
    /// The answer computed of the Windows NT hash, or zeros.
    pub nt: [u8; 24],
    /// Not 0: the Windows NT answer is to be used, if it is there.
    pub use_nt: u8,
}

impl V1 {
    /// The answer to a challenge, as of this century: without the weak one for LAN Manager.
    pub fn answer(challenge: &[u8; 8], password: &str) -> Self {
        Self { lan_manager: [0; 24], nt: challenge_response(challenge, &nt_password_hash(password)), use_nt: 1 }
    }

    /// Reads a Value.
    pub fn parse(value: &[u8]) -> Result<Self, ResponseError> {
        let fields = || {
            let (lan_manager, rest) = value.split_first_chunk()?;
            let (nt, rest) = rest.split_first_chunk()?;
            let [use_nt] = *rest else { return None };
            Some(Self { lan_manager: *lan_manager, nt: *nt, use_nt })
        };
        fields().ok_or(ResponseError::ValueSize { got: value.len() })
    }

    /// The Value with this meaning.
    pub fn emit(&self) -> Vec<u8> {
        [&self.lan_manager[..], &self.nt, &[self.use_nt]].concat()
    }

    /// Whether somebody with this password sent it.
    pub fn is_from(&self, challenge: &[u8; 8], password: &str) -> bool {
        if self.use_nt == 0 {
            self.lan_manager == challenge_response(challenge, &lm_password_hash(password))
        } else {
            self.nt == challenge_response(challenge, &nt_password_hash(password))
        }
    }
}

/// The Value of MS-CHAPv2 (RFC 2759 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct V2 {
    /// What the peer challenges the authenticator by.
    pub peer_challenge: [u8; 16],
    /// Zeros.
    pub reserved: [u8; 8],
    /// The answer to both challenges.
    pub nt_response: [u8; 24],
    /// 0. Windows 98 sends 4.
    pub flags: u8,
}

impl V2 {
    /// The answer to a challenge.
    pub fn answer(authenticator: &[u8; 16], peer_challenge: [u8; 16], name: &[u8], password: &str) -> Self {
        let nt_response = nt_response_of(authenticator, &peer_challenge, name, password);
        Self { peer_challenge, reserved: [0; 8], nt_response, flags: 0 }
    }

    /// Reads a Value.
    pub fn parse(value: &[u8]) -> Result<Self, ResponseError> {
        let fields = || {
            let (peer_challenge, rest) = value.split_first_chunk()?;
            let (reserved, rest) = rest.split_first_chunk()?;
            let (nt_response, rest) = rest.split_first_chunk()?;
            let [flags] = *rest else { return None };
            Some(Self { peer_challenge: *peer_challenge, reserved: *reserved, nt_response: *nt_response, flags })
        };
        fields().ok_or(ResponseError::ValueSize { got: value.len() })
    }

    /// The Value with this meaning.
    pub fn emit(&self) -> Vec<u8> {
        [&self.peer_challenge[..], &self.reserved, &self.nt_response, &[self.flags]].concat()
    }

    /// Whether somebody with this name and password sent it.
    pub fn is_from(&self, authenticator: &[u8; 16], name: &[u8], password: &str) -> bool {
        self.nt_response == nt_response_of(authenticator, &self.peer_challenge, name, password)
    }

    /// What the authenticator says to it if it knows the password, 20 octets that `S=` stands before.
    pub fn authenticator_response(&self, authenticator: &[u8; 16], name: &[u8], password: &str) -> [u8; 20] {
        authenticator_response(password, &self.nt_response, &self.peer_challenge, authenticator, name)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_fields_stand_where_the_rfcs_have_them() {
        let value: Vec<u8> = (0..49).collect();
        let v1 = V1::parse(&value).map(|v1| (v1.lan_manager[23], v1.nt[0], v1.nt[23], v1.use_nt));
        assert_eq!(v1, Ok((23, 24, 47, 48)));
        let v2 = V2::parse(&value).map(|v2| (v2.peer_challenge[15], v2.reserved[0], v2.nt_response[0], v2.flags));
        assert_eq!(v2, Ok((15, 16, 24, 48)));
    }

    #[test]
    fn another_number_of_octets_is_no_value() {
        for got in [0, 16, 48, 50, 255] {
            let value = vec![0; got];
            assert_eq!(V1::parse(&value), Err(ResponseError::ValueSize { got }));
            assert_eq!(V2::parse(&value), Err(ResponseError::ValueSize { got }));
        }
    }

    #[test]
    fn the_answer_that_the_flag_names_is_judged() {
        let challenge = [7; 8];
        let nt = V1::answer(&challenge, "secret");
        assert!(nt.is_from(&challenge, "secret") && !nt.is_from(&challenge, "Secret"));
        let lan_manager = challenge_response(&challenge, &lm_password_hash("secret"));
        let old = V1 { lan_manager, nt: [0; 24], use_nt: 0 };
        assert!(old.is_from(&challenge, "secret") && !old.is_from(&challenge, "secrets"));
        assert!(!V1 { use_nt: 1, ..old }.is_from(&challenge, "secret"));
    }

    proptest! {
        #[test]
        fn any_value_is_read_and_written_again(value in prop::collection::vec(any::<u8>(), 47..51)) {
            if let (Ok(v1), Ok(v2)) = (V1::parse(&value), V2::parse(&value)) {
                prop_assert_eq!((v1.emit(), v2.emit()), (value.clone(), value));
            } else {
                prop_assert_ne!(value.len(), VALUE);
            }
        }
    }
}
