//! The words that describe a server beside its ports: accounts, users, rules, the network, files.
//!
//! Names follow the PPP Dialin Server page and the manual page of mgetty(8).

use super::super::kind::{Choices, Kind};
use super::super::vocabulary::{Absent, Occurs, Place, Word};
use super::{many, one, property, word};

const SECRETS: Choices =
    &[("pap", "/etc/ppp/pap-secrets"), ("chap", "/etc/ppp/chap-secrets"), ("both", "the same line in both")];

const FORWARDED: Choices =
    &[("always", "all"), ("busy", "those that find the line busy"), ("no-answer", "those that are not answered")];

/// The words of a `server`, but for ports and PPP options.
pub(super) const WORDS: &[Word] = &[
    Word {
        opens: Some(Place::Account),
        arguments: &[one("user", Kind::Text)],
        properties: &[
            property(
                "password",
                Kind::Text,
                Absent::Says("password-file= says it"),
                "Its password; \"\" lets any password in.",
            ),
            property(
                "password-file",
                Kind::Path { below_etc: false },
                Absent::Says("password= says it"),
                "The file on the server that holds it (`@/path`); see `file`.",
            ),
            property("file", Kind::Choice(SECRETS), Absent::Means("\"pap\""), "Where it is written."),
            property("server", Kind::Text, Absent::Means("\"*\""), "Server name it is good for; \"*\": any."),
        ],
        ..word(
            "account",
            &[Place::Server, Place::Change],
            "A PPP account: a line of /etc/ppp/pap-secrets. The user \"\" is the page's \"Any\". In a `change`: a new account, or that user's as it now is.",
        )
    },
    Word {
        arguments: &[many("address", Kind::AccountAddress, 0)],
        occurs: Occurs::AtMostOnce,
        ..word(
            "address",
            &[Place::Account],
            "Addresses the user may have; \"-\": none. Left out: \"*\", any. With nothing after it: no address is written, and pppd grants none.",
        )
    },
    Word {
        opens: Some(Place::User),
        arguments: &[one("name", Kind::Name)],
        properties: &[
            property("password", Kind::Text, Absent::Says("none fits"), "The password for login."),
            property("shell", Kind::Path { below_etc: false }, Absent::Means("\"/bin/sh\""), "The login shell."),
        ],
        ..word(
            "user",
            &[Place::Server, Place::Change],
            "Somebody who can log in at the prompt: a line of /etc/passwd and /etc/shadow. In a `change`: a new user, or that user as it now is.",
        )
    },
    Word {
        arguments: &[many("name", Kind::Name, 1)],
        occurs: Occurs::AtMostOnce,
        ..word("group", &[Place::User], "Groups the user is in, besides the user's own.")
    },
    Word {
        opens: Some(Place::CallerId),
        occurs: Occurs::AtMostOnce,
        ..word(
            "caller-id",
            &[Place::Server],
            "Caller ID access: the rules of dialin.config, in order. The first that matches decides; if none does, the caller is let in.",
        )
    },
    Word {
        arguments: &[one("number", Kind::RuleNumber)],
        ..word(
            "allow",
            &[Place::CallerId, Place::Change],
            "Numbers that start with these digits are let in; \"all\": everybody; \"none\": callers without a number. In a `change`: a new rule at the end.",
        )
    },
    Word {
        arguments: &[one("number", Kind::RuleNumber)],
        ..word(
            "deny",
            &[Place::CallerId, Place::Change],
            "Numbers that start with these digits are not answered; \"all\" and \"none\" likewise.",
        )
    },
    Word {
        opens: Some(Place::Lan),
        properties: &[
            property("server", Kind::Network, Absent::Never, "The server's address there, with the prefix length."),
            property("host", Kind::Address, Absent::Never, "The address of the one host beyond it."),
            property(
                "forwarding",
                Kind::Flag,
                Absent::Means("#true"),
                "Whether the server routes between callers and this network.",
            ),
        ],
        occurs: Occurs::AtMostOnce,
        ..word(
            "lan",
            &[Place::Server],
            "A network behind the server with one host on it, which answers echo requests, DNS and HTTP.",
        )
    },
    Word {
        arguments: &[one("name", Kind::HostName), one("address", Kind::Address)],
        ..word("name", &[Place::Lan], "A name that the host's DNS server knows.")
    },
    Word {
        arguments: &[one("number", Kind::Digits), many("device", Kind::Device, 1)],
        ..word("hunt-group", &[Place::Server], "A number that rings the first of these ports' lines that is free.")
    },
    Word {
        arguments: &[one("number", Kind::Called)],
        properties: &[
            property("to", Kind::Called, Absent::Never, "Where such calls go: a port or a number."),
            property("when", Kind::Choice(FORWARDED), Absent::Means("\"always\""), "Which calls go there."),
            property(
                "rings",
                Kind::Number { min: 1, max: 100 },
                Absent::Says("3, with when=\"no-answer\""),
                "Rings that are not answered, with when=\"no-answer\".",
            ),
        ],
        ..word(
            "forward",
            &[Place::Server],
            "Calls to this number, or to this port's line, that the exchange sends on to another.",
        )
    },
    Word {
        arguments: &[one("path", Kind::Path { below_etc: true }), one("text", Kind::Escaped)],
        properties: &[
            property("mode", Kind::FileMode, Absent::Means("\"0644\""), "Its mode."),
            property(
                "owner",
                Kind::Owner,
                Absent::Means("\"root\""),
                "Whose it is: \"root\", or uid and gid: \"10:10\".",
            ),
        ],
        ..word(
            "file",
            &[Place::Server, Place::Change],
            "A file of the server as it is, written after all others. Its last line is ended if it is not. A path that is not absolute is below /etc.",
        )
    },
];
