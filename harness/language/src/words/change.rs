//! What an administrator does while the server runs: `change`, and the edits that are no words of `server`.

use offhook_schema::Kind;

use super::choices::WAYS;
use super::{edit, one, word};
use crate::kind;
use crate::vocabulary::{Act, Edit, Place, Role, Verb, Word};

const PLACE: Kind = Kind::number(1, 1000, "");
const INSIDE: &[Place] = &[Place::Change];

/// `change` and the edits in its block.
pub(super) const WORDS: &[Word] = &[
    Word {
        opens: Some(Place::Change),
        role: Role { act: Some(Act::Change), verb: Some(Verb::Change), ..Role::PART },
        ..word(
            "change",
            &[Place::Scenario, Place::Call],
            "The administrator changes the server: between calls, or during one. Files are written at once, in this order; what runs goes on until it reads them.",
        )
    },
    Word {
        arguments: &[one("device", kind::DEVICE)],
        ..edit(
            Edit::DeletePort,
            "delete-port",
            INSIDE,
            "The port is deleted: its line is removed from /etc/inittab. Its own PPP options stay.",
        )
    },
    Word {
        arguments: &[one("user", kind::SECRETS_WORD)],
        ..edit(
            Edit::DeleteAccount,
            "delete-account",
            INSIDE,
            "The user's accounts are deleted from pap-secrets and chap-secrets.",
        )
    },
    Word {
        arguments: &[one("place", PLACE)],
        ..edit(
            Edit::DeleteRule,
            "delete-rule",
            INSIDE,
            "The caller-ID rule at this place is deleted from dialin.config; the first is 1.",
        )
    },
    Word {
        arguments: &[one("place", PLACE), one("way", WAYS.kind())],
        ..edit(Edit::MoveRule, "move-rule", INSIDE, "The caller-ID rule at this place is swapped with its neighbour.")
    },
    Word {
        arguments: &[one("path", kind::PATH)],
        ..edit(Edit::DeleteFile, "delete-file", INSIDE, "A file of the server is deleted.")
    },
    edit(
        Edit::Apply,
        "apply",
        INSIDE,
        "Apply Configuration: init reads inittab again, and every mgetty is stopped, so that init restarts it.",
    ),
];
