//! Telnet towards far ends (RFC 854), as little of it as carries eight-bit octets: BINARY (RFC 856), SUPPRESS-GO-AHEAD
//! and ECHO (RFC 857, 858) are agreed to, everything else is refused.
//!
//! In: octets from the network. Out: octets of the call, and answers for the network.

const IAC: u8 = 255;
const DONT: u8 = 254;
const DO: u8 = 253;
const WONT: u8 = 252;
const WILL: u8 = 251;
const SB: u8 = 250;
const SE: u8 = 240;
const BINARY: u8 = 0;
const ECHO: u8 = 1;
const SUPPRESS_GO_AHEAD: u8 = 3;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Data,
    /// After CR: NUL or LF may follow that only telnet wants.
    Return,
    Command,
    Option(u8),
    Sub,
    SubCommand,
}

/// One telnet connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Telnet {
    place: Place,
    /// Options that we do, and that the other end does.
    ours: [bool; 4],
    theirs: [bool; 4],
}

impl Telnet {
    /// Takes octets of the network apart: those of the call, and what must be answered.
    pub(super) fn receive(&mut self, octets: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let (mut data, mut answer) = (Vec::with_capacity(octets.len()), Vec::new());
        for &octet in octets {
            self.place = match (self.place, octet) {
                (Place::Data | Place::Return, IAC) => Place::Command,
                (Place::Return, 0) => Place::Data,
                (Place::Data | Place::Return, octet) => {
                    data.push(octet);
                    let binary = self.theirs[usize::from(BINARY)];
                    if octet == b'\r' && !binary { Place::Return } else { Place::Data }
                }
                (Place::Command, IAC) => {
                    data.push(IAC);
                    Place::Data
                }
                (Place::Command, DO | DONT | WILL | WONT) => Place::Option(octet),
                (Place::Command, SB) => Place::Sub,
                (Place::Command, _) => Place::Data,
                (Place::Option(command), option) => {
                    self.negotiate(command, option, &mut answer);
                    Place::Data
                }
                (Place::Sub, IAC) => Place::SubCommand,
                (Place::SubCommand, SE) => Place::Data,
                (Place::Sub | Place::SubCommand, _) => Place::Sub,
            };
        }
        (data, answer)
    }

    /// Octets of the call as they go over the network.
    pub(super) fn send(&self, octets: &[u8]) -> Vec<u8> {
        let binary = self.ours[usize::from(BINARY)];
        let mut sent = Vec::with_capacity(octets.len() + 8);
        for &octet in octets {
            sent.push(octet);
            match octet {
                IAC => sent.push(IAC),
                b'\r' if !binary => sent.push(0),
                _ => {}
            }
        }
        sent
    }

    /// Answers what changes something, and nothing else: otherwise two ends may answer each other for ever.
    fn negotiate(&mut self, command: u8, option: u8, answer: &mut Vec<u8>) {
        let known = matches!(option, BINARY | SUPPRESS_GO_AHEAD) || (option == ECHO && matches!(command, WILL | WONT));
        let place = usize::from(option);
        let (sides, yes, no) =
            if matches!(command, DO | DONT) { (&mut self.ours, WILL, WONT) } else { (&mut self.theirs, DO, DONT) };
        let wanted = matches!(command, DO | WILL);
        match sides.get_mut(place).filter(|_| known) {
            Some(side) if *side != wanted => {
                *side = wanted;
                answer.extend([IAC, if wanted { yes } else { no }, option]);
            }
            Some(_) => {}
            None if wanted => answer.extend([IAC, no, option]),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_octet_crosses_and_returns_are_telnets() {
        let mut telnet = Telnet::default();
        assert_eq!(telnet.send(&[b'a', IAC, b'\r']), [b'a', IAC, IAC, b'\r', 0]);
        assert_eq!(telnet.receive(&[b'a', IAC]), (vec![b'a'], vec![]));
        assert_eq!(telnet.receive(&[IAC, b'\r', 0, b'b']), (vec![IAC, b'\r', b'b'], vec![]));
    }

    #[test]
    fn binary_is_agreed_to_and_then_nothing_is_added() {
        let mut telnet = Telnet::default();
        let (data, answer) = telnet.receive(&[IAC, DO, BINARY, IAC, WILL, BINARY, IAC, WILL, ECHO]);
        assert_eq!((data, answer), (vec![], vec![IAC, WILL, BINARY, IAC, DO, BINARY, IAC, DO, ECHO]));
        assert_eq!(telnet.receive(&[IAC, DO, BINARY, b'\r', 0]), (vec![b'\r', 0], vec![]));
        assert_eq!(telnet.send(b"\r"), b"\r");
    }

    #[test]
    fn what_is_not_known_is_refused_once_and_subnegotiations_are_passed_over() {
        let mut telnet = Telnet::default();
        assert_eq!(telnet.receive(&[IAC, DO, 24, IAC, DO, ECHO]).1, [IAC, WONT, 24, IAC, WONT, ECHO]);
        assert_eq!(telnet.receive(&[IAC, SB, 24, 1, IAC, IAC, IAC, SE, b'x']), (vec![b'x'], vec![]));
        assert_eq!(telnet.receive(&[IAC, DONT, 24, IAC, 241]), (vec![], vec![]));
    }
}
