//! One KDL value, read as the kind of value the vocabulary wants there.
//!
//! A [`KdlValue`] and a [`Kind`] go in; a [`Value`] comes out, or what is wrong with it and what to write instead.

mod general;

use kdl::KdlValue;

use crate::fault;
use crate::kind::{Choices, Kind, Read};
use crate::value::{Value, Wrong};
use general::{read_address, read_choice, read_number, read_octets, read_ranges, read_time};

/// Reads `value` as a `kind`; `whose` says in a sentence whose value it is: "`rate` of `line`".
///
/// # Errors
///
/// What is wrong with it.
pub fn read_value(value: &KdlValue, kind: Kind, whose: &str) -> Result<Value, Wrong> {
    match (kind, value) {
        (Kind::Number { min, max, .. }, KdlValue::Integer(number)) => read_number(*number, min, max, whose),
        (Kind::Flag, KdlValue::Bool(flag)) => Ok(Value::Flag(*flag)),
        (Kind::Custom(custom), _) => match (custom.read, value) {
            (Read::Text(read), KdlValue::String(text)) => {
                plain(text, whose)?;
                read(text, whose)
            }
            (Read::Number(read), KdlValue::Integer(number)) => read(*number, whose),
            _ => Err(wrong_type(value, kind, whose)),
        },
        (Kind::Escaped, KdlValue::String(text)) => Ok(Value::Text(text.clone())),
        (Kind::Any, KdlValue::String(text)) => Ok(Value::Text(text.clone())),
        (Kind::Any, KdlValue::Integer(number)) => Ok(Value::Text(number.to_string())),
        (Kind::Any, KdlValue::Bool(flag)) => Ok(Value::Flag(*flag)),
        (_, KdlValue::String(text)) => {
            plain(text, whose)?;
            read_text(text, kind, whose).unwrap_or_else(|| Err(wrong_type(value, kind, whose)))
        }
        _ => Err(wrong_type(value, kind, whose)),
    }
}

/// Reads a name of [`Kind::Declared`], where these are declared beside `choices`.
///
/// # Errors
///
/// What is wrong with it.
pub(crate) fn read_declared(text: &str, choices: Choices, declared: &[&str], whose: &str) -> Result<Value, Wrong> {
    plain(text, whose)?;
    read_choice(text, &names(choices, declared), whose)
}

fn names<'a>(choices: Choices, declared: &[&'a str]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for name in choices.iter().map(|(name, _)| *name).chain(declared.iter().copied()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// A text without control characters; `None`: the kind is no text.
fn read_text(text: &str, kind: Kind, whose: &str) -> Option<Result<Value, Wrong>> {
    Some(match kind {
        Kind::Sentence if text.trim().is_empty() => {
            Err(Wrong::new(fault::BAD_TEXT, format!("{whose} is empty"), "empty"))
        }
        Kind::Text | Kind::Sentence | Kind::Escaped | Kind::Any => Ok(Value::Text(text.to_owned())),
        Kind::Time { never: true, .. } if text == "never" => Ok(Value::Text(text.to_owned())),
        Kind::Time { min, max, whole_seconds, .. } => read_time(text, min, max, whole_seconds, whose),
        Kind::Address => read_address(text).map(Value::Address),
        // What the text declares, its reader adds.
        Kind::Choice(choices) | Kind::Declared(choices, _) => read_choice(text, &names(choices, &[]), whose),
        Kind::Names(names) => read_choice(text, &names(), whose),
        Kind::Ranges => read_ranges(text),
        Kind::Octets => read_octets(text),
        Kind::Number { .. } | Kind::Flag | Kind::Custom(_) => return None,
    })
}

/// No control character may be in a text that is shown, or written into a line of a file.
fn plain(text: &str, whose: &str) -> Result<(), Wrong> {
    if !text.chars().any(char::is_control) {
        return Ok(());
    }
    let message = format!("{whose} must not contain line breaks or other control characters");
    Err(Wrong::new(fault::BAD_TEXT, message, "contains a control character"))
}

/// A text that was filled in, as the type that a kind wants: "57600" is a number where there should be one.
pub(crate) fn fitted(value: &KdlValue, kind: Kind) -> KdlValue {
    let KdlValue::String(text) = value else { return value.clone() };
    let fitted = match kind {
        kind if wants_number(kind) => match text.strip_prefix("0x") {
            Some(digits) => i128::from_str_radix(digits, 16).ok(),
            None => text.parse().ok(),
        }
        .map(KdlValue::Integer),
        Kind::Flag => match text.trim_start_matches('#') {
            "true" => Some(KdlValue::Bool(true)),
            "false" => Some(KdlValue::Bool(false)),
            _ => None,
        },
        _ => None,
    };
    fitted.unwrap_or_else(|| value.clone())
}

fn wants_number(kind: Kind) -> bool {
    matches!(kind, Kind::Number { .. })
        || matches!(kind, Kind::Custom(custom) if matches!(custom.read, Read::Number(_)))
}

fn wrong_type(value: &KdlValue, kind: Kind, whose: &str) -> Wrong {
    let is = match value {
        KdlValue::String(_) => "a text",
        KdlValue::Integer(_) => "a number",
        KdlValue::Float(_) => "a fraction",
        KdlValue::Bool(_) => "a boolean",
        KdlValue::Null => "null",
    };
    let wrong = Wrong::new(fault::WRONG_TYPE, format!("{whose} must be {}, not {is}", kind.phrase()), is);
    match (kind, value) {
        (_, KdlValue::String(text)) if wants_number(kind) && text.parse::<u32>().is_ok() => {
            wrong.help(format!("remove the quotes: {text}"))
        }
        (Kind::Flag, KdlValue::String(text)) if matches!(text.as_str(), "true" | "yes" | "on") => {
            wrong.help("write #true")
        }
        (Kind::Flag, KdlValue::String(text)) if matches!(text.as_str(), "false" | "no" | "off") => {
            wrong.help("write #false")
        }
        (Kind::Time { .. }, KdlValue::Integer(number)) => {
            wrong.help(format!("add quotes and a unit: \"{number}s\" or \"{number}m\""))
        }
        (Kind::Ranges | Kind::Text | Kind::Sentence | Kind::Escaped, KdlValue::Integer(number)) => {
            wrong.help(format!("add quotes: \"{number}\""))
        }
        (Kind::Custom(custom), KdlValue::Integer(number)) if custom.digits => {
            wrong.help(format!("add quotes: \"{number}\""))
        }
        _ => wrong.help(format!("for example: {}", kind.example())),
    }
}
