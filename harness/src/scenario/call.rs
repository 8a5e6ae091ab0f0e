//! Calls and their verbs: [`Item`]s to [`Call`], [`Step`] and [`Verb`], and deviations by stack.

use std::time::Duration;

use super::build::called_port;
use super::problem::{Fault, Problem};
use super::shape::Item;
use super::value::Value;
use super::vocabulary::one_of;
use super::{AuthResult, Call, Deviation, Party, Phase, PppClient, Reason, Server, Since, Span, Step, Verb};

/// Makes a call; `stacks` are those the scenario runs on.
pub(super) fn build_call(item: &Item, server: &Server, stacks: &[String], problems: &mut Vec<Problem>) -> Call {
    let to = called_port(item, server, problems);
    if item.items.is_empty() && item.complete {
        let problem =
            Problem::new(Fault::EmptyCall, "nothing happens in this call", item.span, "no verbs in its block");
        problems.push(problem.help("say what the caller does and what is expected: expect-answer rings=2"));
    }
    let direct = server.ports.iter().find(|port| port.device == to && port.direct);
    for (name, port) in [("from", direct), ("name", direct)] {
        if let (Some(span), Some(port)) = (item.property_span(name), port) {
            let message = "no caller ID comes over a direct port";
            let problem = Problem::new(Fault::Contradiction, message, span, "delivered by a modem");
            problems.push(problem.also(port.span, "no modem here"));
        }
    }
    Call {
        span: item.span,
        from: item.text("from"),
        name: item.text("name"),
        to,
        after: item.time("after").unwrap_or_default(),
        ready: true,
        steps: item.items.iter().map(|step| build_step(step, stacks, problems)).collect(),
    }
}

fn build_step(item: &Item, stacks: &[String], problems: &mut Vec<Problem>) -> Step {
    let verb = build_verb(item, item.span, problems);
    let mut deviations: Vec<(Deviation, Span)> = Vec::new();
    for on in item.children("on") {
        let Some(Value::Text(stack)) = on.argument(0) else { continue };
        let at = on.argument_span(0);
        if !stacks.contains(stack) {
            let message = format!("the scenario does not run on \"{stack}\"");
            let problem = Problem::new(Fault::BadDeviation, message, at, "not one of its stacks");
            let names: Vec<_> = stacks.iter().map(|stack| format!("\"{stack}\"")).collect();
            problems.push(problem.help(format!("it runs on {}", super::vocabulary::listed(&names, "and"))));
        }
        if let Some((_, first)) = deviations.iter().find(|(other, _)| other.stack == *stack) {
            let message = format!("two deviations on \"{stack}\"");
            problems.push(Problem::new(Fault::BadDeviation, message, at, "and again").also(*first, "here"));
        }
        let before = problems.len();
        let deviant = build_verb(&merged(item, on), on.span, problems);
        // Nothing replaced, or replaced by the same.
        if problems.len() == before && deviant == verb && item.sound {
            let message = format!("this is no deviation: `{}` is the same on \"{stack}\"", verb.word());
            let problem = Problem::new(Fault::BadDeviation, message, on.span, "says nothing else");
            problems.push(problem.also(item.span, "than this").help("give the property that differs, or leave it out"));
        }
        let reason = on.text("reason").unwrap_or_default();
        deviations.push((Deviation { stack: stack.clone(), reason, verb: deviant }, at));
    }
    Step {
        span: item.span,
        verb,
        deviations: deviations.into_iter().map(|(deviation, _)| deviation).collect(),
        known_failures: Vec::new(),
    }
}

/// The verb with what `on` replaces.
fn merged(item: &Item, on: &Item) -> Item {
    let mut merged = Item { items: Vec::new(), ..item.clone() };
    for (name, value) in on.properties.iter().filter(|(name, _)| **name != "reason") {
        merged.properties.insert(name, value.clone());
    }
    if let Some(arguments) = on.arguments.get(1..).filter(|arguments| !arguments.is_empty()) {
        merged.arguments = arguments.to_vec();
    }
    merged
}

fn build_verb(item: &Item, at: Span, problems: &mut Vec<Problem>) -> Verb {
    let number = |default| match item.argument(0) {
        Some(Value::Number(number)) => *number,
        _ => default,
    };
    match item.word.name {
        "ring" => Verb::Ring { count: number(12) },
        "expect-answer" => Verb::ExpectAnswer { rings: item.number("rings") },
        "expect-no-answer" => Verb::ExpectNoAnswer,
        "expect-connect" => Verb::ExpectConnect { rate: item.number("rate") },
        "ppp" => Verb::Ppp(build_client(item, problems)),
        "expect-auth" => {
            let result = match item.argument_text(0).as_str() {
                "refused" => AuthResult::Refused,
                "not-asked" => AuthResult::NotAsked,
                _ => AuthResult::Accepted,
            };
            if let (AuthResult::NotAsked, Some(span)) = (result, item.property_span("message")) {
                let message = "if the server asks for no authentication there is no message";
                problems.push(Problem::new(Fault::Contradiction, message, span, "whose message?"));
            }
            Verb::ExpectAuth { result, message: item.text("message"), protocol: None }
        }
        "expect-address" => {
            let (local, peer) = (item.address("local"), item.address("peer"));
            if local.or(peer).is_none() && item.properties.is_empty() && item.sound {
                let message = "`expect-address` needs `local`, `peer` or both";
                let problem = Problem::new(Fault::MissingProperty, message, at, "neither here");
                problems.push(problem.help("like this: expect-address local=\"192.168.32.105\" peer=\"192.168.32.1\""));
            }
            Verb::ExpectAddress { local, peer }
        }
        "expect-dns" => Verb::ExpectDns { servers: item.addresses() },
        "ping" => Verb::Ping {
            to: item.addresses().first().copied().unwrap_or(std::net::Ipv4Addr::UNSPECIFIED),
            count: item.number("count").unwrap_or(1),
            every: item.time("every").unwrap_or(Duration::from_secs(1)),
            from: super::Host::Caller,
            answered: true,
        },
        "wait" => Verb::Wait { time: if let Some(Value::Time(time)) = item.argument(0) { Some(*time) } else { None } },
        "expect-hangup" => build_hangup(item, problems),
        "expect-log" => Verb::ExpectLog { program: item.argument_text(0), text: item.argument_text(1) },
        "drop-carrier" => Verb::DropCarrier,
        _ => Verb::HangUp,
    }
}

fn build_client(item: &Item, problems: &mut Vec<Problem>) -> PppClient {
    for (have, lack) in [("user", "password"), ("password", "user")] {
        if let (Some(span), None, true) = (item.property_span(have), item.property_span(lack), item.sound) {
            let message = format!("PAP needs a user name and a password, and there is no {lack}");
            let problem = Problem::new(Fault::HalfLogin, message, span, format!("and no {lack}="));
            problems.push(problem.help("give both; with neither, the caller offers no authentication"));
        }
    }
    PppClient {
        user: item.text("user"),
        password: item.text("password"),
        address: item.address("address"),
        ask_dns: item.flag("ask-dns").unwrap_or(true),
        ipv6: item.flag("ipv6").unwrap_or(false),
        until: item.text("until").and_then(|until| match until.as_str() {
            "establish" => Some(Phase::Establish),
            "authenticate" => Some(Phase::Authenticate),
            "network" => Some(Phase::Network),
            _ => None,
        }),
        ..PppClient::default()
    }
}

fn build_hangup(item: &Item, problems: &mut Vec<Problem>) -> Verb {
    if !item.properties.contains_key("after") {
        for name in ["of", "within"] {
            if let Some(span) = item.property_span(name) {
                let message = format!("`{name}` means nothing without `after`");
                let problem = Problem::new(Fault::Contradiction, message, span, "of what duration?");
                problems.push(problem.help("say after how long: after=\"5m\""));
            }
        }
    }
    let by = item.text("by").map(|by| if by == "caller" { Party::Caller } else { Party::Server });
    let reason = item.text("reason").and_then(|reason| match reason.as_str() {
        "idle" => Some(Reason::Idle),
        "authentication" => Some(Reason::Authentication),
        "connect-time" => Some(Reason::ConnectTime),
        "no-echo" => Some(Reason::NoEcho),
        "carrier" => Some(Reason::Carrier),
        "other" => Some(Reason::Other),
        _ => None,
    });
    let servers = [Reason::Idle, Reason::Authentication, Reason::ConnectTime, Reason::NoEcho];
    if let (Some(Party::Caller), Some(reason)) = (by, reason)
        && servers.contains(&reason)
        && let (Some(by), Some(reason)) = (item.property_span("by"), item.property_span("reason"))
    {
        let message = "only a server hangs up for this reason";
        let problem = Problem::new(Fault::Contradiction, message, by, "not the caller").also(reason, "for this");
        problems.push(problem.help(format!("by=\"server\", or reason={}", one_of(&["\"other\"", "\"carrier\""]))));
    }
    let of = item.text("of").map_or(Since::LastStep, |of| match of.as_str() {
        "last-data" => Since::LastData,
        "up" => Since::Up,
        "connect" => Since::Connect,
        "answer" => Since::Answer,
        _ => Since::LastStep,
    });
    Verb::ExpectHangup {
        after: item.time("after"),
        of,
        within: item.time("within").unwrap_or(Duration::from_secs(1)),
        by,
        reason,
    }
}
