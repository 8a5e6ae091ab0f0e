//! `ExecStart=` of a service, as systemd takes it apart (load-fragment.c, `config_parse_exec`, 252).
//!
//! In go a value and the unit's names; out come its [`Command`]s, or the [`Fault`] for which systemd does not take it. A fault
//! behind a `-` costs that command alone, any other the whole unit.

use std::fmt;

use super::words::{Names, Unquoted, words};

/// A command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Command {
    /// Its words, the program first; specifiers are replaced, variables are not.
    pub(super) words: Vec<String>,
    /// A failure counts as success: `-`.
    pub(super) forgiving: bool,
    /// Variables stay as they are: `:`.
    pub(super) literal: bool,
}

/// Why systemd does not take a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A quote is never closed.
    Quote(String),
    /// No program stands there.
    Empty(String),
    /// A relative path.
    Relative(String),
    /// A path that ends with a slash.
    Directory(String),
    /// `@`, and no name behind the program.
    NoName(String),
    /// No specifier is called that.
    Specifier(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quote(line) => write!(f, "Unbalanced quoting, ignoring: \"{line}\""),
            Self::Empty(line) => write!(f, "Empty path in command line: '{line}'"),
            Self::Relative(path) => write!(f, "Neither a valid executable name nor an absolute path: {path}"),
            Self::Directory(path) => write!(f, "Executable path specifies a directory: {path}"),
            Self::NoName(word) => write!(f, "Empty executable name or zeroeth argument: {word}"),
            Self::Specifier(word) => write!(f, "Failed to resolve unit specifiers in {word}: Invalid slot"),
        }
    }
}

/// What stands before a program.
#[derive(Clone, Copy, Default)]
struct Prefixes {
    forgiving: bool,
    named: bool,
    literal: bool,
    plus: bool,
    bangs: u8,
}

impl Prefixes {
    /// Takes them off a word.
    fn of(word: &str) -> (Self, &str) {
        let mut prefixes = Self::default();
        let mut rest = word;
        while let Some(first) = rest.chars().next() {
            match first {
                '-' if !prefixes.forgiving => prefixes.forgiving = true,
                '@' if !prefixes.named => prefixes.named = true,
                ':' if !prefixes.literal => prefixes.literal = true,
                '+' if !prefixes.plus && prefixes.bangs == 0 => prefixes.plus = true,
                '!' if !prefixes.plus && prefixes.bangs < 2 => prefixes.bangs += 1,
                _ => break,
            }
            rest = &rest[1..];
        }
        (prefixes, rest)
    }
}

/// The commands of one value, which is not empty. Faults behind a `-` are left out with their command.
pub(super) fn commands(value: &str, names: &Names) -> Result<Vec<Command>, Fault> {
    let mut found = Vec::new();
    let Unquoted { words: all, unbalanced } = words(value);
    // A word `;` parts commands, `\;` is one to pass on.
    for part in all.split(|word| word.raw == ";") {
        let Some(first) = part.first() else { continue };
        let (prefixes, path) = Prefixes::of(&first.text);
        let last = part.last().is_some_and(|last| all.last().is_some_and(|end| std::ptr::eq(last, end)));
        let command = command(value, path, prefixes, part, names);
        let command = if unbalanced && last { Err(Fault::Quote(value.to_owned())) } else { command };
        match command {
            Ok(command) => found.push(command),
            Err(_) if prefixes.forgiving => {}
            Err(fault) => return Err(fault),
        }
    }
    if all.is_empty() && unbalanced {
        return Err(Fault::Quote(value.to_owned()));
    }
    Ok(found)
}

fn command(
    value: &str,
    path: &str,
    prefixes: Prefixes,
    part: &[super::words::Word],
    names: &Names,
) -> Result<Command, Fault> {
    let specified = |text: &str| names.checked(text).ok_or_else(|| Fault::Specifier(text.to_owned()));
    let path = specified(path)?;
    if path.is_empty() {
        return Err(Fault::Empty(value.to_owned()));
    }
    if path.ends_with('/') {
        return Err(Fault::Directory(path));
    }
    if !path.starts_with('/') && (path.contains('/') || matches!(path.as_str(), "." | "..")) || !is_name(&path) {
        return Err(Fault::Relative(path));
    }
    let mut rest = part.iter().skip(1);
    if prefixes.named && rest.next().is_none() {
        return Err(Fault::NoName(part.first().map(|word| word.text.clone()).unwrap_or_default()));
    }
    let mut words = vec![path];
    for word in rest {
        words.push(if word.raw == "\\;" { ";".to_owned() } else { specified(&word.text)? });
    }
    Ok(Command { words, forgiving: prefixes.forgiving, literal: prefixes.literal })
}

/// What can be the name of a program: an absolute path, or a name that begins like one. After all prefixes one more is none.
fn is_name(path: &str) -> bool {
    !path.starts_with(['-', '@', '!', '+', ':', '|'])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of(value: &str) -> Result<Vec<Vec<String>>, String> {
        let found = commands(value, &Names::of("mgetty@ttyS0.service").unwrap());
        found.map(|found| found.into_iter().map(|command| command.words).collect()).map_err(|fault| fault.to_string())
    }

    #[test]
    fn words_and_commands_are_parted_as_systemd_does_it() {
        assert_eq!(of("/sbin/mgetty %i a\"b c\"d").unwrap(), [["/sbin/mgetty", "ttyS0", "ab cd"]]);
        assert_eq!(of("/bin/a 1 ; /bin/b 2").unwrap(), [["/bin/a", "1"], ["/bin/b", "2"]]);
        assert_eq!(of("/bin/a 1 \\; 2 ;").unwrap(), [["/bin/a", "1", ";", "2"]]);
        assert_eq!(of("@/bin/a name 1").unwrap(), [["/bin/a", "1"]]);
        assert_eq!(of("-:+sleep 1%").unwrap(), [["sleep", "1%"]]);
        assert_eq!(of("!!/bin/a").unwrap(), [["/bin/a"]]);
    }

    #[test]
    fn what_systemd_252_refuses_is_refused_in_its_words() {
        for (value, expected) in [
            ("sbin/mgetty ttyS0", "Neither a valid executable name nor an absolute path: sbin/mgetty"),
            ("~/x", "Neither a valid executable name nor an absolute path: ~/x"),
            ("!!!/bin/sleep 1", "Neither a valid executable name nor an absolute path: !/bin/sleep"),
            ("+!/bin/sleep 1", "Neither a valid executable name nor an absolute path: !/bin/sleep"),
            ("@@/bin/sleep a 1", "Neither a valid executable name nor an absolute path: @/bin/sleep"),
            ("/bin/", "Executable path specifies a directory: /bin/"),
            ("\"\" 1", "Empty path in command line: '\"\" 1'"),
            ("@/bin/sleep", "Empty executable name or zeroeth argument: @/bin/sleep"),
            ("/bin/sleep \"1", "Unbalanced quoting, ignoring: \"/bin/sleep \"1\""),
            ("/bin/sleep %z", "Failed to resolve unit specifiers in %z: Invalid slot"),
        ] {
            assert_eq!(of(value), Err(expected.to_owned()), "{value}");
        }
    }

    #[test]
    fn behind_a_dash_the_command_alone_is_left_out() {
        for value in ["-", "- /bin/sleep 1", "-sbin/mgetty x", "-/bin/sleep %z", "-/bin/sleep \"1"] {
            assert_eq!(of(value), Ok(Vec::new()), "{value}");
        }
    }
}
