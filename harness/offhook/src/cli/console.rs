//! Where a run is seen: lines that stay on standard output, and how far it is on standard error, drawn over and over on a
//! terminal, a line a minute in a log.
//!
//! In: the runner's events, over a channel, so that a slow reader does not hold guests up. What is said is decided by
//! a [`View`]; this writes it, and reads the clock for it.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::status_line::StatusLine;
use offhook_report::Style;
use offhook_report::live::{Verbosity, View};
use offhook_report::run::RunEvent;

/// How often the line on a terminal is drawn.
const REDRAW: Duration = Duration::from_millis(200);

/// How far a run is, and where that is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Nowhere.
    Silent,
    /// On the last line of the terminal that has the other lines too.
    Line,
    /// A line a minute.
    Log,
}

impl Progress {
    /// What suits these standard streams.
    pub(super) fn suiting(verbosity: Verbosity) -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
        match verbosity {
            Verbosity::Quiet => Self::Silent,
            _ if !dumb && io::stdout().is_terminal() && io::stderr().is_terminal() => Self::Line,
            _ => Self::Log,
        }
    }
}

/// What shows a run, in a thread of its own.
pub(super) struct Console {
    events: Sender<RunEvent>,
    thread: JoinHandle<()>,
}

impl Console {
    /// Shows what comes as `live` has it; the lines that stay on `stdout`.
    pub(super) fn start(
        live: impl View + Send + 'static,
        style: Style,
        verbosity: Verbosity,
        stdout: impl Write + Send + 'static,
    ) -> io::Result<Self> {
        let (events, received) = channel();
        let columns = move || terminal_columns().unwrap_or(style.width);
        let mut screen = Screen {
            live,
            progress: Progress::suiting(verbosity),
            line: StatusLine::default(),
            stdout,
            stderr: io::stderr(),
        };
        let thread =
            thread::Builder::new().name("console".to_owned()).spawn(move || show(&received, &mut screen, columns))?;
        Ok(Self { events, thread })
    }

    /// Takes the runner's events.
    pub(super) fn sink(&self) -> impl FnMut(RunEvent) + use<> {
        let events = self.events.clone();
        move |event| {
            // The console ends after everybody who sends to it.
            let _ = events.send(event);
        }
    }

    /// Waits until everything is shown.
    pub(super) fn finish(self) {
        drop(self.events);
        // If it could not go on there is nothing more to show.
        let _ = self.thread.join();
    }
}

/// Columns of the terminal now: it may be resized at any time.
fn terminal_columns() -> Option<usize> {
    Style::columns_of(&io::stderr())
}

fn show<V: View, O: Write, E: Write>(
    events: &Receiver<RunEvent>,
    screen: &mut Screen<V, O, E>,
    columns: impl Fn() -> usize,
) {
    let start = Instant::now();
    loop {
        match events.recv_timeout(REDRAW) {
            Ok(event) => screen.event(&event, start.elapsed(), columns()),
            Err(RecvTimeoutError::Timeout) => screen.tick(start.elapsed(), columns()),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// The two streams and what is drawn on them. A stream that nobody reads ends nothing: `offhook ... | head`.
struct Screen<V, O, E> {
    live: V,
    progress: Progress,
    line: StatusLine,
    stdout: O,
    stderr: E,
}

impl<V: View, O: Write, E: Write> Screen<V, O, E> {
    fn event(&mut self, event: &RunEvent, now: Duration, columns: usize) {
        let text = self.live.event(event, now);
        if !text.is_empty() {
            let erased = self.line.erase(columns);
            let _ = self.stderr.write_all(erased.as_bytes()).and_then(|()| self.stderr.flush());
            let _ = self.stdout.write_all(text.as_bytes()).and_then(|()| self.stdout.flush());
        }
        self.tick(now, columns);
    }

    fn tick(&mut self, now: Duration, columns: usize) {
        let text = match self.progress {
            Progress::Silent => return,
            Progress::Log => self.live.heartbeat(now),
            Progress::Line => Some(match self.live.status(now, columns) {
                Some(text) => self.line.draw(&text, columns),
                None => self.line.erase(columns),
            }),
        };
        if let Some(text) = text {
            let _ = self.stderr.write_all(text.as_bytes()).and_then(|()| self.stderr.flush());
        }
    }
}
