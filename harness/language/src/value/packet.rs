//! Names of what stands in packets. Which codes and options there are depends on the protocol, and is looked up where that
//! is known.

use offhook_schema::{nearest, one_of};
use offhook_script::names;

use super::{Value, Wrong, fault};

/// A protocol by name or number.
pub(crate) fn read_protocol(text: &str, _whose: &str) -> Result<Value, Wrong> {
    if names::protocol(text).is_some() {
        return Ok(Value::Text(text.to_owned()));
    }
    let known: Vec<&str> = names::PROTOCOLS.iter().map(|(_, name)| *name).collect();
    let help = match nearest(text, known.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("use {}; or a number: \"0x8029\"", one_of(&known)),
    };
    Err(Wrong::new(fault::BAD_PACKET, format!("`{text}` is no protocol"), "unknown protocol").help(help))
}

/// Any name or number.
pub(crate) fn read_name(text: &str, _whose: &str) -> Result<Value, Wrong> {
    match text.is_empty() {
        false => Ok(Value::Text(text.to_owned())),
        true => Err(Wrong::new(fault::BAD_PACKET, "a name or number is empty", "empty")),
    }
}
