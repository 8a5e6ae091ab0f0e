//! Packet scripts: the steps of a `packets` block, and what stands in their blocks.
//!
//! What is sent is in `sent`, what is expected in `expected`, how a case can fail in `faulty`.

mod expected;
pub(crate) mod faulty;
mod sent;

use offhook_scenario::{Packets, PppClient};
use offhook_schema::Problem;
use offhook_script::template::Template;
use offhook_script::{Expect, Negotiate, Step, names};

use self::expected::build_pattern;
use self::sent::{build_parts, build_template};
use crate::fault;
use crate::vocabulary::{Item, PacketWord};
use crate::words::choices::PROOFS;
use offhook_base::Span;

/// The most steps that a script has, its loops written out.
const LONGEST: usize = 50_000;

/// Makes the script of a `packets`, whose rest is spoken by `client`.
pub(super) fn build_packets(item: &Item, client: PppClient, problems: &mut Vec<Problem>) -> Packets {
    let mut packets = Packets { client, steps: Vec::new(), spans: Vec::new() };
    add_steps(item, &mut packets, problems);
    if packets.steps.is_empty() && item.complete {
        let problem = Problem::new(fault::BAD_PACKET, "this script is empty", item.span, "has no steps in its block");
        problems.push(problem.help("for example: take \"lcp\"; expect \"lcp\" \"configure-request\""));
    }
    if packets.steps.len() > LONGEST {
        let message = format!("this script has more than {LONGEST} steps, its loops written out");
        problems.push(Problem::new(fault::BAD_PACKET, message, item.span, "too long"));
        packets.steps.truncate(LONGEST);
    }
    packets
}

fn add_steps(item: &Item, packets: &mut Packets, problems: &mut Vec<Problem>) {
    for word in &item.items {
        let Some(role) = word.word.role.packet else { continue };
        if role == PacketWord::Repeat {
            let first = packets.steps.len();
            add_steps(word, packets, problems);
            let (steps, spans): (Vec<Step>, Vec<Span>) =
                (packets.steps[first..].to_vec(), packets.spans[first..].to_vec());
            for _ in 1..word.argument_number(0).unwrap_or(1) {
                if packets.steps.len() <= LONGEST {
                    packets.steps.extend(steps.iter().cloned());
                    packets.spans.extend(&spans);
                }
            }
            continue;
        }
        if let Some(step) = build_step(word, role, problems) {
            packets.steps.push(step);
            packets.spans.push(word.span);
        }
    }
}

/// One step; `None`: it is not one by itself, or what is wrong with it has been told.
fn build_step(item: &Item, role: PacketWord, problems: &mut Vec<Problem>) -> Option<Step> {
    let within = || item.time("within").unwrap_or_default();
    Some(match role {
        PacketWord::Take => Step::Take(protocols(item)),
        PacketWord::Give => Step::Give(protocols(item)),
        PacketWord::Send => Step::Send(Box::new(build_template(item, problems)?)),
        PacketWord::First => Step::SendFirst(choices(item, problems)),
        PacketWord::SendOctets => Step::SendOctets(sent::octets(item)),
        PacketWord::Expect => Step::Expect(Box::new(Expect {
            pattern: build_pattern(item, item, problems)?,
            among: item.flag("among").unwrap_or_default(),
            times: item.number("times").unwrap_or(1),
            after: item.time("after").unwrap_or_default(),
            within: within(),
            name: item.text("as"),
        })),
        PacketWord::ExpectNothing => {
            Step::ExpectNothing { time: item.time("for").unwrap_or_default(), proof: PROOFS.required(item, "by") }
        }
        PacketWord::Ignore => Step::Ignore(Box::new(expected::kind_of(item, problems)?)),
        PacketWord::Forget => Step::Forget,
        PacketWord::Wait => Step::Wait(item.argument_time(0).unwrap_or_default()),
        PacketWord::Negotiate => {
            let protocol = *protocols(item).first()?;
            Step::Negotiate(Box::new(Negotiate {
                protocol,
                options: build_parts(item, protocol, true, problems),
                reject: rejected(item, protocol, problems),
                within: within(),
            }))
        }
        PacketWord::ExpectUp => Step::ExpectUp { within: within() },
        PacketWord::ExpectClosed => {
            Step::ExpectClosed { after: item.time("after").unwrap_or_default(), within: within() }
        }
        PacketWord::MayClose => Step::MayClose,
        PacketWord::LoopBack => Step::LoopBack(item.argument_flag(0).unwrap_or_default()),
        PacketWord::Repeat => return None,
    })
}

/// The packets that there are to choose from.
fn choices(item: &Item, problems: &mut Vec<Problem>) -> Vec<Template> {
    let mut templates = Vec::new();
    for word in &item.items {
        match word.word.role.packet {
            Some(PacketWord::Send) => templates.extend(build_template(word, problems)),
            Some(_) => {
                let problem =
                    Problem::new(fault::BAD_PACKET, "only packets can be chosen from", word.span, "is not `send`");
                problems.push(problem.help("for example: first { send \"lcp\" \"terminate-ack\" id=1; }"));
            }
            None => {}
        }
    }
    if templates.is_empty() && problems.is_empty() && item.complete {
        let problem =
            Problem::new(fault::BAD_PACKET, "there is no packet to choose", item.span, "has no `send` in its block");
        problems.push(problem.help("for example: first { send \"lcp\" \"terminate-ack\" id=1; }"));
    }
    templates
}

/// The protocols that a step names.
fn protocols(item: &Item) -> Vec<u16> {
    item.texts().iter().filter_map(|text| names::protocol(text)).collect()
}

/// The protocol of a packet, and its codes.
fn protocol_and_codes(item: &Item, problems: &mut Vec<Problem>) -> Option<(u16, Vec<u8>)> {
    let protocol = names::protocol(&item.argument_text(0))?;
    let mut codes = Vec::new();
    for (index, text) in item.texts().iter().enumerate().skip(1) {
        match names::code(protocol, text) {
            Some(code) => codes.push(code),
            None => {
                let message = format!("{} has no code `{text}`", names::protocol_name(protocol));
                let known = names::codes(protocol).concat();
                let known: Vec<&str> = known.iter().map(|(_, name)| *name).collect();
                let help = help(text, &known);
                let problem = Problem::new(fault::BAD_PACKET, message, item.argument_span(index), "unknown code");
                problems.push(problem.help(help));
            }
        }
    }
    Some((protocol, codes))
}

fn help(text: &str, known: &[&str]) -> String {
    match (offhook_schema::nearest(text, known.iter().copied()), known.is_empty()) {
        (Some(near), _) => format!("did you mean \"{near}\"?"),
        (None, true) => "use a number in quotes: \"9\"".to_owned(),
        (None, false) => format!(
            "use {}; or a number in quotes: \"9\"",
            offhook_schema::one_of(&offhook_schema::quoted(known.iter().copied()))
        ),
    }
}

/// The kinds of options that a negotiation rejects.
fn rejected(item: &Item, protocol: u16, problems: &mut Vec<Problem>) -> Vec<u8> {
    let mut kinds = Vec::new();
    for name in item.text("reject").unwrap_or_default().split_whitespace() {
        match names::option(protocol, name) {
            Some(option) => kinds.push(option.kind),
            None => {
                let at = item.property_span("reject").unwrap_or(item.span);
                problems.push(unknown_option(protocol, name, at));
            }
        }
    }
    kinds
}

fn unknown_option(protocol: u16, name: &str, at: Span) -> Problem {
    let message = format!("{} has no option `{name}`", names::protocol_name(protocol));
    let known: Vec<&str> = names::options(protocol).iter().map(|option| option.name).collect();
    Problem::new(fault::BAD_PACKET, message, at, "unknown option").help(help(name, &known))
}
