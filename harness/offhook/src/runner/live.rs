//! A scenario whose server is no guest: a program of this machine, or what is at an address, called by the real clock.
//!
//! In: an [`Item`] whose server says so. Out: an [`Outcome`]. The same conversations as in a guest are played, by the same rules,
//! with the scenario's tolerance in every time; nothing of the server is seen but its line. Everything started is ended.

use std::io;
use std::time::Duration;

use offhook_base::{Error, InPlace, plain};
use offhook_clock::{Instant, earliest};
use offhook_conformance::reach::{GRACE, Opened, Reach};
use offhook_scenario::{Attachment, HostProgram, OwnProgram};
use offhook_session::conversation::{Answer, Conversations, Request};
use offhook_session::port_session::PortSession;
use offhook_session::{Ended, Job, Outcome, Report, SharedExchange, Verdict, numbering};
use offhook_telephony::trace::{Event, EventKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;
use tokio::time::{sleep_until, timeout};

use super::guest::{blank, reported, verdict_of};
use super::item::Item;

/// How long after its end a program is started again.
const AGAIN: Duration = Duration::from_secs(1);
/// How long after the last call the line is still listened to.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// Events that are kept.
const MOST_EVENTS: usize = 100_000;

/// Runs the scenario to its end, which comes after `limit` at the latest; all of it ends when this is dropped.
pub(super) async fn run(item: &Item, limit: Duration) -> Outcome {
    // What plays it stays on one thread: lines and the exchange share what they know.
    let (alive, gone) = oneshot::channel();
    let own = item.clone();
    let played = spawn_blocking(move || on_this_thread(&own, limit, gone)).await;
    drop(alive);
    let bug = |problem| verdict_of(Error::new(format!("a bug in offhook ended this scenario: {problem}")));
    played.unwrap_or_else(|problem| blank(item, bug(problem)))
}

fn on_this_thread(item: &Item, limit: Duration, gone: oneshot::Receiver<()>) -> Outcome {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return blank(item, verdict_of(Error::io("starting the event loop", &error))),
    };
    runtime.block_on(async {
        tokio::select! {
            outcome = within(item, limit) => outcome,
            _ = gone => blank(item, Verdict::NotRun { reason: Ended::Interrupted }),
        }
    })
}

async fn within(item: &Item, limit: Duration) -> Outcome {
    let mut outcome = blank(item, Verdict::Passed);
    let Some((own, host)) = item.scenario.host_program() else { return outcome };
    let reach = reach(own, host);
    let by = match &reach {
        Reach::Tcp(address) => format!("tcp:{address}"),
        _ => own.command.clone(),
    };
    let tolerance = offhook_base::format_duration(host.tolerance);
    let by = format!("{by} ({}), by the real clock, tolerance {tolerance}", reach.line());
    outcome.fingerprint.offhook = env!("CARGO_PKG_VERSION").to_owned();
    outcome.fingerprint.stack.clone_from(&item.stack);
    outcome.fingerprint.subject = Some(InPlace { by, options: vec!["--trust-the-scenarios".to_owned()] });
    let begun = tokio::time::Instant::now();
    let played = async {
        super::guest::emptied(&item.evidence)?;
        Live::new(item, host, reach, begun)?.run().await
    };
    match timeout(limit, played).await {
        Ok(Ok(report)) => reported(&mut outcome, report),
        Ok(Err(error)) => outcome.verdict = verdict_of(error),
        Err(_) => {
            let message = format!("it was ended because it took longer than {} s of real time", limit.as_secs());
            outcome.verdict = verdict_of(Error::new(message).help("if that is as it should be, give --limit"));
        }
    }
    outcome.wall_time = begun.elapsed();
    outcome
}

fn reach(own: &OwnProgram, host: &HostProgram) -> Reach {
    match (&host.tcp, own.on) {
        (Some(address), _) => Reach::Tcp(address.clone()),
        (None, Attachment::Port) => Reach::Command(own.command.clone()),
        (None, Attachment::Pipes) => Reach::Pipes(own.command.clone()),
    }
}

/// A server that is played by the real clock.
struct Live {
    reach: Reach,
    directory: std::path::PathBuf,
    begun: tokio::time::Instant,
    sessions: Vec<PortSession>,
    conversations: Conversations,
    opened: Option<Opened>,
    /// When it is reached again.
    due: Option<Instant>,
    /// Why it was not reached the last time.
    unreached: Option<io::Error>,
    trace: Vec<Event>,
}

/// What woke it.
enum Wake {
    Octets(Vec<u8>),
    Closed,
    Time,
}

impl Live {
    fn new(item: &Item, host: &HostProgram, reach: Reach, begun: tokio::time::Instant) -> Result<Self, Error> {
        let exchange = SharedExchange::new(item.seed);
        let scenario = item.scenario.clone().tolerant(host.tolerance);
        let sessions: Vec<PortSession> =
            scenario.ports().into_iter().map(|port| PortSession::on(port, &exchange)).collect::<Result<_, _>>()?;
        numbering::set_up(&exchange, &scenario.server, &sessions);
        let job = Job::new(scenario, item.stack.clone(), item.seed);
        let directory = match host.directory.as_os_str().is_empty() {
            true => ".".into(),
            false => host.directory.clone(),
        };
        Ok(Self {
            reach,
            directory,
            begun,
            sessions,
            conversations: Conversations::new(&job, exchange),
            opened: None,
            due: Some(Instant::ZERO),
            unreached: None,
            trace: Vec::new(),
        })
    }

    fn now(&self) -> Instant {
        Instant::from_micros(u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    /// Plays all calls.
    async fn run(mut self) -> Result<Report, Error> {
        let mut end = None;
        loop {
            let now = self.now();
            if end.is_none() && self.opened.is_none() && self.due.is_some_and(|due| due <= now) {
                self.reach(now).await;
            }
            while self.converse() {}
            self.write().await;
            if self.trace.len() > MOST_EVENTS {
                self.close().await;
                return Err(Error::new(format!("more than {MOST_EVENTS} events: what answers says too much")));
            }
            let now = self.now();
            if self.conversations.are_over() && now >= *end.get_or_insert(now + LAST_WORDS) {
                break;
            }
            let wake = self.wake(end).await;
            self.handle(wake).await;
        }
        let now = self.now();
        self.close().await;
        self.collect();
        // A port that was never opened is why its call failed.
        let unreached = self.unreached.map(|error| Error::new(format!("reaching what answers: {}", plain(&error))));
        let error = self.conversations.error().or(unreached);
        Ok(Report {
            steps: self.conversations.results(),
            calls: self.conversations.summaries(&self.sessions),
            error,
            trace: self.trace,
            token: String::new(),
            virtual_micros: now.micros(),
        })
    }

    async fn reach(&mut self, now: Instant) {
        let environment = [("OFFHOOK_ROLE", "answering".to_owned())];
        match self.reach.open(&environment, Some(&self.directory)).await {
            Ok(opened) => {
                (self.opened, self.due, self.unreached) = (Some(opened), None, None);
                let now = self.now();
                self.note(now, "what answers is reached");
                self.sessions.iter_mut().for_each(|session| session.handle_circuit_108(now, true));
            }
            Err(error) => {
                self.note(now, &format!("what answers is not reached: {}", plain(&error)));
                (self.due, self.unreached) = (Some(now + AGAIN), Some(error));
            }
        }
    }

    /// Takes the calls as far as they go; true if something was asked for that may take them further.
    fn converse(&mut self) -> bool {
        let now = self.now();
        self.conversations.advance(now, &mut self.sessions);
        self.collect();
        let mut done = false;
        while let Some(request) = self.conversations.poll_request() {
            // Nothing is there that could be changed, and no host of a network: the reader lets no scenario ask for either.
            if let Request::Change { call, .. } = request {
                let result = Err(Error::new("a server that is no guest is not changed"));
                self.conversations.answered(Answer::Changed { call, result });
                done = true;
            }
        }
        done
    }

    /// Gives it what its line has for it, and hangs up.
    async fn write(&mut self) {
        let mut failed = false;
        let mut hung_up = false;
        for session in &mut self.sessions {
            while session.poll_circuit().is_some() {}
            while let Some(octets) = session.poll_dte() {
                if let Some(opened) = &mut self.opened {
                    // What does not take its octets in this time hangs.
                    failed |= !matches!(timeout(GRACE, opened.line.write_all(&octets)).await, Ok(Ok(())));
                }
            }
            hung_up |= session.poll_hang_up();
        }
        if let Some(opened) = &mut self.opened {
            let _ = timeout(GRACE, opened.line.flush()).await;
        }
        if hung_up || failed {
            let now = self.now();
            self.note(now, if hung_up { "the line is hung up" } else { "what answers takes no octets: hung up" });
            self.closed().await;
        }
    }

    async fn wake(&mut self, end: Option<Instant>) -> Wake {
        let now = self.now();
        let sessions = self.sessions.iter().fold(None, |sum, session| earliest(sum, session.poll_timeout()));
        let calls = self.conversations.poll_timeout(&self.sessions);
        let again = if end.is_some() { None } else { self.due };
        let deadline = earliest(earliest(sessions, calls), earliest(end, again));
        let begun = self.begun;
        let sleep = async {
            match deadline {
                Some(at) => sleep_until(begun + Duration::from_micros(at.micros())).await,
                None => std::future::pending().await,
            }
        };
        let mut buffer = vec![0; 4096];
        let wants = self.sessions.iter().all(|session| session.wants_dte_octets(now));
        let read = async {
            match &mut self.opened {
                Some(opened) if wants => opened.line.read(&mut buffer).await,
                _ => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            read = read => match read {
                // A pty whose other side is closed says EIO.
                Ok(0) | Err(_) => Wake::Closed,
                Ok(count) => {
                    buffer.truncate(count);
                    Wake::Octets(buffer)
                }
            },
            () = sleep => Wake::Time,
        }
    }

    async fn handle(&mut self, wake: Wake) {
        let now = self.now();
        match wake {
            Wake::Octets(octets) => {
                self.sessions.iter_mut().for_each(|session| session.handle_dte_octets(now, &octets));
            }
            Wake::Closed => {
                self.note(now, "what answers has closed its side");
                self.closed().await;
            }
            Wake::Time => {}
        }
        let now = self.now();
        for session in &mut self.sessions {
            session.handle_timeout(now);
        }
        self.collect();
    }

    /// It is gone, and reached again after a while.
    async fn closed(&mut self) {
        let now = self.now();
        self.sessions.iter_mut().for_each(|session| session.handle_circuit_108(now, false));
        self.close().await;
        self.due = Some(self.now() + AGAIN);
    }

    async fn close(&mut self) {
        if let Some(opened) = self.opened.take() {
            opened.end().await;
        }
    }

    fn note(&mut self, at: Instant, text: &str) {
        self.trace.push(Event { at, port: None, call: None, what: EventKind::Note { text: text.to_owned() } });
    }

    fn collect(&mut self) {
        for session in &mut self.sessions {
            self.trace.extend(session.take_events());
        }
    }
}
