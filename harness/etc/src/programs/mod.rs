//! The programs that a server's files name, looked for in its root directory.
//!
//! In go a [`Tree`] and the directory; out come, in the tree, what is there ([`Programs`]) and the octets of what a lab may
//! lack ([`Carried`]). Links are followed as the server would, and nothing outside of the directory is opened.

mod dpkg;
pub mod elf;
mod named;
mod own_version;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use offhook_base::plain;
use offhook_base::rooted::{Kind, Root, leads_away};

use crate::installed::{Carried, Installed, Presence, Programs};
use crate::read::plugins::Plugin;
use crate::source::{Tree, rooted};
use crate::{Content, RawFile};
use elf::Needs;
pub use named::{mentioned, started_by};

/// Where init, systemd and shells look for a program that is named without a directory.
const PATH: [&str; 6] = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
/// The longest program that is taken along, and octets of all of them: a guest's memory holds them.
const LONGEST: u64 = 4 << 20;
/// See [`LONGEST`].
const MOST_OCTETS: u64 = 16 << 20;
/// Octets of a program in which its first line is, if it has one (execve(2)).
const BEGINNING: u64 = 256;
/// Programs that are looked at because a program names them.
const MOST_MENTIONED: usize = 200;
/// Programs whose versions matter, in the order of a call: the package, and the program by which it is known without one.
const VERSIONED: [(&str, &str); 3] = [("mgetty", "mgetty"), ("ppp", "pppd"), ("login", "login")];

/// Looks for the programs in the root directory that the tree was read from.
pub fn look(tree: &mut Tree, directory: &Path) {
    let Ok(root) = Root::open(directory) else { return };
    let looking = Looking { directory, root: &root, modes_known: tree.modes_known };
    let named = named::by_files(tree);
    let mut programs = Programs::default();
    for name in named.programs {
        let presence = looking.presence(&name);
        programs.programs.insert(name, presence);
    }
    programs.versions = looking.versions(&programs);
    for word in named.plugins {
        let presence = looking.plugin(&word, programs.upstream("ppp"));
        programs.plugins.insert(word, presence);
    }
    tree.carried = looking.carried(tree, &programs);
    tree.programs = Some(programs);
}

/// Where the program of that name is below a root directory, links followed; a name without a directory is looked for where
/// init does. `Err`: why it cannot be used.
///
/// # Errors
///
/// What is in the way.
pub fn find(directory: &Path, program: &str) -> Result<PathBuf, Presence> {
    let root = Root::open(directory).map_err(|error| Presence::Unknown(plain(&error)))?;
    Looking { directory, root: &root, modes_known: true }.found(program)
}

/// Where the plain file at that path of the server is below a root directory, links followed, whether or not anybody may
/// execute it.
pub fn file(directory: &Path, path: &str) -> Option<PathBuf> {
    let root = Root::open(directory).ok()?;
    Looking { directory, root: &root, modes_known: false }.file(path).ok().map(|(place, _)| place)
}

/// The names in that directory of the server below a root directory, links followed; none if there is no such directory, or it
/// may not be read.
pub fn names(directory: &Path, path: &str) -> Vec<String> {
    let Ok(root) = Root::open(directory) else { return Vec::new() };
    Looking { directory, root: &root, modes_known: false }.names(path)
}

/// The beginning of a program, as much as tells what it needs.
///
/// # Errors
///
/// Why it may not be read, in words.
pub fn octets(directory: &Path, place: &Path) -> Result<Vec<u8>, String> {
    let mut octets = Vec::new();
    let file = Root::open(directory).and_then(|root| root.file(place));
    let read = file.and_then(|file| file.take(LONGEST).read_to_end(&mut octets));
    read.map(|_| octets).map_err(|error| plain(&error))
}

/// A root directory that is looked into.
struct Looking<'a> {
    directory: &'a Path,
    root: &'a Root,
    modes_known: bool,
}

impl Looking<'_> {
    /// The program's place below the directory.
    fn found(&self, program: &str) -> Result<PathBuf, Presence> {
        if program.contains('/') {
            return self.executable(program);
        }
        let everywhere = PATH.iter().map(|directory| self.executable(&format!("{directory}/{program}")));
        let mut worst = Presence::Missing;
        for found in everywhere {
            match found {
                Err(Presence::Missing) => {}
                Err(other) => worst = other,
                found => return found,
            }
        }
        Err(worst)
    }

    fn presence(&self, program: &str) -> Presence {
        self.found(program).map_or_else(|presence| presence, |_| Presence::There)
    }

    fn executable(&self, path: &str) -> Result<PathBuf, Presence> {
        let (place, mode) = self.file(path)?;
        if self.modes_known && mode & 0o111 == 0 {
            return Err(Presence::Unusable("may not be executed by anybody (its mode)"));
        }
        match elf::needs(&self.read(&place, BEGINNING).unwrap_or_default()) {
            // As if it were missing itself (execve(2), ENOENT).
            Needs::Interpreter(words) if words.first().is_some_and(|one| self.file(one) == Err(Presence::Missing)) => {
                Err(Presence::Unusable("has an interpreter that does not exist (its first line)"))
            }
            _ => Ok(place),
        }
    }

    /// The plain file at that path of the server, and its mode.
    fn file(&self, path: &str) -> Result<(PathBuf, u32), Presence> {
        let place = rooted(self.directory, true, path).ok_or(Presence::Missing)?;
        let place = place.strip_prefix(self.directory).map_err(|_| Presence::Missing)?;
        match self.root.about(place) {
            Ok(about) if about.kind == Kind::File => Ok((place.to_owned(), about.mode)),
            Ok(_) => Err(Presence::Unusable("is no file")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Presence::Missing),
            Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => Err(Presence::Missing),
            // A link that changed meanwhile.
            Err(error) if leads_away(&error) => Err(Presence::Missing),
            Err(error) => Err(Presence::Unknown(plain(&error))),
        }
    }

    /// A plugin, by the word behind `plugin`: of a relative one pppd knows the directory, which has its version in its name.
    fn plugin(&self, word: &str, version: Option<&str>) -> Presence {
        let of = |path: &str| self.file(path).map_or_else(|presence| presence, |_| Presence::There);
        if word.contains('/') {
            return of(word);
        }
        let versions = match version {
            Some(version) => vec![version.to_owned()],
            None => self.names("/usr/lib/pppd"),
        };
        let mut found = versions.iter().map(|version| of(&Plugin::file_of(word, version)));
        found.find(|presence| *presence != Presence::Missing).unwrap_or(Presence::Missing)
    }

    fn names(&self, directory: &str) -> Vec<String> {
        let place = rooted(self.directory, true, directory);
        let place = place.and_then(|place| Some(place.strip_prefix(self.directory).ok()?.to_owned()));
        let names = place.and_then(|place| self.root.names(&place, 100).ok()).unwrap_or_default();
        names.into_iter().filter_map(|name| name.into_string().ok()).collect()
    }

    /// Versions as dpkg knows them, else as the programs tell them themselves.
    fn versions(&self, programs: &Programs) -> Vec<Installed> {
        let mut known = dpkg::installed(self.root);
        let of_programs =
            VERSIONED.iter().filter(|(name, _)| !known.contains_key(name)).filter_map(|(name, program)| {
                // Also where it is not named: a script may start it.
                let path = programs.there().find(|path| path.rsplit('/').next() == Some(program)).unwrap_or(program);
                let octets = self.octets(&self.found(path).ok()?)?;
                let version = own_version::of(program, &octets)?;
                Some((*name, Installed { name, version, architecture: None }))
            });
        let of_programs: Vec<_> = of_programs.collect();
        known.extend(of_programs);
        VERSIONED.iter().filter_map(|(name, _)| known.remove(name)).collect()
    }

    fn octets(&self, place: &Path) -> Option<Vec<u8>> {
        if self.root.about(place).ok()?.length > LONGEST {
            return None;
        }
        self.read(place, LONGEST)
    }

    fn read(&self, place: &Path, most: u64) -> Option<Vec<u8>> {
        let mut octets = Vec::new();
        self.root.file(place).ok()?.take(most).read_to_end(&mut octets).ok()?;
        Some(octets)
    }

    /// The programs that are there and not in the tree, and those that scripts among them and the tree mention.
    fn carried(&self, tree: &Tree, programs: &Programs) -> Vec<Carried> {
        let mut carried: BTreeMap<String, Carried> = BTreeMap::new();
        let mut open: Vec<String> = programs.there().filter(|name| name.starts_with('/')).map(str::to_owned).collect();
        open.extend(tree.etc.files.iter().flat_map(mentioned));
        let (mut octets, mut seen) = (0, 0);
        while let Some(path) = open.pop() {
            if carried.contains_key(&path) || tree.etc.file(&path).is_some() || seen > MOST_MENTIONED {
                continue;
            }
            seen += 1;
            let Some(one) = self.carry(&path) else { continue };
            let Content::File(text) = &one.file.content else { continue };
            octets += text.len() as u64;
            if octets > MOST_OCTETS {
                break;
            }
            open.extend(mentioned(&one.file));
            carried.insert(path, one);
        }
        carried.into_values().collect()
    }

    fn carry(&self, path: &str) -> Option<Carried> {
        let place = self.found(path).ok()?;
        let about = self.root.about(&place).ok()?;
        let content = Content::File(self.octets(&place)?);
        let file = RawFile { path: path.to_owned(), mode: about.mode, uid: about.uid, gid: about.gid, content };
        Some(Carried { file, resolved: format!("/{}", place.to_str()?) })
    }
}

#[cfg(test)]
mod tests;
