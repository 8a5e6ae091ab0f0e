//! Verbs: [`Item`]s to [`Verb`], and what cannot be said of one verb at once.

use std::net::Ipv4Addr;
use std::time::Duration;

use super::super::build::{Scene, build_change};
use super::super::problem::{Fault, Problem};
use super::super::shape::Item;
use super::super::value::Value;
use super::super::{ArpOwner, AuthProtocol, AuthResult, Direction, Host, Party, Reason, Since, Span, Verb};
use super::client::build_client;
use super::packets::build_transfer;

/// Makes a verb; `at` is where it stands, or the `on` that replaces part of it.
pub(super) fn build_verb(item: &Item, at: Span, scene: &mut Scene<'_>, problems: &mut Vec<Problem>) -> Verb {
    let number = |default| match item.argument(0) {
        Some(Value::Number(number)) => *number,
        _ => default,
    };
    let address = || item.addresses().first().copied().unwrap_or(Ipv4Addr::UNSPECIFIED);
    let time = || if let Some(Value::Time(time)) = item.argument(0) { *time } else { Duration::ZERO };
    let (first, second) = (|| item.argument_text(0), || item.argument_text(1));
    match item.word.name {
        "ring" => Verb::Ring { count: number(12) },
        "expect-ring" => Verb::ExpectRing { count: number(1) },
        "expect-busy" => Verb::ExpectBusy,
        "expect-answer" => Verb::ExpectAnswer { rings: item.number("rings") },
        "expect-no-answer" => Verb::ExpectNoAnswer,
        "expect-connect" => Verb::ExpectConnect { rate: item.number("rate") },
        "ppp" => Verb::Ppp(build_client(item, problems)),
        "expect-auth" => build_auth(item, problems),
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
            to: address(),
            count: item.number("count").unwrap_or(1),
            every: item.time("every").unwrap_or(Duration::from_secs(1)),
            from: if item.text("from").as_deref() == Some("lan") { Host::Lan } else { Host::Caller },
            answered: item.flag("answered").unwrap_or(true),
        },
        "resolve" => Verb::Resolve { name: first(), address: item.address("address") },
        "fetch" => build_transfer(item, at, Direction::Fetch, problems),
        "upload" => build_transfer(item, at, Direction::Upload, problems),
        "expect-arp" => Verb::ExpectArp {
            address: address(),
            of: if item.text("of").as_deref() == Some("nobody") { ArpOwner::Nobody } else { ArpOwner::Server },
        },
        "login" => Verb::Login { user: item.text("user").unwrap_or_default(), password: item.text("password") },
        "expect-login" => Verb::ExpectLogin { accepted: first() != "refused" },
        "type" => Verb::Type { text: first(), enter: item.flag("enter").unwrap_or(true) },
        "expect-text" => Verb::ExpectText {
            text: needed(item, problems),
            within: item.time("within").unwrap_or(Duration::from_secs(60)),
        },
        "expect-no-text" => Verb::ExpectNoText { text: needed(item, problems) },
        "send" => Verb::Send {
            octets: if let Some(Value::Octets(octets)) = item.argument(0) { octets.clone() } else { Vec::new() },
        },
        "modem-says" => Verb::ModemSays { text: needed(item, problems) },
        "modem-dies" => Verb::ModemDies,
        "fall-silent" => Verb::FallSilent,
        "change" => Verb::Change(build_change(item, scene.base, &scene.ports, &mut scene.known, problems)),
        "wait" => Verb::Wait { time: if let Some(Value::Time(time)) = item.argument(0) { Some(*time) } else { None } },
        "expect-hangup" => build_hangup(item, problems),
        "expect-log" => Verb::ExpectLog { program: first(), text: second() },
        "expect-no-log" => Verb::ExpectNoLog { program: first(), text: second() },
        "drop-carrier" => Verb::DropCarrier,
        "flicker" => Verb::Flicker { time: time() },
        "retrain" => Verb::Retrain { time: time() },
        "renegotiate" => Verb::Renegotiate { rate: item.number("rate").unwrap_or_default() },
        "expect-modem" => Verb::ExpectModem {
            text: needed(item, problems),
            within: item.time("within").unwrap_or(Duration::from_secs(60)),
        },
        "expect-circuit" => build_circuit(item, number(0), problems),
        _ => Verb::HangUp,
    }
}

/// The circuits that a serial port and its modem have between them.
const CIRCUITS: [u16; 6] = [105, 106, 107, 108, 109, 125];

fn build_circuit(item: &Item, number: u32, problems: &mut Vec<Problem>) -> Verb {
    let circuit = CIRCUITS.into_iter().find(|known| u32::from(*known) == number);
    if circuit.is_none() && item.argument(0).is_some() {
        let message = format!("a serial port has no circuit {number}");
        let problem = Problem::new(Fault::OutOfRange, message, item.argument_span(0), "no such circuit");
        problems.push(
            problem.help("105 (RTS), 106 (CTS), 107 (DSR), 108 (DTR), 109 (DCD) or 125 (RI), as V.24 numbers them"),
        );
    }
    Verb::ExpectCircuit {
        circuit: circuit.unwrap_or_default(),
        on: item.argument_text(1) != "off",
        within: item.time("within").unwrap_or(Duration::from_secs(1)),
    }
}

/// The text of a verb that says nothing without one: every text contains the empty one.
fn needed(item: &Item, problems: &mut Vec<Problem>) -> String {
    let text = item.argument_text(0);
    if text.is_empty() && item.sound {
        let message = format!("the text of `{}` is empty", item.word.name);
        problems.push(Problem::new(Fault::BadText, message, item.argument_span(0), "empty"));
    }
    text
}

fn build_auth(item: &Item, problems: &mut Vec<Problem>) -> Verb {
    let result = match item.argument_text(0).as_str() {
        "refused" => AuthResult::Refused,
        "not-asked" => AuthResult::NotAsked,
        _ => AuthResult::Accepted,
    };
    for (name, message, label) in [
        ("message", "if the server asks for no authentication there is no message", "whose message?"),
        ("protocol", "if the server asks for no authentication there is no protocol", "asked for by which?"),
    ] {
        if let (AuthResult::NotAsked, Some(span)) = (result, item.property_span(name)) {
            problems.push(Problem::new(Fault::Contradiction, message, span, label));
        }
    }
    let protocol = item.text("protocol").and_then(|protocol| match protocol.as_str() {
        "pap" => Some(AuthProtocol::Pap),
        "chap" => Some(AuthProtocol::Chap),
        _ => None,
    });
    Verb::ExpectAuth { result, message: item.text("message"), protocol }
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
        problems.push(problem.help("by=\"server\", or reason=\"other\" or \"carrier\""));
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
