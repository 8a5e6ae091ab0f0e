//! Passwords kept out of what is printed of a server's own words: pppd repeats a word that it does not understand, whatever
//! that word is.
//!
//! In goes a [`Tree`]; out comes a [`Secrecy`] that replaces, in any text, words that may be passwords. A password may stand
//! in the wrong column, so every word of a secrets file counts but the names, what is an address, and what is no secret.

use std::collections::BTreeSet;

use offhook_etc::source::Tree;
use offhook_etc::{Content, read::words::words};

/// What stands in place of a password.
const HIDDEN: &str = "(a password)";
/// Shorter ones would hide half of every sentence, and are no secret worth the name.
const SHORTEST: usize = 3;
/// The column of the password, from 0.
const SECRET: usize = 2;

/// Words that may be passwords.
#[derive(Clone, Default)]
pub struct Secrecy(BTreeSet<String>);

impl std::fmt::Debug for Secrecy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} words", self.0.len())
    }
}

impl Secrecy {
    /// The passwords of a server.
    pub fn of(tree: &Tree) -> Self {
        let mut hidden = BTreeSet::new();
        for file in &tree.etc.files {
            let Content::File(octets) = &file.content else { continue };
            if file.path.ends_with("-secrets") {
                let mut column = 0;
                for word in words(octets) {
                    column = if word.first { 0 } else { column + 1 };
                    if column > 0 && !is_public(&word.text, column, tree) {
                        hidden.insert(word.text);
                    }
                }
            } else if file.path.starts_with("/etc/ppp/") || file.path.ends_with("/login.config") {
                let all = words(octets);
                let pairs = all.windows(2).filter(|pair| pair[0].text == "password");
                hidden.extend(pairs.map(|pair| pair[1].text.clone()));
            }
        }
        hidden.retain(|word| word.len() >= SHORTEST);
        Self(hidden)
    }

    /// The text without them.
    pub fn hide(&self, text: &str) -> String {
        // The longest first: one may be the beginning of another.
        let mut words: Vec<&String> = self.0.iter().filter(|word| text.contains(word.as_str())).collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        words.into_iter().fold(text.to_owned(), |text, word| text.replace(word.as_str(), HIDDEN))
    }
}

/// Words of a secrets file that are no password where they stand: names of this server, and addresses where these belong.
fn is_public(word: &str, column: usize, tree: &Tree) -> bool {
    let first = word.trim_start_matches('!').split(['/', '+', '-', ':']).next().unwrap_or_default();
    let is_address = first.contains('.') && first.bytes().all(|octet| octet.is_ascii_digit() || octet == b'.');
    matches!(word, "*" | "-" | "--" | "@login")
        || tree.hostname.as_deref() == Some(word)
        || (column > SECRET && is_address)
}

#[cfg(test)]
mod tests {
    use super::Secrecy;
    use crate::tests::with;

    #[test]
    fn a_password_is_hidden_in_whatever_column_it_stands() {
        let tree = with(&[
            (
                "ppp/pap-secrets",
                "alice hush-a * *\nbob * hush-b *\ncarl * x hush-c 10.0.0.300\nalice dialin hush-a2 *\n",
            ),
            ("ppp/options", "auth\npassword hush-o\n"),
        ]);
        let said =
            "unknown host hush-c, hush-a2 and hush-a; hush-b: hush-o is unknown at 10.0.0.300 of dialin and alice";
        let hidden = "unknown host (a password), (a password) and (a password); (a password): (a password) is unknown at \
                      10.0.0.300 of dialin and alice";
        assert_eq!(Secrecy::of(&tree).hide(said), hidden);
    }
}
