//! Every word of the language, as data: a file a part of the language, in the order of the reference.

mod change;
pub(super) mod client;
mod personality;
mod port;
mod ppp;
mod scenario;
mod server;
mod traffic;
mod verbs;

use std::time::Duration;

use super::kind::Kind;
use super::vocabulary::{Absent, Argument, Occurs, Place, Property, Word};

/// Every word there is: first those that describe, then the verbs of a call.
pub(super) const WORDS: [&[Word]; 9] = [
    scenario::WORDS,
    port::WORDS,
    server::WORDS,
    ppp::WORDS,
    change::WORDS,
    client::WORDS,
    verbs::WORDS,
    traffic::WORDS,
    personality::WORDS,
];

/// A word with nothing after it, as often as wanted; what differs is said beside it.
const fn word(name: &'static str, within: &'static [Place], doc: &'static str) -> Word {
    Word { name, within, opens: None, arguments: &[], properties: &[], occurs: Occurs::Freely, doc }
}

/// Exactly one argument.
const fn one(name: &'static str, kind: Kind) -> Argument {
    Argument { name, kind, least: 1, most: 1 }
}

/// Any number of arguments, but at least `least`.
const fn many(name: &'static str, kind: Kind, least: usize) -> Argument {
    Argument { name, kind, least, most: usize::MAX }
}

/// A property that may be left out.
const fn property(name: &'static str, kind: Kind, absent: Absent, doc: &'static str) -> Property {
    Property { name, kind, absent, doc }
}

/// A duration between bounds.
const fn time(min: Duration, max: Duration) -> Kind {
    Kind::Time { min, max, whole_seconds: false }
}

/// The longest duration a scenario may wait for.
const LONG: Duration = Duration::from_secs(1000 * 86_400);

const MILLISECOND: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const TEN_MINUTES: Duration = Duration::from_secs(600);
