//! What is said to a telephone exchange and by it: lines to call, numbers, names, caller-ID rules.

use offhook_schema::nearest;

use super::place::read_device;
use super::{Value, Wrong, fault};

pub(crate) fn read_called(text: &str, whose: &str) -> Result<Value, Wrong> {
    if text.starts_with(|c: char| c.is_ascii_digit()) { read_digits(text, whose) } else { read_device(text, whose) }
}

pub(crate) fn read_digits(text: &str, _whose: &str) -> Result<Value, Wrong> {
    if !text.is_empty() && text.len() <= 20 && text.bytes().all(|octet| octet.is_ascii_digit()) {
        return Ok(Value::Text(text.to_owned()));
    }
    let wrong = Wrong::new(fault::BAD_NUMBER, format!("`{text}` is not a telephone number"), "not a telephone number");
    Err(match digits(text) {
        digits if !digits.is_empty() && digits.len() <= 20 => {
            wrong.help(format!("write only the digits: \"{digits}\""))
        }
        _ => wrong.help("write 1 to 20 digits: \"5550100\""),
    })
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

pub(crate) fn read_caller_number(text: &str, _whose: &str) -> Result<Value, Wrong> {
    let only_digits = !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
    if matches!(text, "P" | "O") || only_digits && text.len() <= 20 {
        return Ok(Value::Text(text.to_owned()));
    }
    let wrong = Wrong::new(fault::BAD_NUMBER, format!("caller ID cannot deliver the number `{text}`"), "not a number");
    Err(match (only_digits, digits(text)) {
        (true, _) => wrong.help("at most 20 digits"),
        (false, digits) if !digits.is_empty() => wrong.help(format!("write only the digits: from=\"{digits}\"")),
        _ => wrong.help("write digits, \"P\" for a withheld number, or \"O\" for out of area"),
    })
}

pub(crate) fn read_caller_name(text: &str, _whose: &str) -> Result<Value, Wrong> {
    if !text.is_empty() && text.len() <= 50 && text.bytes().all(|octet| (b' '..=b'~').contains(&octet)) {
        return Ok(Value::Text(text.to_owned()));
    }
    let wrong = Wrong::new(fault::BAD_TEXT, format!("caller ID cannot deliver the name `{text}`"), "not a name");
    Err(wrong.help("use 1 to 50 printable ASCII characters; for no name, remove name="))
}

pub(crate) fn read_rule_number(text: &str, _whose: &str) -> Result<Value, Wrong> {
    if matches!(text, "all" | "none") || !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit()) {
        return Ok(Value::Text(text.to_owned()));
    }
    let wrong = Wrong::new(
        fault::BAD_NUMBER,
        format!("a caller's number cannot be compared with `{text}`"),
        "expected digits, \"all\" or \"none\"",
    );
    let digits = digits(text);
    Err(match text.to_lowercase().as_str() {
        "*" | "any" | "everybody" | "everyone" => wrong.help("for everybody, write \"all\""),
        // What the modem reports in the number's place is a number to mgetty, not "none".
        reason @ ("p" | "o") => wrong.help(format!(
            "rules here take digits only; for callers reported as {0}, write the file: file \"mgetty/dialin.config\" \"!{0}\"",
            reason.to_uppercase()
        )),
        "unknown" | "withheld" | "" => wrong.help("for callers without a number, write \"none\""),
        _ if text.starts_with('!') => wrong.help(format!("use the keyword deny: deny \"{}\"", &text[1..])),
        _ if !digits.is_empty() => wrong.help(format!("write only the digits it starts with: \"{digits}\"")),
        lower => match nearest(lower, ["all", "none"]) {
            Some(word) => wrong.help(format!("did you mean \"{word}\"?")),
            None => wrong.help("write the digits it starts with: \"555\"; or \"all\" for everybody, \"none\" for no number"),
        },
    })
}
