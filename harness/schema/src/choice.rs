//! Texts that stand for the values of an enum: the names with their meaning for people, and the values, in one table.

use crate::item::Item;
use crate::kind::{Choices, Kind};
use crate::value::Value;
use crate::vocabulary::Language;

/// A table of choices. Made by [`choices!`](crate::choices), which keeps names and values in step.
#[derive(Debug)]
pub struct Choice<T: 'static> {
    names: Choices,
    values: &'static [T],
    first: T,
}

impl<T: Copy> Choice<T> {
    /// For [`choices!`](crate::choices): `values` in the order of `names`, and the first of them.
    pub const fn new(names: Choices, values: &'static [T], first: T) -> Self {
        Self { names, values, first }
    }

    /// The kind of value that takes these names.
    pub const fn kind(&self) -> Kind {
        Kind::Choice(self.names)
    }

    /// The kind of value that takes these names, and those that a text gives to a word at its top.
    pub const fn or_declared(&self, word: &'static str) -> Kind {
        Kind::Declared(self.names, word)
    }

    /// All values, in order.
    pub fn values(&self) -> impl Iterator<Item = &'static T> + use<T> {
        self.values.iter()
    }

    /// The value that a name stands for.
    pub fn of(&self, name: &str) -> Option<T> {
        let index = self.names.iter().position(|(known, _)| *known == name)?;
        self.values.get(index).copied()
    }

    /// The value that an item's property stands for, or its default.
    pub fn property<L: Language>(&self, item: &Item<L>, name: &str) -> Option<T> {
        item.text(name).and_then(|text| self.of(&text))
    }

    /// The value of a property that has a default. Where a wrong value was written that has been told already, and the
    /// first of the table stands in, so that reading can go on.
    pub fn required<L: Language>(&self, item: &Item<L>, name: &str) -> T {
        self.property(item, name).unwrap_or(self.first)
    }

    /// The value of an argument, likewise.
    pub fn argument<L: Language>(&self, item: &Item<L>, index: usize) -> T {
        match item.argument(index) {
            Some(Value::Text(text)) => self.of(text).unwrap_or(self.first),
            _ => self.first,
        }
    }
}

/// Defines a table of choices: each name, its value, and what it says.
#[macro_export]
macro_rules! choices {
    ($($(#[$doc:meta])* $visible:vis $table:ident: $type:ty {
        $first:literal => $value:expr, $says:literal;
        $($name:literal => $other:expr, $about:literal;)*
    })*) => {
        $($(#[$doc])* $visible const $table: $crate::Choice<$type> = $crate::Choice::new(
            &[($first, $says), $(($name, $about)),*],
            &[$value, $($other),*],
            $value,
        );)*
    };
}
