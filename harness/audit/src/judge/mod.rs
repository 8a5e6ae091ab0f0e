//! Holds an audit against calls in the lab: statements and findings that are shown say so, what is refuted is withdrawn,
//! and what contradicts the files is a finding of its own, in the server's own words.
//!
//! In go the [`PortCalls`] of each port; the [`Audit`] is changed. [`seen`] is one call; what calls show of statements and
//! of findings has a file each.

mod findings;
pub mod seen;
mod statements;

use std::time::Duration;

use super::Audit;
use super::known::Known;
use super::plan::LeftOut;
use super::secrecy::Secrecy;
pub use findings::latent;
use seen::Seen;
use statements::Calls;

/// What became of the calls to one port.
#[derive(Clone, Debug, Default)]
pub struct PortCalls {
    /// The device.
    pub device: String,
    /// Calls that were placed, in order.
    pub seen: Vec<Seen>,
    /// What was not called for, and why.
    pub left_out: Vec<LeftOut>,
    /// Why there were no calls, or no more of them.
    pub unmade: Option<Unmade>,
}

/// Why calls that were planned were not placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unmade {
    /// The server did not get the port ready; with what its log and its modem say of it.
    NotReady(String),
    /// So many calls are left, for another reason.
    Left(usize, String),
}

/// Takes calls into the audit.
pub fn judge(audit: &mut Audit, ports: &[PortCalls], secrecy: &Secrecy) {
    for port in ports {
        let unmade = port.unmade.as_ref().map(|unmade| match unmade {
            Unmade::NotReady(said) => format!("the port is not ready for a call: {}", secrecy.hide(said)),
            Unmade::Left(_, why) => why.clone(),
        });
        let calls = Calls { seen: &port.seen, left_out: &port.left_out, unmade: unmade.as_deref(), secrecy };
        let Some(report) = audit.ports.iter_mut().find(|report| report.device == port.device) else { continue };
        report.left_out.clone_from(&port.left_out);
        for statement in &mut report.statements {
            statement.known = match (&port.unmade, port.seen.is_empty()) {
                // Nobody is answered there: nothing of a call comes to pass.
                (Some(Unmade::NotReady(said)), true) => match statement.claim {
                    crate::claim::Claim::Answer(_) | crate::claim::Claim::AnswerIf(_) => Known::Refuted {
                        calls: Vec::new(),
                        saw: "the port is not ready for a call".to_owned(),
                        said: Some(secrecy.hide(said)),
                    },
                    crate::claim::Claim::Dead => Known::Shown {
                        calls: Vec::new(),
                        saw: format!("the port is not ready for a call: {}", secrecy.hide(said)),
                    },
                    _ => Known::not_tried("the port is not ready for a call"),
                },
                _ => calls.known(&statement.claim),
            };
        }
        let place = report.place.clone();
        findings::contradictions(audit, port, &calls, &place);
    }
    findings::known(audit, ports, secrecy);
}

/// `5 min`, `90 s`, `2.5 s`.
fn spelled_time(time: Duration) -> String {
    match (time.as_secs(), time.subsec_millis()) {
        (seconds, 0) => super::statements::spelled(seconds),
        (seconds @ 0..60, millis) => format!("{seconds}.{} s", millis / 100),
        (seconds, _) => super::statements::spelled(seconds),
    }
}

#[cfg(test)]
mod tests;
