//! How octets of a call go over an outer connection: as they are, or by telnet (RFC 854), whose end here is `offhook_port`'s.
//!
//! In: octets from the connection, and octets for it. Out: octets of the call, and octets for the connection. A far end that is
//! called may be left to show which it speaks: its first two octets decide. IAC and then WILL, WONT, DO or DONT is telnet,
//! which is how telnet servers open; anything else is octets as they are, and so is what is sent to it until then.

use offhook_port::telnet::{Opening, Role, Telnet, TelnetEvent, opening};

use super::phonebook::Speaks;

/// The framing of one connection.
#[derive(Debug)]
pub(super) enum Framing {
    /// Octets as they are.
    Raw,
    /// Telnet.
    Telnet(Box<Telnet>),
    /// Not known yet; this has come so far.
    Undecided(Vec<u8>),
}

impl Framing {
    /// Of a connection that we have made.
    pub(super) fn calling(speaks: Speaks) -> Self {
        match speaks {
            Speaks::Octets => Self::Raw,
            Speaks::Telnet => Self::telnet(Role::Calling),
            Speaks::AsItOpens => Self::Undecided(Vec::new()),
        }
    }

    /// Of a connection that was made to us.
    pub(super) fn answering(telnet: bool) -> Self {
        if telnet { Self::telnet(Role::Answering) } else { Self::Raw }
    }

    fn telnet(role: Role) -> Self {
        Self::Telnet(Box::new(Telnet::new(role, &[])))
    }

    /// What is to be said at once: a telnet server's offers.
    pub(super) fn open(&mut self) -> Vec<u8> {
        if let Self::Telnet(telnet) = self { telnet.take_output() } else { Vec::new() }
    }

    /// Octets have come: those of the call, and answers for the connection.
    pub(super) fn receive(&mut self, octets: &[u8]) -> (Vec<u8>, Vec<u8>) {
        match self {
            Self::Raw => (octets.to_vec(), Vec::new()),
            Self::Telnet(telnet) => {
                let mut data = Vec::with_capacity(octets.len());
                for event in telnet.receive(octets) {
                    // A modem's line has no break and no circuits.
                    if let TelnetEvent::Octets(octets) = event {
                        data.extend(octets);
                    }
                }
                (data, telnet.take_output())
            }
            Self::Undecided(first) => {
                first.extend(octets);
                let first = std::mem::take(first);
                *self = match opening(&first) {
                    Opening::Telnet => Self::telnet(Role::Calling),
                    Opening::Other => Self::Raw,
                    Opening::Undecided => {
                        *self = Self::Undecided(first);
                        return (Vec::new(), Vec::new());
                    }
                };
                self.receive(&first)
            }
        }
    }

    /// Nothing comes any more: what was kept to decide by.
    pub(super) fn end(&mut self) -> Vec<u8> {
        if let Self::Undecided(first) = self { std::mem::take(first) } else { Vec::new() }
    }

    /// Octets of the call as they go over the connection.
    pub(super) fn send(&mut self, octets: &[u8]) -> Vec<u8> {
        match self {
            Self::Raw | Self::Undecided(_) => octets.to_vec(),
            Self::Telnet(telnet) => {
                telnet.send(octets);
                telnet.take_output()
            }
        }
    }

    /// Whether it is telnet.
    pub(super) const fn is_telnet(&self) -> bool {
        matches!(self, Self::Telnet(_))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const IAC: u8 = 255;
    const WILL: u8 = 251;
    const DO: u8 = 253;
    const ECHO: u8 = 1;
    const SUPPRESS_GO_AHEAD: u8 = 3;

    #[test]
    fn who_is_called_by_telnet_offers_echo_and_no_lines() {
        let mut framing = Framing::answering(true);
        let offers = framing.open();
        for offer in [[IAC, WILL, ECHO], [IAC, WILL, SUPPRESS_GO_AHEAD]] {
            assert!(offers.windows(3).any(|three| three == offer), "{offers:?}");
        }
        // A client that agrees to both sends by the character.
        let agreed = [IAC, DO, ECHO, IAC, DO, SUPPRESS_GO_AHEAD, b'x'];
        assert_eq!(framing.receive(&agreed), (b"x".to_vec(), Vec::new()));
        assert!(Framing::answering(false).open().is_empty());
    }

    #[test]
    fn a_far_end_that_opens_with_a_negotiation_speaks_telnet_and_is_answered() {
        let mut framing = Framing::calling(Speaks::AsItOpens);
        assert_eq!(framing.send(b"early\xff"), b"early\xff");
        assert_eq!(framing.receive(&[IAC]), (vec![], vec![]));
        assert_eq!(framing.receive(&[WILL, ECHO, b'h', b'i']), (b"hi".to_vec(), vec![IAC, DO, ECHO]));
        assert!(framing.is_telnet());
        assert_eq!(framing.send(&[IAC]), [IAC, IAC]);
    }

    #[test]
    fn a_far_end_that_opens_with_anything_else_does_not() {
        for first in [&b"login: "[..], &[0x7e, 0xff, 0x03, 0xc0], &[IAC, IAC], &[IAC, 0x03], &[IAC, 240]] {
            let mut framing = Framing::calling(Speaks::AsItOpens);
            assert_eq!(framing.receive(first), (first.to_vec(), vec![]));
            assert_eq!(framing.receive(&[IAC, DO, ECHO]), (vec![IAC, DO, ECHO], vec![]));
        }
        let mut framing = Framing::calling(Speaks::AsItOpens);
        assert_eq!(framing.receive(&[IAC]), (vec![], vec![]));
        assert_eq!(framing.end(), [IAC]);
        let mut octets = Framing::calling(Speaks::Octets);
        assert_eq!(octets.receive(&[IAC, DO, ECHO]), (vec![IAC, DO, ECHO], vec![]));
    }

    proptest! {
        #[test]
        fn what_one_end_sends_by_telnet_the_other_gets_whole_in_whatever_pieces(
            sent in prop::collection::vec(any::<u8>(), 0..400),
            pieces in prop::collection::vec(1..40_usize, 1..20),
            speaks in prop::sample::select(vec![Speaks::Telnet, Speaks::AsItOpens]),
        ) {
            let (mut caller, mut called) = (Framing::calling(speaks), Framing::answering(true));
            let (mut to_caller, mut to_called) = (called.open(), Vec::new());
            // Until nobody has anything to answer.
            while !to_caller.is_empty() || !to_called.is_empty() {
                let (data, answers) = caller.receive(&std::mem::take(&mut to_caller));
                prop_assert_eq!(data, Vec::<u8>::new());
                to_called.extend(answers);
                let (data, answers) = called.receive(&std::mem::take(&mut to_called));
                prop_assert_eq!(data, Vec::<u8>::new());
                to_caller.extend(answers);
            }
            let wire = [caller.send(&sent[..sent.len() / 2]), caller.send(&sent[sent.len() / 2..])].concat();
            let (mut got, mut rest) = (Vec::new(), &wire[..]);
            for size in pieces.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (piece, after) = rest.split_at((*size).min(rest.len()));
                let (data, answers) = called.receive(piece);
                prop_assert_eq!(answers, Vec::<u8>::new());
                got.extend(data);
                rest = after;
            }
            prop_assert_eq!(got, sent);
        }
    }
}
