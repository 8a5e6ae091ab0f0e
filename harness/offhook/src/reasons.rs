//! Files in which somebody has written down what is known, each line with its reason: mutants that may survive, violations that are
//! a server's own.
//!
//! In: a file of KDL and its words. Out: an entry for each line, or everything that is wrong with it.

use std::path::Path;

use offhook_schema::{Errors, FileProblems, Item, Language, Vocabulary, file, read_text};

/// The language of such files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reasons;

impl Language for Reasons {
    type Place = Place;
    type Role = ();
}

/// The only place of each: the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Of mutants.
    Mutants,
    /// Of violations.
    Violations,
}

impl offhook_schema::Place for Place {
    fn name(self) -> &'static str {
        "file"
    }

    fn phrase(self) -> &'static str {
        match self {
            Self::Mutants => "in a file of accepted mutants",
            Self::Violations => "in a file of known violations",
        }
    }
}

/// Reads the file at `path`: what `made` makes of each line and its place, `known.kdl:3`. `help` says what is to be in it.
pub(crate) fn load<T: Send>(
    path: &Path,
    help: &str,
    vocabulary: &'static Vocabulary<Reasons>,
    made: impl Fn(&Item<Reasons>, String) -> Option<T> + Sync,
) -> Result<Vec<T>, Errors> {
    let text = file::text(path, help).map_err(|file| Errors { files: vec![file] })?;
    let entry = |item: &Item<Reasons>| {
        let line = text.get(..item.span.offset).unwrap_or(&text).matches('\n').count() + 1;
        made(item, format!("{}:{line}", path.display()))
    };
    read_text(&text, vocabulary, |items, _| items.iter().filter_map(entry).collect()).map_err(|problems| Errors {
        files: vec![FileProblems { path: path.to_owned(), text: Some(text.as_str().into()), problems }],
    })
}
