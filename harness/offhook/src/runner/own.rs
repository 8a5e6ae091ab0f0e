//! Stacks of a scenario file's own: what each of them is made of, read when a run needs it.
//!
//! In: items, some of them on such a stack. Out: the same, each with the stack of the lab that it boots and the files that are put
//! into it.

use std::sync::Arc;

use offhook_lab::{LabError, Machine, Own, OwnParts, Replacement};
use offhook_scenario::OwnStack;

use super::item::Item;

/// Has these items run on the stacks of their own files, where they name one.
///
/// # Errors
///
/// If a file cannot be read, or a package be used; the text says which.
pub fn make(items: &mut [Item]) -> Result<(), LabError> {
    let mut known: Vec<(OwnStack, Arc<OwnParts>)> = Vec::new();
    for item in items {
        put(item)?;
        let Some(own) = item.scenario.own_stacks.iter().find(|own| own.name == item.stack) else { continue };
        // Two files may say different things of one name.
        let parts = match known.iter().find(|(other, _)| other == own) {
            Some((_, parts)) => Arc::clone(parts),
            None => {
                let parts = Arc::new(parts(own)?);
                known.push((own.clone(), Arc::clone(&parts)));
                parts
            }
        };
        item.own = Some(parts);
    }
    Ok(())
}

/// Reads the programs that a scenario names, which are files of this machine.
fn put(item: &mut Item) -> Result<(), LabError> {
    if item.scenario.put.is_empty() {
        return Ok(());
    }
    let mut replaced = Vec::new();
    for by in &item.scenario.put {
        replaced.push(Replacement::read_from(&by.path, &by.file)?);
    }
    // What somebody replaces on the command line is there in the end.
    replaced.extend(item.replaced.iter().cloned());
    item.replaced = replaced.into();
    Ok(())
}

fn parts(own: &OwnStack) -> Result<OwnParts, LabError> {
    let replaced = own.replaced.iter().map(|by| (by.path.as_str(), by.file.as_path())).collect();
    Own { name: &own.name, from: &own.from, replaced, debs: &own.debs }.parts(&Machine::this())
}
