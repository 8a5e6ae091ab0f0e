//! The verbs of what goes over a call: text at the prompt, packets, and what is seen beside it; `on` and `fails`.

use offhook_schema::{Absent, Kind, Property};

use super::choices::{HOSTS, LOGINS, OWNERS, PARTIES, STACKS, STATES};
use super::{LONG, MILLISECOND, flag, many, maybe, number, one, property, seconds, text, time, verb, word};
use crate::kind;
use crate::vocabulary::{Place, Verb, Word};

const TRANSFER: &[Property] = &[
    property(
        "size",
        Kind::number(0, 1_000_000_000, "octets"),
        Absent::Says("the number after /octets/"),
        "Octets that must cross.",
    ),
    property("at-least", time(MILLISECOND, LONG), Absent::Says("any time"), "It must not take less than this."),
    property("at-most", time(MILLISECOND, LONG), Absent::Says("any time"), "It must not take more than this."),
];

const CASE: Property = property(
    "case",
    Kind::Sentence,
    Absent::Says("in every case"),
    "The one `case` of the scenario in which it is so.",
);

/// These verbs, and what stands in the block of each.
pub(super) const WORDS: &[Word] = &[
    Word {
        properties: &[
            property("user", Kind::Text, Absent::Never, "What is typed at the login prompt."),
            property(
                "password",
                Kind::Text,
                Absent::Says("no password is expected to be asked for"),
                "What is typed at the password prompt.",
            ),
        ],
        ..verb(Verb::Login, "login", "The caller answers the server's prompts as a person does.")
    },
    Word {
        arguments: &[one("result", LOGINS.kind())],
        ..verb(Verb::ExpectLogin, "expect-login", "What came of the login.")
    },
    Word {
        arguments: &[one("text", Kind::Escaped)],
        properties: &[property("enter", Kind::Flag, flag(true), "Whether CR follows.")],
        ..verb(Verb::Type, "type", "The caller types a line.")
    },
    Word {
        arguments: &[one("text", Kind::Escaped)],
        properties: &[property("within", time(MILLISECOND, LONG), seconds(60), "How long to wait for it.")],
        ..verb(
            Verb::ExpectText,
            "expect-text",
            "Text from the server, outside PPP and after what was last expected, contains this.",
        )
    },
    Word {
        arguments: &[one("text", Kind::Escaped)],
        ..verb(Verb::ExpectNoText, "expect-no-text", "No text from the server contained this so far.")
    },
    Word {
        arguments: &[one("octets", Kind::Octets)],
        ..verb(Verb::Send, "send", "The caller sends these octets as they are: \"7e ff 7d 23\".")
    },
    Word {
        arguments: &[one("to", kind::IP_ADDRESS)],
        properties: &[
            property("count", Kind::number(1, 10_000, "requests"), number(1), "How many echo requests."),
            property("every", time(MILLISECOND, LONG), seconds(1), "Time from one request to the next."),
            property("size", Kind::number(8, 1472, "octets"), number(56), "How many octets of data each carries."),
            property("from", HOSTS.kind(), text("caller"), "Who asks."),
            property("answered", Kind::Flag, flag(true), "Whether each must be answered, or none may be."),
        ],
        ..verb(
            Verb::Ping,
            "ping",
            "ICMP echo requests are sent; each must be answered. To an address that begins with fe80: they go over IPv6.",
        )
    },
    Word {
        arguments: &[one("name", kind::HOST_NAME)],
        properties: &[property("address", Kind::Address, Absent::Says("any"), "The address it must have.")],
        ..verb(Verb::Resolve, "resolve", "The caller asks the DNS servers it was given for a host's address.")
    },
    Word {
        arguments: &[one("url", kind::URL)],
        properties: TRANSFER,
        ..verb(
            Verb::Fetch,
            "fetch",
            "The caller gets this from the host on the server's network by HTTP; each octet is checked.",
        )
    },
    Word {
        arguments: &[one("url", kind::URL)],
        properties: TRANSFER,
        ..verb(
            Verb::Upload,
            "upload",
            "The caller sends this to the host on the server's network by HTTP; each octet is checked.",
        )
    },
    Word {
        arguments: &[one("address", Kind::Address)],
        properties: &[property("of", OWNERS.kind(), Absent::Never, "Whose answer it gets.")],
        ..verb(Verb::ExpectArp, "expect-arp", "The host on the server's network asks by ARP who has this address.")
    },
    Word {
        arguments: &[one("program", Kind::Sentence), one("text", Kind::Sentence)],
        properties: &[property("of", PARTIES.kind(), text("server"), "At which end the program runs.")],
        ..verb(
            Verb::ExpectLog,
            "expect-log",
            "A line that a program (\"mgetty\", \"pppd\") logged since the call began contains the text. For what the wire does not show.",
        )
    },
    Word {
        arguments: &[one("program", Kind::Sentence), one("text", Kind::Sentence)],
        properties: &[property("of", PARTIES.kind(), text("server"), "At which end the program runs.")],
        ..verb(
            Verb::ExpectNoLog,
            "expect-no-log",
            "No line that the program logged since the call began contains the text.",
        )
    },
    Word {
        arguments: &[one("text", Kind::Escaped)],
        ..verb(
            Verb::ModemSays,
            "modem-says",
            "The server's modem sends this to the server, whatever it is doing: as a line, unless it contains \\r or \\n itself.",
        )
    },
    Word {
        arguments: &[one("text", Kind::Escaped)],
        properties: &[property("within", time(MILLISECOND, LONG), seconds(60), "How long to wait for it.")],
        ..verb(
            Verb::ExpectModem,
            "expect-modem",
            "The server's modem has told the server a line that contains this since the call began, or does: \"RING A\".",
        )
    },
    Word {
        arguments: &[one("circuit", Kind::number(105, 125, "")), one("state", STATES.kind())],
        properties: &[property("within", time(MILLISECOND, LONG), seconds(1), "How long to wait for it.")],
        ..verb(
            Verb::ExpectCircuit,
            "expect-circuit",
            "A circuit between the server and its modem is in this state, or comes into it. By its number in V.24: 105 (RTS), 106 (CTS), 107 (DSR), 108 (DTR), 109 (DCD) or 125 (RI). On a pty it is what the modem shows, though the server cannot see it there; nor can it see 106 on USB, whose modems have none.",
        )
    },
    Word {
        arguments: &[maybe("time", time(MILLISECOND, LONG))],
        ..verb(
            Verb::HoldOff,
            "hold-off",
            "The server's modem holds circuit 106 (CTS) off, for so long, or until it goes on hook: it takes nothing from the server. On a pty and on USB there is no such circuit: there it reads 4096 octets, as much as a serial driver holds, and no more, so that whatever the server writes beyond that and the kernel's own buffers has to wait. All of it is sent when the circuit is on again; what is left when the call is over is lost, and told. A modem that was told not to stop the server by 106 (AT&K0, AT+IFC=2,0) goes on reading, keeps what its buffer has room for, and loses the rest.",
        )
    },
    verb(
        Verb::ModemDies,
        "modem-dies",
        "The server's modem ignores everything and sends nothing from now on, until `modem-off` and `modem-on`.",
    ),
    verb(
        Verb::ModemOff,
        "modem-off",
        "The server's modem is switched off: it loses the call, its circuits 106 (CTS), 107 (DSR), 109 (DCD) and 125 (RI) are off, rings are not heard, and what the server sends is lost. Until `modem-on`.",
    ),
    verb(
        Verb::ModemOn,
        "modem-on",
        "The server's modem is switched on again: on hook, with the settings that &W has stored or else the factory's, whatever commands had set; AT&Y says which. It knows nothing of what was sent while it was off.",
    ),
    Word {
        arguments: &[one("stack", STACKS.or_declared("stack")), many("arguments of the verb", Kind::Text, 0)],
        borrows: true,
        properties: &[property("reason", Kind::Sentence, Absent::Never, "Why that stack differs."), CASE],
        ..word(
            "on",
            &[Place::Step],
            "A known deviation: what holds instead on one stack. Properties of the verb that are given here replace its own; so do its arguments, all at once. It is checked: the stack has to deviate.",
        )
    },
    Word {
        arguments: &[many("stack", STACKS.or_declared("stack"), 0)],
        properties: &[property("reason", Kind::Sentence, Absent::Never, "Why the server fails here."), CASE],
        ..word(
            "fails",
            &[Place::Step, Place::Packet, Place::Pattern, Place::Known],
            "A known failure: the server does not do what it should, on these stacks; none named: on all. The call ends here, and the scenario passes. It is checked: the server has to fail.",
        )
    },
];
