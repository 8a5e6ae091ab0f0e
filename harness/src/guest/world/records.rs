//! What the world keeps: logs, what init did, what the stations tell. All of it goes into the trace.

use offhook_emulator::time::Instant;
use offhook_emulator::trace::{Event, What};

use super::World;
use crate::run::Trouble;
use crate::server::logs::LogLine;

impl World {
    pub(super) fn read_log_files(&mut self, now: Instant, all: bool) -> Result<(), Trouble> {
        let lines =
            self.files.fresh(now, all).map_err(|error| Trouble::io("reading the server's log files", &error))?;
        for line in lines {
            self.logged(now, line);
        }
        Ok(())
    }

    pub(super) fn logged(&mut self, now: Instant, line: LogLine) {
        self.conversations.logged(&mut self.stations, &line);
        let what = What::Log { program: line.program, text: line.text };
        let port = line.port.filter(|port| self.stations.iter().any(|station| station.device == *port));
        self.trace.push(Event { at: line.at.unwrap_or(now), port, call: None, what });
    }

    /// Records what init did; what it logs is a log's line like any other.
    pub(super) fn record_all(&mut self, now: Instant, events: Vec<What>) {
        for what in events {
            match what {
                What::Log { program, text } => self.logged(now, LogLine { at: None, port: None, program, text }),
                What::Exited { pid, ref how, .. } if self.client_ended(now, pid, how) => {}
                what => self.record(now, what),
            }
        }
    }

    pub(super) fn complain(&mut self, now: Instant, complaints: Vec<String>) {
        let log = |text| What::Log { program: "init".to_owned(), text };
        self.record_all(now, complaints.into_iter().map(log).collect());
    }

    pub(super) fn record(&mut self, now: Instant, what: What) {
        self.trace.push(Event { at: now, port: None, call: None, what });
    }

    pub(super) fn collect(&mut self) {
        for client in self.clients.iter_mut() {
            self.trace.append(&mut client.modem.take_events());
        }
        for station in &mut self.stations {
            self.trace.append(&mut station.take_events());
        }
    }
}
