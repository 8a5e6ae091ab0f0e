//! The words that describe: scenario, server, ports, lines, PPP options, accounts, caller-ID rules, calls.
//!
//! Names follow the PPP Dialin Server page and the manual pages of mgetty(8) and pppd(8). The verbs of a call are in
//! the next file.

use std::time::Duration;

use super::vocabulary::{Absent, Argument, Choices, Kind, Occurs, Place, Property, Word};

/// Exactly one argument.
pub(super) const fn one(name: &'static str, kind: Kind) -> Argument {
    Argument { name, kind, least: 1, most: 1 }
}

/// Any number of arguments, but at least `least`.
pub(super) const fn many(name: &'static str, kind: Kind, least: usize) -> Argument {
    Argument { name, kind, least, most: usize::MAX }
}

/// A property that may be left out.
pub(super) const fn property(name: &'static str, kind: Kind, absent: Absent, doc: &'static str) -> Property {
    Property { name, kind, absent, doc }
}

/// A duration between bounds.
pub(super) const fn time(min: Duration, max: Duration) -> Kind {
    Kind::Time { min, max, whole_seconds: false }
}

/// The longest duration a scenario may wait for.
pub(super) const LONG: Duration = Duration::from_secs(1000 * 86_400);

const MILLISECOND: Duration = Duration::from_millis(1);
const TEN_MINUTES: Duration = Duration::from_secs(600);

const TYPES: Choices =
    &[("modem", "a modem on a telephone line"), ("direct", "a null-modem cable (`-r`): nothing rings, no AT commands")];
const MODES: Choices = &[("data", "data only (`-D`)"), ("data-or-fax", "mgetty asks the modem whether it can fax")];
const AUTHENTICATION: Choices =
    &[("pap", "PAP (`auth`, `require-pap`)"), ("always", "some protocol (`auth`)"), ("never", "none (`noauth`)")];
const CONTROL_LINES: Choices = &[("local", "ignored"), ("modem", "obeyed")];

/// The words that describe.
pub(super) const SERVER_WORDS: &[Word] = &[
    Word {
        name: "scenario",
        within: &[Place::File],
        opens: Some(Place::Scenario),
        arguments: &[one("name", Kind::Sentence)],
        properties: &[],
        occurs: Occurs::Freely,
        doc: "One scenario: a server and calls to it. Its name is the fact it shows, as a sentence, and unique in its file.",
    },
    Word {
        name: "spec",
        within: &[Place::Scenario],
        opens: None,
        arguments: &[one("rule", Kind::Sentence)],
        properties: &[],
        occurs: Occurs::Freely,
        doc: "A rule it checks: a page of the PPP Dialin Server module, a clause of an RFC, a manual page.",
    },
    Word {
        name: "stack",
        within: &[Place::Scenario],
        opens: None,
        arguments: &[many("name", Kind::Stack, 1)],
        properties: &[],
        occurs: Occurs::AtMostOnce,
        doc: "The stacks it runs on: the Debian releases the server's packages come from. Left out: all there are.",
    },
    Word {
        name: "server",
        within: &[Place::Scenario],
        opens: Some(Place::Server),
        arguments: &[],
        properties: &[],
        occurs: Occurs::Once,
        doc: "The server under test.",
    },
    Word {
        name: "together",
        within: &[Place::Scenario],
        opens: Some(Place::Together),
        arguments: &[],
        properties: &[],
        occurs: Occurs::Freely,
        doc: "Calls that run at the same time, each to another port. Calls outside of it follow one another.",
    },
    Word {
        name: "call",
        within: &[Place::Scenario, Place::Together],
        opens: Some(Place::Call),
        arguments: &[],
        properties: &[
            property(
                "from",
                Kind::CallerNumber,
                Absent::Says("no number is delivered"),
                "The number delivered as caller ID; \"P\": withheld, \"O\": out of area.",
            ),
            property(
                "name",
                Kind::CallerName,
                Absent::Says("no name is delivered; without a number either, no caller ID at all"),
                "The name delivered as caller ID; \"P\" and \"O\" likewise.",
            ),
            property("to", Kind::Device, Absent::Says("the only port"), "The port whose line is called."),
            property(
                "after",
                time(Duration::ZERO, LONG),
                Absent::Means("\"0s\""),
                "A pause before it, counted from when the call before it is over and the port is ready again.",
            ),
        ],
        occurs: Occurs::Freely,
        doc: "One call: what the caller does and what is expected, in order.",
    },
    Word {
        name: "port",
        within: &[Place::Server],
        opens: Some(Place::Port),
        arguments: &[one("device", Kind::Device)],
        properties: &[
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
        ],
        occurs: Occurs::Freely,
        doc: "A serial port that takes calls. At least one.",
    },
    Word {
        name: "line",
        within: &[Place::Port],
        opens: Some(Place::Line),
        arguments: &[],
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
        ],
        occurs: Occurs::AtMostOnce,
        doc: "The telephone line and what the modems make of it.",
    },
    Word {
        name: "ppp",
        within: &[Place::Server, Place::Port],
        opens: Some(Place::PppOptions),
        arguments: &[],
        properties: &[],
        occurs: Occurs::AtMostOnce,
        doc: "PPP options: in `server` for all ports (/etc/ppp/options), in a `port` for that one (/etc/ppp/options.ttyS0), where they win.",
    },
    Word {
        name: "account",
        within: &[Place::Server],
        opens: Some(Place::Account),
        arguments: &[one("user", Kind::Text)],
        properties: &[
            property("password", Kind::Text, Absent::Never, "Its password; \"\" lets any password in."),
            property("server", Kind::Text, Absent::Means("\"*\""), "Server name it is good for; \"*\": any."),
        ],
        occurs: Occurs::Freely,
        doc: "A PPP account: a line of /etc/ppp/pap-secrets.",
    },
    Word {
        name: "caller-id",
        within: &[Place::Server],
        opens: Some(Place::CallerId),
        arguments: &[],
        properties: &[],
        occurs: Occurs::AtMostOnce,
        doc: "Caller ID access: the rules of dialin.config, in order. The first that matches decides; if none does, the caller is let in.",
    },
    Word {
        name: "lan",
        within: &[Place::Server],
        opens: None,
        arguments: &[],
        properties: &[
            property("server", Kind::Network, Absent::Never, "The server's address there, with the prefix length."),
            property("host", Kind::Address, Absent::Never, "The address of the one host beyond it."),
        ],
        occurs: Occurs::AtMostOnce,
        doc: "A network behind the server with one host on it.",
    },
    Word {
        name: "cadence",
        within: &[Place::Line],
        opens: None,
        arguments: &[many("time", time(MILLISECOND, Duration::from_secs(60)), 2)],
        properties: &[],
        occurs: Occurs::AtMostOnce,
        doc: "How it rings, instead of a name: on, off, on, off ... One ring is all of them; then they are repeated.",
    },
    Word {
        name: "addresses",
        within: &[Place::PppOptions],
        opens: None,
        arguments: &[],
        properties: &[
            property("local", Kind::Address, Absent::Says("not set here"), "The server's end."),
            property("remote", Kind::Address, Absent::Says("not set here"), "The caller's end."),
        ],
        occurs: Occurs::AtMostOnce,
        doc: "PPP IP addresses (`LOCAL:REMOTE`), one or both.",
    },
    Word {
        name: "require-auth",
        within: &[Place::PppOptions],
        opens: None,
        arguments: &[one("how", Kind::Choice(AUTHENTICATION))],
        properties: &[],
        occurs: Occurs::AtMostOnce,
        doc: "What the caller has to show.",
    },
    Word {
        name: "idle",
        within: &[Place::PppOptions],
        opens: None,
        arguments: &[one(
            "time",
            Kind::Time { min: Duration::from_secs(1), max: Duration::from_secs(365 * 86_400), whole_seconds: true },
        )],
        properties: &[],
        occurs: Occurs::AtMostOnce,
        doc: "Idle time before disconnect (`idle`).",
    },
    Word {
        name: "dns",
        within: &[Place::PppOptions],
        opens: None,
        arguments: &[Argument { name: "address", kind: Kind::Address, least: 1, most: 2 }],
        properties: &[],
        occurs: Occurs::AtMostOnce,
        doc: "DNS servers for callers (`ms-dns`). PPP has room for two (RFC 1877).",
    },
    Word {
        name: "netmask",
        within: &[Place::PppOptions],
        opens: None,
        arguments: &[one("mask", Kind::Address)],
        properties: &[],
        occurs: Occurs::AtMostOnce,
        doc: "PPP interface netmask (`netmask`).",
    },
    Word {
        name: "proxy-arp",
        within: &[Place::PppOptions],
        opens: None,
        arguments: &[],
        properties: &[],
        occurs: Occurs::AtMostOnce,
        doc: "The server answers ARP for the caller on its LAN (`proxyarp`).",
    },
    Word {
        name: "lock",
        within: &[Place::PppOptions],
        opens: None,
        arguments: &[],
        properties: &[],
        occurs: Occurs::AtMostOnce,
        doc: "The serial port is locked (`lock`).",
    },
    Word {
        name: "control-lines",
        within: &[Place::PppOptions],
        opens: None,
        arguments: &[one("how", Kind::Choice(CONTROL_LINES))],
        properties: &[],
        occurs: Occurs::AtMostOnce,
        doc: "What becomes of the modem's control lines (`local`, `modem`).",
    },
    Word {
        name: "ipv6",
        within: &[Place::PppOptions],
        opens: None,
        arguments: &[one("on", Kind::Flag)],
        properties: &[],
        occurs: Occurs::AtMostOnce,
        doc: "Whether the server negotiates IPV6CP (`#false`: `noipv6`).",
    },
    Word {
        name: "option",
        within: &[Place::PppOptions],
        opens: None,
        arguments: &[one("line", Kind::Sentence)],
        properties: &[],
        occurs: Occurs::Freely,
        doc: "Any other line for the options file, as pppd(8) has it.",
    },
    Word {
        name: "address",
        within: &[Place::Account],
        opens: None,
        arguments: &[many("address", Kind::AccountAddress, 0)],
        properties: &[],
        occurs: Occurs::AtMostOnce,
        doc: "Addresses the user may have. Left out: \"*\", any. With nothing after it: no address is written, and pppd grants none.",
    },
    Word {
        name: "allow",
        within: &[Place::CallerId],
        opens: None,
        arguments: &[one("number", Kind::RuleNumber)],
        properties: &[],
        occurs: Occurs::Freely,
        doc: "Numbers that start with these digits are let in; \"all\": everybody; \"none\": callers without a number.",
    },
    Word {
        name: "deny",
        within: &[Place::CallerId],
        opens: None,
        arguments: &[one("number", Kind::RuleNumber)],
        properties: &[],
        occurs: Occurs::Freely,
        doc: "Numbers that start with these digits are not answered; \"all\" and \"none\" likewise.",
    },
];
