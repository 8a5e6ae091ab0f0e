//! What the world keeps: logs, what init did, what the port sessions tell. All of it goes into the trace.

use offhook_clock::Instant;
use offhook_telephony::trace::{Event, EventKind};

use super::World;
use offhook_base::Error;
use offhook_etc::served::Complaint;
use offhook_server::logs::LogLine;
use offhook_session::server_words::{LogEntry, ProcessEnd};

impl World {
    pub(super) fn read_log_files(&mut self, now: Instant, all: bool) -> Result<(), Error> {
        let lines = self.files.fresh(now, all).map_err(|error| Error::io("reading the server's log files", &error))?;
        for line in lines {
            self.logged(now, line);
        }
        Ok(())
    }

    pub(super) fn logged(&mut self, now: Instant, line: LogLine) {
        let serves = line.pid.and_then(|pid| self.serving.get(&pid).copied());
        let entry = LogEntry {
            at: line.at.unwrap_or(now),
            program: line.program.clone(),
            pid: line.pid,
            severity: line.severity,
            text: line.text.clone(),
        };
        self.conversations.logged(&mut self.sessions, &entry, line.port.as_deref(), serves);
        let what = EventKind::Log { program: line.program, pid: line.pid, text: line.text };
        let port = line.port.filter(|port| self.sessions.iter().any(|session| session.device == *port));
        self.keep(now, Event { at: line.at.unwrap_or(now), port, call: None, what });
    }

    /// Records what init did; what it logs is a log's line like any other.
    pub(super) fn record_all(&mut self, now: Instant, events: Vec<EventKind>) {
        for what in events {
            match what {
                EventKind::Log { program, text, .. } => self.logged(now, LogLine::new(&program, text)),
                EventKind::Exited { pid, ref how, .. } if self.client_ended(now, pid, how) => {}
                what => {
                    self.note_process(&what);
                    self.record(now, what);
                }
            }
        }
    }

    /// Keeps which port a process of init's serves, and tells that port's session of its end.
    fn note_process(&mut self, what: &EventKind) {
        match what {
            EventKind::Started { pid, command } => {
                let names =
                    |device: &str| command.split_whitespace().any(|word| word.trim_start_matches("/dev/") == device);
                let port = self.sessions.iter().position(|session| names(&session.device));
                // What it logs may be read after its end, so it stays known until another gets its number.
                match port {
                    Some(port) => {
                        self.serving.insert(*pid, port);
                        self.sessions[port].process_started();
                    }
                    None => drop(self.serving.remove(pid)),
                }
            }
            EventKind::Exited { pid, program, how } => {
                if let Some(port) = self.serving.get(pid) {
                    let end = ProcessEnd { pid: *pid, program: program.clone(), how: how.clone() };
                    self.conversations.process_ended(&mut self.sessions, *port, end);
                }
            }
            _ => {}
        }
    }

    pub(super) fn complain(&mut self, now: Instant, complaints: Vec<Complaint>) {
        let log = |Complaint { teller, text }| EventKind::Log { program: teller.to_owned(), pid: None, text };
        self.record_all(now, complaints.into_iter().map(log).collect());
    }

    pub(super) fn record(&mut self, now: Instant, what: EventKind) {
        self.keep(now, Event { at: now, port: None, call: None, what });
    }

    pub(super) fn collect(&mut self, now: Instant) {
        let clients = self.clients.iter_mut().map(|client| client.modem.take_events());
        let sessions = self.sessions.iter_mut().map(|session| session.take_events());
        for event in clients.chain(sessions).flatten() {
            self.disturbing.see(now, &event);
            self.trace.push(event);
        }
    }

    /// An event goes into the trace.
    pub(super) fn keep(&mut self, now: Instant, event: Event) {
        self.disturbing.see(now, &event);
        self.trace.push(event);
    }
}
