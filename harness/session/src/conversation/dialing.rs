//! A call's way through the exchange: to the line it gets, or from one to another.

use offhook_clock::Instant;
use offhook_telephony::exchange::Tone;

use super::one::{Conversation, Way};
use super::request::{ClientCommand, Request};
use super::{Conversations, setup};
use crate::numbering::number_of;
use crate::port_session::{Forwarded, PortSession};
use offhook_scenario::Verb;

impl Conversations {
    /// Places a call.
    pub(super) fn place(&mut self, conversation: &mut Conversation, now: Instant, sessions: &mut [PortSession]) {
        let way = conversation.choose_line(sessions, &self.exchange);
        let call = conversation.call;
        if conversation.script.with.is_some() {
            let number = number_of(&conversation.script.to, sessions).to_owned();
            sessions[conversation.session].await_call(now, call);
            self.requests.push_back(Request::Client { call, command: ClientCommand::Dial(number) });
            return;
        }
        let setup = setup::call(&conversation.script, &self.stack, now, &self.scenario.server);
        let session = &mut sessions[conversation.session];
        match way {
            Way::Rings(no_answer) => session.place_call(now, call, setup, no_answer),
            Way::Waits => session.place_waiting_call(now, call, setup),
            Way::Tone(tone) => session.find_busy(now, call, setup, tone),
        }
    }

    /// A call that was not answered goes where it is forwarded to, and one that has waited does now what it could not before.
    pub(super) fn follow(
        &mut self,
        conversation: &mut Conversation,
        step: usize,
        now: Instant,
        sessions: &mut [PortSession],
    ) {
        let (call, here) = (conversation.call, conversation.session);
        if sessions[here].take_promoted(call) {
            let verb = conversation.script.steps.get(step).map(|step| step.on(&self.stack).0);
            // These were done when the step began, line or no line.
            if !matches!(verb, Some(Verb::Change(_) | Verb::ExpectArp { .. } | Verb::ModemSays { .. })) {
                self.begin(conversation, step, now, &mut sessions[here]);
            }
        }
        let (line, route) = match sessions[here].take_forward(call) {
            None => return,
            Some(Forwarded::Rings(line)) => (line, None),
            Some(Forwarded::To(number)) => match self.exchange.route(&number) {
                Ok(route) if !route.waiting => (route.line, Some(route)),
                Ok(_) => return sessions[here].find_forward_busy(now, Tone::Busy),
                Err(tone) => return sessions[here].find_forward_busy(now, tone),
            },
        };
        let there = sessions.iter().position(|session| session.line() == Some(line));
        let Some(there) = there.filter(|there| *there != here) else { return };
        let Ok([from, to]) = sessions.get_disjoint_mut([here, there]) else { return };
        let rung = from.facts(call).rings;
        from.hand_over(now, call, to);
        conversation.session = there;
        if let Some(route) = route {
            let mut setup = setup::call(&conversation.script, &self.stack, now, &self.scenario.server);
            setup.rings = setup.rings.saturating_sub(rung);
            to.place_forwarded(now, setup, route.no_answer);
        }
    }
}
