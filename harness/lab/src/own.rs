//! A stack of a scenario file's own: one that ships, with files and packages of this machine in the place of its own.
//!
//! In: the stack that it is from, and files. Out: what they are as they were read, the stack of the lab to be booted with them, and
//! a hash of it all. Of packages a stack of the lab is made, under a name that tells one list of them from another, so that it is
//! built once.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use offhook_base::{Made, read_file_at};

use super::add::{Addition, add, stacks};
use super::error::LabError;
use super::machine::Machine;
use super::manifest;
use super::recipe::Recipe;
use super::replacement::{MOST, Replacement};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Own<'a> {
    /// Its name.
    pub name: &'a str,
    /// The stack that it is from.
    pub from: &'a str,
    /// Paths on the server, each with the file of this machine that stands there.
    pub replaced: Vec<(&'a str, &'a Path)>,
    /// Package files in the place of the release's packages.
    pub debs: &'a [PathBuf],
}

/// What such a stack is made of.
#[derive(Clone, Debug)]
pub struct OwnParts {
    /// The stack of the lab.
    pub lab_stack: String,
    /// Files in the place of that one's.
    pub replaced: Vec<Replacement>,
    /// How it was made.
    pub made: Made,
}

/// A package file, with its name.
type Deb = (String, Vec<u8>);

impl Own<'_> {
    /// Reads the files, and has the lab know a stack of the packages.
    ///
    /// # Errors
    /// If there is no stack that it could be from, a file cannot be read or is no package, or the cache cannot be written.
    pub fn parts(&self, machine: &Machine) -> Result<OwnParts, LabError> {
        let mut replaced = Vec::new();
        for (path, file) in &self.replaced {
            replaced.push(Replacement::of(path, self.contents(file)?));
        }
        let mut debs: Vec<Deb> = Vec::new();
        for file in self.debs {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            debs.push((name, self.contents(file)?));
        }
        let lab_stack = match debs.is_empty() {
            true => self.from.to_owned(),
            false => self.known(machine, &debs)?,
        };
        let files = replaced.iter().flat_map(|file| [file.path.clone(), file.sha256.clone()]);
        let parts: Vec<String> = std::iter::once(self.from.to_owned()).chain(files).chain(hashes(&debs)).collect();
        let sha256 = manifest::digest(parts.iter().map(String::as_bytes));
        Ok(OwnParts { lab_stack, replaced, made: Made { from: self.from.to_owned(), sha256 } })
    }

    fn contents(&self, file: &Path) -> Result<Vec<u8>, LabError> {
        let read = read_file_at(file, MOST).map_err(io::Error::from);
        let doing = format!("making the stack {}", self.name);
        read.map_err(|error| LabError::unreadable(&doing, &file.display().to_string(), &error))
    }

    /// The name by which the lab knows a stack of these packages.
    fn known(&self, machine: &Machine, debs: &[Deb]) -> Result<String, LabError> {
        let recipes = stacks(machine)?;
        let names = || recipes.iter().map(|recipe| &*recipe.name).collect::<Vec<_>>();
        let from = recipes.iter().find(|recipe| recipe.name == self.from);
        let from = from.ok_or_else(|| LabError::unknown_stack(self.from, &names()))?;
        let hashes = hashes(debs);
        let hash = manifest::digest(std::iter::once(&from.name).chain(&hashes).map(String::as_bytes));
        let name = format!("{}.{}", self.name, hash.get(..12).unwrap_or_default());
        let made = |recipe: &Recipe| {
            let there = recipe.debs.iter().map(|deb| &deb.sha256);
            recipe.name == name && recipe.release == from.release && there.eq(&hashes)
        };
        if recipes.iter().any(made) {
            return Ok(name);
        }
        let failed = |error: io::Error| LabError::io("copying packages of a stack", Path::new(&name), &error);
        let scratch = tempfile::tempdir().map_err(failed)?;
        let mut files = Vec::new();
        for (number, (file, octets)) in debs.iter().enumerate() {
            // Two may have one name, in two directories.
            let directory = scratch.path().join(number.to_string());
            fs::create_dir(&directory).map_err(failed)?;
            let file = directory.join(file);
            fs::write(&file, octets).map_err(failed)?;
            files.push(file);
        }
        let (release, like) = (from.release.clone(), Some(from.like.clone()));
        add(machine, &Addition { name: name.clone(), release, like, packages: Vec::new(), debs: files })?;
        Ok(name)
    }
}

fn hashes(debs: &[Deb]) -> Vec<String> {
    debs.iter().map(|(_, octets)| manifest::octets_digest([octets])).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_hash_tells_what_was_put_where_and_into_what() {
        let here = tempfile::tempdir().unwrap();
        let [one, other] = ["one", "other"].map(|name| here.path().join(name));
        fs::write(&one, "1").unwrap();
        fs::write(&other, "2").unwrap();
        let made = |from, path, file| {
            let own = Own { name: "mine", from, replaced: vec![(path, file)], debs: &[] };
            let parts = own.parts(&Machine::this()).unwrap();
            assert_eq!((parts.lab_stack.as_str(), parts.replaced[0].path.as_str()), (from, path));
            parts.made.sha256
        };
        let first = made("trixie", "/usr/sbin/pppd", &*one);
        assert_eq!(first, made("trixie", "/usr/sbin/pppd", &*one));
        for other in [
            made("bookworm", "/usr/sbin/pppd", &*one),
            made("trixie", "/usr/sbin/chat", &*one),
            made("trixie", "/usr/sbin/pppd", &*other),
        ] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn a_file_that_became_a_link_meanwhile_is_not_followed() {
        let here = tempfile::tempdir().unwrap();
        let link = here.path().join("pppd");
        std::os::unix::fs::symlink("/etc/passwd", &link).unwrap();
        let own = Own { name: "mine", from: "trixie", replaced: vec![("/usr/sbin/pppd", &*link)], debs: &[] };
        let error = own.parts(&Machine::this()).unwrap_err();
        assert!(error.message().contains("making the stack mine") && error.message().contains("pppd"), "{error}");
    }
}
