//! The verbs of a call: what the caller does, and what is expected of the server.

use std::time::Duration;

use super::server_words::{LONG, many, one, property, time};
use super::vocabulary::{Absent, Argument, Choices, Kind, Occurs, Place, Word};

const RINGS: Kind = Kind::Number { min: 1, max: 100 };
const RATE: Kind = Kind::Number { min: 300, max: 1_000_000 };

/// The phases at which `ppp until=` goes on.
pub(super) const PHASES: Choices = &[
    ("establish", "the first Configure-Request of LCP is out"),
    ("authenticate", "LCP is Opened and the first Authenticate-Request is out"),
    ("network", "the first Configure-Request of IPCP is out"),
];

/// How authentication ends.
pub(super) const AUTH_RESULTS: Choices = &[
    ("accepted", "Authenticate-Ack"),
    ("refused", "Authenticate-Nak, or the link is ended because the caller offers no authentication"),
    ("not-asked", "the server asks for none"),
];

/// From when `expect-hangup after=` counts.
pub(super) const SINCE: Choices = &[
    ("last-step", "the step before was done"),
    ("last-data", "the last IP packet crossed the link, or the network came up"),
    ("up", "the network came up"),
    ("connect", "CONNECT"),
    ("answer", "off hook"),
];

/// Who hangs up.
pub(super) const PARTIES: Choices = &[("caller", "the caller"), ("server", "the server")];

/// Why a call ends, as the wire shows it.
pub(super) const REASONS: Choices = &[
    ("idle", "Terminate-Request \"Link inactive\""),
    ("authentication", "Terminate-Request \"Authentication failed\" or \"peer refused to authenticate\""),
    ("connect-time", "Terminate-Request \"Connect time expired\""),
    ("no-echo", "Terminate-Request \"Peer not responding\""),
    ("carrier", "carrier was lost with no Terminate-Request"),
    ("other", "any other Terminate-Request"),
];

const fn verb(
    name: &'static str,
    arguments: &'static [Argument],
    properties: &'static [super::vocabulary::Property],
    doc: &'static str,
) -> Word {
    Word { name, within: &[Place::Call], opens: Some(Place::Step), arguments, properties, occurs: Occurs::Freely, doc }
}

/// The verbs, in the order in which a call goes on, and `on`, which may stand in the block of each.
pub(super) const VERBS: &[Word] = &[
    verb(
        "ring",
        &[one("rings", RINGS)],
        &[],
        "The caller gives up after so many rings. Without it, after 12. Before whatever needs an answer.",
    ),
    verb(
        "expect-answer",
        &[],
        &[property("rings", RINGS, Absent::Says("any number"), "After exactly so many rings.")],
        "The server's modem goes off hook.",
    ),
    verb("expect-no-answer", &[], &[], "The caller gives up and the server has not answered."),
    verb(
        "expect-connect",
        &[],
        &[property("rate", RATE, Absent::Says("any rate"), "Bit/s reported.")],
        "Training ends with carrier.",
    ),
    verb(
        "ppp",
        &[],
        &[
            property("user", Kind::Text, Absent::Says("the caller offers no authentication"), "User name for PAP."),
            property("password", Kind::Text, Absent::Says("as without `user`"), "Password for PAP."),
            property(
                "address",
                Kind::Address,
                Absent::Says("0.0.0.0: the server shall choose"),
                "The address the caller asks for.",
            ),
            property("ask-dns", Kind::Flag, Absent::Means("#true"), "Whether it asks for DNS servers."),
            property("ipv6", Kind::Flag, Absent::Means("#false"), "Whether it negotiates IPV6CP."),
            property(
                "until",
                Kind::Choice(PHASES),
                Absent::Says("when the network is up or the link has failed"),
                "Go on to the next step at this point.",
            ),
        ],
        "The caller waits for carrier and brings PPP up, or fails to.",
    ),
    verb(
        "expect-auth",
        &[one("result", Kind::Choice(AUTH_RESULTS))],
        &[property(
            "message",
            Kind::Text,
            Absent::Says("any message"),
            "The message in the Authenticate-Ack or Authenticate-Nak.",
        )],
        "How authentication ended.",
    ),
    verb(
        "expect-address",
        &[],
        &[
            property("local", Kind::Address, Absent::Says("any"), "The caller's address."),
            property("peer", Kind::Address, Absent::Says("any"), "The server's address."),
        ],
        "The addresses agreed on, as the caller sees them; one or both.",
    ),
    verb(
        "expect-dns",
        &[Argument { name: "address", kind: Kind::Address, least: 0, most: 2 }],
        &[],
        "The DNS servers the caller was given, in order. With nothing after it: none. One that is given twice, as pppd does with its only one, counts once.",
    ),
    verb(
        "ping",
        &[one("to", Kind::Address)],
        &[
            property("count", Kind::Number { min: 1, max: 10_000 }, Absent::Means("1"), "Echo requests."),
            property(
                "every",
                time(Duration::from_millis(1), LONG),
                Absent::Means("\"1s\""),
                "Time from one request to the next.",
            ),
        ],
        "The caller sends ICMP echo requests; each must be answered.",
    ),
    verb(
        "wait",
        &[Argument { name: "time", kind: time(Duration::from_millis(1), LONG), least: 0, most: 1 }],
        &[],
        "Time passes. Without a time: until the call is cleared.",
    ),
    verb("hang-up", &[], &[], "The caller ends PPP by a Terminate-Request, if there is PPP, and goes on hook."),
    verb("drop-carrier", &[], &[], "The line is cut: carrier is lost without a word."),
    verb(
        "expect-hangup",
        &[],
        &[
            property("after", time(Duration::ZERO, LONG), Absent::Says("at any time"), "How long after `of`."),
            property("of", Kind::Choice(SINCE), Absent::Means("\"last-step\""), "From when `after` counts."),
            property(
                "within",
                time(Duration::ZERO, LONG),
                Absent::Means("\"1s\""),
                "How much later than `after` is still right: pppd's clock ticks in seconds.",
            ),
            property("by", Kind::Choice(PARTIES), Absent::Says("either"), "Who hung up."),
            property("reason", Kind::Choice(REASONS), Absent::Says("any"), "Why, as the wire shows it."),
        ],
        "The call is cleared.",
    ),
    verb(
        "expect-log",
        &[one("program", Kind::Sentence), one("text", Kind::Sentence)],
        &[],
        "A line that a program (\"mgetty\", \"pppd\") logged since the call began contains the text. For what the wire does not show.",
    ),
    Word {
        name: "on",
        within: &[Place::Step],
        opens: None,
        arguments: &[one("stack", Kind::Stack), many("arguments of the verb", Kind::Text, 0)],
        properties: &[property("reason", Kind::Sentence, Absent::Never, "Why that stack differs.")],
        occurs: Occurs::Freely,
        doc: "A known deviation: what holds instead on one stack. Properties of the verb given here replace its own; so do its arguments, all at once. It is checked: the stack has to deviate.",
    },
];
