//! Lines of a `file` that are left out, or change places with the next.

use offhook_base::Span;
use offhook_schema::WrittenValue;

use super::candidate::{Candidate, Node, literal};
use super::mutant::Change;
use super::swaps::swapped;
use super::values::short;
use crate::vocabulary::Edit;

/// The lines of a text that is written over several lines; `None`: the value is no such text.
pub(super) fn lines(text: &str, node: &Node, value: &WrittenValue) -> Option<Vec<Candidate>> {
    let written = literal(text, value.literal)?;
    if node.word.role.edit != Some(Edit::File) || !written.contains('\n') {
        return None;
    }
    let path = node.values.first().and_then(|path| literal(text, path.literal)).unwrap_or_default();
    let name = |line: &str| format!("{} {path}: {}", node.word.name, short(line));
    let mut lines = statements(written, value.literal.offset);
    lines.retain(|(_, line)| !is_mark(line));
    let mut candidates: Vec<Candidate> = Vec::new();
    for (index, (at, line)) in lines.iter().enumerate() {
        candidates.push(Candidate { at: *at, by: String::new(), change: Change::Removed(name(line)) });
        if let Some((next, other)) = lines.get(index + 1) {
            candidates.extend(swapped(text, *at, *next, Change::Swapped(name(line), short(other))));
        }
    }
    Some(candidates)
}

/// Whether it is what a text over several lines begins or ends with: `"""`. Before it or after it there may be `#`.
fn is_mark(line: &str) -> bool {
    line.trim_matches('#') == "\"\"\""
}

/// The lines of a text that say something, without the blanks around them.
pub(super) fn statements(text: &str, offset: usize) -> Vec<(Span, &str)> {
    let mut at = offset;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        if !bare.is_empty() && !bare.starts_with('#') {
            let blanks = line.len() - line.trim_start().len();
            lines.push((Span { offset: at + blanks, len: bare.len() }, bare));
        }
        at += line.len();
    }
    lines
}
