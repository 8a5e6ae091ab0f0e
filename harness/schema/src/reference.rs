//! The reference of a vocabulary in Markdown: every word with its values, defaults and meaning, by the place where it
//! stands.

use crate::text::{capital, one_of};
use crate::vocabulary::{Absent, Argument, Language, Occurs, Place, Property, Vocabulary, Word};

/// Every word by its place, in the order of the vocabulary.
pub fn reference<L: Language>(vocabulary: &Vocabulary<L>) -> String {
    let mut text = String::new();
    for place in vocabulary.places.iter().copied() {
        // A word is told once, at the first of its places.
        let mut words = vocabulary.words_at(place).filter(|word| word.within.first() == Some(&place)).peekable();
        if words.peek().is_none() {
            continue;
        }
        text.push_str(&format!("### {}\n\n", capital(place.phrase())));
        for word in words {
            describe(word, &mut text);
        }
        text.push('\n');
    }
    text
}

fn describe<L: Language>(word: &Word<L>, text: &mut String) {
    text.push_str(&format!("- **`{}`**", usage(word)));
    let notes = notes(word);
    if !notes.is_empty() {
        text.push_str(&format!(" ({})", notes.join("; ")));
    }
    text.push_str(&format!(": {}", word.doc));
    for more in [left_out(word), effect(word.writes)].into_iter().flatten() {
        text.push_str(&format!(" {more}"));
    }
    text.push('\n');
    for (name, told) in word.arguments.iter().filter_map(|argument| Some((argument.name, told(argument)?))) {
        text.push_str(&format!("  - {}: {told}\n", name.to_uppercase()));
    }
    for property in word.properties {
        text.push_str(&format!("  - `{}=`: {}\n", property.name, about(property)));
    }
}

/// How often, and where else.
pub(crate) fn notes<L: Language>(word: &Word<L>) -> Vec<String> {
    let mut notes = Vec::new();
    match word.occurs {
        Occurs::Once => notes.push("once".to_owned()),
        Occurs::AtMostOnce => notes.push("at most once".to_owned()),
        Occurs::Freely => {}
    }
    let also: Vec<_> = word.within.iter().skip(1).map(|place| place.phrase()).collect();
    if !also.is_empty() {
        notes.push(format!("also {}", one_of(&also)));
    }
    notes
}

/// What holds without the word.
pub(crate) fn left_out<L: Language>(word: &Word<L>) -> Option<String> {
    match word.absent {
        Absent::Never => None,
        Absent::Means(value) => Some(format!("Default: `{}`.", value.written())),
        Absent::Says(what) => Some(format!("Default: {what}.")),
    }
}

/// What a word or a property writes, as a sentence.
pub(crate) fn effect(writes: &str) -> Option<String> {
    (!writes.is_empty()).then(|| format!("Writes {writes}."))
}

/// What an argument may be, where its name does not say it.
pub(crate) fn told(argument: &Argument) -> Option<String> {
    argument.kind.told().map(|told| format!("{told}."))
}

/// What a property says, may be, and is if left out.
pub(crate) fn about(property: &Property) -> String {
    let mut text = property.doc.to_owned();
    if let Some(told) = property.kind.told() {
        text.push_str(&format!(" {}.", capital(&told)));
    }
    match property.absent {
        Absent::Never => text.push_str(" Required."),
        Absent::Means(value) => text.push_str(&format!(" Default: `{}`.", value.written())),
        Absent::Says(what) => text.push_str(&format!(" Default: {what}.")),
    }
    if let Some(effect) = effect(property.writes) {
        text.push_str(&format!(" {effect}"));
    }
    text
}

/// `port DEVICE [type=] [speed=] { ... }`
pub(crate) fn usage<L: Language>(word: &Word<L>) -> String {
    let mut text = word.name.to_owned();
    for argument in word.arguments {
        let name = argument.name.to_uppercase();
        let many = if argument.most > 1 { " ..." } else { "" };
        let name = format!("{name}{many}");
        text.push_str(&if argument.least == 0 { format!(" [{name}]") } else { format!(" {name}") });
    }
    for property in word.properties {
        let name = property.name;
        text.push_str(&if property.absent == Absent::Never { format!(" {name}=") } else { format!(" [{name}=]") });
    }
    if word.columns {
        text.push_str(" COLUMN=...");
    }
    if word.opens.is_some_and(|place| !place.seldom()) {
        text.push_str(" { ... }");
    }
    text
}
