//! Which ports are served, and by what command line: read from an `/etc`, as its init would.
//!
//! In goes an [`Etc`]; out comes one [`Served`] a port, in the order of the files: inittab of sysvinit (and its
//! `/etc/inittab.d`), and of systemd the enabled services that hold a serial line ([`units`]).
//! Virtual consoles are no ports.

use super::inittab::{self, Entry};
use super::units;
use crate::Etc;
use crate::read::mgetty_command;

/// A port that init keeps a process on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Device name without `/dev/`; a device elsewhere: its whole path.
    pub device: String,
    /// The command line.
    pub process: String,
    /// inittab's id, or the unit's name.
    pub id: String,
    /// The file it stands in.
    pub file: String,
    /// The line there, from 1; 0 if the file is the vendor's and not in the tree.
    pub line: usize,
}

/// The ports of `etc`, those of its default runlevel where there are runlevels.
pub fn served(etc: &Etc) -> Vec<Served> {
    let mut ports = Vec::new();
    for (file, line, entry) in in_inittab(etc).0 {
        if let Some(device) = device(&entry.process) {
            ports.push(Served { device, process: entry.process, id: entry.id, file, line });
        }
    }
    for unit in units::enabled(etc) {
        let Some(device) = unit.device.or_else(|| device(&unit.process)) else { continue };
        ports.push(Served { device, process: unit.process, id: unit.name, file: unit.file, line: unit.line });
    }
    ports
}

/// What init says of a line or a unit that it cannot use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Who says it: `init` or `systemd`.
    pub teller: &'static str,
    /// What it says.
    pub text: String,
}

/// What init keeps running with `etc`, and what it says of what it cannot use. Without virtual consoles, which no guest
/// has, and of systemd's services only those with a serial line.
pub fn entries(etc: &Etc) -> (Vec<Entry>, Vec<Complaint>) {
    let (lines, said) = in_inittab(etc);
    let mut complaints: Vec<Complaint> = said.into_iter().map(|text| Complaint { teller: "init", text }).collect();
    let mut entries: Vec<Entry> =
        lines.into_iter().map(|(_, _, entry)| entry).filter(|entry| !on_console(&entry.process)).collect();
    for unit in units::enabled(etc) {
        if unit.device.is_some() || device(&unit.process).is_some() {
            match unit.refused {
                Some(why) => {
                    complaints.push(Complaint { teller: "systemd", text: format!("{}: {why}", unit.name) });
                }
                None => entries.push(unit.entry()),
            }
        }
    }
    (entries, complaints)
}

/// Entries with the file and line they stand in.
fn in_inittab(etc: &Etc) -> (Vec<(String, usize, Entry)>, Vec<String>) {
    let mut found = Vec::new();
    let mut complaints = Vec::new();
    let main = etc.text("/etc/inittab");
    let runlevel = inittab::runlevel(main.as_deref().unwrap_or_default());
    // sysvinit reads *.tab there after the file itself, in the order of their names.
    let more = etc.files.iter().map(|file| file.path.as_str());
    let more = more.filter(|path| path.starts_with("/etc/inittab.d/") && path.ends_with(".tab"));
    for path in std::iter::once("/etc/inittab").chain(more) {
        let Some(text) = etc.text(path) else { continue };
        let (entries, said) = inittab::respawned(&text, runlevel);
        found.extend(entries.into_iter().map(|(line, entry)| (path.to_owned(), line, entry)));
        complaints.extend(said);
    }
    (found, complaints)
}

/// The device in the command line of an mgetty, a getty or a pppd, without `/dev/`.
pub fn device(process: &str) -> Option<String> {
    let mut words = process.split_whitespace();
    let program = words.next()?.rsplit('/').next()?;
    let found = match program {
        "getty" | "agetty" => words.find(|word| is_serial(bare(word)))?,
        // Of a peer's file nobody can tell here which device it names.
        "pppd" => words.find(|word| word.starts_with("/dev/") || is_serial(word))?,
        program if program.ends_with("getty") => return mgetty_command::read(process).device_name(),
        _ => return None,
    };
    Some(bare(found).to_owned())
}

fn bare(word: &str) -> &str {
    word.strip_prefix("/dev/").unwrap_or(word)
}

/// `ttyS0`, `ttyUSB0`, `ttyACM0`, but not `tty1` and `console`.
fn is_serial(name: &str) -> bool {
    name.strip_prefix("tty").is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_alphabetic()))
}

/// Whether a command line is a virtual console's: `getty 38400 tty1`.
fn on_console(process: &str) -> bool {
    let console = |word: &str| {
        let word = bare(word);
        word == "console" || word.strip_prefix("tty").is_some_and(|rest| rest.parse::<u8>().is_ok())
    };
    let mut words = process.split_whitespace();
    words.next().is_some_and(|program| program.ends_with("getty")) && words.any(console)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Content, RawFile};

    #[test]
    fn the_device_is_the_first_word_that_belongs_to_no_flag() {
        for (process, expected) in [
            ("/sbin/mgetty -s 57600 -n2 -D ttyS0", Some("ttyS0")),
            ("/sbin/mgetty -x0 -s 57600 /dev/ttyS3 vt100", Some("ttyS3")),
            ("/sbin/mgetty -p \"who are you: \" -D ttyS4", Some("ttyS4")),
            ("/sbin/mgetty -p 'say \"hi\": ' modem", Some("modem")),
            ("/sbin/mgetty -p \"login:\" /srv/modem", Some("/srv/modem")),
            ("/sbin/getty 38400 tty1", None),
            ("/sbin/getty -L ttyS0 9600 vt100", Some("ttyS0")),
            ("/usr/sbin/pppd /dev/ttyS0 57600 nodetach", Some("ttyS0")),
            ("/usr/sbin/pppd call office", None),
            ("/bin/true ttyS0", None),
            // getopt takes the next word for -n's value, whatever it looks like.
            ("/sbin/mgetty -n -r ttyS0", Some("ttyS0")),
        ] {
            assert_eq!(device(process).as_deref(), expected, "{process}");
        }
    }

    #[test]
    fn consoles_are_left_alone_and_serial_lines_kept() {
        let file = |path: &str, text: &str| RawFile {
            path: path.into(),
            mode: 0o644,
            uid: 0,
            gid: 0,
            content: Content::File(text.into()),
        };
        let text = "id:3:initdefault:\n1:2345:respawn:/sbin/getty 38400 tty1\nS0:3:respawn:/sbin/mgetty ttyS0\n";
        let files = vec![
            file("/etc/inittab", text),
            file("/etc/inittab.d/more.tab", "S1:3:respawn:/sbin/mgetty ttyS1\n"),
            file("/etc/inittab.d/readme", "S2:3:respawn:/sbin/mgetty ttyS2\n"),
        ];
        let etc = Etc { files };
        let ids: Vec<String> = entries(&etc).0.into_iter().map(|entry| entry.id).collect();
        assert_eq!(ids, ["S0", "S1"]);
        let ports: Vec<_> = served(&etc).into_iter().map(|port| (port.device, port.file, port.line)).collect();
        assert_eq!(
            ports,
            [
                ("ttyS0".to_owned(), "/etc/inittab".to_owned(), 3),
                ("ttyS1".to_owned(), "/etc/inittab.d/more.tab".to_owned(), 1)
            ]
        );
    }
}
