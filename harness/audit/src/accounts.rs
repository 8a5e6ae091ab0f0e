//! Who gets in by which protocol, and why not: entries of the secrets files against what pppd asks for on a port.

use std::fmt;
use std::net::Ipv4Addr;

use super::effective::{Facts, Ppp};
use super::offered;
use offhook_etc::read::accounts::Password;
use offhook_etc::read::allowed::Allowed;
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
    /// It is for a certain server, and the name of this one is not known.
    ServerUnknown,
    /// It is for another server; the name of this one. What its column says may be a password, and is not kept.
    OtherServer(String),
    /// Another entry for the same name comes first.
    NotFirst,
    /// It allows no address.
    NoAddress,
    /// CHAP needs the password, and there is a hash.
    Hash,
    /// Its name has other characters than ASCII's, which pppd writes in another way before it compares.
    NameNotAscii,
    /// Its password has such characters, likewise with PAP.
    PasswordNotAscii,
    /// Its name or password is longer than pppd takes from a caller.
    TooLong,
    /// PAP passwords are hashes here (`papcrypt`), and this is none.
    NoHash,
    /// Its password stands in a file that is not there, or empty: pppd passes the entry over.
    NoFile,
    /// The Unix password is checked, and there is no such user.
    NoUser,
    /// PAM checks who authenticates by CHAP as well, and there is no such user.
    NoUserForChap,
    /// The Unix password is checked, and that user's is locked.
    LockedUser,
    /// It does not allow the address that it would get.
    AddressRefused(Ipv4Addr),
    /// None of its words for addresses can be read.
    NoReadableAddress,
    /// Nobody gets an address: the port does not speak IPv4.
    NoIp,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRequired => f.write_str("no caller is asked for a name"),
            Self::NotAsked(protocol) => write!(f, "this port does not ask for {}", protocol_name(*protocol)),
            Self::OpenQuote => f.write_str("a quote in it is never closed"),
            Self::TooFewColumns => f.write_str("it has no third column"),
            Self::NoServer => f.write_str("its server column matches no server"),
            Self::ServerUnknown => {
                f.write_str("its second column names a server, and the name of this machine is not known")
            }
            Self::OtherServer(this) => write!(f, "its second column is neither * nor {this}, the name of this server"),
            Self::NotFirst => f.write_str("another entry for that name comes first"),
            Self::NoAddress => f.write_str("it allows no address"),
            Self::Hash => f.write_str("CHAP needs the password itself, not its hash"),
            Self::NameNotAscii => {
                f.write_str("its name has characters that are not ASCII, and such a name never matches")
            }
            Self::PasswordNotAscii => f.write_str(
                "its password has characters that are not ASCII, and with PAP such a password never matches",
            ),
            Self::TooLong => f.write_str("its name or password is longer than pppd takes from a caller (255 octets)"),
            Self::NoHash => f.write_str("papcrypt is set, and its password is not a hash"),
            Self::NoFile => f.write_str("the file of its password does not exist or is empty"),
            Self::NoUserForChap => {
                f.write_str("login has PAM check callers of CHAP as well, and there is no Unix user of that name")
            }
            Self::NoUser => f.write_str("the Unix password is checked, and there is no such user"),
            Self::LockedUser => f.write_str("the Unix password is checked, and that user is locked"),
            Self::AddressRefused(address) => write!(f, "it does not allow {address}, the address it would get"),
            Self::NoReadableAddress => f.write_str("no word of its address column is an address or a known name"),
            Self::NoIp => f.write_str("noip is set, and no caller gets an address"),
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
    /// All entries of that file are for certain servers, and the name of this one is not known.
    OtherServers(String),
    /// That file has no entry for callers of this server.
    NoEntry(String),
}

impl fmt::Display for NoStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            NoStartReason::NoProtocol => f.write_str("no protocol is asked for that has accounts"),
            NoStartReason::FirstWithoutAddress => f.write_str(
                "pppd looks only at the first of the entries that match best, and this one allows no address",
            ),
            NoStartReason::NoAddress => f.write_str("no entry that matches allows an address"),
            NoStartReason::OtherServers(file) => {
                write!(f, "every entry of {file} is for a certain server, and the name of this machine is not known")
            }
            NoStartReason::NoEntry(file) => write!(f, "{file} has no entry for callers of this server"),
        }
    }
}

/// A name no machine has: only `*` fits it.
pub(crate) const NOBODY: &str = "\u{0}";

/// Whether pppd starts at all: it does not if it must ask and nobody could answer (auth.c, `auth_check_options`).
///
/// # Errors
///
/// Why it does not, with the entry that decided.
pub fn starts(facts: &Facts, ppp: &Ppp) -> Result<(), NoStart> {
    // Who may come without a name may come in any case.
    if !ppp.auth.required || ppp.winner(&["allow-ip"]).is_some() {
        return Ok(());
    }
    let server = ppp.server_name(facts.hostname.as_deref());
    let name = server.as_deref().unwrap_or(NOBODY);
    let mut why: Option<NoStart> = None;
    for protocol in offered::ORDER.into_iter().rev().filter(|protocol| offered::asked(ppp, *protocol)) {
        if offered::has_account(facts, ppp, protocol) {
            return Ok(());
        }
        let (secrets, file) = ppp.secrets(facts, protocol);
        match best(&secrets.entries, None, name) {
            Some(entry) => {
                let others =
                    secrets.entries.iter().any(|other| other.rank(None, name).is_some() && other.some_address());
                let reason = if others { NoStartReason::FirstWithoutAddress } else { NoStartReason::NoAddress };
                why = Some(NoStart { reason, place: Some(Place::line(file, entry.line)) });
            }
            None if why.is_some() => {}
            None => {
                let servers = secrets.entries.iter().any(|entry| fits_elsewhere(entry, name));
                // Without the machine's name it cannot be told which entries with a server's name count.
                let reason = match server.is_none() && servers {
                    true => NoStartReason::OtherServers(file.to_owned()),
                    false => NoStartReason::NoEntry(file.to_owned()),
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
    for protocol in [AuthProtocol::Pap, offered::of_chap_secrets(facts, ppp)] {
        let (secrets, file) = ppp.secrets(facts, protocol);
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
    if !ppp.auth.required {
        return Err(Unusable::NotRequired);
    }
    if !offered::asked(ppp, protocol) {
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
            (Some("") | None, _) => Unusable::NoServer,
            (Some(_), None) => Unusable::ServerUnknown,
            (Some(_), Some(this)) => Unusable::OtherServer(this),
        });
    }
    let any = entry.client == "*";
    let missing = |entry: &Entry| entry.secret.file().is_some_and(|file| facts.passwords_missing.contains(&file));
    if missing(entry) {
        return Err(Unusable::NoFile);
    }
    // pppd passes over those whose password it cannot read.
    let all: Vec<Entry> = all.iter().filter(|entry| !missing(entry)).cloned().collect();
    if !any && best(&all, Some(&entry.client), name).is_some_and(|found| found.line != entry.line) {
        return Err(Unusable::NotFirst);
    }
    if !entry.some_address() {
        return Err(Unusable::NoAddress);
    }
    if let Some(why) = never_matches(ppp, protocol, entry) {
        return Err(why);
    }
    if facts.users_known && !any {
        unix(facts, ppp, protocol, entry)?;
    }
    if ppp.ipv4().is_err() {
        return Err(Unusable::NoIp);
    }
    address(ppp, entry)
}

/// Whether name and password can be those of any caller.
fn never_matches(ppp: &Ppp, protocol: AuthProtocol, entry: &Entry) -> Option<Unusable> {
    let pap = protocol == AuthProtocol::Pap;
    let kind = entry.secret.kind();
    // Every octet that is not ASCII is written M-x, and a control character ^X, before names are compared; not with EAP.
    let plain = |text: &str| text.bytes().all(|octet| matches!(octet, b'\t' | b' '..=b'~'));
    if protocol != AuthProtocol::Eap && !plain(&entry.client) {
        return Some(Unusable::NameNotAscii);
    }
    let secret = entry.secret.value();
    if entry.client.len() > MOST_OCTETS || kind == SecretKind::Plain && secret.len() > MOST_OCTETS {
        return Some(Unusable::TooLong);
    }
    match kind {
        SecretKind::Plain if pap && !plain(secret) => Some(Unusable::PasswordNotAscii),
        SecretKind::Plain if pap && ppp.winner(&["papcrypt"]).is_some() => Some(Unusable::NoHash),
        SecretKind::Crypt if !pap => Some(Unusable::Hash),
        _ => None,
    }
}

/// The longest name or password that pppd takes from a caller.
const MOST_OCTETS: usize = 255;

/// Whether PAM lets the caller in, where pppd asks it.
fn unix(facts: &Facts, ppp: &Ppp, protocol: AuthProtocol, entry: &Entry) -> Result<(), Unusable> {
    // PAM gets what stands behind the first backslash.
    let name = entry.client.split_once('\\').map_or(entry.client.as_str(), |(_, name)| name);
    let user = facts.users.iter().find(|user| user.name == name);
    let login = ppp.unix_login().is_some();
    match (protocol, user) {
        (AuthProtocol::Pap, None) if login || entry.secret.kind() == SecretKind::Login => Err(Unusable::NoUser),
        (AuthProtocol::Pap, Some(user))
            if (login || entry.secret.kind() == SecretKind::Login) && user.password == Password::Locked =>
        {
            Err(Unusable::LockedUser)
        }
        // CHAP has the account checked, not the password: a locked one passes.
        (AuthProtocol::Chap | AuthProtocol::MsChap | AuthProtocol::MsChapV2, None)
            if (login || ppp.winner(&["enable-session"]).is_some()) && !facts.unknown_user_passes =>
        {
            Err(Unusable::NoUserForChap)
        }
        _ => Ok(()),
    }
}

/// The address that a caller of that account gets, if it is certain.
fn address(ppp: &Ppp, entry: &Entry) -> Result<Option<Ipv4Addr>, Unusable> {
    let allowed = Allowed::read(&entry.addresses, &ppp.hosts);
    let of_port = ppp.addresses().1.map(|(address, _)| address);
    if let Some(address) = of_port {
        match allowed.allows(address) {
            Some(true) => return Ok(Some(address)),
            None => return Ok(None),
            Some(false) => {}
        }
    }
    // A single host of the account is given whether or not it is one of those that are denied.
    match (allowed.given, allowed.by_interface) {
        (Some(own), false) => match allowed.allows(own) {
            Some(true) => Ok(Some(own)),
            Some(false) => Err(Unusable::AddressRefused(own)),
            None => Ok(None),
        },
        (_, true) => Ok(None),
        (None, false) if !allowed.some() && !allowed.passed_over.is_empty() => Err(Unusable::NoReadableAddress),
        (None, false) => of_port.map_or(Ok(None), |address| Err(Unusable::AddressRefused(address))),
    }
}

/// An account's name as it may be shown: where a quote goes on over lines, passwords stand in it.
pub fn shown_name(entry: &Entry) -> String {
    if entry.runaway || entry.further_lines > 0 || entry.client.contains('\n') {
        format!("the account on line {}", entry.line)
    } else {
        offhook_report::text::printable(&entry.client)
    }
}

/// The protocol's name.
pub const fn protocol_name(protocol: AuthProtocol) -> &'static str {
    protocol.name()
}

/// The entry by which a caller who refuses to authenticate is let in, if there is one (auth.c, `null_login`).
pub fn null_login<'a>(facts: &'a Facts, ppp: &'a Ppp) -> Option<&'a Entry> {
    if !ppp.auth.required || !ppp.auth.pap || ppp.unix_login().is_some() || ppp.winner(&["allow-ip"]).is_some() {
        return None;
    }
    let server = ppp.server_name(facts.hostname.as_deref());
    let (secrets, _) = ppp.secrets(facts, AuthProtocol::Pap);
    let entry = best(&secrets.entries, Some(""), server.as_deref().unwrap_or(NOBODY))?;
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
        assert_eq!(told[2], Err(Unusable::OtherServer("dialin".to_owned())));
        assert_eq!(told[3], Err(Unusable::AddressRefused(Ipv4Addr::new(192, 168, 32, 105))));
        assert_eq!(told[4], Ok(Some(Ipv4Addr::new(192, 168, 32, 77))));
    }

    #[test]
    fn an_entry_whose_password_cannot_be_read_is_passed_over() {
        let (accounts, ..) = of_first(&[("ppp/pap-secrets", "alice * @/etc/ppp/none *\nalice * x *\n")]);
        assert_eq!(accounts[0].usable, Err(Unusable::NoFile));
        assert!(accounts[1].usable.is_ok(), "both versions let her in");
    }

    #[test]
    fn an_account_of_chap_secrets_has_the_protocol_that_is_asked_for() {
        let protocol = |words: &str| {
            let login = format!("/AutoPPP/ - - /usr/sbin/pppd {words}\n");
            let (accounts, ..) = of_first(&[("mgetty/login.config", &login), ("ppp/chap-secrets", "carol * x *\n")]);
            let carol = accounts.iter().find(|account| account.entry.client == "carol").unwrap();
            (carol.protocol.name(), carol.usable.is_ok())
        };
        assert_eq!(protocol("require-mschap-v2"), ("MS-CHAPv2", true));
        assert_eq!(protocol("require-eap"), ("EAP", true));
        assert_eq!(protocol("auth"), ("CHAP", true));
        assert_eq!(protocol("+pap"), ("CHAP", false));
    }

    #[test]
    fn with_papcrypt_only_hashes_let_in() {
        let (accounts, ..) = of_first(&[("ppp/options", "auth\npapcrypt\n")]);
        assert_eq!(accounts[0].usable, Err(Unusable::NoHash));
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
