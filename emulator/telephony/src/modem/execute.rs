//! Execution of command lines, V.250 §5.6: commands one after the other, the first failure ends the line, those before
//! it keep their effect, and there is exactly one final result code.
//!
//! In: a body. Out: settings changed, information text, a result code. Commands that have to do with the call are in
//! `call`, those that tell what the modem is in `generic`, those that list what is set in `listing`; unknown ones fail
//! (§5.3.1), as do commands that would promise what is not there, a fax class above all: an `OK` to `+FCLASS=2` makes a
//! server wait for fax results.

use std::collections::VecDeque;

use super::Modem;
use super::generic;
use super::listing::listing;
use super::parameter::RING_COUNT;
use super::personality::Register;
use super::result_code::ResultCode;
use super::syntax::{Command, CommandKind, ExtendedAction, ParameterAction, parse};
use offhook_clock::Instant;

/// What a command leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    /// Go on with the next command.
    Next,
    /// The line ends here, with this result code.
    Final(ResultCode),
    /// The line ends here; its result code comes later.
    Later,
    /// It goes on when what waits in the modem has left, and the call is over.
    WhenDelivered,
}

/// What is left of a command line.
#[derive(Clone, Debug)]
pub(super) struct Rest {
    commands: VecDeque<Command>,
    /// The line ends with something that is no command.
    failed: bool,
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
        if self.errs(body) {
            return self.result(ResultCode::Error);
        }
        let (commands, error) = parse(body);
        let failed = error.is_some() && !self.config.personality.quirks.takes_anything;
        self.execute_rest(now, Rest { commands: commands.into(), failed });
    }

    /// Executes what is left of a command line, and gives its result code.
    pub(super) fn execute_rest(&mut self, now: Instant, mut rest: Rest) {
        while let Some(command) = rest.commands.pop_front() {
            let done = if self.refuses(&command.kind) { self.unknown() } else { self.command(now, command) };
            match done {
                Done::Next => {}
                Done::Final(code) => return self.result(code),
                Done::Later => return,
                Done::WhenDelivered => return self.begin_to_hang_up(Some(rest)),
            }
        }
        self.result(if rest.failed { ResultCode::Error } else { ResultCode::Ok });
    }

    /// Whether it is the modem's fault to err on this line.
    fn errs(&mut self, body: &str) -> bool {
        let quirks = &self.config.personality.quirks;
        self.lines_taken = self.lines_taken.wrapping_add(1);
        let line: String = "AT".chars().chain(body.chars().filter(|c| *c != ' ')).collect();
        let line = line.to_ascii_uppercase();
        quirks.errors.iter().any(|begins| line.starts_with(begins.as_str()))
            || quirks.errs_every > 0 && self.lines_taken.is_multiple_of(quirks.errs_every)
    }

    fn refuses(&self, kind: &CommandKind) -> bool {
        let name = match kind {
            CommandKind::Basic { prefix, letter, .. } => prefix.iter().chain([letter]).collect(),
            CommandKind::Extended { name, .. } => name.clone(),
            CommandKind::Store { .. } => "&Z".to_owned(),
            CommandKind::Dial(_) | CommandKind::Parameter { .. } => return false,
        };
        self.command_set.refuses(&name)
    }

    /// A command it does not know.
    fn unknown(&self) -> Done {
        self.config.personality.quirks.takes_anything.into()
    }

    fn command(&mut self, now: Instant, command: Command) -> Done {
        match command.kind {
            CommandKind::Basic { prefix: None, letter, value } => self.basic(now, letter, value),
            CommandKind::Basic { prefix: Some('&'), letter, value } => self.ampersand(letter, value),
            CommandKind::Basic { prefix: Some(sign), letter, value } => self.set(&format!("{sign}{letter}"), value),
            CommandKind::Dial(text) => self.dial_command(now, &text),
            CommandKind::Store { place, number } => self.store_number(place, number),
            CommandKind::Parameter { number, action } => self.s_parameter(now, number, action),
            CommandKind::Extended { name, action } => self.extended(now, &name, action),
        }
    }

    /// Commands of one letter, V.250 §6.1 to §6.3.
    fn basic(&mut self, now: Instant, letter: char, value: u32) -> Done {
        match (letter, value) {
            ('A', 0) => self.answer_command(now),
            ('H', 0 | 1) => {
                if value == 1 {
                    self.off_hook_command()
                } else {
                    self.hang_up_command()
                }
            }
            ('I', _) => match generic::identification(value, &self.config) {
                Some(lines) => {
                    self.information(&self.filled(&lines));
                    Done::Next
                }
                None => self.unknown(),
            },
            ('P' | 'T', 0) => {
                self.active.pulses = letter == 'P';
                Done::Next
            }
            ('O', 0 | 1) => self.online_command(now, value),
            // The rest of the line was meant for the settings that are gone (§6.1.1).
            ('Z', 0 | 1) => {
                self.hang_up_at_once();
                self.active = self.stored[usize::from(value == 1)].clone();
                Done::Final(ResultCode::Ok)
            }
            _ => self.set(&letter.to_string(), value),
        }
    }

    /// Commands with an ampersand, V.250 §6.1.2, §6.2.8, §6.2.9 and Hayes.
    fn ampersand(&mut self, letter: char, value: u32) -> Done {
        match (letter, value) {
            // Makers have several sets of factory settings; here they are one.
            ('F', 0..=2) => {
                self.active = self.factory.clone();
                Done::Next
            }
            ('V', _) => match self.listing(value) {
                Some(lines) => {
                    self.information(&lines);
                    Done::Next
                }
                None => self.unknown(),
            },
            ('W', 0 | 1) => {
                self.stored[usize::from(value == 1)] = self.active.clone();
                self.nvram_written = true;
                Done::Next
            }
            // Which profile counts when the modem is switched on is kept beside the profiles, not in one of them.
            ('Y', 0 | 1) => {
                self.chosen = usize::from(value == 1);
                self.nvram_written = true;
                Done::Next
            }
            _ => self.set(&format!("&{letter}"), value),
        }
    }

    /// What `&V` with this number says: the maker's lines, or the profiles. `None`: there is no such one.
    fn listing(&self, number: u32) -> Option<Vec<String>> {
        if let Some(lines) = u8::try_from(number).ok().and_then(|n| self.config.personality.listings.get(&n)) {
            return Some(self.filled(lines));
        }
        let numbers: Vec<(u32, &str)> = self.numbers.iter().map(|(n, text)| (*n, text.as_str())).collect();
        (number <= 1).then(|| listing(&self.active, &self.stored, &numbers, self.rings.count(self.last_typed)))
    }

    /// A command that only sets something.
    fn set(&mut self, name: &str, value: u32) -> Done {
        match self.command_set.settings.get(name) {
            Some(setting) if setting.takes(value) => {
                self.active.set_setting(name, value);
                Done::Next
            }
            _ => self.unknown(),
        }
    }

    /// S-parameters, V.250 §5.3.2.
    fn s_parameter(&mut self, now: Instant, number: Option<u32>, action: ParameterAction) -> Done {
        let number = u8::try_from(number.unwrap_or(u32::from(self.selected)));
        let Some(register) = number.ok().and_then(|number| self.command_set.registers.get(&number)) else {
            return self.unknown();
        };
        self.selected = register.number;
        let register = register.clone();
        let now_set = match register.number {
            RING_COUNT => self.rings.count(now),
            number => self.active.get(number),
        };
        let bit = |bit: u32| (register.bits && bit < 8).then_some(1_u8 << bit.min(7));
        match action {
            ParameterAction::Select => Done::Next,
            ParameterAction::Set(value) => self.set_register(&register, u8::try_from(value).ok()),
            ParameterAction::SetBit { bit: number, value: 0 } => {
                self.set_register(&register, bit(number).map(|bit| now_set & !bit))
            }
            ParameterAction::SetBit { bit: number, value: 1 } => {
                self.set_register(&register, bit(number).map(|bit| now_set | bit))
            }
            ParameterAction::SetBit { .. } => self.unknown(),
            ParameterAction::Read => {
                self.information(&[format!("{now_set:03}")]);
                Done::Next
            }
            ParameterAction::ReadBit(number) => match bit(number) {
                Some(bit) => {
                    self.information(&[u8::from(now_set & bit != 0).to_string()]);
                    Done::Next
                }
                None => self.unknown(),
            },
        }
    }

    /// Sets an S-parameter to what it can be set to.
    fn set_register(&mut self, register: &Register, value: Option<u8>) -> Done {
        let Some(value) = value.filter(|value| register.range.contains(value)) else { return self.unknown() };
        if register.number == RING_COUNT {
            self.rings.forget();
        }
        self.active.set(register.number, value);
        Done::Next
    }

    /// Extended commands, V.250 §5.4.
    fn extended(&mut self, now: Instant, name: &str, action: ExtendedAction) -> Done {
        if let Some(done) = self.packet_command(now, name, &action) {
            return done;
        }
        if let Some(done) = self.lacking_command(name, &action) {
            return done;
        }
        if let Some(text) = generic::extended(name, &action, &self.config) {
            let has_test = self.config.personality.identity.contains_key(&format!("{name}=?"));
            return match action {
                ExtendedAction::Execute | ExtendedAction::Read => {
                    let lines = self.filled(&[text]);
                    self.information(&lines);
                    Done::Next
                }
                ExtendedAction::Test if has_test => {
                    self.information(&[text]);
                    Done::Next
                }
                // It exists and takes no values (§5.4.2).
                ExtendedAction::Test => Done::Next,
                ExtendedAction::Set(_) => Done::Final(ResultCode::Error),
            };
        }
        let key = self.command_set.canonical(name).to_owned();
        let Some(parameter) = self.command_set.extended.get(&key) else { return self.unknown() };
        let head = if parameter.bare { String::new() } else { format!("{name}: ") };
        match action {
            ExtendedAction::Set(values) if parameter.keyed => match parameter.entry(&key, &values) {
                Some((entry, Some(values))) => {
                    self.active.set_extended(&entry, values);
                    Done::Next
                }
                Some((entry, None)) => {
                    self.active.forget_extended(&entry);
                    Done::Next
                }
                None => self.unknown(),
            },
            ExtendedAction::Set(values) => match parameter.check(&values, self.active.extended(&key)) {
                Some(values) => {
                    self.active.set_extended(&key, values);
                    Done::Next
                }
                None => self.unknown(),
            },
            ExtendedAction::Read => {
                let own: Vec<&[String]> = match parameter.keyed {
                    true => self.active.entries(&key).collect(),
                    false => vec![self.active.extended(&key)],
                };
                let lines: Vec<String> = own.iter().map(|values| format!("{head}{}", parameter.read(values))).collect();
                if !lines.is_empty() {
                    self.information(&lines);
                }
                Done::Next
            }
            ExtendedAction::Test => {
                self.information(&[format!("{head}{}", parameter.ranges())]);
                Done::Next
            }
            ExtendedAction::Execute => self.unknown(),
        }
    }
}
