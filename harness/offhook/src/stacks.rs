//! The stacks that there are on this machine: those that ship, and those that `offhook lab add` made.
//!
//! In: nothing but the environment, which names the cache directory. Out: names, and which stack another is like.

use std::collections::BTreeMap;

use offhook_lab::{Machine, Recipe};

/// Where there is no cache directory, those that ship: whoever needs the lab is told of it there.
fn all() -> Vec<Recipe> {
    offhook_lab::stacks(&Machine::this()).unwrap_or_else(|_| offhook_lab::shipped().collect())
}

/// Their names, those that ship first.
pub(crate) fn names() -> Vec<String> {
    all().into_iter().map(|recipe| recipe.name).collect()
}

/// The names of those that there are, in a list, if that is none of them.
pub(crate) fn others_than(name: &str) -> Option<String> {
    let there = names();
    (!there.iter().any(|known| known == name)).then(|| there.join(", "))
}

/// Those of these stacks that run only when they are named, each with the stack that it is like.
pub(crate) fn likes(names: &[String]) -> BTreeMap<String, String> {
    let unbidden = |recipe: &Recipe| !recipe.runs_unbidden() && names.contains(&recipe.name);
    all().into_iter().filter(unbidden).map(|recipe| (recipe.name, recipe.like)).collect()
}

/// The stack that ships and that one is like: itself, for one that ships and runs unbidden.
pub(crate) fn like(name: &str) -> String {
    all().into_iter().find(|recipe| recipe.name == name).map_or_else(|| name.to_owned(), |recipe| recipe.like)
}
