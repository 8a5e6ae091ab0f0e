//! The command line: words in, an exit code out.
//!
//! Exit codes: 0 everything passed, 1 something failed, 2 the command line or a scenario is wrong,
//! 3 the lab or a server stack could not run, or a result could not be written, 130 interrupted.

mod answer;
mod aside;
mod audit;
mod audit_page;
mod call;
mod called_on;
mod check;
mod claim;
mod conformance;
mod console;
mod decode;
mod diff;
mod differential;
mod documents;
mod explain;
mod explore;
mod extcap;
mod fix;
mod formats;
mod interrupt;
mod lab;
mod list;
mod merge;
mod modem;
mod modems;
mod mutate;
mod new;
mod page;
mod play;
mod replace;
mod review;
mod run;
mod schema;
mod selection;
mod serving;
mod set;
mod shard;
mod status_line;
mod streamed;
mod tap;
mod watch;

use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use offhook_base::{StandardOutput, standard_output_failure};
use offhook_report::{ColorChoice, Style};

/// Exit code: the command line or a scenario is wrong.
pub const WRONG_INPUT: u8 = 2;
/// Exit code: the lab or a server stack could not run, or a result could not be written.
pub const LAB_FAILED: u8 = offhook_report::run::COULD_NOT_RUN;
/// Exit code: interrupted by SIGINT or SIGTERM, as shells count it.
pub const INTERRUPTED: u8 = offhook_report::run::INTERRUPTED;

/// What the environment can say about the lab.
const LAB_HELP: &str = "Environment:
  OFFHOOK_CACHE          where the lab is kept, instead of $XDG_CACHE_HOME/offhook or ~/.cache/offhook
  OFFHOOK_MIRROR         Debian mirror to take packages from, instead of the one in this machine's apt sources
  OFFHOOK_KEYRING        keyring to check its signatures with, instead of the Debian archive's
  OFFHOOK_KERNEL_SOURCE  package to build the kernel from, linux-source-6.1 say, instead of the newest";

#[derive(Debug, Parser)]
#[command(
    name = "offhook",
    version,
    about = "Rings a dial-in server and tells whether it does what its configuration promises",
    long_about = "Rings a dial-in server and tells whether it does what its configuration promises.\n\n\
        A scenario describes a server (mgetty, pppd and their files) and calls to it. Each runs in a Linux kernel \
        of its own, in virtual time: half an hour of idle line takes a second, and the same seed gives the same run, \
        octet for octet.",
    after_help = "Exit codes: 0 everything passed, 1 something failed, 2 wrong command line or scenario,\n\
        3 the lab or a server stack could not run, or a result could not be written, 130 interrupted."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run scenarios and say which passed and why others failed
    Run(Box<run::Run>),
    /// List scenarios with their stacks, tags and known deviations, how they ended last and how long they took
    List(list::List),
    /// Write a scenario to begin with: an example, what an /etc promises, or what was recorded
    New(new::New),
    /// Accept or reject snapshots that are new or different
    Review(review::Review),
    /// Make one report of several: shards of a run
    Merge(Box<merge::Merge>),
    /// Run scenarios again whenever something changes that they are made of
    Watch(Box<watch::Watch>),
    /// Compare two runs event by event, and say which packets differ and in what; 0: nothing differs, 1: something does
    Diff(diff::Diff),
    /// Run the cases of a conformance suite, and say which clauses a PPP end complies with
    Conformance(Box<conformance::Conformance>),
    /// Change one thing in scenarios, again and again, and say which changes they do not notice
    Mutate(Box<mutate::Mutate>),
    /// Disturb scenarios at every moment, and say what their servers do not survive
    Explore(Box<explore::Explore>),
    /// Read scenarios and report every mistake in them, without running anything
    Check(check::Check),
    /// Read a server's configuration: what its callers experience, and what is wrong with it
    Audit(Box<audit::AuditArgs>),
    /// Compare what audits of made-up servers predict with what calls to them show
    Differential(differential::Differential),
    /// Explain a keyword of scenarios, a modem model, the code of a finding; without a word, list all
    Explain(explain::Explain),
    /// List the modem models that scenarios can name, or print the file of one
    Modems(modems::Modems),
    /// Modems for any program, in real time: ptys, serial devices and TCP ports that call each other
    Modem(Box<modem::ModemArgs>),
    /// Call a server that already runs on this machine, once, and report what comes of it
    Call(Box<call::CallArgs>),
    /// Answer with PPP at a port: addresses, DNS and a host for a device, an emulator or pppd
    Answer(Box<answer::AnswerArgs>),
    /// Show what a capture tells: packets, AT lines, text and errors, whoever recorded it
    Decode(decode::Decode),
    /// Stand between two serial ports, and record what passes
    Tap(tap::TapArgs),
    /// What Wireshark starts to capture from scenarios (extcap)
    #[command(hide = true)]
    Extcap(extcap::Extcap),
    /// The kernel and the server stacks that scenarios run on
    #[command(subcommand, after_help = LAB_HELP)]
    Lab(lab::Lab),
    /// Print the JSON Schema of a document that offhook writes
    Schema(schema::Schema),
    /// Print a file that teaches a shell to complete offhook's command line
    Completions(documents::Completions),
    /// Write the manual pages into a directory
    Man(documents::Man),
}

/// The option that says when to colour, the same for every command.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Color {
    /// When to use colors; auto: on a terminal, unless NO_COLOR or CLICOLOR_FORCE says otherwise
    #[arg(long = "color", value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    when: When,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum When {
    Auto,
    Always,
    Never,
}

impl Color {
    /// How to write to `stream`.
    fn style_of(self, stream: &(impl IsTerminal + AsFd)) -> Style {
        let choice = match self.when {
            When::Auto => ColorChoice::Auto,
            When::Always => ColorChoice::Always,
            When::Never => ColorChoice::Never,
        };
        Style::of(stream, |name| std::env::var_os(name)).colored(choice)
    }

    /// How to write mistakes in scenarios to standard error.
    fn problems(self) -> offhook_schema::Style {
        offhook_schema::Style { colour: self.style_of(&io::stderr()).colour, ..offhook_schema::Style::PLAIN }
    }
}

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    interrupt::from_now_on();
    let arguments = match Arguments::try_parse_from(extcap::completed(std::env::args_os().collect())) {
        Ok(arguments) => arguments,
        Err(error) => {
            let wrong = error.use_stderr();
            let text = error.render();
            let colour = Color { when: When::Auto };
            let style = if wrong { colour.style_of(&io::stderr()) } else { colour.style_of(&io::stdout()) };
            let text = if style.colour { text.ansi().to_string() } else { text.to_string() };
            if wrong {
                complain(&text);
                return ExitCode::from(WRONG_INPUT);
            }
            say(&text);
            return ExitCode::from(said(0));
        }
    };
    let code = match arguments.command {
        Command::Run(run) => run::main(&run),
        Command::List(list) => list::main(&list),
        Command::New(arguments) => new::main(&arguments),
        Command::Review(arguments) => review::main(&arguments),
        Command::Merge(merge) => merge::main(&merge),
        Command::Watch(watch) => watch::main(&watch),
        Command::Diff(diff) => diff::main(&diff),
        Command::Conformance(arguments) => conformance::main(&arguments),
        Command::Mutate(mutate) => mutate::main(&mutate),
        Command::Explore(arguments) => explore::main(&arguments),
        Command::Check(check) => check::main(&check),
        Command::Audit(arguments) => audit::main(&arguments),
        Command::Differential(arguments) => differential::main(&arguments),
        Command::Explain(explain) => explain::main(&explain),
        Command::Modems(modems) => modems::main(&modems),
        Command::Call(arguments) => call::main(&arguments),
        Command::Modem(arguments) => modem::main(*arguments),
        Command::Answer(arguments) => answer::main(*arguments),
        Command::Decode(arguments) => decode::main(&arguments),
        Command::Tap(arguments) => tap::main(&arguments),
        Command::Extcap(arguments) => extcap::main(&arguments),
        Command::Lab(lab) => lab::main(lab),
        Command::Schema(arguments) => schema::main(&arguments),
        Command::Completions(arguments) => documents::completions(&arguments),
        Command::Man(arguments) => documents::man(&arguments),
    };
    ExitCode::from(said(code))
}

/// The exit code, which is no success if standard output did not take everything.
fn said(code: u8) -> u8 {
    match standard_output_failure() {
        Some(why) => {
            complain(&format!("error: writing to standard output: {why}\n"));
            if code == 0 { LAB_FAILED } else { code }
        }
        None => code,
    }
}

/// Writes to standard output. What it does not take is told at the end ([`main`]).
fn say(text: &str) {
    let mut stdout = StandardOutput;
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// Tells which parts of the lab are not as they were built.
fn notices(lab: &offhook_lab::Lab) {
    for notice in lab.notices() {
        complain(&format!("{notice}\n"));
    }
}

/// Writes to standard error, if anybody is there to read it.
fn complain(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}
