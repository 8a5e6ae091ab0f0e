//! A packet script in a call: it speaks the protocols that it takes, and the caller the rest.
//!
//! In: the script, carrier and octets. Out: octets for the line, orders to the caller, and the verdict as a fact.

use offhook_caller::{Caller, CallerConfig};
use offhook_clock::Instant;
use offhook_ppp::automaton::State;
use offhook_ppp::frame::LCP;
use offhook_ppp::link::Layer;
use offhook_script::{Output, Player, Step};
use offhook_telephony::line_monitor::{self, LineMonitor};
use offhook_telephony::trace::End;

use super::PortSession;
use crate::facts::Timestamped;

/// A script, and how what it sends is told.
#[derive(Debug)]
pub(super) struct Scripted {
    pub(super) player: Player,
    sent: LineMonitor,
}

impl PortSession {
    /// The caller plays this script as soon as there is carrier. What the script does not take is spoken by the caller who
    /// speaks already, or else by one that `config` describes.
    pub fn play_script(&mut self, now: Instant, config: CallerConfig, steps: Vec<Step>) {
        self.facts.script = None;
        let scripted = match self.script.take() {
            Some(Scripted { player, sent }) => Scripted { player: player.then(steps), sent },
            None => Scripted { player: Player::new(steps), sent: LineMonitor::default() },
        };
        self.script = Some(scripted);
        let speaks = self.caller.is_some();
        if !speaks {
            self.tap.finish();
            self.take_tapped(now);
            self.caller = Some(Caller::new(config));
        }
        if self.is_connected() {
            self.begin_script(now);
            if let Some(caller) = self.caller.as_mut().filter(|_| !speaks) {
                caller.handle_carrier(now);
            }
        }
        self.pump(now);
    }

    /// There is carrier: the script begins, and has taken what it takes before the caller says anything.
    pub(super) fn begin_script(&mut self, now: Instant) {
        if let Some(script) = &mut self.script {
            script.player.begin(now);
        }
        self.obey_script(now);
    }

    /// Does what the script wants done; whether there was anything.
    pub(super) fn obey_script(&mut self, now: Instant) -> bool {
        let mut any = false;
        while let Some(output) = self.script.as_mut().and_then(|script| script.player.poll_output()) {
            any = true;
            match output {
                Output::Octets(octets) => self.send_scripted(now, &octets),
                Output::Take(protocol) => self.take_protocol(protocol),
                Output::Give { protocol, agreed } => {
                    let Some(caller) = &mut self.caller else { continue };
                    match Layer::of(protocol) {
                        Some(layer) => caller.thaw(layer),
                        None => caller.leave(protocol, false),
                    }
                    if let Some((own, peer)) = agreed {
                        let (own, peer, method) = offhook_script::agreed_settings(&own, &peer);
                        caller.assume_lcp(now, own, peer, method);
                    }
                }
            }
        }
        let verdict = self.script.as_ref().and_then(|script| script.player.verdict());
        if let (None, Some(verdict)) = (&self.facts.script, verdict) {
            self.facts.script = Some(Timestamped { at: now, what: verdict.clone() });
            any = true;
        }
        any
    }

    /// The network has come up by what the caller speaks.
    pub(super) fn tell_script_of_network(&mut self, now: Instant) {
        if let Some(script) = &mut self.script {
            script.player.handle_up(now);
        }
    }

    fn take_protocol(&mut self, protocol: u16) {
        let Some(caller) = &mut self.caller else { return };
        match Layer::of(protocol) {
            Some(layer) => caller.freeze(layer),
            None => caller.leave(protocol, true),
        }
        // What a script says in an Echo-Request is what the caller has agreed on.
        let magic = caller.link().lcp().protocol().own().magic.unwrap_or_default();
        if let Some(script) =
            self.script.as_mut().filter(|_| protocol == LCP && caller.link().lcp().state() == State::Opened)
        {
            script.player.handle_magic(magic);
        }
    }

    fn send_scripted(&mut self, now: Instant, octets: &[u8]) {
        if self.silent {
            return;
        }
        let mut told = Vec::new();
        if let Some(script) = &mut self.script {
            let mut rest = octets;
            while let Some(item) = script.sent.take(now, End::Caller, &mut rest) {
                told.push(line_monitor::event_kind(End::Caller, item));
            }
        }
        for event in told {
            self.record(now, event);
        }
        self.send(now, octets);
    }
}
