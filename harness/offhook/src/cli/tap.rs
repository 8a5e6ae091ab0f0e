//! `offhook tap`: what passes between two serial ports, shown as it passes and recorded.
//!
//! In: two ports. Out: a list, a line an event, and a capture. Both are written beside what passes: a list or a capture that nobody
//! reads holds up no octet, and what does not fit is counted and told.

use std::io::{self, Write};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use offhook_base::{Error, StandardOutput, is_standard_output};
use offhook_port::AttachmentSpec;
use offhook_report::Style;
use offhook_report::listing::{FirstColumn, Listing, TIME};
use offhook_standalone::log_entry::{LogEntry, TimeOfDay};
use offhook_standalone::recorder::Recorder;
use offhook_standalone::tap::{PORT, Tap};
use offhook_telephony::trace::{Event, EventKind};

use super::aside::Aside;
use super::interrupt::interruption;
use super::serving::told;
use super::{LAB_FAILED, complain};

/// Lines of the list that may wait to be printed.
const ROWS: usize = 256;
/// Events that may wait to be recorded.
const EVENTS: usize = 16 * 1024;
/// For so long whoever reads the list or the capture is waited for at the end.
const PATIENCE: Duration = Duration::from_secs(2);
/// The same for a file.
const PATIENCE_WITH_DISK: Duration = Duration::from_secs(60);

#[derive(Debug, Args)]
#[command(after_help = "Ports:
  serial:/dev/ttyUSB0[:57600]  a serial device; towards a program by a null-modem cable, towards a modem by a plain one
  ./name                       a pty that a program opens by this name; a link, removed at the end
  tcp:[HOST:]6400              a TCP port to be called; telnet:, tcp-to: and others as for `offhook modem`

Circuits cross as in a cable where both ports have them: DTR of one side is carrier for the other, RTS is CTS.
Octets never wait for whoever reads the list or the capture: what does not fit is counted, and told where it is missing.

Exit codes: 0 ended by SIGINT or SIGTERM, 2 wrong command line, 3 a port could not be had or the capture is not whole.")]
pub(super) struct TapArgs {
    /// The port of the server's side, where AT commands come from
    #[arg(value_name = "SERVER")]
    server: AttachmentSpec,

    /// The port of the modem's side, or the caller's
    #[arg(value_name = "CALLER")]
    caller: AttachmentSpec,

    /// Write what passes to this file, for Wireshark and `offhook decode` (pcapng); - is standard output, and all else goes to
    /// standard error
    #[arg(long, value_name = "FILE")]
    capture: Option<PathBuf>,
}

pub(super) fn main(arguments: &TapArgs) -> u8 {
    match carried_out(arguments) {
        Ok(()) => 0,
        Err(error) => {
            complain_in_time(told(&error));
            LAB_FAILED
        }
    }
}

fn carried_out(arguments: &TapArgs) -> Result<(), Error> {
    for port in [&arguments.server, &arguments.caller] {
        // A pty's link cannot be made there, and nobody should be told to remove a device.
        if let AttachmentSpec::Pty { link } = port
            && std::fs::symlink_metadata(link).is_ok_and(|about| about.file_type().is_char_device())
        {
            let name = link.display();
            return Err(Error::new(format!("{name} is a device: write serial:{name} to tap it")));
        }
    }
    // Asked before anything runs beside this thread: the local time can only be had then.
    let day = TimeOfDay::now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::io("starting the event loop", &error))?;
    let recording = arguments.capture.as_deref().map(|path| Recording::start(path, day)).transpose()?;
    let mut told = Told { list: List::start(arguments)?, recording };
    let ended = runtime.block_on(async {
        let stop = interruption();
        let mut tap = Tap::open(&arguments.server, &arguments.caller).await?;
        told.list.begin(&tap.describe());
        tap.run(stop, &mut |event| told.event(event)).await
    });
    let recorded = told.recording.map_or(Ok(()), Recording::finish);
    told.list.finish(arguments.capture.is_some() && recorded.is_ok());
    ended.and(recorded)
}

/// What is told of what passes. Nothing of it keeps octets from passing.
struct Told {
    list: List,
    recording: Option<Recording>,
}

impl Told {
    fn event(&mut self, event: Event) {
        self.list.row(&event);
        if let Some(recording) = &mut self.recording {
            recording.note(LogEntry { at: event.at, line: Some(0), what: event.what });
        }
    }
}

/// The list on standard output, or on standard error if the capture goes there.
struct List {
    listing: Listing,
    printer: Aside<String, Box<dyn Write + Send>>,
    /// Lines there were, those that did not fit, and how many of these have not been told yet.
    rows: u64,
    missed: u64,
    untold: u64,
}

impl List {
    fn start(arguments: &TapArgs) -> Result<Self, Error> {
        let on_error = arguments.capture.as_deref().is_some_and(is_standard_output);
        let variable = |name: &str| std::env::var_os(name);
        let (output, style): (Box<dyn Write + Send>, Style) = match on_error {
            true => (Box::new(io::stderr()), Style::of(&io::stderr(), variable)),
            false => (Box::new(StandardOutput), Style::of(&io::stdout(), variable)),
        };
        let printer = Aside::start("list", ROWS, output, |output, text: String| {
            // What standard output does not take is told at the end.
            let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
        });
        let printer = printer.map_err(|error| Error::io("starting the thread that prints", &error))?;
        let listing = Listing::new(FirstColumn::Time, style.unicode);
        Ok(Self { listing, printer, rows: 0, missed: 0, untold: 0 })
    }

    /// The lines above all others.
    fn begin(&self, [server, caller]: &[String; 2]) {
        // There is room for the first.
        self.printer.offer(format!("server: {server}\ncaller: {caller}\n{}", self.listing.heading()));
    }

    fn row(&mut self, event: &Event) {
        let mut text = String::new();
        if self.untold > 0 {
            let lines = counted(self.untold);
            text = format!("{:>TIME$}  {lines} not shown: nobody read the list in time\n", "...");
        }
        self.listing.row(&mut text, event, 0);
        self.rows += 1;
        if self.printer.offer(text) {
            self.untold = 0;
        } else {
            self.missed += 1;
            self.untold += 1;
        }
    }

    /// Shows what waits, and tells what was not shown.
    fn finish(self, captured: bool) {
        let missed = self.missed + self.printer.finish(PATIENCE).err().unwrap_or(0);
        if missed > 0 {
            let has = if captured { "; the capture has what they told" } else { "" };
            let rows = self.rows;
            let lines = counted(missed);
            complain_in_time(format!("warning: {lines} of {rows} not shown: nobody read the list in time{has}\n"));
        }
    }
}

/// The capture, written beside what passes.
struct Recording {
    path: PathBuf,
    recorder: Aside<LogEntry, Recorder>,
    /// A disk always has done at last, and is waited for: nothing is missing then. A reader may never read.
    waits: bool,
    missed: u64,
    untold: u64,
}

impl Recording {
    fn start(path: &Path, day: TimeOfDay) -> Result<Self, Error> {
        let recorder = Recorder::create(path, day, &[PORT])?;
        let recorder = Aside::start("capture", EVENTS, recorder, |recorder, entry| {
            if let Some(problem) = recorder.note(&entry) {
                complain(&format!("{problem}\n"));
            }
        });
        let recorder = recorder.map_err(|error| Error::io("starting the thread that records", &error))?;
        let waits = !is_standard_output(path) && std::fs::metadata(path).is_ok_and(|about| about.is_file());
        Ok(Self { path: path.to_owned(), recorder, waits, missed: 0, untold: 0 })
    }

    fn note(&mut self, entry: LogEntry) {
        if self.waits {
            self.recorder.give(entry);
            return;
        }
        if self.untold > 0 {
            let text = format!("{} events not recorded: nobody read the capture in time", self.untold);
            let what = EventKind::Note { text };
            if self.recorder.offer(LogEntry { at: entry.at, line: Some(0), what }) {
                self.untold = 0;
            }
        }
        if self.untold > 0 || !self.recorder.offer(entry) {
            self.missed += 1;
            self.untold += 1;
        }
    }

    /// Writes what waits.
    ///
    /// # Errors
    ///
    /// If the capture is not whole.
    fn finish(self) -> Result<(), Error> {
        let patience = if self.waits { PATIENCE_WITH_DISK } else { PATIENCE };
        let left = match self.recorder.finish(patience) {
            Ok(recorder) => recorder.shortfall().map_or(Ok(0), Err)?,
            Err(left) => left,
        };
        let missing = self.missed + left;
        if missing == 0 {
            return Ok(());
        }
        let path = self.path.display();
        let text = format!("the capture {path} is not whole: {missing} events not recorded, nobody read it in time");
        Err(Error::new(text))
    }
}

/// Writes to standard error, unless nobody reads there either: then nothing keeps the tap from ending.
fn complain_in_time(text: String) {
    if let Ok(complaint) = Aside::start("complaint", 1, (), |(), text: String| complain(&text)) {
        complaint.offer(text);
        let _ = complaint.finish(PATIENCE);
    }
}

fn counted(lines: u64) -> String {
    if lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") }
}
