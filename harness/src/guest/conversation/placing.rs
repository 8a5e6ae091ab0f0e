//! A call's way through the exchange: to the line it gets, or from one to another.

use offhook_emulator::exchange::Tone;
use offhook_emulator::time::Instant;

use super::one::{Conversation, Way};
use super::{Conversations, setup};
use crate::guest::request::{Request, Wish};
use crate::run::station::{Forwarded, Station};
use crate::run::telephones::number_of;
use crate::scenario::Verb;

impl Conversations {
    /// Places a call.
    pub(super) fn place(&mut self, conversation: &mut Conversation, now: Instant, stations: &mut [Station]) {
        let way = conversation.choose_line(stations, &self.telephones);
        let call = conversation.call;
        if conversation.script.with.is_some() {
            let number = number_of(&conversation.script.to, stations).to_owned();
            stations[conversation.station].await_call(now, call);
            self.requests.push_back(Request::Client { call, wish: Wish::Dial(number) });
            return;
        }
        let setup = setup::call(&conversation.script, &self.stack, now, &self.scenario.server);
        let station = &mut stations[conversation.station];
        match way {
            Way::Rings(no_answer) => station.place_call(now, call, setup, no_answer),
            Way::Waits => station.knock(now, call, setup),
            Way::Tone(tone) => station.find_busy(now, call, setup, tone),
        }
    }

    /// A call that was not answered goes where it is forwarded to, and one that has waited does now what it could not before.
    pub(super) fn follow(
        &mut self,
        conversation: &mut Conversation,
        step: usize,
        now: Instant,
        stations: &mut [Station],
    ) {
        let (call, here) = (conversation.call, conversation.station);
        if stations[here].take_through(call) {
            let verb = conversation.script.steps.get(step).map(|step| step.on(&self.stack).0);
            // These were done when the step began, line or no line.
            if !matches!(verb, Some(Verb::Change(_) | Verb::ExpectArp { .. } | Verb::ModemSays { .. })) {
                self.begin(conversation, step, now, &mut stations[here]);
            }
        }
        let (line, route) = match stations[here].take_forward(call) {
            None => return,
            Some(Forwarded::Rings(line)) => (line, None),
            Some(Forwarded::To(number)) => match self.telephones.route(&number) {
                Ok(route) if !route.waiting => (route.line, Some(route)),
                Ok(_) => return stations[here].find_forward_busy(now, Tone::Busy),
                Err(tone) => return stations[here].find_forward_busy(now, tone),
            },
        };
        let there = stations.iter().position(|station| station.line() == Some(line));
        let Some(there) = there.filter(|there| *there != here) else { return };
        let Ok([from, to]) = stations.get_disjoint_mut([here, there]) else { return };
        let rung = from.facts(call).rings;
        from.hand_over(now, call, to);
        conversation.station = there;
        if let Some(route) = route {
            let mut setup = setup::call(&conversation.script, &self.stack, now, &self.scenario.server);
            setup.rings = setup.rings.saturating_sub(rung);
            to.place_forwarded(now, setup, route.no_answer);
        }
    }
}
