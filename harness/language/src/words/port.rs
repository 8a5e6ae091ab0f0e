//! The words of a port: what serves it, the modem on it, and the telephone line.
//!
//! Names follow mgetty(8), V.250 and what a telephone company says of a line.

use std::time::Duration;

use offhook_schema::{Absent, Kind, Occurs, Property};

use super::choices::{CALLER_IDS, ENDS, MODES, PROGRAMS, TYPES, WIRINGS};
use super::{
    LONG, MILLISECOND, SECOND, TEN_MINUTES, duration, flag, many, maybe, number, one, property, text, time, word,
};
use crate::kind;
use crate::vocabulary::{Edit, Place, Role, Word};
use offhook_scenario::{Line, Port};

const RATE: Kind = Kind::number(300, 1_000_000, "bit/s");

/// The usage of a country whose cadence is that of a [`Line`] of which nothing is said.
const NORTH_AMERICA: &str = "north-america";

const LINE: &[Property] = &[
    property("rate", RATE, number(Line::RATE), "The rate the modems agree on: reported by CONNECT, kept on the line."),
    property(
        "rate-from-caller",
        RATE,
        Absent::Says("the same as `rate`"),
        "The rate from the caller to the server, if it differs: V.90 is slower that way.",
    ),
    property("delay", time(Duration::ZERO, Duration::from_secs(10)), duration(Line::DELAY), "One way."),
    property("training", time(Duration::ZERO, TEN_MINUTES), duration(Line::TRAINING), "From off hook to CONNECT."),
    property("cadence", kind::CADENCE, text(NORTH_AMERICA), "How it rings: the usage of a country."),
    property(
        "error-control",
        Kind::Flag,
        flag(false),
        "V.42 between the modems: an octet takes 8 bits instead of 10, and what noise damages is sent again: late, not wrong.",
    ),
    property("caller-id", CALLER_IDS.kind(), text("mdmf"), "How the exchange delivers caller ID."),
    property(
        "call-waiting",
        Kind::Flag,
        flag(false),
        "Whether a second call is announced by a tone during a call, which the modems hear, too; if not, the line is busy.",
    ),
];

/// How seldom something happens to single bits or octets.
const fn one_in(doc: &'static str) -> Property {
    property("one-in", Kind::number(2, 4_000_000_000, ""), Absent::Never, doc)
}

const NOW_AND_THEN: &[Property] = &[
    property("every", time(MILLISECOND, LONG), Absent::Never, "Time from one to the next, on average."),
    property("lasting", time(MILLISECOND, TEN_MINUTES), Absent::Never, "How long each lasts."),
];

const PORT: &[Property] = &[
    property("type", TYPES.kind(), text("modem"), "What is attached.")
        .writes("with \"direct\", mgetty's `-r` in /etc/inittab"),
    property(
        "speed",
        kind::SPEED,
        Absent::Says("mgetty.config decides"),
        "Speed between server and modem. The rate between modems is the line's.",
    )
    .writes("mgetty's `-s` in /etc/inittab"),
    property(
        "answer-after",
        Kind::number(1, 100, "rings"),
        number(Port::ANSWER_AFTER),
        "Rings before the server answers.",
    )
    .writes("mgetty's `-n` in /etc/inittab"),
    property("mode", MODES.kind(), text("data"), "What calls it takes.")
        .writes("mgetty's `-D` or `-F` in /etc/inittab"),
    property(
        "ringback",
        Kind::Time { min: SECOND, max: Duration::from_secs(3600), whole_seconds: true, never: false },
        Absent::Says("the first call is answered"),
        "Answer ringback within this time: only a caller who hangs up and calls again so soon is answered.",
    )
    .writes("mgetty's `-R` in /etc/inittab"),
    property("prompt", Kind::Sentence, Absent::Says("mgetty's own"), "The login prompt, with mgetty's escapes.")
        .writes("mgetty's `-p` in /etc/inittab"),
    property("arguments", Kind::Sentence, Absent::Says("none"), "More arguments for mgetty or pppd: \"-x 6\".")
        .writes("them as they are in /etc/inittab"),
    property("line", WIRINGS.kind(), text("pty"), "What joins it and its modem."),
    property(
        "number",
        kind::DIGITS_TO_DIAL,
        Absent::Says("nobody can dial it; calls name the port"),
        "The telephone number of its line.",
    ),
    property("program", PROGRAMS.kind(), text("mgetty"), "What init runs on it."),
];

/// `port`, and what stands in its block but for PPP options.
pub(super) const WORDS: &[Word] = &[
    Word {
        opens: Some(Place::Port),
        role: Role::edit(Edit::Port),
        writes: "a line to /etc/inittab that starts mgetty on the port",
        arguments: &[one("device", kind::DEVICE)],
        properties: PORT,
        ..word(
            "port",
            &[Place::Server, Place::Change],
            "A serial port that takes calls; a server has at least one. With /dev/ in front it is written so; any other absolute path is a device elsewhere. In a `change`: a new port, or the new state of the port of that name.",
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
        absent: Absent::Says("none"),
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
        ..word("retrains", &[Place::Line], "The modems retrain now and then; what is sent waits meanwhile.")
    },
    Word {
        arguments: &[one("end", ENDS.kind())],
        properties: &[
            property("after", time(Duration::ZERO, LONG), duration(Duration::ZERO), "From so long after carrier on."),
            property("lasting", time(MILLISECOND, LONG), Absent::Says("until the call is cleared"), "For how long."),
        ],
        ..word(
            "deaf",
            &[Place::Line],
            "In every call the line is dead in one direction: octets do not reach this end, as with `deafen`.",
        )
    },
    Word {
        opens: Some(Place::Modem),
        absent: Absent::Says("a modem by V.250"),
        arguments: &[maybe("model", kind::MODEL)],
        properties: &[
            property(
                "auto-answer",
                Kind::number(1, 255, "rings"),
                Absent::Says("it waits for ATA"),
                "S0: it answers by itself after so many rings.",
            ),
            property(
                "auto-answer-abort",
                Kind::Flag,
                Absent::Says("as its model; the modem by V.250 ignores what the server sends then"),
                "Whether any character from the server, ATA among them, ends an answer by itself (S0) with NO CARRIER, before there is carrier: what S0 and mgetty's ATA come to on many modems.",
            ),
            property(
                "silent",
                time(MILLISECOND, LONG),
                Absent::Says("it answers at once"),
                "For so long after the port is opened, or it is switched on, it hears and says nothing.",
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
            "The port's modem: its model, and what is wrong with it. The models: `offhook modems`; or a file of your own, with a path from the scenario file: \"./mine.kdl\".",
        )
    },
    Word {
        arguments: &[one("command", Kind::Sentence), one("answer", Kind::Escaped)],
        ..word(
            "reply",
            &[Place::Modem],
            "What it says to command lines that begin with this, instead of its own answer: \"ERROR\"; \"\": nothing at all.",
        )
    },
];
