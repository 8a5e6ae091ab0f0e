//! The words of a call that a real program makes: what it is configured with. They stand beside the call's verbs.

use super::super::kind::Kind;
use super::super::vocabulary::{Absent, Occurs, Place, Word};
use super::{many, one, property, word};

/// The names of these words: no verbs, though they stand among them.
pub(in super::super) const NAMES: [&str; 4] = ["account", "chat", "option", "modem"];

/// These words.
pub(super) const WORDS: &[Word] = &[
    Word {
        arguments: &[one("user", Kind::Text)],
        properties: &[property("password", Kind::Text, Absent::Never, "The user's password.")],
        occurs: Occurs::AtMostOnce,
        ..word("account", &[Place::Call], "With `with=`: as whom the program logs in.")
    },
    Word {
        arguments: &[many("text", Kind::Escaped, 1)],
        ..word(
            "chat",
            &[Place::Call],
            "With `with=\"pppd\"`: its chat script, what it waits for and what it sends in turn, as chat(8) reads them: \"ABORT\" \"BUSY\" \"\" \"ATDT5551000\" \"CONNECT\" \"\". Several are one after another. Left out: one that dials.",
        )
    },
    Word {
        arguments: &[one("line", Kind::Sentence)],
        ..word(
            "option",
            &[Place::Call],
            "With `with=`: a line for its options file, as pppd(8) has it: \"mru 576\"; of wvdial, for its section of wvdial.conf(5): \"Stupid Mode = yes\".",
        )
    },
    Word {
        arguments: &[one("make", Kind::Personality)],
        occurs: Occurs::AtMostOnce,
        ..word("modem", &[Place::Call], "With `with=`: whose make the caller's modem is. Left out: a modem by V.250.")
    },
];
