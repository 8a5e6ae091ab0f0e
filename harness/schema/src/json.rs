//! A vocabulary as data, for editors: every place, word, value, range and default, to be written as JSON.
//!
//! The shape is part of what offhook promises: fields are added, and none changes its meaning without another `format`
//! of the object that holds it.

use serde::Serialize;

use crate::kind::Kind;
use crate::vocabulary::{Absent, Argument, Given, Language, Occurs, Place, Property, Vocabulary, Word};
use offhook_base::format_duration;

/// A vocabulary.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Schema {
    /// What kind of file it is for: `scenario`.
    pub language: &'static str,
    /// Where words stand; the first is the file itself.
    pub places: Vec<PlaceSchema>,
    /// Every word; one name may stand for several words, in different places.
    pub words: Vec<WordSchema>,
}

/// A place.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlaceSchema {
    /// Its name, by which words refer to it.
    pub name: &'static str,
    /// As part of a sentence: "it belongs ...".
    pub phrase: &'static str,
}

/// A word.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WordSchema {
    /// As it is written.
    pub name: &'static str,
    /// The places where it may stand.
    pub within: Vec<&'static str>,
    /// The place that its block is; null: it has no block.
    pub opens: Option<&'static str>,
    /// `once`, `at-most-once` or `freely`, in one block.
    pub occurs: &'static str,
    /// Whether it takes the values of the word in whose block it stands, too.
    pub borrows: bool,
    /// Whether it takes properties of any other name, too.
    pub columns: bool,
    /// Values in order; only the last may be several, or left out.
    pub arguments: Vec<ArgumentSchema>,
    /// `name=value`, in any order.
    pub properties: Vec<PropertySchema>,
    /// The value that holds without the word; null: none.
    pub default: Option<Default>,
    /// What holds without the word, in words; null: nothing to say.
    pub absent: Option<&'static str>,
    /// What it writes on the server, in Markdown; null: nothing.
    pub writes: Option<&'static str>,
    /// What it says, in Markdown.
    pub doc: &'static str,
}

/// A value without a name.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArgumentSchema {
    /// What it is called.
    pub name: &'static str,
    /// How many there are at least.
    pub least: usize,
    /// How many there are at most; null: any number.
    pub most: Option<usize>,
    /// What it may be.
    pub value: ValueSchema,
}

/// A value with a name.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PropertySchema {
    /// As it is written before `=`.
    pub name: &'static str,
    /// Whether it has to be there.
    pub required: bool,
    /// The value that holds if it is left out; null: none.
    pub default: Option<Default>,
    /// What holds if it is left out, in words; null: `default` says it, or it is required.
    pub absent: Option<&'static str>,
    /// What it writes on the server, in Markdown; null: nothing of its own.
    pub writes: Option<&'static str>,
    /// What it may be.
    pub value: ValueSchema,
    /// What it says, in Markdown.
    pub doc: &'static str,
}

/// What a value may be.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ValueSchema {
    /// `text`, `number`, `duration`, `flag`, `choice`, `ipv4-address`, `ranges`, `octets`, or a kind of the language.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// As part of a sentence: "must be ...".
    pub phrase: String,
    /// One as it would be written in the file.
    pub example: String,
    /// The least number, or the shortest duration as it is written; else null.
    pub min: Option<Default>,
    /// The greatest number, or the longest duration as it is written; else null.
    pub max: Option<Default>,
    /// What a number counts: `bit/s`; else null.
    pub unit: Option<&'static str>,
    /// The possible texts of a choice, and `never` of a duration that takes it; else empty.
    pub choices: Vec<ChoiceSchema>,
}

/// One possible text.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChoiceSchema {
    /// The text.
    pub name: &'static str,
    /// What it means; empty: the name says it.
    pub doc: &'static str,
}

/// A value as JSON has it; a duration as it is written in the file, without quotes.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Default {
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(u32),
    /// A text or a duration.
    Text(String),
}

/// A vocabulary as data.
pub fn schema<L: Language>(language: &'static str, vocabulary: &Vocabulary<L>) -> Schema {
    Schema {
        language,
        places: vocabulary
            .places
            .iter()
            .map(|place| PlaceSchema { name: place.name(), phrase: place.phrase() })
            .collect(),
        words: vocabulary.all().map(word).collect(),
    }
}

fn word<L: Language>(word: &'static Word<L>) -> WordSchema {
    let (default, absent) = left_out(word.absent);
    WordSchema {
        name: word.name,
        within: word.within.iter().map(|place| place.name()).collect(),
        opens: word.opens.map(Place::name),
        occurs: match word.occurs {
            Occurs::Once => "once",
            Occurs::AtMostOnce => "at-most-once",
            Occurs::Freely => "freely",
        },
        borrows: word.borrows,
        columns: word.columns,
        arguments: word.arguments.iter().map(argument).collect(),
        properties: word.properties.iter().map(property).collect(),
        default,
        absent,
        writes: some(word.writes),
        doc: word.doc,
    }
}

fn argument(argument: &'static Argument) -> ArgumentSchema {
    ArgumentSchema {
        name: argument.name,
        least: argument.least,
        most: Some(argument.most).filter(|most| *most != usize::MAX),
        value: value(argument.kind),
    }
}

fn property(property: &'static Property) -> PropertySchema {
    let (default, absent) = left_out(property.absent);
    PropertySchema {
        name: property.name,
        required: property.absent == Absent::Never,
        default,
        absent,
        writes: some(property.writes),
        value: value(property.kind),
        doc: property.doc,
    }
}

fn value(kind: Kind) -> ValueSchema {
    let (min, max, unit) = match kind {
        Kind::Number { min, max, unit } => (Some(Default::Number(min)), Some(Default::Number(max)), some(unit)),
        Kind::Time { min, max, .. } => {
            (Some(Default::Text(format_duration(min))), Some(Default::Text(format_duration(max))), None)
        }
        _ => (None, None, None),
    };
    let choices = match kind {
        Kind::Choice(choices) | Kind::Declared(choices, _) => {
            choices.iter().map(|(name, doc)| ChoiceSchema { name, doc }).collect()
        }
        Kind::Names(names) => names().into_iter().map(|name| ChoiceSchema { name, doc: "" }).collect(),
        Kind::Time { never: true, .. } => vec![ChoiceSchema { name: "never", doc: "" }],
        _ => Vec::new(),
    };
    ValueSchema { kind: kind.name(), phrase: kind.phrase(), example: kind.example(), min, max, unit, choices }
}

fn left_out(absent: Absent) -> (Option<Default>, Option<&'static str>) {
    match absent {
        Absent::Never => (None, None),
        Absent::Says(what) => (None, Some(what)),
        Absent::Means(Given::Flag(flag)) => (Some(Default::Flag(flag)), None),
        Absent::Means(Given::Number(number)) => (Some(Default::Number(number)), None),
        Absent::Means(Given::Time(time)) => (Some(Default::Text(format_duration(time))), None),
        Absent::Means(Given::Text(text)) => (Some(Default::Text(text.to_owned())), None),
    }
}

fn some(text: &'static str) -> Option<&'static str> {
    (!text.is_empty()).then_some(text)
}
