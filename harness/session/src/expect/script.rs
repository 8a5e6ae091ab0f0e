//! Packet scripts: the verdict of one that was played.

use offhook_script::{Failure, Verdict};

use super::call::CONNECT_LIMIT;
use super::{HANG_UP_LIMIT, Progress, Step};

impl Step<'_> {
    pub(super) fn script(&self) -> Progress {
        match &self.facts.script {
            Some(ended) => match &ended.what {
                Verdict::Passed => self.passed(""),
                Verdict::Failed(Failure { expected, actual, .. }) => self.differs(expected, actual, Vec::new()),
            },
            None if self.facts.connected.is_none() => self.wait(CONNECT_LIMIT, "CONNECT, to play packets over"),
            // A script waits no longer than it says itself.
            None => self.wait(HANG_UP_LIMIT, "the end of the packets"),
        }
    }
}
