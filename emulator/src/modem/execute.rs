//! Execution of command lines, V.250 §5.6: commands one after the other, the first failure ends the line, those before
//! it keep their effect, and there is exactly one final result code.
//!
//! In: a body. Out: settings changed, information text, a result code. Commands that have to do with the call are in
//! `call`, those that tell what the modem is in `generic`; unknown ones fail (§5.3.1), as do commands that would
//! promise what is not there, a fax class above all: an `OK` to `+FCLASS=2` makes a server wait for fax results.

use super::Modem;
use super::generic;
use super::parameter::{RING_COUNT, extended_parameter, is_passed_over, s_parameter};
use super::result_code::ResultCode;
use super::syntax::{Command, ExtendedAction, Kind, ParameterAction, parse};
use crate::time::Instant;

/// What a command leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    /// Go on with the next command.
    Next,
    /// The line ends here, with this result code.
    Final(ResultCode),
    /// The line ends here; its result code comes later.
    Later,
}

impl From<bool> for Done {
    /// True: it was valid.
    fn from(valid: bool) -> Self {
        if valid { Self::Next } else { Self::Final(ResultCode::Error) }
    }
}

impl Modem {
    /// Executes the body of a command line.
    pub(super) fn execute(&mut self, now: Instant, body: &str) {
        let (commands, error) = parse(body);
        for command in commands {
            match self.command(now, command) {
                Done::Next => {}
                Done::Final(code) => return self.result(code),
                Done::Later => return,
            }
        }
        self.result(if error.is_some() { ResultCode::Error } else { ResultCode::Ok });
    }

    fn command(&mut self, now: Instant, command: Command) -> Done {
        match command.kind {
            Kind::Basic { prefix: None, letter, value } => self.basic(now, letter, value),
            Kind::Basic { prefix: Some('&'), letter, value } => self.ampersand(letter, value),
            // Error control, its flow and breaks, and compression, as Rockwell's modems have them: without effect.
            Kind::Basic { prefix: Some('\\'), letter: 'N', value: 0..=5 }
            | Kind::Basic { prefix: Some('\\'), letter: 'A' | 'G' | 'J' | 'Q' | 'V', value: 0..=3 }
            | Kind::Basic { prefix: Some('%'), letter: 'C' | 'E', value: 0..=3 } => Done::Next,
            Kind::Basic { .. } => Done::Final(ResultCode::Error),
            Kind::Dial(number) => self.dial_command(now, &number),
            Kind::Store { place, number } => self.store_number(place, number),
            Kind::Parameter { number, action } => self.s_parameter(now, number, action),
            Kind::Extended { name, action } => self.extended(&name, action),
        }
    }

    /// Commands of one letter, V.250 §6.1 to §6.3.
    fn basic(&mut self, now: Instant, letter: char, value: u32) -> Done {
        match (letter, value) {
            ('A', 0) => self.answer_command(now),
            ('E', 0 | 1) => set(&mut self.active.echo, value == 1),
            ('H', 0) => self.hang_up_command(),
            ('H', 1) => self.off_hook_command(),
            ('I', 0..=9) => {
                self.information(&[generic::identification(value, &self.config.identification)]);
                Done::Next
            }
            // There is no loudspeaker.
            ('L' | 'M', 0..=3) => Done::Next,
            ('P' | 'T', 0) => set(&mut self.active.pulse, letter == 'P'),
            ('O', 0 | 1) => self.online_command(now, value),
            ('Q', 0 | 1) => set(&mut self.active.quiet, value == 1),
            ('V', 0 | 1) => set(&mut self.active.verbose, value == 1),
            ('X', 0..=4) => set_small(&mut self.active.detail, value),
            // Modulation, error control's messages: common in initialisations, and without effect.
            ('B', 0..=3 | 15 | 16) | ('N', 0 | 1) | ('W', 0..=2) => Done::Next,
            // The rest of the line was meant for the settings that are gone (§6.1.1).
            ('Z', 0) => {
                self.hang_up_command();
                self.active = self.stored.clone();
                Done::Final(ResultCode::Ok)
            }
            _ => Done::Final(ResultCode::Error),
        }
    }

    /// Commands with an ampersand, V.250 §6.1.2, §6.2.8, §6.2.9 and Hayes.
    fn ampersand(&mut self, letter: char, value: u32) -> Done {
        match (letter, value) {
            ('C', 0 | 1) => set_small(&mut self.active.circuit_109, value),
            ('D', 0..=3) => set_small(&mut self.active.circuit_108, value),
            ('F', 0) => {
                self.active = self.factory.clone();
                Done::Next
            }
            ('K', 0 | 3..=6) => self.flow_control_command(value),
            ('S', 0 | 1) => set_small(&mut self.active.circuit_107, value),
            // Circuit 106, synchronous and asynchronous operation, guard tone, kind of line: common in initialisations.
            ('R', 0 | 1) | ('Q', 0 | 5 | 6) | ('G', 0..=2) | ('L' | 'M' | 'B', 0 | 1) => Done::Next,
            ('W', 0) => {
                self.stored = self.active.clone();
                Done::Next
            }
            _ => Done::Final(ResultCode::Error),
        }
    }

    /// S-parameters, V.250 §5.3.2.
    fn s_parameter(&mut self, now: Instant, number: Option<u32>, action: ParameterAction) -> Done {
        let Some(parameter) = s_parameter(number.unwrap_or(u32::from(self.selected))) else {
            return Done::Final(ResultCode::Error);
        };
        self.selected = parameter.number;
        match action {
            ParameterAction::Select => Done::Next,
            ParameterAction::Set(value) => match u8::try_from(value) {
                Ok(value) if parameter.range.contains(&value) => {
                    if parameter.number == RING_COUNT {
                        self.rings.forget();
                    }
                    self.active.set(parameter.number, value);
                    Done::Next
                }
                _ => Done::Final(ResultCode::Error),
            },
            ParameterAction::Read => {
                let value = match parameter.number {
                    RING_COUNT => self.rings.count(now),
                    number => self.active.get(number),
                };
                self.information(&[format!("{value:03}")]);
                Done::Next
            }
        }
    }

    /// Extended commands, V.250 §5.4.
    fn extended(&mut self, name: &str, action: ExtendedAction) -> Done {
        if let Some(text) = generic::extended(name, &self.config.identification) {
            return match action {
                ExtendedAction::Execute => {
                    self.information(&[text]);
                    Done::Next
                }
                // It exists and takes no values (§5.4.2).
                ExtendedAction::Test => Done::Next,
                ExtendedAction::Read | ExtendedAction::Set(_) => Done::Final(ResultCode::Error),
            };
        }
        let Some(parameter) = extended_parameter(name) else {
            let passed_over = matches!(action, ExtendedAction::Set(_)) && is_passed_over(name);
            return passed_over.into();
        };
        let head = if parameter.bare { String::new() } else { format!("{name}: ") };
        match action {
            ExtendedAction::Set(values) => match parameter.check(&values, self.active.extended(parameter)) {
                Some(values) => {
                    self.active.set_extended(parameter, values);
                    Done::Next
                }
                None => Done::Final(ResultCode::Error),
            },
            ExtendedAction::Read => {
                let values: Vec<String> = self.active.extended(parameter).iter().map(u32::to_string).collect();
                self.information(&[format!("{head}{}", values.join(","))]);
                Done::Next
            }
            ExtendedAction::Test => {
                self.information(&[format!("{head}{}", parameter.ranges())]);
                Done::Next
            }
            ExtendedAction::Execute => Done::Final(ResultCode::Error),
        }
    }
}

fn set(setting: &mut bool, value: bool) -> Done {
    *setting = value;
    Done::Next
}

fn set_small(setting: &mut u8, value: u32) -> Done {
    let small = u8::try_from(value);
    *setting = small.unwrap_or(*setting);
    small.is_ok().into()
}
