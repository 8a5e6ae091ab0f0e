//! What an administrator does while the server runs.

use serde::{Deserialize, Serialize};

use super::{Account, AutoPpp, CallerIdRule, Port, Ppp, RawFile, Span, User};

/// What an administrator does while the server runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Where it stands.
    pub span: Span,
    /// Edits in order.
    pub edits: Vec<Edit>,
}

/// One edit of the configuration. Files are written at once; what runs goes on until it reads them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::large_enum_variant, reason = "a scenario has a handful of edits, and a box would be in every pattern")]
pub enum Edit {
    /// `port "ttyS1" ...`: a new port at the end of inittab, or the port of that device as it now is.
    Port(Port),
    /// `delete-port "ttyS1"`: its inittab line goes; its options file stays.
    DeletePort(String),
    /// `ppp { ... }`: the options for all ports as they now are.
    Ppp(Ppp, AutoPpp),
    /// `account "alice" ...`: a new account at the end, or that user's account as it now is.
    Account(Account),
    /// `delete-account "alice"`.
    DeleteAccount(String),
    /// `allow "555"`, `deny "all"`: a new rule at the end.
    Rule(CallerIdRule),
    /// `delete-rule 2`: by its place, from 1.
    DeleteRule(u32),
    /// `move-rule 2 "up"`: swapped with its neighbour, as the arrows do. Place from 1.
    MoveRule {
        /// Place in the list, from 1.
        place: u32,
        /// Towards the head of the list.
        up: bool,
    },
    /// `user "bob" ...`: a new user, or that user as it now is.
    User(User),
    /// `file "ppp/options" ...`.
    File(RawFile),
    /// `delete-file "/etc/nologin.ttyS0"`.
    DeleteFile(String),
    /// `apply`: init rereads inittab (`telinit q`), and every process whose command line has "mgetty" in it gets TERM.
    Apply,
}
