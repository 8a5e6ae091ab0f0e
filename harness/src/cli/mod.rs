//! The command line: words in, an exit code out.
//!
//! Exit codes: 0 every expectation was met, 1 one was not, 2 the command line or a scenario is wrong,
//! 3 the lab or a server stack could not run, 130 interrupted.

mod audit;
mod call;
mod check;
mod lab;
mod modem;
mod modems;
mod run;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Exit code: the command line or a scenario is wrong.
pub const WRONG_INPUT: u8 = 2;
/// Exit code: the lab or a server stack could not run.
pub const LAB_FAILED: u8 = 3;
/// Exit code: interrupted by SIGINT or SIGTERM, as shells count it.
pub const INTERRUPTED: u8 = 130;

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
    after_help = "Exit codes: 0 every expectation met, 1 an expectation not met, 2 wrong command line or scenario,\n\
        3 the lab or a server stack could not run, 130 interrupted."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run scenarios and say which expectations were met
    Run(run::Run),
    /// Read scenarios and report every mistake in them, without running anything
    Check(check::Check),
    /// Read a server's configuration: what its callers experience, and what is wrong with it
    Audit(audit::AuditArgs),
    /// The makes of modem that scenarios can name, or the file of one
    Modems(modems::Modems),
    /// Modems for any program, in real time: ptys, serial devices and TCP ports that call each other
    Modem(Box<modem::ModemArgs>),
    /// Call a server that already runs on this machine, once, and report what comes of it
    Call(Box<call::CallArgs>),
    /// The kernel and the server stacks that scenarios run on
    #[command(subcommand, after_help = LAB_HELP)]
    Lab(lab::Lab),
}

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let wrong = error.use_stderr();
            // Nowhere to complain to if the terminal is gone.
            let _ = error.print();
            return ExitCode::from(if wrong { WRONG_INPUT } else { 0 });
        }
    };
    ExitCode::from(match arguments.command {
        Command::Run(run) => run::main(run),
        Command::Check(check) => check::main(&check),
        Command::Audit(arguments) => audit::main(&arguments),
        Command::Modems(modems) => modems::main(&modems),
        Command::Call(arguments) => call::main(&arguments),
        Command::Modem(arguments) => modem::main(*arguments),
        Command::Lab(lab) => lab::main(lab),
    })
}

/// Writes to standard output. Whoever reads it may have heard enough (`offhook ... | head`): that ends nothing.
fn say(text: &str) {
    let mut stdout = io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// Writes to standard error, if anybody is there to read it.
fn complain(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}
