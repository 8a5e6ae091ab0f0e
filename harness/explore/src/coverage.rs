//! Coverage: the states that a run was in, as far as they are seen from outside.
//!
//! In: a trace. Out: a name for each state: what the modem said last, what the line does, the protocols of both ends, the
//! programs that run. A run that was in a state that none was in before is worth going on from.

use std::collections::BTreeSet;

use offhook_telephony::trace::{Event, EventKind};

/// The states of a run, each by a name that is the same in every run.
pub fn states(trace: &[Event]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let (mut line, mut modem, mut link, mut open) = ("on hook", String::new(), String::new(), false);
    let mut running: Vec<(i32, String)> = Vec::new();
    for event in trace {
        match &event.what {
            EventKind::CallBegins { .. } => line = "rings",
            EventKind::OffHook => line = "off hook",
            EventKind::Connected { .. } => line = "carrier",
            EventKind::Cleared { abrupt, .. } => {
                line = if *abrupt { "lost" } else { "on hook" };
                link.clear();
            }
            EventKind::Response { text } => modem = first_word(text),
            EventKind::Command { text } => modem = format!("> {}", first_word(text)),
            EventKind::Link { text } => link = text.split(',').next().unwrap_or_default().to_owned(),
            EventKind::DteOpened => open = true,
            EventKind::DteClosed => open = false,
            EventKind::Started { pid, command } => running.push((*pid, first_word(command))),
            EventKind::Exited { pid, .. } => running.retain(|(known, _)| known != pid),
            EventKind::Log { program, pid: Some(pid), .. } => {
                // What init started may have become another program.
                if let Some((_, name)) = running.iter_mut().find(|(known, _)| known == pid) {
                    name.clone_from(program);
                }
            }
            _ => continue,
        }
        let programs: Vec<&str> = running.iter().map(|(_, name)| name.as_str()).collect();
        let open = if open { "open" } else { "closed" };
        found.insert(format!("{line} | {modem} | {link} | {open} | {}", programs.join(" ")));
    }
    found
}

/// The first word, numbers left out: of `CONNECT 33600`, `CONNECT`.
fn first_word(text: &str) -> String {
    let word = text.split_whitespace().next().unwrap_or_default();
    word.rsplit('/').next().unwrap_or_default().to_owned()
}
