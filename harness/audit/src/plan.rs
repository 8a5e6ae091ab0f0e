//! The calls that compare an audit with the real programs: probes, and scenarios of them for the lab.
//!
//! In go [`Facts`] and [`Port`]s; out comes, for each port, a [`Plan`]: [`Probe`]s with what is expected of each. A
//! [`Scenario`] has the probes of one port as calls that follow one another. Verbs that cannot fail are used where that
//! is possible; after one that does the rest of a port's probes is planned again ([`scenario`] takes any part of them).

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::time::Duration;

use serde::Serialize;

use super::accounts::{self, Account, Unusable};
use super::effective::{Facts, Port, Ppp};
use super::unix;
use offhook_base::Span;
use offhook_etc::Etc;
use offhook_etc::read::accounts::{Password, User};
use offhook_etc::read::dialin;
use offhook_etc::read::secrets::SecretKind;
use offhook_etc::source::{Place, Tree};
use offhook_report::text::counted;
use offhook_scenario::{
    AcceptedAuth, Act, AuthProtocol, Call, Client, ClientProgram, Port as ScenarioPort, PppClient, Scenario, Server,
    Step, Verb,
};

/// Accounts a port is called by at most: a long list by its first ones.
const MOST_ACCOUNTS: usize = 12;
/// Likewise of rules.
const MOST_RULES: usize = 12;
/// The most rings that are waited for.
const MOST_RINGS: u32 = 100;
/// From here on the answer is waited for on its own: PPP's and login's patience ends earlier.
const LONG_RINGING: u32 = 8;
/// A caller who gets in stays so long at least: a server that takes back what it gave does so at once.
pub const MOMENT: Duration = Duration::from_secs(3);
/// The longest idle time that is waited for.
const LONGEST_IDLE: u64 = 3600;
/// How much later than said a call may be ended.
const GRACE: u64 = 30;
/// How long a caller who calls again after carrier was lost lets it ring: as long as people do.
pub const AGAIN: Duration = Duration::from_secs(120);
/// From one ring to the next.
const RING: Duration = Duration::from_secs(6);
/// From the answer to carrier, at most.
const TRAINING: Duration = Duration::from_secs(15);
/// What a program needs to dial, to train and to bring PPP up.
const DIALLING: Duration = Duration::from_secs(60);
/// An address nobody else has (RFC 5737), for callers who bring one.
const BROUGHT: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 105);
/// After a denied call mgetty hears nobody for 8 s of silence.
const AFTER_DENIAL: Duration = Duration::from_secs(20);
/// A number that no rule names.
const STRANGER: &str = "7005550199";
/// A name and a password nobody has.
const NOBODY: (&str, &str) = ("offhook-nobody", "offhook-no-password");
/// The Unix password that users get in the lab's copy, unless an account says another.
const UNIX_PASSWORD: &str = "offhook-unix-password";
/// Shells that the lab has.
const SHELLS: &[&str] = &["", "/bin/sh", "/bin/bash", "/bin/dash", "/usr/bin/bash", "/usr/bin/dash", "/usr/bin/sh"];

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
    /// The empty password for that name.
    EmptyPassword(String),
    /// No authentication at all.
    Unauthenticated,
    /// A number that this rule is the first to fit; `None`: that no rule fits, or no caller ID.
    CallerId(Option<Place>),
    /// That Unix user at the prompt.
    TextLogin(String),
    /// Carrier is lost in the middle of the call.
    Lost,
    /// A call right after it.
    Again,
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
    /// Whether the password is to be the user's Unix password, in the lab's copy of the files.
    pub unix: bool,
    /// The address the caller brings; `None`: it asks for one.
    pub brings: Option<Ipv4Addr>,
    /// How long the caller stays and does nothing once the network is up.
    pub stays: Duration,
    /// What should come of it.
    pub expected: Expected,
}

/// A password that does not print itself. Empty: none is typed.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential(String);

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(a password)")
    }
}

/// What is called on a port, and what is not and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The calls, in order.
    pub probes: Vec<Probe>,
    /// What is left out.
    pub left_out: Vec<LeftOut>,
}

impl Plan {
    fn leave_out(&mut self, what: LeftOutWhat, why: impl Into<String>) {
        self.left_out.push(LeftOut { what, why: why.into() });
    }
}

/// What no call tries, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// What.
    pub what: LeftOutWhat,
    /// Why.
    pub why: String,
}

/// What no call tries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOutWhat {
    /// The port as a whole.
    Port,
    /// An account: its name, and the entry.
    Account(String, Place),
    /// So many accounts more.
    Accounts(usize),
    /// So many rules of caller ID more.
    Rules(usize),
    /// Logins at the prompt.
    Logins,
}

impl std::fmt::Display for LeftOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.what {
            LeftOutWhat::Port => f.write_str("the port as a whole")?,
            LeftOutWhat::Account(name, _) => f.write_str(&offhook_report::text::printable(name))?,
            LeftOutWhat::Accounts(count) => write!(f, "{} more", counted(*count, "account"))?,
            LeftOutWhat::Rules(count) => write!(f, "{} more", counted(*count, "caller-ID rule"))?,
            LeftOutWhat::Logins => f.write_str("logins at the prompt")?,
        }
        write!(f, ": {}", self.why)
    }
}

/// The calls to one port.
pub fn plan(tree: &Tree, facts: &Facts, port: &Port) -> Plan {
    let mut plan = Plan::default();
    let missing = ["cnd-program", "cid-program"].into_iter().find_map(|key| {
        let program = port.values.get(key)?.text.split_whitespace().next()?;
        tree.etc.file(program).is_none().then(|| format!("the program {program} ({key}) is not among the files"))
    });
    let whole = if port.command.ringback.is_some() || port.flag("ringback") {
        Some("it answers only the second of two calls (ringback)".to_owned())
    } else if port.command.fax_only || port.flag("fax-only") {
        Some("it accepts only fax".to_owned())
    } else if port.rings.value > MOST_RINGS {
        Some("it answers after more rings than anybody waits for".to_owned())
    } else if !is_plain(&port.device) {
        Some("the lab has no device of that name".to_owned())
    } else {
        missing
    };
    if let Some(why) = whole {
        plan.leave_out(LeftOutWhat::Port, why);
        return plan;
    }
    if let Ok(from) = friend(facts, port) {
        match &port.ppp {
            Some(ppp) => ppp_probes(tree, facts, port, ppp, &from, &mut plan),
            // Nothing that starts pppd: a caller who speaks PPP should come to nothing.
            None if facts.ppp_line().is_none() => plan.probes.push(unauthenticated(port, &from, false)),
            None => {}
        }
        text_logins(facts, port, &from, &mut plan);
    }
    if !port.direct.value {
        number_probes(facts, port, &mut plan);
        lost(&mut plan);
    }
    plan
}

/// Carrier is lost once, and the next call comes at once: by whoever got furthest, last of all, because the port may be
/// held for ever.
fn lost(plan: &mut Plan) {
    let answered = plan.probes.iter().filter(|probe| probe.expected.answered.is_some());
    let furthest = answered.max_by_key(|probe| {
        let ppp = !matches!(probe.aim, Aim::TextLogin(_) | Aim::CallerId(_));
        (ppp && probe.expected.inside == Some(true), !matches!(probe.aim, Aim::CallerId(_)))
    });
    let Some(furthest) = furthest.cloned() else { return };
    let lost = Probe { aim: Aim::Lost, stays: MOMENT, ..furthest };
    let again = Probe { aim: Aim::Again, expected: Expected { inside: None, ..lost.expected.clone() }, ..lost.clone() };
    plan.probes.extend([lost, again]);
}

/// Whether a device's name is one that a file can have anywhere.
fn is_plain(device: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    device.len() <= 60 && device.chars().all(plain) && !device.contains("..") && !device.ends_with('/')
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

fn ppp_probes(tree: &Tree, facts: &Facts, port: &Port, ppp: &Ppp, from: &Option<String>, plan: &mut Plan) {
    let starts = accounts::starts(facts, ppp).is_ok() && ppp.missing.is_empty() && ppp.circles.is_empty();
    let all = accounts::of(facts, ppp);
    account_probes(tree, facts, port, from, plan, (ppp, &all, starts));
    let empty = |account: &&Account| account.usable.is_ok() && account.entry.secret.kind() == SecretKind::Empty;
    let any = all.iter().find(|account| empty(account) && ppp.unix_login().is_none());
    let victim = all.iter().find(|account| account.usable.is_ok() && account.entry.client != "*");
    let open = starts && (!ppp.auth.required || any.is_some_and(|account| account.protocol == AuthProtocol::Pap));
    let named = any.filter(|account| account.entry.client != "*").or(victim);
    let name = named.map_or(NOBODY.0.to_owned(), |account| account.entry.client.clone());
    let protocol =
        named.map(|account| account.protocol).or((ppp.auth.required && ppp.auth.pap).then_some(AuthProtocol::Pap));
    let asked = Probe {
        protocol: Some(spoken(ppp, protocol.unwrap_or(AuthProtocol::Chap))),
        brings: brings(ppp, named),
        ..unauthenticated(port, from, open)
    };
    plan.probes.push(Probe {
        aim: Aim::BadPassword,
        credentials: Some((name, Credential(NOBODY.1.to_owned()))),
        ..asked.clone()
    });
    if let Some(account) = any.filter(|_| starts && ppp.auth.required) {
        let name = if account.entry.client == "*" { NOBODY.0 } else { &account.entry.client };
        plan.probes.push(Probe {
            aim: Aim::EmptyPassword(name.to_owned()),
            credentials: Some((name.to_owned(), Credential(String::new()))),
            protocol: Some(spoken(ppp, account.protocol)),
            expected: Expected { inside: Some(true), ..asked.expected.clone() },
            ..asked.clone()
        });
    }
    let null = accounts::null_login(facts, ppp).is_some();
    let inside = starts && (!ppp.auth.required || null);
    plan.probes.push(Probe { brings: brings(ppp, None), ..unauthenticated(port, from, inside) });
    // One caller who gets in stays until the server has had enough of it.
    if let Some(end) = ppp.longest_idle_call().filter(|seconds| *seconds <= LONGEST_IDLE)
        && let Some(probe) = plan.probes.iter_mut().find(|probe| probe.expected.inside == Some(true))
    {
        probe.stays = Duration::from_secs(end + GRACE);
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
        let (inside, address) = match account.usable {
            // Who is given no address may get in or not: that is for a rule to judge.
            Ok(address) => ((address.is_some() || ppp.addresses().1.is_some()).then_some(true), address),
            Err(_) => (Some(false), None),
        };
        plan.probes.push(Probe {
            aim: Aim::Account { name: name.clone(), protocol: account.protocol, place: account.place.clone() },
            credentials: Some((name, Credential(password))),
            protocol: Some(spoken(ppp, account.protocol)),
            unix,
            brings: brings(ppp, Some(account)),
            expected: Expected { answered: Some(answered(port)), inside, address },
            ..unauthenticated(port, from, false)
        });
        called.insert(key);
    }
    if more > 0 {
        plan.leave_out(LeftOutWhat::Accounts(more), format!("only the first {MOST_ACCOUNTS} are called for"));
    }
}

/// By what an account of chap-secrets is asked for here.
fn spoken(ppp: &Ppp, protocol: AuthProtocol) -> AuthProtocol {
    match protocol {
        AuthProtocol::Chap if ppp.auth.required && !ppp.auth.chap && ppp.auth.mschap => AuthProtocol::MsChapV2,
        AuthProtocol::Chap if ppp.auth.required && !ppp.auth.chap && ppp.auth.eap => AuthProtocol::Eap,
        protocol => protocol,
    }
}

/// The address that a caller has to bring: where neither the port nor its account gives one.
fn brings(ppp: &Ppp, account: Option<&Account>) -> Option<Ipv4Addr> {
    if ppp.addresses().1.is_some() || account.is_some_and(|account| account.entry.single().is_some()) {
        return None;
    }
    let allowed = |address: &Ipv4Addr| account.is_none_or(|account| account.entry.allows(*address) != Some(false));
    let words = account.into_iter().flat_map(|account| &account.entry.addresses);
    let named = words.filter_map(|word| word.split_once('/').map_or(word.as_str(), |(base, _)| base).parse().ok());
    // Of a network the first host.
    let hosts =
        named.map(|base: Ipv4Addr| if base.octets()[3] == 0 { Ipv4Addr::from(u32::from(base) | 1) } else { base });
    hosts.chain([BROUGHT]).find(allowed)
}

fn unauthenticated(port: &Port, from: &Option<String>, inside: bool) -> Probe {
    Probe {
        aim: Aim::Unauthenticated,
        from: from.clone(),
        credentials: None,
        protocol: None,
        unix: false,
        brings: None,
        stays: MOMENT,
        expected: Expected { answered: Some(answered(port)), inside: Some(inside), address: None },
    }
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
        NOBODY.0.to_owned()
    };
    if unix && !facts.users.iter().any(|user| user.name == name && user.password == Password::Set) {
        return Err("the Unix password is checked, and the files do not tell who has one".to_owned());
    }
    let password = match secret.kind() {
        SecretKind::Plain => secret.value().to_owned(),
        SecretKind::Empty | SecretKind::Login if unix => UNIX_PASSWORD.to_owned(),
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

/// The first user who has a password and the first who needs none, at the prompt.
fn text_logins(facts: &Facts, port: &Port, from: &Option<String>, plan: &mut Plan) {
    let prompt =
        port.command.prompt.as_deref().or_else(|| port.values.get("login-prompt").map(|value| value.text.as_str()));
    if prompt.is_some_and(|prompt| !prompt.trim_end().to_ascii_lowercase().ends_with("login:")) {
        plan.leave_out(LeftOutWhat::Logins, "the prompt does not end in \"login:\", which a caller waits for");
        return;
    }
    let by_login = |user: &&User| facts.login_line(&user.name).is_none_or(|line| line.program() == "login");
    let able = |password: Password| {
        let mut users = facts.users.iter().filter(by_login).filter(|user| user.password == password);
        // Where root may log in is for other files to say.
        users.find(|user| user.uid != 0 && SHELLS.contains(&user.shell.as_str()))
    };
    let set = able(Password::Set).map(|user| {
        // Who called by PPP already has a password in the lab.
        let known = plan.probes.iter().filter(|probe| probe.unix).filter_map(|probe| probe.credentials.as_ref());
        let known = known.filter(|(name, _)| *name == user.name).map(|(_, password)| password.clone()).next();
        (user, known.unwrap_or_else(|| Credential(UNIX_PASSWORD.to_owned())))
    });
    let empty = able(Password::Empty).map(|user| (user, Credential(String::new())));
    for (user, password) in set.into_iter().chain(empty) {
        plan.probes.push(Probe {
            aim: Aim::TextLogin(user.name.clone()),
            unix: user.password == Password::Set,
            credentials: Some((user.name.clone(), password)),
            ..unauthenticated(port, from, true)
        });
    }
}

/// One call for each rule that somebody can meet first, one stranger, one without caller ID.
fn number_probes(facts: &Facts, port: &Port, plan: &mut Plan) {
    let Some(rules) = facts.rules.as_deref().filter(|rules| !rules.is_empty()) else { return };
    let mut numbers: Vec<(Option<String>, Option<Place>)> = Vec::new();
    for rule in rules.iter().filter(|rule| !rule.is_all()) {
        let Some(number) = number_for(&rule.number) else { continue };
        if dialin::decision(rules, &number).0 == Some(rule) {
            numbers.push((Some(number), Some(rule.place.clone())));
        }
    }
    let more = numbers.len().saturating_sub(MOST_RULES);
    if more > 0 {
        plan.leave_out(LeftOutWhat::Rules(more), format!("only the first {MOST_RULES} are called for"));
        numbers.truncate(MOST_RULES);
    }
    numbers.push((Some(STRANGER.to_owned()), None));
    numbers.push((None, None));
    let probe = |(from, place): (Option<String>, Option<Place>)| {
        let (_, lets_in) = dialin::decision(rules, &seen(port, from.as_deref()));
        let expected = Expected { answered: lets_in.then_some(port.rings.value), inside: None, address: None };
        Probe { aim: Aim::CallerId(place), from, expected, ..unauthenticated(port, &None, false) }
    };
    plan.probes.extend(numbers.into_iter().map(probe));
}

/// The scenario that makes those probes on that port, one after the other.
pub fn scenario(etc: &Etc, port: &Port, probes: &[Probe], stack: &str) -> Scenario {
    let mut served = ScenarioPort::new(port.device.clone());
    served.direct = port.direct.value;
    let mut etc = etc.clone();
    for (name, password) in probes.iter().filter(|probe| probe.unix).filter_map(|probe| probe.credentials.as_ref()) {
        unix::set_password(&mut etc, name, &password.0);
    }
    let server = Server { ports: vec![served], etc: Some(etc), ..Server::default() };
    let mut after = Duration::ZERO;
    let mut acts = Vec::new();
    for probe in probes {
        acts.push(Act::Calls(vec![call(port, probe, after)]));
        after = if probe.expected.answered.is_some() { Duration::ZERO } else { AFTER_DENIAL };
    }
    Scenario {
        name: format!("the callers of {}", port.device),
        span: Span::default(),
        variant: Default::default(),
        specs: Vec::new(),
        stacks: vec![stack.to_owned()],
        server,
        acts,
    }
}

fn call(port: &Port, probe: &Probe, after: Duration) -> Call {
    let step = |verb| Step { span: Span::default(), verb, deviations: Vec::new(), known_failures: Vec::new() };
    let wait = |time| step(Verb::Wait { time: Some(time) });
    let mut call = Call { from: probe.from.clone(), after, ..Call::new(port.device.clone()) };
    let ringing = RING * rings_tried(port);
    if let Some(client) = client(probe) {
        // It dials by itself, and does what its files say.
        call.with = Some(client);
        call.steps.push(wait(ringing + DIALLING + probe.stays));
        return call;
    }
    if probe.aim == Aim::Again {
        call.ready = false;
        call.steps
            .push(step(Verb::Ring { count: u32::try_from(AGAIN.as_secs() / RING.as_secs()).unwrap_or(u32::MAX) }));
        call.steps.push(wait(AGAIN + TRAINING));
        return call;
    }
    if !port.direct.value {
        call.steps.push(step(Verb::Ring { count: rings_tried(port) }));
    }
    if matches!(probe.aim, Aim::CallerId(_)) {
        // Long enough for every ring, and for training if somebody answers.
        call.steps.push(wait(ringing + TRAINING));
        return call;
    }
    if !port.direct.value && port.rings.value > LONG_RINGING {
        call.steps.push(step(Verb::ExpectAnswer { rings: None }));
    }
    let (user, password) = match &probe.credentials {
        Some((user, Credential(password))) => (Some(user.clone()), Some(password.clone())),
        None => (None, None),
    };
    match (&probe.aim, user) {
        (Aim::TextLogin(_), Some(user)) => {
            if port.direct.value {
                // Nobody rings there: mgetty waits for the first octet before it prompts.
                call.steps.push(step(Verb::Type { text: String::new(), enter: true }));
            }
            call.steps.push(step(Verb::Login { user, password: password.filter(|password| !password.is_empty()) }));
        }
        (_, user) => {
            let auth = match probe.protocol {
                Some(AuthProtocol::Pap) => AcceptedAuth::Pap,
                Some(AuthProtocol::Chap) => AcceptedAuth::Chap,
                None | Some(AuthProtocol::MsChap | AuthProtocol::MsChapV2 | AuthProtocol::Eap) => AcceptedAuth::Any,
            };
            let address = probe.brings;
            call.steps.push(step(Verb::Ppp(PppClient { user, password, auth, address, ..PppClient::default() })));
            call.steps.push(wait(probe.stays));
        }
    }
    if probe.aim == Aim::Lost {
        call.steps.push(step(Verb::DropCarrier));
        // The call that follows is not to find the line as the caller leaves it, but as the server does.
        call.steps.push(wait(Duration::ZERO));
    }
    call
}

/// The program that calls where offhook's own caller does not speak the protocol: the stack's pppd.
fn client(probe: &Probe) -> Option<Client> {
    let protocol = probe.protocol.filter(|protocol| !matches!(protocol, AuthProtocol::Pap | AuthProtocol::Chap))?;
    let account = probe.credentials.as_ref().map(|(user, Credential(password))| (user.clone(), password.clone()))?;
    let refused = match protocol {
        AuthProtocol::Eap => ["refuse-pap", "refuse-chap", "refuse-mschap", "refuse-mschap-v2"].as_slice(),
        _ => ["refuse-pap", "refuse-chap", "refuse-eap"].as_slice(),
    };
    let mut options: Vec<String> = refused.iter().map(ToString::to_string).collect();
    options.extend(["noipv6", "noauth"].map(str::to_owned));
    options.extend(probe.brings.map(|address| format!("{address}:")));
    Some(Client { options, account: Some(account), ..Client::new(ClientProgram::Pppd) })
}

/// Rings a probe waits: some more than the server needs.
fn rings_tried(port: &Port) -> u32 {
    port.rings.value.saturating_add(2).min(MOST_RINGS + 2)
}

#[cfg(test)]
mod tests;
