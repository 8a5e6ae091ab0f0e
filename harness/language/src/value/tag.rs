//! What scenarios are tagged with.

use super::{Value, Wrong, fault};

/// The longest tag.
const LONGEST: usize = 64;

/// A tag: letters, digits, `-`, `_` and `.`, a letter or a digit first.
pub(crate) fn read_tag(text: &str, _whose: &str) -> Result<Value, Wrong> {
    let wrong = || Wrong::new(fault::BAD_TEXT, format!("`{text}` cannot be a tag"), "not a tag");
    let fine = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !text.starts_with(char::is_alphanumeric) || !text.chars().all(fine) {
        return Err(
            wrong().help("begin with a letter or a digit, then use letters, digits, `-`, `_` and `.`: \"slow\"")
        );
    }
    if text.len() > LONGEST {
        return Err(wrong().help(format!("at most {LONGEST} octets")));
    }
    Ok(Value::Text(text.to_owned()))
}
