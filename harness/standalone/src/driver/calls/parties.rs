//! Who calls from outside before there is a call and after it, and whom: ports that are listened at, callers who have not said
//! whom they want, far ends that still read.

use offhook_clock::Instant;
use tokio::net::TcpListener;

use crate::modem_pool::ModemPool;
use crate::stream_end::StreamEnd;

/// A caller at the control socket.
#[derive(Debug)]
pub(super) struct Visitor {
    pub(super) stream: StreamEnd,
    /// What it has said so far.
    pub(super) said: Vec<u8>,
    /// When it has taken too long.
    pub(super) until: Instant,
}

/// A far end whose call is over.
#[derive(Debug)]
pub(super) struct Leaving {
    pub(super) stream: StreamEnd,
    /// The line of the call, if there was one.
    pub(super) line: Option<usize>,
    /// So much was to be written when it was looked at last, and when it has taken too long for that.
    pub(super) unwritten: usize,
    pub(super) until: Instant,
}

#[derive(Debug)]
pub(super) struct Listener {
    pub(super) socket: TcpListener,
    pub(super) address: String,
    /// Who is called, the first that is free.
    pub(super) called: Vec<Called>,
    pub(super) telnet: bool,
}

/// Whom a call from outside is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Called {
    /// This line.
    Line(usize),
    /// This one of the numbers that answer with PPP.
    Ppp(usize),
}

/// Who has this number here.
pub(super) fn called(pool: &ModemPool, number: &str) -> Option<Called> {
    let ppp = || pool.ppp_numbers().position(|known| known.number == number).map(Called::Ppp);
    pool.line_of(number).map(Called::Line).or_else(ppp)
}
