//! The calls by which an audit is laid beside the real programs: probes, and scenarios of them for the lab.
//!
//! In go [`Facts`] and [`Port`]s; out comes, for each port, a list of [`Probe`]s, each with what is expected of it. A
//! [`Scenario`] has the probes of one port as calls that follow one another. Verbs that cannot fail are used where that
//! is possible; after one that does the rest of a port's probes is planned anew ([`scenario`] takes any part of them).

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::time::Duration;

use super::accounts;
use super::effective::{CHAP_SECRETS, Facts, PAP_SECRETS, Port};
use super::read::dialin;
use super::read::secrets::Kind;
use super::source::{Place, Tree};
use crate::scenario::{
    Act, AuthChoice, AuthProtocol, Call, Etc, Port as ScenarioPort, PppClient, Scenario, Server, Span, Step, Verb,
};

/// Probes a port has at most: a long list of accounts is called by its first few.
const MOST_ACCOUNTS: usize = 6;
/// Likewise of rules.
const MOST_RULES: usize = 4;
/// After a denied call mgetty hears nobody for 8 s.
const AFTER_DENIAL: Duration = Duration::from_secs(12);
/// A number that no rule names.
const STRANGER: &str = "7005550199";
/// A name and a password nobody has.
const NOBODY: (&str, &str) = ("offhook-nobody", "offhook-no-password");

/// What a probe tries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aim {
    /// That account, by its protocol and with its password.
    Account {
        /// The account's name.
        name: String,
        /// By which protocol.
        protocol: AuthProtocol,
        /// The entry.
        place: Place,
    },
    /// A wrong password for a name that exists, or for none.
    BadPassword,
    /// No authentication at all.
    Unauthenticated,
    /// A number that this rule is the first to fit; `None`: that no rule fits, or no caller ID.
    CallerId(Option<Place>),
}

/// What is expected of a probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Whether the server answers, after so many rings.
    pub answered: Option<u32>,
    /// Whether the caller gets in; `None`: not tried.
    pub inside: Option<bool>,
    /// The address the caller gets, if that is certain.
    pub address: Option<Ipv4Addr>,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// What it tries.
    pub aim: Aim,
    /// The number it shows; `None`: no caller ID.
    pub from: Option<String>,
    /// Who it says it is, and the password; never printed.
    pub credentials: Option<(String, Credential)>,
    /// By which protocol.
    pub protocol: Option<AuthProtocol>,
    /// What should come of it.
    pub expected: Expected,
}

/// A password that does not print itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential(String);

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(a password)")
    }
}

/// The probes of one port, in order.
pub fn probes(tree: &Tree, facts: &Facts, port: &Port) -> Vec<Probe> {
    // With ringback or a voice line nothing simple can be said.
    if port.command.ringback.is_some() || port.command.fax_only {
        return Vec::new();
    }
    let mut probes = Vec::new();
    let from = friend(facts, port);
    if let (Some(ppp), Ok(from)) = (&port.ppp, &from) {
        probes.extend(ppp_probes(tree, facts, port, ppp, from));
    }
    if !port.direct.value {
        probes.extend(number_probes(facts, port));
    }
    probes
}

/// A number that is answered; `Err`: there is none.
fn friend(facts: &Facts, port: &Port) -> Result<Option<String>, ()> {
    if port.direct.value {
        return Ok(None);
    }
    let rules = facts.rules.as_deref().unwrap_or_default();
    let mut candidates = vec![Some(STRANGER.to_owned()), None];
    candidates.extend(rules.iter().filter(|rule| rule.allow).filter_map(|rule| number_for(&rule.number)).map(Some));
    candidates.into_iter().find(|number| dialin::decision(rules, &seen(port, number.as_deref())).1).ok_or(())
}

/// The number as mgetty knows it when it decides: after one ring it knows none.
fn seen(port: &Port, number: Option<&str>) -> String {
    match number {
        Some(number) if port.rings.value > 1 => number.to_owned(),
        _ => "none".to_owned(),
    }
}

/// A whole number that begins as a rule has it.
fn number_for(prefix: &str) -> Option<String> {
    (!prefix.is_empty() && prefix.len() <= 20 && prefix.bytes().all(|octet| octet.is_ascii_digit()))
        .then(|| format!("{prefix}{}", &"0100"[..4_usize.saturating_sub(prefix.len() / 4).min(4)]))
}

fn answered(port: &Port) -> u32 {
    if port.direct.value { 0 } else { port.rings.value }
}

fn ppp_probes(
    tree: &Tree,
    facts: &Facts,
    port: &Port,
    ppp: &super::effective::Ppp,
    from: &Option<String>,
) -> Vec<Probe> {
    let rings = answered(port);
    let starts = accounts::starts(facts, ppp).is_ok() && ppp.missing.is_empty();
    let all = accounts::of(facts, ppp);
    let mut probes = Vec::new();
    let mut called = BTreeSet::new();
    for account in &all {
        let Ok(address) = &account.usable else { continue };
        // Unix passwords are not known here.
        let unix = account.protocol == AuthProtocol::Pap && ppp.unix_login().is_some();
        let Some(password) = password(tree, &account.entry.secret).filter(|_| !unix && account.entry.client != "*")
        else {
            continue;
        };
        let key = (account.entry.client.clone(), account.protocol == AuthProtocol::Chap);
        if !starts || called.len() >= MOST_ACCOUNTS || !called.insert(key) {
            continue;
        }
        let place = Place::line(
            if account.protocol == AuthProtocol::Pap { PAP_SECRETS } else { CHAP_SECRETS },
            account.entry.line,
        );
        let name = account.entry.client.clone();
        probes.push(Probe {
            aim: Aim::Account { name: name.clone(), protocol: account.protocol, place },
            from: from.clone(),
            credentials: Some((name, Credential(password))),
            protocol: Some(account.protocol),
            expected: Expected { answered: Some(rings), inside: Some(true), address: *address },
        });
    }
    let any = all.iter().find(|account| {
        account.usable.is_ok() && account.entry.secret.kind() == Kind::Empty && ppp.unix_login().is_none()
    });
    let victim = all.iter().find(|account| account.usable.is_ok() && account.entry.client != "*");
    let open = starts && (!ppp.auth.required || any.is_some());
    let named = any.filter(|account| account.entry.client != "*").or(victim);
    let name = named.map_or(NOBODY.0.to_owned(), |account| account.entry.client.clone());
    let expected = |inside| Expected { answered: Some(rings), inside: Some(inside), address: None };
    probes.push(Probe {
        aim: Aim::BadPassword,
        from: from.clone(),
        credentials: Some((name, Credential(NOBODY.1.to_owned()))),
        protocol: None,
        expected: expected(open),
    });
    let null = accounts::null_login(facts, ppp).is_some();
    probes.push(Probe {
        aim: Aim::Unauthenticated,
        from: from.clone(),
        credentials: None,
        protocol: None,
        expected: expected(starts && (!ppp.auth.required || null)),
    });
    probes
}

/// The password in clear, where the files have it.
fn password(tree: &Tree, secret: &super::read::secrets::Secret) -> Option<String> {
    match secret.kind() {
        Kind::Plain => Some(secret.value().to_owned()),
        Kind::Empty => Some(NOBODY.1.to_owned()),
        Kind::File => {
            let path = secret.file()?;
            let source = tree.source(&path)?;
            super::read::words::words(source.octets).first().map(|word| word.text.clone())
        }
        Kind::Login | Kind::Crypt => None,
    }
}

/// One call for each rule that somebody can meet first, one stranger, one without caller ID.
fn number_probes(facts: &Facts, port: &Port) -> Vec<Probe> {
    let Some(rules) = facts.rules.as_deref().filter(|rules| !rules.is_empty()) else { return Vec::new() };
    let mut numbers: Vec<(Option<String>, Option<Place>)> = Vec::new();
    for rule in rules.iter().filter(|rule| !rule.is_all()).take(MOST_RULES) {
        let Some(number) = number_for(&rule.number) else { continue };
        if dialin::decision(rules, &number).0 == Some(rule) {
            numbers.push((Some(number), Some(rule.place.clone())));
        }
    }
    numbers.push((Some(STRANGER.to_owned()), None));
    numbers.push((None, None));
    let probe = |(from, place): (Option<String>, Option<Place>)| {
        let (_, lets_in) = dialin::decision(rules, &seen(port, from.as_deref()));
        let expected = Expected { answered: lets_in.then_some(port.rings.value), inside: None, address: None };
        Probe { aim: Aim::CallerId(place), from, credentials: None, protocol: None, expected }
    };
    numbers.into_iter().map(probe).collect()
}

/// The scenario that makes those probes on that port, one after the other.
pub fn scenario(etc: &Etc, port: &Port, probes: &[Probe], stack: &str) -> Scenario {
    let mut served = ScenarioPort::new(port.device.clone());
    served.direct = port.direct.value;
    let server = Server { ports: vec![served], etc: Some(etc.clone()), ..Server::default() };
    let mut after = Duration::ZERO;
    let mut acts = Vec::new();
    for probe in probes {
        acts.push(Act::Calls(vec![call(port, probe, after)]));
        after = if probe.expected.answered.is_some() { Duration::ZERO } else { AFTER_DENIAL };
    }
    Scenario {
        name: format!("the callers of {}", port.device),
        span: Span::default(),
        specs: Vec::new(),
        stacks: vec![stack.to_owned()],
        server,
        acts,
    }
}

fn call(port: &Port, probe: &Probe, after: Duration) -> Call {
    let step = |verb| Step { span: Span::default(), verb, deviations: Vec::new(), known_failures: Vec::new() };
    let mut steps = Vec::new();
    if !port.direct.value {
        steps.push(step(Verb::Ring { count: rings_tried(port) }));
    }
    match probe.aim {
        // Long enough for every ring, and for training if somebody answers.
        Aim::CallerId(_) => {
            let time = Duration::from_secs(u64::from(rings_tried(port)) * 6 + 15);
            steps.push(step(Verb::Wait { time: Some(time) }));
        }
        _ => {
            let (user, password) = match &probe.credentials {
                Some((user, Credential(password))) => (Some(user.clone()), Some(password.clone())),
                None => (None, None),
            };
            let auth = match probe.protocol {
                Some(AuthProtocol::Pap) => AuthChoice::Pap,
                Some(AuthProtocol::Chap) => AuthChoice::Chap,
                None => AuthChoice::Any,
            };
            steps.push(step(Verb::Ppp(PppClient { user, password, auth, ask_dns: true, ..PppClient::default() })));
        }
    }
    Call {
        span: Span::default(),
        from: probe.from.clone(),
        name: None,
        to: port.device.clone(),
        after,
        ready: true,
        steps,
    }
}

/// Rings a probe waits: some more than the server needs.
fn rings_tried(port: &Port) -> u32 {
    port.rings.value.saturating_add(2).min(40)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::effective::ports;
    use crate::audit::tests::with;

    fn planned(changes: &[(&str, &str)]) -> Vec<Probe> {
        let tree = with(changes);
        let facts = Facts::of(&tree);
        probes(&tree, &facts, &ports(&tree, &facts)[0])
    }

    #[test]
    fn every_account_every_rule_and_those_who_should_not_get_in_call_once() {
        let probes = planned(&[]);
        let told: Vec<_> = probes.iter().map(|p| (p.from.as_deref(), p.expected.answered, p.expected.inside)).collect();
        let friend = Some("5550100");
        assert_eq!(
            told,
            [
                (friend, Some(2), Some(true)),
                (friend, Some(2), Some(true)),
                (friend, Some(2), Some(false)),
                (friend, Some(2), Some(false)),
                (friend, Some(2), None),
                (Some(STRANGER), None, None),
                (None, None, None),
            ]
        );
        assert_eq!(probes[0].expected.address, Some(Ipv4Addr::new(192, 168, 32, 105)));
    }

    #[test]
    fn an_open_server_is_expected_to_be_open() {
        let open = planned(&[("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd noauth\n")]);
        let inside: Vec<_> = open.iter().filter_map(|probe| probe.expected.inside).collect();
        assert_eq!(inside, [true, true]);
        let any = planned(&[("ppp/pap-secrets", "alice * \"\" *\n")]);
        let bad = any.iter().find(|probe| probe.aim == Aim::BadPassword).map(|probe| probe.expected.inside);
        assert_eq!(bad, Some(Some(true)));
    }

    #[test]
    fn where_nobody_is_answered_only_numbers_are_tried() {
        let probes = planned(&[("mgetty/dialin.config", "!all\n")]);
        assert!(probes.iter().all(|probe| matches!(probe.aim, Aim::CallerId(_)) && probe.expected.answered.is_none()));
        assert_eq!(probes.len(), 2);
    }

    #[test]
    fn a_scenario_has_the_probes_as_acts_and_waits_after_a_denied_call() {
        let tree = with(&[]);
        let facts = Facts::of(&tree);
        let port = &ports(&tree, &facts)[0];
        let probes = probes(&tree, &facts, port);
        let scenario = scenario(&tree.etc, port, &probes, "bookworm");
        assert_eq!(scenario.calls().count(), probes.len());
        assert_eq!(scenario.calls().last().map(|call| call.after), Some(AFTER_DENIAL));
        assert!(!format!("{probes:?}").contains("secret\""));
    }
}
