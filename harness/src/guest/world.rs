//! The world of one scenario: every port's station, the server's init, and what is observed, in one event loop.
//!
//! The only place inside a guest that knows the clock. It turns readiness of file descriptors into calls of the
//! sans-I/O parts, and their deadlines into one timer.

use std::future::poll_fn;
use std::io;
use std::task::Poll;
use std::time::Duration;

use offhook_emulator::port::{Port, PortEvent};
use offhook_emulator::time::{Instant, earliest};
use offhook_emulator::trace::{Event, What};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::clock::Clock;
use super::conversation::Conversations;
use super::lan::{Heard, LanHost};
use super::machine::Machine;
use super::request::{Answer, Request};
use crate::run::station::Station;
use crate::run::{EPOCH, Job, Report, Trouble};
use crate::scenario::{Change, Edit};
use crate::server::init::{Init, terminate_matching};
use crate::server::interfaces::{Change as Interface, Interfaces};
use crate::server::logs::{LogFiles, LogLine, Syslog};
use crate::server::page::device_path;

/// How long after the last call the server is still listened to: its processes have something to say when they end.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Everything there is.
pub(super) struct World {
    clock: Clock,
    stations: Vec<Station>,
    ports: Vec<Port>,
    machine: Machine,
    init: Init,
    children: Signal,
    syslog: Syslog,
    files: LogFiles,
    interfaces: Interfaces,
    conversations: Conversations,
    lan: Option<LanHost>,
    trace: Vec<Event>,
}

/// What woke the world.
enum Wake {
    Port(usize, PortEvent),
    Child,
    Log(LogLine),
    LogFile,
    Interface(Interface),
    Lan(Heard),
    Time,
}

impl World {
    /// The world of `job`; the server is not started yet.
    pub(super) fn new(job: &Job, machine: Machine, lan: Option<LanHost>) -> Result<Self, Trouble> {
        let mut stations = Vec::new();
        let mut ports = Vec::new();
        for port in &machine.ports(&job.scenario) {
            stations.push(Station::new(port)?);
            ports.push(opened(&port.device)?);
        }
        let (entries, complaints) = machine.entries();
        let io = |doing: &'static str| move |error: io::Error| Trouble::io(doing, &error);
        let mut world = Self {
            clock: Clock::start().map_err(io("starting the clock"))?,
            stations,
            ports,
            machine,
            init: Init::new(entries, Duration::from_secs(EPOCH)).map_err(io("starting init"))?,
            children: signal(SignalKind::child()).map_err(io("watching for the end of processes"))?,
            syslog: Syslog::listen().map_err(io("listening at /dev/log"))?,
            files: LogFiles::watch().map_err(io("watching mgetty's logs"))?,
            interfaces: Interfaces::watch().map_err(io("watching the server's interfaces"))?,
            conversations: Conversations::new(job),
            lan,
            trace: Vec::new(),
        };
        world.complain(Instant::ZERO, complaints);
        Ok(world)
    }

    /// Plays all calls.
    pub(super) async fn run(mut self) -> Result<Report, Trouble> {
        let mut end = None;
        let now = loop {
            let now = self.clock.now();
            if end.is_none() {
                let events = self.init.respawn(now);
                self.record_all(now, events);
            }
            if self.converse(now)? {
                // What was asked for may be due at once.
                continue;
            }
            self.write_ports(now)?;
            if self.conversations.are_over() && now >= *end.get_or_insert(now + LAST_WORDS) {
                break now;
            }
            let wake = self.wake(end).await?;
            self.handle(wake)?;
        };
        self.read_log_files(now, true)?;
        self.collect();
        let error = self.conversations.trouble();
        let steps = self.conversations.results();
        let calls = self.conversations.summaries(&self.stations);
        Ok(Report { steps, calls, error, trace: self.trace, virtual_micros: now.micros() })
    }

    /// Takes the calls as far as they go; true if something was done for them that may take them further.
    fn converse(&mut self, now: Instant) -> Result<bool, Trouble> {
        if self.conversations.want_logs(now) {
            self.read_log_files(now, true)?;
        }
        self.conversations.advance(now, &mut self.stations);
        self.collect();
        let mut done = false;
        while let Some(request) = self.conversations.poll_request() {
            done |= self.handle_request(now, request);
        }
        Ok(done)
    }

    /// Does what a call asks for; true if the answer is there already.
    fn handle_request(&mut self, now: Instant, request: Request) -> bool {
        match request {
            Request::Change { call, change } => {
                let result = self.change(now, &change);
                self.conversations.answered(Answer::Changed { call, result });
                true
            }
            // Answered by the LAN's host in its own time; without a LAN, the deadline of the step speaks.
            Request::LanPing { .. } | Request::Arp { .. } => {
                if let Some(lan) = &self.lan {
                    lan.request(&request);
                }
                false
            }
        }
    }

    /// The administrator changes the server: files at once, what runs when it is told to.
    fn change(&mut self, now: Instant, change: &Change) -> Result<(), Trouble> {
        for edit in &change.edits {
            if *edit == Edit::Apply {
                self.apply(now)?;
            } else {
                let text = format!("the administrator changes the server: {}", self.machine.edit(edit)?);
                self.record(now, What::Note { text });
            }
        }
        Ok(())
    }

    /// The page's "Apply Configuration".
    fn apply(&mut self, now: Instant) -> Result<(), Trouble> {
        let (entries, complaints) = self.machine.entries();
        let events = self.init.reread(entries, now);
        self.record_all(now, events);
        self.complain(now, complaints);
        // A new port has its process before the others are told to end, as it is with an init that reads at once.
        let events = self.init.respawn(now);
        self.record_all(now, events);
        let ended = terminate_matching("mgetty").map_err(|error| Trouble::io("reading the process list", &error))?;
        self.record_all(now, ended);
        Ok(())
    }

    /// Gives the DTEs what their modems have for them, and hangs ports up.
    fn write_ports(&mut self, now: Instant) -> Result<(), Trouble> {
        for (station, port) in self.stations.iter_mut().zip(&mut self.ports) {
            while let Some(octets) = station.poll_dte() {
                port.write(&octets).map_err(|error| Trouble::new(format!("{}: {error}", station.device)))?;
            }
            if station.poll_hang_up() {
                let failed = |error| Trouble::new(format!("{}: {error}", station.device));
                if port.is_local().map_err(failed)? {
                    station.hang_up_ignored(now);
                    continue;
                }
                port.hang_up().map_err(failed)?;
                station.record(now, What::Note { text: "circuit 109 (DCD) off: the port is hung up".to_owned() });
            }
        }
        Ok(())
    }

    /// Waits for the next thing to happen.
    async fn wake(&mut self, end: Option<Instant>) -> Result<Wake, Trouble> {
        let now = self.clock.now();
        let stations = self.stations.iter().fold(None, |sum, station| earliest(sum, station.poll_timeout()));
        let calls = self.conversations.poll_timeout(&self.stations);
        // Nothing is started any more when the end is near.
        let others = if end.is_some() { end } else { self.init.poll_timeout() };
        let deadline = earliest(earliest(stations, calls), others);
        tokio::select! {
            biased;
            _ = self.children.recv() => Ok(Wake::Child),
            port = next_of(&mut self.ports, &self.stations, now) => port.map(|(index, event)| Wake::Port(index, event)),
            line = self.syslog.next() => {
                line.map(Wake::Log).map_err(|error| Trouble::io("reading /dev/log", &error))
            }
            changed = self.files.changed() => {
                changed.map(|()| Wake::LogFile).map_err(|error| Trouble::io("watching mgetty's logs", &error))
            }
            change = self.interfaces.next() => match change {
                Some(change) => Ok(Wake::Interface(change)),
                None => Err(Trouble::new("the kernel's netlink connection was closed")),
            },
            heard = beyond(&mut self.lan) => Ok(Wake::Lan(heard)),
            woken = self.clock.sleep_until(deadline) => {
                woken.map(|()| Wake::Time).map_err(|error| Trouble::io("waiting for the next deadline", &error))
            }
        }
    }

    fn handle(&mut self, wake: Wake) -> Result<(), Trouble> {
        let now = self.clock.now();
        match wake {
            Wake::Port(index, event) => match event {
                PortEvent::Opened => self.stations[index].handle_circuit_108(now, true),
                PortEvent::Closed => self.stations[index].handle_circuit_108(now, false),
                PortEvent::Octets(octets) => self.stations[index].handle_dte_octets(now, &octets),
                // A bare pty tells none of these.
                PortEvent::Circuit105(_) | PortEvent::Speed(_) | PortEvent::Break => {}
            },
            Wake::Child => {
                let events = self.init.reap(now);
                self.record_all(now, events);
                self.read_log_files(now, true)?;
            }
            // mgetty repeats to syslog what stands in its own log already.
            Wake::Log(line) if line.program == "mgetty" => {}
            Wake::Log(line) => self.logged(now, line),
            Wake::LogFile => self.read_log_files(now, false)?,
            Wake::Interface(change) => {
                self.record(now, What::Interface { text: change.text() });
                if let Interface::Address { interface, local, peer } = change
                    && interface.starts_with("ppp")
                {
                    self.conversations.interface_changed(now, &mut self.stations, &interface, local, peer);
                }
            }
            Wake::Lan(heard) => self.conversations.answered(heard.answer(now)),
            Wake::Time => {}
        }
        for station in &mut self.stations {
            if station.poll_timeout().is_some_and(|deadline| deadline <= now) {
                station.handle_timeout(now);
            }
        }
        self.collect();
        Ok(())
    }

    fn read_log_files(&mut self, now: Instant, all: bool) -> Result<(), Trouble> {
        let lines =
            self.files.fresh(now, all).map_err(|error| Trouble::io("reading the server's log files", &error))?;
        for line in lines {
            self.logged(now, line);
        }
        Ok(())
    }

    fn logged(&mut self, now: Instant, line: LogLine) {
        self.conversations.logged(&mut self.stations, &line);
        let what = What::Log { program: line.program, text: line.text };
        let port = line.port.filter(|port| self.stations.iter().any(|station| station.device == *port));
        self.trace.push(Event { at: line.at.unwrap_or(now), port, call: None, what });
    }

    /// Records what init did; what it logs is a log's line like any other.
    fn record_all(&mut self, now: Instant, events: Vec<What>) {
        for what in events {
            match what {
                What::Log { program, text } => self.logged(now, LogLine { at: None, port: None, program, text }),
                what => self.record(now, what),
            }
        }
    }

    fn complain(&mut self, now: Instant, complaints: Vec<String>) {
        let log = |text| What::Log { program: "init".to_owned(), text };
        self.record_all(now, complaints.into_iter().map(log).collect());
    }

    fn record(&mut self, now: Instant, what: What) {
        self.trace.push(Event { at: now, port: None, call: None, what });
    }

    fn collect(&mut self) {
        for station in &mut self.stations {
            self.trace.append(&mut station.take_events());
        }
    }
}

/// The next thing the LAN's host hears; nothing, for ever, where there is no LAN.
async fn beyond(lan: &mut Option<LanHost>) -> Heard {
    match lan {
        Some(lan) => lan.next().await,
        None => std::future::pending().await,
    }
}

/// Opens a pty and lets it be seen under the port's own name.
///
/// A bind mount of the slave's node, not a link to it: ttyname() then gives `/dev/ttyS0`, and pppd looks for
/// `options.ttyS0` as it does on a serial port.
fn opened(device: &str) -> Result<Port, Trouble> {
    use nix::mount::{MsFlags, mount};

    let port = Port::open().map_err(|error| Trouble::new(format!("opening a pty for {device}: {error}")))?;
    let name = device_path(device);
    let doing = format!("giving the pty the name {name}");
    if let Some(parent) = std::path::Path::new(&name).parent() {
        std::fs::create_dir_all(parent).map_err(|error| Trouble::io(&doing, &error))?;
    }
    // A real device of that name may exist; the mount hides it.
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&name)
        .or_else(
            |error| {
                if std::fs::exists(&name).unwrap_or(false) { std::fs::File::open("/dev/null") } else { Err(error) }
            },
        )
        .map_err(|error| Trouble::io(&doing, &error))?;
    mount(Some(port.slave_path()), name.as_str(), None::<&str>, MsFlags::MS_BIND, None::<&str>)
        .map_err(|errno| Trouble::io(&doing, &io::Error::from(errno)))?;
    Ok(port)
}

/// The next event of any port whose station wants to hear of it.
async fn next_of(ports: &mut [Port], stations: &[Station], now: Instant) -> Result<(usize, PortEvent), Trouble> {
    let mut waits: Vec<_> = ports
        .iter_mut()
        .zip(stations)
        .enumerate()
        .filter(|(_, (_, station))| station.wants_dte_octets(now))
        .map(|(index, (port, station))| (index, &station.device, Box::pin(port.next())))
        .collect();
    poll_fn(move |context| {
        for (index, device, wait) in &mut waits {
            if let Poll::Ready(event) = wait.as_mut().poll(context) {
                let event = event.map_err(|error| Trouble::new(format!("{device}: {error}")));
                return Poll::Ready(event.map(|event| (*index, event)));
            }
        }
        Poll::Pending
    })
    .await
}
