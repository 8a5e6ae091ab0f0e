//! A call's two channels, one each way.

use std::time::Duration;

use offhook_clock::{Instant, earliest};

use super::channel::Channel;
use super::quality::Deafness;
use crate::trace::{End, Loss};

/// Both ways of a line or cable.
#[derive(Clone, Debug)]
pub(super) struct BothWays {
    pub(super) to_server: Channel,
    pub(super) to_caller: Channel,
}

impl BothWays {
    /// The same channel each way.
    pub(super) fn alike(channel: Channel) -> Self {
        Self { to_server: channel.clone(), to_caller: channel }
    }

    /// The channel that carries what this end sends.
    pub(super) const fn sent_by(&self, end: End) -> &Channel {
        match end {
            End::Caller => &self.to_server,
            End::Server => &self.to_caller,
        }
    }

    /// The same, to send on.
    pub(super) const fn sent_by_mut(&mut self, end: End) -> &mut Channel {
        match end {
            End::Caller => &mut self.to_server,
            End::Server => &mut self.to_caller,
        }
    }

    /// Both, to do the same to each.
    pub(super) const fn each(&mut self) -> [&mut Channel; 2] {
        [&mut self.to_server, &mut self.to_caller]
    }

    /// Line time of what this end has sent and what has not left yet.
    pub(super) fn backlog(&self, now: Instant, from: End) -> Duration {
        self.sent_by(from).backlog(now)
    }

    /// When something leaves or arrives next.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        earliest(self.to_server.poll_timeout(), self.to_caller.poll_timeout())
    }

    /// Moves everything on that is due.
    pub(super) fn handle_timeout(&mut self, now: Instant) {
        self.each().into_iter().for_each(|channel| channel.handle_timeout(now));
    }

    /// The call, which has carrier `since` then, is dead in one direction.
    pub(super) fn deafen(&mut self, since: Instant, deafness: Deafness) {
        let (from, until) = deafness.span(since);
        self.sent_by_mut(deafness.end.other()).deafen(from, until);
    }

    /// What gaps have taken of either end's octets since this was asked last.
    pub(super) fn take_lost_in_gaps(&mut self) -> impl Iterator<Item = Loss> + use<> {
        let lost = [End::Caller, End::Server].map(|from| {
            let lost = self.sent_by_mut(from).take_lost_in_gaps();
            lost.map(|(octets, cause)| Loss { octets, from, cause })
        });
        lost.into_iter().flatten().filter(|loss| loss.octets > 0)
    }

    /// Drops what is on its way, both ways. Gives how many octets each end had sent of that.
    pub(super) fn discard(&mut self) -> [(End, u64); 2] {
        [End::Caller, End::Server].map(|from| (from, self.sent_by_mut(from).discard()))
    }
}
