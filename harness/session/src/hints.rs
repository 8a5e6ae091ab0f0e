//! Known quirks of servers that may explain a failure: a table, each with the scenario that shows the quirk.
//!
//! In: the step that failed, its call, what is known of the call, and how the server was set up. Out: hints for a person, none of
//! them certain. What a server's own programs say goes before them; that is in [`server_words`](crate::server_words).

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use offhook_scenario::{AutoPpp, Call, ControlLines, Host, Lan, Port, Ppp, Reason, Server, Verb};
use offhook_telephony::exchange::CallerIdService;
use offhook_telephony::trace::End;

use crate::facts::Facts;

/// mgetty forgets a number after so much silence, and takes the next ring for another call's.
const FORGOTTEN: Duration = Duration::from_millis(8300);

/// A failed step, and all that may explain it.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// What was done or expected.
    pub verb: &'a Verb,
    /// Its number in the call.
    pub step: usize,
    /// The call.
    pub call: &'a Call,
    /// What is known of the call.
    pub facts: &'a Facts,
    /// The server as it was set up at first.
    pub server: &'a Server,
    /// Its port, where the call names one.
    pub port: Option<&'a Port>,
}

/// A quirk.
#[derive(Debug)]
pub struct Hint {
    /// What may be the reason, one clause.
    pub text: &'static str,
    /// The file, below `scenarios/`, of the scenario that shows it.
    pub file: &'static str,
    /// That scenario's name.
    pub scenario: &'static str,
    applies: fn(&Case<'_>) -> bool,
}

/// The table.
pub const HINTS: &[Hint] = &[
    Hint {
        text: "mgetty counts a caller ID that is complete (number and name, or a number that is withheld) as a ring, and answers one ring earlier",
        file: "serial-ports/answer-after.kdl",
        scenario: "the server answers a caller with number and name a ring earlier, but after one at least, set to two rings",
        applies: |case| case.rings_too_many() == Some(-1) && case.has_complete_caller_id(),
    },
    Hint {
        text: "mgetty does not count a number without a name as a ring",
        file: "serial-ports/answer-after.kdl",
        scenario: "a number without a name does not count as a ring",
        applies: |case| case.rings_too_many() == Some(1) && case.call.from.is_some() && !case.has_complete_caller_id(),
    },
    Hint {
        text: "the number comes after the first ring, and a server that answers at the first ring has not read it",
        file: "regressions/caller-id.kdl",
        scenario: "a rule for numbers cannot deny when the server answers at the first ring",
        applies: |case| {
            let late = |port: &Port| matches!(port.line.caller_id, CallerIdService::Mdmf | CallerIdService::Sdmf);
            case.got_in() && case.facts.rings == 1 && case.call.from.is_some() && case.port.is_some_and(late)
        },
    },
    Hint {
        text: "mgetty forgets the number when rings are more than 8.3 s apart, and takes the next ring for a call without one",
        file: "regressions/caller-id.kdl",
        scenario: "a denied caller who rings slowly gets in",
        applies: |case| {
            let slow = |port: &Port| {
                let ring: Duration = port.line.cadence.iter().map(|(on, off)| *on + *off).sum();
                ring > FORGOTTEN
            };
            case.got_in() && case.facts.rings > 1 && case.call.from.is_some() && case.port.is_some_and(slow)
        },
    },
    Hint {
        text: "the caller gives up before the server is to answer: `answer-after` is higher than the rings it lets pass",
        file: "serial-ports/answer-after.kdl",
        scenario: "a caller who gives up before the server answers is not answered",
        applies: |case| {
            let later = |port: &Port| port.answer_after > case.facts.rings;
            case.facts.unanswered() && case.facts.rings > 0 && case.port.is_some_and(later)
        },
    },
    Hint {
        text: "with ringback the first call is not answered: the caller has to hang up and to call again soon",
        file: "serial-ports/ringback.kdl",
        scenario: "with ringback a single call is not answered however long it rings",
        applies: |case| case.facts.unanswered() && case.port.is_some_and(|port| port.ringback.is_some()),
    },
    Hint {
        text: "without detection (`auto-ppp #false`) mgetty starts login for a caller that speaks PPP",
        file: "ppp-options/detection.kdl",
        scenario: "without detection a caller's PPP comes to nothing",
        applies: |case| {
            case.server.auto_ppp == AutoPpp::Off
                && case.facts.establish.is_some()
                && case.facts.lcp_opened.is_none()
                && case.facts.login.is_none()
        },
    },
    Hint {
        text: "the server does not forward packets between its callers and its network",
        file: "lan/reach.kdl",
        scenario: "a server that does not forward is as far as a caller gets",
        applies: |case| case.reaches_beyond() && case.server.lan.as_ref().is_some_and(|lan| !lan.forwarding),
    },
    Hint {
        text: "the caller's address is one of the server's network, and without proxy ARP no host there finds it",
        file: "lan/reach.kdl",
        scenario: "without proxy ARP an address of the LAN is not found at the server",
        applies: |case| {
            let local = case.facts.up.as_ref().map(|up| up.what.local);
            let inside = |lan: &Lan| local.is_some_and(|local| is_in(lan, local)) && lan.forwarding;
            case.reaches_beyond()
                && case.server.lan.as_ref().is_some_and(inside)
                && !case.options().any(|ppp| ppp.proxy_arp || has(ppp, "proxyarp"))
        },
    },
    Hint {
        text: "the server's kernel solicits routers over IPv6, which pppd counts as data: the idle time begins again with each",
        file: "ppp-options/idle.kdl",
        scenario: "with IPv6 the server keeps its own call alive",
        applies: |case| {
            let Verb::ExpectHangup { after: Some(_), reason, by, .. } = case.verb else { return false };
            reason.is_none_or(|reason| reason == Reason::Idle)
                && by.is_none_or(|by| by == End::Server)
                && case.facts.up6.is_some()
                && case.facts.hang_up().is_none_or(|(_, _, why)| why == Reason::Idle)
        },
    },
    Hint {
        text: "without LCP echoes (`lcp-echo-interval` and `lcp-echo-failure`) and without an idle time pppd never takes a silent caller for gone",
        file: "regressions/vanished-caller.kdl",
        scenario: "without LCP echoes a caller that falls silent holds the line for ever",
        applies: |case| {
            let silent = case.call.steps.iter().take(case.step).any(|step| step.verb == Verb::FallSilent);
            matches!(case.verb, Verb::ExpectHangup { .. } | Verb::Wait { time: None })
                && silent
                && case.facts.cleared.is_none()
                && case.server.etc.is_none()
                && !case.options().any(|ppp| ppp.idle.is_some() || has(ppp, "lcp-echo"))
        },
    },
    Hint {
        text: "set to local, pppd does not look at carrier (DCD): it holds a call that is lost, and the port rings out",
        file: "ppp-options/control-lines.kdl",
        scenario: "set to local on a modem, a lost call is held until it is idle, and nobody else is answered",
        applies: |case| {
            case.facts.unanswered()
                && case.options().any(|ppp| ppp.control_lines == Some(ControlLines::Local) || has(ppp, "local"))
        },
    },
];

/// The hints that may explain this failure, in words.
pub fn hints(case: &Case<'_>) -> Vec<String> {
    let fits = HINTS.iter().filter(|hint| (hint.applies)(case));
    fits.map(|hint| format!("{} (scenarios/{}: \"{}\")", hint.text, hint.file, hint.scenario)).collect()
}

impl Case<'_> {
    /// How many rings more than expected passed until the answer.
    fn rings_too_many(&self) -> Option<i64> {
        let Verb::ExpectAnswer { rings: Some(expected) } = self.verb else { return None };
        self.facts.answered?;
        Some(i64::from(self.facts.rings) - i64::from(*expected))
    }

    /// Whether mgetty takes the caller ID for complete, as Debian's builds do: number and name, or a number withheld.
    fn has_complete_caller_id(&self) -> bool {
        let withheld = |from: &String| from == "P" || from == "O";
        self.call.from.as_ref().is_some_and(|from| self.call.name.is_some() || withheld(from))
    }

    /// Whether somebody was answered who should not have been.
    fn got_in(&self) -> bool {
        *self.verb == Verb::ExpectNoAnswer && self.facts.answered.is_some()
    }

    /// Whether it is about a host beyond the server, from a caller whose network is up.
    fn reaches_beyond(&self) -> bool {
        let up = self.facts.up.as_ref().map(|up| &up.what);
        match (self.verb, up) {
            (Verb::Ping { to, from: Host::Caller, answered: true, .. }, Some(up)) => {
                let IpAddr::V4(to) = to else { return false };
                Some(*to) != up.peer && self.server.lan.as_ref().is_none_or(|lan| lan.server != *to)
            }
            (
                Verb::Ping { from: Host::Lan, answered: true, .. } | Verb::Resolve { .. } | Verb::Transfer(_),
                Some(_),
            ) => true,
            _ => false,
        }
    }

    /// The PPP options of the call's port: those for all ports, and its own.
    fn options(&self) -> impl Iterator<Item = &Ppp> {
        [Some(&self.server.ppp), self.port.and_then(|port| port.ppp.as_ref())].into_iter().flatten()
    }
}

/// Whether an option that begins so is among those that are written as they are.
fn has(ppp: &Ppp, option: &str) -> bool {
    ppp.extra.iter().any(|line| line.split_whitespace().next().is_some_and(|word| word.starts_with(option)))
}

fn is_in(lan: &Lan, address: Ipv4Addr) -> bool {
    let mask = u32::MAX.checked_shl(32 - u32::from(lan.prefix)).unwrap_or(0);
    u32::from(lan.server) & mask == u32::from(address) & mask
}

#[cfg(test)]
mod tests;
