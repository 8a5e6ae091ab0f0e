//! `offhook call`: one call to a server that already runs, and what came of it.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use offhook_caller::CallerConfig;
use offhook_telephony::exchange::LineConfig;
use offhook_telephony::modem::{ModemConfig, Personality};

use super::interrupt::interruption;
use super::serving::told;
use super::{INTERRUPTED, LAB_FAILED, WRONG_INPUT, complain, say};
use offhook_base::{Error, is_standard_output, write_result};
use offhook_language::model;
use offhook_scenario::parse_duration;
use offhook_schema::Style as ProblemStyle;
use offhook_standalone::call::report::CallReport;
use offhook_standalone::call::session::{Goal, Session};
use offhook_standalone::call::{number, port};
use offhook_standalone::control::usual_path;
use offhook_standalone::log_entry::TimeOfDay;
use offhook_standalone::modem_pool::Setup;
use offhook_standalone::recorder::Recorder;

/// Exit code: the call did not get in.
const NOT_IN: u8 = 1;

const CALL_HELP: &str = "Where to call:
  NUMBER               a line of `offhook modem`, which runs already
  --port /dev/ttyV0    a pty made under this name, with a modem on it, for a getty that opens it
  --port /dev/ttyUSB0  a serial device that is there: a null-modem cable to the server
  --port tcp:6400      a TCP port that the server's machine calls

Exit codes: 0 the caller got in, 1 it did not, 2 wrong command line, 3 the call could not be placed, 130 interrupted.";

#[derive(Debug, Args)]
#[command(after_help = CALL_HELP)]
pub(super) struct CallArgs {
    /// Number of a line of a running `offhook modem`
    #[arg(required_unless_present = "port", conflicts_with = "port", value_name = "NUMBER", value_parser = dialled)]
    number: Option<String>,

    /// Port of a server on this machine: a modem is put there, and called
    #[arg(long, value_name = "DEV", value_parser = port::spec)]
    port: Option<offhook_port::AttachmentSpec>,

    /// User name, for PAP, CHAP or the login prompt
    #[arg(long, value_name = "NAME")]
    user: Option<String>,

    /// Password; in the environment it is not seen by others
    #[arg(long, value_name = "TEXT", env = "OFFHOOK_PASSWORD", hide_env_values = true)]
    password: Option<String>,

    /// No PPP: log in at the prompt, or without --user just read what the server says
    #[arg(long)]
    text: bool,

    /// The caller's own number, told as caller ID
    #[arg(long, value_name = "NUMBER", value_parser = dialled)]
    from: Option<String>,

    /// Rate of the line in bit/s, with --port
    #[arg(long, value_name = "BITS", default_value_t = 33_600, value_parser = clap::value_parser!(u32).range(75..=230_400))]
    rate: u32,

    /// From answer to carrier, with --port
    #[arg(long, value_name = "TIME", default_value = "8s", value_parser = parse_duration)]
    training: Duration,

    /// Model of the modem, with --port: the name of one that ships, or a file of your own
    #[arg(long, value_name = "NAME_OR_FILE", requires = "port")]
    personality: Option<String>,

    /// Write what happens and what crosses the line to this file, for Wireshark (pcapng), with --port; - is standard
    /// output, and all else goes to standard error
    #[arg(long, value_name = "FILE", requires = "port")]
    capture: Option<PathBuf>,

    /// How long the server may take to be ready, and how long the call may last
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = parse_duration)]
    timeout: Duration,

    /// Write the report as JSON; - for standard output, and nothing else there
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Socket of `offhook modem`, if it was given another than the usual one
    #[arg(long, value_name = "PATH", conflicts_with = "port")]
    control: Option<PathBuf>,
}

pub(super) fn main(arguments: &CallArgs) -> u8 {
    let quiet = arguments.json.as_deref().is_some_and(is_standard_output);
    if quiet && arguments.capture.as_deref().is_some_and(is_standard_output) {
        complain("--json - and --capture - both want standard output: give one of them a file\n");
        return WRONG_INPUT;
    }
    let personality = match arguments.personality.as_deref().map(model::load).transpose() {
        Ok(personality) => personality.unwrap_or_default(),
        Err(errors) => {
            complain(&errors.render(ProblemStyle::of(&std::io::stderr())));
            return WRONG_INPUT;
        }
    };
    match carried_out(arguments, quiet, personality) {
        Ok(Some(report)) => {
            tell(arguments, &report.sentence());
            if report.got_in { 0 } else { NOT_IN }
        }
        Ok(None) => {
            complain("interrupted: no report\n");
            INTERRUPTED
        }
        Err(error) => {
            complain(&told(&error));
            LAB_FAILED
        }
    }
}

fn carried_out(arguments: &CallArgs, quiet: bool, personality: Personality) -> Result<Option<CallReport>, Error> {
    // Asked before anything runs beside this thread: the local time can only be had then.
    let day = TimeOfDay::now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::io("starting the event loop", &error))?;
    let target = match (&arguments.number, &arguments.port) {
        (Some(number), _) => number.clone(),
        (None, Some(port)) => port.to_string(),
        (None, None) => String::new(),
    };
    let goal = goal(arguments);
    let make = |now| Session::new(now, target, goal, arguments.timeout);
    let tell = |text: &str| tell(arguments, text);
    let session = runtime.block_on(async {
        let stop = interruption();
        if let Some(at) = &arguments.port {
            let line = LineConfig { rate: arguments.rate, training: arguments.training, ..LineConfig::default() };
            let modem = ModemConfig { personality, ..ModemConfig::default() };
            let setup = Setup { number: "1".to_owned(), name: None, modem, line };
            let create = |path| Recorder::create(path, day, &[&at.to_string()]);
            let recorder = arguments.capture.as_deref().map(create).transpose()?;
            let plan = port::Plan { setup, from: arguments.from.clone(), timeout: arguments.timeout, day, recorder };
            return port::call(at, plan, make, tell, stop).await;
        }
        let socket = match &arguments.control {
            Some(path) => path.clone(),
            None => usual_path().map_err(|error| Error::io("looking for the socket of `offhook modem`", &error))?,
        };
        let number = arguments.number.as_deref().unwrap_or_default();
        number::call(&socket, number, arguments.from.as_deref(), make, tell, stop).await
    })?;
    let Some(session) = session else { return Ok(None) };
    let report = session.report().clone();
    if let Some(path) = &arguments.json {
        let text = serde_json::to_string_pretty(&report)
            .map_err(|error| Error::new(format!("making the JSON report: {error}")))?;
        if quiet {
            say(&format!("{text}\n"));
        } else {
            let written = write_result(path, text.as_bytes());
            written.map_err(|error| Error::io(format!("writing {}", path.display()), &error))?;
        }
    }
    Ok(Some(report))
}

/// Prints a line; standard output may be the report's or the capture's.
fn tell(arguments: &CallArgs, text: &str) {
    let is_stdout = |path: &Option<PathBuf>| path.as_deref().is_some_and(is_standard_output);
    match (is_stdout(&arguments.json), is_stdout(&arguments.capture)) {
        (true, _) => {}
        (false, true) => complain(&format!("{text}\n")),
        (false, false) => say(&format!("{text}\n")),
    }
}

fn goal(arguments: &CallArgs) -> Goal {
    let (user, password) = (arguments.user.clone(), arguments.password.clone());
    if arguments.text {
        return Goal::Text(user.map(|user| (user, password)));
    }
    let started = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    // The Magic-Number must differ from the server's own: what changes with every call is enough.
    let magic_seed = u64::from(started.subsec_nanos()) << 32 ^ started.as_secs() ^ u64::from(std::process::id());
    Goal::Ppp(Box::new(CallerConfig { user, password, magic_seed, ..CallerConfig::default() }))
}

pub(super) fn dialled(text: &str) -> Result<String, String> {
    if offhook_standalone::phonebook::is_number(text) {
        Ok(text.to_owned())
    } else {
        Err("a number is up to 32 digits, without blanks and signs, as in 5551000".to_owned())
    }
}
