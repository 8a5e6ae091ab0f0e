//! What a command line of init, systemd or upstart runs on a serial line: mgetty, pppd, another getty, or a program whose
//! name nearly is one of these.
//!
//! In go the words to execute; out comes a [`Runs`]: the program that matters, below the shells and helpers that start it,
//! with its words. The device is for [`Runs::device`].

use super::shell;

/// The program that serves a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// mgetty, or vgetty, which is mgetty with voice.
    Mgetty,
    /// pppd: it serves PPP and nothing else.
    Pppd,
    /// Another one.
    Other(&'static Known),
    /// No program is called that, and one is called nearly so.
    Resembles {
        /// As written, without directories.
        name: String,
        /// What is meant.
        meant: &'static str,
    },
}

/// A program that serves ports and is not audited.
#[derive(Debug, PartialEq, Eq)]
pub struct Known {
    /// Its name.
    pub name: &'static str,
    /// What it does with a port.
    pub does: &'static str,
}

/// What a getty without modem does.
const PROMPTS: &str = "it prompts for a login name and starts login";

/// Programs that are known by name.
static OTHERS: &[Known] = &[
    Known { name: "agetty", does: PROMPTS },
    Known { name: "getty", does: PROMPTS },
    Known { name: "mingetty", does: PROMPTS },
    Known { name: "ngetty", does: PROMPTS },
    Known { name: "rungetty", does: PROMPTS },
    Known { name: "uugetty", does: "it answers a modem and starts login" },
    Known { name: "faxgetty", does: "it answers a modem for HylaFAX" },
    Known { name: "vboxgetty", does: "it answers an ISDN line as an answering machine" },
    Known { name: "login", does: "it asks whoever is connected for a name and password" },
    Known { name: "slattach", does: "it speaks SLIP" },
    Known { name: "dip", does: "it speaks SLIP, or dials out" },
    Known { name: "diplogin", does: "it speaks SLIP" },
];

/// Programs that only start another one, with how many words of theirs stand before it beside flags.
const STARTERS: &[(&str, usize)] = &[
    ("exec", 0),
    ("env", 0),
    ("nice", 0),
    ("ionice", 0),
    ("setsid", 0),
    ("nohup", 0),
    ("stdbuf", 0),
    ("chrt", 1),
    ("taskset", 1),
    ("timeout", 1),
];
/// Their flags that take the next word.
const STARTERS_VALUES: &[(&str, &str)] =
    &[("exec", "a"), ("env", "uC"), ("nice", "n"), ("ionice", "cnp"), ("stdbuf", "ioe")];
/// Shells.
const SHELLS: &[&str] = &["sh", "bash", "dash", "ash", "busybox"];
/// Shells within shells that are looked into.
const DEEPEST: usize = 8;

/// A program with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runs {
    /// Which.
    pub program: Program,
    /// Its words, its own name first.
    pub words: Vec<String>,
}

/// What these words run, if it is a program that serves ports.
pub fn runs(words: &[String]) -> Option<Runs> {
    below(words, 0)
}

/// The same of a command line as a shell has it.
pub fn of_process(process: &str) -> Option<Runs> {
    runs(&shell::split(process))
}

fn below(words: &[String], depth: usize) -> Option<Runs> {
    let (first, rest) = words.split_first()?;
    let name = first.rsplit('/').next().unwrap_or(first);
    if depth >= DEEPEST {
        return None;
    }
    if is_setting(first) && !rest.is_empty() {
        return below(rest, depth + 1);
    }
    if SHELLS.contains(&name) {
        let script = rest.iter().skip_while(|word| !is_command_flag(word)).nth(1);
        return script.and_then(|script| shell::commands(script).iter().find_map(|words| below(words, depth + 1)));
    }
    if let Some((starter, operands)) = STARTERS.iter().find(|(starter, _)| *starter == name) {
        return below(started(starter, *operands, rest), depth + 1);
    }
    let program = program(name)?;
    let words = words.to_vec();
    // What merely resembles one has to name a line as well.
    let resembles = matches!(program, Program::Resembles { .. });
    let runs = Runs { program, words };
    (!resembles || runs.device().is_some()).then_some(runs)
}

/// `NAME=value` before a command.
fn is_setting(word: &str) -> bool {
    let name = word.split_once('=').map(|(name, _)| name);
    name.is_some_and(|name| !name.is_empty() && name.chars().all(|one| one.is_ascii_alphanumeric() || one == '_'))
}

/// `-c`, `-ec`: the next word is a script.
fn is_command_flag(word: &str) -> bool {
    word.strip_prefix('-').is_some_and(|flags| !flags.starts_with('-') && flags.ends_with('c'))
}

/// The words behind a starter, its flags and its own operands.
fn started<'a>(starter: &str, operands: usize, words: &'a [String]) -> &'a [String] {
    let valued = STARTERS_VALUES.iter().find(|(name, _)| *name == starter).map_or("", |(_, flags)| flags);
    let mut rest = words;
    while let Some((word, more)) = rest.split_first().filter(|(word, _)| word.starts_with('-')) {
        rest = more;
        let takes = word.strip_prefix('-').is_some_and(|flag| flag.len() == 1 && valued.contains(flag));
        if takes {
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    rest.get(operands..).unwrap_or_default()
}

fn program(name: &str) -> Option<Program> {
    match name {
        "mgetty" | "vgetty" => return Some(Program::Mgetty),
        "pppd" => return Some(Program::Pppd),
        _ => {}
    }
    if let Some(known) = OTHERS.iter().find(|known| known.name == name) {
        return Some(Program::Other(known));
    }
    // A slip of one letter or two, in a word that is long enough to be told from others.
    let names = ["mgetty", "vgetty", "agetty", "faxgetty", "uugetty", "mingetty", "pppd"];
    let most = if name.len() >= 5 { 2 } else { 1 };
    let alike = |known: &&str| strsim::damerau_levenshtein(known, &name.to_ascii_lowercase());
    let nearest = names.into_iter().filter(|_| name.len() >= 3).min_by_key(alike)?;
    (alike(&nearest) <= most).then(|| Program::Resembles { name: name.to_owned(), meant: nearest })
}

impl Runs {
    /// The device its words name, without `/dev/`; pppd's files may name another.
    pub fn device(&self) -> Option<String> {
        let operands = self.words.get(1..).unwrap_or_default();
        match &self.program {
            Program::Mgetty | Program::Resembles { meant: "mgetty" | "vgetty", .. } => {
                super::mgetty_command::of(&self.words).device_name().filter(|device| !device.is_empty())
            }
            Program::Pppd | Program::Other(_) | Program::Resembles { .. } => {
                operands.iter().find(|word| is_device(word)).map(|word| bare(word).to_owned())
            }
        }
    }

    /// The program's name as written, without directories.
    pub fn name(&self) -> &str {
        let first = self.words.first().map_or("", String::as_str);
        first.rsplit('/').next().unwrap_or(first)
    }
}

/// A device's name without `/dev/`.
pub fn bare(word: &str) -> &str {
    word.strip_prefix("/dev/").unwrap_or(word)
}

fn is_device(word: &str) -> bool {
    !is_console(word) && (word.starts_with("/dev/") || is_serial(word))
}

/// `ttyS0`, `ttyUSB0`, `ttyACM0`, but not `tty1` and `console`.
fn is_serial(name: &str) -> bool {
    name.strip_prefix("tty").is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_alphabetic()))
}

/// Whether a word names a virtual console.
pub fn is_console(word: &str) -> bool {
    let word = bare(word);
    word == "console" || word.strip_prefix("tty").is_some_and(|rest| rest.bytes().all(|one| one.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn told(process: &str) -> Option<(String, Option<String>)> {
        of_process(process).map(|runs| {
            let program = match &runs.program {
                Program::Mgetty => "mgetty".to_owned(),
                Program::Pppd => "pppd".to_owned(),
                Program::Other(known) => known.name.to_owned(),
                Program::Resembles { meant, .. } => format!("like {meant}"),
            };
            (program, runs.device())
        })
    }

    fn is(process: &str, program: &str, device: Option<&str>) {
        assert_eq!(told(process), Some((program.to_owned(), device.map(str::to_owned))), "{process}");
    }

    #[test]
    fn programs_are_known_with_their_device() {
        is("/sbin/mgetty -s 57600 -n2 -D ttyS0", "mgetty", Some("ttyS0"));
        is("/usr/sbin/vgetty -p 'say \"hi\": ' /srv/modem", "mgetty", Some("/srv/modem"));
        is("/usr/sbin/pppd /dev/ttyS0 57600 nodetach", "pppd", Some("ttyS0"));
        is("/usr/sbin/pppd call office", "pppd", None);
        is("/sbin/getty -L ttyS0 9600 vt100", "getty", Some("ttyS0"));
        is("/sbin/agetty 9600 /dev/ttyUSB1", "agetty", Some("ttyUSB1"));
        is("/sbin/getty 38400 tty1", "getty", None);
        is("/usr/sbin/slattach -p slip -s 38400 /dev/ttyS2", "slattach", Some("ttyS2"));
        is("/usr/sbin/faxgetty ttyS3", "faxgetty", Some("ttyS3"));
        assert_eq!(told("/bin/true ttyS0"), None);
        assert_eq!(told(""), None);
    }

    #[test]
    fn what_only_starts_another_program_is_looked_through() {
        is("exec /sbin/mgetty ttyS0", "mgetty", Some("ttyS0"));
        is("/usr/bin/env -u A TZ=UTC nice -n 5 /sbin/mgetty ttyS0", "mgetty", Some("ttyS0"));
        is("/bin/sh -c 'stty -F /dev/ttyS0 9600; exec /sbin/mgetty -p \"a b\" ttyS0'", "mgetty", Some("ttyS0"));
        is("setsid -c /sbin/agetty -o '-p -- \\u' /dev/ttyS1 115200", "agetty", Some("ttyS1"));
        is("TERM=vt100 /sbin/mgetty ttyS0", "mgetty", Some("ttyS0"));
        assert_eq!(told("/bin/sh /etc/rc.modem ttyS0"), None);
        assert_eq!(told(&format!("{}mgetty ttyS0", "exec ".repeat(20))), None);
    }

    #[test]
    fn a_slip_in_the_name_is_recognised_where_a_line_is_named() {
        is("/usr/sbin/mgety -s 57600 -n 3 -D ttyS1", "like mgetty", Some("ttyS1"));
        is("/sbin/mgeyt ttyS1", "like mgetty", Some("ttyS1"));
        is("/usr/sbin/ppd /dev/ttyS1", "like pppd", Some("ttyS1"));
        is("/sbin/MGETTY ttyS1", "like mgetty", Some("ttyS1"));
        for other in ["/usr/sbin/gpsd /dev/ttyS1", "/sbin/mget", "/usr/bin/kermit /dev/ttyS0", "/usr/sbin/ppd call x"] {
            assert_eq!(told(other), None, "{other}");
        }
    }
}
