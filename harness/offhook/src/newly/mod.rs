//! Scenarios written for a beginner: an example with comments, one that says of an `/etc` what an audit predicts, one that asks for what
//! a recorded call showed.
//!
//! In: a tree, or the events of a capture. Out: the text of a scenario file that reads without error.

pub mod capture;
pub mod etc;

/// An example with comments, that passes as it is.
pub const EXAMPLE: &str = include_str!("example.kdl");

/// A text in a comment of one line.
fn comment(text: &str) -> String {
    let text: String = text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    format!("// {}", text.trim())
}
