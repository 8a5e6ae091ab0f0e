//! The world of one scenario: every port's session, the server's init, and what is observed, in one event loop.
//!
//! The only place inside a guest that knows the clock. It turns readiness of file descriptors into calls of the
//! sans-I/O parts, and their deadlines into one timer.

mod census;
mod changes;
mod clients;
mod disturbing;
mod holding;
mod kept;
mod ports;
mod records;
mod trace_stream;

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use nix::sys::signal::{SIGKILL, kill};
use nix::unistd::Pid;
use offhook_clock::{Instant, earliest};
use offhook_port::PortEvent;
use offhook_telephony::trace::EventKind;
use tokio::signal::unix::{Signal, SignalKind, signal};

use self::clients::numbered;
use self::disturbing::Disturbing;
use self::holding::Holding;
use self::kept::Kept;
use self::ports::{all_opened, next_of, tell};
use self::trace_stream::TraceStream;
use super::clients::{Activity, Clients};
use super::clock::Clock;
use super::lan::{Heard, LanHost};
use super::machine::Machine;
use super::namespaces::Namespaces;
use super::port::GuestPort;
use offhook_base::Error;
use offhook_base::guest::EPOCH;
use offhook_scenario::Wiring;
use offhook_server::init::Init;
use offhook_server::interfaces::{Change as Interface, Interfaces};
use offhook_server::logs::{LogFiles, LogLine, Syslog};
use offhook_session::conversation::Conversations;
use offhook_session::numbering;
use offhook_session::port_session::PortSession;
use offhook_session::{Job, Report, SharedExchange};

/// How long after the last call the server is still listened to: its processes have something to say when they end.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Everything there is.
pub(super) struct World {
    clock: Clock,
    sessions: Vec<PortSession>,
    ports: Vec<GuestPort>,
    machine: Machine,
    init: Init,
    children: Signal,
    syslog: Syslog,
    files: LogFiles,
    interfaces: Interfaces,
    conversations: Conversations,
    /// The port session that each process of init's serves, by process id.
    serving: BTreeMap<i32, usize>,
    clients: Clients,
    lan: Option<LanHost>,
    trace: Kept,
    disturbing: Disturbing,
    holding: Holding,
    trace_stream: Option<TraceStream>,
}

/// What woke the world.
enum Wake {
    Port(usize, PortEvent),
    Client(usize, Activity),
    Child,
    Log(LogLine),
    LogFile,
    Interface(Interface),
    Lan(Heard),
    Time,
}

impl World {
    /// The world of `job`; the server is not started yet.
    pub(super) fn new(
        job: &Job,
        machine: Machine,
        lan: Option<LanHost>,
        namespaces: &Namespaces,
    ) -> Result<Self, Error> {
        let io = |doing: &'static str| move |error: io::Error| Error::io(doing, &error);
        let declared = numbered(machine.ports(&job.scenario));
        let exchange = SharedExchange::new(job.seed);
        let sessions: Vec<PortSession> =
            declared.iter().map(|port| PortSession::on(port, &exchange)).collect::<Result<_, _>>()?;
        numbering::set_up(&exchange, &job.scenario.server, &sessions);
        // The kernel takes its time to find a USB modem, and logs are stamped by its clock. Without one, runs stay as they
        // were: what makes a pty's name takes time too, and all times would shift against the kernel's ticks.
        let usb = declared.iter().any(|port| port.wiring == Wiring::Usb);
        let early = usb.then(Clock::start).transpose().map_err(io("starting the clock"))?;
        let ports = all_opened(&declared)?;
        let (entries, complaints) = machine.entries();
        let mut world = Self {
            clock: early.map_or_else(Clock::start, Ok).map_err(io("starting the clock"))?,
            sessions,
            ports,
            machine,
            init: Init::new(entries, Duration::from_secs(EPOCH)).map_err(io("starting init"))?,
            children: signal(SignalKind::child()).map_err(io("watching for the end of processes"))?,
            syslog: Syslog::listen().map_err(io("listening at /dev/log"))?,
            files: LogFiles::watch().map_err(io("watching mgetty's logs"))?,
            interfaces: Interfaces::watch().map_err(io("watching the server's interfaces"))?,
            conversations: Conversations::new(job, exchange.clone()),
            serving: BTreeMap::new(),
            clients: Clients::new(&job.scenario, namespaces, &exchange)?,
            lan,
            trace: Kept::new(),
            disturbing: Disturbing::new(&job.scenario),
            holding: Holding::new(&job.scenario),
            trace_stream: job.partial_trace.then(TraceStream::begin).transpose()?,
        };
        world.complain(Instant::ZERO, complaints);
        Ok(world)
    }

    /// Plays all calls.
    pub(super) async fn run(mut self) -> Result<Report, Error> {
        let mut end = None;
        self.clock.look();
        let now = loop {
            let now = self.clock.now();
            if end.is_none() {
                let events = self.init.respawn(now);
                self.record_all(now, events);
            }
            if self.converse(now)? || self.disturb(now) {
                // What was asked for may be due at once.
                continue;
            }
            self.write_ports(now)?;
            // What happens while the server is listened to for the last time is no reason to go on.
            let over = self.conversations.are_over() && (end.is_some() || self.has_settled(now));
            if over && now >= *end.get_or_insert(now + LAST_WORDS) {
                break now;
            }
            let wake = self.wake(end).await?;
            self.handle(wake)?;
        };
        self.read_log_files(now, true)?;
        self.holding.look_again();
        // mgetty whose port goes away in the middle of its chat reads it for ever, and nobody else gets the processor.
        // All but this process; there may be none.
        let _ = kill(Pid::from_raw(-1), SIGKILL);
        self.collect(now);
        let (trace, lost) = self.trace.finish();
        // What a call failed at may well be what is missing.
        let error = lost.or(self.conversations.error());
        let mut steps = self.conversations.results();
        let calls = self.conversations.summaries(&self.sessions);
        steps.extend(self.holding.judged(
            now,
            self.conversations.scenario(),
            &trace,
            &calls,
            (self.conversations.held(), self.disturbing.signalled()),
        ));
        Ok(Report { steps, calls, error, trace, virtual_micros: now.micros(), token: String::new() })
    }

    /// Takes the calls as far as they go; true if something was done for them that may take them further.
    fn converse(&mut self, now: Instant) -> Result<bool, Error> {
        if self.conversations.want_logs(now) {
            self.read_log_files(now, true)?;
        }
        self.conversations.advance(now, &mut self.sessions);
        self.settle(now);
        self.collect(now);
        if self.sessions.iter().any(PortSession::has_been_called) {
            let ready = self.sessions.iter().filter(|session| session.ready_at().is_some());
            self.holding.look(ready.map(|session| session.device.clone()));
        }
        let mut done = false;
        while let Some(request) = self.conversations.poll_request() {
            done |= self.handle_request(now, request)?;
        }
        Ok(done)
    }

    /// Waits for the next thing to happen.
    async fn wake(&mut self, end: Option<Instant>) -> Result<Wake, Error> {
        if let Some(trace_stream) = &mut self.trace_stream {
            trace_stream.write(self.trace.events())?;
        }
        let now = self.clock.now();
        let sessions = self.sessions.iter().fold(None, |sum, session| earliest(sum, session.poll_timeout()));
        let calls = self.conversations.poll_timeout(&self.sessions);
        // Nothing is started any more when the end is near.
        let others = if end.is_some() { end } else { self.init.poll_timeout() };
        let deadline = earliest(earliest(sessions, calls), earliest(others, self.clients.poll_timeout()));
        let deadline = earliest(deadline, earliest(self.disturbing.poll_timeout(), self.holding.poll_timeout()));
        let woken = tokio::select! {
            biased;
            _ = self.children.recv() => Ok(Wake::Child),
            port = next_of(&mut self.ports, &self.sessions, now) => port.map(|(index, event)| Wake::Port(index, event)),
            line = self.syslog.next() => {
                line.map(Wake::Log).map_err(|error| Error::io("reading /dev/log", &error))
            }
            changed = self.files.changed() => {
                changed.map(|()| Wake::LogFile).map_err(|error| Error::io("watching mgetty's logs", &error))
            }
            change = self.interfaces.next() => match change {
                Some(change) => Ok(Wake::Interface(change)),
                None => Err(Error::new("the kernel's netlink connection was closed")),
            },
            client = self.clients.next(now) => client.map(|(index, doing)| Wake::Client(index, doing)),
            heard = beyond(&mut self.lan) => Ok(Wake::Lan(heard)),
            woken = self.clock.sleep_until(deadline) => {
                woken.map(|()| Wake::Time).map_err(|error| Error::io("waiting for the next deadline", &error))
            }
        };
        self.clock.look();
        woken
    }

    fn handle(&mut self, wake: Wake) -> Result<(), Error> {
        let now = self.clock.now();
        match wake {
            Wake::Port(index, event) => {
                let session = &mut self.sessions[index];
                if matches!(event, PortEvent::Octets(_)) && session.wants_speed() {
                    session.handle_port_speed(now, self.ports[index].speed()?);
                }
                tell(session, now, event);
            }
            Wake::Child => {
                let events = self.init.reap(now, &self.clients.programs());
                self.record_all(now, events);
                self.read_log_files(now, true)?;
            }
            // mgetty repeats to syslog what stands in its own log already.
            Wake::Log(line) if line.program == "mgetty" => {}
            Wake::Log(line) => self.logged(now, line),
            Wake::LogFile => self.read_log_files(now, false)?,
            Wake::Interface(change) => {
                self.record(now, EventKind::Interface { text: change.text() });
                if let Interface::Address { interface, local, peer } = change
                    && interface.starts_with("ppp")
                {
                    self.conversations.interface_changed(now, &mut self.sessions, &interface, local, peer);
                }
            }
            Wake::Client(index, doing) => self.handle_client(now, index, doing)?,
            Wake::Lan(heard) => self.conversations.answered(heard.answer(now)),
            Wake::Time => {}
        }
        // What is due on one line may have something happen on any other.
        if self.sessions.iter().any(|session| session.poll_timeout().is_some_and(|deadline| deadline <= now)) {
            for session in &mut self.sessions {
                session.handle_timeout(now);
            }
        }
        if self.clients.poll_timeout().is_some_and(|deadline| deadline <= now) {
            self.clients.handle_timeout(now);
        }
        self.settle(now);
        self.collect(now);
        Ok(())
    }
}

/// The next thing the LAN's host hears; nothing, for ever, where there is no LAN.
async fn beyond(lan: &mut Option<LanHost>) -> Heard {
    match lan {
        Some(lan) => lan.next().await,
        None => std::future::pending().await,
    }
}
