//! The verbs of a call on the line and in PPP: ringing, answer, authentication, addresses, the end.

use std::time::Duration;

use super::super::kind::{Choices, Kind};
use super::super::vocabulary::{Absent, Argument, Place, Property, Word};
use super::{LONG, MILLISECOND, TEN_MINUTES, one, property, time, word};

const RINGS: Kind = Kind::Number { min: 1, max: 100 };
const RATE: Kind = Kind::Number { min: 300, max: 1_000_000 };

const PHASES: Choices = &[
    ("establish", "the first Configure-Request of LCP is out"),
    ("authenticate", "LCP is Opened and the first Authenticate-Request is out"),
    ("network", "the first Configure-Request of IPCP is out"),
];
const AUTH: Choices = &[
    ("any", "PAP or CHAP with MD5, whichever the server asks for"),
    ("pap", "PAP: anything else is answered by a Configure-Nak"),
    ("chap", "CHAP with MD5, likewise"),
    ("ms-chap-first", "a Configure-Nak for MS-CHAPv2 first, as Windows does; then as \"any\""),
];
const AUTH_RESULTS: Choices = &[
    ("accepted", "Authenticate-Ack, or CHAP's Success"),
    ("refused", "Authenticate-Nak, CHAP's Failure, or the link is ended because the caller offers no authentication"),
    ("not-asked", "the server asks for none"),
];
const PROTOCOLS: Choices = &[("pap", "RFC 1334"), ("chap", "RFC 1994, with MD5")];
const SINCE: Choices = &[
    ("last-step", "the step before was done"),
    ("last-data", "the last IP packet crossed the link, or the network came up"),
    ("up", "the network came up"),
    ("connect", "CONNECT"),
    ("answer", "off hook"),
];
const PARTIES: Choices = &[("caller", "the caller"), ("server", "the server")];
const REASONS: Choices = &[
    ("idle", "Terminate-Request \"Link inactive\""),
    ("authentication", "Terminate-Request \"Authentication failed\" or \"peer refused to authenticate\""),
    ("connect-time", "Terminate-Request \"Connect time expired\""),
    ("no-echo", "Terminate-Request \"Peer not responding\""),
    ("carrier", "carrier was lost with no Terminate-Request"),
    ("other", "any other Terminate-Request"),
];

/// A verb with nothing after it; what differs is said beside it.
pub(super) const fn verb(name: &'static str, doc: &'static str) -> Word {
    Word { opens: Some(Place::Step), ..word(name, &[Place::Call], doc) }
}

const PPP: &[Property] = &[
    property("user", Kind::Text, Absent::Says("the caller offers no authentication"), "User name."),
    property("password", Kind::Text, Absent::Says("as without `user`"), "Password."),
    property("auth", Kind::Choice(AUTH), Absent::Means("\"any\""), "Which authentication it takes."),
    property(
        "address",
        Kind::Address,
        Absent::Says("0.0.0.0: the server shall choose"),
        "The address the caller asks for.",
    ),
    property("insist", Kind::Flag, Absent::Means("#false"), "Whether it takes no other address than that."),
    property("ask-address", Kind::Flag, Absent::Means("#true"), "Whether its IPCP speaks of an address at all."),
    property("ask-dns", Kind::Flag, Absent::Means("#true"), "Whether it asks for DNS servers."),
    property("ipv6", Kind::Flag, Absent::Means("#false"), "Whether it negotiates IPV6CP."),
    property("callback", Kind::Flag, Absent::Means("#false"), "Whether it asks to be called back, as Windows does."),
    property(
        "delay",
        time(Duration::ZERO, LONG),
        Absent::Means("\"0s\""),
        "From carrier to its first Configure-Request.",
    ),
    property("restart", time(MILLISECOND, TEN_MINUTES), Absent::Means("\"3s\""), "Its Restart timer."),
    property(
        "miss-echo",
        Kind::Number { min: 1, max: 1000 },
        Absent::Says("every one is answered"),
        "Every so many Echo-Requests one is not answered; 1: none is.",
    ),
    property(
        "until",
        Kind::Choice(PHASES),
        Absent::Says("when the network is up or the link has failed"),
        "Go on to the next step at this point.",
    ),
];

/// These verbs, in the order in which a call goes on.
pub(super) const WORDS: &[Word] = &[
    Word {
        arguments: &[one("rings", RINGS)],
        ..verb(
            "ring",
            "The caller gives up after so many rings. Without it, after 12. Before whatever needs an answer.",
        )
    },
    Word {
        arguments: &[one("number", RINGS)],
        ..verb("expect-ring", "This ring begins; the first is 1. For what shall happen while it rings.")
    },
    verb("expect-busy", "The called line is busy, and the call is over."),
    Word {
        properties: &[property("rings", RINGS, Absent::Says("any number"), "After exactly so many rings.")],
        ..verb("expect-answer", "The server's modem goes off hook.")
    },
    verb("expect-no-answer", "The caller gives up and the server has not answered."),
    Word {
        properties: &[property("rate", RATE, Absent::Says("any rate"), "Bit/s reported.")],
        ..verb("expect-connect", "Training ends with carrier.")
    },
    Word { properties: PPP, ..verb("ppp", "The caller waits for carrier and brings PPP up, or fails to.") },
    Word {
        arguments: &[one("result", Kind::Choice(AUTH_RESULTS))],
        properties: &[
            property("message", Kind::Text, Absent::Says("any message"), "The server's message with it."),
            property(
                "protocol",
                Kind::Choice(PROTOCOLS),
                Absent::Says("any"),
                "The protocol in which the caller had to authenticate itself.",
            ),
        ],
        ..verb("expect-auth", "How authentication ended.")
    },
    Word {
        properties: &[
            property("local", Kind::Address, Absent::Says("any"), "The caller's address."),
            property("peer", Kind::Address, Absent::Says("any"), "The server's address."),
        ],
        ..verb("expect-address", "The addresses agreed on, as the caller sees them; one or both.")
    },
    Word {
        arguments: &[Argument { name: "address", kind: Kind::Address, least: 0, most: 2 }],
        ..verb(
            "expect-dns",
            "The DNS servers the caller was given, in order. With nothing after it: none. One that is given twice, as pppd does with its only one, counts once.",
        )
    },
    Word {
        arguments: &[Argument { name: "time", kind: time(MILLISECOND, LONG), least: 0, most: 1 }],
        ..verb("wait", "Time passes. Without a time: until the call is cleared.")
    },
    verb("hang-up", "The caller ends PPP by a Terminate-Request, if there is PPP, and goes on hook."),
    verb("drop-carrier", "The line is cut: carrier is lost without a word."),
    Word {
        arguments: &[one("time", time(MILLISECOND, TEN_MINUTES))],
        ..verb("flicker", "Carrier stops for so long and comes back; a modem hangs up after the time of S10.")
    },
    Word {
        arguments: &[one("time", time(MILLISECOND, TEN_MINUTES))],
        ..verb(
            "retrain",
            "The modems train anew for so long: nothing crosses the line, and there is carrier all the same.",
        )
    },
    Word {
        properties: &[property("rate", RATE, Absent::Never, "Bit/s, both ways.")],
        ..verb("renegotiate", "The line goes on at another rate.")
    },
    verb("fall-silent", "The caller says nothing from now on, and does not hang up."),
    Word {
        properties: &[
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
        ..verb("expect-hangup", "The call is cleared.")
    },
];
