//! Violations that are known to be the server's: the file of `--known`.
//!
//! The file is KDL, a cause a line, as the report names it; `*` stands for any text:
//!
//! ```text
//! known "nothing-left: left behind: lock *" after="*program=\"mgetty\"*" stack="bookworm" reason="mgetty leaves its lock"
//! known "line-let-go: *" scenario="*control-lines.kdl: *" reason="with local pppd does not see that carrier is lost"
//! ```

use std::path::Path;

use offhook_explore::KnownCause;
use offhook_schema::{Absent, Argument, Errors, Kind, Property, Vocabulary, Word};

use crate::reasons::{self, Place, Reasons};

static KNOWN: Vocabulary<Reasons> = Vocabulary { places: &[Place::Violations], words: &[WORDS] };

const WORDS: &[Word<Reasons>] = &[Word {
    arguments: &[Argument::one("cause", Kind::Sentence)],
    properties: &[
        Property::new("after", Kind::Sentence, Absent::Says("any"), "The disturbance, as the report names it."),
        Property::new("stack", Kind::Sentence, Absent::Says("any"), "The stack."),
        Property::new("scenario", Kind::Sentence, Absent::Says("any"), "The scenario that shows it, by file and name."),
        Property::new("reason", Kind::Sentence, Absent::Never, "Why the server does so."),
    ],
    ..Word::new("known", (), &[Place::Violations], "A violation, as the report names its cause, is the server's.")
}];

/// Reads the file at `path`.
///
/// # Errors
///
/// Everything that is wrong with it.
pub fn load(path: &Path) -> Result<Vec<KnownCause>, Errors> {
    let help = "a file of known violations is KDL: known \"CAUSE\" reason=\"...\"";
    reasons::load(path, help, &KNOWN, |item, place| {
        Some(KnownCause {
            cause: item.argument_text(0),
            after: item.text("after"),
            stack: item.text("stack"),
            scenario: item.text("scenario"),
            reason: item.text("reason")?,
            place,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_does_not_contradict_itself() {
        assert_eq!(KNOWN.faults(), Vec::<String>::new());
    }
}
