//! A port: what serves it, and the line and the modem it hangs on.

use std::path::Path;
use std::time::Duration;

use offhook_emulator::exchange::{NATIONAL, Quality};
use offhook_emulator::modem::Personality;

use super::super::problem::{Fault, Problem};
use super::super::shape::Item;
use super::super::value::Value;
use super::super::{CallerIdService, Line, Mode, ModemTraits, Port, Program, Span, Wiring};
use super::options::build_port_ppp;
use crate::personality;

/// A device as it is named, and whether it stands with `/dev/` in front.
pub(super) fn device(written: &str) -> (String, bool) {
    match written.strip_prefix("/dev/") {
        Some(name) => (name.to_owned(), true),
        None => (written.to_owned(), false),
    }
}

pub(in super::super) fn build_port(item: &Item, base: &Path, problems: &mut Vec<Problem>) -> Port {
    let direct = item.text("type").as_deref() == Some("direct");
    let pppd = item.text("program").as_deref() == Some("pppd");
    check_direct(item, direct, problems);
    check_program(item, direct, pppd, problems);
    check_usb(item, direct, problems);
    let (device, as_path) = device(&item.argument_text(0));
    Port {
        device,
        as_path,
        span: item.span,
        program: if pppd { Program::Pppd } else { Program::Mgetty },
        direct,
        speed: item.number("speed"),
        answer_after: item.number("answer-after").unwrap_or(1),
        mode: match item.text("mode").as_deref() {
            Some("fax") => Mode::Fax,
            Some("data-or-fax") => Mode::DataOrFax,
            _ => Mode::Data,
        },
        ringback: item.time("ringback"),
        prompt: item.text("prompt"),
        arguments: item.text("arguments"),
        ppp: item.child("ppp").map(|ppp| build_port_ppp(ppp, problems)),
        wiring: if item.text("line").as_deref() == Some("usb") { Wiring::Usb } else { Wiring::Pty },
        number: item.text("number"),
        line: item.child("line").map(|line| build_line(line, problems)).unwrap_or_default(),
        modem: item.child("modem").map(|modem| build_modem(modem, base, problems)).unwrap_or_default(),
    }
}

/// Whatever needs a modem contradicts `type="direct"`.
fn check_direct(item: &Item, direct: bool, problems: &mut Vec<Problem>) {
    let Some(kind) = item.property_span("type").filter(|_| direct) else { return };
    let ringing =
        [("answer-after", "rings to count"), ("ringback", "rings to wait for"), ("number", "a telephone number")];
    for (name, label) in ringing {
        if let Some(span) = item.property_span(name) {
            let problem = Problem::new(Fault::Contradiction, "a direct port does not ring", span, label);
            problems.push(problem.also(kind, "no modem").help(format!("leave {name}= out")));
        }
    }
    if let Some(modem) = item.child("modem") {
        let problem = Problem::new(Fault::Contradiction, "there is no modem on a direct port", modem.span, "a modem");
        problems.push(problem.also(kind, "a cable").help("leave one of them out"));
    }
}

/// What is on USB is a modem, and the kernel says what it is called.
fn check_usb(item: &Item, direct: bool, problems: &mut Vec<Problem>) {
    let Some(line) = item.property_span("line").filter(|_| item.text("line").as_deref() == Some("usb")) else { return };
    if let Some(kind) = item.property_span("type").filter(|_| direct) {
        let problem = Problem::new(Fault::Contradiction, "what is on USB is a modem, no cable", line, "a modem");
        problems.push(problem.also(kind, "a cable").help("leave one of them out"));
    }
    let written = item.argument_text(0);
    let (device, _) = device(&written);
    let number = device.strip_prefix("ttyACM").unwrap_or_default();
    if item.argument(0).is_some() && (number.is_empty() || !number.bytes().all(|octet| octet.is_ascii_digit())) {
        let message = format!("a USB modem is never called `{device}`");
        let problem = Problem::new(Fault::BadDevice, message, item.argument_span(0), "the kernel names it");
        problems.push(problem.also(line, "on USB").help("\"ttyACM0\", and the next \"ttyACM1\""));
    }
}

/// pppd runs by itself only on a direct port, and then there is no mgetty to be told anything.
fn check_program(item: &Item, direct: bool, pppd: bool, problems: &mut Vec<Problem>) {
    let Some(program) = item.property_span("program").filter(|_| pppd) else { return };
    if !direct {
        let message = "pppd by itself answers no telephone";
        let problem = Problem::new(Fault::Contradiction, message, program, "needs a cable, not a modem");
        let problem = match item.property_span("type") {
            Some(span) => problem.also(span, "a modem"),
            None => problem,
        };
        problems.push(problem.help("type=\"direct\", or leave program= out: mgetty starts pppd"));
    }
    for name in ["mode", "prompt"] {
        if let Some(span) = item.property_span(name) {
            let message = format!("`{name}` is mgetty's, and there is none on this port");
            let problem = Problem::new(Fault::Contradiction, message, span, "for mgetty").also(program, "pppd alone");
            problems.push(problem.help(format!("leave {name}= out")));
        }
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
        error_control: item.flag("error-control").unwrap_or(false),
        rate_from_caller: item.number("rate-from-caller"),
        quality: build_quality(item, problems),
        caller_id: match item.text("caller-id").as_deref() {
            Some("sdmf") => CallerIdService::Sdmf,
            Some("etsi") => CallerIdService::Etsi,
            Some("uk") => CallerIdService::Uk,
            Some("dtmf") => CallerIdService::Dtmf,
            _ => CallerIdService::Mdmf,
        },
        call_waiting: item.flag("call-waiting").unwrap_or(false),
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
            let message = format!("`{name}` without an end: one lasts until after the next begins");
            let problem = Problem::new(Fault::Contradiction, message, span, "not shorter");
            problems.push(problem.also(other, "than this").help("less time for each, or more between two"));
        }
        Some((every, lasting))
    };
    Quality {
        bit_errors: one_in("bit-errors"),
        bursts: now_and_then("bursts"),
        loss: one_in("octet-loss"),
        jitter: match line.child("jitter").and_then(|jitter| jitter.argument(0)) {
            Some(Value::Time(time)) => *time,
            _ => Duration::ZERO,
        },
        retrains: now_and_then("retrains"),
    }
}

/// The make that an argument names; the generic modem if none does, or if it is wrong.
pub(in super::super) fn build_personality(item: &Item, base: &Path, problems: &mut Vec<Problem>) -> Personality {
    let name = item.argument_text(0);
    if name.is_empty() {
        return Personality::default();
    }
    personality::find(&name, base, item.argument_span(0)).unwrap_or_else(|problem| {
        problems.push(*problem);
        Personality::default()
    })
}

fn build_modem(item: &Item, base: &Path, problems: &mut Vec<Problem>) -> ModemTraits {
    ModemTraits {
        silent: item.time("silent").unwrap_or_default(),
        replies: item.children("reply").map(|reply| (reply.argument_text(0), reply.argument_text(1))).collect(),
        connect: item.text("connect"),
        auto_answer: item.number("auto-answer"),
        personality: build_personality(item, base, problems),
    }
}
