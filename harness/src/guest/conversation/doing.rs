//! What a verb does when its step begins.
//!
//! Of a call that found the line busy nothing is done on the line: it has another call.

use offhook_emulator::time::Instant;

use super::one::{Conversation, State};
use super::{Conversations, setup};
use crate::guest::request::{Request, Wish};
use crate::run::Upset;
use crate::run::station::Station;
use crate::scenario::{Host, Verb};

impl Conversations {
    /// Begins step `number`.
    pub(super) fn begin(&mut self, conversation: &Conversation, number: usize, now: Instant, station: &mut Station) {
        let Some(step) = conversation.script.steps.get(number) else { return };
        let call = conversation.call;
        let verb = step.on(&self.stack).0;
        match verb {
            Verb::ExpectArp { address, .. } => {
                station.facts_mut(call).arp = None;
                self.requests.push_back(Request::Arp { call, address: *address });
            }
            Verb::Change(change) => {
                station.facts_mut(call).changed = None;
                self.requests.push_back(Request::Change { call: Some(call), change: change.clone() });
            }
            Verb::ModemSays { text } => station.modem_says(now, text),
            Verb::ModemDies => station.modem_dies(now),
            Verb::Flicker { time } if station.has(call) => station.upset(now, Upset::Flicker(*time)),
            Verb::Retrain { time } if station.has(call) => station.upset(now, Upset::Retrain(*time)),
            Verb::Renegotiate { rate } if station.has(call) => station.upset(now, Upset::Renegotiate(*rate)),
            _ if conversation.script.with.is_some() => self.begin_with_client(call, verb, now, station),
            _ if !station.has(call) => {}
            Verb::Ppp(client) => station.dial_in(now, setup::caller(client, self.seed, call)),
            Verb::Ping { .. } => station.begin_ping(),
            Verb::Resolve { name, .. } => station.resolve(now, name),
            Verb::Transfer(transfer) => match setup::transfer(transfer, number) {
                Ok(request) => station.transfer(now, request),
                Err(trouble) => station.transfer_impossible(now, trouble),
            },
            Verb::Login { user, password } => station.log_in(now, user, password.as_deref()),
            Verb::Type { text, enter } => {
                let end = if *enter { "\r" } else { "" };
                station.say(now, format!("{text}{end}").as_bytes());
            }
            Verb::Send { octets } => station.say(now, octets),
            Verb::FallSilent => station.fall_silent(),
            Verb::HangUp => station.hang_up(now),
            Verb::DropCarrier => station.clear(now, true),
            _ => {}
        }
    }

    /// What a program does that makes the call; the rest it does by itself.
    fn begin_with_client(&mut self, call: usize, verb: &Verb, now: Instant, station: &mut Station) {
        match verb {
            Verb::HangUp => self.requests.push_back(Request::Client { call, wish: Wish::HangUp }),
            Verb::FallSilent => self.requests.push_back(Request::Client { call, wish: Wish::FallSilent }),
            _ if !station.has(call) => {}
            Verb::Ping { .. } => station.begin_ping(),
            Verb::DropCarrier => station.clear(now, true),
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
        station: &mut Station,
    ) {
        let call = conversation.call;
        let Some(step) = conversation.script.steps.get(number) else { return };
        let (Verb::Ping { to, count, every, from, .. }, State::Talking { pings, .. }) =
            (step.on(&self.stack).0, &mut conversation.state)
        else {
            return;
        };
        let Some(begun) = station.facts(call).pings_from(begun) else { return };
        while *pings < *count && now >= begun + *every * *pings && station.has(call) {
            match from {
                Host::Caller if station.facts(call).cleared.is_some() => return,
                Host::Caller if conversation.script.with.is_some() => {
                    let sequence = station.next_sequence();
                    self.requests.push_back(Request::Client { call, wish: Wish::Ping { to: *to, sequence } });
                }
                Host::Caller => station.ping(now, *to),
                Host::Lan => {
                    let sequence = station.next_sequence();
                    self.requests.push_back(Request::LanPing { call, to: *to, sequence });
                }
            }
            *pings += 1;
        }
    }
}
