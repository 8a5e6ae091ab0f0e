//! The key of a lab that need not be built yet: what a CI system caches it by.
//!
//! In: the machine's environment and the stacks. Out: a word that is the same wherever the same lab would be built, as far as
//! that is known without asking the archive:
//!
//! - the recipe and configuration of the kernel, its patch, and `OFFHOOK_KERNEL_SOURCE`;
//! - the recipe of each stack: its release, the packages that it is made of, and the files that offhook puts there;
//! - the version of manifests and of lab files;
//! - `OFFHOOK_MIRROR`, if it is set: a snapshot of the archive decides which versions are fetched.
//!
//! Not in it: the versions of packages that the archive offers today (who wants them new from time to time puts a date into the
//! key of the cache), the version of offhook, the compiler, and `OFFHOOK_KEYRING`.

use crate::error::LabError;
use crate::machine::Machine;
use crate::manifest;
use crate::recipe::{self, Recipe};
use crate::{kernel, stack};

/// The key of the lab with these stacks, or with those that run unbidden if there are none. Nothing is read but the environment.
///
/// # Errors
/// If no such stack ships, or there is no lab on such a machine.
pub fn key(machine: &Machine, stacks: &[String]) -> Result<String, LabError> {
    machine.check_arch()?;
    let recipes: Vec<Recipe> = recipe::shipped().collect();
    super::all_ship(&recipes, stacks)?;
    // In an order of its own, each once.
    let named = |recipe: &&Recipe| stacks.contains(&recipe.name) || (stacks.is_empty() && recipe.runs_unbidden());
    let wanted = recipes.iter().filter(named);
    let versions = format!("lab {} manifest {}", super::FORMAT, manifest::VERSION);
    let mirror = machine.var("OFFHOOK_MIRROR").unwrap_or_default().trim_end_matches('/').to_owned();
    let mut parts = vec![versions, machine.arch.clone(), mirror, kernel::key(machine)];
    parts.extend(wanted.flat_map(|recipe| [recipe.name.clone(), stack::key(recipe)]));
    Ok(manifest::digest(parts.iter().map(String::as_bytes))[..16].to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn key_of(env: &[(&str, &str)], stacks: &[&str]) -> String {
        let machine = Machine { arch: "x86_64".to_owned(), ..Machine::with_env(env) };
        key(&machine, &stacks.iter().map(|&name| name.to_owned()).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn the_key_is_of_what_decides_the_lab_and_of_nothing_else() {
        let plain = key_of(&[], &[]);
        assert_eq!(plain.len(), 16);
        assert_eq!(plain, key_of(&[("HOME", "/x"), ("PATH", "/y"), ("OFFHOOK_CACHE", "/z")], &[]));
        assert_eq!(plain, key_of(&[("OFFHOOK_KEYRING", "/k.gpg")], &["trixie", "bookworm", "trixie"]));
        let others = [
            key_of(&[], &["trixie"]),
            key_of(&[], &["bookworm"]),
            key_of(&[], &["bookworm", "trixie", "forky"]),
            key_of(&[("OFFHOOK_KERNEL_SOURCE", "linux-source-6.1")], &[]),
            key_of(&[("OFFHOOK_MIRROR", "http://mirror.example/debian")], &[]),
        ];
        for (index, other) in others.iter().enumerate() {
            assert_ne!(*other, plain);
            assert!(!others[..index].contains(other));
        }
    }

    #[test]
    fn a_stack_that_there_is_not_has_no_key() {
        let machine = Machine { arch: "x86_64".to_owned(), ..Machine::with_env(&[]) };
        let known = ["bookworm", "trixie", "forky"];
        assert_eq!(key(&machine, &["sid".to_owned()]), Err(LabError::unknown_stack("sid", &known)));
    }
}
