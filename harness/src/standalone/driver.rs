//! The driver of a bench: the one place that knows the clock, the ports and the network.
//!
//! It turns what ports, peers, keys and signals bring into calls of the bench, and the bench's next deadline into a timer.
//! One task, one thread; where nothing happens nothing runs. A port whose line or whose other end has no room is not
//! read (`flow`); who calls from outside and who is called there is in `calls`.

mod calls;
mod flow;

use std::future::{Future, poll_fn};
use std::io;
use std::task::Poll;
use std::time::Duration;

use offhook_emulator::port::{Attachment, AttachmentSpec, PortError, PortEvent};
use offhook_emulator::time::{Instant, earliest};
use offhook_emulator::trace::What;
use tokio::time::{Instant as Clock, sleep_until};

use self::calls::{Calls, Came};
use self::flow::Choke;
use super::bench::{Bench, Directory, Setup};
use super::control::Control;
use super::journal::Journal;
use super::link::Link;
use super::phonebook::Phonebook;
use super::recorder::Recorder;
use super::said::Told;
use super::view::{Act, Detail, Picture, Row, Screen, Selection};
use crate::run::Trouble;

/// The view is drawn no more often.
const FRAME: Duration = Duration::from_millis(50);

/// A bench with its ports.
#[derive(Debug)]
pub struct Driver {
    bench: Bench,
    ports: Vec<Attachment>,
    /// What the ports are, for people.
    links: Vec<String>,
    /// Whether they have a speed that matters: serial devices.
    wired: Vec<bool>,
    calls: Calls,
    choke: Choke,
    journal: Journal,
    recorder: Option<Recorder>,
    start: Clock,
}

/// What woke the driver.
enum Wake {
    Port(usize, Result<PortEvent, PortError>),
    Outside(Came),
    Key(io::Result<Option<ratatui::crossterm::event::KeyEvent>>),
    Time,
    Stop,
}

impl Driver {
    /// Opens the ports and whatever the phonebook says is to be listened on. Needs a tokio runtime.
    ///
    /// # Errors
    ///
    /// The first port or address that cannot be had.
    pub async fn open(
        lines: Vec<(Link, Setup)>,
        book: Phonebook,
        control: Option<Control>,
        journal: Journal,
        recorder: Option<Recorder>,
    ) -> Result<Self, Trouble> {
        let directory = Directory { numbers: book.numbers.keys().cloned().collect(), any: book.default.is_some() };
        let mut bench = Bench::new(journal.day(), directory);
        let (mut ports, mut links, mut wired) = (Vec::new(), Vec::new(), Vec::new());
        for (link, setup) in lines {
            let port = Attachment::open(&link.port).await.map_err(|error| Trouble::new(error.to_string()))?;
            bench.add(setup);
            ports.push(port);
            links.push(link.port.to_string());
            wired.push(matches!(link.port, AttachmentSpec::Serial { .. }));
        }
        if recorder.is_some() {
            bench.listen();
        }
        let calls = Calls::open(book, control, &bench).await?;
        let choke = Choke::default();
        Ok(Self { bench, ports, links, wired, calls, choke, journal, recorder, start: Clock::now() })
    }

    /// Runs until `stop`, or until the user at the screen has enough.
    ///
    /// # Errors
    ///
    /// If a port is of no use any more, or the terminal is.
    pub async fn run(&mut self, mut screen: Option<Screen>, stop: impl Future<Output = ()>) -> Result<(), Trouble> {
        let mut stop = std::pin::pin!(stop);
        let mut selection = Selection::default();
        let (mut drawn, mut dirty) = (None::<Instant>, true);
        for (line, port) in self.ports.iter().enumerate() {
            self.bench.tell(Instant::ZERO, line, What::Note { text: format!("at {}", port.describe()) });
        }
        loop {
            let now = self.now();
            self.bench.handle_timeout(now);
            self.settle(now);
            let mut redraw = None;
            if let Some(screen) = &mut screen {
                let due = drawn.map_or(Instant::ZERO, |drawn| drawn + FRAME);
                if dirty && due <= now {
                    let shown = screen.show(&self.picture(now, selection), selection);
                    shown.map_err(|error| Trouble::io("drawing on the terminal", &error))?;
                    (drawn, dirty) = (Some(now), false);
                }
                redraw = if dirty { Some(due) } else { self.next_darkening(now) };
            }
            let deadline = [self.bench.poll_timeout(), redraw, self.calls.poll_timeout(), self.choke.poll_timeout()];
            let wake = self.wake(deadline.into_iter().fold(None, earliest), screen.as_mut(), stop.as_mut()).await;
            dirty = true;
            let now = self.now();
            match wake {
                Wake::Port(line, event) => self.port_event(now, line, event)?,
                Wake::Outside(came) => self.calls.came(now, &mut self.bench, came),
                Wake::Key(key) => {
                    let key = key.map_err(|error| Trouble::io("reading the keyboard", &error))?;
                    match key.and_then(|key| selection.press(key, self.ports.len())) {
                        Some(Act::Quit) => return Ok(()),
                        Some(Act::HangUp(line)) => self.bench.hang_up(now, line),
                        None => {}
                    }
                }
                Wake::Time => {}
                Wake::Stop => return Ok(()),
            }
        }
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
        let wants = flow::wants(now, &self.bench, &self.ports, &self.calls);
        let far = flow::wants_far(now, &self.bench, &self.ports, &self.calls);
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
            (line, event) = next_of(&mut self.ports, &wants) => Wake::Port(line, event),
            came = self.calls.next(&far) => Wake::Outside(came),
            () = timer => Wake::Time,
        }
    }

    fn port_event(&mut self, now: Instant, line: usize, event: Result<PortEvent, PortError>) -> Result<(), Trouble> {
        match event {
            Ok(PortEvent::Opened) => self.bench.handle_circuit_108(now, line, true),
            Ok(PortEvent::Closed) => self.bench.handle_circuit_108(now, line, false),
            Ok(PortEvent::Octets(octets)) => self.bench.handle_dte_octets(now, line, &octets),
            Ok(PortEvent::Circuit105(on)) => self.bench.handle_circuit_105(now, line, on),
            // A pty's speed is a word: nothing is slower for it, and no octet is misread.
            Ok(PortEvent::Speed(speed)) if self.wired[line] => self.bench.handle_dte_speed(now, line, speed),
            Ok(PortEvent::Speed(_) | PortEvent::Break) => {}
            Err(error) => return Err(Trouble::new(format!("{}: {error}", self.links[line]))),
        }
        Ok(())
    }

    /// Hands on everything the bench has to say.
    fn settle(&mut self, now: Instant) {
        while let Some((call, far)) = self.bench.poll_far() {
            self.calls.handle(now, &mut self.bench, call, far);
        }
        for (line, port) in self.ports.iter_mut().enumerate() {
            while let Some(octets) = self.bench.poll_dte(line) {
                port.write(&octets);
            }
            while let Some((circuit, on)) = self.bench.poll_circuit(line) {
                port.set_circuit(circuit, on);
            }
            if self.bench.poll_hang_up(line) {
                port.hang_up();
            }
        }
        self.choke.flush(now, &mut self.ports, &mut self.calls);
        while let Some(told) = self.bench.poll_told() {
            self.note(&told);
        }
    }

    fn note(&mut self, told: &Told) {
        self.journal.note(told);
        if let Some(trouble) = self.recorder.as_mut().and_then(|recorder| recorder.note(told)) {
            self.journal.note(&Told { at: told.at, line: told.line, what: What::Note { text: trouble } });
        }
    }

    /// When a lamp that follows octets goes out.
    fn next_darkening(&self, now: Instant) -> Option<Instant> {
        let meters = (0..self.bench.len()).map(|line| self.bench.meters(line));
        meters.flat_map(|(received, sent)| [received.goes_dark(), sent.goes_dark()]).fold(None, |next, dark| {
            // What is dark already was drawn so.
            earliest(next, dark.filter(|dark| *dark + FRAME > now))
        })
    }

    fn picture(&self, now: Instant, selection: Selection) -> Picture {
        let lines = (0..self.bench.len())
            .map(|line| {
                let state = self.bench.state(line);
                Row {
                    number: self.bench.setup(line).number.clone(),
                    link: self.links[line].clone(),
                    state: state.to_string(),
                    busy: !state.is_idle(),
                    lamps: self.bench.lamps(now, line),
                }
            })
            .collect();
        let clock = format!("since {}", self.journal.day().clock(Instant::ZERO).get(..8).unwrap_or_default());
        Picture { clock, lines, detail: self.detail(selection.line) }
    }

    fn detail(&self, line: usize) -> Detail {
        if line >= self.bench.len() {
            return Detail::default();
        }
        let setup = self.bench.setup(line);
        let make = &setup.modem.personality.name;
        let make = if make.is_empty() { "generic" } else { make };
        let name = setup.name.as_deref().map(|name| format!(", {name}")).unwrap_or_default();
        let (received, sent) = self.bench.meters(line);
        Detail {
            title: format!("{}{name}, {make}", setup.number),
            parameters: self
                .bench
                .modem(line)
                .s_parameters()
                .map(|(number, value)| format!("S{number}={value}"))
                .collect(),
            settings: self.bench.modem(line).settings(),
            sent: sent.octets,
            received: received.octets,
            events: self.journal.last(line),
        }
    }
}

/// The next event of any port that may be read.
async fn next_of(ports: &mut [Attachment], wants: &[bool]) -> (usize, Result<PortEvent, PortError>) {
    let mut waits: Vec<_> = ports
        .iter_mut()
        .zip(wants)
        .enumerate()
        .filter(|(_, (_, wanted))| **wanted)
        .map(|(line, (port, _))| (line, Box::pin(port.next())))
        .collect();
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
