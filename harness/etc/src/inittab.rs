//! inittab(5) of sysvinit: `id:runlevels:action:process`, read as init reads it.

use super::restart::Restart;

/// The runlevel that Debian starts.
const DEFAULT: char = '2';
/// The actions there are (sysvinit's init.c).
const ACTIONS: &[&str] = &[
    "respawn",
    "wait",
    "once",
    "boot",
    "bootwait",
    "powerfail",
    "powerfailnow",
    "powerwait",
    "powerokwait",
    "ctrlaltdel",
    "off",
    "ondemand",
    "initdefault",
    "sysinit",
    "kbrequest",
];

/// Something that init keeps running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id, unique among all.
    pub id: String,
    /// The command line.
    pub process: String,
    /// The id under which its process is entered in utmp, if it is.
    pub utmp: Option<String>,
    /// When it is started again.
    pub restart: Restart,
}

impl Entry {
    /// The words to execute: through a shell only if the command needs one, as sysvinit's `spawn()` decides.
    pub fn words(&self) -> Vec<String> {
        let process = self.process.trim_start_matches('+');
        if process.contains(|character| "~`!$^&*()=|\\{}[];\"'<>?".contains(character)) {
            vec!["/bin/sh".to_owned(), "-c".to_owned(), format!("exec {process}")]
        } else {
            process.split_whitespace().map(str::to_owned).collect()
        }
    }
}

/// The runlevel that `initdefault` names: one in which machines serve; else Debian's own.
pub fn runlevel(text: &str) -> char {
    let default = text.lines().find_map(|line| {
        let mut fields = line.trim().split(':');
        let level = fields.nth(1)?.chars().next()?;
        (!line.trim().starts_with('#') && fields.next() == Some("initdefault")).then_some(level)
    });
    default.filter(|level| ('1'..='5').contains(level)).unwrap_or(DEFAULT)
}

/// The entries that init keeps running in `runlevel`, each with its line from 1, and what it says of lines it cannot use.
pub fn respawned(text: &str, runlevel: char) -> (Vec<(usize, Entry)>, Vec<String>) {
    let mut entries: Vec<(usize, Entry)> = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    let mut complaints = Vec::new();
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut fields = line.splitn(4, ':').map(str::to_owned);
        let id = fields.next().unwrap_or_default();
        let (runlevels, action, process) = (fields.next(), fields.next(), fields.next());
        let wrong = match (&runlevels, &action) {
            _ if id.is_empty() => Some("missing id field".to_owned()),
            _ if id.len() > 4 => Some("id field too long (max 4 characters)".to_owned()),
            (None, _) => Some("missing runlevel field".to_owned()),
            (_, None) => Some("missing action field".to_owned()),
            (_, Some(action)) if !ACTIONS.contains(&action.as_str()) => {
                Some(format!("unknown action field {action:?}"))
            }
            _ if ids.contains(&id) => Some(format!("duplicate ID field \"{id}\"")),
            _ => None,
        };
        if let Some(wrong) = wrong {
            complaints.push(format!("/etc/inittab[{number}]: {wrong}"));
            continue;
        }
        ids.push(id.clone());
        let (runlevels, action) = (runlevels.unwrap_or_default(), action.unwrap_or_default());
        if action == "respawn" && (runlevels.is_empty() || runlevels.contains(runlevel)) {
            let process = process.unwrap_or_default();
            entries.push((number, Entry { utmp: Some(id.clone()), id, process, restart: Restart::Inittab }));
        }
    }
    (entries, complaints)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_respawn_lines_of_the_runlevel_are_kept_running() {
        let text = "id:2:initdefault:\n# 9:2345:respawn:/bin/false\n1:2345:respawn:/sbin/mgetty ttyS0\n2:345:respawn:/sbin/mgetty ttyS1\nbroken\n";
        let (entries, complaints) = respawned(text, '2');
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].0, 3);
        assert_eq!(entries[0].1.words(), ["/sbin/mgetty", "ttyS0"]);
        assert_eq!(complaints, ["/etc/inittab[5]: id field too long (max 4 characters)"]);
    }

    #[test]
    fn lines_are_refused_as_init_refuses_them() {
        let text = "1:2:respawn:/a\n1:2:respawn:/b\n2:2:restart:/c\n:2:respawn:/d\n3:2:respawn:/e -p \"a: b\"\n";
        let (entries, complaints) = respawned(text, '2');
        let processes: Vec<_> = entries.into_iter().map(|(_, entry)| entry.process).collect();
        assert_eq!(processes, ["/a", "/e -p \"a: b\""]);
        assert_eq!(
            complaints,
            [
                "/etc/inittab[2]: duplicate ID field \"1\"",
                "/etc/inittab[3]: unknown action field \"restart\"",
                "/etc/inittab[4]: missing id field"
            ]
        );
    }

    #[test]
    fn a_command_with_quotes_goes_through_a_shell() {
        let (entries, _) = respawned("1:2:respawn:/sbin/mgetty -p \"hello login: \" ttyS0", '2');
        assert_eq!(entries[0].1.words()[..2], ["/bin/sh", "-c"]);
        assert_eq!(entries[0].1.words()[2], "exec /sbin/mgetty -p \"hello login: \" ttyS0");
    }

    #[test]
    fn the_runlevel_is_the_default_one_if_machines_serve_in_it() {
        assert_eq!(runlevel("id:3:initdefault:\n"), '3');
        assert_eq!(runlevel("#id:3:initdefault:\nid:6:initdefault:\n"), '2');
        assert_eq!(runlevel(""), '2');
    }
}
