//! The words of packet scripts: steps, packets that are sent, packets that are expected; and of a conformance case.

use std::time::Duration;

use offhook_schema::{Absent, Argument, Kind, Occurs, Property};

use super::choices::{ENDINGS, FCS, LEVELS, PROOFS, RESPONSES, SUBJECTS};
use super::verbs::PPP;
use super::{LONG, MILLISECOND, duration, flag, many, maybe, number, one, property, seconds, text, time, word};
use crate::kind;
use crate::vocabulary::{PacketWord, Place, Role, Verb, Word};

const STEPS: &[Place] = &[Place::Packets];
const SENT: &[Place] = &[Place::Packet];
const EXPECTED: &[Place] = &[Place::Pattern];
const BOTH: &[Place] = &[Place::Packet, Place::Pattern];
const RULE: &[Place] = &[Place::Rule];

const fn step(role: PacketWord, name: &'static str, doc: &'static str) -> Word {
    Word::new(name, Role::packet(role), STEPS, doc)
}

const fn name(name: &'static str, absent: &'static str, doc: &'static str) -> Property {
    property(name, Kind::Sentence, Absent::Says(absent), doc)
}

const OCTET: Kind = Kind::number(0, 255, "");
const ADDRESS: Property = property("address", OCTET, number(0xff), "The Address field.");
const CONTROL: Property = property("control", OCTET, number(0x03), "The Control field.");
const ACFC: Property =
    property("acfc", Kind::Flag, flag(false), "Whether Address and Control field are left out (RFC 1661 section 6.6).");
const PROTOCOL: Property = property(
    "protocol",
    Kind::Octets,
    Absent::Says("the two octets of the protocol"),
    "The octets of the Protocol field: \"21\".",
);
const FCS_IS: Property = property("fcs", FCS.kind(), text("good"), "The FCS.");
const ACCM: Property = property(
    "accm",
    Kind::number(0, u32::MAX, ""),
    number(u32::MAX),
    "Control octets that are sent with a Control Escape: bit n for octet n.",
);
const ESCAPE_ALL: Property =
    property("escape-all", Kind::Flag, flag(false), "Whether each octet is sent so that may be.");
const FLAGS: Property = property("flags", Kind::number(0, 1000, ""), number(1), "Flag Sequences before the frame.");
const END: Property = property("end", ENDINGS.kind(), text("flag"), "What ends the frame.");
const CUT: Property = property(
    "cut",
    Kind::number(0, 200_000, "octets"),
    Absent::Says("all of it"),
    "Only so many octets go out, the flags not counted.",
);
const STRAY: Property =
    property("stray", Kind::Octets, Absent::Says("none"), "Octets that stand, as they are, after each of the frame's.");
const EVERY: Property =
    property("every", time(MILLISECOND, Duration::from_secs(600)), Absent::Says("at once"), "Time between its octets.");

const ID: Property =
    property("id", OCTET, Absent::Says("one not used yet; that of the packet it answers"), "The Identifier field.");
const SAME_ID: Property = name("same-id-as", "as `id` says", "The Identifier is that of the packet of this name.");
const OTHER_ID: Property =
    name("other-id-than", "as `id` says", "The Identifier is not that of the packet of this name.");
const OF: Property = name(
    "of",
    "it answers none",
    "The packet that it answers, by name: it has that one's Identifier, and, if its block is empty, what an answer of its code repeats.",
);
const AS: Property = name("as", "it has no name", "The name by which later steps speak of it.");
const LENGTH: Property =
    property("length", Kind::number(0, 65_535, ""), Absent::Says("the right one"), "A Length field that is wrong.");
const PADDING: Property =
    property("padding", Kind::Octets, Absent::Says("none"), "Octets after those that Length counts.");

const SEND: &[Property] = &[
    ID, SAME_ID, OTHER_ID, OF, AS, LENGTH, PADDING, ADDRESS, CONTROL, ACFC, PROTOCOL, FCS_IS, ACCM, ESCAPE_ALL, FLAGS,
    END, CUT, STRAY, EVERY,
];

const WANTED_ID: Property =
    property("id", OCTET, Absent::Says("any; that of the packet it answers"), "The Identifier.");
const OTHER_BODY: Property =
    name("other-body-than", "any", "What follows its header is not what follows that of the packet of this name.");
const CONTAINS: Property = property("contains", Kind::Escaped, Absent::Says("any"), "Text that is in it.");
const AT_MOST: Property = property(
    "at-most",
    Kind::number(0, 65_535, "octets"),
    Absent::Says("any length"),
    "The longest that its Information field may be.",
);
const AT_LEAST: Property = property(
    "at-least",
    Kind::number(0, 65_535, "octets"),
    Absent::Says("any length"),
    "The shortest that its Information field may be.",
);
const HAS_ADDRESS: Property =
    property("address", Kind::Flag, Absent::Says("either"), "Whether Address and Control field are there.");
const PROTOCOL_OCTETS: Property =
    property("protocol-octets", Kind::number(1, 2, ""), Absent::Says("either"), "Octets of its Protocol field.");
const ESCAPES: Property = property(
    "escapes",
    Kind::number(0, u32::MAX, ""),
    Absent::Says("any"),
    "Control octets of which none may come without a Control Escape: bit n for octet n.",
);

const EXPECT: &[Property] = &[
    WANTED_ID,
    SAME_ID,
    OTHER_ID,
    OF,
    AS,
    property("among", Kind::Flag, flag(false), "Whether other packets may come before it."),
    property("times", Kind::number(1, 1000, ""), number(1), "How often it comes, one after the other."),
    property(
        "after",
        time(Duration::ZERO, LONG),
        seconds(0),
        "Not before so long after the step before, or the time before.",
    ),
    property("within", time(MILLISECOND, LONG), duration(offhook_script::step::WITHIN), "How long to wait, each time."),
    OTHER_BODY,
    CONTAINS,
    AT_MOST,
    AT_LEAST,
    HAS_ADDRESS,
    PROTOCOL_OCTETS,
    ESCAPES,
];

const MATCH: &[Property] = &[
    WANTED_ID,
    OF,
    CONTAINS,
    AT_MOST,
    AT_LEAST,
    property("skip", Kind::number(0, 1000, ""), number(0), "So many of them are let alone at first."),
    property("bad", Kind::Flag, flag(false), "Whether it is about what is no good frame."),
];

const PACKET: &[Argument] = &[one("protocol", kind::PROTOCOL), maybe("code", kind::CODE)];
const PACKETS: &[Argument] = &[one("protocol", kind::PROTOCOL), many("code", kind::CODE, 0)];
const WITHIN: Property = property("within", time(MILLISECOND, LONG), seconds(60), "How long to wait for it.");

/// `packets`, its steps, and what stands in their blocks; `conformance` and `fault`.
pub(super) const WORDS: &[Word] = &[
    Word {
        arguments: &[one("case", Kind::Sentence)],
        properties: &[
            property("level", LEVELS.kind(), Absent::Never, "How binding the clause is."),
            property("subject", SUBJECTS.kind(), text("answering"), "Which end of the link is looked at."),
            property(
                "own-end",
                Kind::Sentence,
                Absent::Says("it passes"),
                "What offhook's own end does otherwise, where it does not pass; that it does not is checked, and shows that the case can fail.",
            ),
        ],
        occurs: Occurs::AtMostOnce,
        ..word("conformance", &[Place::Scenario], "Which case of a conformance suite it is: group, section and number.")
    },
    Word {
        arguments: &[one("name", Kind::Sentence)],
        opens: Some(Place::Fault),
        ..word(
            "fault",
            &[Place::Scenario],
            "How it can fail: an end of offhook's with this fault, in the place of the server, does not pass. `offhook conformance --faults` tries them.",
        )
    },
    Word {
        arguments: PACKETS,
        properties: MATCH,
        opens: Some(Place::Rule),
        ..word(
            "incoming",
            &[Place::Fault],
            "What the faulty end makes of packets that it gets. The first rule that fits is applied.",
        )
    },
    Word {
        arguments: PACKETS,
        properties: MATCH,
        opens: Some(Place::Rule),
        ..word("outgoing", &[Place::Fault], "What the faulty end makes of packets that it would send.")
    },
    Word {
        opens: Some(Place::Pattern),
        occurs: Occurs::AtMostOnce,
        ..word("having", RULE, "What else must be in it.")
    },
    word("keep", RULE, "It goes on as it is."),
    word("drop", RULE, "It does not go on, nor does anything in its place."),
    Word {
        arguments: PACKET,
        properties: SEND,
        opens: Some(Place::Packet),
        ..word(
            "pass",
            RULE,
            "This goes on in its place. \"it\" is the packet itself, \"request-in\" the last Configure-Request of its protocol that the faulty end got, \"request-out\" the last that it sent.",
        )
    },
    Word {
        arguments: PACKET,
        properties: SEND,
        opens: Some(Place::Packet),
        ..word("answer", RULE, "This goes back to where it came from.")
    },
    word("repair", RULE, "It goes on as a good frame, whatever it was."),
    Word {
        properties: &[ADDRESS, CONTROL, ACFC, PROTOCOL, FCS_IS, ACCM, ESCAPE_ALL, FLAGS, END, CUT, STRAY],
        ..word("reframe", RULE, "It goes on, framed so.")
    },
    Word { arguments: &[one("time", time(MILLISECOND, LONG))], ..word("late", RULE, "It goes on so much later.") },
    word("close", RULE, "The faulty end hangs up."),
    word("hang", RULE, "The faulty end says and hears nothing any more."),
    Word {
        properties: PPP,
        opens: Some(Place::Packets),
        ..Word::new(
            "packets",
            Role::verb(Verb::Packets),
            &[Place::Call],
            "A packet script: packets sent and expected one by one. The protocols that it takes are its own; the caller speaks the rest by itself, as the properties say, which are those of `ppp`.",
        )
    },
    Word {
        arguments: &[many("protocol", kind::PROTOCOL, 1)],
        ..step(
            PacketWord::Take,
            "take",
            "From here on the script speaks these protocols: what comes of them is for `expect`, and nothing of them is sent but by `send`. PAP, CHAP and EAP go together.",
        )
    },
    Word {
        arguments: &[many("protocol", kind::PROTOCOL, 1)],
        ..step(
            PacketWord::Give,
            "give",
            "The caller speaks these again. With LCP that the script has opened, it goes on from there.",
        )
    },
    Word {
        arguments: PACKET,
        properties: SEND,
        opens: Some(Place::Packet),
        ..step(PacketWord::Send, "send", "A packet is sent: its protocol and code by name or number, right or wrong.")
    },
    Word {
        opens: Some(Place::Packets),
        ..step(
            PacketWord::First,
            "first",
            "The first of the packets in its block is sent that can be made: every packet and option that it speaks of has come.",
        )
    },
    Word {
        arguments: &[one("octets", Kind::Octets)],
        ..step(PacketWord::SendOctets, "send-octets", "Octets are sent as they are: \"7e ff 7d 23\".")
    },
    Word {
        arguments: PACKETS,
        properties: EXPECT,
        opens: Some(Place::Pattern),
        ..step(
            PacketWord::Expect,
            "expect",
            "The next packet of the protocols taken is this: its protocol, one of the codes, and what its block says.",
        )
    },
    Word {
        properties: &[
            property("for", time(Duration::ZERO, LONG), seconds(0), "For so long; then what proves it is sent."),
            property("by", PROOFS.kind(), text("echo"), "What proves it: its answer is the first that comes."),
        ],
        opens: Some(Place::Known),
        ..step(PacketWord::ExpectNothing, "expect-nothing", "No packet of the protocols taken comes.")
    },
    Word {
        arguments: PACKETS,
        ..step(PacketWord::Ignore, "ignore", "Packets of this kind are passed over from here on.")
    },
    step(PacketWord::Forget, "forget", "What came and was not expected so far is forgotten."),
    Word { arguments: &[one("time", time(MILLISECOND, LONG))], ..step(PacketWord::Wait, "wait", "Time passes.") },
    Word {
        arguments: &[one("protocol", kind::PROTOCOL)],
        properties: &[
            property(
                "reject",
                Kind::Sentence,
                Absent::Says("none"),
                "Options of the peer's that are rejected: \"auth pfc\".",
            ),
            property("within", time(MILLISECOND, LONG), seconds(60), "How long it may take."),
        ],
        opens: Some(Place::Packet),
        ..step(
            PacketWord::Negotiate,
            "negotiate",
            "A control protocol that the script has taken is brought to Opened: what the peer asks for is acknowledged, and it acknowledges the options in the block, with the values that it proposes. The two requests are called \"ours\" and \"theirs\" from then on.",
        )
    },
    Word {
        properties: &[WITHIN],
        opens: Some(Place::Known),
        ..step(PacketWord::ExpectUp, "expect-up", "The network comes up by what the caller speaks.")
    },
    Word {
        properties: &[
            property("after", time(Duration::ZERO, LONG), seconds(0), "Not before so long after the step before."),
            WITHIN,
        ],
        opens: Some(Place::Known),
        ..step(PacketWord::ExpectClosed, "expect-closed", "The other end hangs up.")
    },
    step(
        PacketWord::MayClose,
        "may-close",
        "From here on the script is done, and passed, as soon as the other end hangs up.",
    ),
    Word {
        arguments: &[one("on", Kind::Flag)],
        ..step(PacketWord::LoopBack, "loop-back", "Whether every octet that comes is sent back, as a looped line does.")
    },
    Word {
        arguments: &[one("times", Kind::number(1, 1000, ""))],
        opens: Some(Place::Packets),
        ..step(PacketWord::Repeat, "repeat", "The steps in its block, so many times.")
    },
    Word {
        arguments: &[one("name", kind::CODE), maybe("value", Kind::Any)],
        properties: &[
            property(
                "of",
                Kind::Sentence,
                Absent::Says("the value stated"),
                "The packet whose option of this kind has the value.",
            ),
            property("length", OCTET, Absent::Says("the right one"), "A Length field that is wrong."),
        ],
        ..word(
            "option",
            SENT,
            "An option by name or number. Its value: a number, an address, an authentication protocol; octets for a number without a name; \"hex:...\" for any octets.",
        )
    },
    Word {
        arguments: &[one("name", kind::CODE), maybe("value", Kind::Any)],
        properties: &[
            property(
                "of",
                Kind::Sentence,
                Absent::Says("the value stated"),
                "The packet whose option of this kind has the value.",
            ),
            property("absent", Kind::Flag, flag(false), "Whether it must not be there."),
            property("other", Kind::Flag, flag(false), "Whether its value must be another."),
        ],
        ..word("option", EXPECTED, "An option that comes next, with this value if one is stated.")
    },
    word("others", EXPECTED, "Other options may stand before, between and after those named."),
    word("anything", EXPECTED, "Nothing is expected of its contents, whatever it answers."),
    word("cut", EXPECTED, "Its contents may be only the beginning of what is stated."),
    word("more", EXPECTED, "Its contents may go on after what is stated."),
    Word {
        arguments: &[one("name", kind::CODE), one("packet", Kind::Sentence)],
        ..word("option-as-in", SENT, "The option of this kind as it stands in that packet, which has to have one.")
    },
    Word { arguments: &[one("octets", Kind::Octets)], ..word("octets", BOTH, "Octets.") },
    Word { arguments: &[one("text", Kind::Escaped)], ..word("text", BOTH, "Text.") },
    Word {
        arguments: &[one("text", Kind::Escaped)],
        ..word("counted", BOTH, "Text, with an octet before it that counts it: name and password of PAP.")
    },
    Word {
        arguments: &[one("count", Kind::number(0, 200_000, "octets"))],
        properties: &[property("octet", OCTET, number(0), "Which.")],
        ..word("fill", BOTH, "One octet, so many times.")
    },
    Word {
        arguments: &[one("name", Kind::Sentence)],
        ..word("body-of", BOTH, "What follows the header of this packet.")
    },
    Word { arguments: &[one("name", Kind::Sentence)], ..word("packet-of", BOTH, "This packet, with its header.") },
    Word {
        arguments: &[one("name", Kind::Sentence)],
        ..word("rejected", BOTH, "The protocol of this packet, and the packet: the data of a Protocol-Reject.")
    },
    Word {
        arguments: &[maybe("value", Kind::number(0, u32::MAX, ""))],
        properties: &[property(
            "of",
            Kind::Sentence,
            Absent::Says("our own, as agreed on"),
            "That which this packet asks for.",
        )],
        ..word("magic", BOTH, "A Magic-Number field, of four octets.")
    },
    Word {
        properties: &[
            property("of", Kind::Sentence, Absent::Never, "The Challenge."),
            property("secret", Kind::Text, Absent::Never, "The secret, right or wrong."),
            property("by", RESPONSES.kind(), text("chap"), "What it is computed by."),
            property("user", Kind::Text, text(""), "The name, which MS-CHAPv2 counts in."),
        ],
        ..word("response", SENT, "Value-Size and Value of a Response to this Challenge.")
    },
    Word {
        arguments: &[one("count", Kind::number(1, 2000, "octets"))],
        ..word("any", EXPECTED, "So many octets, whatever they are.")
    },
];
