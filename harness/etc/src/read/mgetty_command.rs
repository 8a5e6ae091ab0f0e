//! mgetty's command line (conf_mg.c, `mgetty_parse_args`).
//!
//! In goes the command as inittab or a unit has it; out come its flags, the device and what mgetty would refuse.

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
    /// Flags mgetty does not know.
    pub unknown: Vec<String>,
}

/// Flags with a value.
const WITH_VALUE: &str = "kxspnRiCSIm";
/// Flags without.
const ALONE: &str = "rbaDFV";

/// Whether that process is one of mgetty's programs.
pub fn is_mgetty(process: &str) -> bool {
    process.split_whitespace().next().is_some_and(|word| {
        let name = word.trim_start_matches(['-', '+', '@']).rsplit('/').next().unwrap_or(word);
        matches!(name, "mgetty" | "vgetty")
    })
}

/// Reads a command line.
pub fn read(process: &str) -> Command {
    let mut words = split(process).into_iter();
    let program = words.next().unwrap_or_default().trim_start_matches(['-', '+', '@']).to_owned();
    let mut command = Command { program, ..Command::default() };
    while let Some(word) = words.next() {
        let Some(flags) = word.strip_prefix('-').filter(|flags| !flags.is_empty()) else {
            // What follows the device is an entry of gettydefs, which is not read.
            command.device = Some(word);
            break;
        };
        let mut rest = flags.chars();
        while let Some(flag) = rest.next() {
            if WITH_VALUE.contains(flag) {
                let glued = rest.as_str();
                let value = if glued.is_empty() { words.next() } else { Some(glued.to_owned()) };
                command.take(flag, value.unwrap_or_default());
                break;
            }
            if ALONE.contains(flag) {
                command.take(flag, String::new());
            } else {
                command.unknown.push(format!("-{flag}"));
            }
        }
    }
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
            _ => {}
        }
    }

    /// The device's name without `/dev/`.
    pub fn device_name(&self) -> Option<String> {
        let device = self.device.as_deref()?.trim();
        Some(device.strip_prefix("/dev/").unwrap_or(device).to_owned())
    }
}

/// Words as a shell parts them: quotes hold together, a backslash takes the next character as it is.
pub fn split(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (Some('\''), other) => word.get_or_insert_default().push(other),
            (_, '\\') => word.get_or_insert_default().extend(characters.next()),
            (Some(_), other) => word.get_or_insert_default().push(other),
            (None, open @ ('"' | '\'')) => {
                quote = Some(open);
                word.get_or_insert_default();
            }
            (None, blank) if blank.is_whitespace() => words.extend(word.take()),
            (None, other) => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    words
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
    fn the_last_of_a_repeated_flag_counts_and_strangers_are_kept() {
        let command = read("mgetty -s 38400 -s 57600 -Z -D ttyS0");
        assert_eq!(command.speed.as_deref(), Some("57600"));
        assert_eq!(command.unknown, ["-Z"]);
        assert!(command.data_only);
    }

    #[test]
    fn a_flag_with_a_value_takes_the_next_word_for_it_whatever_that_is() {
        let command = read("/sbin/mgetty -n -r -s 57600 ttyS0");
        assert_eq!((command.rings.as_deref(), command.direct), (Some("-r"), false));
        assert_eq!(command.device_name().as_deref(), Some("ttyS0"));
        assert!(!read("mgetty -pr: ttyS0").direct && read("mgetty -Dr ttyS0").direct && read("mgetty -r ttyS0").direct);
    }

    #[test]
    fn only_mgetty_is_mgetty() {
        assert!(is_mgetty("/sbin/mgetty ttyS0") && is_mgetty("-/usr/sbin/vgetty ttyS0"));
        assert!(!is_mgetty("/sbin/getty 38400 tty1") && !is_mgetty(""));
    }
}
