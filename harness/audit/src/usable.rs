//! Whether an entry of the secrets files lets a caller in on a port, and with which address.
//!
//! In go the facts, pppd's options, a protocol and an entry among others; out comes the address that is given, if one is
//! certain, or why the entry lets nobody in.

use std::net::Ipv4Addr;

use super::effective::{Facts, Ppp};
use super::offered::{self, NOBODY};
use super::unusable::Unusable;
use offhook_etc::read::accounts::Password;
use offhook_etc::read::allowed::Allowed;
use offhook_etc::read::secrets::{Entry, SecretKind, best};
use offhook_scenario::AuthProtocol;

/// What the entry is good for: `Ok` with the address it gives, if one is certain.
pub(crate) fn usable(
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
    // An entry for anybody is for callers whom no entry names.
    let caller = if any { NOBODY } else { &entry.client };
    if best(&all, Some(caller), name).is_some_and(|found| found.line != entry.line) {
        return Err(Unusable::NotFirst);
    }
    if !entry.some_address() {
        return Err(Unusable::NoAddress);
    }
    // Where pppd does not start at all, what an account would do is told all the same.
    if !offered::has_account(facts, ppp, protocol) && !offered::offered(facts, ppp).is_empty() {
        return Err(Unusable::NotOffered(protocol));
    }
    if let Some(only) = only_name(ppp, protocol)
        && entry.client != only
        && !(any && best(&all, Some(only), name).is_some_and(|found| found.line == entry.line))
    {
        return Err(Unusable::RemoteName(only.to_owned()));
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

/// Whether a caller who is let in has to be a Unix user, whatever the password.
pub fn needs_unix_user(facts: &Facts, ppp: &Ppp, protocol: AuthProtocol) -> bool {
    let login = ppp.unix_login().is_some();
    match protocol {
        AuthProtocol::Eap => false,
        AuthProtocol::Pap if login => true,
        _ => (login || ppp.winner(&["enable-session"]).is_some()) && !facts.unknown_user_passes,
    }
}

/// The name that pppd takes for that of every caller: with CHAP that of `remotename`.
fn only_name(ppp: &Ppp, protocol: AuthProtocol) -> Option<&str> {
    let chap = matches!(protocol, AuthProtocol::Chap | AuthProtocol::MsChap | AuthProtocol::MsChapV2);
    let named = ppp.winner(&["remotename"]).filter(|_| chap)?.parameter.as_deref();
    named.filter(|name| !name.is_empty())
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
    if protocol != AuthProtocol::Eap
        && !pap
        && entry.client.contains('\\')
        && ppp.winner(&["chapms-strip-domain"]).is_some()
    {
        return Some(Unusable::NameStripped);
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
        // Here PAM checks the account, not the password: a locked one passes.
        (_, None) if needs_unix_user(facts, ppp, protocol) => Err(Unusable::NoUserForChap),
        _ => Ok(()),
    }
}

/// The address that a caller of that account gets, if it is certain.
pub(crate) fn address(ppp: &Ppp, entry: &Entry) -> Result<Option<Ipv4Addr>, Unusable> {
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
