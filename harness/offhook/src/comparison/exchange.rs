//! What was exchanged, without what is another in every run for no reason that anybody could look for.
//!
//! A trace goes in; out come lines by call, in their order: what the report calls events, with `*` for Magic-Numbers, for the
//! identifiers, challenges and responses of CHAP, and for interface identifiers of IPv6, which ends choose at random. Addresses,
//! other identifiers and all texts stay. The server's processes and log lines are left out unless they are asked for: they
//! have the numbers of processes and of versions in them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use offhook_clock::Instant;
use offhook_report::words::{Lane, Way, line};
use offhook_telephony::trace::{Event, EventKind};
use regex_lite::Regex;

/// What is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The server's processes and logs, too.
    pub logs: bool,
    /// What is random, too.
    pub exact: bool,
}

/// A call, or what happens on a port outside all calls.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// The call, from 0.
    pub call: Option<usize>,
    /// The port.
    pub port: Option<String>,
}

/// One event as it is compared: by all but its time.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When it happened.
    pub at: Instant,
    /// The kind of thing.
    pub lane: Lane,
    /// Its way.
    pub way: Option<Way>,
    /// What, in words.
    pub text: String,
}

impl Entry {
    const fn way(&self) -> u8 {
        match self.way {
            None => 0,
            Some(Way::ToServer) => 1,
            Some(Way::ToCaller) => 2,
        }
    }

    /// What it is, without what is in it: `[LCP ConfReq` of a packet, the first word of anything else.
    pub fn head(&self) -> (&'static str, u8, &str) {
        let words = if self.text.starts_with('[') { 2 } else { 1 };
        let end = self.text.match_indices([' ', ']']).nth(words - 1).map_or(self.text.len(), |(at, _)| at);
        (self.lane.name(), self.way(), &self.text[..end])
    }

    fn compared(&self) -> (&'static str, u8, &str) {
        (self.lane.name(), self.way(), &self.text)
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.compared() == other.compared()
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.compared().cmp(&other.compared())
    }
}

impl std::hash::Hash for Entry {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.compared().hash(state);
    }
}

/// The lines of a trace, by call.
pub fn groups(trace: &[Event], wanted: Wanted) -> BTreeMap<Group, Vec<Entry>> {
    let mut groups: BTreeMap<Group, Vec<Entry>> = BTreeMap::new();
    for event in trace {
        let is_log = matches!(event.what, EventKind::Log { .. } | EventKind::Started { .. } | EventKind::Exited { .. });
        if is_log && !wanted.logs {
            continue;
        }
        let told = line(&event.what);
        let text = if wanted.exact { told.text } else { normalised(told.text) };
        let group = Group { call: event.call, port: event.port.clone() };
        groups.entry(group).or_default().push(Entry { at: event.at, lane: told.lane, way: told.way, text });
    }
    groups
}

/// What is random, and what stands in its place.
static RANDOM: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let rules = [
        (r"\bmagic([ =])0x[0-9a-f]+", "magic${1}*"),
        (r"\[CHAP (\w+) id=0x[0-9a-f]+", "[CHAP $1 id=*"),
        (r"(\[CHAP (?:Challenge|Response) id=\*) <[0-9a-f]+>", "$1 <*>"),
        (r"\bfe80::[0-9a-f:]+", "fe80::*"),
        // IPV6CP that was rejected is told in octets: its Interface-Identifier (RFC 5072 §4.1).
        (r"(ProtRej id=0x[0-9a-f]+ 80 57(?: [0-9a-f]{2}){4} 01 0a)(?: [0-9a-f]{2}){8}", "$1 *"),
        (r"\bpid \d+", "pid *"),
    ];
    rules.into_iter().filter_map(|(rule, instead)| Some((Regex::new(rule).ok()?, instead))).collect()
});

/// A line without what is random.
pub fn normalised(mut text: String) -> String {
    for (rule, instead) in RANDOM.iter() {
        if let std::borrow::Cow::Owned(other) = rule.replace_all(&text, *instead) {
            text = other;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_choose_at_random_is_left_out_and_nothing_else() {
        assert_eq!(RANDOM.len(), 6, "every rule is a regular expression");
        for (line, normal) in [
            ("[LCP ConfReq id=0x1 <magic 0x63a5277> <pcomp>]", "[LCP ConfReq id=0x1 <magic *> <pcomp>]"),
            ("[LCP EchoReq id=0x9 magic=0x0]", "[LCP EchoReq id=0x9 magic=*]"),
            ("[CHAP Challenge id=0xc1 <00ff>, name = \"dialin\"]", "[CHAP Challenge id=* <*>, name = \"dialin\"]"),
            ("[CHAP Success id=0xc1 \"\"]", "[CHAP Success id=* \"\"]"),
            ("[IPV6CP ConfReq id=0x1 <addr fe80::1985:f912:d7b2:fb9c>]", "[IPV6CP ConfReq id=0x1 <addr fe80::*>]"),
            (
                "[LCP ProtRej id=0x3 80 57 01 01 00 0e 01 0a 19 85 f9 12 d7 b2 fb 9c]",
                "[LCP ProtRej id=0x3 80 57 01 01 00 0e 01 0a *]",
            ),
            ("[IPCP ConfAck id=0x2 <addr 192.168.32.1>]", "[IPCP ConfAck id=0x2 <addr 192.168.32.1>]"),
        ] {
            assert_eq!(normalised(line.to_owned()), normal);
        }
    }
}
