//! Authentication (RFC 1661 §3.5): who proves what to whom, by PAP (RFC 1334), by CHAP with MD5 (RFC 1994), by Microsoft's CHAP
//! (RFC 2433, RFC 2759), or by EAP with its MD5-Challenge (RFC 3748).
//!
//! | | the end that is asked | the end that asks |
//! |---|---|---|
//! | which protocol it is to be | [`AuthNegotiation`], from an [`AuthChoice`] | [`Demand`], from a list of [`AuthOption`] |
//! | PAP | [`PapClient`] | [`PapAuthenticator`] |
//! | CHAP | [`ChapClient`] | [`ChapAuthenticator`] |
//! | EAP | [`EapClient`] | [`EapAuthenticator`] |
//! | what came of it | [`OwnAuth`] | [`PeerAuth`] |
//!
//! A [`Link`](crate::link::Link) has all of this inside. The formats of the packets are those of [`pap`](crate::pap),
//! [`chap`](crate::chap), [`mschap`](crate::mschap) and [`eap`](crate::eap).

mod accounts;
mod chap_authenticator;
mod chap_client;
mod choice;
mod demand;
mod eap_authenticator;
mod eap_client;
mod pap_authenticator;
mod pap_client;

use std::borrow::Cow;
use std::fmt;

pub use self::accounts::{Account, Accounts, AuthAnswer, PeerAuth};
pub use self::chap_authenticator::ChapAuthenticator;
pub use self::chap_client::{ChapClient, ChapStep};
pub use self::choice::{AuthChoice, AuthNegotiation};
pub use self::demand::Demand;
pub use self::eap_authenticator::EapAuthenticator;
pub use self::eap_client::{EapClient, EapStep};
pub use self::pap_authenticator::PapAuthenticator;
pub use self::pap_client::PapClient;
use crate::chap::Algorithm;
use crate::frame::{CHAP, EAP, PAP};

/// Name and password. `Debug` does not show the password.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// Peer-ID of PAP, Name of CHAP; of more than 255 octets the first 255 are sent.
    pub user: String,
    /// Password of PAP, likewise; secret of CHAP.
    pub password: String,
}

impl Credentials {
    /// This name with this password.
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { user: user.into(), password: password.into() }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user).field("password", &"<hidden>").finish()
    }
}

/// An authentication protocol that this crate can carry out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// RFC 1334 §2.
    Pap,
    /// RFC 1994, with MD5.
    Chap,
    /// RFC 2433.
    MsChap,
    /// RFC 2759.
    MsChapV2,
    /// RFC 3748, with MD5-Challenge.
    Eap,
}

impl Method {
    /// `PAP`, `MS-CHAPv2`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pap => "PAP",
            Self::Chap => "CHAP",
            Self::MsChap => "MS-CHAP",
            Self::MsChapV2 => "MS-CHAPv2",
            Self::Eap => "EAP",
        }
    }

    /// The number of its Protocol field.
    pub const fn protocol(self) -> u16 {
        match self {
            Self::Pap => PAP,
            Self::Chap | Self::MsChap | Self::MsChapV2 => CHAP,
            Self::Eap => EAP,
        }
    }

    /// The algorithm, if it is CHAP.
    pub const fn algorithm(self) -> Option<Algorithm> {
        match self {
            Self::Chap => Some(Algorithm::Md5),
            Self::MsChap => Some(Algorithm::MsChap),
            Self::MsChapV2 => Some(Algorithm::MsChapV2),
            Self::Pap | Self::Eap => None,
        }
    }
}

/// What an Authentication-Protocol option asks for (RFC 1661 §6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthOption {
    /// RFC 1334 §2.
    Pap,
    /// RFC 1994 §3, with this algorithm.
    Chap(Algorithm),
    /// RFC 3748 §2.
    Eap,
}

impl AuthOption {
    /// Reads the data of an option; `None` if it is no protocol that has a name here, or has more or less data than it.
    pub fn parse(data: &[u8]) -> Option<Self> {
        let (protocol, rest) = data.split_first_chunk()?;
        match (u16::from_be_bytes(*protocol), rest) {
            (PAP, []) => Some(Self::Pap),
            (CHAP, [algorithm]) => Some(Self::Chap((*algorithm).into())),
            (EAP, []) => Some(Self::Eap),
            _ => None,
        }
    }

    /// The data of the option that asks for it.
    pub fn emit(self) -> Vec<u8> {
        let (protocol, algorithm) = match self {
            Self::Pap => (PAP, None::<u8>),
            Self::Chap(algorithm) => (CHAP, Some(algorithm.into())),
            Self::Eap => (EAP, None),
        };
        let mut data = protocol.to_be_bytes().to_vec();
        data.extend(algorithm);
        data
    }

    /// `PAP`, `MS-CHAPv2`, `CHAP with algorithm 9`.
    pub fn name(self) -> Cow<'static, str> {
        match self {
            Self::Pap => "PAP".into(),
            Self::Chap(Algorithm::Md5) => "CHAP".into(),
            Self::Chap(Algorithm::MsChap) => "MS-CHAP".into(),
            Self::Chap(Algorithm::MsChapV2) => "MS-CHAPv2".into(),
            Self::Chap(Algorithm::Unknown(algorithm)) => format!("CHAP with algorithm {algorithm}").into(),
            Self::Eap => "EAP".into(),
        }
    }

    /// The method that carries it out, if this crate has it.
    pub const fn method(self) -> Option<Method> {
        match self {
            Self::Pap => Some(Method::Pap),
            Self::Chap(Algorithm::Md5) => Some(Method::Chap),
            Self::Chap(Algorithm::MsChap) => Some(Method::MsChap),
            Self::Chap(Algorithm::MsChapV2) => Some(Method::MsChapV2),
            Self::Chap(Algorithm::Unknown(_)) => None,
            Self::Eap => Some(Method::Eap),
        }
    }
}

impl From<Method> for AuthOption {
    fn from(method: Method) -> Self {
        match method {
            Method::Pap => Self::Pap,
            Method::Chap => Self::Chap(Algorithm::Md5),
            Method::MsChap => Self::Chap(Algorithm::MsChap),
            Method::MsChapV2 => Self::Chap(Algorithm::MsChapV2),
            Method::Eap => Self::Eap,
        }
    }
}

/// What came of proving who we are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnAuth {
    /// The peer lets us in, with this message.
    Accepted(Vec<u8>),
    /// The peer does not, with this message.
    Refused(Vec<u8>),
    /// The peer would let us in, with this message, but does not show that it knows our password, as MS-CHAPv2 asks of it
    /// (RFC 2759 §5): it may be anybody.
    Unproved(Vec<u8>),
    /// The peer says neither.
    NoAnswer(Missing),
}

impl OwnAuth {
    /// Whether the peer lets us in.
    pub const fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted(_))
    }

    /// The peer's message, octets that are no text replaced; or what was not there.
    pub fn message(&self) -> String {
        match self {
            Self::Accepted(message) | Self::Refused(message) | Self::Unproved(message) => {
                String::from_utf8_lossy(message).into_owned()
            }
            Self::NoAnswer(missing) => missing.to_string(),
        }
    }
}

/// What a peer that does not answer was waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// An Authenticate-Ack or -Nak of PAP.
    Reply,
    /// A Challenge of CHAP.
    Challenge,
    /// Success or Failure of CHAP, or the next packet of EAP.
    Verdict,
    /// A Request of EAP.
    Request,
}

/// What was not there, as a clause: `no Challenge within 30 s`.
impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let patience = chap_client::PATIENCE.as_secs();
        match self {
            Self::Reply => write!(f, "no answer to {} Authenticate-Requests", pap_client::MAX_REQUESTS),
            Self::Challenge => write!(f, "no Challenge within {patience} s"),
            Self::Request => write!(f, "no Request within {patience} s"),
            Self::Verdict => write!(f, "neither Success nor Failure within {patience} s of the Response"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_of_an_option_and_the_protocol_it_asks_for_are_the_same() {
        for (data, protocol) in [
            (&[0xc0, 0x23][..], Some(AuthOption::Pap)),
            (&[0xc2, 0x23, 5], Some(AuthOption::Chap(Algorithm::Md5))),
            (&[0xc2, 0x23, 0x81], Some(AuthOption::Chap(Algorithm::MsChapV2))),
            (&[0xc2, 0x23, 9], Some(AuthOption::Chap(Algorithm::Unknown(9)))),
            (&[0xc2, 0x27], Some(AuthOption::Eap)),
            (&[0xc2, 0x23], None),
            (&[0xc0, 0x23, 0], None),
            (&[0xc0, 0x27], None),
            (&[], None),
        ] {
            assert_eq!(AuthOption::parse(data), protocol);
            assert!(protocol.is_none_or(|protocol| protocol.emit() == data));
        }
    }

    #[test]
    fn a_password_is_not_shown_for_debugging() {
        assert!(!format!("{:?}", Credentials::new("alice", "secret")).contains("secret"));
    }
}
