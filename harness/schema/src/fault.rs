//! The kinds of mistakes there are: a short name each, which stays the same while messages change.
//!
//! Here are those of any text that follows a vocabulary; a language adds its own with [`faults!`](crate::faults).

use std::fmt;

/// The kind of a mistake.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fault(&'static str);

impl Fault {
    /// A kind by its name, in words with hyphens.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Defines constants of type [`Fault`], and a list of them all.
#[macro_export]
macro_rules! faults {
    ($(#[$about:meta])* $all:ident: $($(#[$doc:meta])* $constant:ident = $name:literal,)*) => {
        $($(#[$doc])* pub const $constant: $crate::Fault = $crate::Fault::new($name);)*

        $(#[$about])*
        pub const $all: &[$crate::Fault] = &[$($constant),*];
    };
}

faults! {
    /// Every kind that any vocabulary can have.
    GENERAL:
    /// A file or directory is missing, unreadable, or not text.
    FILE = "file",
    /// The text is not KDL.
    SYNTAX = "syntax",
    /// A word that is not in the vocabulary.
    UNKNOWN_WORD = "unknown-word",
    /// A word that belongs elsewhere.
    MISPLACED_WORD = "misplaced-word",
    /// A required word is missing.
    MISSING_WORD = "missing-word",
    /// A word appears twice where it may appear once.
    REPEATED_WORD = "repeated-word",
    /// A property that the word does not have.
    UNKNOWN_PROPERTY = "unknown-property",
    /// A required property is missing.
    MISSING_PROPERTY = "missing-property",
    /// A property is given twice.
    REPEATED_PROPERTY = "repeated-property",
    /// A required argument is missing.
    MISSING_ARGUMENT = "missing-argument",
    /// One argument too many.
    EXTRA_ARGUMENT = "extra-argument",
    /// A block where none is allowed.
    NO_BLOCK = "no-block",
    /// A KDL type annotation.
    ANNOTATION = "annotation",
    /// A value of another type, for example a number instead of a text.
    WRONG_TYPE = "wrong-type",
    /// A number outside its range.
    OUT_OF_RANGE = "out-of-range",
    /// A text that is not one of the possible ones.
    NOT_A_CHOICE = "not-a-choice",
    /// A text that is not allowed there: empty, or with control characters.
    BAD_TEXT = "bad-text",
    /// Not a duration, or one outside its range.
    BAD_DURATION = "bad-duration",
    /// Not an IP address.
    BAD_ADDRESS = "bad-address",
    /// Not octets in hexadecimal.
    BAD_OCTETS = "bad-octets",
}
