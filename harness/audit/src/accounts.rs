//! Who gets in by which protocol, and why not: entries of the secrets files against what pppd asks for on a port.

use std::fmt;
use std::net::Ipv4Addr;

use super::effective::{CHAP_SECRETS, Facts, PAP_SECRETS, Ppp};
use offhook_etc::read::accounts::Password;
use offhook_etc::read::secrets::{Entry, SecretKind, best};
use offhook_etc::source::Place;
use offhook_scenario::AuthProtocol;

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
    pub usable: Result<Option<Ipv4Addr>, Unusable>,
}

/// Why an account lets nobody in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// Authentication is not required.
    NotRequired,
    /// The port does not ask by its protocol.
    NotAsked(AuthProtocol),
    /// A quote in it is never closed.
    OpenQuote,
    /// It has fewer than three columns.
    TooFewColumns,
    /// Its server column is empty, or missing.
    NoServer,
    /// It is for that server, and the name of this one is not known.
    ServerUnknown(String),
    /// It is for another server.
    OtherServer {
        /// The one it names.
        named: String,
        /// This one.
        this: String,
    },
    /// Another entry for the same name comes first.
    NotFirst,
    /// It allows no address.
    NoAddress,
    /// CHAP needs the password, and there is a hash.
    Hash,
    /// Its name is empty.
    NoName,
    /// The Unix password is checked, and there is no such user.
    NoUser,
    /// The Unix password is checked, and that user's is locked.
    LockedUser,
    /// It does not allow the address that the port gives.
    AddressRefused(Ipv4Addr),
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRequired => f.write_str("no caller is asked for a name"),
            Self::NotAsked(protocol) => write!(f, "this port does not ask for {}", protocol_name(*protocol)),
            Self::OpenQuote => f.write_str("a quote in it is never closed"),
            Self::TooFewColumns => f.write_str("it has no third column"),
            Self::NoServer => f.write_str("its server column matches no server"),
            Self::ServerUnknown(named) => write!(f, "it works only if this machine is called {named}"),
            Self::OtherServer { named, this } => write!(f, "it is for the server {named}, and this one is {this}"),
            Self::NotFirst => f.write_str("another entry for that name comes first"),
            Self::NoAddress => f.write_str("it allows no address"),
            Self::Hash => f.write_str("CHAP needs the password itself, not its hash"),
            Self::NoName => f.write_str("its name is empty, and callers have a name"),
            Self::NoUser => f.write_str("the Unix password is checked, and there is no such user"),
            Self::LockedUser => f.write_str("the Unix password is checked, and that user is locked"),
            Self::AddressRefused(address) => write!(f, "it does not allow {address}, which this port gives"),
        }
    }
}

/// Why pppd does not start on a port: authentication is required, and no account could be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoStart {
    /// Why.
    pub reason: NoStartReason,
    /// The entry or file that decides; `None`: there is none.
    pub place: Option<Place>,
}

/// The reason of a [`NoStart`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoStartReason {
    /// No protocol that reads a file of accounts is asked for.
    NoProtocol,
    /// The entry that pppd takes allows no address, though others do.
    FirstWithoutAddress,
    /// No entry that matches allows an address.
    NoAddress,
    /// All entries of the file are for certain servers, and the name of this one is not known.
    OtherServers {
        /// The file.
        file: &'static str,
        /// The servers.
        servers: Vec<String>,
    },
    /// The file has no entry for callers of this server.
    NoEntry {
        /// The file.
        file: &'static str,
    },
}

impl fmt::Display for NoStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            NoStartReason::NoProtocol => f.write_str("no protocol is asked for that has accounts"),
            NoStartReason::FirstWithoutAddress => f.write_str(
                "pppd looks only at the first of the entries that match best, and this one allows no address",
            ),
            NoStartReason::NoAddress => f.write_str("no entry that matches allows an address"),
            NoStartReason::OtherServers { file, servers } => write!(
                f,
                "every entry of {file} is for a certain server ({}), and the name of this machine is not known",
                servers.join(", ")
            ),
            NoStartReason::NoEntry { file } => write!(f, "{file} has no entry for callers of this server"),
        }
    }
}

/// A name no machine has: only `*` fits it.
const NOBODY: &str = "\u{0}";

/// Whether pppd starts at all: it does not if it must ask and nobody could answer (auth.c, `auth_check_options`).
///
/// # Errors
///
/// Why it does not, with the entry that decided.
pub fn starts(facts: &Facts, ppp: &Ppp) -> Result<(), NoStart> {
    if !ppp.auth.required || ppp.secrets_elsewhere() {
        return Ok(());
    }
    let server = ppp.server_name(facts.hostname.as_deref());
    let name = server.as_deref().unwrap_or(NOBODY);
    let mut why: Option<NoStart> = None;
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
        match best(&secrets.entries, None, name) {
            Some(entry) if entry.some_address() => return Ok(()),
            Some(entry) => {
                let others =
                    secrets.entries.iter().any(|other| other.rank(None, name).is_some() && other.some_address());
                let reason = if others { NoStartReason::FirstWithoutAddress } else { NoStartReason::NoAddress };
                why = Some(NoStart { reason, place: Some(Place::line(file, entry.line)) });
            }
            None if why.is_some() => {}
            None => {
                let servers = secrets.entries.iter().filter(|entry| fits_elsewhere(entry, name));
                let servers = servers.filter_map(|entry| entry.server.as_deref());
                let mut servers: Vec<String> = servers.map(offhook_report::text::printable).collect();
                servers.dedup();
                // Without the machine's name it cannot be told which entries with a server's name count.
                let reason = match server.is_none() && !servers.is_empty() {
                    true => NoStartReason::OtherServers { file, servers },
                    false => NoStartReason::NoEntry { file },
                };
                why = Some(NoStart { reason, place: Some(Place::file(file)) });
            }
        }
    }
    Err(why.unwrap_or(NoStart { reason: NoStartReason::NoProtocol, place: None }))
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
) -> Result<Option<Ipv4Addr>, Unusable> {
    let asked = match protocol {
        AuthProtocol::Pap => ppp.auth.pap,
        AuthProtocol::Chap => ppp.auth.chap,
        AuthProtocol::MsChap | AuthProtocol::MsChapV2 => ppp.auth.mschap,
        AuthProtocol::Eap => ppp.auth.eap,
    };
    if !ppp.auth.required {
        return Err(Unusable::NotRequired);
    }
    if !asked {
        return Err(Unusable::NotAsked(protocol));
    }
    if entry.runaway {
        return Err(Unusable::OpenQuote);
    }
    if !entry.has_secret {
        return Err(Unusable::TooFewColumns);
    }
    let server = ppp.server_name(facts.hostname.as_deref());
    let name = server.as_deref().unwrap_or(NOBODY);
    if entry.rank(None, name).is_none() {
        return Err(match (entry.server.as_deref(), server) {
            (Some(""), _) | (None, _) => Unusable::NoServer,
            (Some(other), None) => Unusable::ServerUnknown(other.to_owned()),
            (Some(named), Some(this)) => Unusable::OtherServer { named: named.to_owned(), this },
        });
    }
    let any = entry.client == "*";
    if !any && best(all, Some(&entry.client), name).is_some_and(|found| found.line != entry.line) {
        return Err(Unusable::NotFirst);
    }
    if !entry.some_address() {
        return Err(Unusable::NoAddress);
    }
    if protocol == AuthProtocol::Chap && matches!(entry.secret.kind(), SecretKind::Crypt) {
        return Err(Unusable::Hash);
    }
    if entry.client.is_empty() {
        return Err(Unusable::NoName);
    }
    if protocol == AuthProtocol::Pap
        && (ppp.unix_login().is_some() || entry.secret.kind() == SecretKind::Login)
        && !any
        && facts.users_known
    {
        match facts.users.iter().find(|user| user.name == entry.client) {
            None => return Err(Unusable::NoUser),
            Some(user) if user.password == Password::Locked => {
                return Err(Unusable::LockedUser);
            }
            Some(_) => {}
        }
    }
    let (_, remote) = ppp.addresses();
    match remote {
        Some((address, _)) => match (entry.allows(address), entry.single()) {
            (Some(true), _) => Ok(Some(address)),
            (Some(false), Some(own)) => Ok(Some(own)),
            (Some(false), None) => Err(Unusable::AddressRefused(address)),
            (None, _) => Ok(None),
        },
        None => Ok(entry.single()),
    }
}

/// The protocol's name.
pub const fn protocol_name(protocol: AuthProtocol) -> &'static str {
    protocol.name()
}

/// The entry by which a caller who refuses to authenticate is let in, if there is one (auth.c, `null_login`).
pub fn null_login<'a>(facts: &'a Facts, ppp: &Ppp) -> Option<&'a Entry> {
    if !ppp.auth.required || !ppp.auth.pap || ppp.unix_login().is_some() {
        return None;
    }
    let server = ppp.server_name(facts.hostname.as_deref());
    let entry = best(&facts.pap.entries, Some(""), server.as_deref().unwrap_or(NOBODY))?;
    (entry.secret.kind() == SecretKind::Empty && entry.has_secret && entry.some_address()).then_some(entry)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::effective::ports;
    use crate::tests::with;

    #[allow(clippy::type_complexity, reason = "three answers to one question")]
    fn of_first(changes: &[(&str, &str)]) -> (Vec<Account>, Result<(), NoStart>, bool) {
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
        assert_eq!(told[1], Err(Unusable::NotFirst));
        assert_eq!(told[2], Err(Unusable::OtherServer { named: "elsewhere".to_owned(), this: "dialin".to_owned() }));
        assert_eq!(told[3], Err(Unusable::AddressRefused(Ipv4Addr::new(192, 168, 32, 105))));
        assert_eq!(told[4], Ok(Some(Ipv4Addr::new(192, 168, 32, 77))));
    }

    #[test]
    fn with_login_there_must_be_a_unix_user() {
        let login = "/AutoPPP/ - - /usr/sbin/pppd auth +pap login\n";
        let (accounts, ..) = of_first(&[("mgetty/login.config", login)]);
        assert_eq!(accounts[0].usable, Err(Unusable::NoUser));
        assert!(accounts[1].usable.is_ok());
    }

    #[test]
    fn an_empty_secret_for_anybody_lets_in_who_refuses_to_authenticate() {
        assert!(of_first(&[("ppp/pap-secrets", "* * \"\" *\n")]).2);
        assert!(of_first(&[("ppp/pap-secrets", "\"\" * \"\" *\nalice * x *\n")]).2);
        assert!(!of_first(&[]).2);
    }
}
