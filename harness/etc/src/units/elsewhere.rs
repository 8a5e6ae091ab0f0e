//! Where units are besides `/etc`: what packages and generators bring (systemd.unit(5), "Unit File Load Path").
//!
//! In goes an [`Etc`]; out come the files that systemd would look for on account of the units that are enabled there. Which of
//! them exist is for whoever has the machine's root; what is found stands in the tree under its own path.

use std::collections::BTreeSet;

use super::words::Names;
use super::{SYSTEM, enables, target};
use crate::Etc;

/// The directories, the one that wins first; `/etc/systemd/system` stands before all of them.
pub(super) const DIRECTORIES: &[&str] =
    &["/run/systemd/system/", "/usr/local/lib/systemd/system/", "/usr/lib/systemd/system/", "/lib/systemd/system/"];

/// Names of the units that links enable, and of the files that they lead to.
fn names(etc: &Etc) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in &etc.files {
        let Some((directory, name)) = file.path.strip_prefix(SYSTEM).and_then(|rest| rest.split_once('/')) else {
            continue;
        };
        if !enables(directory) || !name.ends_with(".service") {
            continue;
        }
        let Some(target) = target(file) else { continue };
        let linked = target.rsplit('/').next().unwrap_or(target);
        for name in [name, linked].into_iter().filter_map(Names::of) {
            names.extend(name.candidates().map(str::to_owned));
        }
    }
    names
}

/// Unit files that may be there.
pub fn files(etc: &Etc) -> Vec<String> {
    let names = names(etc);
    let of = |directory: &&str| names.iter().map(|name| format!("{directory}{name}")).collect::<Vec<_>>();
    DIRECTORIES.iter().flat_map(of).collect()
}

/// Directories of drop-ins that may be there.
pub fn drop_ins(etc: &Etc) -> Vec<String> {
    let mut names: Vec<String> = names(etc).into_iter().collect();
    names.push("service".to_owned());
    let of = |directory: &&str| names.iter().map(|name| format!("{directory}{name}.d")).collect::<Vec<_>>();
    DIRECTORIES.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use crate::RawFile;
    use crate::units::enabled;

    use super::*;

    const LINK: &str = "systemd/system/multi-user.target.wants/mgetty@ttyS0.service";

    #[test]
    fn a_unit_of_a_package_is_read_where_it_stands_and_etc_wins() {
        let elsewhere = |path: &str, text: &str| RawFile { path: path.to_owned(), ..RawFile::text("x", text) };
        let vendor = elsewhere(
            "/usr/lib/systemd/system/mgetty@.service",
            "[Service]\nExecStart=/sbin/mgetty -n 7 -r %i\nRestart=always\n",
        );
        let link = RawFile::link(LINK, "/lib/systemd/system/mgetty@.service");
        let process = |files: Vec<RawFile>| enabled(&Etc::of(files))[0].process.clone();
        assert_eq!(process(vec![link.clone(), vendor.clone()]), "/sbin/mgetty -n 7 -r ttyS0");
        let drop_in = "[Service]\nExecStart=\nExecStart=/sbin/mgetty -n 4 %i\n";
        let package = elsewhere("/usr/lib/systemd/system/mgetty@.service.d/a.conf", drop_in);
        assert_eq!(process(vec![link.clone(), vendor.clone(), package.clone()]), "/sbin/mgetty -n 4 ttyS0");
        // A file of the same name in /etc takes its place.
        let own = RawFile::text("systemd/system/mgetty@.service.d/a.conf", "[Unit]\n");
        assert_eq!(process(vec![link.clone(), vendor, package, own]), "/sbin/mgetty -n 7 -r ttyS0");
        let looked = files(&Etc::of(vec![link]));
        assert!(looked.contains(&"/usr/lib/systemd/system/mgetty@ttyS0.service".to_owned()), "{looked:?}");
    }
}
