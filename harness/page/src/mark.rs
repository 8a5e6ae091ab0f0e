//! How a result ended: a name, words, and a sign that needs no colour.

use serde::Serialize;

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

    /// What it is called.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Error => "could not run",
            Self::Known => "passed, with expected failures",
            Self::Passed => "passed",
            Self::Skipped => "skipped",
            Self::NotRun => "not run",
        }
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
