//! What is said of modems: which model one is.

use super::{Value, Wrong, fault};

/// The name of a model, or a path: whether there is such a one is looked at where it is read.
pub(crate) fn read_model(text: &str, whose: &str) -> Result<Value, Wrong> {
    if text.is_empty() {
        let wrong = Wrong::new(fault::UNKNOWN_MODEL, format!("{whose} names no modem model"), "empty");
        return Err(wrong.help("write a name, \"usr-courier\", or the path of a file, \"./mine.kdl\""));
    }
    Ok(Value::Text(text.to_owned()))
}
