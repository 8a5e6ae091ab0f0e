//! Where the parts of the lab lie, what of them is there, and whether it is what was built.
//!
//! In: a machine. Out: the parts that this version of offhook wants, each by its key in the cache; the whole [`Lab`], if it is
//! built, with its files compared to their records. Nothing is taken from a cache that others may write.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Lab;
use super::cache::{self, Cache};
use super::error::LabError;
use super::init::Init;
use super::kernel::{self, KERNEL, Kernel};
use super::machine::Machine;
use super::recipe::{self, Recipe};
use super::record::{Record, Recorded};
use super::stack::{self, Stack};
use super::trust::Guard;
use super::verify::{Verified, Verifier};

/// Where the parts of the lab that this version of offhook wants lie.
#[derive(Debug)]
pub(super) struct Shelf {
    pub(super) cache: Cache,
    pub(super) kernel_place: PathBuf,
    /// How each stack is made: those that ship, then those that were added.
    pub(super) recipes: Vec<Recipe>,
    guard: Guard,
}

impl Shelf {
    pub(super) fn of(machine: &Machine) -> Result<Self, LabError> {
        let root = machine.cache_dir()?;
        let kernel_place = root.join("kernel").join(kernel::key(machine));
        let guard = Guard::new(&root, machine.user, machine.private_group);
        let recipes = recipe::all(&root);
        Ok(Self { cache: Cache::at(root), kernel_place, recipes, guard })
    }

    /// Whether nobody else could have put something into the cache that would be run.
    pub(super) fn safe(&self) -> Result<(), LabError> {
        self.guard.cache(&cache::DIRECTORIES)?;
        self.guard.tree(&Init::place(self.root()), usize::MAX)
    }

    /// How the stack of that name is made.
    pub(super) fn recipe(&self, name: &str) -> Result<&Recipe, LabError> {
        let known = || self.recipes.iter().map(|recipe| &*recipe.name).collect::<Vec<_>>();
        self.recipes.iter().find(|recipe| recipe.name == name).ok_or_else(|| LabError::unknown_stack(name, &known()))
    }

    /// Where the stack of a recipe lies, or will.
    pub(super) fn place_of(&self, recipe: &Recipe) -> PathBuf {
        self.root().join("stack").join(format!("{}-{}", recipe.name, stack::key(recipe)))
    }

    /// Where an added stack's recipe and packages lie.
    pub(super) fn added(&self, name: &str) -> PathBuf {
        recipe::place(self.root(), name)
    }

    pub(super) fn root(&self) -> &Path {
        self.cache.root()
    }

    pub(super) fn kernel(&self) -> Option<Kernel> {
        Kernel::read(&self.kernel_place)
    }

    pub(super) fn stack(&self, name: &str) -> Option<Stack> {
        Stack::read(&self.place_of(self.recipe(name).ok()?))
    }

    /// Those of the stacks with these recipes that are built, by name.
    pub(super) fn stacks(&self, wanted: impl Fn(&Recipe) -> bool) -> BTreeMap<String, Stack> {
        let wanted = self.recipes.iter().filter(|recipe| wanted(recipe));
        wanted.filter_map(|recipe| Some((recipe.name.clone(), Stack::read(&self.place_of(recipe))?))).collect()
    }

    /// The whole lab, if all of it is built.
    pub(super) fn lab(&self, stacks: &[String]) -> Result<Option<Lab>, LabError> {
        let found = || {
            let kernel = self.kernel()?;
            let stacks = stacks.iter().map(|name| Some((name.clone(), self.stack(name)?))).collect::<Option<_>>()?;
            Some((kernel, stacks))
        };
        let Some((kernel, stacks)) = found() else { return Ok(None) };
        let verified = self.verified(Some(&kernel), &stacks, false)?;
        Ok(Some(Lab { kernel, stacks, init: Init::ensure(&self.cache)?, cache: self.cache.clone(), verified }))
    }

    /// What these are on disk, by part.
    pub(super) fn verified(
        &self,
        kernel: Option<&Kernel>,
        stacks: &BTreeMap<String, Stack>,
        thorough: bool,
    ) -> Result<BTreeMap<String, Verified>, LabError> {
        let verifier = Verifier { cache: &self.cache, guard: &self.guard, thorough };
        let kernel = kernel.map(|kernel| verifier.verified(KERNEL, &kernel.image, || kernel.as_built()));
        let found = |stack: &Stack| Record::of(&stack.root, Recorded::Found);
        let stacks = stacks.iter().map(|(name, stack)| verifier.verified(name, &stack.root, || found(stack)));
        kernel.into_iter().chain(stacks).map(|part| part.map(|part| (part.part.clone(), part))).collect()
    }

    pub(super) fn built<T>(&self, part: Option<T>) -> Result<T, LabError> {
        let gone = || LabError::failed("building the lab", &format!("a part vanished from {}", self.root().display()));
        part.ok_or_else(gone)
    }
}
