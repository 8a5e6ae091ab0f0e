//! What variables are called.

use super::{Value, Wrong, fault};

/// Whether a variable may be called so: letters, digits, `-` and `_`, a letter first.
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

pub(crate) fn read_variable(text: &str, _whose: &str) -> Result<Value, Wrong> {
    if is_name(text) {
        return Ok(Value::Text(text.to_owned()));
    }
    let wrong = Wrong::new(fault::BAD_TEXT, format!("`{text}` cannot be the name of a variable"), "not a name");
    Err(wrong.help("begin with a letter, then use letters, digits, `-` and `_`, without $: \"speed\""))
}
