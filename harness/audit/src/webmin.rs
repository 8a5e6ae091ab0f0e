//! Who may change the server through Webmin: its PPP Dialin Server module and that module's access files.
//!
//! In goes Webmin's configuration directory (`webmin.acl`, `pap/USER.acl`); out come findings: for every user with the
//! module which pages they have, and what defeats a restriction.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use super::Finding;
use super::registry::{Rule, webmin as rule};
use offhook_etc::source::Place;

/// The longest access file that is read.
const LONGEST: u64 = 1 << 20;
/// Pages, by key.
const PAGES: &[(&str, &str)] = &[
    ("mgetty", "Serial Port Configuration"),
    ("options", "PPP Options"),
    ("dialin", "Caller ID Access"),
    ("secrets", "PPP Accounts"),
];

/// What a user may do.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Access {
    keys: BTreeMap<String, bool>,
}

impl Access {
    /// Without a file everything is allowed; with one, a key that is not there is not.
    fn of(text: Option<&str>) -> Self {
        let Some(text) = text else {
            let all = PAGES.iter().map(|(key, _)| ((*key).to_owned(), true));
            return Self { keys: all.chain([("sync".to_owned(), true)]).collect() };
        };
        let line = |line: &str| {
            let (key, value) = line.trim().split_once('=')?;
            Some((key.trim().to_owned(), !matches!(value.trim(), "" | "0")))
        };
        Self { keys: text.lines().filter_map(line).collect() }
    }

    fn may(&self, key: &str) -> bool {
        self.keys.get(key).copied().unwrap_or(false)
    }

    fn pages(&self) -> Vec<&'static str> {
        PAGES.iter().filter(|(key, _)| self.may(key)).map(|(_, page)| *page).collect()
    }

    fn is_restricted(&self) -> bool {
        self.pages().len() < PAGES.len() || !self.may("sync")
    }
}

/// Reads who has the module and what each may do.
///
/// # Errors
///
/// If `webmin.acl` cannot be read.
pub fn read(directory: &Path) -> io::Result<Vec<Finding>> {
    let users = text(&directory.join("webmin.acl"))?;
    let mut found = Vec::new();
    for line in users.lines() {
        let Some((user, modules)) = line.split_once(':') else { continue };
        let user = user.trim();
        // A name is part of a path below; Webmin has none with a slash.
        if user.is_empty() || user.contains('/') || !modules.split_whitespace().any(|module| module == "pap") {
            continue;
        }
        let path = directory.join("pap").join(format!("{user}.acl"));
        let file = match text(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                let what = format!("Webmin: what {user} may do could not be read: {}", offhook_base::plain(&error));
                found.push(Finding::new(&rule::WEBMIN_UNREAD, what).at(Place::file(path.display().to_string())));
                continue;
            }
        };
        let place = if file.is_some() { path } else { directory.join("webmin.acl") };
        let access = Access::of(file.as_deref());
        found.extend(
            judged(user, file.is_some(), &access)
                .into_iter()
                .map(|finding| finding.at(Place::file(place.display().to_string()))),
        );
    }
    Ok(found)
}

fn text(path: &Path) -> io::Result<String> {
    let about = fs::metadata(path)?;
    if !about.is_file() || about.len() > LONGEST {
        return Err(io::Error::other("not a file of a sensible size"));
    }
    Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned())
}

fn judged(user: &str, has_file: bool, access: &Access) -> Vec<Finding> {
    let finding = |rule: &'static Rule, what: String| Finding::new(rule, format!("Webmin: {what}"));
    if !has_file {
        return vec![finding(
            &rule::WEBMIN_EVERYTHING,
            format!("{user} may change everything on the PPP Dialin Server page, because there is no access file"),
        )];
    }
    let pages = access.pages();
    let mut what = match pages.as_slice() {
        [] => format!("{user} has the module, but may open none of its pages"),
        some => format!("{user} may change {}", some.join(", ")),
    };
    if access.may("direct") {
        what.push_str(match pages.as_slice() {
            [_] => "; the module opens that page at once",
            _ => "; \"Go direct to one page\" has no effect, because it needs exactly one page",
        });
    }
    let mut found = vec![finding(&rule::WEBMIN_PAGES, what)];
    if !access.may("noconfig") && access.is_restricted() {
        found.push(
            finding(
                &rule::WEBMIN_CONFIG,
                format!("{user} may change the module's configuration, which undoes every other restriction"),
            )
            .why("it says which file each page edits, so PPP Options can be made to edit the passwords"),
        );
    }
    if access.may("sync") && !access.may("secrets") {
        found.push(
            finding(
                &rule::WEBMIN_SYNC,
                format!("{user} may use User Synchronization, but cannot reach it without PPP Accounts"),
            )
            .why("the form is on the PPP Accounts page"),
        );
    }
    if access.may("options") && access.is_restricted() {
        found.push(
            finding(
                &rule::WEBMIN_OPTIONS,
                format!("{user}, who is restricted, can open any file of the machine as PPP Options"),
            )
            .why("the page takes the name of the file from its address (file=) and does not check it"),
        );
    }
    if access.may("mgetty") && access.is_restricted() {
        found.push(
            finding(
                &rule::WEBMIN_PORTS,
                format!("{user}, who is restricted, can make init run any command as root"),
            )
            .why("the page writes the device name (tty=) into inittab without checking it, and a shell may run that line"),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Severity::{self, Danger, Note, Warning};

    fn codes(files: &[(&str, &str)]) -> Vec<(&'static str, Severity)> {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("pap")).unwrap();
        for (name, text) in files {
            fs::write(directory.path().join(name), text).unwrap();
        }
        read(directory.path()).unwrap().into_iter().map(|finding| (finding.code(), finding.severity)).collect()
    }

    #[test]
    fn only_users_with_the_module_count_and_without_a_file_they_may_do_everything() {
        assert_eq!(codes(&[("webmin.acl", "root: acl pap cron\nbob: cron\n")]), [("webmin-everything", Note)]);
    }

    #[test]
    fn what_undoes_a_restriction_is_found() {
        let acl = ("webmin.acl", "bob: pap\n");
        let secrets = ("pap/bob.acl", "noconfig=1\nsecrets=1\nmgetty=\noptions=\ndialin=\nsync=\ndirect=1\n");
        assert_eq!(codes(&[acl, secrets]), [("webmin-pages", Note)]);
        let open = ("pap/bob.acl", "noconfig=0\nsecrets=1\n");
        assert_eq!(codes(&[acl, open]), [("webmin-pages", Note), ("webmin-config", Danger)]);
        let sync = ("pap/bob.acl", "noconfig=1\nsync=1\n");
        assert_eq!(codes(&[acl, sync]), [("webmin-pages", Note), ("webmin-sync", Note)]);
        let pages = ("pap/bob.acl", "noconfig=1\noptions=1\nmgetty=1\n");
        assert_eq!(
            codes(&[acl, pages]),
            [("webmin-pages", Note), ("webmin-options", Warning), ("webmin-ports", Warning)]
        );
    }

    #[test]
    fn a_directory_without_webmins_files_is_an_error() {
        assert!(read(tempfile::tempdir().unwrap().path()).is_err());
    }
}
