//! What no call tried, once, with the reasons: ports and accounts of which the same is to be said together.
//!
//! In go an [`Audit`] and the [`Tree`]; out comes text, empty if there is nothing to tell.

use super::Detail;
use crate::Audit;
use crate::plan::{LeftOut, LeftOutWhat};
use offhook_etc::source::Tree;
use offhook_report::Style;
use offhook_report::text::{counted, hang, printable};

/// Names told before the rest is counted.
const MOST: usize = 4;

/// A reason, what it is the reason of, and where.
struct Reason<'a> {
    what: Vec<String>,
    why: &'a str,
    devices: Vec<&'a str>,
}

/// The whole text.
pub(super) fn untried(audit: &Audit, tree: &Tree, style: Style, detail: Detail) -> String {
    let mut told: Vec<(String, Vec<&str>)> = Vec::new();
    for Reason { what, why, devices } in reasons(audit) {
        let shown = what[..what.len().min(MOST)].join(", ");
        let more = what.len().saturating_sub(MOST);
        let what = if more > 0 { format!("{shown} and {more} more") } else { shown };
        told.push((format!("{what}: {why}"), devices));
    }
    if let Some(first) = tree.left_out.first().filter(|_| detail == Detail::All) {
        let count = counted(tree.left_out.len(), "file");
        let every: Vec<&str> = audit.ports.iter().map(|port| port.device.as_str()).collect();
        let left = format!("{count} of /etc not taken into the lab, {} for one: {}", first.path.display(), first.why);
        told.push((left, every));
    }
    let mut text = String::new();
    for (index, (told, devices)) in told.iter().enumerate() {
        let lead = if index == 0 { "not tried: " } else { "           " };
        let of = match audit.ports.len() > devices.len() {
            true => format!("{}: ", devices.join(", ")),
            false => String::new(),
        };
        text.push_str(&hang(lead, &printable(&format!("{of}{told}")), 2, style.width));
    }
    text
}

/// Accounts with the same reason together, and ports with the same accounts.
fn reasons(audit: &Audit) -> Vec<Reason<'_>> {
    let mut all: Vec<Reason<'_>> = Vec::new();
    for port in &audit.ports {
        let mut of_port: Vec<Reason<'_>> = Vec::new();
        for LeftOut { what, why } in &port.left_out {
            let is_account = matches!(what, LeftOutWhat::Account(..));
            let name = what.to_string();
            match of_port.iter_mut().find(|known| is_account && known.why == why) {
                Some(known) => known.what.push(name),
                None => of_port.push(Reason { what: vec![name], why, devices: vec![&port.device] }),
            }
        }
        for reason in of_port {
            match all.iter_mut().find(|known| known.what == reason.what && known.why == reason.why) {
                Some(known) => known.devices.push(&port.device),
                None => all.push(reason),
            }
        }
    }
    all
}
