//! The first pass over a scenario text: every node a word of the vocabulary, in its place, with its values.
//!
//! A [`KdlDocument`] goes in; [`Item`]s come out, which hold only what was right, and a [`Problem`] for whatever
//! was not. So one slip does not hide the next.

use std::collections::BTreeMap;
use std::ops::Range;

use kdl::{KdlDocument, KdlEntry, KdlNode, KdlValue};
use miette::SourceSpan;

use super::Span;
use super::kind::Kind;
use super::problem::{Fault, Problem};
use super::value::{self, Value};
use super::vocabulary::{
    Absent, Argument, Occurs, Place, Property, Word, listed, nearest, one_of, word_at, words_at, words_named,
};

/// A node that is a word of the vocabulary.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// The word.
    pub(crate) word: &'static Word,
    /// Where the word and its values stand, without the block.
    pub(crate) span: Span,
    /// Arguments in order; `None` where one was wrong.
    pub(crate) arguments: Vec<(Option<Value>, Span)>,
    /// Properties that were right.
    pub(crate) properties: BTreeMap<&'static str, (Value, Span)>,
    /// The words of its block.
    pub(crate) items: Vec<Self>,
    /// Whether nothing was wrong with it and with its block; only then may something be said to be missing.
    pub(crate) sound: bool,
    /// Whether each word of its block was one, whatever followed the words.
    pub(crate) complete: bool,
}

impl Item {
    /// The first word of that name in the block.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children(name).next()
    }

    /// All words of that name in the block.
    pub(crate) fn children(&self, name: &str) -> impl Iterator<Item = &Self> {
        self.items.iter().filter(move |item| item.word.name == name)
    }

    /// A property's place.
    pub(crate) fn property_span(&self, name: &str) -> Option<Span> {
        self.properties.get(name).map(|(_, span)| *span)
    }
}

/// Where something of KDL stands.
pub(crate) fn span(span: SourceSpan) -> Span {
    Span { offset: span.offset(), len: span.len() }
}

/// Reads the nodes of `document`, which stands at `place` in the block of `parent`.
pub(crate) fn items(
    document: &KdlDocument,
    place: Place,
    parent: Option<&'static Word>,
    problems: &mut Vec<Problem>,
) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for node in document.nodes() {
        let Some(item) = read_item(node, place, parent, problems) else { continue };
        let first = items.iter().find(|other| other.word.name == item.word.name);
        if let (Some(first), false) = (first, item.word.occurs == Occurs::Freely) {
            let message = format!("`{}` is said once {}", item.word.name, place.phrase());
            let problem = Problem::new(Fault::RepeatedWord, message, item.span, "and again");
            problems.push(problem.also(first.span, "said here"));
        }
        items.push(item);
    }
    items
}

fn read_item(node: &KdlNode, place: Place, parent: Option<&'static Word>, problems: &mut Vec<Problem>) -> Option<Item> {
    let name = node.name().value();
    let at = span(node.name().span());
    let Some(word) = word_at(name, place) else {
        problems.push(wrong_word(name, at, place, parent));
        return None;
    };
    if let Some(annotation) = node.ty() {
        problems.push(annotated(span(annotation.span())));
    }
    let end = node.entries().last().map_or(at, |entry| span(entry.span()));
    let head = Span { offset: at.offset, len: (end.offset + end.len).saturating_sub(at.offset) };
    let mut item = Item {
        word,
        span: head,
        arguments: Vec::new(),
        properties: BTreeMap::new(),
        items: Vec::new(),
        sound: true,
        complete: true,
    };
    let before = problems.len();

    // `on` takes the values of the verb it stands in besides its own.
    let deviates = parent.filter(|_| place == Place::Step && name == "on");
    read_entries(node, deviates, &mut item, problems);
    if let Some(block) = node.children() {
        match word.opens {
            Some(inside) => {
                item.items = items(block, inside, Some(word), problems);
                item.complete = item.items.len() == block.nodes().len();
            }
            None if block.nodes().is_empty() => {}
            None => {
                let message = format!("`{name}` has no block");
                let problem = Problem::new(Fault::NoBlock, message, span(block.span()), "nothing can stand here");
                problems.push(problem.help(format!("like this: {}", how(word))));
            }
        }
    }
    if let Some(inside) = word.opens {
        for missing in words_at(inside).filter(|word| word.occurs == Occurs::Once) {
            if item.complete && item.child(missing.name).is_none() {
                let message = format!("there is no `{}` {}", missing.name, inside.phrase());
                let problem = Problem::new(Fault::MissingWord, message, at, format!("no `{}` in here", missing.name));
                problems.push(problem.help(format!("{}: {}", how(missing), missing.doc)));
            }
        }
    }
    item.sound = problems.len() == before;
    Some(item)
}

fn annotated(at: Span) -> Problem {
    Problem::new(Fault::Annotation, "type annotations have no meaning here", at, "leave it out")
}

/// What is wrong with a word that cannot stand where it stands, and where it could.
fn wrong_word(name: &str, at: Span, place: Place, parent: Option<&'static Word>) -> Problem {
    if let Some(property) = parent.and_then(|parent| parent.properties.iter().find(|property| property.name == name)) {
        let whose = parent.map_or("", |parent| parent.name);
        let message = format!("`{name}` is a property of `{whose}`, not a word of its own");
        let help = format!("on the line of `{whose}`: {name}={}", written(property.kind));
        return Problem::new(Fault::MisplacedWord, message, at, "not in the block").help(help);
    }
    let mut places: Vec<&str> = Vec::new();
    for place in words_named(name, place).flat_map(|word| word.within) {
        if !places.contains(&place.phrase()) {
            places.push(place.phrase());
        }
    }
    if !places.is_empty() {
        let message = format!("`{name}` cannot stand {}", place.phrase());
        let help = format!("it belongs {}", one_of(&places));
        return Problem::new(Fault::MisplacedWord, message, at, "out of place").help(help);
    }
    let owner = words_at(place).find(|word| word.properties.iter().any(|property| property.name == name));
    if let Some(owner) = owner {
        let message = format!("`{name}` is a property of `{}`, not a word of its own", owner.name);
        let help = format!("on the line of `{}`: {} {name}=...", owner.name, how(owner).trim_end_matches(" { ... }"));
        return Problem::new(Fault::MisplacedWord, message, at, "not a word").help(help);
    }
    let problem =
        Problem::new(Fault::UnknownWord, format!("`{name}` is not a word"), at, format!("unknown {}", place.phrase()));
    let here = nearest(name, words_at(place).map(|word| word.name));
    match here.or_else(|| nearest(name, place.beside().iter().copied().flat_map(words_at).map(|word| word.name))) {
        Some(word) => problem.help(format!("did you mean `{word}`?")),
        None => problem.help(match listed_words(place) {
            Some(words) => format!("{} there can be {words}", place.phrase()),
            None => format!("nothing can stand {}", place.phrase()),
        }),
    }
}

fn listed_words(place: Place) -> Option<String> {
    let words: Vec<_> = words_at(place).map(|word| format!("`{}`", word.name)).collect();
    (!words.is_empty()).then(|| listed(&words, "and"))
}

/// Reads arguments and properties of a node into `item`.
fn read_entries(node: &KdlNode, deviates: Option<&'static Word>, item: &mut Item, problems: &mut Vec<Problem>) {
    let word = item.word;
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    let of_verb: &[Property] = deviates.map_or(&[], |verb| verb.properties);
    let properties: Vec<&'static Property> = word.properties.iter().chain(of_verb).collect();
    let mut arguments = Vec::new();
    for entry in node.entries() {
        let at = span(entry.span());
        if let Some(annotation) = entry.ty() {
            problems.push(annotated(span(annotation.span())));
        }
        let Some(key) = entry.name() else {
            arguments.push(entry);
            continue;
        };
        let name = key.value();
        let Some(property) = properties.iter().find(|property| property.name == name) else {
            problems.push(unknown_property(word, &properties, name, span(key.span())));
            continue;
        };
        if let Some(first) = seen.insert(property.name, at) {
            let message = format!("`{name}` is given twice");
            problems.push(Problem::new(Fault::RepeatedProperty, message, at, "and again").also(first, "given here"));
            continue;
        }
        let whose = format!("`{name}` of `{}`", word.name);
        if let Some(value) = checked(entry, property.kind, &whose, problems) {
            item.properties.insert(property.name, (value, at));
        }
    }
    read_arguments(&arguments, deviates, item, problems);
    for property in properties.iter().filter(|property| property.absent == Absent::Never) {
        if !seen.contains_key(property.name) {
            let (name, whose) = (property.name, word.name);
            let message = format!("`{whose}` needs `{name}`");
            let problem = Problem::new(Fault::MissingProperty, message, item.span, format!("no {name}= here"));
            problems.push(problem.help(format!("{name}={}: {}", written(property.kind), property.doc)));
        }
    }
}

fn unknown_property(word: &Word, properties: &[&'static Property], name: &str, at: Span) -> Problem {
    let message = format!("`{}` has no property `{name}`", word.name);
    let problem = Problem::new(Fault::UnknownProperty, message, at, "unknown");
    if let Some(near) = nearest(name, properties.iter().map(|property| property.name)) {
        return problem.help(format!("did you mean `{near}`?"));
    }
    if word.opens.and_then(|inside| word_at(name, inside)).is_some() {
        return problem.help(format!("`{name}` is a word of its own: put it in the block of `{}`", word.name));
    }
    if word.arguments.iter().any(|argument| argument.name == name) {
        return problem.help(format!("the {name} follows without a name: {}", how(word)));
    }
    if let Some(other) = words_named(name, word.within.first().copied().unwrap_or(Place::File)).next() {
        let place = other.within.first().map_or("", |place| place.phrase());
        return problem.help(format!("`{name}` is a word of its own; it belongs {place}: {}", how(other)));
    }
    let names: Vec<_> = properties.iter().map(|property| format!("`{}`", property.name)).collect();
    problem.help(match names.as_slice() {
        [] => "it has none".to_owned(),
        names => format!("it has {}", listed(names, "and")),
    })
}

fn read_arguments(
    entries: &[&KdlEntry],
    deviates: Option<&'static Word>,
    item: &mut Item,
    problems: &mut Vec<Problem>,
) {
    let word = item.word;
    // For `on`: the stack, then the verb's own, all or none.
    let arguments: Vec<&'static Argument> = match deviates {
        Some(verb) if entries.len() > 1 => word.arguments.iter().take(1).chain(verb.arguments).collect(),
        Some(_) => word.arguments.iter().take(1).collect(),
        None => word.arguments.iter().collect(),
    };
    let mut rest = entries.iter();
    for argument in arguments {
        let mut count = 0;
        while count < argument.most
            && let Some(entry) = rest.next()
        {
            count += 1;
            let whose = match argument.kind {
                Kind::Stack => "a stack".to_owned(),
                Kind::Sentence => format!("the {} of `{}`", argument.name, word.name),
                _ => format!("`{}`", word.name),
            };
            item.arguments.push((checked(entry, argument.kind, &whose, problems), span(entry.span())));
        }
        if count < argument.least {
            let what = match argument.least {
                1 => format!("`{}` needs a value: {}", word.name, argument.name),
                least => format!("`{}` needs at least {least} values", word.name),
            };
            let end = Span { offset: item.span.offset + item.span.len, len: 0 };
            problems.push(
                Problem::new(Fault::MissingArgument, what, end, "missing here")
                    .help(format!("like this: {}", how(word))),
            );
        }
    }
    if let Some(extra) = rest.next() {
        let message = format!("`{}` takes no further value", word.name);
        let problem = Problem::new(Fault::ExtraArgument, message, span(extra.span()), "one too many");
        problems.push(problem.help(match extra.value() {
            KdlValue::String(text) => match text.strip_suffix(':') {
                Some(name) => format!("properties are written {name}=..."),
                None => format!("like this: {}", how(word)),
            },
            _ => format!("like this: {}", how(word)),
        }));
    }
}

/// The value of an entry if it is right.
fn checked(entry: &KdlEntry, kind: Kind, whose: &str, problems: &mut Vec<Problem>) -> Option<Value> {
    match value::read(entry.value(), kind, whose) {
        Ok(value) => Some(value),
        Err(wrong) => {
            let at = wrong.part.and_then(|part| within(entry, part)).unwrap_or_else(|| span(entry.span()));
            let problem = Problem::new(wrong.fault, wrong.message, at, wrong.label);
            problems.push(Problem { help: wrong.help, ..problem });
            None
        }
    }
}

/// Where a part of a text stands, if the text is written without escapes.
fn within(entry: &KdlEntry, part: Range<usize>) -> Option<Span> {
    let (written, text) = (&entry.format()?.value_repr, entry.value().as_string()?);
    if *written != format!("\"{text}\"") {
        return None;
    }
    let whole = span(entry.span());
    let start = (whole.offset + whole.len).checked_sub(written.len())? + 1;
    Some(Span { offset: start + part.start, len: part.len() })
}

/// A value of that kind as it is written.
fn written(kind: Kind) -> String {
    match kind {
        Kind::Choice(_) => format!("\"{}\"", kind.example()),
        _ => kind.example().to_owned(),
    }
}

/// How a word is written, with its arguments: `ring 3`.
fn how(word: &Word) -> String {
    let mut text = word.name.to_owned();
    for argument in word.arguments {
        text.push_str(&format!(" {}", written(argument.kind)));
    }
    if word.opens.is_some_and(|place| place != Place::Step) {
        text.push_str(" { ... }");
    }
    text
}
