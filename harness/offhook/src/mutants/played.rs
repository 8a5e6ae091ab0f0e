//! What a scenario is to those who play it, and what of a run its calls can see.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use offhook_scenario::{Act, Scenario};
use offhook_session::Outcome;
use offhook_telephony::trace::{Event, EventKind};
use serde_json::Value;

/// What a guest is given of a scenario on a stack, without names and places in the text: where this is the same, so is the run.
pub(super) fn given(scenario: &Scenario, stack: &str) -> Option<Value> {
    let mut scenario = scenario.clone();
    scenario.name.clear();
    scenario.specs.clear();
    scenario.stacks.clear();
    scenario.variant = Default::default();
    let calls = scenario.acts.iter_mut().filter_map(|act| if let Act::Calls(calls) = act { Some(calls) } else { None });
    for step in calls.flatten().flat_map(|call| &mut call.steps) {
        let fails = step.known_failure(stack).is_some();
        step.known_failures.retain(|_| fails);
        step.known_failures.truncate(1);
        for known in &mut step.known_failures {
            known.stacks.clear();
            known.reason.clear();
        }
        step.verb = step.on(stack).0.clone();
        step.deviations.clear();
    }
    let mut value = serde_json::to_value(&scenario).ok()?;
    without_places(&mut value);
    Some(value)
}

fn without_places(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("span");
            fields.values_mut().for_each(without_places);
        }
        Value::Array(values) => values.iter_mut().for_each(without_places),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether the same crossed line, port and circuits, at the same times.
pub(super) fn crossed_the_same(one: &Outcome, other: &Outcome) -> bool {
    let crossing = |outcome: &Outcome| -> Vec<Event> {
        outcome.trace.iter().filter(|event| crosses(&event.what)).cloned().collect()
    };
    crossing(one) == crossing(other)
}

/// Whether the same happened, what the server's programs did and logged included.
pub(super) fn happened_the_same(one: &Outcome, other: &Outcome) -> bool {
    let told = |outcome: &Outcome| -> Vec<Event> {
        outcome.trace.iter().filter(|event| !matches!(event.what, EventKind::Step { .. })).cloned().collect()
    };
    told(one) == told(other)
}

/// Whether an event is something that a caller, a modem or a telephone line sees.
const fn crosses(what: &EventKind) -> bool {
    match what {
        EventKind::CallBegins { .. }
        | EventKind::RingOn { .. }
        | EventKind::RingOff { .. }
        | EventKind::CallerId { .. }
        | EventKind::OffHook
        | EventKind::OnHook
        | EventKind::Connected { .. }
        | EventKind::Cleared { .. }
        | EventKind::Dialled { .. }
        | EventKind::Tone { .. }
        | EventKind::Circuit { .. }
        | EventKind::Impairment { .. }
        | EventKind::Lost { .. }
        | EventKind::DteOpened
        | EventKind::DteClosed
        | EventKind::Command { .. }
        | EventKind::Response { .. }
        | EventKind::Ignored { .. }
        | EventKind::Frame { .. }
        | EventKind::BadFrame { .. }
        | EventKind::Text { .. }
        | EventKind::Link { .. } => true,
        EventKind::Started { .. }
        | EventKind::Exited { .. }
        | EventKind::Log { .. }
        | EventKind::Interface { .. }
        | EventKind::Step { .. }
        | EventKind::Note { .. } => false,
    }
}

/// Whether the server's files, as the guests left them in the evidence, are the same octet for octet.
pub(super) fn same_files(one: &Outcome, other: &Outcome) -> bool {
    let of = |outcome: &Outcome| files(&outcome.evidence.join("server"));
    matches!((of(one), of(other)), (Ok(one), Ok(other)) if one == other)
}

/// Every file in and below a directory, with its octets.
fn files(directory: &Path) -> io::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(place) = waiting.pop() {
        for entry in fs::read_dir(&place)? {
            let (path, kind) = entry.and_then(|entry| Ok((entry.path(), entry.file_type()?)))?;
            if kind.is_dir() {
                waiting.push(path);
            } else {
                let octets = if kind.is_file() { fs::read(&path)? } else { Vec::new() };
                found.insert(path.strip_prefix(directory).unwrap_or(&path).to_owned(), octets);
            }
        }
    }
    Ok(found)
}
