//! What two ends can agree on about a callback (RFC 1570 §2.3, CBCP): what is offered, what a choice of it comes to, and the octets
//! of an offer.

use std::fmt;

use crate::cbcp::{Callback, CallbackOption};

/// Address-Type of a telephone number.
pub(crate) const TELEPHONE: u8 = 1;

/// What an answering end grants to callers that want to be called back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallbackOffer {
    /// None: the call may go on.
    pub none: bool,
    /// To a number that the caller tells.
    pub user: bool,
    /// To this number, which the caller is not told.
    pub admin: Option<String>,
    /// To one of these.
    pub list: Vec<String>,
    /// From the end of this call to the next.
    pub delay: u8,
}

/// A callback that both ends agreed on: the line is to be hung up, and the caller called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackAgreed {
    /// The number; the caller does not know the one that is kept for it.
    pub number: Option<String>,
    /// Seconds to wait before.
    pub delay: u8,
}

/// How the calling end asked by LCP to be called back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Where is negotiated by CBCP.
    ByCbcp,
    /// To this number, or, without one, to the one that goes with its name.
    Here(Option<String>),
}

impl fmt::Display for CallbackAgreed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.number.as_deref().unwrap_or("the number that the answering end has for it");
        write!(f, "the caller is to be called back at {number}, {} s after this call", self.delay)
    }
}

impl CallbackOffer {
    /// The options of a Request.
    pub(crate) fn emit(&self) -> Vec<u8> {
        let mut octets = Vec::new();
        let option = |callback, address_type, address| CallbackOption {
            callback,
            delay: (callback != Callback::None).then_some(self.delay),
            address_type,
            address,
        };
        if self.none {
            option(Callback::None, None, &[]).emit(&mut octets);
        }
        if self.user {
            option(Callback::User, Some(TELEPHONE), b"\0").emit(&mut octets);
        }
        if self.admin.is_some() {
            option(Callback::Admin, None, &[]).emit(&mut octets);
        }
        if !self.list.is_empty() {
            let numbers: Vec<u8> = self.list.iter().flat_map(|number| number.bytes().chain([0])).collect();
            option(Callback::List, Some(TELEPHONE), &numbers).emit(&mut octets);
        }
        octets
    }

    /// What a Response that chooses this asks for; `None` if it was not offered. The outer one: whether it is.
    pub(crate) fn grants(&self, choice: &CallbackOption<'_>) -> Option<Option<CallbackAgreed>> {
        let number = choice.number().map(|number| String::from_utf8_lossy(number).into_owned());
        let number = number.filter(|number| is_number(number));
        let delay = choice.delay.unwrap_or(self.delay);
        let agreed = |number| Some(Some(CallbackAgreed { number: Some(number), delay }));
        match choice.callback {
            Callback::None if self.none => Some(None),
            Callback::User if self.user => agreed(number?),
            Callback::Admin => agreed(self.admin.clone()?),
            Callback::List => agreed(number.filter(|number| self.list.contains(number))?),
            _ => None,
        }
    }
}

/// Whether a modem could dial it.
pub(crate) fn is_number(number: &str) -> bool {
    (1..=40).contains(&number.len())
        && number.bytes().all(|octet| octet.is_ascii_digit() || b"+*#-() ,".contains(&octet))
}
