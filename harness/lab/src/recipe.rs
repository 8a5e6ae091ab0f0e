//! What a stack is made of: the Debian release its packages come from, and packages of one's own.
//!
//! In: the stacks that ship, and those that `offhook lab add` wrote into the cache directory (`added/NAME/recipe.json`, with copies
//! of packages beside it). Out: a [`Recipe`] for each name. What scenarios say of one of the stacks that ship (which deviations
//! are known) holds of an added one that is like it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::LabError;
use super::kernel::KERNEL;
use super::manifest;

/// The stacks that scenarios run on unless others are named: by name, which is the Debian release's.
pub const STACKS: &[&str] = &["bookworm", "trixie"];

/// Stacks that ship, but are built and run only when they are named: with the stack that each is like.
const UNBIDDEN: &[(&str, &str)] = &[("forky", "trixie")];

/// The file of an added stack's recipe.
const FILE: &str = "recipe.json";

/// How a stack is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    /// Its name.
    pub name: String,
    /// The Debian release that its packages come from.
    pub release: String,
    /// The stack that ships and that it is like: what scenarios say of that one holds of this one, too.
    pub like: String,
    /// Packages of the release beside those that every stack has.
    pub packages: Vec<String>,
    /// Packages of one's own, in the place of the release's.
    pub debs: Vec<Deb>,
}

/// A package of one's own: its file lies beside the recipe.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deb {
    /// The name of the file.
    pub file: String,
    /// SHA-256 of it, in hexadecimal.
    pub sha256: String,
}

impl Recipe {
    /// Of a stack that ships, under the name of its release.
    fn shipped(name: &str, like: &str) -> Self {
        Self { name: name.to_owned(), release: name.to_owned(), like: like.to_owned(), ..Self::default() }
    }

    /// Whether it ships: with these it is the same everywhere.
    pub fn ships(&self) -> bool {
        shipped().any(|recipe| recipe.name == self.name)
    }

    /// Whether it runs without being named.
    pub fn runs_unbidden(&self) -> bool {
        STACKS.contains(&self.name.as_str())
    }

    /// What is in its key and in no other's, beyond its name; nothing for one that ships.
    pub(super) fn particulars(&self) -> impl Iterator<Item = &str> {
        let own = (self.release != self.name).then_some(self.release.as_str());
        own.into_iter()
            .chain(self.packages.iter().map(String::as_str))
            .chain(self.debs.iter().map(|deb| deb.sha256.as_str()))
    }
}

/// The recipes of the stacks that ship.
pub fn shipped() -> impl Iterator<Item = Recipe> {
    let always = STACKS.iter().map(|&name| Recipe::shipped(name, name));
    always.chain(UNBIDDEN.iter().map(|&(name, like)| Recipe::shipped(name, like)))
}

/// Where the recipe of an added stack lies in a cache directory, with its packages.
pub(super) fn place(root: &Path, name: &str) -> PathBuf {
    root.join("added").join(name)
}

/// All recipes of a cache directory: those that ship, then those that were added, by name. One that cannot be read is none.
pub(super) fn all(root: &Path) -> Vec<Recipe> {
    let mut names: Vec<String> = fs::read_dir(root.join("added"))
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| check(name).is_ok())
        .collect();
    names.sort();
    let added = names.iter().filter_map(|name| {
        let recipe: Recipe = manifest::read(&place(root, name).join(FILE))?;
        (recipe.name == *name).then_some(recipe)
    });
    shipped().chain(added).collect()
}

/// Writes a recipe into the directory that is to become its place.
pub(super) fn write(directory: &Path, recipe: &Recipe) -> io::Result<()> {
    manifest::write(&directory.join(FILE), recipe)
}

/// Whether an added stack can have that name.
pub(super) fn check(name: &str) -> Result<(), LabError> {
    let shape = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    let why = if name == KERNEL {
        "it is that of a part of the lab"
    } else if shipped().any(|recipe| recipe.name == name) {
        "a stack of that name ships with offhook"
    } else if name.len() > 40 || !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(shape) {
        "a name has lower-case letters, digits, - and . and begins with a letter, and no more than 40 of them"
    } else {
        return Ok(());
    };
    Err(LabError::bad_recipe(&format!("\"{name}\" cannot be the name of a stack: {why}")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_was_added_stands_after_what_ships_and_reads_back_as_it_was() {
        let cache = tempfile::tempdir().unwrap();
        let deb = Deb { file: "ppp.deb".to_owned(), sha256: "ab".to_owned() };
        let recipe = Recipe {
            name: "mine".to_owned(),
            release: "trixie".to_owned(),
            like: "trixie".to_owned(),
            packages: vec!["libmine1".to_owned()],
            debs: vec![deb],
        };
        for name in ["mine", "theirs"] {
            fs::create_dir_all(place(cache.path(), name)).unwrap();
        }
        write(&place(cache.path(), "mine"), &recipe).unwrap();
        // A recipe under a name that is not its own could be anybody's.
        write(&place(cache.path(), "theirs"), &recipe).unwrap();
        let all = all(cache.path());
        assert_eq!(all.iter().map(|one| &*one.name).collect::<Vec<_>>(), ["bookworm", "trixie", "forky", "mine"]);
        assert_eq!(all.last(), Some(&recipe));
        assert_eq!(recipe.particulars().collect::<Vec<_>>(), ["trixie", "libmine1", "ab"]);
        assert_eq!(all[2].particulars().next(), None);
        assert!(all[2].ships() && !all[2].runs_unbidden() && !recipe.ships());
    }

    #[test]
    fn names_that_are_taken_or_no_names_are_refused() {
        for name in ["kernel", "trixie", "forky", "", "Mine", "../x", "-x", "9", "a/b"] {
            assert!(check(name).is_err(), "{name}");
        }
        assert_eq!(check("ppp-2.5.3"), Ok(()));
    }
}
