//! Words and values that are left out.

use offhook_base::Span;
use offhook_schema::{Absent, Occurs, ValueOf};

use super::candidate::{Candidate, Node};
use super::mutant::Change;
use super::values::{node_told, told};

/// The node is left out, unless there has to be one.
pub(super) fn of_node(text: &str, node: &Node) -> Option<Candidate> {
    if node.word.occurs == Occurs::Once {
        return None;
    }
    let change = Change::Removed(node_told(text, node));
    // What ended the node has nothing to end any more.
    let rest = text.get(node.whole.offset + node.whole.len..)?;
    let end = rest.trim_start_matches([' ', '\t']).strip_prefix(';').map_or(0, |after| rest.len() - after.len());
    let at = Span { offset: node.whole.offset, len: node.whole.len + end };
    Some(Candidate { at, by: String::new(), change })
}

/// Each value that need not be there is left out.
pub(super) fn of_values(text: &str, node: &Node) -> Vec<Candidate> {
    let may_go = |of: ValueOf| match of {
        ValueOf::Property(property) => property.absent != Absent::Never,
        ValueOf::Argument(argument, _) => {
            let same = |value: &&offhook_schema::WrittenValue| matches!(value.of, ValueOf::Argument(other, _) if other.name == argument.name);
            node.values.iter().filter(same).count() > argument.least
        }
    };
    let values = node.values.iter().filter(|value| may_go(value.of));
    values
        .map(|value| Candidate { at: value.whole, by: String::new(), change: Change::Removed(told(text, node, value)) })
        .collect()
}
