//! What has a name for others to use: variables with their values, and shared blocks.
//!
//! In: the nodes of each file. A file's own declarations hold before those of files it includes, so that a file may give a
//! variable of a common file another value.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Values;
use crate::fault;
use offhook_base::Span;
use offhook_schema::{Binding, Document, Fault, Node, Problem};

/// All that is declared.
#[derive(Debug, Default)]
pub(super) struct Declared {
    variables: BTreeMap<String, Variable>,
    shared: BTreeMap<String, Shared>,
    /// Whether a file could not be read that may declare more.
    pub(super) lost: bool,
}

#[derive(Debug)]
struct Variable {
    file: usize,
    binding: Arc<Binding>,
    set: bool,
}

/// A block that others use.
#[derive(Debug)]
pub(super) struct Shared {
    file: usize,
    span: Span,
    pub(super) nodes: Vec<Node>,
    /// Whether something of it was lost.
    pub(super) damaged: bool,
}

impl Declared {
    /// Takes what the nodes of file number `file` declare.
    pub(super) fn collect(
        &mut self,
        file: usize,
        nodes: &[Node],
        document: &Document,
        set: &Values,
        problems: &mut Vec<Problem>,
    ) {
        for node in nodes {
            let mut arguments = node.arguments();
            let Some((name, at)) = arguments.next().and_then(|entry| Some((entry.text()?.to_owned(), entry.span)))
            else {
                continue;
            };
            match node.name.as_str() {
                "variable" => {
                    let Some((value, place)) = arguments.next().and_then(|entry| Some((entry.as_text()?, entry.span)))
                    else {
                        continue;
                    };
                    if let Some(first) = self.variables.get(&name) {
                        let twice = (first.file, first.binding.place);
                        declared_twice(&name, fault::BAD_VARIABLE, file, at, twice, problems);
                        continue;
                    }
                    let given = set.get(&name);
                    let label = if given.is_some() { "its own value; --set gives it another" } else { "its value" };
                    let value = given.cloned().unwrap_or(value);
                    let binding = Arc::new(Binding { name: name.clone(), value, place, label });
                    self.variables.insert(name, Variable { file, binding, set: given.is_some() });
                }
                "shared" => {
                    if let Some(first) = self.shared.get(&name) {
                        declared_twice(&name, fault::BAD_SHARED, file, at, (first.file, first.span), problems);
                        continue;
                    }
                    let damaged = document.is_damaged(node.whole);
                    self.shared.insert(name, Shared { file, span: at, nodes: node.children().to_vec(), damaged });
                }
                _ => {}
            }
        }
    }

    /// The variable of that name.
    pub(super) fn variable(&self, name: &str) -> Option<&Arc<Binding>> {
        self.variables.get(name).map(|variable| &variable.binding)
    }

    /// Whether its value was set by whoever runs it.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.variables.get(name).is_some_and(|variable| variable.set)
    }

    /// The shared block of that name.
    pub(super) fn shared(&self, name: &str) -> Option<&Shared> {
        self.shared.get(name)
    }

    /// The names of all variables.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    /// The names of all shared blocks.
    pub(super) fn shared_names(&self) -> impl Iterator<Item = &str> {
        self.shared.keys().map(String::as_str)
    }

    /// All variables with their values.
    pub(super) fn values(&self) -> Values {
        self.variables.iter().map(|(name, variable)| (name.clone(), variable.binding.value.clone())).collect()
    }
}

/// A name that was declared before, `first`: in which file, and where.
fn declared_twice(name: &str, fault: Fault, file: usize, at: Span, first: (usize, Span), problems: &mut Vec<Problem>) {
    // What a file says itself holds before what the files say that it includes.
    if first.0 == 0 && file != 0 {
        return;
    }
    let message = format!("`{name}` is declared twice");
    let problem = Problem::new(fault, message, at, "declared again").also(first.1, "first declared here");
    problems.push(match first.0 == file {
        true => problem.help("remove one of them"),
        false => problem.help("declare it once; a file may declare again what those have that it includes"),
    });
}
