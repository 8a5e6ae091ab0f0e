//! The text of a personality's file: to a [`Personality`], or to everything that is wrong with it.

use std::path::Path;

use offhook_emulator::modem::Personality;

use super::GENERIC;
use super::build::build;
use crate::scenario::Span;
use crate::scenario::problem::{Fault, FileProblems, Problem};
use crate::scenario::read::with_document;
use crate::scenario::shape::items;
use crate::scenario::vocabulary::Place;

/// Reads a file; its name without `.kdl` is the modem's.
///
/// # Errors
///
/// Everything that is wrong with it, in the order of the text.
pub fn read(path: &Path, text: &str) -> Result<Personality, FileProblems> {
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let read = with_document(text, |document, problems| {
        let items = items(document, Place::Personality, None, problems);
        if problems.is_empty() && !items.iter().any(|item| item.word.name == "title") {
            let problem =
                Problem::new(Fault::MissingWord, "the modem has no title", Span::default(), "no `title` in here");
            problems.push(problem.help("what it is, for people: title \"Any V.34 modem\""));
        }
        build(&items, problems)
    });
    match read {
        // The generic modem is the one without a name, from which all others differ.
        Ok(personality) if name == GENERIC => Ok(Personality { title: String::new(), ..personality }),
        Ok(personality) => Ok(Personality { name, ..personality }),
        Err(problems) => Err(FileProblems { path: path.to_owned(), text: Some(text.into()), problems }),
    }
}
