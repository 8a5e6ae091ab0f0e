//! A number that answers with PPP, as plain data: who may come in, which addresses there are, what its host knows.

use std::net::Ipv4Addr;
use std::ops::RangeInclusive;

use offhook_answerer::AnswererConfig;
use offhook_ppp::callback::CallbackOffer;

/// In place of a number to call back: the one that the caller tells.
pub const CALLER: &str = "caller";
/// Seconds that a caller gets to hang up and wait for the call.
const CALLBACK_DELAY: u8 = 5;

/// The number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PppNumber {
    /// The number.
    pub number: String,
    /// What it is, for people; can be dialled.
    pub name: Option<String>,
    /// What every call meets.
    pub config: AnswererConfig,
    /// Addresses for callers, each for one at a time.
    pub remote: RangeInclusive<Ipv4Addr>,
}

impl PppNumber {
    /// One that lets anybody in, at the usual addresses.
    pub fn new(number: String) -> Self {
        Self {
            number,
            name: None,
            config: AnswererConfig::default(),
            remote: Ipv4Addr::new(100, 64, 0, 2)..=Ipv4Addr::new(100, 64, 0, 254),
        }
    }
}

/// Whether these digits ask a mobile network for its packet service (TS 27.007 §10.2.1.1 and §10.2.1.2): `*99#`, `*99***1#`,
/// `*98*1#`; and `*99##`, as SIMCom's modules have it too.
pub fn is_packet_service(digits: &str) -> bool {
    let rest = digits.strip_prefix("*99").or_else(|| digits.strip_prefix("*98"));
    rest.is_some_and(|rest| matches!(rest, "#" | "##") || rest.starts_with('*') && rest.ends_with('#'))
}

/// What callers may have of callbacks: at the number that they tell ([`CALLER`]) or at this one; or none.
pub fn callback_offer(whom: &str) -> CallbackOffer {
    let admin = (whom != CALLER).then(|| whom.to_owned());
    CallbackOffer { none: true, user: admin.is_none(), admin, list: Vec::new(), delay: CALLBACK_DELAY }
}

/// Reads `100.64.0.2-100.64.0.254`, or one address.
///
/// # Errors
///
/// What is wrong with it and how it is said.
pub fn addresses(text: &str) -> Result<RangeInclusive<Ipv4Addr>, String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.trim().parse(), last.trim().parse()) {
        (Ok(first), Ok(last)) if first <= last => Ok(first..=last),
        (Ok::<Ipv4Addr, _>(_), Ok::<Ipv4Addr, _>(_)) => {
            Err(format!("\"{text}\" has no address: its first is above its last"))
        }
        _ => Err(format!("\"{text}\" is no range of IPv4 addresses: write FIRST-LAST, as in 100.64.0.2-100.64.0.254")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packet_service_has_codes_with_and_without_a_context() {
        for digits in ["*99#", "*99##", "*99***1#", "*99*1*PPP*1#", "*98*1#", "*98#"] {
            assert!(is_packet_service(digits), "{digits}");
        }
        for digits in ["*99", "*991#", "99#", "*97#", "#", "", "5559000"] {
            assert!(!is_packet_service(digits), "{digits}");
        }
    }

    #[test]
    fn a_range_is_two_addresses_or_one() {
        let [first, last] = [Ipv4Addr::new(10, 0, 0, 2), Ipv4Addr::new(10, 0, 0, 9)];
        assert_eq!(addresses("10.0.0.2-10.0.0.9"), Ok(first..=last));
        assert_eq!(addresses("10.0.0.2"), Ok(first..=first));
        for wrong in ["", "10.0.0.9-10.0.0.2", "10.0.0.0/24", "10.0.0.2-", "a-b"] {
            assert!(addresses(wrong).is_err(), "{wrong}");
        }
    }
}
