//! The vocabulary's shape: where a word may stand, and what follows it.
//!
//! The words themselves are data, in [`WORDS`]; the kinds of values are in `kind`. Checks, suggestions and the reference are all made from them,
//! so that each fact about the language is said once.

use super::kind::Kind;
use super::words::WORDS;

/// Stacks offhook knows.
pub const STACKS: &[&str] = &["bookworm", "trixie"];

/// Where words stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// Outside of everything.
    File,
    /// In `scenario`.
    Scenario,
    /// In `server`.
    Server,
    /// In `port`.
    Port,
    /// In a port's `line`.
    Line,
    /// In a port's `modem`.
    Modem,
    /// In the `ppp` of the server or of a port.
    PppOptions,
    /// In `account`.
    Account,
    /// In `user`.
    User,
    /// In `caller-id`.
    CallerId,
    /// In `lan`.
    Lan,
    /// In `change`.
    Change,
    /// In `together`.
    Together,
    /// In `call`.
    Call,
    /// In the block of a verb.
    Step,
    /// Outside of everything in a personality's file.
    Personality,
    /// In a personality's `parameter`.
    Parameter,
    /// In a personality's `connect`.
    ConnectForm,
    /// In a personality's `quirks`.
    Quirks,
}

impl Place {
    /// All places of a scenario file, in the order of the reference.
    pub(crate) const SCENARIO: [Self; 15] = [
        Self::File,
        Self::Scenario,
        Self::Server,
        Self::Port,
        Self::Line,
        Self::Modem,
        Self::PppOptions,
        Self::Account,
        Self::User,
        Self::CallerId,
        Self::Lan,
        Self::Change,
        Self::Together,
        Self::Call,
        Self::Step,
    ];

    /// All places of a personality's file, likewise.
    pub(crate) const PERSONALITY: [Self; 4] = [Self::Personality, Self::Parameter, Self::ConnectForm, Self::Quirks];

    /// The places of the kind of file that this one is in.
    pub(crate) fn beside(self) -> &'static [Self] {
        if Self::PERSONALITY.contains(&self) { &Self::PERSONALITY } else { &Self::SCENARIO }
    }

    /// As part of a sentence: "it belongs ...".
    pub(crate) const fn phrase(self) -> &'static str {
        match self {
            Self::File => "at the top of the file",
            Self::Scenario => "in `scenario`",
            Self::Server => "in `server`",
            Self::Port => "in a `port`",
            Self::Line => "in a port's `line`",
            Self::Modem => "in a port's `modem`",
            Self::PppOptions => "in the `ppp` of the server or of a port",
            Self::Account => "in an `account`",
            Self::User => "in a `user`",
            Self::CallerId => "in `caller-id`",
            Self::Lan => "in `lan`",
            Self::Change => "in a `change`",
            Self::Together => "in `together`",
            Self::Call => "in a `call`",
            Self::Step => "in the block of a verb",
            Self::Personality => "at the top of the file",
            Self::Parameter => "in a `parameter`",
            Self::ConnectForm => "in a `connect`",
            Self::Quirks => "in `quirks`",
        }
    }
}

/// A word of the language: the name of a KDL node and all that goes with it.
#[derive(Debug)]
pub(crate) struct Word {
    /// As it is written.
    pub(crate) name: &'static str,
    /// Where it may stand.
    pub(crate) within: &'static [Place],
    /// Where the words of its block stand; `None`: it has no block.
    pub(crate) opens: Option<Place>,
    /// Values after it, in order; only the last may be more than one.
    pub(crate) arguments: &'static [Argument],
    /// `name=value` after it, in any order.
    pub(crate) properties: &'static [Property],
    /// How often it may stand in one block.
    pub(crate) occurs: Occurs,
    /// What it says, one or two sentences.
    pub(crate) doc: &'static str,
}

/// How often a word stands in one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occurs {
    /// Exactly once.
    Once,
    /// Once or not at all.
    AtMostOnce,
    /// As often as wanted.
    Freely,
}

/// A value without a name.
#[derive(Debug)]
pub(crate) struct Argument {
    /// What it is called in the reference.
    pub(crate) name: &'static str,
    /// What it may be.
    pub(crate) kind: Kind,
    /// How many of them.
    pub(crate) least: usize,
    /// How many of them at most.
    pub(crate) most: usize,
}

/// A value with a name.
#[derive(Debug)]
pub(crate) struct Property {
    /// As it is written before `=`.
    pub(crate) name: &'static str,
    /// What it may be.
    pub(crate) kind: Kind,
    /// What holds if it is left out.
    pub(crate) absent: Absent,
    /// What it says.
    pub(crate) doc: &'static str,
}

/// What holds if a property is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absent {
    /// It cannot be left out.
    Never,
    /// This value, as it would be written.
    Means(&'static str),
    /// This, in words.
    Says(&'static str),
}

/// The word of that name at that place.
pub(crate) fn word_at(name: &str, place: Place) -> Option<&'static Word> {
    words_at(place).find(|word| word.name == name)
}

/// All words that may stand at a place, in the order of the reference.
pub(crate) fn words_at(place: Place) -> impl Iterator<Item = &'static Word> {
    WORDS.into_iter().flatten().filter(move |word| word.within.contains(&place))
}

/// All words of that name that stand in the same kind of file as `place`.
pub(crate) fn words_named(name: &str, place: Place) -> impl Iterator<Item = &'static Word> {
    let here = move |word: &&Word| word.within.iter().any(|other| place.beside().contains(other));
    WORDS.into_iter().flatten().filter(move |word| word.name == name).filter(here)
}

/// The candidate that `word` was probably meant to be.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // One slip in four letters is a slip; more is another word.
    let bound = word.chars().count().div_ceil(4).max(1);
    let distance = |candidate: &str| strsim::damerau_levenshtein(&word.to_lowercase(), candidate);
    candidates
        .into_iter()
        .map(|candidate| (distance(candidate), candidate))
        .filter(|(distance, candidate)| *distance <= bound && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `a, b or c`.
pub(crate) fn one_of<S: AsRef<str>>(items: &[S]) -> String {
    listed(items, "or")
}

/// `a, b and c`, with another word for "and".
pub(crate) fn listed<S: AsRef<str>>(items: &[S], last: &str) -> String {
    let items: Vec<&str> = items.iter().map(S::as_ref).collect();
    match items.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [head @ .., tail] => format!("{} {last} {tail}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_understood_and_another_word_is_not() {
        let words = ["expect-answer", "expect-no-answer", "ping", "ring"];
        assert_eq!(nearest("expect-anwser", words), Some("expect-answer"));
        assert_eq!(nearest("Ring", words), Some("ring"));
        assert_eq!(nearest("rung", words), Some("ring"));
        assert_eq!(nearest("telephone", words), None);
        assert_eq!(nearest("", words), None);
    }

    #[test]
    fn no_word_is_defined_twice_for_a_place_and_only_last_arguments_repeat() {
        for place in Place::SCENARIO.into_iter().chain(Place::PERSONALITY) {
            let names: Vec<_> = words_at(place).map(|word| word.name).collect();
            for (index, name) in names.iter().enumerate() {
                assert!(!names[..index].contains(name), "{name} {}", place.phrase());
            }
        }
        for word in WORDS.into_iter().flatten() {
            let last = word.arguments.len().saturating_sub(1);
            for (index, argument) in word.arguments.iter().enumerate() {
                assert!(index == last || (argument.least, argument.most) == (1, 1), "{}", word.name);
            }
        }
    }
}
