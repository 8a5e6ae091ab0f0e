//! What scenarios are tagged with, and what their snapshots and stacks are called.

use super::{Value, Wrong, fault};

/// The longest tag, and the longest name of a snapshot.
const LONGEST: usize = 64;
/// The longest name of a stack: the cache adds a hash to it.
const LONGEST_STACK: usize = 24;

/// A tag: letters, digits, `-`, `_` and `.`, a letter or a digit first.
pub(crate) fn read_tag(text: &str, _whose: &str) -> Result<Value, Wrong> {
    read(text, "a tag", "not a tag", "slow")
}

/// The name of a snapshot, which becomes part of a file's: the same.
pub(crate) fn read_snapshot(text: &str, _whose: &str) -> Result<Value, Wrong> {
    read(text, "the name of a snapshot", "not a name", "packets")
}

/// The name of a stack, which becomes part of a directory's: lower-case letters, digits, `-` and `.`, a letter first.
pub(crate) fn read_stack(text: &str, _whose: &str) -> Result<Value, Wrong> {
    let wrong = || Wrong::new(fault::BAD_TEXT, format!("`{text}` cannot be the name of a stack"), "not a name");
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    if !text.starts_with(|c: char| c.is_ascii_lowercase()) || !text.chars().all(fine) {
        let help = "begin with a lower-case letter, then use lower-case letters, digits, `-` and `.`: \"mine\"";
        return Err(wrong().help(help));
    }
    if text.len() > LONGEST_STACK {
        return Err(wrong().help(format!("at most {LONGEST_STACK} letters")));
    }
    Ok(Value::Text(text.to_owned()))
}

fn read(text: &str, what: &str, label: &'static str, example: &str) -> Result<Value, Wrong> {
    let wrong = || Wrong::new(fault::BAD_TEXT, format!("`{text}` cannot be {what}"), label);
    let fine = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !text.starts_with(char::is_alphanumeric) || !text.chars().all(fine) {
        return Err(wrong().help(format!(
            "begin with a letter or a digit, then use letters, digits, `-`, `_` and `.`: \"{example}\""
        )));
    }
    if text.len() > LONGEST {
        return Err(wrong().help(format!("at most {LONGEST} octets")));
    }
    Ok(Value::Text(text.to_owned()))
}
