//! Two neighbours that change places, where it matters which comes first.

use offhook_base::Span;
use offhook_schema::{ValueOf, WrittenValue};

use super::candidate::{Candidate, Node, literal};
use super::mutant::Change;
use super::values::{node_told, short};

/// Words of which the first that fits decides, or the last that is said: they go to the server in their order.
const ORDERED: &[&[&str]] = &[&["allow", "deny"], &["account"], &["option"]];

/// Neighbours among the words of a block.
pub(super) fn of_nodes(text: &str, nodes: &[Node]) -> Vec<Candidate> {
    let together = |one: &Node, other: &Node| {
        ORDERED.iter().any(|group| [one, other].iter().all(|node| group.contains(&node.word.name)))
    };
    let pairs = nodes.windows(2).filter_map(|pair| match pair {
        [first, second] if together(first, second) => Some((first, second)),
        _ => None,
    });
    pairs
        .filter_map(|(first, second)| {
            let change = Change::Swapped(node_told(text, first), node_told(text, second));
            swapped(text, first.whole, second.whole, change)
        })
        .collect()
}

/// Neighbours among the values of an argument of which there may be several.
pub(super) fn of_values(text: &str, node: &Node) -> Vec<Candidate> {
    let pairs = node.values.windows(2).filter_map(|pair| match pair {
        [first, second] if are_one_argument(first, second) => Some((first, second)),
        _ => None,
    });
    pairs
        .filter_map(|(first, second)| {
            let shown = |value: &WrittenValue| literal(text, value.literal).map(short);
            let change = Change::Swapped(format!("{} {}", node.word.name, shown(first)?), shown(second)?);
            swapped(text, first.literal, second.literal, change)
        })
        .collect()
}

fn are_one_argument(first: &WrittenValue, second: &WrittenValue) -> bool {
    matches!((first.of, second.of), (ValueOf::Argument(one, _), ValueOf::Argument(other, _)) if one.name == other.name)
}

/// `None`: it is the same text.
pub(super) fn swapped(text: &str, first: Span, second: Span, change: Change) -> Option<Candidate> {
    let end = |span: Span| span.offset + span.len;
    let between = text.get(end(first)..second.offset)?;
    let (one, other) = (literal(text, first)?, literal(text, second)?);
    let at = Span { offset: first.offset, len: end(second) - first.offset };
    (one != other).then(|| Candidate { at, by: format!("{other}{between}{one}"), change })
}
