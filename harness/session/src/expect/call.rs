//! The call: ringing, answer, busy, carrier.

use std::time::Duration;

use super::{HANG_UP_LIMIT, Progress, Step};
use crate::facts::{Program, counted};

/// How long training may take beyond the line's own time.
pub(super) const CONNECT_LIMIT: Duration = Duration::from_secs(90);

impl Step<'_> {
    pub(super) fn answer(&self, rings: Option<u32>) -> Progress {
        let expected = match rings {
            Some(rings) => format!("off hook after {}", counted(rings, "ring")),
            None => "off hook".to_owned(),
        };
        let Some(_) = self.facts.answered else { return self.wait(HANG_UP_LIMIT, expected) };
        match rings {
            Some(rings) if rings != self.facts.rings => self.differs(expected, self.off_hook(), Vec::new()),
            _ if self.facts.rings == 0 => self.passed("connected without ringing"),
            _ => self.passed(format!("answered after {}", counted(self.facts.rings, "ring"))),
        }
    }

    pub(super) fn no_answer(&self) -> Progress {
        let expected = "not answered";
        if self.facts.answered.is_some() {
            self.failed(expected, self.off_hook())
        } else if self.facts.unanswered() {
            self.passed(format!("not answered in {}", counted(self.facts.rings, "ring")))
        } else {
            self.wait(HANG_UP_LIMIT, expected)
        }
    }

    pub(super) fn connect(&self, rate: Option<u32>) -> Progress {
        let expected = match rate {
            Some(rate) => format!("CONNECT {rate}"),
            None => "CONNECT".to_owned(),
        };
        let Some(connected) = &self.facts.connected else { return self.wait(CONNECT_LIMIT, expected) };
        match rate {
            Some(rate) if rate != connected.what => self.failed(expected, format!("CONNECT {}", connected.what)),
            _ => self.passed(format!("connected at {}", connected.what)),
        }
    }

    /// The `count`th ring has begun.
    pub(super) fn ring(&self, count: u32) -> Progress {
        let expected = format!("ring {count} to begin");
        if self.facts.rings >= count {
            self.passed(format!("ring {count} has begun"))
        } else if self.facts.answered.is_some() {
            self.failed(expected, self.off_hook())
        } else {
            self.wait(HANG_UP_LIMIT, expected)
        }
    }

    pub(super) fn busy(&self) -> Progress {
        let expected = "the called line to be busy";
        if self.facts.busy {
            self.passed("busy")
        } else if self.facts.program == Some(Program::Runs) && self.facts.rings == 0 {
            // It has to dial first.
            self.wait(CONNECT_LIMIT, expected)
        } else {
            self.over(expected)
        }
    }

    /// Octets wait for carrier.
    pub(super) fn said(&self) -> Progress {
        match self.facts.connected {
            Some(_) if self.facts.cleared.is_none() => self.passed(""),
            _ => self.wait(CONNECT_LIMIT, "carrier, to send octets over"),
        }
    }

    fn off_hook(&self) -> String {
        format!("off hook after {}", counted(self.facts.rings, "ring"))
    }
}
