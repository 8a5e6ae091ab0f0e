//! `offhook answer`: PPP for whoever is at one port, with or without a modem between.

use std::net::Ipv4Addr;
use std::ops::RangeInclusive;
use std::time::Duration;

use clap::Args;
use offhook_answerer::AnswererConfig;
use offhook_language::model;
use offhook_port::AttachmentSpec;
use offhook_ppp::auth::Account;
use offhook_schema::Style as ProblemStyle;
use offhook_standalone::call::port;
use offhook_standalone::driver::Direct;
use offhook_standalone::link::ModemLink;
use offhook_standalone::modem_pool::Setup;
use offhook_standalone::phonebook::Phonebook;
use offhook_standalone::ppp_number::{PppNumber, addresses, callback_offer};
use offhook_telephony::exchange::LineConfig;
use offhook_telephony::modem::{ModemConfig, Personality};

use super::modem::account;
use super::serving::{Modems, Output, Stop, ended, served};

/// The numbers of the modem at the port, and of what answers its calls, in the log.
const MODEM: &str = "1";
const PPP: &str = "*99#";

const ANSWER_HELP: &str = "Ports:
  /dev/ttyV0, ./ppp0   a pty made under this name
  /dev/ttyUSB0         a serial device that is there, by a null-modem cable
  tcp:6400             a TCP port to be called; tcp-to:HOST:6400 one that is called

The port is a modem: every number that is dialled is answered by PPP, ATD*99# at once. A program that does not dial and begins
with a frame gets PPP as over a cable.

Behind it is a host, at the --local address, that answers pings, DNS (A records of --host and of itself, offhook.test; all other
names do not exist) and HTTP (a page about the caller). Nothing is forwarded.

Exit codes: 0 ended by q, SIGINT or SIGTERM, 2 wrong command line, 3 the port could not be had.";

#[derive(Debug, Args)]
#[command(after_help = ANSWER_HELP)]
pub(super) struct AnswerArgs {
    /// The port
    #[arg(long, value_name = "DEV", value_parser = port::spec)]
    port: AttachmentSpec,

    /// There is no modem: PPP begins as soon as a program opens the port
    #[arg(long)]
    direct: bool,

    /// Who may come in; without any, everybody may (may be given more than once). In the environment it is not seen by others
    #[arg(long, value_name = "NAME:PASSWORD", value_parser = account, env = "OFFHOOK_ACCOUNT", hide_env_values = true)]
    account: Vec<Account>,

    /// Its own address
    #[arg(long, value_name = "ADDRESS", default_value = "100.64.0.1")]
    local: Ipv4Addr,

    /// Address for the caller, or first and last of some
    #[arg(long, value_name = "RANGE", default_value = "100.64.0.2", value_parser = addresses)]
    remote: RangeInclusive<Ipv4Addr>,

    /// Name server that the caller is given, instead of its own address (may be given twice)
    #[arg(long, value_name = "ADDRESS")]
    dns: Vec<Ipv4Addr>,

    /// A name that its DNS knows (may be given more than once)
    #[arg(long, value_name = "NAME=ADDRESS", value_parser = host)]
    host: Vec<(String, Ipv4Addr)>,

    /// Speak IPv6 as well
    #[arg(long)]
    ipv6: bool,

    /// Call back callers that ask for it: `caller` at the number that they tell, or at this number. It is the modem's, whatever it is
    #[arg(long, value_name = "WHOM", conflicts_with = "direct")]
    callback: Option<String>,

    /// Model of the modem: the name of one that ships, cellular say, or a file of your own
    #[arg(long, value_name = "NAME_OR_FILE", conflicts_with = "direct")]
    personality: Option<String>,

    /// Octets cross at this rate in bit/s, as over a line, and not at once
    #[arg(long, value_name = "BITS", value_parser = clap::value_parser!(u32).range(75..=230_400), conflicts_with = "direct")]
    rate: Option<u32>,

    #[command(flatten)]
    output: Output,
}

pub(super) fn main(arguments: AnswerArgs) -> u8 {
    ended(carried_out(arguments))
}

fn carried_out(arguments: AnswerArgs) -> Result<(), Stop> {
    let AnswerArgs { port, direct, account, local, remote, dns, host, ipv6, callback, personality, rate, output } =
        arguments;
    if remote.contains(&local) {
        return Err(Stop::Wrong(format!("--remote has {local} in it, which is its own address (--local)\n")));
    }
    let personality = match personality {
        Some(name) => {
            model::load(&name).map_err(|errors| Stop::Wrong(errors.render(ProblemStyle::of(&std::io::stderr()))))?
        }
        None => Personality::default(),
    };
    let config = AnswererConfig {
        accounts: account,
        local,
        dns,
        names: host,
        ipv6,
        callback: callback.as_deref().map(callback_offer),
        ..AnswererConfig::default()
    };
    let ppp = PppNumber { name: None, config, remote, ..PppNumber::new(PPP.to_owned()) };
    let paced = rate.is_some();
    let line = LineConfig {
        rate: rate.unwrap_or(if personality.wireless {
            personality.highest_rate.0
        } else {
            LineConfig::default().rate
        }),
        paced,
        delay: Duration::ZERO,
        training: Duration::from_secs(1),
        ..LineConfig::default()
    };
    let modem = ModemConfig { personality, paced, ..ModemConfig::default() };
    let lines = vec![(
        ModemLink { port, number: MODEM.to_owned() },
        Setup { number: MODEM.to_owned(), name: None, modem, line },
    )];
    let book = Phonebook { ppp: [(PPP.to_owned(), ppp)].into(), any_ppp: true, ..Phonebook::default() };
    let direct = Some(if direct { Direct::Always } else { Direct::ByFrame });
    served(Modems { lines, book, nvram: None, direct }, &output, || Ok(None))
}

/// A name with its address.
fn host(text: &str) -> Result<(String, Ipv4Addr), String> {
    let wrong = || "write a name and an IPv4 address, as in www.example=100.64.0.1".to_owned();
    let (name, address) = text.split_once('=').ok_or_else(wrong)?;
    match address.parse() {
        Ok(address) if !name.is_empty() => Ok((name.to_owned(), address)),
        _ => Err(wrong()),
    }
}
