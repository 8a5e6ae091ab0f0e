//! What calls ask of the world outside their lines: changes of the server, and what the LAN's host does.

use offhook_clock::Instant;
use offhook_telephony::trace::EventKind;

use super::World;
use offhook_base::Error;
use offhook_scenario::{Change, Edit};
use offhook_server::init::terminate_matching;
use offhook_session::conversation::{Answer, Request};

impl World {
    /// Does what a call asks for; true if the answer is there already.
    pub(super) fn handle_request(&mut self, now: Instant, request: Request) -> Result<bool, Error> {
        Ok(match request {
            Request::Client { call, command } => {
                self.ask_client(now, call, command)?;
                false
            }
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
        })
    }

    /// The administrator changes the server: files at once, what runs when it is told to.
    fn change(&mut self, now: Instant, change: &Change) -> Result<(), Error> {
        for edit in &change.edits {
            if *edit == Edit::Apply {
                self.apply(now)?;
            } else {
                let text = format!("the administrator changes the server: {}", self.machine.edit(edit)?);
                self.record(now, EventKind::Note { text });
            }
        }
        Ok(())
    }

    /// The page's "Apply Configuration".
    fn apply(&mut self, now: Instant) -> Result<(), Error> {
        let (entries, complaints) = self.machine.entries();
        let events = self.init.reread(entries, now);
        self.record_all(now, events);
        self.complain(now, complaints);
        // A new port has its process before the others are told to end, as it is with an init that reads at once.
        let events = self.init.respawn(now);
        self.record_all(now, events);
        let ended = terminate_matching("mgetty").map_err(|error| Error::io("reading the process list", &error))?;
        self.record_all(now, ended);
        Ok(())
    }
}
