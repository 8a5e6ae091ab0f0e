//! Telnet, a DCE's end and a far end's: RFC 854 and 855, BINARY (856), ECHO (857), SGA (858), COM-PORT-OPTION (2217).
//!
//! In: octets of the connection, and octets and circuits for the DTE. Out: octets for the connection, and
//! [`TelnetEvent`]s. No sockets: one of these lives as long as one connection.
//!
//! A plain telnet program gets what it needs to type at a modem: we echo (the modem does, that is), nothing waits for
//! lines, and all octets pass where the peer knows BINARY. A peer that knows RFC 2217 gets circuits, speed and breaks.
//!
//! Crates were looked at. `libmudtelnet` and others stop at RFC 855; `rfc2217`, which is well made, cannot be told to
//! echo, without which every plain telnet program shows what is typed twice and sends lines; it is our tests' peer.

mod com_port;
mod negotiation;

use com_port::ComPort;
use negotiation::OptionNegotiation;

use offhook_telephony::modem::Circuit;

/// Octets of RFC 854.
mod command {
    pub(super) const SE: u8 = 240;
    pub(super) const BREAK: u8 = 243;
    pub(super) const ARE_YOU_THERE: u8 = 246;
    pub(super) const SB: u8 = 250;
    pub(super) const WILL: u8 = 251;
    pub(super) const WONT: u8 = 252;
    pub(super) const DO: u8 = 253;
    pub(super) const DONT: u8 = 254;
    pub(super) const IAC: u8 = 255;
}
use command::{ARE_YOU_THERE, BREAK, DO, DONT, IAC, SB, SE, WILL, WONT};

/// Options we know.
mod option {
    /// RFC 856.
    pub(super) const BINARY: u8 = 0;
    /// RFC 857.
    pub(super) const ECHO: u8 = 1;
    /// RFC 858.
    pub(super) const SUPPRESS_GO_AHEAD: u8 = 3;
    /// RFC 2217.
    pub(super) const COM_PORT: u8 = 44;
}

/// The most of a subnegotiation that is kept; longer ones are none of ours.
const SUBNEGOTIATION: usize = 256;

/// What the peer does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TelnetEvent {
    /// It sends octets to the modem.
    Octets(Vec<u8>),
    /// Circuit 108/2, SET-CONTROL.
    Circuit108(bool),
    /// Circuit 105, SET-CONTROL.
    Circuit105(bool),
    /// SET-BAUDRATE to another speed.
    Speed(u32),
    /// A break begins, by RFC 854 or SET-CONTROL.
    Break,
    /// FLOWCONTROL-SUSPEND and -RESUME: whether it takes octets.
    Takes(bool),
    /// PURGE-DATA of what is on its way to it.
    Purge,
}

/// Which end of a connection we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A modem that its DTE has called: offers everything, the echo too.
    Called,
    /// A modem that has called its DTE: the same, but the DTE may ask for the echo.
    CallingBack,
    /// The far end of a call, which somebody has called: as [`Self::Called`], without circuits.
    Answering,
    /// The far end of a call, which has called somebody: a client. It waits for what it is offered, and the other may echo.
    Calling,
}

/// What the first octets of a far end say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// It negotiates: telnet.
    Telnet,
    /// It speaks something else.
    Other,
    /// Nothing yet.
    Undecided,
}

/// Whether somebody whose first octets these are speaks telnet: IAC and then WILL, WONT, DO or DONT, as servers open. Neither
/// text begins so nor PPP, whose frames begin with a flag (RFC 1662 §3.1).
pub const fn opening(first: &[u8]) -> Opening {
    match first {
        [] | [IAC] => Opening::Undecided,
        [IAC, WILL..=DONT, ..] => Opening::Telnet,
        _ => Opening::Other,
    }
}

/// Where in the stream the next octet stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Data,
    /// After CR, outside BINARY: NUL is to be dropped (RFC 854, the NVT printer).
    Return,
    Command,
    /// After WILL, WONT, DO or DONT.
    Option(u8),
    Subnegotiation,
    /// After IAC in a subnegotiation.
    SubnegotiationCommand,
}

/// One connection.
#[derive(Debug)]
pub struct Telnet {
    at: At,
    subnegotiation: Vec<u8>,
    negotiation: OptionNegotiation,
    com_port: ComPort,
    /// Our last octet was CR and we are not in BINARY: what follows says whether a NUL belongs in between.
    sent_return: bool,
    output: Vec<u8>,
}

impl Telnet {
    /// A connection that has just been made, and the modem's circuits, if it has any.
    pub fn new(role: Role, circuits: &[(Circuit, bool)]) -> Self {
        let mut telnet = Self {
            at: At::Data,
            subnegotiation: Vec::new(),
            negotiation: OptionNegotiation::new(role),
            com_port: ComPort::new(circuits),
            sent_return: false,
            output: Vec::new(),
        };
        telnet.negotiation.open(&mut telnet.output);
        telnet
    }

    /// Octets have come from the peer. Answers are in [`Self::take_output`].
    pub fn receive(&mut self, octets: &[u8]) -> Vec<TelnetEvent> {
        let mut events = Vec::new();
        let mut data = Vec::new();
        let mut rest = octets;
        while !rest.is_empty() {
            if self.at == At::Data {
                // Most of what comes is nothing special.
                let plain = rest.iter().position(|octet| matches!(*octet, IAC | b'\r')).unwrap_or(rest.len());
                let (before, after) = rest.split_at(plain);
                data.extend_from_slice(before);
                rest = after;
            }
            let Some((&octet, after)) = rest.split_first() else { break };
            rest = after;
            if let Some(event) = self.octet(octet, &mut data) {
                flush(&mut data, &mut events);
                events.push(event);
            }
        }
        flush(&mut data, &mut events);
        events
    }

    /// Octets for the DTE.
    pub fn send(&mut self, octets: &[u8]) {
        let binary = self.negotiation.ours(option::BINARY);
        let mut rest = octets;
        while let Some(&first) = rest.first() {
            if std::mem::take(&mut self.sent_return) && first != b'\n' {
                self.output.push(0);
            }
            let special = |octet: &u8| *octet == IAC || (*octet == b'\r' && !binary);
            let plain = rest.iter().position(special);
            let (now, later) = rest.split_at(plain.map_or(rest.len(), |index| index + 1));
            self.output.extend_from_slice(now);
            rest = later;
            match plain.and(now.last()) {
                Some(&IAC) => self.output.push(IAC),
                Some(_) => self.sent_return = true,
                None => {}
            }
        }
    }

    /// A circuit of the modem goes on or off: NOTIFY-MODEMSTATE, if the peer wants to hear of it.
    pub fn set_circuit(&mut self, circuit: Circuit, on: bool) {
        let active = self.has_circuits();
        self.com_port.set_circuit(circuit, on, active, &mut self.output);
    }

    /// Whether the peer sees circuits: COM-PORT-OPTION is agreed on.
    pub fn has_circuits(&self) -> bool {
        self.negotiation.theirs(option::COM_PORT)
    }

    /// How many octets of an unfinished subnegotiation are kept.
    pub fn pending(&self) -> usize {
        self.subnegotiation.len()
    }

    /// Octets for the connection.
    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }

    fn octet(&mut self, octet: u8, data: &mut Vec<u8>) -> Option<TelnetEvent> {
        match self.at {
            At::Data | At::Return => {
                let dropped = self.at == At::Return && octet == 0;
                self.at = match octet {
                    IAC => At::Command,
                    b'\r' if !self.negotiation.theirs(option::BINARY) => At::Return,
                    _ => At::Data,
                };
                if octet != IAC && !dropped {
                    data.push(octet);
                }
                None
            }
            At::Command => {
                self.at = At::Data;
                match octet {
                    IAC => data.push(IAC),
                    WILL | WONT | DO | DONT => self.at = At::Option(octet),
                    SB => {
                        self.subnegotiation.clear();
                        self.at = At::Subnegotiation;
                    }
                    BREAK => return Some(TelnetEvent::Break),
                    ARE_YOU_THERE => self.output.extend(b"\r\n[Yes]\r\n"),
                    // Nothing here waits, so that there is nothing to go ahead with, to abort or to synchronise.
                    _ => {}
                }
                None
            }
            At::Option(verb) => {
                self.at = At::Data;
                let had_circuits = self.has_circuits();
                self.negotiation.receive(verb, octet, &mut self.output);
                if self.has_circuits() && !had_circuits {
                    self.com_port.begin(&mut self.output);
                }
                None
            }
            At::Subnegotiation => {
                match octet {
                    IAC => self.at = At::SubnegotiationCommand,
                    _ if self.subnegotiation.len() > SUBNEGOTIATION => {}
                    _ => self.subnegotiation.push(octet),
                }
                None
            }
            At::SubnegotiationCommand => {
                self.at = At::Subnegotiation;
                match octet {
                    IAC if self.subnegotiation.len() > SUBNEGOTIATION => {}
                    IAC => self.subnegotiation.push(IAC),
                    SE => {
                        self.at = At::Data;
                        return self.subnegotiated();
                    }
                    // Its end was lost: what follows IAC is a command of its own.
                    _ => {
                        self.at = At::Command;
                        return self.octet(octet, data);
                    }
                }
                None
            }
        }
    }

    fn subnegotiated(&mut self) -> Option<TelnetEvent> {
        if self.subnegotiation.len() > SUBNEGOTIATION || !self.has_circuits() {
            return None;
        }
        match self.subnegotiation.split_first() {
            Some((&option::COM_PORT, request)) => self.com_port.receive(request, &mut self.output),
            _ => None,
        }
    }
}

fn flush(data: &mut Vec<u8>, events: &mut Vec<TelnetEvent>) {
    if !data.is_empty() {
        events.push(TelnetEvent::Octets(std::mem::take(data)));
    }
}

#[cfg(test)]
mod tests;
