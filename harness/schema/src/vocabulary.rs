//! The shape of a vocabulary: where a word may stand, and what follows it.
//!
//! The words are data of whoever owns the language. Checks, suggestions, builders, the reference and the JSON for
//! editors all read the same table, so that each fact about the language stands once.

use std::fmt::Debug;
use std::time::Duration;

use kdl::KdlValue;

use crate::kind::Kind;
use crate::reading::read_value;
use crate::value::Value;
use offhook_base::format_duration;

/// A language: what its places are called, and what a word is to its builders.
pub trait Language: Copy + Debug + PartialEq + 'static {
    /// Where words stand.
    type Place: Place;
    /// What a word is to whoever builds something from it. An enum, or several: builders match it without a catch-all.
    type Role: Copy + Debug + PartialEq + 'static;
}

/// Where a word may stand.
pub trait Place: Copy + Debug + PartialEq + 'static {
    /// Its name, for programs: `server`.
    fn name(self) -> &'static str;

    /// As part of a sentence: "it belongs ...".
    fn phrase(self) -> &'static str;

    /// Whether a block of such words is seldom written, and left out where a word's form is shown.
    fn seldom(self) -> bool {
        false
    }
}

/// All words of one kind of file.
#[derive(Debug)]
pub struct Vocabulary<L: Language> {
    /// Its places in the order of the reference, the outermost first.
    pub places: &'static [L::Place],
    /// Its words in the order of the reference, in groups.
    pub words: &'static [&'static [Word<L>]],
}

/// A word of the language: the name of a KDL node and all that goes with it.
#[derive(Debug)]
pub struct Word<L: Language> {
    /// As it is written.
    pub name: &'static str,
    /// What it is to its builder.
    pub role: L::Role,
    /// Where it may stand.
    pub within: &'static [L::Place],
    /// Where the words of its block stand; `None`: it has no block.
    pub opens: Option<L::Place>,
    /// Values after it, in order; only the last may be more than one.
    pub arguments: &'static [Argument],
    /// `name=value` after it, in any order.
    pub properties: &'static [Property],
    /// How often it may stand in one block.
    pub occurs: Occurs,
    /// What holds if it is left out.
    pub absent: Absent,
    /// Whether it takes, besides its own, the values of the word in whose block it stands.
    pub borrows: bool,
    /// Whether it takes, besides its own, properties of any name.
    pub columns: bool,
    /// What it writes on the server, or what it looks at there; empty: nothing.
    pub writes: &'static str,
    /// What it says, one or two sentences.
    pub doc: &'static str,
}

/// How often a word stands in one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occurs {
    /// Exactly once.
    Once,
    /// Once or not at all.
    AtMostOnce,
    /// As often as wanted.
    Freely,
}

/// A value without a name.
#[derive(Debug)]
pub struct Argument {
    /// What it is called in the reference.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// How many of them.
    pub least: usize,
    /// How many of them at most.
    pub most: usize,
}

/// A value with a name.
#[derive(Debug)]
pub struct Property {
    /// As it is written before `=`.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// What holds if it is left out.
    pub absent: Absent,
    /// What it writes on the server; empty: nothing of its own.
    pub writes: &'static str,
    /// What it says.
    pub doc: &'static str,
}

/// What holds if something is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// It cannot be left out; or, of a word, nothing needs to be said.
    Never,
    /// This value.
    Means(Given),
    /// This, in words.
    Says(&'static str),
}

/// A default, as a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(u32),
    /// A duration.
    Time(Duration),
    /// A text, also the name of a choice.
    Text(&'static str),
}

impl Given {
    /// As it would be written.
    pub fn written(self) -> String {
        match self {
            Self::Flag(flag) => format!("#{flag}"),
            Self::Number(number) => number.to_string(),
            Self::Time(time) => format!("\"{}\"", format_duration(time)),
            Self::Text(text) => format!("\"{}\"", text.escape_debug()),
        }
    }

    /// As a value of a kind; `None`: it is none.
    pub fn value(self, kind: Kind) -> Option<Value> {
        let value = match self {
            Self::Flag(flag) => KdlValue::Bool(flag),
            Self::Number(number) => KdlValue::Integer(number.into()),
            Self::Time(time) => KdlValue::String(format_duration(time)),
            Self::Text(text) => KdlValue::String(text.to_owned()),
        };
        read_value(&value, kind, "").ok()
    }
}

impl<L: Language> Word<L> {
    /// A word with nothing after it, as often as wanted; what differs is said beside it.
    pub const fn new(name: &'static str, role: L::Role, within: &'static [L::Place], doc: &'static str) -> Self {
        Self {
            name,
            role,
            within,
            opens: None,
            arguments: &[],
            properties: &[],
            occurs: Occurs::Freely,
            absent: Absent::Never,
            borrows: false,
            columns: false,
            writes: "",
            doc,
        }
    }

    /// The property of that name.
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        self.properties.iter().find(|property| property.name == name)
    }
}

impl Argument {
    /// Exactly one value.
    pub const fn one(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, least: 1, most: 1 }
    }

    /// One value or none.
    pub const fn maybe(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, least: 0, most: 1 }
    }

    /// Any number of values, but at least `least`.
    pub const fn many(name: &'static str, kind: Kind, least: usize) -> Self {
        Self { name, kind, least, most: usize::MAX }
    }
}

impl Property {
    /// A property that writes nothing of its own.
    pub const fn new(name: &'static str, kind: Kind, absent: Absent, doc: &'static str) -> Self {
        Self { name, kind, absent, writes: "", doc }
    }

    /// The same, with what it writes on the server.
    #[must_use]
    pub const fn writes(self, writes: &'static str) -> Self {
        Self { writes, ..self }
    }
}

impl<L: Language> Vocabulary<L> {
    /// All words, in the order of the reference.
    pub fn all(&self) -> impl Iterator<Item = &'static Word<L>> + use<L> {
        self.words.iter().copied().flatten()
    }

    /// All words that may stand at a place, in the order of the reference.
    pub fn words_at(&self, place: L::Place) -> impl Iterator<Item = &'static Word<L>> + use<L> {
        self.all().filter(move |word| word.within.contains(&place))
    }

    /// The word of that name at that place.
    pub fn word_at(&self, name: &str, place: L::Place) -> Option<&'static Word<L>> {
        self.words_at(place).find(|word| word.name == name)
    }

    /// All words of that name.
    pub fn words_named<'a>(&self, name: &'a str) -> impl Iterator<Item = &'static Word<L>> + use<'a, L> {
        self.all().filter(move |word| word.name == name)
    }

    /// What contradicts itself in the table; empty for a vocabulary that can be used. For the tests of its owner.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for place in self.places.iter().copied() {
            let names: Vec<_> = self.words_at(place).map(|word| word.name).collect();
            for (index, name) in names.iter().enumerate() {
                if names[..index].contains(name) {
                    faults.push(format!("`{name}` is defined twice {}", place.phrase()));
                }
            }
        }
        for word in self.all() {
            let last = word.arguments.len().saturating_sub(1);
            for (index, argument) in word.arguments.iter().enumerate() {
                if index != last && (argument.least, argument.most) != (1, 1) {
                    faults.push(format!("`{}`: only the last argument may repeat or be left out", word.name));
                }
            }
            for place in word.within.iter().chain(&word.opens) {
                if !self.places.contains(place) {
                    faults.push(format!(
                        "`{}` stands {}, which is no place of this vocabulary",
                        word.name,
                        place.phrase()
                    ));
                }
            }
            for property in word.properties {
                if let Absent::Means(given) = property.absent
                    && given.value(property.kind).is_none()
                {
                    faults.push(format!("`{}` of `{}` cannot be its own default", property.name, word.name));
                }
            }
        }
        faults
    }
}
