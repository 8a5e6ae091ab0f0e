//! Words that stand for others, between a KDL document and its reading: variables, shared blocks, and tables of cases.
//!
//! In: the nodes of a scenario file and of those it includes, and the values that somebody set. Out: nodes in which every
//! `$name` has its value, every `use` is followed by what it uses, and a scenario with cases stands once for each; every
//! node and value keeps the place where it was written. What is wrong with the words themselves the reader says, by the
//! vocabulary: they stay where they are. `declare` collects what has a name, `cases` takes tables apart, `splice` puts in
//! shared blocks, `fill` puts values in their places.

mod cases;
mod declare;
mod fill;
mod splice;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::fault;
use crate::sources::Gathered;
use declare::Declared;
use fill::Scope;
use offhook_base::Span;
use offhook_scenario::Variant;
use offhook_schema::{Document, Node, Problem};

/// Values of variables by their names.
pub type Values = BTreeMap<String, String>;

/// Nodes of all that is expanded of one file. More is a file that somebody made to be too large.
const MOST_NODES: usize = 1 << 17;

/// A document that can be read.
#[derive(Debug)]
pub(crate) struct Expanded {
    pub(crate) document: Document,
    /// Of each scenario of the document: which case of a table it is, and what its variables are.
    pub(crate) variants: Vec<Variant>,
    /// The variables there are, with their values.
    pub(crate) variables: Values,
}

/// Expands a file; `set` are values in the place of those that variables have in the file.
pub(crate) fn expand(gathered: Gathered, set: &Values) -> Expanded {
    let Gathered { mut document, included, lost, .. } = gathered;
    let own = std::mem::take(&mut document.nodes);
    let mut work = Work { left: MOST_NODES, ..Work::default() };
    let mut declared = Declared::default();
    declared.lost = lost;
    for (file, nodes) in [&own].into_iter().chain(&included).enumerate() {
        declared.collect(file, nodes, &document, set, &mut work.problems);
    }
    let mut nodes = Vec::new();
    let mut variants = Vec::new();
    // Scenarios of an included file are run when that file is.
    let others = included.into_iter().flatten().filter(|node| node.name != "scenario");
    for mut node in own.into_iter().chain(others) {
        match node.name.as_str() {
            "scenario" => work.scenario(node, &declared, &document, &mut nodes, &mut variants),
            "shared" => {
                let name = node.arguments().next().and_then(|entry| entry.text()).map(str::to_owned);
                if let Some(block) = &mut node.block {
                    // Which scenarios use it, and what they fill in, is not known here.
                    let written = std::mem::take(&mut block.nodes);
                    block.nodes = work.block(written, &mut Scope::open(&declared), name.as_deref());
                }
                nodes.push(node);
            }
            "stack" => {
                work.fill(&mut node, &mut Scope::of(&declared, BTreeMap::new()), None);
                nodes.push(node);
            }
            _ => nodes.push(node),
        }
    }
    document.nodes = nodes;
    document.problems.append(&mut work.problems);
    document.damaged.append(&mut work.damaged);
    Expanded { document, variants, variables: declared.values() }
}

/// What all that is put in its place has in common.
#[derive(Debug, Default)]
struct Work {
    problems: Vec<Problem>,
    /// Places where something could not be put in: what it would have said is not missing.
    damaged: Vec<Span>,
    /// Nodes that may still be made.
    left: usize,
    /// There was one that could not, and that has been told.
    full: bool,
}

impl Work {
    /// Room for a node once more; complains at `at` when there is none.
    fn takes(&mut self, node: &Node, at: Span) -> bool {
        let count = node.count();
        if count > self.left && !self.full {
            let message = "the cases and shared blocks of this file make more of it than can be read";
            let problem = Problem::new(fault::BAD_CASE, message, at, "too much");
            self.problems.push(problem.help("use fewer cases, or several files"));
            self.full = true;
        }
        let enough = count <= self.left && !self.full;
        self.left = self.left.saturating_sub(count);
        enough
    }
}
