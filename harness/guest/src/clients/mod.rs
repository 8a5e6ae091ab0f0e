//! The programs that call: pppd with chat, or wvdial, each at a modem of its own, in a root of its own.
//!
//! In: the calls of a scenario that a program makes, and what they ask for as they go. Out: what the programs do at their
//! ports, say, and tell of their networks. Where a program lives is in `root`, its files in `files`, what it says in
//! `output`; its modem is a [`Client`].

mod files;
mod output;
mod root;

use std::collections::BTreeMap;
use std::fs::File;
use std::future::poll_fn;
use std::io;
use std::os::fd::OwnedFd;
use std::task::Poll;
use std::time::Duration;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, pipe2};
use offhook_clock::{Instant, earliest};
use offhook_port::{Port, PortEvent};
use offhook_telephony::trace::EventKind;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use self::output::{Lines, news};
use self::root::ClientRoot;
use super::lan::{Heard, ping};
use super::namespaces::Namespaces;
use super::port::open_pty;
use offhook_base::Error;
use offhook_scenario::{ClientProgram, Scenario};
use offhook_session::SharedExchange;
use offhook_session::client::Client;
use offhook_session::facts::Addresses;
use offhook_session::numbering::identity;

/// How long a program may take to end once it was told to: more than pppd repeats its Terminate-Request.
const TO_END: Duration = Duration::from_secs(30);
/// How long one that has closed its port may take to end by itself before it is told to: wvdial told so in the middle of
/// its end never comes to it.
const ON_ITS_WAY: Duration = Duration::from_secs(2);

/// All of them.
#[derive(Debug)]
pub(super) struct Clients {
    all: Vec<Running>,
    pongs: UnboundedReceiver<Heard>,
    /// Kept, so that the other end never sees all senders gone.
    _pong: UnboundedSender<Heard>,
}

/// One program, whether it runs already or not.
#[derive(Debug)]
pub(super) struct Running {
    /// Its modem.
    pub(super) modem: Client,
    /// Its port.
    pub(super) port: Port,
    settings: offhook_scenario::Client,
    root: ClientRoot,
    pings: ping::Sender,
    log: Lines,
    /// The other end of the log, which the program gets.
    console: OwnedFd,
    news: Option<Lines>,
    pid: Option<Pid>,
    silent: bool,
    /// The signal it gets next, and when.
    due: Option<(Instant, Signal)>,
}

/// What a program does.
#[derive(Debug)]
pub(super) enum Activity {
    /// At its port.
    Port(PortEvent),
    /// It has said something.
    Said,
    /// Its network has come up.
    News,
    /// It has got an echo reply.
    Pong(Heard),
}

impl Clients {
    /// Those of `scenario`, none started, their modems on this exchange.
    pub(super) fn new(scenario: &Scenario, namespaces: &Namespaces, exchange: &SharedExchange) -> Result<Self, Error> {
        let (pong, pongs) = unbounded_channel();
        let mut all = Vec::new();
        for (call, script) in scenario.calls().enumerate() {
            let Some(settings) = &script.with else { continue };
            let modem = Client::new(call, &settings.personality, identity(script), exchange);
            let modem = if settings.program == ClientProgram::Own { modem.reticent() } else { modem };
            all.push(Running::new(modem, settings, namespaces, &pong)?);
        }
        Ok(Self { all, pongs, _pong: pong })
    }

    /// Every one.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Running> {
        self.all.iter_mut()
    }

    /// The one that makes call number `call`.
    pub(super) fn of(&mut self, call: usize) -> Option<&mut Running> {
        self.all.iter_mut().find(|client| client.modem.call == call)
    }

    /// The next deadline.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.all.iter().fold(None, |next, client| {
            earliest(next, earliest(client.modem.poll_timeout(), client.due.map(|(at, _)| at)))
        })
    }

    /// Does what is due by `now`.
    pub(super) fn handle_timeout(&mut self, now: Instant) {
        for client in &mut self.all {
            client.modem.handle_timeout(now);
            match client.due.take_if(|(at, _)| *at <= now) {
                Some((_, Signal::SIGKILL)) => {
                    client.note(now, "the caller's program did not end when told to: KILL");
                    client.signalled(Signal::SIGKILL);
                }
                Some(_) => client.tell_to_end(now),
                None => {}
            }
        }
    }

    /// The next thing one of them does. May be dropped and called again at any point.
    pub(super) async fn next(&mut self, now: Instant) -> Result<(usize, Activity), Error> {
        let Self { all, pongs, .. } = self;
        let mut waits: Vec<_> = all.iter_mut().map(|client| Box::pin(client.next(now))).collect();
        let any = poll_fn(move |context| {
            for (index, wait) in waits.iter_mut().enumerate() {
                if let Poll::Ready(activity) = wait.as_mut().poll(context) {
                    return Poll::Ready(activity.map(|activity| (index, activity)));
                }
            }
            Poll::Pending
        });
        tokio::select! {
            biased;
            Some(heard) = pongs.recv() => Ok((0, Activity::Pong(heard))),
            activity = any => activity,
        }
    }

    /// Takes in what the `index`th one does; its addresses if it has got some.
    pub(super) fn handle(
        &mut self,
        now: Instant,
        index: usize,
        activity: Activity,
    ) -> Result<Option<(usize, Addresses)>, Error> {
        let Some(client) = self.all.get_mut(index) else { return Ok(None) };
        match activity {
            Activity::Port(PortEvent::Opened | PortEvent::Circuit108(true)) => {
                client.modem.handle_circuit_108(now, true);
            }
            Activity::Port(PortEvent::Closed | PortEvent::Circuit108(false)) => {
                client.modem.handle_circuit_108(now, false)
            }
            Activity::Port(PortEvent::Octets(octets)) => client.modem.handle_dte_octets(now, &octets),
            Activity::Said => client.listen(now)?,
            Activity::News => return client.look_at_news(now),
            // A bare pty tells none of these.
            Activity::Port(PortEvent::Circuit105(_) | PortEvent::Speed(_) | PortEvent::Break) => {}
            // Not for the program: for whoever judges.
            Activity::Pong(_) => {}
        }
        Ok(None)
    }

    /// A child has ended: if it was one of these, the number of its call and how it ended, in words.
    pub(super) fn reaped(&mut self, now: Instant, pid: i32, how: &str) -> Option<(usize, String)> {
        let client = self.all.iter_mut().find(|client| client.pid == Some(Pid::from_raw(pid)))?;
        // Its last words come before its end. What cannot be read now never can.
        let _ = client.listen(now);
        (client.pid, client.due) = (None, None);
        let (program, how) = (client.settings.program.name().to_owned(), how.to_owned());
        client.modem.record(now, EventKind::Exited { pid, program, how: how.clone() });
        Some((client.modem.call, how))
    }

    /// The programs that run, by process id.
    pub(super) fn programs(&self) -> BTreeMap<i32, &'static str> {
        self.all.iter().filter_map(|client| Some((client.pid?.as_raw(), client.settings.program.name()))).collect()
    }
}

impl Running {
    fn new(
        modem: Client,
        settings: &offhook_scenario::Client,
        namespaces: &Namespaces,
        pong: &UnboundedSender<Heard>,
    ) -> Result<Self, Error> {
        let name = modem.name.clone();
        let io = |doing: String| move |error: io::Error| Error::io(doing, &error);
        let network = namespaces.add(&name)?;
        let (pings, listener) =
            namespaces.within(&network, || ping::open().map_err(io(format!("opening a ping socket for {name}"))))?;
        tokio::spawn(listener.listen(pong.clone()));
        let (read, console) = log_pipe().map_err(io(format!("making a pipe for what {name} says")))?;
        Ok(Self {
            port: open_pty(&name)?,
            root: ClientRoot::new(&name, network),
            settings: settings.clone(),
            pings,
            log: Lines::new(read).map_err(io(format!("listening to {name}")))?,
            console,
            news: None,
            pid: None,
            silent: false,
            due: None,
            modem,
        })
    }

    /// Starts the program, which calls `number`.
    pub(super) fn start(&mut self, now: Instant, number: &str) -> Result<(), Error> {
        let name = self.modem.name.clone();
        let files = files::files(&self.settings, number, &name);
        let news = self.root.furnish(&files).and_then(Lines::new);
        self.news = Some(news.map_err(|error| Error::io(format!("writing the files of {name}"), &error))?);
        let command = files::command(self.settings.program, &name);
        let console = self.console.try_clone().map_err(|error| Error::io(format!("starting {name}"), &error))?;
        let pid = self.root.start(&command, console)?;
        self.pid = Some(Pid::from_raw(pid));
        self.modem.record(now, EventKind::Started { pid, command: command.join(" ") });
        Ok(())
    }

    /// Tells the program to end; one that is silent is ended, and one that is ending already is left to it for a while.
    pub(super) fn hang_up(&mut self, now: Instant) {
        if self.pid.is_none() || self.due.is_some() {
            return;
        }
        if self.modem.is_open() || self.silent {
            self.tell_to_end(now);
        } else {
            self.due = Some((now + ON_ITS_WAY, Signal::SIGTERM));
        }
    }

    fn tell_to_end(&mut self, now: Instant) {
        let (text, signal) = if self.silent {
            ("the caller's program is ended by KILL", Signal::SIGKILL)
        } else {
            ("the caller's program is told to end by TERM", Signal::SIGTERM)
        };
        self.note(now, text);
        self.signalled(signal);
        self.due = Some((now + TO_END, Signal::SIGKILL));
    }

    /// Stops the program where it is: it says nothing more, and does not hang up.
    pub(super) fn fall_silent(&mut self, now: Instant) {
        self.note(now, "the caller's program is stopped by STOP");
        self.signalled(Signal::SIGSTOP);
        self.silent = true;
    }

    /// Gives the program what its modem has for it, and hangs its port up.
    pub(super) fn write_port(&mut self, now: Instant) -> Result<(), Error> {
        let name = self.modem.name.clone();
        let failed = |error| Error::new(format!("{name}: {error}"));
        while let Some(octets) = self.modem.poll_dte() {
            self.port.write(&octets).map_err(failed)?;
        }
        if self.modem.poll_hang_up() && !self.port.is_local().map_err(failed)? {
            self.port.hang_up().map_err(failed)?;
            self.note(now, "circuit 109 (DCD) off: the port is hung up");
        }
        Ok(())
    }

    /// Sends an echo request from its network.
    pub(super) fn ping(&self, to: std::net::Ipv4Addr, sequence: u16, size: u16) {
        self.pings.send(self.modem.call, to, sequence, size);
    }

    fn note(&mut self, now: Instant, text: &str) {
        self.modem.record(now, EventKind::Note { text: text.to_owned() });
    }

    fn signalled(&self, signal: Signal) {
        if let Some(pid) = self.pid {
            // It may have ended a moment ago.
            let _ = kill(pid, signal);
        }
    }

    /// Reads what it has said.
    fn listen(&mut self, now: Instant) -> Result<(), Error> {
        let lines = self.log.fresh();
        for text in lines.map_err(|error| Error::io(format!("listening to {}", self.modem.name), &error))? {
            self.modem.logged(now, self.settings.program.name(), text);
        }
        Ok(())
    }

    fn look_at_news(&mut self, now: Instant) -> Result<Option<(usize, Addresses)>, Error> {
        let Some(lines) = &mut self.news else { return Ok(None) };
        let doing = |error| Error::io(format!("listening to ip-up of {}", self.modem.name), &error);
        let Some((interface, addresses)) =
            lines.fresh().map_err(doing)?.iter().filter_map(|line| news(line)).next_back()
        else {
            return Ok(None);
        };
        let Addresses { local, peer, dns, .. } = &addresses;
        let peer = peer.map(|peer| format!(" peer {peer}")).unwrap_or_default();
        let dns: String = dns.iter().map(|server| format!(", DNS {server}")).collect();
        self.modem.record(now, EventKind::Interface { text: format!("{interface} has {local}{peer}{dns}") });
        Ok(Some((self.modem.call, addresses)))
    }

    async fn next(&mut self, now: Instant) -> Result<Activity, Error> {
        let Self { port, log, news, modem, .. } = self;
        let failed = |error: io::Error| Error::io(format!("listening to {}", modem.name), &error);
        tokio::select! {
            biased;
            said = log.readable() => said.map(|()| Activity::Said).map_err(failed),
            changed = readable(news) => changed.map(|()| Activity::News).map_err(failed),
            event = port.next(), if modem.wants_dte_octets(now) => {
                event.map(Activity::Port).map_err(|error| Error::new(format!("{}: {error}", modem.name)))
            }
        }
    }
}

async fn readable(news: &Option<Lines>) -> io::Result<()> {
    match news {
        Some(lines) => lines.readable().await,
        None => std::future::pending().await,
    }
}

/// A pipe whose writers may come and go; reading does not wait.
fn log_pipe() -> io::Result<(File, OwnedFd)> {
    let (read, write) = pipe2(OFlag::O_CLOEXEC)?;
    fcntl(&read, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    Ok((File::from(read), write))
}
