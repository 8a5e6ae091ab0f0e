//! The text of a model file: to a [`Personality`], or to everything that is wrong with it.

use std::path::Path;

use offhook_telephony::modem::Personality;

use super::GENERIC;
use super::build::build;
use crate::fault;
use crate::words::MODELS;
use offhook_base::Span;
use offhook_schema::{FileProblems, Problem, read_text};

/// Reads a file; its name without `.kdl` is the modem's.
///
/// # Errors
///
/// Everything that is wrong with it, in the order of the text.
pub fn read(path: &Path, text: &str) -> Result<Personality, FileProblems> {
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let read = read_text(text, &MODELS, |items, problems| {
        if problems.is_empty() && !items.iter().any(|item| item.word.name == "title") {
            let problem = Problem::new(
                fault::MISSING_WORD,
                "`title` is missing in this model file",
                Span::default(),
                "has no `title`",
            );
            problems.push(problem.help("add what it is, for people: title \"Any V.34 modem\""));
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
