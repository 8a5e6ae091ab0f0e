//! A port: what serves it, and the line and the modem it hangs on.

use std::time::Duration;

use offhook_emulator::exchange::NATIONAL;

use super::super::problem::{Fault, Problem};
use super::super::shape::Item;
use super::super::value::Value;
use super::super::{Line, Mode, ModemTraits, Port, Program, Span, Wiring};
use super::options::build_port_ppp;

/// A device as it is named, and whether it stands with `/dev/` in front.
pub(super) fn device(written: &str) -> (String, bool) {
    match written.strip_prefix("/dev/") {
        Some(name) => (name.to_owned(), true),
        None => (written.to_owned(), false),
    }
}

pub(in super::super) fn build_port(item: &Item, problems: &mut Vec<Problem>) -> Port {
    let direct = item.text("type").as_deref() == Some("direct");
    let pppd = item.text("program").as_deref() == Some("pppd");
    check_direct(item, direct, problems);
    check_program(item, direct, pppd, problems);
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
        number: None,
        line: item.child("line").map(|line| build_line(line, problems)).unwrap_or_default(),
        modem: item.child("modem").map(build_modem).unwrap_or_default(),
    }
}

/// Whatever needs a modem contradicts `type="direct"`.
fn check_direct(item: &Item, direct: bool, problems: &mut Vec<Problem>) {
    let Some(kind) = item.property_span("type").filter(|_| direct) else { return };
    for (name, label) in [("answer-after", "rings to count"), ("ringback", "rings to wait for")] {
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
        ..usual
    }
}

fn build_modem(item: &Item) -> ModemTraits {
    ModemTraits {
        silent: item.time("silent").unwrap_or_default(),
        replies: item.children("reply").map(|reply| (reply.argument_text(0), reply.argument_text(1))).collect(),
        connect: item.text("connect"),
        auto_answer: item.number("auto-answer"),
        ..ModemTraits::default()
    }
}
