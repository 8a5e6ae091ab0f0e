//! Which authentication the end that answers asks for (RFC 1661 §6.2): one protocol after the other, until the peer
//! takes one.

use super::AuthOption;

/// The protocols that are left to be asked for, the one that is asked for now in front.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    offers: Vec<AuthOption>,
    /// Place of the one asked for now; behind the last if the peer takes none.
    at: usize,
}

impl Demand {
    /// Asks for the first of `offers`; without any, for nothing.
    pub const fn new(offers: Vec<AuthOption>) -> Self {
        Self { offers, at: 0 }
    }

    /// Whether authentication is asked for at all.
    pub const fn is_some(&self) -> bool {
        !self.offers.is_empty()
    }

    /// What is asked for now: `None` if nothing is, or no longer.
    pub fn current(&self) -> Option<AuthOption> {
        self.offers.get(self.at).copied()
    }

    /// Negotiation starts again, with the first offer.
    pub const fn reset(&mut self) {
        self.at = 0;
    }

    /// The peer's Configure-Nak asks for this instead: it gets it if it is among what is left, else the next there is.
    pub fn nakked(&mut self, data: &[u8]) {
        let wanted = AuthOption::parse(data);
        let left = self.offers.iter().skip(self.at + 1);
        let next = left.clone().position(|offer| Some(*offer) == wanted).unwrap_or_default();
        self.at = (self.at + 1 + next).min(self.offers.len());
    }

    /// Somebody else has asked for this, and the peer agreed; `None`: it agreed to nothing.
    pub(crate) fn assume(&mut self, agreed: Option<AuthOption>) {
        self.at = self.offers.iter().position(|offer| Some(*offer) == agreed).unwrap_or(self.offers.len());
        if self.at == self.offers.len() {
            self.offers.extend(agreed);
        }
    }

    /// The peer's Configure-Reject: it does not authenticate itself.
    pub const fn rejected(&mut self) {
        self.at = self.offers.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chap::Algorithm;

    const MD5: AuthOption = AuthOption::Chap(Algorithm::Md5);

    #[test]
    fn what_the_peer_asks_for_is_offered_if_it_is_left_and_else_the_next() {
        let all = Demand::new(vec![AuthOption::Eap, MD5, AuthOption::Pap]);
        let after = |data: &[u8]| {
            let mut demand = all.clone();
            demand.nakked(data);
            demand.current()
        };
        assert_eq!(after(&[0xc0, 0x23]), Some(AuthOption::Pap));
        assert_eq!(after(&[0xc2, 0x23, 0x81]), Some(MD5));
        assert_eq!(after(&[0xc2, 0x27]), Some(MD5), "what was refused is not offered again");
    }

    #[test]
    fn a_peer_that_takes_nothing_is_asked_for_nothing_until_the_next_negotiation() {
        let mut demand = Demand::new(vec![AuthOption::Pap]);
        demand.nakked(&[0xc2, 0x23, 5]);
        demand.nakked(&[0xc2, 0x23, 5]);
        assert_eq!((demand.current(), demand.is_some()), (None, true));
        demand.reset();
        assert_eq!(demand.current(), Some(AuthOption::Pap));
        demand.rejected();
        assert_eq!(demand.current(), None);
    }
}
