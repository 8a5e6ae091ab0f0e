//! What a service's files say in `[Service]`, and in `[Unit]` of the limit on starts; and what systemd finds wrong with it.
//!
//! In go the unit's file and its drop-ins, one after the other; out come its commands and values, and why it is refused.

use std::collections::BTreeMap;

use super::exec::{Command, commands};
use super::refused::Refused;
use super::restart;
use super::words::{Names, split};
use crate::restart::{UnitRestart, When};
use crate::source::Place;

/// How often a value may be said, so that no file makes us go on for ever.
const LONGEST_LIST: usize = 1000;
/// Settings whose path has to be absolute, or systemd does not start the unit.
const ABSOLUTE: &[&str] = &["RootDirectory", "WorkingDirectory", "RootImage"];
/// The types there are.
const TYPES: &[&str] = &["simple", "exec", "forking", "oneshot", "dbus", "notify", "notify-reload", "idle"];

/// What is said of one service so far.
pub(super) struct Service<'a> {
    names: &'a Names,
    starts: Vec<(Place, Command)>,
    environment: Vec<(String, String)>,
    restart: UnitRestart,
    /// The first fault for which systemd does not load it at all.
    fatal: Option<Refused>,
    /// Everything else: the last value counts.
    values: BTreeMap<String, String>,
}

impl<'a> Service<'a> {
    pub(super) fn new(names: &'a Names) -> Self {
        Self {
            names,
            starts: Vec::new(),
            environment: Vec::new(),
            restart: UnitRestart::default(),
            fatal: None,
            values: BTreeMap::new(),
        }
    }

    /// Its command lines, with the places they stand in.
    pub(super) fn starts(&self) -> &[(Place, Command)] {
        &self.starts
    }

    /// `Environment=`.
    pub(super) fn environment(&self) -> &[(String, String)] {
        &self.environment
    }

    /// When it is started again.
    pub(super) fn restart(&self) -> &UnitRestart {
        &self.restart
    }

    /// The last value of any other setting.
    pub(super) fn value(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    fn is(&self, key: &str, value: &str) -> bool {
        self.value(key) == Some(value)
    }

    /// What systemd finds wrong with it when it loads it.
    pub(super) fn refused(&self) -> Option<Refused> {
        if let Some(fatal) = &self.fatal {
            return Some(fatal.clone());
        }
        let one_shot = self.is("Type", "oneshot");
        let said = |key: &str| self.value(key).is_some_and(|value| !value.is_empty());
        let succeeds = said("SuccessAction") && !self.is("SuccessAction", "none");
        let remains = self.value("RemainAfterExit").is_some_and(is_yes);
        let none = self.starts.is_empty();
        let again = match self.restart.when {
            When::Always | When::OnSuccess => true,
            When::OnFailure | When::OnSignal | When::Never => false,
        };
        if none && !said("ExecStop") && !succeeds {
            Some(Refused::NothingToRun)
        } else if none && !one_shot && self.value("Type").is_some() {
            Some(Refused::NoStart)
        } else if none && !remains && !succeeds {
            Some(Refused::NoStartAndNotKept)
        } else if self.starts.len() > 1 && !one_shot {
            Some(Refused::TwoStarts)
        } else if one_shot && again {
            Some(Refused::OneShotRestart)
        } else if one_shot && self.is("ExitType", "cgroup") {
            Some(Refused::OneShotExitType)
        } else if self.is("Type", "dbus") && !said("BusName") {
            Some(Refused::NoBusName)
        } else {
            None
        }
    }

    /// Lays a file over what is said so far.
    pub(super) fn read(&mut self, path: &str, in_tree: bool, text: &str) {
        let mut section = String::new();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = text.lines().enumerate();
        while let Some((index, line)) = lines.next() {
            let mut line = line.trim().to_owned();
            // A comment is never continued; within a continued line comments are left out.
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            while let Some(begun) = line.strip_suffix('\\') {
                let Some((_, next)) = lines.find(|(_, next)| !next.trim().starts_with(['#', ';'])) else {
                    line = begun.to_owned();
                    break;
                };
                line = format!("{begun} {}", next.trim());
            }
            let place = || if in_tree { Place::line(path, index + 1) } else { Place::file(path) };
            if let Some(header) = line.strip_prefix('[') {
                match header.strip_suffix(']') {
                    Some(name) => section = name.to_owned(),
                    None => drop(self.fatal.get_or_insert_with(|| Refused::Header(place(), line.clone()))),
                }
                continue;
            }
            let Some((key, value)) = line.split_once('=') else { continue };
            let (key, value) = (key.trim(), value.trim());
            // systemd takes the limit in either section, and what happens at the end in the other.
            let unit = key.starts_with("StartLimit") || key == "SuccessAction";
            if section == "Service" || section == "Unit" && unit {
                self.set(key, value, place());
            }
        }
    }

    fn set(&mut self, key: &str, value: &str, place: Place) {
        match key {
            // Empty: forget what was said before.
            "ExecStart" if value.is_empty() => self.starts.clear(),
            "ExecStart" if self.starts.len() < LONGEST_LIST => match commands(value, self.names) {
                Ok(found) => self.starts.extend(found.into_iter().map(|command| (place.clone(), command))),
                Err(fault) => drop(self.fatal.get_or_insert(Refused::Command(place, fault))),
            },
            "Environment" if value.is_empty() => self.environment.clear(),
            "Environment" if self.environment.len() < LONGEST_LIST => {
                let pairs = split(value).into_iter();
                self.environment
                    .extend(pairs.filter_map(|word| word.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned()))));
            }
            // A type that there is not is ignored.
            "Type" if !TYPES.contains(&value) => {}
            _ if restart::set(&mut self.restart, key, value) => {}
            _ => {
                self.check(key, value, place);
                self.values.insert(key.to_owned(), value.to_owned());
            }
        }
    }

    /// Values for which systemd does not load a unit.
    fn check(&mut self, key: &str, value: &str, place: Place) {
        let absolute = ABSOLUTE.iter().find(|known| **known == key);
        let path = value.strip_prefix('-').unwrap_or(value);
        let fault = match absolute {
            Some(key) if !path.is_empty() && !path.starts_with(['/', '%']) && path != "~" => {
                Some(Refused::RelativePath(place, key, path.to_owned()))
            }
            Some(_) => None,
            None if matches!(key, "User" | "Group") && value.contains([':', '/']) => {
                Some(Refused::BadUser(place, value.to_owned()))
            }
            None => None,
        };
        if let Some(fault) = fault {
            self.fatal.get_or_insert(fault);
        }
    }
}

/// What systemd takes for yes.
fn is_yes(value: &str) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "1" | "yes" | "y" | "true" | "t" | "on")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::units::Fault;

    fn refused(lines: &str) -> Option<Refused> {
        let names = Names::of("x.service").unwrap();
        let mut service = Service::new(&names);
        service.read("/x", true, &format!("[Service]\n{lines}\n"));
        service.refused()
    }

    /// Each as `systemd-analyze verify` of systemd 252 has it.
    #[test]
    fn what_systemd_refuses_is_refused() {
        let at = |line| Place::line("/x", line);
        for (lines, expected) in [
            ("ExecStart=/bin/a", None),
            ("Type=oneshot\nRestart=no\nExecStart=/bin/a\nExecStart=/bin/b", None),
            ("Type=oneshot\nRemainAfterExit=yes\nExecStop=/bin/a", None),
            ("Type=\nType=OneShot\nExecStart=/bin/a", None),
            ("ExecStart=/bin/a\nExecStart=-sbin/x", None),
            ("", Some(Refused::NothingToRun)),
            ("ExecStart=", Some(Refused::NothingToRun)),
            ("Type=simple\nExecStop=/bin/a", Some(Refused::NoStart)),
            ("Type=oneshot\nExecStop=/bin/a", Some(Refused::NoStartAndNotKept)),
            ("ExecStart=/bin/a ; /bin/b", Some(Refused::TwoStarts)),
            ("Type=OneShot\nExecStart=/bin/a\nExecStart=/bin/b", Some(Refused::TwoStarts)),
            ("Type=oneshot\nRestart=on-success\nExecStart=/bin/a", Some(Refused::OneShotRestart)),
            ("Type=oneshot\nExitType=cgroup\nExecStart=/bin/a", Some(Refused::OneShotExitType)),
            ("Type=dbus\nExecStart=/bin/a", Some(Refused::NoBusName)),
            ("Group=bad:name\nExecStart=/bin/a", Some(Refused::BadUser(at(2), "bad:name".into()))),
            (
                "WorkingDirectory=rel\nExecStart=/bin/a",
                Some(Refused::RelativePath(at(2), "WorkingDirectory", "rel".into())),
            ),
            (
                "ExecStart=/bin/sleep %z\nExecStart=\nExecStart=/bin/a",
                Some(Refused::Command(at(2), Fault::Specifier("%z".into()))),
            ),
            ("[Service\nExecStart=/bin/a", Some(Refused::Header(at(2), "[Service".into()))),
        ] {
            assert_eq!(refused(lines), expected, "{lines}");
        }
    }

    #[test]
    fn line_ends_of_dos_and_a_byte_order_mark_do_not_matter() {
        let names = Names::of("x.service").unwrap();
        let mut service = Service::new(&names);
        service.read("/x", true, "\u{feff}[Service]\r\nExecStart=/bin/a b\r\nRestart=always\r\n");
        assert_eq!(service.starts()[0].1.words, ["/bin/a", "b"]);
        assert_eq!(service.restart().when, When::Always);
    }
}
