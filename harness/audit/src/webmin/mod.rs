//! Who may change the server through Webmin: its PPP Dialin Server module, that module's access files, and groups.
//!
//! In goes Webmin's configuration directory (`webmin.acl`, `webmin.groups`, `USER.acl`, `pap/USER.acl`, `pap/GROUP.gacl`); out
//! come a [`Right`] for every user who has the module, and findings: what defeats a restriction, and where a member has
//! other rights than its group. What Webmin makes of its files is taken from its source (web-lib-funcs.pl,
//! `get_module_acl` and `foreign_available`; acl/acl-lib.pl).

mod access;
mod groups;

use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;

use super::Finding;
use super::registry::{Rule, webmin as rule};
pub use access::Access;
use offhook_etc::source::Place;

/// The longest access file that is read.
const LONGEST: u64 = 1 << 20;
/// The module's name.
const MODULE: &str = "pap";

/// What a user may do on the PPP Dialin Server page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Right {
    /// Who.
    pub user: String,
    /// The groups the user is in, from within to without.
    pub groups: Vec<String>,
    /// What.
    #[serde(flatten)]
    pub access: Access,
    /// The page that the module opens at once; `None`: its menu.
    pub opens: Option<&'static str>,
    /// The file that says so; `None`: there is none, and everything is allowed.
    pub place: Option<Place>,
}

/// Reads who has the module and what each may do.
///
/// # Errors
///
/// If `webmin.acl` or `webmin.groups` cannot be read.
pub fn read(directory: &Path) -> io::Result<(Vec<Right>, Vec<Finding>)> {
    let users = text(&directory.join("webmin.acl"))?;
    let groups = groups::read(&optional(&directory.join("webmin.groups"))?.unwrap_or_default());
    let (mut rights, mut found) = (Vec::new(), Vec::new());
    for line in users.lines() {
        let Some((user, modules)) = line.split_once(':') else { continue };
        let has = modules.split_whitespace().any(|module| module == MODULE || module == "*");
        // A name is part of a path below; Webmin has none with a slash.
        if user.is_empty() || user.contains('/') || !has {
            continue;
        }
        let unread = |path: &Path, error: &io::Error| {
            let what = format!("Webmin: what {user} may do could not be read: {}", offhook_base::plain(error));
            Finding::new(&rule::WEBMIN_UNREAD, what).at(Place::file(path.display().to_string()))
        };
        // In read-only mode a user has only the modules that can be used so, and this one cannot.
        let global = directory.join(format!("{user}.acl"));
        match optional(&global) {
            Ok(text) if text.as_deref().is_some_and(is_read_only) => continue,
            Ok(_) => {}
            Err(error) => found.push(unread(&global, &error)),
        }
        let path = directory.join(MODULE).join(format!("{user}.acl"));
        let file = match optional(&path) {
            Ok(file) => file,
            Err(error) => {
                found.push(unread(&path, &error));
                continue;
            }
        };
        let access = Access::of(file.as_deref());
        let of = groups::of(&groups, user);
        let place = file.is_some().then(|| Place::file(path.display().to_string()));
        let everywhere =
            || place.clone().unwrap_or_else(|| Place::file(directory.join("webmin.acl").display().to_string()));
        found.extend(judged(user, file.is_some(), access).into_iter().map(|finding| finding.at(everywhere())));
        if let Some(group) = of.first().filter(|group| group.modules.iter().any(|module| module == MODULE)) {
            let path = directory.join(MODULE).join(format!("{}.gacl", group.name));
            match optional(&path) {
                Ok(text) => {
                    let finding = differs(user, &group.name, access, Access::of(text.as_deref()));
                    found.extend(finding.map(|finding| finding.at(everywhere())));
                }
                Err(error) => found.push(unread(&path, &error)),
            }
        }
        let groups = of.iter().map(|group| group.name.clone()).collect();
        rights.push(Right { user: user.to_owned(), groups, access, opens: access.opens(), place });
    }
    Ok((rights, found))
}

fn is_read_only(text: &str) -> bool {
    let mut values = text.lines().filter_map(|line| line.strip_prefix("readonly="));
    values.next_back().is_some_and(|value| !matches!(value.trim(), "" | "0"))
}

fn text(path: &Path) -> io::Result<String> {
    let about = fs::metadata(path)?;
    if !about.is_file() || about.len() > LONGEST {
        return Err(io::Error::other("not a file of a sensible size"));
    }
    Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned())
}

/// The same of a file that need not be there.
fn optional(path: &Path) -> io::Result<Option<String>> {
    match text(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn judged(user: &str, has_file: bool, access: Access) -> Vec<Finding> {
    let finding = |rule: &'static Rule, what: String| Finding::new(rule, format!("Webmin: {what}"));
    let mut found = Vec::new();
    if !has_file {
        return found;
    }
    if access.config && access.is_restricted() {
        found.push(
            finding(
                &rule::WEBMIN_CONFIG,
                format!("{user} may change the module's configuration, which undoes every other restriction"),
            )
            .why("it says which file each page edits, so PPP Options can be made to edit the passwords"),
        );
    }
    if access.sync && !access.accounts {
        found.push(
            finding(
                &rule::WEBMIN_SYNC,
                format!("{user} may use User Synchronization, but cannot reach it without PPP Accounts"),
            )
            .why("the form is on the PPP Accounts page"),
        );
    }
    if access.direct && access.opens().is_none() {
        found.push(
            finding(&rule::WEBMIN_DIRECT, format!("\"Go direct to one page\" has no effect for {user}"))
                .why("it needs exactly one page that may be opened"),
        );
    }
    if access.options && access.is_restricted() {
        found.push(
            finding(
                &rule::WEBMIN_OPTIONS,
                format!("{user}, who is restricted, can open any file of the machine as PPP Options"),
            )
            .why("the page takes the name of the file from its address (file=) and does not check it"),
        );
    }
    if access.ports && access.is_restricted() {
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

/// A member with other rights than its group.
fn differs(user: &str, group: &str, member: Access, of_group: Access) -> Option<Finding> {
    let pairs = || member.rights().into_iter().zip(of_group.rights());
    let list = |more: fn(bool, bool) -> bool| {
        let names: Vec<&str> =
            pairs().filter(|((_, own), (_, its))| more(*own, *its)).map(|((name, _), _)| name).collect();
        names.join(", ")
    };
    let (more, less) = (list(|own, its| own && !its), list(|own, its| !own && its));
    let told = match (more.is_empty(), less.is_empty()) {
        (true, true) => return None,
        (false, true) => format!("{more} more than"),
        (true, false) => format!("{less} less than"),
        (false, false) => format!("{more} more, and {less} less, than"),
    };
    let what = format!("Webmin: {user} may use {told} its group {group}");
    let why = "Webmin reads the member's own file; the group's is copied there when the group is saved";
    Some(Finding::new(&rule::WEBMIN_GROUP, what).why(why))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Severity::{self, Danger, Note, Warning};

    fn of(files: &[(&str, &str)]) -> (Vec<Right>, Vec<Finding>) {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("pap")).unwrap();
        for (name, text) in files {
            fs::write(directory.path().join(name), text).unwrap();
        }
        read(directory.path()).unwrap()
    }

    fn codes(files: &[(&str, &str)]) -> Vec<(&'static str, Severity)> {
        of(files).1.into_iter().map(|finding| (finding.code(), finding.severity)).collect()
    }

    #[test]
    fn users_with_the_module_or_all_modules_are_told_and_may_do_everything_without_a_file() {
        let (rights, found) = of(&[("webmin.acl", "root: *\nadmin: acl pap cron\nbob: cron\n")]);
        let told: Vec<_> = rights.iter().map(|right| (right.user.as_str(), right.access)).collect();
        assert_eq!(told, [("root", Access::EVERYTHING), ("admin", Access::EVERYTHING)]);
        assert_eq!(found, []);
    }

    #[test]
    fn a_read_only_user_has_no_module_that_cannot_be_read_only() {
        let files = [("webmin.acl", "demo: pap\nbob: pap\n"), ("demo.acl", "rpc=0\nreadonly=1\n")];
        let users: Vec<_> = of(&files).0.into_iter().map(|right| right.user).collect();
        assert_eq!(users, ["bob"]);
    }

    #[test]
    fn what_undoes_a_restriction_is_found() {
        let acl = ("webmin.acl", "bob: pap\n");
        let secrets = ("pap/bob.acl", "noconfig=1\nsecrets=1\nmgetty=\noptions=\ndialin=\nsync=\ndirect=1\n");
        assert_eq!(codes(&[acl, secrets]), []);
        assert_eq!(of(&[acl, secrets]).0[0].opens, Some("PPP Accounts"));
        let open = ("pap/bob.acl", "noconfig=0\nmgetty=\noptions=\n");
        assert_eq!(codes(&[acl, open]), [("webmin-config", Danger)]);
        let sync = ("pap/bob.acl", "noconfig=1\nsync=1\nmgetty=\noptions=\nsecrets=\n");
        assert_eq!(codes(&[acl, sync]), [("webmin-sync", Note)]);
        let pages = ("pap/bob.acl", "noconfig=1\nsync=0\ndirect=1\n");
        assert_eq!(
            codes(&[acl, pages]),
            [("webmin-direct", Note), ("webmin-options", Warning), ("webmin-ports", Warning)]
        );
    }

    #[test]
    fn a_member_with_other_rights_than_its_group_is_found() {
        let files = |own: &'static str| {
            [
                ("webmin.acl", "mona: pap\n"),
                ("webmin.groups", "dial:mona:pap:Dial-in:\n"),
                ("pap/dial.gacl", "noconfig=1\nmgetty=\noptions=\ndialin=1\nsecrets=1\nsync=\n"),
                ("pap/mona.acl", own),
            ]
        };
        let same = "noconfig=1\nmgetty=\noptions=\ndialin=1\nsecrets=1\nsync=\n";
        assert_eq!(codes(&files(same)), []);
        assert_eq!(of(&files(same)).0[0].groups, ["dial"]);
        let (_, found) = of(&files("noconfig=1\nmgetty=\noptions=\ndialin=\nsecrets=1\nsync=1\n"));
        assert_eq!(found[0].code(), "webmin-group");
        let what = "Webmin: mona may use User Synchronization more, and Caller ID Access less, than its group dial";
        assert_eq!(found[0].what, what);
        // Without a file of its own a member may do everything, whatever its group may.
        let without = &files("")[..3];
        assert_eq!(of(without).0[0].access, Access::EVERYTHING);
        assert_eq!(codes(without), [("webmin-group", Warning)]);
    }

    #[test]
    fn a_directory_without_webmins_files_is_an_error() {
        assert!(read(tempfile::tempdir().unwrap().path()).is_err());
    }
}
