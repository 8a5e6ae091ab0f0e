//! The verbs of what goes over a call: text at the prompt, packets, and what is seen beside it; `on` and `fails`.

use super::super::kind::{Choices, Kind};
use super::super::vocabulary::{Absent, Place, Property, Word};
use super::verbs::verb;
use super::{LONG, MILLISECOND, many, one, property, time, word};

const LOGINS: Choices =
    &[("accepted", "a shell's prompt, or a program's words"), ("refused", "\"Login incorrect\", or a new prompt")];
const HOSTS: Choices = &[("caller", "the caller"), ("lan", "the host on the server's network")];
const STATES: Choices = &[("on", "on"), ("off", "off")];
const OWNERS: Choices = &[("server", "the server, by its own link-layer address"), ("nobody", "nobody answers")];

const TRANSFER: &[Property] = &[
    property(
        "size",
        Kind::Number { min: 0, max: 1_000_000_000 },
        Absent::Says("the number after /octets/"),
        "Octets that must cross.",
    ),
    property("at-least", time(MILLISECOND, LONG), Absent::Says("any time"), "It must not take less than this."),
    property("at-most", time(MILLISECOND, LONG), Absent::Says("any time"), "It must not take more than this."),
];

/// These verbs, and what stands in the block of each.
pub(super) const WORDS: &[Word] = &[
    Word {
        properties: &[
            property("user", Kind::Text, Absent::Never, "What is typed at the login prompt."),
            property(
                "password",
                Kind::Text,
                Absent::Says("no password shall be asked for"),
                "What is typed at the password prompt.",
            ),
        ],
        ..verb("login", "The caller answers the server's prompts as a person does.")
    },
    Word { arguments: &[one("result", Kind::Choice(LOGINS))], ..verb("expect-login", "What came of the login.") },
    Word {
        arguments: &[one("text", Kind::Escaped)],
        properties: &[property("enter", Kind::Flag, Absent::Means("#true"), "Whether CR follows.")],
        ..verb("type", "The caller types a line.")
    },
    Word {
        arguments: &[one("text", Kind::Escaped)],
        properties: &[property(
            "within",
            time(MILLISECOND, LONG),
            Absent::Means("\"60s\""),
            "How long to wait for it.",
        )],
        ..verb("expect-text", "Text from the server, outside PPP and after what was last expected, contains this.")
    },
    Word {
        arguments: &[one("text", Kind::Escaped)],
        ..verb("expect-no-text", "No text from the server contained this so far.")
    },
    Word {
        arguments: &[one("octets", Kind::Octets)],
        ..verb("send", "The caller sends these octets as they are: \"7e ff 7d 23\".")
    },
    Word {
        arguments: &[one("to", Kind::Address)],
        properties: &[
            property("count", Kind::Number { min: 1, max: 10_000 }, Absent::Means("1"), "Echo requests."),
            property("every", time(MILLISECOND, LONG), Absent::Means("\"1s\""), "Time from one request to the next."),
            property("from", Kind::Choice(HOSTS), Absent::Means("\"caller\""), "Who asks."),
            property("answered", Kind::Flag, Absent::Means("#true"), "Whether each must be answered, or none may be."),
        ],
        ..verb("ping", "ICMP echo requests are sent; each must be answered.")
    },
    Word {
        arguments: &[one("name", Kind::HostName)],
        properties: &[property("address", Kind::Address, Absent::Says("any"), "The address it must have.")],
        ..verb("resolve", "The caller asks the DNS servers it was given for a host's address.")
    },
    Word {
        arguments: &[one("url", Kind::Url)],
        properties: TRANSFER,
        ..verb("fetch", "The caller gets this from the host on the server's network by HTTP; each octet is checked.")
    },
    Word {
        arguments: &[one("url", Kind::Url)],
        properties: TRANSFER,
        ..verb("upload", "The caller sends this to the host on the server's network by HTTP; each octet is checked.")
    },
    Word {
        arguments: &[one("address", Kind::Address)],
        properties: &[property("of", Kind::Choice(OWNERS), Absent::Never, "Whose answer it gets.")],
        ..verb("expect-arp", "The host on the server's network asks by ARP who has this address.")
    },
    Word {
        arguments: &[one("program", Kind::Sentence), one("text", Kind::Sentence)],
        ..verb(
            "expect-log",
            "A line that a program (\"mgetty\", \"pppd\") logged since the call began contains the text. For what the wire does not show.",
        )
    },
    Word {
        arguments: &[one("program", Kind::Sentence), one("text", Kind::Sentence)],
        ..verb("expect-no-log", "No line that the program logged since the call began contains the text.")
    },
    Word {
        arguments: &[one("text", Kind::Escaped)],
        ..verb(
            "modem-says",
            "The server's modem says this to the server, whatever it is doing: a line of its own, unless it has \\r or \\n itself.",
        )
    },
    Word {
        arguments: &[one("text", Kind::Escaped)],
        properties: &[property(
            "within",
            time(MILLISECOND, LONG),
            Absent::Means("\"60s\""),
            "How long to wait for it.",
        )],
        ..verb(
            "expect-modem",
            "The server's modem has told the server a line that contains this since the call began, or does: \"RING A\".",
        )
    },
    Word {
        arguments: &[one("circuit", Kind::Number { min: 105, max: 125 }), one("state", Kind::Choice(STATES))],
        properties: &[property("within", time(MILLISECOND, LONG), Absent::Means("\"1s\""), "How long to wait for it.")],
        ..verb(
            "expect-circuit",
            "A circuit between the server and its modem is so, or becomes so, by its number in V.24: 105 (RTS), 106 (CTS), 107 (DSR), 108 (DTR), 109 (DCD) or 125 (RI).",
        )
    },
    verb("modem-dies", "The server's modem hears and says nothing from now on."),
    Word {
        arguments: &[one("stack", Kind::Stack), many("arguments of the verb", Kind::Text, 0)],
        properties: &[property("reason", Kind::Sentence, Absent::Never, "Why that stack differs.")],
        ..word(
            "on",
            &[Place::Step],
            "A known deviation: what holds instead on one stack. Properties of the verb given here replace its own; so do its arguments, all at once. It is checked: the stack has to deviate.",
        )
    },
    Word {
        arguments: &[many("stack", Kind::Stack, 0)],
        properties: &[property("reason", Kind::Sentence, Absent::Never, "Why the server fails here.")],
        ..word(
            "fails",
            &[Place::Step],
            "A known failure: the server does not do what it should, on these stacks; none named: on all. The call ends here, and the scenario is met. It is checked: the server has to fail.",
        )
    },
];
