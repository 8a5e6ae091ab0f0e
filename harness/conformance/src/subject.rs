//! An end of offhook's own in the place of a server: what a scenario says of its server, as a link's configuration.
//!
//! In: a scenario with a conformance case. Out: the subject, and what speaks what the script does not take; or what of the
//! scenario needs a real server.

use std::net::Ipv4Addr;
use std::time::Duration;

use offhook_ppp::auth::{Account, AuthChoice, AuthOption, Credentials};
use offhook_ppp::chap::Algorithm;
use offhook_ppp::frame::Compression;
use offhook_ppp::ipcp::Wanted;
use offhook_ppp::lcp::MagicNumber;
use offhook_ppp::link::{Answering, Calling, Config, Echo, Link, Opening, Role};
use offhook_ppp::restart::Limits;
use offhook_scenario::{AcceptedAuth, Auth, EchoRequests, Magic, Ppp, PppClient, Scenario, Start, Subject};

/// The two ends of a case in process.
#[derive(Clone, Debug)]
pub struct Ends {
    /// What is judged.
    pub subject: Config,
    /// What speaks the rest beside the script.
    pub rest: Config,
}

/// Both ends that `scenario` describes, the caller being `client`.
///
/// # Errors
///
/// What of it only a real server has, in words.
pub fn ends(scenario: &Scenario, client: &PppClient) -> Result<Ends, String> {
    let server = answering(scenario)?;
    let caller = calling(client);
    let seeded = |config: Config, seed| Config { seed, ..config };
    Ok(match scenario.conformance.as_ref().map(|it| it.subject).unwrap_or_default() {
        Subject::Answering => Ends { subject: seeded(server, 2), rest: seeded(caller, 1) },
        Subject::Calling => Ends { subject: seeded(caller, 2), rest: seeded(server, 1) },
    })
}

fn calling(client: &PppClient) -> Config {
    let credentials = match (&client.user, &client.password) {
        (Some(user), Some(password)) => Some(Credentials::new(user, password)),
        _ => None,
    };
    let calling = Calling {
        credentials,
        auth: match client.auth {
            AcceptedAuth::Any => AuthChoice::Any,
            AcceptedAuth::Pap => AuthChoice::Pap,
            AcceptedAuth::Chap => AuthChoice::Chap,
            AcceptedAuth::MsChapFirst => AuthChoice::MsChapFirst,
        },
        ip: Wanted {
            address: (!client.no_address).then(|| client.address.unwrap_or(Ipv4Addr::UNSPECIFIED)),
            insist: client.insist,
            dns: client.ask_dns,
            wins: client.ask_wins,
        },
        callback: client.callback,
    };
    Config {
        role: Role::Calling(calling),
        ip: client.ip,
        ipv6: client.ipv6,
        mru: client.mru,
        accm: client.accm,
        magic: match client.magic {
            Magic::Random => MagicNumber::Random,
            Magic::Fixed(magic) => MagicNumber::Fixed(magic),
            Magic::None => MagicNumber::None,
        },
        compression: Compression { acfc: client.acfc, pfc: client.pfc },
        opening: match client.start {
            Start::Active => Opening::Active,
            Start::Passive => Opening::Passive,
            Start::Silent => Opening::Silent,
        },
        echo: client.echo.map(|EchoRequests { interval, failure }| Echo { interval, failures: failure }),
        limits: Limits { restart: client.restart, ..Limits::default() },
        delay: client.delay,
        miss_echo: client.miss_echo,
        ..Config::default()
    }
}

fn answering(scenario: &Scenario) -> Result<Config, String> {
    let server = &scenario.server;
    let Some(port) = server.ports.first() else { return Err("the server has no port".to_owned()) };
    let ppp = port.ppp.as_ref().unwrap_or(&server.ppp);
    let local = ppp.local.or(server.ppp.local).unwrap_or(Ipv4Addr::new(192, 168, 32, 1));
    let remote = ppp.remote.or(server.ppp.remote).unwrap_or(Ipv4Addr::new(192, 168, 32, 105));
    let mut answering = Answering::new(local, remote);
    answering.ip.dns = if ppp.dns.is_empty() { server.ppp.dns.clone() } else { ppp.dns.clone() };
    answering.accounts = server.accounts.iter().map(|it| Account::new(&it.user, &it.password)).collect();
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

/// Options as pppd has them, where the link has the same.
fn options(line: &str, config: &mut Config) -> Result<(), String> {
    let mut words = line.split_whitespace();
    while let Some(word) = words.next() {
        let mut number = |radix| {
            let text = words.next().ok_or_else(|| format!("`{word}` has no value"))?;
            u32::from_str_radix(text, radix).map_err(|_| format!("`{word} {text}` is no number"))
        };
        match word {
            "mru" => config.mru = u16::try_from(number(10)?).unwrap_or(u16::MAX),
            "asyncmap" => config.accm = number(16)?,
            "lcp-restart" => config.limits.restart = Duration::from_secs(number(10)?.into()),
            "lcp-max-configure" => config.limits.max_configure = number(10)?,
            "lcp-max-terminate" => config.limits.max_terminate = number(10)?,
            "lcp-max-failure" => config.limits.max_failure = number(10)?,
            "chap-interval" => {
                let every = Duration::from_secs(number(10)?.into());
                if let Role::Answering(answering) = &mut config.role {
                    answering.challenge_again = Some(every);
                }
            }
            "require-chap" => demand(config, AuthOption::Chap(Algorithm::Md5)),
            "require-pap" => demand(config, AuthOption::Pap),
            "noipv6" => config.ipv6 = false,
            "noip" => config.ip = false,
            "silent" => config.opening = Opening::Silent,
            "passive" => config.opening = Opening::Passive,
            "nomagic" => config.magic = MagicNumber::None,
            "nopcomp" => config.compression.pfc = false,
            "noaccomp" => config.compression.acfc = false,
            "lcp-echo-interval" => {
                let failures = config.echo.and_then(|echo| echo.failures);
                config.echo = Some(Echo { interval: Duration::from_secs(number(10)?.into()), failures });
            }
            "lcp-echo-failure" => {
                let failures = Some(number(10)?);
                config.echo = config.echo.map(|echo| Echo { failures, ..echo });
            }
            // What the link does without in any case, or what says nothing of packets.
            "noccp" | "novj" | "novjccomp" | "nodeflate" | "nobsdcomp" | "debug" | "nodetach" | "local" | "noauth"
            | "modem" | "nopredictor1" | "noproxyarp" => {}
            other => return Err(format!("the option `{other}` is pppd's alone")),
        }
    }
    Ok(())
}

fn demand(config: &mut Config, option: AuthOption) {
    if let Role::Answering(answering) = &mut config.role {
        answering.auth = vec![option];
    }
}

/// A link of this configuration.
pub fn link(config: &Config) -> Link {
    Link::new(config.clone())
}
