//! Versions as dpkg's database has them: `/var/lib/dpkg/status` (deb822(5), dpkg-query(1)).
//!
//! In goes a root directory; out come the packages whose programs matter, if they are installed.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use offhook_base::rooted::Root;

use crate::installed::Installed;

/// The database.
const STATUS: &str = "var/lib/dpkg/status";
/// Octets of it that are read: a large server's has 5 MB.
const MOST: u64 = 64 << 20;
/// The packages.
const PACKAGES: [&str; 3] = ["mgetty", "ppp", "login"];

/// Those packages that are installed, by name.
pub(super) fn installed(root: &Root) -> BTreeMap<&'static str, Installed> {
    let file = root.file(Path::new(STATUS));
    file.map_or_else(|_| BTreeMap::new(), |file| read(BufReader::new(file.take(MOST))))
}

fn read(mut status: impl BufRead) -> BTreeMap<&'static str, Installed> {
    let mut found = BTreeMap::new();
    let mut paragraph = Paragraph::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        let more = status.read_until(b'\n', &mut line).is_ok_and(|count| count > 0);
        if line.trim_ascii().is_empty() {
            found.extend(std::mem::take(&mut paragraph).installed());
        }
        if !more {
            return found;
        }
        paragraph.take(&String::from_utf8_lossy(&line));
    }
}

/// What is known of a package until its paragraph ends.
#[derive(Default)]
struct Paragraph {
    name: Option<&'static str>,
    installed: bool,
    version: String,
    architecture: String,
}

impl Paragraph {
    fn take(&mut self, line: &str) {
        let Some((field, value)) = line.split_once(':') else { return };
        let value = value.trim();
        match field.to_ascii_lowercase().as_str() {
            "package" => self.name = PACKAGES.into_iter().find(|name| *name == value),
            // Wanted, whether something went wrong, and what it is now; unpacked ones have their files, too.
            "status" => {
                let now = value.split_whitespace().last();
                self.installed = now.is_some_and(|now| !matches!(now, "not-installed" | "config-files"));
            }
            "version" => value.clone_into(&mut self.version),
            "architecture" => value.clone_into(&mut self.architecture),
            _ => {}
        }
    }

    fn installed(self) -> Option<(&'static str, Installed)> {
        let Self { name, installed, version, architecture } = self;
        let name = name.filter(|_| installed && !version.is_empty())?;
        let architecture = Some(architecture).filter(|architecture| !architecture.is_empty());
        Some((name, Installed { name, version, architecture }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_that_was_removed_is_not_installed() {
        let status = "Package: mgetty\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1.1.36-3\n\n\
            Package: ppp\nStatus: install ok installed\nArchitecture: i386\nVersion: 2.4.9-1+1.1\nDescription: x\n Version: 7\n\n\
            Package: pppoe\nStatus: install ok installed\nVersion: 3.15-1\n\nPackage: login\nStatus: hold ok half-configured\nVersion: 1:4.13-1";
        let found = read(status.as_bytes());
        let told: Vec<_> = found.values().map(|one| (one.to_string(), one.architecture.as_deref())).collect();
        assert_eq!(told, [("login 1:4.13-1".to_owned(), None), ("ppp 2.4.9-1+1.1".to_owned(), Some("i386"))]);
    }

    #[test]
    fn a_database_that_is_none_tells_nothing() {
        for text in ["", ":\n:::\n\n", "Package: ppp\n\n", "Package: ppp\nStatus:\nVersion: 1\n", "\u{0}\u{fffd}\n\n"] {
            assert!(read(text.as_bytes()).is_empty(), "{text:?}");
        }
    }
}
