//! The server's modem: what it told its DTE, and its circuits. And what is done to the line between it and the caller.

use offhook_telephony::trace::circuit_name;

use std::time::Duration;

use super::{Progress, Step, spelled};
use crate::facts::shown;

/// So many of the modem's last lines are told beside what was expected.
const LAST_LINES: usize = 5;

impl Step<'_> {
    /// The modem has told its DTE a line with this text since the call began.
    pub(super) fn modem_said(&self, text: &str, within: Duration) -> Progress {
        let wanted = shown(text);
        if let Some(line) = self.facts.modem.iter().find(|line| line.contains(text)) {
            return self.passed(format!("the modem says \"{}\"", shown(line)));
        }
        let deadline = self.begun + within;
        if self.now < deadline {
            return Progress::Wait(deadline);
        }
        let expected = format!("the modem to say \"{wanted}\" within {}", spelled(within));
        let said = &self.facts.modem;
        let Some(last) = said.last() else { return self.failed(expected, "nothing since the call began") };
        let earlier = said.iter().rev().skip(1).take(LAST_LINES - 1).rev();
        let notes = earlier.map(|line| format!("before that: \"{}\"", shown(line))).collect();
        self.failed_because(expected, format!("\"{}\" was the last it said", shown(last)), notes)
    }

    /// A circuit is so, or becomes so.
    pub(super) fn circuit(&self, circuit: u16, on: bool, within: Duration) -> Progress {
        let name = circuit_name(circuit);
        let state = |on| if on { "on" } else { "off" };
        let known = self.facts.circuits.get(&circuit);
        if known.is_some_and(|known| known.what == on) {
            return self.passed(format!("{name} is {}", state(on)));
        }
        let deadline = self.begun + within;
        if self.now < deadline {
            return Progress::Wait(deadline);
        }
        let expected = format!("{name} {} within {}", state(on), spelled(within));
        match known {
            Some(known) => self.failed(expected, format!("{} since {} s", state(known.what), known.at)),
            None => self.failed(expected, "nothing was heard of it"),
        }
    }

    /// The modem was off until now.
    pub(super) fn was_off(&self) -> Progress {
        if self.facts.modem_was_off {
            return self.passed("");
        }
        let help = "put `modem-off` before it, in this call or an earlier one".to_owned();
        self.failed_because("a modem that is switched off, to switch on", "it is on", vec![help])
    }

    /// Something was done to the carrier, of which there had to be one.
    pub(super) fn carrier_there(&self, to: &str) -> Progress {
        let facts = self.facts;
        let there = facts.connected.as_ref().is_some_and(|connected| connected.at <= self.begun)
            && facts.cleared.as_ref().is_none_or(|cleared| cleared.at >= self.begun);
        if there { self.passed("") } else { self.over(format!("carrier, to {to}")) }
    }
}
