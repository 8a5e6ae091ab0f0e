//! The second pass: [`Item`]s to a [`Scenario`], and what only shows when words are seen together.
//!
//! Where the first pass has already complained, a default takes the place of the missing value, so that the rest
//! can be looked at; no scenario with complaints leaves the reader.

mod change;
mod etc;
mod network;
mod numbers;
mod options;
mod people;
mod port;
mod server;

use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use super::call::{build_call, build_together};
use super::order;
use super::problem::{Fault, Problem};
use super::shape::Item;
use super::value::Value;
use super::vocabulary::STACKS;
use super::{Act, Port, Scenario, Server, Span};
use change::Known;
use server::build_server;

pub(super) use change::build_change;
pub(super) use numbers::{dialled, line_of};
pub(super) use port::build_personality;

/// What a call is made in.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    /// The directory in which the scenario's file is.
    pub(super) base: &'a Path,
    /// The server it begins with.
    pub(super) server: &'a Server,
    /// Every port there ever is.
    pub(super) ports: Vec<Port>,
    /// The stacks the scenario runs on.
    pub(super) stacks: &'a [String],
    /// What the server has at this point of the text.
    pub(super) known: Known,
}

impl Item {
    /// An argument, if it is there and right.
    pub(crate) fn argument(&self, index: usize) -> Option<&Value> {
        self.arguments.get(index).and_then(|(value, _)| value.as_ref())
    }

    /// A text argument; empty if it is not there.
    pub(crate) fn argument_text(&self, index: usize) -> String {
        match self.argument(index) {
            Some(Value::Text(text)) => text.clone(),
            _ => String::new(),
        }
    }

    /// Where the argument stands, or else the word.
    pub(crate) fn argument_span(&self, index: usize) -> Span {
        self.arguments.get(index).map_or(self.span, |(_, span)| *span)
    }

    /// All arguments that are texts.
    pub(crate) fn texts(&self) -> Vec<String> {
        let text = |value: &Value| if let Value::Text(text) = value { Some(text.clone()) } else { None };
        self.arguments.iter().filter_map(|(value, _)| value.as_ref().and_then(text)).collect()
    }

    /// All arguments that are addresses.
    pub(crate) fn addresses(&self) -> Vec<Ipv4Addr> {
        let address = |value: &Value| if let Value::Address(address) = value { Some(*address) } else { None };
        self.arguments.iter().filter_map(|(value, _)| value.as_ref().and_then(address)).collect()
    }

    fn property(&self, name: &str) -> Option<&Value> {
        self.properties.get(name).map(|(value, _)| value)
    }

    /// A text property.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        if let Some(Value::Text(text)) = self.property(name) { Some(text.clone()) } else { None }
    }

    /// A number property.
    pub(crate) fn number(&self, name: &str) -> Option<u32> {
        if let Some(Value::Number(number)) = self.property(name) { Some(*number) } else { None }
    }

    /// A duration property.
    pub(crate) fn time(&self, name: &str) -> Option<Duration> {
        if let Some(Value::Time(time)) = self.property(name) { Some(*time) } else { None }
    }

    /// An address property.
    pub(crate) fn address(&self, name: &str) -> Option<Ipv4Addr> {
        if let Some(Value::Address(address)) = self.property(name) { Some(*address) } else { None }
    }

    /// A yes-or-no property.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        if let Some(Value::Flag(flag)) = self.property(name) { Some(*flag) } else { None }
    }
}

/// Makes the scenarios of a file that lies in the directory `base`.
pub(super) fn build(items: &[Item], base: &Path, problems: &mut Vec<Problem>) -> Vec<Scenario> {
    let mut scenarios: Vec<Scenario> = Vec::new();
    for item in items {
        let scenario = build_scenario(item, base, problems);
        if let Some(first) = scenarios.iter().find(|other| other.name == scenario.name && !other.name.is_empty()) {
            let message = format!("two scenarios are called \"{}\"", scenario.name);
            let problem = Problem::new(Fault::SameName, message, scenario.span, "and again").also(first.span, "here");
            problems.push(problem.help("reports tell scenarios of a file apart by their names"));
        }
        scenarios.push(scenario);
    }
    scenarios
}

fn build_scenario(item: &Item, base: &Path, problems: &mut Vec<Problem>) -> Scenario {
    let stacks = match item.child("stack") {
        Some(stack) => build_stacks(stack, problems),
        None => STACKS.iter().map(|stack| (*stack).to_owned()).collect(),
    };
    let changed = changed_ports(item, base);
    let server = item.child("server").map(|server| build_server(server, base, &changed, problems)).unwrap_or_default();
    let mut ports = server.ports.clone();
    ports.extend(changed.into_iter().filter(|port| !server.ports.iter().any(|own| own.device == port.device)));
    let known = Known::of(&server);
    let mut scene = Scene { base, server: &server, ports, stacks: &stacks, known };
    let mut acts = Vec::new();
    for group in &item.items {
        let before = problems.len();
        match group.word.name {
            "call" => acts.push(Act::Calls(vec![build_call(group, &mut scene, problems)])),
            "together" => acts.push(Act::Calls(build_together(group, &mut scene, problems))),
            "change" => acts.push(Act::Change(build_change(group, base, &scene.ports, &mut scene.known, problems))),
            _ => continue,
        }
        // What a call lacks is said once; its order is only looked at when its words are right.
        if group.sound
            && problems.len() == before
            && let Some(Act::Calls(calls)) = acts.last()
        {
            for call in calls {
                order::check(call, &scene, problems);
            }
        }
    }
    if !acts.iter().any(|act| matches!(act, Act::Calls(_))) && item.complete {
        let message = "there is no call in this scenario";
        let problem = Problem::new(Fault::EmptyCall, message, item.argument_span(0), "no `call` in here");
        problems.push(problem.help("a scenario shows something by calling the server: call from=\"5551234\" { ... }"));
    }
    Scenario {
        name: item.argument_text(0),
        span: item.argument_span(0),
        specs: item.children("spec").flat_map(Item::texts).collect(),
        stacks,
        server,
        acts,
    }
}

fn build_stacks(item: &Item, problems: &mut Vec<Problem>) -> Vec<String> {
    let mut stacks: Vec<String> = Vec::new();
    for (value, span) in &item.arguments {
        let Some(Value::Text(stack)) = value else { continue };
        if stacks.contains(stack) {
            let message = format!("the stack \"{stack}\" is named twice");
            problems.push(Problem::new(Fault::RepeatedWord, message, *span, "and again"));
        } else {
            stacks.push(stack.clone());
        }
    }
    stacks
}

/// The ports that changes add or edit, each once. What is wrong with them is said where they are built.
fn changed_ports(scenario: &Item, base: &Path) -> Vec<Port> {
    let changes = scenario.items.iter().flat_map(|item| match item.word.name {
        "change" => vec![item],
        "call" => item.children("change").collect(),
        "together" => item.children("call").flat_map(|call| call.children("change")).collect(),
        _ => Vec::new(),
    });
    let mut ports: Vec<Port> = Vec::new();
    for item in changes.flat_map(|change| change.children("port")) {
        let port = port::build_port(item, base, &mut Vec::new());
        if !ports.iter().any(|known| known.device == port.device) {
            ports.push(port);
        }
    }
    ports
}
