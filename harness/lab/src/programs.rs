//! Programs of a machine's own: the directories of its root that hold programs and libraries, and no others.
//!
//! In goes the root directory of a server; out comes which of `usr`, `bin`, `sbin` and `lib*` it has, as directories or as
//! links to one another. A guest reads these, in place of those of its stack; `home`, `root`, `var`, `srv` and all else stays
//! closed to it ([`Confinement`](offhook_base::guest::Confinement)).

use std::io;
use std::path::{Component, Path, PathBuf};

use offhook_base::guest::ProgramDirectory;
use offhook_base::plain;
use offhook_base::rooted::{Kind, Root};

/// The directories (hier(7)), with those of other ABIs.
const NAMES: [&str; 7] = ["usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32"];

/// Where a machine has its programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerPrograms {
    /// Its root directory, without links and `..`.
    root: PathBuf,
    /// What of it a guest has in place of its stack's.
    pub names: Vec<ProgramDirectory>,
    /// Whether owners and modes are those of the machine: not in a copy that an ordinary user made.
    pub owners_known: bool,
    /// Versions of its packages, as a fingerprint has them: `mgetty 1.2.1-1.2`.
    pub packages: Vec<String>,
}

impl ServerPrograms {
    /// Those of that root directory.
    ///
    /// # Errors
    ///
    /// Why they cannot be given to a guest, in words.
    pub fn of(root: &Path, owners_known: bool, packages: Vec<String>) -> Result<Self, String> {
        let root = root.canonicalize().map_err(|error| format!("{}: {}", root.display(), plain(&error)))?;
        let looked = Root::open(&root).map_err(|error| format!("{}: {}", root.display(), plain(&error)))?;
        let mut names = Vec::new();
        for name in NAMES {
            let of_link = match looked.about(Path::new(name)) {
                Ok(about) if about.kind == Kind::Directory => None,
                Ok(about) if about.kind == Kind::Link => Some(link(&looked, name)?),
                Ok(_) => return Err(format!("its /{name} is no directory")),
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(format!("its /{name} cannot be looked at: {}", plain(&error))),
            };
            names.push(ProgramDirectory { name: name.to_owned(), link: of_link });
        }
        if !names.iter().any(|directory| directory.link.is_none()) {
            return Err("it has no directories of programs".to_owned());
        }
        Ok(Self { root, names, owners_known, packages })
    }

    /// The directories on this machine.
    ///
    /// # Errors
    ///
    /// If one is none any more.
    pub(super) fn directories(&self) -> io::Result<Vec<PathBuf>> {
        let root = Root::open(&self.root)?;
        let directories = self.names.iter().filter(|directory| directory.link.is_none());
        directories
            .map(|directory| match root.about(Path::new(&directory.name))?.kind {
                Kind::Directory => Ok(self.root.join(&directory.name)),
                _ => Err(io::Error::other(format!("{} is no directory any more", directory.name))),
            })
            .collect()
    }

    /// Whether a guest sees the machine's own file at that path of the server, which has no links in it.
    pub fn holds(&self, resolved: &str) -> bool {
        let first = resolved.trim_start_matches('/').split('/').next().unwrap_or_default();
        self.names.iter().any(|directory| directory.link.is_none() && directory.name == first)
    }
}

/// What a link of the root says, if it leads to a directory of programs: `usr/bin`.
fn link(root: &Root, name: &str) -> Result<String, String> {
    let target = root.link(Path::new(name)).map_err(|error| format!("its /{name}: {}", plain(&error)))?;
    let mut parts = target.components().filter(|part| *part != Component::RootDir);
    let first = parts.next().and_then(|part| part.as_os_str().to_str());
    let within = first.is_some_and(|first| NAMES.contains(&first) && first != name);
    match target.to_str().filter(|_| within && parts.all(|part| matches!(part, Component::Normal(_)))) {
        Some(target) => Ok(target.to_owned()),
        None => Err(format!("its /{name} leads to {}, which is not taken into a guest", target.display())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    fn of(root: &Path) -> Result<ServerPrograms, String> {
        ServerPrograms::of(root, true, Vec::new())
    }

    fn root(directories: &[&str], links: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        directories.iter().for_each(|name| fs::create_dir_all(root.path().join(name)).unwrap());
        links.iter().for_each(|(name, target)| symlink(target, root.path().join(name)).unwrap());
        root
    }

    #[test]
    fn directories_of_programs_are_given_and_no_others() {
        let root = root(
            &["usr/bin", "lib64", "home", "root", "var", "srv", "etc"],
            &[("bin", "usr/bin"), ("lib", "/usr/lib")],
        );
        let programs = of(root.path()).unwrap();
        let names: Vec<_> = programs.names.iter().map(|one| (one.name.as_str(), one.link.as_deref())).collect();
        assert_eq!(names, [("usr", None), ("bin", Some("usr/bin")), ("lib", Some("/usr/lib")), ("lib64", None)]);
        let real = root.path().canonicalize().unwrap();
        assert_eq!(programs.directories().unwrap(), [real.join("usr"), real.join("lib64")]);
        assert!(programs.holds("/usr/sbin/pppd") && !programs.holds("/bin/sh") && !programs.holds("/opt/x"));
    }

    #[test]
    fn a_link_that_leads_elsewhere_is_refused_whenever_it_is_made() {
        for target in ["/home", "home", "../..", "usr/../home", "bin", "/"] {
            let root = root(&["usr", "home"], &[("bin", target)]);
            assert!(of(root.path()).is_err(), "{target}");
        }
        let root = root(&["usr", "home"], &[]);
        let programs = of(root.path()).unwrap();
        fs::remove_dir(root.path().join("usr")).unwrap();
        symlink("home", root.path().join("usr")).unwrap();
        assert!(programs.directories().is_err());
    }

    #[test]
    fn a_root_without_programs_has_none_to_give() {
        assert_eq!(of(root(&["etc"], &[]).path()), Err("it has no directories of programs".to_owned()));
    }
}
