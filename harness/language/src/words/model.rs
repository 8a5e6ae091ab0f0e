//! The words of a model file: how one model of modem differs from the generic one, which follows V.250.

use std::time::Duration;

use offhook_schema::{Absent, Kind, Occurs, Property};

use super::choices::{CALL_ENDS, RINGS, STYLES};
use super::{MILLISECOND, flag, many, maybe, number, one, property, text, time};
use crate::vocabulary::{ModelPlace, ModelWord, Trait};

const TOP: &[ModelPlace] = &[ModelPlace::File];
const MINUTE: Duration = Duration::from_secs(60);
const REGISTER: Kind = Kind::number(0, 255, "");
const NUMBER: Kind = Kind::number(0, 1_000_000, "");

/// A word at the top of the file.
const fn top(role: Trait, name: &'static str, doc: &'static str) -> ModelWord {
    ModelWord::new(name, Some(role), TOP, doc)
}

/// A word that is part of another.
const fn part(name: &'static str, within: &'static [ModelPlace], doc: &'static str) -> ModelWord {
    ModelWord::new(name, None, within, doc)
}

const CALLER_ID: &[Property] = &[
    property("style", STYLES.kind(), text("blanks"), "How it looks when it is formatted."),
    property(
        "switch",
        Kind::Sentence,
        Absent::Says("it is always on"),
        "What turns it on: a `parameter`, or an S-parameter as \"S40\".",
    ),
    property("formatted", REGISTER, number(1), "Value of the switch that gives it formatted."),
    property("unformatted", REGISTER, Absent::Says("it cannot"), "Value that gives the octets in hexadecimal."),
    property(
        "on",
        Kind::Flag,
        Absent::Says("`#false` with `switch`; without, it is always on"),
        "Whether it is on when the modem is switched on.",
    ),
];

/// The words of a model file.
pub(super) const WORDS: &[ModelWord] = &[
    ModelWord {
        arguments: &[one("text", Kind::Sentence)],
        occurs: Occurs::Once,
        ..top(Trait::Title, "title", "What it is, for people.")
    },
    ModelWord {
        arguments: &[one("number", REGISTER), many("line", Kind::Text, 1)],
        ..top(
            Trait::Information,
            "information",
            "The lines that the command I with this number gives. Other numbers: as the generic modem. In braces: a command or an S-parameter, {E}, {&A}, {S7}; {title}; {dte}: the port's speed; {hook}: ON HOOK; {method}: TONE; {last-dialled}; of the last call {duration}, {minutes}, {sent}, {received}, {lost}, {retrains-requested}, {retrains-granted}, {transmit}, {receive}, {highest-transmit}, {highest-receive}, {modulation}, {protocol}, {compression}, {reason}. {sent:8} is eight characters wide, {sent:-8} likewise with blanks behind. A line {registers:5}: all S-parameters in rows of five; {settings:9}: all commands.",
        )
    },
    ModelWord {
        arguments: &[one("number", REGISTER), many("line", Kind::Text, 1)],
        ..top(Trait::Listing, "listing", "The lines that &V with this number gives, as in `information`.")
    },
    ModelWord {
        arguments: &[one("end", CALL_ENDS.kind()), one("text", Kind::Text)],
        absent: Absent::Says("as the generic modem"),
        ..top(Trait::Reason, "reason", "What {reason} is when the last call ended so.")
    },
    ModelWord {
        properties: &[
            property("register", REGISTER, number(30), "The S-parameter."),
            property("unit", time(Duration::from_secs(1), MINUTE), text("10s"), "What a 1 in it stands for."),
            property(
                "received",
                Kind::Flag,
                Absent::Says("`#false`"),
                "Whether received octets count without error control as well.",
            ),
        ],
        occurs: Occurs::AtMostOnce,
        ..top(
            Trait::Inactivity,
            "inactivity",
            "The timer that ends a call on which nothing is said; 0 in its S-parameter: never.",
        )
    },
    ModelWord {
        arguments: &[one("command", Kind::Sentence), one("text", Kind::Text)],
        ..top(
            Trait::Identity,
            "identity",
            "What an identification command answers, with fields as in `information`: \"+GMM\" \"V90\"; with `?` or `=?` at its end, when it is read or asked for its values: \"+CPIN?\" \"+CPIN: READY\".",
        )
    },
    ModelWord {
        arguments: &[one("rate", Kind::number(300, 230_400, "bit/s"))],
        occurs: Occurs::AtMostOnce,
        absent: number(56_000),
        ..top(Trait::HighestRate, "highest-rate", "The highest rate that it has on a line: more than 56000 is ISDN.")
    },
    ModelWord {
        arguments: &[maybe("yes", Kind::Flag)],
        occurs: Occurs::AtMostOnce,
        absent: flag(false),
        ..top(
            Trait::Wireless,
            "wireless",
            "Whether it is on a mobile network and has no telephone line: D dials at once, without dial tone, pauses and tones, and +CGDATA dials the network's packet service (*99#).",
        )
    },
    ModelWord {
        arguments: &[one("number", REGISTER)],
        properties: &[
            property("default", REGISTER, number(0), "Its factory setting."),
            property("range", Kind::Ranges, text("0-255"), "What it may be set to: one range."),
            property(
                "bits",
                Kind::Flag,
                Absent::Says("#false"),
                "Whether its bits can be set and read one by one: ATS13.0=1, ATS13.0?.",
            ),
        ],
        ..top(Trait::Register, "register", "An S-parameter that it has, or that differs from the generic modem's.")
    },
    ModelWord {
        arguments: &[one("command", Kind::Sentence), one("setting", NUMBER)],
        absent: Absent::Says("anything"),
        ..top(
            Trait::Factory,
            "factory",
            "The factory setting of a single-letter command, if it is not the generic modem's: \"&D\" 2.",
        )
    },
    ModelWord {
        arguments: &[one("command", Kind::Sentence), one("values", Kind::Ranges)],
        ..top(
            Trait::Command,
            "command",
            "A single-letter command that it has and the generic modem has not, or with other values: \"&H\" \"0-3\".",
        )
    },
    ModelWord {
        arguments: &[many("command", Kind::Sentence, 1)],
        ..top(
            Trait::Refuse,
            "refuse",
            "Commands of the generic modem that it answers with ERROR: \"+VCID\"; a sign alone stands for all that begin with it.",
        )
    },
    ModelWord {
        opens: Some(ModelPlace::Parameter),
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
            property(
                "keyed",
                Kind::Flag,
                Absent::Says("`#false`"),
                "Whether its first value says which of several is meant: one is set, or with the first value alone forgotten, and all are read.",
            ),
        ],
        ..top(Trait::Parameter, "parameter", "A parameter of extended syntax, with its sign: \"+VCID\", \"#CLS\".")
    },
    ModelWord {
        arguments: &[many("values", Kind::Ranges, 1)],
        occurs: Occurs::AtMostOnce,
        ..part("values", &[ModelPlace::Parameter], "What each of its numbers may be.")
    },
    ModelWord {
        arguments: &[one("text", Kind::Text)],
        properties: &[
            property("place", Kind::number(1, 16, ""), number(1), "The value that `is=` is about, from 1."),
            property("is", Kind::Text, Absent::Says("whatever it is"), "Only if that value is this."),
        ],
        absent: Absent::Says("its values"),
        ..part(
            "reads",
            &[ModelPlace::Parameter],
            "What follows the name when it is read; of several, the first that fits. {1}, {2} and so on are its values.",
        )
    },
    ModelWord {
        opens: Some(ModelPlace::Connect),
        properties: &[property(
            "error-control",
            Kind::Flag,
            Absent::Says("with and without"),
            "Only with V.42 between the modems, or only without.",
        )],
        absent: Absent::Says("as the generic modem"),
        ..top(Trait::Connect, "connect", "What it says when there is carrier. Of several, the first that fits is used.")
    },
    ModelWord {
        arguments: &[one("setting", Kind::Sentence), one("value", NUMBER)],
        ..part("when", &[ModelPlace::Connect], "Only while this setting has this value: \"X\" 0, \"W\" 1, \"S95\" 3.")
    },
    ModelWord {
        arguments: &[one("text", Kind::Sentence)],
        ..part(
            "says",
            &[ModelPlace::Connect],
            "A line; at least one. {dte}: the port's speed; {transmit} and {receive}: rates in bit/s; {modulation}: V34; {protocol}: LAPM or NONE; {compression}: V42BIS or NONE.",
        )
    },
    ModelWord {
        arguments: &[one("rate", NUMBER), one("number", NUMBER)],
        absent: Absent::Says("Rockwell's numbers"),
        ..top(Trait::ConnectNumber, "connect-number", "With V0, the number in place of CONNECT with this rate.")
    },
    ModelWord {
        properties: CALLER_ID,
        occurs: Occurs::AtMostOnce,
        absent: Absent::Says("it has none"),
        ..top(Trait::CallerId, "caller-id", "How it prints caller ID.")
    },
    ModelWord {
        arguments: &[one("how", RINGS.kind())],
        occurs: Occurs::AtMostOnce,
        absent: text("none"),
        ..top(Trait::DistinctiveRing, "distinctive-ring", "How it tells patterns of ringing apart.")
    },
    ModelWord {
        opens: Some(ModelPlace::Quirks),
        occurs: Occurs::AtMostOnce,
        ..top(Trait::Quirks, "quirks", "What it does that it should not.")
    },
    ModelWord {
        arguments: &[one("time", time(MILLISECOND, MINUTE))],
        occurs: Occurs::AtMostOnce,
        ..part(
            "after-dtr",
            &[ModelPlace::Quirks],
            "For so long after DTR (circuit 108/2) comes on it ignores everything and says nothing.",
        )
    },
    ModelWord {
        arguments: &[one("time", time(MILLISECOND, MINUTE))],
        occurs: Occurs::AtMostOnce,
        ..part(
            "between-commands",
            &[ModelPlace::Quirks],
            "A command line that begins sooner than this after the last result code is ignored.",
        )
    },
    ModelWord {
        arguments: &[one("time", time(MILLISECOND, MINUTE))],
        occurs: Occurs::AtMostOnce,
        ..part("answer-delay", &[ModelPlace::Quirks], "From the end of a command line to its result code.")
    },
    ModelWord {
        arguments: &[many("beginning", Kind::Sentence, 1)],
        ..part("errors", &[ModelPlace::Quirks], "Command lines that begin with this are answered with ERROR: \"ATZ\".")
    },
    ModelWord {
        arguments: &[one("lines", Kind::number(1, 1000, "command lines"))],
        occurs: Occurs::AtMostOnce,
        ..part(
            "errs-every",
            &[ModelPlace::Quirks],
            "Of so many command lines, one is answered with ERROR, whatever it says.",
        )
    },
    ModelWord {
        arguments: &[one("characters", Kind::number(1, 10_000, "characters"))],
        occurs: Occurs::AtMostOnce,
        ..part("line-length", &[ModelPlace::Quirks], "Longer command lines are answered with ERROR.")
    },
    ModelWord {
        arguments: &[maybe("yes", Kind::Flag)],
        occurs: Occurs::AtMostOnce,
        absent: flag(false),
        ..part("takes-anything", &[ModelPlace::Quirks], "Whether commands that it does not know are answered with OK.")
    },
    ModelWord {
        arguments: &[maybe("yes", Kind::Flag)],
        occurs: Occurs::AtMostOnce,
        absent: flag(false),
        ..part(
            "auto-answer-abort",
            &[ModelPlace::Quirks],
            "Whether any character from the server, ATA among them, ends an answer by itself (S0) with NO CARRIER, before there is carrier. By V.250 5.6.1 a character aborts commands, and S0 is none.",
        )
    },
];
