//! A word of a text with its values, for whoever builds something from it.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use crate::value::Value;
use crate::vocabulary::{Absent, Language, Word};
use offhook_base::Span;

/// A node that is a word of the vocabulary.
#[derive(Clone, Debug)]
pub struct Item<L: Language> {
    /// The word.
    pub word: &'static Word<L>,
    /// Where the word and its values stand, without the block.
    pub span: Span,
    /// Arguments in order; `None` where one was wrong.
    pub arguments: Vec<(Option<Value>, Span)>,
    /// Properties that were right.
    pub properties: BTreeMap<&'static str, (Value, Span)>,
    /// The words of its block.
    pub items: Vec<Self>,
    /// Whether nothing was wrong with it and with its block; only then may something be said to be missing.
    pub sound: bool,
    /// Whether each word of its block was one, whatever followed the words.
    pub complete: bool,
}

impl<L: Language> Item<L> {
    /// The first word of that name in the block.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children(name).next()
    }

    /// All words of that name in the block.
    pub fn children(&self, name: &str) -> impl Iterator<Item = &Self> {
        self.items.iter().filter(move |item| item.word.name == name)
    }

    /// Where a property that was given stands.
    pub fn property_span(&self, name: &str) -> Option<Span> {
        self.properties.get(name).map(|(_, span)| *span)
    }

    /// An argument, if it is there and right.
    pub fn argument(&self, index: usize) -> Option<&Value> {
        self.arguments.get(index).and_then(|(value, _)| value.as_ref())
    }

    /// A text argument; empty if it is not there.
    pub fn argument_text(&self, index: usize) -> String {
        match self.argument(index) {
            Some(Value::Text(text)) => text.clone(),
            _ => String::new(),
        }
    }

    /// A number argument, if it is there.
    pub fn argument_number(&self, index: usize) -> Option<u32> {
        if let Some(Value::Number(number)) = self.argument(index) { Some(*number) } else { None }
    }

    /// A duration argument, if it is there.
    pub fn argument_time(&self, index: usize) -> Option<Duration> {
        if let Some(Value::Time(time)) = self.argument(index) { Some(*time) } else { None }
    }

    /// A yes-or-no argument, if it is there.
    pub fn argument_flag(&self, index: usize) -> Option<bool> {
        if let Some(Value::Flag(flag)) = self.argument(index) { Some(*flag) } else { None }
    }

    /// Where the argument stands, or else the word.
    pub fn argument_span(&self, index: usize) -> Span {
        self.arguments.get(index).map_or(self.span, |(_, span)| *span)
    }

    /// All arguments that are texts.
    pub fn texts(&self) -> Vec<String> {
        let text = |value: &Value| if let Value::Text(text) = value { Some(text.clone()) } else { None };
        self.arguments.iter().filter_map(|(value, _)| value.as_ref().and_then(text)).collect()
    }

    /// All arguments that are addresses.
    pub fn addresses(&self) -> Vec<Ipv4Addr> {
        let address = |value: &Value| if let Value::Address(address) = value { Some(*address) } else { None };
        self.arguments.iter().filter_map(|(value, _)| value.as_ref().and_then(address)).collect()
    }

    /// All arguments that are durations.
    pub fn times(&self) -> Vec<Duration> {
        let time = |value: &Value| if let Value::Time(time) = value { Some(*time) } else { None };
        self.arguments.iter().filter_map(|(value, _)| value.as_ref().and_then(time)).collect()
    }

    /// A property: what was given, or else its default in the vocabulary.
    pub fn value(&self, name: &str) -> Option<Value> {
        debug_assert!(
            self.properties.contains_key(name) || self.word.property(name).is_some(),
            "`{}` has no property `{name}`",
            self.word.name
        );
        if let Some((value, _)) = self.properties.get(name) {
            return Some(value.clone());
        }
        let property = self.word.property(name)?;
        if let Absent::Means(given) = property.absent { given.value(property.kind) } else { None }
    }

    /// A text property, or its default.
    pub fn text(&self, name: &str) -> Option<String> {
        if let Some(Value::Text(text)) = self.value(name) { Some(text) } else { None }
    }

    /// A number property, or its default; always there if it has one.
    pub fn number(&self, name: &str) -> Option<u32> {
        if let Some(Value::Number(number)) = self.value(name) { Some(number) } else { None }
    }

    /// A duration property, or its default; always there if it has one.
    pub fn time(&self, name: &str) -> Option<Duration> {
        if let Some(Value::Time(time)) = self.value(name) { Some(time) } else { None }
    }

    /// An address property, or its default.
    pub fn address(&self, name: &str) -> Option<Ipv4Addr> {
        if let Some(Value::Address(address)) = self.value(name) { Some(address) } else { None }
    }

    /// A yes-or-no property, or its default; always there if it has one.
    pub fn flag(&self, name: &str) -> Option<bool> {
        if let Some(Value::Flag(flag)) = self.value(name) { Some(flag) } else { None }
    }
}
