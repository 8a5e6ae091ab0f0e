//! Addresses for those who call, of which each is given to one at a time.
//!
//! Ranges of addresses in; out, one that is free. A [`Link`](crate::link::Link) gives one fixed address: whoever answers
//! several lines takes it from here before a link is made, and gives it back when the call is over.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;

/// A range of addresses, and which of them are given out.
///
/// ```
/// use std::net::Ipv4Addr;
///
/// use offhook_ppp::pool::AddressPool;
///
/// let mut pool = AddressPool::new(Ipv4Addr::new(192, 168, 32, 105)..=Ipv4Addr::new(192, 168, 32, 106));
/// let first = pool.take();
/// assert_eq!(first, Some(Ipv4Addr::new(192, 168, 32, 105)));
/// assert_eq!(pool.take(), Some(Ipv4Addr::new(192, 168, 32, 106)));
/// assert_eq!(pool.take(), None);
/// first.map(|address| pool.give_back(address));
/// assert_eq!(pool.take(), first);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressPool {
    range: RangeInclusive<Ipv4Addr>,
    given: BTreeSet<Ipv4Addr>,
}

impl AddressPool {
    /// All of `range`, free.
    pub const fn new(range: RangeInclusive<Ipv4Addr>) -> Self {
        Self { range, given: BTreeSet::new() }
    }

    /// The lowest address that is free; `None` if none is.
    pub fn take(&mut self) -> Option<Ipv4Addr> {
        let (first, last) = (self.range.start().to_bits(), self.range.end().to_bits());
        let free = (first..=last).map(Ipv4Addr::from_bits).find(|address| !self.given.contains(address))?;
        self.given.insert(free);
        Some(free)
    }

    /// The call is over; false if that address was not given out.
    pub fn give_back(&mut self, address: Ipv4Addr) -> bool {
        self.given.remove(&address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_given_once_and_again_only_when_it_came_back() {
        let [first, last] = [Ipv4Addr::new(255, 255, 255, 254), Ipv4Addr::BROADCAST];
        let mut pool = AddressPool::new(first..=last);
        assert_eq!([pool.take(), pool.take(), pool.take()], [Some(first), Some(last), None]);
        assert!(pool.give_back(last) && !pool.give_back(last) && !pool.give_back(Ipv4Addr::LOCALHOST));
        assert_eq!(pool.take(), Some(last));
    }

    #[test]
    #[allow(clippy::reversed_empty_ranges)]
    fn an_empty_range_has_nothing_to_give() {
        let mut pool = AddressPool::new(Ipv4Addr::new(10, 0, 0, 2)..=Ipv4Addr::new(10, 0, 0, 1));
        assert_eq!(pool.take(), None);
    }
}
