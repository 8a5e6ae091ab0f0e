//! Rules about the file of `--accept` itself.

use super::Example::Accept;
use super::family;
use crate::severity::Severity::Warning;

family! {
ACCEPTANCE_EXPIRED = "acceptance-expired": [Warning];
    meaning "An acceptance has expired, and its findings count again";
    why "An acceptance holds up to and including its until date.";
    fix "fix what was accepted, or give a later date";
    example Accept("accept \"silent-caller\" reason=\"modem pool is watched\" until=\"2020-12-31\"\n");
ACCEPTANCE_STALE = "acceptance-stale": [Warning];
    meaning "An acceptance matches no finding";
    why "What was accepted is fixed or has moved. An acceptance that is left behind hides the next finding of its kind.";
    fix "remove it, or correct its code, at or port";
    example Accept("accept \"no-auth\" reason=\"lab machine\"\n");
}
