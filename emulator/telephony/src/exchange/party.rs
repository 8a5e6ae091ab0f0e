//! One end of a call as caller ID tells it: a number or a name, or the reason that there is none.
//!
//! Bellcore's and ETSI's messages carry the reason as one letter (GR-30-CORE, EN 300 659-3): `P`, private, and `O`, out of
//! area. That letter is also what a scenario says, what modems print, and what the trace keeps.

use std::fmt;

/// A number or a name of a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Party {
    /// The number or the name.
    Known(String),
    /// The caller keeps it to himself: `P`.
    Withheld,
    /// The network does not know it: `O`.
    OutOfArea,
}

impl Party {
    /// The number or name, or the letter that stands for it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(text) => text,
            Self::Withheld => "P",
            Self::OutOfArea => "O",
        }
    }

    /// The number or name, if there is one.
    pub fn known(&self) -> Option<&str> {
        match self {
            Self::Known(text) => Some(text),
            Self::Withheld | Self::OutOfArea => None,
        }
    }
}

/// `P` and `O` are the reasons, everything else is known.
impl From<String> for Party {
    fn from(text: String) -> Self {
        match text.as_str() {
            "P" => Self::Withheld,
            "O" => Self::OutOfArea,
            _ => Self::Known(text),
        }
    }
}

/// As from a `String`.
impl From<&str> for Party {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// As [`Party::as_str`].
impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_a_reason_and_everything_else_is_known() {
        for (text, party) in [("P", Party::Withheld), ("O", Party::OutOfArea), ("O. P.", Party::Known("O. P.".into()))]
        {
            assert_eq!((Party::from(text), party.as_str()), (party.clone(), text));
        }
    }
}
