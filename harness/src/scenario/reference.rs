//! The reference of the scenario language, made from the vocabulary: Markdown for scenarios/README.md and for help.

use super::duration::format_duration;
use super::kind::Kind;
use super::vocabulary::{Absent, Occurs, Place, Word, one_of, words_at};

/// Every word with its arguments, properties, defaults and meaning, by the place where it stands.
pub fn reference() -> String {
    let mut text = told(&Place::SCENARIO);
    text.push_str(KINDS);
    text
}

/// The same of the words of a personality's file.
pub fn personality_reference() -> String {
    told(&Place::PERSONALITY).trim_end().to_owned() + "\n"
}

fn told(places: &[Place]) -> String {
    let mut text = String::new();
    for place in places.iter().copied() {
        // A word is told once, at the first of its places.
        let mut words = words_at(place).filter(|word| word.within.first() == Some(&place)).peekable();
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

const KINDS: &str = "### Values

- A duration is whole numbers with units, longest unit first: `\"250ms\"`, `\"30s\"`, `\"5m\"`, `\"1h30m\"`, `\"10d\"`.
- An address is IPv4: `\"192.168.32.1\"`; with a prefix length where a network is meant: `\"192.168.32.1/24\"`.
- Texts have KDL's escapes: `\\r`, `\\n`, `\\u{1b}`. Those of several lines stand between `\"\"\"` and `\"\"\"`, each on a
  line of its own; the blanks before the last one are taken off every line.
- Yes and no are `#true` and `#false`.
- Numbers stand without quotes, everything else in quotes.
";

fn describe(word: &Word, text: &mut String) {
    text.push_str(&format!("- **`{}`**", usage(word)));
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
    if !notes.is_empty() {
        text.push_str(&format!(" ({})", notes.join("; ")));
    }
    text.push_str(&format!(": {}\n", word.doc));
    for argument in word.arguments {
        if let Some(kind) = kind(argument.kind) {
            text.push_str(&format!("  - {}: {kind}\n", argument.name.to_uppercase()));
        }
    }
    for property in word.properties {
        let absent = match property.absent {
            Absent::Never => "Required.".to_owned(),
            Absent::Means(value) => format!("Left out: `{value}`."),
            Absent::Says(what) => format!("Left out: {what}."),
        };
        let kind = kind(property.kind).map(|kind| format!(" {}", capital(&kind))).unwrap_or_default();
        text.push_str(&format!("  - `{}=`: {}{kind} {absent}\n", property.name, property.doc));
    }
}

/// `port DEVICE type= speed= { ... }`
fn usage(word: &Word) -> String {
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
    if word.opens.is_some_and(|place| place != Place::Step) {
        text.push_str(" { ... }");
    }
    text
}

/// What values there are, where the name of the value does not say it.
fn kind(kind: Kind) -> Option<String> {
    match kind {
        Kind::Choice(choices) => {
            let choices: Vec<_> = choices.iter().map(|(name, doc)| format!("`\"{name}\"`: {doc}")).collect();
            Some(format!("{}.", choices.join("; ")))
        }
        Kind::Text
        | Kind::Sentence
        | Kind::Escaped
        | Kind::Address
        | Kind::Device
        | Kind::Called
        | Kind::Personality
        | Kind::HostName
        | Kind::Directory
        | Kind::Owner => None,
        Kind::Time { min, max, whole_seconds } => {
            let whole = if whole_seconds { ", whole seconds" } else { "" };
            Some(format!("a duration, {} to {}{whole}.", format_duration(min), format_duration(max)))
        }
        Kind::TimeOrNever { min, max } => Some(format!(
            "a duration, {} to {}, whole seconds; or `\"never\"`.",
            format_duration(min),
            format_duration(max)
        )),
        Kind::Speed => Some("a speed mgetty takes: 50 to 460800, no line rates.".to_owned()),
        Kind::Stack => {
            Some(format!("{}.", one_of(&super::STACKS.iter().map(|name| format!("`\"{name}\"`")).collect::<Vec<_>>())))
        }
        other => Some(format!("{}.", other.phrase())),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
