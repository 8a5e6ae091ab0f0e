//! The words of a port: what serves it, the modem on it, and the telephone line.
//!
//! Names follow mgetty(8), V.250 and what a telephone company says of a line.

use std::time::Duration;

use super::super::kind::{Choices, Kind};
use super::super::vocabulary::{Absent, Argument, Occurs, Place, Property, Word};
use super::{LONG, MILLISECOND, SECOND, TEN_MINUTES, many, one, property, time, word};

const TYPES: Choices =
    &[("modem", "a modem on a telephone line"), ("direct", "a null-modem cable (`-r`): nothing rings, no AT commands")];
const MODES: Choices = &[
    ("data", "data only (`-D`)"),
    ("fax", "fax only (`-F`)"),
    ("data-or-fax", "mgetty asks the modem whether it can fax"),
];
const PROGRAMS: Choices =
    &[("mgetty", "mgetty, which starts pppd or login"), ("pppd", "pppd itself, on a direct port")];
const WIRINGS: Choices = &[
    ("pty", "a pseudo-terminal: it has circuit 108 as opening and closing, and 109 as hanging up"),
    ("usb", "a USB modem, ttyACM0 and so on: circuits 107 to 109 and 125 as on a cable"),
];
const CALLER_IDS: Choices = &[
    ("mdmf", "number and name, between the first ring and the second (GR-30-CORE)"),
    ("sdmf", "the number alone, likewise"),
    ("etsi", "number and name, before the first ring (EN 300 659-1)"),
    ("uk", "likewise, after a reversal of the line (SIN 227)"),
    ("dtmf", "the number in DTMF, before the first ring"),
];
const RATE: Kind = Kind::Number { min: 300, max: 1_000_000 };

const LINE: &[Property] = &[
    property("rate", RATE, Absent::Means("33600"), "Bit/s the modems agree on: reported by CONNECT, kept on the line."),
    property(
        "rate-from-caller",
        RATE,
        Absent::Says("the same as `rate`"),
        "Bit/s from the caller to the server, where it is another one: V.90 is slower that way.",
    ),
    property("delay", time(Duration::ZERO, Duration::from_secs(10)), Absent::Means("\"10ms\""), "One way."),
    property("training", time(Duration::ZERO, TEN_MINUTES), Absent::Means("\"8s\""), "From off hook to CONNECT."),
    property("cadence", Kind::Cadence, Absent::Means("\"north-america\""), "How it rings: the usage of a country."),
    property(
        "error-control",
        Kind::Flag,
        Absent::Means("#false"),
        "V.42 between the modems: an octet takes 8 bits instead of 10, and what noise does to it is sent again: late, not wrong.",
    ),
    property("caller-id", Kind::Choice(CALLER_IDS), Absent::Means("\"mdmf\""), "How the exchange delivers caller ID."),
    property(
        "call-waiting",
        Kind::Flag,
        Absent::Means("#false"),
        "Whether a second caller is told of by a tone during a call, which the modems hear, too; if not, the line is busy.",
    ),
];

/// How seldom something befalls single bits or octets.
const fn one_in(doc: &'static str) -> Property {
    property("one-in", Kind::Number { min: 2, max: 4_000_000_000 }, Absent::Never, doc)
}

const NOW_AND_THEN: &[Property] = &[
    property("every", time(MILLISECOND, LONG), Absent::Never, "Time from one to the next, on average."),
    property("lasting", time(MILLISECOND, TEN_MINUTES), Absent::Never, "How long each lasts."),
];

const PORT: &[Property] = &[
    property("type", Kind::Choice(TYPES), Absent::Means("\"modem\""), "What is attached."),
    property(
        "speed",
        Kind::Speed,
        Absent::Says("mgetty.config decides"),
        "Speed between server and modem (`-s`). The rate between modems is the line's.",
    ),
    property(
        "answer-after",
        Kind::Number { min: 1, max: 100 },
        Absent::Means("1"),
        "Rings before the server answers (`-n`).",
    ),
    property("mode", Kind::Choice(MODES), Absent::Means("\"data\""), "What calls it takes."),
    property(
        "ringback",
        Kind::Time { min: SECOND, max: Duration::from_secs(3600), whole_seconds: true },
        Absent::Says("the first call is answered"),
        "Answer ringback within this time (`-R`): only a caller who hangs up and calls again so soon is answered.",
    ),
    property("prompt", Kind::Sentence, Absent::Says("mgetty's own"), "The login prompt (`-p`); mgetty's escapes hold."),
    property(
        "arguments",
        Kind::Sentence,
        Absent::Says("none"),
        "More arguments for mgetty or pppd, written as they are: \"-x 6\".",
    ),
    property("line", Kind::Choice(WIRINGS), Absent::Means("\"pty\""), "What joins it and its modem."),
    property(
        "number",
        Kind::Digits,
        Absent::Says("nobody can dial it; calls name the port"),
        "The telephone number of its line.",
    ),
    property("program", Kind::Choice(PROGRAMS), Absent::Means("\"mgetty\""), "What init runs on it."),
];

/// `port`, and what stands in its block but for PPP options.
pub(super) const WORDS: &[Word] = &[
    Word {
        opens: Some(Place::Port),
        arguments: &[one("device", Kind::Device)],
        properties: PORT,
        ..word(
            "port",
            &[Place::Server, Place::Change],
            "A serial port that takes calls. At least one. With /dev/ in front it is written so; any other absolute path is a device elsewhere. In a `change`: a new port, or the port of that name as it now is.",
        )
    },
    Word {
        opens: Some(Place::Line),
        properties: LINE,
        occurs: Occurs::AtMostOnce,
        ..word("line", &[Place::Port], "The telephone line and what the modems make of it.")
    },
    Word {
        arguments: &[many("time", time(MILLISECOND, Duration::from_secs(60)), 2)],
        occurs: Occurs::AtMostOnce,
        ..word(
            "cadence",
            &[Place::Line],
            "How it rings, instead of a name: on, off, on, off ... One ring is all of them; then they are repeated.",
        )
    },
    Word {
        properties: &[one_in("One bit in so many, on average.")],
        occurs: Occurs::AtMostOnce,
        ..word("bit-errors", &[Place::Line], "Noise that inverts single bits, at random from the seed.")
    },
    Word {
        properties: NOW_AND_THEN,
        occurs: Occurs::AtMostOnce,
        ..word("bursts", &[Place::Line], "Bursts of noise: while one lasts, half of the bits are wrong.")
    },
    Word {
        properties: &[one_in("One octet in so many, on average.")],
        occurs: Occurs::AtMostOnce,
        ..word("octet-loss", &[Place::Line], "Octets that never arrive, at random from the seed.")
    },
    Word {
        arguments: &[one("time", time(MILLISECOND, Duration::from_secs(10)))],
        occurs: Occurs::AtMostOnce,
        ..word(
            "jitter",
            &[Place::Line],
            "What is sent is late by up to so much more than the delay, in order all the same.",
        )
    },
    Word {
        properties: NOW_AND_THEN,
        occurs: Occurs::AtMostOnce,
        ..word("retrains", &[Place::Line], "The modems train anew now and then; what is sent waits meanwhile.")
    },
    Word {
        opens: Some(Place::Modem),
        arguments: &[Argument { name: "make", kind: Kind::Personality, least: 0, most: 1 }],
        properties: &[
            property(
                "auto-answer",
                Kind::Number { min: 1, max: 255 },
                Absent::Says("it waits for ATA"),
                "S0: it answers by itself after so many rings.",
            ),
            property(
                "silent",
                time(MILLISECOND, LONG),
                Absent::Says("it answers at once"),
                "For so long after the port is opened it hears and says nothing.",
            ),
            property(
                "connect",
                Kind::Escaped,
                Absent::Says("\"\\r\\nCONNECT 33600\\r\\n\", with the line's rate"),
                "What it says when training ends, octet for octet.",
            ),
        ],
        occurs: Occurs::AtMostOnce,
        ..word(
            "modem",
            &[Place::Port],
            "The port's modem: whose make it is, and what is wrong with it. The makes: `offhook modems`; or a file of your own, as seen from the scenario file: \"./mine.kdl\". Left out: a modem by V.250.",
        )
    },
    Word {
        arguments: &[one("command", Kind::Sentence), one("answer", Kind::Escaped)],
        ..word(
            "reply",
            &[Place::Modem],
            "What it says to command lines that begin so, instead of its own answer: \"ERROR\"; \"\": nothing at all.",
        )
    },
];
