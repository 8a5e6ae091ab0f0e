//! Entries of the secrets files that do not work, or not as their writer thinks.

use super::{Check, Subject};
use crate::Finding;
use crate::Severity::Warning;
use crate::accounts::{self, Unusable};
use crate::effective::{CHAP_SECRETS, PAP_SECRETS};
use crate::registry::accounts as rule;
use offhook_etc::read::secrets::{Entry, SecretKind};
use offhook_etc::source::Place;

pub(super) const CHECKS: &[Check] = &[columns, secrets, twice, unusable];

fn all<'a>(subject: &Subject<'a>) -> impl Iterator<Item = (&'static str, &'a Entry)> {
    let facts = subject.facts;
    let pap = facts.pap.entries.iter().map(|entry| (PAP_SECRETS, entry));
    pap.chain(facts.chap.entries.iter().map(|entry| (CHAP_SECRETS, entry)))
}

fn columns(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, entry) in all(subject) {
        let at = Place::line(file, entry.line);
        if entry.runaway {
            found.push(
                Finding::new(
                    &rule::SECRETS_QUOTE,
                    "a quote is opened here and never closed: this account and all below it do not work",
                )
                .at(at)
                .why("pppd takes everything up to the end of the file as one word"),
            );
            continue;
        }
        if !entry.has_secret {
            found.push(
                Finding::new(&rule::ACCOUNT_COLUMNS, "the account has fewer than three columns and is ignored").at(at),
            );
            continue;
        }
        if entry.addresses.is_empty() {
            found.push(
                Finding::new(&rule::ACCOUNT_NO_ADDRESS, "the account has no address column, so its caller is refused")
                    .at(at.clone())
                    .why("no address means that no address is allowed, not that any is"),
            );
        }
        if entry.client.is_empty() && entry.secret.kind() != SecretKind::Empty {
            found.push(
                Finding::new(&rule::CLIENT_EMPTY, "the name of the account is empty, which matches no caller")
                    .at(at.clone())
                    .why("anybody is written *, not \"\""),
            );
        }
        if entry.server.as_deref() == Some("") {
            found.push(
                Finding::new(&rule::SERVER_EMPTY, "the second column of the account is empty, which matches no server")
                    .at(at.clone())
                    .why("any server is written *, not \"\""),
            );
        }
    }
    found
}

fn secrets(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, entry) in all(subject).filter(|(_, entry)| entry.has_secret && !entry.runaway) {
        let at = Place::line(file, entry.line);
        let secret = &entry.secret;
        match secret.kind() {
            SecretKind::Crypt if file == CHAP_SECRETS => found.push(
                Finding::new(
                    &rule::SECRET_ENCRYPTED,
                    "the password looks encrypted, and CHAP needs the password itself",
                )
                .at(at.clone()),
            ),
            SecretKind::Crypt if !secret.value().starts_with('$') => found.push(
                Finding::new(
                    &rule::SECRET_ENCRYPTED,
                    "the password looks encrypted with DES, which uses only its first eight characters",
                )
                .severity(Warning)
                .at(at.clone())
                .why("a caller who sends the encrypted text itself gets in as well"),
            ),
            SecretKind::File => {
                let path = secret.file().unwrap_or_default();
                let known = path.starts_with("/etc/") || subject.tree.whole;
                if known && subject.tree.source(&path).is_none() {
                    found.push(
                        Finding::new(
                            &rule::SECRET_FILE_MISSING,
                            format!("the password is to be read from {path}, which does not exist"),
                        )
                        .at(at.clone()),
                    );
                }
            }
            SecretKind::Plain if secret.looks_like_relative_file() => found.push(
                Finding::new(
                    &rule::SECRET_FILE_RELATIVE,
                    "the password begins with @, but no absolute path follows: the text itself is the password",
                )
                .at(at.clone())
                .why("pppd reads a password from a file only if @ is followed by /"),
            ),
            _ => {}
        }
        if let Some(column) = entry.escaped {
            let column = ["name", "server", "password"].get(column).copied().unwrap_or("password");
            found.push(
                Finding::new(&rule::SECRET_BACKSLASH, format!("a backslash changes the {column} of this account"))
                    .at(at)
                    .why("to pppd a backslash begins an escape: \\s is a blank, \\t a tab, and DOM\\user is DOMuser"),
            );
        }
    }
    found
}

fn twice(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, entries) in [(PAP_SECRETS, &subject.facts.pap.entries), (CHAP_SECRETS, &subject.facts.chap.entries)] {
        for (index, entry) in
            entries.iter().enumerate().filter(|(_, entry)| !entry.client.is_empty() && entry.has_secret)
        {
            let same = |other: &&Entry| other.client == entry.client && other.server == entry.server;
            if let Some(first) = entries[..index].iter().find(same) {
                found.push(
                    Finding::new(&rule::ACCOUNT_TWICE, format!("the account of {:?} is never used", entry.client))
                        .at(Place::line(file, entry.line))
                        .why(format!(
                            "the one on line {} has the same name and server, and pppd uses the first",
                            first.line
                        )),
                );
            }
        }
    }
    found
}

/// What is wrong with an account on some port and is not told by its columns.
fn unusable(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        let Some(ppp) = &port.ppp else { continue };
        for account in accounts::of(subject.facts, ppp) {
            let Err(why) = &account.usable else { continue };
            let name = &account.entry.client;
            let finding = match why {
                Unusable::NoUser | Unusable::LockedUser => {
                    let login = ppp.unix_login().map(|option| format!("`login` is at {}", option.place));
                    Finding::new(&rule::LOGIN_WITHOUT_USER, format!("{name:?} cannot log in: {why}"))
                        .why(login.unwrap_or_default())
                }
                Unusable::ServerUnknown(_) | Unusable::OtherServer { .. } => Finding::new(
                    &rule::SERVER_OTHER,
                    format!("the account of {name:?} is for another server, or for calling out: {why}"),
                )
                .fix(rule::SERVER_OTHER.fix()),
                Unusable::AddressRefused(_) => {
                    Finding::new(&rule::ACCOUNT_ADDRESS, format!("{name:?} cannot call here: {why}"))
                        .why("its address column allows other addresses only")
                }
                // What its columns or its secret say is found there; who is not asked has other rules.
                Unusable::NotRequired
                | Unusable::NotAsked(_)
                | Unusable::OpenQuote
                | Unusable::TooFewColumns
                | Unusable::NoServer
                | Unusable::NotFirst
                | Unusable::NoAddress
                | Unusable::Hash
                | Unusable::NoName => continue,
            };
            found.push(finding.at(account.place.clone()).on(&port.device));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::Severity::{Error, Note, Warning};
    use crate::tests::{codes, shows, with};

    fn secrets(code: &str, severity: crate::Severity, lines: &str) {
        shows(code, severity, &[("ppp/pap-secrets", &format!("alice * secret *\n{lines}"))]);
    }

    #[test]
    fn accounts_that_are_nobodys_are_found() {
        secrets("secrets-quote", Error, "dave * \"say\"hi\" *\nerin * x *\n");
        secrets("account-columns", Error, "dave *\n");
        secrets("account-no-address", Error, "dave * x\n");
        secrets("client-empty", Error, "\"\" * x *\n");
        secrets("server-empty", Error, "dave \"\" x *\n");
        secrets("account-twice", Warning, "alice * y *\n");
        secrets("server-other", Note, "dave provider x *\n");
        secrets("account-address", Warning, "dave * x 10.0.0.0/8\n");
    }

    #[test]
    fn passwords_that_are_not_what_they_look_like_are_found() {
        secrets("secret-encrypted", Warning, "dave * ab3WXyz01Kq.2 *\n");
        shows("secret-encrypted", Error, &[("ppp/chap-secrets", "dave * ab3WXyz01Kq.2 *\n")]);
        secrets("secret-file-missing", Error, "dave * @/etc/ppp/nosuch *\n");
        secrets("secret-file-relative", Warning, "dave * @dave.pw *\n");
        secrets("secret-backslash", Warning, "DOM\\user * x *\n");
        assert!(
            !codes(&with(&[("ppp/pap-secrets", "alice * 'say\"hi\"' *\ndave * \"with blank\" *\n")]))
                .contains(&"secrets-quote")
        );
    }

    #[test]
    fn a_deliberate_denial_is_no_mistake() {
        let codes = codes(&with(&[("ppp/pap-secrets", "alice * x *\nguest * \"*\" -\n")]));
        assert!(!codes.contains(&"account-no-address"), "{codes:?}");
    }

    #[test]
    fn login_needs_a_unix_user() {
        shows(
            "login-without-user",
            Error,
            &[("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +pap login\n")],
        );
    }
}
