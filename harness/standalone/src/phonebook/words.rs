//! The words of a phonebook, as data for the engine that reads them.

use offhook_schema::{
    Absent, Argument, Custom, Given, Kind, Language, Occurs, Place, Property, Read, Value, Vocabulary, Word, Wrong,
    choices, fault,
};

use offhook_ppp::auth::AuthOption;
use offhook_ppp::chap::Algorithm;

use super::is_number;
use super::sends::{Ear, Moment};
use crate::ppp_number::{CALLER, addresses};

/// The language of phonebooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Phonebooks;

impl Language for Phonebooks {
    type Place = Within;
    type Role = Entry;
}

/// Where a word may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    File,
    Line,
    Ppp,
}
use Within::File;

impl Place for Within {
    fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Line => "line",
            Self::Ppp => "ppp",
        }
    }

    fn phrase(self) -> &'static str {
        match self {
            Self::File => "in a phonebook",
            Self::Line => "in a `line`",
            Self::Ppp => "in a `ppp`",
        }
    }
}

choices! {
    /// When a line sends a file.
    pub(super) MOMENTS: Moment {
        "answered" => Moment::Answered, "it has answered a call from outside, and there is carrier";
        "connected" => Moment::Connected, "its own call to outside has carrier";
        "busy" => Moment::Busy, "somebody outside calls and it is busy";
        "no-answer" => Moment::NoAnswer, "a call from outside has rung twelve times";
        "inactive" => Moment::Inactive, "its modem's inactivity timer (S30) has ended a call";
    }

    /// Who gets it.
    pub(super) EARS: Ear {
        "far-end" => Ear::FarEnd, "whoever is at the other end";
        "dte" => Ear::Dte, "the program at the modem's port, after CONNECT";
    }

    /// How callers say who they are.
    pub(super) AUTH: AuthOption {
        "chap" => AuthOption::Chap(Algorithm::Md5), "CHAP with MD5 (RFC 1994)";
        "ms-chap-v2" => AuthOption::Chap(Algorithm::MsChapV2), "RFC 2759";
        "ms-chap" => AuthOption::Chap(Algorithm::MsChap), "RFC 2433";
        "eap" => AuthOption::Eap, "EAP with MD5-Challenge (RFC 3748)";
        "pap" => AuthOption::Pap, "RFC 1334";
    }
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Number,
    Line,
    Listen,
    Default,
    Send,
    Ppp,
    Account,
    Host,
    Dns,
    Auth,
}

/// Every word of a phonebook.
pub(super) static PHONEBOOK: Vocabulary<Phonebooks> =
    Vocabulary { places: &[File, Within::Line, Within::Ppp], words: &[WORDS, PPP] };

/// A number as a modem dials one.
const NUMBER: Kind = Kind::Custom(&Custom {
    name: "dialled-number",
    phrase: "a telephone number in quotes",
    example: "\"5553000\"",
    told: false,
    digits: true,
    read: Read::Text(number),
});

/// Whom to call back.
const CALLBACK: Kind = Kind::Custom(&Custom {
    name: "callback",
    phrase: "\"caller\", or a telephone number in quotes",
    example: "\"5551234\"",
    told: false,
    digits: true,
    read: Read::Text(callback),
});

/// A host and a port of TCP.
const TCP: Kind = Kind::Custom(&Custom {
    name: "tcp-address",
    phrase: "a TCP address in quotes, host:port",
    example: "\"bbs.example:23\"",
    told: true,
    digits: false,
    read: Read::Text(address),
});

/// Line rates there are; more than 56000 is for ISDN adapters.
const RATE: Kind = Kind::number(75, 230_400, "bit/s");

const SPEAKS_TELNET: Property = Property::new(
    "telnet",
    Kind::Flag,
    Absent::Says("it does if it opens with IAC and WILL, WONT, DO or DONT"),
    "Whether it speaks telnet (RFC 854), or just octets.",
);

const LISTENS_TELNET: Property = Property::new(
    "telnet",
    Kind::Flag,
    Absent::Means(Given::Flag(false)),
    "Whether callers speak telnet (RFC 854), and are offered to be echoed and to send by the character, or just octets.",
);

const WORDS: &[Word<Phonebooks>] = &[
    Word {
        arguments: &[Argument::one("number", NUMBER)],
        properties: &[
            Property::new("name", Kind::Sentence, Absent::Says("no name is shown"), "What it is, for people."),
            Property::new("tcp", TCP, Absent::Never, "Where calls to it lead."),
            SPEAKS_TELNET,
        ],
        ..Word::new("number", Entry::Number, &[File], "A number of another machine.")
    },
    Word {
        arguments: &[Argument::one("number", NUMBER)],
        properties: &[
            Property::new("name", Kind::Sentence, Absent::Says("no name is delivered"), "The name for caller ID."),
            Property::new(
                "personality",
                Kind::Sentence,
                Absent::Says("as on the command line"),
                "The model of its modem, a name or a file.",
            ),
            Property::new(
                "init",
                Kind::Sentence,
                Absent::Says("as on the command line"),
                "Commands, without AT, that its modem gets at the start and stores (&W).",
            ),
            Property::new("rate", RATE, Absent::Says("as on the command line"), "The rate of the line."),
        ],
        opens: Some(Within::Line),
        ..Word::new("line", Entry::Line, &[File], "A line of this exchange.")
    },
    Word {
        arguments: &[Argument::one("file", Kind::Sentence)],
        properties: &[
            Property::new("when", MOMENTS.kind(), Absent::Never, "When."),
            Property::new(
                "to",
                EARS.kind(),
                Absent::Means(Given::Text("far-end")),
                "Who gets it; the DTE only when there is carrier.",
            ),
        ],
        ..Word::new(
            "send",
            Entry::Send,
            &[Within::Line],
            "A file, from the phonebook's directory, whose octets the line sends in calls with outside: 1 MiB at most.",
        )
    },
    Word {
        arguments: &[Argument::one("address", TCP)],
        properties: &[Property::new("number", NUMBER, Absent::Never, "The number that rings."), LISTENS_TELNET],
        ..Word::new("listen", Entry::Listen, &[File], "A TCP port at which calls come in.")
    },
    Word {
        properties: &[Property::new("tcp", TCP, Absent::Never, "Where the calls lead."), SPEAKS_TELNET],
        occurs: Occurs::AtMostOnce,
        ..Word::new("default", Entry::Default, &[File], "Where calls to every other number lead.")
    },
];

/// First and last of some addresses.
const RANGE: Kind = Kind::Custom(&Custom {
    name: "address-range",
    phrase: "a range of IPv4 addresses in quotes, first-last",
    example: "\"100.64.0.2-100.64.0.254\"",
    told: true,
    digits: false,
    read: Read::Text(range),
});

/// A number that answers with PPP.
const PPP: &[Word<Phonebooks>] = &[
    Word {
        arguments: &[Argument::one("number", NUMBER)],
        properties: &[
            Property::new("name", Kind::Sentence, Absent::Says("no name is shown"), "What it is, for people."),
            Property::new(
                "local",
                Kind::Address,
                Absent::Means(Given::Text("100.64.0.1")),
                "Its own address. A host is there that answers pings, DNS, and HTTP with a page about the caller.",
            ),
            Property::new(
                "remote",
                RANGE,
                Absent::Means(Given::Text("100.64.0.2-100.64.0.254")),
                "Addresses for callers, each for one at a time; a caller for whom there is none finds the number busy.",
            ),
            Property::new(
                "ipv6",
                Kind::Flag,
                Absent::Means(Given::Flag(false)),
                "Whether IPv6 is spoken, too (IPV6CP).",
            ),
            Property::new(
                "callback",
                CALLBACK,
                Absent::Says("callers that ask for it are refused"),
                "Callers that ask for it are called back: \"caller\" at a number that they tell, or at this number. PPP ends, and 5 s after the call the modem that has the number is called.",
            ),
        ],
        opens: Some(Within::Ppp),
        ..Word::new("ppp", Entry::Ppp, &[File], "A number that answers with a modem and speaks PPP at once.")
    },
    Word {
        arguments: &[Argument::one("name", Kind::Sentence)],
        properties: &[Property::new("password", Kind::Text, Absent::Never, "The password.")],
        ..Word::new(
            "account",
            Entry::Account,
            &[Within::Ppp],
            "Who may come in; without any, everybody may, and no authentication is asked for.",
        )
    },
    Word {
        arguments: &[Argument::many("protocol", AUTH.kind(), 1)],
        occurs: Occurs::AtMostOnce,
        absent: Absent::Says("all, in the order of the list"),
        ..Word::new(
            "auth",
            Entry::Auth,
            &[Within::Ppp],
            "Authentication protocols that are asked for, one after the other until the caller takes one.",
        )
    },
    Word {
        arguments: &[Argument::many("address", Kind::Address, 1)],
        occurs: Occurs::AtMostOnce,
        absent: Absent::Says("its own address"),
        ..Word::new("dns", Entry::Dns, &[Within::Ppp], "Name servers that callers are given, two at most are told.")
    },
    Word {
        arguments: &[Argument::one("name", Kind::Sentence)],
        properties: &[Property::new("address", Kind::Address, Absent::Never, "Its address.")],
        ..Word::new(
            "host",
            Entry::Host,
            &[Within::Ppp],
            "A name that its DNS knows, beside offhook and offhook.test, which are itself; all others do not exist.",
        )
    },
];

fn range(text: &str, _whose: &str) -> Result<Value, Wrong> {
    match addresses(text) {
        Ok(_) => Ok(Value::Text(text.to_owned())),
        Err(message) => Err(Wrong::new(fault::BAD_ADDRESS, message, "not a range of addresses")),
    }
}

fn number(text: &str, _whose: &str) -> Result<Value, Wrong> {
    if is_number(text) {
        return Ok(Value::Text(text.to_owned()));
    }
    let wrong = Wrong::new(fault::BAD_TEXT, format!("\"{text}\" cannot be dialled"), "not a telephone number");
    Err(wrong.help("write up to 32 digits, without blanks or other signs: \"5551000\""))
}

fn callback(text: &str, whose: &str) -> Result<Value, Wrong> {
    if text == CALLER { Ok(Value::Text(text.to_owned())) } else { number(text, whose) }
}

fn address(text: &str, _whose: &str) -> Result<Value, Wrong> {
    let port = text.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port.parse::<u16>());
    if matches!(port, Some(Ok(1..))) {
        return Ok(Value::Text(text.to_owned()));
    }
    let wrong = Wrong::new(fault::BAD_ADDRESS, format!("\"{text}\" is not a TCP address"), "not host:port");
    Err(wrong.help("write host:port, as in \"bbs.example:23\" or \"[::1]:23\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_does_not_contradict_itself() {
        assert_eq!(PHONEBOOK.faults(), Vec::<String>::new());
    }
}
