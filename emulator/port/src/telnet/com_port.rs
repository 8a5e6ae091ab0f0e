//! COM-PORT-OPTION, RFC 2217, the access server's end: the DTE is the client, and the modem hangs on our serial port.
//!
//! In: the client's requests and the modem's circuits. Out: what they mean to a modem, and the server's answers and
//! notes. Speed, circuits and break are the modem's business. Data size, parity and stop size are confirmed as asked
//! for, because TCP has none; so is flow control, because the client's own octets say when it wants to be heard.

use super::command::{IAC, SB, SE};
use super::{TelnetEvent, option};
use offhook_telephony::modem::Circuit;

/// What is added to a request's number in the answer.
const ANSWER: u8 = 100;
/// Requests, RFC 2217 "Com Port Configuration Commands".
mod request {
    pub(super) const SIGNATURE: u8 = 0;
    pub(super) const SET_BAUDRATE: u8 = 1;
    pub(super) const SET_DATASIZE: u8 = 2;
    pub(super) const SET_PARITY: u8 = 3;
    pub(super) const SET_STOPSIZE: u8 = 4;
    pub(super) const SET_CONTROL: u8 = 5;
    pub(super) const NOTIFY_MODEMSTATE: u8 = 7;
    pub(super) const FLOWCONTROL_SUSPEND: u8 = 8;
    pub(super) const FLOWCONTROL_RESUME: u8 = 9;
    pub(super) const SET_LINESTATE_MASK: u8 = 10;
    pub(super) const SET_MODEMSTATE_MASK: u8 = 11;
    pub(super) const PURGE_DATA: u8 = 12;
}

/// The speed before the client asks for one: nobody's, so that the first one is news.
const SPEED: u32 = 9600;

/// One client's port.
#[derive(Debug)]
pub(super) struct ComPort {
    speed: u32,
    /// Whether the client has ever set a speed.
    speed_set: bool,
    data_size: u8,
    parity: u8,
    stop_size: u8,
    /// Outbound and inbound flow control as in SET-CONTROL: 1 to 3 and 14 to 16 or beyond.
    flow: (u8, u8),
    in_break: bool,
    circuit_108: bool,
    circuit_105: bool,
    /// The upper half of NOTIFY-MODEMSTATE: levels.
    levels: u8,
    /// Which bits of NOTIFY-MODEMSTATE the client wants to hear of.
    mask: u8,
}

impl ComPort {
    pub(super) fn new(circuits: &[(Circuit, bool)]) -> Self {
        let levels = circuits.iter().filter(|(_, on)| *on).fold(0, |sum, (circuit, _)| sum | bit(*circuit));
        Self {
            speed: SPEED,
            speed_set: false,
            data_size: 8,
            parity: 1,
            stop_size: 1,
            flow: (1, 14),
            in_break: false,
            circuit_108: true,
            circuit_105: true,
            levels,
            mask: 0xff,
        }
    }

    /// The option has just been agreed on: the client hears how the circuits are.
    pub(super) fn begin(&mut self, output: &mut Vec<u8>) {
        self.notify(self.levels, output);
    }

    /// A circuit of the modem; `active` is whether the client is to hear of it.
    pub(super) fn set_circuit(&mut self, circuit: Circuit, on: bool, active: bool, output: &mut Vec<u8>) {
        let bit = bit(circuit);
        let levels = if on { self.levels | bit } else { self.levels & !bit };
        if std::mem::replace(&mut self.levels, levels) == levels || !active {
            return;
        }
        // The lower half tells of changes, in the same order; of RI it tells only the end of a burst.
        let change = if circuit == Circuit::C125 && on { 0 } else { bit >> 4 };
        if (bit | change) & self.mask != 0 {
            self.notify(levels | change, output);
        }
    }

    /// A request, without the option's number. Unknown and ill-formed ones are not answered.
    pub(super) fn receive(&mut self, request: &[u8], output: &mut Vec<u8>) -> Option<TelnetEvent> {
        let (&code, value) = request.split_first()?;
        match (code, value) {
            (request::SIGNATURE, []) => answer(code, b"offhook", output),
            (request::SET_BAUDRATE, &[a, b, c, d]) => {
                let asked = u32::from_be_bytes([a, b, c, d]);
                let news = asked != 0 && (asked != self.speed || !self.speed_set);
                if asked != 0 {
                    (self.speed, self.speed_set) = (asked, true);
                }
                answer(code, &self.speed.to_be_bytes(), output);
                return news.then_some(TelnetEvent::Speed(asked));
            }
            (request::SET_DATASIZE, &[size]) => set(&mut self.data_size, code, size, 5, 8, output),
            (request::SET_PARITY, &[parity]) => set(&mut self.parity, code, parity, 1, 5, output),
            (request::SET_STOPSIZE, &[size]) => set(&mut self.stop_size, code, size, 1, 3, output),
            (request::SET_CONTROL, &[control]) => return self.control(control, output),
            // Not in the RFC, but how some clients ask.
            (request::NOTIFY_MODEMSTATE, _) => self.notify(self.levels, output),
            (request::FLOWCONTROL_SUSPEND, _) => return Some(TelnetEvent::Takes(false)),
            (request::FLOWCONTROL_RESUME, _) => return Some(TelnetEvent::Takes(true)),
            // There is no line that could have a state.
            (request::SET_LINESTATE_MASK, &[mask]) => answer(code, &[mask], output),
            (request::SET_MODEMSTATE_MASK, &[mask]) => {
                self.mask = mask;
                answer(code, &[mask], output);
                self.notify(self.levels, output);
            }
            (request::PURGE_DATA, &[which @ 1..=3]) => {
                answer(code, &[which], output);
                // 2 is what the client has sent, and that has been delivered.
                return (which != 2).then_some(TelnetEvent::Purge);
            }
            _ => {}
        }
        None
    }

    /// SET-CONTROL: flow control, break and circuits, by one number each way.
    fn control(&mut self, control: u8, output: &mut Vec<u8>) -> Option<TelnetEvent> {
        let mut event = None;
        let now = match control {
            0 => self.flow.0,
            1..=3 | 17 | 19 => {
                self.flow.0 = control;
                // RFC 2217: outbound control alone sets both ways, until the inbound is set.
                self.flow.1 = if control <= 3 { control + 13 } else { self.flow.1 };
                control
            }
            13 => self.flow.1,
            14..=16 | 18 => {
                self.flow.1 = control;
                control
            }
            4 => 6 - u8::from(self.in_break),
            5 | 6 => {
                let begins = control == 5;
                if std::mem::replace(&mut self.in_break, begins) != begins && begins {
                    event = Some(TelnetEvent::Break);
                }
                control
            }
            7 => 9 - u8::from(self.circuit_108),
            8 | 9 => {
                self.circuit_108 = control == 8;
                event = Some(TelnetEvent::Circuit108(self.circuit_108));
                control
            }
            10 => 12 - u8::from(self.circuit_105),
            11 | 12 => {
                let on = control == 11;
                if std::mem::replace(&mut self.circuit_105, on) != on {
                    event = Some(TelnetEvent::Circuit105(on));
                }
                control
            }
            _ => return None,
        };
        answer(request::SET_CONTROL, &[now], output);
        event
    }

    fn notify(&self, state: u8, output: &mut Vec<u8>) {
        answer(request::NOTIFY_MODEMSTATE, &[state & self.mask], output);
    }
}

/// A circuit's bit among the levels of NOTIFY-MODEMSTATE.
fn bit(circuit: Circuit) -> u8 {
    match circuit {
        Circuit::C106 => 0x10,
        Circuit::C107 => 0x20,
        Circuit::C125 => 0x40,
        Circuit::C109 => 0x80,
    }
}

/// A setting that is taken if it is within its range, asked for if it is 0, and in any case answered as it is then.
fn set(setting: &mut u8, code: u8, asked: u8, least: u8, most: u8, output: &mut Vec<u8>) {
    if (least..=most).contains(&asked) {
        *setting = asked;
    }
    answer(code, &[*setting], output);
}

fn answer(code: u8, value: &[u8], output: &mut Vec<u8>) {
    output.extend([IAC, SB, option::COM_PORT, code + ANSWER]);
    for &octet in value {
        if octet == IAC {
            output.push(IAC);
        }
        output.push(octet);
    }
    output.extend([IAC, SE]);
}
