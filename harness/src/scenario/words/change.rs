//! What an administrator does while the server runs: `change`, and the edits that are no words of `server`.

use super::super::kind::{Choices, Kind};
use super::super::vocabulary::{Place, Word};
use super::{one, word};

const WAYS: Choices = &[("up", "towards the head of the list"), ("down", "towards its end")];
const PLACE: Kind = Kind::Number { min: 1, max: 1000 };
const INSIDE: &[Place] = &[Place::Change];

/// `change` and the edits in its block.
pub(super) const WORDS: &[Word] = &[
    Word {
        opens: Some(Place::Change),
        ..word(
            "change",
            &[Place::Scenario, Place::Call],
            "The administrator changes the server: between calls, or during one. Files are written at once, in this order; what runs goes on until it reads them.",
        )
    },
    Word {
        arguments: &[one("device", Kind::Device)],
        ..word("delete-port", INSIDE, "The port's line is taken out of inittab; its own PPP options stay.")
    },
    Word { arguments: &[one("user", Kind::Text)], ..word("delete-account", INSIDE, "The user's accounts go.") },
    Word {
        arguments: &[one("place", PLACE)],
        ..word("delete-rule", INSIDE, "The caller-ID rule at this place goes; the first is 1.")
    },
    Word {
        arguments: &[one("place", PLACE), one("way", Kind::Choice(WAYS))],
        ..word("move-rule", INSIDE, "The caller-ID rule at this place is swapped with its neighbour.")
    },
    Word {
        arguments: &[one("path", Kind::Path { below_etc: true })],
        ..word("delete-file", INSIDE, "A file of the server goes.")
    },
    word(
        "apply",
        INSIDE,
        "Apply Configuration: init reads inittab anew, and every mgetty is ended, so that init starts it again.",
    ),
];
