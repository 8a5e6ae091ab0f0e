//! Authentication: whether callers are asked who they are, and whether anybody can answer.

use super::{Check, Subject};
use crate::Finding;
use crate::accounts;
use crate::effective::{CHAP_SECRETS, PAP_SECRETS};
use crate::registry::auth as rule;
use offhook_etc::read::accounts::Password;
use offhook_etc::read::secrets::{SecretKind, best};
use offhook_etc::source::Place;

pub(super) const CHECKS: &[Check] = &[asked, overruled, nobody, null, any_password, other_protocol, empty_unix];

fn asked(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        let Some(ppp) = port.ppp.as_ref().filter(|ppp| !ppp.auth.required) else { continue };
        let place = ppp.auth.decided.as_ref().map(|option| option.place.clone());
        let what = "callers get into the network without a name or password";
        let finding = match &ppp.auth.undone {
            Some(undone) => Finding::new(&rule::NOAUTH_UNDOES_AUTH, what)
                .why(format!("noauth here undoes {} at {}, which pppd reads earlier", undone.name, undone.place)),
            None if place.is_some() => {
                Finding::new(&rule::NO_AUTH, what).why("noauth is set here, and nothing overrides it")
            }
            None => Finding::new(&rule::NO_AUTH, what)
                .why("no option is auth or require-pap, and pppd started by mgetty does not require authentication by itself"),
        };
        let place = place.or_else(|| Some(ppp.line.place.clone()));
        found.push(finding.at(place).on(&port.device));
    }
    found
}

fn overruled(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        let Some(ppp) = &port.ppp else { continue };
        // A file that is both named on the command line and read as the port's own does count the first time.
        let counts = |place: &Place| ppp.options.iter().any(|option| option.command_line && option.place == *place);
        for option in ppp.auth.overruled.iter().filter(|option| ppp.auth.required && !counts(&option.place)) {
            let by = ppp.auth.decided.as_ref().map_or_else(String::new, |by| format!("{} at {}", by.name, by.place));
            let fix = if option.name == "noauth" {
                "remove it: without the option that overrides it, everybody would get in"
            } else {
                "put it on the pppd line of login.config"
            };
            found.push(
                Finding::new(&rule::AUTH_OVERRULED, format!("{} has no effect here", option.name))
                    .at(option.place.clone())
                    .on(&port.device)
                    .why(format!("{by} is on the command line, which the port's options file does not override"))
                    .fix(fix),
            );
        }
    }
    found
}

fn nobody(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        let Some(ppp) = &port.ppp else { continue };
        let Err(why) = accounts::starts(subject.facts, ppp) else { continue };
        let place = why.place.clone().or_else(|| ppp.auth.decided.as_ref().map(|option| option.place.clone()));
        found.push(
            Finding::new(
                &rule::NO_USABLE_ACCOUNT,
                "pppd refuses to start for every caller: \"couldn't find any suitable secret\"",
            )
            .at(place)
            .on(&port.device)
            .why(why.to_string()),
        );
    }
    found
}

fn null(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        let Some(ppp) = &port.ppp else { continue };
        let Some(entry) = accounts::null_login(subject.facts, ppp) else { continue };
        found.push(
            Finding::new(&rule::NULL_LOGIN, "a caller who refuses to authenticate gets in")
                .at(Place::line(PAP_SECRETS, entry.line))
                .on(&port.device)
                .why(
                    "pppd treats such a caller as one with an empty name and an empty password, and this entry matches",
                ),
        );
    }
    found
}

fn any_password(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        let Some(ppp) = port.ppp.as_ref().filter(|ppp| ppp.auth.required && ppp.auth.pap && ppp.unix_login().is_none())
        else {
            continue;
        };
        for account in accounts::of(subject.facts, ppp) {
            if account.usable.is_err()
                || account.entry.secret.kind() != SecretKind::Empty
                || account.protocol != offhook_scenario::AuthProtocol::Pap
            {
                continue;
            }
            let who = if account.entry.client == "*" { "anybody, with any name," } else { "a caller with this name" };
            found.push(
                Finding::new(&rule::ANY_PASSWORD, format!("{who} gets in with any password"))
                    .at(account.place)
                    .on(&port.device)
                    .why(
                        "an empty password means that none is checked (with the option `login`, pppd would check the Unix password)",
                    ),
            );
        }
    }
    found
}

fn other_protocol(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let usable = |entries: &[offhook_etc::read::secrets::Entry]| {
        best(entries, None, "\u{0}").is_some_and(|entry| entry.some_address())
    };
    for port in subject.ports {
        let Some(ppp) = port.ppp.as_ref().filter(|ppp| ppp.auth.required) else { continue };
        let auth = &ppp.auth;
        let chap = auth.chap || auth.mschap || auth.eap;
        let mut tell = |asked: &str, file: &str| {
            found.push(
                Finding::new(&rule::ACCOUNTS_NOT_ASKED, format!("the accounts in {file} cannot be used"))
                    .at(Place::file(file))
                    .on(&port.device)
                    .why(format!("pppd asks by {asked} only")),
            );
        };
        if auth.pap && !chap && usable(&subject.facts.chap.entries) {
            tell("PAP", CHAP_SECRETS);
        } else if chap && !auth.pap && usable(&subject.facts.pap.entries) {
            tell("CHAP", PAP_SECRETS);
        }
    }
    found
}

fn empty_unix(subject: &Subject<'_>) -> Vec<Finding> {
    let open = subject.facts.users.iter().filter(|user| user.password == Password::Empty && user.has_shell());
    open.filter(|_| !subject.ports.is_empty())
        .map(|user| {
            Finding::new(&rule::NO_UNIX_PASSWORD, format!("{} can log in at the prompt without a password", user.name))
                .at(user.place.clone())
                .why("the password field is empty")
                .fix(format!("passwd {0}, or lock the user: passwd -l {0}", user.name))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::Severity::{Danger, Error, Note, Warning};
    use crate::tests::{codes, shows, with};

    const BARE: (&str, &str) = ("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd\n* - - /bin/login @\n");

    #[test]
    fn callers_who_are_asked_nothing_are_found_wherever_that_is_said() {
        let open = ("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd noauth\n");
        shows("noauth-undoes-auth", Danger, &[open]);
        shows("no-auth", Danger, &[open, ("ppp/options", "lock\n")]);
        shows("no-auth", Danger, &[BARE, ("ppp/options", "lock\n")]);
        shows("noauth-undoes-auth", Danger, &[BARE, ("ppp/options.ttyS0", "10.0.0.1:10.0.0.2\nnoauth\n")]);
        shows("auth-overruled", Note, &[("ppp/options.ttyS0", "noauth\n192.168.32.1:192.168.32.105\n")]);
        let audit = codes(&with(&[("ppp/options.ttyS0", "noauth\n192.168.32.1:192.168.32.105\n")]));
        assert!(!audit.contains(&"no-auth") && !audit.contains(&"noauth-undoes-auth"));
    }

    #[test]
    fn accounts_that_open_the_door_are_found() {
        shows("any-password", Danger, &[("ppp/pap-secrets", "alice * \"\" *\n")]);
        shows("null-login", Danger, &[("ppp/pap-secrets", "bob * b *\n\"\" * \"\" *\n")]);
        shows("no-unix-password", Danger, &[("shadow", "bob::1::::::\n")]);
        let login = ("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +pap login\n");
        let safe = codes(&with(&[login, ("ppp/pap-secrets", "* * \"\" *\n")]));
        assert!(!safe.contains(&"any-password") && !safe.contains(&"null-login"), "{safe:?}");
    }

    #[test]
    fn a_server_nobody_can_log_in_to_is_found() {
        shows("no-usable-account", Error, &[("ppp/pap-secrets", "alice * x\n")]);
        shows("no-usable-account", Error, &[("ppp/pap-secrets", "")]);
        shows("accounts-not-asked", Warning, &[("ppp/chap-secrets", "carol * x *\n")]);
        let chap = ("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +chap\n");
        shows("accounts-not-asked", Warning, &[chap, ("ppp/chap-secrets", "carol * x *\n")]);
    }
}
