//! Files that lines send by themselves in calls with outside, as the phonebook has them.
//!
//! In: what happens to a call. Out: octets for whoever is outside, and for the DTE as if the far end had said them.

use offhook_clock::Instant;
use offhook_telephony::modem::CallEnd;

use crate::modem_pool::{CallId, Far, ModemPool};
use crate::phonebook::{Ear, Moment, Phonebook};
use crate::stream_end::StreamEnd;

/// What this line sends at this moment to this receiver.
fn sent<'a>(
    pool: &ModemPool,
    book: &'a Phonebook,
    line: usize,
    when: Moment,
    to: Ear,
) -> impl Iterator<Item = &'a [u8]> + use<'a> {
    book.lines.get(&pool.setup(line).number).into_iter().flat_map(move |line| line.sent(when, to))
}

/// A call has carrier; nothing of it has crossed yet.
pub(super) fn at_carrier(
    now: Instant,
    pool: &mut ModemPool,
    book: &Phonebook,
    call: CallId,
    line: usize,
    stream: &mut StreamEnd,
) {
    let when = if matches!(call, CallId::In(_)) { Moment::Answered } else { Moment::Connected };
    sent(pool, book, line, when, Ear::FarEnd).for_each(|octets| stream.write(octets));
    sent(pool, book, line, when, Ear::Dte).for_each(|octets| pool.send(now, call, octets));
}

/// A call is over, and this is how.
pub(super) fn at_the_end(pool: &ModemPool, book: &Phonebook, line: usize, far: &Far, stream: &mut StreamEnd) {
    let inactive = pool.modem(line).last_call_end() == CallEnd::Inactivity;
    let when = match far {
        Far::Busy => Moment::Busy,
        Far::NoAnswer => Moment::NoAnswer,
        Far::Cleared if inactive => Moment::Inactive,
        _ => return,
    };
    sent(pool, book, line, when, Ear::FarEnd).for_each(|octets| stream.write(octets));
}

/// Somebody outside has called a line that is busy: its file, or `BUSY`.
pub(super) fn to_the_turned_away(pool: &ModemPool, book: &Phonebook, line: usize, stream: &mut StreamEnd) {
    let mut own = sent(pool, book, line, Moment::Busy, Ear::FarEnd).peekable();
    if own.peek().is_none() {
        stream.write(b"BUSY\r\n");
    }
    own.for_each(|octets| stream.write(octets));
}
