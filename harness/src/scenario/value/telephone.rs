//! What is said to a telephone exchange and by it: lines to call, numbers, names, caller-ID rules.

use super::super::vocabulary::nearest;
use super::place::read_device;
use super::{Fault, Value, Wrong};

pub(super) fn read_called(text: &str) -> Result<Value, Wrong> {
    if text.starts_with(|c: char| c.is_ascii_digit()) { read_digits(text) } else { read_device(text) }
}

pub(super) fn read_digits(text: &str) -> Result<Value, Wrong> {
    if !text.is_empty() && text.len() <= 20 && text.bytes().all(|octet| octet.is_ascii_digit()) {
        return Ok(Value::Text(text.to_owned()));
    }
    let wrong = Wrong::new(Fault::BadNumber, format!("`{text}` is no number to dial"), "no such number");
    Err(match digits(text) {
        digits if !digits.is_empty() && digits.len() <= 20 => wrong.help(format!("the digits alone: \"{digits}\"")),
        _ => wrong.help("1 to 20 digits: \"5550100\""),
    })
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

pub(super) fn read_caller_number(text: &str) -> Result<Value, Wrong> {
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

pub(super) fn read_caller_name(text: &str) -> Result<Value, Wrong> {
    if !text.is_empty() && text.len() <= 50 && text.bytes().all(|octet| (b' '..=b'~').contains(&octet)) {
        return Ok(Value::Text(text.to_owned()));
    }
    let wrong = Wrong::new(Fault::BadText, format!("caller ID delivers no name like `{text}`"), "no such name");
    Err(wrong.help("1 to 50 printable ASCII characters; without a name, leave name= out"))
}

pub(super) fn read_rule_number(text: &str) -> Result<Value, Wrong> {
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
        // What the modem reports in the number's place is a number to mgetty, not "none".
        reason @ ("p" | "o") => wrong.help(format!(
            "a rule here takes digits only; for callers reported as {0}, write the rule itself: file \"mgetty/dialin.config\" \"!{0}\"",
            reason.to_uppercase()
        )),
        "unknown" | "withheld" | "" => wrong.help("a caller whose modem reports no number is \"none\""),
        _ if text.starts_with('!') => wrong.help(format!("to deny is a word of its own: deny \"{}\"", &text[1..])),
        _ if !digits.is_empty() => wrong.help(format!("the digits it starts with, alone: \"{digits}\"")),
        lower => match nearest(lower, ["all", "none"]) {
            Some(word) => wrong.help(format!("did you mean \"{word}\"?")),
            None => wrong.help("the digits it starts with: \"555\"; \"all\" for everybody, \"none\" for no number"),
        },
    })
}
