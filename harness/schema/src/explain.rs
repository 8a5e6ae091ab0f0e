//! What a word means, for `offhook explain`: every meaning that a vocabulary has for it, as text to be wrapped.

use crate::reference::{about, effect, left_out, notes, told, usage};
use crate::text::capital;
use crate::vocabulary::{Language, Place, Vocabulary, Word};

/// One meaning of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// Its form and what it is, one line: ``ring RINGS`: keyword in a `call``.
    pub title: String,
    /// Paragraphs, each to be wrapped.
    pub paragraphs: Vec<String>,
    /// What belongs to it, each with what it says: values, properties, the words of its block.
    pub parts: Vec<(String, String)>,
}

/// Something that knows what words mean: `offhook explain` asks several in turn.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// What it is about, as a heading: "Scenario files".
    pub title: &'static str,
    /// Every meaning it has for a word.
    pub explain: fn(&str) -> Vec<Meaning>,
    /// The words it knows, for suggestions.
    pub names: fn() -> Vec<&'static str>,
    /// Its words in groups, each with a heading.
    pub overview: fn() -> Vec<(String, Vec<&'static str>)>,
}

/// Every meaning of `name` in a vocabulary: as a word, and as a property of words.
pub fn explain<L: Language>(vocabulary: &Vocabulary<L>, name: &str) -> Vec<Meaning> {
    let words = vocabulary.words_named(name).map(|word| of_word(vocabulary, word));
    let properties = vocabulary.all().filter_map(|word| {
        let property = word.property(name)?;
        Some(Meaning {
            title: format!("{name}= (property of `{}`, {})", word.name, places(word)),
            paragraphs: vec![about(property)],
            parts: Vec::new(),
        })
    });
    words.chain(properties).collect()
}

/// Every name that [`explain()`] knows: words and properties, each once.
pub fn names<L: Language>(vocabulary: &Vocabulary<L>) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    for word in vocabulary.all() {
        names.push(word.name);
        names.extend(word.properties.iter().map(|property| property.name));
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// The words of each place: what the place is called, and the words.
pub fn overview<L: Language>(vocabulary: &Vocabulary<L>) -> Vec<(String, Vec<&'static str>)> {
    let words = |place| vocabulary.words_at(place).map(|word| word.name).collect::<Vec<_>>();
    let places = vocabulary.places.iter().copied().map(|place| (capital(place.phrase()), words(place)));
    places.filter(|(_, words)| !words.is_empty()).collect()
}

fn places<L: Language>(word: &Word<L>) -> &'static str {
    word.within.first().map_or("", |place| place.phrase())
}

fn of_word<L: Language>(vocabulary: &Vocabulary<L>, word: &Word<L>) -> Meaning {
    let mut what = vec![format!("keyword {}", places(word))];
    what.extend(notes(word));
    let mut paragraphs = vec![word.doc.to_owned()];
    paragraphs.extend(left_out(word));
    paragraphs.extend(effect(word.writes));
    let mut parts: Vec<(String, String)> = Vec::new();
    for argument in word.arguments {
        parts.push((
            argument.name.to_uppercase(),
            capital(&told(argument).unwrap_or_else(|| format!("{}.", argument.kind.phrase()))),
        ));
    }
    for property in word.properties {
        parts.push((format!("{}=", property.name), about(property)));
    }
    if let Some(inside) = word.opens {
        let words: Vec<_> = vocabulary.words_at(inside).map(|word| word.name).collect();
        parts.push(("{ ... }".to_owned(), format!("In its block: {}.", words.join(", "))));
    }
    Meaning { title: format!("{} ({})", usage(word), what.join("; ")), paragraphs, parts }
}
