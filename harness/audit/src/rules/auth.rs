//! Authentication: whether callers are asked who they are, and whether anybody can answer.

use super::{Check, Subject};
use crate::Severity::Note;
use crate::effective::Answers;
use crate::registry::auth as rule;
use crate::{Cue, Finding};
use crate::{accounts, offered};
use offhook_etc::read::accounts::Password;
use offhook_etc::read::secrets::{SecretKind, best};
use offhook_etc::source::Place;
use offhook_scenario::AuthProtocol;

pub(super) const CHECKS: &[Check] =
    &[asked, overruled, nobody, null, any_password, allow_ip, other_protocol, empty_unix];

fn asked(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        let Some(ppp) = port.ppp.as_ref().filter(|ppp| !ppp.auth.required) else { continue };
        let place = ppp.auth.decided.as_ref().map(|option| option.place.clone());
        let what = "callers get into the network without a name or password";
        let finding = match &ppp.auth.undone {
            Some(undone) => Finding::new(&rule::NOAUTH_UNDOES_AUTH, what)
                .why(format!("noauth here undoes {} at {}, which pppd reads earlier", undone.name, undone.place)),
            // Whoever is at the other end of a cable is where the server is. Where init starts pppd there may as well be a
            // modem that answers by itself.
            None if port.direct.value && port.server == Answers::Mgetty => {
                Finding::new(&rule::NO_AUTH, "whoever is connected by the cable gets into the network")
                    .severity(Note)
                    .why("no name or password is asked for on this direct line")
            }
            None if place.is_some() => {
                Finding::new(&rule::NO_AUTH, what).why("noauth is set here, and nothing overrides it")
            }
            None => Finding::new(&rule::NO_AUTH, what).why(
                "no option is auth or require-pap, and pppd that root starts does not require authentication by itself",
            ),
        };
        let place = place.or_else(|| Some(ppp.line.place.clone()));
        let finding = match port.server {
            Answers::Pppd if finding.severity != Note => {
                finding.fix("add `auth` and a protocol, such as require-pap, to pppd's command line, where no options file can undo it")
            }
            Answers::Pppd | Answers::Mgetty => finding,
        };
        found.push(finding.at(place).on(&port.device));
    }
    found.extend(typed(subject));
    found
}

/// Lines of login.config that start pppd for whoever types a name, and do not ask for more.
fn typed(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        for (name, ppp) in port.by_prompt.iter().filter(|(_, ppp)| !ppp.auth.required) {
            let pattern = &ppp.line.pattern;
            let who = if pattern == "*" { "any name".to_owned() } else { format!("{pattern:?}") };
            let what = format!("whoever types {who} at the prompt gets into the network without a password");
            let rule = if ppp.auth.undone.is_some() { &rule::NOAUTH_UNDOES_AUTH } else { &rule::NO_AUTH };
            let place = ppp.auth.decided.as_ref().map_or(&ppp.line.place, |option| &option.place);
            found.push(
                Finding::new(rule, what)
                    .at(place.clone())
                    .on(&port.device)
                    .cue(Cue::Text(name.clone()))
                    .why(format!(
                        "mgetty starts pppd at {} for that name, asks for no password, and neither does pppd",
                        ppp.line.place
                    ))
                    .fix(
                        "remove noauth, and put `auth` on that line of login.config, where no options file can undo it",
                    ),
            );
        }
    }
    found
}

fn overruled(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        let Some(ppp) = &port.ppp else { continue };
        // A file that is both named on the command line and read as the port's own does count the first time.
        let counts = |place: &Place| ppp.options.iter().any(|option| option.command_line && option.place == *place);
        // Where pppd is started in another way, too, the option may decide there.
        let elsewhere = subject.facts.users.iter().any(offhook_etc::read::accounts::User::gets_pppd)
            || port
                .by_prompt
                .iter()
                .any(|(_, other)| !other.auth.overruled.iter().any(|one| ppp.auth.overruled.contains(one)));
        for option in
            ppp.auth.overruled.iter().filter(|option| ppp.auth.required && !elsewhere && !counts(&option.place))
        {
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
        // Once pppd starts, an account without a password lets in whoever comes.
        let open = accounts::of(subject.facts, ppp).iter().any(|account| {
            account.usable.is_ok() && account.entry.secret.kind() == SecretKind::Empty && ppp.unix_login().is_none()
        });
        let fix = rule::NO_USABLE_ACCOUNT.fix();
        found.push(
            Finding::new(
                &rule::NO_USABLE_ACCOUNT,
                "pppd refuses to start for every caller: \"couldn't find any suitable secret\"",
            )
            .at(place)
            .on(&port.device)
            .why(why.to_string())
            .fix(if open {
                format!("first remove the accounts that have no password: they would let anybody in; then {fix}")
            } else {
                fix.to_owned()
            }),
        );
    }
    found
}

fn null(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        let Some(ppp) = &port.ppp else { continue };
        let Some(entry) = accounts::null_login(subject.facts, ppp) else { continue };
        let (_, file) = ppp.secrets(subject.facts, AuthProtocol::Pap);
        found.push(
            Finding::new(&rule::NULL_LOGIN, "a caller who refuses to authenticate gets in")
                .at(Place::line(file, entry.line))
                .on(&port.device)
                .why(
                    "pppd treats such a caller as one with an empty name and an empty password, and this entry matches",
                ),
        );
    }
    found
}

/// Accounts without a password: with PAP any password lets in, with CHAP and its kin the empty one.
fn any_password(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        let Some(ppp) = port.ppp.as_ref().filter(|ppp| ppp.auth.required) else { continue };
        for account in accounts::of(subject.facts, ppp) {
            if let Some(user) = accounts::without_unix_password(subject.facts, ppp, &account) {
                let finding =
                    Finding::new(&rule::ANY_PASSWORD, format!("{} gets in by PAP with any password", user.name))
                        .at(account.place.clone())
                        .on(&port.device)
                        .why(format!(
                            "the Unix password is checked, and that of {} is empty ({})",
                            user.name, user.place
                        ))
                        .fix(format!("passwd {0}, or lock the user: passwd -l {0}", user.name));
                found.push(finding);
                continue;
            }
            if account.usable.is_err() || account.entry.secret.kind() != SecretKind::Empty {
                continue;
            }
            let who = match account.entry.client.as_str() {
                "*" if accounts::needs_unix_user(subject.facts, ppp, account.protocol) => {
                    "anybody, with the name of any Unix user,"
                }
                "*" => "anybody, with any name,",
                _ => "a caller with this name",
            };
            let pap = account.protocol == AuthProtocol::Pap;
            if pap && ppp.unix_login().is_some() {
                continue;
            }
            let finding = if pap {
                Finding::new(&rule::ANY_PASSWORD, format!("{who} gets in with any password")).why(
                    "an empty password means that none is checked (with the option `login`, pppd would check the Unix password)",
                )
            } else {
                let protocol = accounts::protocol_name(account.protocol);
                Finding::new(&rule::EMPTY_PASSWORD, format!("{who} gets in with an empty password")).why(format!(
                    "to {protocol} an empty password is a password like others: whoever sends none has it right"
                ))
            };
            found.push(finding.at(account.place).on(&port.device));
        }
    }
    found
}

/// Addresses that need no authentication.
fn allow_ip(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        let Some(ppp) = port.ppp.as_ref().filter(|ppp| ppp.auth.required) else { continue };
        let Some(option) = ppp.winner(&["allow-ip"]) else { continue };
        found.push(
            Finding::new(&rule::ALLOW_IP, "a caller who refuses to authenticate gets in with an address of allow-ip")
                .at(option.place.clone())
                .on(&port.device)
                .why("allow-ip names addresses that need no authentication, and pppd gives them as well"),
        );
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
        let asked = |protocol| offered::asked(ppp, protocol);
        let pap = asked(AuthProtocol::Pap);
        let chap = offered::ORDER.into_iter().any(|protocol| protocol != AuthProtocol::Pap && asked(protocol));
        let mut tell = |by: &str, protocol| {
            let (secrets, file) = ppp.secrets(subject.facts, protocol);
            if !usable(&secrets.entries) {
                return;
            }
            let open = secrets.entries.iter().any(|entry| entry.has_secret && entry.secret.kind() == SecretKind::Empty);
            let finding = Finding::new(&rule::ACCOUNTS_NOT_ASKED, format!("the accounts in {file} cannot be used"))
                .at(Place::file(file))
                .on(&port.device)
                .why(format!("pppd asks by {by} only"));
            // Asked for, or in the other file, an account without a password would let in whoever comes.
            found.push(if open {
                finding.fix("move the accounts that have a password to the other file")
            } else {
                finding
            });
        };
        if pap && !chap {
            tell("PAP", AuthProtocol::Chap);
        } else if chap && !pap {
            tell("CHAP", AuthProtocol::Pap);
        }
    }
    found
}

fn empty_unix(subject: &Subject<'_>) -> Vec<Finding> {
    let open = subject.facts.users.iter().filter(|user| user.password == Password::Empty && user.has_shell());
    // PAM refuses an empty password unless nullok lets it pass.
    open.filter(|_| !subject.ports.is_empty() && subject.facts.empty_password_at_prompt)
        .map(|user| {
            Finding::new(&rule::NO_UNIX_PASSWORD, format!("{} can log in at the prompt without a password", user.name))
                .at(user.place.clone())
                .why("the password field is empty, and nullok in PAM's files for login lets an empty password pass")
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
        let cable = ("inittab", "S0:2345:respawn:/sbin/mgetty -r ttyS0\n");
        shows("no-auth", Note, &[BARE, cable, ("ppp/options", "noauth\n")]);
        let audit = codes(&with(&[("ppp/options.ttyS0", "noauth\n192.168.32.1:192.168.32.105\n")]));
        assert!(!audit.contains(&"no-auth") && !audit.contains(&"noauth-undoes-auth"));
    }

    #[test]
    fn every_line_that_starts_pppd_is_looked_at_not_only_that_for_ppp() {
        let typed = |line: &str| {
            let login = format!("/AutoPPP/ - - /usr/sbin/pppd auth +pap\n{line}\n* - - /bin/login @\n");
            let found = crate::tests::audited(&with(&[("mgetty/login.config", &login)])).findings;
            found
                .into_iter()
                .filter(|finding| finding.severity == Danger)
                .map(|finding| finding.what)
                .collect::<Vec<_>>()
        };
        let open = "whoever types \"ppp\" at the prompt gets into the network without a password";
        assert_eq!(typed("ppp - - /usr/sbin/pppd noauth"), [open]);
        assert!(typed("ppp - - /usr/sbin/pppd auth +pap").is_empty());
        assert!(typed("* - - /bin/login @\nppp - - /usr/sbin/pppd noauth").is_empty(), "it is never reached");
    }

    #[test]
    fn a_unix_user_without_a_password_gets_in_by_pap_with_any() {
        // pam_unix: "user [bob] has blank password; authenticated without it".
        let shadow = ("shadow", "bob::1::::::\n");
        let files = [("ppp/pap-secrets", "bob * @login *\n"), shadow];
        shows("any-password", Danger, &files);
        let login = ("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +pap login\n");
        shows("any-password", Danger, &[login, ("ppp/pap-secrets", "* * \"\" *\n"), shadow]);
        let strict = ("pam.d/ppp", "auth required pam_unix.so\n");
        assert!(!codes(&with(&[files[0], files[1], strict])).contains(&"any-password"));
    }

    #[test]
    fn an_entry_that_does_not_allow_the_ports_address_lets_nobody_in() {
        let secrets = |allowed: &str| format!("* * \"\" {allowed}\n");
        let of = |allowed: &str| codes(&with(&[("ppp/pap-secrets", &secrets(allowed)), ("ppp/options.ttyS1", "")]));
        assert!(of("*").contains(&"null-login"));
        assert!(!of("!192.168.32.105 *").contains(&"null-login"));
    }

    #[test]
    fn an_option_that_decides_for_somebody_has_an_effect() {
        let port = ("ppp/options.ttyS0", "noauth\n192.168.32.1:192.168.32.105\n");
        shows("auth-overruled", Note, &[port]);
        let shell = ("passwd", "bob:x:1000:1000::/home/bob:/usr/sbin/pppd\n");
        assert!(!codes(&with(&[port, shell])).contains(&"auth-overruled"));
    }

    #[test]
    fn accounts_that_open_the_door_are_found() {
        shows("any-password", Danger, &[("ppp/pap-secrets", "alice * \"\" *\n")]);
        shows("null-login", Danger, &[("ppp/pap-secrets", "bob * b *\n\"\" * \"\" *\n")]);
        shows("no-unix-password", Danger, &[("shadow", "bob::1::::::\n")]);
        let pam = ("pam.d/login", "auth required pam_unix.so\n");
        assert!(!codes(&with(&[("shadow", "bob::1::::::\n"), pam])).contains(&"no-unix-password"));
        for words in ["auth +chap", "require-mschap-v2", "require-eap"] {
            let line = format!("/AutoPPP/ - - /usr/sbin/pppd {words}\n");
            let files = [("mgetty/login.config", &*line), ("ppp/chap-secrets", "* * \"\" *\n")];
            shows("empty-password", Danger, &files);
            assert!(!codes(&with(&files)).contains(&"any-password"), "{words}");
        }
        shows("allow-ip", Danger, &[("ppp/options", "auth\nallow-ip 10.0.0.2\n")]);
        let login = ("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +pap login\n");
        let safe = codes(&with(&[login, ("ppp/pap-secrets", "* * \"\" *\n")]));
        assert!(!safe.contains(&"any-password") && !safe.contains(&"null-login"), "{safe:?}");
    }

    #[test]
    fn the_fix_of_a_server_that_does_not_start_does_not_open_it() {
        let files = [("ppp/pap-secrets", "* * \"\" *\nguest * \"*\" -\n")];
        shows("no-usable-account", Error, &files);
        let found = crate::tests::audited(&with(&files)).findings;
        let fix =
            found.iter().find(|finding| finding.code() == "no-usable-account").map(|finding| finding.fix.as_str());
        assert!(fix.is_some_and(|fix| fix.starts_with("first remove the accounts")), "{fix:?}");
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
