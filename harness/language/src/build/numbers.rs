//! Telephone numbers: whose they are, those that ring several lines, and calls that go elsewhere.

use super::port::device;
use crate::fault;
use crate::vocabulary::Item;
use crate::words::choices::FORWARDED;
use offhook_base::Span;
use offhook_scenario::{Forward, ForwardWhen, HuntGroup, Port};
use offhook_schema::Problem;
use offhook_schema::Value;
use offhook_schema::nearest;

/// Hunt groups and forwardings; `ports` are all there ever are.
pub(super) fn build_numbers(
    item: &Item,
    ports: &[Port],
    problems: &mut Vec<Problem>,
) -> (Vec<HuntGroup>, Vec<Forward>) {
    let mut taken: Vec<(&str, Span)> = Vec::new();
    for port in ports {
        if let Some(number) = port.number.as_deref() {
            unique(number, port.span, &taken, problems);
            taken.push((number, port.span));
        }
    }
    let mut groups: Vec<HuntGroup> = Vec::new();
    let mut forwards: Vec<Forward> = Vec::new();
    // A port whose name was wrong, or an /etc that could not be read, may have the one that is meant.
    if ports.is_empty() || ports.iter().any(|port| port.device.is_empty()) {
        return (groups, forwards);
    }
    for word in item.children("hunt-group") {
        let group = build_hunt_group(word, ports, problems);
        if let Some(first) = groups.iter().find(|other| other.number == group.number) {
            let message = format!("two hunt groups have the number {}", group.number);
            let problem =
                Problem::new(fault::SAME_PORT, message, group.span, "used again").also(first.span, "first used here");
            problems.push(problem.help("give each group a number of its own"));
        } else {
            unique(&group.number, group.span, &taken, problems);
        }
        groups.push(group);
    }
    for word in item.children("forward") {
        if let Some(forward) = build_forward(word, ports, &groups, &forwards, problems) {
            forwards.push(forward);
        }
    }
    for forward in &forwards {
        round(forward, &forwards, problems);
    }
    (groups, forwards)
}

fn unique(number: &str, span: Span, taken: &[(&str, Span)], problems: &mut Vec<Problem>) {
    if let Some((_, first)) = taken.iter().find(|(other, _)| *other == number) {
        let message = format!("two lines have the number {number}");
        let problem = Problem::new(fault::SAME_PORT, message, span, "used again").also(*first, "first used here");
        problems.push(
            problem.help("give each line a number of its own; a number that rings several lines is a `hunt-group`"),
        );
    }
}

fn build_hunt_group(item: &Item, ports: &[Port], problems: &mut Vec<Problem>) -> HuntGroup {
    let mut devices: Vec<String> = Vec::new();
    for (value, span) in item.arguments.iter().skip(1) {
        let Some(Value::Text(written)) = value else { continue };
        let Some(port) = ringing(&device(written).0, *span, ports, problems) else { continue };
        if devices.contains(&port.device) {
            let message = format!("the port `{}` is given twice", port.device);
            problems.push(Problem::new(fault::SAME_PORT, message, *span, "given again"));
        } else {
            devices.push(port.device.clone());
        }
    }
    HuntGroup { number: item.argument_text(0), span: item.span, devices }
}

/// The port of that name, if it has a telephone line.
fn ringing<'a>(device: &str, span: Span, ports: &'a [Port], problems: &mut Vec<Problem>) -> Option<&'a Port> {
    match ports.iter().find(|port| port.device == device) {
        None => {
            let message = format!("the server has no port `{device}`");
            let problem = Problem::new(fault::UNKNOWN_PORT, message, span, "no such port");
            problems.push(match nearest(device, ports.iter().map(|port| port.device.as_str())) {
                Some(near) => problem.help(format!("did you mean \"{near}\"?")),
                None => problem,
            });
            None
        }
        Some(port) if port.direct => {
            let problem =
                Problem::new(fault::CONTRADICTION, "a direct port has no telephone line", span, "does not ring");
            problems.push(problem.also(port.span, "no modem is attached here"));
            None
        }
        known => known,
    }
}

/// The device of the port that has this number or this name; else the number itself, if it is one.
pub(in super::super) fn line_of(written: &str, ports: &[Port]) -> String {
    let named = device(written).0;
    match ports.iter().find(|port| port.number.as_deref() == Some(written)) {
        Some(port) => port.device.clone(),
        None => named,
    }
}

/// Whether this is a number, not a device.
pub(in super::super) fn dialled(to: &str) -> bool {
    to.starts_with(|c: char| c.is_ascii_digit())
}

fn build_forward(
    item: &Item,
    ports: &[Port],
    groups: &[HuntGroup],
    others: &[Forward],
    problems: &mut Vec<Problem>,
) -> Option<Forward> {
    let Some(Value::Text(from)) = item.argument(0) else { return None };
    let (to, at) = (item.text("to")?, item.property_span("to")?);
    let (from, to) = (line_of(from, ports), line_of(&to, ports));
    if !dialled(&from) {
        ringing(&from, item.argument_span(0), ports, problems)?;
    }
    if !dialled(&to) {
        ringing(&to, at, ports, problems)?;
    } else if !groups.iter().any(|group| group.number == to) {
        let message = format!("no line has the number {to}");
        let problem = Problem::new(fault::UNKNOWN_PORT, message, at, "unknown number");
        problems.push(problem.help(format!(
            "give a port, or give a port this number: port \"{}\" number=\"{to}\"",
            ports.first()?.device
        )));
        return None;
    }
    if from == to {
        let problem =
            Problem::new(fault::CONTRADICTION, "this line's calls are forwarded to itself", at, "the same line");
        problems.push(problem.also(item.argument_span(0), "this line"));
        return None;
    }
    let when = match (FORWARDED.required(item, "when"), item.number("rings")) {
        (ForwardWhen::NoAnswer { .. }, Some(rings)) => ForwardWhen::NoAnswer { rings },
        (when, _) => when,
    };
    if let (Some(span), ForwardWhen::Busy | ForwardWhen::Always) = (item.property_span("rings"), when) {
        let problem = Problem::new(
            fault::CONTRADICTION,
            "`rings` needs when=\"no-answer\"",
            span,
            "these calls do not ring first",
        );
        problems.push(problem.help("add when=\"no-answer\", or remove rings="));
    }
    let same =
        |other: &&Forward| other.from == from && std::mem::discriminant(&other.when) == std::mem::discriminant(&when);
    if let Some(first) = others.iter().find(same) {
        let message = "the same calls are forwarded twice";
        problems.push(
            Problem::new(fault::REPEATED_WORD, message, item.span, "forwarded again")
                .also(first.span, "forwarded here"),
        );
    }
    Some(Forward { from, to, when, span: item.span })
}

/// Calls that are always sent on must come to a line some time.
fn round(forward: &Forward, all: &[Forward], problems: &mut Vec<Problem>) {
    let always: Vec<&Forward> = all.iter().filter(|other| other.when == ForwardWhen::Always).collect();
    let mut way: Vec<&Forward> = always.iter().filter(|other| **other == forward).copied().collect();
    while let Some(here) = way.last().copied().filter(|_| way.len() <= always.len()) {
        if here.to == forward.from {
            // Said once, at the first of those that go round.
            if way.iter().all(|other| forward.span.offset <= other.span.offset) {
                let message = "these calls are forwarded in a circle";
                let problem = Problem::new(fault::CONTRADICTION, message, here.span, "and back");
                problems.push(problem.also(forward.span, "from here"));
            }
            return;
        }
        let Some(next) = always.iter().find(|other| other.from == here.to) else { return };
        way.push(next);
    }
}
