//! A port: what serves it, and the line and the modem it hangs on.

use std::time::Duration;

use offhook_telephony::exchange::{Deafness, NATIONAL, Quality};
use offhook_telephony::modem::Personality;

use super::options::build_port_ppp;
use crate::fault;
use crate::model;
use crate::sources::Sources;
use crate::vocabulary::Item;
use crate::words::choices::{CALLER_IDS, ENDS, MODES, PROGRAMS, TYPES, WIRINGS};
use offhook_base::Span;
use offhook_scenario::{Line, ModemTraits, Port, Program, Wiring};
use offhook_schema::Problem;

/// A device as it is named, and whether it stands with `/dev/` in front.
pub(super) fn device(written: &str) -> (String, bool) {
    match written.strip_prefix("/dev/") {
        Some(name) => (name.to_owned(), true),
        None => (written.to_owned(), false),
    }
}

pub(in super::super) fn build_port(item: &Item, base: &Sources, problems: &mut Vec<Problem>) -> Port {
    let direct = TYPES.required(item, "type");
    let program = PROGRAMS.required(item, "program");
    let wiring = WIRINGS.required(item, "line");
    let pppd = program == Program::Pppd;
    check_direct(item, direct, problems);
    check_program(item, direct, pppd, problems);
    check_usb(item, direct, wiring, problems);
    let (device, as_path) = device(&item.argument_text(0));
    Port {
        device,
        as_path,
        span: item.span,
        program,
        direct,
        speed: item.number("speed"),
        answer_after: item.number("answer-after").unwrap_or_default(),
        mode: MODES.required(item, "mode"),
        ringback: item.time("ringback"),
        prompt: item.text("prompt"),
        arguments: item.text("arguments"),
        ppp: item.child("ppp").map(|ppp| build_port_ppp(ppp, problems)),
        wiring,
        number: item.text("number"),
        line: item.child("line").map(|line| build_line(line, problems)).unwrap_or_default(),
        modem: item.child("modem").map(|modem| build_modem(modem, base, problems)).unwrap_or_default(),
    }
}

/// A port that says what hangs on it, and nothing of what serves it: why that is said elsewhere, what that makes of it, and what is at
/// `place` that does.
pub(super) fn hanging_port(
    item: &Item,
    base: &Sources,
    place: Span,
    (why, label, there): (&str, &str, &str),
    problems: &mut Vec<Problem>,
) -> Port {
    let hangs = ["type", "line", "number"];
    let said = item.properties.iter().filter(|(name, _)| !hangs.contains(name)).map(|(name, (_, span))| (*name, *span));
    let said: Vec<_> = said.chain(item.child("ppp").map(|ppp| ("ppp", ppp.span))).collect();
    for (name, span) in said {
        let problem = Problem::new(fault::CONTRADICTION, format!("`{name}` {why}"), span, label);
        problems.push(
            problem
                .also(place, there)
                .help("only describe what is attached to the port: `line`, `modem`, type=, line=, number="),
        );
    }
    build_port(item, base, problems)
}

/// Whatever needs a modem contradicts `type="direct"`.
fn check_direct(item: &Item, direct: bool, problems: &mut Vec<Problem>) {
    let Some(kind) = item.property_span("type").filter(|_| direct) else { return };
    let ringing =
        [("answer-after", "rings to count"), ("ringback", "rings to wait for"), ("number", "a telephone number")];
    for (name, label) in ringing {
        if let Some(span) = item.property_span(name) {
            let problem = Problem::new(fault::CONTRADICTION, "a direct port does not ring", span, label);
            problems.push(problem.also(kind, "no modem is attached").help(format!("remove {name}=")));
        }
    }
    if let Some(modem) = item.child("modem") {
        let problem = Problem::new(fault::CONTRADICTION, "a direct port has no modem", modem.span, "a modem");
        problems.push(problem.also(kind, "a cable").help("remove one of them"));
    }
}

/// What is on USB is a modem, and the kernel says what it is called.
fn check_usb(item: &Item, direct: bool, wiring: Wiring, problems: &mut Vec<Problem>) {
    let Some(line) = item.property_span("line").filter(|_| wiring == Wiring::Usb) else { return };
    if let Some(kind) = item.property_span("type").filter(|_| direct) {
        let problem = Problem::new(fault::CONTRADICTION, "a USB port has a modem, not a cable", line, "a modem");
        problems.push(problem.also(kind, "a cable").help("remove one of them"));
    }
    let written = item.argument_text(0);
    let (device, _) = device(&written);
    let number = device.strip_prefix("ttyACM").unwrap_or_default();
    if item.argument(0).is_some() && (number.is_empty() || !number.bytes().all(|octet| octet.is_ascii_digit())) {
        let message = format!("a USB modem cannot have the name `{device}`");
        let problem = Problem::new(fault::BAD_DEVICE, message, item.argument_span(0), "the kernel chooses the name");
        problems.push(problem.also(line, "on USB").help("write \"ttyACM0\", and \"ttyACM1\" for the next"));
    }
}

/// pppd runs by itself only on a direct port, and then there is no mgetty to be told anything.
fn check_program(item: &Item, direct: bool, pppd: bool, problems: &mut Vec<Problem>) {
    let Some(program) = item.property_span("program").filter(|_| pppd) else { return };
    if !direct {
        let message = "pppd alone cannot answer a telephone";
        let problem = Problem::new(fault::CONTRADICTION, message, program, "needs a cable, not a modem");
        let problem = match item.property_span("type") {
            Some(span) => problem.also(span, "a modem"),
            None => problem,
        };
        problems.push(problem.help("add type=\"direct\", or remove program=: mgetty starts pppd"));
    }
    for name in ["mode", "prompt"] {
        if let Some(span) = item.property_span(name) {
            let message = format!("`{name}` is for mgetty, which does not run on this port");
            let problem = Problem::new(fault::CONTRADICTION, message, span, "for mgetty").also(program, "pppd alone");
            problems.push(problem.help(format!("remove {name}=")));
        }
    }
}

fn build_line(item: &Item, problems: &mut Vec<Problem>) -> Line {
    // By name unless times are given; the table has the usual name.
    let named = item.text("cadence").and_then(|name| NATIONAL.iter().find(|(known, _)| *known == name));
    let millis = |(on, off): &(u64, u64)| (Duration::from_millis(*on), Duration::from_millis(*off));
    let named = named.map(|(_, periods)| periods.iter().map(millis).collect());
    let stated = item.child("cadence").map(|cadence| {
        if let Some(span) = item.property_span("cadence") {
            let problem = Problem::new(fault::CONTRADICTION, "the cadence is given twice", cadence.span, "as times");
            problems.push(problem.also(span, "by name").help("remove one of them"));
        }
        if cadence.arguments.len() % 2 != 0 {
            let message = "a cadence is pairs of times: on, off, on, off";
            let problem = Problem::new(fault::MISSING_ARGUMENT, message, cadence.span, "the last pause is missing");
            problems.push(problem.help("for example: cadence \"400ms\" \"200ms\" \"400ms\" \"2s\""));
        }
        cadence.times().chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))).collect()
    });
    Line {
        rate: item.number("rate").unwrap_or_default(),
        delay: item.time("delay").unwrap_or_default(),
        training: item.time("training").unwrap_or_default(),
        cadence: stated.or(named).unwrap_or_default(),
        error_control: item.flag("error-control").unwrap_or_default(),
        rate_from_caller: item.number("rate-from-caller"),
        quality: build_quality(item, problems),
        caller_id: CALLER_IDS.required(item, "caller-id"),
        call_waiting: item.flag("call-waiting").unwrap_or_default(),
    }
}

fn build_quality(line: &Item, problems: &mut Vec<Problem>) -> Quality {
    let one_in = |name| line.child(name).and_then(|word| word.number("one-in")).map(u64::from);
    let mut now_and_then = |name| {
        let word = line.child(name)?;
        let (every, lasting) = (word.time("every")?, word.time("lasting")?);
        if lasting >= every
            && let (Some(span), Some(other)) = (word.property_span("lasting"), word.property_span("every"))
        {
            let message = format!("each of these `{name}` lasts until after the next begins");
            let problem = Problem::new(fault::CONTRADICTION, message, span, "not shorter");
            problems.push(problem.also(other, "than this").help("make lasting= shorter, or every= longer"));
        }
        Some((every, lasting))
    };
    Quality {
        bit_errors: one_in("bit-errors"),
        bursts: now_and_then("bursts"),
        loss: one_in("octet-loss"),
        jitter: line.child("jitter").and_then(|jitter| jitter.argument_time(0)).unwrap_or_default(),
        retrains: now_and_then("retrains"),
        deaf: line.children("deaf").map(build_deafness).collect(),
    }
}

fn build_deafness(item: &Item) -> Deafness {
    let after = item.time("after").unwrap_or_default();
    Deafness { end: ENDS.argument(item, 0), after, lasts: item.time("lasting") }
}

/// The model that an argument names; the generic modem if none does, or if it is wrong.
pub(in super::super) fn build_model(item: &Item, base: &Sources, problems: &mut Vec<Problem>) -> Personality {
    let name = item.argument_text(0);
    if name.is_empty() {
        return Personality::default();
    }
    model::find(&name, base.directory(item.span), item.argument_span(0)).unwrap_or_else(|problem| {
        problems.push(*problem);
        Personality::default()
    })
}

fn build_modem(item: &Item, base: &Sources, problems: &mut Vec<Problem>) -> ModemTraits {
    let mut personality = build_model(item, base, problems);
    let abort = &mut personality.quirks.auto_answer_abort;
    *abort = item.flag("auto-answer-abort").unwrap_or(*abort);
    ModemTraits {
        silent: item.time("silent").unwrap_or_default(),
        replies: item.children("reply").map(|reply| (reply.argument_text(0), reply.argument_text(1))).collect(),
        connect: item.text("connect"),
        auto_answer: item.number("auto-answer"),
        personality,
    }
}
