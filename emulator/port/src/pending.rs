//! What a port has to tell before it waits for anything new: an error first, then events in order.

use std::collections::VecDeque;

use super::error::PortError;
use super::event::PortEvent;

/// Told one at a time by [`Self::take`].
#[derive(Debug, Default)]
pub(super) struct Pending {
    events: VecDeque<PortEvent>,
    /// What went wrong where nobody could be told.
    error: Option<PortError>,
}

impl Pending {
    pub(super) fn push(&mut self, event: PortEvent) {
        self.events.push_back(event);
    }

    /// Drops the events that nobody has been told of.
    pub(super) fn clear(&mut self) {
        self.events.clear();
    }

    pub(super) fn fail(&mut self, error: PortError) {
        self.error = Some(error);
    }

    /// The next, if there is any.
    pub(super) fn take(&mut self) -> Option<Result<PortEvent, PortError>> {
        match self.error.take() {
            Some(error) => Some(Err(error)),
            None => self.events.pop_front().map(Ok),
        }
    }
}
