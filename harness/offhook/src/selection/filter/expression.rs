//! An expression that was parsed, and what it says of a scenario on a stack.

use super::Subject;
use super::pattern::Pattern;
use crate::selection::history::LastVerdict;

/// Predicates, combined.
#[derive(Clone, Debug)]
pub(super) enum Expression {
    Name(Pattern),
    File(Pattern),
    Spec(Pattern),
    Stack(Pattern),
    Tag(Pattern),
    Known,
    Last(LastVerdict),
    /// Of a table; and the case's name, if that is asked for.
    Case(Option<Pattern>),
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    /// What was not understood. Its mistake is told elsewhere.
    Mistaken,
}

impl Expression {
    pub(super) fn looks_back(&self) -> bool {
        match self {
            Self::Last(_) => true,
            Self::Not(operand) => operand.looks_back(),
            Self::And(left, right) | Self::Or(left, right) => left.looks_back() || right.looks_back(),
            Self::Name(_)
            | Self::File(_)
            | Self::Spec(_)
            | Self::Stack(_)
            | Self::Tag(_)
            | Self::Known
            | Self::Case(_)
            | Self::Mistaken => false,
        }
    }

    pub(super) fn holds(&self, subject: &Subject<'_>) -> bool {
        match self {
            Self::Name(pattern) => pattern.matches(subject.name),
            Self::File(pattern) => pattern.matches_path(subject.file),
            Self::Spec(pattern) => subject.specs.iter().any(|spec| pattern.matches(spec)),
            Self::Stack(pattern) => pattern.matches(subject.stack),
            Self::Tag(pattern) => subject.tags.iter().any(|tag| pattern.matches(tag)),
            Self::Known => subject.known,
            Self::Last(verdict) => subject.last == *verdict,
            Self::Case(None) => subject.case.is_some(),
            Self::Case(Some(pattern)) => subject.case.is_some_and(|case| pattern.matches(case)),
            Self::Not(operand) => !operand.holds(subject),
            Self::And(left, right) => left.holds(subject) && right.holds(subject),
            Self::Or(left, right) => left.holds(subject) || right.holds(subject),
            Self::Mistaken => false,
        }
    }
}
