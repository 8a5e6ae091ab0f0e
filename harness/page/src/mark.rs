//! How a result ended: a name, words, and a sign that needs no colour.

use serde::Serialize;

/// What the marks are called where the page speaks of something, in the order of [`Mark::ALL`].
pub type Words = [&'static str; 6];

/// How a result ended, as a mark and a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// It is not as expected.
    Failed,
    /// It could not be tried.
    Error,
    /// It is as expected, and something in it failed as it was expected to.
    Known,
    /// It is as expected.
    Passed,
    /// It was left out, with a reason.
    Skipped,
    /// It did not come to it.
    NotRun,
}

impl Mark {
    /// All of them, the worst first.
    pub const ALL: [Self; 6] = [Self::Failed, Self::Error, Self::Known, Self::Passed, Self::Skipped, Self::NotRun];

    /// Its name in the page's code.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Error => "error",
            Self::Known => "known",
            Self::Passed => "passed",
            Self::Skipped => "skipped",
            Self::NotRun => "not-run",
        }
    }

    /// What each is called in a run.
    pub const OF_RUN: Words =
        ["failed", "could not run", "passed, with expected failures", "passed", "skipped", "not run"];

    /// What it is called.
    pub fn words(self, words: &Words) -> &'static str {
        let place = Self::ALL.iter().position(|mark| *mark == self);
        place.map_or("", |place| words[place])
    }

    /// A sign that can be told apart without colours.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Failed => "✗",
            Self::Error => "!",
            Self::Known => "~",
            Self::Passed => "✓",
            Self::Skipped => "–",
            Self::NotRun => "·",
        }
    }
}
