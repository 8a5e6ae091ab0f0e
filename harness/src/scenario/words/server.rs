//! The words that describe a server: ports and what hangs on them, accounts, users, rules, the network, files.
//!
//! Names follow the PPP Dialin Server page and the manual page of mgetty(8).

use std::time::Duration;

use super::super::kind::{Choices, Kind};
use super::super::vocabulary::{Absent, Occurs, Place, Property, Word};
use super::{LONG, MILLISECOND, SECOND, TEN_MINUTES, many, one, property, time, word};

const TYPES: Choices =
    &[("modem", "a modem on a telephone line"), ("direct", "a null-modem cable (`-r`): nothing rings, no AT commands")];
const MODES: Choices = &[
    ("data", "data only (`-D`)"),
    ("fax", "fax only (`-F`)"),
    ("data-or-fax", "mgetty asks the modem whether it can fax"),
];
const WIRINGS: Choices = &[
    ("pty", "a pseudo-terminal: circuits 108 and 109 as opening, closing and hang-up"),
    ("usb", "a USB modem (CDC ACM): DTR, RTS, DCD, DSR and RI as on a cable"),
];
const PROGRAMS: Choices =
    &[("mgetty", "mgetty, which starts pppd or login"), ("pppd", "pppd itself, on a direct port")];
const SECRETS: Choices =
    &[("pap", "/etc/ppp/pap-secrets"), ("chap", "/etc/ppp/chap-secrets"), ("both", "the same line in both")];

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
    property("line", Kind::Choice(WIRINGS), Absent::Means("\"pty\""), "What joins the port and its modem."),
    property("program", Kind::Choice(PROGRAMS), Absent::Means("\"mgetty\""), "What init runs on it."),
];

/// The words of a `server`, but for PPP options.
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
        properties: &[
            property(
                "rate",
                Kind::Number { min: 300, max: 1_000_000 },
                Absent::Means("33600"),
                "Bit/s the modems agree on: reported by CONNECT, kept on the line.",
            ),
            property("delay", time(Duration::ZERO, Duration::from_secs(10)), Absent::Means("\"10ms\""), "One way."),
            property(
                "training",
                time(Duration::ZERO, TEN_MINUTES),
                Absent::Means("\"8s\""),
                "From off hook to CONNECT.",
            ),
            property(
                "cadence",
                Kind::Cadence,
                Absent::Means("\"north-america\""),
                "How it rings: the usage of a country.",
            ),
            property(
                "error-control",
                Kind::Flag,
                Absent::Means("#false"),
                "V.42 between the modems: an octet takes 8 bits instead of 10.",
            ),
        ],
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
        opens: Some(Place::Modem),
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
        ..word("modem", &[Place::Port], "How the port's modem differs from one without faults.")
    },
    Word {
        arguments: &[one("command", Kind::Sentence), one("answer", Kind::Escaped)],
        ..word(
            "reply",
            &[Place::Modem],
            "What it says to command lines that begin so, instead of its own answer: \"ERROR\"; \"\": nothing at all.",
        )
    },
    Word {
        opens: Some(Place::Account),
        arguments: &[one("user", Kind::Text)],
        properties: &[
            property(
                "password",
                Kind::Text,
                Absent::Says("password-file= says it"),
                "Its password; \"\" lets any password in.",
            ),
            property(
                "password-file",
                Kind::Path { below_etc: false },
                Absent::Says("password= says it"),
                "The file on the server that holds it (`@/path`); see `file`.",
            ),
            property("file", Kind::Choice(SECRETS), Absent::Means("\"pap\""), "Where it is written."),
            property("server", Kind::Text, Absent::Means("\"*\""), "Server name it is good for; \"*\": any."),
        ],
        ..word(
            "account",
            &[Place::Server, Place::Change],
            "A PPP account: a line of /etc/ppp/pap-secrets. The user \"\" is the page's \"Any\". In a `change`: a new account, or that user's as it now is.",
        )
    },
    Word {
        arguments: &[many("address", Kind::AccountAddress, 0)],
        occurs: Occurs::AtMostOnce,
        ..word(
            "address",
            &[Place::Account],
            "Addresses the user may have; \"-\": none. Left out: \"*\", any. With nothing after it: no address is written, and pppd grants none.",
        )
    },
    Word {
        opens: Some(Place::User),
        arguments: &[one("name", Kind::Name)],
        properties: &[
            property("password", Kind::Text, Absent::Says("none fits"), "The password for login."),
            property("shell", Kind::Path { below_etc: false }, Absent::Means("\"/bin/sh\""), "The login shell."),
        ],
        ..word(
            "user",
            &[Place::Server, Place::Change],
            "Somebody who can log in at the prompt: a line of /etc/passwd and /etc/shadow. In a `change`: a new user, or that user as it now is.",
        )
    },
    Word {
        arguments: &[many("name", Kind::Name, 1)],
        occurs: Occurs::AtMostOnce,
        ..word("group", &[Place::User], "Groups the user is in, besides the user's own.")
    },
    Word {
        opens: Some(Place::CallerId),
        occurs: Occurs::AtMostOnce,
        ..word(
            "caller-id",
            &[Place::Server],
            "Caller ID access: the rules of dialin.config, in order. The first that matches decides; if none does, the caller is let in.",
        )
    },
    Word {
        arguments: &[one("number", Kind::RuleNumber)],
        ..word(
            "allow",
            &[Place::CallerId, Place::Change],
            "Numbers that start with these digits are let in; \"all\": everybody; \"none\": callers without a number. In a `change`: a new rule at the end.",
        )
    },
    Word {
        arguments: &[one("number", Kind::RuleNumber)],
        ..word(
            "deny",
            &[Place::CallerId, Place::Change],
            "Numbers that start with these digits are not answered; \"all\" and \"none\" likewise.",
        )
    },
    Word {
        opens: Some(Place::Lan),
        properties: &[
            property("server", Kind::Network, Absent::Never, "The server's address there, with the prefix length."),
            property("host", Kind::Address, Absent::Never, "The address of the one host beyond it."),
            property(
                "forwarding",
                Kind::Flag,
                Absent::Means("#true"),
                "Whether the server routes between callers and this network.",
            ),
        ],
        occurs: Occurs::AtMostOnce,
        ..word(
            "lan",
            &[Place::Server],
            "A network behind the server with one host on it, which answers echo requests, DNS and HTTP.",
        )
    },
    Word {
        arguments: &[one("name", Kind::HostName), one("address", Kind::Address)],
        ..word("name", &[Place::Lan], "A name that the host's DNS server knows.")
    },
    Word {
        arguments: &[one("number", Kind::Digits), many("device", Kind::Device, 1)],
        ..word("hunt-group", &[Place::Server], "A number that rings the first of these ports' lines that is free.")
    },
    Word {
        arguments: &[one("path", Kind::Path { below_etc: true }), one("text", Kind::Escaped)],
        properties: &[
            property("mode", Kind::FileMode, Absent::Means("\"0644\""), "Its mode."),
            property(
                "owner",
                Kind::Owner,
                Absent::Means("\"root\""),
                "Whose it is: \"root\", or uid and gid: \"10:10\".",
            ),
        ],
        ..word(
            "file",
            &[Place::Server, Place::Change],
            "A file of the server as it is, written after all others. Its last line is ended if it is not. A path that is not absolute is below /etc.",
        )
    },
];
