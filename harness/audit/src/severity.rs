//! How bad a finding is, in four steps: what exit codes, reports and the registry of rules go by.

use serde::{Serialize, Serializer};

/// How bad a finding is, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename_all = "kebab-case"))]
pub enum Severity {
    /// Somebody gets in who should not, or a secret is open.
    Danger,
    /// Something that is configured does not work.
    Error,
    /// It works, but probably not as intended.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// All of them, worst first.
    pub const ALL: [Self; 4] = [Self::Danger, Self::Error, Self::Warning, Self::Note];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Danger => "danger",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl Serialize for Severity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}
