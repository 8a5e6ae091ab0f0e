//! Accounts that let nobody in on some port, and options of accounts that pppd refuses.
//!
//! In goes the subject; out come findings. What the columns of an account say by themselves is for
//! [`accounts`](super::accounts).

use super::accounts::all;
use super::{Check, Subject};
use crate::Finding;
use crate::accounts::{self, Unusable};
use crate::registry::accounts as rule;
use offhook_etc::read::options;
use offhook_etc::read::secrets::SecretKind;
use offhook_etc::source::Place;

pub(super) const CHECKS: &[Check] = &[unusable, own_options];

/// What makes a Unix user of that name able to authenticate.
fn unix_fix(subject: &Subject<'_>, account: &accounts::Account, why: &Unusable) -> String {
    let name = accounts::shown_name(&account.entry);
    let open = account.entry.secret.kind() == SecretKind::Empty;
    // Without login an account without a password lets in with any.
    let or = if open { "; do not remove login: the account has no password of its own" } else { ", or remove login" };
    match why {
        Unusable::LockedUser => {
            let shell = subject.facts.users.iter().any(|user| user.name == account.entry.client && user.has_shell());
            let prompt = if shell { " (who then can log in at the prompt as well)" } else { "" };
            format!("the Unix user {name} exists and is locked: set a password with `passwd {name}`{prompt}{or}")
        }
        Unusable::NoUserForChap => {
            format!("create a Unix user {name}; locked is enough, its password is not used{or}")
        }
        _ if open => format!("create a Unix user {name} with a password{or}"),
        _ => format!("create a Unix user {name} with the same password{or}"),
    }
}

/// Options behind `--` that pppd does not take.
fn own_options(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, entry, _) in all(subject).into_iter().filter(|(_, entry, _)| !entry.options.is_empty()) {
        let at = Place::line(file, entry.line);
        let words: Vec<_> = entry.options.iter().map(|word| (word.clone(), at.clone())).collect();
        let (_, problems) = options::parsed(&words, false);
        let bad = problems.iter().any(|problem| problem.ends(subject.facts.ppp_version) == Some(true));
        if bad {
            // Its words may be a password with a hyphen in it.
            let what = "an option behind -- is refused by pppd, which ignores it and all that follow";
            found.push(Finding::new(&rule::ACCOUNT_OPTIONS, what).at(at).why("the caller gets in without them"));
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
            let name = accounts::quoted_name(&account.entry);
            let finding = match why {
                Unusable::NoUser | Unusable::NoUserForChap | Unusable::LockedUser => {
                    let login = ppp.unix_login().map(|option| format!("`login` is at {}", option.place));
                    Finding::new(&rule::LOGIN_WITHOUT_USER, format!("{name} cannot log in: {why}"))
                        .why(login.unwrap_or_else(|| "the password of the account is @login".to_owned()))
                        .fix(unix_fix(subject, &account, why))
                }
                Unusable::ServerUnknown | Unusable::OtherServer(_) => {
                    if account.entry.password_as_server() || !account.entry.some_address() {
                        continue;
                    }
                    Finding::new(
                        &rule::SERVER_OTHER,
                        format!("the account of {name} is for another server, or for calling out: {why}"),
                    )
                    .fix(if account.entry.secret.kind() == SecretKind::Empty {
                        "leave it so, or remove it: with * as the second column it would let callers in with any password"
                    } else {
                        rule::SERVER_OTHER.fix()
                    })
                }
                Unusable::AddressRefused(_) => {
                    Finding::new(&rule::ACCOUNT_ADDRESS, format!("{name} cannot call here: {why}"))
                        .why("its address column allows other addresses only")
                }
                Unusable::NoReadableAddress => {
                    Finding::new(&rule::ACCOUNT_ADDRESS_WORD, format!("{name} cannot call here: {why}"))
                        .why("pppd passes over what it cannot read, and what is left allows no address")
                }
                Unusable::NameNotAscii
                | Unusable::NameStripped
                | Unusable::PasswordNotAscii
                | Unusable::TooLong
                | Unusable::NoHash => {
                    Finding::new(&rule::ACCOUNT_NEVER_MATCHES, format!("{name} never gets in: {why}"))
                        .why("pppd writes what a caller sends in its own way before it compares")
                }
                // What its columns or its secret say is found there; who is not asked has other rules.
                Unusable::NotRequired
                | Unusable::NotAsked(_)
                | Unusable::NotOffered(_)
                | Unusable::RemoteName(_)
                | Unusable::OpenQuote
                | Unusable::TooFewColumns
                | Unusable::NoServer
                | Unusable::NotFirst
                | Unusable::NoAddress
                | Unusable::Hash
                | Unusable::NoFile
                | Unusable::NoIp => continue,
            };
            found.push(finding.at(account.place.clone()).on(&port.device));
        }
    }
    found
}
