//! The driver of a modem pool: the one place that knows the clock, the ports and the network.
//!
//! It turns what ports, far ends, keys and signals bring into calls of the pool, and the pool's next deadline into a timer.
//! One task, one thread; where nothing happens nothing runs. A port whose line or whose other end has no room is not
//! read (`flow`); who calls from outside and who is called there is in `calls`, what
//! lines send them by themselves in `sends`, what the view shows of it all in `picture`.

mod calls;
mod flow;
mod picture;
mod sends;

use std::future::{Future, poll_fn};
use std::io;
use std::task::Poll;
use std::time::Duration;

use offhook_clock::{Instant, earliest};
use offhook_port::{Attachment, AttachmentSpec, PortError, PortEvent, Watcher};
use offhook_telephony::trace::EventKind;
use tokio::time::{Instant as Clock, sleep_until};

use self::calls::{Calls, Came};
use self::flow::{Choke, Stalled};
use super::control::Control;
use super::journal::Journal;
use super::link::ModemLink;
use super::log_entry::LogEntry;
use super::modem_pool::{ModemPool, Setup, ToDte};
use super::nvram_file::NvramFile;
use super::phonebook::Phonebook;
use super::recorder::Recorder;
use super::view::{Act, Key, Screen, Selection};
use offhook_base::Error;

/// The view is drawn no more often.
const FRAME: Duration = Duration::from_millis(50);

/// How DTEs speak PPP to a number that answers with it, without a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direct {
    /// There is no modem: the port is a null-modem cable.
    Always,
    /// There is a modem, until the DTE begins a frame where a command line would begin.
    ByFrame,
}

/// A pool with its ports.
#[derive(Debug)]
pub struct Driver {
    pool: ModemPool,
    ports: Vec<Attachment>,
    /// What the ports are, for people.
    links: Vec<String>,
    /// Whether they have a speed that matters: serial devices.
    wired: Vec<bool>,
    calls: Calls,
    choke: Choke,
    stalled: Stalled,
    /// The port that is asked first: the one after that which was heard last.
    first: usize,
    journal: Journal,
    recorder: Option<Recorder>,
    nvram: Option<NvramFile>,
    /// What could not be kept, the first time.
    unkept: Option<Error>,
    start: Clock,
}

/// What woke the driver.
enum Wake {
    Port(usize, Result<PortEvent, PortError>),
    Outside(Came),
    Key(io::Result<Option<Key>>),
    Time,
    Stop,
}

impl Driver {
    /// Opens the ports and whatever the phonebook says is to be listened on; `direct`: the ports' DTEs may speak PPP without a call.
    /// Needs a tokio runtime.
    ///
    /// # Errors
    ///
    /// The first port or address that cannot be had.
    pub async fn open(
        lines: Vec<(ModemLink, Setup)>,
        book: Phonebook,
        control: Option<Control>,
        journal: Journal,
        recorder: Option<Recorder>,
        nvram: Option<NvramFile>,
        direct: Option<Direct>,
    ) -> Result<Self, Error> {
        let mut pool = ModemPool::new(journal.day(), book.directory());
        // Magic-Numbers and challenges of one run are not those of another.
        let seed = journal.day().since_1970().as_micros() as u64 ^ u64::from(std::process::id()) << 40;
        pool.answer_with_ppp(book.ppp.values().cloned().collect(), seed);
        let line = lines.first().map(|(_, setup)| setup.line.clone()).unwrap_or_default();
        let (mut ports, mut links, mut wired) = (Vec::new(), Vec::new(), Vec::new());
        let watcher = Watcher::default();
        for (link, setup) in lines {
            let port = Attachment::open(&link.port, &watcher).await.map_err(|error| Error::new(error.to_string()))?;
            let line = pool.add(setup);
            if let Some(commands) = book.init_of(&link.number) {
                pool.initialise(line, commands).map_err(|why| {
                    Error::new(format!("line {}: AT{commands}: {why}", link.number))
                        .help("give commands without AT, as in S0=1&K0, that answer OK")
                })?;
            }
            ports.push(port);
            links.push(link.port.to_string());
            wired.push(matches!(link.port, AttachmentSpec::Serial { .. }));
        }
        if recorder.is_some() {
            pool.listen();
        }
        if let Some(direct) = direct {
            (0..pool.len()).for_each(|line| pool.attach_to_ppp(line, direct == Direct::Always));
        }
        let calls = Calls::open(book, control, &pool, line).await?;
        Ok(Self {
            pool,
            ports,
            links,
            wired,
            calls,
            choke: Choke::default(),
            stalled: Stalled::default(),
            first: 0,
            journal,
            recorder,
            nvram,
            unkept: None,
            start: Clock::now(),
        })
    }

    /// Runs until `stop`, or until the user at the screen has enough.
    ///
    /// # Errors
    ///
    /// If a port is of no use any more, or the terminal is.
    pub async fn run(&mut self, mut screen: Option<Screen>, stop: impl Future<Output = ()>) -> Result<(), Error> {
        let mut stop = std::pin::pin!(stop);
        let mut selection = Selection::default();
        let (mut drawn, mut dirty) = (None::<Instant>, true);
        for (line, port) in self.ports.iter().enumerate() {
            self.pool.tell(Instant::ZERO, line, EventKind::Note { text: format!("at {}", port.describe()) });
        }
        loop {
            let now = self.now();
            self.pool.handle_timeout(now);
            // Who goes at this very moment still gets what arrives at it.
            self.hand_on_far(now);
            self.calls.clear_gone(now, &mut self.pool);
            self.calls.dismiss_late(now, &mut self.pool);
            self.settle(now);
            let mut redraw = None;
            if let Some(screen) = &mut screen {
                let due = drawn.map_or(Instant::ZERO, |drawn| drawn + FRAME);
                if dirty && due <= now {
                    match screen.show(&self.picture(now, selection), selection) {
                        Err(error) if is_gone(&error) => return Ok(()),
                        shown => shown.map_err(|error| Error::io("drawing on the terminal", &error))?,
                    }
                    (drawn, dirty) = (Some(now), false);
                }
                redraw = if dirty { Some(due) } else { self.next_darkening(now) };
            }
            let deadline = [self.pool.poll_timeout(), redraw, self.calls.poll_timeout(), self.choke.poll_timeout()];
            let wake = self.wake(deadline.into_iter().fold(None, earliest), screen.as_mut(), stop.as_mut()).await;
            dirty = true;
            let now = self.now();
            match wake {
                Wake::Port(line, event) => {
                    self.first = line + 1;
                    self.port_event(now, line, event)?;
                    // Ports that never rest do not keep the network from being heard.
                    let far = flow::wants_far(now, &self.pool, &self.ports, &self.calls);
                    if let Some(came) = at_once(self.calls.next(&far)).await {
                        self.calls.came(now, &mut self.pool, came);
                    }
                }
                Wake::Outside(came) => self.calls.came(now, &mut self.pool, came),
                // Who closes the window wants an end, as who sends SIGTERM.
                Wake::Key(Err(error)) if is_gone(&error) => return Ok(()),
                Wake::Key(key) => {
                    let key = key.map_err(|error| Error::io("reading the keyboard", &error))?;
                    let rows = self.ports.len() + self.pool.ppp_numbers().count();
                    match key.and_then(|key| selection.press(key, rows)) {
                        Some(Act::Quit) => return Ok(()),
                        Some(Act::HangUp(line)) => match line.checked_sub(self.ports.len()) {
                            Some(index) => self.pool.hang_up_ppp(now, index),
                            None => self.pool.hang_up(now, line),
                        },
                        None => {}
                    }
                }
                Wake::Time => {}
                Wake::Stop => return Ok(()),
            }
        }
    }

    /// What was to be written and could not be, if anything: the log, the capture, or what modems keep.
    pub fn shortfall(&self) -> Option<Error> {
        let log = self.journal.failure().map(|why| Error::new(format!("writing the log: {why}")));
        log.or_else(|| self.recorder.as_ref().and_then(Recorder::shortfall)).or_else(|| self.unkept.clone())
    }

    fn now(&self) -> Instant {
        Instant::ZERO + self.start.elapsed()
    }

    /// Waits for the next thing to happen.
    async fn wake(
        &mut self,
        deadline: Option<Instant>,
        screen: Option<&mut Screen>,
        stop: impl Future<Output = ()>,
    ) -> Wake {
        let now = self.now();
        let wants = flow::wants(now, &self.pool, &self.ports, &self.calls, &mut self.stalled);
        let far = flow::wants_far(now, &self.pool, &self.ports, &self.calls);
        let start = self.start;
        let timer = async {
            match deadline {
                Some(deadline) => sleep_until(start + deadline.since(Instant::ZERO)).await,
                None => std::future::pending().await,
            }
        };
        let key = async {
            match screen {
                Some(screen) => screen.next().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = stop => Wake::Stop,
            key = key => Wake::Key(key),
            (line, event) = next_of(&mut self.ports, &wants, self.first) => Wake::Port(line, event),
            came = self.calls.next(&far) => Wake::Outside(came),
            () = timer => Wake::Time,
        }
    }

    fn port_event(&mut self, now: Instant, line: usize, event: Result<PortEvent, PortError>) -> Result<(), Error> {
        match event {
            Ok(PortEvent::Opened) => self.pool.handle_circuit_108(now, line, true),
            Ok(PortEvent::Circuit108(on)) => self.pool.handle_dtr(now, line, on),
            Ok(PortEvent::Closed) => self.pool.handle_circuit_108(now, line, false),
            Ok(PortEvent::Octets(octets)) => self.pool.handle_dte_octets(now, line, &octets),
            Ok(PortEvent::Circuit105(on)) => self.pool.handle_circuit_105(now, line, on),
            // A pty's speed is a word: nothing is slower for it, and no octet is misread.
            Ok(PortEvent::Speed(speed)) if self.wired[line] => self.pool.handle_dte_speed(now, line, speed),
            Ok(PortEvent::Speed(_) | PortEvent::Break) => {}
            Err(error) => return Err(Error::new(format!("{}: {error}", self.links[line]))),
        }
        Ok(())
    }

    /// Hands on what the pool has for far ends.
    fn hand_on_far(&mut self, now: Instant) {
        while let Some((call, far)) = self.pool.poll_far() {
            self.calls.handle(now, &mut self.pool, call, far);
        }
    }

    /// Hands on everything the pool has to say.
    fn settle(&mut self, now: Instant) {
        self.hand_on_far(now);
        for (line, port) in self.ports.iter_mut().enumerate() {
            let mut lost = port.take_lost();
            while let Some(next) = self.pool.poll_dte(line) {
                match next {
                    ToDte::Octets(octets) if port.unwritten() + octets.len() > flow::MOST_UNREAD => {
                        lost += octets.len() as u64;
                    }
                    ToDte::Octets(octets) => port.write(&octets),
                    ToDte::Circuit(circuit, on) => port.set_circuit(circuit, on),
                }
            }
            self.pool.handle_unread(now, line, lost);
            if self.pool.poll_hang_up(line) {
                port.hang_up();
            }
        }
        self.keep_nvram(now);
        self.choke.flush(now, &mut self.ports, &mut self.calls);
        while let Some(entry) = self.pool.poll_log_entry() {
            self.note(&entry);
        }
    }

    /// Writes what modems have been told to keep.
    fn keep_nvram(&mut self, now: Instant) {
        let Some(file) = &mut self.nvram else { return };
        for line in 0..self.pool.len() {
            let Some(nvram) = self.pool.take_nvram(line) else { continue };
            if let Err(error) = file.keep(&self.pool.setup(line).number, nvram) {
                self.pool.tell(now, line, EventKind::Note { text: error.message.clone() });
                self.unkept.get_or_insert(error);
            }
        }
    }

    fn note(&mut self, entry: &LogEntry) {
        self.journal.note(entry);
        if let Some(error) = self.recorder.as_mut().and_then(|recorder| recorder.note(entry)) {
            self.journal.note(&LogEntry { at: entry.at, line: entry.line, what: EventKind::Note { text: error } });
        }
    }
}

/// Whether a terminal's other end has been closed.
fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::UnexpectedEof
}

/// What a future has to say without waiting.
async fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = std::pin::pin!(future);
    poll_fn(move |context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

/// The next event of any port that may be read; `first` is asked first.
async fn next_of(ports: &mut [Attachment], wants: &[bool], first: usize) -> (usize, Result<PortEvent, PortError>) {
    let mut waits: Vec<_> = ports
        .iter_mut()
        .zip(wants)
        .enumerate()
        .filter(|(_, (_, wanted))| **wanted)
        .map(|(line, (port, _))| (line, Box::pin(port.next())))
        .collect();
    let before = waits.iter().take_while(|(line, _)| *line < first).count();
    waits.rotate_left(before);
    poll_fn(move |context| {
        for (line, wait) in &mut waits {
            if let Poll::Ready(event) = wait.as_mut().poll(context) {
                return Poll::Ready((*line, event));
            }
        }
        Poll::Pending
    })
    .await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs::File;
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;

    use nix::libc::O_NOCTTY;

    use super::*;

    #[test]
    fn a_port_that_always_has_something_to_say_is_not_asked_first_for_ever() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let home = tempfile::tempdir().unwrap();
            let (mut ports, mut dtes) = (Vec::new(), Vec::new());
            for name in ["vm0", "vm1"] {
                let path = home.path().join(name);
                ports.push(
                    Attachment::open(&path.to_str().unwrap().parse().unwrap(), &Watcher::default()).await.unwrap(),
                );
                let mut dte = File::options().write(true).custom_flags(O_NOCTTY).open(&path).unwrap();
                dte.write_all(b"AT\r").unwrap();
                dtes.push(dte);
            }
            // Both have been opened, have a speed, and have said something.
            let (mut heard, mut first) = (Vec::new(), 0);
            for _ in 0..6 {
                let (line, event) = next_of(&mut ports, &[true, true], first).await;
                event.unwrap();
                heard.push(line);
                first = line + 1;
            }
            assert_eq!(heard, [0, 1, 0, 1, 0, 1]);
            assert_eq!(at_once(std::future::pending::<()>()).await, None);
        });
    }
}
