//! The words of a phonebook: nodes of KDL to a [`Phonebook`], and to everything that is wrong with them.

use std::collections::BTreeMap;

use kdl::{KdlDocument, KdlEntry, KdlNode, KdlValue};

use super::{Entry, LineEntry, Listen, Phonebook, Target, is_number};
use crate::scenario::shape::span;
use crate::scenario::{Fault, Problem, Span};

/// What a phonebook may say, with the properties each word has.
const WORDS: &[(&str, &[&str], &str)] = &[
    ("number", &["name", "tcp", "telnet"], "number \"5553000\" tcp=\"bbs.example:23\" telnet=#true"),
    ("line", &["name", "personality", "rate"], "line \"5551001\" personality=\"usr-courier\""),
    ("listen", &["number", "telnet"], "listen \"127.0.0.1:6401\" number=\"5551000\""),
    ("default", &["tcp", "telnet"], "default tcp=\"gateway.example:23\""),
];

/// Line rates there are, bit/s.
const RATES: std::ops::RangeInclusive<u32> = 75..=56_000;

/// What a document says; what is wrong with it is added to `problems`.
pub(super) fn phonebook(document: &KdlDocument, problems: &mut Vec<Problem>) -> Phonebook {
    let mut reader = Reader::default();
    for node in document.nodes() {
        reader.node(node);
    }
    problems.append(&mut reader.problems);
    reader.book
}

/// What has been read, and what was wrong.
#[derive(Default)]
struct Reader {
    book: Phonebook,
    problems: Vec<Problem>,
    default_at: Option<Span>,
}

/// The values of one node.
struct Values<'a> {
    argument: Option<(&'a str, Span)>,
    properties: BTreeMap<&'a str, (&'a KdlValue, Span)>,
    /// Where the node stands.
    span: Span,
}

impl Reader {
    fn wrong(&mut self, fault: Fault, message: impl Into<String>, at: Span, label: &str, help: impl Into<String>) {
        self.problems.push(Problem::new(fault, message, at, label).help(help));
    }

    fn node(&mut self, node: &KdlNode) {
        let name = node.name().value();
        let at = span(node.name().span());
        let Some((word, properties, example)) = WORDS.iter().find(|(word, ..)| *word == name) else {
            let help = "a phonebook has number, line, listen and default";
            return self.wrong(Fault::UnknownWord, format!("`{name}` is no word of a phonebook"), at, "unknown", help);
        };
        if let Some(block) = node.children() {
            let help = format!("like this: {example}");
            return self.wrong(Fault::NoBlock, format!("`{word}` has no block"), span(block.span()), "not here", help);
        }
        let Some(values) = self.values(node, word, properties, example) else { return };
        match *word {
            "number" => self.number(&values, example),
            "line" => self.line(&values),
            "listen" => self.listen(&values, example),
            _ => self.default_target(&values, example),
        }
    }

    /// Arguments and properties, if all of them belong to the word.
    fn values<'a>(&mut self, node: &'a KdlNode, word: &str, known: &[&str], example: &str) -> Option<Values<'a>> {
        let before = self.problems.len();
        let mut values = Values { argument: None, properties: BTreeMap::new(), span: span(node.name().span()) };
        for entry in node.entries() {
            let at = span(entry.span());
            match entry.name().map(kdl::KdlIdentifier::value) {
                Some(name) if !known.contains(&name) => {
                    let help = format!("it has {}", known.join(", "));
                    self.wrong(Fault::UnknownProperty, format!("`{word}` has no `{name}`"), at, "unknown", help);
                }
                Some(name) => {
                    if values.properties.insert(name, (entry.value(), at)).is_some() {
                        self.wrong(
                            Fault::RepeatedProperty,
                            format!("`{name}` is given twice"),
                            at,
                            "again",
                            "once is enough",
                        );
                    }
                }
                None => self.argument(entry, word, &mut values, example),
            }
        }
        if values.argument.is_none() && word != "default" && self.problems.len() == before {
            let help = format!("like this: {example}");
            let what = if word == "listen" { "an address" } else { "a number" };
            self.wrong(Fault::MissingArgument, format!("`{word}` needs {what}"), values.span, "none here", help);
        }
        (self.problems.len() == before).then_some(values)
    }

    fn argument<'a>(&mut self, entry: &'a KdlEntry, word: &str, values: &mut Values<'a>, example: &str) {
        let (at, help) = (span(entry.span()), format!("like this: {example}"));
        if word == "default" || values.argument.is_some() {
            return self.wrong(
                Fault::ExtraArgument,
                format!("this is too much for `{word}`"),
                at,
                "one too many",
                help,
            );
        }
        match entry.value().as_string() {
            Some(text) => values.argument = Some((text, at)),
            None => self.wrong(Fault::WrongType, "this should be a text", at, "not in quotes", help),
        }
    }

    fn number(&mut self, values: &Values<'_>, example: &str) {
        let Some((number, at)) = values.argument else { return };
        self.check_number(number, at);
        let name = self.text(values, "name");
        let Some(target) = self.target(values, example) else { return };
        if self.book.numbers.insert(number.to_owned(), Entry { name, target }).is_some() {
            self.wrong(
                Fault::RepeatedWord,
                format!("{number} is in this phonebook already"),
                at,
                "again",
                "one place a number",
            );
        }
    }

    fn line(&mut self, values: &Values<'_>) {
        let Some((number, at)) = values.argument else { return };
        self.check_number(number, at);
        let rate = match values.properties.get("rate") {
            None => None,
            Some((value, at)) => match value.as_integer().and_then(|rate| u32::try_from(rate).ok()) {
                Some(rate) if RATES.contains(&rate) => Some(rate),
                _ => {
                    let help = format!("from {} to {} bit/s", RATES.start(), RATES.end());
                    self.wrong(Fault::OutOfRange, "no telephone line has this rate", *at, "out of range", help);
                    None
                }
            },
        };
        let entry = LineEntry { name: self.text(values, "name"), personality: self.text(values, "personality"), rate };
        if self.book.lines.insert(number.to_owned(), entry).is_some() {
            self.wrong(Fault::RepeatedWord, format!("line {number} is described already"), at, "again", "once a line");
        }
    }

    fn listen(&mut self, values: &Values<'_>, example: &str) {
        let Some((address, at)) = values.argument else { return };
        self.check_address(address, at);
        let telnet = self.flag(values, "telnet");
        match values.properties.get("number") {
            Some((value, at)) => {
                let number = value.as_string().unwrap_or_default();
                self.check_number(number, *at);
                self.book.listens.push(Listen { tcp: address.to_owned(), number: number.to_owned(), telnet });
            }
            None => {
                let help = format!("like this: {example}");
                self.wrong(Fault::MissingProperty, "`listen` needs `number`", values.span, "whom to ring?", help);
            }
        }
    }

    fn default_target(&mut self, values: &Values<'_>, example: &str) {
        if let Some(first) = self.default_at.replace(values.span) {
            let problem = Problem::new(Fault::RepeatedWord, "`default` is said once", values.span, "and again");
            return self.problems.push(problem.also(first, "said here"));
        }
        self.book.default = self.target(values, example);
    }

    fn target(&mut self, values: &Values<'_>, example: &str) -> Option<Target> {
        let telnet = self.flag(values, "telnet");
        let Some(at) = values.properties.get("tcp").map(|(_, at)| *at) else {
            let help = format!("like this: {example}");
            self.wrong(Fault::MissingProperty, "it leads nowhere: `tcp` is missing", values.span, "no tcp= here", help);
            return None;
        };
        let tcp = self.text(values, "tcp")?;
        self.check_address(&tcp, at);
        Some(Target { tcp, telnet })
    }

    fn text(&mut self, values: &Values<'_>, name: &str) -> Option<String> {
        let (value, at) = values.properties.get(name)?;
        match value.as_string() {
            Some(text) if !text.is_empty() && !text.contains(char::is_control) => return Some(text.to_owned()),
            Some(_) => self.wrong(
                Fault::BadText,
                format!("`{name}` cannot be this"),
                *at,
                "empty, or no text",
                "a word or two",
            ),
            None => self.wrong(
                Fault::WrongType,
                format!("`{name}` is a text"),
                *at,
                "not in quotes",
                format!("{name}=\"...\""),
            ),
        }
        None
    }

    fn flag(&mut self, values: &Values<'_>, name: &str) -> bool {
        let Some((value, at)) = values.properties.get(name) else { return false };
        value.as_bool().unwrap_or_else(|| {
            self.wrong(Fault::WrongType, format!("`{name}` is yes or no"), *at, "neither", format!("{name}=#true"));
            false
        })
    }

    fn check_number(&mut self, text: &str, at: Span) {
        if !is_number(text) {
            let message = format!("\"{text}\" cannot be dialled");
            self.wrong(
                Fault::BadNumber,
                message,
                at,
                "no number",
                "up to 32 digits, without blanks and signs: \"5551000\"",
            );
        }
    }

    fn check_address(&mut self, text: &str, at: Span) {
        let port = text.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port.parse::<u16>());
        if !matches!(port, Some(Ok(1..))) {
            let message = format!("\"{text}\" is no TCP address");
            self.wrong(
                Fault::BadAddress,
                message,
                at,
                "no host and port",
                "host:port, as in \"bbs.example:23\" or \"[::1]:23\"",
            );
        }
    }
}
