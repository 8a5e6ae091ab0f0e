//! Verbs: [`Item`]s to [`Verb`], and what cannot be said of one verb at once.

use std::net::{IpAddr, Ipv4Addr};

use super::super::build::{Scene, build_change};
use super::client::{build_client, short_number};
use super::packets::build_transfer;
use super::script::build_packets;
use crate::fault;
use crate::vocabulary::{Item, Verb as VerbWord};
use crate::words::choices::{
    AUTH_RESULTS, COMPRESSED, ENDS, HOSTS, LOGINS, OWNERS, PARTIES, PROTOCOLS, REASONS, SINCE, STATES,
};
use offhook_base::Span;
use offhook_scenario::{AuthResult, Direction, Reason, Verb};
use offhook_schema::Problem;
use offhook_schema::Value;
use offhook_telephony::trace::End;

/// Makes a verb; `at` is where it stands, or the `on` that replaces part of it.
pub(super) fn build_verb(
    item: &Item,
    verb: VerbWord,
    at: Span,
    scene: &mut Scene<'_>,
    problems: &mut Vec<Problem>,
) -> Verb {
    // What is missing was wrong, and has been told: no verb made of it leaves the reader.
    let number = || item.argument_number(0).unwrap_or_default();
    let address = || item.addresses().first().copied().unwrap_or(Ipv4Addr::UNSPECIFIED);
    let time = || item.argument_time(0).unwrap_or_default();
    let within = || item.time("within").unwrap_or_default();
    let (first, second) = (|| item.argument_text(0), || item.argument_text(1));
    match verb {
        VerbWord::Ring => Verb::Ring { count: number() },
        VerbWord::ExpectRing => Verb::ExpectRing { count: number() },
        VerbWord::ExpectBusy => Verb::ExpectBusy,
        VerbWord::ExpectAnswer => Verb::ExpectAnswer { rings: item.number("rings") },
        VerbWord::ExpectNoAnswer => Verb::ExpectNoAnswer,
        VerbWord::ExpectConnect => Verb::ExpectConnect { rate: item.number("rate") },
        VerbWord::Ppp => Verb::Ppp(build_client(item, scene, problems)),
        VerbWord::Packets => Verb::Packets(build_packets(item, build_client(item, scene, problems), problems)),
        VerbWord::ExpectAuth => build_auth(item, problems),
        VerbWord::ExpectUp => Verb::ExpectUp,
        VerbWord::ExpectAddress => {
            let (local, peer) = (item.address("local"), item.address("peer"));
            if local.or(peer).is_none() && item.properties.is_empty() && item.sound {
                let message = "`expect-address` needs `local=`, `peer=` or both";
                let problem = Problem::new(fault::MISSING_PROPERTY, message, at, "has neither");
                problems
                    .push(problem.help("for example: expect-address local=\"192.168.32.105\" peer=\"192.168.32.1\""));
            }
            Verb::ExpectAddress { local, peer }
        }
        VerbWord::ExpectDns => Verb::ExpectDns { servers: item.addresses() },
        VerbWord::ExpectWins => Verb::ExpectWins { servers: item.addresses() },
        VerbWord::ExpectCompression => {
            Verb::ExpectCompression { compressed: COMPRESSED.argument(item, 0), from: PARTIES.property(item, "from") }
        }
        VerbWord::Ping => Verb::Ping {
            // Read once already.
            to: first().parse().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
            count: item.number("count").unwrap_or_default(),
            every: item.time("every").unwrap_or_default(),
            size: short_number(item, "size"),
            from: HOSTS.required(item, "from"),
            answered: item.flag("answered").unwrap_or_default(),
        },
        VerbWord::Resolve => Verb::Resolve { name: first(), address: item.address("address") },
        VerbWord::Fetch => build_transfer(item, at, Direction::Fetch, problems),
        VerbWord::Upload => build_transfer(item, at, Direction::Upload, problems),
        VerbWord::ExpectArp => Verb::ExpectArp { address: address(), of: OWNERS.required(item, "of") },
        VerbWord::Login => Verb::Login { user: item.text("user").unwrap_or_default(), password: item.text("password") },
        VerbWord::ExpectLogin => Verb::ExpectLogin { accepted: LOGINS.argument(item, 0) },
        VerbWord::Type => Verb::Type { text: first(), enter: item.flag("enter").unwrap_or_default() },
        VerbWord::ExpectText => Verb::ExpectText { text: needed(item, problems), within: within() },
        VerbWord::ExpectNoText => Verb::ExpectNoText { text: needed(item, problems) },
        VerbWord::Send => Verb::Send {
            octets: if let Some(Value::Octets(octets)) = item.argument(0) { octets.clone() } else { Vec::new() },
        },
        VerbWord::ModemSays => Verb::ModemSays { text: needed(item, problems) },
        VerbWord::ModemDies => Verb::ModemDies,
        VerbWord::ModemOff => Verb::ModemOff,
        VerbWord::ModemOn => Verb::ModemOn,
        VerbWord::HoldOff => Verb::HoldOff { time: item.argument_time(0) },
        VerbWord::Deafen => Verb::Deafen { end: ENDS.argument(item, 0), time: item.argument_time(1) },
        VerbWord::FallSilent => Verb::FallSilent,
        VerbWord::Change => Verb::Change(build_change(item, scene.base, &scene.ports, &mut scene.known, problems)),
        VerbWord::Wait => Verb::Wait { time: item.argument_time(0) },
        VerbWord::ExpectHangup => build_hangup(item, problems),
        VerbWord::ExpectLog => Verb::ExpectLog { program: first(), text: second(), of: PARTIES.required(item, "of") },
        VerbWord::ExpectNoLog => {
            Verb::ExpectNoLog { program: first(), text: second(), of: PARTIES.required(item, "of") }
        }
        VerbWord::DropCarrier => Verb::DropCarrier,
        VerbWord::Flicker => Verb::Flicker { time: time() },
        VerbWord::Retrain => Verb::Retrain { time: time() },
        VerbWord::Renegotiate => Verb::Renegotiate { rate: item.number("rate").unwrap_or_default() },
        VerbWord::ExpectModem => Verb::ExpectModem { text: needed(item, problems), within: within() },
        VerbWord::ExpectCircuit => build_circuit(item, number(), problems),
        VerbWord::HangUp => Verb::HangUp,
    }
}

/// The circuits that a serial port and its modem have between them.
const CIRCUITS: [u16; 6] = [105, 106, 107, 108, 109, 125];

fn build_circuit(item: &Item, number: u32, problems: &mut Vec<Problem>) -> Verb {
    let circuit = CIRCUITS.into_iter().find(|known| u32::from(*known) == number);
    if circuit.is_none() && item.argument(0).is_some() {
        let message = format!("there is no circuit {number} between a port and its modem");
        let problem = Problem::new(fault::OUT_OF_RANGE, message, item.argument_span(0), "unknown circuit");
        problems.push(problem.help("use 105 (RTS), 106 (CTS), 107 (DSR), 108 (DTR), 109 (DCD) or 125 (RI)"));
    }
    Verb::ExpectCircuit {
        circuit: circuit.unwrap_or_default(),
        on: STATES.argument(item, 1),
        within: item.time("within").unwrap_or_default(),
    }
}

/// The text of a verb that says nothing without one: every text contains the empty one.
fn needed(item: &Item, problems: &mut Vec<Problem>) -> String {
    let text = item.argument_text(0);
    if text.is_empty() && item.sound {
        let message = format!("the text of `{}` is empty", item.word.name);
        problems.push(Problem::new(fault::BAD_TEXT, message, item.argument_span(0), "empty"));
    }
    text
}

fn build_auth(item: &Item, problems: &mut Vec<Problem>) -> Verb {
    let result = AUTH_RESULTS.argument(item, 0);
    for (name, message, label) in [
        ("message", "without authentication there is no message", "has no effect"),
        ("protocol", "without authentication there is no protocol", "has no effect"),
    ] {
        if let (AuthResult::NotAsked, Some(span)) = (result, item.property_span(name)) {
            problems.push(Problem::new(fault::CONTRADICTION, message, span, label));
        }
    }
    Verb::ExpectAuth { result, message: item.text("message"), protocol: PROTOCOLS.property(item, "protocol") }
}

fn build_hangup(item: &Item, problems: &mut Vec<Problem>) -> Verb {
    if !item.properties.contains_key("after") {
        for name in ["of", "within"] {
            if let Some(span) = item.property_span(name) {
                let message = format!("`{name}` needs `after=`");
                let problem = Problem::new(fault::CONTRADICTION, message, span, "has no effect");
                problems.push(problem.help("add after how long: after=\"5m\""));
            }
        }
    }
    let by = PARTIES.property(item, "by");
    let reason = REASONS.property(item, "reason");
    let servers = [Reason::Idle, Reason::Authentication, Reason::ConnectTime];
    if let (Some(End::Server), Some(Reason::Quality)) = (by, reason)
        && let (Some(by), Some(reason)) = (item.property_span("by"), item.property_span("reason"))
    {
        let message = "only the caller hangs up for this reason";
        let problem = Problem::new(fault::CONTRADICTION, message, by, "not the server").also(reason, "this reason");
        problems.push(problem.help("write by=\"caller\""));
    }
    if let (Some(End::Caller), Some(reason)) = (by, reason)
        && servers.contains(&reason)
        && let (Some(by), Some(reason)) = (item.property_span("by"), item.property_span("reason"))
    {
        let message = "only the server hangs up for this reason";
        let problem = Problem::new(fault::CONTRADICTION, message, by, "not the caller").also(reason, "this reason");
        problems.push(problem.help("write by=\"server\", or reason=\"other\" or \"carrier\""));
    }
    Verb::ExpectHangup {
        after: item.time("after"),
        of: SINCE.required(item, "of"),
        within: item.time("within").unwrap_or_default(),
        by,
        reason,
    }
}
