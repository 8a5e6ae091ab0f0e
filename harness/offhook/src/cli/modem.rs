//! `offhook modem`: modems in real time, for any program on this machine or elsewhere.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use offhook_telephony::exchange::{Cadence, LineConfig};
use offhook_telephony::modem::{ModemConfig, Personality};

use super::call::dialled;
use super::complain;
use super::serving::{Modems, Output, Stop, ended, served};
use offhook_base::{Error, plain};
use offhook_language::model;
use offhook_ppp::auth::Account;
use offhook_scenario::parse_duration;
use offhook_schema::Style as ProblemStyle;
use offhook_standalone::control::{Control, usual_path};
use offhook_standalone::link::{ModemLink, link};
use offhook_standalone::modem_pool::Setup;
use offhook_standalone::nvram_file::NvramFile;
use offhook_standalone::phonebook::{LineEntry, Phonebook};
use offhook_standalone::ppp_number::PppNumber;

/// What can stand before the number.
const PORTS_HELP: &str = "Ports:
  /dev/ttyV0, ./vm1            a pty that programs open by this name; a link, removed at the end
  serial:/dev/ttyUSB0[:57600]  a serial device, by a null-modem cable
  tcp:[HOST:]6400              a TCP port to be called, octets as they are
  telnet:[HOST:]6400           the same with telnet
  ip232:[HOST:]25232           the same for VICE and openMSX, with DTR, DCD and RI
  tcp-to:HOST:6400             a TCP port that is called
  telnet-to:HOST:23            the same with telnet

Phonebook (KDL):
  number \"5553000\" name=\"Example BBS\" tcp=\"bbs.example:23\" telnet=#true
  line \"5551001\" name=\"ALICE\" personality=\"usr-courier\" rate=14400
  listen \"127.0.0.1:6401\" number=\"5551000\"     who connects there rings that line
  line \"5551000\" { send \"hi.txt\" when=\"answered\"; }   a file that callers get
  default tcp=\"gateway.example:6400\"            where all other numbers lead
  ppp \"5559000\" { account \"alice\" password=\"secret\"; }   a number that answers with PPP

A number that answers with PPP gives each caller an address, and is itself a host (100.64.0.1) that answers pings, DNS and HTTP.
ATD*99# and ATD*99***1# call the first of them, as in a mobile network; --personality cellular is a modem of one.

A phonebook of DOSBox or 86Box, a number and an address a line (5553000 bbs.example:23), will do as well.

Exit codes: 0 ended by q, SIGINT or SIGTERM, 2 wrong command line or phonebook, 3 a port could not be had.";

#[derive(Debug, Args)]
#[command(after_help = PORTS_HELP)]
pub(super) struct ModemArgs {
    /// A port for a program, and the number of the modem on it (may be given more than once)
    #[arg(long, required = true, value_name = "PORT=NUMBER", value_parser = link)]
    link: Vec<ModemLink>,

    /// Where numbers lead that no modem here has, and what is special about lines
    #[arg(long, value_name = "FILE")]
    phonebook: Option<PathBuf>,

    /// Keep in this file what AT&W, AT&Y and AT&Zn= store, for the next start
    #[arg(long, value_name = "FILE")]
    nvram: Option<PathBuf>,

    /// Let programs dial every address (ATDThost:port), not only those in the phonebook
    #[arg(long)]
    dial_any: bool,

    /// A number that answers with PPP, as a provider does (may be given more than once); more about it can be said in a phonebook
    #[arg(long, value_name = "NUMBER", value_parser = dialled)]
    ppp: Vec<String>,

    /// Who may come in by --ppp; without any, everybody may (may be given more than once). In a phonebook it is not seen by others
    #[arg(long, value_name = "NAME:PASSWORD", value_parser = account, requires = "ppp")]
    account: Vec<Account>,

    /// Model of the modems: the name of one that ships, or a file of your own, as ./mine.kdl
    #[arg(long, value_name = "NAME_OR_FILE")]
    personality: Option<String>,

    /// Commands that the modems get at the start and store (&W), without AT, as S0=1
    #[arg(long, value_name = "COMMANDS")]
    init: Option<String>,

    /// Rate of the lines in bit/s, 33600 unless their modems are wireless; more than 56000 is for ISDN adapters and wireless modems
    #[arg(long, value_name = "BITS", value_parser = clap::value_parser!(u32).range(75..=230_400))]
    rate: Option<u32>,

    /// From answer to carrier
    #[arg(long, value_name = "TIME", default_value = "8s", value_parser = parse_duration)]
    training: Duration,

    /// How bells ring: north-america, uk, france, germany, japan and others
    #[arg(long, value_name = "NAME", default_value = "north-america", value_parser = cadence)]
    ring_cadence: Cadence,

    /// Octets cross at once and not at the lines' rate
    #[arg(long)]
    no_pacing: bool,

    #[command(flatten)]
    output: Output,

    /// Socket at which `offhook call NUMBER` finds these modems, instead of one in $XDG_RUNTIME_DIR
    #[arg(long, value_name = "PATH")]
    control: Option<PathBuf>,
}

pub(super) fn main(arguments: ModemArgs) -> u8 {
    ended(carried_out(arguments))
}

fn carried_out(arguments: ModemArgs) -> Result<(), Stop> {
    let mut book = match &arguments.phonebook {
        Some(path) => {
            Phonebook::load(path).map_err(|errors| Stop::Wrong(errors.render(ProblemStyle::of(&std::io::stderr()))))?
        }
        None => Phonebook::default(),
    };
    for number in &arguments.ppp {
        let mut ppp = PppNumber::new(number.clone());
        ppp.config.accounts.clone_from(&arguments.account);
        if book.ppp.insert(number.clone(), ppp).is_some() {
            return Err(Stop::Wrong(format!("--ppp {number}: the number answers with PPP already\n")));
        }
    }
    book.any_address = arguments.dial_any;
    book.init = arguments.init.clone();
    let nvram = arguments.nvram.clone().map(NvramFile::open).transpose()?;
    let lines = lines(&arguments, &book, nvram.as_ref())?;
    if let Some(number) = book.ppp.keys().find(|number| lines.iter().any(|(link, _)| link.number == **number)) {
        return Err(Stop::Wrong(format!("{number} is to answer with PPP, and there is a --link with that number\n")));
    }
    if let Some(number) = book.ppp.keys().find(|number| book.numbers.contains_key(*number)) {
        return Err(Stop::Wrong(format!(
            "{number} is to answer with PPP, and the phonebook says that it leads elsewhere\n"
        )));
    }
    let modems = Modems { lines, book, nvram, direct: None };
    served(modems, &arguments.output, || control(&arguments))
}

/// Each link with its line and modem.
fn lines(arguments: &ModemArgs, book: &Phonebook, nvram: Option<&NvramFile>) -> Result<Vec<(ModemLink, Setup)>, Stop> {
    let mut numbers = BTreeSet::new();
    let mut lines = Vec::new();
    for link in &arguments.link {
        if !numbers.insert(link.number.clone()) {
            return Err(Stop::Wrong(format!("--link {}={}: another link has this number\n", link.port, link.number)));
        }
        let usual = LineEntry::default();
        let entry = book.lines.get(&link.number).unwrap_or(&usual);
        let named = entry.personality.as_ref().or(arguments.personality.as_ref());
        let personality = named.map_or_else(|| Ok(Personality::default()), |name| make(name))?;
        let usual = if personality.wireless { personality.highest_rate.0 } else { LineConfig::default().rate };
        let rate = entry.rate.or(arguments.rate).unwrap_or(usual);
        fits(&link.number, rate, &personality)?;
        let line = LineConfig {
            rate,
            training: arguments.training,
            cadence: arguments.ring_cadence.clone(),
            paced: !arguments.no_pacing,
            delay: if arguments.no_pacing { Duration::ZERO } else { LineConfig::default().delay },
            ..LineConfig::default()
        };
        let paced = !arguments.no_pacing;
        let nvram = nvram.and_then(|file| file.line(&link.number)).cloned();
        let modem = ModemConfig { personality, paced, dials_addresses: true, nvram, ..ModemConfig::default() };
        let (number, name) = (link.number.clone(), entry.name.clone());
        lines.push((link.clone(), Setup { number, name, modem, line }));
    }
    if let Some(number) = book.lines.keys().find(|number| !numbers.contains(*number)) {
        return Err(Stop::Wrong(format!("the phonebook describes line {number}, and no --link has this number\n")));
    }
    Ok(lines)
}

/// Whether a model has such a rate.
fn fits(number: &str, rate: u32, personality: &Personality) -> Result<(), Stop> {
    let highest = personality.highest_rate.0;
    if rate <= highest {
        return Ok(());
    }
    let model = if personality.name.is_empty() { model::GENERIC } else { &personality.name };
    let help =
        "for more take an ISDN adapter: --personality isdn-adapter, or personality=\"isdn-adapter\" in the phonebook";
    let what = format!("line {number} has a rate of {rate} bit/s, and the model {model} has {highest} at most");
    Err(Stop::Wrong(format!("{what}\n  {help}\n")))
}

fn make(name: &str) -> Result<Personality, Stop> {
    model::load(name).map_err(|errors| Stop::Wrong(errors.render(ProblemStyle::of(&std::io::stderr()))))
}

/// The control socket. One that cannot be had is only missed by those who ask for it.
fn control(arguments: &ModemArgs) -> Result<Option<Control>, Error> {
    match &arguments.control {
        Some(path) => {
            let failed = |error| Error::io(format!("listening at {}", path.display()), &error);
            Control::listen(path).map(Some).map_err(failed)
        }
        None => match usual_path().and_then(|path| Control::listen(&path)) {
            Ok(control) => Ok(Some(control)),
            Err(error) => {
                let why = plain(&error);
                complain(&format!("`offhook call NUMBER` will not find these modems: {why}; --control PATH helps\n"));
                Ok(None)
            }
        },
    }
}

/// Name and password of an account.
pub(super) fn account(text: &str) -> Result<Account, String> {
    match text.split_once(':') {
        Some((name, password)) if !name.is_empty() => Ok(Account::new(name, password)),
        _ => Err("write a name and a password, as in alice:secret".to_owned()),
    }
}

fn cadence(name: &str) -> Result<Cadence, String> {
    Cadence::named(name).ok_or_else(|| format!("there are {}", Cadence::names().collect::<Vec<_>>().join(", ")))
}
