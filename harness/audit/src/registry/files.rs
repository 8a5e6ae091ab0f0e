//! Rules about files: who may read passwords, and what could not be read.

use super::Example::Etc;
use super::{family, file, link};
use crate::severity::Severity::{Danger, Warning};

family! {
SECRETS_OPEN = "secrets-open": [Warning, Danger];
    meaning "Others than root can read or change a file of passwords";
    why "Who can read it knows the passwords of all callers. Who can change it can let anybody in.";
    fix "chmod 600 the file";
    example Etc(&[file("ppp/pap-secrets", "alice * secret *\n").mode(0o644)]);
FILE_UNREAD = "file-unread": [Warning];
    meaning "A file could not be read";
    why "What it says is not part of this audit.";
    fix "run the audit as root, or on a copy that is complete";
    example Etc(&[link("inittab", "/nowhere")]);
}
