//! A place in a text as the KDL parser has it, and as the rest of the house has it.

use miette::SourceSpan;
use offhook_base::Span;

/// Where something of KDL stands.
pub(crate) fn span(span: SourceSpan) -> Span {
    Span { offset: span.offset(), len: span.len() }
}
