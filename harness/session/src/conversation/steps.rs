//! What a verb does when its step begins.
//!
//! Of a call that found the line busy nothing is done on the line: it has another call.

use std::net::IpAddr;
use std::time::Duration;

use offhook_clock::Instant;
use offhook_telephony::exchange::{Deafness, Release};

use super::one::{Conversation, State};
use super::request::{ClientCommand, Request};
use super::{Conversations, setup};
use crate::port_session::PortSession;
use crate::{LineFault, caller};
use offhook_scenario::{Host, Verb};

impl Conversations {
    /// Begins step `number`.
    pub(super) fn begin(
        &mut self,
        conversation: &Conversation,
        number: usize,
        now: Instant,
        session: &mut PortSession,
    ) {
        let Some(step) = conversation.script.steps.get(number) else { return };
        let call = conversation.call;
        let verb = step.on(&self.stack).0;
        match verb {
            Verb::ExpectArp { address, .. } => {
                session.facts_mut(call).arp = None;
                self.requests.push_back(Request::Arp { call, address: *address });
            }
            Verb::Change(change) => {
                session.facts_mut(call).changed = None;
                self.requests.push_back(Request::Change { call: Some(call), change: change.clone() });
            }
            Verb::ModemSays { text } => session.modem_says(now, text),
            Verb::ModemDies => session.modem_dies(now),
            Verb::ModemOff => session.modem_off(now),
            Verb::ModemOn => session.modem_on(now),
            Verb::HoldOff { time } => session.hold_off(now, *time),
            Verb::Flicker { time } if session.has(call) => session.line_fault(now, LineFault::Dropout(*time)),
            Verb::Retrain { time } if session.has(call) => session.line_fault(now, LineFault::Retrain(*time)),
            Verb::Renegotiate { rate } if session.has(call) => session.line_fault(now, LineFault::Renegotiate(*rate)),
            Verb::Deafen { end, time } if session.has(call) => {
                let deafness = Deafness { end: *end, after: Duration::ZERO, lasts: *time };
                session.line_fault(now, LineFault::Deafen(deafness));
            }
            _ if conversation.script.with.is_some() => self.begin_with_client(call, verb, now, session),
            _ if !session.has(call) => {}
            Verb::Ppp(client) => session.dial_in(now, caller(client, self.seed, call)),
            Verb::Packets(packets) => {
                let config = caller(&packets.client, self.seed, call);
                session.play_script(now, config, packets.steps.clone());
            }
            Verb::Ping { .. } => session.begin_ping(),
            Verb::Resolve { name, .. } => session.resolve(now, name),
            Verb::Transfer(transfer) => match setup::transfer(transfer, number) {
                Ok(request) => session.transfer(now, request),
                Err(error) => session.transfer_impossible(now, error),
            },
            Verb::Login { user, password } => session.log_in(now, user, password.as_deref()),
            Verb::Type { text, enter } => {
                let end = if *enter { "\r" } else { "" };
                session.say(now, format!("{text}{end}").as_bytes());
            }
            Verb::Send { octets } => session.say(now, octets),
            Verb::FallSilent => session.fall_silent(),
            Verb::HangUp => session.hang_up(now),
            Verb::DropCarrier => session.clear(now, Release::Abrupt),
            _ => {}
        }
    }

    /// What a program does that makes the call; the rest it does by itself.
    fn begin_with_client(&mut self, call: usize, verb: &Verb, now: Instant, session: &mut PortSession) {
        match verb {
            Verb::HangUp => self.requests.push_back(Request::Client { call, command: ClientCommand::HangUp }),
            Verb::FallSilent => self.requests.push_back(Request::Client { call, command: ClientCommand::FallSilent }),
            _ if !session.has(call) => {}
            Verb::Ping { .. } => session.begin_ping(),
            Verb::DropCarrier => session.clear(now, Release::Abrupt),
            _ => {}
        }
    }

    /// Sends the echo requests of a `ping` that are due.
    pub(super) fn send_pings(
        &mut self,
        conversation: &mut Conversation,
        number: usize,
        begun: Instant,
        now: Instant,
        session: &mut PortSession,
    ) {
        let call = conversation.call;
        let Some(step) = conversation.script.steps.get(number) else { return };
        let (Verb::Ping { to, count, every, size, from, .. }, State::Talking { pings, .. }) =
            (step.on(&self.stack).0, &mut conversation.state)
        else {
            return;
        };
        let Some(begun) = session.facts(call).pings_from(begun) else { return };
        while *pings < *count && now >= begun + *every * *pings && session.has(call) {
            match (from, *to) {
                (Host::Caller, _) if session.facts(call).cleared.is_some() => return,
                (Host::Caller, IpAddr::V4(to)) if conversation.script.with.is_some() => {
                    let sequence = session.next_sequence();
                    self.requests.push_back(Request::Client {
                        call,
                        command: ClientCommand::Ping { to, sequence, size: *size },
                    });
                }
                // Of others than the caller no IPv6 address is asked for: `check` refuses it.
                (Host::Caller, to) => session.ping(now, to, *size),
                (Host::Lan, IpAddr::V6(_)) => return,
                (Host::Lan, IpAddr::V4(to)) => {
                    let sequence = session.next_sequence();
                    self.requests.push_back(Request::LanPing { call, to, sequence, size: *size });
                }
            }
            *pings += 1;
        }
    }
}
