//! The words of a model file to a [`Personality`], and what only shows when they are seen together.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use offhook_telephony::modem::Inactivity;
use offhook_telephony::modem::personality::{
    CallerIdForm, ConnectForm, Extended, HighestRate, Personality, Quirks, ReadForm, Register,
};

use super::fields::{check_connect, check_information, is_basic_name};
use crate::fault;
use crate::vocabulary::{ModelItem as Item, Trait};
use crate::words::choices::{CALL_ENDS, RINGS, STYLES};
use offhook_base::Span;
use offhook_schema::Problem;
use offhook_schema::Value;

/// Signs that begin names of extended syntax (V.250 §5.4.1; `#` and `-` by makers' use).
const SIGNS: [char; 4] = ['+', '#', '-', '*'];

/// Makes a personality, but for its name.
pub(super) fn build(items: &[Item], problems: &mut Vec<Problem>) -> Personality {
    let mut personality = Personality::default();
    let mut seen: Vec<(String, Span)> = Vec::new();
    for item in items {
        if let Some(key) = key(item) {
            if let Some((_, first)) = seen.iter().find(|(other, _)| *other == key) {
                let message = format!("`{key}` is given twice");
                let problem = Problem::new(fault::REPEATED_WORD, message, item.span, "given again");
                problems.push(problem.also(*first, "first given here"));
            }
            seen.push((key, item.span));
        }
        if let Some(what) = item.word.role {
            take(item, what, &mut personality, problems);
        }
    }
    switch_exists(items, &personality, problems);
    personality
}

/// What may be said once; `None`: as often as wanted.
fn key(item: &Item) -> Option<String> {
    match (item.word.role?, item.argument(0)?) {
        (Trait::Information | Trait::Listing | Trait::Register | Trait::ConnectNumber, Value::Number(number)) => {
            Some(format!("{} {number}", item.word.name))
        }
        (Trait::Reason, Value::Text(end)) => Some(format!("reason {end}")),
        (Trait::Identity | Trait::Factory | Trait::Command | Trait::Parameter, Value::Text(name)) => {
            Some(format!("{} {}", item.word.name, name.to_uppercase()))
        }
        _ => None,
    }
}

fn take(item: &Item, what: Trait, personality: &mut Personality, problems: &mut Vec<Problem>) {
    let octet = |index| u8::try_from(number(item, index)).unwrap_or_default();
    match what {
        Trait::Title => personality.title = item.argument_text(0),
        Trait::Information => {
            check_information(item, problems);
            personality.information.insert(octet(0), item.texts());
        }
        Trait::HighestRate => personality.highest_rate = HighestRate(number(item, 0)),
        Trait::Listing => {
            check_information(item, problems);
            personality.listings.insert(octet(0), item.texts());
        }
        Trait::Reason => {
            personality.reasons.insert(CALL_ENDS.argument(item, 0), item.argument_text(1));
        }
        Trait::Inactivity => personality.inactivity = inactivity(item),
        Trait::Identity => {
            if let Some(name) = extended_name(item, 0, problems) {
                personality.identity.insert(name, item.argument_text(1));
            }
        }
        Trait::Register => personality.registers.push(register(item, octet(0), problems)),
        Trait::Factory => {
            if let Some(name) = basic_name(item, 0, problems) {
                personality.factory.insert(name, number(item, 1));
            }
        }
        Trait::Command => {
            if let (Some(name), Some(Value::Ranges(ranges))) = (basic_name(item, 0, problems), item.argument(1)) {
                personality.commands.insert(name, ranges.clone());
            }
        }
        Trait::Refuse => personality.refused.extend(item.texts().iter().map(|text| text.to_uppercase())),
        Trait::Parameter => personality.extended.extend(parameter(item, problems)),
        Trait::Connect => personality.connect.push(connect(item, problems)),
        Trait::ConnectNumber => {
            personality.connect_numbers.insert(number(item, 0), number(item, 1));
        }
        Trait::CallerId => personality.caller_id = Some(caller_id(item, problems)),
        Trait::DistinctiveRing => personality.distinctive_ring = RINGS.argument(item, 0),
        Trait::Quirks => personality.quirks = quirks(item),
        Trait::Wireless => personality.wireless = item.argument_flag(0) != Some(false),
    }
}

fn number(item: &Item, index: usize) -> u32 {
    item.argument_number(index).unwrap_or_default()
}

/// The name of a basic command: a letter, perhaps after a sign.
fn basic_name(item: &Item, index: usize, problems: &mut Vec<Problem>) -> Option<String> {
    let Some(Value::Text(name)) = item.argument(index) else { return None };
    if is_basic_name(name) {
        return Some(name.to_uppercase());
    }
    let message = format!("`{name}` is not a single-letter command");
    let problem = Problem::new(fault::BAD_TEXT, message, item.argument_span(index), "not a single-letter command");
    problems.push(problem.help("write a letter, or a sign and a letter: \"E\", \"&D\", \"\\\\N\", \"%C\""));
    None
}

/// The name of a parameter or an identification command of extended syntax (V.250 §5.4.1).
fn extended_name(item: &Item, index: usize, problems: &mut Vec<Problem>) -> Option<String> {
    let Some(Value::Text(name)) = item.argument(index) else { return None };
    let fine = |c: char| c.is_ascii_alphanumeric() || "!%-./:_?=".contains(c);
    if name.starts_with(SIGNS) && name.len() > 1 && name.chars().skip(1).all(fine) {
        return Some(name.to_uppercase());
    }
    let message = format!("`{name}` is not a name of extended syntax");
    let problem = Problem::new(fault::BAD_TEXT, message, item.argument_span(index), "not such a name");
    problems.push(problem.help("write a sign, then letters and digits: \"+VCID\", \"#CID\", \"-SDR\""));
    None
}

fn register(item: &Item, number: u8, problems: &mut Vec<Problem>) -> Register {
    let octet = |value: u32| u8::try_from(value).unwrap_or(u8::MAX);
    let default = octet(item.number("default").unwrap_or_default());
    let span = item.property_span("range").unwrap_or(item.span);
    let ranges = if let Some(Value::Ranges(ranges)) = item.value("range") { ranges } else { Vec::new() };
    let range = match ranges.as_slice() {
        [only] if *only.end() <= u32::from(u8::MAX) => octet(*only.start())..=octet(*only.end()),
        _ => {
            let problem = Problem::new(
                fault::OUT_OF_RANGE,
                "an S-parameter has one range, within 0-255",
                span,
                "not one range within 0-255",
            );
            problems.push(problem.help("for example: range=\"0-255\""));
            0..=u8::MAX
        }
    };
    if !range.contains(&default) {
        let at = item.property_span("default").unwrap_or(item.span);
        let message = format!("the factory setting of S{number} cannot be {default}");
        let problem = Problem::new(fault::OUT_OF_RANGE, message, at, "the setting");
        problems.push(problem.also(span, "the range").help("write a setting within the range"));
    }
    Register { number, default, range, bits: item.flag("bits").unwrap_or(false) }
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
        reads: item.children("reads").map(read_form).collect(),
        keyed: item.flag("keyed").unwrap_or_default(),
        allowed,
        name,
    })
}

fn read_form(item: &Item) -> ReadForm {
    let place = item.number("place").and_then(|place| u8::try_from(place).ok()).unwrap_or(1);
    ReadForm { when: item.text("is").map(|is| (place, is)), text: item.argument_text(0) }
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
        let problem = Problem::new(
            fault::MISSING_WORD,
            "`connect` needs at least one `says`",
            item.span,
            "has no `says` in its block",
        );
        problems.push(problem.help("add what it says: says \"CONNECT {receive}\""));
    }
    for line in item.children("says") {
        check_connect(line, problems);
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

fn caller_id(item: &Item, problems: &mut Vec<Problem>) -> CallerIdForm {
    let (formatted, unformatted) = (item.number("formatted").unwrap_or_default(), item.number("unformatted"));
    if let (true, Some(span)) = (unformatted == Some(formatted), item.property_span("unformatted")) {
        let message = format!("the value {formatted} of the switch cannot be both");
        problems.push(Problem::new(fault::CONTRADICTION, message, span, "also the value of formatted="));
    }
    if let (Some(false), Some(span), None) = (item.flag("on"), item.property_span("on"), item.property_span("switch")) {
        let problem = Problem::new(fault::CONTRADICTION, "nothing can turn caller ID on", span, "off");
        problems.push(problem.help("add what turns it on: switch=\"+VCID\"; without a switch it is always on"));
    }
    CallerIdForm {
        switch: item.text("switch").unwrap_or_default().to_uppercase(),
        formatted,
        unformatted,
        style: STYLES.required(item, "style"),
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
        let problem = Problem::new(fault::NOT_THERE, message, span, "has no effect");
        problems.push(problem.help(match register {
            Some(number) => format!("declare it: register {number} range=\"0-255\""),
            None => format!("declare it: parameter \"{}\" {{ values \"0-2\"; }}", form.switch),
        }));
    }
}

fn inactivity(item: &Item) -> Inactivity {
    let usual = Inactivity::default();
    Inactivity {
        register: item.number("register").and_then(|number| u8::try_from(number).ok()).unwrap_or(usual.register),
        unit: item.time("unit").unwrap_or(usual.unit),
        received: item.flag("received").unwrap_or(usual.received),
    }
}

fn quirks(item: &Item) -> Quirks {
    let time = |name| item.child(name).and_then(|word| word.argument_time(0)).unwrap_or_default();
    let count = |name| item.child(name).map_or(0, |word| number(word, 0));
    let says_yes = |name| item.child(name).is_some_and(|word| word.argument_flag(0) != Some(false));
    Quirks {
        after_dtr: time("after-dtr"),
        between_commands: time("between-commands"),
        answer_delay: time("answer-delay"),
        errors: item.children("errors").flat_map(Item::texts).map(|text| text.to_uppercase()).collect(),
        errs_every: count("errs-every"),
        line_length: usize::try_from(count("line-length")).unwrap_or_default(),
        takes_anything: says_yes("takes-anything"),
        auto_answer_abort: says_yes("auto-answer-abort"),
    }
}
