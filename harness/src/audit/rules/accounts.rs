//! Entries of the secrets files that do not work, or not as their writer thinks.

use super::{Rule, Subject};
use crate::audit::Finding;
use crate::audit::Severity::{Broken, Note, Warning};
use crate::audit::accounts;
use crate::audit::effective::{CHAP_SECRETS, PAP_SECRETS};
use crate::audit::read::secrets::{Entry, Kind};
use crate::audit::source::Place;
use crate::scenario::AuthProtocol;

pub(super) const RULES: &[Rule] = &[columns, secrets, twice, unusable];

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
                    "secrets-quote",
                    Broken,
                    "a quote is opened here and never closed: this account and all below it do not work",
                )
                .at(at)
                .why("all up to the end of the file is one word to pppd")
                .mend("a password with \" in it stands in '...', one with ' in \"...\""),
            );
            continue;
        }
        if !entry.has_secret {
            found.push(
                Finding::new("account-columns", Broken, "the account has fewer than three columns and is nobody's")
                    .at(at)
                    .mend("an account is: name, * (any server), password, and * or an address"),
            );
            continue;
        }
        if entry.addresses.is_empty() {
            found.push(
                Finding::new(
                    "account-no-address",
                    Broken,
                    "the account has no address column: its caller is refused for want of an address",
                )
                .at(at.clone())
                .why("no address means that none is allowed, not any")
                .mend("add * (any address), or the address the caller is to have"),
            );
        }
        if entry.client.is_empty() && entry.secret.kind() != Kind::Empty {
            found.push(
                Finding::new(
                    "client-empty",
                    Broken,
                    "the account is nobody's: its name is empty, which fits no caller",
                )
                .at(at.clone())
                .why("anybody is *, not \"\"")
                .mend("write a name, or * for anybody"),
            );
        }
        if entry.server.as_deref() == Some("") {
            found.push(
                Finding::new("server-empty", Broken, "the account is for no server: its second column is empty")
                    .at(at.clone())
                    .why("any server is *, not \"\"")
                    .mend("write * as the second column"),
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
            Kind::Crypt if file == CHAP_SECRETS => found.push(
                Finding::new(
                    "secret-encrypted",
                    Broken,
                    "the password looks encrypted, and CHAP works only with the password itself",
                )
                .at(at.clone())
                .mend("write the password as it is"),
            ),
            Kind::Crypt if !secret.value().starts_with('$') => found.push(
                Finding::new(
                    "secret-encrypted",
                    Warning,
                    "the password looks encrypted with DES: only its first eight characters count",
                )
                .at(at.clone())
                .why("and whoever writes the encrypted text itself as the password gets in as well")
                .mend("write the password as it is (the file is root's alone), or use a newer crypt"),
            ),
            Kind::File => {
                let path = secret.file().unwrap_or_default();
                let known = path.starts_with("/etc/") || subject.tree.whole;
                if known && subject.tree.source(&path).is_none() {
                    found.push(
                        Finding::new(
                            "secret-file-missing",
                            Broken,
                            format!("the password is to be read from {path}, which is not there"),
                        )
                        .at(at.clone())
                        .mend("make the file, with the password as its first word, readable by root alone"),
                    );
                }
            }
            Kind::Plain if secret.looks_like_relative_file() => found.push(
                Finding::new(
                    "secret-file-relative",
                    Warning,
                    "the password begins with @ and is no absolute path: the text itself is the password",
                )
                .at(at.clone())
                .why("pppd reads a password from a file only if @ is followed by /")
                .mend("write the whole path of the file"),
            ),
            _ => {}
        }
        if let Some(column) = entry.escaped {
            let column = ["name", "server", "password"].get(column).copied().unwrap_or("password");
            found.push(
                Finding::new("secret-backslash", Warning, format!("a backslash changes the {column} of this account"))
                    .at(at)
                    .why("to pppd it begins an escape: \\s is a blank, \\t a tab, and DOM\\user is DOMuser")
                    .mend("write two backslashes where one is meant"),
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
                    Finding::new(
                        "account-twice",
                        Warning,
                        format!("the account of {:?} counts for nothing", entry.client),
                    )
                    .at(Place::line(file, entry.line))
                    .why(format!(
                        "the one on line {} is for the same name and server, and the first is taken",
                        first.line
                    ))
                    .mend("remove one of the two"),
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
            if why.contains("Unix") && account.entry.some_address() {
                found.push(
                    Finding::new(
                        "login-without-user",
                        Broken,
                        format!("{:?} cannot log in: {why}", account.entry.client),
                    )
                    .at(account.place.clone())
                    .on(&port.device)
                    .why(
                        ppp.unix_login()
                            .map_or_else(String::new, |option| format!("`login` stands at {}", option.place)),
                    )
                    .mend("make a Unix user of that name, or remove `login`"),
                );
            } else if why.contains("only if this machine") || why.contains("it is for the server") {
                found.push(
                    Finding::new(
                        "server-other",
                        Note,
                        format!(
                            "the account of {:?} is for another server, or for calling out: {why}",
                            account.entry.client
                        ),
                    )
                    .at(account.place.clone())
                    .on(&port.device)
                    .mend("for callers write * as the second column"),
                );
            } else if why.contains("which this port gives") {
                found.push(
                    Finding::new(
                        "account-address",
                        Warning,
                        format!("{:?} cannot call here: {why}", account.entry.client),
                    )
                    .at(account.place.clone())
                    .on(&port.device)
                    .why("its address column allows other addresses only")
                    .mend("add the address, or *"),
                );
            } else if account.protocol == AuthProtocol::Chap && why.contains("CHAP needs") {
                // Told by its secret.
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::audit::Severity::{Broken, Note, Warning};
    use crate::audit::tests::{codes, shows, with};

    fn secrets(code: &str, severity: crate::audit::Severity, lines: &str) {
        shows(code, severity, &[("ppp/pap-secrets", &format!("alice * secret *\n{lines}"))]);
    }

    #[test]
    fn accounts_that_are_nobodys_are_found() {
        secrets("secrets-quote", Broken, "dave * \"say\"hi\" *\nerin * x *\n");
        secrets("account-columns", Broken, "dave *\n");
        secrets("account-no-address", Broken, "dave * x\n");
        secrets("client-empty", Broken, "\"\" * x *\n");
        secrets("server-empty", Broken, "dave \"\" x *\n");
        secrets("account-twice", Warning, "alice * y *\n");
        secrets("server-other", Note, "dave provider x *\n");
        secrets("account-address", Warning, "dave * x 10.0.0.0/8\n");
    }

    #[test]
    fn passwords_that_are_not_what_they_look_like_are_found() {
        secrets("secret-encrypted", Warning, "dave * ab3WXyz01Kq.2 *\n");
        shows("secret-encrypted", Broken, &[("ppp/chap-secrets", "dave * ab3WXyz01Kq.2 *\n")]);
        secrets("secret-file-missing", Broken, "dave * @/etc/ppp/nosuch *\n");
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
            Broken,
            &[("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +pap login\n")],
        );
    }
}
