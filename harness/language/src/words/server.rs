//! The words that describe a server beside its ports: accounts, users, rules, the network, files.
//!
//! Names follow the PPP Dialin Server page and the manual page of mgetty(8).

use offhook_schema::{Absent, Kind, Occurs};

use super::choices::{FORWARD_RINGS, FORWARDED, SECRETS};
use super::{flag, many, number, one, property, text, word};
use crate::kind;
use crate::vocabulary::{Edit, Place, Role, Word};

/// What stands for any server or any address in secrets files.
pub(crate) const ANY: &str = "*";

/// The words of a `server`, but for ports and PPP options.
pub(super) const WORDS: &[Word] = &[
    Word {
        arguments: &[one("name", Kind::Sentence)],
        ..word(
            "use",
            &[Place::Server],
            "The words of the `shared` block of that name, as if they stood here. `ppp` and `caller-id` that stand here, too, add their words to it; all else may contradict itself as within one block.",
        )
    },
    Word {
        opens: Some(Place::Account),
        role: Role::edit(Edit::Account),
        writes: "`USER SERVER PASSWORD ADDRESSES` to /etc/ppp/pap-secrets",
        arguments: &[one("user", kind::SECRETS_WORD)],
        properties: &[
            property(
                "password",
                kind::SECRETS_WORD,
                Absent::Says("password-file= says it"),
                "Its password; \"\" lets any password in.",
            ),
            property(
                "password-file",
                kind::ABSOLUTE_PATH,
                Absent::Says("password= says it"),
                "The file on the server that holds it; see `file`.",
            )
            .writes("`@/path` in place of the password"),
            property("file", SECRETS.kind(), text("pap"), "Where it is written."),
            property("server", Kind::Text, text(ANY), "Server name it is good for; \"*\": any."),
        ],
        ..word(
            "account",
            &[Place::Server, Place::Change],
            "A PPP account. The user \"\" is the page's \"Any\". In a `change`: a new account, or the new state of that user's account.",
        )
    },
    Word {
        arguments: &[many("address", kind::ACCOUNT_ADDRESS, 0)],
        occurs: Occurs::AtMostOnce,
        absent: text(ANY),
        ..word(
            "address",
            &[Place::Account],
            "Addresses the user may have; \"-\": none. With nothing after it: no address is written, and pppd grants none.",
        )
    },
    Word {
        opens: Some(Place::User),
        role: Role::edit(Edit::User),
        writes: "a line to /etc/passwd and to /etc/shadow",
        arguments: &[one("name", kind::NAME)],
        properties: &[
            property("password", Kind::Text, Absent::Says("no password is accepted"), "The password for login."),
            property("shell", kind::ABSOLUTE_PATH, text("/bin/sh"), "The login shell."),
        ],
        ..word(
            "user",
            &[Place::Server, Place::Change],
            "Somebody who can log in at the prompt. In a `change`: a new user, or the new state of that user.",
        )
    },
    Word {
        arguments: &[many("name", kind::NAME, 1)],
        writes: "the user's name to the lines of /etc/group",
        occurs: Occurs::AtMostOnce,
        ..word("group", &[Place::User], "Groups the user is in, besides the user's own.")
    },
    Word {
        opens: Some(Place::CallerId),
        writes: "its rules to /etc/mgetty/dialin.config",
        absent: Absent::Says("no dialin.config is written: every number is answered"),
        occurs: Occurs::AtMostOnce,
        ..word(
            "caller-id",
            &[Place::Server],
            "Caller ID access: rules, in order. The first that matches decides; if none does, the caller is let in.",
        )
    },
    Word {
        arguments: &[one("number", kind::RULE_NUMBER)],
        role: Role::edit(Edit::Rule),
        writes: "`NUMBER` to /etc/mgetty/dialin.config",
        ..word(
            "allow",
            &[Place::CallerId, Place::Change],
            "Numbers that start with these digits are let in; \"all\": everybody; \"none\": callers without a number. In a `change`: a new rule at the end.",
        )
    },
    Word {
        arguments: &[one("number", kind::RULE_NUMBER)],
        role: Role::edit(Edit::Rule),
        writes: "`!NUMBER` to /etc/mgetty/dialin.config",
        ..word(
            "deny",
            &[Place::CallerId, Place::Change],
            "Numbers that start with these digits are not answered; \"all\" and \"none\" likewise.",
        )
    },
    Word {
        opens: Some(Place::Lan),
        properties: &[
            property("server", kind::NETWORK, Absent::Never, "The server's address there, with the prefix length."),
            property("host", Kind::Address, Absent::Never, "The address of the one host beyond it."),
            property(
                "forwarding",
                Kind::Flag,
                flag(true),
                "Whether the server routes between callers and this network.",
            ),
        ],
        occurs: Occurs::AtMostOnce,
        ..word(
            "lan",
            &[Place::Server],
            "A network behind the server, with one host on it that answers echo requests, DNS and HTTP.",
        )
    },
    Word {
        arguments: &[one("name", kind::HOST_NAME), one("address", Kind::Address)],
        ..word("name", &[Place::Lan], "A name that the host's DNS server knows.")
    },
    Word {
        arguments: &[one("number", kind::DIGITS_TO_DIAL), many("device", kind::DEVICE, 1)],
        ..word("hunt-group", &[Place::Server], "A number that rings the first of these ports' lines that is free.")
    },
    Word {
        arguments: &[one("number", kind::CALLED)],
        properties: &[
            property("to", kind::CALLED, Absent::Never, "Where such calls go: a port or a number."),
            property("when", FORWARDED.kind(), text("always"), "Which calls go there."),
            property(
                "rings",
                Kind::number(1, 100, "rings"),
                number(FORWARD_RINGS),
                "Rings that are not answered, with when=\"no-answer\".",
            ),
        ],
        ..word(
            "forward",
            &[Place::Server],
            "The exchange forwards calls to this number, or to this port's line, to another.",
        )
    },
    Word {
        arguments: &[one("path", kind::PATH), one("text", Kind::Escaped)],
        role: Role::edit(Edit::File),
        writes: "TEXT to PATH",
        properties: &[
            property("mode", kind::FILE_MODE, text("0644"), "Its mode."),
            property("owner", kind::OWNER, text("root"), "Whose it is: \"root\", or uid and gid: \"10:10\"."),
        ],
        ..word(
            "file",
            &[Place::Server, Place::Change],
            "A file of the server, written as it is after all others. A missing line end at its end is added. A path that is not absolute is below /etc.",
        )
    },
];
