//! Who gets in by which protocol, and why not: entries of the secrets files against what pppd asks for on a port.

use std::fmt;
use std::net::Ipv4Addr;

use super::effective::{Facts, Ppp};
use super::offered::{self, NOBODY};
use super::stock::is_stock;
pub use super::unusable::Unusable;
use super::usable;
pub use super::usable::needs_unix_user;
use offhook_etc::read::accounts::{Password, User};
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
    /// The plugin winbind decides, and does not know whom to ask.
    NoHelper,
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
            NoStartReason::NoHelper => {
                f.write_str("the plugin winbind lets nobody in without the option ntlm_auth-helper")
            }
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
    if ppp.winbind_without_helper() {
        why = Some(NoStart { reason: NoStartReason::NoHelper, place: None });
    }
    Err(why.unwrap_or(NoStart { reason: NoStartReason::NoProtocol, place: None }))
}

fn fits_elsewhere(entry: &Entry, name: &str) -> bool {
    entry.rank(None, name).is_none()
        && entry.has_secret
        && entry.server.as_deref().is_some_and(|server| !server.is_empty())
}

/// Every entry of both files, judged for a port, but what a distribution ships and lets nobody in.
pub fn of(facts: &Facts, ppp: &Ppp) -> Vec<Account> {
    let mut accounts = Vec::new();
    for protocol in [AuthProtocol::Pap, offered::of_chap_secrets(facts, ppp)] {
        let (secrets, file) = ppp.secrets(facts, protocol);
        for entry in &secrets.entries {
            let usable = usable::usable(facts, ppp, protocol, &secrets.entries, entry);
            if usable.is_err() && is_stock(entry) {
                continue;
            }
            accounts.push(Account { protocol, entry: entry.clone(), place: Place::line(file, entry.line), usable });
        }
    }
    accounts
}

/// An account's name as it may be shown: where a quote goes on over lines, passwords stand in it.
pub fn shown_name(entry: &Entry) -> String {
    if entry.runaway || entry.further_lines > 0 || entry.client.contains('\n') {
        format!("the account on line {}", entry.line)
    } else {
        offhook_report::text::printable(&entry.client)
    }
}

/// The same, in quotes where it is a name.
pub fn quoted_name(entry: &Entry) -> String {
    let name = shown_name(entry);
    if name == entry.client { format!("{name:?}") } else { name }
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
    let open = entry.secret.kind() == SecretKind::Empty && entry.has_secret && entry.some_address();
    // One that does not allow the port's address is accepted, and sent away.
    (open && usable::address(ppp, entry).is_ok()).then_some(entry)
}

/// The Unix user as whom an account lets callers in with any password: PAM checks it, and that user has none.
pub fn without_unix_password<'a>(facts: &'a Facts, ppp: &Ppp, account: &Account) -> Option<&'a User> {
    let kind = account.entry.secret.kind();
    let checked = kind == SecretKind::Login || kind == SecretKind::Empty && ppp.unix_login().is_some();
    if account.protocol != AuthProtocol::Pap || account.usable.is_err() || !checked || !facts.empty_password_by_pap {
        return None;
    }
    let client = account.entry.client.as_str();
    facts.users.iter().find(|user| user.password == Password::Empty && (client == "*" || client == user.name))
}

/// Whether a caller who refuses to authenticate is let in where authentication is required: by an entry for the empty name
/// without a password, or with an address of `allow-ip`.
pub fn without_name(facts: &Facts, ppp: &Ppp) -> bool {
    if !ppp.auth.required || ppp.winner(&["allow-ip"]).is_none() {
        return null_login(facts, ppp).is_some();
    }
    let words: Vec<String> = ppp.every("allow-ip").filter_map(|option| option.parameter.clone()).collect();
    let allowed = Allowed::read(&words, &ppp.hosts);
    let of_port = ppp.addresses().1.map(|(address, _)| address);
    of_port.into_iter().chain(allowed.given).any(|address| allowed.allows(address) == Some(true))
}

/// The name under which a caller is let in by an entry for anybody: that of a Unix user, where PAM wants one.
pub fn name_for_anybody<'a>(facts: &'a Facts, ppp: &Ppp, protocol: AuthProtocol, nobody: &'a str) -> &'a str {
    let user = facts.users.iter().find(|user| user.password != Password::Unknown);
    match user.filter(|_| needs_unix_user(facts, ppp, protocol)) {
        Some(user) => &user.name,
        None => nobody,
    }
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
    fn of_entries_for_anybody_one_is_used() {
        let (accounts, ..) = of_first(&[("ppp/pap-secrets", "alice * a *\n* * x *\n* dialin y *\n")]);
        let usable: Vec<_> = accounts.iter().map(|account| account.usable.is_ok()).collect();
        assert_eq!(usable, [true, false, true]);
    }

    #[test]
    fn a_protocol_that_is_not_offered_lets_nobody_in() {
        // pppd looks at one entry only: with CHAP left out, bob cannot get in although his entry is right.
        let login = ("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth\n");
        let (accounts, ..) = of_first(&[login, ("ppp/chap-secrets", "alice * a\nbob * b *\n")]);
        let bob = accounts.iter().rfind(|account| account.entry.client == "bob").unwrap();
        assert_eq!(bob.usable, Err(Unusable::NotOffered(AuthProtocol::Chap)));
    }

    #[test]
    fn an_address_of_allow_ip_lets_in_who_refuses_to_authenticate() {
        let without = |options: &str| {
            let tree = with(&[("ppp/options", options)]);
            let facts = Facts::of(&tree);
            without_name(&facts, &ports(&tree, &facts).remove(0).ppp.unwrap())
        };
        assert!(without("auth\nallow-ip 192.168.32.105\n"));
        assert!(without("auth\nallow-ip 10.0.0.7\n"), "it is given");
        assert!(!without("auth\nallow-ip 10.0.0.0/8\n"), "the port gives another address");
        assert!(!without("auth\n"));
    }

    #[test]
    fn with_remotename_every_caller_of_chap_is_that_one() {
        let login = ("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +chap remotename alice\n");
        let (accounts, ..) = of_first(&[login, ("ppp/chap-secrets", "carol * x *\nalice * y *\n")]);
        let of = |name: &str| accounts.iter().rfind(|account| account.entry.client == name).unwrap().usable.clone();
        assert_eq!(of("carol"), Err(Unusable::RemoteName("alice".to_owned())));
        assert!(of("alice").is_ok());
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
    fn a_domain_that_is_stripped_is_in_no_name() {
        let login = ("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +chap chapms-strip-domain\n");
        let (accounts, ..) = of_first(&[login, ("ppp/chap-secrets", "\"CORP\\\\carol\" * x *\n")]);
        let carol = accounts.iter().find(|account| account.entry.client == "CORP\\carol").unwrap();
        assert_eq!(carol.usable, Err(Unusable::NameStripped));
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
