//! The reader: the text of a file to its scenarios, or to everything that is wrong with it.
//!
//! KDL is parsed by the crate `kdl`, then come the passes: words and values, what they build, the order of verbs.

use std::thread;

use kdl::{KdlDocument, KdlError};

use super::build::build;
use super::problem::{Errors, Fault, FileProblems, Problem};
use super::shape::{items, span};
use super::vocabulary::Place;
use super::{Scenario, Span};
use crate::run::SourceFile;

/// Stack the KDL parser may need for a text, in octets: it calls itself for blocks, comments and escapes, in good
/// text and in bad. Twice and more what was measured at most, without optimization.
fn stack_for(text: &str) -> usize {
    let octets = text.as_bytes();
    let cost = |index: usize| match (octets.get(index), octets.get(index + 1)) {
        (Some(b'{'), _) => 160 << 10,
        (Some(b'/'), Some(b'*' | b'-')) => 64 << 10,
        (Some(b'}' | b'\\'), _) => 16 << 10,
        _ => 0,
    };
    (0..octets.len()).map(cost).sum::<usize>() + (4 << 20)
}

/// More stack than any scenario file needs: room for some 2900 blocks.
const MOST_STACK: usize = 512 << 20;

/// Reads the scenarios of a file.
///
/// # Errors
///
/// Everything that is wrong with it, in the order of the text. If it is no KDL, that is all that is said.
pub fn read(source: &SourceFile) -> Result<Vec<Scenario>, Errors> {
    let fail = |mut problems: Vec<Problem>| {
        problems.sort_by_key(|problem| problem.labels.first().map(|label| label.span.offset));
        let text = Some(source.text.clone());
        Err(Errors { files: vec![FileProblems { path: source.path.clone(), text, problems }] })
    };
    let stack = stack_for(&source.text);
    if stack > MOST_STACK {
        let message = "there are more blocks than a scenario file can have";
        let problem = Problem::new(Fault::Syntax, message, Span::default(), "this file is too large");
        return fail(vec![problem.help("split it")]);
    }
    // The parser calls itself for each nested block, so a hostile file could exhaust the stack: give it one that is
    // large enough for the worst that the file can do.
    let run = || {
        let mut problems = Vec::new();
        let scenarios = read_text(&source.text, &mut problems);
        (scenarios, problems)
    };
    let (scenarios, problems) = thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(stack).spawn_scoped(scope, run);
        let ended = thread.map(thread::ScopedJoinHandle::join);
        let what = match ended {
            Ok(Ok(result)) => return result,
            Ok(Err(_)) => "the KDL parser gave up on this file".to_owned(),
            Err(error) => format!("this file cannot be read now: no thread for it: {error}"),
        };
        (Vec::new(), vec![Problem::new(Fault::Syntax, what, Span::default(), "in this file")])
    });
    if problems.is_empty() { Ok(scenarios) } else { fail(problems) }
}

fn read_text(text: &str, problems: &mut Vec<Problem>) -> Vec<Scenario> {
    let document = match KdlDocument::parse(text) {
        Ok(document) => document,
        Err(error) => {
            syntax(text, &error, problems);
            return Vec::new();
        }
    };
    let items = items(&document, Place::File, None, problems);
    if items.is_empty() && problems.is_empty() {
        let end = Span { offset: text.len(), len: 0 };
        let problem = Problem::new(Fault::NoScenario, "there is no scenario in this file", end, "nothing up to here");
        problems.push(problem.help("a file holds one or more: scenario \"what it shows\" { ... }"));
    }
    build(&items, problems)
}

/// What the parser says, in the words of this reader; what follows from an error before is left out.
fn syntax(text: &str, error: &KdlError, problems: &mut Vec<Problem>) {
    let mut covered = 0;
    for diagnostic in &error.diagnostics {
        let at = span(diagnostic.span);
        if !problems.is_empty() && at.offset < covered {
            continue;
        }
        // Recovery resumes at the next line; before that, one error is enough.
        let rest = text.get(at.offset..).unwrap_or("");
        covered = (at.offset + at.len).max(at.offset + rest.find('\n').unwrap_or(rest.len()));
        let said = diagnostic.message.as_deref().unwrap_or("this is no KDL");
        let place = text.get(at.offset..(at.offset + at.len).min(text.len())).unwrap_or("");
        let bare = place.trim().trim_end_matches(';').trim();
        let (message, label, help) = match bare {
            "true" | "false" | "null" => {
                (format!("`{bare}` is not a value"), "a # is missing", Some(format!("write #{bare}")))
            }
            _ => (format!("this is no KDL: {}", lower(said)), "here", diagnostic.help.clone()),
        };
        let label = match diagnostic.label.as_deref() {
            Some(own) if label == "here" => own,
            _ => label,
        };
        let problem = Problem::new(Fault::Syntax, message, at, label);
        problems.push(Problem { help, ..problem });
    }
    if problems.is_empty() {
        problems.push(Problem::new(Fault::Syntax, "this is no KDL", Span::default(), "in this file"));
    }
}

/// With a small first letter, unless the first word is in capitals.
fn lower(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if letters.clone().next().is_some_and(char::is_lowercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> SourceFile {
        SourceFile { path: "a.kdl".into(), text: text.into() }
    }

    #[test]
    fn no_nesting_however_deep_exhausts_the_stack() {
        for unit in ["a{", "{", "}", "{}", "/-", "/-a{", "/*", "\\ ", "a {\"", "(", "\"", "#", "a\\\n"] {
            for count in [500, 2500] {
                assert!(read(&source(&unit.repeat(count))).is_err(), "{unit} x {count}");
            }
        }
    }

    #[test]
    fn no_cut_of_a_good_text_is_read_or_panics() {
        let good =
            "scenario \"ä\" { server { port \"ttyS0\" speed=57600; }; call from=\"5\" { ring 3; expect-answer; }; }";
        assert!(read(&source(good)).is_ok(), "{:?}", read(&source(good)));
        for (end, _) in good.char_indices() {
            assert!(read(&source(&good[..end])).is_err(), "{end}");
        }
    }
}
