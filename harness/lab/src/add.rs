//! A stack of one's own: another release, or another pppd, beside those that ship.
//!
//! In: a name, a Debian release, packages of it, and package files. Out: its recipe in the cache directory, with copies of the
//! files, so that it is the same tomorrow.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::NobodyElseWrites;
use super::child::{CHILDREN, SignalsEndCrew};
use super::error::LabError;
use super::machine::Machine;
use super::manifest;
use super::recipe::{self, Deb, Recipe, STACKS};
use super::shelf::Shelf;
use super::stack::package_of;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Addition {
    /// The name of the stack.
    pub name: String,
    /// The Debian release.
    pub release: String,
    /// The stack that ships and that it is like; `None`: that of the same release, else the newest.
    pub like: Option<String>,
    /// More packages of the release.
    pub packages: Vec<String>,
    /// Package files, in the place of the release's packages.
    pub debs: Vec<PathBuf>,
}

/// Writes the recipe of a stack; it is built when it is first wanted. One of the same name is replaced.
///
/// # Errors
/// If it can have no such name or be like no such stack, if a package file cannot be used, or the cache cannot be written.
pub fn add(machine: &Machine, addition: &Addition) -> Result<Recipe, LabError> {
    machine.check_arch()?;
    recipe::check(&addition.name)?;
    let word =
        |text: &String| text.starts_with(|c: char| c.is_ascii_alphanumeric()) && !text.contains(char::is_whitespace);
    if let Some(wrong) = std::iter::once(&addition.release).chain(&addition.packages).find(|text| !word(text)) {
        return Err(LabError::bad_recipe(&format!("\"{wrong}\" is the name of no release and no package")));
    }
    let shelf = Shelf::of(machine)?;
    shelf.safe()?;
    let _nobody_else = NobodyElseWrites::begin();
    shelf.cache.open()?;
    let _signals = SignalsEndCrew::begin();
    let _lock = shelf.cache.lock(&addition.name, &CHILDREN, |_| ())?;
    let scratch = shelf.cache.scratch("added")?;
    let directory = scratch.path().join("result");
    let failed = |error: io::Error| LabError::io("adding a stack", shelf.root(), &error);
    fs::create_dir(&directory).map_err(failed)?;
    let recipe = Recipe {
        name: addition.name.clone(),
        release: addition.release.clone(),
        like: like(addition)?,
        packages: addition.packages.clone(),
        debs: addition.debs.iter().map(|file| taken(file, &directory)).collect::<Result<_, _>>()?,
    };
    recipe::write(&directory, &recipe).map_err(failed)?;
    shelf.cache.publish(&scratch, &directory, &shelf.added(&recipe.name))?;
    Ok(recipe)
}

/// The stacks that there are on this machine, those that ship first.
///
/// # Errors
/// If the environment names no cache directory.
pub fn stacks(machine: &Machine) -> Result<Vec<Recipe>, LabError> {
    Ok(recipe::all(&machine.cache_dir()?))
}

fn like(addition: &Addition) -> Result<String, LabError> {
    let of_release = || STACKS.iter().find(|name| **name == addition.release).or(STACKS.last());
    match &addition.like {
        Some(name) if STACKS.contains(&name.as_str()) => Ok(name.clone()),
        Some(name) => Err(LabError::unknown_stack(name, STACKS)),
        None => Ok(of_release().copied().unwrap_or_default().to_owned()),
    }
}

/// A copy of a package file, which says what it is.
fn taken(file: &Path, directory: &Path) -> Result<Deb, LabError> {
    let unreadable = |error: io::Error| LabError::unreadable("copying a package", &file.display().to_string(), &error);
    let name = package_of(&CHILDREN, file)?.file_name();
    let octets = fs::read(file).map_err(unreadable)?;
    fs::write(directory.join(&name), &octets).map_err(unreadable)?;
    Ok(Deb { file: name, sha256: manifest::octets_digest([&octets]) })
}
