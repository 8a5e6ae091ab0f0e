//! What the parts of the walk hand over: one edit that makes a mutant, and the nodes it is made from.

use offhook_base::Span;
use offhook_schema::Written;

use super::mutant::Change;
use crate::vocabulary::Scenarios;

/// A node of a scenario file.
pub(super) type Node = Written<Scenarios>;

/// One edit that makes a mutant.
#[derive(Debug)]
pub(super) struct Candidate {
    /// What is replaced.
    pub(super) at: Span,
    /// By what.
    pub(super) by: String,
    /// As it is told.
    pub(super) change: Change,
}

/// What is written at a place.
pub(super) fn literal(text: &str, at: Span) -> Option<&str> {
    text.get(at.offset..at.offset + at.len)
}
