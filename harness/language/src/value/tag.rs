//! What scenarios are tagged with, and what their snapshots are called.

use super::{Value, Wrong, fault};

/// The longest of either.
const LONGEST: usize = 64;

/// A tag: letters, digits, `-`, `_` and `.`, a letter or a digit first.
pub(crate) fn read_tag(text: &str, _whose: &str) -> Result<Value, Wrong> {
    read(text, "a tag", "not a tag", "slow")
}

/// The name of a snapshot, which becomes part of a file's: the same.
pub(crate) fn read_snapshot(text: &str, _whose: &str) -> Result<Value, Wrong> {
    read(text, "the name of a snapshot", "not a name", "packets")
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
