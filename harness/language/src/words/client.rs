//! The words of a call that a real program makes: what it is configured with. They stand beside the call's verbs.

use offhook_schema::{Absent, Kind, Occurs};

use super::{many, one, property, word};
use crate::kind;
use crate::vocabulary::{ClientWord, Place, Role, Word};

/// These words.
pub(super) const WORDS: &[Word] = &[
    Word {
        arguments: &[one("user", Kind::Text)],
        properties: &[property("password", Kind::Text, Absent::Never, "The user's password.")],
        occurs: Occurs::AtMostOnce,
        role: Role::client(ClientWord::Account),
        ..word("account", &[Place::Call], "With `with=`: as whom the program logs in.")
    },
    Word {
        arguments: &[many("text", Kind::Escaped, 1)],
        role: Role::client(ClientWord::Chat),
        absent: Absent::Says("a script that dials"),
        ..word(
            "chat",
            &[Place::Call],
            "With `with=\"pppd\"`: its chat script, what it waits for and what it sends in turn, as chat(8) reads them: \"ABORT\" \"BUSY\" \"\" \"ATDT5551000\" \"CONNECT\" \"\". Several follow one another.",
        )
    },
    Word {
        arguments: &[one("line", Kind::Sentence)],
        role: Role::client(ClientWord::Option),
        ..word(
            "option",
            &[Place::Call],
            "With `with=`: a line for its options file, as pppd(8) has it: \"mru 576\"; of wvdial, for its section of wvdial.conf(5): \"Stupid Mode = yes\".",
        )
    },
    Word {
        arguments: &[one("model", kind::MODEL)],
        occurs: Occurs::AtMostOnce,
        absent: Absent::Says("a modem by V.250"),
        role: Role::client(ClientWord::Modem),
        ..word("modem", &[Place::Call], "With `with=`: the model of the caller's modem.")
    },
];
