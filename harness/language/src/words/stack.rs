//! The words of a stack of a file's own: one that ships, with files and packages of this machine in the place of its own.

use offhook_schema::{Absent, Occurs};

use super::choices::STACKS;
use super::{one, property, word};
use crate::kind;
use crate::vocabulary::{Place, Word};

/// `stack`, `replace`, `deb`.
pub(super) const WORDS: &[Word] = &[
    Word {
        opens: Some(Place::Stack),
        arguments: &[one("name", kind::STACK_NAME)],
        properties: &[property(
            "from",
            STACKS.kind(),
            Absent::Never,
            "The stack that it is, but for what its block says.",
        )],
        ..word(
            "stack",
            &[Place::File],
            "A stack of this file's own: a scenario runs on it that names it, and any that runs on the stack it is from, where `--stack` names it. It is made when a run needs it, and kept by the hash of its files.",
        )
    },
    Word {
        arguments: &[one("path", kind::ABSOLUTE_PATH), one("file", kind::FILE_HERE)],
        ..word(
            "replace",
            &[Place::Stack],
            "A file of your machine in the place of the one at that path on the server, executable and root's; a relative path starts at this file.",
        )
    },
    Word {
        arguments: &[one("file", kind::FILE_HERE)],
        occurs: Occurs::Freely,
        ..word(
            "deb",
            &[Place::Stack],
            "A Debian package of your machine in the place of the release's; what it depends on comes from the release. A relative path starts at this file.",
        )
    },
];
