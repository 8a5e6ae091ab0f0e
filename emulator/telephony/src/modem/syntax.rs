//! V.250 §5.3 and §5.4: the body of a command line becomes a list of commands.
//!
//! In: the body. Out: commands with their places, and where and why it stops being a list of commands.
//! Three syntaxes: basic (`E0`, `&D3`), S-parameters (`S0=1`, `S7?`), extended (`+FCLASS=?`, joined by `;`).
//! Nothing is executed and no command is known here but `D`, which takes the rest of the line as its number.
//! Besides `+`, extended names may begin with `#`: Rockwell's spelling of what V.253 came to call `+VCID`.

use std::fmt;
use std::iter::Peekable;
use std::str::CharIndices;

/// One command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Command {
    /// Characters of the body before it.
    pub(super) at: usize,
    /// The command.
    pub(super) kind: CommandKind,
}

/// What a command says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CommandKind {
    /// `E0`, `&D3`, `\N0`: a letter, upper case, with a number; a missing one is 0 (§5.3.1).
    Basic { prefix: Option<char>, letter: char, value: u32 },
    /// `D`: the rest of the line.
    Dial(String),
    /// `&Z1=5551234`: stores a telephone number (Hayes); it takes the rest of the line.
    Store { place: u32, number: String },
    /// `S7`, `S7=60`, `S7?`, and `=60`, `?` for the S-parameter selected last (§5.3.2); `S13.0=1`, `S13.0?`, and `.3=1`
    /// for a bit of it (makers).
    Parameter { number: Option<u32>, action: ParameterAction },
    /// `+FCLASS=?`: name in upper case, its `+` or `#` included (§5.4).
    Extended { name: String, action: ExtendedAction },
}

/// What to do with an S-parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ParameterAction {
    /// `Sn`: only select it.
    Select,
    /// `Sn=v`.
    Set(u32),
    /// `Sn?`.
    Read,
    /// `Sn.b=v`.
    SetBit { bit: u32, value: u32 },
    /// `Sn.b?`.
    ReadBit(u32),
}

/// What to do with an extended command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ExtendedAction {
    /// `+NAME`: execute.
    Execute,
    /// `+NAME=v,v`: the values, quotes kept.
    Set(Vec<String>),
    /// `+NAME?`: what is it set to.
    Read,
    /// `+NAME=?`: what may it be set to.
    Test,
}

/// Where and why a body stops being a list of commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    /// Characters of the body before it.
    pub(super) at: usize,
    /// What was expected.
    pub(super) expected: &'static str,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at character {} of the command line: expected {}", self.at + 1, self.expected)
    }
}

/// The commands of a body up to its end or its first error: those before it are executed all the same (§5.6).
pub(super) fn parse(body: &str) -> (Vec<Command>, Option<SyntaxError>) {
    let mut reader = Reader { body, chars: body.char_indices().peekable() };
    let mut commands = Vec::new();
    loop {
        match reader.command() {
            Ok(Some(command)) => commands.push(command),
            Ok(None) => return (commands, None),
            Err(error) => return (commands, Some(error)),
        }
    }
}

/// The extended command that other commands may follow without a semicolon.
const FAX_CLASS: &str = "+FCLASS";

struct Reader<'a> {
    body: &'a str,
    chars: Peekable<CharIndices<'a>>,
}

impl Reader<'_> {
    /// The next command; `None` at the end.
    fn command(&mut self) -> Result<Option<Command>, SyntaxError> {
        let Some((at, first)) = self.next() else { return Ok(None) };
        let kind = match first.to_ascii_uppercase() {
            ';' => return self.command(),
            '+' | '#' => self.extended(first)?,
            'D' => CommandKind::Dial(self.chars.by_ref().map(|(_, c)| c).collect()),
            'S' => {
                let number = Some(self.number(at)?.unwrap_or(0));
                CommandKind::Parameter { number, action: self.parameter_action(at)?.unwrap_or(ParameterAction::Select) }
            }
            '=' => {
                let value = self.number(at)?.unwrap_or(0);
                CommandKind::Parameter { number: None, action: ParameterAction::Set(value) }
            }
            '?' => CommandKind::Parameter { number: None, action: ParameterAction::Read },
            '.' => CommandKind::Parameter { number: None, action: self.bit_action(at)? },
            letter @ 'A'..='Z' => CommandKind::Basic { prefix: None, letter, value: self.number(at)?.unwrap_or(0) },
            prefix @ ('&' | '\\' | '%' | '*' | '-' | ')') => match self.next() {
                Some((_, letter)) if letter.is_ascii_alphabetic() => {
                    let letter = letter.to_ascii_uppercase();
                    let value = self.number(at)?.unwrap_or(0);
                    if (prefix, letter, self.peek()) == ('&', 'Z', Some('=')) {
                        self.next();
                        let number: String = self.chars.by_ref().map(|(_, c)| c).collect();
                        CommandKind::Store { place: value, number: number.trim().to_owned() }
                    } else {
                        CommandKind::Basic { prefix: Some(prefix), letter, value }
                    }
                }
                _ => return Err(SyntaxError { at, expected: "a letter after this sign" }),
            },
            _ => return Err(SyntaxError { at, expected: "a command" }),
        };
        Ok(Some(Command { at, kind }))
    }

    /// `=v` or `?` after the number of an S-parameter.
    fn parameter_action(&mut self, at: usize) -> Result<Option<ParameterAction>, SyntaxError> {
        Ok(match self.peek() {
            Some('=') => {
                self.next();
                Some(ParameterAction::Set(self.number(at)?.unwrap_or(0)))
            }
            Some('?') => {
                self.next();
                Some(ParameterAction::Read)
            }
            Some('.') => {
                self.next();
                Some(self.bit_action(at)?)
            }
            _ => None,
        })
    }

    /// `b=v` or `b?` after a dot.
    fn bit_action(&mut self, at: usize) -> Result<ParameterAction, SyntaxError> {
        let bit = self.number(at)?.unwrap_or(0);
        match self.parameter_action(at)? {
            Some(ParameterAction::Set(value)) => Ok(ParameterAction::SetBit { bit, value }),
            Some(ParameterAction::Read) => Ok(ParameterAction::ReadBit(bit)),
            _ => Err(SyntaxError { at, expected: "= or ? after a bit" }),
        }
    }

    /// The name and action of an extended command, up to `;` or the end.
    fn extended(&mut self, sign: char) -> Result<CommandKind, SyntaxError> {
        let mut name = String::from(sign);
        while let Some(c) = self.peek().filter(|c| c.is_ascii_alphanumeric() || "!%-./:_".contains(*c)) {
            name.push(c.to_ascii_uppercase());
            self.next();
        }
        let action = match self.next() {
            None | Some((_, ';')) => return Ok(CommandKind::Extended { name, action: ExtendedAction::Execute }),
            Some((_, '?')) => ExtendedAction::Read,
            Some((_, '=')) if self.peek() == Some('?') => {
                self.next();
                ExtendedAction::Test
            }
            // Older than V.250's syntax (TIA-578): C-Kermit sends `+FCLASS=0S37=0` to modems by Rockwell, which take it.
            Some((_, '=')) if name == FAX_CLASS && self.peek().is_some_and(|c| c.is_ascii_digit()) => {
                let mut class = String::new();
                while let Some(c) = self.peek().filter(|c| c.is_ascii_digit() || *c == '.') {
                    class.push(c);
                    self.next();
                }
                if self.peek() == Some(';') {
                    self.next();
                }
                return Ok(CommandKind::Extended { name, action: ExtendedAction::Set(vec![class]) });
            }
            Some((_, '=')) => return Ok(CommandKind::Extended { name, action: ExtendedAction::Set(self.values()) }),
            Some((at, _)) => return Err(SyntaxError { at, expected: "=, ?, ; or the end after an extended name" }),
        };
        match self.next() {
            None | Some((_, ';')) => Ok(CommandKind::Extended { name, action }),
            Some((at, _)) => Err(SyntaxError { at, expected: "; or the end after an extended command" }),
        }
    }

    /// The values of an extended command, up to `;` or the end. Inside quotes everything is itself.
    fn values(&mut self) -> Vec<String> {
        let mut values = vec![String::new()];
        let mut quoted = false;
        for (_, c) in self.chars.by_ref() {
            match c {
                ';' if !quoted => break,
                ',' if !quoted => values.push(String::new()),
                ' ' if !quoted => {}
                _ => {
                    quoted ^= c == '"';
                    if let Some(value) = values.last_mut() {
                        value.push(c);
                    }
                }
            }
        }
        values
    }

    /// A number, if one follows. `at` is where its command begins.
    fn number(&mut self, at: usize) -> Result<Option<u32>, SyntaxError> {
        let mut number = None;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            self.next();
            let value = number.unwrap_or(0u32).checked_mul(10).and_then(|value| value.checked_add(digit));
            number = Some(value.ok_or(SyntaxError { at, expected: "a smaller number" })?);
        }
        Ok(number)
    }

    /// The next character that is no space (§5.2.2).
    fn next(&mut self) -> Option<(usize, char)> {
        self.peek()?;
        let (at, c) = self.chars.next()?;
        Some((self.body.get(..at).map_or(0, |before| before.chars().count()), c))
    }

    fn peek(&mut self) -> Option<char> {
        while self.chars.next_if(|(_, c)| *c == ' ').is_some() {}
        self.chars.peek().map(|(_, c)| *c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(letter: char, value: u32) -> CommandKind {
        CommandKind::Basic { prefix: None, letter, value }
    }

    fn and(letter: char, value: u32) -> CommandKind {
        CommandKind::Basic { prefix: Some('&'), letter, value }
    }

    fn set(number: u32, value: u32) -> CommandKind {
        CommandKind::Parameter { number: Some(number), action: ParameterAction::Set(value) }
    }

    fn extended(name: &str, action: ExtendedAction) -> CommandKind {
        CommandKind::Extended { name: name.into(), action }
    }

    /// The commands of a body that has no error.
    fn kinds(body: &str) -> Vec<CommandKind> {
        let (commands, error) = parse(body);
        assert_eq!(error, None, "{body}");
        commands.into_iter().map(|command| command.kind).collect()
    }

    // M2, M11, V.250 §5.3.1
    #[test]
    fn basic_commands_follow_one_another_and_a_missing_number_is_0() {
        assert_eq!(kinds("Q0V1H0"), [basic('Q', 0), basic('V', 1), basic('H', 0)]);
        assert_eq!(kinds("e v1 & d3"), [basic('E', 0), basic('V', 1), and('D', 3)]);
        assert_eq!(kinds(""), []);
    }

    #[test]
    fn the_initialisation_of_upstream_mgetty_is_four_commands() {
        assert_eq!(kinds("S0=0Q0&D3&C1"), [set(0, 0), basic('Q', 0), and('D', 3), and('C', 1)]);
    }

    // M10, V.250 §5.3.2
    #[test]
    fn s_parameters_are_selected_set_and_read() {
        let select = CommandKind::Parameter { number: Some(7), action: ParameterAction::Select };
        let read = |number| CommandKind::Parameter { number, action: ParameterAction::Read };
        let set_selected = CommandKind::Parameter { number: None, action: ParameterAction::Set(60) };
        assert_eq!(kinds("S7S7?S7=60"), [select, read(Some(7)), set(7, 60)]);
        assert_eq!(kinds("=60?"), [set_selected, read(None)]);
        assert_eq!(kinds("S="), [set(0, 0)]);
    }

    // M9, V.250 §5.4
    #[test]
    fn extended_commands_are_joined_by_semicolons() {
        let values = |values: &[&str]| ExtendedAction::Set(values.iter().map(|v| (*v).to_owned()).collect());
        assert_eq!(kinds("+FCLASS=?"), [extended("+FCLASS", ExtendedAction::Test)]);
        assert_eq!(
            kinds("+faa=1;+FCR=1;E1"),
            [extended("+FAA", values(&["1"])), extended("+FCR", values(&["1"])), basic('E', 1)]
        );
        assert_eq!(
            kinds("V1+VCID?;#CID"),
            [basic('V', 1), extended("+VCID", ExtendedAction::Read), extended("#CID", ExtendedAction::Execute),]
        );
        assert_eq!(kinds("+MS=V34,1,,33600"), [extended("+MS", values(&["V34", "1", "", "33600"]))]);
        assert_eq!(kinds("+FLI=\" ;,\""), [extended("+FLI", values(&["\" ;,\""]))]);
    }

    #[test]
    fn a_stored_number_takes_the_rest_of_the_line() {
        let store = |place, number: &str| CommandKind::Store { place, number: number.into() };
        assert_eq!(kinds("E0&Z2=T555-1234;"), [basic('E', 0), store(2, "T555-1234;")]);
        assert_eq!(kinds("&z= 9,555"), [store(0, "9,555")]);
        assert_eq!(kinds("&Z"), [and('Z', 0)]);
    }

    #[test]
    fn dialling_takes_the_rest_of_the_line() {
        assert_eq!(kinds("e0dt 555,1234;"), [basic('E', 0), CommandKind::Dial("t 555,1234;".into())]);
        assert_eq!(kinds("&z1=t 555;"), [CommandKind::Store { place: 1, number: "t 555;".into() }]);
        assert_eq!(kinds("&z"), [and('Z', 0)]);
    }

    // M7, V.250 §5.6
    #[test]
    fn commands_before_an_error_stand() {
        let error = |body: &str| parse(body).1.map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(parse("E0$").0.len(), 1);
        assert_eq!(error("E0$"), "at character 3 of the command line: expected a command");
        assert_eq!(error("&"), "at character 1 of the command line: expected a letter after this sign");
        assert_eq!(error("S7=99999999999"), "at character 1 of the command line: expected a smaller number");
        assert_eq!(
            error("+VCID?E0"),
            "at character 7 of the command line: expected ; or the end after an extended command"
        );
        assert_eq!(
            error("+VCID&"),
            "at character 6 of the command line: expected =, ?, ; or the end after an extended name"
        );
    }
}
