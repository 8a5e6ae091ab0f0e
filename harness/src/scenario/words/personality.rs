//! The words of a personality's file: how one make of modem differs from V.250's.

use std::time::Duration;

use super::super::kind::{Choices, Kind};
use super::super::vocabulary::{Absent, Argument, Occurs, Place, Property, Word};
use super::{MILLISECOND, many, one, property, time, word};

const TOP: &[Place] = &[Place::Personality];
const MINUTE: Duration = Duration::from_secs(60);
const REGISTER: Kind = Kind::Number { min: 0, max: 255 };
const NUMBER: Kind = Kind::Number { min: 0, max: 1_000_000 };

const STYLES: Choices = &[
    ("blanks", "`NMBR = 5551234` (V.253, Rockwell)"),
    ("no-blanks", "`NMBR=5551234`"),
    ("zyxel", "`FM:5551234`"),
    ("elsa", "`RING;5551234` in place of `RING`"),
    ("clip", "`+CLIP: \"5551234\",129`"),
    ("words", "`CALLER NUMBER: 5551234`"),
    ("slash", "`RING/5551234` in place of `RING`"),
    ("dle", "events shielded by DLE (V.253)"),
    ("digits", "the number alone"),
];
const RINGS: Choices = &[
    ("none", "not at all"),
    ("letter", "`RING A`, `RING B`"),
    ("number", "`RING 1`, `RING 2`"),
    ("cadence", "`DRON=`, `DROF=` (V.253, `+VDR`)"),
];

const CALLER_ID: &[Property] = &[
    property("style", Kind::Choice(STYLES), Absent::Means("\"blanks\""), "How it looks when it is formatted."),
    property(
        "switch",
        Kind::Sentence,
        Absent::Says("it is always on"),
        "What turns it on: a `parameter`, or an S-parameter as \"S40\".",
    ),
    property("formatted", REGISTER, Absent::Means("1"), "Value of the switch that gives it formatted."),
    property("unformatted", REGISTER, Absent::Says("it cannot"), "Value that gives the octets in hexadecimal."),
    property("on", Kind::Flag, Absent::Means("#false"), "Whether it is on when the modem is switched on."),
];

/// The words of a personality's file.
pub(super) const WORDS: &[Word] = &[
    Word {
        arguments: &[one("text", Kind::Sentence)],
        occurs: Occurs::Once,
        ..word("title", TOP, "What it is, for people.")
    },
    Word {
        arguments: &[one("number", REGISTER), many("line", Kind::Text, 1)],
        ..word(
            "information",
            TOP,
            "The lines that I with this number gives. A number that is not here: as the generic modem's.",
        )
    },
    Word {
        arguments: &[one("command", Kind::Sentence), one("text", Kind::Text)],
        ..word("identity", TOP, "The text that an identification command gives: \"+GMM\" \"V90\".")
    },
    Word {
        arguments: &[one("number", REGISTER)],
        properties: &[
            property("default", REGISTER, Absent::Means("0"), "Its factory setting."),
            property("range", Kind::Ranges, Absent::Means("\"0-255\""), "What it may be set to: one range."),
        ],
        ..word("register", TOP, "An S-parameter that it has, or that is otherwise with it.")
    },
    Word {
        arguments: &[one("command", Kind::Sentence), one("setting", NUMBER)],
        ..word(
            "factory",
            TOP,
            "The factory setting of a single-letter command, if it is not the generic modem's: \"&D\" 2.",
        )
    },
    Word {
        arguments: &[one("command", Kind::Sentence), one("values", Kind::Ranges)],
        ..word(
            "command",
            TOP,
            "A single-letter command that it takes besides the generic modem's, or with other values: \"&H\" \"0-3\".",
        )
    },
    Word {
        arguments: &[many("command", Kind::Sentence, 1)],
        ..word(
            "refuse",
            TOP,
            "Commands of the generic modem that it answers by ERROR: \"+VCID\"; a sign alone stands for all that begin with it.",
        )
    },
    Word {
        opens: Some(Place::Parameter),
        arguments: &[one("name", Kind::Sentence)],
        properties: &[
            property(
                "default",
                Kind::Text,
                Absent::Says("the first of what its values may be"),
                "Its factory setting, as `?` gives it.",
            ),
            property("ranges", Kind::Text, Absent::Says("made from its values"), "What `=?` gives."),
            property("same-as", Kind::Sentence, Absent::Says("none"), "Another parameter: both act on one setting."),
        ],
        ..word("parameter", TOP, "A parameter of extended syntax, with its sign: \"+VCID\", \"#CLS\".")
    },
    Word {
        arguments: &[many("values", Kind::Ranges, 1)],
        occurs: Occurs::AtMostOnce,
        ..word("values", &[Place::Parameter], "What each of its numbers may be. Left out: anything.")
    },
    Word {
        opens: Some(Place::ConnectForm),
        properties: &[property(
            "error-control",
            Kind::Flag,
            Absent::Says("with and without"),
            "Only with V.42 between the modems, or only without.",
        )],
        ..word(
            "connect",
            TOP,
            "What it says when there is carrier. Of several, the first that fits counts; none: as the generic modem.",
        )
    },
    Word {
        arguments: &[one("setting", Kind::Sentence), one("value", NUMBER)],
        ..word("when", &[Place::ConnectForm], "Only while this is set so: \"X\" 0, \"W\" 1, \"S95\" 3.")
    },
    Word {
        arguments: &[one("text", Kind::Sentence)],
        ..word(
            "says",
            &[Place::ConnectForm],
            "A line; at least one. {dte}: the port's speed; {transmit} and {receive}: rates in bit/s; {modulation}: V34; {protocol}: LAPM or NONE; {compression}: V42BIS or NONE.",
        )
    },
    Word {
        arguments: &[one("rate", NUMBER), one("number", NUMBER)],
        ..word("connect-number", TOP, "With V0, the number in place of CONNECT with this rate. None said: Rockwell's.")
    },
    Word {
        properties: CALLER_ID,
        occurs: Occurs::AtMostOnce,
        ..word("caller-id", TOP, "In which words it gives caller ID. Left out: it has none.")
    },
    Word {
        arguments: &[one("how", Kind::Choice(RINGS))],
        occurs: Occurs::AtMostOnce,
        ..word("distinctive-ring", TOP, "How it tells patterns of ringing apart. Left out: \"none\".")
    },
    Word {
        opens: Some(Place::Quirks),
        occurs: Occurs::AtMostOnce,
        ..word("quirks", TOP, "What it does that it should not.")
    },
    Word {
        arguments: &[one("time", time(MILLISECOND, MINUTE))],
        occurs: Occurs::AtMostOnce,
        ..word(
            "after-dtr",
            &[Place::Quirks],
            "For so long after circuit 108/2 came on it neither hears nor says anything.",
        )
    },
    Word {
        arguments: &[one("time", time(MILLISECOND, MINUTE))],
        occurs: Occurs::AtMostOnce,
        ..word(
            "between-commands",
            &[Place::Quirks],
            "A command line that begins sooner than this after the last result code is not heard.",
        )
    },
    Word {
        arguments: &[one("time", time(MILLISECOND, MINUTE))],
        occurs: Occurs::AtMostOnce,
        ..word("answer-delay", &[Place::Quirks], "From the end of a command line to its result code.")
    },
    Word {
        arguments: &[many("beginning", Kind::Sentence, 1)],
        ..word("errors", &[Place::Quirks], "Command lines that begin so are answered by ERROR: \"ATZ\".")
    },
    Word {
        arguments: &[one("lines", Kind::Number { min: 1, max: 1000 })],
        occurs: Occurs::AtMostOnce,
        ..word("errs-every", &[Place::Quirks], "Every so many-th command line is answered by ERROR, whatever it says.")
    },
    Word {
        arguments: &[one("characters", Kind::Number { min: 1, max: 10_000 })],
        occurs: Occurs::AtMostOnce,
        ..word("line-length", &[Place::Quirks], "Longer command lines are answered by ERROR.")
    },
    Word {
        arguments: &[Argument { name: "yes", kind: Kind::Flag, least: 0, most: 1 }],
        occurs: Occurs::AtMostOnce,
        ..word("takes-anything", &[Place::Quirks], "Commands that it does not know are answered by OK.")
    },
];
