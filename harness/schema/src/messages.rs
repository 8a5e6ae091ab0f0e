//! What is said of words, properties and arguments that are unknown, out of place, missing or too many.

use std::sync::Arc;

use kdl::KdlValue;

use crate::fault;
use crate::node::Binding;
use crate::problem::Problem;
use crate::text::{listed, nearest, one_of};
use crate::value::Wrong;
use crate::vocabulary::{Argument, Language, Place, Property, Vocabulary, Word};
use offhook_base::Span;

/// A word that may appear once, and appears again.
pub(crate) fn repeated_word<P: Place>(name: &str, place: P, at: Span, first: Span) -> Problem {
    let message = format!("`{name}` may appear only once {}", place.phrase());
    Problem::new(fault::REPEATED_WORD, message, at, "appears again").also(first, "first here")
}

/// A word that cannot stand where it stands: what is wrong with it, and where it could.
pub(crate) fn wrong_word<L: Language>(
    vocabulary: &Vocabulary<L>,
    name: &str,
    at: Span,
    place: L::Place,
    parent: Option<&'static Word<L>>,
) -> Problem {
    if let Some((parent, property)) = parent.and_then(|parent| Some((parent, parent.property(name)?))) {
        let whose = parent.name;
        let message = format!("`{name}` is a property of `{whose}`, not a keyword");
        let help = format!("write it on the line of `{whose}`: {name}={}", property.kind.example());
        return Problem::new(fault::MISPLACED_WORD, message, at, "not allowed in the block").help(help);
    }
    let mut places: Vec<&str> = Vec::new();
    for place in vocabulary.words_named(name).flat_map(|word| word.within) {
        if !places.contains(&place.phrase()) {
            places.push(place.phrase());
        }
    }
    if !places.is_empty() {
        let message = format!("`{name}` is not allowed {}", place.phrase());
        return Problem::new(fault::MISPLACED_WORD, message, at, "not allowed here")
            .help(format!("it belongs {}", one_of(&places)));
    }
    if let Some(owner) = vocabulary.words_at(place).find(|word| word.property(name).is_some()) {
        let message = format!("`{name}` is a property of `{}`, not a keyword", owner.name);
        let help = format!(
            "write it on the line of `{}`: {} {name}=...",
            owner.name,
            example(owner).trim_end_matches(" { ... }")
        );
        return Problem::new(fault::MISPLACED_WORD, message, at, "not a keyword").help(help);
    }
    let problem = Problem::new(
        fault::UNKNOWN_WORD,
        format!("unknown keyword `{name}`"),
        at,
        format!("not a keyword {}", place.phrase()),
    );
    let here = nearest(name, vocabulary.words_at(place).map(|word| word.name));
    match here.or_else(|| nearest(name, vocabulary.all().map(|word| word.name))) {
        Some(word) => problem.help(format!("did you mean `{word}`?")),
        None => problem.help(match listed_words(vocabulary, place) {
            Some(words) => format!("allowed {} are {words}", place.phrase()),
            None => format!("nothing is allowed {}", place.phrase()),
        }),
    }
}

fn listed_words<L: Language>(vocabulary: &Vocabulary<L>, place: L::Place) -> Option<String> {
    let words: Vec<_> = vocabulary.words_at(place).map(|word| format!("`{}`", word.name)).collect();
    (!words.is_empty()).then(|| listed(&words, "and"))
}

/// A required word that is not in the block of the one at `at`.
pub(crate) fn missing_word<L: Language>(missing: &Word<L>, inside: L::Place, at: Span) -> Problem {
    let message = format!("`{}` is missing {}", missing.name, inside.phrase());
    let problem = Problem::new(fault::MISSING_WORD, message, at, format!("has no `{}` in its block", missing.name));
    problem.help(format!("{}: {}", example(missing), missing.doc))
}

/// A block after a word that has none.
pub(crate) fn no_block<L: Language>(word: &Word<L>, at: Span) -> Problem {
    let problem = Problem::new(fault::NO_BLOCK, format!("`{}` has no block", word.name), at, "not allowed here");
    problem.help(format!("for example: {}", example(word)))
}

/// A property that the word does not have.
pub(crate) fn unknown_property<L: Language>(
    vocabulary: &Vocabulary<L>,
    word: &Word<L>,
    properties: &[&'static Property],
    name: &str,
    at: Span,
) -> Problem {
    let message = format!("unknown property `{name}` of `{}`", word.name);
    let problem = Problem::new(fault::UNKNOWN_PROPERTY, message, at, "unknown property");
    if let Some(near) = nearest(name, properties.iter().map(|property| property.name)) {
        return problem.help(format!("did you mean `{near}`?"));
    }
    if word.opens.and_then(|inside| vocabulary.word_at(name, inside)).is_some() {
        return problem.help(format!("`{name}` is a keyword: put it in the block of `{}`", word.name));
    }
    if word.arguments.iter().any(|argument| argument.name == name) {
        return problem.help(format!("write the {name} without a name: {}", example(word)));
    }
    if let Some(other) = vocabulary.words_named(name).next() {
        let place = other.within.first().map_or("", |place| place.phrase());
        return problem.help(format!("`{name}` is a keyword; it belongs {place}: {}", example(other)));
    }
    let names: Vec<_> = properties.iter().map(|property| format!("`{}`", property.name)).collect();
    problem.help(match names.as_slice() {
        [] => format!("`{}` has no properties", word.name),
        names => format!("`{}` has {}", word.name, listed(names, "and")),
    })
}

/// A required property that was not given.
pub(crate) fn missing_property<L: Language>(word: &Word<L>, property: &Property, at: Span) -> Problem {
    let name = property.name;
    let message = format!("`{}` needs `{name}=`", word.name);
    Problem::new(fault::MISSING_PROPERTY, message, at, format!("{name}= is missing")).help(format!(
        "{name}={}: {}",
        property.kind.example(),
        property.doc
    ))
}

/// Too few values after a word that ends at `end`.
pub(crate) fn missing_argument<L: Language>(word: &Word<L>, argument: &Argument, end: Span) -> Problem {
    let message = match argument.least {
        1 => format!("`{}` needs a value: {}", word.name, argument.name),
        least => format!("`{}` needs at least {least} values", word.name),
    };
    Problem::new(fault::MISSING_ARGUMENT, message, end, "missing here").help(format!("for example: {}", example(word)))
}

/// A value too many.
pub(crate) fn extra_argument<L: Language>(word: &Word<L>, value: &KdlValue, at: Span) -> Problem {
    let message = match word.arguments.is_empty() {
        true => format!("`{}` takes no value", word.name),
        false => format!("`{}` takes no further value", word.name),
    };
    let problem = Problem::new(fault::EXTRA_ARGUMENT, message, at, "unexpected value");
    let near = |text: &str| nearest(text, word.properties.iter().map(|property| property.name));
    problem.help(match value {
        KdlValue::String(text) => match (text.strip_suffix(':'), near(text)) {
            (Some(name), _) => format!("properties are written {name}=..."),
            (None, Some(name)) => format!("properties are written {name}=..."),
            (None, None) => format!("for example: {}", example(word)),
        },
        _ => format!("for example: {}", example(word)),
    })
}

/// A value that is wrong at `at`, and what it was filled in from.
pub(crate) fn wrong_value(wrong: Wrong, at: Span, bindings: &[Arc<Binding>]) -> Problem {
    let given: Vec<String> = bindings.iter().map(|it| format!("`{}` is `{}`", it.name, it.value)).collect();
    let message = match given.is_empty() {
        true => wrong.message,
        false => format!("{}; here {}", wrong.message, listed(&given, "and")),
    };
    let problem = Problem { help: wrong.help, ..Problem::new(wrong.fault, message, at, wrong.label) };
    bindings.iter().fold(problem, |problem, binding| problem.also(binding.place, binding.label))
}

/// A word as it may be written, with its arguments: `ring 3`.
pub(crate) fn example<L: Language>(word: &Word<L>) -> String {
    let mut text = word.name.to_owned();
    for argument in word.arguments {
        for _ in 0..argument.least.max(1) {
            text.push_str(&format!(" {}", argument.kind.example()));
        }
    }
    if word.opens.is_some_and(|place| !place.seldom()) {
        text.push_str(" { ... }");
    }
    text
}
