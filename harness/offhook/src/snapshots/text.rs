//! What is compared, as text: a line an event, without times and without what ends choose at random.

use std::fmt::Write as _;

use offhook_report::words::{Lane, Way};
use offhook_scenario::{Extent, Snapshot};
use offhook_telephony::trace::Event;

use crate::comparison::exchange::{Entry, Wanted, groups};

/// The text of a snapshot of this trace.
pub(super) fn of(trace: &[Event], snapshot: &Snapshot) -> String {
    let logs = snapshot.of == Extent::Log;
    let groups = groups(trace, Wanted { logs, exact: false });
    let mut text = String::new();
    if logs {
        // Log lines belong to no call: they are told in the order of time.
        let mut lines: Vec<&Entry> = groups.values().flatten().filter(|entry| entry.lane == Lane::Log).collect();
        lines.sort_by_key(|entry| entry.at);
        lines.into_iter().for_each(|entry| line(&mut text, entry));
        return text;
    }
    let wanted = |call: usize| snapshot.call.is_none_or(|number| call + 1 == number as usize);
    for (group, entries) in &groups {
        let Some(call) = group.call.filter(|call| wanted(*call)) else { continue };
        if snapshot.call.is_none() {
            let _ = writeln!(text, "call {}", call + 1);
        }
        entries.iter().filter(|entry| is_part(entry, snapshot.of)).for_each(|entry| line(&mut text, entry));
    }
    text
}

/// What packets of the network begin with, as they are and compressed.
const DATA: [&str; 5] = ["[IP data", "[IPV6 data", "[Compressed data", "[proto=0x2d]", "[proto=0x2f]"];

fn is_part(entry: &Entry, of: Extent) -> bool {
    match of {
        Extent::Negotiation => entry.lane == Lane::Ppp && !DATA.iter().any(|head| entry.text.starts_with(head)),
        Extent::Call => !matches!(entry.lane, Lane::Step | Lane::Note | Lane::Log | Lane::Init),
        Extent::Login => entry.lane == Lane::Text,
        Extent::Log => entry.lane == Lane::Log,
    }
}

fn line(text: &mut String, entry: &Entry) {
    let arrow = entry.way.map_or(" ", |way| if way == Way::ToServer { "→" } else { "←" });
    let _ = writeln!(text, "{arrow} {}", entry.text);
}
