//! The outer end of a call, without its connection: what becomes of octets that come too early, and when the call is over.
//!
//! In: what the connection brings, what the pool says of the call. Out: octets and clearing for the pool, and whether the
//! connection may be read. Sans-I/O: the connection itself is `stream_end`'s.

use offhook_clock::Instant;
use offhook_telephony::loss::LossCause;
use offhook_telephony::trace::{End, Loss};

use crate::modem_pool::{CallId, ModemPool};

/// How much of what an outer end says before there is carrier is kept for the modem, before it is not read any more.
const EARLY: usize = 4096;

/// An outer end.
#[derive(Debug, Default)]
pub struct OuterEnd {
    answered: bool,
    connected: bool,
    /// It says nothing more; the call is over when the modem has got all that it said.
    gone: bool,
    /// What came while there was no carrier.
    early: Vec<u8>,
}

impl OuterEnd {
    /// One that has said this already.
    pub fn new(early: Vec<u8>) -> Self {
        Self { early, ..Self::default() }
    }

    /// Whether there has been carrier.
    pub const fn is_connected(&self) -> bool {
        self.connected
    }

    /// Whether its connection may be read, as far as that is its own affair: what it says too early then waits at its side.
    pub const fn wants_octets(&self) -> bool {
        !self.gone && (self.connected || self.early.len() < EARLY)
    }

    /// It says something.
    pub fn octets(&mut self, now: Instant, pool: &mut ModemPool, call: CallId, octets: &[u8]) {
        if self.connected {
            pool.send(now, call, octets);
        } else {
            self.early.extend(octets);
        }
    }

    /// The call is answered: by the modem, or by itself.
    pub const fn answered(&mut self) {
        self.answered = true;
    }

    /// There is carrier.
    pub fn connected(&mut self, now: Instant, pool: &mut ModemPool, call: CallId) {
        self.connected = true;
        let early = std::mem::take(&mut self.early);
        pool.send(now, call, &early);
    }

    /// It is gone. What it said before is still to be heard, unless nobody has answered: whether the call goes on for that.
    pub const fn closed(&mut self) -> bool {
        self.gone = true;
        self.connected || self.answered && !self.early.is_empty()
    }

    /// Whether it is gone, and all that it said has left for the modem.
    pub fn is_over(&self, now: Instant, pool: &ModemPool, call: CallId) -> bool {
        self.gone && self.connected && pool.far_backlog(now, call).is_zero()
    }

    /// The call is over before there was carrier: what nobody will hear.
    pub fn unheard(&self) -> Loss {
        Loss { octets: self.early.len() as u64, from: End::Caller, cause: LossCause::NoCarrier }
    }
}
