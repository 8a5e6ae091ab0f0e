//! What the KDL parser says, in the words of this reader; what follows from an error before is left out.

use kdl::{KdlDiagnostic, KdlError};

use crate::fault;
use crate::place::span;
use crate::problem::Problem;
use crate::text::lower;
use offhook_base::Span;

/// The longest word that is shown in a message.
const LONGEST_SHOWN: usize = 40;

/// The first mistake that the parser found, and an octet in it. That a block is not closed is only true if nothing else
/// is wrong: braces have been counted before.
pub(crate) fn first_problem(text: &str, error: &KdlError) -> (Problem, usize) {
    let block = |said: &str| said.starts_with("No closing") || said.starts_with("Closing");
    let said = |diagnostic: &&KdlDiagnostic| diagnostic.message.clone().unwrap_or_default();
    let place = |diagnostic: &&KdlDiagnostic| place(text, span(diagnostic.span), &said(diagnostic));
    let first = |blocks: bool| {
        error.diagnostics.iter().filter(|other| block(&said(other)) == blocks).min_by_key(|other| place(other).offset)
    };
    match first(false).or_else(|| first(true)) {
        Some(diagnostic) => {
            let problem = explained(text, span(diagnostic.span), &said(&diagnostic), diagnostic.help.clone());
            let at = problem.labels.first().map_or(0, |label| label.span.offset);
            (problem, at.min(text.len()))
        }
        None => (Problem::new(fault::SYNTAX, "this is not KDL", Span::default(), "in this file"), 0),
    }
}

/// Where a message of the parser really points.
fn place(text: &str, at: Span, said: &str) -> Span {
    explained(text, at, said, None).labels.first().map_or(at, |label| label.span)
}

/// One message of the parser.
fn explained(text: &str, at: Span, said: &str, help: Option<String>) -> Problem {
    let problem = |message: &str, at, label: &str| Problem::new(fault::SYNTAX, message, at, label);
    let (word, token) = token(text, at);
    if let Some(value) = bare_keyword(word).filter(|_| !said.starts_with("No closing")) {
        let at = Span { offset: token.offset + token.len - value.len(), len: value.len() };
        return problem(&format!("`{value}` is not a value"), at, "# is missing").help(format!("write #{value}"));
    }
    match said {
        "No closing '}' for child block" => problem("this block is not closed", at, "opened here").help("add a }"),
        "Expected end of document" if word.starts_with('}') => {
            problem("this } closes nothing", Span { len: 1, ..token }, "no block is open here")
                .help("remove it, or add a {")
        }
        "Unexpected newline in single-line quoted string" => {
            problem("this text is not closed on its line", at, "closing quote missing").help("add a \"")
        }
        "Expected keyword" if shell_comment(text, token).is_some() => {
            let at = shell_comment(text, token).unwrap_or(token);
            problem("a comment does not begin with #", at, "not a comment").help("comments begin with //")
        }
        _ if word.ends_with(',') => {
            let at = Span { offset: token.offset + token.len - 1, len: 1 };
            problem("values are not separated by commas", at, "remove this").help("put only blanks between values")
        }
        _ if word.starts_with(|c: char| c.is_ascii_digit()) && !word.contains('"') => {
            problem(&format!("`{word}` is neither a number nor a text"), token, "not a value")
                .help(format!("write texts in quotes: \"{word}\""))
        }
        _ => match bare_number(word) {
            Some(value) => {
                let offset = token.offset + token.len - value.len();
                let at = Span { offset, len: value.len() };
                let message = format!("`{value}` is neither a number nor a text");
                problem(&message, at, "not a value").help(format!("write texts in quotes: \"{value}\""))
            }
            None if said == "Expected property value" => {
                problem(&format!("`{word}` is not name=value"), token, "not a property").help(
                    "put a blank between properties, none around =, and texts in quotes: speed=57600 mode=\"data\"",
                )
            }
            None if !word.contains('"') && (1..=LONGEST_SHOWN).contains(&word.chars().count()) => {
                Problem { help, ..problem(&format!("unexpected `{word}`"), token, "not understood") }
            }
            None => {
                let said = if said.is_empty() { "not understood" } else { said };
                let message = format!("this is not KDL: {}", lower(said));
                Problem { help, ..problem(&message, last_line(text, at), "not understood") }
            }
        },
    }
}

/// The sign of a comment as shells have it, alone before or at a word: no keyword of KDL has a blank in it.
fn shell_comment(text: &str, word: Span) -> Option<Span> {
    let before = text.get(..word.offset + word.len)?;
    let line = before.rfind('\n').map_or(0, |newline| newline + 1);
    let offset = line + before.get(line..)?.rfind('#')?;
    let alone = text.get(offset + 1..)?.starts_with(|c: char| c.is_whitespace() || c == '#');
    alone.then_some(Span { offset, len: 1 })
}

/// A keyword of KDL without its sign, also as the value of a property.
fn bare_keyword(word: &str) -> Option<&str> {
    let value = word.split_once('=').map_or(word, |(_, value)| value);
    matches!(value, "true" | "false" | "null").then_some(value)
}

/// The value of `name=30m`, which is neither a number nor a text.
fn bare_number(word: &str) -> Option<&str> {
    let (name, value) = word.split_once('=')?;
    let digit = value.starts_with(|c: char| c.is_ascii_digit());
    (digit && !name.is_empty() && !value.contains(['"', '=', '{', '}'])).then_some(value)
}

/// The word at the end of `at`, up to blanks on both sides.
pub(crate) fn token(text: &str, at: Span) -> (&str, Span) {
    let end = (at.offset + at.len).min(text.len());
    let blank = |c: char| c.is_whitespace() || c == ';';
    let (before, after) = (text.get(..end).unwrap_or(""), text.get(end..).unwrap_or(""));
    let trimmed = before.trim_end_matches(blank);
    // Blanks at the end of the place belong to what was expected after the word.
    let after = if trimmed.len() < before.len() && at.len > 0 { "" } else { after };
    let trimmed = if at.len == 0 { before } else { trimmed };
    let start =
        trimmed.rfind(blank).map_or(0, |blank| blank + trimmed[blank..].chars().next().map_or(1, char::len_utf8));
    let end = trimmed.len() + after.find(blank).unwrap_or(after.len());
    let span = Span { offset: start, len: end.saturating_sub(start) };
    (text.get(start..end).unwrap_or(""), span)
}

/// The last line of a place, for places that begin long before what is wrong.
fn last_line(text: &str, at: Span) -> Span {
    let end = (at.offset + at.len).min(text.len());
    let whole = text.get(at.offset..end).unwrap_or("");
    match whole.trim_end().rfind('\n') {
        Some(newline) => {
            let line = whole[newline..].trim_end();
            let start = at.offset + newline + (line.len() - line.trim_start().len());
            Span { offset: start, len: line.trim_start().len() }
        }
        None => at,
    }
}
