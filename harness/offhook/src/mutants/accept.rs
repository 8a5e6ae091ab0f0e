//! Mutants that are known to survive: a file of them, each with its reason.
//!
//! In: the file of `--accept` and what came of the mutants. Out: what came of them with the reasons, and every entry that has
//! none to give: its mutant does not survive any more, or there is none.
//!
//! The file is KDL, a mutant a line, as the report names it. A `*` stands for any text, also in the name of the file:
//!
//! ```text
//! survives "accounts/fields.kdl" #"account "alice": server="*" -> removed"# reason="the same server in other words"
//! survives "modem/*" "port *: speed=* -> *" reason="a pty has no speed"
//! ```

use std::path::Path;

use offhook_base::{SourceFile, fits};
use offhook_language::mutate::{Mutant, Mutants, mutants};
use offhook_schema::{Absent, Argument, Errors, Kind, Property, Vocabulary, Word};

use super::draw::Refused;
use super::fate::{Fate, Judged};
use crate::reasons::{self, Place, Reasons};

static ACCEPTED: Vocabulary<Reasons> = Vocabulary { places: &[Place::Mutants], words: &[WORDS] };

const WORDS: &[Word<Reasons>] = &[Word {
    arguments: &[Argument::one("file", Kind::Sentence), Argument::one("mutant", Kind::Sentence)],
    properties: &[
        Property::new("scenario", Kind::Sentence, Absent::Says("all in the file"), "The scenario's name."),
        Property::new(
            "but",
            Kind::Sentence,
            Absent::Says("none"),
            "A file for which it does not hold, where `*` is in FILE.",
        ),
        Property::new("reason", Kind::Sentence, Absent::Never, "Why it survives."),
    ],
    ..Word::new("survives", (), &[Place::Mutants], "A mutant, as the report names it, passes for a reason.")
}];

/// One line of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survivor {
    /// The scenario's file, or the end of its path; `*` is any text.
    pub file: String,
    /// A file for which it does not hold.
    pub but: Option<String>,
    /// The scenario; `None`: any in the file.
    pub scenario: Option<String>,
    /// The change, as the report names it; `*` is any text.
    pub change: String,
    /// Why it survives.
    pub reason: String,
    /// Where it stands: `scenarios/mutants.txt:3`.
    pub place: String,
}

/// Reads the file at `path`.
///
/// # Errors
///
/// Everything that is wrong with it.
pub fn load(path: &Path) -> Result<Vec<Survivor>, Errors> {
    let help = "a file of mutants that may survive is KDL: survives \"FILE\" \"MUTANT\" reason=\"...\"";
    reasons::load(path, help, &ACCEPTED, |item, place| {
        Some(Survivor {
            file: item.argument_text(0),
            but: item.text("but"),
            scenario: item.text("scenario"),
            change: item.argument_text(1),
            reason: item.text("reason")?,
            place,
        })
    })
}

impl Survivor {
    fn is(&self, file: &Path, mutant: &Mutant) -> bool {
        let scenario = self.scenario.as_ref().is_none_or(|name| *name == mutant.name);
        scenario && self.is_of(file) && fits(&self.change, &mutant.change.to_string())
    }

    fn is_of(&self, file: &Path) -> bool {
        ends_as(file, &self.file) && !self.but.as_ref().is_some_and(|but| ends_as(file, but))
    }
}

/// Whether the end of a path is as the pattern says, as many names as that has.
fn ends_as(path: &Path, pattern: &str) -> bool {
    let names: Vec<_> = path.iter().map(|name| name.to_string_lossy()).collect();
    let count = pattern.split('/').count();
    names.len() >= count && fits(pattern, &names[names.len() - count..].join("/"))
}

/// Gives the mutants that survived their reasons.
pub(super) fn reasons(survivors: &[Survivor], judged: &mut [Judged<'_>]) {
    for judged in judged.iter_mut().filter(|judged| judged.fate == Fate::Survived) {
        let (file, mutant) = (&judged.drawn.file.path, &judged.drawn.mutant);
        if let Some(survivor) = survivors.iter().find(|survivor| survivor.is(file, mutant)) {
            judged.fate = Fate::Accepted(survivor.reason.clone());
        }
    }
}

/// What is wrong with the entries, a line each: no mutant in their files is called so, or all that are have run, or cannot, and
/// none survives. Those of other files are let be.
pub(super) fn stale(
    survivors: &[Survivor],
    files: &[SourceFile],
    judged: &[Judged<'_>],
    refused: &[Refused],
) -> Vec<String> {
    let all: Vec<(&Path, Mutants)> = files.iter().map(|file| (file.path.as_path(), mutants(file))).collect();
    let wrong = |survivor: &Survivor| {
        let Survivor { file, change, place, .. } = survivor;
        let here: Vec<_> = all.iter().filter(|(path, _)| survivor.is_of(path)).collect();
        let called =
            here.iter().flat_map(|(path, mutants)| mutants.all.iter().filter(|mutant| survivor.is(path, mutant)));
        let called = called.count();
        let ran = judged.iter().filter(|judged| !matches!(judged.fate, Fate::NotRun(_)));
        let ran: Vec<&Fate> = ran
            .filter(|judged| survivor.is(&judged.drawn.file.path, &judged.drawn.mutant))
            .map(|judged| &judged.fate)
            .collect();
        let left_out = refused.iter().filter(|refused| survivor.is(&refused.file, &refused.mutant)).count();
        let alive = ran.iter().any(|fate| matches!(fate, Fate::Accepted(_)));
        match ran.first() {
            _ if here.is_empty() || alive => None,
            _ if called == 0 => Some(format!("{place}: {file} has no mutant `{change}`")),
            Some(fate) if ran.len() + left_out == called => {
                Some(format!("{place}: `{change}` does not survive: it is {}", fate.name()))
            }
            _ => None,
        }
    };
    survivors.iter().filter_map(wrong).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_does_not_contradict_itself() {
        assert_eq!(ACCEPTED.faults(), Vec::<String>::new());
    }
}
