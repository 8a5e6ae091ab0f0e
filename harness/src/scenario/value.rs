//! One KDL value, read as the kind of value the vocabulary wants there.
//!
//! A [`KdlValue`] and a [`Kind`] go in; a [`Value`] comes out, or what is wrong with it and what to write instead.

use std::net::Ipv4Addr;
use std::time::Duration;

use kdl::KdlValue;

use super::duration::{format_duration, parse_duration};
use super::problem::Fault;
use super::vocabulary::{Kind, SPEEDS, STACKS, cadences, nearest, one_of};

/// A value that has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
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
}

/// What is wrong with a value.
#[derive(Debug)]
pub(super) struct Wrong {
    /// Its kind.
    pub(super) fault: Fault,
    /// What is wrong, one sentence.
    pub(super) message: String,
    /// The same in a few words, for below the carets.
    pub(super) label: String,
    /// What to write instead.
    pub(super) help: Option<String>,
}

impl Wrong {
    fn new(fault: Fault, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self { fault, message: message.into(), label: label.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Reads `value` as a `kind`; `whose` says in a sentence whose value it is: "`rate` of `line`".
pub(super) fn read(value: &KdlValue, kind: Kind, whose: &str) -> Result<Value, Wrong> {
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
        (Kind::Time { .. }, KdlValue::Integer(number)) => {
            wrong.help(format!("in quotes and with a unit: \"{number}s\" or \"{number}m\""))
        }
        (Kind::CallerNumber | Kind::RuleNumber | Kind::Text | Kind::Sentence, KdlValue::Integer(number)) => {
            wrong.help(format!("in quotes: \"{number}\""))
        }
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
        Kind::Text | Kind::Sentence => Ok(Value::Text(text.to_owned())),
        Kind::Time { min, max, whole_seconds } => read_time(text, min, max, whole_seconds, whose),
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

fn read_address(text: &str) -> Result<Ipv4Addr, Wrong> {
    text.parse().map_err(|_| {
        let parts: Vec<&str> = text.split('.').collect();
        let number = |part: &&str| !part.is_empty() && part.bytes().all(|octet| octet.is_ascii_digit());
        let help = if let Some((address, _)) = text.split_once('/') {
            format!("without a prefix length: \"{address}\"")
        } else if text.contains(':') {
            "addresses here are IPv4; `ipv6` turns IPv6 on and off".to_owned()
        } else if !parts.iter().all(number) {
            "four numbers with dots between them: \"192.168.32.1\"; names are not looked up".to_owned()
        } else if let Some(part) = parts.iter().find(|part| part.parse::<u8>().is_err()) {
            format!("each of the four numbers is from 0 to 255, not {part}")
        } else if parts.len() != 4 {
            format!("four numbers with dots between them, not {}: \"192.168.32.1\"", parts.len())
        } else {
            "no number begins with a 0".to_owned()
        };
        Wrong::new(Fault::BadAddress, format!("`{text}` is no IPv4 address"), "no IPv4 address").help(help)
    })
}

fn read_network(text: &str) -> Result<Value, Wrong> {
    let Some((address, prefix)) = text.split_once('/') else {
        let address = read_address(text)?;
        let wrong = Wrong::new(Fault::BadAddress, "the length of the network's prefix is missing", "no length");
        return Err(wrong.help(format!("\"{address}/24\", say")));
    };
    let address = read_address(address)?;
    match prefix.parse() {
        Ok(prefix @ 1..=30) => Ok(Value::Network(address, prefix)),
        _ => Err(Wrong::new(Fault::BadAddress, format!("`{prefix}` is no prefix length here"), "1 to 30")
            .help("two hosts need room: 1 to 30, as in \"192.168.32.1/24\"")),
    }
}

fn read_account_address(text: &str) -> Result<Value, Wrong> {
    // pppd's syntax: `*`, `-`, an address or a network or a host name, each with `!` before or `+` after it.
    let bare = text.strip_prefix('!').unwrap_or(text);
    let (address, prefix) = match bare.split_once('/') {
        Some((address, prefix)) => (address, prefix.strip_suffix('+').unwrap_or(prefix).parse::<u8>().ok()),
        None => (bare, Some(32)),
    };
    let numeric = !address.is_empty() && address.bytes().all(|octet| octet.is_ascii_digit() || octet == b'.');
    if numeric {
        read_address(address)?;
    }
    if prefix.is_none_or(|prefix| prefix > 32) {
        return Err(Wrong::new(Fault::BadAddress, format!("`{text}` has no prefix length"), "0 to 32 after the slash"));
    }
    if bare.is_empty() || text.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '\\' | '#' | ',')) {
        let wrong = Wrong::new(Fault::BadAddress, format!("`{text}` is no address"), "no address");
        return Err(wrong.help("one address in each pair of quotes: address \"192.168.32.105\" \"192.168.32.106\""));
    }
    Ok(Value::Text(text.to_owned()))
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

fn read_device(text: &str) -> Result<Value, Wrong> {
    let wrong = || Wrong::new(Fault::BadDevice, format!("`{text}` is no device name"), "no device name");
    if let Some(name) = text.strip_prefix("/dev/") {
        return Err(wrong().help(format!("without /dev/: \"{name}\"")));
    }
    let letter = text.starts_with(|c: char| c.is_ascii_alphabetic());
    if !letter || text.len() > 20 || !text.bytes().all(|octet| octet.is_ascii_alphanumeric()) {
        return Err(wrong().help("a letter, then letters and digits, 20 at most: \"ttyS0\""));
    }
    Ok(Value::Text(text.to_owned()))
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn read_caller_number(text: &str) -> Result<Value, Wrong> {
    let only_digits = !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
    if matches!(text, "P" | "O") || only_digits && text.len() <= 20 {
        return Ok(Value::Text(text.to_owned()));
    }
    let wrong = Wrong::new(Fault::BadNumber, format!("caller ID delivers no number like `{text}`"), "no such number");
    Err(match (only_digits, digits(text)) {
        (true, _) => wrong.help("20 digits at most"),
        (false, digits) if !digits.is_empty() => wrong.help(format!("the digits alone: from=\"{digits}\"")),
        _ => wrong.help("digits, \"P\" for a withheld number, \"O\" for one out of area"),
    })
}

fn read_caller_name(text: &str) -> Result<Value, Wrong> {
    if !text.is_empty() && text.len() <= 50 && text.bytes().all(|octet| (b' '..=b'~').contains(&octet)) {
        return Ok(Value::Text(text.to_owned()));
    }
    let wrong = Wrong::new(Fault::BadText, format!("caller ID delivers no name like `{text}`"), "no such name");
    Err(wrong.help("1 to 50 printable ASCII characters; without a name, leave name= out"))
}

fn read_rule_number(text: &str) -> Result<Value, Wrong> {
    if matches!(text, "all" | "none") || !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit()) {
        return Ok(Value::Text(text.to_owned()));
    }
    let wrong = Wrong::new(
        Fault::BadNumber,
        format!("`{text}` is nothing to compare a caller's number with"),
        "digits, \"all\" or \"none\"",
    );
    let digits = digits(text);
    Err(match text.to_lowercase().as_str() {
        "*" | "any" | "everybody" | "everyone" => wrong.help("everybody is \"all\""),
        "unknown" | "p" | "o" | "withheld" | "" => wrong.help("a caller without a number is \"none\""),
        _ if text.starts_with('!') => wrong.help(format!("to deny is a word of its own: deny \"{}\"", &text[1..])),
        _ if !digits.is_empty() => wrong.help(format!("the digits it starts with, alone: \"{digits}\"")),
        lower => match nearest(lower, ["all", "none"]) {
            Some(word) => wrong.help(format!("did you mean \"{word}\"?")),
            None => wrong.help("the digits it starts with: \"555\"; \"all\" for everybody, \"none\" for no number"),
        },
    })
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

    #[test]
    fn account_addresses_are_what_pppd_reads() {
        for text in ["*", "-", "192.168.32.105", "!192.168.32.5", "10.0.0.0/8", "10.5.0.0/16+", "host.example"] {
            assert!(read_account_address(text).is_ok(), "{text}");
        }
        for text in ["", "!", "300.1.1.1", "10.0.0.0/33", "10.0.0.0/", "10.0.0.1 10.0.0.2", "a\"b"] {
            assert!(read_account_address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn addresses_that_are_wrong_say_how() {
        for (text, help) in [
            ("192.168.32.256", "not 256"),
            ("192.168.32", "not 3"),
            ("192.168.32.1/24", "without a prefix length"),
            ("fe80::1", "IPv4"),
            ("server", "not looked up"),
            ("192.168.032.1", "begins with a 0"),
            ("", "four numbers"),
        ] {
            assert!(read_address(text).unwrap_err().help.unwrap().contains(help), "{text}");
        }
    }
}
