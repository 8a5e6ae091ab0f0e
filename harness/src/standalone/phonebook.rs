//! The phonebook of stand-alone modems: a KDL file that says where numbers lead, and what the lines here are like.
//!
//! Text goes in and a [`Phonebook`] comes out, or everything that is wrong with it, each mistake with its place:
//!
//! ```kdl
//! number "5553000" name="Example BBS" tcp="bbs.example:23" telnet=#true
//! line "5551001" name="ALICE" personality="usr-courier" rate=14400
//! listen "127.0.0.1:6401" number="5551000"
//! default tcp="gateway.example:6400"
//! ```

use std::collections::BTreeMap;
use std::path::Path;
use std::thread;

use kdl::{KdlDocument, KdlEntry, KdlNode, KdlValue};
use miette::SourceSpan;

use crate::scenario::{Errors, Fault, FileProblems, Problem, Span};

/// Larger than any phonebook, in octets.
const LARGEST: u64 = 1 << 20;
/// More blocks and comments than any phonebook needs; the KDL parser calls itself for each.
const MOST_NESTING: usize = 2000;
/// Stack for the parser, enough for so much nesting.
const STACK: usize = 512 << 20;

/// What a phonebook may say, with the properties each word has.
const WORDS: &[(&str, &[&str], &str)] = &[
    ("number", &["name", "tcp", "telnet"], "number \"5553000\" tcp=\"bbs.example:23\" telnet=#true"),
    ("line", &["name", "personality", "rate"], "line \"5551001\" personality=\"usr-courier\""),
    ("listen", &["number", "telnet"], "listen \"127.0.0.1:6401\" number=\"5551000\""),
    ("default", &["tcp", "telnet"], "default tcp=\"gateway.example:23\""),
];

/// Where numbers lead, and what lines are like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phonebook {
    /// Numbers of other machines.
    pub numbers: BTreeMap<String, Entry>,
    /// What is special about lines here, by number.
    pub lines: BTreeMap<String, LineEntry>,
    /// Where calls come in from outside.
    pub listens: Vec<Listen>,
    /// Where every other number leads; `None`: there is no such number.
    pub default: Option<Target>,
}

/// Another machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is, for people.
    pub name: Option<String>,
    /// Where it is.
    pub target: Target,
}

/// An address that answers calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// `host:port`.
    pub tcp: String,
    /// Speaks telnet (RFC 854), else just octets.
    pub telnet: bool,
}

/// What is special about a line here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineEntry {
    /// Name told as caller ID, and shown.
    pub name: Option<String>,
    /// Make of its modem, a name or a file; `None`: as on the command line.
    pub personality: Option<String>,
    /// Line rate in bit/s; `None`: as on the command line.
    pub rate: Option<u32>,
}

/// A TCP port at which calls come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// `address:port`.
    pub tcp: String,
    /// The number that is called.
    pub number: String,
    /// Speaks telnet (RFC 854), else just octets.
    pub telnet: bool,
}

impl Phonebook {
    /// Reads the file at `path`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, in the order of the text.
    pub fn load(path: &Path) -> Result<Self, Errors> {
        let failed = |message: String| {
            let problem = Problem::new(Fault::File, message, Span::default(), "").help("a phonebook is a KDL file");
            Errors { files: vec![FileProblems { path: path.to_owned(), text: None, problems: vec![problem] }] }
        };
        let text = match std::fs::metadata(path) {
            Ok(about) if !about.is_file() => return Err(failed("it is not a file".to_owned())),
            Ok(about) if about.len() > LARGEST => return Err(failed("it is larger than 1 MiB".to_owned())),
            _ => std::fs::read_to_string(path)
                .map_err(|error| failed(format!("it cannot be read: {}", crate::run::plain(&error))))?,
        };
        Self::read(&text).map_err(|mut problems| {
            problems.sort_by_key(|problem| problem.labels.first().map(|label| label.span.offset));
            let text = Some(text.into());
            Errors { files: vec![FileProblems { path: path.to_owned(), text, problems }] }
        })
    }

    /// Reads a text.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn read(text: &str) -> Result<Self, Vec<Problem>> {
        let syntax = |message: &str, span| vec![Problem::new(Fault::Syntax, message, span, "here")];
        let nesting = text.matches('{').count() + text.matches("/*").count() + text.matches("/-").count();
        if nesting + text.matches("\\").count() > MOST_NESTING {
            return Err(syntax(
                "there are more blocks, comments and escapes than a phonebook can have",
                Span::default(),
            ));
        }
        // The parser calls itself for each nested block: with a stack of its own, no file can exhaust it.
        let parsed = thread::scope(|scope| {
            let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || KdlDocument::parse(text));
            thread.map(thread::ScopedJoinHandle::join)
        });
        let document = match parsed {
            Ok(Ok(Ok(document))) => document,
            Ok(Ok(Err(error))) => {
                let problems: Vec<Problem> = error
                    .diagnostics
                    .iter()
                    .map(|diagnostic| {
                        let said = diagnostic.message.clone().unwrap_or_else(|| "not understood".to_owned());
                        let message = format!("this is no KDL: {}", said.to_lowercase());
                        let mut problem = Problem::new(Fault::Syntax, message, span(diagnostic.span), "not understood");
                        problem.help.clone_from(&diagnostic.help);
                        problem
                    })
                    .collect();
                return Err(if problems.is_empty() { syntax("this is no KDL", Span::default()) } else { problems });
            }
            Ok(Err(_)) | Err(_) => return Err(syntax("the KDL parser gave up on this file", Span::default())),
        };
        let mut reader = Reader::default();
        for node in document.nodes() {
            reader.node(node);
        }
        if reader.problems.is_empty() { Ok(reader.book) } else { Err(reader.problems) }
    }
}

fn span(span: SourceSpan) -> Span {
    Span { offset: span.offset(), len: span.len() }
}

/// Whether it is a telephone number as a modem dials one.
pub(crate) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 32 && text.bytes().all(|octet| matches!(octet, b'0'..=b'9' | b'*' | b'#'))
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
            "line" => self.line(&values, example),
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

    fn line(&mut self, values: &Values<'_>, _example: &str) {
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

/// Line rates there are, bit/s.
pub(super) const RATES: std::ops::RangeInclusive<u32> = 75..=56_000;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::scenario::Style;

    #[test]
    fn every_word_becomes_what_it_says() {
        let book = Phonebook::read(
            "number \"5553000\" name=\"Example BBS\" tcp=\"bbs.example:23\" telnet=#true\n\
             line \"5551001\" personality=\"usr-courier\" rate=14400 name=\"ALICE\"\n\
             listen \"[::1]:6401\" number=\"5551001\"\ndefault tcp=\"gw.example:1\"\n",
        )
        .unwrap();
        let target = Target { tcp: "bbs.example:23".into(), telnet: true };
        assert_eq!(book.numbers["5553000"], Entry { name: Some("Example BBS".into()), target });
        let line = &book.lines["5551001"];
        assert_eq!(
            (line.rate, line.personality.as_deref(), line.name.as_deref()),
            (Some(14_400), Some("usr-courier"), Some("ALICE"))
        );
        assert_eq!(book.listens, [Listen { tcp: "[::1]:6401".into(), number: "5551001".into(), telnet: false }]);
        assert_eq!(book.default, Some(Target { tcp: "gw.example:1".into(), telnet: false }));
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("book.kdl");
        let text = "numbr \"1\"\nnumber \"12 34\" tcp=\"host\"\nnumber \"5\"\nline \"7\" rate=9\nlisten \"x:23\"\n\
                    default tcp=\"a:1\" colour=\"red\"\nnumber \"8\" tcp=8 telnet=1\n";
        std::fs::write(&path, text).unwrap();
        let errors = Phonebook::load(&path).unwrap_err();
        let text = errors.render(Style { unicode: false, ..Style::PLAIN });
        insta::assert_snapshot!(text.replace(&path.display().to_string(), "book.kdl"));
    }

    #[test]
    fn no_nesting_however_deep_and_no_missing_file_is_more_than_an_error() {
        for unit in ["a{", "{", "}", "/-", "/*", "\\ ", "\"", "(", "a {\"", "#"] {
            assert!(Phonebook::read(&unit.repeat(2500)).is_err() || unit == "/-", "{unit}");
            let _ = Phonebook::read(&unit.repeat(900));
        }
        assert!(Phonebook::load(Path::new("/nowhere/book.kdl")).unwrap_err().to_string().contains("no such file"));
        assert!(Phonebook::load(Path::new("/dev/zero")).unwrap_err().to_string().contains("it is not a file"));
    }
}
