//! Who may come in: the accounts of the end that answers, and what came of a peer that proves who it is.

use std::net::Ipv4Addr;

use super::Credentials;
use crate::chap::response_value;

/// Somebody who may come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Name and password.
    pub credentials: Credentials,
    /// The address that this account is given in place of the link's.
    pub address: Option<Ipv4Addr>,
}

impl Account {
    /// An account without an address of its own.
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { credentials: Credentials::new(user, password), address: None }
    }
}

/// All accounts; of two with the same name the first counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounts(Vec<Account>);

impl Accounts {
    /// These accounts.
    pub const fn new(accounts: Vec<Account>) -> Self {
        Self(accounts)
    }

    /// The account of that name.
    pub fn find(&self, user: &[u8]) -> Option<&Account> {
        self.0.iter().find(|account| account.credentials.user.as_bytes() == user)
    }

    /// Likewise; if there is none, that of the name after its last backslash, as Windows writes a domain before it.
    pub fn find_without_domain(&self, user: &[u8]) -> Option<&Account> {
        let bare = user.rsplit(|octet| *octet == b'\\').next();
        self.find(user).or_else(|| self.find(bare?))
    }

    /// Whether this name has this password (PAP).
    pub fn has_password(&self, user: &[u8], password: &[u8]) -> bool {
        self.find(user).is_some_and(|account| account.credentials.password.as_bytes() == password)
    }

    /// Whether `value` is this name's answer to a Challenge (CHAP with MD5).
    pub fn answers(&self, user: &[u8], identifier: u8, challenge: &[u8], value: &[u8]) -> bool {
        self.find(user).is_some_and(|account| {
            response_value(identifier, account.credentials.password.as_bytes(), challenge) == value
        })
    }
}

/// What came of a peer that was asked who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerAuth {
    /// It is let in.
    Accepted {
        /// The name it gave.
        user: Vec<u8>,
    },
    /// It is not: there is no account of that name, or its password is another.
    Refused {
        /// The name it gave.
        user: Vec<u8>,
    },
    /// It did not say who it is in the time it had.
    NoAnswer,
}

/// What an authenticator says to a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthAnswer {
    /// An Information field to send.
    pub packet: Vec<u8>,
    /// What came of the peer, if that was not known before.
    pub news: Option<PeerAuth>,
}

impl AuthAnswer {
    /// The answer to a peer that says for the first time that it is `user`.
    pub(super) fn first(packet: Vec<u8>, user: &[u8], accepted: bool) -> Self {
        let user = user.to_vec();
        let auth = if accepted { PeerAuth::Accepted { user } } else { PeerAuth::Refused { user } };
        Self { packet, news: Some(auth) }
    }

    /// The same answer again.
    pub(super) const fn again(packet: Vec<u8>) -> Self {
        Self { packet, news: None }
    }
}
