//! The verbs of a call on the line and in PPP: ringing, answer, authentication, addresses, the end.

use std::time::Duration;

use offhook_scenario::{PATIENCE, PppClient, QualityReports, Verb as Step};
use offhook_schema::{Absent, Argument, Kind, Property};

use super::choices::{
    AUTH, AUTH_RESULTS, COMPRESSED, ENDS, METHODS, PARTIES, PHASES, PROTOCOLS, REASONS, SINCE, STARTS,
};
use super::{LONG, MILLISECOND, TEN_MINUTES, duration, flag, maybe, number, one, property, seconds, text, time, verb};
use crate::kind;
use crate::vocabulary::{Verb, Word};

/// Shorter intervals would leave the line to nothing else.
const ECHO_INTERVAL: Duration = Duration::from_millis(100);

const RINGS: Kind = Kind::number(1, 100, "rings");
const RATE: Kind = Kind::number(300, 1_000_000, "bit/s");

/// What the caller's PPP is like.
pub(super) const PPP: &[Property] = &[
    property("user", kind::SENT_NAME, Absent::Says("the caller offers no authentication"), "User name."),
    property(
        "password",
        Kind::Text,
        Absent::Says("as without `user`"),
        "Password; at most 255 octets, unless the server asks for CHAP, which does not send it.",
    ),
    property("auth", AUTH.kind(), text("any"), "Which authentication it takes."),
    property("address", Kind::Address, Absent::Says("0.0.0.0: the server chooses"), "The address the caller asks for."),
    property("insist", Kind::Flag, flag(false), "Whether it accepts no other address."),
    property("ask-address", Kind::Flag, flag(true), "Whether its IPCP asks for an address at all."),
    property("ask-dns", Kind::Flag, flag(true), "Whether it asks for DNS servers."),
    property("ask-wins", Kind::Flag, flag(false), "Whether it asks for WINS (NetBIOS name) servers."),
    property("ip", Kind::Flag, flag(true), "Whether it negotiates IPCP; if not, the server's is Protocol-Rejected."),
    property("ipv6", Kind::Flag, flag(false), "Whether it negotiates IPV6CP."),
    property("vj", Kind::Flag, flag(false), "Whether it takes and sends compressed TCP headers (Van Jacobson's)."),
    property(
        "vj-slots",
        Kind::number(1, 256, "connections"),
        number(PppClient::VJ_SLOTS as u32),
        "Of how many connections at a time.",
    ),
    property(
        "compress",
        METHODS.kind(),
        Absent::Says("it Protocol-Rejects CCP"),
        "What it asks to have packets compressed by, and compresses by if the server asks. With MPPE it has no network before that is agreed on, and ends PPP if it is not; it has to authenticate itself by MS-CHAP or MS-CHAPv2.",
    ),
    property("callback", Kind::Flag, flag(false), "Whether it asks to be called back, as Windows does."),
    property(
        "callback-number",
        Kind::Text,
        Absent::Says("it has none, and takes what the server has for it, or no callback"),
        "The number that it tells a server which lets it choose where it is called back (CBCP).",
    ),
    property("delay", time(Duration::ZERO, LONG), seconds(0), "From carrier to its first Configure-Request."),
    property("restart", time(MILLISECOND, TEN_MINUTES), duration(PppClient::RESTART), "Its Restart timer."),
    property("start", STARTS.kind(), text("active"), "Who begins."),
    property(
        "mru",
        Kind::number(64, 16384, "octets"),
        number(PppClient::MRU as u32),
        "The Maximum-Receive-Unit it asks for; 1500 needs no asking.",
    ),
    property(
        "accm",
        Kind::number(0, u32::MAX, ""),
        number(0),
        "The control octets that the server must escape, a bit each, as 0x000a0000; 0xffffffff needs no asking.",
    ),
    property(
        "magic",
        Kind::number(1, u32::MAX, ""),
        Absent::Says("a new one for each negotiation"),
        "The Magic-Number it asks for.",
    ),
    property("ask-magic", Kind::Flag, flag(true), "Whether it asks for a Magic-Number at all."),
    property("pfc", Kind::Flag, flag(true), "Whether it asks for Protocol-Field-Compression."),
    property("acfc", Kind::Flag, flag(true), "Whether it asks for Address-and-Control-Field-Compression."),
    property(
        "echo-interval",
        time(ECHO_INTERVAL, LONG),
        Absent::Says("it sends none"),
        "From each of its own Echo-Requests to the next, the first so long after LCP is Opened.",
    ),
    property(
        "echo-failure",
        Kind::number(1, 1000, "Echo-Requests"),
        Absent::Says("it does not"),
        "With so many of them unanswered it ends PPP.",
    ),
    property(
        "quality-reports",
        time(ECHO_INTERVAL, LONG),
        Absent::Says("it asks for none, and rejects those of the server"),
        "It asks for Link-Quality-Reports (RFC 1989), from each to the next at most so long, and sends them if the server asks.",
    ),
    property(
        "quality-loss",
        Kind::number(0, 99, "%"),
        number(QualityReports::LOSS as u32),
        "With more frames lost than so many of a hundred, one way or the other, a period of theirs is bad; one without a report is.",
    ),
    property(
        "quality-bad",
        Kind::number(1, 1000, "periods"),
        number(QualityReports::BAD.0),
        "With so many bad periods the quality is poor, which is told,",
    ),
    property("quality-of", Kind::number(1, 1000, "periods"), number(QualityReports::BAD.1), "out of the last so many."),
    property("quality-ends", Kind::Flag, flag(false), "Whether it ends PPP when the quality is poor."),
    property(
        "miss-echo",
        Kind::number(1, 1000, "Echo-Requests"),
        Absent::Says("all are answered"),
        "Of so many Echo-Requests, one is not answered; 1: none is answered.",
    ),
    property(
        "until",
        PHASES.kind(),
        Absent::Says("when the network is up or the link has failed"),
        "Go on to the next step at this point.",
    ),
];

/// These verbs, in the order in which a call goes on.
pub(super) const WORDS: &[Word] = &[
    Word {
        arguments: &[one("rings", RINGS)],
        absent: number(PATIENCE),
        ..verb(Verb::Ring, "ring", "The caller gives up after so many rings. It comes before whatever needs an answer.")
    },
    Word {
        arguments: &[one("number", RINGS)],
        ..verb(
            Verb::ExpectRing,
            "expect-ring",
            "This ring begins; the first is 1. For what is to happen while it rings.",
        )
    },
    verb(Verb::ExpectBusy, "expect-busy", "The called line is busy, and the call is over."),
    Word {
        properties: &[property("rings", RINGS, Absent::Says("any number"), "After exactly so many rings.")],
        ..verb(Verb::ExpectAnswer, "expect-answer", "The server's modem goes off hook.")
    },
    verb(Verb::ExpectNoAnswer, "expect-no-answer", "The caller gives up and the server has not answered."),
    Word {
        properties: &[property("rate", RATE, Absent::Says("any rate"), "The rate that is reported.")],
        ..verb(Verb::ExpectConnect, "expect-connect", "Training ends with carrier (DCD, circuit 109).")
    },
    Word { properties: PPP, ..verb(Verb::Ppp, "ppp", "The caller waits for carrier and brings PPP up, or fails to.") },
    Word {
        arguments: &[one("result", AUTH_RESULTS.kind())],
        properties: &[
            property("message", Kind::Text, Absent::Says("any message"), "The server's message."),
            property(
                "protocol",
                PROTOCOLS.kind(),
                Absent::Says("any"),
                "The protocol in which the caller had to authenticate itself.",
            ),
        ],
        ..verb(Verb::ExpectAuth, "expect-auth", "How authentication ended.")
    },
    verb(
        Verb::ExpectUp,
        "expect-up",
        "The network is up, at the caller and in the server's kernel, and the call goes on. It fails as soon as the call is over.",
    ),
    Word {
        properties: &[
            property("local", Kind::Address, Absent::Says("any"), "The caller's address."),
            property("peer", Kind::Address, Absent::Says("any"), "The server's address."),
        ],
        ..verb(Verb::ExpectAddress, "expect-address", "The addresses agreed on, as the caller sees them; one or both.")
    },
    Word {
        arguments: &[Argument { name: "address", kind: Kind::Address, least: 0, most: 2 }],
        ..verb(
            Verb::ExpectDns,
            "expect-dns",
            "The DNS servers the caller was given, in order. With nothing after it: none. A server that is given twice, as pppd gives its only one, counts once.",
        )
    },
    Word {
        arguments: &[Argument { name: "address", kind: Kind::Address, least: 0, most: 2 }],
        ..verb(
            Verb::ExpectWins,
            "expect-wins",
            "The WINS servers the caller was given, likewise. It has to ask for them: `ask-wins=#true`.",
        )
    },
    Word {
        arguments: &[one("how", COMPRESSED.kind())],
        properties: &[property("from", PARTIES.kind(), Absent::Says("both"), "Only what this end sends.")],
        ..verb(
            Verb::ExpectCompression,
            "expect-compression",
            "How data crosses the line: this was agreed on for both directions, and packets so compressed came from either end. After something was sent.",
        )
    },
    Word {
        arguments: &[maybe("time", time(MILLISECOND, LONG))],
        ..verb(Verb::Wait, "wait", "Time passes. Without a time: until the call is cleared.")
    },
    verb(Verb::HangUp, "hang-up", "The caller ends PPP by a Terminate-Request, if there is PPP, and goes on hook."),
    verb(Verb::DropCarrier, "drop-carrier", "The line is cut: carrier is lost without a word."),
    Word {
        arguments: &[one("time", time(MILLISECOND, TEN_MINUTES))],
        ..verb(
            Verb::Flicker,
            "flicker",
            "Carrier drops out for so long and comes back; a modem hangs up after the time of S10.",
        )
    },
    Word {
        arguments: &[one("time", time(MILLISECOND, TEN_MINUTES))],
        ..verb(
            Verb::Retrain,
            "retrain",
            "The modems retrain for so long: nothing crosses the line, but there is carrier.",
        )
    },
    Word {
        properties: &[property("rate", RATE, Absent::Never, "The new rate, both ways.")],
        ..verb(Verb::Renegotiate, "renegotiate", "The line goes on at another rate.")
    },
    Word {
        arguments: &[one("end", ENDS.kind()), maybe("time", time(MILLISECOND, LONG))],
        ..verb(
            Verb::Deafen,
            "deafen",
            "The line is dead in one direction: octets no longer reach this end, for so long, or until the call is cleared. They are lost, and counted as such; carrier and circuits stay as they are, and error control does not help: as if a wire between a modem and its port were broken.",
        )
    },
    verb(Verb::FallSilent, "fall-silent", "The caller sends nothing from now on, and does not hang up."),
    Word {
        properties: &[
            property("after", time(Duration::ZERO, LONG), Absent::Says("at any time"), "How long after `of`."),
            property("of", SINCE.kind(), text("last-step"), "From when `after` counts."),
            property(
                "within",
                time(Duration::ZERO, LONG),
                duration(Step::HANGUP_WITHIN),
                "How much later than `after` is still right: pppd's clock ticks in seconds.",
            ),
            property("by", PARTIES.kind(), Absent::Says("either"), "Who hung up."),
            property("reason", REASONS.kind(), Absent::Says("any"), "Why, as the wire shows it."),
        ],
        ..verb(Verb::ExpectHangup, "expect-hangup", "The call is cleared.")
    },
];
