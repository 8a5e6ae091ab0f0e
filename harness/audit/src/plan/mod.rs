//! The calls that compare an audit with the real programs: probes, and scenarios of them for the lab.
//!
//! In go [`Facts`] and [`Port`]s; out comes, for each port, a [`Plan`]: [`Probe`]s with what is expected of each. A
//! [`Scenario`](offhook_scenario::Scenario) has the probes of one port as calls that follow one another. Verbs that cannot fail are used where that
//! is possible; after one that does the rest of a port's probes is planned again ([`scenario()`] takes any part of them).

mod by_ppp;
mod by_prompt;
mod lab;
mod scenario;

use std::net::Ipv4Addr;
use std::time::Duration;

use serde::Serialize;

use super::effective::{Answers, Facts, Port};
use by_ppp::{BROUGHT, ppp_probes};
pub use lab::{Everything, Lab};
use offhook_etc::read::accounts::{Password, User};
use offhook_etc::read::dialin;
use offhook_etc::read::login_config::Line;
use offhook_etc::read::prompt;
use offhook_etc::source::{Place, Tree};
use offhook_report::text::counted;
use offhook_scenario::AuthProtocol;
pub use scenario::{AGAIN, scenario};

/// Rules a port is called by at most: a long list by its first ones.
const MOST_RULES: usize = 12;
/// The most rings that are waited for.
const MOST_RINGS: u32 = 100;
/// In this time mgetty is back after a call.
const LISTENING: Duration = Duration::from_secs(15);
/// A caller who gets in stays so long at least: a server that takes back what it gave does so at once.
pub const MOMENT: Duration = Duration::from_secs(3);
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
    /// That account, asking for an address of its own where the port gives one.
    OtherAddress(String),
    /// That account, asking for an address where the server has none to give.
    NoAddress(String),
    /// That name typed at the prompt, where this line of login.config starts pppd, and then no authentication.
    ByPrompt(String, Place),
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

impl Expected {
    /// Where nobody comes into the network, whether who may come in does is for a rule to judge.
    fn with_network(self, network: bool) -> Self {
        Self { inside: self.inside.filter(|inside| network || !inside), ..self }
    }
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
    /// How long the caller stays and does nothing once the network is up; of [`Aim::Again`]: after how long it calls.
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LeftOut {
    /// What.
    pub what: LeftOutWhat,
    /// Why.
    pub why: String,
}

/// What no call tries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// Callers by PPP.
    Ppp,
    /// Logins at the prompt.
    Logins,
    /// The modem that is usual in the lab.
    Modem,
}

impl std::fmt::Display for LeftOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.what, self.why)
    }
}

impl std::fmt::Display for LeftOutWhat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Port => f.write_str("the port as a whole"),
            Self::Account(name, _) => f.write_str(&offhook_report::text::printable(name)),
            Self::Accounts(count) => write!(f, "{} more", counted(*count, "account")),
            Self::Rules(count) => write!(f, "{} more", counted(*count, "caller-ID rule")),
            Self::Ppp => f.write_str("callers by PPP"),
            Self::Logins => f.write_str("logins at the prompt"),
            Self::Modem => f.write_str("the lab's usual modem"),
        }
    }
}

/// The calls to one port in that lab.
pub fn plan(tree: &Tree, facts: &Facts, port: &Port, lab: &dyn Lab) -> Plan {
    let mut plan = Plan::default();
    let lacking = lab::of_port(port, lab);
    let whole = if port.command.ringback.is_some() || port.flag("ringback") {
        Some("it answers only the second of two calls (ringback)".to_owned())
    } else if port.command.fax_only || port.flag("fax-only") {
        Some("it accepts only fax".to_owned())
    } else if port.rings.value > MOST_RINGS {
        Some("it answers after more rings than anybody waits for".to_owned())
    } else if let Some(other) = facts
        .init
        .entries
        .iter()
        .find(|entry| entry.device.as_deref() == Some(port.device.as_str()) && entry.place != port.entry.place)
    {
        // The two take octets from each other, and a call can take any time.
        Some(format!("{} serves it as well ({})", other.runs.name(), other.place))
    } else if let Some(file) = &port.closed {
        Some(format!("it answers nobody ({file})"))
    } else if !is_plain(&port.device) {
        Some("the lab has no device of that name".to_owned())
    } else {
        lacking
    };
    if let Some(why) = whole {
        plan.leave_out(LeftOutWhat::Port, why);
        return plan;
    }
    if let Ok(from) = friend(facts, port) {
        match &port.ppp {
            Some(ppp) => match lab::of_ppp(facts, ppp, lab) {
                Some(why) => plan.leave_out(LeftOutWhat::Ppp, why),
                None => ppp_probes(tree, facts, port, ppp, &from, &mut plan),
            },
            None => match facts.ppp_line() {
                // Nothing that starts pppd: a caller who speaks PPP should come to nothing.
                None => plan.probes.push(unauthenticated(port, &from, false)),
                Some(line) => by_program(facts, port, line, &from, (lab, &mut plan)),
            },
        }
        match port.server {
            Answers::Mgetty => {
                text_logins(facts, port, &from, (lab, &mut plan));
                by_prompt::prompt_probes(facts, port, &from, (lab, &mut plan));
            }
            Answers::Pppd => {}
        }
    }
    if !port.direct.value {
        number_probes(facts, port, &mut plan);
        lost(facts, &mut plan);
    }
    plan
}

/// Carrier is lost once, and the next call comes at once: by whoever got furthest, last of all, because the port may be
/// held for ever.
fn lost(facts: &Facts, plan: &mut Plan) {
    // Who calls for it speaks PPP.
    if plan.left_out.iter().any(|left| left.what == LeftOutWhat::Ppp) {
        return;
    }
    let ordinary = |probe: &&Probe| probe.expected.answered.is_some() && !matches!(probe.aim, Aim::OtherAddress(_));
    let answered = plan.probes.iter().filter(ordinary);
    let furthest = answered.max_by_key(|probe| {
        let ppp = !matches!(probe.aim, Aim::TextLogin(_) | Aim::CallerId(_));
        (ppp && probe.expected.inside == Some(true), !matches!(probe.aim, Aim::CallerId(_)))
    });
    let Some(furthest) = furthest.cloned() else { return };
    // Caller ID comes once, after the first ring: where it decides, mgetty has to be back by then.
    let listening = facts.rules.as_ref().is_some_and(|rules| !rules.is_empty());
    let lost = Probe { aim: Aim::Lost, stays: MOMENT, ..furthest };
    let again = Probe {
        aim: Aim::Again,
        stays: if listening { LISTENING } else { Duration::ZERO },
        expected: Expected { inside: None, ..lost.expected.clone() },
        ..lost.clone()
    };
    plan.probes.extend([lost, again]);
}

/// A program of the administrator's own takes callers who begin with PPP: whatever it starts, nobody should get in without a
/// password, or with any.
fn by_program(facts: &Facts, port: &Port, line: &Line, from: &Option<String>, (lab, plan): (&dyn Lab, &mut Plan)) {
    let Some(program) = line.words.first() else { return };
    if let Some(why) = lab::of_program(facts, program, lab) {
        plan.leave_out(LeftOutWhat::Ppp, why);
        return;
    }
    let nobody = Probe { brings: Some(BROUGHT), ..unauthenticated(port, from, false) };
    let credentials = Some((NOBODY.0.to_owned(), Credential(NOBODY.1.to_owned())));
    plan.probes.push(Probe { aim: Aim::BadPassword, credentials, ..nobody.clone() });
    plan.probes.push(nobody);
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

/// The first user who has a password and the first who needs none, at the prompt.
fn text_logins(facts: &Facts, port: &Port, from: &Option<String>, (lab, plan): (&dyn Lab, &mut Plan)) {
    let program = facts.login_program("somebody");
    if let Some(why) = facts.unstartable(program).or_else(|| lab.lacks(program)) {
        plan.leave_out(LeftOutWhat::Logins, why);
        return;
    }
    if port.prompt(facts).is_some_and(|prompt| !prompt::asks_for_a_name(&prompt)) {
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
    let empty =
        able(Password::Empty).filter(|_| facts.empty_password_at_prompt).map(|user| (user, Credential(String::new())));
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

#[cfg(test)]
mod tests;
