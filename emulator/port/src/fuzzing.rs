//! For fuzzing alone: what a telnet client says, without a socket.

use crate::telnet::{Role, Telnet, TelnetEvent};

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Octets for the modem.
    pub data: Vec<u8>,
    /// Octets for the client.
    pub answers: Vec<u8>,
    /// Everything else the client did.
    pub others: usize,
    /// Octets of what is not finished yet that are kept.
    pub pending: usize,
}

/// A client, which called or was called, says these octets in these pieces.
pub fn telnet(called: bool, pieces: &[&[u8]]) -> Answer {
    let mut telnet = Telnet::new(if called { Role::Called } else { Role::CallingBack }, &[]);
    let (mut data, mut others) = (Vec::new(), 0);
    for piece in pieces {
        for event in telnet.receive(piece) {
            match event {
                TelnetEvent::Octets(octets) => data.extend(octets),
                _ => others += 1,
            }
        }
    }
    Answer { data, others, pending: telnet.pending(), answers: telnet.take_output() }
}
