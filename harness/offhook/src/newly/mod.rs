//! Scenarios written for a beginner: an example with comments, one that says of an `/etc` what an audit predicts, one that asks for what
//! a recorded call showed.
//!
//! In: a tree, or the events of a capture. Out: the text of a scenario file that reads without error.

pub mod capture;
pub mod etc;

/// An example with comments, that passes as it is.
pub const EXAMPLE: &str = include_str!("example.kdl");

/// A text in quotes, as KDL has it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ if character.is_control() => quoted.push_str(&format!("\\u{{{:x}}}", u32::from(character))),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// A text in a comment of one line.
fn comment(text: &str) -> String {
    let text: String = text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    format!("// {}", text.trim())
}
