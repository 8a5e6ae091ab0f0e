//! Entries of the secrets files that do not work, or not as their writer thinks.

use super::{Check, Subject};
use crate::Finding;
use crate::Severity::{Danger, Warning};
use crate::accounts::quoted_name;
use crate::effective::{CHAP_SECRETS, PAP_SECRETS};
use crate::registry::accounts as rule;
use offhook_etc::read::secrets::{Entry, SecretKind, Secrets};
use offhook_etc::source::Place;

pub(super) const CHECKS: &[Check] = &[columns, secrets, twice];

/// Every entry, with the path of its file and whether CHAP and its kin read it.
pub(super) fn all<'a>(subject: &Subject<'a>) -> Vec<(&'a str, &'a Entry, bool)> {
    let facts = subject.facts;
    let mut files = vec![(PAP_SECRETS, &facts.pap, false), (CHAP_SECRETS, &facts.chap, true)];
    for ppp in subject.ports.iter().filter_map(|port| port.ppp.as_ref()) {
        for (own, chap) in ppp.own_secrets.iter().zip([false, true]) {
            let Some((path, secrets)) = own else { continue };
            if !files.iter().any(|(known, ..)| known == path) {
                files.push((path, secrets, chap));
            }
        }
    }
    let of = |(path, secrets, chap): (&'a str, &'a Secrets, bool)| {
        secrets.entries.iter().map(move |entry| (path, entry, chap))
    };
    files.into_iter().flat_map(of).collect()
}

/// What to do so that an account works, which must not open the server: an account without a password lets anybody in.
fn safe(entry: &Entry, fix: &str) -> String {
    if entry.secret.kind() == SecretKind::Empty {
        "remove the account, or give it a password first: as it is, it would let callers in with any".to_owned()
    } else {
        fix.to_owned()
    }
}

fn columns(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, entry, _) in all(subject) {
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
        if entry.glued() {
            found.push(
                Finding::new(
                    &rule::ACCOUNT_GLUED,
                    "two accounts stand on this line: pppd takes all of the second for addresses, and its caller is unknown",
                )
                .at(at.clone())
                .why("an account ends with its line; behind the password everything is an address"),
            );
        }
        if entry.password_as_server() {
            found.push(
                Finding::new(
                    &rule::SERVER_PASSWORD,
                    "the second column is no server's name: nobody gets in by this account",
                )
                .at(at.clone())
                .why("an account is name, server, password, addresses; here the password seems to stand second"),
            );
        } else if entry.addresses.is_empty() {
            found.push(
                Finding::new(&rule::ACCOUNT_NO_ADDRESS, "the account has no address column, so its caller is refused")
                    .at(at.clone())
                    .why("no address means that no address is allowed, not that any is")
                    .fix(safe(entry, rule::ACCOUNT_NO_ADDRESS.fix())),
            );
        }
        if entry.client.is_empty() && entry.secret.kind() != SecretKind::Empty {
            found.push(
                Finding::new(
                    &rule::CLIENT_EMPTY,
                    "the name of the account is empty: a caller with an empty name gets in",
                )
                .at(at.clone())
                .why(
                    "an empty name is a name like others, and matches the caller who sends none; anybody is written *",
                ),
            );
        }
        if entry.server.as_deref() == Some("") {
            found.push(
                Finding::new(&rule::SERVER_EMPTY, "the second column of the account is empty, which matches no server")
                    .at(at.clone())
                    .why("any server is written *, not \"\"")
                    .fix(safe(entry, rule::SERVER_EMPTY.fix())),
            );
        }
    }
    found
}

fn secrets(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, entry, chap) in all(subject).into_iter().filter(|(_, entry, _)| entry.has_secret && !entry.runaway) {
        let at = Place::line(file, entry.line);
        let secret = &entry.secret;
        match secret.kind() {
            SecretKind::Crypt if chap => found.push(
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
                let known = subject.tree.covers(&path);
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
            // Who allows no address means to keep the caller out.
            SecretKind::Plain if secret.value() == "*" && entry.some_address() => found.push(
                Finding::new(
                    &rule::PASSWORD_STAR,
                    "whoever sends a * as the password gets in by this account, and nobody else",
                )
                .severity(if entry.client == "*" { Danger } else { Warning })
                .at(at.clone())
                .why("a * in the third column does not stand for any password: it is the password"),
            ),
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
                    Finding::new(&rule::ACCOUNT_TWICE, format!("the account of {} is never used", quoted_name(entry)))
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

#[cfg(test)]
mod tests {
    use crate::Severity::{Danger, Error, Note, Warning};
    use crate::tests::{audited, codes, shows, with};

    fn secrets(code: &str, severity: crate::Severity, lines: &str) {
        shows(code, severity, &[("ppp/pap-secrets", &format!("alice * secret *\n{lines}"))]);
    }

    #[test]
    fn accounts_that_are_nobodys_are_found() {
        secrets("password-star", Danger, "* * * *\n");
        secrets("password-star", Warning, "dave * * *\n");
        secrets("secrets-quote", Error, "dave * \"say\"hi\" *\nerin * x *\n");
        secrets("account-columns", Error, "dave *\n");
        secrets("account-no-address", Error, "dave * x\n");
        secrets("client-empty", Warning, "\"\" * x *\n");
        secrets("account-glued", Error, "dave * \"correct horse\" *erin * \"battery staple\" *\n");
        secrets("server-password", Error, "dave \"correct horse\" * *\n");
        secrets("account-address-word", Error, "dave * x 10.20.0.300\n");
        secrets("account-options", Warning, "dave * x * -- nosuch 5\n");
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
        let meant =
            "alice * \"a\\\"b\" *\nbob * \"a\\\\b\" *\n\"CORP\\\\carol\" * secret *\ndave * two\\ words\\#1 *\n";
        assert!(!codes(&with(&[("ppp/pap-secrets", meant)])).contains(&"secret-backslash"));
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
    fn names_that_no_caller_can_send_are_found() {
        // "No CHAP secret found for authenticating zoM-CM-+".
        secrets("account-never-matches", Error, "zo\u{eb} * secret *\n");
        secrets("account-never-matches", Error, "dave * na\u{ef}ve *\n");
        let chap = ("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +chap\n");
        shows("account-never-matches", Error, &[chap, ("ppp/chap-secrets", "zo\u{eb} * secret *\n")]);
        let password = codes(&with(&[chap, ("ppp/chap-secrets", "dave * na\u{ef}ve *\n")]));
        assert!(!password.contains(&"account-never-matches"), "CHAP takes any password: {password:?}");
    }

    #[test]
    fn a_fix_does_not_open_the_server() {
        let fixes = |text: &str| -> Vec<String> {
            audited(&with(&[("ppp/pap-secrets", text)])).findings.into_iter().map(|finding| finding.fix).collect()
        };
        let other = fixes("* elsewhere \"\" *\nguest elsewhere \"*\" -\nalice * x *\n");
        assert!(!other.iter().any(|fix| fix.contains("write * as")), "{other:?}");
        let empty = fixes("* \"\" \"\" *\nbob * \"\"\nalice * x *\n");
        assert!(!empty.iter().any(|fix| fix.contains("write * as") || fix.contains("add *")), "{empty:?}");
    }

    #[test]
    fn a_password_is_not_printed_whatever_its_column() {
        let secrets = "alice \"hush horse\" * *\nbob hush-tea *\ncarol * hush-a *dave * hush-b *\nerin * hush c *\n\"frank * hush-d *\n\"greg\" * hush-e *\n";
        let login = "/AutoPPP/ - - /usr/sbin/pppd auth\n* - - /bin/login @\n";
        for server in ["dialin\n", ""] {
            let tree = with(&[
                ("hostname", server),
                ("mgetty/login.config", login),
                ("ppp/pap-secrets", secrets),
                ("ppp/chap-secrets", secrets),
            ]);
            let audit = audited(&tree);
            let excerpts = audit.findings.iter().filter_map(|finding| tree.excerpt(finding.place.as_ref()?));
            let text = excerpts.collect::<Vec<_>>().join("\n");
            let said = format!("{:?} {:?}", audit.ports, audit.findings);
            assert!(!said.contains("hush") && !text.contains("hush"), "{said}\n{text}");
        }
    }

    #[test]
    fn login_needs_a_unix_user_and_says_what_is_wrong_with_it() {
        let login = ("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +pap login\n");
        shows("login-without-user", Error, &[login]);
        let chap = ("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +chap login\n");
        shows("login-without-user", Error, &[chap, ("ppp/chap-secrets", "miner * s *\n")]);
        let passwd = ("passwd", "dialer:x:1001:1001::/home/dialer:/bin/bash\n");
        let locked = |login, file| {
            let tree =
                with(&[login, passwd, ("shadow", "dialer:!:19000:0:99999:7:::\n"), (file, "dialer * s3cret *\n")]);
            audited(&tree).findings.into_iter().find(|finding| finding.code() == "login-without-user")
        };
        let found = locked(login, "ppp/pap-secrets").map(|finding| finding.fix).unwrap_or_default();
        assert!(found.contains("exists and is locked") && found.contains("passwd dialer"), "{found}");
        assert_eq!(locked(chap, "ppp/chap-secrets"), None, "CHAP does not use the Unix password");
    }
}
