//! One KDL value, read as the kind of value the vocabulary wants there.
//!
//! A [`KdlValue`] and a [`Kind`] go in; a [`Value`] comes out, or what is wrong with it and what to write instead.

mod address;
mod modem;
mod place;
mod telephone;

use std::net::Ipv4Addr;
use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use kdl::KdlValue;

use super::duration::{format_duration, parse_duration};
use super::kind::{Kind, SPEEDS, cadences};
use super::problem::Fault;
use super::vocabulary::{STACKS, nearest, one_of};
use address::{read_account_address, read_address, read_network};
use modem::{read_personality, read_ranges};
use place::{
    read_device, read_directory, read_file_mode, read_host_name, read_name, read_octets, read_owner, read_path,
    read_url,
};
use telephone::{read_called, read_caller_name, read_caller_number, read_digits, read_rule_number};

/// A value that has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// Any text, also the names of choices.
    Text(String),
    /// A whole number.
    Number(u32),
    /// A duration.
    Time(Duration),
    /// An IPv4 address.
    Address(Ipv4Addr),
    /// An address and the length of its network's prefix.
    Network(Ipv4Addr, u8),
    /// Yes or no.
    Flag(bool),
    /// Octets.
    Octets(Vec<u8>),
    /// The number of a user and of a group.
    Owner(u32, u32),
    /// Ranges of numbers, none of them empty.
    Ranges(Vec<RangeInclusive<u32>>),
}

/// What is wrong with a value.
#[derive(Debug)]
pub(crate) struct Wrong {
    /// Its kind.
    pub(crate) fault: Fault,
    /// What is wrong, one sentence.
    pub(crate) message: String,
    /// The same in a few words, for below the carets.
    pub(crate) label: String,
    /// What to write instead.
    pub(crate) help: Option<String>,
    /// The part of the text that is wrong, in octets, if not all of it.
    pub(crate) part: Option<Range<usize>>,
}

impl Wrong {
    fn new(fault: Fault, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self { fault, message: message.into(), label: label.into(), help: None, part: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn at(mut self, part: Range<usize>) -> Self {
        self.part = Some(part);
        self
    }
}

/// Reads `value` as a `kind`; `whose` says in a sentence whose value it is: "`rate` of `line`".
pub(crate) fn read(value: &KdlValue, kind: Kind, whose: &str) -> Result<Value, Wrong> {
    match (kind, value) {
        (Kind::Number { .. } | Kind::Speed, KdlValue::Integer(number)) => read_number(*number, kind, whose),
        (Kind::Flag, KdlValue::Bool(flag)) => Ok(Value::Flag(*flag)),
        (Kind::Number { .. } | Kind::Speed | Kind::Flag, _) | (_, KdlValue::Integer(_)) => {
            Err(wrong_type(value, kind, whose))
        }
        (_, KdlValue::String(text)) => read_text(text, kind, whose),
        _ => Err(wrong_type(value, kind, whose)),
    }
}

fn wrong_type(value: &KdlValue, kind: Kind, whose: &str) -> Wrong {
    let is = match value {
        KdlValue::String(_) => "a text",
        KdlValue::Integer(_) => "a number",
        KdlValue::Float(_) => "a fraction",
        KdlValue::Bool(_) => "yes or no",
        KdlValue::Null => "nothing",
    };
    let wrong = Wrong::new(Fault::WrongType, format!("{whose} takes {}, and this is {is}", kind.phrase()), is);
    match (kind, value) {
        (Kind::Number { .. } | Kind::Speed, KdlValue::String(text)) if text.parse::<u32>().is_ok() => {
            wrong.help(format!("without quotes: {text}"))
        }
        (Kind::Flag, KdlValue::String(text)) if matches!(text.as_str(), "true" | "yes" | "on") => {
            wrong.help("write #true")
        }
        (Kind::Flag, KdlValue::String(text)) if matches!(text.as_str(), "false" | "no" | "off") => {
            wrong.help("write #false")
        }
        (Kind::Time { .. } | Kind::TimeOrNever { .. }, KdlValue::Integer(number)) => {
            wrong.help(format!("in quotes and with a unit: \"{number}s\" or \"{number}m\""))
        }
        (
            Kind::CallerNumber
            | Kind::RuleNumber
            | Kind::Digits
            | Kind::Called
            | Kind::Ranges
            | Kind::Text
            | Kind::Sentence
            | Kind::Escaped,
            KdlValue::Integer(number),
        ) => wrong.help(format!("in quotes: \"{number}\"")),
        (Kind::FileMode, KdlValue::Integer(_)) => wrong.help(format!("in quotes: {}", kind.example())),
        _ => wrong.help(format!("like this: {}", kind.example())),
    }
}

fn read_number(number: i128, kind: Kind, whose: &str) -> Result<Value, Wrong> {
    match kind {
        Kind::Speed => read_speed(number),
        Kind::Number { min, max } => match u32::try_from(number) {
            Ok(number) if (min..=max).contains(&number) => Ok(Value::Number(number)),
            _ => Err(Wrong::new(
                Fault::OutOfRange,
                format!("{whose} takes {}, not {number}", kind.phrase()),
                if number < i128::from(min) { format!("at least {min}") } else { format!("at most {max}") },
            )),
        },
        _ => Err(wrong_type(&KdlValue::Integer(number), kind, whose)),
    }
}

fn read_speed(number: i128) -> Result<Value, Wrong> {
    if let Some(speed) = SPEEDS.into_iter().find(|speed| i128::from(*speed) == number) {
        return Ok(Value::Number(speed));
    }
    let near = SPEEDS.into_iter().min_by_key(|speed| i128::from(*speed).abs_diff(number)).unwrap_or(38_400);
    // V.34 goes in steps of 2400 up to 33600, V.90 in steps of 8000/6 up to 56000; both are between modems.
    let line_rate = (12_000..=33_600).contains(&number) && number % 2400 == 0
        || (28_000..=56_000).contains(&number) && matches!(number * 3 % 4000, 0 | 1 | 2 | 3998 | 3999);
    let wrong = if line_rate {
        Wrong::new(Fault::BadSpeed, format!("{number} is a line rate, not a port speed"), "between modems, not here")
    } else {
        Wrong::new(Fault::BadSpeed, format!("no serial port has a speed of {number}"), "not a standard speed")
    };
    let speeds = one_of(&SPEEDS[12..].iter().map(u32::to_string).collect::<Vec<_>>());
    let line = if line_rate { format!("; the rate of the line is `line rate={number}`") } else { String::new() };
    Err(wrong.help(format!("mgetty takes {speeds} (and slower ones); the nearest is speed={near}{line}")))
}

fn read_text(text: &str, kind: Kind, whose: &str) -> Result<Value, Wrong> {
    if matches!(kind, Kind::Escaped) {
        return Ok(Value::Text(text.to_owned()));
    }
    if text.chars().any(char::is_control) {
        let wrong = Wrong::new(
            Fault::BadText,
            format!("{whose} cannot hold a line break or another control character"),
            "a control character is in here",
        );
        return Err(wrong);
    }
    match kind {
        Kind::Sentence if text.trim().is_empty() => {
            Err(Wrong::new(Fault::BadText, format!("{whose} is empty"), "empty"))
        }
        Kind::Text | Kind::Sentence | Kind::Escaped => Ok(Value::Text(text.to_owned())),
        Kind::Time { min, max, whole_seconds } => read_time(text, min, max, whole_seconds, whose),
        Kind::TimeOrNever { .. } if text == "never" => Ok(Value::Text(text.to_owned())),
        Kind::TimeOrNever { min, max } => read_time(text, min, max, true, whose),
        Kind::Address => read_address(text).map(Value::Address),
        Kind::Network => read_network(text),
        Kind::AccountAddress => read_account_address(text),
        Kind::Choice(choices) => read_choice(text, &choices.iter().map(|(name, _)| *name).collect::<Vec<_>>(), whose),
        Kind::Stack => read_choice(text, STACKS, whose),
        Kind::Cadence => read_choice(text, &cadences().collect::<Vec<_>>(), whose),
        Kind::Device => read_device(text),
        Kind::CallerNumber => read_caller_number(text),
        Kind::CallerName => read_caller_name(text),
        Kind::RuleNumber => read_rule_number(text),
        Kind::Called => read_called(text),
        Kind::Digits => read_digits(text),
        Kind::Personality => read_personality(text, whose),
        Kind::Ranges => read_ranges(text),
        Kind::Name => read_name(text),
        Kind::HostName => read_host_name(text),
        Kind::Url => read_url(text),
        Kind::Octets => read_octets(text),
        Kind::Path { below_etc } => read_path(text, below_etc),
        Kind::Directory => read_directory(text, whose),
        Kind::FileMode => read_file_mode(text),
        Kind::Owner => read_owner(text),
        Kind::Number { .. } | Kind::Speed | Kind::Flag => Err(wrong_type(&KdlValue::String(text.into()), kind, whose)),
    }
}

fn read_time(text: &str, min: Duration, max: Duration, whole_seconds: bool, whose: &str) -> Result<Value, Wrong> {
    let time = parse_duration(text)
        .map_err(|help| Wrong::new(Fault::BadDuration, format!("`{text}` is no duration"), "no duration").help(help))?;
    if time < min {
        let message = format!("{whose} is at least {}, not {text}", format_duration(min));
        return Err(Wrong::new(Fault::BadDuration, message, "too short"));
    }
    if time > max {
        let message = format!("{whose} is at most {}, not {text}", format_duration(max));
        return Err(Wrong::new(Fault::BadDuration, message, "too long"));
    }
    if whole_seconds && time.subsec_nanos() != 0 {
        let message = format!("{whose} is counted in whole seconds, not {text}");
        let near = Duration::from_secs(time.as_secs().max(1));
        return Err(Wrong::new(Fault::BadDuration, message, "a part of a second is left over")
            .help(format!("\"{}\", say", format_duration(near))));
    }
    Ok(Value::Time(time))
}

fn read_choice(text: &str, names: &[&str], whose: &str) -> Result<Value, Wrong> {
    if names.contains(&text) {
        return Ok(Value::Text(text.to_owned()));
    }
    let quoted: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let possible = format!("one of {}", one_of(&quoted));
    let near = nearest(text, names.iter().copied()).map(|name| format!("did you mean \"{name}\"?"));
    // A long list is easier to read below the text than beside the carets.
    let (label, help) = match (near, names.len() > 4) {
        (near, false) => (possible, near),
        (Some(near), true) => ("no such name".to_owned(), Some(format!("{near} It is {possible}"))),
        (None, true) => ("no such name".to_owned(), Some(format!("it is {possible}"))),
    };
    Err(Wrong { help, ..Wrong::new(Fault::NotAChoice, format!("{whose} cannot be `{text}`"), label) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_speed_of_the_table_is_taken_and_line_rates_are_told_apart() {
        for speed in SPEEDS {
            assert_eq!(read_speed(speed.into()).unwrap(), Value::Number(speed));
        }
        for rate in [14_400, 28_800, 31_200, 33_600, 33_333, 49_333, 50_667, 52_000, 53_333, 56_000] {
            assert!(read_speed(rate).unwrap_err().message.contains("line rate"), "{rate}");
        }
        for speed in [-1, 0, 12_345, 50_000, i128::MAX, i128::MIN] {
            assert!(read_speed(speed).unwrap_err().message.starts_with("no serial port"), "{speed}");
        }
    }
}
