//! Where ports are served from: sysvinit's inittab, or systemd's units that are enabled.
//!
//! In goes a [`Tree`]; out come one [`Entry`] a line or unit that runs mgetty, and what was left aside: commented lines,
//! lines init cannot read, enabled units whose text is not there.

use std::collections::BTreeMap;

use super::mgetty_command::is_mgetty;
use crate::restart::UnitRestart;
use crate::source::{Place, Tree};
use crate::{inittab, units};

/// A process that init or systemd keeps running on a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands.
    pub place: Place,
    /// inittab's id, or the unit's name.
    pub id: String,
    /// The command line.
    pub process: String,
}

/// What starts getties on this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Init {
    /// What is served.
    pub entries: Vec<Entry>,
    /// inittab lines with mgetty in them that are comments: place, and the device's part of the line.
    pub commented: Vec<Entry>,
    /// inittab lines with mgetty that are not kept running: place and why.
    pub idle: Vec<(Place, String)>,
    /// inittab lines with mgetty that init does not take: place and what it says.
    pub refused: Vec<(Place, String)>,
    /// Enabled units with mgetty: place, name, and when they are restarted.
    pub restarts: Vec<(Place, String, UnitRestart)>,
    /// Enabled units named for mgetty whose text was not found.
    pub without_text: Vec<(Place, String)>,
    /// There is an inittab with ports, and systemd does not read it.
    pub inittab_unread: Option<Place>,
    /// This is a systemd machine.
    pub systemd: bool,
}

/// Reads both.
pub fn read(tree: &Tree) -> Init {
    let mut init = Init { systemd: is_systemd(tree), ..Init::default() };
    let mut inittab = Init::default();
    read_inittab(tree, &mut inittab);
    read_units(tree, &mut init);
    if init.systemd && !inittab.entries.is_empty() {
        // Somebody may have kept sysvinit beside systemd's files: without units for ports, inittab is what is meant.
        if init.entries.is_empty() && init.without_text.is_empty() && !has_targets(tree) {
            init.systemd = false;
        } else {
            init.inittab_unread = inittab.entries.first().map(|entry| entry.place.clone());
        }
    }
    if !init.systemd {
        init.entries = inittab.entries;
    }
    if init.inittab_unread.is_none() {
        init.commented = inittab.commented;
        init.idle.extend(inittab.idle);
        init.refused = inittab.refused;
    }
    init
}

/// A machine that boots by systemd has units wanted by something.
fn is_systemd(tree: &Tree) -> bool {
    tree.etc.files.iter().any(|file| is_wanted(&file.path))
}

fn has_targets(tree: &Tree) -> bool {
    tree.etc.files.iter().any(|file| file.path.starts_with("/etc/systemd/system/multi-user.target.wants/"))
}

fn is_wanted(path: &str) -> bool {
    path.starts_with("/etc/systemd/system/") && (path.contains(".wants/") || path.contains(".requires/"))
}

fn read_inittab(tree: &Tree, init: &mut Init) {
    let Some(source) = tree.source("/etc/inittab") else { return };
    let text = String::from_utf8_lossy(source.octets);
    let runlevel = inittab::runlevel(&text);
    let refused = refused(&text, runlevel);
    for (number, line) in source.lines() {
        let place = source.at(number);
        let line = line.trim_start();
        let (text, comment) = match line.trim_start_matches('#') {
            rest if rest.len() < line.len() => (rest.trim_start(), true),
            rest => (rest, false),
        };
        let mut fields = text.splitn(4, ':');
        let (Some(id), Some(levels), Some(action), Some(process)) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        if !is_mgetty(process) {
            continue;
        }
        let entry = Entry { place: place.clone(), id: id.to_owned(), process: process.to_owned() };
        if comment {
            init.commented.push(entry);
        } else if let Some(why) = refused.get(&number) {
            init.refused.push((place, why.clone()));
        } else if action != "respawn" {
            init.idle.push((
                place,
                format!("its action is `{action}`, not `respawn`: mgetty is not restarted after a call"),
            ));
        } else if !levels.is_empty() && !levels.contains(runlevel) {
            let why = format!("its runlevels are `{levels}`, and this machine serves in {runlevel}");
            init.idle.push((place, why));
        } else {
            init.entries.push(entry);
        }
    }
}

/// Lines that init does not take, by number, with what it says of each. Of an id that is there twice the ports' rules
/// tell, with both lines.
fn refused(text: &str, runlevel: char) -> BTreeMap<usize, String> {
    let (_, complaints) = inittab::respawned(text, runlevel);
    let told = complaints.iter().filter_map(|complaint| {
        let (number, why) = complaint.strip_prefix("/etc/inittab[")?.split_once("]: ")?;
        (!why.starts_with("duplicate")).then(|| Some((number.parse().ok()?, why.to_owned())))?
    });
    told.collect()
}

/// What enabled units run, as the lab's own init has it.
fn read_units(tree: &Tree, init: &mut Init) {
    let enabled = units::enabled(&tree.etc);
    for unit in &enabled {
        let process = units::bare(&unit.process);
        let place =
            if unit.line == 0 { Place::file(unit.file.clone()) } else { Place::line(unit.file.clone(), unit.line) };
        if is_mgetty(process) {
            init.restarts.push((place.clone(), unit.name.clone(), unit.restart.clone()));
            init.entries.push(Entry { place, id: unit.name.clone(), process: process.to_owned() });
        } else if unit.name.contains("mgetty") {
            init.idle.push((place, format!("the unit {} is named for mgetty and runs something else", unit.name)));
        }
    }
    let mut seen = Vec::new();
    for file in tree.etc.files.iter().filter(|file| is_wanted(&file.path)) {
        let Some(name) = file.path.rsplit('/').next() else { continue };
        let known = seen.contains(&name) || enabled.iter().any(|unit| unit.name == name);
        if !known && name.contains("mgetty") && name.ends_with(".service") {
            seen.push(name);
            init.without_text.push((Place::file(file.path.clone()), name.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RawFile;
    use crate::tests::{tree, tree_with};

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
        assert!(!init.systemd);
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
                    "systemd/system/multi-user.target.wants/mgetty-x.service",
                    "/lib/systemd/system/mgetty-x.service",
                ),
            ],
        );
        let init = read(&tree);
        let processes: Vec<_> = init.entries.iter().map(|entry| entry.process.as_str()).collect();
        assert_eq!(processes, ["/sbin/mgetty -n 3 ttyS1", "/sbin/mgetty -D /dev/ttyS0"]);
        assert_eq!(init.without_text.len(), 1);
        assert_eq!(init.inittab_unread, Some(Place::line("/etc/inittab", 1)));
    }
}
