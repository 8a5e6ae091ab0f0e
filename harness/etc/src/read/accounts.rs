//! passwd and shadow: who can log in at the text prompt, and whether a PPP account has a Unix user behind it.
//!
//! In go both files; out come users with what matters here. Hashes are looked at and never kept.

use std::collections::BTreeMap;

use crate::source::Place;
use crate::source::Tree;

/// What can be said of a user's password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Password {
    /// There is one.
    Set,
    /// None is asked for.
    Empty,
    /// `!` or `*`: none fits.
    Locked,
    /// shadow could not be read or has no such user.
    Unknown,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Login name.
    pub name: String,
    /// Line in passwd.
    pub place: Place,
    /// User number.
    pub uid: u32,
    /// Login shell; empty means `/bin/sh`.
    pub shell: String,
    /// The password.
    pub password: Password,
}

impl User {
    /// Whether the shell is one that can be used.
    pub fn has_shell(&self) -> bool {
        let name = self.shell.rsplit('/').next().unwrap_or_default();
        !matches!(name, "nologin" | "false" | "sync" | "shutdown" | "halt")
    }

    /// Whether the user can log in at the prompt, as far as the files tell.
    pub fn can_log_in(&self) -> bool {
        self.has_shell() && matches!(self.password, Password::Set | Password::Empty)
    }

    /// Whether `login` has pppd started instead of a shell.
    pub fn gets_pppd(&self) -> bool {
        self.shell.rsplit('/').next().unwrap_or_default().contains("ppp")
    }
}

/// Reads both files.
pub fn read(tree: &Tree) -> Vec<User> {
    let Some(passwd) = tree.source("/etc/passwd") else { return Vec::new() };
    let mut hashes = BTreeMap::new();
    if let Some(shadow) = tree.source("/etc/shadow") {
        for (_, line) in shadow.lines() {
            let mut fields = line.split(':');
            if let (Some(name), Some(hash)) = (fields.next(), fields.next()) {
                hashes.insert(name.to_owned(), judged(hash));
            }
        }
    }
    let mut users = Vec::new();
    for (number, line) in passwd.lines() {
        let fields: Vec<&str> = line.trim_end_matches('\r').split(':').collect();
        let &[name, password, uid, _, _, _, shell] = fields.as_slice() else { continue };
        let Ok(uid) = uid.parse() else { continue };
        let password = match password {
            "x" => hashes.get(name).copied().unwrap_or(Password::Unknown),
            other => judged(other),
        };
        users.push(User { name: name.to_owned(), place: passwd.at(number), uid, shell: shell.to_owned(), password });
    }
    users
}

fn judged(hash: &str) -> Password {
    match hash.chars().next() {
        None => Password::Empty,
        Some('!' | '*') => Password::Locked,
        Some(_) if hash == "x" => Password::Unknown,
        Some(_) => Password::Set,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::tree;

    #[test]
    fn who_can_log_in_is_told_by_both_files() {
        let tree = tree(&[
            (
                "passwd",
                "root:x:0:0::/root:/bin/bash\nbob:x:1000:1000::/home/bob:/bin/sh\nww:x:33:33::/:/usr/sbin/nologin\neve:x:5:5::/:\nbroken\n",
            ),
            ("shadow", "root:*:1::::::\nbob:$6$a$b:1::::::\nww:$6$a$b:1::::::\neve::1::::::\n"),
        ]);
        let users = read(&tree);
        let able: Vec<_> = users.iter().filter(|user| user.can_log_in()).map(|user| user.name.as_str()).collect();
        assert_eq!(able, ["bob", "eve"]);
        assert_eq!(users[3].password, Password::Empty);
    }
}
