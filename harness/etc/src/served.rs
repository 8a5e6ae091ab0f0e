//! Which ports are served, and by what command line: read from an `/etc`, as its init would.
//!
//! In goes an [`Etc`]; out comes one [`Served`] a port, in the order of the files: inittab of sysvinit (and its
//! `/etc/inittab.d`), and of systemd the enabled services that hold a serial line ([`units`]).
//! Virtual consoles are no ports.

use super::inittab::{self, Action, Entry, Found};
use super::restart::Restart;
use super::units;
use crate::Etc;
use crate::read::pppd_command;
use crate::read::program::{self, Program, Runs, is_console};

/// A port that init keeps a process on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Device name without `/dev/`; a device elsewhere: its whole path.
    pub device: String,
    /// The command line.
    pub process: String,
    /// What of it serves the port; `None`: nothing that is known.
    pub runs: Option<Runs>,
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
    let found = inittab::read(etc);
    for (found, entry) in kept(&found) {
        let runs = program::runs(&entry.words());
        if let Some(device) = runs.as_ref().and_then(|runs| device(etc, runs)) {
            let (file, line) = (found.place.file.clone(), found.place.line.unwrap_or_default());
            ports.push(Served { device, process: entry.process, runs, id: entry.id, file, line });
        }
    }
    for unit in units::enabled(etc) {
        let runs = program::of_process(units::bare(&unit.process));
        let device = unit.device.or_else(|| device(etc, runs.as_ref()?));
        let Some(device) = device else { continue };
        ports.push(Served { device, process: unit.process, runs, id: unit.name, file: unit.file, line: unit.line });
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
    let found = inittab::read(etc);
    let mut complaints: Vec<Complaint> =
        found.iter().filter_map(Found::complaint).map(|text| Complaint { teller: "init", text }).collect();
    let mut entries: Vec<Entry> =
        kept(&found).into_iter().map(|(_, entry)| entry).filter(|entry| !on_console(entry)).collect();
    for unit in units::enabled(etc) {
        let serves = || program::of_process(units::bare(&unit.process)).and_then(|runs| device(etc, &runs)).is_some();
        if unit.device.is_some() || serves() {
            match &unit.refused {
                Some(why) => {
                    complaints.push(Complaint { teller: "systemd", text: format!("{}: {why}", unit.name) });
                }
                None => entries.push(unit.entry()),
            }
        }
    }
    (entries, complaints)
}

/// The lines that init keeps running in the runlevel the machine serves in.
fn kept(found: &[Found]) -> Vec<(&Found, Entry)> {
    let level = inittab::runlevel(found);
    let entry = |found: &Found| {
        let line = found.line.as_ref().ok().filter(|line| line.action == Action::Respawn && line.is_in(level))?;
        let (id, process) = (line.id.clone(), line.process.clone());
        Some(Entry { utmp: Some(id.clone()), id, process, restart: Restart::Inittab })
    };
    found.iter().filter_map(|found| Some((found, entry(found)?))).collect()
}

/// The device that a program serves, without `/dev/`.
pub fn device(etc: &Etc, runs: &Runs) -> Option<String> {
    match runs.program {
        Program::Pppd => pppd_command::device(etc, &runs.words),
        Program::Mgetty | Program::Other(_) => runs.device(),
        // There is no such program.
        Program::Resembles { .. } => None,
    }
}

/// Whether a command line is a virtual console's: `getty 38400 tty1`.
fn on_console(entry: &Entry) -> bool {
    let runs = program::runs(&entry.words());
    runs.is_some_and(|runs| runs.name().ends_with("getty") && runs.words.iter().skip(1).any(|word| is_console(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("/usr/sbin/pppd call office", Some("ttyS5")),
            ("/usr/sbin/pppd call nobody", None),
            ("/bin/true ttyS0", None),
            // getopt takes the next word for -n's value, whatever it looks like.
            ("/sbin/mgetty -n -r ttyS0", Some("ttyS0")),
            // A carriage return is part of the name.
            ("/sbin/mgetty ttyS0\r", Some("ttyS0\r")),
        ] {
            let inittab = format!("S0:2:respawn:{process}\n");
            let etc = Etc::of_texts(&[("inittab", &inittab), ("ppp/peers/office", "ttyS5\n")], Vec::new());
            let found = served(&etc).into_iter().map(|port| port.device).next();
            assert_eq!(found.as_deref(), expected, "{process}");
        }
    }

    #[test]
    fn consoles_are_left_alone_and_serial_lines_kept() {
        let text = "id:3:initdefault:\n1:2345:respawn:/sbin/getty 38400 tty1\nS0:3:respawn:/sbin/mgetty ttyS0\n";
        let etc = Etc::of_texts(
            &[
                ("inittab", text),
                ("inittab.d/more.tab", "S1:3:respawn:/sbin/mgetty ttyS1\n"),
                ("inittab.d/readme", "S2:3:respawn:/sbin/mgetty ttyS2\n"),
            ],
            Vec::new(),
        );
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

    #[test]
    fn what_init_and_systemd_refuse_is_told_in_their_words() {
        let wants = "systemd/system/multi-user.target.wants/mgetty@ttyS1.service";
        let etc = Etc::of_texts(
            &[
                ("inittab", "ttyS0:2345:respawn:/sbin/mgetty ttyS0\n"),
                ("systemd/system/mgetty@.service", "[Service]\nExecStart=/a\nExecStart=/sbin/mgetty %i\n"),
            ],
            vec![crate::RawFile::link(wants, "../mgetty@.service")],
        );
        let (entries, complaints) = entries(&etc);
        assert_eq!(entries, []);
        let said: Vec<_> = complaints.iter().map(|said| (said.teller, said.text.as_str())).collect();
        assert_eq!(
            said,
            [
                ("init", "/etc/inittab[1]: id field too long (max 4 characters)"),
                (
                    "systemd",
                    "mgetty@ttyS1.service: Service has more than one ExecStart= setting, which is only allowed for Type=oneshot services. Refusing."
                )
            ]
        );
    }
}
