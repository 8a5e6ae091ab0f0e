//! Who gets in by which protocol, and why not: entries of the secrets files against what pppd asks for on a port.

use std::net::Ipv4Addr;

use super::effective::{CHAP_SECRETS, Facts, PAP_SECRETS, Ppp};
use super::read::accounts::Password;
use super::read::secrets::{Entry, Kind, best};
use super::source::Place;
use crate::scenario::AuthProtocol;

/// What an account is good for on a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// By which protocol.
    pub protocol: AuthProtocol,
    /// The entry.
    pub entry: Entry,
    /// Its place.
    pub place: Place,
    /// `Ok`: it lets callers in; with the address it gives, if one is certain. `Err`: why not.
    pub usable: Result<Option<Ipv4Addr>, String>,
}

/// A name no machine has: only `*` fits it.
const NOBODY: &str = "\u{0}";

/// Whether pppd starts at all: it does not if it must ask and nobody could answer (auth.c, `auth_check_options`).
///
/// # Errors
///
/// Why it does not, with the entry that decided.
pub fn starts(facts: &Facts, ppp: &Ppp) -> Result<(), (String, Option<Place>)> {
    if !ppp.auth.required || ppp.secrets_elsewhere() {
        return Ok(());
    }
    let server = ppp.server_name(facts.hostname.as_deref());
    let name = server.as_deref().unwrap_or(NOBODY);
    let mut why: (String, Option<Place>) = (String::new(), None);
    let files = [
        (ppp.auth.pap, &facts.pap, PAP_SECRETS, ppp.unix_login().is_some()),
        (ppp.auth.chap || ppp.auth.mschap || ppp.auth.eap, &facts.chap, CHAP_SECRETS, false),
    ];
    for (asked, secrets, file, unix) in files {
        if !asked {
            continue;
        }
        if unix {
            return Ok(());
        }
        // Without the machine's name it cannot be told which entries with a server's name count.
        let named = server.is_none() && secrets.entries.iter().any(|entry| fits_elsewhere(entry, name));
        match best(&secrets.entries, None, name) {
            Some(entry) if entry.some_address() => return Ok(()),
            Some(entry) => {
                let place = Place::line(file, entry.line);
                let others =
                    secrets.entries.iter().any(|other| other.rank(None, name).is_some() && other.some_address());
                why = if others {
                    ("it looks for an address in the first of the best-fitting entries only, and this one allows none".to_owned(), Some(place))
                } else {
                    ("no entry that fits allows any address".to_owned(), Some(place))
                };
            }
            None if named && why.0.is_empty() => {
                let servers = secrets.entries.iter().filter(|entry| fits_elsewhere(entry, name));
                let servers: Vec<&str> = servers.filter_map(|entry| entry.server.as_deref()).collect();
                let mut servers: Vec<String> = servers.into_iter().map(crate::report::text::printable).collect();
                servers.dedup();
                why = (
                    format!(
                        "every entry of {file} is for a certain server ({}), and nothing says that this machine is called so",
                        servers.join(", ")
                    ),
                    Some(Place::file(file)),
                )
            }
            None if why.0.is_empty() => {
                why = (format!("{file} has no entry for a caller of this server"), Some(Place::file(file)))
            }
            None => {}
        }
    }
    Err(why)
}

fn fits_elsewhere(entry: &Entry, name: &str) -> bool {
    entry.rank(None, name).is_none()
        && entry.has_secret
        && entry.server.as_deref().is_some_and(|server| !server.is_empty())
}

/// Every entry of both files, judged for a port.
pub fn of(facts: &Facts, ppp: &Ppp) -> Vec<Account> {
    let mut accounts = Vec::new();
    for (protocol, secrets, file) in
        [(AuthProtocol::Pap, &facts.pap, PAP_SECRETS), (AuthProtocol::Chap, &facts.chap, CHAP_SECRETS)]
    {
        for entry in &secrets.entries {
            let usable = usable(facts, ppp, protocol, &secrets.entries, entry);
            accounts.push(Account { protocol, entry: entry.clone(), place: Place::line(file, entry.line), usable });
        }
    }
    accounts
}

fn usable(
    facts: &Facts,
    ppp: &Ppp,
    protocol: AuthProtocol,
    all: &[Entry],
    entry: &Entry,
) -> Result<Option<Ipv4Addr>, String> {
    let asked = match protocol {
        AuthProtocol::Pap => ppp.auth.pap,
        AuthProtocol::Chap => ppp.auth.chap,
    };
    if !ppp.auth.required {
        return Err("nobody is asked who they are".to_owned());
    }
    if !asked {
        return Err(format!("this port does not ask for {}", protocol_name(protocol)));
    }
    if entry.runaway {
        return Err("a quote in it is never closed".to_owned());
    }
    if !entry.has_secret {
        return Err("it has no third column".to_owned());
    }
    let server = ppp.server_name(facts.hostname.as_deref());
    let name = server.as_deref().unwrap_or(NOBODY);
    if entry.rank(None, name).is_none() {
        return Err(match (entry.server.as_deref(), server) {
            (Some(""), _) | (None, _) => "its server column fits no server".to_owned(),
            (Some(other), None) => format!("only if this machine is called {other}"),
            (Some(other), Some(name)) => format!("it is for the server {other}, this one is {name}"),
        });
    }
    let any = entry.client == "*";
    if !any && best(all, Some(&entry.client), name).is_some_and(|found| found.line != entry.line) {
        return Err("another entry for that name comes first".to_owned());
    }
    if !entry.some_address() {
        return Err("it allows no address".to_owned());
    }
    if protocol == AuthProtocol::Chap && matches!(entry.secret.kind(), Kind::Crypt) {
        return Err("CHAP needs the password itself, not its hash".to_owned());
    }
    if entry.client.is_empty() {
        return Err("a caller has a name, and the empty one is nobody's".to_owned());
    }
    if protocol == AuthProtocol::Pap
        && (ppp.unix_login().is_some() || entry.secret.kind() == Kind::Login)
        && !any
        && facts.users_known
    {
        match facts.users.iter().find(|user| user.name == entry.client) {
            None => return Err("the Unix password is asked for, and there is no such user".to_owned()),
            Some(user) if user.password == Password::Locked => {
                return Err("the Unix password is asked for, and that user's is locked".to_owned());
            }
            Some(_) => {}
        }
    }
    let (_, remote) = ppp.addresses();
    match remote {
        Some((address, _)) => match (entry.allows(address), entry.single()) {
            (Some(true), _) => Ok(Some(address)),
            (Some(false), Some(own)) => Ok(Some(own)),
            (Some(false), None) => Err(format!("it does not allow {address}, which this port gives")),
            (None, _) => Ok(None),
        },
        None => Ok(entry.single()),
    }
}

/// The protocol's name.
pub const fn protocol_name(protocol: AuthProtocol) -> &'static str {
    match protocol {
        AuthProtocol::Pap => "PAP",
        AuthProtocol::Chap => "CHAP",
    }
}

/// The entry by which a caller who refuses to authenticate is let in, if there is one (auth.c, `null_login`).
pub fn null_login<'a>(facts: &'a Facts, ppp: &Ppp) -> Option<&'a Entry> {
    if !ppp.auth.required || !ppp.auth.pap || ppp.unix_login().is_some() {
        return None;
    }
    let server = ppp.server_name(facts.hostname.as_deref());
    let entry = best(&facts.pap.entries, Some(""), server.as_deref().unwrap_or(NOBODY))?;
    (entry.secret.kind() == Kind::Empty && entry.has_secret && entry.some_address()).then_some(entry)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::audit::effective::ports;
    use crate::audit::tests::with;

    #[allow(clippy::type_complexity, reason = "three answers to one question")]
    fn of_first(changes: &[(&str, &str)]) -> (Vec<Account>, Result<(), (String, Option<Place>)>, bool) {
        let tree = with(changes);
        let facts = Facts::of(&tree);
        let ppp = ports(&tree, &facts).remove(0).ppp.unwrap();
        let null = null_login(&facts, &ppp).is_some();
        (of(&facts, &ppp), starts(&facts, &ppp), null)
    }

    #[test]
    fn the_first_of_the_best_entries_decides_whether_pppd_starts() {
        // Shown by pppd 2.4.9 and 2.5.2 themselves (`dryrun`).
        let starts = |secrets| of_first(&[("ppp/pap-secrets", secrets)]).1;
        assert!(starts("bob * b *\nalice * a\n").is_ok());
        assert!(starts("alice * a\nbob * b *\n").is_err());
        assert!(starts("* * b *\nalice * a\n").is_err());
        assert!(starts("alice \"\" a *\n").is_err());
        assert!(starts("\"\" * a *\n").is_ok());
        assert!(starts("alice * a !10.0.0.1\n").is_err());
    }

    #[test]
    fn why_an_account_is_of_no_use_is_told() {
        let (accounts, ..) = of_first(&[(
            "ppp/pap-secrets",
            "ok * x *\nok * y *\nother elsewhere x *\nnone * x 10.0.0.0/8\nown * x 192.168.32.77\n",
        )]);
        let told: Vec<_> = accounts.iter().map(|account| account.usable.clone()).collect();
        assert_eq!(told[0], Ok(Some(Ipv4Addr::new(192, 168, 32, 105))));
        assert!(told[1].as_ref().unwrap_err().contains("comes first"));
        assert!(told[2].as_ref().unwrap_err().contains("elsewhere"));
        assert!(told[3].as_ref().unwrap_err().contains("192.168.32.105"));
        assert_eq!(told[4], Ok(Some(Ipv4Addr::new(192, 168, 32, 77))));
    }

    #[test]
    fn with_login_there_must_be_a_unix_user() {
        let login = "/AutoPPP/ - - /usr/sbin/pppd auth +pap login\n";
        let (accounts, ..) = of_first(&[("mgetty/login.config", login)]);
        assert!(accounts[0].usable.as_ref().unwrap_err().contains("no such user"));
        assert!(accounts[1].usable.is_ok());
    }

    #[test]
    fn an_empty_secret_for_anybody_lets_in_who_refuses_to_authenticate() {
        assert!(of_first(&[("ppp/pap-secrets", "* * \"\" *\n")]).2);
        assert!(of_first(&[("ppp/pap-secrets", "\"\" * \"\" *\nalice * x *\n")]).2);
        assert!(!of_first(&[]).2);
    }
}
