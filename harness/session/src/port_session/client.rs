//! A call by a real program: nothing is done for it here, and what is heard of it is told as if the built-in caller did.

use std::net::Ipv4Addr;

use offhook_caller::CallerEvent;
use offhook_clock::Instant;
use offhook_ppp::link::LinkEvent;
use offhook_telephony::trace::{End, EventKind};

use super::PortSession;
use crate::client::{ClientEvent, Heard};
use crate::facts::{Addresses, Clearing, Facts, Program, Timestamped};
use crate::tap::Tapped;

impl PortSession {
    /// Call number `call` will come from the exchange, dialled by a program; unless another is on the line by then, it is
    /// the line's next one.
    pub fn await_call(&mut self, now: Instant, call: usize) {
        if self.line_end.is_free() {
            self.begin_call(now, call);
        } else {
            self.past.insert(call, Facts { placed: Some(now), ..Facts::default() });
        }
        self.facts_mut(call).program = Some(Program::Runs);
    }

    /// Something was heard of the program that makes call number `call`.
    pub fn hear_client(&mut self, now: Instant, call: usize, heard: Heard) {
        if let ClientEvent::Busy = heard.0 {
            let facts = self.facts_mut(call);
            facts.busy = true;
            facts.cleared = Some(Timestamped { at: now, what: Clearing { by: End::Caller, abrupt: false } });
            self.record_of(now, call, EventKind::Note { text: "the called line is busy".to_owned() });
            return;
        }
        if let ClientEvent::Logged(line) = heard.0 {
            self.facts_mut(call).client_logs.push(line);
            return;
        }
        if !self.has(call) {
            return;
        }
        match heard.0 {
            ClientEvent::Sent(count) if self.is_connected() => self.to_server.send(now, count),
            ClientEvent::Got(count) => self.departed = self.to_caller.get(now, count),
            // What the program made of it is for its own interface to tell.
            ClientEvent::Tapped(Tapped::Event(CallerEvent::Link(LinkEvent::IpUp { local, peer, .. }))) => {
                let peer = peer.unwrap_or(Ipv4Addr::UNSPECIFIED);
                self.record(now, EventKind::Link { text: format!("IPCP is Opened: {local}, peer {peer}") });
            }
            ClientEvent::Up(addresses) => {
                let peer = addresses.peer.unwrap_or(Ipv4Addr::UNSPECIFIED);
                self.record(now, EventKind::Link { text: format!("IPCP is Opened: {}, peer {peer}", addresses.local) });
                self.client_is_up(now, call, addresses);
            }
            ClientEvent::Tapped(Tapped::Event(CallerEvent::DataSent)) => {
                // It has been sent already, as the tap hears it.
                self.data_until = Some(self.to_server.sent());
            }
            ClientEvent::Tapped(tapped) => self.handle_tapped(now, tapped),
            ClientEvent::Sent(_) | ClientEvent::Busy | ClientEvent::Logged(..) => {}
        }
    }

    /// The program's network is up.
    pub fn client_is_up(&mut self, now: Instant, call: usize, addresses: Addresses) {
        self.facts_mut(call).up = Some(Timestamped { at: now, what: addresses });
    }

    /// The program has ended: in which way. A call that never came to the line is over with it.
    pub fn client_ended(&mut self, now: Instant, call: usize, how: String) {
        let rang = self.has(call) && self.facts.rings > 0;
        let facts = self.facts_mut(call);
        facts.program = Some(Program::Ended(how));
        if !rang && facts.cleared.is_none() {
            facts.cleared = Some(Timestamped { at: now, what: Clearing { by: End::Caller, abrupt: false } });
        }
    }
}
