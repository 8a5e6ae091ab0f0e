//! inittab(5) of sysvinit: `id:runlevels:action:process`, read as init reads it.

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id, unique in the file.
    pub id: String,
    /// Runlevels it applies to.
    pub runlevels: String,
    /// `respawn`, `once`, ...
    pub action: String,
    /// The command line.
    pub process: String,
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

/// The entries that init keeps running in `runlevel`, and the lines it cannot read.
pub fn respawned(text: &str, runlevel: char) -> (Vec<Entry>, Vec<String>) {
    let mut entries = Vec::new();
    let mut unread = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut fields = line.splitn(4, ':').map(str::to_owned);
        let (Some(id), Some(runlevels), Some(action), Some(process)) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            unread.push(line.to_owned());
            continue;
        };
        if action == "respawn" && (runlevels.is_empty() || runlevels.contains(runlevel)) {
            entries.push(Entry { id, runlevels, action, process });
        }
    }
    (entries, unread)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_respawn_lines_of_the_runlevel_are_kept_running() {
        let text = "id:2:initdefault:\n# 9:2345:respawn:/bin/false\n1:2345:respawn:/sbin/mgetty ttyS0\n2:345:respawn:/sbin/mgetty ttyS1\nbroken\n";
        let (entries, unread) = respawned(text, '2');
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].words(), ["/sbin/mgetty", "ttyS0"]);
        assert_eq!(unread, ["broken"]);
    }

    #[test]
    fn a_command_with_quotes_goes_through_a_shell() {
        let (entries, _) = respawned("1:2:respawn:/sbin/mgetty -p \"hello login: \" ttyS0", '2');
        assert_eq!(entries[0].words()[..2], ["/bin/sh", "-c"]);
        assert_eq!(entries[0].words()[2], "exec /sbin/mgetty -p \"hello login: \" ttyS0");
    }
}
