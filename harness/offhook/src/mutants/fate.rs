//! What came of a mutant.

use offhook_language::mutate::Part;
use offhook_report::failure::in_short;
use offhook_session::{Outcome, StepResult, Verdict};

use super::draw::Drawn;
use super::played::{crossed_the_same, happened_the_same, same_files};

/// What came of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The scenario failed: why, one line.
    Red(String),
    /// It passed, and the server's files and all that happened are the same.
    Equivalent,
    /// It passed, and the same octets crossed port and line at the same times: nothing that these calls can see.
    NoEffect,
    /// It passed, as a step is known to fail, and any failure will do: what was changed, or what came of it, was not judged.
    Unjudged,
    /// It passed, for a reason that somebody has written down.
    Accepted(String),
    /// It passed, and should not have.
    Survived,
    /// It was not judged: the stack lacks something, the lab could not run it, the run ended before it did, or the scenario
    /// fails as it is.
    NotRun(String),
}

/// A mutant and what came of it.
#[derive(Clone, Debug)]
pub struct Judged<'a> {
    /// The mutant.
    pub drawn: &'a Drawn,
    /// What came of it.
    pub fate: Fate,
}

impl Fate {
    /// What came of a mutant that ran as `outcome`, where its scenario as it was ran as `original`.
    pub(super) fn of(drawn: &Drawn, outcome: &Outcome, original: &Outcome) -> Self {
        match &original.verdict {
            Verdict::Passed => {}
            Verdict::Failed => return Self::NotRun(format!("the scenario fails as it is: {}", in_short(original))),
            Verdict::Error { message, .. } => {
                return Self::NotRun(format!("the scenario as it is could not run: {message}"));
            }
            Verdict::Skipped { reason } => return Self::NotRun(reason.clone()),
            Verdict::NotRun { .. } => return Self::NotRun("the run ended before".to_owned()),
        }
        match &outcome.verdict {
            Verdict::Failed => Self::Red(in_short(outcome)),
            Verdict::Error { message, .. } => Self::NotRun(message.clone()),
            Verdict::Skipped { reason } => Self::NotRun(reason.clone()),
            Verdict::NotRun { .. } => Self::NotRun("the run ended before".to_owned()),
            Verdict::Passed => match drawn.mutant.part {
                Part::Expectation if unjudged(drawn, outcome) => Self::Unjudged,
                // What is expected changes nothing of what happens.
                Part::Expectation => Self::Survived,
                Part::Server if !crossed_the_same(outcome, original) => {
                    if fails_as_known(outcome) {
                        Self::Unjudged
                    } else {
                        Self::Survived
                    }
                }
                Part::Server if happened_the_same(outcome, original) && same_files(outcome, original) => {
                    Self::Equivalent
                }
                Part::Server => Self::NoEffect,
            },
        }
    }

    /// Its name, for people and programs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Red(_) => "red",
            Self::Equivalent => "equivalent",
            Self::NoEffect => "no-effect",
            Self::Unjudged => "unjudged",
            Self::Accepted(_) => "accepted",
            Self::Survived => "survived",
            Self::NotRun(_) => "not-run",
        }
    }
}

/// Whether the step that was changed failed as known, or was not reached because one before it did.
fn unjudged(drawn: &Drawn, outcome: &Outcome) -> bool {
    let step = outcome.steps.iter().find(|step| Some(step.span.offset) == drawn.mutant.step);
    step.is_some_and(|step| match step.result {
        StepResult::ExpectedFailure { .. } | StepResult::NotReached => true,
        StepResult::Passed { .. } | StepResult::Failed { .. } => false,
    })
}

/// Whether a step failed as known. How it fails nobody says.
fn fails_as_known(outcome: &Outcome) -> bool {
    outcome.steps.iter().any(|step| matches!(step.result, StepResult::ExpectedFailure { .. }))
}

/// How many mutants came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants of Fate")]
pub struct Counts {
    pub red: usize,
    pub equivalent: usize,
    pub no_effect: usize,
    pub unjudged: usize,
    pub accepted: usize,
    pub survived: usize,
    pub not_run: usize,
}

impl Counts {
    /// Of these.
    pub fn of<'a>(fates: impl IntoIterator<Item = &'a Fate>) -> Self {
        let mut counts = Self::default();
        for fate in fates {
            *match fate {
                Fate::Red(_) => &mut counts.red,
                Fate::Equivalent => &mut counts.equivalent,
                Fate::NoEffect => &mut counts.no_effect,
                Fate::Unjudged => &mut counts.unjudged,
                Fate::Accepted(_) => &mut counts.accepted,
                Fate::Survived => &mut counts.survived,
                Fate::NotRun(_) => &mut counts.not_run,
            } += 1;
        }
        counts
    }
}
