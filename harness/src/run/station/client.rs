//! A call by a real program: nothing is done for it here, and what is heard of it is told as if the built-in caller did.

use offhook_emulator::caller::CallerEvent;
use offhook_emulator::time::Instant;
use offhook_emulator::trace::{End, What};

use super::Station;
use crate::run::client::{Heard, Saying};
use crate::run::facts::{Addresses, Clearing, Facts, Program, Since};
use crate::run::tap::Tapped;

impl Station {
    /// Call number `call` will come from the exchange, dialled by a program; unless another is on the line by then, it is
    /// the line's next one.
    pub fn await_call(&mut self, now: Instant, call: usize) {
        if self.plant.is_free() {
            self.begin_call(now, call);
        } else {
            self.past.insert(call, Facts { placed: Some(now), ..Facts::default() });
        }
        self.facts_mut(call).program = Some(Program::Runs);
    }

    /// Something was heard of the program that makes call number `call`.
    pub fn hear_client(&mut self, now: Instant, call: usize, heard: Heard) {
        if let Saying::Busy = heard.0 {
            let facts = self.facts_mut(call);
            facts.busy = true;
            facts.cleared = Some(Since { at: now, what: Clearing { by: End::Caller, abrupt: false } });
            self.record_of(now, call, What::Note { text: "the called line is busy".to_owned() });
            return;
        }
        if !self.has(call) {
            return;
        }
        match heard.0 {
            Saying::Sent(count) if self.is_through() => self.to_server.send(now, count),
            Saying::Got(count) => self.departed = self.to_caller.get(now, count),
            Saying::Tapped(Tapped::Caller(what)) => self.record(now, what),
            // What the program made of it is for its own interface to tell.
            Saying::Tapped(Tapped::Event(CallerEvent::IpUp { local, peer, .. })) => {
                self.record(now, What::Link { text: format!("IPCP is Opened: {local}, peer {peer}") });
            }
            Saying::Tapped(Tapped::Event(CallerEvent::Data { from: End::Caller })) => {
                // It has been sent already, as the tap hears it.
                self.data_until = Some(self.to_server.sent());
            }
            Saying::Tapped(Tapped::Event(event)) => self.handle_caller(now, event),
            Saying::Sent(_) | Saying::Busy => {}
        }
    }

    /// The program's network is up.
    pub fn client_is_up(&mut self, now: Instant, call: usize, addresses: Addresses) {
        self.facts_mut(call).up = Some(Since { at: now, what: addresses });
    }

    /// The program has ended: in which way. A call that never came to the line is over with it.
    pub fn client_ended(&mut self, now: Instant, call: usize, how: String) {
        let rang = self.has(call) && self.facts.rings > 0;
        let facts = self.facts_mut(call);
        facts.program = Some(Program::Ended(how));
        if !rang && facts.cleared.is_none() {
            facts.cleared = Some(Since { at: now, what: Clearing { by: End::Caller, abrupt: false } });
        }
    }
}
