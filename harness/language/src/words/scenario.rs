//! The words around everything: scenarios, what they check, and their calls.

use std::time::Duration;

use offhook_schema::{Absent, Kind, Occurs};

use super::choices::{ATTACHMENTS, DEEDS, EVENTS, EXTENTS, PARTIES, SIGNALS, STACKS, WHERE};
use super::{
    LONG, MILLISECOND, TEN_MINUTES, duration, flag, many, maybe, number, one, property, seconds, text, time, word,
};
use crate::kind;
use crate::vocabulary::{Act, Place, Role, Word};

/// `variable`, `include`, `shared`, `scenario`, `spec`, `tag`, `snapshot`, `stack`, `case`, `disturb`, `invariant`, `together`, `call`.
pub(super) const WORDS: &[Word] = &[
    Word {
        arguments: &[one("name", kind::VARIABLE), one("value", Kind::Any)],
        ..word(
            "variable",
            &[Place::File],
            "A value with a name. Where a value stands, `$speed`, without quotes, is the value of `speed`, read as the kind of value that is wanted there; in a text in quotes it is `${speed}`. `offhook run --set speed=9600` gives it another value.",
        )
    },
    Word {
        arguments: &[one("path", kind::INCLUDED)],
        ..word(
            "include",
            &[Place::File],
            "Another file, whose variables and shared blocks can be used here; a relative path starts at this file. What this file declares itself holds before what an included one does. The scenarios of an included file are not run here.",
        )
    },
    Word {
        opens: Some(Place::Server),
        arguments: &[one("name", Kind::Sentence)],
        ..word(
            "shared",
            &[Place::File],
            "Words of a server that several scenarios have in common: `use` puts them in its place.",
        )
    },
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
            "A rule that it checks: a page of the PPP Dialin Server module, a clause of an RFC, a manual page.",
        )
    },
    Word {
        arguments: &[many("name", kind::TAG, 1)],
        ..word(
            "tag",
            &[Place::Scenario],
            "Names by which it is chosen together with others: `offhook run --filter 'not tag(slow)'`.",
        )
    },
    Word {
        arguments: &[one("name", kind::SNAPSHOT)],
        properties: &[
            property(
                "of",
                EXTENTS.kind(),
                text("negotiation"),
                "What is compared, without times and without what ends choose at random.",
            ),
            property("call", Kind::number(1, 1000, ""), Absent::Says("all calls"), "Of which call alone, from 1."),
        ],
        ..word(
            "snapshot",
            &[Place::Scenario],
            "What was exchanged is compared with a file beside the scenario, in `snapshots`, that somebody accepted. `offhook run --snapshot new` leaves what is new or different for `offhook review`.",
        )
    },
    Word {
        arguments: &[many("name", STACKS.or_declared("stack"), 1)],
        occurs: Occurs::AtMostOnce,
        absent: Absent::Says("all there are"),
        ..word(
            "stack",
            &[Place::Scenario],
            "The stacks it runs on: the Debian releases the server's packages come from.",
        )
    },
    Word {
        arguments: &[maybe("name", Kind::Sentence)],
        columns: true,
        ..word(
            "case",
            &[Place::Scenario],
            "A row of a table: the scenario is run once for each, with these values of variables, as \"NAME OF THE SCENARIO, NAME OF THE CASE\". Default: its name is made of its values, `speed=9600`. What is said of one case alone has `case=` at `on` or `fails`.",
        )
    },
    Word {
        opens: Some(Place::Server),
        properties: &[
            property(
                "etc",
                kind::DIRECTORY,
                Absent::Says("the server's files are written from the words in its block"),
                "An /etc that is used as it is, from this directory on your machine; a relative path starts at the scenario file. Its ports are those that its inittab serves.",
            ),
            property(
                "program",
                kind::COMMAND,
                Absent::Says("mgetty and pppd"),
                "A program of yours that answers in their place, for every port; it is started again when it ends. Its path is one on the stack, or, relative, a file of your machine beside this file, which is put into the guest. A port is a null-modem cable then, unless it says type=\"modem\", and without `port` there is ttyS0.",
            ),
            property("on", ATTACHMENTS.kind(), text("port"), "With program=: what its standard input and output are."),
            property(
                "where",
                WHERE.kind(),
                text("guest"),
                "With program=: where it runs. On this machine itself it is run by the real clock, and only by `offhook run --trust-the-scenarios`; its command is the shell's, in the directory of this file, with OFFHOOK_ROLE=answering in its environment.",
            ),
            property(
                "tcp",
                Kind::Sentence,
                Absent::Says("program= says what answers"),
                "HOST:PORT, which is connected to in the place of a program, by the real clock; likewise only by `--trust-the-scenarios`.",
            ),
            property(
                "tolerance",
                time(Duration::ZERO, TEN_MINUTES),
                duration(Duration::from_millis(500)),
                "With where=\"host\" or tcp=: room in every time that is checked.",
            ),
        ],
        occurs: Occurs::Once,
        ..word("server", &[Place::Scenario], "The server under test.")
    },
    Word {
        arguments: &[one("deed", DEEDS.kind())],
        properties: &[
            property("after", EVENTS.kind(), Absent::Never, "After which event of the trace."),
            property(
                "nth",
                Kind::number(1, 1_000_000, ""),
                number(1),
                "After which of these, counted on all ports together.",
            ),
            property("later", time(Duration::ZERO, LONG), seconds(0), "How long after it."),
            property(
                "end",
                PARTIES.kind(),
                Absent::Says("only where the deed has an end"),
                "The end that the octets go to.",
            ),
            property(
                "time",
                time(MILLISECOND, LONG),
                Absent::Says("only where the deed lasts"),
                "For how long; of a clock, by how much it is set forward.",
            ),
            property("back", Kind::Flag, flag(false), "Whether the clock is set back instead."),
            property("text", Kind::Escaped, Absent::Says("only of a modem that says something"), "What it says."),
            property(
                "program",
                Kind::Text,
                Absent::Says("only of a process"),
                "The program whose newest process it is.",
            ),
            property("signal", SIGNALS.kind(), text("KILL"), "The signal it gets."),
        ],
        ..word(
            "disturb",
            &[Place::Scenario],
            "Something that goes wrong at one moment: on the line and in the modem of the port that the event is of, else of the first port; or in the server. `offhook explore` tries all that there are.",
        )
    },
    Word {
        opens: Some(Place::Invariant),
        arguments: &[one("name", Kind::Sentence)],
        ..word(
            "invariant",
            &[Place::Scenario],
            "What holds in the end, whatever happened. Without a block one of: `ports-ready` (the ports that were ready for the first call are ready again within two minutes), `nothing-left` (no process, interface, lock, route, proxy-ARP entry, utmp entry, pid file or open file more than before the first call, and no process less), `no-crash` (no program died by SEGV, ABRT, BUS, FPE or ILL), `authenticated` (nobody who was asked who he is and did not say so has an address), `caller-id` (no call that the rules deny is answered), `line-let-go` (the server lets go of a line within five minutes), `log-true` (what is logged of caller and addresses is what line and kernel show). With a block: calls that are made after all others, and must pass.",
        )
    },
    Word {
        opens: Some(Place::Together),
        role: Role::act(Act::Together),
        ..word("together", &[Place::Scenario], "Calls that run at the same time. Calls outside it follow one another.")
    },
    Word {
        opens: Some(Place::Call),
        role: Role::act(Act::Call),
        properties: &[
            property(
                "from",
                kind::CALLER_NUMBER,
                Absent::Says("no number is delivered"),
                "The number delivered as caller ID; \"P\": withheld, \"O\": out of area.",
            ),
            property(
                "name",
                kind::CALLER_NAME,
                Absent::Says("no name is delivered; without a number either, no caller ID at all"),
                "The name delivered as caller ID; \"P\" and \"O\" likewise.",
            ),
            property(
                "to",
                kind::CALLED,
                Absent::Says("the only port"),
                "The port whose line is called, or a number: a port's, a hunt group's, or one that is forwarded.",
            ),
            property(
                "with",
                kind::CLIENT,
                Absent::Says("offhook's own caller, who needs no modem"),
                "A real program that calls, with a modem of its own, in a network of its own. `\"pppd\"`: pppd, which dials by chat; `\"wvdial\"`: wvdial, which dials and starts pppd; or the command of one of yours, for which chat dials, and which then has the line as its standard input and output. Its program is a path on the stack, or, relative, a file of your machine beside this file, which is put into the guest. It has OFFHOOK_ROLE=calling in its environment, OFFHOOK_USER and OFFHOOK_PASSWORD by `account`, and the lines of `option` in OFFHOOK_OPTIONS.",
            ),
            property(
                "ring-pattern",
                Kind::number(1, 4, ""),
                number(1),
                "Distinctive ringing: 2 to 4 are the patterns of GR-506-CORE; 1: as `cadence` says.",
            ),
            property(
                "caller-id-garbled",
                Kind::Flag,
                flag(false),
                "Whether caller ID arrives with a checksum that is wrong.",
            ),
            property(
                "after",
                time(Duration::ZERO, LONG),
                seconds(0),
                "A pause before it, counted from when the call before it is over and the port is ready again.",
            ),
            property(
                "ready",
                Kind::Flag,
                Absent::Says("`#true`; `#false` if an earlier call of the same `together` is on that line"),
                "Whether it waits until the server waits for calls on that port.",
            ),
            property(
                "may-fail",
                Kind::Flag,
                flag(false),
                "Whether a step that fails ends the call and nothing else: what is disturbed need not be as it was.",
            ),
        ],
        ..word(
            "call",
            &[Place::Scenario, Place::Together, Place::Invariant],
            "One call: what the caller does and what is expected, in order.",
        )
    },
];
