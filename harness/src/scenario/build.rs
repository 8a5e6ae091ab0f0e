//! The second pass: [`Item`]s to a [`Scenario`], and what only shows when words are seen together.
//!
//! Where the first pass has already complained, a default takes the place of the missing value, so that the rest
//! can be looked at; no scenario with complaints leaves the reader.

use std::net::Ipv4Addr;
use std::time::Duration;

use offhook_emulator::exchange::NATIONAL;

use super::call::build_call;
use super::order;
use super::problem::{Fault, Problem};
use super::shape::Item;
use super::value::Value;
use super::vocabulary::{STACKS, nearest};
use super::{
    Account, AccountsFile, Act, Auth, Call, CallerIdRule, ControlLines, Lan, Line, Mode, Port, Ppp, Scenario, Server,
    Span,
};

impl Item {
    /// An argument, if it is there and right.
    pub(super) fn argument(&self, index: usize) -> Option<&Value> {
        self.arguments.get(index).and_then(|(value, _)| value.as_ref())
    }

    /// A text argument; empty if it is not there.
    pub(super) fn argument_text(&self, index: usize) -> String {
        match self.argument(index) {
            Some(Value::Text(text)) => text.clone(),
            _ => String::new(),
        }
    }

    /// Where the argument stands, or else the word.
    pub(super) fn argument_span(&self, index: usize) -> Span {
        self.arguments.get(index).map_or(self.span, |(_, span)| *span)
    }

    /// All arguments that are texts.
    pub(super) fn texts(&self) -> Vec<String> {
        let text = |value: &Value| if let Value::Text(text) = value { Some(text.clone()) } else { None };
        self.arguments.iter().filter_map(|(value, _)| value.as_ref().and_then(text)).collect()
    }

    /// All arguments that are addresses.
    pub(super) fn addresses(&self) -> Vec<Ipv4Addr> {
        let address = |value: &Value| if let Value::Address(address) = value { Some(*address) } else { None };
        self.arguments.iter().filter_map(|(value, _)| value.as_ref().and_then(address)).collect()
    }

    fn property(&self, name: &str) -> Option<&Value> {
        self.properties.get(name).map(|(value, _)| value)
    }

    /// A text property.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        if let Some(Value::Text(text)) = self.property(name) { Some(text.clone()) } else { None }
    }

    /// A number property.
    pub(super) fn number(&self, name: &str) -> Option<u32> {
        if let Some(Value::Number(number)) = self.property(name) { Some(*number) } else { None }
    }

    /// A duration property.
    pub(super) fn time(&self, name: &str) -> Option<Duration> {
        if let Some(Value::Time(time)) = self.property(name) { Some(*time) } else { None }
    }

    /// An address property.
    pub(super) fn address(&self, name: &str) -> Option<Ipv4Addr> {
        if let Some(Value::Address(address)) = self.property(name) { Some(*address) } else { None }
    }

    /// A yes-or-no property.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        if let Some(Value::Flag(flag)) = self.property(name) { Some(*flag) } else { None }
    }
}

/// Makes the scenarios of a file.
pub(super) fn build(items: &[Item], problems: &mut Vec<Problem>) -> Vec<Scenario> {
    let mut scenarios: Vec<Scenario> = Vec::new();
    for item in items {
        let scenario = build_scenario(item, problems);
        if let Some(first) = scenarios.iter().find(|other| other.name == scenario.name && !other.name.is_empty()) {
            let message = format!("two scenarios are called \"{}\"", scenario.name);
            let problem = Problem::new(Fault::SameName, message, scenario.span, "and again").also(first.span, "here");
            problems.push(problem.help("reports tell scenarios of a file apart by their names"));
        }
        scenarios.push(scenario);
    }
    scenarios
}

fn build_scenario(item: &Item, problems: &mut Vec<Problem>) -> Scenario {
    let stacks = match item.child("stack") {
        Some(stack) => build_stacks(stack, problems),
        None => STACKS.iter().map(|stack| (*stack).to_owned()).collect(),
    };
    let server = item.child("server").map(|server| build_server(server, problems)).unwrap_or_default();
    let mut acts = Vec::new();
    for group in &item.items {
        let before = problems.len();
        match group.word.name {
            "call" => acts.push(Act::Calls(vec![build_call(group, &server, &stacks, problems)])),
            "together" => acts.push(Act::Calls(build_together(group, &server, &stacks, problems))),
            _ => continue,
        }
        // What a call lacks is said once; its order is only looked at when its words are right.
        if group.sound && problems.len() == before {
            if let Some(Act::Calls(calls)) = acts.last() {
                for call in calls {
                    order::check(call, &server, &stacks, problems);
                }
            }
        }
    }
    if acts.is_empty() && item.complete {
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

fn build_together(item: &Item, server: &Server, stacks: &[String], problems: &mut Vec<Problem>) -> Vec<Call> {
    let calls: Vec<Call> = item.children("call").map(|call| build_call(call, server, stacks, problems)).collect();
    if calls.len() < 2 && item.complete {
        let problem =
            Problem::new(Fault::EmptyCall, "`together` needs two calls or more", item.span, "fewer than two in here");
        problems.push(problem.help("a single call needs no `together`"));
    }
    for (index, call) in calls.iter().enumerate() {
        let Some(first) = calls[..index].iter().find(|other| other.to == call.to && !call.to.is_empty()) else {
            continue;
        };
        let message = format!("two calls at the same time on the line of {}", call.to);
        let problem = Problem::new(Fault::LineTaken, message, call.span, "and this one").also(first.span, "this call");
        problems.push(problem.help("a line takes one call at a time: call another port, or one after the other"));
    }
    calls
}

fn build_server(item: &Item, problems: &mut Vec<Problem>) -> Server {
    let mut ports: Vec<Port> = Vec::new();
    for port in item.children("port") {
        let port = build_port(port, problems);
        if let Some(first) = ports.iter().find(|other| other.device == port.device && !port.device.is_empty()) {
            let message = format!("there are two ports `{}`", port.device);
            problems.push(Problem::new(Fault::SamePort, message, port.span, "and again").also(first.span, "here"));
        }
        ports.push(port);
    }
    if ports.is_empty() && item.complete {
        let problem = Problem::new(Fault::MissingWord, "the server has no port", item.span, "no `port` in here");
        problems.push(problem.help("a serial port that takes calls: port \"ttyS0\""));
    }
    Server {
        ports,
        ppp: item.child("ppp").map(|ppp| build_ppp(ppp, problems)).unwrap_or_default(),
        accounts: item.children("account").map(build_account).collect(),
        caller_id: item.child("caller-id").map(|rules| rules.items.iter().map(build_rule).collect()),
        lan: item.child("lan").and_then(|lan| build_lan(lan, problems)),
        ..Server::default()
    }
}

fn build_port(item: &Item, problems: &mut Vec<Problem>) -> Port {
    let direct = item.text("type").as_deref() == Some("direct");
    if let (true, Some(span)) = (direct, item.property_span("answer-after")) {
        let problem = Problem::new(Fault::Contradiction, "a direct port does not ring", span, "rings to count");
        let problem = match item.property_span("type") {
            Some(span) => problem.also(span, "no modem"),
            None => problem,
        };
        problems.push(problem.help("leave answer-after= out"));
    }
    Port {
        device: item.argument_text(0),
        span: item.span,
        direct,
        speed: item.number("speed"),
        answer_after: item.number("answer-after").unwrap_or(1),
        mode: if item.text("mode").as_deref() == Some("data-or-fax") { Mode::DataOrFax } else { Mode::Data },
        ppp: item.child("ppp").map(|ppp| build_ppp(ppp, problems)),
        line: item.child("line").map(|line| build_line(line, problems)).unwrap_or_default(),
        ..Port::new("")
    }
}

fn build_line(item: &Item, problems: &mut Vec<Problem>) -> Line {
    let usual = Line::default();
    let named = item.text("cadence").and_then(|name| NATIONAL.iter().find(|(known, _)| *known == name));
    let named = named.map(|(_, periods)| {
        let millis = |(on, off): &(u64, u64)| (Duration::from_millis(*on), Duration::from_millis(*off));
        periods.iter().map(millis).collect()
    });
    let stated = item.child("cadence").map(|cadence| {
        if let Some(span) = item.property_span("cadence") {
            let problem = Problem::new(Fault::Contradiction, "the cadence is given twice", cadence.span, "as times");
            problems.push(problem.also(span, "by name").help("one of them is enough"));
        }
        if cadence.arguments.len() % 2 != 0 {
            let message = "a cadence is pairs of times: on, off, on, off";
            let problem = Problem::new(Fault::MissingArgument, message, cadence.span, "the last pause is missing");
            problems.push(problem.help("like this: cadence \"400ms\" \"200ms\" \"400ms\" \"2s\""));
        }
        let time =
            |(value, _): &(Option<Value>, Span)| if let Some(Value::Time(time)) = value { Some(*time) } else { None };
        let times: Vec<Duration> = cadence.arguments.iter().filter_map(time).collect();
        times.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))).collect()
    });
    Line {
        rate: item.number("rate").unwrap_or(usual.rate),
        delay: item.time("delay").unwrap_or(usual.delay),
        training: item.time("training").unwrap_or(usual.training),
        cadence: stated.or(named).unwrap_or(usual.cadence),
        error_control: false,
    }
}

fn build_ppp(item: &Item, problems: &mut Vec<Problem>) -> Ppp {
    let (mut local, mut remote) = (None, None);
    if let Some(addresses) = item.child("addresses") {
        (local, remote) = (addresses.address("local"), addresses.address("remote"));
        if local.or(remote).is_none() && addresses.sound {
            let message = "`addresses` needs `local`, `remote` or both";
            let problem = Problem::new(Fault::MissingProperty, message, addresses.span, "neither here");
            problems.push(problem.help("like this: addresses local=\"192.168.32.1\" remote=\"192.168.32.105\""));
        }
    }
    let auth = item.child("require-auth").and_then(|auth| match auth.argument_text(0).as_str() {
        "pap" => Some(Auth::Pap),
        "always" => Some(Auth::Always),
        "never" => Some(Auth::Never),
        _ => None,
    });
    let control_lines = item.child("control-lines").and_then(|lines| match lines.argument_text(0).as_str() {
        "local" => Some(ControlLines::Local),
        "modem" => Some(ControlLines::Modem),
        _ => None,
    });
    Ppp {
        local,
        remote,
        unix_auth: false,
        netmask: item.child("netmask").and_then(|netmask| netmask.addresses().first().copied()),
        auth,
        idle: item.child("idle").and_then(|idle| match idle.argument(0) {
            Some(Value::Time(time)) => Some(*time),
            _ => None,
        }),
        dns: item.child("dns").map(Item::addresses).unwrap_or_default(),
        proxy_arp: item.child("proxy-arp").is_some(),
        lock: item.child("lock").is_some(),
        control_lines,
        ipv6: item.child("ipv6").and_then(|ipv6| match ipv6.argument(0) {
            Some(Value::Flag(flag)) => Some(*flag),
            _ => None,
        }),
        extra: item.children("option").flat_map(Item::texts).collect(),
    }
}

fn build_account(item: &Item) -> Account {
    Account {
        file: AccountsFile::Pap,
        user: item.argument_text(0),
        password: item.text("password").unwrap_or_default(),
        server: item.text("server").unwrap_or_else(|| "*".to_owned()),
        addresses: item.child("address").map_or_else(|| vec!["*".to_owned()], Item::texts),
    }
}

fn build_rule(item: &Item) -> CallerIdRule {
    CallerIdRule { allow: item.word.name == "allow", number: item.argument_text(0) }
}

fn build_lan(item: &Item, problems: &mut Vec<Problem>) -> Option<Lan> {
    let (Some(Value::Network(server, prefix)), Some(host)) =
        (item.properties.get("server").map(|(value, _)| value), item.address("host"))
    else {
        return None;
    };
    let hosts = u32::MAX.checked_shr((*prefix).into()).unwrap_or(0);
    let (own, other) = (server.to_bits(), host.to_bits());
    let span = |name| item.property_span(name).unwrap_or(item.span);
    let wrong = |text: String, name, label: &str| Problem::new(Fault::BadAddress, text, span(name), label);
    let unusable = |address: u32| matches!(address & hosts, 0) || address & hosts == hosts;
    if own & !hosts != other & !hosts {
        let network = Ipv4Addr::from_bits(own & !hosts);
        let problem = wrong(format!("{host} is not in the network {network}/{prefix}"), "host", "another network");
        problems.push(problem.also(span("server"), "the server's network"));
    } else if own == other {
        problems.push(wrong(format!("{host} is the server itself"), "host", "the same address"));
    }
    for (name, address) in [("server", own), ("host", other)] {
        if unusable(address) {
            let text = format!("{} is no host in a /{prefix} network", Ipv4Addr::from_bits(address));
            problems.push(wrong(text, name, "the network itself or its broadcast address"));
        }
    }
    Some(Lan { server: *server, host, prefix: *prefix, forwarding: true, names: Vec::new() })
}

/// The port a call goes to; empty if it is not clear.
pub(super) fn called_port(item: &Item, server: &Server, problems: &mut Vec<Problem>) -> String {
    let devices: Vec<&str> = server.ports.iter().map(|port| port.device.as_str()).collect();
    // A port whose name was wrong may be the one that is meant.
    if devices.is_empty() || devices.contains(&"") {
        return String::new();
    }
    let list = devices.iter().map(|device| format!("\"{device}\"")).collect::<Vec<_>>().join(", ");
    match (item.text("to"), devices.as_slice()) {
        (Some(to), _) if devices.contains(&to.as_str()) => to,
        (Some(to), _) => {
            let span = item.property_span("to").unwrap_or(item.span);
            let problem =
                Problem::new(Fault::UnknownPort, format!("the server has no port `{to}`"), span, "no such port");
            problems.push(match nearest(&to, devices.iter().copied()) {
                Some(device) => problem.help(format!("did you mean \"{device}\"?")),
                None => problem.help(format!("it has {list}")),
            });
            String::new()
        }
        (None, [only]) => (*only).to_owned(),
        (None, _) => {
            let message = "the server has several ports, and the call says to none";
            let problem = Problem::new(Fault::UnknownPort, message, item.span, "no to= here");
            problems.push(problem.help(format!("to= one of {list}")));
            String::new()
        }
    }
}
