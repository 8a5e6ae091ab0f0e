//! PPP options, by the names of the PPP Dialin Server page; what pppd(8) calls them stands beside.

use std::time::Duration;

use offhook_schema::{Absent, Argument, Kind, Occurs};

use super::choices::{AUTHENTICATION, CONTROL_LINES};
use super::{SECOND, flag, one, property, word};
use crate::vocabulary::{Edit, Place, Role, Word};

const INSIDE: &[Place] = &[Place::PppOptions];

/// `ppp` and the words in its block.
pub(super) const WORDS: &[Word] = &[
    Word {
        opens: Some(Place::PppOptions),
        role: Role::edit(Edit::Ppp),
        writes: "/etc/ppp/options, or a port's /etc/ppp/options.ttyS0",
        occurs: Occurs::AtMostOnce,
        ..word(
            "ppp",
            &[Place::Server, Place::Port, Place::Change],
            "PPP options: in `server` for all ports, in a `port` for that one, where they win. In a `change`: the new state of those for all ports.",
        )
    },
    Word {
        arguments: &[one("on", Kind::Flag)],
        occurs: Occurs::AtMostOnce,
        absent: flag(true),
        writes: "`/AutoPPP/` to /etc/mgetty/login.config",
        ..word(
            "auto-ppp",
            INSIDE,
            "Whether PPP is recognised at the login prompt. Not in a port's `ppp`: it is for all ports.",
        )
    },
    Word {
        properties: &[
            property("local", Kind::Address, Absent::Says("not set here"), "The server's end."),
            property("remote", Kind::Address, Absent::Says("not set here"), "The caller's end."),
        ],
        occurs: Occurs::AtMostOnce,
        writes: "`LOCAL:REMOTE`",
        ..word("addresses", INSIDE, "PPP IP addresses, one or both.")
    },
    Word {
        arguments: &[one("how", AUTHENTICATION.kind())],
        occurs: Occurs::AtMostOnce,
        writes: "`auth`, `noauth`, `require-pap` or `require-chap`",
        ..word("require-auth", INSIDE, "What the caller has to show.")
    },
    Word {
        occurs: Occurs::AtMostOnce,
        writes: "`login`",
        ..word("unix-auth", INSIDE, "Also do unix authentication: PAP's password must be the user's for login, too.")
    },
    Word {
        arguments: &[one(
            "time",
            Kind::Time { min: SECOND, max: Duration::from_secs(365 * 86_400), whole_seconds: true, never: true },
        )],
        occurs: Occurs::AtMostOnce,
        writes: "`idle SECONDS`",
        ..word("idle", INSIDE, "Idle time before disconnect; \"never\": nothing is written.")
    },
    Word {
        arguments: &[Argument { name: "address", kind: Kind::Address, least: 1, most: 2 }],
        occurs: Occurs::AtMostOnce,
        writes: "`ms-dns ADDRESS`, a line each",
        ..word("dns", INSIDE, "DNS servers for callers. PPP has room for two (RFC 1877).")
    },
    Word {
        arguments: &[one("mask", Kind::Address)],
        occurs: Occurs::AtMostOnce,
        writes: "`netmask MASK`",
        ..word("netmask", INSIDE, "PPP interface netmask.")
    },
    Word {
        occurs: Occurs::AtMostOnce,
        writes: "`proxyarp`",
        ..word("proxy-arp", INSIDE, "The server answers ARP for the caller on its LAN.")
    },
    Word { occurs: Occurs::AtMostOnce, writes: "`lock`", ..word("lock", INSIDE, "The serial port is locked.") },
    Word {
        arguments: &[one("how", CONTROL_LINES.kind())],
        occurs: Occurs::AtMostOnce,
        writes: "`local` or `modem`",
        ..word("control-lines", INSIDE, "What pppd makes of the modem's control lines.")
    },
    Word {
        arguments: &[one("on", Kind::Flag)],
        occurs: Occurs::AtMostOnce,
        writes: "`noipv6`, with `#false`",
        ..word("ipv6", INSIDE, "Whether the server negotiates IPV6CP.")
    },
    Word {
        arguments: &[one("line", Kind::Sentence)],
        writes: "the line as it is",
        ..word("option", INSIDE, "Any other line for the options file; see pppd(8).")
    },
];
