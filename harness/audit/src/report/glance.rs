//! A port at a glance: who gets in, how, what they get, when it ends, and whether that was shown.
//!
//! In goes a [`PortReport`]; out come short parts in the order of a call. What calls refute is not repeated: what they showed
//! stands in its place.

use offhook_report::Ink;
use offhook_report::text::{counted, printable};

use crate::claim::Claim;
use crate::known::Known;
use crate::statements::spelled;
use crate::{PortReport, Statement, Topic};

/// Names told before the rest is counted.
const MOST: usize = 4;

/// A part of a port's line, with its ink.
pub(super) type Part = (String, Option<Ink>);

/// The parts of a port's line.
pub(super) fn parts(port: &PortReport) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let of = |topic: Topic| port.statements.iter().filter(move |statement| statement.topic == topic);
    for statement in of(Topic::Answer) {
        match (&statement.claim, &statement.known) {
            // Nothing else of it comes to pass.
            (_, Known::Refuted { saw, .. }) if nobody_is_answered(port) => {
                return vec![(format!("nobody is answered: {saw}"), Some(Ink::Bad)), shown(port)];
            }
            (Claim::AnswerIf(_), Known::Shown { saw, .. }) if nobody_is_answered(port) => {
                return vec![(format!("nobody is answered: {saw}"), Some(Ink::Bad)), shown(port)];
            }
            (_, Known::Refuted { saw, .. }) => parts.push((saw.clone(), Some(Ink::Bad))),
            (Claim::Dead | Claim::Unseen(_), _) => {
                return vec![(printable(&statement.text), Some(Ink::Bad)), shown(port)];
            }
            (Claim::Answer(0), _) => parts.push(("a direct line".to_owned(), None)),
            (Claim::Answer(rings) | Claim::AnswerIf(rings), _) => {
                parts.push((format!("answers after {}", counted(*rings as usize, "ring")), None));
            }
            _ => {}
        }
    }
    parts.extend(callers(port));
    parts.extend(ppp(port));
    parts.extend(login(port));
    parts.push(shown(port));
    parts
}

/// Whether no call shows anything of what comes after the answer.
fn nobody_is_answered(port: &PortReport) -> bool {
    let later = |statement: &&Statement| !matches!(statement.topic, Topic::Answer | Topic::Callers);
    !port.statements.iter().filter(later).any(|statement| statement.known.is_shown())
}

fn callers(port: &PortReport) -> Option<Part> {
    let statement = port.statements.iter().find(|statement| statement.topic == Topic::Callers)?;
    match &statement.known {
        Known::Refuted { saw, .. } => Some((saw.clone(), Some(Ink::Bad))),
        // Whoever is answered by number is told; that everybody is goes without saying.
        _ if statement.places.is_empty() => None,
        _ => match &statement.claim {
            Claim::Callers(brief) | Claim::Decided(brief) => Some((format!("callers: {brief}"), None)),
            _ => None,
        },
    }
}

/// Who gets in by PPP, what they get and when that ends.
fn ppp(port: &PortReport) -> Vec<Part> {
    let find = |topic: Topic| port.statements.iter().find(move |statement| statement.topic == topic);
    let Some(auth) = find(Topic::Auth) else {
        return match find(Topic::Ppp).map(|statement| &statement.claim) {
            Some(Claim::Detection(false)) => vec![("no PPP".to_owned(), None)],
            Some(Claim::Program) => find(Topic::Ppp).map(program).into_iter().collect(),
            _ => Vec::new(),
        };
    };
    let mut parts = match (&auth.claim, &auth.known) {
        (Claim::Refuses, Known::Refuted { saw, .. }) | (Claim::Open, Known::Refuted { saw, .. }) => {
            vec![(saw.clone(), Some(Ink::Bad))]
        }
        (Claim::Refuses, _) => return vec![("nobody gets PPP: pppd refuses to start".to_owned(), Some(Ink::Bad))],
        (Claim::Open, Known::NotTried { .. }) => {
            vec![("no password is asked for; not shown that anybody comes into the network".to_owned(), Some(Ink::Bad))]
        }
        (Claim::Open, _) => vec![("anybody gets in by PPP, without a password".to_owned(), Some(Ink::Bad))],
        _ => match find(Topic::Ppp).map(|statement| &statement.known) {
            Some(Known::Refuted { saw, .. }) => return vec![(format!("no PPP: {saw}"), Some(Ink::Bad))],
            _ => {
                let parts = by_account(port);
                let somebody = |statement: &Statement| match (&statement.claim, &statement.known) {
                    (Claim::Account { inside, .. }, known) => *inside && !known.is_refuted(),
                    _ => false,
                };
                // Who does not get in gets nothing, and has no call that ends.
                if !port.statements.iter().any(somebody) {
                    return parts;
                }
                parts
            }
        },
    };
    if let Some(Statement { claim: Claim::Address { remote: Some(remote), .. }, known, .. }) = find(Topic::Address) {
        match known {
            Known::Refuted { saw, .. } => parts.push((saw.clone(), Some(Ink::Bad))),
            _ => parts.push((format!("gets {remote}"), None)),
        }
    }
    if let Some(Statement { claim: Claim::End(seconds), known, .. }) = find(Topic::End) {
        parts.push(match (seconds, known) {
            (_, Known::Refuted { saw, .. }) => (saw.clone(), Some(Ink::Bad)),
            (Some(seconds), _) => (format!("ended after {}", spelled(*seconds)), None),
            (None, _) => ("no end by idle time".to_owned(), None),
        });
    }
    parts
}

/// What a program of the administrator's own makes of callers by PPP.
fn program(statement: &Statement) -> Part {
    let text = printable(&statement.text);
    (statement.known.saw().map_or_else(|| text.clone(), |saw| format!("{text}: {saw}")), None)
}

/// Accounts by protocol: `PAP: alice, bob and 2 more`; of each, what calls leave of it.
fn by_account(port: &PortReport) -> Vec<Part> {
    let mut known: Vec<((&'static str, bool), Vec<String>)> = Vec::new();
    let mut refuted = Vec::new();
    let called = port.statements.iter().any(|statement| statement.known.is_shown());
    for statement in &port.statements {
        let Claim::Account { name, protocol, inside, .. } = &statement.claim else { continue };
        match (&statement.known, inside) {
            (Known::Refuted { saw, .. }, _) => refuted.push((printable(saw), Some(Ink::Bad))),
            (_, true) => {
                let name = if name == "*" { "anybody with the password".to_owned() } else { printable(name) };
                let by = (protocol.name(), !called || statement.known.is_shown());
                match known.iter_mut().find(|(known, _)| *known == by) {
                    Some((_, names)) => names.push(name),
                    None => known.push((by, vec![name])),
                }
            }
            (_, false) => {}
        }
    }
    let mut parts: Vec<Part> = known
        .into_iter()
        .map(|((by, tried), names)| {
            let by = if tried { by.to_owned() } else { format!("{by}, not shown") };
            let more = names.len().saturating_sub(MOST);
            let shown = names[..names.len().min(MOST)].join(", ");
            (if more > 0 { format!("{by}: {shown} and {more} more") } else { format!("{by}: {shown}") }, None)
        })
        .collect();
    if parts.is_empty() && refuted.is_empty() {
        parts.push(("nobody gets in by PPP".to_owned(), Some(Ink::Warn)));
    }
    parts.extend(refuted);
    parts
}

fn login(port: &PortReport) -> Option<Part> {
    let statement = port.statements.iter().find(|statement| statement.topic == Topic::Login)?;
    match &statement.known {
        Known::Refuted { saw, .. } => Some((saw.clone(), Some(Ink::Bad))),
        known => known.saw().map(|saw| (saw.to_owned(), None)),
    }
}

/// How much of it was shown.
fn shown(port: &PortReport) -> Part {
    let count = |of: fn(&Known) -> bool| port.statements.iter().filter(|statement| of(&statement.known)).count();
    let refuted = count(Known::is_refuted);
    match (refuted, count(Known::is_shown)) {
        (0, 0) => ("predicted, not called".to_owned(), Some(Ink::Warn)),
        (0, _) => ("shown by calls".to_owned(), Some(Ink::Good)),
        (some, _) => (format!("{some} of {} statements refuted by calls", port.statements.len()), Some(Ink::Bad)),
    }
}
