//! Variables in values: `$name` in the place of a value, `${name}` within a text in quotes.
//!
//! In: a node, and what has a value. Out: the same node with texts in the places of names, each with what it was filled in
//! from; the reader takes them for the kind of value that is wanted there. A raw text (`#"..."#`) stays as it is, and so does
//! a `${...}` in a text that names no variable: shell scripts are full of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Work;
use super::declare::Declared;
use crate::fault;
use crate::value::variable::is_name;
use offhook_base::Span;
use offhook_schema::{Binding, Entry, Node, Problem, nearest};

/// What has a value at a place.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    pub(super) declared: &'a Declared,
    /// The columns of a case; `None`: its value is missing, and that has been told.
    pub(super) columns: BTreeMap<String, Option<Arc<Binding>>>,
    /// Whether names may have a value that is not known here.
    open: bool,
    /// The names that were used.
    pub(super) used: BTreeSet<String>,
}

impl<'a> Scope<'a> {
    /// Variables alone, and what may be known elsewhere.
    pub(super) fn open(declared: &'a Declared) -> Self {
        Self { open: true, ..Self::of(declared, BTreeMap::new()) }
    }

    /// Variables and columns.
    pub(super) fn of(declared: &'a Declared, columns: BTreeMap<String, Option<Arc<Binding>>>) -> Self {
        Self { declared, columns, open: declared.lost, used: BTreeSet::new() }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.keys().map(String::as_str).chain(self.declared.names())
    }

    /// What stands for a name; `None`: nothing does. `Some(None)`: nobody knows.
    fn find(&mut self, name: &str) -> Option<Option<Arc<Binding>>> {
        let found = match self.columns.get(name) {
            Some(column) => Some(column.clone()),
            None => self.declared.variable(name).cloned().map(Some),
        };
        if found.is_some() {
            self.used.insert(name.to_owned());
        }
        found
    }
}

impl Work {
    /// Fills in a node and those of its block; `used_at`: where the shared block is used that they are from.
    pub(super) fn fill(&mut self, node: &mut Node, scope: &mut Scope<'_>, used_at: Option<Span>) {
        for entry in &mut node.entries {
            self.fill_entry(entry, scope, used_at);
        }
        for child in node.block.iter_mut().flat_map(|block| &mut block.nodes) {
            self.fill(child, scope, used_at);
        }
    }

    /// Fills in one value.
    pub(super) fn fill_entry(&mut self, entry: &mut Entry, scope: &mut Scope<'_>, used_at: Option<Span>) {
        let Some(text) = entry.text().map(str::to_owned) else { return };
        if let Some(name) = whole(&text, &entry.written) {
            match scope.find(name) {
                Some(Some(binding)) => entry.fill(binding.value.clone(), vec![binding]),
                Some(None) => entry.unknown = true,
                None => {
                    entry.unknown = true;
                    if !scope.open {
                        self.problems.push(unknown(name, entry.span, scope, used_at));
                    }
                }
            }
        } else if entry.written.starts_with('"') && text.contains("${") {
            self.fill_text(&text, entry, scope, used_at);
        }
    }

    /// Fills in the names within a text.
    fn fill_text(&mut self, text: &str, entry: &mut Entry, scope: &mut Scope<'_>, used_at: Option<Span>) {
        let mut filled = String::new();
        let mut bindings: Vec<Arc<Binding>> = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            filled.push_str(before);
            rest = after;
            let Some((name, after)) = after.split_once('}').filter(|(name, _)| is_name(name)) else {
                filled.push_str("${");
                continue;
            };
            match scope.find(name) {
                Some(Some(binding)) => {
                    filled.push_str(&binding.value);
                    rest = after;
                    if !bindings.contains(&binding) {
                        bindings.push(binding);
                    }
                }
                Some(None) => entry.unknown = true,
                None => {
                    filled.push_str("${");
                    if !scope.open && nearest(name, scope.names()).is_some() {
                        self.problems.push(unknown(name, entry.span, scope, used_at));
                        entry.unknown = true;
                    }
                }
            }
        }
        filled.push_str(rest);
        if !bindings.is_empty() {
            entry.fill(filled, bindings);
        }
    }
}

/// The name, if a value is nothing but a variable: a word without quotes that begins with `$`.
fn whole<'a>(text: &'a str, written: &str) -> Option<&'a str> {
    text.strip_prefix('$').filter(|name| written == text && is_name(name))
}

fn unknown(name: &str, at: Span, scope: &Scope<'_>, used_at: Option<Span>) -> Problem {
    let problem = Problem::new(fault::BAD_VARIABLE, format!("unknown variable `{name}`"), at, "not declared");
    let problem = match used_at {
        Some(used) => problem.also(used, "used here"),
        None => problem,
    };
    match nearest(name, scope.names()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(format!(
            "declare it at the top of the file, `variable \"{name}\" ...`, or give it a value in each `case`"
        )),
    }
}
