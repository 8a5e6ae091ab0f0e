//! The first pass over a text: every node a word of the vocabulary, in its place, with its values.
//!
//! [`Node`]s go in; [`Item`]s come out, which hold only what was right, and a [`Problem`] for whatever was not. So one
//! slip does not hide the next. What lies in text that was damaged by a slip in the KDL is not complained about again.

use std::collections::BTreeMap;
use std::ops::Range;

use kdl::KdlValue;

use crate::fault;
use crate::item::Item;
use crate::kind::Kind;
use crate::messages;
use crate::node::{Entry, Node};
use crate::problem::Problem;
use crate::reading::{fitted, read_declared, read_value};
use crate::value::Value;
use crate::vocabulary::{Absent, Argument, Language, Occurs, Property, Vocabulary, Word};
use offhook_base::Span;

/// Reads nodes; holds what all of them share.
#[derive(Debug)]
pub(crate) struct Reader<'a, L: Language> {
    /// The words there are.
    pub(crate) vocabulary: &'static Vocabulary<L>,
    /// Places where the text was not KDL, and has been complained about.
    pub(crate) damaged: &'a [Span],
    /// The names that words at the top of the text have: each word with its name.
    pub(crate) declared: Vec<(String, String)>,
    /// What was wrong.
    pub(crate) problems: Vec<Problem>,
}

impl<L: Language> Reader<'_, L> {
    /// Reads nodes that stand at `place` in the block of `parent`.
    pub(crate) fn items(&mut self, nodes: &[Node], place: L::Place, parent: Option<&'static Word<L>>) -> Vec<Item<L>> {
        let mut items: Vec<Item<L>> = Vec::new();
        for node in nodes {
            let Some(item) = self.item(node, place, parent) else { continue };
            let first = items.iter().find(|other| other.word.name == item.word.name);
            if let (Some(first), false) = (first, item.word.occurs == Occurs::Freely) {
                self.problems.push(messages::repeated_word(item.word.name, place, item.span, first.span));
            }
            items.push(item);
        }
        items
    }

    /// The names that nodes at the top of a text have.
    pub(crate) fn names(nodes: &[Node]) -> Vec<(String, String)> {
        let named = |node: &Node| Some((node.name.clone(), node.arguments().next()?.text()?.to_owned()));
        nodes.iter().filter_map(named).collect()
    }

    fn is_damaged(&self, at: Span) -> bool {
        let meets = |other: &Span| at.offset < other.offset + other.len && other.offset < at.offset + at.len;
        self.damaged.iter().any(meets)
    }

    fn item(&mut self, node: &Node, place: L::Place, parent: Option<&'static Word<L>>) -> Option<Item<L>> {
        let (name, at) = (node.name.as_str(), node.name_span);
        let Some(word) = self.vocabulary.word_at(name, place) else {
            if !self.is_damaged(at) {
                self.problems.push(messages::wrong_word(self.vocabulary, name, at, place, parent));
            }
            return None;
        };
        if let Some(annotation) = node.annotation {
            self.annotated(annotation);
        }
        let mut item = Item {
            word,
            span: node.head,
            arguments: Vec::new(),
            properties: BTreeMap::new(),
            items: Vec::new(),
            sound: true,
            complete: true,
        };
        let told = self.problems.len();

        let lender = parent.filter(|_| word.borrows);
        let opens = node.block.as_ref().map_or(usize::MAX, |block| block.opens);
        let ends = node.whole.offset + node.whole.len;
        let whole_head = Span { offset: at.offset, len: opens.min(ends).saturating_sub(at.offset) };
        let whole_block = Span { offset: opens, len: ends.saturating_sub(opens) };
        self.entries(node, lender, !self.is_damaged(whole_head), &mut item);
        if let Some(block) = &node.block {
            match word.opens {
                Some(inside) => {
                    item.items = self.items(&block.nodes, inside, Some(word));
                    item.complete = item.items.len() == block.nodes.len() && !self.is_damaged(whole_block);
                }
                None if block.nodes.is_empty() => {}
                None => self.problems.push(messages::no_block(word, block.span)),
            }
        }
        if let Some(inside) = word.opens {
            for missing in self.vocabulary.words_at(inside).filter(|word| word.occurs == Occurs::Once) {
                if item.complete && item.child(missing.name).is_none() {
                    self.problems.push(messages::missing_word(missing, inside, at));
                }
            }
        }
        item.sound = self.problems.len() == told && !self.is_damaged(node.whole);
        Some(item)
    }

    fn annotated(&mut self, at: Span) {
        let problem = Problem::new(fault::ANNOTATION, "type annotations are not used here", at, "remove this");
        self.problems.push(problem);
    }

    /// Reads arguments and properties of a node into `item`; `whole`: nothing of them has been lost.
    fn entries(&mut self, node: &Node, lender: Option<&'static Word<L>>, whole: bool, item: &mut Item<L>) {
        let word = item.word;
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        let lent: &[Property] = lender.map_or(&[], |lender| lender.properties);
        let properties: Vec<&'static Property> = word.properties.iter().chain(lent).collect();
        let mut arguments = Vec::new();
        for entry in &node.entries {
            let at = entry.span;
            let damaged = self.is_damaged(at);
            if let (Some(annotation), false) = (entry.annotation, damaged) {
                self.annotated(annotation);
            }
            let Some((name, key)) = &entry.name else {
                arguments.push(entry);
                continue;
            };
            let Some(property) = properties.iter().find(|property| property.name == name) else {
                if word.columns {
                    // Whose they are, and what they may be, depends on where they are used.
                    self.checked(entry, Kind::Any, &format!("`{name}` of `{}`", word.name));
                } else if !damaged {
                    let problem = messages::unknown_property(self.vocabulary, word, &properties, name, *key);
                    self.problems.push(problem);
                }
                continue;
            };
            if let Some(first) = seen.insert(property.name, at) {
                let message = format!("`{name}=` is given twice");
                let problem = Problem::new(fault::REPEATED_PROPERTY, message, at, "given again");
                self.problems.push(problem.also(first, "first given here"));
                continue;
            }
            let whose = format!("`{name}` of `{}`", word.name);
            if let (Some(value), false) = (self.checked(entry, property.kind, &whose), damaged) {
                item.properties.insert(property.name, (value, at));
            }
        }
        self.arguments(&arguments, lender, whole, item);
        // A name that was misspelt may be the one that is missing.
        let known = item.word.properties.iter().filter(|property| property.absent == Absent::Never);
        for property in known.filter(|_| whole) {
            if !seen.contains_key(property.name) && !self.misspelt(node, &properties, property.name) {
                self.problems.push(messages::missing_property(word, property, item.span));
            }
        }
    }

    /// Whether an unknown property of the node is probably `name`.
    fn misspelt(&self, node: &Node, properties: &[&'static Property], name: &str) -> bool {
        let known = || properties.iter().map(|property| property.name);
        let keys = node.entries.iter().filter_map(|entry| entry.name.as_ref().map(|(key, _)| key.as_str()));
        keys.filter(|key| !known().any(|known| known == *key))
            .any(|key| crate::text::nearest(key, known()) == Some(name))
    }

    fn arguments(&mut self, entries: &[&Entry], lender: Option<&'static Word<L>>, whole: bool, item: &mut Item<L>) {
        let word = item.word;
        // What is borrowed comes after the word's own first: all of it, or none.
        let arguments: Vec<&'static Argument> = match lender {
            Some(lender) if entries.len() > 1 => word.arguments.iter().take(1).chain(lender.arguments).collect(),
            Some(_) => word.arguments.iter().take(1).collect(),
            None => word.arguments.iter().collect(),
        };
        let several = arguments.len() > 1;
        let mut rest = entries.iter();
        for argument in arguments {
            let mut count = 0;
            while count < argument.most
                && let Some(entry) = rest.next()
            {
                count += 1;
                let whose = match argument.kind {
                    Kind::Sentence => format!("the {} of `{}`", argument.name, word.name),
                    _ if several => format!("the {} of `{}`", argument.name, word.name),
                    _ => format!("`{}`", word.name),
                };
                let value = self.checked(entry, argument.kind, &whose);
                item.arguments.push((value, entry.span));
            }
            if count < argument.least && whole {
                let end = Span { offset: item.span.offset + item.span.len, len: 0 };
                self.problems.push(messages::missing_argument(word, argument, end));
            }
        }
        if let Some(extra) = rest.next()
            && !self.is_damaged(extra.span)
        {
            self.problems.push(messages::extra_argument(word, &extra.value, extra.span));
        }
    }

    /// The value of an entry if it is right.
    fn checked(&mut self, entry: &Entry, kind: Kind, whose: &str) -> Option<Value> {
        if entry.unknown || self.is_damaged(entry.span) {
            return None;
        }
        let read = match (kind, &entry.value) {
            (Kind::Declared(choices, word), KdlValue::String(text)) => {
                let declared = self.declared.iter().filter(|(of, _)| of == word).map(|(_, name)| name.as_str());
                read_declared(text, choices, &declared.collect::<Vec<_>>(), whose)
            }
            _ if entry.bindings.is_empty() => read_value(&entry.value, kind, whose),
            _ => read_value(&fitted(&entry.value, kind), kind, whose),
        };
        match read {
            Ok(value) => Some(value),
            Err(wrong) => {
                let at = wrong.part.clone().and_then(|part| within(entry, part)).unwrap_or(entry.span);
                self.problems.push(messages::wrong_value(wrong, at, &entry.bindings));
                None
            }
        }
    }
}

/// Where a part of a text stands, if the text is written without escapes.
fn within(entry: &Entry, part: Range<usize>) -> Option<Span> {
    let KdlValue::String(text) = &entry.value else { return None };
    if entry.written != format!("\"{text}\"") {
        return None;
    }
    let start = (entry.span.offset + entry.span.len).checked_sub(entry.written.len())? + 1;
    Some(Span { offset: start + part.start, len: part.len() })
}
