//! Who is asked: a PPP implementation at the end of a line that can be put back to its beginning.
//!
//! The seam is the same for an implementation in this process, in virtual time, and for one behind a pty, where
//! `handle_timeout` is to wait in real time until `now` and to read what comes meanwhile.

use offhook_clock::Instant;

/// What kept a subject from being asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SubjectError(pub String);

/// An end of a line.
pub trait Subject {
    /// A fresh subject with carrier, ready to speak. What came before must have no effect on what comes after.
    fn reset(&mut self, now: Instant) -> Result<(), SubjectError>;

    /// Carrier is lost.
    fn handle_down(&mut self, now: Instant);

    /// Carrier is back. For a server this is the next call.
    fn handle_up(&mut self, now: Instant);

    /// Octets from the line.
    fn handle_octets(&mut self, now: Instant, octets: &[u8]);

    /// Octets for the line.
    fn poll_transmit(&mut self) -> Option<Vec<u8>>;

    /// When the subject wants [`handle_timeout`](Self::handle_timeout); `None`: nothing will come of itself. One whose
    /// deadlines nobody knows from outside names the next moment at which it is to be looked after.
    fn poll_timeout(&self) -> Option<Instant>;

    /// It is `now`.
    fn handle_timeout(&mut self, now: Instant);

    /// Whether the subject has hung up.
    fn is_line_dropped(&self) -> bool;

    /// What went wrong since the reset, if it is no behaviour but a fault of whatever runs the subject. Asked after
    /// each word.
    fn fault(&self) -> Option<SubjectError> {
        None
    }
}
