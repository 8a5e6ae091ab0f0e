//! A text as it is written: each node with its word, and the places of the node, its values and its block.
//!
//! For whoever changes a text instead of building something from it. In: a text without mistakes, and its vocabulary. Out:
//! [`Written`] nodes with places in that text. A node that is no word where it stands is left out with its block, and so is
//! a value that is not of its kind, a variable in the place of a number say: what is there can be changed by what the
//! vocabulary says of it.

use crate::kind::Kind;
use crate::node::{Document, Entry, Node};
use crate::read::with_stack;
use crate::reading::read_value;
use crate::value::Value;
use crate::vocabulary::{Argument, Language, Property, Vocabulary, Word};
use offhook_base::Span;

/// A node as it is written.
#[derive(Debug)]
pub struct Written<L: Language> {
    /// Its word.
    pub word: &'static Word<L>,
    /// From its name to its last value.
    pub head: Span,
    /// From its name to the end of its block.
    pub whole: Span,
    /// Its values in the order of the text.
    pub values: Vec<WrittenValue>,
    /// The words of its block; `None`: it has no block.
    pub block: Option<Vec<Self>>,
}

/// A value as it is written.
#[derive(Debug)]
pub struct WrittenValue {
    /// What it is to its word.
    pub of: ValueOf,
    /// What it says.
    pub value: Value,
    /// All of it, with its name if it has one.
    pub whole: Span,
    /// The value alone.
    pub literal: Span,
}

/// What a value is to its word.
#[derive(Clone, Copy, Debug)]
pub enum ValueOf {
    /// An argument, and which of the values of that argument it is, from 0.
    Argument(&'static Argument, usize),
    /// A property.
    Property(&'static Property),
}

impl ValueOf {
    /// What the value may be.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Argument(argument, _) => argument.kind,
            Self::Property(property) => property.kind,
        }
    }
}

/// The nodes of a text, as far as they are words in their places; none, if it is not KDL.
pub fn written<L: Language>(text: &str, vocabulary: &'static Vocabulary<L>) -> Vec<Written<L>>
where
    Vocabulary<L>: Sync,
    Written<L>: Send,
{
    let walk = || {
        let document = Document::parse(text);
        let outermost = vocabulary.places.first().copied().filter(|_| document.problems.is_empty());
        outermost.map(|place| Walk { vocabulary, text }.nodes(&document.nodes, place, None))
    };
    with_stack(&[text], walk).ok().flatten().unwrap_or_default()
}

struct Walk<'a, L: Language> {
    vocabulary: &'static Vocabulary<L>,
    text: &'a str,
}

impl<L: Language> Walk<'_, L> {
    fn nodes(&self, nodes: &[Node], place: L::Place, parent: Option<&'static Word<L>>) -> Vec<Written<L>> {
        nodes.iter().filter_map(|node| self.node(node, place, parent)).collect()
    }

    fn node(&self, node: &Node, place: L::Place, parent: Option<&'static Word<L>>) -> Option<Written<L>> {
        let word = self.vocabulary.word_at(&node.name, place)?;
        let head = node.head;
        let block = match (&node.block, word.opens) {
            (Some(block), Some(inside)) => Some(self.nodes(&block.nodes, inside, Some(word))),
            _ => None,
        };
        // What follows a block up to the end of its line belongs to the node in KDL, and not to what is written.
        let rest = self.text.get(head.offset..node.whole.offset + node.whole.len)?;
        let len = if node.block.is_some() { rest.rfind('}')? + 1 } else { head.len };
        let whole = Span { offset: head.offset, len };
        Some(Written { word, head, whole, values: self.values(node, word, parent.filter(|_| word.borrows)), block })
    }

    fn values(&self, node: &Node, word: &'static Word<L>, lender: Option<&'static Word<L>>) -> Vec<WrittenValue> {
        let arguments = word.arguments.iter();
        let mut expected: Vec<&'static Argument> = match lender {
            // What is borrowed comes after the word's own first.
            Some(lender) => arguments.take(1).chain(lender.arguments).collect(),
            None => arguments.collect(),
        };
        expected.reverse();
        let properties = || word.properties.iter().chain(lender.map_or(&[][..], |lender| lender.properties));
        let mut count = 0;
        let mut values = Vec::new();
        for entry in &node.entries {
            let of = match &entry.name {
                Some((name, _)) => properties().find(|property| property.name == *name).map(ValueOf::Property),
                None => {
                    if expected.last().is_some_and(|argument| count == argument.most) {
                        expected.pop();
                        count = 0;
                    }
                    count += 1;
                    expected.last().map(|argument| ValueOf::Argument(argument, count - 1))
                }
            };
            values.extend(of.and_then(|of| self.value(entry, of)));
        }
        values
    }

    fn value(&self, entry: &Entry, of: ValueOf) -> Option<WrittenValue> {
        let value = read_value(&entry.value, of.kind(), "").ok()?;
        let (whole, len) = (entry.span, entry.written.len());
        let literal = Span { offset: (whole.offset + whole.len).checked_sub(len)?, len };
        let written = self.text.get(literal.offset..literal.offset + literal.len)?;
        (written == entry.written).then_some(WrittenValue { of, value, whole, literal })
    }
}
