//! `--filter`: which scenarios, on which stacks, by an expression.
//!
//! A text goes in ([`Filter::parse`]); out comes what tells of a [`Subject`] whether it is chosen, or every mistake of the
//! text. The predicates are a table (`PREDICATES`), by which they are parsed, explained and corrected.

mod expression;
mod parse;
mod pattern;
#[cfg(test)]
mod tests;

use std::path::Path;

use offhook_schema::Errors;

use self::expression::Expression;
use super::history::LastVerdict;

/// What an expression looks at: one scenario on one stack.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The scenario's file, as it was given.
    pub file: &'a Path,
    /// The scenario's name.
    pub name: &'a str,
    /// The name of its case, if it is one of a table.
    pub case: Option<&'a str>,
    /// What it checks.
    pub specs: &'a [String],
    /// What it is tagged with.
    pub tags: &'a [String],
    /// The stack.
    pub stack: &'a str,
    /// Whether something else than usual, or a failure, is expected of this stack.
    pub known: bool,
    /// How it ended last.
    pub last: LastVerdict,
}

/// A predicate of the language.
struct Predicate {
    name: &'static str,
    /// How its argument is written: `=usb`.
    argument: &'static str,
}

/// All there are, in the order in which they are told.
const PREDICATES: [Predicate; 8] = [
    Predicate { name: "name", argument: "~text" },
    Predicate { name: "file", argument: "glob" },
    Predicate { name: "spec", argument: "~text" },
    Predicate { name: "stack", argument: "=stack" },
    Predicate { name: "tag", argument: "=tag" },
    Predicate { name: "known", argument: "" },
    Predicate { name: "last", argument: "failed" },
    Predicate { name: "case", argument: "" },
];

/// An expression that was understood.
#[derive(Clone, Debug)]
pub struct Filter(Expression);

impl Filter {
    /// Reads an expression.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, each with its place.
    pub fn parse(text: &str) -> Result<Self, Errors> {
        parse::parse(text).map(Self)
    }

    /// Whether what it chooses depends on how scenarios ended last.
    pub fn looks_back(&self) -> bool {
        self.0.looks_back()
    }

    /// Whether it chooses that.
    pub fn chooses(&self, subject: &Subject<'_>) -> bool {
        self.0.holds(subject)
    }
}
