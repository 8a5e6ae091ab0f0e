//! The octets of a frame as they come over the line, for when it turns out to be none.
//!
//! In: the octets since a flag, in pieces. Out: all of them, with the flag before. A frame that comes in one piece costs
//! nothing: its octets are copied only when it is bad. Of one that comes in several, all but the last piece are copied as
//! they come, each at once.

use crate::transparency::FLAG;

/// Octets as they came, flag first; empty while none has come since the flag.
#[derive(Clone, Debug, Default)]
pub(super) struct Raw(Vec<u8>);

impl Raw {
    /// More octets, spare flags before the frame among them; of those of a frame that may be `longest` octets long as many are
    /// kept as such a frame can have with all of it escaped.
    pub(super) fn keep(&mut self, octets: &[u8], longest: usize) {
        let mut octets = octets;
        if self.0.is_empty() {
            let spare = octets.iter().take_while(|octet| **octet == FLAG).count();
            octets = &octets[spare..];
            self.0.extend((!octets.is_empty()).then_some(FLAG));
        }
        let room = (2 * longest + 2).saturating_sub(self.0.len());
        self.0.extend_from_slice(&octets[..octets.len().min(room)]);
    }

    /// A flag has come, and nothing after it.
    pub(super) fn begin(&mut self) {
        self.0.clear();
    }

    /// All of them.
    pub(super) fn octets(&self) -> &[u8] {
        &self.0
    }
}
