//! PPP options, by the names of the PPP Dialin Server page; what pppd(8) calls them stands beside.

use std::time::Duration;

use super::super::kind::{Choices, Kind};
use super::super::vocabulary::{Absent, Argument, Occurs, Place, Word};
use super::{SECOND, one, property, word};

const AUTHENTICATION: Choices = &[
    ("default", "nothing is written: \"No, but prevent routed IPs\""),
    ("always", "some protocol (`auth`)"),
    ("never", "none (`noauth`)"),
    ("pap", "PAP (`auth`, `require-pap`)"),
    ("chap", "CHAP (`auth`, `require-chap`)"),
];
const CONTROL_LINES: Choices =
    &[("local", "ignored (`local`)"), ("modem", "obeyed (`modem`)"), ("default", "nothing is written")];

const INSIDE: &[Place] = &[Place::PppOptions];

/// `ppp` and the words in its block.
pub(super) const WORDS: &[Word] = &[
    Word {
        opens: Some(Place::PppOptions),
        occurs: Occurs::AtMostOnce,
        ..word(
            "ppp",
            &[Place::Server, Place::Port, Place::Change],
            "PPP options: in `server` for all ports (/etc/ppp/options), in a `port` for that one (/etc/ppp/options.ttyS0), where they win. In a `change`: those for all ports as they now are.",
        )
    },
    Word {
        arguments: &[one("on", Kind::Flag)],
        occurs: Occurs::AtMostOnce,
        ..word(
            "auto-ppp",
            INSIDE,
            "Whether PPP is recognised at the login prompt (`/AutoPPP/` in login.config). Left out: `#true`. Not in a port's `ppp`: it is for all ports.",
        )
    },
    Word {
        properties: &[
            property("local", Kind::Address, Absent::Says("not set here"), "The server's end."),
            property("remote", Kind::Address, Absent::Says("not set here"), "The caller's end."),
        ],
        occurs: Occurs::AtMostOnce,
        ..word("addresses", INSIDE, "PPP IP addresses (`LOCAL:REMOTE`), one or both.")
    },
    Word {
        arguments: &[one("how", Kind::Choice(AUTHENTICATION))],
        occurs: Occurs::AtMostOnce,
        ..word("require-auth", INSIDE, "What the caller has to show.")
    },
    Word {
        occurs: Occurs::AtMostOnce,
        ..word(
            "unix-auth",
            INSIDE,
            "Also do unix authentication: PAP's password must be the user's for login, too (`login`).",
        )
    },
    Word {
        arguments: &[one("time", Kind::TimeOrNever { min: SECOND, max: Duration::from_secs(365 * 86_400) })],
        occurs: Occurs::AtMostOnce,
        ..word("idle", INSIDE, "Idle time before disconnect (`idle`); \"never\": nothing is written.")
    },
    Word {
        arguments: &[Argument { name: "address", kind: Kind::Address, least: 1, most: 2 }],
        occurs: Occurs::AtMostOnce,
        ..word("dns", INSIDE, "DNS servers for callers (`ms-dns`). PPP has room for two (RFC 1877).")
    },
    Word {
        arguments: &[one("mask", Kind::Address)],
        occurs: Occurs::AtMostOnce,
        ..word("netmask", INSIDE, "PPP interface netmask (`netmask`).")
    },
    Word {
        occurs: Occurs::AtMostOnce,
        ..word("proxy-arp", INSIDE, "The server answers ARP for the caller on its LAN (`proxyarp`).")
    },
    Word { occurs: Occurs::AtMostOnce, ..word("lock", INSIDE, "The serial port is locked (`lock`).") },
    Word {
        arguments: &[one("how", Kind::Choice(CONTROL_LINES))],
        occurs: Occurs::AtMostOnce,
        ..word("control-lines", INSIDE, "What becomes of the modem's control lines.")
    },
    Word {
        arguments: &[one("on", Kind::Flag)],
        occurs: Occurs::AtMostOnce,
        ..word("ipv6", INSIDE, "Whether the server negotiates IPV6CP (`#false`: `noipv6`).")
    },
    Word {
        arguments: &[one("line", Kind::Sentence)],
        ..word("option", INSIDE, "Any other line for the options file, as pppd(8) has it.")
    },
];
