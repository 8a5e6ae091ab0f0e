//! A KDL text as nodes that know where they stand, whatever became of them since: what the reader reads.
//!
//! [`Document::parse`] takes a text and gives its nodes, after a slip in the KDL those that are left. Whoever has words
//! that stand for others changes the nodes before they are read: a value may be filled in ([`Entry::fill`]), a node may
//! stand in another's block, and each keeps the place where somebody wrote it. Several texts become one document by
//! [`Document::append`]: the places of a text then begin where the text before it ends.

use std::sync::Arc;

use kdl::{KdlDocument, KdlEntry, KdlNode, KdlValue};

use crate::place::span;
use crate::problem::Problem;
use crate::recover::{Recovered, recover};
use offhook_base::Span;

/// The nodes of one or more texts, and what is known of the texts.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// The nodes outside of all blocks, in the order of the text.
    pub nodes: Vec<Node>,
    /// The texts as they were parsed, one after the other, with blanks for what was not KDL.
    pub(crate) text: String,
    /// Places where something was lost; it has been told.
    pub damaged: Vec<Span>,
    /// What was wrong so far.
    pub problems: Vec<Problem>,
    /// Nothing could be made of it.
    pub(crate) unreadable: bool,
}

/// A word with its values and its block.
#[derive(Clone, Debug)]
pub struct Node {
    /// The word.
    pub name: String,
    /// Where it stands.
    pub name_span: Span,
    /// A type annotation before it.
    pub(crate) annotation: Option<Span>,
    /// Its values, in order.
    pub entries: Vec<Entry>,
    /// The nodes of its block, if it has one.
    pub block: Option<Block>,
    /// From the word to its last value.
    pub head: Span,
    /// All of it.
    pub whole: Span,
}

/// The block of a node.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its nodes, in order.
    pub nodes: Vec<Node>,
    /// Where it stands.
    pub span: Span,
    /// Where its words begin: after its brace and what stands before it.
    pub(crate) opens: usize,
}

/// A value after a word.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name and where that stands, if it is a property.
    pub name: Option<(String, Span)>,
    /// The value.
    pub value: KdlValue,
    /// The value as it is written.
    pub written: String,
    /// Where it stands, with its name.
    pub span: Span,
    /// A type annotation before it.
    pub(crate) annotation: Option<Span>,
    /// What it was filled in from, if it was.
    pub bindings: Vec<Arc<Binding>>,
    /// Its value is not known, and nothing is to be said of that here.
    pub unknown: bool,
}

/// A name with the value that stands for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The name.
    pub name: String,
    /// Its value as it was written, without quotes.
    pub value: String,
    /// Where it was given.
    pub place: Span,
    /// What is said of that place: "its value here", "--set gives it another value".
    pub label: &'static str,
}

impl Document {
    /// The nodes of a text. Give it a stack by [`with_stack`](crate::with_stack): nested blocks cost some.
    pub fn parse(text: &str) -> Self {
        let Recovered { document, text, problems, damaged } = match KdlDocument::parse(text) {
            Ok(document) => {
                Recovered { document: Some(document), text: text.to_owned(), problems: Vec::new(), damaged: Vec::new() }
            }
            Err(_) => recover(text),
        };
        let unreadable = document.is_none();
        let nodes = document.map(|document| nodes(&document, &text)).unwrap_or_default();
        Self { nodes, text, damaged, problems, unreadable }
    }

    /// A text of which nothing could be made, and why.
    pub fn unreadable(problem: Problem) -> Self {
        Self { problems: vec![problem], unreadable: true, ..Self::default() }
    }

    /// Takes another document's text after its own, and gives that document's nodes with their new places.
    pub fn append(&mut self, mut other: Self) -> (usize, Vec<Node>) {
        // A blank between them: nothing of one text touches anything of another.
        self.text.push('\n');
        let start = self.text.len();
        let by = |span: &mut Span| span.offset += start;
        other.nodes.iter_mut().for_each(|node| node.shift(start));
        other.damaged.iter_mut().for_each(by);
        other.problems.iter_mut().flat_map(|problem| &mut problem.labels).for_each(|label| by(&mut label.span));
        self.text.push_str(&other.text);
        self.damaged.append(&mut other.damaged);
        self.problems.append(&mut other.problems);
        self.unreadable |= other.unreadable;
        (start, other.nodes)
    }

    /// Whether anything was lost in this place.
    pub fn is_damaged(&self, at: Span) -> bool {
        self.damaged.iter().any(|other| at.offset < other.offset + other.len && other.offset < at.offset + at.len)
    }
}

impl Node {
    fn shift(&mut self, by: usize) {
        for span in [&mut self.name_span, &mut self.head, &mut self.whole].into_iter().chain(&mut self.annotation) {
            span.offset += by;
        }
        for entry in &mut self.entries {
            let name = entry.name.as_mut().map(|(_, span)| span);
            for span in [&mut entry.span].into_iter().chain(name).chain(&mut entry.annotation) {
                span.offset += by;
            }
        }
        if let Some(block) = &mut self.block {
            block.span.offset += by;
            block.opens += by;
            block.nodes.iter_mut().for_each(|node| node.shift(by));
        }
    }

    /// The values without a name.
    pub fn arguments(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.name.is_none())
    }

    /// The value of that name.
    pub fn property(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name.as_ref().is_some_and(|(own, _)| own == name))
    }

    /// The nodes of its block.
    pub fn children(&self) -> &[Self] {
        self.block.as_ref().map_or(&[], |block| &block.nodes)
    }

    /// How many nodes it is, with those in its block.
    pub fn count(&self) -> usize {
        1 + self.children().iter().map(Self::count).sum::<usize>()
    }
}

impl Entry {
    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        self.value.as_string()
    }

    /// The value as a text, whatever it is: a number or a flag as it is written.
    pub fn as_text(&self) -> Option<String> {
        match &self.value {
            KdlValue::String(text) => Some(text.clone()),
            KdlValue::Integer(_) | KdlValue::Bool(_) => Some(self.written.clone()),
            KdlValue::Float(_) | KdlValue::Null => None,
        }
    }

    /// Puts a text in the place of its value, and says what that was filled in from. It is read by the kind of value that is
    /// wanted: "57600" is a number where there should be one.
    pub fn fill(&mut self, text: String, bindings: Vec<Arc<Binding>>) {
        self.value = KdlValue::String(text);
        self.bindings = bindings;
    }
}

fn nodes(document: &KdlDocument, text: &str) -> Vec<Node> {
    document.nodes().iter().map(|node| node_of(node, text)).collect()
}

fn node_of(node: &KdlNode, text: &str) -> Node {
    let at = span(node.name().span());
    let end = node.entries().last().map_or(at, |entry| span(entry.span()));
    let head = Span { offset: at.offset, len: (end.offset + end.len).saturating_sub(at.offset) };
    let mut ends = span(node.span()).offset + span(node.span()).len;
    if node.children().is_none() {
        // Blanks do not belong to a node that stand where its last values were.
        let rest = text.get(ends..).unwrap_or("");
        ends += rest.len() - rest.trim_start_matches([' ', '\t']).len();
    }
    // What was lost may have stood before the first word of the block.
    let before = node.format().map_or(0, |format| format.before_children.len());
    Node {
        name: node.name().value().to_owned(),
        name_span: at,
        annotation: node.ty().map(|annotation| span(annotation.span())),
        entries: node.entries().iter().map(entry_of).collect(),
        block: node.children().map(|block| Block {
            nodes: nodes(block, text),
            span: span(block.span()),
            opens: head.offset + head.len + before,
        }),
        head,
        whole: Span { offset: at.offset, len: ends.saturating_sub(at.offset) },
    }
}

fn entry_of(entry: &KdlEntry) -> Entry {
    Entry {
        name: entry.name().map(|name| (name.value().to_owned(), span(name.span()))),
        value: entry.value().clone(),
        written: entry.format().map_or_else(String::new, |format| format.value_repr.clone()),
        span: span(entry.span()),
        annotation: entry.ty().map(|annotation| span(annotation.span())),
        bindings: Vec::new(),
        unknown: false,
    }
}
