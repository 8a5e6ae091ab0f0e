//! Where ports are served from: sysvinit's inittab, systemd's units that are enabled, or upstart's jobs.
//!
//! In goes a [`Tree`]; out come one [`Entry`] a line, unit or job that runs a program which serves a port, and what was left
//! aside: commented lines, what init refuses, units whose text is not there. Virtual consoles are no ports.

use super::program::{self, Program, Runs, is_console};
use crate::inittab::{self, Action, Found, Refused};
use crate::restart::UnitRestart;
use crate::served::device;
use crate::source::{Place, Tree};
use crate::units::{self, WhyAside};
use crate::upstart;

/// A process that is kept running on a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands.
    pub place: Place,
    /// inittab's id, or the name of the unit or job.
    pub id: String,
    /// The command line.
    pub process: String,
    /// What of it serves the port.
    pub runs: Runs,
    /// The port, without `/dev/`; `None`: nothing names one.
    pub device: Option<String>,
}

/// Who starts processes on this machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Manager {
    /// sysvinit, by inittab.
    #[default]
    Sysvinit,
    /// systemd, by units.
    Systemd,
    /// upstart, by jobs.
    Upstart,
}

impl Manager {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sysvinit => "init",
            Self::Systemd => "systemd",
            Self::Upstart => "upstart",
        }
    }
}

/// A line, unit or job that is not taken, in the words of who does not take it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotTaken {
    /// Where it stands.
    pub place: Place,
    /// Who says it.
    pub by: Manager,
    /// What is said.
    pub said: String,
    /// The port that nobody serves because of it.
    pub device: Option<String>,
}

/// What starts getties on this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Init {
    /// Who does.
    pub manager: Manager,
    /// What is served, by whichever program.
    pub entries: Vec<Entry>,
    /// Programs that nearly have the name of one that serves ports.
    pub misspelled: Vec<Entry>,
    /// inittab lines that are comments.
    pub commented: Vec<Entry>,
    /// What is there and not kept running: place and why.
    pub idle: Vec<(Place, String)>,
    /// What is not taken at all.
    pub refused: Vec<NotTaken>,
    /// inittab lines with the id of an earlier one: the line, its id, and the other's place.
    pub twice: Vec<(Entry, Place)>,
    /// The last line of inittab, if no line end follows and it serves a port.
    pub unended: Option<Place>,
    /// Enabled units that serve ports: place, name, and when they are restarted.
    pub restarts: Vec<(Place, String, UnitRestart)>,
    /// Enabled units named for a getty or pppd whose text was not found.
    pub without_text: Vec<(Place, String)>,
    /// There is an inittab with ports, and it is not read.
    pub inittab_unread: Option<Place>,
}

/// Reads all three.
pub fn read(tree: &Tree) -> Init {
    let mut lines = Init::default();
    read_inittab(tree, &mut lines);
    let mut units = Init { manager: Manager::Systemd, ..Init::default() };
    read_units(tree, &mut units);
    // Somebody may have kept sysvinit beside systemd's files: without units for ports, inittab is what is meant.
    let serves = !units.entries.is_empty() || !units.without_text.is_empty() || !units.refused.is_empty();
    let mut init =
        if has_wants(tree, "") && (lines.entries.is_empty() || serves || has_wants(tree, "multi-user.target")) {
            units
        } else if upstart::is_used(&tree.etc) {
            let mut jobs = Init { manager: Manager::Upstart, ..Init::default() };
            read_jobs(tree, &mut jobs);
            jobs
        } else {
            lines.idle.extend(units.idle);
            return lines;
        };
    init.inittab_unread = lines.entries.first().map(|entry| entry.place.clone());
    if init.inittab_unread.is_none() {
        init.commented = lines.commented;
        init.idle.extend(lines.idle);
    }
    init
}

/// Whether units are enabled, by that target or by any.
fn has_wants(tree: &Tree, by: &str) -> bool {
    let of = |path: &str| {
        let below = path.strip_prefix("/etc/systemd/system/").and_then(|rest| rest.split_once('/'));
        below.is_some_and(|(directory, _)| directory.starts_with(by) && units::enables(directory))
    };
    tree.etc.files.iter().any(|file| of(&file.path))
}

/// What a command line serves; `None`: nothing, or a virtual console.
fn entry(tree: &Tree, place: Place, id: &str, process: &str, runs: Option<Runs>) -> Option<Entry> {
    let runs = runs?;
    let console = !matches!(runs.program, Program::Mgetty | Program::Pppd)
        && runs.words.iter().skip(1).any(|word| is_console(word));
    let device = device(&tree.etc, &runs).or_else(|| runs.device());
    (!console).then(|| Entry { place, id: id.to_owned(), process: process.to_owned(), runs, device })
}

impl Init {
    fn add(&mut self, entry: Entry) {
        if matches!(entry.runs.program, Program::Resembles { .. }) {
            self.misspelled.push(entry);
        } else {
            self.entries.push(entry);
        }
    }
}

fn read_inittab(tree: &Tree, init: &mut Init) {
    let found = inittab::read(&tree.etc);
    let level = inittab::runlevel(&found);
    for Found { place, text, line, unended } in &found {
        let of = |process: &str| {
            let id = text.split(':').next().unwrap_or_default();
            entry(tree, place.clone(), id, process, program::runs(&inittab::words(process)))
        };
        match line {
            Ok(line) => {
                let Some(entry) = of(&line.process) else { continue };
                let name = entry.runs.name().to_owned();
                match line.action {
                    Action::Respawn if line.is_in(level) => {
                        if *unended {
                            init.unended = Some(place.clone());
                        }
                        init.add(entry);
                    }
                    Action::Respawn => {
                        let why = format!("its runlevels are `{}`, and this machine serves in {level}", line.levels);
                        init.idle.push((place.clone(), why));
                    }
                    Action::Once(_) | Action::Off | Action::OnDemand | Action::InitDefault => {
                        let action = line.action.name();
                        let why =
                            format!("its action is `{action}`, not `respawn`: {name} is not restarted after a call");
                        init.idle.push((place.clone(), why));
                    }
                }
            }
            Err(why) => {
                let process = text.splitn(4, ':').nth(3).unwrap_or_default();
                let serves = of(process);
                match (why, serves) {
                    (Refused::Twice(_, first), Some(entry)) => init.twice.push((entry, first.clone())),
                    (_, Some(entry)) => init.refused.push(NotTaken {
                        place: place.clone(),
                        by: Manager::Sysvinit,
                        said: why.to_string(),
                        device: entry.device,
                    }),
                    (_, None) => {}
                }
            }
        }
    }
    read_comments(tree, init);
}

/// Comments that were lines for mgetty once: Webmin's page takes them for ports.
fn read_comments(tree: &Tree, init: &mut Init) {
    let Some(source) = tree.source(inittab::INITTAB) else { return };
    for (number, line) in source.lines() {
        let line = line.trim_start();
        let text = line.trim_start_matches('#').trim_start();
        let mut fields = text.splitn(4, ':');
        let (Some(id), Some(process)) = (fields.next(), fields.nth(2)) else { continue };
        let runs = program::runs(&inittab::words(process)).filter(|runs| runs.program == Program::Mgetty);
        if line.starts_with('#') {
            init.commented.extend(entry(tree, source.at(number), id, process, runs));
        }
    }
}

/// What enabled units run, as the lab's own init has it.
fn read_units(tree: &Tree, init: &mut Init) {
    for unit in units::enabled(&tree.etc) {
        let process = units::bare(&unit.process);
        let runs = program::of_process(process);
        let named = ["getty", "pppd"].iter().any(|part| unit.name.contains(part));
        if let Some(why) = &unit.refused {
            let device = unit.device.clone().or_else(|| device(&tree.etc, runs.as_ref()?));
            if named || device.is_some() && runs.is_some() {
                let place = why.place().cloned().unwrap_or_else(|| unit.place());
                let said = format!("{}: {why}", unit.name);
                init.refused.push(NotTaken { place, by: Manager::Systemd, said, device });
            }
            continue;
        }
        match entry(tree, unit.place(), &unit.name, process, runs) {
            Some(mut entry) => {
                entry.device = entry.device.or_else(|| unit.device.clone());
                // An instance for a virtual console.
                if entry.device.is_none() && unit.name.contains("getty@tty") {
                    continue;
                }
                init.restarts.push((unit.place(), unit.name.clone(), unit.restart.clone()));
                init.add(entry);
            }
            None if unit.name.contains("mgetty") => {
                let why = format!("the unit {} is named for mgetty and runs something else", unit.name);
                init.idle.push((unit.place(), why));
            }
            None => {}
        }
    }
    for aside in units::aside(&tree.etc) {
        let place = Place::file(aside.path.clone());
        match aside.why {
            WhyAside::NoText => init.without_text.push((place, aside.name)),
            WhyAside::Masked(path) => {
                init.idle
                    .push((place, format!("the unit {} is masked by {path}: systemd does not start it", aside.name)));
            }
            WhyAside::NoLink => {
                let why = format!("systemd says: {} dependency dropin is not a symlink, ignoring", aside.name);
                init.idle.push((place, why));
            }
        }
    }
}

/// What upstart's jobs run.
fn read_jobs(tree: &Tree, init: &mut Init) {
    for job in upstart::jobs(&tree.etc) {
        let Some((place, commands)) = &job.runs else { continue };
        let of = |words: &Vec<String>| entry(tree, place.clone(), &job.name, &words.join(" "), program::runs(words));
        let Some(entry) = commands.iter().find_map(of) else { continue };
        let name = entry.runs.name().to_owned();
        if let Some((place, stanza)) = &job.refused {
            let said = format!("{place}: Unknown stanza ({stanza})");
            init.refused.push(NotTaken { place: place.clone(), by: Manager::Upstart, said, device: entry.device });
        } else if !job.started {
            let why = format!("the job {} has no `start on`, or is `manual`: upstart does not start it", job.name);
            init.idle.push((place.clone(), why));
        } else if job.respawn {
            init.add(entry);
        } else {
            let why = format!("the job {} has no `respawn`: {name} is not restarted after a call", job.name);
            init.idle.push((place.clone(), why));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RawFile;
    use crate::tests::{tree, tree_with};

    fn ports(init: &Init) -> Vec<(&str, Option<&str>)> {
        init.entries.iter().map(|entry| (entry.runs.name(), entry.device.as_deref())).collect()
    }

    #[test]
    fn commented_lines_and_lines_without_respawn_are_set_aside() {
        let tree = tree(&[(
            "inittab",
            "id:2:initdefault:\n#T3:23:respawn:/sbin/mgetty -x0 -s 57600 ttyS3\nS0:2345:respawn:/sbin/mgetty ttyS0\nS1:2345:off:/sbin/mgetty ttyS1\n1:2345:respawn:/sbin/getty 38400 tty1\n",
        )]);
        let init = read(&tree);
        assert_eq!(init.entries.len(), 1);
        assert_eq!(init.entries[0].place, Place::line("/etc/inittab", 3));
        assert_eq!((init.commented.len(), init.idle.len()), (1, 1));
        assert_eq!(init.manager, Manager::Sysvinit);
    }

    #[test]
    fn every_program_that_serves_a_port_is_an_entry() {
        let init = read(&tree(&[
            (
                "inittab",
                "S0:2345:respawn:/usr/sbin/pppd call in\nS1:2345:RESPAWN:/sbin/getty -L ttyS1 9600\nS2:2345:respawn:/usr/sbin/mgety ttyS2\nS0:2345:respawn:/sbin/mgetty ttyS3\nttyS4:2345:respawn:/sbin/mgetty ttyS4\n5:2345:respawn:/sbin/mgetty ttyS5",
            ),
            ("ppp/peers/in", "/dev/ttyS0\n115200\n"),
        ]));
        assert_eq!(ports(&init), [("pppd", Some("ttyS0")), ("getty", Some("ttyS1")), ("mgetty", Some("ttyS5"))]);
        assert_eq!(init.misspelled[0].device.as_deref(), Some("ttyS2"));
        assert_eq!((init.twice[0].0.device.as_deref(), init.twice[0].1.line), (Some("ttyS3"), Some(1)));
        assert_eq!(init.refused[0].device.as_deref(), Some("ttyS4"));
        assert_eq!(init.unended.as_ref().and_then(|place| place.line), Some(6));
    }

    #[test]
    fn what_is_set_aside_among_units_is_told_with_and_without_an_inittab() {
        let unit = ("systemd/system/mgetty.service", "[Service]\nExecStart=/bin/cat /dev/ttyS0\n");
        for files in [&[unit][..], &[unit, ("inittab", "S0:2345:respawn:/sbin/mgetty ttyS0\n")]] {
            let wanted = RawFile::link("systemd/system/multi-user.target.wants/mgetty.service", "../mgetty.service");
            let idle = read(&tree_with(files, vec![wanted])).idle;
            let place = Place::line("/etc/systemd/system/mgetty.service", 2);
            let why = "the unit mgetty.service is named for mgetty and runs something else".to_owned();
            assert_eq!(idle, [(place, why)]);
        }
    }

    #[test]
    fn enabled_units_are_read_with_their_template_and_drop_ins() {
        let tree = tree_with(
            &[
                ("systemd/system/mgetty@.service", "[Service]\nExecStart=/sbin/mgetty -D /dev/%i\n"),
                (
                    "systemd/system/serial-getty@ttyS1.service.d/x.conf",
                    "[Service]\nExecStart=\nExecStart=-/sbin/mgetty -n 3 %I\n",
                ),
                ("inittab", "S9:2345:respawn:/sbin/mgetty ttyS9\n"),
            ],
            vec![
                RawFile::link("systemd/system/multi-user.target.wants/mgetty@ttyS0.service", "../mgetty@.service"),
                RawFile::link(
                    "systemd/system/getty.target.wants/serial-getty@ttyS1.service",
                    "/lib/systemd/system/serial-getty@.service",
                ),
                RawFile::link(
                    "systemd/system/getty.target.wants/serial-getty@ttyS2.service",
                    "/lib/systemd/system/serial-getty@.service",
                ),
                RawFile::link(
                    "systemd/system/multi-user.target.wants/mgetty-x.service",
                    "/lib/systemd/system/mgetty-x.service",
                ),
            ],
        );
        let init = read(&tree);
        let processes: Vec<_> = init.entries.iter().map(|entry| entry.process.as_str()).collect();
        assert_eq!(processes[0], "/sbin/mgetty -n 3 ttyS1");
        assert_eq!(ports(&init), [("mgetty", Some("ttyS1")), ("agetty", Some("ttyS2")), ("mgetty", Some("ttyS0"))]);
        assert_eq!(init.without_text.len(), 1);
        assert_eq!(init.inittab_unread, Some(Place::line("/etc/inittab", 1)));
    }

    #[test]
    fn a_machine_with_upstart_does_not_read_inittab() {
        let job = "start on runlevel [2345]\nrespawn\nexec /sbin/mgetty -n 2 ttyS0\n";
        let init = read(&tree(&[
            ("inittab", "S0:2345:respawn:/sbin/mgetty ttyS9\n"),
            ("init/rcS.conf", "start on startup\nexec /lib/init/rcS\n"),
            ("init/ttyS0.conf", job),
            ("init/ttyS1.conf", "start on startup\nexec /sbin/mgetty ttyS1\n"),
            ("init/ttyS2.conf", "respawn\nexec /sbin/mgetty ttyS2\n"),
            ("init/ttyS3.conf", "start on startup\nrespawning\nexec /sbin/mgetty ttyS3\n"),
            ("init/tty1.conf", "start on startup\nrespawn\nexec /sbin/getty -8 38400 tty1\n"),
        ]));
        assert_eq!(init.manager, Manager::Upstart);
        assert_eq!(ports(&init), [("mgetty", Some("ttyS0"))]);
        assert_eq!((init.idle.len(), init.refused.len()), (2, 1));
        assert_eq!(init.inittab_unread, Some(Place::line("/etc/inittab", 1)));
    }
}
