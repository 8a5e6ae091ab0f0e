//! The words around everything: scenarios, what they check, and their calls.

use std::time::Duration;

use super::super::kind::{Choices, Kind};
use super::super::vocabulary::{Absent, Occurs, Place, Word};
use super::{LONG, many, one, property, time, word};

const CLIENTS: Choices = &[("pppd", "pppd, which dials by chat"), ("wvdial", "wvdial, which dials and starts pppd")];

/// `scenario`, `spec`, `stack`, `together`, `call`.
pub(super) const WORDS: &[Word] = &[
    Word {
        opens: Some(Place::Scenario),
        arguments: &[one("name", Kind::Sentence)],
        ..word(
            "scenario",
            &[Place::File],
            "One scenario: a server and calls to it. Its name is the fact it shows, as a sentence, and unique in its file.",
        )
    },
    Word {
        arguments: &[one("rule", Kind::Sentence)],
        ..word(
            "spec",
            &[Place::Scenario],
            "A rule it checks: a page of the PPP Dialin Server module, a clause of an RFC, a manual page.",
        )
    },
    Word {
        arguments: &[many("name", Kind::Stack, 1)],
        occurs: Occurs::AtMostOnce,
        ..word(
            "stack",
            &[Place::Scenario],
            "The stacks it runs on: the Debian releases the server's packages come from. Left out: all there are.",
        )
    },
    Word {
        opens: Some(Place::Server),
        properties: &[property(
            "etc",
            Kind::Directory,
            Absent::Says("the server's files are written from the words in its block"),
            "An /etc that is taken as it is, from this directory on your machine; not absolute: as seen from the scenario file. Ports are those that its inittab serves.",
        )],
        occurs: Occurs::Once,
        ..word("server", &[Place::Scenario], "The server under test.")
    },
    Word {
        opens: Some(Place::Together),
        ..word(
            "together",
            &[Place::Scenario],
            "Calls that run at the same time. Calls outside of it follow one another.",
        )
    },
    Word {
        opens: Some(Place::Call),
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
            property(
                "to",
                Kind::Called,
                Absent::Says("the only port"),
                "The port whose line is called, or a number: a port's, a hunt group's, or one that is forwarded.",
            ),
            property(
                "with",
                Kind::Choice(CLIENTS),
                Absent::Says("offhook's own caller, who needs no modem"),
                "A real program that calls, with a modem of its own, in a network of its own.",
            ),
            property(
                "ring-pattern",
                Kind::Number { min: 1, max: 4 },
                Absent::Means("1"),
                "Distinctive ringing: 2 to 4 are the patterns of GR-506-CORE; 1: as `cadence` says.",
            ),
            property(
                "caller-id-garbled",
                Kind::Flag,
                Absent::Means("#false"),
                "Whether caller ID arrives with a checksum that is wrong.",
            ),
            property(
                "after",
                time(Duration::ZERO, LONG),
                Absent::Means("\"0s\""),
                "A pause before it, counted from when the call before it is over and the port is ready again.",
            ),
            property(
                "ready",
                Kind::Flag,
                Absent::Says("`#true`; `#false` if an earlier call of the same `together` is on that line"),
                "Whether it waits until the server waits for calls on that port.",
            ),
        ],
        ..word(
            "call",
            &[Place::Scenario, Place::Together],
            "One call: what the caller does and what is expected, in order.",
        )
    },
];
