//! `offhook explain`: what a word means, asked of everything in offhook that has words; or the vocabularies as JSON.
//!
//! A word may have several meanings: all are shown. What else can be explained becomes another [`Source`].

use clap::Args;
use offhook_base::json_schema;
use schemars::JsonSchema;
use serde::Serialize;

use super::{WRONG_INPUT, complain, say};
use offhook_schema::json::Schema;
use offhook_schema::{Meaning, Source, nearest};

/// Columns where there is no terminal, and at most: longer lines are hard to read.
const WIDTH: usize = 100;
/// Columns at least: a narrower terminal breaks lines itself.
const NARROWEST: usize = 40;

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// A keyword or a property of scenario files, of model files or of phonebooks, a modem model, or the code of a finding
    #[arg(value_name = "WORD")]
    word: Option<String>,

    /// Print all vocabularies as JSON, for editors and other programs
    #[arg(long, conflicts_with = "word")]
    json: bool,
}

/// Everything that has words to explain, in the order in which it is asked.
fn sources() -> Vec<Source> {
    let mut sources = offhook_language::sources().to_vec();
    sources.push(offhook_standalone::phonebook::source());
    sources.push(offhook_audit::registry::source());
    sources
}

pub(super) fn main(explain: &Explain) -> u8 {
    if explain.json {
        return json();
    }
    let width = terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0)).clamp(NARROWEST, WIDTH);
    let sources = sources();
    let Some(word) = &explain.word else {
        say(&overview(&sources, width));
        return 0;
    };
    // `speed=` is how a property is written.
    let name = word.trim_end_matches('=');
    let known: Vec<(&str, Vec<Meaning>)> = sources
        .iter()
        .map(|source| (source.title, (source.explain)(name)))
        .filter(|(_, meanings)| !meanings.is_empty())
        .collect();
    if known.is_empty() {
        complain(&unknown(&sources, name));
        return WRONG_INPUT;
    }
    say(&explained(&known, width));
    0
}

fn unknown(sources: &[Source], name: &str) -> String {
    let names = sources.iter().flat_map(|source| (source.names)());
    let help = match nearest(name, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`offhook explain` lists everything that can be explained".to_owned(),
    };
    format!("error: unknown word `{}`\n  help: {help}\n", name.escape_debug())
}

/// All meanings, each under the heading of its source.
fn explained(known: &[(&str, Vec<Meaning>)], width: usize) -> String {
    let mut text = String::new();
    for (title, meanings) in known {
        for meaning in meanings {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&format!("{title}\n"));
            text.push_str(&filled(&meaning.title, "  ", "      ", width));
            for paragraph in &meaning.paragraphs {
                text.push('\n');
                text.push_str(&filled(paragraph, "  ", "  ", width));
            }
            if !meaning.parts.is_empty() {
                text.push('\n');
            }
            for (name, says) in &meaning.parts {
                text.push_str(&filled(&format!("{name}  {says}"), "  ", "      ", width));
            }
        }
    }
    text
}

/// Everything that can be explained, by where it belongs.
fn overview(sources: &[Source], width: usize) -> String {
    let mut text = String::new();
    for source in sources {
        text.push_str(&format!("{}\n", source.title));
        for (heading, words) in (source.overview)() {
            text.push_str(&filled(&heading, "  ", "  ", width));
            text.push_str(&filled(&words.join("  "), "      ", "      ", width));
        }
        text.push('\n');
    }
    text.push_str("`offhook explain WORD` tells what one means, with its properties, values and defaults.\n");
    text
}

/// A paragraph, wrapped and indented, with the end of its last line.
fn filled(text: &str, first: &str, rest: &str, width: usize) -> String {
    let options = textwrap::Options::new(width).initial_indent(first).subsequent_indent(rest).break_words(false);
    // A keyword with hyphens is one word.
    let options = options.word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::fill(text, options) + "\n"
}

/// Version of the format of the vocabularies.
const FORMAT: u32 = 1;

/// All vocabularies.
#[derive(Serialize, JsonSchema)]
struct Vocabularies {
    format: u32,
    offhook: &'static str,
    vocabularies: Vec<Schema>,
}

/// The JSON schema of what `--json` prints.
pub(super) fn schema() -> serde_json::Result<String> {
    json_schema::<Vocabularies>("vocabulary", FORMAT)
}

fn json() -> u8 {
    let mut vocabularies = offhook_language::schemas().into_iter().collect::<Vec<_>>();
    vocabularies.push(offhook_standalone::phonebook::schema());
    let all = Vocabularies { format: FORMAT, offhook: env!("CARGO_PKG_VERSION"), vocabularies };
    match serde_json::to_string_pretty(&all) {
        Ok(text) => {
            say(&(text + "\n"));
            0
        }
        Err(error) => {
            complain(&format!("error: the vocabularies cannot be written as JSON: {error}\n"));
            WRONG_INPUT
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]

    use super::*;

    #[test]
    fn everything_in_the_overview_can_be_explained() {
        for source in sources() {
            for word in (source.overview)().into_iter().flat_map(|(_, words)| words) {
                assert!(!(source.explain)(word).is_empty(), "{word}");
            }
        }
    }

    #[test]
    fn every_meaning_of_a_word_is_shown_and_no_line_is_too_wide() {
        let known: Vec<_> = sources().iter().map(|source| (source.title, (source.explain)("modem"))).collect();
        let text = explained(&known, 72);
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains("keyword in a `port`") && flat.contains("keyword in a `call`"), "{text}");
        let wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > 72).collect();
        assert_eq!(wide, Vec::<&str>::new());
    }

    #[test]
    fn an_unknown_word_gets_the_nearest() {
        assert!(unknown(&sources(), "expect-anwser").contains("did you mean `expect-answer`?"));
        assert!(unknown(&sources(), "telephone-box").contains("offhook explain"));
    }

    #[test]
    fn ring_is_explained_as_a_person_reads_it() {
        let known: Vec<_> = sources()
            .iter()
            .map(|source| (source.title, (source.explain)("ring")))
            .filter(|(_, meanings)| !meanings.is_empty())
            .collect();
        insta::assert_snapshot!(explained(&known, 80));
    }

    #[test]
    fn the_overview_is_by_place() {
        insta::assert_snapshot!(overview(&sources(), 100));
    }
}
