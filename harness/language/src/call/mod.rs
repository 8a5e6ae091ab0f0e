//! Calls: [`Item`]s to [`Call`], where they go, and which of them share a line.

mod client;
mod packets;
mod program;
pub(crate) mod script;
mod step;
mod verbs;

use super::build::{Scene, dialled, line_of};
use crate::fault;
use crate::vocabulary::Item;
use offhook_scenario::{Call, ForwardWhen, Port, Verb};
use offhook_schema::Problem;
use offhook_schema::nearest;
use program::build_program;
use step::build_step;

/// Makes a call.
pub(super) fn build_call(item: &Item, scene: &mut Scene<'_>, problems: &mut Vec<Problem>) -> Call {
    let to = called(item, scene, problems);
    if !item.items.iter().any(is_verb) && item.complete {
        let problem = Problem::new(fault::EMPTY_CALL, "this call is empty", item.span, "has no verbs in its block");
        problems.push(problem.help("add what the caller does and what is expected: expect-answer rings=2"));
    }
    check_ringing(item, scene.ports.iter().find(|port| port.device == to), problems);
    let with = build_program(item, scene, problems);
    Call {
        span: item.span,
        from: item.text("from"),
        name: item.text("name"),
        to,
        with,
        ring_pattern: item.number("ring-pattern").and_then(|pattern| u8::try_from(pattern).ok()),
        caller_id_garbled: item.flag("caller-id-garbled").unwrap_or_default(),
        after: item.time("after").unwrap_or_default(),
        ready: item.flag("ready").unwrap_or(true),
        may_fail: item.flag("may-fail").unwrap_or_default(),
        steps: item.items.iter().filter_map(|step| build_step(step, scene, problems)).collect(),
    }
}

/// Whether it is a verb, not a word of the program that calls.
fn is_verb(item: &Item) -> bool {
    item.word.role.verb.is_some()
}

/// What caller ID and ringing need.
fn check_ringing(item: &Item, port: Option<&Port>, problems: &mut Vec<Problem>) {
    if let Some(port) = port.filter(|port| port.direct) {
        for name in ["from", "name", "ring-pattern", "caller-id-garbled", "with"] {
            let Some(span) = item.property_span(name) else { continue };
            let (message, label) = match name {
                "ring-pattern" => ("nothing rings on a direct port", "needs a telephone line"),
                "with" => ("nobody dials a direct port", "needs a telephone line"),
                _ => ("no caller ID comes over a direct port", "needs a modem"),
            };
            let problem = Problem::new(fault::CONTRADICTION, message, span, label);
            problems.push(problem.also(port.span, "no modem is attached here"));
        }
    }
    let told = item.properties.contains_key("from") || item.properties.contains_key("name");
    if let Some(span) = item.property_span("caller-id-garbled").filter(|_| item.sound && !told)
        && item.flag("caller-id-garbled") == Some(true)
    {
        let message = "this call delivers no caller ID that could be garbled";
        let problem = Problem::new(fault::CONTRADICTION, message, span, "has no effect");
        problems.push(problem.help("add what is delivered: from=\"5551234\""));
    }
}

/// Makes the calls of a `together`.
pub(super) fn build_together(item: &Item, scene: &mut Scene<'_>, problems: &mut Vec<Problem>) -> Vec<Call> {
    let words: Vec<&Item> = item.children("call").collect();
    let mut calls: Vec<Call> = words.iter().map(|call| build_call(call, scene, problems)).collect();
    if calls.len() < 2 && item.complete {
        let problem =
            Problem::new(fault::EMPTY_CALL, "`together` needs two calls or more", item.span, "has fewer than two");
        problems.push(problem.help("a single call needs no `together`"));
    }
    for index in 1..calls.len() {
        let (before, rest) = calls.split_at_mut(index);
        let (Some(call), Some(word)) = (rest.first_mut(), words.get(index)) else { continue };
        // A hunt group has several lines; who calls its number takes the first that is free.
        let shared = |other: &&Call| other.to == call.to && scene.ports.iter().any(|port| port.device == call.to);
        // Where it is not clear which port is called, that has been told.
        let Some(first) = before.iter().find(shared).filter(|_| !call.to.is_empty()) else { continue };
        if word.flag("ready").is_none() {
            // The port is not ready while somebody is on its line, and may be called all the same.
            call.ready = false;
        }
        let line = scene.ports.iter().find(|port| port.device == call.to).map(|port| &port.line);
        let sent_on =
            scene.server.forwards.iter().any(|forward| {
                forward.from == call.to && matches!(forward.when, ForwardWhen::Busy | ForwardWhen::Always)
            });
        let meant = word.properties.contains_key("ready")
            || !call.after.is_zero()
            || expects_busy(call)
            || sent_on
            || line.is_some_and(|line| line.call_waiting);
        if !meant {
            let message = format!("two calls at the same time on the line of {}", call.to);
            let problem =
                Problem::new(fault::LINE_TAKEN, message, call.span, "second call").also(first.span, "first call");
            problems.push(problem.help(
                "call another port, or make the calls one after the other; if the line is meant to be busy, add `expect-busy`, after= or ready=#false",
            ));
        }
    }
    calls
}

fn expects_busy(call: &Call) -> bool {
    let verbs = |step: &offhook_scenario::Step| {
        step.verb == Verb::ExpectBusy || step.deviations.iter().any(|other| other.verb == Verb::ExpectBusy)
    };
    call.steps.iter().any(verbs)
}

/// The device or the number that a call goes to, a port's number as its device; empty if it is not clear.
fn called(item: &Item, scene: &Scene<'_>, problems: &mut Vec<Problem>) -> String {
    let devices: Vec<&str> = scene.ports.iter().map(|port| port.device.as_str()).collect();
    let groups = scene.server.hunt_groups.iter().map(|group| group.number.as_str());
    let forwarded = scene.server.forwards.iter().map(|forward| forward.from.as_str()).filter(|from| dialled(from));
    let numbers: Vec<&str> = groups.chain(forwarded).collect();
    // A port or a group whose name was wrong may be the one that is meant.
    if devices.is_empty() || devices.contains(&"") || !scene.whole {
        return String::new();
    }
    let mut known: Vec<&str> = Vec::new();
    for name in devices.iter().chain(&numbers).filter(|name| !name.is_empty()) {
        if !known.contains(name) {
            known.push(name);
        }
    }
    let list = known.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let to = item.text("to").map(|to| line_of(&to, &scene.ports));
    match (to, known.as_slice()) {
        (Some(to), _) if known.contains(&to.as_str()) => to,
        (Some(to), _) if numbers.contains(&"") && dialled(&to) => String::new(),
        (Some(to), _) => {
            let span = item.property_span("to").unwrap_or(item.span);
            let (message, label) = match dialled(&to) {
                true => (format!("no line has the number {to}"), "unknown number"),
                false => (format!("the server has no port `{to}`"), "unknown port"),
            };
            let problem = Problem::new(fault::UNKNOWN_PORT, message, span, label);
            problems.push(match nearest(&to, known.iter().copied()) {
                Some(near) => problem.help(format!("did you mean \"{near}\"?")),
                None => problem.help(format!("it has {list}")),
            });
            String::new()
        }
        (None, [only]) => (*only).to_owned(),
        (None, _) => {
            let message = "the server has several ports, and the call does not say which one it calls";
            let problem = Problem::new(fault::UNKNOWN_PORT, message, item.span, "to= is missing");
            problems.push(problem.help(format!("add to= with one of {list}")));
            String::new()
        }
    }
}
