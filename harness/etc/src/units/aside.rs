//! Units that something enables and that systemd does not run: masked ones, files where links should be, units that are
//! nowhere.
//!
//! In goes an [`Etc`]; out comes one [`Aside`] a name, for services with a getty, mgetty or pppd in their name.

use super::{Etc, Fragment, SYSTEM, enables, fragment, target};

/// A unit that is not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// Its name.
    pub name: String,
    /// The link or file that would enable it.
    pub path: String,
    /// Why.
    pub why: WhyAside,
}

/// Why a unit is not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyAside {
    /// By a link to /dev/null, or an empty file.
    Masked(String),
    /// What should be a link is a file.
    NoLink,
    /// Its text is not among the files.
    NoText,
}

/// Those units.
pub fn aside(etc: &Etc) -> Vec<Aside> {
    let mut found: Vec<Aside> = Vec::new();
    for file in &etc.files {
        let Some((directory, name)) = file.path.strip_prefix(SYSTEM).and_then(|rest| rest.split_once('/')) else {
            continue;
        };
        let serves = name.ends_with(".service") && ["getty", "pppd"].iter().any(|part| name.contains(part));
        if !enables(directory) || !serves || is_console(name) || found.iter().any(|aside| aside.name == name) {
            continue;
        }
        let why = match target(file) {
            None => WhyAside::NoLink,
            Some(target) => match fragment(etc, name, target) {
                Fragment::Text(..) => continue,
                Fragment::Masked(path) => WhyAside::Masked(path),
                // Of a getty without modem nobody misses the text: what it does is known.
                Fragment::Unknown if !name.contains("mgetty") && !name.contains("pppd") => continue,
                Fragment::Unknown => WhyAside::NoText,
            },
        };
        found.push(Aside { name: name.to_owned(), path: file.path.clone(), why });
    }
    found
}

/// `getty@tty1.service`, `console-getty.service`, `container-getty@1.service`.
fn is_console(name: &str) -> bool {
    let instance = name.split_once('@').map(|(_, rest)| rest.trim_end_matches(".service"));
    name.contains("console-") || name.contains("container-") || instance.is_some_and(crate::read::program::is_console)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RawFile;

    #[test]
    fn what_is_not_run_is_told_with_the_reason() {
        let wants = |name: &str| format!("systemd/system/multi-user.target.wants/{name}");
        let etc = Etc::of(vec![
            RawFile::link(&wants("mgetty@ttyS0.service"), "/etc/systemd/system/mgetty@.service"),
            RawFile::link("systemd/system/mgetty@.service", "/dev/null"),
            RawFile::text(&wants("mgetty@ttyS1.service"), "# a copy\n"),
            RawFile::link(&wants("mgetty-x.service"), "/lib/systemd/system/mgetty-x.service"),
            RawFile::link(&wants("getty@tty1.service"), "/lib/systemd/system/getty@.service"),
            RawFile::link(&wants("cron.service"), "/lib/systemd/system/cron.service"),
        ]);
        let found: Vec<_> = aside(&etc).into_iter().map(|aside| (aside.name, aside.why)).collect();
        assert_eq!(
            found,
            [
                ("mgetty-x.service".to_owned(), WhyAside::NoText),
                ("mgetty@ttyS0.service".to_owned(), WhyAside::Masked("/etc/systemd/system/mgetty@.service".to_owned())),
                ("mgetty@ttyS1.service".to_owned(), WhyAside::NoLink),
            ]
        );
    }
}
