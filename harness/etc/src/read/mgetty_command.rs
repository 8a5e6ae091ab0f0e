//! mgetty's command line (conf_mg.c, `mgetty_parse_args`, and getopt(3) of glibc).
//!
//! In go the words of the command; out come its flags, the device and what makes mgetty end at once. getopt looks at flags
//! behind the device too, takes the next word for a flag's value whatever it looks like, and ends at `--`.

use super::shell;

/// A command line of mgetty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// The program.
    pub program: String,
    /// The device as given.
    pub device: Option<String>,
    /// `-s`: what is said, a speed or not.
    pub speed: Option<String>,
    /// `-n`: rings, as said.
    pub rings: Option<String>,
    /// `-r`, or the program is called getty: no modem.
    pub direct: bool,
    /// `-D`.
    pub data_only: bool,
    /// `-F`.
    pub fax_only: bool,
    /// `-R`: ringback, seconds as said.
    pub ringback: Option<String>,
    /// `-p`: the prompt.
    pub prompt: Option<String>,
    /// `-b`: waits for carrier by opening the port.
    pub blocking: bool,
    /// `-a`: takes the port's speed from CONNECT.
    pub autobauding: bool,
    /// Why mgetty ends before it looks at the port.
    pub ends: Vec<End>,
}

/// Why mgetty ends before it looks at the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It does not know the flag.
    Unknown(char),
    /// The flag needs a value, and nothing follows.
    NoValue(char),
    /// `-V`: it shows its version.
    Version,
    /// `-c`: for gettydefs, which it is built without.
    Gettydefs,
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown(flag) => write!(f, "mgetty does not know -{} and ends", flag.escape_default()),
            Self::NoValue(flag) => write!(f, "-{flag} needs a value and has none: mgetty ends"),
            Self::Version => f.write_str("with -V mgetty shows its version and ends"),
            Self::Gettydefs => f.write_str("with -c mgetty ends"),
        }
    }
}

/// Flags with a value.
const WITH_VALUE: &str = "ckxspnRiCSIm";
/// Flags without.
const ALONE: &str = "rbaDFV";

/// Reads a command line as a shell has it.
pub fn read(process: &str) -> Command {
    of(&shell::split(process))
}

/// Reads its words.
pub fn of(words: &[String]) -> Command {
    let mut words = words.iter();
    let program = words.next().cloned().unwrap_or_default();
    let direct = program.rsplit('/').next() == Some("getty");
    let mut command = Command { program, direct, blocking: direct, ..Command::default() };
    // What follows the device is an entry of gettydefs, which is not read.
    let mut operands = Vec::new();
    while let Some(word) = words.next() {
        if word == "--" {
            operands.extend(words.by_ref());
            break;
        }
        let Some(flags) = word.strip_prefix('-').filter(|flags| !flags.is_empty()) else {
            operands.push(word);
            continue;
        };
        let mut rest = flags.chars();
        while let Some(flag) = rest.next() {
            if WITH_VALUE.contains(flag) {
                let glued = rest.as_str();
                let value = if glued.is_empty() { words.next().cloned() } else { Some(glued.to_owned()) };
                match value {
                    Some(value) => command.take(flag, value),
                    None => command.ends.push(End::NoValue(flag)),
                }
                break;
            }
            if ALONE.contains(flag) {
                command.take(flag, String::new());
            } else {
                command.ends.push(End::Unknown(flag));
            }
        }
    }
    command.device = operands.first().map(|word| (*word).clone());
    command
}

impl Command {
    fn take(&mut self, flag: char, value: String) {
        match flag {
            's' => self.speed = Some(value),
            'n' => self.rings = Some(value),
            'R' => self.ringback = Some(value),
            'p' => self.prompt = Some(value),
            'r' => self.direct = true,
            'D' => self.data_only = true,
            'F' => self.fax_only = true,
            'b' => self.blocking = true,
            'a' => self.autobauding = true,
            'V' => self.ends.push(End::Version),
            'c' => self.ends.push(End::Gettydefs),
            // Logging, texts and fax: nothing that a caller by data meets.
            _ => {}
        }
    }

    /// The device's name without `/dev/`.
    pub fn device_name(&self) -> Option<String> {
        let device = self.device.as_deref()?;
        Some(device.strip_prefix("/dev/").unwrap_or(device).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_may_stand_together_and_be_glued_to_their_value() {
        let command = read("/sbin/mgetty -rb -s57600 -n 3 -p \"hello login: \" /dev/ttyS0 vt100");
        assert!(command.direct && command.blocking);
        assert_eq!(command.speed.as_deref(), Some("57600"));
        assert_eq!(command.rings.as_deref(), Some("3"));
        assert_eq!(command.prompt.as_deref(), Some("hello login: "));
        assert_eq!(command.device_name().as_deref(), Some("ttyS0"));
    }

    #[test]
    fn the_last_of_a_repeated_flag_counts_and_strangers_end_mgetty() {
        let command = read("mgetty -s 38400 -s 57600 -Z -D ttyS0");
        assert_eq!(command.speed.as_deref(), Some("57600"));
        assert_eq!(command.ends, [End::Unknown('Z')]);
        assert!(command.data_only);
        assert_eq!(read("mgetty ttyS0 -n").ends, [End::NoValue('n')]);
        assert_eq!(read("mgetty -V ttyS0").ends, [End::Version]);
        assert_eq!(read("mgetty --direct ttyS0").ends[0], End::Unknown('-'));
    }

    #[test]
    fn a_flag_with_a_value_takes_the_next_word_for_it_whatever_that_is() {
        let command = read("/sbin/mgetty -n -r -s 57600 ttyS0");
        assert_eq!((command.rings.as_deref(), command.direct), (Some("-r"), false));
        assert_eq!(command.device_name().as_deref(), Some("ttyS0"));
        assert!(!read("mgetty -pr: ttyS0").direct && read("mgetty -Dr ttyS0").direct && read("mgetty -r ttyS0").direct);
    }

    #[test]
    fn flags_behind_the_device_count_and_those_behind_two_dashes_do_not() {
        let command = read("/sbin/mgetty ttyS0 -r vt100 -n 5");
        assert_eq!(command.device.as_deref(), Some("ttyS0"));
        assert_eq!((command.direct, command.rings.as_deref()), (true, Some("5")));
        let command = read("/sbin/mgetty -- -r ttyS0");
        assert_eq!((command.direct, command.device.as_deref()), (false, Some("-r")));
        assert_eq!(read("/sbin/mgetty -D - ").device.as_deref(), Some("-"));
    }
}
