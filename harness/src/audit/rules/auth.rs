//! Authentication: whether callers are asked who they are, and whether anybody can answer.

use super::{Rule, Subject};
use crate::audit::Finding;
use crate::audit::Severity::{Broken, Danger, Note, Warning};
use crate::audit::accounts;
use crate::audit::effective::{CHAP_SECRETS, PAP_SECRETS};
use crate::audit::read::accounts::Password;
use crate::audit::read::secrets::{Kind, best};
use crate::audit::source::Place;

pub(super) const RULES: &[Rule] = &[asked, overruled, nobody, null, any_password, other_protocol, empty_unix];

fn asked(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        let Some(ppp) = port.ppp.as_ref().filter(|ppp| !ppp.auth.required) else { continue };
        let place = ppp.auth.decided.as_ref().map(|option| option.place.clone());
        let what = "whoever calls is let into the network without a name or password";
        let finding = match &ppp.auth.undone {
            Some(undone) => Finding::new("noauth-undoes-auth", Danger, what)
                .why(format!("noauth here undoes {} at {}, which pppd reads before", undone.name, undone.place)),
            None if place.is_some() => {
                Finding::new("no-auth", Danger, what).why("noauth stands here, and nothing else has more say")
            }
            None => Finding::new("no-auth", Danger, what)
                .why("no option says auth or require-pap, and pppd started by mgetty does not ask of itself"),
        };
        let place = place.or_else(|| Some(ppp.line.place.clone()));
        found.push(
            finding.at(place).on(&port.device).mend(
                "remove noauth, and put `auth` on the pppd line of login.config, where no options file undoes it",
            ),
        );
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
            let (severity, mend) = if option.name == "noauth" {
                (Note, "remove it: without the one that overrides it, everybody would get in")
            } else {
                (Note, "put it on the pppd line of login.config")
            };
            found.push(
                Finding::new("auth-overruled", severity, format!("{} has no effect here", option.name))
                    .at(option.place.clone())
                    .on(&port.device)
                    .why(format!("{by} comes by the command line, which options files of ports do not override"))
                    .mend(mend),
            );
        }
    }
    found
}

fn nobody(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        let Some(ppp) = &port.ppp else { continue };
        let Err((why, place)) = accounts::starts(subject.facts, ppp) else { continue };
        let place = place.or_else(|| ppp.auth.decided.as_ref().map(|option| option.place.clone()));
        found.push(
            Finding::new(
                "no-usable-account",
                Broken,
                "pppd refuses to start, for any caller: \"couldn't find any suitable secret\"",
            )
            .at(place)
            .on(&port.device)
            .why(why)
            .mend(
                "an account is: name, * (any server), password, and * or an address; put those with an address first",
            ),
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
            Finding::new("null-login", Danger, "a caller who refuses to authenticate is let in")
                .at(Place::line(PAP_SECRETS, entry.line))
                .on(&port.device)
                .why(
                    "pppd takes it for the caller with the empty name and the empty password, and this entry fits both",
                )
                .mend("give the entry a password, or remove it"),
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
                || account.entry.secret.kind() != Kind::Empty
                || account.protocol != crate::scenario::AuthProtocol::Pap
            {
                continue;
            }
            let who = if account.entry.client == "*" { "anybody, by any name," } else { "whoever gives this name" };
            found.push(
                Finding::new("any-password", Danger, format!("{who} gets in with any password"))
                    .at(account.place)
                    .on(&port.device)
                    .why("an empty password means none is checked (with the option `login` the Unix password would be)")
                    .mend("set a password"),
            );
        }
    }
    found
}

fn other_protocol(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let usable = |entries: &[crate::audit::read::secrets::Entry]| {
        best(entries, None, "\u{0}").is_some_and(|entry| entry.some_address())
    };
    for port in subject.ports {
        let Some(ppp) = port.ppp.as_ref().filter(|ppp| ppp.auth.required) else { continue };
        let auth = &ppp.auth;
        let chap = auth.chap || auth.mschap || auth.eap;
        let mut tell = |asked: &str, file: &str| {
            found.push(
                Finding::new("accounts-not-asked", Warning, format!("the accounts in {file} are of no use"))
                    .at(Place::file(file))
                    .on(&port.device)
                    .why(format!("callers are asked by {asked} only"))
                    .mend("ask by the other protocol too (require-chap, require-pap), or keep the accounts in the other file"),
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
            Finding::new("no-unix-password", Danger, format!("{} logs in at the prompt without a password", user.name))
                .at(user.place.clone())
                .why("the password field is empty")
                .mend(format!("passwd {0}, or lock the user: passwd -l {0}", user.name))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::audit::Severity::{Broken, Danger, Note, Warning};
    use crate::audit::tests::{codes, shows, with};

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
        shows("no-usable-account", Broken, &[("ppp/pap-secrets", "alice * x\n")]);
        shows("no-usable-account", Broken, &[("ppp/pap-secrets", "")]);
        shows("accounts-not-asked", Warning, &[("ppp/chap-secrets", "carol * x *\n")]);
        let chap = ("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +chap\n");
        shows("accounts-not-asked", Warning, &[chap, ("ppp/chap-secrets", "carol * x *\n")]);
    }
}
