//! The two ends of a case, as configurations of a link: what a scenario says of its server and its caller.
//!
//! In: a scenario with a conformance case. Out: the subject, and what speaks what the script does not take; or what of the
//! scenario needs a real server.

use std::net::Ipv4Addr;
use std::time::Duration;

use offhook_ppp::auth::{Account, AuthOption};
use offhook_ppp::chap::Algorithm;
use offhook_ppp::frame::IPCP;
use offhook_ppp::link::{Answering, Config, Echo, Link, Opening, Role};
use offhook_scenario::{Auth, Ppp, PppClient, Scenario, Subject, Verb};
use offhook_script::Step;
use offhook_session::caller;

use crate::needs::Needs;

/// The two ends of a case in process.
#[derive(Clone, Debug)]
pub struct Ends {
    /// What is judged.
    pub subject: Config,
    /// What speaks the rest beside the script.
    pub rest: Config,
}

/// Groups of cases that bind both ends alike: what the script does as a caller it may do as the end that answers.
const BOTH: [&str; 13] =
    ["LCP", "TERM", "TMR", "MAG", "MRU", "AUTH", "OPT", "LQR", "HDLC", "ACCM", "PFC", "ACFC", "CCP"];

/// Both ends that `scenario` describes, the caller being `client`, and its subject the end that it says.
///
/// # Errors
///
/// What of it only a real server has, in words.
pub fn ends(scenario: &Scenario, client: &PppClient) -> Result<Ends, String> {
    ends_for(scenario, client, of(scenario))
}

/// Both ends of `scenario`, the subject being at this end of the line: roles are exchanged if the scenario looks at the
/// other one.
///
/// # Errors
///
/// What of it only a real server has, or why it cannot be played with roles exchanged, in words.
pub fn ends_for(scenario: &Scenario, client: &PppClient, subject: Subject) -> Result<Ends, String> {
    let server = answering(scenario)?;
    let caller = calling(client);
    let seeded = |config: Config, seed| Config { seed, ..config };
    Ok(match (of(scenario), subject) {
        (Subject::Answering, Subject::Answering) => Ends { subject: seeded(server, 2), rest: seeded(caller, 1) },
        (Subject::Calling, Subject::Calling) => Ends { subject: seeded(caller, 2), rest: seeded(server, 1) },
        (Subject::Answering, Subject::Calling) => {
            exchangeable(scenario)?;
            // Only who calls is another: what the scenario says of either end's options still holds for it.
            let roles = (server.role.clone(), caller.role.clone());
            let subject = Config { role: roles.1, ..seeded(server, 2) };
            Ends { subject, rest: Config { role: roles.0, ..seeded(caller, 1) } }
        }
        (Subject::Calling, Subject::Answering) => return Err("the case is about the end that calls".to_owned()),
    })
}

/// Which end a scenario looks at.
fn of(scenario: &Scenario) -> Subject {
    scenario.conformance.as_ref().map(|it| it.subject).unwrap_or_default()
}

/// Whether a case of an answering end says as much of a calling one.
///
/// # Errors
///
/// Why it does not, in words.
pub fn exchangeable(scenario: &Scenario) -> Result<(), String> {
    let case = scenario.conformance.as_ref().map_or("", |it| it.case.as_str());
    let group = case.split('-').next().unwrap_or_default();
    if !BOTH.contains(&group) {
        return Err(format!("{group} binds the two ends in different ways"));
    }
    let takes_ip = |step: &Step| matches!(step, Step::Take(protocols) if protocols.contains(&IPCP));
    let scripts = scenario.calls().flat_map(|call| &call.steps).filter_map(|step| match &step.verb {
        Verb::Packets(packets) => Some(packets),
        _ => None,
    });
    if scripts.flat_map(|packets| &packets.steps).any(takes_ip) {
        return Err("its script asks for an address, as only the end that calls does".to_owned());
    }
    match Needs::of(scenario).auth {
        Some(_) => Err("the case is about an end that asks for authentication".to_owned()),
        None => Ok(()),
    }
}

/// The caller is set up as the one that calls a real server.
fn calling(client: &PppClient) -> Config {
    // As the clauses have it, and not as somebody who calls for a network.
    Config { outlasts_network: true, ..caller(client, 0, 0).link(1) }
}

fn answering(scenario: &Scenario) -> Result<Config, String> {
    let server = &scenario.server;
    let Some(port) = server.ports.first() else { return Err("the server has no port".to_owned()) };
    let ppp = port.ppp.as_ref().unwrap_or(&server.ppp);
    let local = ppp.local.or(server.ppp.local).unwrap_or(Ipv4Addr::new(192, 168, 32, 1));
    let remote = ppp.remote.or(server.ppp.remote).unwrap_or(Ipv4Addr::new(192, 168, 32, 105));
    let mut answering = Answering::new(local, remote);
    answering.ip.dns = if ppp.dns.is_empty() { server.ppp.dns.clone() } else { ppp.dns.clone() };
    answering.accounts = server.accounts.iter().map(account).collect();
    answering.auth = match ppp.auth.or(server.ppp.auth) {
        None | Some(Auth::Never) => Vec::new(),
        Some(Auth::Pap) => vec![AuthOption::Pap],
        Some(Auth::Chap) => vec![AuthOption::Chap(Algorithm::Md5)],
        Some(Auth::Always) => vec![AuthOption::Chap(Algorithm::Md5), AuthOption::Pap],
    };
    let ipv6 = ppp.ipv6.or(server.ppp.ipv6).unwrap_or(true);
    let mut config = Config { role: Role::Answering(answering), ipv6, ..Config::default() };
    let lines = server.ppp.extra.iter().chain(extra_of(ppp, &server.ppp)).map(String::as_str);
    for line in lines.chain(port.arguments.as_deref()) {
        options(line, &mut config)?;
    }
    Ok(config)
}

fn extra_of<'a>(own: &'a Ppp, all: &'a Ppp) -> &'a [String] {
    if std::ptr::eq(own, all) { &[] } else { &own.extra }
}

fn account(account: &offhook_scenario::Account) -> Account {
    let address = account.addresses.iter().find_map(|address| address.parse().ok());
    Account { address, ..Account::new(&account.user, &account.password) }
}

/// Options as pppd has them, where the link has the same.
fn options(line: &str, config: &mut Config) -> Result<(), String> {
    let mut words = line.split_whitespace();
    while let Some(word) = words.next() {
        let mut number = |radix| {
            let text = words.next().ok_or_else(|| format!("`{word}` has no value"))?;
            u32::from_str_radix(text, radix).map_err(|_| format!("`{word} {text}` is no number"))
        };
        let limits = &mut config.limits;
        match word {
            "mru" => config.mru = u16::try_from(number(10)?).unwrap_or(u16::MAX),
            "asyncmap" => config.accm = number(16)?,
            "lcp-restart" => limits.restart = Duration::from_secs(number(10)?.into()),
            "lcp-max-configure" => limits.max_configure = number(10)?,
            "lcp-max-terminate" => limits.max_terminate = number(10)?,
            "lcp-max-failure" => limits.max_failure = number(10)?,
            "lcp-echo-interval" => {
                let interval = Duration::from_secs(number(10)?.into());
                let failures = config.echo.and_then(|echo| echo.failures);
                config.echo = Some(Echo { interval, failures });
            }
            "lcp-echo-failure" => {
                let failures = Some(number(10)?);
                let interval = config.echo.map_or(Duration::from_secs(3600), |echo| echo.interval);
                config.echo = Some(Echo { interval, failures });
            }
            "chap-interval" => {
                let every = Duration::from_secs(number(10)?.into());
                if let Role::Answering(answering) = &mut config.role {
                    answering.challenge_again = Some(every);
                }
            }
            "silent" => config.opening = Opening::Silent,
            "passive" => config.opening = Opening::Passive,
            "nopcomp" => config.compression.pfc = false,
            "noaccomp" => config.compression.acfc = false,
            "require-eap" => demand(config, AuthOption::Eap),
            "require-mschap-v2" => demand(config, AuthOption::Chap(Algorithm::MsChapV2)),
            "require-mschap" => demand(config, AuthOption::Chap(Algorithm::MsChap)),
            "require-chap" => demand(config, AuthOption::Chap(Algorithm::Md5)),
            "require-pap" => demand(config, AuthOption::Pap),
            "noipv6" => config.ipv6 = false,
            // Theirs are those of LCP, in the link.
            "ipcp-restart" | "ipv6cp-restart" if number(10)? == 3 => {}
            // What the link does without in any case, or what says nothing of packets.
            "noccp" | "novj" | "novjccomp" | "nodeflate" | "nobsdcomp" | "debug" | "nodetach" | "local" | "noauth"
            | "auth" | "modem" | "nopredictor1" | "noproxyarp" => {}
            other => return Err(format!("the option `{other}` is pppd's alone")),
        }
    }
    Ok(())
}

/// One more protocol that is asked for; pppd asks for EAP first and for PAP last.
fn demand(config: &mut Config, option: AuthOption) {
    if let Role::Answering(answering) = &mut config.role
        && !answering.auth.contains(&option)
    {
        answering.auth.push(option);
        answering.auth.sort_by_key(|option| match option {
            AuthOption::Eap => 0,
            AuthOption::Chap(_) => 1,
            AuthOption::Pap => 2,
        });
    }
}

/// A link of this configuration.
pub fn link(config: &Config) -> Link {
    Link::new(config.clone())
}
