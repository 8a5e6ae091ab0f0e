//! Calls by PPP: every account, a wrong password, an empty one where that is the question, another address, and no
//! authentication at all.
//!
//! In go the files and what holds for a port; [`Probe`]s are added to its [`Plan`].

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::time::Duration;

use super::{Aim, Credential, Expected, LeftOutWhat, NOBODY, Plan, Probe, UNIX_PASSWORD, answered, unauthenticated};
use crate::accounts::{self, Account, Unusable};
use crate::effective::{Answers, Facts, Port, Ppp};
use crate::network::{Network, network};
use crate::{offered, starting};
use offhook_etc::read::accounts::Password;
use offhook_etc::read::secrets::{Entry, SecretKind};
use offhook_etc::source::Tree;
use offhook_scenario::AuthProtocol;

/// Accounts a port is called by at most: a long list by its first ones.
const MOST_ACCOUNTS: usize = 12;

/// The longest idle time that is waited for.
const LONGEST_IDLE: u64 = 3600;

/// How much later than said a call may be ended.
const GRACE: u64 = 30;

/// An address nobody else has (RFC 5737), for callers who bring one.
pub(super) const BROUGHT: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 105);

pub(super) fn ppp_probes(tree: &Tree, facts: &Facts, port: &Port, ppp: &Ppp, from: &Option<String>, plan: &mut Plan) {
    let starts = starting::starts(facts, ppp).is_ok();
    let all = accounts::of(facts, ppp);
    account_probes(tree, facts, port, from, plan, (ppp, &all, starts));
    let empty = |account: &&Account| account.usable.is_ok() && account.entry.secret.kind() == SecretKind::Empty;
    let any = all.iter().find(|account| empty(account) && ppp.unix_login().is_none());
    let blank = all.iter().find_map(|account| Some((account, accounts::without_unix_password(facts, ppp, account)?)));
    let victim = all.iter().find(|account| account.usable.is_ok() && account.entry.client != "*");
    let pap = any.is_some_and(|account| account.protocol == AuthProtocol::Pap);
    let open = starts && (!ppp.auth.required || pap || blank.is_some());
    let named = any.filter(|account| account.entry.client != "*").or(blank.map(|(account, _)| account)).or(victim);
    let name = named.map_or(NOBODY.0.to_owned(), |account| account.entry.client.clone());
    let name = blank.filter(|_| !pap).map_or(name, |(_, user)| user.name.clone());
    let protocol =
        named.map(|account| account.protocol).or((ppp.auth.required && ppp.auth.pap).then_some(AuthProtocol::Pap));
    let network = network(facts, ppp) == Network::Yes;
    let asked = Probe {
        protocol: Some(protocol.unwrap_or_else(|| offered::of_chap_secrets(facts, ppp))),
        brings: brings(ppp, named.or(any).map(|account| &account.entry)),
        ..unauthenticated(port, from, open)
    };
    let address = named.or(any).and_then(|account| account.usable.clone().ok().flatten());
    let expected = Expected { address, ..asked.expected }.with_network(network);
    let asked = Probe { expected, ..asked };
    plan.probes.push(Probe {
        aim: Aim::BadPassword,
        credentials: Some((name, Credential(NOBODY.1.to_owned()))),
        ..asked.clone()
    });
    if let Some(account) = any.filter(|_| starts && ppp.auth.required) {
        let anybody = accounts::name_for_anybody(facts, ppp, account.protocol, NOBODY.0);
        let name = if account.entry.client == "*" { anybody } else { &account.entry.client };
        plan.probes.push(Probe {
            aim: Aim::EmptyPassword(name.to_owned()),
            credentials: Some((name.to_owned(), Credential(String::new()))),
            protocol: Some(account.protocol),
            brings: brings(ppp, Some(&account.entry)),
            expected: Expected {
                inside: Some(true),
                address: account.usable.clone().ok().flatten(),
                ..asked.expected.clone()
            }
            .with_network(network),
            ..asked
        });
    }
    let inside = |probe: &&Probe| probe.expected.inside == Some(true) && matches!(probe.aim, Aim::Account { .. });
    // By offhook's own caller, who takes another address when it is given one.
    let own = |probe: &&Probe| matches!(probe.protocol, Some(AuthProtocol::Pap | AuthProtocol::Chap));
    let first = plan.probes.iter().filter(inside).find(own).filter(|_| ppp.addresses().1.is_some());
    if let Some((probe, Aim::Account { name, .. })) = first.map(|probe| (probe.clone(), &probe.aim)) {
        let aim = Aim::OtherAddress(name.clone());
        let of = all.iter().find(|account| matches!(&probe.aim, Aim::Account { place, .. } if *place == account.place));
        let refused = of.is_some_and(|account| account.entry.allows(BROUGHT) == Some(false));
        // Taken at its word, a caller is sent away whose account does not allow what it asks for.
        let away = ppp.accepts_remote().is_some() && refused;
        let inside = if away { Some(false) } else { probe.expected.inside };
        let expected = Expected { inside, ..probe.expected.clone() };
        plan.probes.push(Probe { aim, brings: Some(BROUGHT), expected, ..probe });
    }
    // Where the server has no address to give, somebody asks for one.
    let account = |probe: &&Probe| matches!(probe.aim, Aim::Account { .. }) && probe.expected.inside != Some(false);
    let brought = plan.probes.iter().filter(account).find(|probe| probe.brings.is_some());
    if let Some((probe, Aim::Account { name, .. })) = brought.map(|probe| (probe.clone(), &probe.aim)) {
        let expected = Expected { inside: None, ..probe.expected };
        plan.probes.push(Probe { aim: Aim::NoAddress(name.clone()), brings: None, expected, ..probe });
    }
    let null = accounts::without_name(facts, ppp);
    let inside = starts && (!ppp.auth.required || null);
    let unauthenticated = unauthenticated(port, from, inside);
    let entry = accounts::null_login(facts, ppp);
    let address = entry.and_then(Entry::single).or(unauthenticated.expected.address);
    let expected = Expected { address, ..unauthenticated.expected }.with_network(network);
    plan.probes.push(Probe { brings: brings(ppp, entry), expected, ..unauthenticated });
    // One caller who gets in stays until the server has had enough of it.
    // Where pppd begins again by itself the call goes on.
    if let Some(end) =
        ppp.longest_idle_call().filter(|seconds| *seconds <= LONGEST_IDLE && port.begins_again().is_none())
        && let Some(probe) = plan.probes.iter_mut().find(|probe| probe.expected.inside == Some(true))
    {
        // init's own pppd starts over every 31 s while nobody is there: the next caller is not to come just then.
        let grace = if port.server == Answers::Pppd { GRACE / 2 } else { GRACE };
        probe.stays = Duration::from_secs(end + grace);
    }
}

/// A call for each account: those that let in first.
fn account_probes(
    tree: &Tree,
    facts: &Facts,
    port: &Port,
    from: &Option<String>,
    plan: &mut Plan,
    (ppp, all, starts): (&Ppp, &[Account], bool),
) {
    let mut called = BTreeSet::new();
    let mut more = 0_usize;
    let (usable, useless): (Vec<&Account>, Vec<&Account>) = all.iter().partition(|account| account.usable.is_ok());
    let tried = |account: &&Account| {
        !matches!(account.usable, Err(Unusable::NotRequired | Unusable::NotAsked(_) | Unusable::NotFirst))
            && !account.entry.runaway
            && !account.entry.client.is_empty()
            && account.entry.client != "*"
    };
    for account in usable.into_iter().chain(useless.into_iter().filter(tried)).filter(|_| starts) {
        let key = (account.entry.client.clone(), account.protocol == AuthProtocol::Pap);
        if called.contains(&key) {
            continue;
        }
        if called.len() >= MOST_ACCOUNTS {
            more += 1;
            continue;
        }
        let (name, password, unix) = match credentials(tree, facts, ppp, account) {
            Ok(known) => known,
            Err(why) => {
                plan.leave_out(LeftOutWhat::Account(account.entry.client.clone(), account.place.clone()), why);
                continue;
            }
        };
        // Who is refused the address it would be given is called for as one who asks for none.
        let brings = account.usable.is_ok().then(|| brings(ppp, Some(&account.entry))).flatten();
        let secret = &account.entry.secret;
        let (inside, address) = match account.usable {
            // Who has no address by any means may get in or not: that is for a rule to judge.
            Ok(address) => ((address.or(brings).is_some() || ppp.addresses().1.is_some()).then_some(true), address),
            // With the same password another account may let it in.
            Err(_) => {
                let same = |other: &&Account| {
                    other.usable.is_ok() && other.protocol == account.protocol && other.entry.client == "*"
                };
                let mut others = all.iter().filter(same);
                let open = |other: &Account| {
                    other.entry.secret.kind() == SecretKind::Empty || other.entry.secret.value() == secret.value()
                };
                ((!others.any(open)).then_some(false), None)
            }
        };
        plan.probes.push(Probe {
            aim: Aim::Account { name: name.clone(), protocol: account.protocol, place: account.place.clone() },
            credentials: Some((name, Credential(password))),
            protocol: Some(account.protocol),
            unix,
            brings,
            expected: Expected { answered: Some(answered(port)), inside, address }
                .with_network(network(facts, ppp) == Network::Yes),
            ..unauthenticated(port, from, false)
        });
        called.insert(key);
    }
    if more > 0 {
        plan.leave_out(LeftOutWhat::Accounts(more), format!("only the first {MOST_ACCOUNTS} are called for"));
    }
}

/// The address that a caller has to bring: where neither the port nor its account gives one.
fn brings(ppp: &Ppp, entry: Option<&Entry>) -> Option<Ipv4Addr> {
    if ppp.addresses().1.is_some() || entry.is_some_and(|entry| entry.single().is_some()) {
        return None;
    }
    let allowed = |address: &Ipv4Addr| entry.is_none_or(|entry| entry.allows(*address) != Some(false));
    let words = entry.into_iter().flat_map(|entry| &entry.addresses);
    let named = words.filter_map(|word| word.split_once('/').map_or(word.as_str(), |(base, _)| base).parse().ok());
    // Of a network the first host.
    let hosts =
        named.map(|base: Ipv4Addr| if base.octets()[3] == 0 { Ipv4Addr::from(u32::from(base) | 1) } else { base });
    hosts.chain([BROUGHT]).find(allowed)
}

/// By which name and password an account is tried, and whether that password has to be the Unix one.
fn credentials(tree: &Tree, facts: &Facts, ppp: &Ppp, account: &Account) -> Result<(String, String, bool), String> {
    let secret = &account.entry.secret;
    let pap = account.protocol == AuthProtocol::Pap;
    let unix = pap && (ppp.unix_login().is_some() || secret.kind() == SecretKind::Login);
    let name = if account.entry.client != "*" {
        account.entry.client.clone()
    } else if unix {
        let user = facts.users.iter().find(|user| user.password == Password::Set);
        user.map(|user| user.name.clone()).ok_or("no Unix user has a password")?
    } else {
        accounts::name_for_anybody(facts, ppp, account.protocol, NOBODY.0).to_owned()
    };
    // Who does not get in needs no right password to show it.
    let (with_hash, useless) = (
        facts.users.iter().any(|user| user.name == name && user.password == Password::Set),
        facts.users_known && account.usable.is_err(),
    );
    if unix && !with_hash && useless {
        let password = if secret.kind() == SecretKind::Plain { secret.value() } else { NOBODY.1 };
        return Ok((name, password.to_owned(), false));
    }
    if unix && !with_hash {
        return Err("the Unix password is checked, and the files do not tell who has one".to_owned());
    }
    let password = match secret.kind() {
        SecretKind::Plain => secret.value().to_owned(),
        SecretKind::Empty | SecretKind::Login if unix => UNIX_PASSWORD.to_owned(),
        // PAP takes any password then; everything else takes the empty one alone.
        SecretKind::Empty if !pap => String::new(),
        // Only PAP knows that word.
        SecretKind::Login if !pap => secret.value().to_owned(),
        SecretKind::Empty | SecretKind::Login => NOBODY.1.to_owned(),
        SecretKind::File => {
            let path = secret.file().unwrap_or_default();
            let source = tree.source(&path).ok_or("its password is in a file that does not exist")?;
            let words = offhook_etc::read::words::words(source.octets);
            words.first().map(|word| word.text.clone()).ok_or("its password is in a file that is empty")?
        }
        SecretKind::Crypt => return Err("only the hash of its password is known".to_owned()),
    };
    Ok((name, password, unix))
}
