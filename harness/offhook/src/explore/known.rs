//! Violations that are known to be the server's: the file of `--known`.
//!
//! The file is KDL, a cause a line, as the report names it; `*` stands for any text:
//!
//! ```text
//! known "nothing-left: left behind: lock *" after="*program=\"mgetty\"*" stack="bookworm" reason="mgetty leaves its lock"
//! ```

use std::path::Path;

use offhook_explore::KnownCause;
use offhook_schema::{
    Absent, Argument, Errors, FileProblems, Item, Kind, Language, Property, Vocabulary, Word, file, read_text,
};

/// The language of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct KnownFile;

impl Language for KnownFile {
    type Place = File;
    type Role = ();
}

/// The only place: the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct File;

impl offhook_schema::Place for File {
    fn name(self) -> &'static str {
        "file"
    }

    fn phrase(self) -> &'static str {
        "in a file of known violations"
    }
}

static KNOWN: Vocabulary<KnownFile> = Vocabulary { places: &[File], words: &[WORDS] };

const WORDS: &[Word<KnownFile>] = &[Word {
    arguments: &[Argument::one("cause", Kind::Sentence)],
    properties: &[
        Property::new("after", Kind::Sentence, Absent::Says("any"), "The disturbance, as the report names it."),
        Property::new("stack", Kind::Sentence, Absent::Says("any"), "The stack."),
        Property::new("reason", Kind::Sentence, Absent::Never, "Why the server does so."),
    ],
    ..Word::new("known", (), &[File], "A violation, as the report names its cause, is the server's.")
}];

/// Reads the file at `path`.
///
/// # Errors
///
/// Everything that is wrong with it.
pub fn load(path: &Path) -> Result<Vec<KnownCause>, Errors> {
    let help = "a file of known violations is KDL: known \"CAUSE\" reason=\"...\"";
    let text = file::text(path, help).map_err(|file| Errors { files: vec![file] })?;
    let made = |item: &Item<KnownFile>| {
        let line = text.get(..item.span.offset).unwrap_or(&text).matches('\n').count() + 1;
        Some(KnownCause {
            cause: item.argument_text(0),
            after: item.text("after"),
            stack: item.text("stack"),
            reason: item.text("reason")?,
            place: format!("{}:{line}", path.display()),
        })
    };
    read_text(&text, &KNOWN, |items, _| items.iter().filter_map(made).collect()).map_err(|problems| Errors {
        files: vec![FileProblems { path: path.to_owned(), text: Some(text.as_str().into()), problems }],
    })
}
