//! Callers who begin at the prompt and get pppd there, by a line of login.config of their own.
//!
//! In goes a port; out comes a call for each such line: the name is typed, and PPP begins without authentication.

use super::{Aim, Credential, Expected, Lab, LeftOutWhat, Plan, Probe, lab, unauthenticated};
use crate::effective::{Facts, Port};
use crate::network::{Network, network};
use crate::starting;

/// Lines that are called for.
const MOST: usize = 4;

pub(super) fn prompt_probes(facts: &Facts, port: &Port, from: &Option<String>, (lab, plan): (&dyn Lab, &mut Plan)) {
    for (name, ppp) in port.by_prompt.iter().take(MOST) {
        if starting::starts(facts, ppp).is_err() || network(facts, ppp) != Network::Yes {
            continue;
        }
        if let Some(why) = lab::of_ppp(facts, ppp, lab) {
            plan.leave_out(LeftOutWhat::Logins, why);
            continue;
        }
        let inside = !ppp.auth.required;
        let probe = unauthenticated(port, from, inside);
        plan.probes.push(Probe {
            aim: Aim::ByPrompt(name.clone(), ppp.line.place.clone()),
            credentials: Some((name.clone(), Credential(String::new()))),
            brings: ppp.addresses().1.is_none().then_some(super::by_ppp::BROUGHT),
            expected: Expected { inside: Some(inside), ..probe.expected.clone() },
            ..probe
        });
    }
}
