//! What leads outside the pool: numbers, and names and addresses that can be dialled instead of them.
//!
//! In: what a modem has dialled. Out: the number or the address that is meant, or that there is none.

use std::collections::BTreeMap;
use std::fmt;

use crate::address::with_port;

/// Which numbers, names and addresses may be dialled, beside the numbers of lines here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// These numbers lead outside.
    pub numbers: Vec<String>,
    /// All others do, too.
    pub any: bool,
    /// Numbers by name or `host:port`, in lower case: numbers that lead outside, or of lines here.
    pub names: BTreeMap<String, String>,
    /// All other addresses may be dialled, too.
    pub any_address: bool,
    /// Every number that is nobody's is answered by the first of those that answer with PPP.
    pub any_ppp: bool,
}

/// Where a call leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A number.
    Number(String),
    /// An address, `host:port`.
    Address(String),
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Number(text) | Self::Address(text)) = self;
        f.write_str(text)
    }
}

impl Directory {
    /// Whether a number that no line here has leads outside.
    pub(super) fn has(&self, number: &str) -> bool {
        self.any || self.lists(number)
    }

    /// Whether it is one of the numbers that are known to lead outside.
    pub(super) fn lists(&self, number: &str) -> bool {
        self.numbers.iter().any(|known| known == number)
    }

    /// What a name or an address leads to; `None`: it may not be dialled.
    pub(super) fn find(&self, text: &str) -> Option<Destination> {
        let name = text.to_lowercase();
        let number = self.names.get(&name).or_else(|| self.names.get(&with_port(&name)));
        match number {
            Some(number) => Some(Destination::Number(number.clone())),
            None => self.any_address.then(|| Destination::Address(with_port(text))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_of_the_phonebook_are_numbers_and_others_are_dialled_only_if_all_may_be() {
        let names = [("example bbs", "5553000"), ("bbs.example:23", "5553000")];
        let names = names.map(|(name, number)| (name.to_owned(), number.to_owned())).into();
        let mut directory = Directory { names, ..Directory::default() };
        let number = Some(Destination::Number("5553000".to_owned()));
        for text in ["Example BBS", "BBS.EXAMPLE", "bbs.example:23"] {
            assert_eq!(directory.find(text), number, "{text}");
        }
        assert_eq!(directory.find("bbs.example:24"), None);
        directory.any_address = true;
        assert_eq!(directory.find("bbs.example"), number);
        for (text, address) in [("bbs.example:24", "bbs.example:24"), ("::1", "[::1]:23"), ("h", "h:23")] {
            assert_eq!(directory.find(text), Some(Destination::Address(address.to_owned())));
        }
    }
}
