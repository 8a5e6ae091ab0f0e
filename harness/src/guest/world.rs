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
use crate::run::station::Station;
use crate::run::{Job, Report, Trouble};
use crate::server::init::Init;
use crate::server::inittab;
use crate::server::interfaces::{Change, Interfaces};
use crate::server::logs::{LogFiles, LogLine, Syslog};

/// How long after the last call the server is still listened to: its processes have something to say when they end.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Everything there is.
pub(super) struct World {
    clock: Clock,
    stations: Vec<Station>,
    ports: Vec<Port>,
    init: Init,
    children: Signal,
    syslog: Syslog,
    files: LogFiles,
    interfaces: Interfaces,
    conversations: Conversations,
    trace: Vec<Event>,
}

/// What woke the world.
enum Wake {
    Port(usize, PortEvent),
    Child,
    Log(LogLine),
    LogFile,
    Interface(Change),
    Time,
}

impl World {
    /// The world of `job`; the server is not started yet.
    pub(super) fn new(job: &Job) -> Result<Self, Trouble> {
        let mut stations = Vec::new();
        let mut ports = Vec::new();
        for port in &job.scenario.server.ports {
            stations.push(Station::new(port)?);
            ports.push(opened(&port.device)?);
        }
        let text =
            std::fs::read_to_string("/etc/inittab").map_err(|error| Trouble::io("reading /etc/inittab", &error))?;
        let (entries, _) = inittab::respawned(&text, '2');
        let io = |doing: &'static str| move |error: io::Error| Trouble::io(doing, &error);
        Ok(Self {
            clock: Clock::start().map_err(io("starting the clock"))?,
            stations,
            ports,
            init: Init::new(entries).map_err(io("starting init"))?,
            children: signal(SignalKind::child()).map_err(io("watching for the end of processes"))?,
            syslog: Syslog::listen().map_err(io("listening at /dev/log"))?,
            files: LogFiles::watch().map_err(io("watching mgetty's logs"))?,
            interfaces: Interfaces::watch().map_err(io("watching the server's interfaces"))?,
            conversations: Conversations::new(job),
            trace: Vec::new(),
        })
    }

    /// Plays all calls.
    pub(super) async fn run(mut self) -> Result<Report, Trouble> {
        let mut end = None;
        let now = loop {
            let now = self.clock.now();
            if end.is_none() {
                for what in self.init.respawn(now) {
                    self.record(now, what);
                }
            }
            self.converse(now)?;
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

    fn converse(&mut self, now: Instant) -> Result<(), Trouble> {
        if self.conversations.want_logs(now) {
            self.read_log_files(now, true)?;
        }
        self.conversations.advance(now, &mut self.stations);
        self.collect();
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
            },
            Wake::Child => {
                for what in self.init.reap() {
                    self.record(now, what);
                }
                self.read_log_files(now, true)?;
            }
            // mgetty repeats to syslog what stands in its own log already.
            Wake::Log(line) if line.program == "mgetty" => {}
            Wake::Log(line) => self.logged(now, line),
            Wake::LogFile => self.read_log_files(now, false)?,
            Wake::Interface(change) => {
                self.record(now, What::Interface { text: change.text() });
                if let Change::Address { interface, local, peer } = change
                    && interface.starts_with("ppp")
                {
                    self.conversations.interface_changed(now, &mut self.stations, &interface, local, peer);
                }
            }
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

    fn record(&mut self, now: Instant, what: What) {
        self.trace.push(Event { at: now, port: None, call: None, what });
    }

    fn collect(&mut self) {
        for station in &mut self.stations {
            self.trace.append(&mut station.take_events());
        }
    }
}

/// Opens a pty and lets it be seen under the port's own name.
///
/// A bind mount of the slave's node, not a link to it: ttyname() then gives `/dev/ttyS0`, and pppd looks for
/// `options.ttyS0` as it does on a serial port.
fn opened(device: &str) -> Result<Port, Trouble> {
    use nix::mount::{MsFlags, mount};

    let port = Port::open().map_err(|error| Trouble::new(format!("opening a pty for {device}: {error}")))?;
    let name = format!("/dev/{device}");
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
