//! One value that becomes another, and the words in which a change is told.

use offhook_schema::{ValueOf, WrittenValue};

use super::candidate::{Candidate, Node, literal};
use super::mutant::{Change, Part};
use super::neighbours::neighbours;

/// Characters of a value that are told.
const LONGEST: usize = 60;

/// A value becomes each of its neighbours.
pub(super) fn of(text: &str, node: &Node, value: &WrittenValue, part: Part) -> Vec<Candidate> {
    let candidate = |near: String| Candidate {
        at: value.literal,
        change: Change::Replaced(told(text, node, value), as_written(value, &near)),
        by: near,
    };
    neighbours(value.of.kind(), &value.value, part).into_iter().map(candidate).collect()
}

/// A step becomes the one that expects the opposite.
pub(super) fn opposite(text: &str, step: &Node, word: &str) -> Candidate {
    let arguments = step.values.iter().filter(|value| matches!(value.of, ValueOf::Argument(..)));
    let arguments: String =
        arguments.filter_map(|value| literal(text, value.literal)).map(|argument| format!(" {argument}")).collect();
    let by = format!("{word}{arguments}");
    let head = literal(text, step.head).unwrap_or_default();
    Candidate { at: step.head, change: Change::Replaced(short(head), short(&by)), by }
}

/// A value with its word, as a person would name it: `idle "5m"`, `account "alice": password="secret"`, `dns: "9.9.9.9"`.
pub(super) fn told(text: &str, node: &Node, value: &WrittenValue) -> String {
    let mut name = node.word.name.to_owned();
    let own = |other: &&WrittenValue| matches!(other.of, ValueOf::Argument(argument, _) if argument.most == 1);
    let before = node.values.iter().take_while(|other| !std::ptr::eq(*other, value)).filter(own);
    for argument in before.filter_map(|argument| literal(text, argument.literal)) {
        name.push(' ');
        name.push_str(&short(argument));
    }
    let shown = short(literal(text, value.whole).unwrap_or_default());
    match value.of {
        ValueOf::Argument(argument, _) if argument.most == 1 => format!("{name} {shown}"),
        // Which of them it is.
        ValueOf::Argument(..) | ValueOf::Property(_) => format!("{name}: {shown}"),
    }
}

/// A node by its word and its arguments.
pub(super) fn node_told(text: &str, node: &Node) -> String {
    let told = short(literal(text, node.head).unwrap_or_default());
    if node.block.is_some() { format!("{told} {{ ... }}") } else { told }
}

fn as_written(value: &WrittenValue, literal: &str) -> String {
    match value.of {
        ValueOf::Property(property) => format!("{}={}", property.name, short(literal)),
        ValueOf::Argument(..) => short(literal),
    }
}

/// The first line of something, as much as is needed to know it.
pub(super) fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().trim_end();
    let cut = line.len() < text.trim_end().len() || line.chars().count() > LONGEST;
    let mut shown: String = line.chars().take(LONGEST).collect();
    if cut {
        shown.push_str("...");
    }
    shown
}
