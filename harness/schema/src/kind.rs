//! The kinds of values there are, as part of a sentence and by an example.
//!
//! How a value is read stands in `reading`; here is what a person is told about its kind. A language adds kinds of its own
//! as [`Custom`].

use std::time::Duration;

use crate::text::{one_of, quoted};
use crate::value::{Value, Wrong};
use offhook_base::format_duration;

/// The possible texts, each with what it means.
pub type Choices = &'static [(&'static str, &'static str)];

/// Kinds of values.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Text without control characters; may be empty.
    Text,
    /// Text without control characters, not empty.
    Sentence,
    /// Text with whatever KDL's escapes can write.
    Escaped,
    /// A whole number.
    Number {
        /// The least.
        min: u32,
        /// The greatest.
        max: u32,
        /// What is counted, in the plural, `bit/s` say; empty: a bare number.
        unit: &'static str,
    },
    /// A duration within bounds.
    Time {
        /// The shortest.
        min: Duration,
        /// The longest.
        max: Duration,
        /// Whether a part of a second is refused.
        whole_seconds: bool,
        /// Whether `"never"` will do, too.
        never: bool,
    },
    /// An IPv4 address.
    Address,
    /// One of some texts.
    Choice(Choices),
    /// One of some texts, or a name that the text gives to a word of this name at its top.
    Declared(Choices, &'static str),
    /// One of some names that are found elsewhere and need no explanation.
    Names(fn() -> Vec<&'static str>),
    /// `#true` or `#false`.
    Flag,
    /// Numbers and ranges of numbers: `0-3,5`.
    Ranges,
    /// Octets in hexadecimal.
    Octets,
    /// A text, a number, or `#true` or `#false`: what it may be depends on where it is used.
    Any,
    /// A kind that only one language has.
    Custom(&'static Custom),
}

/// A kind of value that belongs to one language.
#[derive(Debug)]
pub struct Custom {
    /// Its name, for programs: `device`.
    pub name: &'static str,
    /// As part of a sentence: "must be ...".
    pub phrase: &'static str,
    /// A value of this kind, as it would be written.
    pub example: &'static str,
    /// Whether the phrase says more than the name of the value, so that the reference has it.
    pub told: bool,
    /// Whether a number without quotes is probably such a value with its quotes forgotten.
    pub digits: bool,
    /// How it is read.
    pub read: Read,
}

/// How a [`Custom`] kind is read: from the value, and words for whose value it is.
#[derive(Clone, Copy, Debug)]
pub enum Read {
    /// From a text without control characters.
    Text(fn(&str, &str) -> Result<Value, Wrong>),
    /// From a whole number.
    Number(fn(i128, &str) -> Result<Value, Wrong>),
}

impl Kind {
    /// A number within bounds, with what is counted.
    pub const fn number(min: u32, max: u32, unit: &'static str) -> Self {
        Self::Number { min, max, unit }
    }

    /// A duration within bounds.
    pub const fn time(min: Duration, max: Duration) -> Self {
        Self::Time { min, max, whole_seconds: false, never: false }
    }

    /// Its name, for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text | Self::Sentence | Self::Escaped => "text",
            Self::Number { .. } => "number",
            Self::Time { .. } => "duration",
            Self::Address => "ipv4-address",
            Self::Choice(_) | Self::Declared(..) | Self::Names(_) => "choice",
            Self::Flag => "flag",
            Self::Ranges => "ranges",
            Self::Octets => "octets",
            Self::Any => "any",
            Self::Custom(custom) => custom.name,
        }
    }

    /// The kind as part of a sentence: "must be ...".
    pub fn phrase(self) -> String {
        let fixed = match self {
            Self::Text | Self::Sentence | Self::Escaped => "a text in quotes",
            Self::Number { min, max, .. } => return format!("a whole number from {min} to {max}"),
            Self::Time { whole_seconds, never, .. } => match (whole_seconds, never) {
                (false, false) => "a duration",
                (true, false) => "a duration in whole seconds",
                (false, true) => "a duration, or \"never\"",
                (true, true) => "a duration in whole seconds, or \"never\"",
            },
            Self::Address => "an IPv4 address",
            Self::Choice(choices) => return one_of(&quoted(choices.iter().map(|(name, _)| *name))),
            Self::Declared(choices, word) => {
                let names = one_of(&quoted(choices.iter().map(|(name, _)| *name)));
                return format!("{names}, or the name of a `{word}` at the top of the file");
            }
            Self::Names(names) => return one_of(&quoted(names())),
            Self::Flag => "`#true` or `#false`",
            Self::Ranges => "numbers and ranges of numbers: \"0-3,5\"",
            Self::Octets => "octets in hexadecimal",
            Self::Any => "a text, a number, `#true` or `#false`",
            Self::Custom(custom) => custom.phrase,
        };
        fixed.to_owned()
    }

    /// A value of this kind, as it would be written.
    pub fn example(self) -> String {
        let fixed = match self {
            Self::Text | Self::Sentence | Self::Escaped => "\"text\"",
            Self::Number { min, max, .. } => return 3.clamp(min, max).to_string(),
            Self::Time { min, max, .. } => {
                return format!("\"{}\"", format_duration(Duration::from_secs(30).clamp(min, max)));
            }
            Self::Address => "\"192.168.32.1\"",
            Self::Choice(choices) | Self::Declared(choices, _) => {
                return format!("\"{}\"", choices.first().map_or("", |(name, _)| name));
            }
            Self::Names(names) => return format!("\"{}\"", names().first().unwrap_or(&"")),
            Self::Flag => "#true",
            Self::Ranges => "\"0-3\"",
            Self::Octets => "\"7e ff 7d 23\"",
            Self::Any => "57600",
            Self::Custom(custom) => custom.example,
        };
        fixed.to_owned()
    }

    /// What the values may be, as a sentence without a full stop, where the name of the value does not say it.
    pub fn told(self) -> Option<String> {
        match self {
            Self::Choice(choices) => Some(told(choices)),
            Self::Declared(choices, word) => {
                Some(format!("{}; or the name of a `{word}` at the top of the file", told(choices)))
            }
            Self::Text | Self::Sentence | Self::Escaped | Self::Address => None,
            Self::Time { min, max, whole_seconds, never } => {
                let whole = if whole_seconds { ", whole seconds" } else { "" };
                let never = if never { "; or `\"never\"`" } else { "" };
                Some(format!("a duration, {} to {}{whole}{never}", format_duration(min), format_duration(max)))
            }
            Self::Number { min, max, unit } if !unit.is_empty() => Some(format!("{min} to {max} {unit}")),
            Self::Custom(custom) if !custom.told => None,
            other => Some(other.phrase()),
        }
    }
}

/// Each of the texts with what it means.
fn told(choices: Choices) -> String {
    let choices: Vec<_> = choices.iter().map(|(name, doc)| format!("`\"{name}\"`: {doc}")).collect();
    choices.join("; ")
}
