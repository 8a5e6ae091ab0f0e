//! Where ports are served from: sysvinit's inittab, or systemd's units that are enabled.
//!
//! In goes a [`Tree`]; out come one [`Entry`] a line or unit that runs mgetty, and what was left aside: commented lines,
//! lines init cannot read, enabled units whose text is not there.

use crate::audit::source::{Place, Tree};
use crate::scenario::Content;

use super::mgetty_command::is_mgetty;

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
        init.idle = inittab.idle;
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
        } else if action != "respawn" {
            init.idle.push((
                place,
                format!("its action is `{action}`, not `respawn`: mgetty is not started anew after a call"),
            ));
        } else if !levels.is_empty() && !levels.contains(['2', '3', '4', '5']) {
            init.idle.push((place, format!("its runlevels are `{levels}`: none in which a machine serves callers")));
        } else {
            init.entries.push(entry);
        }
    }
}

fn read_units(tree: &Tree, init: &mut Init) {
    let mut seen = Vec::new();
    for file in tree.etc.files.iter().filter(|file| is_wanted(&file.path)) {
        let Some(name) = file.path.rsplit('/').next() else { continue };
        let Some(stem) = name.strip_suffix(".service") else { continue };
        if seen.contains(&name) {
            continue;
        }
        seen.push(name);
        let (template, instance) = match stem.split_once('@') {
            Some((head, instance)) => (Some(format!("{head}@.service")), instance),
            None => (None, ""),
        };
        let target = match &file.content {
            Content::Link(target) => Some(target.clone()),
            Content::File(_) => None,
        };
        let candidates = [
            Some(format!("/etc/systemd/system/{name}")),
            template.as_ref().map(|name| format!("/etc/systemd/system/{name}")),
            target,
        ]
        .into_iter()
        .flatten();
        let text = candidates.into_iter().find(|path| tree.source(path).is_some());
        let mut command = None;
        let mut read = |path: &str| {
            let Some(source) = tree.source(path) else { return };
            for (number, line) in source.lines() {
                if let Some(value) = line.trim().strip_prefix("ExecStart=") {
                    // An empty one takes back what was said before.
                    command = (!value.trim().is_empty()).then(|| (source.at(number), value.trim().to_owned()));
                }
            }
        };
        if let Some(path) = &text {
            read(path);
        }
        for base in [template.as_deref(), Some(name)].into_iter().flatten() {
            let directory = format!("/etc/systemd/system/{base}.d");
            let drop_ins: Vec<String> = tree.in_directory(&directory).map(|file| file.path.clone()).collect();
            drop_ins.iter().filter(|path| path.ends_with(".conf")).for_each(|path| read(path));
        }
        let Some((place, process)) = command else {
            if stem.contains("mgetty") {
                init.without_text.push((Place::file(file.path.clone()), name.to_owned()));
            }
            continue;
        };
        let process = expanded(&process, instance);
        if is_mgetty(&process) {
            init.entries.push(Entry { place, id: name.to_owned(), process });
        } else if stem.contains("mgetty") {
            init.idle.push((place, format!("the unit {name} is named for mgetty and runs something else")));
        }
    }
}

/// `%i` is the instance as it stands, `%I` with dashes as slashes.
fn expanded(process: &str, instance: &str) -> String {
    let unescaped = instance.replace('-', "/");
    process.replace("%i", instance).replace("%I", &unescaped).replace("%f", &format!("/{unescaped}")).replace("%%", "%")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::tests::{link, tree, tree_with};

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
                link("systemd/system/multi-user.target.wants/mgetty@ttyS0.service", "../mgetty@.service"),
                link(
                    "systemd/system/getty.target.wants/serial-getty@ttyS1.service",
                    "/lib/systemd/system/serial-getty@.service",
                ),
                link("systemd/system/multi-user.target.wants/mgetty-x.service", "/lib/systemd/system/mgetty-x.service"),
            ],
        );
        let init = read(&tree);
        let processes: Vec<_> = init.entries.iter().map(|entry| entry.process.as_str()).collect();
        assert_eq!(processes, ["-/sbin/mgetty -n 3 ttyS1", "/sbin/mgetty -D /dev/ttyS0"]);
        assert_eq!(init.without_text.len(), 1);
        assert_eq!(init.inittab_unread, Some(Place::line("/etc/inittab", 1)));
    }
}
