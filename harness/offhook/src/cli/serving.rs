//! Modems that run until somebody has enough of them: what `offhook modem` and `offhook answer` share.
//!
//! In: ports with their lines, where numbers lead, where what happens is to be told. Out: an exit code.

use std::path::PathBuf;

use clap::Args;
use offhook_base::{Error, is_standard_output};
use offhook_report::Style;
use offhook_standalone::control::Control;
use offhook_standalone::driver::{Direct, Driver};
use offhook_standalone::journal::{Journal, Printed};
use offhook_standalone::link::ModemLink;
use offhook_standalone::log_entry::TimeOfDay;
use offhook_standalone::modem_pool::Setup;
use offhook_standalone::nvram_file::NvramFile;
use offhook_standalone::phonebook::Phonebook;
use offhook_standalone::recorder::Recorder;
use offhook_standalone::view::Screen;

use super::interrupt::interruption;
use super::{LAB_FAILED, WRONG_INPUT, complain};

/// Where what happens is told.
#[derive(Debug, Args)]
pub(super) struct Output {
    /// Add what happens to this file, one event a line; - is standard output, as --plain
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,

    /// Write what happens and what crosses the lines to this file, for Wireshark (pcapng); - is standard output, and all
    /// else goes to standard error
    #[arg(long, value_name = "FILE")]
    capture: Option<PathBuf>,

    /// Print what happens, one event a line, instead of the live view; as it is where there is no terminal
    #[arg(long)]
    plain: bool,
}

/// Why it ends other than by being ended.
pub(super) enum Stop {
    /// What it was told to do.
    Wrong(String),
    /// What it could not do.
    Error(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// The exit code of what ended so, which is told.
pub(super) fn ended(result: Result<(), Stop>) -> u8 {
    match result {
        Ok(()) => 0,
        Err(Stop::Wrong(text)) => {
            complain(&text);
            WRONG_INPUT
        }
        Err(Stop::Error(error)) => {
            complain(&told(&error));
            LAB_FAILED
        }
    }
}

/// An error with its advice.
pub(super) fn told(error: &Error) -> String {
    let help = error.help.as_deref().map(|help| format!("\n  {help}")).unwrap_or_default();
    format!("{}{help}\n", error.message)
}

/// Modems that are to run.
pub(super) struct Modems {
    /// Their ports and lines.
    pub(super) lines: Vec<(ModemLink, Setup)>,
    /// Where numbers lead.
    pub(super) book: Phonebook,
    /// What modems keep.
    pub(super) nvram: Option<NvramFile>,
    /// Whether DTEs may speak PPP without a call.
    pub(super) direct: Option<Direct>,
}

/// Runs modems until somebody has enough of them.
pub(super) fn served(
    modems: Modems,
    output: &Output,
    control: impl FnOnce() -> Result<Option<Control>, Error>,
) -> Result<(), Stop> {
    // Asked before anything runs beside this thread: the local time can only be had then.
    let day = TimeOfDay::now();
    let Modems { lines, book, nvram, direct } = modems;
    let on_stdout = |path: &Option<PathBuf>| path.as_deref().is_some_and(is_standard_output);
    let live = !output.plain && !on_stdout(&output.log) && !on_stdout(&output.capture) && Screen::is_there();
    let printed = match live {
        true => Printed::Nowhere,
        false if on_stdout(&output.capture) => Printed::Error,
        false => Printed::Output,
    };
    let log = output.log.as_deref().filter(|path| !is_standard_output(path));
    let numbers: Vec<String> = lines.iter().map(|(link, _)| &link.number).chain(book.ppp.keys()).cloned().collect();
    let unicode = Style::of(&std::io::stdout(), |name| std::env::var_os(name)).unicode;
    let journal = Journal::open(day, numbers.clone(), printed, unicode, log).map_err(|error| {
        let path = log.unwrap_or_else(|| std::path::Path::new("the log"));
        Error::io(format!("opening {}", path.display()), &error)
    })?;
    let names: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let recorder = output.capture.as_deref().map(|path| Recorder::create(path, day, &names)).transpose()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::io("starting the event loop", &error))?;
    runtime.block_on(async {
        let control = control()?;
        let stop = interruption();
        let mut driver = Driver::open(lines, book, control, journal, recorder, nvram, direct).await?;
        let screen = if live {
            let screen = Screen::take().map_err(|error| Error::io("setting up the terminal", &error))?;
            Some(screen)
        } else {
            None
        };
        driver.run(screen, stop).await?;
        driver.shortfall().map_or(Ok(()), Err)
    })?;
    Ok(())
}
