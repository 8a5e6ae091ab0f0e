//! The words of a personality's file to a [`Personality`], and what only shows when they are seen together.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use offhook_emulator::modem::personality::{
    CallerIdForm, CallerIdStyle, ConnectForm, DistinctiveRing, Extended, Personality, Quirks, Register,
};

use crate::scenario::Span;
use crate::scenario::problem::{Fault, Problem};
use crate::scenario::shape::Item;
use crate::scenario::value::Value;
use crate::scenario::vocabulary::{listed, nearest};

/// What may stand between braces in the lines of a `connect`.
const FIELDS: [&str; 6] = ["dte", "transmit", "receive", "modulation", "protocol", "compression"];
/// Signs that begin names of extended syntax (V.250 §5.4.1; `#` and `-` by makers' use).
const SIGNS: [char; 4] = ['+', '#', '-', '*'];
/// Signs that begin commands of basic syntax.
const PREFIXES: [char; 5] = ['&', '\\', '%', ')', '!'];

/// Makes a personality, but for its name.
pub(super) fn build(items: &[Item], problems: &mut Vec<Problem>) -> Personality {
    let mut personality = Personality::default();
    let mut seen: Vec<(String, Span)> = Vec::new();
    for item in items {
        if let Some(key) = key(item) {
            if let Some((_, first)) = seen.iter().find(|(other, _)| *other == key) {
                let message = format!("`{key}` is said twice");
                let problem = Problem::new(Fault::RepeatedWord, message, item.span, "and again");
                problems.push(problem.also(*first, "said here"));
            }
            seen.push((key, item.span));
        }
        take(item, &mut personality, problems);
    }
    switch_exists(items, &personality, problems);
    personality
}

/// What may be said once; `None`: as often as wanted.
fn key(item: &Item) -> Option<String> {
    match (item.word.name, item.argument(0)?) {
        ("information" | "register" | "connect-number", Value::Number(number)) => {
            Some(format!("{} {number}", item.word.name))
        }
        ("identity" | "factory" | "command" | "parameter", Value::Text(name)) => {
            Some(format!("{} {}", item.word.name, name.to_uppercase()))
        }
        _ => None,
    }
}

fn take(item: &Item, personality: &mut Personality, problems: &mut Vec<Problem>) {
    let octet = |index| u8::try_from(number(item, index)).unwrap_or_default();
    match item.word.name {
        "title" => personality.title = item.argument_text(0),
        "information" => {
            personality.information.insert(octet(0), item.texts());
        }
        "identity" => {
            if let Some(name) = extended_name(item, 0, problems) {
                personality.identity.insert(name, item.argument_text(1));
            }
        }
        "register" => personality.registers.push(register(item, octet(0), problems)),
        "factory" => {
            if let Some(name) = basic_name(item, 0, problems) {
                personality.factory.insert(name, number(item, 1));
            }
        }
        "command" => {
            if let (Some(name), Some(Value::Ranges(ranges))) = (basic_name(item, 0, problems), item.argument(1)) {
                personality.commands.insert(name, ranges.clone());
            }
        }
        "refuse" => personality.refused.extend(item.texts().iter().map(|text| text.to_uppercase())),
        "parameter" => personality.extended.extend(parameter(item, problems)),
        "connect" => personality.connect.push(connect(item, problems)),
        "connect-number" => {
            personality.connect_numbers.insert(number(item, 0), number(item, 1));
        }
        "caller-id" => personality.caller_id = Some(caller_id(item, problems)),
        "distinctive-ring" => personality.distinctive_ring = distinctive(&item.argument_text(0)),
        _ => personality.quirks = quirks(item),
    }
}

fn number(item: &Item, index: usize) -> u32 {
    if let Some(Value::Number(number)) = item.argument(index) { *number } else { 0 }
}

/// The name of a basic command: a letter, perhaps after a sign.
fn basic_name(item: &Item, index: usize, problems: &mut Vec<Problem>) -> Option<String> {
    let Some(Value::Text(name)) = item.argument(index) else { return None };
    let letter = name.strip_prefix(PREFIXES).unwrap_or(name);
    if letter.len() == 1 && letter.bytes().all(|octet| octet.is_ascii_alphabetic()) {
        return Some(name.to_uppercase());
    }
    let message = format!("`{name}` is no command of a single letter");
    let problem = Problem::new(Fault::BadText, message, item.argument_span(index), "no such command");
    problems.push(problem.help("a letter, or one after a sign: \"E\", \"&D\", \"\\\\N\", \"%C\""));
    None
}

/// The name of a parameter or an identification command of extended syntax (V.250 §5.4.1).
fn extended_name(item: &Item, index: usize, problems: &mut Vec<Problem>) -> Option<String> {
    let Some(Value::Text(name)) = item.argument(index) else { return None };
    let fine = |c: char| c.is_ascii_alphanumeric() || "!%-./:_?".contains(c);
    if name.starts_with(SIGNS) && name.len() > 1 && name.chars().skip(1).all(fine) {
        return Some(name.to_uppercase());
    }
    let message = format!("`{name}` is no name of extended syntax");
    let problem = Problem::new(Fault::BadText, message, item.argument_span(index), "no such name");
    problems.push(problem.help("a sign, then letters and digits: \"+VCID\", \"#CID\", \"-SDR\""));
    None
}

fn register(item: &Item, number: u8, problems: &mut Vec<Problem>) -> Register {
    let octet = |value: u32| u8::try_from(value).unwrap_or(u8::MAX);
    let default = octet(item.number("default").unwrap_or_default());
    let (value, span) = match item.properties.get("range") {
        Some((Value::Ranges(ranges), span)) => (ranges.as_slice(), *span),
        _ => return Register { number, default, range: 0..=u8::MAX },
    };
    let range = match value {
        [only] if *only.end() <= u32::from(u8::MAX) => octet(*only.start())..=octet(*only.end()),
        _ => {
            let problem = Problem::new(Fault::OutOfRange, "an S-parameter has one range, of octets", span, "not one");
            problems.push(problem.help("like this: range=\"0-255\""));
            0..=u8::MAX
        }
    };
    if !range.contains(&default) {
        let at = item.property_span("default").unwrap_or(item.span);
        let message = format!("the factory setting of S{number} cannot be {default}");
        let problem = Problem::new(Fault::OutOfRange, message, at, "the setting");
        problems.push(problem.also(span, "the range").help("a setting within the range"));
    }
    Register { number, default, range }
}

fn parameter(item: &Item, problems: &mut Vec<Problem>) -> Option<Extended> {
    let name = extended_name(item, 0, problems)?;
    let allowed: Vec<Vec<RangeInclusive<u32>>> = item.child("values").map_or_else(Vec::new, |values| {
        let ranges = |(value, _): &(Option<Value>, Span)| match value {
            Some(Value::Ranges(ranges)) => Some(ranges.clone()),
            _ => None,
        };
        values.arguments.iter().filter_map(ranges).collect()
    });
    let first = |ranges: &Vec<RangeInclusive<u32>>| ranges.first().map_or(0, |range| *range.start()).to_string();
    Some(Extended {
        default: item.text("default").unwrap_or_else(|| allowed.iter().map(first).collect::<Vec<_>>().join(",")),
        ranges: item
            .text("ranges")
            .unwrap_or_else(|| allowed.iter().map(|all| shown(all)).collect::<Vec<_>>().join(",")),
        same_as: item.text("same-as").map(|name| name.to_uppercase()),
        allowed,
        name,
    })
}

/// Values as `=?` lists them (V.250 §5.7.3.1): `(0-2,5)`.
fn shown(ranges: &[RangeInclusive<u32>]) -> String {
    let shown = |range: &RangeInclusive<u32>| match (range.start(), range.end()) {
        (first, last) if first == last => first.to_string(),
        (first, last) => format!("{first}-{last}"),
    };
    format!("({})", ranges.iter().map(shown).collect::<Vec<_>>().join(","))
}

fn connect(item: &Item, problems: &mut Vec<Problem>) -> ConnectForm {
    if item.complete && item.child("says").is_none() {
        let problem = Problem::new(Fault::MissingWord, "it says nothing when there is carrier", item.span, "no `says`");
        problems.push(problem.help("at least one line: says \"CONNECT {receive}\""));
    }
    for line in item.children("says") {
        fields(line, problems);
    }
    let mut when = BTreeMap::new();
    for setting in item.children("when") {
        let text = setting.argument_text(0).to_uppercase();
        let register = text.strip_prefix('S').is_some_and(|number| number.parse::<u8>().is_ok());
        if register {
            when.insert(text, number(setting, 1));
        } else if let Some(name) = basic_name(setting, 0, problems) {
            when.insert(name, number(setting, 1));
        }
    }
    ConnectForm {
        when,
        error_control: item.flag("error-control"),
        lines: item.children("says").flat_map(Item::texts).collect(),
    }
}

/// Braces enclose one of a few names.
fn fields(line: &Item, problems: &mut Vec<Problem>) {
    let text = line.argument_text(0);
    for part in text.split('{').skip(1) {
        let name = part.split_once('}').map(|(name, _)| name);
        if name.is_some_and(|name| FIELDS.contains(&name)) {
            continue;
        }
        let written = format!("{{{}", name.map_or(part, |name| name));
        let message = format!("`{written}{}` stands for nothing", if name.is_some() { "}" } else { "" });
        let problem = Problem::new(Fault::NotAChoice, message, line.argument_span(0), "in here");
        let all: Vec<String> = FIELDS.iter().map(|field| format!("{{{field}}}")).collect();
        problems.push(match name.and_then(|name| nearest(name, FIELDS)) {
            Some(near) => problem.help(format!("did you mean {{{near}}}?")),
            None => problem.help(format!("there are {}", listed(&all, "and"))),
        });
    }
}

fn caller_id(item: &Item, problems: &mut Vec<Problem>) -> CallerIdForm {
    let (formatted, unformatted) = (item.number("formatted").unwrap_or(1), item.number("unformatted"));
    if let (true, Some(span)) = (unformatted == Some(formatted), item.property_span("unformatted")) {
        let message = format!("the value {formatted} of the switch cannot mean both");
        problems.push(Problem::new(Fault::Contradiction, message, span, "formatted, too"));
    }
    if let (Some(false), Some(span), None) = (item.flag("on"), item.property_span("on"), item.property_span("switch")) {
        let problem = Problem::new(Fault::Contradiction, "nothing could turn it on", span, "off");
        problems.push(problem.help("say what does: switch=\"+VCID\"; without a switch it is always on"));
    }
    CallerIdForm {
        switch: item.text("switch").unwrap_or_default().to_uppercase(),
        formatted,
        unformatted,
        style: match item.text("style").as_deref() {
            Some("no-blanks") => CallerIdStyle::NoBlanks,
            Some("zyxel") => CallerIdStyle::Zyxel,
            Some("elsa") => CallerIdStyle::Elsa,
            Some("clip") => CallerIdStyle::Clip,
            Some("words") => CallerIdStyle::Words,
            Some("slash") => CallerIdStyle::Slash,
            Some("dle") => CallerIdStyle::Dle,
            Some("digits") => CallerIdStyle::Digits,
            _ => CallerIdStyle::Blanks,
        },
        on: item.flag("on").unwrap_or(!item.properties.contains_key("switch")),
    }
}

/// A switch that is no parameter of the modem turns nothing on.
fn switch_exists(items: &[Item], personality: &Personality, problems: &mut Vec<Problem>) {
    let Some(form) = personality.caller_id.as_ref().filter(|form| !form.switch.is_empty()) else { return };
    let span = items.iter().find_map(|item| item.property_span("switch")).unwrap_or_default();
    let register = form.switch.strip_prefix('S').and_then(|number| number.parse::<u8>().ok());
    let known = match register {
        Some(number) => personality.registers.iter().any(|register| register.number == number),
        // The generic modem has these two.
        None => {
            matches!(form.switch.as_str(), "+VCID" | "#CID")
                || personality.extended.iter().any(|parameter| parameter.name == form.switch)
        }
    };
    if !known {
        let message = format!("this modem has no {}", form.switch);
        let problem = Problem::new(Fault::NotThere, message, span, "turns nothing on");
        problems.push(problem.help(match register {
            Some(number) => format!("say that it has: register {number} range=\"0-255\""),
            None => format!("say that it has: parameter \"{}\" {{ values \"0-2\"; }}", form.switch),
        }));
    }
}

fn distinctive(how: &str) -> DistinctiveRing {
    match how {
        "letter" => DistinctiveRing::Letter,
        "number" => DistinctiveRing::Number,
        "cadence" => DistinctiveRing::Cadence,
        _ => DistinctiveRing::None,
    }
}

fn quirks(item: &Item) -> Quirks {
    let time = |name| match item.child(name).and_then(|word| word.argument(0)) {
        Some(Value::Time(time)) => *time,
        _ => Duration::ZERO,
    };
    let count = |name| item.child(name).map_or(0, |word| number(word, 0));
    Quirks {
        after_dtr: time("after-dtr"),
        between_commands: time("between-commands"),
        answer_delay: time("answer-delay"),
        errors: item.children("errors").flat_map(Item::texts).map(|text| text.to_uppercase()).collect(),
        errs_every: count("errs-every"),
        line_length: usize::try_from(count("line-length")).unwrap_or_default(),
        takes_anything: item
            .child("takes-anything")
            .is_some_and(|word| !matches!(word.argument(0), Some(Value::Flag(false)))),
    }
}
